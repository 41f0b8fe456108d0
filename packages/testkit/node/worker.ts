// A worker of Node that does the jobs of a structure: threads.ts starts it. It loads no more than
// it needs, so that it begins soon.

import { parentPort, workerData } from 'node:worker_threads';
import { Desk, type Jobs } from '../src/threads/jobs.ts';

export { random, shuffled, userKey } from '../src/random.ts';
export { mapJobs } from '../src/threads/jobs.ts';
export { writableJobs } from '../src/writable/jobs.ts';

/** This thread's end of what it shares with its test. */
export const desk = new Desk(workerData);

/** Does the job that was asked for, and says what came of it. */
export async function work(structure: { close(): void }, jobs: Jobs): Promise<void> {
  parentPort?.postMessage(await desk.work(structure, jobs));
}
