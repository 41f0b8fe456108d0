// The shared reading side of ordered structures, over a plain sorted array: ranges in bytes,
// batches, iterators and cursors, without any kernel.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Range } from '../src/api.ts';
import { bytes, descending, tuple, u32, utf8 } from '../src/codec.ts';
import { Batch, READER } from '../src/map.ts';
import {
  type Bounds,
  CodecBounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  narrowed,
  type OrderedSource,
  OrderedView,
  type Walk,
} from '../src/ordered.ts';

const SEED = Number(process.env.SEED ?? 20_261_120);

const text = new CodecBounds(utf8, 100);
const inside = (bounds: Readonly<Bounds>, key: Uint8Array): boolean => {
  if (bounds.empty) return false;
  const low = bounds.low === undefined ? 1 : compareBytes(key, bounds.low);
  const high = bounds.high === undefined ? -1 : compareBytes(key, bounds.high);
  return (
    (low > 0 || (low === 0 && !bounds.lowOpen)) && (high < 0 || (high === 0 && !bounds.highOpen))
  );
};

describe('ranges in bytes', () => {
  test('hold exactly the keys that the range names', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '\uffff', '\u{10ffff}'),
      maxLength: 4,
    });
    const range: fc.Arbitrary<Range<string>> = fc.record(
      { gt: key, gte: key, lt: key, lte: key, prefix: key },
      { requiredKeys: [] },
    );
    const order = (a: string, b: string) => compareBytes(text.encode(a), text.encode(b));
    fc.assert(
      fc.property(range, key, (over, at) => {
        const expected =
          (over.gt === undefined || order(at, over.gt) > 0) &&
          (over.gte === undefined || order(at, over.gte) >= 0) &&
          (over.lt === undefined || order(at, over.lt) < 0) &&
          (over.lte === undefined || order(at, over.lte) <= 0) &&
          (over.prefix === undefined || at.startsWith(over.prefix as string));
        expect(inside(encodeRange(over, text), text.encode(at))).toBe(expected);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('prefixes of ff bytes have no upper bound', () => {
    const raw = new CodecBounds(bytes, 100);
    const bounds = encodeRange({ prefix: Uint8Array.of(255, 255) }, raw);
    expect([bounds.low, bounds.high]).toEqual([Uint8Array.of(255, 255), undefined]);
    expect(encodeRange({ prefix: Uint8Array.of(1, 255) }, raw).high).toEqual(Uint8Array.of(2));
  });

  test('prefixes of tuples are their leading parts; other codecs have none', () => {
    const pair = new CodecBounds(tuple(utf8, descending(u32)), 100);
    const bounds = encodeRange({ prefix: ['a'] }, pair);
    expect(inside(bounds, pair.encode(['a', 5]))).toBe(true);
    expect(inside(bounds, pair.encode(['ab', 5]))).toBe(false);
    expect(() => encodeRange({ prefix: 1 }, new CodecBounds(u32, 100))).toThrow(TypeError);
  });

  test('keys beyond the limit are KEY_TOO_LARGE, also beyond the first buffer', () => {
    expect(() => text.encode('x'.repeat(101))).toThrow(
      expect.objectContaining({ code: 'KEY_TOO_LARGE' }),
    );
    expect(text.encode('x'.repeat(100)).length).toBe(100);
    expect(text.encode('é'.repeat(50)).length).toBe(100);
  });

  test('narrowing never widens', () => {
    const bounds = encodeRange({ gte: 'b', lt: 'd' }, text);
    expect(narrowed(bounds, text.encode('a'), true)).toMatchObject({ low: text.encode('b') });
    expect(narrowed(bounds, text.encode('c'), true)).toMatchObject({ lowOpen: true });
    expect(narrowed(bounds, text.encode('e'), false).empty).toBe(true);
    const down = { ...bounds, reverse: true };
    expect(narrowed(down, text.encode('c'), false)).toMatchObject({
      ...{ high: text.encode('c'), highOpen: false },
    });
  });

  test('limit 0 is empty, bad limits are refused', () => {
    expect(encodeRange({ limit: 0 }, text).empty).toBe(true);
    expect(() => encodeRange({ limit: -1 }, text)).toThrow(RangeError);
    expect(() => encodeRange({ limit: Number.NaN }, text)).toThrow(RangeError);
    expect(() => encodeRange({ limit: '3' as never }, text)).toThrow(TypeError);
    expect(() => encodeRange('a' as never, text)).toThrow(TypeError);
  });
});

/** Reads a sorted array; counts how many entries were read ahead. */
class ArraySource implements OrderedSource<string, number> {
  readonly bound = text;
  readonly over = false;
  readonly host = { over: false };
  readonly isOpen = true;
  readonly name = '';
  read = 0;
  readonly sorted: readonly [string, number][];

  constructor(sorted: readonly [string, number][]) {
    this.sorted = sorted;
  }

  exists(): boolean {
    return true;
  }

  gone(): Error {
    return new Error('it is always there');
  }

  checkAll(): void {}

  close(): void {}

  get(key: string): number | undefined {
    return this.sorted.find(([each]) => each === key)?.[1];
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  getMany(keys: Iterable<string>): (number | undefined)[] {
    return Array.from(keys, (key) => this.get(key));
  }

  all(): Batch<string, number> {
    return this.batch(EVERYTHING);
  }

  countWithin(bounds: Readonly<Bounds>): number {
    return this.within(bounds).length;
  }

  batch(bounds: Readonly<Bounds>): Batch<string, number> {
    const rest = this.within(bounds);
    const took = (count: number) => {
      this.read += count;
    };
    return new (class extends Batch<string, number> {
      protected override read(want: number): boolean {
        const next = rest.splice(0, want);
        this.count = next.length;
        for (const [at, [key, value]] of next.entries()) {
          this.keys[at] = key;
          this.values[at] = value;
        }
        took(next.length);
        return rest.length > 0;
      }
    })(bounds.empty ? 0 : bounds.limit);
  }

  walk(bounds: Readonly<Bounds>): Walk<string, number> {
    const rest = this.within(bounds);
    let portion: [string, number][] = [];
    const entry = (i: number) => portion[i] as [string, number];
    return {
      read: (want) => {
        portion = rest.splice(0, want);
        this.read += portion.length;
        return portion.length;
      },
      key: (i) => entry(i)[0],
      value: (i) => entry(i)[1],
      keyBytes: (i) => text.encode(entry(i)[0]),
      end() {},
    };
  }

  private within(bounds: Readonly<Bounds>): [string, number][] {
    const found = this.sorted.filter(([key]) => inside(bounds, text.encode(key)));
    return bounds.reverse ? found.reverse() : found;
  }
}

class ArrayView extends OrderedView<ArraySource, string, number> {
  get read(): number {
    return this[READER].read;
  }
}

const name = (n: number) => String(n).padStart(5, '0');
const viewOf = (numbers: number[]) =>
  new ArrayView(new ArraySource(numbers.map((n) => [name(n), n])));
const view = (count: number) => viewOf(Array.from({ length: count }, (_, n) => n));

describe('views', () => {
  test('iterate all, across batches, and stop where the limit says', () => {
    const big = view(5000);
    expect([...big].map(([, n]) => n)).toEqual(Array.from({ length: 5000 }, (_, n) => n));
    expect([...big.values({ limit: 100 })]).toHaveLength(100);
    expect([...big.keys({ gt: name(4990), reverse: true })][0]).toBe(name(4999));
    expect(big.count({ lt: name(7), limit: 5 })).toBe(5);
  });

  test('read ahead no more than a limit, and little at first', () => {
    const big = view(5000);
    expect([...big.entries({ limit: 100 })]).toHaveLength(100);
    expect(big.read).toBe(100);
    big.entries().next();
    expect(big.read).toBeLessThanOrEqual(100 + 32);
    big.first();
    big.floor(name(7));
    expect(big.read).toBeLessThanOrEqual(100 + 32 + 2);
  });

  test('a cursor reads one entry where it is put, and more with each portion', () => {
    const big = view(5000);
    const cursor = big.cursor();
    cursor.seek(name(70));
    expect([cursor.key, big.read]).toEqual([name(70), 1]);
    cursor.next();
    expect([cursor.value, big.read]).toEqual([71, 1 + 8]);
    for (let n = 0; n < 8; n++) cursor.next();
    expect([cursor.value, big.read]).toEqual([79, 1 + 8 + 32]);
    cursor.prev();
    expect([cursor.value, big.read]).toEqual([78, 1 + 8 + 32 + 1]);
  });

  test('scan counts visits, and nested calls do not disturb each other', () => {
    const small = view(50);
    let calls = 0;
    const visits = small.scan({}, (key) => {
      calls += small.scan({ gte: key }, () => true);
    });
    expect([visits, calls]).toEqual([50, (50 * 51) / 2]);
    expect(small.scan({}, (key) => key < name(9))).toBe(10);
  });

  test('cursors do what a walk in the sorted keys does', () => {
    const keys = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });
    const move = fc.oneof(
      fc.constantFrom('next' as const, 'prev' as const, 'seekLast' as const),
      fc.integer({ min: 0, max: 41 }),
    );
    fc.assert(
      fc.property(keys, fc.boolean(), fc.array(move, { maxLength: 60 }), (all, reverse, moves) => {
        const sorted = all.sort((a, b) => a - b);
        const cursor = viewOf(sorted).cursor({ reverse });
        const order = reverse ? [...sorted].reverse() : sorted;
        let at = -1;
        for (const each of moves) {
          if (each === 'next') at = Math.min(at + 1, order.length);
          else if (each === 'prev') at = Math.max(at - 1, -1);
          else if (each === 'seekLast') at = order.length - 1;
          else {
            const found = order.findIndex((n) => (reverse ? n <= each : n >= each));
            at = found < 0 ? order.length : found;
          }
          const moved = typeof each === 'number' ? cursor.seek(name(each)) : cursor[each]();
          const there = at >= 0 && at < order.length;
          expect([moved, cursor.valid, cursor.value]).toEqual([there, there, order[at]]);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
