// Maps in their arena: several at once, several handles, images, memory that is zeroed.

import { Arena } from '@x/shm-arena';
import { bytes, i32, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { content, freshArena, random, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test('maps of one arena do not know each other, whatever is done to them in turn', () => {
  const maps = [0, 1, 2].map(() => Masstree.create<string, number>(arena, { value: u32 }));
  const models = maps.map(() => new Map<string, number>());
  const below = random(1);
  for (let n = 0; n < 20_000; n++) {
    const at = below(3);
    const key = `${'common '.repeat(below(4))}${below(500)}`;
    if (below(3) === 0) expect(maps[at]!.delete(key)).toBe(models[at]!.delete(key));
    else {
      expect(maps[at]!.swap(key, n)).toBe(models[at]!.get(key));
      models[at]!.set(key, n);
    }
  }
  for (const [at, map] of maps.entries()) {
    expect(content(map)).toEqual(content(models[at]!));
    expect(map.verify().problems).toEqual([]);
  }
});

test('a walk over one map goes on while its loop writes it and two others', () => {
  const [from, to, log] = [0, 1, 2].map(() => {
    return Masstree.create<string, number>(arena, { value: u32 });
  }) as [Masstree<string, number>, Masstree<string, number>, Masstree<string, number>];
  for (let n = 0; n < 5000; n++) from.set(userKey(n), n);
  for (const [key, value] of from) {
    to.set(key, value);
    from.delete(key);
    log.update('moved', (n) => (n ?? 0) + 1);
    if (value % 100 === 0) expect([...from.keys({ limit: 1 })][0]).toBe(nextOf(value));
  }
  expect([from.size, to.size, log.get('moved')]).toEqual([0, 5000, 5000]);
});

const nextOf = (n: number) => (n === 4999 ? undefined : userKey(n + 1));

test('what one handle writes another one reads, snapshots too', () => {
  const one = Masstree.create<string, number>(arena, { name: 'map', value: u32 });
  const other = Masstree.open<string, number>(arena, 'map', { value: u32 });
  one.set('a', 1);
  const snapshot = other.snapshot();
  other.set('a', 2);
  expect([one.get('a'), snapshot.get('a')]).toEqual([2, 1]);
  one.close();
  expect([other.get('a'), snapshot.get('a'), other.stats().threads]).toEqual([2, 1, 1]);
});

test('an image has all entries, and nobody who had snapshots open', async () => {
  const map = Masstree.create<string, Uint8Array>(arena, { name: 'map', value: bytes });
  for (let n = 0; n < 3000; n++)
    map.set(`${userKey(n)}${'.'.repeat(n % 40)}`, new Uint8Array(n % 50));
  const expected = content(map);
  map.snapshot();
  const copy = await Arena.load(arena.save());
  copy.recover();
  const loaded = Masstree.open<string, Uint8Array>(copy, 'map', { value: bytes });
  expect(content(loaded)).toEqual(expected);
  expect([loaded.size, loaded.stats().snapshots]).toEqual([3000, 0]);
  expect(loaded.verify().problems).toEqual([]);
  loaded.clear();
  loaded.set('a', new Uint8Array(1));
  expect([loaded.size, copy.verify().problems]).toEqual([1, []]);
  expect(map.size).toBe(3000);
  copy.detach();
});

test('in an arena that zeroes what is freed', () => {
  const zeroing = Arena.create({ bytes: 2 ** 24, participants: 2, zeroOnFree: true });
  const map = Masstree.create<string, Uint8Array>(zeroing, { value: bytes });
  const below = random(2);
  const model = new Map<string, Uint8Array>();
  for (let n = 0; n < 30_000; n++) {
    const key = 'k'.repeat(below(30)) + below(50);
    const value = new Uint8Array(below(40)).fill(n);
    if (below(2) === 0) expect(map.take(key)).toEqual(model.get(key));
    else expect(map.swap(key, value)).toEqual(model.get(key));
    if (map.has(key)) model.set(key, value);
    else model.delete(key);
  }
  expect(content(map)).toEqual(content(model));
  zeroing.detach();
});

test('keys of several parts, and ranges of their leading ones', () => {
  const key = tuple(utf8, i32);
  const map = Masstree.create(arena, { key, value: u32 });
  for (const name of ['a', 'a\0', 'ab', 'b']) {
    for (let n = -50; n < 50; n++) map.set([name, n], n + 50);
  }
  expect(map.count({ prefix: ['a'] })).toBe(100);
  expect([...map.values({ gte: ['a\0', 10], prefix: ['a\0'] })]).toHaveLength(40);
  expect(map.deleteRange({ prefix: ['a\0'] })).toBe(100);
  expect(map.floor(['ab', -51])).toEqual([['a', 49], 99]);
  expect(map.size).toBe(300);
});

test('getMany of an empty map finds nothing, whatever has stood in the scratch', () => {
  const other = Masstree.create<string, string>(arena, { value: utf8 });
  for (let n = 0; n < 3000; n++) other.set(userKey(n), 'abcdefgh'.repeat(20));
  const map = Masstree.create<string, string>(arena, { value: utf8 });
  for (let n = 0; n < 10; n++) {
    expect([...other]).toHaveLength(3000);
    expect(map.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
  }
});

test.each([1000, 40_000, 500_000, 1_000_000])('a count ends at a key of %i bytes', (length) => {
  const map = Masstree.create<string, number>(arena, { value: u32 });
  map.set('a'.repeat(length), 1).set('b', 2);
  expect([1, 2, 3].map((limit) => map.count({ limit }))).toEqual([1, 2, 2]);
});
