// Two threads on one map, or each on a map of its own.

import { KEYS } from '../keys.ts';
import { blockMapsOf } from '../maps/index.ts';
import type { BenchMap } from '../maps/map.ts';
import { ours } from '../maps/ours.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { getAll, setAll, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;

export async function sharing(job: Job, bench: Bench): Promise<void> {
  const maps = await blockMapsOf(job.suite);
  const early = shuffled(Math.min(WARM_UP, job.size), job.seed);
  const warm = maps.open(job.size, f64, KEYS.user);
  for (let time = 0; time < 2; time++) setAll(warm, keysOf(early), early);
  getAll(warm, keysOf(early), f64);
  await warm.close();
  if (job.subject === 'two maps') {
    return measure(job, bench, maps.open(job.size, f64, KEYS.user), false);
  }
  const { arena, told } = await shareArena(bench, () => {
    const made = maps.arena(job.size, f64);
    return [made, maps.create(made, f64).handle];
  });
  await measure(job, bench, ours(maps.attach(arena, told, f64), f64), true);
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

/** Each thread sets one key, the same one, again and again. */
export async function hotKey(job: Job, bench: Bench): Promise<void> {
  const maps = await blockMapsOf(job.suite);
  const { arena, told } = await shareArena(bench, () => {
    const made = maps.arena(WARM_UP, f64);
    const map = maps.create(made, f64);
    setAll(ours(map, f64), keysOf(ascending(WARM_UP)), ascending(WARM_UP));
    return [made, map.handle];
  });
  const map = maps.attach(arena, told, f64);
  const setHot = (times: number): number => {
    for (let i = 0; i < times; i++) map.set('user:00000000007', i);
    return times;
  };
  setHot(Math.min(WARM_UP, job.size));
  const share = Math.ceil(job.size / job.threads);
  bench.measure('set', share, () => setHot(share));
  map.close();
  arena.detach();
}
