// Two threads on one Masstree, or each on a map of its own.

import { Masstree } from '@x/masstree';
import type { BenchMap } from '../maps/map.ts';
import { masstreeArena, openMasstree, type Tree } from '../maps/masstree.ts';
import { codecs, ours } from '../maps/ours.ts';
import { keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { getAll, setAll, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;

export async function sharing(job: Job, bench: Bench): Promise<void> {
  const early = shuffled(Math.min(WARM_UP, job.size), job.seed);
  const warm = openMasstree(job.size, f64);
  for (let time = 0; time < 2; time++) setAll(warm, keysOf(early), early);
  getAll(warm, keysOf(early), f64);
  await warm.close();
  if (job.subject === 'two maps') return measure(job, bench, openMasstree(job.size, f64), false);
  const { arena, told } = await shareArena(bench, () => {
    const made = masstreeArena(job.size, f64);
    return [made, Masstree.create(made, codecs(f64)).handle];
  });
  const map: Tree = Masstree.attach(arena, told, codecs(f64));
  await measure(job, bench, ours(map, f64), true);
  arena.detach();
}

/** Writes this thread's part, and reads what both have written: `shared`, or made up here. */
async function measure(job: Job, bench: Bench, map: BenchMap, shared: boolean): Promise<void> {
  const order = shuffled(job.size, job.seed);
  const part = order.filter((n) => n % job.threads === job.thread);
  const write = (name: string, values: Uint32Array): void => {
    const keys = keysOf(part);
    const check = (): number => getAll(map, keysOf(part), f64);
    bench.measure(name, part.length, () => setAll(map, keys, values), check);
  };
  write('set', part);
  write(
    'overwrite',
    part.map((n) => job.size - n),
  );
  if (!shared) {
    const rest = order.filter((n) => n % job.threads !== job.thread);
    setAll(
      map,
      keysOf(rest),
      rest.map((n) => job.size - n),
    );
  }
  const asked = keysOf(shuffled(job.size, job.seed + 1 + job.thread));
  bench.measure('get', job.size, () => getAll(map, asked, f64));
  await map.close();
}
