// A Web Worker that does the jobs of a structure: what @x/testkit/worker is for threads of Node.
// Its task is its first message. It works once it holds the lock that tells of its death.

import type { Task } from '../../../packages/testkit/src/threads/control.ts';
import { Desk, type Jobs } from '../../../packages/testkit/src/threads/jobs.ts';

export { random, shuffled, userKey } from '../../../packages/testkit/src/random.ts';
export { mapJobs } from '../../../packages/testkit/src/threads/jobs.ts';
export { writableJobs } from '../../../packages/testkit/src/writable/jobs.ts';

const task = await new Promise<Task>((resolve) => {
  addEventListener('message', ({ data }) => resolve(data), { once: true });
});

/** This thread's end of what it shares with its test. */
export const desk = new Desk(task);

/** Does the job that was asked for, and says what came of it. */
export async function work(structure: { close(): void }, jobs: Jobs): Promise<void> {
  await desk.arena.ready;
  postMessage(await desk.work(structure, jobs));
  close();
}
