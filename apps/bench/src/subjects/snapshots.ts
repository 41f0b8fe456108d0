// What a snapshot costs, and the writes behind it, in a map of as many entries as the subject says.

import { blockMapsOf } from '../maps/index.ts';
import { ours } from '../maps/ours.ts';
import { generator, keysOf, shuffled } from '../random.ts';
import { spread } from '../stats.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll } from '../workloads.ts';

const { f64 } = VALUES;
/** Writes behind each snapshot. */
const WRITES = 1_000;
const WARM_ROUNDS = 20;

export async function snapshots(job: Job, bench: Bench): Promise<void> {
  const entries = Number(job.subject.replace(/\D/g, ''));
  const maps = await blockMapsOf(job.suite);
  const arena = maps.arena(2 * entries, f64);
  const map = maps.create(arena, f64);
  const order = shuffled(entries, job.seed);
  setAll(ours(map, f64), keysOf(order), order);
  const next = generator(job.seed + 1);
  const took: Record<string, number[]> = { snapshot: [], first: [], behind: [], without: [] };
  const timed = (name: string, calls: number, run: () => void): void => {
    const start = performance.now();
    run();
    took[name]!.push(((performance.now() - start) * 1e6) / calls);
  };
  const writes = (): (() => void) => {
    const keys = keysOf(Uint32Array.from({ length: WRITES }, () => next() % entries));
    return () => keys.forEach((key, i) => void map.set(key, i));
  };
  const pass = (rounds: number): void => {
    for (let round = 0; round < rounds; round++) {
      timed('without', WRITES, writes());
      const behind = writes();
      const [first] = keysOf(Uint32Array.of(next() % entries));
      let open: { close(): void } | undefined;
      timed('snapshot', 1, () => {
        open = map.snapshot();
      });
      timed('first', 1, () => void map.set(first!, round));
      timed('behind', WRITES, behind);
      open!.close();
    }
  };
  pass(WARM_ROUNDS);
  for (const times of Object.values(took)) times.length = 0;
  pass(job.size);
  for (const [name, times] of Object.entries(took)) bench.count(name, spread(times).median);
  map.destroy();
  arena.detach();
}
