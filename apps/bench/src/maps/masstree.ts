import { Masstree } from '@x/masstree';
import type { Arena } from '@x/shm-arena';
import { benchKernel } from '../kernel.ts';
import { KEYS, type Key, type Keys } from '../keys.ts';
import type { Values } from '../values.ts';
import type { BenchMap } from './map.ts';
import { codecs, ends, newArena, ordered, ours } from './ours.ts';

/** More than an entry needs beside its key and value, garbage included. */
const NODE_BYTES = 256;

export type Tree = Masstree<Key, unknown>;

export function masstreeArena(entries: number, values: Values, keys: Keys = KEYS.user): Arena {
  return newArena(entries, NODE_BYTES + 2 * (values.bytes + keys.bytes));
}

/** Bytes of the blocks that a map is made of, headers included. */
export function usedBytes(arena: Arena, map: Tree): number {
  return benchKernel(arena).kernel.usedBytes(map.handle.entry);
}

/** A map in an arena of its own. */
export function openMasstree(entries: number, values: Values, keys: Keys = KEYS.user): BenchMap {
  const arena = masstreeArena(entries, values, keys);
  const map: Tree = Masstree.create(arena, codecs(values, keys));
  return {
    ...ours(map, values),
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
