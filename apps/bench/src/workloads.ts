// What is done to maps, written once over a small interface. A process sees one class of maps only,
// so the calls are as direct as in a program that uses that class alone.

import type { BenchMap, OpenMap } from './maps/map.ts';
import { ascending, keysOf, shuffled } from './random.ts';
import type { Bench, Job, Metric } from './types.ts';
import { addValue, type Values } from './values.ts';

/** Enough for the optimising compiler, small enough to be no part of what is measured. */
export const WARM_UP = 20_000;
const BATCH = 1_000;
const LANES = 64;
export const SHORT_SCAN = 100;

// ---- what is measured ---------------------------------------------------------------------------

/** Writes all pairs and returns their number. */
export function setAll(map: BenchMap, keys: string[], values: ArrayLike<unknown>): number {
  map.fill(() => {
    for (let i = 0; i < keys.length; i++) map.set(keys[i]!, values[i]);
  });
  return keys.length;
}

/** As `setAll`, many pairs a call. */
export function batchAll(map: BenchMap, keys: string[], values: ArrayLike<unknown>): number {
  map.fill(() => {
    for (let from = 0; from < keys.length; from += BATCH) {
      map.writeBatch!(keys, values, from, Math.min(from + BATCH, keys.length));
    }
  });
  return keys.length;
}

/** Reads all keys one by one; the checksum of their values. */
export function getAll(map: BenchMap, keys: readonly string[], values: Values): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = addValue(sum, map.get(keys[i]!), values);
  return sum;
}

/** As `getAll`, many keys a call. */
export function getAllMany(map: BenchMap, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i += LANES) sum = map.getMany!(keys.slice(i, i + LANES), sum);
  return sum;
}

/** Reads a short run of entries from each key on; their checksum. */
export function scanShort(map: BenchMap, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = map.entries!(keys[i]!, SHORT_SCAN, sum);
  return sum;
}

// ---- how it is measured -------------------------------------------------------------------------

/** One class of maps with one kind of values, in a process of its own. */
interface Scene {
  readonly job: Job;
  readonly bench: Bench;
  readonly open: OpenMap;
  readonly values: Values;
}

/** Measures under a name; `full` gives a map of `job.size` entries, the same at each call. */
type Measuring = (name: string, scene: Scene, full: () => BenchMap) => Promise<void> | void;

/** Time for the compilers' background threads to finish what the warm-up made them begin. */
const SETTLE_MS = 100;

/** Of fewer operations than a warm-up wants nothing is compiled. */
async function settle(job: Job): Promise<void> {
  if (job.size < WARM_UP) return;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Writes into an empty map. */
function writing(write: typeof setAll, orderOf = shuffled): Measuring {
  return async (name, { job, bench, open, values }) => {
    const order = orderOf(job.size, job.seed);
    const early = order.subarray(0, WARM_UP);
    const warm = open(early.length, values);
    write(warm, keysOf(early), values.make(early));
    await warm.close();
    await settle(job);
    const map = open(job.size, values);
    const [keys, all] = [keysOf(order), values.make(order)];
    const check = (): number => getAll(map, keysOf(order), values);
    bench.measure(name, job.size, () => write(map, keys, all), check);
    await map.close();
  };
}

/**
 * Reads with as many keys as `keysFor` says, in another random order, each a string of its own.
 * How many operations these are, `visits` says.
 */
function reading(
  read: (map: BenchMap, keys: string[], values: Values) => number,
  keysFor = (size: number) => size,
  visits = (starts: Uint32Array, _: number) => starts.length,
): Measuring {
  return async (name, { job, bench, values }, full) => {
    const map = full();
    const order = shuffled(job.size, job.seed + 1).subarray(0, keysFor(job.size));
    const warm = shuffled(job.size, job.seed + 2).subarray(0, Math.min(WARM_UP, order.length));
    read(map, keysOf(warm), values);
    await settle(job);
    const keys = keysOf(order);
    bench.measure(name, visits(order, job.size), () => read(map, keys, values));
  };
}

/** Reads all entries in order. */
async function scanning(name: string, { job, bench }: Scene, full: () => BenchMap): Promise<void> {
  const map = full();
  map.entries!(undefined, WARM_UP, 0);
  await settle(job);
  bench.measure(name, job.size, () => map.entries!(undefined, Infinity, 0));
}

/** Bytes an entry, whoever keeps them: the arena, the database file, or this process's heap. */
async function memory(name: string, { job, bench, open, values }: Scene): Promise<void> {
  const order = shuffled(job.size, job.seed);
  const heap = (): number => {
    bench.collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const map = open(job.size, values);
  setAll(map, keysOf(order), values.make(order));
  const bytes = map.bytes?.() ?? heap() - before;
  bench.count(name, bytes / job.size);
  getAll(map, keysOf(order.subarray(0, 1)), values);
  await map.close();
}

interface Workload extends Pick<Metric, 'title' | 'unit'> {
  readonly measure: Measuring;
  /** What a map must have for it. */
  readonly needs?: keyof BenchMap;
}

/** All workloads, by the names of their metrics. */
export const WORKLOADS = {
  set: { title: 'set', unit: 'ns', measure: writing(setAll) },
  setAscending: { title: 'set, ascending keys', unit: 'ns', measure: writing(setAll, ascending) },
  writeBatch: { title: 'writeBatch', unit: 'ns', measure: writing(batchAll), needs: 'writeBatch' },
  get: { title: 'get', unit: 'ns', measure: reading(getAll) },
  getMany: { title: 'getMany', unit: 'ns', measure: reading(getAllMany), needs: 'getMany' },
  entries: { title: 'entries, all', unit: 'ns', measure: scanning, needs: 'entries' },
  entries100: {
    title: 'entries, limit 100',
    unit: 'ns',
    measure: reading(
      scanShort,
      (size) => Math.ceil(size / SHORT_SCAN),
      (starts, size) => starts.reduce((n, at) => n + Math.min(SHORT_SCAN, size - at), 0),
    ),
    needs: 'entries',
  },
  bytes: { title: 'bytes an entry', unit: 'count', measure: memory },
} satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

/** Runs those of the workloads that the map can do. */
export async function run(names: readonly WorkloadName[], scene: Scene): Promise<void> {
  const { job, open, values } = scene;
  const sample = open(1, values);
  const can = names.filter((name) => {
    const { needs }: Workload = WORKLOADS[name];
    return needs === undefined || sample[needs] !== undefined;
  });
  await sample.close();
  let filled: BenchMap | undefined;
  const full = (): BenchMap => {
    if (filled !== undefined) return filled;
    filled = open(job.size, values);
    const order = shuffled(job.size, job.seed);
    setAll(filled, keysOf(order), values.make(order));
    return filled;
  };
  for (const name of can) await WORKLOADS[name].measure(name, scene, full);
  await filled?.close();
}
