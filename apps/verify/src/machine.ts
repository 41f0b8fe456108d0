// The simulated machine: virtual threads over one shared memory, one step at a time. A step is one
// atomic access with the private work behind it, up to the next gate. At each gate the scheduler is
// asked who goes on; the same thread goes on in place, a switch unwinds it. Everything
// that the checker looks at happens here: legality of accesses, races, per-step invariants, deaths,
// failing allocations, step bounds. What to try is the scheduler's business (dfs.ts, random.ts,
// replay.ts).

import { Arena, FREE, LIVE, ROOM } from './arena.ts';
import type { Absence, Event } from './history.ts';
import { showCall } from './history.ts';
import type { Kernel } from './kernels.ts';
import { SITE_BASE } from './kernels.ts';
import {
  CAS,
  LOAD,
  MARK_LIVE,
  MARK_ROOM,
  MARK_USED,
  OP_NAMES,
  PAUSE,
  PLAIN_STORE,
  TOUCH,
} from './ops.ts';
import { clone } from './plain.ts';
import { RaceDetector } from './race.ts';
import { Recording } from './recording.ts';
import type { Seen } from './seen.ts';
import { hashState, rehash } from './state.ts';
import type { Call, OpCall, Operation, Result, Scenario, Steps, Structure } from './structure.ts';
import { DEAD, DONE, DORMANT, Instance, ownerOf, READY, VirtualThread } from './thread.ts';
import { invariantOf, Violation } from './violation.ts';

/** Why memory in a state of the shadow may not be touched. */
const NOT_OURS: Readonly<Record<number, string>> = {
  [FREE]: 'freed memory',
  [ROOM]: 'memory that nobody uses',
};

/** Why the scheduler is asked: the thread can go on; it waits for others; it has finished. */
export const GATE = 0;
export const WAITS = 1;
export const FINISHED = 2;

/**
 * Answers of a scheduler: a thread's number; KILL + what `killCode` packs; END, when nobody is
 * left; or LEAVE, when all that can follow is known.
 */
export const KILL = 1 << 16;
export const END = -1;
export const LEAVE = -2;

export function killCode(victim: number, variant: number, survivorsFirst: boolean): number {
  return KILL | (variant << 5) | (survivorsFirst ? 16 : 0) | victim;
}

export interface Scheduler {
  /** Who goes on, when `t` stands before a step (or has finished, or waits)? */
  next(machine: Machine, t: VirtualThread, why: number): number;
}

/** What is checked and noted in a run. */
export interface Watch {
  /** Accesses to memory that is not live; a block handed out twice. */
  legal: boolean;
  race: boolean;
  invariant: boolean;
  /** Note plain stores (deaths may lose them) and what threads have read (equal states). */
  deaths: boolean;
  /** Waiting loops are not switched away from, and operations keep their bounds. */
  progress: boolean;
  /** Hash the whole trace. */
  hash: boolean;
  /** Keep every step for printing. */
  record: boolean;
}

/**
 * What is known outside the memory when the workers have ended: the run's state, the workers'
 * numbers, and their kernels' globals.
 */
export interface EndState {
  run: unknown;
  workers: { local: Record<string, number>; globals: (number | bigint)[][] }[];
}

const NOT_YET = -1;
const ALL_BUT_DIRECT = 1_000_000;

export class Machine {
  readonly structure: Structure;
  readonly scenario: Scenario;
  readonly kernels: readonly Kernel[];
  readonly arena: Arena;
  readonly threads: VirtualThread[] = [];
  readonly workers: VirtualThread[];
  readonly recoverers: VirtualThread[];
  readonly auditor: VirtualThread;
  readonly races: RaceDetector;
  watch: Watch = {
    legal: true,
    race: true,
    invariant: true,
    deaths: false,
    progress: false,
    hash: false,
    record: false,
  };

