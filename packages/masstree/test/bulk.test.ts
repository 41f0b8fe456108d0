// A bulk load: all at once, or nothing.

import { Arena, type ShmError } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';

let arena: Arena;
let map: Masstree<string, unknown>;
beforeEach(() => {
  arena = Arena.create({ bytes: 2 ** 25 });
  map = Masstree.create(arena);
});
afterEach(() => {
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

/** Keys of several layers, numbers and long texts in turns. */
const entries = Array.from({ length: 3_000 }, (_, i): [string, unknown] => {
  const key = `place:${String(i).padStart(6, '0')}${'/part'.repeat(i % 5)}`;
  return [key, i % 3 === 0 ? 'x'.repeat(i % 90) : i];
});

test('what was loaded is there, in order, in full leaves', () => {
  map.bulkLoad(entries);
  expect(map.size).toBe(entries.length);
  expect([...map]).toEqual(entries);
  const one = Masstree.create<string, unknown>(arena);
  for (const [key, value] of [...entries].reverse()) one.set(key, value);
  expect(map.stats().blocks).toBeLessThanOrEqual(one.stats().blocks);
});

test('it is invisible until its end, also to who writes meanwhile', () => {
  const seen: number[] = [];
  function* watched() {
    for (const entry of entries) {
      seen.push(map.size);
      yield entry;
    }
  }
  map.bulkLoad(watched());
  expect(new Set(seen)).toEqual(new Set([0]));
});

test('into a map that is not empty, or was not at the end: nothing has changed', () => {
  map.set('a', 1);
  expect(() => map.bulkLoad(entries)).toThrow(RangeError);
  expect([...map]).toEqual([['a', 1]]);
  map.delete('a');
  function* disturbed() {
    yield* entries;
    map.set('b', 2);
  }
  expect(() => map.bulkLoad(disturbed())).toThrow('expected an empty map');
  expect([...map]).toEqual([['b', 2]]);
});

test('keys out of order, twice the same, and what an iterator throws: nothing is left', () => {
  const { used } = arena.stats();
  const of = (...keys: string[]) => keys.map((key): [string, number] => [key, 1]);
  expect(() => map.bulkLoad(of('a', 'c', 'b'))).toThrow('entries[2]');
  expect(() => map.bulkLoad(of('a', 'a'))).toThrow('entries[1]');
  const broken = function* () {
    yield* entries;
    throw new Error('broken');
  };
  expect(() => map.bulkLoad(broken())).toThrow('broken');
  expect(map.size).toBe(0);
  map.maintain();
  arena.trim();
  expect(map.stats().blocks).toBe(0);
  expect(arena.stats().used).toBeLessThanOrEqual(used);
});

test('one load in a thread at a time', () => {
  let code = '';
  function* nested() {
    yield ['a', 1] as [string, unknown];
    try {
      map.bulkLoad([['b', 1]]);
    } catch (error) {
      code = (error as ShmError).code;
    }
    yield ['c', 1] as [string, unknown];
  }
  map.bulkLoad(nested());
  expect(code).toBe('CONTENDED');
  expect([...map.keys()]).toEqual(['a', 'c']);
});

test('ARENA_FULL gives all of it back', () => {
  const large = Array.from({ length: 10 ** 6 }, (_, i): [string, string] => [
    `k${String(i).padStart(9, '0')}`,
    'v'.repeat(100),
  ]);
  expect(() => map.bulkLoad(large)).toThrow(expect.objectContaining({ code: 'ARENA_FULL' }));
  expect(map.size).toBe(0);
  map.bulkLoad(large.slice(0, 1_000));
  expect(map.size).toBe(1_000);
});

test('snapshots of before do not see it, those of later do', () => {
  const before = map.snapshot();
  map.bulkLoad(entries);
  const after = map.snapshot();
  map.set('z', 1).delete(entries[7]![0]);
  expect([...before]).toEqual([]);
  expect([...after]).toEqual(entries);
});
