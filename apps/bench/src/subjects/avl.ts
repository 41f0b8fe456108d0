// AvlBatch: its reads beside those of other maps, its builds, its queues, and reading meanwhile.

import { AvlBatch, type AvlBatchHandle, type BatchOptions, type Ticket } from '@x/avl-batch';
import { Arena, type ArenaHandle } from '@x/shm-arena';
import { f64, utf8 } from '@x/shm-arena/codec';
import { keyPort, valuePort } from '@x/shm-arena/ordered';
import { benchKernel } from '../kernel.ts';
import { generator, keysOf, mix, shuffled } from '../random.ts';
import type { Bench, Job } from '../types.ts';
import { entrySum, getAll, load, type Table, WARM_UP } from './table.ts';

const CODECS = { key: utf8, value: f64 };
/** More than the tree, its garbage and all queues need: the arena is reserved, not touched. */
const BYTES_PER_ENTRY = 1024;
const LEAST_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 32 - 2 ** 16;
/** Operations of a build while a tree grows. */
const STEP = 1_000;
const LEAST_QUEUED = 2 ** 15;

export type Tree = AvlBatch<string, number>;

export function newArena(entries: number): Arena {
  const bytes = Math.max(LEAST_BYTES, entries * BYTES_PER_ENTRY);
  return Arena.create({ bytes: Math.min(MOST_BYTES, bytes) });
}

/** A tree that is rebuilt on demand only, and that takes what is queued as one batch. */
export function newTree(arena: Arena, queued = 0): Tree {
  const maxQueued = Math.max(LEAST_QUEUED, queued);
  const batch = { maxQueued, maxOps: maxQueued, autoCompact: false };
  return AvlBatch.create(arena, { ...CODECS, batch });
}

// ---- reads --------------------------------------------------------------------------------------

/** A tree that grew by builds, and was then rebuilt. */
export function openCompacted(entries: number): Table {
  return openTree(entries, true);
}

/** A tree that grew by builds of 1 000 operations, and was never rebuilt. */
export function openGrown(entries: number): Table {
  return openTree(entries, false);
}

function openTree(entries: number, compacted: boolean): Table {
  const arena = newArena(entries);
  const map = newTree(arena);
  return {
    ...overTree(map),
    inOneTransaction(body) {
      body();
      map.build();
      if (compacted) map.compact();
    },
    close() {
      map.destroy();
      arena.detach();
    },
  };
}

/** A tree as a table: each thousandth `set` builds. */
export function overTree(map: Tree): Table {
  let queued = 0;
  return {
    inOneTransaction: (body) => body(),
    set(key, value) {
      map.set(key, value);
      if (++queued % STEP === 0) map.build();
    },
    get: (key) => map.get(key),
    getMany(keys, sum) {
      for (const value of map.getMany(keys)) sum = mix(sum, value ?? -1);
      return sum;
    },
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { gte: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const [key, value] of map.entries(options)) sum = entrySum(sum, key, value);
      return sum;
    },
    close: () => map.close(),
  };
}

const RECORD_KEY = 8;
const RECORD_VALUE = 24;
const RECORD_BYTES = 32;

/**
 * The sorted array of assembly/avl.ts. The records stand in the order of their keys too, which is
 * the best that can be done for it.
 */