  // Of the present run.
  steps = 0;
  /** Scheduling points passed. */
  point = 0;
  /** Bit t: thread t can be scheduled. */
  enabled = 0;
  kills = 0;
  events: Event[] = [];
  /** Of each death, until it was recovered. */
  absences: Absence[] = [];
  private clock = 0;
  // biome-ignore lint/suspicious/noExplicitAny: the structure's own state of a run
  run: any;
  /** With `record`: what JavaScript and the kernels knew before the end checks. */
  atEnd: EndState | undefined;
  dead: VirtualThread[] = [];
  violation: Violation | null = null;
  /** It was left before its end: see LEAVE. */
  left = false;
  /** Its end checks were left out: another run has ended so. */
  known = false;
  hash1 = 0;
  hash2 = 0;
  readonly recording: Recording;
  /** Allocations asked for in this run, the one that fails (0: none), and whether all later do. */
  allocations = 0;
  failAt = 0;
  failOn = false;
  failed = 0;
  /** Steps in total, since the machine was made; steps of end checks are counted apart. */
  totalSteps = 0;
  auditSteps = 0;
  /** Worst case of each operation: steps in all, steps without anybody else in between. */
  readonly worst = new Map<string, { steps: number; alone: number }>();

  private current: VirtualThread;
  private direct = true;
  private burying = false;
  private rewinding = false;
  private unwinding = false;
  private answer = 0;
  private checked = true;
  private scheduler: Scheduler | null = null;
  private readonly maxSteps: number;
  private readonly bound: number;
  /** What came before the threads began. */
  prologue: Event[] = [];
  private prologueClock = 0;
  /** What went wrong before the first step: of every run, then. */
  private unprepared: Violation | null = null;
  // biome-ignore lint/suspicious/noExplicitAny: the structure's own state of a run
  private runKept: any;
  private stepOpen = false;
  private lastOp = 0;
  private lastAt = 0;
  private lastWidth = 0;
  private lastWord = 0;
  private lastWordHigh = 0;

  constructor(structure: Structure, kernels: readonly Kernel[], scenario: Scenario) {
    this.structure = structure;
    this.scenario = scenario;
    this.kernels = kernels;
    this.arena = new Arena(structure.pages);
    this.recording = new Recording(this.arena);
    this.maxSteps = scenario.maxSteps ?? 20_000;
    this.bound = scenario.bound ?? 2_000;
    const env = this.imports();
    const add = (role: VirtualThread['role']): VirtualThread => {
      const instances = kernels.map((kernel) => new Instance(kernel, { env }));
      const t = new VirtualThread(this.threads.length, role, instances, this.arena);
      this.threads.push(t);
      return t;
    };
    this.workers = scenario.threads.map(() => add('worker'));
    this.recoverers = Array.from({ length: structure.recoverers ?? 1 }, () => add('recoverer'));
    this.auditor = add('auditor');
    if (this.threads.length > 15) throw new Error('at most 15 virtual threads');
    this.arena.threads = this.threads;
    this.races = new RaceDetector(this.threads.length);
    this.current = this.workers[0]!;
    this.setUp();
  }

  private setUp(): void {
    const { structure, scenario } = this;
    this.violation = null;
    try {
      structure.setup(this.arena, scenario);
      this.run = structure.begin?.(this.arena);
      for (const call of scenario.prepare ?? []) this.runDirectly(this.workers[0]!, call);
    } catch (error) {
      this.unprepared = this.explain(error);
    }
    this.prologue = this.events;
    this.prologueClock = this.clock;
    this.runKept = this.run;
    for (const t of this.threads) t.keep();
    this.arena.keep();
  }

