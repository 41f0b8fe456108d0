// deleteRange and clear: what they remove, how much of it, and what is put there meanwhile.

import type { Arena, Range, ShmError } from '@x/shm-arena';
import { u32, utf8 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REMOVES } from '../build/numbers/give.ts';
import { Masstree } from '../src/index.ts';
import { freshArena, random, seed, shuffled, thrownBy, userKey } from './support.ts';

let arena: Arena;
let map: Masstree<number, number>;
beforeEach(() => {
  arena = freshArena();
  map = Masstree.create<number, number>(arena, { key: u32, value: u32 });
});
afterEach(() => {
  expect(map.verify().problems).toEqual([]);
  arena.detach();
});

const COUNT = 3000;
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

test.each([
  [{}, 0, COUNT],
  [{ gte: 10, lt: 20 }, 10, 20],
  [{ gt: 10, lte: 20 }, 11, 21],
  [{ lt: 3 }, 0, 3],
  [{ gte: 2990 }, 2990, COUNT],
  [{ gte: 100, lt: 2500 }, 100, 2500],
  [{ gte: 100, limit: 5 }, 100, 105],
  [{ lt: 100, limit: 5, reverse: true }, 95, 100],
  [{ limit: 0 }, 0, 0],
  [{ gt: 5, lt: 6 }, 0, 0],
  [{ gte: 20, lt: 10 }, 0, 0],
  [{ gte: COUNT }, 0, 0],
] as [Range<number>, number, number][])('deleteRange of %o', (range, from, to) => {
  for (const n of numbers(0, COUNT)) map.set(n, n);
  expect(map.deleteRange(range)).toBe(to - from);
  expect([...map.keys()]).toEqual([...numbers(0, from), ...numbers(to, COUNT)]);
  expect(map.size).toBe(COUNT - (to - from));
});

test('a prefix is a range', () => {
  const words = Masstree.create<string, number>(arena, { value: u32 });
  for (const n of numbers(0, 2000)) words.set(userKey(n), n).set(`user${n}`, n);
  expect(words.deleteRange({ prefix: 'user:' })).toBe(2000);
  expect([words.size, words.count({ prefix: 'user:' })]).toEqual([2000, 0]);
});

/** A map and a sorted model of it, whose keys make layers, records and prefixes of each other. */
function tangled(): { map: Masstree<string, string>; model: Map<string, string> } {
  const map = Masstree.create<string, string>(arena, { value: utf8 });
  const model = new Map<string, string>();
  const stems = ['', 'a', 'layered-', 'layered-deeper-', 'layered-deeper-still-', 'x'.repeat(40)];
  for (const n of shuffled(1200, 3)) {
    const key = `${stems[n % stems.length]}${n.toString(36)}${'-'.repeat(n % 11)}`;
    const value = 'v'.repeat(n % 40);
    map.set(key, value);
    model.set(key, value);
  }
  return { map, model };
}

test.each([false, true])('ranges of keys of all kinds, a snapshot open: %s', (shown) => {
  const { map, model } = tangled();
  const keys = [...model.keys()].sort();
  const below = random(seed);
  for (let round = 0; round < 40; round++) {
    const [low, high] = [0, 0].map(() => keys[below(keys.length)]!).sort();
    const before = shown ? map.snapshot() : undefined;
    const was = before && [...before.keys()];
    const range: Range<string> = {
      ...(round % 3 === 0 ? { gt: low! } : { gte: low! }),
      ...(round % 2 === 0 ? { lt: high! } : { lte: high! }),
      reverse: round % 5 === 0,
      ...(round % 4 === 0 ? {} : { limit: 1 + (round % 90) }),
    };
    const gone = [...map.keys(range)];
    expect(map.deleteRange(range)).toBe(gone.length);
    for (const key of gone) model.delete(key);
    expect([...map.keys()]).toEqual([...model.keys()].sort());
    expect(before && [...before.keys()]).toEqual(was);
    before?.close();
    for (const key of gone.slice(0, 30)) {
      map.set(key, key);
      model.set(key, key);
    }
    expect(map.verify().problems).toEqual([]);
  }
  map.clear();
  expect([map.size, map.first(), map.verify().problems]).toEqual([0, undefined, []]);
});

test('keys that no word has room for', () => {
  const long = Masstree.create<string, number>(arena, { value: u32 });
  for (const n of numbers(0, 40)) long.set(`${n}`.padStart(20_000, '-'), n);
  expect(long.deleteRange({ gte: '10'.padStart(20_000, '-') })).toBe(30);
  expect([...long.values()]).toEqual(numbers(0, 10));
  long.clear();
  expect(long.size).toBe(0);
});

interface Inside {
  core: {
    kernel: Record<string, (...args: number[]) => number>;
    crossing: { save(): Uint8Array; restore(packed: Uint8Array): void };
  };
}

/** Entries that one call of the kernel removes. */
const PART = 256;

/** Has `meanwhile` run before each part of a range is removed from now on. */
function before(meanwhile: () => void): void {
  const { core } = (map as unknown as Record<symbol, Inside>)[READER]!;
  const { kernel } = core;
  const scan = (...args: number[]): number => {
    if ((args[3]! & REMOVES) !== 0) {
      const packed = core.crossing.save();
      meanwhile();
      core.crossing.restore(packed);
    }
    return kernel.scan!(...args);
  };
  core.kernel = Object.create(kernel, { scan: { value: scan } });
}

test('clear ends though others write ahead of it, and leaves what comes behind all', () => {
  for (const n of numbers(0, COUNT)) map.set(n, n);
  const other = Masstree.attach(arena, map.handle, { key: u32, value: u32 });
  let next = COUNT;
  before(() => other.set(next++, 0));
  map.clear();
  expect(map.count({ lt: COUNT })).toBe(0);
  expect(map.size).toBe(next - COUNT);
});

test('what others remove meanwhile is not counted', () => {
  for (const n of numbers(0, COUNT)) map.set(n, n);
  const other = Masstree.attach(arena, map.handle, { key: u32, value: u32 });
  let last = COUNT;
  before(() => other.delete(--last));
  expect(map.deleteRange({})).toBe(last);
  expect([COUNT - last > 5, map.size]).toEqual([true, 0]);
});

test('a range goes under a snapshot in a full arena, and one key a hundred thousand times', () => {
  const small = freshArena({ bytes: 2 ** 23 });
  const words = Masstree.create<string, string>(small, { value: utf8 });
  for (const n of numbers(0, COUNT)) words.set(`key ${n}`, 'v'.repeat(n % 40));
  const before = words.snapshot();
  for (let size = 2 ** 20; size >= 16; size >>= 1) while (small.tryAlloc(size) !== 0);
  expect(words.deleteRange({ prefix: 'key 1' })).toBe(1111);
  words.clear();
  expect([words.size, before.size, [...before.keys()].length]).toEqual([0, COUNT, COUNT]);
  before.close();
  words.setMany(Array.from({ length: 100_000 }, (_, n) => ['key', `${n}`] as [string, string]));
  expect([words.get('key'), words.size, words.verify().problems]).toEqual(['99999', 1, []]);
  small.detach();
});

test('an error says how many were removed', () => {
  for (const n of numbers(0, COUNT)) map.set(n, n);
  const other = Masstree.attach(arena, map.handle, { key: u32, value: u32 });
  let left = 4;
  before(() => {
    if (left-- === 0) other.destroy();
  });
  const { code, landed } = thrownBy(() => map.clear()) as ShmError;
  expect([code, landed]).toEqual(['CLOSED', 4 * PART]);
  map = Masstree.create<number, number>(arena, { key: u32, value: u32 });
});
