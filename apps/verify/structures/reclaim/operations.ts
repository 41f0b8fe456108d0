// The operations: a register, whose value is a block that each write replaces; a Treiber stack,
// read and written as a list, too; pins, leases and grants; collects; homes left and found.

import { PAGE } from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  ASK,
  EPOCH,
  INTERVAL,
  POINTERS,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { Steps, Structure, Thread, World } from '../../src/structure.ts';
import { dropLease, type Overflow, takeLease } from '../common.ts';
import { DEAD, REGISTER, type Seen, TOP } from './memory.ts';
import { HAZARDS } from './scenarios.ts';

const TRIES = 3;
/** A home is free soon: helpers hold one for a moment each. */
const MOVES = 16;

/** State of a run that is no thread's. */
export interface Run extends Seen {
  /** Whether a thread is pinned by a `stall`. */
  open: boolean[];
  /** Whether a thread is inside an operation that may hold a block nobody else knows of. */
  busy: boolean[];
  /** A block that a thread has taken and not given up. */
  held: number[];
  /** Of each thread, those that `lease` took. */
  leases: number[][];
  overflow: Overflow;
  /** Blocks that fill the arena. */
  filled: number[];
}

export const newRun = (world: World): Run => ({
  safe: world.threads.map(() => 0),
  open: world.threads.map(() => false),
  busy: world.threads.map(() => false),
  held: world.threads.map(() => 0),
  leases: world.threads.map(() => []),
  overflow: {},
  filled: [],
  readers: 0,
  span: 0,
});

const STATUS = ['ok', 'full', 'contended', 'limit', 'bad', 'double', 'expelled', 'closed'];
const name = (status: number): string => STATUS[status] ?? String(status);

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
  return (yield [t.kernels.reclaim!.alloc!, entry!, generation!, home!, 16, 16]) >>> 0;
}

function* retired(t: Thread, at: number): Steps<string | undefined> {
  const { entry, generation, home } = t.local;
  const status: number = yield [t.kernels.reclaim!.retire!, entry!, generation!, home!, at];
  return status === 0 ? undefined : `retire: ${name(status)}`;
}

function* collected(t: Thread): Steps<number> {
  const { entry, generation, home } = t.local;
  return yield [t.kernels.reclaim!.collect!, entry!, generation!, home!];
}

export const operations: Structure<Run>['operations'] = {
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
      let lease = 0;
      let at = 0;
      let held = 0;
      for (let i = 0; i < TRIES && held === 0; i++) {
        if (i > 0) yield* dropLease(t, run.overflow, lease);
        lease = yield* takeLease(t, run.overflow);
        yield [reclaim!.pinOnly!];
        at = (yield [reclaim!.loadBlock!, t.local.cells! + REGISTER, INTERVAL]) >>> 0;
        held = yield [arena!.leaseHold!, lease];
        if (held !== 0 && at !== 0xffff_ffff) run.safe[t.id] = at;
        yield [reclaim!.unpinOnly!];
        yield [reclaim!.idle!];
      }
      const good = held !== 0 && at !== 0xffff_ffff;
      const value: number = good ? yield [reclaim!.peek!, at, 0] : 0;
      yield* collected(t);
      const again: number = good ? yield [reclaim!.peek!, at, 0] : 0;
      run.safe[t.id] = 0;
      yield* dropLease(t, run.overflow, lease);
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
    *run(t, run: Run) {
      run.leases[t.id]!.push(yield* takeLease(t, run.overflow));
      return 'ok';
    },
  },
  unlease: {
    *run(t, run: Run) {
      yield* dropLease(t, run.overflow, run.leases[t.id]!.pop()!);
      return 'ok';
    },
  },
  // Every page of the arena in use, and not any more.
  fill: {
    *run(t, run: Run) {
      for (;;) {
        const at = (yield [t.kernels.arena!.alloc!, PAGE, 0]) >>> 0;
        if (at === 0) return 'ok';
        run.filled.push(at);
      }
    },
  },
  drain: {
    *run(t, run: Run) {
      while (run.filled.length > 0) yield [t.kernels.arena!.free!, run.filled.pop()!];
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
    bound: 176,
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
