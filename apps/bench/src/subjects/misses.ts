import { Hierarchy } from '../cache.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { watchKernel } from '../trace.ts';
import type { Bench, Job } from '../types.ts';
import { batchAll, getAll, getAllMany, load, SHORT_SCAN, scanShort, setAll } from './table.ts';

/** An operation is watched this often, in a list of the full size. */
const WATCHED = 20_000;

/**
 * Counts, with a model of the caches, what one operation (the subject) touches in a list of `size`
 * entries. What JavaScript itself touches is not counted.
 */
export async function misses(job: Job, bench: Bench): Promise<void> {
  const caches = new Hierarchy();
  await watchKernel('@x/skiplist', (at, bytes) => caches.access(at, bytes));
  const { openSkipList } = await import('./skiplist.ts');
  const watched = Math.min(WATCHED, Math.ceil(job.size / 2));
  const order = shuffled(job.size, job.seed);
  const count = (times: number, run: () => number): void => {
    caches.take();
    run();
    const found = caches.take();
    for (const [name, value] of Object.entries(found)) bench.count(name, value / times);
  };
  const table = openSkipList(job.size);
  const all = job.subject === 'setAscending' ? ascending(job.size) : order;
  const old = all.subarray(0, job.size - watched);
  const late = all.subarray(job.size - watched);
  load(table, old);
  const probes = shuffled(job.size - watched, job.seed + 1).subarray(0, watched);
  const keys = keysOf(probes.map((at) => old[at]!));
  const lateKeys = keysOf(late);
  const starts = keys.slice(0, Math.ceil(watched / SHORT_SCAN));
  const operations: Record<string, () => void> = {
    set: () => count(watched, () => setAll(table, lateKeys, late)),
    setAscending: () => count(watched, () => setAll(table, lateKeys, late)),
    writeBatch: () => count(watched, () => batchAll(table, lateKeys, late)),
    get: () => count(watched, () => getAll(table, keys)),
    getMany: () => count(watched, () => getAllMany(table, keys)),
    entries: () => count(watched, () => table.entries!(undefined, watched, 0)),
    entries100: () => count(starts.length * SHORT_SCAN, () => scanShort(table, starts)),
  };
  operations[job.subject]!();
  await table.close();
}
