// Keys of many slices: prefixes of each other, ends at each border of a slice, long common parts.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { freshArena, shuffled } from './support.ts';

let arena: Arena;
let map: Masstree<Uint8Array, number>;
beforeEach(() => {
  arena = freshArena();
  map = Masstree.create<Uint8Array, number>(arena, { key: bytes, value: u32 });
});
afterEach(() => {
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

type Entries = [Uint8Array, number][];

/** Each key with its place. */
const placed = (keys: readonly Uint8Array[]): Entries => keys.map((key, n) => [key, n]);

/** Puts all keys in, which are in order, in another one; looks; and takes them out in a third. */
function throughAll(keys: readonly Uint8Array[]): void {
  for (const n of shuffled(keys.length, 7)) expect(map.insert(keys[n]!, n)).toBe(true);
  expect(map.verify().problems).toEqual([]);
  expect([...map]).toEqual(placed(keys));
  expect([...map.entries({ reverse: true })]).toEqual(placed(keys).reverse());
  const { length } = keys;
  for (const [n, key] of keys.entries()) {
    expect(map.get(key)).toBe(n);
    expect(map.insert(key, 0)).toBe(false);
    expect(map.lower(key)?.[1]).toBe(n === 0 ? undefined : n - 1);
    expect(map.higher(key)?.[1]).toBe(n === length - 1 ? undefined : n + 1);
    expect(map.count({ gte: key })).toBe(length - n);
  }
  for (const n of shuffled(length, 8)) expect(map.take(keys[n]!)).toBe(n);
  expect([map.size, map.first(), map.last()]).toEqual([0, undefined, undefined]);
}

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

test.each([0, 0x61, 0xff])('300 keys, each a prefix of the next, of bytes %i', (byte) => {
  throughAll(Array.from({ length: 300 }, (_, length) => filled(length, byte)));
});

describe('ten keys in one slice, behind so many slices that all have', () => {
  test.each([0, 1, 2, 5, 40])('%i', (slices) => {
    const stem = filled(8 * slices, 0x70);
    const lengths = Array.from({ length: 10 }, (_, n) => n); // 0 to 8 bytes of it, and more.
    throughAll(lengths.map((length) => Uint8Array.from([...stem, ...filled(length, 0)])));
  });
});

test.each([1, 7, 8, 9, 15, 16, 17, 40])('keys that differ behind %i bytes', (common) => {
  const keys = Array.from({ length: 500 }, (_, n) => {
    return Uint8Array.from([...filled(common, 0x6b), n >> 8, n & 255]);
  });
  throughAll(keys);
});

test('keys of 64 KiB that agree in all but the last byte', () => {
  const keys = Array.from({ length: 20 }, (_, n) => {
    const key = filled(65_536, 0x6b);
    key[65_535] = n;
    return key;
  });
  throughAll(keys);
  map.set(keys[0]!, 1).set(keys[0]!.subarray(0, 32_768), 2).set(keys[0]!.subarray(1), 3);
  expect([...map.values()]).toEqual([2, 3, 1]);
});

test('the longest keys, one a part of the other', () => {
  const longest = filled(2 ** 20 - 1, 0x6b);
  const keys = [longest.subarray(0, 9), longest.subarray(1), longest];
  for (const [n, key] of keys.entries()) map.set(key, n);
  expect(keys.map((key) => map.get(key))).toEqual([0, 1, 2]);
  expect([...map.keys()].map((key) => key.length)).toEqual(keys.map((key) => key.length));
  for (const key of keys) expect(map.delete(key)).toBe(true);
  expect(map.size).toBe(0);
});

test('a layer comes and goes, again and again, under keys that stay', () => {
  const [short, long] = [filled(8, 1), Uint8Array.from([...filled(8, 1), 1])];
  const longer = Uint8Array.from([...long, ...filled(20, 2)]);
  map.set(short, 1);
  let least = 0;
  for (let round = 0; round < 5000; round++) {
    map.set(long, round).set(longer, round);
    expect([map.get(short), map.get(long), map.get(longer)]).toEqual([1, round, round]);
    expect([map.delete(long), map.delete(longer), map.size]).toEqual([true, true, 1]);
    if (round === 1000) least = map.stats().bytes;
  }
  expect(map.stats().bytes).toBeLessThanOrEqual(least * 1.5);
});

test('maintain ends where a layer has few keys left in its only leaf, at whatever depth', () => {
  const text = new TextEncoder();
  for (const common of ['', 'a', 'prefix-8', 'prefix-8'.repeat(3), 'x'.repeat(100)]) {
    const keys = Array.from({ length: 24 }, (_, i) =>
      text.encode(`${common}${'k'.repeat(i % 3)}${i}`),
    );
    keys.forEach((key, i) => void map.set(key, i));
    for (let left = keys.length; left > 0; left--) {
      map.delete(keys[left - 1]!);
      expect(map.maintain(1).merged).toBeGreaterThanOrEqual(0);
      map.maintain();
      expect(map.size).toBe(left - 1);
    }
  }
});
