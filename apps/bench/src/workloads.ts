// What is done to maps, written once over a small interface. A process sees one class of maps only,
// so the calls are as direct as in a program that uses that class alone.

import type { Key, Keys } from './keys.ts';
import type { BenchMap, OpenMap } from './maps/map.ts';
import { ascending, shuffled } from './random.ts';
import type { Bench, Job, Metric } from './types.ts';
import { addValue, type Values } from './values.ts';

/** Enough for the optimising compiler, small enough to be no part of what is measured. */
export const WARM_UP = 20_000;
const BATCH = 1_000;
/** Keys of a `getMany`. */
export const LANES = 64;
export const SHORT_SCAN = 100;
/** How often each entry is read by scans. */
const PASSES = 4;
/** Of fewer entries nothing is timed, only computed. */
const LEAST_ENTRIES = 1_000;
/** Of smaller maps so many operations are measured, or entries kept, for a clock to tell. */
const LEAST_OPERATIONS = 50_000;

/** How often all is done anew, so that it can be measured. */
function repeats(size: number): number {
  return size < LEAST_ENTRIES ? 1 : Math.ceil(LEAST_OPERATIONS / size);
}

// ---- what is measured ---------------------------------------------------------------------------

/** Writes all pairs and returns their number. */
export function setAll(map: BenchMap, keys: Key[], values: ArrayLike<unknown>): number {
  map.fill(() => {
    for (let i = 0; i < keys.length; i++) map.set(keys[i]!, values[i]);
  });
  return keys.length;
}

/** As `setAll`, many pairs a call. */
export function batchAll(map: BenchMap, keys: Key[], values: ArrayLike<unknown>): number {
  map.fill(() => {
    for (let from = 0; from < keys.length; from += BATCH) {
      map.writeBatch!(keys, values, from, Math.min(from + BATCH, keys.length));
    }
  });
  return keys.length;
}

/** Reads all keys one by one; the checksum of their values. */
export function getAll(map: BenchMap, keys: readonly Key[], values: Values): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = addValue(sum, map.get(keys[i]!), values);
  return sum;
}

/** As `getAll`, many keys a call. */
export function getAllMany(map: BenchMap, keys: readonly Key[], values: Values): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i += LANES) {
    for (const value of map.getMany!(keys.slice(i, i + LANES))) {
      sum = addValue(sum, value, values);
    }
  }
  return sum;
}

/** Removes all keys and returns their number. */
export function deleteAll(map: BenchMap, keys: readonly Key[]): number {
  map.fill(() => {
    for (let i = 0; i < keys.length; i++) map.delete!(keys[i]!);
  });
  return keys.length;
}