  /**
   * Runs the scenario once under `scheduler`; what went wrong is in `violation`. The end checks are
   * left out where `ended` knows the state.
   */
  execute(scheduler: Scheduler, ended?: Seen): Violation | null {
    this.restart(scheduler);
    if (this.unprepared !== null) return (this.violation = this.unprepared);
    const w = this.watch;
    this.checked = w.legal || w.race || w.deaths || w.hash || w.record;
    this.direct = false;
    try {
      let code = this.ask(this.workers[this.workers.length - 1]!, FINISHED);
      while (code !== END && code !== LEAVE) {
        if (code >= KILL) {
          code = this.kill(code);
          continue;
        }
        const t = this.threads[code]!;
        if (t !== this.current) t.alone = 0;
        t.ran = 0;
        this.current = t;
        this.goOn(t);
        code = t.suspended || t.status === DEAD ? this.answer : this.ask(t, FINISHED);
      }
      this.direct = true;
      this.left = code === LEAVE;
      this.known = !this.left && ended !== undefined && !ended.add(hashState(this));
      if (this.left || this.known) return null;
      if (this.watch.record) this.atEnd = this.present();
      this.audit();
    } catch (error) {
      this.violation = this.explain(error);
    } finally {
      this.direct = true;
      this.totalSteps += this.steps;
    }
    return this.violation;
  }

  /**
   * What the scheduler may choose when a waiting or finished thread must give way: the next in
   * turn.
   */
  following(t: VirtualThread): number {
    const others = this.enabled & ~(1 << t.id);
    if (others === 0) return (this.enabled & (1 << t.id)) !== 0 && t.status === READY ? t.id : END;
    const n = this.threads.length;
    for (let id = (t.id + 1) % n; ; id = (id + 1) % n) if ((others & (1 << id)) !== 0) return id;
  }

  /** Every thread's branches, by kernel. */
  cover(reached: Map<string, Uint8Array>): void {
    for (const t of this.threads) {
      for (const instance of t.instances) {
        const { name, table } = instance.kernel;
        let map = reached.get(name);
        if (map === undefined) reached.set(name, (map = new Uint8Array(table.branches.length)));
        instance.cover(map);
      }
    }
  }

  /** "heap/alloc: cas64" for a site number. */
  place(site: number): string {
    const kernel = this.kernels[Math.floor(site / SITE_BASE)];
    const found = kernel?.table.sites[site - kernel.base];
    if (found === undefined) return '?';
    return `${found.fn}: ${found.accessor}${found.nth > 1 ? ` #${found.nth}` : ''}`;
  }

  word(at: number): string {
    return this.structure.word?.(at, this.arena) ?? `0x${at.toString(16)}`;
  }

  private restart(scheduler: Scheduler): void {
    this.scheduler = scheduler;
    this.arena.restore();
    this.arena.changed = true;
    for (const t of this.threads) {
      const program = t.role === 'worker' ? this.scenario.threads[t.id]! : [];
      t.restart(program);
      t.status = t.role === 'worker' ? READY : DORMANT;
    }
    this.enabled = (1 << this.workers.length) - 1;
    if (this.watch.race) this.races.reset();
    this.events = this.prologue.slice();
    this.absences = [];
    this.clock = this.prologueClock;
    this.run = clone(this.runKept);
    this.steps = 0;
    this.point = 0;
    this.kills = 0;
    this.dead = [];
    this.violation = null;
    this.left = false;
    this.known = false;
    this.hash1 = 0;
    this.hash2 = 0;
    this.recording.rows = [];
    this.allocations = 0;
    this.failed = 0;
    this.stepOpen = false;
    this.rewinding = false;
    this.unwinding = false;
    this.burying = false;
    this.current = this.workers[0]!;
  }

  private ask(t: VirtualThread, why: number): number {
    this.point++;
    if (why === FINISHED && this.enabled === 0 && this.dead.length > 0) this.summon();
    return this.scheduler!.next(this, t, why);
  }

  // For real threads (real.ts): this machine is their host.

  /** Forgets the last round and takes over `events` of the next, once its workers have finished. */
  startRound(): void {
    this.arena.restoreAll();
    for (const t of this.threads) t.restart([]);
    this.run = clone(this.runKept);
    this.direct = true;
    this.watch.legal = true;
    this.watch.race = false;
    this.watch.record = false;
  }

