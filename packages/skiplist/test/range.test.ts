// Ranges, both ways, and cursors; over a list, a snapshot, a frozen list and two lists at once.

import type { Arena } from '@x/shm-arena';
import { bytes, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList, type VersionedReadable } from '../src/index.ts';
import { codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const count = 3000;
const value = (n: number) => n * 2;

/** The same entries, seen in four ways. */
function views(): [string, VersionedReadable<string, number>][] {
  const list = SkipList.create(arena, { value: u32 });
  for (let n = 0; n < count; n++) list.set(userKey((n * 7) % count), value((n * 7) % count));
  const snapshot = list.snapshot();
  const frozen = list.seal();
  const both = SkipList.create(arena, { value: u32 });
  for (let n = 0; n < count; n += 2) both.set(userKey(n), value(n));
  for (let n = 0; n < count; n += 5) both.set(userKey(n), 1);
  both.seal();
  for (let n = 1; n < count; n += 2) both.set(userKey(n), value(n));
  for (let n = 0; n < count; n += 5) both.set(userKey(n), value(n));
  for (let n = 0; n < 500; n++) list.set(userKey(n), 1);
  return [
    ['a snapshot', snapshot],
    ['a frozen list', frozen],
    ['two lists', both],
    ['a snapshot of two lists', both.snapshot()],
  ];
}

describe('scans', () => {
  test('every view gives the same entries, both ways, across batches', () => {
    const all = Array.from({ length: count }, (_, n) => [userKey(n), value(n)]);
    for (const [name, view] of views()) {
      expect(content(view), name).toEqual(all);
      expect([...view.entries({ reverse: true })], name).toEqual([...all].reverse());
      expect([...view.keys()], name).toEqual(all.map(([key]) => key));
      expect([...view.values({ reverse: true })], name).toEqual(all.map(([, v]) => v).reverse());
      expect(view.size, name).toBe(count);
      const seen: unknown[] = [];
      view.forEach((v, key) => seen.push([key, v]));
      expect(seen, name).toEqual(all);
    }
  });

  test.each([
    [{ gte: 10, lt: 20 }, 10, 20],
    [{ gt: 10, lte: 20 }, 11, 21],
    [{ gte: 10, gt: 10, lte: 12 }, 11, 13],
    [{ gt: 5, gte: 10, lt: 30, lte: 12 }, 10, 13],
    [{ gte: 2990 }, 2990, count],
    [{ lt: 3 }, 0, 3],
    [{ gte: 20, lt: 10 }, 0, 0],
    [{ gt: 10, lt: 11 }, 0, 0],
    [{ gte: 10, lte: 10 }, 10, 11],
  ])('range %j', (bounds, from, to) => {
    const range = Object.fromEntries(Object.entries(bounds).map(([k, n]) => [k, userKey(n)]));
    const expected = Array.from({ length: to - from }, (_, n) => [
      userKey(from + n),
      value(from + n),
    ]);
    for (const [name, view] of views()) {
      expect([...view.entries(range)], name).toEqual(expected);
      expect([...view.entries({ ...range, reverse: true })], name).toEqual([...expected].reverse());
      expect([...view.entries({ ...range, limit: 4 })], name).toEqual(expected.slice(0, 4));
      expect(view.count(range), name).toBe(expected.length);
      expect(view.count({ ...range, limit: 4 }), name).toBe(Math.min(4, expected.length));
    }
  });

  test('a prefix of text, of bytes and of a tuple', () => {
    const text = SkipList.create(arena, { value: u32 });
    ['a', 'ab', 'abc', 'b', 'ab\uffff', 'ab\u{10ffff}', 'ac'].forEach((key, n) => text.set(key, n));
    expect([...text.keys({ prefix: 'ab' })]).toEqual(['ab', 'abc', 'ab\uffff', 'ab\u{10ffff}']);
    expect([...text.keys({ prefix: 'ab', gt: 'abc', reverse: true })]).toEqual([
      'ab\u{10ffff}',
      'ab\uffff',
    ]);
    expect(text.count({ prefix: '' })).toBe(7);
    const raw = SkipList.create<Uint8Array, number>(arena, { key: bytes, value: u32 });
    [[255], [255, 255], [255, 255, 1], [254, 255]].forEach((key, n) =>
      raw.set(Uint8Array.from(key), n),
    );
    expect([...raw.values({ prefix: Uint8Array.of(255, 255) })]).toEqual([1, 2]);
    expect([...raw.values({ prefix: Uint8Array.of(254) })]).toEqual([3]);
    const pairs = SkipList.create<readonly [string, number], number>(arena, {
      ...{ key: tuple(utf8, u32), value: u32 },
    });
    pairs.set(['a', 1], 1).set(['a', 2], 2).set(['ab', 1], 3).set(['b', 0], 4);
    expect([...pairs.values({ prefix: ['a'] })]).toEqual([1, 2]);
    expect([...pairs.values({ prefix: [] })]).toEqual([1, 2, 3, 4]);
    const numbers = SkipList.create<number, number>(arena, { key: u32, value: u32 });
    expect(() => numbers.count({ prefix: 1 })).toThrow(TypeError);
  });

  test('scan stops at false and counts what it visited', () => {
    for (const [name, view] of views()) {
      const seen: string[] = [];
      const visit = (key: string) => {
        seen.push(key);
        return key !== userKey(104);
      };
      expect(view.scan({ gte: userKey(100) }, visit), name).toBe(5);
      expect(seen, name).toEqual([100, 101, 102, 103, 104].map(userKey));
      expect(
        view.scan({}, () => undefined),
        name,
      ).toBe(count);
      expect(
        view.scan({ limit: 0 }, () => undefined),
        name,
      ).toBe(0);
    }
  });

  test('neighbours', () => {
    for (const [name, view] of views()) {
      const entry = (n: number) => [userKey(n), value(n)];
      expect(view.first(), name).toEqual(entry(0));
      expect(view.last(), name).toEqual(entry(count - 1));
      expect(view.floor(userKey(7)), name).toEqual(entry(7));
      expect(view.ceiling(userKey(7)), name).toEqual(entry(7));
      expect(view.lower(userKey(7)), name).toEqual(entry(6));
      expect(view.higher(userKey(7)), name).toEqual(entry(8));
      expect(view.floor('user:00000000007.5'), name).toEqual(entry(7));
      expect(view.higher('user:00000000007.5'), name).toEqual(entry(8));
      expect(view.lower(userKey(0)), name).toBe(undefined);
      expect(view.higher(userKey(count - 1)), name).toBe(undefined);
      expect(view.floor(''), name).toBe(undefined);
      expect(view.ceiling('v'), name).toBe(undefined);
    }
  });

  test('bad ranges are refused', () => {
    const list = SkipList.create<string, number>(arena);
    expect(() => list.entries({ limit: -1 })).toThrow(RangeError);
    expect(() => list.entries({ limit: 1.5 })).toThrow(RangeError);
    expect(() => list.entries({ limit: '1' as never })).toThrow(TypeError);
    expect(() => list.keys({ gt: 5 as never })).toThrow(TypeError);
    expect(() => list.values(5 as never)).toThrow(TypeError);
    expect(() => list.cursor({ limit: 3 })).toThrow(RangeError);
    expect(() => list.scan({ lt: '\ud800' }, () => true)).toThrow(TypeError);
  });
});

describe('iteration and changes', () => {
  test('the loop body may write the list it reads, and call any method', () => {
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < count; n += 2) list.set(userKey(n), n);
    const seen: string[] = [];
    for (const [key, n] of list) {
      seen.push(key);
      list.set(key, n + 1);
      list.delete(userKey(n - 2));
      list.get(userKey(n));
      expect(list.scan({ gte: key, limit: 3 }, () => true)).toBeGreaterThan(0);
    }
    expect(seen).toEqual(Array.from({ length: count / 2 }, (_, n) => userKey(n * 2)));
  });

  test('visitors may scan within scans, and getMany inside', () => {
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < 100; n++) list.set(userKey(n), n);
    let pairs = 0;
    list.scan({}, (a) => {
      list.scan({ gt: a }, (b) => {
        pairs++;
        if (pairs % 100 === 0) expect(list.getMany([a, b])).not.toContain(undefined);
      });
    });
    expect(pairs).toBe((100 * 99) / 2);
  });

  test('iteration yields what was present throughout exactly once, across seal', () => {
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < count; n++) list.set(userKey(n), n);
    const seen: string[] = [];
    for (const key of list.keys()) {
      if (seen.length === 100 || seen.length === 1500) list.seal();
      if (seen.length === 2000) list.set(userKey(2500), 1);
      seen.push(key);
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, n) => userKey(n)));
  });

  test('abandoned iterators leak nothing', () => {
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < count; n++) list.set(userKey(n), n);
    const before = arena.stats();
    for (let round = 0; round < 100; round++) {
      list.entries().next();
      for (const _ of list) break;
      list.cursor().next();
      const iterator = list.keys();
      iterator.next();
      iterator.return?.();
      expect(iterator.next()).toEqual({ done: true, value: undefined });
    }
    expect(arena.stats().used).toBe(before.used);
    expect(arena.stats().pinned).toEqual(before.pinned);
  });

  test('an exhausted iterator stays so', () => {
    const list = SkipList.create(arena, { value: u32 });
    list.set('a', 1);
    const iterator = list.entries();
    expect(iterator.next().value).toEqual(['a', 1]);
    expect(iterator.next().done).toBe(true);
    list.set('b', 2);
    expect(iterator.next().done).toBe(true);
  });
});

