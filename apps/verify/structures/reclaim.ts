// The reclaimers under the checker. Two structures stand on one domain: a register, whose value is
// a block that each write replaces, and a Treiber stack. Readers keep blocks in their hands while
// others retire, collect, leave, die and come back; a block that somebody has protected must not be
// freed by anybody, every retired block must be free in the end, and no block may be lost or be in
// two places.

import type { Model, Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import {
  attach,
  createArena,
  GRANTS,
  isLive,
  kindOf,
  LEASES,
  PAGE,
  pinOlder,
  recoverSlots,
  slotAt,
} from './common.ts';
import { mutants } from './reclaim/mutants.ts';
import {
  EPOCH,
  full,
  HAZARDS,
  INTERVAL,
  type Options,
  POINTERS,
  quick,
  scenarios,
  settings,
} from './reclaim/scenarios.ts';
import { soak } from './reclaim/soak.ts';
import { BLOCK, CLASS, DEPOT, grantAt, REGISTER, record, TOP, word } from './reclaim/words.ts';

/** Gated sizes of limbo.ts. */
const RETIRED = 2;
const BIRTHS = 2;
const TRIES = 3;
/** A home is free soon: helpers hold one for a moment each. */
const MOVES = 16;

const current = new WeakMap<World, Options>();

/** State of a run that is no thread's. */
export interface Run {
  /** A block that a thread may read, as it believes. 0 = none. */
  safe: number[];
  /** Whether a thread is pinned by a `stall`. */
  open: boolean[];
  /** Whether a thread is inside an operation that may hold a block nobody else knows of. */
  busy: boolean[];
  /** A block that a thread has taken and not given up. */
  held: number[];
  /** The most readers at once, and their widest interval. */
  readers: number;
  span: number;
}

// ---- where things stand -------------------------------------------------------------------------

/** The blocks of a list. `link`: where in a block the next one is named. */
function list(world: World, first: number, link: number, into: number[]): boolean {
  let left = 64;
  for (let at = first; at !== 0; at = world.u32(at + link)) {
    if (left-- === 0) return false;
    into.push(at);
  }
  return true;
}

// ---- set-up -------------------------------------------------------------------------------------

function setup(world: World, scenario: Scenario): void {
  const now = settings.get(scenario.name)!;
  current.set(world, now);
  createArena(world, now.pages);
  if (now.clock !== undefined) {
    new DataView(world.memory.buffer).setBigUint64(128, now.clock, true);
  }
  // The last slot is a worker's, where a scenario asks for it.
  for (const t of now.reversed === true ? [...world.threads].reverse() : world.threads) {
    attach(t, t.kernels.reclaim!);
    t.local.scratch = t.kernels.arena!.scratch!() >>> 0;
  }
  found(world, now);
  if (now.older === true) pinOlder(world);
}

/** The domain, its cells, and a home for each worker. */
function found(world: World, { scheme, clock }: Options): void {
  const { arena, reclaim } = world.threads[0]!.kernels;
  const { scratch } = world.threads[0]!.local;
  world.write(scratch!, new Uint8Array(256));
  const entry: number = arena!.entryClaim!(scratch);
  const generation: number = arena!.entryGeneration!(entry);
  const hazards = scheme >= POINTERS ? HAZARDS : 0;
  const root: number = reclaim!.build!(entry, generation, scheme, hazards) >>> 0;
  if (root === 0) throw new Error(`build: ${reclaim!.status!()}`);
  if (clock !== undefined) {
    new DataView(world.memory.buffer).setBigUint64(root + 64, clock, true);
  }
  arena!.entryPublish!(entry, generation, root);
  const region = world.u32(root + 12);
  let home = 0;
  for (const t of world.threads) {
    Object.assign(t.local, { entry, generation, root, region, scheme, home: 0, cells: 0 });
    if (t.role !== 'worker') continue;
    t.kernels.arena!.entryJoin!(entry, generation);
    t.local.home = t.kernels.reclaim!.open!(entry, generation) >>> 0;
    home ||= t.local.home;
  }
  // Word 0: the register. Word 1: the top of the stack.
  const cells: number = reclaim!.alloc!(entry, generation, home, 16) >>> 0;
  const value: number = reclaim!.alloc!(entry, generation, home, 16) >>> 0;
  for (const i of [0, 1, 2, 3]) {
    reclaim!.poke!(cells, i, 0);
    reclaim!.poke!(value, i, 0);
  }
  reclaim!.storeBlock!(cells, value);
  for (const t of world.threads) t.local.cells = cells;
  for (const t of world.threads) t.kernels.reclaim!.idle!();
}

// ---- operations ---------------------------------------------------------------------------------

const STATUS = ['ok', 'full', 'contended', 'limit', 'bad', 'double', 'expelled', 'closed'];
const name = (status: number): string => STATUS[status] ?? String(status);
/** In the link of a node that was taken out, where readers have hazard pointers. */
const DEAD = 1;
const ASK = 0xffff_ffff;

/** Begins to read: a status. */
function* pinned(t: Thread): Steps<number> {
  const k = t.kernels.reclaim!;
  const { entry, generation, home, scheme } = t.local;
  if (scheme! >= POINTERS) return yield [k.stay!, entry!, generation!, home!];
  const since: number = yield [k.pin!, entry!, generation!, home!];
  return since < 0 ? -since : 0;
}

function* unpinned(t: Thread): Steps {
  if (t.local.scheme! >= POINTERS) {
    yield [t.kernels.reclaim!.releaseHazard!, t.local.home!, HAZARDS - 1];
    yield [t.kernels.reclaim!.exit!];
    return;
  }
  yield [t.kernels.reclaim!.unpin!, t.local.home!, t.local.scheme!];
}

/** The block in a cell, protected; -1: the eras moved on and on. */
function* loaded(t: Thread, run: Run, cell: number): Steps<number> {
  const k = t.kernels.reclaim!;
  const { cells, home } = t.local;
  // The last hazard, for the scan that forgets it.
  const call =
    t.local.scheme! >= POINTERS
      ? ([k.protectBlock!, cells! + cell, home!, HAZARDS - 1, t.local.scheme!] as const)
      : ([k.loadBlock!, cells! + cell, t.local.scheme!] as const);
  run.safe[t.id] = 0;
  const at = (yield call) >>> 0;
  if (at === ASK) return -1;
  run.safe[t.id] = at;
  return at;
}

/** One walk over the list; false: it has to start again. */
function* walked(t: Thread, run: Run, nested: boolean): Steps<boolean> {
  const k = t.kernels.reclaim!;
  const { home, scheme, cells } = t.local;
  const since: number = yield [k.since!];
  let at = yield* loaded(t, run, TOP);
  let parent = HAZARDS - 1;
  for (let hop = 0; at > 0 && hop < 4; hop++) {
    yield [k.breathe!];
    yield [k.peek!, at, 0];
    if (nested && hop === 1) yield [k.loadBlock!, cells! + REGISTER, scheme!];
    const next =
      (yield scheme! >= POINTERS
        ? [k.protectLink!, at + 4, home!, 1 - parent, parent, scheme!]
        : [k.loadLink!, at + 4, scheme!, since]) >>> 0;
    if (next === ASK || next === DEAD) return false;
    run.safe[t.id] = at = next;
    if (scheme! < POINTERS) continue;
    yield [k.releaseHazard!, home!, parent];
    parent = 1 - parent;
  }
  return at === 0;
}

/** Whether the top of the stack was replaced. */
function* exchanged(t: Thread, from: number, to: number): Steps<boolean> {
  const k = t.kernels.reclaim!;
  const cell = t.local.cells! + TOP;
  if (t.local.scheme! >= POINTERS)
    return (yield [k.exchangeHazard!, cell, from, to, t.local.home!]) !== 0;
  return (yield [k.exchangeBlock!, cell, from, to, t.local.scheme!]) >>> 0 === from;
}

function* allocated(t: Thread): Steps<number> {
  const { entry, generation, home } = t.local;
  return (yield [t.kernels.reclaim!.alloc!, entry!, generation!, home!, 16]) >>> 0;
}

function* retired(t: Thread, at: number): Steps<string | undefined> {
  const { entry, generation, home } = t.local;
  const status: number = yield [t.kernels.reclaim!.retire!, entry!, generation!, home!, at];
  return status === 0 ? undefined : `retire: ${name(status)}`;
}

const operations: Structure<Run>['operations'] = {
  write: {
    *run(t, run: Run, value: number) {
      run.busy[t.id] = true;
      const at = yield* allocated(t);
      if (at === 0) {
        const why: number = yield [t.kernels.reclaim!.status!];
        run.busy[t.id] = false;
        return name(why);
      }
      yield [t.kernels.reclaim!.poke!, at, 0, value];
      const old = (yield [t.kernels.reclaim!.swapBlock!, t.local.cells! + REGISTER, at]) >>> 0;
      const wrong = yield* retired(t, old);
      run.busy[t.id] = false;
      return wrong ?? 'ok';
    },
  },
  // A value, read twice with a pause: somebody may collect in between.
  read: {
    *run(t, run: Run) {
      yield* pinned(t);
      const at = yield* loaded(t, run, REGISTER);
      if (at < 0) {
        yield* unpinned(t);
        return 'restart';
      }
      const value: number = yield [t.kernels.reclaim!.peek!, at, 0];
      yield [t.kernels.reclaim!.breathe!];
      const again: number = yield [t.kernels.reclaim!.peek!, at, 0];
      run.safe[t.id] = 0;
      yield* unpinned(t);
      return value === again ? value : `${value}, then ${again}`;
    },
  },
  // As read, with a collect of one's own in between.
  linger: {
    *run(t, run: Run) {
      yield* pinned(t);
      const at = yield* loaded(t, run, REGISTER);
      const value: number = at < 0 ? 0 : yield [t.kernels.reclaim!.peek!, at, 0];
      yield* collected(t);
      const again: number = at < 0 ? 0 : yield [t.kernels.reclaim!.peek!, at, 0];
      run.safe[t.id] = 0;
      yield* unpinned(t);
      if (at < 0) return 'restart';
      return value === again ? value : `${value}, then ${again}`;
    },
  },
  // Pins and stays: a reader that has stopped.
  stall: {
    *run(t, run: Run) {
      const status = yield* pinned(t);
      if (status !== 0) return name(status);
      run.open[t.id] = true;
      const at = yield* loaded(t, run, REGISTER);
      if (at < 0) return 'restart';
      return yield [t.kernels.reclaim!.peek!, at, 0];
    },
  },
  // What `stall` found, once more.
  look: {
    *run(t, run: Run) {
      if (!run.open[t.id]) return 'none';
      const at = run.safe[t.id]!;
      yield [t.kernels.reclaim!.breathe!];
      const value: number | string = at === 0 ? 'none' : yield [t.kernels.reclaim!.peek!, at, 0];
      run.safe[t.id] = 0;
      run.open[t.id] = false;
      yield* unpinned(t);
      return value;
    },
  },
  // The present value under the pin of a `stall` long ago, which ends.
  again: {
    *run(t, run: Run) {
      if (!run.open[t.id]) return 'restart';
      const at = yield* loaded(t, run, REGISTER);
      yield [t.kernels.reclaim!.breathe!];
      const value: number = at < 0 ? 0 : yield [t.kernels.reclaim!.peek!, at, 0];
      run.safe[t.id] = 0;
      run.open[t.id] = false;
      yield* unpinned(t);
      return at < 0 ? 'restart' : value;
    },
  },
  refresh: {
    *run(t, run: Run) {
      const { entry, generation, home, scheme } = t.local;
      if (!run.open[t.id]) return 'ok';
      const at = run.safe[t.id]!;
      run.safe[t.id] = 0;
      const since: number = yield [
        t.kernels.reclaim!.refresh!,
        entry!,
        generation!,
        home!,
        scheme!,
      ];
      if (since <= 0) run.safe[t.id] = at;
      return since < 0 ? name(-since) : 'ok';
    },
  },
  // The stack as a list, read from its top to its end, from the top again where it has to be.
  // `nested`: another root is loaded on the way, which moves upper to the clock.
  walk: {
    *run(t, run: Run, nested = false) {
      if ((yield* pinned(t)) !== 0) return 'restart';
      let whole = false;
      for (let i = 0; i < TRIES && !whole; i++) whole = yield* walked(t, run, nested);
      run.safe[t.id] = 0;
      if (t.local.scheme! >= POINTERS) {
        yield [t.kernels.reclaim!.releaseHazard!, t.local.home!, 0];
      }
      yield* unpinned(t);
      return whole ? 'ok' : 'restart';
    },
  },
  // The list's only writer puts a node behind the second, and takes the second out.
  append: {
    *run(t, run: Run, value: number) {
      const k = t.kernels.reclaim!;
      run.busy[t.id] = true;
      const at = yield* allocated(t);
      if (at === 0) {
        run.busy[t.id] = false;
        return 'full';
      }
      const top: number = yield [k.peekBlock!, t.local.cells! + TOP];
      const second: number = yield [k.peekBlock!, top + 4];
      const next: number = yield [k.peekBlock!, second + 4];
      yield [k.poke!, at, 0, value];
      yield [k.poke!, at, 1, next];
      yield [k.storeBlock!, second + 4, at];
      run.busy[t.id] = false;
      return 'ok';
    },
  },
  drop: {
    *run(t, run: Run) {
      const k = t.kernels.reclaim!;
      const top: number = yield [k.peekBlock!, t.local.cells! + TOP];
      const second: number = yield [k.peekBlock!, top + 4];
      if (second === 0) return 'ok';
      run.busy[t.id] = true;
      const link = second + 4;
      const next = (yield t.local.scheme === POINTERS
        ? [k.swapBlock!, link, DEAD]
        : [k.peekBlock!, link]) as number;
      yield [k.storeBlock!, top + 4, next];
      const wrong = yield* retired(t, second);
      run.busy[t.id] = false;
      return wrong ?? 'ok';
    },
  },
  // The domain's end, for everybody.
  destroy: {
    *run(t) {
      yield [t.kernels.reclaim!.idle!];
      yield [t.kernels.arena!.entryDestroy!, t.local.entry!, t.local.generation!];
      yield [t.kernels.arena!.sweep!];
      return 'ok';
    },
  },
  sweep: {
    *run(t) {
      yield [t.kernels.arena!.sweep!];
      return 'ok';
    },
  },
  // A lease of the present value, kept over a collect, then read. In the epoch scheme it keeps
  // nothing.
  hold: {
    *run(t, run: Run) {
      if (t.local.scheme === EPOCH) return 'restart';
      const { arena, reclaim } = t.kernels;
      const index: number = yield [arena!.leaseTake!];
      let at = 0;
      let held = 0;
      for (let i = 0; i < TRIES && held === 0; i++) {
        yield [reclaim!.pinOnly!];
        at = (yield [reclaim!.loadBlock!, t.local.cells! + REGISTER, INTERVAL]) >>> 0;
        held = yield [arena!.leaseHold!, index];
        if (held !== 0 && at !== 0xffff_ffff) run.safe[t.id] = at;
        yield [reclaim!.unpinOnly!];
        yield [reclaim!.idle!];
      }
      const good = held !== 0 && at !== 0xffff_ffff;
      const value: number = good ? yield [reclaim!.peek!, at, 0] : 0;
      yield* collected(t);
      const again: number = good ? yield [reclaim!.peek!, at, 0] : 0;
      run.safe[t.id] = 0;
      yield [arena!.leaseDrop!, index];
      if (!good) return 'restart';
      return value === again ? value : `${value}, then ${again}`;
    },
  },
  // A lease of the present value that is given to the domain: it outlives this thread.
  fork: {
    *run(t) {
      const { arena, reclaim } = t.kernels;
      const { entry, generation, cells } = t.local;
      const record: number = yield [arena!.grantTake!, entry!, generation!];
      if (record < 0) return name(-record);
      let at = 0;
      let held = 0;
      for (let i = 0; i < TRIES && held === 0; i++) {
        at = (yield [reclaim!.peekBlock!, cells! + REGISTER]) >>> 0;
        held = yield [arena!.grantHold!, record];
      }
      if (held === 0) {
        yield [arena!.grantDrop!, record, yield [arena!.grantGeneration!, record]];
        return 'contended';
      }
      const value: number = yield [reclaim!.peek!, at, 0];
      const status: number = yield [arena!.grantGive!, record, at];
      return status === 0 ? value : name(status);
    },
  },
  // What somebody gave, read over a collect, and its end. `last`: nobody gives any more.
  visit: {
    *run(t, _run, last = false) {
      const { arena, reclaim } = t.kernels;
      const { entry, generation } = t.local;
      const record: number = yield [arena!.grantNext!, entry!, generation!, 0];
      if (record < 0) return last ? 'nothing' : 'none';
      const own: number = yield [arena!.grantGeneration!, record];
      if ((yield [arena!.grantFind!, record, own, entry!, generation!]) !== 0) return 'none';
      const at = (yield [arena!.resultLow!]) >>> 0;
      const value: number = yield [reclaim!.peek!, at, 0];
      yield* t.role === 'worker' ? collected(t) : [];
      const again: number = yield [reclaim!.peek!, at, 0];
      yield [arena!.grantDrop!, record, own];
      return value === again ? value : `${value}, then ${again}`;
    },
  },
  // A lease of whatever era it is, and its end.
  lease: {
    *run(t) {
      yield [t.kernels.arena!.leaseTake!];
      return 'ok';
    },
  },
  unlease: {
    *run(t) {
      yield [t.kernels.arena!.leaseDrop!, 0];
      return 'ok';
    },
  },
  push: {
    *run(t, run: Run, value: number) {
      run.busy[t.id] = true;
      const k = t.kernels.reclaim!;
      const at = yield* allocated(t);
      if (at === 0) {
        run.busy[t.id] = false;
        return 'full';
      }
      yield [k.poke!, at, 0, value];
      for (let i = 0; i < TRIES; i++) {
        yield* pinned(t);
        const top = yield* loaded(t, run, TOP);
        if (top >= 0) {
          yield [k.poke!, at, 1, top];
          if (yield* exchanged(t, top, at)) {
            run.safe[t.id] = 0;
            run.busy[t.id] = false;
            yield* unpinned(t);
            return 'ok';
          }
        }
        run.safe[t.id] = 0;
        yield* unpinned(t);
      }
      yield* retired(t, at);
      run.busy[t.id] = false;
      return 'contended';
    },
  },
  pop: {
    *run(t, run: Run) {
      run.busy[t.id] = true;
      const k = t.kernels.reclaim!;
      let result: string | number = 'contended';
      yield* pinned(t);
      for (let i = 0; i < TRIES; i++) {
        const top = yield* loaded(t, run, TOP);
        if (top < 0) continue;
        if (top === 0) {
          result = 'empty';
          break;
        }
        yield [k.breathe!];
        const next: number = yield [k.peek!, top, 1];
        if (!(yield* exchanged(t, top, next))) continue;
        result = yield [k.peek!, top, 0];
        run.safe[t.id] = 0;
        const wrong = yield* retired(t, top);
        if (wrong !== undefined) result = wrong;
        break;
      }
      run.safe[t.id] = 0;
      run.busy[t.id] = false;
      yield* unpinned(t);
      return result;
    },
  },
  collect: {
    *run(t) {
      const freed = yield* collected(t);
      return freed >= 0 ? 'ok' : name(-freed);
    },
  },
  idle: {
    *run(t) {
      yield [t.kernels.reclaim!.idle!];
      return 'ok';
    },
  },
  leave: {
    *run(t) {
      const { entry, generation, home } = t.local;
      yield [t.kernels.reclaim!.leave!, entry!, generation!, home!];
      return 'ok';
    },
  },
  enter: {
    *run(t) {
      const home = (yield [t.kernels.reclaim!.open!, t.local.entry!, t.local.generation!]) >>> 0;
      if (home === 0) return 'contended';
      t.local.home = home;
      return 'ok';
    },
  },
  // Leaves and comes back, to the same home or another, with what lies in it.
  move: {
    *run(t, run: Run) {
      yield* operations.leave!.run(t, run);
      for (let i = 0; i < MOVES; i++) {
        if ((yield* operations.enter!.run(t, run)) === 'ok') return 'ok';
      }
      t.local.home = 0;
      return 'contended';
    },
  },
  // For the worst-case counts: a block of this thread's, and its retirement.
  take: {
    *run(t, run: Run) {
      run.busy[t.id] = true;
      run.held[t.id] = yield* allocated(t);
      run.busy[t.id] = false;
      return run.held[t.id] === 0 ? 'full' : 'ok';
    },
  },
  giveUp: {
    *run(t, run: Run) {
      const at = run.held[t.id]!;
      const wrong = at === 0 ? 'restart' : yield* retired(t, at);
      run.held[t.id] = 0;
      return wrong ?? 'ok';
    },
    waitFree: true,
    bound: 160,
  },
  pinOnly: {
    *run(t) {
      yield [t.kernels.reclaim!.pinOnly!];
      return 'ok';
    },
    waitFree: true,
    bound: 4,
  },
  unpinOnly: {
    *run(t) {
      yield [t.kernels.reclaim!.unpinOnly!];
      return 'ok';
    },
    waitFree: true,
    bound: 4,
  },
};

// A thread that found no home does nothing but look for one.
for (const [op, { run }] of Object.entries(operations)) {
  if (op === 'leave' || op === 'enter' || op === 'idle') continue;
  operations[op]!.run = function* (t, state, ...rest) {
    if (t.local.home !== 0) return yield* run(t, state, ...rest);
    yield* operations.enter!.run(t, state);
    return 'restart';
  };
}

function* collected(t: Thread): Steps<number> {
  const { entry, generation, home } = t.local;
  return yield [t.kernels.reclaim!.collect!, entry!, generation!, home!];
}

// ---- what they promise --------------------------------------------------------------------------

interface State {
  value: number;
  /** Values given to the domain. */
  forks: readonly number[];
  stack: readonly number[];
  /** The domain was destroyed. */
  gone?: boolean;
}

const refusals = new Set(['full', 'contended', 'restart', 'limit']);

const model: Model<State> = {
  initial: () => ({ value: 0, forks: [], stack: [] }),
  apply(state, [op, argument], result) {
    const died = result === undefined;
    if (typeof result === 'string' && refusals.has(result)) return [state];
    if (result === 'closed') return state.gone === true ? [state] : [];
    switch (op) {
      case 'destroy':
        return [{ ...state, gone: true }];
      case 'write':
        return died || result === 'ok' ? [{ ...state, value: argument as number }] : [];
      case 'read':
      case 'linger':
      case 'hold':
      case 'stall':
      case 'again':
        return died || result === state.value ? [state] : [];
      case 'fork':
        return died || result === state.value
          ? [{ ...state, forks: [...state.forks, state.value] }]
          : [];
      case 'visit':
        if (result === 'none') return [state];
        if (result === 'nothing') return state.forks.length === 0 ? [state] : [];
        return state.forks.flatMap((value, n) =>
          died || value === result
            ? [{ ...state, forks: [...state.forks.slice(0, n), ...state.forks.slice(n + 1)] }]
            : [],
        );
      case 'look':
        return died || typeof result === 'number' || result === 'none' ? [state] : [];
      case 'push':
        return died || result === 'ok'
          ? [{ ...state, stack: [argument as number, ...state.stack] }]
          : [];
      case 'pop': {
        if (died)
          return state.stack.length > 0 ? [{ ...state, stack: state.stack.slice(1) }] : [state];
        if (result === 'empty') return state.stack.length === 0 ? [state] : [];
        return state.stack[0] === result ? [{ ...state, stack: state.stack.slice(1) }] : [];
      }
      default:
        return died || result === 'ok' ? [state] : [];
    }
  },
};

// ---- what holds after every step ----------------------------------------------------------------

const seen: number[] = [];

function invariant(world: World, run: Run): string | undefined {
  for (let id = 0; id < run.safe.length; id++) {
    const at = run.safe[id]!;
    if (at !== 0 && world.state(at) === 'free')
      return `a block was freed that thread ${id} may read`;
  }
  for (let i = 0; i < GRANTS; i++) {
    const at = grantAt(world, i);
    if (kindOf(world.u32(at)) === 2 && world.state(world.u32(at + 24)) === 'free') {
      return `a block was freed that grant ${i} keeps`;
    }
  }
  if (!isLive(world, world.threads[0]!.local.entry!)) return undefined;
  const { homes, bytes, at } = record(world);
  seen.length = 0;
  let pending = 0;
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + 64 + CLASS * 8;
    const low = world.u32(w);
    const before = seen.length;
    if (!list(world, (low & ~1) >>> 0, 16 + (low & 1) * 4, seen))
      return 'limbo I1: a limbo without end';
    const length = seen.length - before;
    pending += length;
    if (length > RETIRED + 2 * world.u32(home + 24)) {
      return `limbo I4: ${length} pending, ${world.u32(home + 24)} kept`;
    }
    if (!list(world, world.u32(w + 4), 24, seen)) return 'limbo I1: a free list without end';
  }
  for (let i = 0; i < seen.length; i++) {
    if (seen.indexOf(seen[i]!) !== i) return `limbo I1: block ${seen[i]} is in two places`;
  }
  if (current.get(world)?.stalled === true) {
    let readers = 0;
    for (let slot = 0; slot < homes; slot++) {
      const lower = world.u32(slotAt(slot) + 64);
      if (lower === 0 || slot === world.threads[1]!.local.slot) continue;
      readers++;
      run.span = Math.max(run.span, world.u32(slotAt(slot) + 72) - lower);
    }
    run.readers = Math.max(run.readers, readers);
    const bound = RETIRED + 2 * run.readers * (2 + BIRTHS * (run.span + 1));
    if (pending > bound) return `limbo I5: ${pending} pending, at most ${bound}`;
  }
  return undefined;
}