  /** The run state that each worker starts from. */
  runImage(): unknown {
    return this.runKept;
  }

  hostBury(victim: VirtualThread): void {
    const t = this.undertaker();
    this.directly(t, () => this.structure.bury!(t, victim, this.arena));
  }

  hostRecover(victims: readonly VirtualThread[]): void {
    const t = this.undertaker();
    t.opName = 'recover';
    this.drain(t, this.structure.recover!(t, victims, this.run, this.arena));
  }

  private present(): EndState {
    const workers = this.workers.map((t) => ({
      local: { ...t.local },
      globals: t.instances.map((instance) => instance.present()),
    }));
    return { run: clone(this.run), workers };
  }

  /** Observations and end checks after `events`, which began at `prologueEnd`, led to `state`. */
  hostAudit(events: Event[], clock: number, state: EndState): Violation | null {
    this.run = clone(state.run);
    for (const [n, { local, globals }] of state.workers.entries()) {
      const t = this.workers[n]!;
      Object.assign(t.local, local);
      for (const [k, values] of globals.entries()) t.instances[k]!.assume(values);
    }
    this.events = [...this.prologue, ...events];
    this.clock = clock;
    try {
      this.audit();
    } catch (error) {
      return this.explain(error);
    }
    return null;
  }

  prologueEnd(): number {
    return this.prologueClock;
  }

  // The imports of the gated kernels.

  private imports(): WebAssembly.ModuleImports {
    return {
      memory: this.arena.memory,
      gate: (op: number, at: number, site: number): void => {
        if (this.rewinding) {
          const t = this.current;
          this.rewinding = false;
          t.running!.stopRewind();
          this.step(t, t.op, t.at, t.site);
        } else if (this.direct) {
          this.directStep(op, at >>> 0, site);
        } else {
          this.arrive(op, at >>> 0, site);
        }
      },
      plain: (op: number, at: number, bytes: number, site: number): void => {
        if (bytes !== 0) this.plain(op, at >>> 0, bytes >>> 0, site);
      },
      fail: (): number => this.fail(),
      mark: (kind: number, at: number, bytes: number, site: number): void => {
        this.mark(kind, at >>> 0, bytes >>> 0, site);
      },
      fault: (code: number, at: number, site: number): void => {
        throw this.wrong(
          'assertion',
          `${invariantOf(code)} does not hold at ${this.word(at >>> 0)}`,
          site,
          at >>> 0,
        );
      },
    };
  }

  private arrive(op: number, at: number, site: number): void {
    const t = this.current;
    if (this.stepOpen) this.stepDone(t);
    const waits = (op & 15) === PAUSE && !this.watch.progress;
    const code = this.ask(t, waits ? WAITS : GATE);
    if (code === t.id) {
      this.step(t, op, at, site);
      return;
    }
    t.op = op;
    t.at = at;
    t.site = site;
    this.answer = code;
    this.unwinding = true;
    t.running!.unwind();
  }

  /** The thread executes the access. */
  private step(t: VirtualThread, op: number, at: number, site: number): void {
    if (t.opSteps === 0 && t.event !== null && t.event.begin === NOT_YET)
      t.event.begin = this.clock++;
    t.opSteps++;
    t.alone++;
    t.ran++;
    if (++this.steps > this.maxSteps) {
      throw this.wrong('livelock', `no end after ${this.maxSteps} steps`, site, at);
    }
    if (this.watch.progress && t.alone > this.boundOf(t)) {
      throw this.wrong(
        'progress',
        `${t.opName} has not finished after ${t.alone - 1} steps alone`,
        site,
        at,
      );
    }
    this.stepOpen = true;
    this.lastOp = op & 15;
    this.lastAt = at;
    if (this.lastOp === PAUSE) {
      if (this.watch.record) this.recording.note(t, site, op, at, 0);
      return;
    }
    const width = (op >> 4) & 15;
    this.lastWidth = width;
    if (this.lastOp !== LOAD) this.arena.touch(at, width);
    if (this.checked) this.check(t, op & 15, at, width, site);
  }

