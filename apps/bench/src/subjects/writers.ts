// Many threads that write into one list.

import { SkipList } from '@x/skiplist';
import { codecs, ours } from '../maps/ours.ts';
import { type List, listArena, openSkipList } from '../maps/skiplist.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;

/** All threads of the subject write disjoint parts of the same keys into one list. */
export async function writers(job: Job, bench: Bench): Promise<void> {
  const { arena, told } = await shareArena(bench, () => {
    const made = listArena(job.size, f64);
    return [made, SkipList.create(made, codecs(f64)).handle];
  });
  const list: List = SkipList.attach(arena, told, codecs(f64));
  const map = ours(list, f64);
  const part = Math.ceil(job.size / job.threads);
  const order = shuffled(job.size, job.seed);
  const own = order.subarray(job.thread * part, (job.thread + 1) * part);
  const keys = keysOf(own);
  warmUp(Math.min(WARM_UP, job.size));
  const check = (): number => (job.thread === 0 ? list.size : 0);
  bench.measure('set', own.length, () => setAll(map, keys, own), check);
  list.close();
  arena.detach();
}

function warmUp(size: number): void {
  const order = ascending(size);
  const map = openSkipList(size, f64);
  setAll(map, keysOf(order), order);
  void map.close();
}
