// The maps of one thread: what a program uses when each worker may keep a copy of its own.

import sortedBtree from 'sorted-btree';
import { entrySum, type Table } from './table.ts';

/** The package is CommonJS: the class is the default of the default. */
const BTree = (sortedBtree as unknown as { default: typeof import('sorted-btree').default })
  .default;

export function openSortedBtree(): Table {
  const tree = new BTree<string, number>();
  return {
    inOneTransaction: (body) => body(),
    set: (key, value) => void tree.set(key, value),
    get: (key) => tree.get(key),
    entries(first, limit, sum) {
      let left = limit;
      for (const [key, value] of tree.entries(first)) {
        if (left-- === 0) break;
        sum = entrySum(sum, key, value);
      }
      return sum;
    },
    close: () => tree.clear(),
  };
}

export function openMap(): Table {
  const map = new Map<string, number>();
  return {
    inOneTransaction: (body) => body(),
    set: (key, value) => void map.set(key, value),
    get: (key) => map.get(key),
    close: () => map.clear(),
  };
}