  private check(t: VirtualThread, op: number, at: number, width: number, site: number): void {
    const { watch, arena } = this;
    if (watch.legal) this.legal(at, width, site, OP_NAMES[op]!);
    const word = arena.i32[at >> 2]!;
    const high = width === 8 ? arena.i32[(at >> 2) + 1]! : 0;
    this.lastWord = word;
    this.lastWordHigh = high;
    if (watch.race && !this.races.atomic(t.id, op, at, width, site)) this.throwRace();
    if (watch.deaths) {
      t.log.clear();
      t.see(word ^ Math.imul(high, 0x27d4eb2f), at);
      t.see(high, op);
    }
    if (watch.hash) {
      this.hash1 = (Math.imul(this.hash1 ^ word, 0x9e3779b1) + at) | 0;
      this.hash2 = (Math.imul(this.hash2 + high, 0x85ebca6b) ^ (op + t.id * 16)) | 0;
    }
    if (watch.record) this.recording.note(t, site, op, at, width);
  }

  /** The access has been made, and the private work behind it. */
  private stepDone(t: VirtualThread): void {
    this.stepOpen = false;
    if (this.watch.race && this.lastOp === CAS) {
      const word = this.lastAt >> 2;
      const { i32 } = this.arena;
      const changed =
        i32[word] !== this.lastWord ||
        (this.lastWidth === 8 && i32[word + 1] !== this.lastWordHigh);
      if (changed) this.races.changed(t.id, this.lastAt);
    }
    // A step that wrote nothing leaves what held before it.
    if (this.watch.invariant && this.arena.changed && this.structure.invariant !== undefined) {
      this.arena.changed = false;
      const wrong = this.structure.invariant(this.arena, this.run);
      if (wrong !== undefined) throw this.wrong('invariant', wrong, -1);
    }
  }

  private plain(op: number, at: number, bytes: number, site: number): void {
    const store = op === PLAIN_STORE;
    const touch = op === TOUCH;
    if (at + bytes > this.arena.bytes) {
      throw this.wrong(
        'outside',
        `${OP_NAMES[op]} of ${bytes} bytes at ${at} leaves the memory`,
        site,
        at,
      );
    }
    if (store) this.arena.touch(at, bytes);
    if (!this.checked) return;
    const { watch } = this;
    if (watch.legal) this.legal(at, bytes, site, OP_NAMES[op]!);
    if (this.direct || touch) return;
    const t = this.current;
    if (watch.race && !this.races.plain(t.id, store, at, bytes, site)) this.throwRace();
    if (watch.deaths) {
      if (store) {
        t.log.add(this.arena.u8, at, bytes);
      } else {
        for (let n = 0; n < bytes; n++) t.see(this.arena.u8[at + n]!, n);
      }
    }
    if (watch.record) this.recording.note(t, site, op, at, bytes);
  }

  private legal(at: number, bytes: number, site: number, what: string): void {
    if (at + bytes > this.arena.bytes) {
      throw this.wrong('outside', `${what} of ${bytes} bytes at ${at} leaves the memory`, site, at);
    }
    const shadow = this.arena.shadow;
    if (bytes <= 8 && shadow[at >> 3]! < FREE && shadow[(at + bytes - 1) >> 3]! < FREE) return;
    const first = this.arena.findShut(at, bytes);
    if (first >= 0) {
      throw this.wrong(
        'freed',
        `${what} of ${bytes} bytes at ${this.word(at)} touches ${NOT_OURS[shadow[first >> 3]!]}`,
        site,
        at,
      );
    }
  }

