// What the parts of a worker share: its seat, its journal, and how a call is written down in it.

import { workerData } from 'node:worker_threads';
import { ShmError } from '@x/shm-arena';
import { Random } from '../random.ts';
import { apply, BEGUN, DONE, OTHER, RECORD, REFUSED, type Seat } from './protocol.ts';

export const seat = workerData as Seat;
export const { lane: me, truth, blocks } = seat;
export const control = new Int32Array(seat.control);
export const shared = new Int32Array(seat.shared);
export const memory = new Int32Array(seat.arena.memory.buffer);
const journal = new Int32Array(seat.journal);
const random = new Random(seat.seed);
export const below = (n: number): number => random.below(n);

let next = seat.next;

/** Numbers that were not used yet, the first of `count`. */
export function numbers(count = 1): number {
  next += count;
  return next - count;
}

const REFUSALS = new Set(['ARENA_FULL', 'LIMIT_REACHED', 'QUEUE_FULL']);

/** Calls; a refusal is a result, anything else that is thrown ends this worker. */
export function call(
  op: number,
  [at, n, size]: readonly [number, number, number],
  body: (record: Int32Array) => number,
): boolean {
  const index = control[BEGUN]!;
  const record = journal.subarray(index * RECORD, (index + 1) * RECORD);
  record.set([op, at, n, size, 0]);
  Atomics.store(control, BEGUN, index + 1);
  let result: number;
  try {
    result = body(record);
  } catch (error) {
    if (!(error instanceof ShmError && REFUSALS.has(error.code))) throw error;
    result = REFUSED;
  }
  record[4] = result;
  Atomics.store(control, DONE, index + 1);
  apply(record, truth, blocks);
  return result !== REFUSED;
}

export const other = (body: () => void): boolean =>
  call(OTHER, [0, 0, 0], () => {
    body();
    return 0;
  });

export function fault(text: string): never {
  throw new Error(`lane ${me}: ${text}`);
}
