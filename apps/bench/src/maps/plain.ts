// The maps of one thread: what a program uses when each worker may keep a copy of its own.

import sortedBtree from 'sorted-btree';
import { addEntry, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

/** The package is CommonJS: the class is the default of the default. */
const BTree = (sortedBtree as unknown as { default: typeof import('sorted-btree').default })
  .default;

interface PlainMap {
  set(key: string, value: unknown): unknown;
  get(key: string): unknown;
  clear(): void;
}

function plain(map: PlainMap): BenchMap {
  return {
    fill: (body) => body(),
    set: (key, value) => void map.set(key, value),
    get: (key) => map.get(key),
    close: () => map.clear(),
  };
}

export function openSortedBtree(_: number, values: Values): BenchMap {
  const tree = new BTree<string, unknown>();
  return {
    ...plain(tree),
    entries(first, limit, sum) {
      let left = limit;
      for (const [key, value] of tree.entries(first)) {
        if (left-- === 0) break;
        sum = addEntry(sum, key, value, values);
      }
      return sum;
    },
  };
}

export const openMap = (): BenchMap => plain(new Map<string, unknown>());
