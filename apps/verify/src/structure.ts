// The form in which a structure is given to the checker: one short file, structures/NAME.ts, whose
// default export is a `Structure`. It says how to set an arena up, what the operations are, what
// they promise (a sequential model), what must hold after every step, how a death is repaired, and
// which short programs to run against each other. Everything else is the engine's work.
//
// An operation is a generator that yields kernel calls and is given their results:
//
//   *set(t, run, key: number, value: number) {
//     const status = yield [t.kernels.list.set, t.local.root, key, value];
//     return status === 0 ? 'ok' : 'full';
//   }
//
// A kernel call may be switched away from at any of its atomic steps, or die there. The JavaScript
// between two calls belongs to the step before it. It may keep state in three places only:
// `t.local` (numbers of one thread, such as its slot), `run` (what `begin` made for this run), and
// the arena; all three are put back before each run. Anything else would make runs depend on each
// other, which the checker reports.

/** An exported kernel function. 64-bit arguments and results are BigInt. */
// biome-ignore lint/suspicious/noExplicitAny: the exports' signatures are only known by the kernel
export type KernelFunction = (...args: any[]) => any;

/** A call of a kernel function: the export of this thread's own instance, and its arguments. */
export type Call = readonly [fn: KernelFunction, ...args: (number | bigint)[]];

/**
 * Kernel calls one after another, each answered with what it returned (unsigned results need
 * `>>> 0`), and a result in the end.
 */
// biome-ignore lint/suspicious/noExplicitAny: a kernel call returns a number, a bigint or nothing
export type Steps<R = void> = Generator<Call, R, any>;

/** A thread that the scheduler runs. The same objects serve all runs of a scenario. */
export interface Thread {
  /** 0, 1, … in the order of the scenario's programs; recoverers follow, the auditor is last. */
  readonly id: number;
  readonly role: 'worker' | 'recoverer' | 'auditor';
  /**
   * This thread's own instance of each kernel: its exports, by the names in `Structure.kernels`.
   */
  readonly kernels: Record<string, Record<string, KernelFunction>>;
  /** The machine it runs on. */
  readonly world: World;
  /**
   * Numbers of this thread (slot, scratch offset, …). Set them in `setup`; each run starts with
   * these.
   */
  readonly local: Record<string, number>;
}

/** What a structure sees of the simulated machine. Reads here are no steps. */
export interface World {
  readonly memory: WebAssembly.Memory;
  /** Workers in the order of the scenario, then the recoverers, then the auditor. */
  readonly threads: readonly Thread[];
  /**
   * For reading only: write through `write`, or the next run will not start from the same image.
   */
  readonly u8: Uint8Array;
  /** A host's write, such as a key staged in the thread's scratch. No step. */
  write(at: number, bytes: Uint8Array): void;
  /** The 32-bit word at `at`, unsigned. */
  u32(at: number): number;
  /** The 64-bit word at `at`, unsigned. */
  u64(at: number): bigint;
  /**
   * What the checker knows of the byte at `at`: handed out, given back, handed out but not in use,
   * or never marked.
   */
  state(at: number): 'live' | 'free' | 'room' | 'unmarked';
  /** Every maximal run of bytes that were handed out and not freed, ascending. */
  live(): { at: number; bytes: number }[];
  /** Bytes handed out. */
  liveBytes(): number;
  /**
   * Marks a range from the host: what `setup` handed out or keeps free without the kernel's marks.
   */
  mark(kind: 'live' | 'free' | 'unmarked', at: number, bytes: number): void;
}

/** An operation with its arguments, as scenarios and models see it: ['set', 'a', 1]. */
export type OpCall = readonly [name: string, ...args: Argument[]];
export type Argument = number | string | boolean | null | readonly Argument[];
/** What an operation returned. Plain data: it is compared and printed. */
export type Result = Argument | undefined;

export interface Operation<R = unknown> {
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of the scenario's OpCall
  run(t: Thread, run: R, ...args: any[]): Steps<Result>;
  /**
   * Atomic steps within which it must finish while all other threads stand still, wherever they
   * stand; a waiting loop must give up within it (say CONTENDED). Default: the scenario's.
   */
  bound?: number;
  /** Wait-free: the worst case must stay below `bound` in every schedule, not only alone. */
  waitFree?: boolean;
}

/**
 * The sequential specification. States are plain data and never changed in place.
 */
export interface Model<S> {
  initial(): S;
  /**
   * All states that `call` may lead to from `state` when it returned `result`; none when it
   * cannot have returned that. `result` is undefined for a call that its thread did not live to
   * finish: give every state that it may have led to ("did nothing" needs not be among them).
   */
  apply(state: S, call: OpCall, result: Result): S[];
  /** Equal for equal states. Default: JSON. */
  key?(state: S): string;
  /**
   * The key that a call is about, when its outcome depends on that key alone: histories are then
   * checked key by key, each starting from `initial()`. undefined: the call touches several (one
   * such call, and the whole history is checked at once).
   */
  partition?(call: OpCall): string | undefined;
}

export interface Scenario {
  name: string;
  /** One program for each worker. */
  threads: readonly (readonly OpCall[])[];
  /** Run one after another by worker 0 after `setup`, once; part of the history. */
  prepare?: readonly OpCall[];
  /** Run after everything, by the auditor; part of the history. Default: `Structure.observe`. */
  observe?: readonly OpCall[];
  /**
   * What to do with it, for the quick suite and for the full one; see `Plan`.
   * Default: `Structure.plan`.
   */
  quick?: readonly Plan[];
  full?: readonly Plan[];
  /**
   * Refusals that its memory and its limits really lead to: 'full', 'limit', 'queue full' or 'no
   * slot'. Any other is a fault, but for a 'full' of a call that the checker refused an allocation.
   */
  may?: readonly string[];
  /** Most atomic steps of one whole run; more is reported as a livelock. Default 20 000. */
  maxSteps?: number;
  /** Most steps of one operation while all others stand still. Default 2 000. */
  bound?: number;
}

