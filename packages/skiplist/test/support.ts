// What the tests share: the helpers of all structures' tests, and this package's workers.

import { starter } from '../../shm-arena/test/shared/support.ts';

export * from '../../shm-arena/test/shared/support.ts';

/** Starts a thread that attaches arena and list, waits for `go`, does a job of workers/jobs.mjs. */
export const start = starter(new URL('./workers/jobs.mjs', import.meta.url));
