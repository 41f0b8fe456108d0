// The maps of one thread: what a program uses when each worker may keep a copy of its own.

import sortedBtree from 'sorted-btree';
import type { Key, Keys } from '../keys.ts';
import { addAnywhere, addEntry, addValue, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

/** The package is CommonJS: the class is the default of the default. */
const BTree = (sortedBtree as unknown as { default: typeof import('sorted-btree').default })
  .default;

/** What ends a walk of its own. */
const STOP = { break: 0 };

interface PlainMap {
  set(key: Key, value: unknown): unknown;
  get(key: Key): unknown;
  delete(key: Key): unknown;
  clear(): void;
  entries(): Iterable<[Key, unknown]>;
}

function plain(map: PlainMap, values: Values, keys: Keys): BenchMap {
  return {
    fill: (body) => body(),
    clear: () => map.clear(),
    set: (key, value) => void map.set(key, value),
    get: (key) => map.get(key),
    delete: (key) => void map.delete(key),
    update: (key, change) => void map.set(key, change(map.get(key))),
    each(sum) {
      for (const [key, value] of map.entries()) sum = addAnywhere(sum, key, value, values, keys);
      return sum;
    },
    close: () => map.clear(),
  };
}

export function openSortedBtree(_: number, values: Values, keys: Keys): BenchMap {
  const tree = new BTree<Key, unknown>();
  return {
    ...plain(tree, values, keys),
    entries(first, limit, sum) {
      let left = limit;
      for (const [key, value] of tree.entries(first)) {
        if (left-- === 0) break;
        sum = addEntry(sum, key, value, values, keys);
      }
      return sum;
    },
    scan(first, limit, sum) {
      let left = limit;
      tree.forRange(first, tree.maxKey()!, true, (key, value) => {
        sum = addEntry(sum, key, value, values, keys);
        return --left === 0 ? STOP : undefined;
      });
      return sum;
    },
    values(sum) {
      for (const value of tree.values()) sum = addValue(sum, value, values);
      return sum;
    },
  };
}

export function openMap(_: number, values: Values, keys: Keys): BenchMap {
  return plain(new Map<Key, unknown>(), values, keys);
}