describe('cursors', () => {
  test('next and prev walk the whole range and turn anywhere', () => {
    for (const [name, view] of views()) {
      const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
      expect([cursor.valid, cursor.key, cursor.value], name).toEqual([false, undefined, undefined]);
      expect(cursor.prev(), name).toBe(false);
      for (let n = 100; n < 140; n++) {
        expect(cursor.next(), name).toBe(true);
        expect([cursor.key, cursor.value], name).toEqual([userKey(n), value(n)]);
      }
      expect(cursor.next(), name).toBe(false);
      expect(cursor.next(), name).toBe(false);
      expect(cursor.valid, name).toBe(false);
      for (let n = 139; n >= 100; n--) {
        expect(cursor.prev(), name).toBe(true);
        expect(cursor.key, name).toBe(userKey(n));
        if (n === 120) {
          expect([cursor.next(), cursor.key], name).toEqual([true, userKey(121)]);
          expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(120)]);
        }
      }
      expect(cursor.prev(), name).toBe(false);
      expect([cursor.next(), cursor.key], name).toEqual([true, userKey(100)]);
    }
  });

  test('seek and seekLast stay inside the range', () => {
    const [[, view]] = views() as [[string, VersionedReadable<string, number>]];
    const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
    expect([cursor.seek(userKey(110)), cursor.key]).toEqual([true, userKey(110)]);
    expect([cursor.seek('user:00000000110.5'), cursor.key]).toEqual([true, userKey(111)]);
    expect([cursor.seek(''), cursor.key]).toEqual([true, userKey(100)]);
    expect([cursor.seek(userKey(140)), cursor.valid]).toEqual([false, false]);
    expect([cursor.prev(), cursor.key]).toEqual([true, userKey(139)]);
    expect([cursor.seekLast(), cursor.key]).toEqual([true, userKey(139)]);
    expect([cursor.prev(), cursor.key]).toEqual([true, userKey(138)]);
  });

  test('a reversed cursor goes down', () => {
    const [[, view]] = views() as [[string, VersionedReadable<string, number>]];
    const cursor = view.cursor({ lt: userKey(140), reverse: true });
    expect([cursor.next(), cursor.key]).toEqual([true, userKey(139)]);
    expect([cursor.next(), cursor.key]).toEqual([true, userKey(138)]);
    expect([cursor.prev(), cursor.key]).toEqual([true, userKey(139)]);
    expect([cursor.seek('user:00000000110.5'), cursor.key]).toEqual([true, userKey(110)]);
    expect([cursor.seekLast(), cursor.key]).toEqual([true, userKey(0)]);
  });

  test('a closed cursor says so', () => {
    const list = SkipList.create<string, number>(arena);
    list.set('a', 1);
    const cursor = list.cursor();
    cursor.next();
    cursor.close();
    cursor[Symbol.dispose]();
    expect(cursor.valid).toBe(false);
    expect(codeOf(() => cursor.next())).toBe('CLOSED');
    expect(codeOf(() => cursor.seek('a'))).toBe('CLOSED');
  });
});
