// deleteRange and clear: what they remove, how much of it, and what is put there meanwhile.

import type { Arena, Range, ShmError } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { freshArena, thrownBy, userKey } from './support.ts';

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

test('keys that no word has room for', () => {
  const long = Masstree.create<string, number>(arena, { value: u32 });
  for (const n of numbers(0, 40)) long.set(`${n}`.padStart(20_000, '-'), n);
  expect(long.deleteRange({ gte: '10'.padStart(20_000, '-') })).toBe(30);
  expect([...long.values()]).toEqual(numbers(0, 10));
  long.clear();
  expect(long.size).toBe(0);
});

interface Inside {
  core: { kernel: Record<string, (...args: number[]) => number> };
}

/** Has `meanwhile` run before each write that the map makes from now on. */
function before(meanwhile: () => void): void {
  const { core } = (map as unknown as Record<symbol, Inside>)[READER]!;
  const { kernel } = core;
  let inside = false;
  const put = (...args: number[]): number => {
    if (!inside) {
      inside = true;
      const { words } = (core as unknown as { crossing: { words: Int32Array } }).crossing;
      const scratch = words.slice();
      meanwhile();
      words.set(scratch);
      inside = false;
    }
    return kernel.put!(...args);
  };
  core.kernel = Object.create(kernel, { put: { value: put } });
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
  for (const n of numbers(0, 100)) map.set(n, n);
  const other = Masstree.attach(arena, map.handle, { key: u32, value: u32 });
  let last = 100;
  before(() => other.delete(--last));
  expect(map.deleteRange({})).toBe(50);
  expect(map.size).toBe(0);
});

test('an error says how many were removed', () => {
  for (const n of numbers(0, 100)) map.set(n, n);
  const other = Masstree.attach(arena, map.handle, { key: u32, value: u32 });
  let left = 10;
  before(() => {
    if (left-- === 0) other.destroy();
  });
  const { code, landed } = thrownBy(() => map.clear()) as ShmError;
  expect([code, landed]).toEqual(['CLOSED', 10]);
  map = Masstree.create<number, number>(arena, { key: u32, value: u32 });
});