// ---- deaths -------------------------------------------------------------------------------------

function* recover(t: Thread, _dead: readonly Thread[], run: Run, world: World): Steps {
  // Until its repair the reservations of the dead stand, also of one that died meanwhile.
  yield* recoverSlots(t, world, 'reclaim', (slot) => {
    for (const other of world.threads) if (other.local.slot === slot) run.safe[other.id] = 0;
  });
  yield [t.kernels.reclaim!.idle!];
}

// ---- the end ------------------------------------------------------------------------------------

/** Everybody lets go; then one comes, collects, and every block must be accounted for. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const { arena, reclaim } = t.kernels;
  const { entry, generation } = t.local;
  for (const other of world.threads) {
    if (other === t || other.role !== 'worker') continue;
    if (kindOf(world.u32(slotAt(other.local.slot!))) !== 1) continue;
    run.safe[other.id] = 0;
    yield* lettingGo(other, world);
    if (!isLive(world, entry!)) continue;
    yield [other.kernels.reclaim!.leave!, entry!, generation!, other.local.home!];
    yield [other.kernels.reclaim!.idle!];
  }
  if (!isLive(world, entry!)) return yield* swept(t, world);
  for (;;) {
    const given: number = yield [arena!.grantNext!, entry!, generation!, 0];
    if (given < 0) break;
    yield [arena!.grantDrop!, given, yield [arena!.grantGeneration!, given]];
  }
  yield [arena!.entryJoin!, entry!, generation!];
  const home = (yield [reclaim!.open!, entry!, generation!]) >>> 0;
  if (home === 0) return 'no home is left';
  yield [reclaim!.idle!];
  yield [reclaim!.collect!, entry!, generation!, home];
  yield [reclaim!.idle!];
  const wrong: number = yield [reclaim!.audit!, entry!, generation!];
  if (wrong !== 0) return `audit: ${wrong}`;
  const lost = account(world, t);
  if (typeof lost === 'string') return lost;
  const open = run.busy.filter(Boolean).length + run.held.filter(Boolean).length;
  if (lost < 0 || lost > open) return `${lost} blocks are lost, at most ${open} were in hand`;
  yield [reclaim!.leave!, entry!, generation!, home];
  yield [reclaim!.idle!];
  yield [arena!.entryDestroy!, entry!, generation!];
  return yield* swept(t, world);
}

/** A worker ends its pins, the older one last, and its leases. */
function* lettingGo({ kernels, local }: Thread, world: World): Steps {
  const { home, scheme, entry } = local;
  let nested = world.u32(slotAt(local.slot!) + 24);
  const guards = scheme === EPOCH && isLive(world, entry!) ? world.u32(home! + 4) : 0;
  for (let i = 0; i < guards; i++, nested--) yield [kernels.reclaim!.unpin!, home!, scheme!];
  for (let i = 0; i < nested; i++) yield [kernels.reclaim!.unpinOnly!];
  for (let i = 0; i <= LEASES; i++) yield [kernels.arena!.leaseDrop!, i];
  yield [kernels.reclaim!.idle!];
}

