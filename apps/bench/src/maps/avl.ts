import { AvlBatch } from '@x/avl-batch';
import type { Arena } from '@x/shm-arena';
import { VALUES, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { codecs, ends, newArena, ordered, ours } from './ours.ts';

/** More than an entry needs beside its value: in the tree, in its garbage and in all queues. */
const NODE_BYTES = 1024;
/** Operations of a build while a tree grows. */
export const STEP = 1_000;
const LEAST_QUEUED = 2 ** 15;

export type Tree = AvlBatch<string, unknown>;

export function treeArena(entries: number, values: Values = VALUES.f64): Arena {
  return newArena(entries, NODE_BYTES + 4 * values.bytes);
}

/** A tree that is rebuilt on demand only, and that takes what is queued as one batch. */
export function newTree(arena: Arena, queued = 0, values: Values = VALUES.f64): Tree {
  const maxQueued = Math.max(LEAST_QUEUED, queued);
  const batch = { maxQueued, maxOps: maxQueued, autoCompact: false };
  return AvlBatch.create(arena, { ...codecs(values), batch });
}

/** A tree that grew by builds, and was then rebuilt. */
export function openCompacted(entries: number, values: Values): BenchMap {
  return openTree(entries, values, true);
}

/** A tree that grew by builds of 1 000 operations, and was never rebuilt. */
export function openGrown(entries: number, values: Values): BenchMap {
  return openTree(entries, values, false);
}

function openTree(entries: number, values: Values, compacted: boolean): BenchMap {
  const arena = treeArena(entries, values);
  const tree = newTree(arena, 0, values);
  return {
    ...overTree(tree, values),
    fill(body) {
      body();
      tree.build();
      if (compacted) tree.compact();
    },
    bytes: () => tree.stats().treeBytes,
    ...ends(tree, arena),
  };
}

/** A tree as a map: each thousandth `set` builds. */
export function overTree(tree: Tree, values: Values = VALUES.f64): BenchMap {
  let queued = 0;
  return {
    ...ours(tree, values),
    ...ordered(tree, values),
    set(key, value) {
      tree.set(key, value);
      if (++queued % STEP === 0) tree.build();
    },
  };
}