  private mark(kind: number, at: number, bytes: number, site: number): void {
    if (kind === MARK_ROOM) {
      this.arena.setState(ROOM, at, bytes);
    } else if (kind === MARK_USED) {
      if (this.watch.legal && this.arena.state(at) === 'free') {
        throw this.wrong('freed', `${this.word(at)} is used after it was freed`, site, at);
      }
      this.arena.setState(LIVE, at, bytes);
    } else if (kind === MARK_LIVE) {
      const taken = this.watch.legal ? this.arena.findTaken(at, bytes) : -1;
      if (taken >= 0) {
        throw this.wrong(
          'overlap',
          `${this.word(taken)} was handed out a second time (block of ${bytes} bytes)`,
          site,
          at,
        );
      }
      this.arena.setState(LIVE, at, bytes);
    } else {
      if (!this.direct && this.watch.deaths && this.arena.state(at) !== 'free') {
        this.current.log.frees.push([at, bytes]);
      }
      this.arena.setState(FREE, at, bytes);
    }
    if (this.watch.race) this.races.forgetWidths(at, bytes);
  }

  private fail(): number {
    if (this.direct) return 0;
    this.allocations++;
    if (this.failAt === 0 || this.allocations < this.failAt) return 0;
    if (!this.failOn && this.allocations > this.failAt) return 0;
    this.failed++;
    this.current.see(1, 0);
    if (this.current.event !== null) this.current.event.refused = true;
    if (this.watch.record) this.recording.remark(this.current, 'this allocation is refused');
    return 1;
  }

  // Threads.

  /** Lets `t` run until it is switched away from, dies or has finished. */
  private goOn(t: VirtualThread): void {
    let result: unknown;
    if (t.suspended) {
      t.suspended = false;
      this.rewinding = true;
      t.running!.rewind();
      result = invoke(t.call!);
    } else if (!this.begin(t)) {
      return;
    } else {
      result = this.advance(t, undefined);
      if (t.status !== READY) return;
    }
    for (;;) {
      if (this.unwinding) {
        this.unwinding = false;
        t.running!.stopUnwind();
        t.suspended = true;
        return;
      }
      if (this.stepOpen) this.stepDone(t);
      result = this.advance(t, result);
      if (t.status !== READY) return;
    }
  }

  /** Runs the operation's JavaScript up to its next kernel call, and makes that. */
  private advance(t: VirtualThread, result: unknown): unknown {
    this.arena.changed = true; // The run's own state may be.
    let it = t.steps!.next(result);
    while (it.done === true) {
      this.finish(t, it.value);
      if (!this.begin(t)) return undefined;
      it = t.steps!.next(undefined);
    }
    t.call = it.value;
    t.running = ownerOf(it.value[0]);
    // They may come of what its JavaScript has looked at.
    if (this.watch.deaths) for (let n = 1; n < t.call.length; n++) t.see(Number(t.call[n]), n);
    return invoke(it.value);
  }

  /** Starts the next operation of `t`; false when there is none. */
  private begin(t: VirtualThread): boolean {
    if (t.steps !== null) return true;
    if (t.position >= t.program.length) {
      t.status = DONE;
      this.enabled &= ~(1 << t.id);
      return false;
    }
    const call = t.program[t.position]!;
    t.opSteps = 0;
    t.alone = 0;
    t.opName = call[0];
    if (t.role === 'recoverer') {
      t.steps = this.structure.recover!(t, t.patients, this.run, this.arena) as Steps<Result>;
      return true;
    }
    t.steps = this.operation(call).run(t, this.run, ...call.slice(1));
    t.event = {
      thread: t.id,
      call,
      begin: NOT_YET,
      end: Number.POSITIVE_INFINITY,
      result: undefined,
      pending: false,
    };
    this.events.push(t.event);
    return true;
  }

