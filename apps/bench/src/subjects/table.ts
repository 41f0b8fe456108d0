// The map benchmarks, written once over a small interface. A worker sees one table class only, so
// the calls are as direct as in a program that uses that class alone.

import { ascending, keysOf, mix, shuffled } from '../random.ts';
import type { Bench, Job } from '../types.ts';

/** What a measured map can do. What it cannot is left out, and not measured. */
export interface Table {
  /** Starts what `set` writes into, where writes need a transaction. */
  inOneTransaction(body: () => void): void;
  set(key: string, value: number): void;
  get(key: string): number | undefined;
  /** Adds the values of `keys` to the checksum `sum`. */
  getMany?(keys: string[], sum: number): number;
  writeBatch?(keys: string[], values: Uint32Array, from: number, to: number): void;
  /** Walks up to `limit` entries from `first` on, in order, and adds each to the checksum. */
  entries?(first: string | undefined, limit: number, sum: number): number;
  /** Bytes that the entries take, all included. */
  bytes?(): number;
  /** The program's promise that it needs the table no more. */
  close(): Promise<void> | void;
}

export type OpenTable = (entries: number) => Table | Promise<Table>;

/** Enough for the optimising compiler, small enough to be no part of what is measured. */
export const WARM_UP = 20_000;
const BATCH = 1_000;
const LANES = 64;
export const SHORT_SCAN = 100;

/** One entry's part of a checksum: the value and the key's last character. */
export function entrySum(sum: number, key: string, value: number): number {
  return mix(sum, value + key.charCodeAt(key.length - 1));
}

/** Fills a table outside of any measurement. */
export function load(table: Table, order: Uint32Array): void {
  const keys = keysOf(order);
  setAll(table, keys, order);
}

/** Writes all pairs and returns their number. */
export function setAll(table: Table, keys: readonly string[], values: Uint32Array): number {
  table.inOneTransaction(() => {
    for (let i = 0; i < keys.length; i++) table.set(keys[i]!, values[i]!);
  });
  return keys.length;
}

/** Writes all pairs in batches and returns their number. */
export function batchAll(table: Table, keys: string[], values: Uint32Array): number {
  for (let from = 0; from < keys.length; from += BATCH) {
    table.writeBatch!(keys, values, from, Math.min(from + BATCH, keys.length));
  }
  return keys.length;
}

/** Reads all keys one by one; the checksum of their values. */
export function getAll(table: Table, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = mix(sum, table.get(keys[i]!) ?? -1);
  return sum;
}

/** As `getAll`, many keys a call. */
export function getAllMany(table: Table, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i += LANES) {
    sum = table.getMany!(keys.slice(i, i + LANES), sum);
  }
  return sum;
}

/** Reads a short run of entries from each key on; their checksum. */
export function scanShort(table: Table, keys: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) sum = table.entries!(keys[i]!, SHORT_SCAN, sum);
  return sum;
}

/** Time for the compilers' background threads to finish what the warm-up made them begin. */
const SETTLE_MS = 100;

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Writes: random order one by one, ascending order one by one, random order in batches. */
export async function writes(open: OpenTable, job: Job, bench: Bench): Promise<void> {
  const random = shuffled(job.size, job.seed);
  await write('set', random, setAll);
  await write('setAscending', ascending(job.size), setAll);
  await write('writeBatch', random, batchAll, (table) => table.writeBatch !== undefined);

  async function write(
    metric: string,
    order: Uint32Array,
    all: (table: Table, keys: string[], values: Uint32Array) => number,
    able: (table: Table) => boolean = () => true,
  ): Promise<void> {
    const warm = await open(WARM_UP);
    const measured = able(warm);
    if (measured) all(warm, keysOf(order.subarray(0, WARM_UP)), order.subarray(0, WARM_UP));
    await warm.close();
    if (!measured) return;
    await settle();
    const table = await open(job.size);
    const keys = keysOf(order);
    const check = (): number => getAll(table, keysOf(order));
    bench.measure(metric, job.size, () => all(table, keys, order), check);
    await table.close();
  }
}

/** Reads of a loaded table: all keys in another random order, each with a string of its own. */
export async function reads(open: OpenTable, job: Job, bench: Bench): Promise<void> {
  const table = await open(job.size);
  load(table, shuffled(job.size, job.seed));
  const probes = shuffled(job.size, job.seed + 1);
  const warm = shuffled(job.size, job.seed + 2).subarray(0, WARM_UP);
  // Each in a function of its own, so that the next one finds its strings collected.
  await read('get', probes, (keys) => getAll(table, keys));
  if (table.getMany !== undefined) {
    await read('getMany', probes, (keys) => getAllMany(table, keys));
  }
  if (table.entries !== undefined) {
    table.entries(undefined, WARM_UP, 0);
    await settle();
    bench.measure('entries', job.size, () => table.entries!(undefined, Infinity, 0));
    const starts = probes.subarray(0, Math.ceil(job.size / SHORT_SCAN));
    const visited = starts.reduce((n, at) => n + Math.min(SHORT_SCAN, job.size - at), 0);
    await read('entries100', starts, (keys) => scanShort(table, keys), visited);
  }
  await table.close();

  async function read(
    metric: string,
    order: Uint32Array,
    all: (keys: string[]) => number,
    operations = order.length,
  ): Promise<void> {
    all(keysOf(warm.subarray(0, order.length)));
    await settle();
    const keys = keysOf(order);
    bench.measure(metric, operations, () => all(keys));
  }
}

/** Bytes an entry, whoever keeps them: the arena, the database file, or this worker's heap. */
export async function memory(open: OpenTable, job: Job, bench: Bench): Promise<void> {
  const order = shuffled(job.size, job.seed);
  const heap = (): number => {
    bench.collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const table = await open(job.size);
  load(table, order);
  const bytes = table.bytes?.() ?? heap() - before;
  bench.count('bytes', bytes / job.size);
  getAll(table, keysOf(order.subarray(0, 1)));
  await table.close();
}
