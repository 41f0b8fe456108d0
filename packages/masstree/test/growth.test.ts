// Order of insertion, deletion of everything, and what turns over for ever.

import { type Arena, Arena as Arenas } from '@x/shm-arena';
import { f64, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { freshArena, random, shuffled, userKey } from './support.ts';

const KIB = 2 ** 10;

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

const orders: Record<string, (count: number) => number[]> = {
  ascending: (count) => Array.from({ length: count }, (_, n) => n),
  descending: (count) => Array.from({ length: count }, (_, n) => count - 1 - n),
  random: (count) => shuffled(count, 3),
};

/** The most levels: nodes that are split keep a third at the least. */
const mostLevels = (count: number) => 2 + Math.ceil(Math.log(count) / Math.log(5));

describe.each(Object.keys(orders))('keys put in %s order', (name) => {
  const order = orders[name]!;

  test.each([10, 1000, 30_000])('%i numbers are there, and the tree is low', (count) => {
    const map = Masstree.create<number, number>(arena, { key: u32, value: f64 });
    for (const n of order(count)) map.set(n, n / 2);
    expect(map.verify().problems).toEqual([]);
    expect(map.size).toBe(count);
    expect(map.stats().height).toBeLessThanOrEqual(mostLevels(count));
    let n = 0;
    for (const [key, value] of map) {
      if (key !== n || value !== n / 2) expect([key, value]).toEqual([n, n / 2]);
      n++;
    }
    expect(n).toBe(count);
    expect([map.first(), map.last()]).toEqual([
      [0, 0],
      [count - 1, (count - 1) / 2],
    ]);
  });

  test.each(Object.keys(orders))('all of them are deleted in %s order', (other) => {
    const count = 10_000;
    const map = Masstree.create<string, number>(arena, { value: u32 });
    for (const n of order(count)) map.set(userKey(n), n);
    for (const [i, n] of orders[other]!(count).entries()) {
      if (!map.delete(userKey(n))) expect(n).toBe('there');
      if (i % 2500 === 2499) expect(map.verify().problems).toEqual([]);
    }
    expect([map.size, map.first(), map.last(), [...map]]).toEqual([0, undefined, undefined, []]);
    map.maintain();
    expect([map.size, map.verify().problems]).toEqual([0, []]);
    for (const n of order(100)) map.set(userKey(n), n);
    expect([...map.values()]).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });
});

test('what was inserted and deleted has given its memory back, but for the stated bound', () => {
  const map = Masstree.create<number, number>(arena, { key: u32, value: f64 });
  const { used } = arena.stats();
  const order = shuffled(500_000, 4);
  for (const n of order) map.set(n, n);
  expect(arena.stats().used).toBeGreaterThan(used + 8 * 2 ** 20);
  for (const n of order) map.delete(n);
  map.maintain();
  arena.trim();
  expect(map.size).toBe(0);
  expect(arena.stats().used).toBeLessThanOrEqual(used + 256 * KIB + map.stats().boundBytes);
});

describe('what turns over for ever takes no more memory than one that is fresh', () => {
  /** Bytes of a map of these entries that nothing else was ever done to. */
  function fresh(entries: Iterable<[string, number]>): number {
    const own = Arenas.create({ bytes: 2 ** 25, participants: 4 });
    const map = Masstree.create<string, number>(own, { value: u32 });
    for (const [key, value] of entries) map.set(key, value);
    own.trim();
    const { bytes } = map.stats();
    own.detach();
    return bytes;
  }

  test('keys that come and go at random', () => {
    const map = Masstree.create<string, number>(arena, { value: u32 });
    const below = random(5);
    const there: string[] = [];
    for (let n = 0; n < 200_000; n++) {
      if (there.length === 5000) {
        const at = below(there.length);
        map.delete(there[at]!);
        there[at] = there.at(-1)!;
        there.pop();
      }
      const key = below(2 ** 31).toString(36);
      if (map.insert(key, n)) there.push(key);
    }
    expect([map.size, map.verify().problems]).toEqual([there.length, []]);
    expect(new Set(map.keys())).toEqual(new Set(there));
    map.maintain();
    arena.trim();
    const { bytes, boundBytes } = map.stats();
    const entries = there.map((key): [string, number] => [key, 1]);
    expect(bytes).toBeLessThanOrEqual(2 * fresh(entries) + boundBytes);
  });

  test('a queue: keys that rise, and go from the other end', () => {
    const map = Masstree.create<string, number>(arena, { value: u32 });
    const length = 1000;
    let early = 0;
    for (let n = 0; n < 100_000; n++) {
      map.set(userKey(n), n);
      if (n >= length) expect(map.take(map.first()![0])).toBe(n - length);
      if (n === 10_000) early = map.stats().bytes;
    }
    expect([map.size, map.verify().problems]).toEqual([length, []]);
    expect(map.stats().bytes).toBeLessThanOrEqual(2 * early);
  });

  test('one key whose values are of all kinds', () => {
    const map = Masstree.create<string, string>(arena, { value: utf8 });
    let early = 0;
    for (let n = 0; n < 100_000; n++) {
      map.set('hot', 'x'.repeat(n % 60));
      if (n % 1000 === 0) expect(map.get('hot')).toBe('x'.repeat(n % 60));
      if (n === 10_000) early = map.stats().bytes;
    }
    expect(map.stats().bytes).toBeLessThanOrEqual(2 * early);
    expect(map.stats().pendingBlocks).toBeLessThanOrEqual(map.stats().boundBlocks);
  });
});

describe('maintain', () => {
  test('looks at so many leaves, and says whether there are more', () => {
    const map = Masstree.create<number, number>(arena, { key: u32, value: u32 });
    for (const n of shuffled(20_000, 9)) map.set(n, n);
    for (let n = 0; n < 20_000; n++) if (n % 50 !== 0) map.delete(n);
    let calls = 0;
    for (let more = true; more; calls++) ({ more } = map.maintain(10));
    expect(calls).toBeGreaterThan(1);
    expect(map.maintain()).toEqual({ merged: expect.any(Number), more: false });
    expect([...map.keys()]).toEqual(Array.from({ length: 400 }, (_, n) => 50 * n));
    expect(map.verify().problems).toEqual([]);
    for (const wrong of [0, -1, 1.5, 2 ** 31])
      expect(() => map.maintain(wrong)).toThrow(RangeError);
    expect(() => map.maintain('1' as never)).toThrow(TypeError);
  });
});