  private finish(t: VirtualThread, result: Result): void {
    t.steps = null;
    t.position++;
    const worst = this.worst.get(t.opName);
    if (worst === undefined) {
      this.worst.set(t.opName, { steps: t.opSteps, alone: t.alone });
    } else {
      if (t.opSteps > worst.steps) worst.steps = t.opSteps;
      if (t.alone > worst.alone) worst.alone = t.alone;
    }
    if (this.watch.record)
      this.recording.remark(t, `${t.opName} returns ${JSON.stringify(result) ?? 'nothing'}`);
    const operation = this.structure.operations[t.opName];
    if (operation?.waitFree && t.opSteps > (operation.bound ?? this.bound)) {
      throw this.wrong(
        'wait-free',
        `${t.opName} took ${t.opSteps} steps, ${operation.bound} are stated`,
        -1,
      );
    }
    if (t.role === 'recoverer') {
      for (const patient of t.patients) {
        if (patient.event !== null) patient.event.end = this.clock;
        patient.absence!.end = this.clock;
      }
      this.clock++;
      t.patients = [];
      return;
    }
    if (t.event !== null) {
      if (t.event.begin === NOT_YET) t.event.begin = this.clock++;
      t.event.end = this.clock++;
      t.event.result = result;
      t.event = null;
    }
  }

  private operation(call: OpCall): Operation {
    const operation = this.structure.operations[call[0]];
    if (operation === undefined)
      throw new Error(`${this.structure.name} has no operation ${call[0]}`);
    return operation;
  }

  private boundOf(t: VirtualThread): number {
    if (t.role !== 'worker') return this.maxSteps;
    return this.structure.operations[t.opName]?.bound ?? this.bound;
  }

  // Deaths.

  /** Carries out a death; says who goes on. */
  private kill(code: number): number {
    const victim = this.threads[code & 15]!;
    const variant = (code & 0xffff) >> 5;
    if (this.structure.bury === undefined || this.structure.recover === undefined) {
      throw new Error(`${this.structure.name} does not say how a death is buried and recovered`);
    }
    victim.log.lose(this.arena.u8, variant);
    rehash(this.arena, victim, variant);
    this.arena.changed = true;
    for (const [at, bytes] of victim.log.frees) this.arena.setState(LIVE, at, bytes);
    victim.log.clear();
    victim.status = DEAD;
    victim.suspended = false;
    victim.steps = null;
    this.enabled &= ~(1 << victim.id);
    this.kills++;
    this.dead.push(...victim.patients, victim);
    victim.patients = [];
    victim.absence = { begin: this.clock, end: Number.POSITIVE_INFINITY };
    this.absences.push(victim.absence);
    const event = victim.event;
    if (event !== null) {
      if (event.begin === NOT_YET) {
        this.events.splice(this.events.indexOf(event), 1);
        victim.event = null;
      } else {
        event.pending = true;
      }
    }
    if (this.watch.record) {
      const lost =
        ['', ', and all its plain stores since its last atomic step are lost'][variant] ??
        `, and its plain store number ${variant - 1} since its last atomic step is lost`;
      this.recording.remark(victim, `dies here${lost}`, true);
    }
    const undertaker = this.undertaker();
    if (this.watch.race) this.races.order(victim.id, undertaker.id);
    this.burying = true;
    this.directly(undertaker, () => this.structure.bury!(undertaker, victim, this.arena));
    this.burying = false;
    const busy = this.recoverers.find((t) => t.status === READY);
    if (busy !== undefined) return busy.id;
    const later = (code & 16) !== 0 && this.enabled !== 0;
    return later ? this.following(victim) : this.summon();
  }

  /** A recoverer that lives: the one at work, or the next. */
  private undertaker(): VirtualThread {
    const alive = this.recoverers.filter((t) => t.status !== DEAD);
    const t = alive.find((r) => r.status === READY) ?? alive[0];
    if (t === undefined)
      throw new Error(`${this.structure.name} needs more recoverers for this plan`);
    return t;
  }

