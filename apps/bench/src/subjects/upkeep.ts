// What a map keeps of the arena while its keys change, and what a death costs.

import { Worker } from 'node:worker_threads';
import type { Arena } from '@x/shm-arena';
import { blockMapsOf } from '../maps/index.ts';
import { type BlockMap, ours, usedBytes } from '../maps/ours.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll } from '../workloads.ts';

const { f64 } = VALUES;
/** How often all keys are replaced by others. */
const TURNS = 3;

export async function upkeep(job: Job, bench: Bench): Promise<void> {
  const maps = await blockMapsOf(job.suite);
  const arena = maps.arena(job.size, f64);
  const map = maps.create(arena, f64);
  await UPKEEP[job.subject]!(job, bench, map, arena);
  map.destroy();
  arena.detach();
}

/** Bytes an entry, of those that are there now. */
function count(bench: Bench, when: 'fresh' | 'after', map: BlockMap, arena: Arena): void {
  const { size } = map;
  bench.count(when, usedBytes(arena, map) / size);
  bench.count(`${when} spans`, map.stats().bytes / size);
}

type Measuring = (job: Job, bench: Bench, map: BlockMap, arena: Arena) => Promise<void> | void;

const UPKEEP: Record<string, Measuring> = {
  /** Each key is removed, in random order, and one put in that was not there. */
  'keys turned over'({ size, seed }, bench, map, arena) {
    fill(map, shuffled(size, seed));
    count(bench, 'fresh', map, arena);
    for (let turn = 0; turn < TURNS; turn++) {
      const out = keysOf(shuffled(size, seed + turn).map((n) => n + turn * size));
      const into = keysOf(shuffled(size, seed + turn + 1).map((n) => n + (turn + 1) * size));
      for (let i = 0; i < size; i++) {
        map.delete(out[i]!);
        map.set(into[i]!, i);
      }
    }
    count(bench, 'after', map, arena);
  },

  /** A tenth of the keys are there at a time: the next ones come in, and the first ones go. */
  queue({ size }, bench, map, arena) {
    const window = Math.ceil(size / 10);
    const keys = keysOf(ascending(size));
    fill(map, ascending(window));
    count(bench, 'fresh', map, arena);
    for (let i = window; i < size; i++) {
      map.set(keys[i]!, i);
      map.delete(keys[i - window]!);
    }
    count(bench, 'after', map, arena);
  },

  /** A thread is killed while it writes. */
  async 'a death'({ suite, size, seed }, bench, map, arena) {
    fill(map, shuffled(size, seed));
    count(bench, 'fresh', map, arena);
    const words = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { suite, arena: arena.handle, map: map.handle, size, seed, words };
    const worker = new Worker(new URL('../writer.ts', import.meta.url), { workerData });
    arena.watch(worker);
    Atomics.wait(words, 0, 0);
    await worker.terminate();
    const start = performance.now();
    const { reaped } = arena.recover();
    bench.count('recover', performance.now() - start);
    if (reaped !== 1) throw new Error(`found ${reaped} dead threads: expected one`);
    count(bench, 'after', map, arena);
  },
};

function fill(map: BlockMap, order: Uint32Array): void {
  setAll(ours(map, f64), keysOf(order), order);
}
