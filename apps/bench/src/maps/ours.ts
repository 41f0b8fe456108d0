// The maps of this project, as the benchmarks see all maps.

import { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { addEntry, addValue, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

const LEAST_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 32 - 2 ** 16;

/** An arena with room for so many entries of so many bytes: it is reserved, not touched. */
export function newArena(entries: number, entryBytes: number): Arena {
  const bytes = Math.max(LEAST_BYTES, entries * entryBytes);
  return Arena.create({ bytes: Math.min(MOST_BYTES, bytes) });
}

export function codecs(values: Values) {
  return { key: utf8, value: values.codec };
}

interface OurMap {
  set(key: string, value: unknown): unknown;
  get(key: string): unknown;
  getMany(keys: string[]): unknown[];
  close(): void;
}

interface OurOrderedMap {
  entries(range: { gte?: string; limit?: number }): Iterable<[string, unknown]>;
}

/** What all our maps do alike. `close` closes the map and leaves the arena. */
export function ours(map: OurMap, values: Values): BenchMap {
  return {
    fill: (body) => body(),
    set: (key, value) => void map.set(key, value),
    get: (key) => map.get(key),
    getMany(keys, sum) {
      for (const value of map.getMany(keys)) sum = addValue(sum, value, values);
      return sum;
    },
    close: () => map.close(),
  };
}

/** What those of them do that keep their keys in order. */
export function ordered(map: OurOrderedMap, values: Values): Pick<BenchMap, 'entries'> {
  return {
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { gte: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const [key, value] of map.entries(options)) sum = addEntry(sum, key, value, values);
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
