// AvlBatch: its builds and its queues.

import { benchKernel } from '../kernel.ts';
import { newTree, type Tree, treeArena } from '../maps/avl.ts';
import { generator, keysOf, shuffled } from '../random.ts';
import type { Bench, Job } from '../types.ts';
import { WARM_UP } from '../workloads.ts';

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
  const arena = treeArena(job.size);
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
  const arena = treeArena(job.size);
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
