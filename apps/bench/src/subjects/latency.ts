// Half reads, half writes of keys of which few are asked for often (YCSB A): how long each takes.

import { KEYS } from '../keys.ts';
import { blockMapsOf } from '../maps/index.ts';
import { openLmdb } from '../maps/lmdb.ts';
import type { BenchMap } from '../maps/map.ts';
import { type BlockMap, ours } from '../maps/ours.ts';
import { countTook, drawWrites, MIXES, newTook, timeAll } from '../mixes.ts';
import { generator, keysOf, shuffled, zipf } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll } from '../workloads.ts';

const { f64 } = VALUES;
/** Of so many neighbours one is asked for, and the others may come and go. */
const NEIGHBOURS = 8;

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
  const places = shuffled(count, job.seed + 1);
  const rank = zipf(count, generator(job.seed + 2));
  return Uint32Array.from({ length: job.size }, () => NEIGHBOURS * places[rank()]!);
}

function mix(map: BenchMap, job: Job, bench: Bench): void {
  const writes = drawWrites(MIXES.A, job.size, generator(job.seed + 3));
  const steps = { mix: MIXES.A, writes, keys: keysOf(asked(job)), limits: new Uint8Array() };
  const took = newTook(job.size);
  timeAll(map, steps, [0, Math.ceil(job.size / 10)], f64, took);
  bench.measure('mix', job.size, () => timeAll(map, steps, [0, job.size], f64, took));
  countTook(bench, MIXES.A, took);
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
