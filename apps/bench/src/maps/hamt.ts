import { Hamt } from '@x/hamt';
import type { Arena } from '@x/shm-arena';
import { KEYS, type Key, type Keys } from '../keys.ts';
import type { Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { type BlockMaps, codecs, ends, newArena, ours, usedBytes } from './ours.ts';

/** More than an entry needs beside its key and value, garbage included. */
const NODE_BYTES = 256;

export type Trie = Hamt<Key, unknown>;

export function hamtArena(entries: number, values: Values, keys: Keys = KEYS.user): Arena {
  return newArena(entries, NODE_BYTES + 2 * (values.bytes + keys.bytes));
}

/** A map in an arena of its own. */
export function openHamt(entries: number, values: Values, keys: Keys = KEYS.user): BenchMap {
  const arena = hamtArena(entries, values, keys);
  const map: Trie = Hamt.create(arena, codecs(values, keys));
  return {
    ...ours(map, values, keys),
    bytes: () => usedBytes(arena, map),
    ...ends(map, arena),
  };
}

export const HAMTS: BlockMaps = {
  arena: hamtArena,
  create: (arena, values): Trie => Hamt.create(arena, codecs(values)),
  attach: (arena, handle, values): Trie =>
    Hamt.attach(arena, handle as Trie['handle'], codecs(values)),
  open: openHamt,
};
