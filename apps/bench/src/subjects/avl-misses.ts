import { Hierarchy } from '../cache.ts';
import { keysOf, shuffled } from '../random.ts';
import { watchKernel } from '../trace.ts';
import type { Bench, Job } from '../types.ts';
import { getAll, getAllMany, SHORT_SCAN, scanShort } from './table.ts';

/** An operation is watched this often, after so many times as many that fill the caches. */
const WATCHED = 20_000;
const BEFORE = 10;
/** Operations of a batch. */
const BATCH = 1_000;
/** Batches after which a tree counts as grown: its memory has half as much garbage again. */
const AGED = 70;

/**
 * Counts, with a model of the caches, what one operation (the subject) touches in a tree of `size`
 * entries. What JavaScript itself touches is not counted.
 */
export async function misses(job: Job, bench: Bench): Promise<void> {
  const caches = new Hierarchy();
  let watching = false;
  await watchKernel('@x/avl-batch', (at, bytes) => {
    if (watching) caches.access(at, bytes);
  });
  const { loadEven, newArena, newTree, overTree, queueRandom } = await import('./avl.ts');
  const arena = newArena(job.size);
  const map = newTree(arena, job.size);
  loadEven(map, job.size, job.seed);
  const batches = keysOf(shuffled(2 * job.size, job.seed + 2));
  let from = 0;
  const applyBatch = (): number => {
    const keys = batches.slice(from, from + BATCH);
    from = (from + BATCH) % batches.length;
    queueRandom(map, keys, false);
    return map.build().applied;
  };
  if (job.subject.endsWith('grown')) for (let i = 0; i < AGED; i++) applyBatch();
  const table = overTree(map);
  const times = Math.min(WATCHED, Math.ceil(job.size / 2));
  const order = shuffled(job.size, job.seed + 1).map((n) => 2 * n);
  const probes = (part: number): string[] => {
    const first = (part * times) % (order.length - times + 1);
    return keysOf(order.subarray(first, first + times));
  };
  const count = (operations: number, run: (keys: string[]) => number): void => {
    watching = true;
    for (let i = 0; i < BEFORE; i++) run(probes(i));
    caches.take();
    run(probes(BEFORE));
    watching = false;
    for (const [name, value] of Object.entries(caches.take())) {
      bench.count(name, value / operations);
    }
  };
  const starts = Math.ceil(times / SHORT_SCAN);
  const operations: Record<string, () => void> = {
    get: () => count(times, (keys) => getAll(table, keys)),
    getMany: () => count(times, (keys) => getAllMany(table, keys)),
    entries: () => count(times, () => table.entries!(undefined, times, 0)),
    entries100: () => {
      count(starts * SHORT_SCAN, (keys) => scanShort(table, keys.slice(0, starts)));
    },
    apply: () => count(BATCH, applyBatch),
  };
  operations[job.subject.split(',')[0]!]!();
  map.destroy();
  arena.detach();
}