  /** Sends a recoverer to all the dead. */
  private summon(): number {
    const t = this.undertaker();
    t.patients = this.dead;
    this.dead = [];
    for (const patient of t.patients) if (this.watch.race) this.races.order(patient.id, t.id);
    t.program = [['recover']];
    t.position = 0;
    t.status = READY;
    this.enabled |= 1 << t.id;
    return t.id;
  }

  // Calls that nobody can interrupt: set-up, burials, the end.

  private audit(): void {
    const { structure, scenario, auditor } = this;
    this.current = auditor;
    for (const call of scenario.observe ?? structure.observe ?? []) this.runDirectly(auditor, call);
    if (structure.end !== undefined) {
      auditor.opName = 'end';
      const ended = structure.end(auditor, this.run, this.arena);
      const wrong = typeof ended === 'object' ? this.drain(auditor, ended) : ended;
      if (wrong !== undefined) throw this.wrong('end', wrong, -1);
    }
  }

  private runDirectly(t: VirtualThread, call: OpCall): void {
    t.opName = call[0];
    const begin = this.clock++;
    const result = this.drain(t, this.operation(call).run(t, this.run, ...call.slice(1)));
    this.events.push({ thread: t.id, call, begin, end: this.clock++, result, pending: false });
    if (this.watch.record)
      this.recording.remark(t, `${showCall(call)} returns ${JSON.stringify(result)}`);
  }

  private drain<R>(t: VirtualThread, steps: Steps<R>): R {
    return this.directly(t, () => {
      let it = steps.next();
      while (it.done !== true) it = steps.next(invoke(it.value));
      return it.value;
    });
  }

  private directly<R>(t: VirtualThread, body: () => R): R {
    const { current, direct } = this;
    this.current = t;
    this.direct = true;
    this.directLeft = ALL_BUT_DIRECT;
    const result = body();
    this.current = current;
    this.direct = direct;
    return result;
  }

  private directLeft = ALL_BUT_DIRECT;

  private directStep(op: number, at: number, site: number): void {
    this.auditSteps++;
    if (--this.directLeft < 0) throw this.wrong('livelock', 'an end check does not end', site, at);
    if ((op & 15) === PAUSE) return;
    const width = (op >> 4) & 15;
    if ((op & 15) !== LOAD) this.arena.touch(at, width);
    if (this.watch.legal) this.legal(at, width, site, OP_NAMES[op & 15]!);
    if (this.burying && this.watch.race) {
      // What the dead did comes before what whoever reads this word does.
      this.races.atomic(this.current.id, op & 15, at, width, site);
      if ((op & 15) === CAS) this.races.changed(this.current.id, at);
    }
  }

  // Words for what happened.

  private wrong(kind: Violation['kind'], message: string, site: number, at?: number): Violation {
    const t = this.current;
    const place = site >= 0 ? ` (in ${this.place(site)})` : '';
    return new Violation(kind, `${message}${place}, thread ${t.id} in ${t.opName}`, site, at);
  }

  private throwRace(): never {
    const r = this.races.found!;
    const why = r.mixed ? 'two widths on one word' : 'with nothing in between that orders them';
    throw this.wrong(
      'race',
      `${this.word(r.at)}: ${r.here} by thread ${r.thread} in ${this.place(r.site)}, ` +
        `and ${r.there} by thread ${r.other} in ${this.place(r.otherSite)}, ${why}`,
      -1,
      r.at,
    );
  }

  private explain(error: unknown): Violation {
    if (error instanceof Violation) return error;
    if (error instanceof WebAssembly.RuntimeError) {
      return this.wrong('trap', `the kernel traps: ${error.message}`, -1);
    }
    throw error;
  }
}

export function invoke(call: Call): unknown {
  const [fn, a, b, c, d] = call;
  switch (call.length) {
    case 1:
      return fn();
    case 2:
      return fn(a);
    case 3:
      return fn(a, b);
    case 4:
      return fn(a, b, c);
    case 5:
      return fn(a, b, c, d);
    default:
      return fn(...call.slice(1));
  }
}
