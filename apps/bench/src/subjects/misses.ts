// What one operation (the subject) of a structure of `size` entries touches, counted with a model
// of the caches. What JavaScript itself touches is not counted.

import { Hierarchy } from '../cache.ts';
import { KEYS } from '../keys.ts';
import type { BenchMap, OpenMap } from '../maps/map.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { watchKernel } from '../trace.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import {
  batchAll,
  deleteAll,
  getAll,
  getAllMany,
  SHORT_SCAN,
  scanShort,
  setAll,
} from '../workloads.ts';

/** An operation is watched this often. */
const WATCHED = 20_000;
/** Operations of a batch for a tree, and how often they are applied before they are watched. */
const BATCH = 1_000;
const BEFORE = 10;
/** Batches after which a tree counts as grown: its memory has half as much garbage again. */
const AGED = 70;

const { f64 } = VALUES;

/** The caches of this thread, which see what a package's kernel touches while they watch. */
class Counter {
  watching = true;
  readonly #caches = new Hierarchy();
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async watch(packageName: string): Promise<void> {
    await watchKernel(`node_modules/${packageName}`, (at, bytes) => {
      if (this.watching) this.#caches.access(at, bytes);
    });
  }

  /** Counts what `run` touches in each of so many operations. */
  count(operations: number, run: () => unknown): void {
    this.#caches.take();
    run();
    for (const [name, value] of Object.entries(this.#caches.take())) {
      this.#bench.count(name, value / operations);
    }
  }
}

/** How many operations reading with `keys` is, and the reading, by the names of the subjects. */
function reads(map: BenchMap, watched: number) {
  const starts = Math.ceil(watched / SHORT_SCAN);
  return {
    get: [watched, (keys: string[]) => getAll(map, keys, f64)],
    getMany: [watched, (keys: string[]) => getAllMany(map, keys, f64)],
    entries: [watched, () => map.entries!(undefined, watched, 0)],
    entries100: [starts * SHORT_SCAN, (keys: string[]) => scanShort(map, keys.slice(0, starts))],
  } as const;
}

export async function listMisses(job: Job, bench: Bench): Promise<void> {
  const load = async () => (await import('../maps/skiplist.ts')).openSkipList;
  await mapMisses('@x/skiplist', load, job, bench);
}

export async function masstreeMisses(job: Job, bench: Bench): Promise<void> {
  const load = async () => (await import('../maps/masstree.ts')).openMasstree;
  await mapMisses('@x/masstree', load, job, bench);
}

export async function hamtMisses(job: Job, bench: Bench): Promise<void> {
  const load = async () => (await import('../maps/hamt.ts')).openHamt;
  await mapMisses('@x/hamt', load, job, bench);
}

/** The map is watched from its first entry on, and writes are the last of its entries. */
async function mapMisses(
  packageName: string,
  load: () => Promise<OpenMap>,
  job: Job,
  bench: Bench,
): Promise<void> {
  const counter = new Counter(bench);
  await counter.watch(packageName);
  const open = await load();
  const watched = Math.min(WATCHED, Math.ceil(job.size / 2));
  const map = open(job.size, f64, KEYS.user);
  const all = job.subject === 'setAscending' ? ascending(job.size) : shuffled(job.size, job.seed);
  const old = all.subarray(0, job.size - watched);
  const late = all.subarray(job.size - watched);
  setAll(map, keysOf(old), old);
  const probes = shuffled(old.length, job.seed + 1).subarray(0, watched);
  const keys = keysOf(probes.map((at) => old[at]!));
  const lateKeys = keysOf(late);
  const operations: Record<string, readonly [number, (keys: string[]) => number]> = {
    ...reads(map, watched),
    overwrite: [watched, (keys) => setAll(map, keys, probes)],
    delete: [watched, (keys) => deleteAll(map, keys)],
    set: [watched, () => setAll(map, lateKeys, late)],
    setAscending: [watched, () => setAll(map, lateKeys, late)],
    writeBatch: [watched, () => batchAll(map, lateKeys, late)],
  };
  const [times, run] = operations[job.subject]!;
  counter.count(times, () => run(keys));
  await map.close();
}

/** The caches see a tree that is ready, and an operation often before they count it. */
export async function treeMisses(job: Job, bench: Bench): Promise<void> {
  const counter = new Counter(bench);
  counter.watching = false;
  await counter.watch('@x/avl-batch');
  const { newTree, overTree, treeArena } = await import('../maps/avl.ts');
  const { loadEven, queueRandom } = await import('./builds.ts');
  const arena = treeArena(job.size);
  const tree = newTree(arena, job.size);
  loadEven(tree, job.size, job.seed);
  const batches = keysOf(shuffled(2 * job.size, job.seed + 2));
  const batch = Math.min(BATCH, job.size);
  let from = 0;
  const applyBatch = (): number => {
    const keys = batches.slice(from, from + batch);
    from = (from + batch) % batches.length;
    queueRandom(tree, keys, false);
    return tree.build().applied;
  };
  if (job.subject.endsWith('grown')) for (let i = 0; i < AGED; i++) applyBatch();
  const watched = Math.min(WATCHED, Math.ceil(job.size / 2));
  const order = shuffled(job.size, job.seed + 1).map((n) => 2 * n);
  const probes = (part: number): string[] => {
    const first = (part * watched) % (order.length - watched + 1);
    return keysOf(order.subarray(first, first + watched));
  };
  const operations: Record<string, readonly [number, (keys: string[]) => number]> = {
    ...reads(overTree(tree), watched),
    apply: [batch, applyBatch],
  };
  const [times, run] = operations[job.subject.split(',')[0]!]!;
  counter.watching = true;
  for (let i = 0; i < BEFORE; i++) run(probes(i));
  counter.count(times, () => run(probes(BEFORE)));
  tree.destroy();
  arena.detach();
}
