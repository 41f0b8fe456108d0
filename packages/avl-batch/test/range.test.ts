// What a map in batches reads beside all ordered maps: by index.

import type { Arena } from '@x/shm-arena';
import { tuple, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AvlBatch, type IndexedReadable } from '../src/index.ts';
import { freshArena, userKey } from './support.ts';

const count = 3000;
const value = (n: number) => n * 2;

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

/** All entries, in a snapshot of what was written over since, compact, and in many batches. */
function views(): [string, IndexedReadable<string, number>][] {
  const make = () => AvlBatch.create<string, number>(arena, { value: u32 });
  const [map, compact, live] = [make(), make(), make()];
  for (let n = 0; n < count; n++) {
    map.set(userKey(n), value(n));
    compact.set(userKey(n), value(n));
  }
  map.build();
  const snapshot = map.snapshot();
  for (let n = 0; n < 500; n++) map.delete(userKey(n));
  map.build();
  compact.build();
  compact.compact();
  for (let n = count - 1; n >= 0; n--) {
    live.set(userKey(n), value(n));
    if (n % 97 === 0) live.build();
  }
  return [
    ['a snapshot', snapshot],
    ['a compact map', compact],
    ['a map of many batches', live],
  ];
}

describe('by index', () => {
  test('at and rank are each other’s inverse', () => {
    for (const [name, view] of views()) {
      for (let n = 0; n < count; n += 13) {
        expect(view.at(n), name).toEqual([userKey(n), value(n)]);
        expect(view.rank(userKey(n)), name).toBe(n);
        expect(view.rank(`${userKey(n)}+`), name).toBe(n + 1);
      }
      expect([view.at(count), view.at(2 ** 32 - 1)], name).toEqual([undefined, undefined]);
      expect([view.rank(''), view.rank('v')], name).toEqual([0, count]);
      for (const index of [-1, 1.5, 2 ** 32]) expect(() => view.at(index)).toThrow(RangeError);
      expect(() => view.at('1' as never)).toThrow(TypeError);
    }
  });

  test('by rank of a key that is not there, of a tuple', () => {
    const key = tuple(utf8, u32);
    const pairs = AvlBatch.create<readonly [string, number], number>(arena, { key, value: u32 });
    for (const each of [
      ['a', 1],
      ['a', 2],
      ['ab', 1],
    ] as const)
      pairs.set(each, 1);
    pairs.build();
    expect(pairs.rank(['ab', 0])).toBe(2);
  });

  test('the loop body may change the map', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    for (let n = 0; n < 500; n++) map.set(userKey(n), n);
    map.build();
    let seen = 0;
    for (const [key] of map.entries()) {
      map.delete(key);
      map.build();
      if (seen % 50 === 0) map.compact();
      expect(key).toBe(userKey(seen++));
    }
    expect([seen, map.size]).toEqual([500, 0]);
  });
});