export function openSorted(entries: number): Table {
  const arena = newArena(entries);
  const { kernel, seat } = benchKernel(arena);
  const { crossing } = seat;
  const key = keyPort(crossing, utf8);
  const value = valuePort(crossing, f64);
  const offsets = arena.alloc(entries * 4);
  const records = arena.alloc(entries * RECORD_BYTES);
  const pairs: [string, number][] = [];
  const words = new Uint32Array(arena.memory.buffer);
  const bytes = new Uint8Array(arena.memory.buffer);
  const place = (at: number, [ownKey, ownValue]: [string, number]): void => {
    key.pack(ownKey);
    words.set([key.length, 8], at >> 2);
    words.set([key.k1, key.k0, key.k3, key.k2], (at + RECORD_KEY) >> 2);
    f64.encode(ownValue, bytes, at + RECORD_VALUE);
  };
  return {
    inOneTransaction(body) {
      body();
      pairs.sort(([a], [b]) => (a < b ? -1 : 1));
      pairs.forEach((pair, i) => {
        words[(offsets >> 2) + i] = records + i * RECORD_BYTES;
        place(records + i * RECORD_BYTES, pair);
      });
    },
    set: (ownKey, ownValue) => void pairs.push([ownKey, ownValue]),
    get(wanted) {
      crossing.begin();
      key.pack(wanted);
      const { length, k0, k1, k2, k3 } = key;
      const status = kernel.sortedGet(offsets, pairs.length, length, k0, k1, k2, k3);
      if (status !== 0) return undefined;
      return value.read(crossing.view, RESULT, crossing.words[0]!);
    },
    close: () => arena.detach(),
  };
}

/** Where a kernel leaves a value: behind its result block. */
const RESULT = 64;

// ---- builds -------------------------------------------------------------------------------------

/** What the operations of a batch are. */
const MIXTURES = ['sets', 'mixed'] as const;

/** Queues `count` operations on random keys of twice as many numbers as the tree has keys. */
export function queueRandom(map: Tree, keys: readonly string[], mixed: boolean): void {
  for (let i = 0; i < keys.length; i++) {
    if (!mixed || i % 4 < 2) map.set(keys[i]!, i);
    else if (i % 4 === 2) map.delete(keys[i]!);
    else map.insert(keys[i]!, i);
  }
}

/** The even ones of twice `size` numbers, in one build, rebuilt. */
export function loadEven(map: Tree, size: number, seed: number): void {
  const order = shuffled(size, seed).map((n) => 2 * n);
  const keys = keysOf(order);
  for (let i = 0; i < size; i++) map.set(keys[i]!, order[i]!);
  map.build();
  map.compact();
}

/** What a few batches of `m` operations took, on a tree of `size` keys that was just rebuilt. */
export function applyBatches(map: Tree, size: number, m: number, times: number, seed: number) {
  const found: Record<(typeof MIXTURES)[number], { ns: number; nodes: number; share: number }> = {
    sets: { ns: 0, nodes: 0, share: 0 },
    mixed: { ns: 0, nodes: 0, share: 0 },
  };
  const next = generator(seed);
  for (const kind of MIXTURES) {
    let ns = 0;
    let nodes = 0;
    let most = 0;
    for (let time = 0; time < times; time++) {
      const keys = keysOf(Uint32Array.from({ length: m }, () => next() % (2 * size)));
      queueRandom(map, keys, kind === 'mixed');
      const n = Math.max(map.size, 1);
      const start = process.hrtime.bigint();
      const report = map.build();
      ns += Number(process.hrtime.bigint() - start);
      nodes += report.nodes;
      most += m * Math.log2(n / m + 1);
    }
    const operations = m * times;
    found[kind] = { ns: ns / operations, nodes: nodes / operations, share: nodes / most };
  }
  return found;
}

/** A batch of this many is built often enough that a clock can tell. */
const LEAST_OPERATIONS = 20_000;

/** The subject says how large the batches are. */
export function builds(job: Job, bench: Bench): void {
  const m = Math.min(job.size, Number(job.subject.replace(/\D/g, '')));
  const times = Math.max(1, Math.floor(Math.min(LEAST_OPERATIONS, job.size) / m));
  const arena = newArena(job.size);
  const map = newTree(arena, job.size);
  loadEven(map, job.size, job.seed);
  applyBatches(map, job.size, m, Math.ceil(times / 4), job.seed + 1);
  map.compact();
  const start = process.hrtime.bigint();
  map.compact();
  bench.count('rebuild', Number(process.hrtime.bigint() - start) / 1e6);
  bench.collect();
  const { sets, mixed } = applyBatches(map, job.size, m, times, job.seed + 2);
  bench.count('sets', sets.ns);
  bench.count('mixed', mixed.ns);
  bench.count('nodes', sets.nodes);
  bench.count('share', Math.max(sets.share, mixed.share));
  map.destroy();
  arena.detach();
}

