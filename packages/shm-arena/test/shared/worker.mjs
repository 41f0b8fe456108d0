// What the workers of job.ts share. A finished call is counted in the shared words before the next
// one begins, so that the test knows after a kill what must be there.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { codeOf } from './errors.mjs';

/** The words; this thread's number; the structure's handle; what the job is told. */
export const { words, index, handle, args } = workerData;
export const arena = Arena.attach(workerData.arena);

const { slot, generation } = arena.participant;
Atomics.store(words, 3 + 2 * index, slot + (generation << 8));

/** A call has returned. */
export const finish = () => Atomics.add(words, 2 + 2 * index, 1);
export const stopped = () => Atomics.load(words, 1) === 1;
/** Until told to stop; the event loop does not run. */
const untilStopped = () => Atomics.wait(words, 1, 0);

/**
 * Calls `step` with 0, 1, … until told to stop, or until it returns false, `most` times at most.
 * Returns how often, each time counted.
 */
export function repeat(most, step) {
  let n = 0;
  while (!stopped() && n < most && step(n) !== false) {
    finish();
    n++;
  }
  return n;
}

/** Takes a snapshot, reports, and stays; its end is a kill. */
export function hold(structure) {
  const snapshot = structure.snapshot();
  const { size } = snapshot;
  finish();
  untilStopped();
  return [size, snapshot.size];
}

/** Waits until it was declared dead, alive as it is; returns what its calls say then. */
export function expelled(calls) {
  finish();
  untilStopped();
  return calls.map(codeOf);
}

/** Waits for `go`, does the job that was asked for, and lets go of `structure`. */
export async function work(structure, jobs) {
  Atomics.wait(words, 0, 0);
  const result = await jobs[workerData.job](args);
  structure.close();
  arena.detach();
  parentPort.postMessage(result);
}
