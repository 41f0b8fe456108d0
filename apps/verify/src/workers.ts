// Runs jobs on all cores, one worker process each, and hands back results as they come.

import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Totals } from './explore.ts';
import type { Job, JobResult } from './job.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

interface PoolOptions {
  cores?: number;
  /**
   * Milliseconds of performance.now() after which no more jobs are started; running ones are cut.
   */
  deadline: number;
  /** Seconds for a job when so many still wait. */
  share?(job: Job, waiting: number): number;
  /** True ends everything: no more is wanted. */
  onResult(result: JobResult): boolean;
  onProgress(id: string, totals: Totals): void;
}

/** Resolves to the jobs that were not started before the deadline. */
export function runAll(jobs: readonly Job[], options: PoolOptions): Promise<Job[]> {
  const waiting = [...jobs];
  const cores = Math.min(options.cores ?? availableParallelism(), Math.max(1, jobs.length));
  const workers = new Set<ChildProcess>();
  return new Promise((done, fail) => {
    const next = (worker: ChildProcess): void => {
      const left = (options.deadline - performance.now()) / 1000;
      const job = left > 0.5 ? waiting.shift() : undefined;
      if (job === undefined) {
        workers.delete(worker);
        worker.removeAllListeners('exit');
        worker.disconnect();
        if (workers.size === 0) done(waiting);
        return;
      }
      worker.send({
        ...job,
        budget: Math.min(job.budget, left, options.share?.(job, waiting.length) ?? left),
      });
    };
    for (let n = 0; n < cores; n++) {
      const worker = fork(WORKER, { serialization: 'json' });
      workers.add(worker);
      worker.on('message', (message: { result?: JobResult; id?: string; totals?: Totals }) => {
        if (message.result !== undefined) {
          if (!options.onResult(message.result)) return next(worker);
          for (const each of workers) {
            each.removeAllListeners('exit');
            each.kill();
          }
          done(waiting);
        } else if (message.id !== undefined && message.totals !== undefined) {
          options.onProgress(message.id, message.totals);
        }
      });
      worker.on('exit', (code) => {
        for (const other of workers) other.kill();
        fail(new Error(`a worker process ended with ${code}`));
      });
      next(worker);
    }
  });
}
