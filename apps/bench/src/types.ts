/** What a worker is told: which subject of which suite it is, on what data. */
export interface Job {
  readonly suite: string;
  readonly subject: string;
  /** How many entries or operations; what it counts is the suite's to say. */
  readonly size: number;
  /** The same for all subjects of one round. */
  readonly seed: number;
  /** This worker among the subject's `threads`, from 0. */
  readonly thread: number;
  readonly threads: number;
  /** Two counters on which the subject's threads meet. */
  readonly barrier: SharedArrayBuffer;
}

/** One measured stretch of one worker; times by the system's monotonic clock. */
export interface Stretch {
  readonly metric: string;
  readonly startNs: number;
  readonly endNs: number;
  /** What the worker's own thread computed in between. */
  readonly cpuNs: number;
  readonly operations: number;
  readonly checksum: number;
}

/** A number that is no time: bytes, writes, lines. */
export interface Count {
  readonly metric: string;
  readonly value: number;
}

/** What a subject has at hand inside its worker. */
export interface Bench {
  /**
   * Waits until all threads of the subject are here, runs `body` once and times it.
   * `body` returns a checksum of what it did. `after` returns one in its place: it is not timed
   * and runs when all threads are through. The checksums of threads are added up.
   */
  measure(metric: string, operations: number, body: () => number, after?: () => number): void;
  /** Reports a number that is not a time. */
  count(metric: string, value: number): void;
  /** Runs `make` in thread 0 and hands what it returned to every thread. */
  share<T>(make: () => T | Promise<T>): Promise<T>;
  /** Collects garbage now, so that none of the past is paid for in the next measurement. */
  collect(): void;
}

/** A subject runs in fresh workers, one module each. */
export type Subject = (job: Job, bench: Bench) => Promise<void> | void;

export type FromWorker =
  | { readonly type: 'share'; readonly value: unknown }
  | { readonly type: 'done'; readonly stretches: Stretch[]; readonly counts: Count[] };

/** What one subject's threads did in one round, merged. */
export interface Measured {
  /** By metric: nanoseconds an operation, or the number counted. */
  readonly values: Record<string, number>;
  readonly checksums: Record<string, number>;
}

/** One series, by subject and metric. */
export interface Series {
  readonly subject: string;
  readonly metric: string;
}

/** How many times `fast` beats `slow` (or how much less it takes), pair by pair. */
interface Ratio {
  readonly title: string;
  /** The series divided: the one that should be larger. */
  readonly slow: Series;
  /** The series it is divided by: the one that should be smaller. */
  readonly fast: Series;
  /** The median must reach this. Without it the ratio is only stated. */
  readonly bar?: number;
}

/** An upper limit for a series, or for a difference of two. */
interface Limit {
  readonly title: string;
  readonly of: Series;
  readonly minus?: Series;
  readonly bar: number;
}

export interface Suite {
  readonly name: string;
  readonly title: string;
  /** One line under the table: what was run. */
  readonly about: string;
  readonly subjects: readonly { readonly name: string; readonly threads?: number }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly title: string;
    readonly unit: 'ns' | 'bytes' | 'count' | 'ms';
    /** Subjects that report it must report the same checksum. Default true. */
    readonly same?: boolean;
  }[];
  readonly ratios: readonly Ratio[];
  readonly limits?: readonly Limit[];
  readonly size: number;
  readonly tiny: number;
  /** Default 7. */
  readonly rounds?: number;
}
