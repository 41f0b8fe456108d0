// Looks for a fault in a kernel from elsewhere, on all cores: every scenario a little and at
// random, then more, then in order, until something is found.

import { addTotals, noTotals } from './explore.ts';
import { HUNT, type Job, type JobResult } from './job.ts';
import type { Replace } from './kernels.ts';
import { big, Progress } from './progress.ts';
import { load } from './registry.ts';
import { runAll } from './workers.ts';

interface Hunt {
  structures: readonly string[];
  replace: Replace;
  seconds: number;
  seed: number;
}

/** Prints what it finds; true when that is nothing. */
export async function hunt({ structures, replace, seconds, seed }: Hunt): Promise<boolean> {
  const files = Object.entries(replace).map((pair) => pair.join(' = '));
  console.log(`${structures.join(', ')} with ${files.join(', ')}`);
  const loaded = await Promise.all(structures.map(load));
  const jobs = HUNT.flatMap((limit, pass) =>
    loaded.flatMap(({ scenarios }, n) =>
      scenarios.map(({ name: scenario }): Job => {
        const structure = structures[n]!;
        const id = `${structure}/${scenario} ${pass + 1}`;
        return { id, structure, scenario, limit, full: pass > 1, budget: 600, seed, replace };
      }),
    ),
  );
  const progress = new Progress();
  progress.expect(jobs.length);
  const totals = noTotals();
  const started = performance.now();
  let found: JobResult | undefined;
  await runAll(jobs, {
    deadline: started + seconds * 1000,
    onProgress: (id, sofar) => progress.advance(id, sofar),
    onResult: (result) => {
      progress.finish(result.id, result.totals);
      addTotals(totals, result.totals);
      if (result.failure !== undefined || result.error !== undefined) found = result;
      return found !== undefined;
    },
  });
  progress.clear();
  if (found?.error !== undefined) throw new Error(found.error);
  if (found?.failure !== undefined) console.log(`\n${found.failure.text}\n`);
  const time = ((performance.now() - started) / 1000).toFixed(1);
  const done = `${big(totals.schedules)} schedules, ${big(totals.steps)} steps`;
  console.log(`${found ? 'FAILED' : 'nothing found'} after ${time} s, ${done}`);
  return found === undefined;
}
