import { Masstree } from '@x/masstree';
import type { Arena } from '@x/shm-arena';
import { KEYS, type Key, type Keys } from '../keys.ts';
import type { Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { type BlockMaps, codecs, ends, newArena, ordered, ours, usedBytes } from './ours.ts';

/** More than an entry needs beside its key and value, garbage included. */
const NODE_BYTES = 256;

export type Tree = Masstree<Key, unknown>;

export function masstreeArena(entries: number, values: Values, keys: Keys = KEYS.user): Arena {
  return newArena(entries, NODE_BYTES + 2 * (values.bytes + keys.bytes));
}

/** A map in an arena of its own. */
export function openMasstree(entries: number, values: Values, keys: Keys = KEYS.user): BenchMap {
  const arena = masstreeArena(entries, values, keys);
  const map: Tree = Masstree.create(arena, codecs(values, keys));
  return {
    ...ours(map, values, keys),
    ...ordered(map, values, keys),
    writeBatch(written, all, from, to) {
      const entries: [Key, unknown][] = [];
      for (let i = from; i < to; i++) entries.push([written[i]!, all[i]]);
      map.setMany(entries);
    },
    bytes: () => usedBytes(arena, map),
    ...ends(map, arena),
  };
}

export const MASSTREES: BlockMaps = {
  arena: masstreeArena,
  create: (arena, values): Tree => Masstree.create(arena, codecs(values)),
  attach: (arena, handle, values): Tree =>
    Masstree.attach(arena, handle as Tree['handle'], codecs(values)),
  open: openMasstree,
};
