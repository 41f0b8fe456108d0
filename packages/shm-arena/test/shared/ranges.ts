// Ranges, both ways, and cursors, over any views of the same entries.

import type { Codec, OrderedReadable } from '@x/shm-arena';
import { bytes, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { codeOf, content, userKey } from './support.ts';

/** How many entries each view has. */
export const count = 3000;
/** What each has. */
export const value = (n: number) => n * 2;
export const entry = (n: number): [string, number] => [userKey(n), value(n)];

type Views = () => readonly (readonly [name: string, view: OrderedReadable<string, number>])[];

/** The entries 0 to `count` - 1, in an order that is not theirs. */
export function* mixed(): Generator<[string, number]> {
  for (let n = 0; n < count; n++) yield entry((n * 7) % count);
}

const all = Array.from({ length: count }, (_, n) => entry(n));

const bounded = [
  [{ gte: 10, lt: 20 }, 10, 20],
  [{ gt: 10, lte: 20 }, 11, 21],
  [{ gte: 10, gt: 10, lte: 12 }, 11, 13],
  [{ gt: 5, gte: 10, lt: 30, lte: 12 }, 10, 13],
  [{ gte: 2990 }, 2990, count],
  [{ lt: 3 }, 0, 3],
  [{ gte: 20, lt: 10 }, 0, 0],
  [{ gt: 10, lt: 11 }, 0, 0],
  [{ gte: 10, lte: 10 }, 10, 11],
  [{ gte: 100, lt: 2500 }, 100, 2500],
] as const;

/** Tests of scans, over what `views` makes anew for each. */
export function scans(views: Views): void {
  test('every view gives the same entries, both ways, across batches', () => {
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

  test.each(bounded)('range %j', (bounds, from, to) => {
    const range = Object.fromEntries(Object.entries(bounds).map(([k, n]) => [k, userKey(n)]));
    const expected = all.slice(from, to);
    for (const [name, view] of views()) {
      expect([...view.entries(range)], name).toEqual(expected);
      expect([...view.entries({ ...range, reverse: true })], name).toEqual([...expected].reverse());
      expect([...view.entries({ ...range, limit: 4 })], name).toEqual(expected.slice(0, 4));
      expect(view.count(range), name).toBe(expected.length);
      expect(view.count({ ...range, limit: 4 }), name).toBe(Math.min(4, expected.length));
    }
  });

  test('scan stops at false and counts what it visited', () => {
    for (const [name, view] of views()) {
      const seen: string[] = [];
      const visit = (key: string) => {
        seen.push(key);
        return key !== userKey(104);
      };
      const ignore = () => undefined;
      expect(view.scan({ gte: userKey(100) }, visit), name).toBe(5);
      expect(seen, name).toEqual([100, 101, 102, 103, 104].map(userKey));
      expect([view.scan({}, ignore), view.scan({ limit: 0 }, ignore)], name).toEqual([count, 0]);
    }
  });

  test('neighbours', () => {
    for (const [name, view] of views()) {
      expect([view.first(), view.last()], name).toEqual([entry(0), entry(count - 1)]);
      expect(view.floor(userKey(7)), name).toEqual(entry(7));
      expect(view.ceiling(userKey(7)), name).toEqual(entry(7));
      expect([view.lower(userKey(7)), view.higher(userKey(7))], name).toEqual([entry(6), entry(8)]);
      expect(view.floor('user:00000000007.5'), name).toEqual(entry(7));
      expect(view.higher('user:00000000007.5'), name).toEqual(entry(8));
      expect(view.lower(userKey(0)), name).toBe(undefined);
      expect(view.higher(userKey(count - 1)), name).toBe(undefined);
      expect([view.floor(''), view.ceiling('v')], name).toEqual([undefined, undefined]);
    }
  });
}

/** A map with some entries. */
type Filled = <K>(
  key: Codec<K>,
  entries: readonly (readonly [key: K, value: number])[],
) => OrderedReadable<K, number>;

/** Tests of prefixes, over maps that `filled` makes. */
export function prefixes(filled: Filled): void {
  test('a prefix of text, of bytes and of a tuple', () => {
    const keys = ['a', 'ab', 'abc', 'b', 'ab\uffff', 'ab\u{10ffff}', 'ac'];
    const text = filled(
      utf8,
      keys.map((key, n) => [key, n]),
    );
    expect([...text.keys({ prefix: 'ab' })]).toEqual(['ab', 'abc', 'ab\uffff', 'ab\u{10ffff}']);
    expect([...text.keys({ prefix: 'ab', gt: 'abc', reverse: true })]).toEqual([
      ...['ab\u{10ffff}', 'ab\uffff'],
    ]);
    expect(text.count({ prefix: '' })).toBe(7);
    const raw = filled(
      bytes,
      [[255], [255, 255], [255, 255, 1], [254, 255]].map((key, n) => [Uint8Array.from(key), n]),
    );
    expect([...raw.values({ prefix: Uint8Array.of(255, 255) })]).toEqual([1, 2]);
    expect([...raw.values({ prefix: Uint8Array.of(254) })]).toEqual([3]);
    const pairs = filled(tuple(utf8, u32), [
      [['a', 1], 1],
      [['a', 2], 2],
      [['ab', 1], 3],
      [['b', 0], 4],
    ]);
    expect([...pairs.values({ prefix: ['a'] })]).toEqual([1, 2]);
    expect([...pairs.values({ prefix: [] })]).toEqual([1, 2, 3, 4]);
    expect(() => filled(u32, []).count({ prefix: 1 })).toThrow(TypeError);
  });
}

/** Tests of cursors. */
export function cursors(views: Views): void {
  describe('cursors', () => {
    test('next and prev walk the whole range and turn anywhere', () => {
      for (const [name, view] of views()) {
        const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
        const { valid, key, value } = cursor;
        expect([valid, key, value, cursor.prev()], name).toEqual([
          ...[false, undefined, undefined, false],
        ]);
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
        expect(cursor.prev(), name).toBe(false);
        expect([cursor.next(), cursor.key], name).toEqual([true, userKey(100)]);
      }
    });

    test('seek and seekLast stay inside the range', () => {
      for (const [name, view] of views()) {
        const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
        expect([cursor.seek(userKey(110)), cursor.key], name).toEqual([true, userKey(110)]);
        expect([cursor.seek('user:00000000110.5'), cursor.key]).toEqual([true, userKey(111)]);
        expect([cursor.seek(''), cursor.key], name).toEqual([true, userKey(100)]);
        expect([cursor.seek(userKey(140)), cursor.valid], name).toEqual([false, false]);
        expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(139)]);
        expect([cursor.seekLast(), cursor.key], name).toEqual([true, userKey(139)]);
        expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(138)]);
      }
    });

    test('a reversed cursor goes down', () => {
      for (const [name, view] of views()) {
        const cursor = view.cursor({ lt: userKey(140), reverse: true });
        expect([cursor.next(), cursor.key], name).toEqual([true, userKey(139)]);
        expect([cursor.next(), cursor.key], name).toEqual([true, userKey(138)]);
        expect([cursor.prev(), cursor.key], name).toEqual([true, userKey(139)]);
        expect([cursor.seek('user:00000000110.5'), cursor.key]).toEqual([true, userKey(110)]);
        expect([cursor.seekLast(), cursor.key], name).toEqual([true, userKey(0)]);
      }
    });

    test('a closed cursor says so; one with a limit is refused', () => {
      for (const [name, view] of views()) {
        const cursor = view.cursor();
        cursor.next();
        cursor.close();
        cursor[Symbol.dispose]();
        expect(cursor.valid, name).toBe(false);
        expect(
          codeOf(() => cursor.next()),
          name,
        ).toBe('CLOSED');
        expect(
          codeOf(() => cursor.seek('a')),
          name,
        ).toBe('CLOSED');
        expect(() => view.cursor({ limit: 3 }), name).toThrow(RangeError);
      }
    });
  });
}
