// What the tests share: the kit, and this package's workers.

import { starter } from '@x/testkit';
import { nodeThreads } from '@x/testkit/node';

export * from '@x/testkit';
export { replay, seed } from '@x/testkit/node';

/** Starts threads that do the jobs of workers/jobs.mjs. */
export const spawn = nodeThreads(new URL('./workers/jobs.mjs', import.meta.url));

/** Starts one that attaches arena and map, waits for `go`, and does a job. */
export const start = starter(spawn);
