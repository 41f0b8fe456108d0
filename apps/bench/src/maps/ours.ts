// The maps of this project, as the benchmarks see all maps.

import { Arena } from '@x/shm-arena';
import { benchKernel } from '../kernel.ts';
import { KEYS, type Key, type Keys } from '../keys.ts';
import { addAnywhere, addEntry, addValue, type Values } from '../values.ts';
import type { BenchMap, OpenMap } from './map.ts';

const LEAST_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 32 - 2 ** 16;

/** An arena with room for so many entries of so many bytes: it is reserved, not touched. */
export function newArena(entries: number, entryBytes: number): Arena {
  const bytes = Math.max(LEAST_BYTES, entries * entryBytes);
  return Arena.create({ bytes: Math.min(MOST_BYTES, bytes) });
}

export function codecs(values: Values, keys: Keys = KEYS.user) {
  return { key: keys.codec, value: values.codec };
}

interface OurMap {
  set(key: Key, value: unknown): unknown;
  get(key: Key): unknown;
  delete(key: Key): unknown;
  clear?(): void;
  update?(key: Key, change: (value: unknown) => unknown): unknown;
  getMany(keys: Key[]): unknown[];
  entries(): Iterable<[Key, unknown]>;
  close(): void;
}

interface OurOrderedMap {
  entries(range: { gte?: Key; limit?: number }): Iterable<[Key, unknown]>;
  scan(range: { gte: Key; limit: number }, visit: (key: Key, value: unknown) => void): number;
  values(): Iterable<unknown>;
}

/**
 * What all our maps do alike; `clear` and `update` need a map that has them. `close` closes the map
 * and leaves the arena.
 */
export function ours(map: OurMap, values: Values, keys: Keys = KEYS.user): BenchMap {
  return {
    fill: (body) => body(),
    clear: () => map.clear!(),
    set: (key, value) => void map.set(key, value),
    get: (key) => map.get(key),
    delete: (key) => void map.delete(key),
    update: (key, change) => void map.update!(key, change),
    each(sum) {
      for (const [key, value] of map.entries()) sum = addAnywhere(sum, key, value, values, keys);
      return sum;
    },
    getMany: (keys) => map.getMany(keys),
    close: () => map.close(),
  };
}

/** What those of them do that keep their keys in order. */
export function ordered(
  map: OurOrderedMap,
  values: Values,
  keys: Keys = KEYS.user,
): Pick<BenchMap, 'entries' | 'scan' | 'values'> {
  return {
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { gte: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const [key, value] of map.entries(options)) {
        sum = addEntry(sum, key, value, values, keys);
      }
      return sum;
    },
    scan(first, limit, sum) {
      map.scan({ gte: first, limit }, (key, value) => {
        sum = addEntry(sum, key, value, values, keys);
      });
      return sum;
    },
    values(sum) {
      for (const value of map.values()) sum = addValue(sum, value, values);
      return sum;
    },
  };
}

/** What ends a map that has its arena for itself. */
export function ends(map: { destroy(): void }, arena: Arena): Pick<BenchMap, 'close'> {
  return {
    close() {
      map.destroy();
      arena.detach();
    },
  };
}

/** A map whose blocks are of a domain. */
export interface BlockMap extends OurMap {
  readonly handle: { readonly entry: number; readonly generation: number };
  readonly size: number;
  stats(): { readonly bytes: number };
  snapshot(): { close(): void };
  destroy(): void;
}

/** How one kind of such maps is made, and found by further threads. */
export interface BlockMaps {
  arena(entries: number, values: Values): Arena;
  create(arena: Arena, values: Values): BlockMap;
  attach(arena: Arena, handle: BlockMap['handle'], values: Values): BlockMap;
  /** In an arena of its own. */
  readonly open: OpenMap;
}

/** Bytes of the blocks that a map is made of, headers included. */
export function usedBytes(arena: Arena, map: Pick<BlockMap, 'handle'>): number {
  return benchKernel(arena).kernel.usedBytes(map.handle.entry);
}
