// Lists long enough for a guide: whatever the keys look like, a search that begins there finds what
// one from the head finds.

import { bytes as bytesCodec, u32 } from '@x/shm-arena/codec';
import { shuffled } from '@x/testkit';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena, random, replay, seed } from './support.ts';

/** Beyond three guides: of 4 096, 8 192 and 16 384 versions. */
const COUNT = 20_000;

const number = (n: number, length: number): Uint8Array => {
  const key = new Uint8Array(length);
  for (let i = length - 1, left = n; i >= 0; i--, left = Math.floor(left / 256))
    key[i] = left % 256;
  return key;
};

const joined = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => [...p]));

/** Keys by their place in the order; each shape has one for every place below COUNT. */
const shapes: Record<string, (n: number) => Uint8Array> = {
  'of 8 bytes, dense': (n) => number(n, 8),
  'of 8 bytes, all over the range': (n) => number(n * 461_168_601_842, 8),
  'that share 12 bytes': (n) => joined(new Uint8Array(12).fill(0xab), number(n, 4)),
  'that share 16 bytes': (n) => joined(new Uint8Array(16).fill(0xab), number(n, 4)),
  'of which many share 16 bytes': (n) => joined(number(n >> 7, 16), number(n & 127, 3)),
  'of two names, longer than 16 bytes each': (n) =>
    joined(new Uint8Array(21).fill(n < COUNT / 2 ? 0x61 : 0x62), number(n, 4)),
  'with an outlier at each end': (n) =>
    n === 0
      ? new Uint8Array(0)
      : n === COUNT - 1
        ? new Uint8Array(20).fill(0xff)
        : joined(new Uint8Array(12).fill(7), number(n, 4)),
  'of ones and zeros at their end': (n) =>
    joined(number(n >> 2, 3), new Uint8Array((n & 3) * 6).fill(n & 8 ? 0xff : 0)),
};

const orders: Record<string, number[]> = {
  'at random': shuffled(COUNT, seed),
  ascending: Array.from({ length: COUNT }, (_, n) => n),
  descending: Array.from({ length: COUNT }, (_, n) => COUNT - 1 - n),
  // The guide is made of every second key; then a crowd comes into one of its gaps after the other.
  'half, then the rest ascending': [
    ...shuffled(COUNT / 2, seed).map((n) => 2 * n),
    ...Array.from({ length: COUNT / 2 }, (_, n) => 2 * n + 1),
  ],
  'a crowd in one gap': [
    ...shuffled(5000, seed).map((n) => (n < 2500 ? n : n + COUNT - 5000)),
    ...shuffled(COUNT - 5000, seed).map((n) => n + 2500),
  ],
};

const codecs = { key: bytesCodec, value: u32 };

describe(`a list with a guide (${replay('guide.test.ts')})`, () => {
  for (const [shape, keyOf] of Object.entries(shapes)) {
    test.each(Object.keys(orders))(`keys ${shape}, written %s`, (order) => {
      const arena = freshArena();
      const list = SkipList.create(arena, codecs);
      const keys = Array.from({ length: COUNT }, (_, n) => keyOf(n));
      const written = orders[order]!;
      // By turns one by one and in batches, so that both kinds of search see each guide.
      for (let from = 0; from < COUNT; from += 500) {
        const part = written.slice(from, from + 500);
        if (from % 1000 === 0) for (const n of part) list.set(keys[n]!, n);
        else list.writeBatch(part.map((n) => ({ type: 'set', key: keys[n]!, value: n })));
      }
      expect(list.size).toBe(COUNT);
      expect(list.verify().ok).toBe(true);
      const asked = shuffled(COUNT, seed + 1).slice(0, 4000);
      for (const n of asked) expect(list.get(keys[n]!)).toBe(n);
      expect(list.getMany(asked.map((n) => keys[n]!))).toEqual(asked);
      const below = random(seed);
      for (let i = 0; i < 200; i++) {
        const n = below(COUNT);
        expect(list.ceiling(keys[n]!)?.[1]).toBe(n);
        expect(list.lower(keys[n]!)?.[1]).toBe(n === 0 ? undefined : n - 1);
        const run = [...list.values({ gt: keys[n]!, limit: 20 })];
        expect(run).toEqual(
          Array.from({ length: Math.min(20, COUNT - 1 - n) }, (_, k) => n + 1 + k),
        );
      }
      arena.detach();
    });
  }

  test('finds nothing between its keys, before and behind them', () => {
    const list = SkipList.create(freshArena(), codecs);
    for (const n of shuffled(COUNT, seed)) list.set(number(n * 2 + 2, 9), n);
    const absent = shuffled(COUNT, seed + 2).map((n) => number(n * 2 + 1, 9));
    absent.push(new Uint8Array(0), new Uint8Array(30).fill(0xff), number(0, 9), number(2, 8));
    expect(new Set(list.getMany(absent))).toEqual(new Set([undefined]));
    for (const key of absent.slice(-500)) expect(list.has(key)).toBe(false);
  });

  test('is sealed with it, and read as before', () => {
    const list = SkipList.create(freshArena(), codecs);
    for (const n of shuffled(COUNT, seed)) list.set(number(n, 5), n);
    const frozen = list.seal();
    for (const n of shuffled(COUNT, seed)) if (n % 3 === 0) list.set(number(n, 5), n + 1);
    for (let n = 0; n < COUNT; n += 7) {
      expect(frozen.get(number(n, 5))).toBe(n);
      expect(list.get(number(n, 5))).toBe(n % 3 === 0 ? n + 1 : n);
    }
    expect(list.verify().ok).toBe(true);
  });
});
