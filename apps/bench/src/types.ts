import type { MessagePort } from 'node:worker_threads';

/** What a process is told: which subject of which suite it is, on what data. */
export interface Task {
  readonly suite: string;
  readonly subject: string;
  /** How many entries or operations; what it counts is the suite's to say. */
  readonly size: number;
  /** The same for all subjects of one round. */
  readonly seed: number;
  readonly threads: number;
}

/** What each thread of the process is told. */
export interface Job extends Task {
  /** This one among the subject's `threads`, from 0. */
  readonly thread: number;
  /** The counters on which the subject's threads meet. */
  readonly barrier: SharedArrayBuffer;
}

/** One measured stretch of one thread; times by the system's monotonic clock. */
export interface Stretch {
  readonly metric: string;
  readonly startNs: number;
  readonly endNs: number;
  /** What the thread itself computed in between. */
  readonly cpuNs: number;
  readonly operations: number;
  readonly checksum: number;
}

/** A number that is no time: bytes, writes, lines. */
export interface Count {
  readonly metric: string;
  readonly value: number;
}

/** What a subject has at hand in each of its threads. */
export interface Bench {
  /**
   * Waits until all threads of the subject are here, runs `body` once and times it.
   * `body` returns a checksum of what it did. `after` returns one in its place: it is not timed
   * and runs when all threads are through. The checksums of threads are added up, and so is what
   * is measured again under the same name.
   */
  measure(metric: string, operations: number, body: () => number, after?: () => number): void;
  /** Reports a number that is not a time. */
  count(metric: string, value: number): void;
  /** Runs `make` in thread 0 and hands what it returned to every thread. */
  share<T>(make: () => T | Promise<T>): Promise<T>;
  /** Runs `make` in thread 0 and hands one of what it returned to each thread, with its port. */
  deal<T extends { readonly port: MessagePort }>(make: () => readonly T[]): Promise<T>;
  /** Collects garbage now, so that none of the past is paid for in the next measurement. */
  collect(): void;
}

/** What each thread of a subject's process runs. */
type Subject = (job: Job, bench: Bench) => Promise<void> | void;

/** What one thread found. */
export interface Done {
  readonly stretches: readonly Stretch[];
  readonly counts: readonly Count[];
}

/** What one subject's threads did in one round, merged. */
export interface Measured {
  /** By metric: nanoseconds an operation, or the number counted. */
  readonly values: Record<string, number>;
  readonly checksums: Record<string, number>;
}

/** The values of a subject in a metric, round by round. */
export type Series = `${string}: ${string}`;

/**
 * How many times the second series beats the first (or how much less it takes), pair by pair. The
 * median must reach the bar, and is to reach the aim; without a bar the ratio is only stated.
 */
type Ratio = readonly [title: string, slow: Series, fast: Series, bar?: number, aim?: number];

/** An upper limit for a series, or for its difference to another. */
type Limit = readonly [title: string, of: Series, bar: number, minus?: Series];

export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly unit: 'ns' | 'count' | 'ms';
  /** Subjects that report it must report the same checksum. Default true. */
  readonly same?: boolean;
}

/** One of those that are measured in turns. */
interface Contender {
  readonly name: string;
  /** Default 1. */
  readonly threads?: number;
  /** It is not run at larger sizes. */
  readonly most?: number;
}

/** A benchmark: subjects that are measured in turns, and what is made of their numbers. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** One line under the table: what was run. */
  readonly about: string;
  readonly subjects: readonly Contender[];
  readonly metrics: readonly Metric[];
  readonly ratios: readonly Ratio[];
  readonly limits?: readonly Limit[];
  readonly size: number;
  /**
   * It is run at each of these up to `size`, at larger ones when they are asked for; its results
   * keep the newest run of each, side by side.
   */
  readonly sizes?: readonly number[];
  readonly tiny: number;
  /** What is counted by the numbers that subjects' names end in (`, 2`); it is drawn over these. */
  readonly over?: string;
  /** Default 7. */
  readonly rounds?: number;
  /** What a process of the subject runs; it loads what that needs, and nothing else. */
  load(subject: string): Promise<Subject>;
}