/** Reads a short run of entries from each key on; their checksum. */
export function scanShort(map: BenchMap, keys: readonly Key[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = map.entries!(keys[i]!, SHORT_SCAN, sum);
  return sum;
}

/** As `scanShort`, by a function that is called for each entry. */
function visitShort(map: BenchMap, keys: readonly Key[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = map.scan!(keys[i]!, SHORT_SCAN, sum);
  return sum;
}

// ---- how it is measured -------------------------------------------------------------------------

/** One class of maps with one kind of keys and of values, in a process of its own. */
export interface Scene {
  readonly job: Job;
  readonly bench: Bench;
  readonly open: OpenMap;
  readonly keys: Keys;
  readonly values: Values;
}

/** Measures under a name; `full` gives a map of `job.size` entries, the same at each call. */
type Measuring = (name: string, scene: Scene, full: () => BenchMap) => Promise<void> | void;

/** Time for the compilers' background threads to finish what the warm-up made them begin. */
const SETTLE_MS = 100;

export async function settle(job: Job): Promise<void> {
  if (job.size < LEAST_ENTRIES) return;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Writes into an empty map. */
function writing(write: typeof setAll, orderOf = shuffled): Measuring {
  return async (name, { job, bench, open, keys, values }) => {
    const order = orderOf(job.size, job.seed);
    const early = order.subarray(0, WARM_UP);
    const times = repeats(job.size);
    const warm = open(early.length, values, keys);
    for (let time = 0; time < times; time++) {
      warm.clear();
      write(warm, keys.make(early), values.make(early));
    }
    await warm.close();
    await settle(job);
    const map = open(job.size, values, keys);
    for (let time = 0; time < times; time++) {
      if (time > 0) map.clear();
      const [written, all] = [keys.make(order), values.make(order)];
      const check = (): number => getAll(map, keys.make(order), values);
      bench.measure(name, job.size, () => write(map, written, all), check);
    }
    await map.close();
  };
}

/** Does `change` to all keys of a full map, in another random order. */
function changing(
  change: (map: BenchMap, keys: Key[], values: ArrayLike<unknown>) => number,
): Measuring {
  return async (name, { job, bench, open, keys, values }) => {
    const fill = (map: BenchMap, order: Uint32Array): BenchMap => {
      setAll(map, keys.make(order), values.make(order));
      return map;
    };
    const early = shuffled(Math.min(WARM_UP, job.size), job.seed);
    const times = repeats(job.size);
    const warm = open(early.length, values, keys);
    for (let time = 0; time < times; time++) {
      change(fill(warm, early), keys.make(early), values.make(early));
    }
    await warm.close();
    await settle(job);
    const map = open(job.size, values, keys);
    const first = shuffled(job.size, job.seed);
    const order = shuffled(job.size, job.seed + 1);
    for (let time = 0; time < times; time++) {
      fill(map, first);
      const changed = keys.make(order);
      const all = values.make(order.map((n) => job.size - n));
      const check = (): number => getAll(map, keys.make(order), values);
      bench.measure(name, job.size, () => change(map, changed, all), check);
    }
    await map.close();
  };
}

/** Numbers of keys in a random order; of few keys in several, one after the other. */
function drawn(size: number, seed: number, count = size): Uint32Array {
  const times = repeats(size);
  const all = new Uint32Array(times * count);
  for (let time = 0; time < times; time++) {
    all.set(shuffled(size, seed + 16 * time).subarray(0, count), time * count);
  }
  return all;
}

/**
 * Reads with as many keys as `keysFor` says, in another random order, each a string of its own.
 * How many operations these are, `visits` says.
 */
function reading(
  read: (map: BenchMap, keys: Key[], values: Values) => number,
  keysFor = (size: number) => size,
  visits = (starts: Uint32Array, _: number) => starts.length,
  before: (keys: Key[]) => void = () => {},
): Measuring {
  return async (name, { job, bench, keys, values }, full) => {
    const map = full();
    const count = Math.min(job.size, keysFor(job.size));
    const order = drawn(job.size, job.seed + 1, count);
    const warm = drawn(job.size, job.seed + 2, count).subarray(0, WARM_UP);
    read(map, keys.make(warm), values);
    await settle(job);
    const asked = keys.make(order);
    before(asked);
    bench.measure(name, visits(order, job.size), () => read(map, asked, values));
  };
}

/** Has the engine compute the hash of each key, which it keeps in the string. */
function hash(keys: Key[]): void {
  new Set(keys).clear();
}

/** Reads with the very strings that were set. */
const readingOwn: Measuring = async (name, { job, bench, open, keys, values }) => {
  const order = shuffled(job.size, job.seed);
  const made = keys.make(order);
  const map = open(job.size, values, keys);
  setAll(map, made, values.make(order));
  const asked = Array.from(drawn(job.size, job.seed + 1), (at) => made[at]!);
  getAll(map, asked.slice(0, WARM_UP), values);
  await settle(job);
  bench.measure(name, asked.length, () => getAll(map, asked, values));
  await map.close();
};

const shortScans = (size: number): number => Math.ceil((PASSES * size) / SHORT_SCAN);

/** As many entries as a short scan finds from each of these on. */
function visited(starts: Uint32Array, size: number): number {
  return starts.reduce((n, at) => n + Math.min(SHORT_SCAN, size - at), 0);
}

/** Reads all of a map in order, some times: clocks of threads have steps of milliseconds. */
function scanning(read: (map: BenchMap, sum: number) => number): Measuring {
  return async (name, { job, bench }, full) => {
    const map = full();
    const passes = PASSES * repeats(job.size);
    const some = (sum: number): number => {
      for (let pass = 0; pass < passes; pass++) sum = read(map, sum);
      return sum;
    };
    some(0);
    await settle(job);
    bench.measure(name, passes * job.size, () => some(0));
  };
}

/** Bytes an entry, whoever keeps them: the arena, the database file, or this process's heap. */
function memory(orderOf = shuffled): Measuring {
  return async (name, { job, bench, open, keys, values }) => {
    const order = orderOf(job.size, job.seed);
    const heap = (): number => {
      bench.collect();
      return process.memoryUsage().heapUsed;
    };
    keys.make(order.subarray(0, 1)); // What it reads stays.
    const before = heap();
    // The engine would keep a key once that stands in two maps.
    const filled = (time: number): BenchMap => {
      const own = order.map((n) => n + time * job.size);
      const map = open(job.size, values, keys);
      setAll(map, keys.make(own), values.make(own));
      return map;
    };
    const maps = [filled(0)];
    let bytes = maps[0]!.bytes?.();
    if (bytes === undefined) {
      while (maps.length < repeats(job.size)) maps.push(filled(maps.length));
      bytes = (heap() - before) / maps.length;
    }
    bench.count(name, bytes / job.size);
    for (const map of maps) {
      getAll(map, keys.make(order.subarray(0, 1)), values);
      await map.close();
    }
  };
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
  setMany: { title: 'setMany', unit: 'ns', measure: writing(batchAll), needs: 'writeBatch' },
  overwrite: { title: 'overwrite', unit: 'ns', measure: changing(setAll) },
  delete: { title: 'delete', unit: 'ns', measure: changing(deleteAll), needs: 'delete' },
  get: { title: 'get', unit: 'ns', measure: reading(getAll) },
  getHashed: {
    title: 'get, hash cached',
    unit: 'ns',
    measure: reading(getAll, undefined, undefined, hash),
  },
  getOwn: { title: 'get, the strings that were set', unit: 'ns', measure: readingOwn },
  getMany: { title: 'getMany', unit: 'ns', measure: reading(getAllMany), needs: 'getMany' },
  entries: {
    title: 'entries, all',
    unit: 'ns',
    measure: scanning((map, sum) => map.entries!(undefined, Infinity, sum)),
    needs: 'entries',
  },
  each: {
    title: 'entries, all, in any order',
    unit: 'ns',
    measure: scanning((map, sum) => map.each!(sum)),
    needs: 'each',
  },
  values: {
    title: 'values, all',
    unit: 'ns',
    measure: scanning((map, sum) => map.values!(sum)),
    needs: 'values',
  },
  entries100: {
    title: 'entries, limit 100',
    unit: 'ns',
    measure: reading(scanShort, shortScans, visited),
    needs: 'entries',
  },
  scan100: {
    title: 'scan, limit 100',
    unit: 'ns',
    measure: reading(visitShort, shortScans, visited),
    needs: 'scan',
  },
  bytes: { title: 'bytes an entry', unit: 'count', measure: memory() },
  bytesAscending: {
    title: 'bytes an entry, ascending keys',
    unit: 'count',
    measure: memory(ascending),
  },
} satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

/** Runs those of the workloads that the map can do. */
export async function run(names: readonly WorkloadName[], scene: Scene): Promise<void> {
  const { job, open, keys, values } = scene;
  const sample = open(1, values, keys);
  const can = names.filter((name) => {
    const { needs }: Workload = WORKLOADS[name];
    return needs === undefined || sample[needs] !== undefined;
  });
  await sample.close();
  let filled: BenchMap | undefined;
  const full = (): BenchMap => {
    if (filled !== undefined) return filled;
    filled = open(job.size, values, keys);
    const order = shuffled(job.size, job.seed);
    setAll(filled, keys.make(order), values.make(order));
    return filled;
  };
  for (const name of can) await WORKLOADS[name].measure(name, scene, full);
  await filled?.close();
}
