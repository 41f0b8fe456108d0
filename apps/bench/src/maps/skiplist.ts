import type { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
import { KEYS, type Key, type Keys } from '../keys.ts';
import type { Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { codecs, ends, newArena, ordered, ours } from './ours.ts';

/** More than any version of the list needs for an entry beside its value. */
const NODE_BYTES = 256;

export type List = SkipList<Key, unknown>;

export function listArena(entries: number, values: Values, keys: Keys = KEYS.user): Arena {
  return newArena(entries, NODE_BYTES + 2 * (values.bytes + keys.bytes));
}

/** A list in an arena of its own. */
export function openSkipList(entries: number, values: Values, keys: Keys = KEYS.user): BenchMap {
  const arena = listArena(entries, values, keys);
  const list: List = SkipList.create(arena, codecs(values, keys));
  return {
    ...ours(list, values, keys),
    ...ordered(list, values, keys),
    writeBatch(written, all, from, to) {
      const operations = [];
      for (let i = from; i < to; i++) {
        operations.push({ type: 'set' as const, key: written[i]!, value: all[i] });
      }
      list.writeBatch(operations);
    },
    bytes: () => list.stats().bytes,
    ...ends(list, arena),
  };
}
