// What the jobs of a suite may take. The full suite ends by the clock: its jobs share what is left
// until then. The quick one ends when its jobs have computed so much, however busy or slow the
// machine is: it does the same everywhere, and sooner where there are more cores.

import { availableParallelism } from 'node:os';
import type { Job } from './job.ts';

interface Budget {
  /** Milliseconds of performance.now() after which no job begins; those that run are cut. */
  readonly deadline: number;
  /** Seconds that a job of this round may compute, when so many still wait. */
  share(job: Job, waiting: number, round: number): number;
  /** A job has computed so many seconds. */
  spend(seconds: number): void;
}

/** Seconds that a scenario has at least. */
const LEAST = { full: 0.5, quick: 0.1 };

export function fullBudget(seconds: number, cores = availableParallelism()): Budget {
  const deadline = performance.now() + seconds * 1000;
  return {
    deadline,
    share(job, waiting, round) {
      if (job.mutant !== undefined) return job.budget;
      const left = (deadline - performance.now()) / 1000;
      const share = (1.3 * left * cores) / (waiting + 1);
      return Math.max(LEAST.full, Math.min(share, round));
    },
    spend() {},
  };
}

/** A mutant has its own time, so that it is caught or missed; the scenarios share what is left. */
export function quickBudget(seconds: number): Budget {
  let left = seconds;
  return {
    deadline: Number.POSITIVE_INFINITY,
    share(job, waiting) {
      return job.mutant === undefined ? Math.max(LEAST.quick, left / (waiting + 1)) : job.budget;
    },
    spend(taken) {
      left -= taken;
    },
  };
}
