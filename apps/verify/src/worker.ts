// A worker process of the suites: does the jobs it is sent, one at a time.

import { type Job, runJob } from './job.ts';

let last = 0;

process.on('message', async (job: Job) => {
  const result = await runJob(job, (totals) => {
    const now = performance.now();
    if (now - last < 500) return;
    last = now;
    process.send?.({ id: job.id, totals });
  });
  process.send?.({ result });
});

process.on('disconnect', () => process.exit());
