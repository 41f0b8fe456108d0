import { AvlBatch } from '@x/avl-batch';
import type { Arena } from '@x/shm-arena';
import { KEYS, type Key, type Keys } from '../keys.ts';
import { VALUES, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { codecs, ends, newArena, ordered, ours } from './ours.ts';

/** More than an entry needs beside its value: in the tree, in its garbage and in all queues. */
const NODE_BYTES = 1024;
/** Operations of a build while a tree grows. */
export const STEP = 1_000;
const LEAST_QUEUED = 2 ** 15;

export type Tree = AvlBatch<Key, unknown>;

export function treeArena(
  entries: number,
  values: Values = VALUES.f64,
  keys: Keys = KEYS.user,
): Arena {
  return newArena(entries, NODE_BYTES + 4 * (values.bytes + keys.bytes));
}

/** A tree that is rebuilt on demand only, and that takes what is queued as one batch. */
export function newTree(
  arena: Arena,
  queued = 0,
  values: Values = VALUES.f64,
  keys: Keys = KEYS.user,
): Tree {
  const maxQueued = Math.max(LEAST_QUEUED, queued);
  const batch = { maxQueued, maxOps: maxQueued, autoCompact: false };
  return AvlBatch.create(arena, { ...codecs(values, keys), batch });
}

/** A tree that grew by builds, and was then rebuilt. */
export function openCompacted(entries: number, values: Values, keys: Keys): BenchMap {
  return openTree(entries, values, keys, true);
}

/** A tree that grew by builds of 1 000 operations, and was never rebuilt. */
export function openGrown(entries: number, values: Values, keys: Keys): BenchMap {
  return openTree(entries, values, keys, false);
}

function openTree(entries: number, values: Values, keys: Keys, compacted: boolean): BenchMap {
  const arena = treeArena(entries, values, keys);
  const tree = newTree(arena, 0, values, keys);
  return {
    ...overTree(tree, values, keys),
    fill(body) {
      body();
      tree.build();
      if (compacted) tree.compact();
    },
    bytes: () => tree.stats().treeBytes,
    ...ends(tree, arena),
  };
}

/** A tree as a map: each thousandth write builds. */
export function overTree(
  tree: Tree,
  values: Values = VALUES.f64,
  keys: Keys = KEYS.user,
): BenchMap {
  let queued = 0;
  const queue = (): void => {
    if (++queued % STEP === 0) tree.build();
  };
  return {
    ...ours(tree, values, keys),
    ...ordered(tree, values, keys),
    clear() {
      for (const key of [...tree.keys()]) tree.delete(key);
      tree.build();
    },
    set(key, value) {
      tree.set(key, value);
      queue();
    },
    delete(key) {
      tree.delete(key);
      queue();
    },
    update(key, change) {
      tree.set(key, change(tree.get(key)));
      queue();
    },
    publish: () => void tree.build(),
  };
}