/** Nobody reads: what was destroyed is free. */
function* swept(t: Thread, world: World): Steps<string | undefined> {
  const { arena } = t.kernels;
  yield [arena!.sweep!];
  if (kindOf(world.u32(world.u32(88) + t.local.region! * 64)) !== 0) {
    return "the domain's memory is not free though nobody reads";
  }
  const found: number = yield [arena!.verify!, t.local.scratch!, 128];
  if (found > 0)
    return `verify: ${world.u32(t.local.scratch!)} at ${world.u32(t.local.scratch! + 4)}`;
  return undefined;
}

/** Blocks that were carved and are nowhere. */
function account(world: World, t: Thread): number | string {
  const { root, homes, bytes, at } = record(world);
  const region = world.u32(root + 12);
  const base = world.u32(world.u32(92 - 4) + region * 64 + 32);
  let used = 0;
  for (let slot = 0; slot < world.u32(36); slot++) used += usedOf(world, base, slot);
  used -= at + homes * bytes - startOf(world, base, root);
  const blocks: number[] = [];
  let fresh = 0;
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + 64 + CLASS * 8;
    if ((world.u32(w) & ~1) !== 0) return `home ${i}: blocks are pending though nobody reads`;
    list(world, world.u32(w + 4), 24, blocks);
    fresh += world.u32(home + 16 + 4);
  }
  const cell = root + DEPOT + CLASS * 8;
  if (world.u32(cell + 4) !== 0) {
    if ((world.u32(cell + 4) & 255) !== 2) return "a batch is in nobody's hands";
    list(world, world.u32(cell), 24, blocks);
  }
  const { cells } = t.local;
  let known = 1;
  if (world.u32(cells! + REGISTER) !== 0) known++;
  for (let node = world.u32(cells! + TOP); node > DEAD; node = world.u32(node + 4)) known++;
  const carved = used - fresh;
  const rest = carved - (known + blocks.length) * BLOCK;
  if (rest % BLOCK !== 0) return `${rest} bytes are lost`;
  return rest / BLOCK;
}