/** A way to explore a scenario. Costs grow with steps^preemptions · steps (kills). */
export interface Plan {
  /** dfs: all schedules with at most `preemptions`; pct: random priorities; random: a fair coin. */
  strategy: 'dfs' | 'pct' | 'random';
  /** dfs only. Default 2. */
  preemptions?: number;
  /** pct, random: runs. pct: change points (depth - 1). */
  runs?: number;
  depth?: number;
  /**
   * Threads that may die in one run, at any step: 1 a worker, 2 also one that recovers it (needs
   * that many recoverers). Default 0. Random strategies kill at a random step in half of the runs.
   */
  kills?: number;
  /** With kills: preemptions spent after the first death count too. Default: the same bound. */
  preemptionsAfterDeath?: number;
  /** Only these workers die. Default: all. */
  victims?: readonly number[];
  /**
   * Plain stores since the victim's last atomic step are also lost: all, and each alone. Default
   * true.
   */
  lostStores?: boolean;
  /**
   * Threads also die while they are switched away from, not only when it is their turn. Default
   * false.
   */
  suspendedDie?: boolean;
  /** Allocations fail: the n-th for every n, once and from then on. Default false. */
  failures?: boolean;
  /**
   * Waiting loops are not scheduled away, and each operation must keep its `bound`. Default false.
   */
  progress?: boolean;
  /** Run the per-step invariants. Default true. */
  invariants?: boolean;
  /** Most schedules; the run says when it was cut. Default: no limit for dfs. */
  limit?: number;
}

/** A seeded bug: `if (MUTANT == id)` in a kernel's source. */
export interface Mutant {
  id: number;
  /** The kernel (of `Structure.kernels`) that has it. */
  kernel: string;
  /** What was broken, for the score. */
  what: string;
  /** Scenarios to try, in order; default: all. */
  scenarios?: readonly string[];
  /** Plans to try instead of the scenarios' own. */
  plans?: readonly Plan[];
  /** Seconds within which it must be caught. Default 20. */
  budget?: number;
}

/** Random calls on real threads. `begin`'s state is a copy in each: operations may not share it. */
export interface Soak<R = unknown> {
  /** As many workers as it has programs; its `prepare` and `observe` are used. */
  scenario: Scenario;
  /** Further scenarios that are soaked so, as many programs in each: all get the same time. */
  more?: readonly Scenario[];
  /** The next call of worker `worker`; `below(n)` draws 0 … n - 1. */
  call(below: (n: number) => number, worker: number): OpCall;
  /** Calls of each worker in a round. Default 60. */
  calls?: number;
  /**
   * The run's state for the end checks, from those of the workers: as they were in the end, or
   * before the kernel call that a worker died in. Default: as `begin` and `prepare` left it.
   */
  gather?(runs: readonly R[]): R;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds structures of any model
export interface Structure<R = any, S = any> {
  name: string;
  /** Package folders of the kernels by short name, relative to the repository's root. */
  kernels: Record<string, string>;
  /** Pages (64 KiB) of the shared memory; used bytes are found by looking for the last change. */
  pages: number;
  /**
   * More threads beside the workers that can repair a death. Default 1; deaths of repairers need 2.
   */
  recoverers?: number;
  /**
   * Builds the structure and joins every thread, through `world.threads[i].kernels…` called
   * directly. Runs once for each scenario; its memory, marks and `local`s are what each run starts
   * from.
   */
  setup(world: World, scenario: Scenario): void;
  /** State of one run that is no thread's: made anew for each. */
  begin?(world: World): R;
  operations: Record<string, Operation<R>>;
  model: Model<S>;
  /**
   * What may make an operation say 'contended': these operations, while they are in flight, and any
   * death until its recovery has ended. Where a scenario may say 'full' or 'limit' it may be any
   * call; else it is a fault of an operation that is not named.
   */
  blockers?: Readonly<Record<string, readonly string[] | 'any'>>;
  scenarios: readonly Scenario[];
  /** Default plans for scenarios that name none. */
  plan?: { quick: readonly Plan[]; full: readonly Plan[] };
  /** Default of `Scenario.observe`. */
  observe?: readonly OpCall[];
  /** Must hold after every atomic step of anybody: what is wrong, or undefined. */
  invariant?(world: World, run: R): string | undefined;
  /**
   * The host's word that `dead` will never run again (slot := DEAD). Called directly, at the moment
   * of death, on a thread that lives; no step.
   */
  bury?(t: Thread, dead: Thread, world: World): void;
  /**
   * Recovers all threads in `dead`, as the host would; `t` may die in it too, and another recoverer
   * starts again. Calls in flight took effect before this returns, or never will.
   */
  recover?(t: Thread, dead: readonly Thread[], run: R, world: World): Steps;
  /**
   * After a run, by the auditor, when all have finished or are recovered: verify() and leak audit.
   * What is wrong, or undefined. Asked once of a state: what calls have left in a kernel's globals
   * may not matter to it, nor in which order `run` was filled.
   */
  end?(t: Thread, run: R, world: World): Steps<string | undefined> | string | undefined;
  /**
   * Scenarios whose simulated schedules are made again by real workers: their operations read
   * nothing of the run's state that another thread has written. Default: all when there is no
   * `begin`.
   */
  real?: readonly string[];
  /** How real workers stress it (`pnpm verify:soak`). */
  soak?: Soak<R>;
  /** A name for the word at `at` in traces: "head", "page[3]", "slot[1].state". */
  word?(at: number, world: World): string | undefined;
  mutants?: readonly Mutant[];
}
