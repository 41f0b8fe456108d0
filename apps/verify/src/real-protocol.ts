// What a machine and its real workers share beside the arena.

import type { Kernel } from './kernels.ts';
import type { OpCall } from './structure.ts';

// Words of `shared`, one block for all.
/** Tickets that order beginnings and ends. */
export const CLOCK = 0;
/** Workers that stand at the start. */
export const READY = 1;
/** Stepped: whose step is next (an index into the order). */
export const TURN = 2;
/** Stepped: 1 + the step at which a real thread met something else than the simulated one. */
export const MISMATCH = 3;

// Words of `control`, one block for each worker.
/**
 * 1 while it is between a gate and the next: whether its atomic step has happened cannot be told.
 */
export const PHASE = 0;
/** A block marked free whose atomic has not happened, while bytes > 0. */
export const FREE_AT = 1;
export const FREE_BYTES = 2;
/** Bytes of its log. */
export const LOG = 3;
/** It waits to be terminated. */
export const DOOMED = 4;
export const GOING = 5;

/** Ints of one step of an order: thread, operation, offset, word before (two). */
export const STEP_WORDS = 5;
export const AT = 2;
export const BEFORE = 3;

export interface Order {
  steps: Int32Array;
  count: number;
}

export interface WorkerSetup {
  id: number;
  structure: string;
  memory: WebAssembly.Memory;
  kernels: Kernel[];
  globals: (number | bigint)[][];
  local: Record<string, number>;
  run: unknown;
  shadow: SharedArrayBuffer;
  shared: SharedArrayBuffer;
  control: SharedArrayBuffer;
  log: SharedArrayBuffer;
}

/** A round for one worker. */
export interface Control {
  seed: number;
  workers: number;
  calls: number;
  program?: readonly OpCall[];
  /** Of 64 gates, how many are delayed. */
  delays: number;
  /** Wait for the end at the n-th gate; 0: never. */
  doom: number;
  order?: Order;
}