// ---- queues -------------------------------------------------------------------------------------

const WARM_CALLS = 20;

/** Appends from a loop in the kernel, and from JavaScript. */
export function appends(job: Job, bench: Bench): void {
  const arena = newArena(job.size);
  const { kernel } = benchKernel(arena);
  const map = newTree(arena, 2 * job.size);
  const { entry, generation } = map.handle;
  const part = Math.ceil(job.size / WARM_CALLS / 4);
  for (let i = 0; i < WARM_CALLS; i++) kernel.appends(entry, generation, part, i * part);
  const order = shuffled(job.size, job.seed);
  const setAll = (keys: readonly string[]): number => {
    for (let i = 0; i < keys.length; i++) map.set(keys[i]!, order[i]!);
    return keys.length;
  };
  setAll(keysOf(order.subarray(0, WARM_UP)));
  map.build();
  bench.measure('kernel', job.size, () => kernel.appends(entry, generation, job.size, 0));
  map.build();
  const keys = keysOf(order);
  bench.measure('set', job.size, () => setAll(keys));
  map.destroy();
  arena.detach();
}

// ---- reading meanwhile --------------------------------------------------------------------------

interface Shared {
  readonly arena: ArenaHandle;
  readonly map: AvlBatchHandle;
  /** Word 0: 1 = the reader is done. */
  readonly words: Int32Array;
}

const RATE_A_MS = 100;

/**
 * Thread 0 reads. Thread 1 sleeps; or it writes 100 000 operations a second into its queue and
 * builds every 10 milliseconds, rebuilding when due, as the package does by itself.
 */
export async function live(job: Job, bench: Bench): Promise<void> {
  let arena: Arena | undefined;
  let own: Tree | undefined;
  const { arena: handle, ...shared } = await bench.share((): Shared => {
    arena = newArena(job.size);
    own = AvlBatch.create(arena, CODECS);
    fill(own, job);
    if (job.subject === 'after builds') age(own, job);
    const words = new Int32Array(new SharedArrayBuffer(4));
    return { arena: arena.handle, map: own.handle, words };
  });
  arena ??= Arena.attach(handle);
  const map = own ?? AvlBatch.attach(arena, shared.map, CODECS);
  if (job.thread === 0) read(map, job, bench, shared.words);
  else if (job.subject === 'during builds') write(map, job, bench, shared.words);
  else rest(bench, shared.words);
  map.close();
  arena.detach();
}

/** Rebuilt. */
function fill(map: Tree, job: Job): void {
  load(overTree(map), shuffled(job.size, job.seed));
  map.build();
  map.compact();
}

/** Builds as `write` makes them, until half of what a tree takes before it is rebuilt. */
function age(map: Tree, job: Job): void {
  const keys = writtenKeys(job);
  const { compactBytes } = map.stats();
  for (let i = 0; map.stats().treeBytes < 1.5 * compactBytes; ) {
    for (const end = i + STEP; i < end; i++) map.set(keys[i % keys.length]!, i);
    map.build();
  }
}

/** Half of them are new. */
function writtenKeys(job: Job): string[] {
  return keysOf(shuffled(2 * job.size, job.seed + 3));
}

const PASSES = 4;
/** A pass that asks the clock at each key. */
const TIMED = 2;

