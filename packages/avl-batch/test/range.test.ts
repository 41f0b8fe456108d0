// Ranges, both ways, by index, and cursors; over a map and over a snapshot.

import type { Arena } from '@x/shm-arena';
import { bytes, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AvlBatch, type IndexedReadable } from '../src/index.ts';
import { codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const count = 3000;
const value = (n: number) => n * 2;
const entry = (n: number): [string, number] => [userKey(n), value(n)];

/** The same entries, seen in three ways. */
function views(): [string, IndexedReadable<string, number>][] {
  const map = AvlBatch.create<string, number>(arena, { value: u32 });
  for (let n = 0; n < count; n++) map.set(userKey((n * 7) % count), value((n * 7) % count));
  map.build();
  const snapshot = map.snapshot();
  const compact = AvlBatch.create<string, number>(arena, { value: u32 });
  for (let n = 0; n < count; n++) compact.set(userKey(n), value(n));
  compact.build();
  compact.compact();
  for (let n = 0; n < 500; n++) map.set(userKey(n), 1);
  map.build();
  const live = AvlBatch.create<string, number>(arena, { value: u32 });
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

describe('scans', () => {
  test('every view gives the same entries, both ways, across portions', () => {
    const all = Array.from({ length: count }, (_, n) => entry(n));
    for (const [name, view] of views()) {
      expect(content(view), name).toEqual(all);
      expect([...view.entries({ reverse: true })], name).toEqual([...all].reverse());
      expect([...view.keys()], name).toEqual(all.map(([key]) => key));
      expect([...view.values({ reverse: true })], name).toEqual(all.map(([, v]) => v).reverse());
      expect([...view], name).toEqual(all);
      expect(view.size, name).toBe(count);
      const seen: unknown[] = [];
      view.forEach((v, key) => seen.push([key, v]));
      expect(seen, name).toEqual(all);
    }
  });

  test.each([
    [{ gte: 10, lt: 20 }, 10, 20],
    [{ gt: 10, lte: 20 }, 11, 21],
    [{ gt: 5, gte: 10, lt: 30, lte: 12 }, 10, 13],
    [{ gte: 2990 }, 2990, count],
    [{ lt: 3 }, 0, 3],
    [{ gte: 20, lt: 10 }, 0, 0],
    [{ gte: 10, lte: 10 }, 10, 11],
    [{ gte: 100, lt: 2500 }, 100, 2500],
  ])('range %j', (bounds, from, to) => {
    const range = Object.fromEntries(Object.entries(bounds).map(([k, n]) => [k, userKey(n)]));
    const expected = Array.from({ length: to - from }, (_, n) => entry(from + n));
    for (const [name, view] of views()) {
      expect([...view.entries(range)], name).toEqual(expected);
      expect([...view.entries({ ...range, reverse: true })], name).toEqual([...expected].reverse());
      expect([...view.entries({ ...range, limit: 4 })], name).toEqual(expected.slice(0, 4));
      expect(view.count(range), name).toBe(expected.length);
      expect(view.count({ ...range, limit: 4 }), name).toBe(Math.min(4, expected.length));
    }
  });

  test('by index: at and rank are each other’s inverse', () => {
    for (const [name, view] of views()) {
      for (let n = 0; n < count; n += 13) {
        expect(view.at(n), name).toEqual(entry(n));
        expect(view.rank(userKey(n)), name).toBe(n);
        expect(view.rank(`${userKey(n)}+`), name).toBe(n + 1);
      }
      expect([view.at(count), view.at(2 ** 32 - 1)], name).toEqual([undefined, undefined]);
      expect([view.rank(''), view.rank('v')], name).toEqual([0, count]);
      for (const index of [-1, 1.5, 2 ** 32]) expect(() => view.at(index)).toThrow(RangeError);
      expect(() => view.at('1' as never)).toThrow(TypeError);
    }
  });

  test('a prefix of text, of bytes and of a tuple', () => {
    const text = AvlBatch.create<string, number>(arena, { value: u32 });
    ['a', 'ab', 'abc', 'b', 'ab\uffff', 'ab\u{10ffff}', 'ac'].forEach((key, n) => text.set(key, n));
    text.build();
    expect([...text.keys({ prefix: 'ab' })]).toEqual(['ab', 'abc', 'ab\uffff', 'ab\u{10ffff}']);
    expect(text.count({ prefix: '' })).toBe(7);
    const raw = AvlBatch.create<Uint8Array, number>(arena, { key: bytes, value: u32 });
    [[255], [255, 255], [255, 255, 1], [254, 255]].forEach((key, n) =>
      raw.set(Uint8Array.from(key), n),
    );
    raw.build();
    expect([...raw.values({ prefix: Uint8Array.of(255, 255) })]).toEqual([1, 2]);
    const pairs = AvlBatch.create<readonly [string, number], number>(arena, {
      ...{ key: tuple(utf8, u32), value: u32 },
    });
    for (const [name, n, v] of [
      ['a', 1, 1],
      ['a', 2, 2],
      ['ab', 1, 3],
      ['b', 0, 4],
    ] as const) {
      pairs.set([name, n], v);
    }
    pairs.build();
    expect([...pairs.values({ prefix: ['a'] })]).toEqual([1, 2]);
    expect(pairs.rank(['ab', 0])).toBe(2);
  });

  test('neighbours', () => {
    for (const [name, view] of views()) {
      expect([view.first(), view.last()], name).toEqual([entry(0), entry(count - 1)]);
      expect([view.floor(userKey(7)), view.ceiling(userKey(7))], name).toEqual([
        entry(7),
        entry(7),
      ]);
      expect([view.lower(userKey(7)), view.higher(userKey(7))], name).toEqual([entry(6), entry(8)]);
      expect(view.floor('user:00000000007.5'), name).toEqual(entry(7));
      expect(view.higher('user:00000000007.5'), name).toEqual(entry(8));
      expect([view.lower(userKey(0)), view.floor('')], name).toEqual([undefined, undefined]);
      expect([view.higher(userKey(count - 1)), view.ceiling('v')], name).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  test('scan stops at false; the loop body may change the map', () => {
    for (const [name, view] of views()) {
      const visit = (key: string) => key !== userKey(104);
      expect(view.scan({ gte: userKey(100) }, visit), name).toBe(5);
      expect(
        view.scan({ limit: 0 }, () => undefined),
        name,
      ).toBe(0);
    }
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

describe('cursors', () => {
  test('go to and fro, and over both ends', () => {
    for (const [name, view] of views()) {
      const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
      expect([cursor.valid, cursor.prev()], name).toEqual([false, false]);
      for (let n = 100; n < 140; n++) {
        expect([cursor.next(), cursor.key, cursor.value], name).toEqual([true, ...entry(n)]);
      }
      expect([cursor.next(), cursor.next(), cursor.valid], name).toEqual([false, false, false]);
      for (let n = 139; n >= 100; n--) {
        expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(n)]);
        if (n !== 120) continue;
        expect([cursor.next(), cursor.key], name).toEqual([true, userKey(121)]);
        expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(120)]);
      }
      expect([cursor.prev(), cursor.next(), cursor.key], name).toEqual([false, true, userKey(100)]);
    }
  });

  test('seek, reverse and close', () => {
    const [[, view]] = views() as [[string, IndexedReadable<string, number>]];
    const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
    expect([cursor.seek('user:00000000110.5'), cursor.key]).toEqual([true, userKey(111)]);
    expect([cursor.seek(''), cursor.key]).toEqual([true, userKey(100)]);
    expect([cursor.seek(userKey(140)), cursor.valid]).toEqual([false, false]);
    expect([cursor.seekLast(), cursor.key]).toEqual([true, userKey(139)]);
    const down = view.cursor({ lt: userKey(140), reverse: true });
    expect([down.next(), down.key]).toEqual([true, userKey(139)]);
    expect([down.next(), down.key, down.prev(), down.key]).toEqual([
      ...[true, userKey(138), true, userKey(139)],
    ]);
    cursor.close();
    expect(codeOf(() => cursor.next())).toBe('CLOSED');
    expect(() => view.cursor({ limit: 3 })).toThrow(RangeError);
  });
});