/** Where the data of the chunk that holds `at` begins. */
function startOf(world: World, base: number, at: number): number {
  let page = Math.floor((at - 1) / PAGE);
  const word = world.u32(92) + page * 8;
  if (kindOf(world.u32(word)) === 5) page = world.u32(word + 4);
  return page * PAGE === base ? base + world.u32(36) * 64 : page * PAGE + 16;
}

/** Bytes that a shard of a region has given out, its lines and chunk heads apart. */
function usedOf(world: World, base: number, slot: number): number {
  let total = 0;
  let at = base + slot * 64;
  for (;;) {
    const position = world.u32(at);
    if (position === 0) return total;
    const start = startOf(world, base, position);
    total += position - start;
    at = start - 16;
    if (at + 16 === base + world.u32(36) * 64) return total;
  }
}

const reclaim: Structure<Run, State> = {
  name: 'reclaim',
  kernels: { arena: 'packages/shm-arena', reclaim: 'apps/verify/structures/reclaim' },
  pages: 1,
  recoverers: 2,
  setup,
  begin: (world) => ({
    safe: world.threads.map(() => 0),
    open: world.threads.map(() => false),
    busy: world.threads.map(() => false),
    held: world.threads.map(() => 0),
    readers: 0,
    span: 0,
  }),
  operations,
  model,
  // Eras that move on and on, lost races for the top, homes in hands.
  blockers: { fork: 'any', push: 'any', pop: 'any', enter: 'any', move: 'any' },
  scenarios,
  plan: { quick, full },
  invariant,
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover,
  end,
  word,
  real: scenarios.map(({ name }) => name),
  soak,
  mutants,
};

export default reclaim;
