// What the main thread and a worker of the tour tell each other.

import type { ArenaHandle } from '@x/shm-arena';

/** What a worker is told when it starts. */
export interface Seat {
  handle: ArenaHandle;
  /** Which of the `workers` it is: row r is its own when r % workers is its index. */
  index: number;
  workers: number;
  /** How many places to read from the source. */
  records: number;
  /** How many calls each worker has finished in this task: one word a worker. */
  finished: Int32Array;
}

/** A task's answer, or what it threw. */
export type Reply = { result: unknown } | { error: unknown };