function read(map: Tree, job: Job, bench: Bench, words: Int32Array): void {
  const probes = shuffled(job.size, job.seed + 1);
  const table = overTree(map);
  getAll(table, keysOf(probes.subarray(0, WARM_UP)));
  const keys = keysOf(probes);
  bench.measure('get', PASSES * job.size, () => {
    let found = 0;
    for (let pass = 0; pass < PASSES; pass++) found = getAll(table, keys);
    return found === 0 ? 0 : 1; // The values change.
  });
  const took = new Float64Array(TIMED * job.size);
  for (let i = 0; i < took.length; i++) {
    const key = keys[i % keys.length]!;
    const start = performance.now();
    table.get(key);
    took[i] = performance.now() - start;
  }
  took.sort();
  const share = (part: number): number => 1e6 * took[Math.floor((took.length - 1) * part)]!;
  for (const [name, part] of PERCENTILES) bench.count(name, share(part));
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

function rest(bench: Bench, words: Int32Array): void {
  bench.measure('get', 0, () => 0);
  Atomics.wait(words, 0, 0);
}

const TICK_MS = 10;
/** Below what a queue takes: after a rebuild more are due than usual. */
const MOST_A_TICK = 10_000;

function write(map: Tree, job: Job, bench: Bench, words: Int32Array): void {
  const keys = writtenKeys(job);
  let applied = 0;
  let from = 0;
  bench.measure('get', 0, () => 0);
  const start = performance.now();
  const rests = (ms: number): boolean => Atomics.wait(words, 0, 0, Math.max(0, ms)) === 'timed-out';
  let tick = 0;
  do {
    const due = Math.ceil((performance.now() - start) * RATE_A_MS) - applied;
    for (const end = from + Math.min(due, MOST_A_TICK); from < end; from++) {
      map.set(keys[from % keys.length]!, from);
    }
    applied += map.build().applied;
    tick++;
  } while (rests(start + tick * TICK_MS - performance.now()));
  bench.count('pace', (1e6 * (performance.now() - start)) / applied);
}

// ---- from append to visible ---------------------------------------------------------------------

/** One operation in so many is followed. */
const SAMPLED = 100;
const PACES: Record<string, BatchOptions> = {
  'as it comes': {},
  'maxDelayMs 1': { maxDelayMs: 1 },
  'maxDelayMs 0': { maxDelayMs: 0 },
};

/**
 * This thread appends 100 000 operations a second, one by one as they are due, and looks when each
 * hundredth is visible; a builder in a thread of its own applies them.
 */
export async function delays(job: Job, bench: Bench): Promise<void> {
  const arena = newArena(job.size);
  const map: Tree = AvlBatch.create(arena, { ...CODECS, batch: PACES[job.subject]! });
  fill(map, job);
  const keys = writtenKeys(job);
  const builder = map.startBuilder({ worker: true });
  await map.settled(map.set(keys[0]!, 0)); // It runs.
  follow(map, keys, Math.ceil(job.size / 4));
  await map.flush();
  const took = follow(map, keys, job.size).sort((a, b) => a - b);
  const share = (part: number): number => took[Math.floor((took.length - 1) * part)]!;
  for (const [name, part] of PERCENTILES) bench.count(name, share(part));
  await builder.stop();
  map.destroy();
  arena.detach();
}

/** Its ticket; undefined when the queue is full: the builder has fallen behind. */
function appended(map: Tree, key: string, value: number): Ticket | undefined {
  try {
    return map.set(key, value);
  } catch (error) {
    if ((error as { code?: string }).code !== 'QUEUE_FULL') throw error;
    return undefined;
  }
}

/**
 * Milliseconds until visible, of the operations that are followed, from when each is due: one that
 * finds the queue full waits, and its wait counts.
 */
function follow(map: Tree, keys: readonly string[], operations: number): number[] {
  const followed: { ticket: Ticket; at: number }[] = [];
  const took: number[] = [];
  const start = performance.now();
  for (let done = 0; done < operations || followed.length > 0; ) {
    if (done < operations && (performance.now() - start) * RATE_A_MS > done) {
      const ticket = appended(map, keys[done % keys.length]!, done);
      if (ticket !== undefined && ++done % SAMPLED === 0) {
        followed.push({ ticket, at: start + (done - 1) / RATE_A_MS });
      }
    }
    if (followed.length > 0 && map.applied(followed[0]!.ticket)) {
      took.push(performance.now() - followed.shift()!.at);
    }
  }
  return took;
}
