// Half reads, half writes of keys of which few are asked for often (YCSB A): how long each takes.

import { KEYS } from '../keys.ts';
import { blockMapsOf } from '../maps/index.ts';
import { openLmdb } from '../maps/lmdb.ts';
import type { BenchMap } from '../maps/map.ts';
import { type BlockMap, ours } from '../maps/ours.ts';
import { countPercentiles } from '../percentiles.ts';
import { generator, keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll } from '../workloads.ts';

const { f64 } = VALUES;
/** Of so many neighbours one is asked for, and the others may come and go. */
const NEIGHBOURS = 8;
const ZIPF = 0.99;

export async function latency(job: Job, bench: Bench): Promise<void> {
  if (job.subject === 'lmdb') {
    const map = openLmdb(job.size, f64, KEYS.user);
    fill(map, job);
    mix(map, job, bench);
    await map.close();
    return;
  }
  const maps = await blockMapsOf(job.suite);
  const { arena, told } = await shareArena(bench, () => {
    const made = maps.arena(job.size, f64);
    const map = maps.create(made, f64);
    fill(ours(map, f64), job);
    /** Word 0: 1 = all is measured. */
    const words = new Int32Array(new SharedArrayBuffer(4));
    return [made, { handle: map.handle, words }];
  });
  const map = maps.attach(arena, told.handle, f64);
  if (job.thread > 0) {
    thin(map, job, bench, told.words);
  } else {
    const snapshot = job.subject.endsWith('snapshot') ? map.snapshot() : undefined;
    mix(ours(map, f64), job, bench);
    snapshot?.close();
    Atomics.store(told.words, 0, 1);
  }
  map.close();
  arena.detach();
}

function fill(map: BenchMap, job: Job): void {
  const order = shuffled(job.size, job.seed);
  setAll(map, keysOf(order), order);
}

/** Numbers of keys, one of `NEIGHBOURS` each; which are asked for often, the seed says. */
function asked(job: Job): Uint32Array {
  const count = Math.ceil(job.size / NEIGHBOURS);
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) upTo[rank] = sum += (rank + 1) ** -ZIPF;
  const places = shuffled(count, job.seed + 1);
  const next = generator(job.seed + 2);
  return Uint32Array.from({ length: job.size }, () => {
    const wanted = (next() / 2 ** 32) * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const half = (low + high) >> 1;
      if (upTo[half]! < wanted) low = half + 1;
      else high = half;
    }
    return NEIGHBOURS * places[low]!;
  });
}

function mix(map: BenchMap, job: Job, bench: Bench): void {
  const keys = keysOf(asked(job));
  const took = { get: new Float64Array(job.size), set: new Float64Array(job.size) };
  const counts = { get: 0, set: 0 };
  const next = generator(job.seed + 3);
  const pass = (end: number): number => {
    counts.get = 0;
    counts.set = 0;
    for (let i = 0; i < end; i++) {
      const writes = (next() & 64) !== 0;
      const start = performance.now();
      if (writes) map.set(keys[i]!, i);
      else map.get(keys[i]!);
      const ms = performance.now() - start;
      if (writes) took.set[counts.set++] = ms;
      else took.get[counts.get++] = ms;
    }
    return 0;
  };
  pass(Math.ceil(job.size / 10));
  bench.measure('mix', job.size, () => pass(job.size));
  for (const what of ['get', 'set'] as const) {
    const all = took[what].subarray(0, counts[what]);
    countPercentiles(bench, all, 1e6, (share) => `${what} ${share}`);
  }
}

/** Removes all but what is asked for, and puts it back, until all is measured. */
function thin(map: BlockMap, job: Job, bench: Bench, words: Int32Array): void {
  const others = shuffled(job.size, job.seed + 4).filter((n) => n % NEIGHBOURS !== 0);
  const keys = keysOf(others);
  bench.measure('mix', 0, () => 0);
  for (let i = 0; Atomics.load(words, 0) === 0; i = (i + 1) % (2 * keys.length)) {
    if (i < keys.length) map.delete(keys[i]!);
    else map.set(keys[i - keys.length]!, others[i - keys.length]!);
  }
}
