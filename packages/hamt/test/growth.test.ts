// Maps of many entries, and what they leave when these are gone.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hamt } from '../src/index.ts';
import { codeOf, freshArena, random, seed, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test('grows, is walked, and shrinks to what it was when it was empty', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  map.set('a', 1).delete('a');
  arena.trim();
  const empty = map.stats();
  const count = 100_000;
  for (let n = 0; n < count; n++) map.set(userKey(n), n);
  expect(map.size).toBe(count);
  const seen = new Uint8Array(count);
  for (const value of map.values()) seen[value]!++;
  expect(seen.every((times) => times === 1)).toBe(true);
  expect(map.verify().problems).toEqual([]);
  for (let n = 0; n < count; n++) expect(map.delete(userKey(n))).toBe(true);
  expect([map.size, [...map], map.verify().problems]).toEqual([0, [], []]);
  // A slot that has had entries keeps an empty leaf.
  expect(map.stats().blocks).toBeLessThanOrEqual(empty.blocks + 64);
  const before = arena.stats().free;
  const came = arena.trim();
  expect(came).toBe(arena.stats().free - before);
  expect(map.stats().bytes).toBeLessThanOrEqual(empty.bytes + 2 ** 18);
  expect(arena.trim()).toBe(0);
});

test('clear: of nothing, beside a snapshot and a fork, and of the fork', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  map.clear();
  expect(map.size).toBe(0);
  for (let n = 0; n < 3000; n++) {
    map.set(
      n % 3 === 0 ? `${userKey(n)}, and more than sixteen bytes` : userKey(n),
      new Uint8Array(n % 40),
    );
  }
  map.set('far', new Uint8Array(2_000_000));
  const snapshot = map.snapshot();
  const fork = map.snapshot({ writable: true });
  map.clear();
  map.clear();
  expect([map.size, [...map].length, snapshot.size, fork.size]).toEqual([0, 0, 3001, 3001]);
  expect(fork.get('far')?.length).toBe(2_000_000);
  fork.clear();
  expect([fork.size, [...snapshot].length]).toEqual([0, 3001]);
  map.set('a', new Uint8Array(1));
  for (const line of [map, fork]) expect(line.verify().problems).toEqual([]);
  fork.destroy();
  snapshot.close();
  map.clear();
  expect([map.size, map.verify().problems]).toEqual([0, []]);
});

test('a trim takes nothing for a thread that has not written', () => {
  const map = Hamt.create(arena);
  const { bytes } = map.stats();
  arena.trim();
  expect(map.stats().bytes).toBeLessThanOrEqual(bytes);
});

test('one that turns over its keys takes no more than a fresh one', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const size = 20_000;
  for (let n = 0; n < size; n++) map.set(userKey(n), n);
  const fresh = map.stats();
  for (let n = size; n < 10 * size; n++) {
    map.delete(userKey(n - size));
    map.set(userKey(n), n);
    if (n % 16 !== 0) continue;
    const { pendingBlocks, boundBlocks, pendingBytes, boundBytes } = map.stats();
    expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
    expect(pendingBytes).toBeLessThanOrEqual(boundBytes);
  }
  const late = map.stats();
  expect(late.size).toBe(size);
  expect(late.blocks).toBeLessThan(1.5 * fresh.blocks);
  expect(late.bytes).toBeLessThan(2 * fresh.bytes);
});

test('keys and values of all lengths, as a Map has them', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  const model = new Map<string, string>();
  const below = random(seed);
  const texts = new Map<string, Uint8Array>();
  for (let n = 0; n < 20_000; n++) {
    const key = 'k'.repeat([0, 3, 12, 16, 17, 40, 300][below(7)]!) + below(40);
    const value = new Uint8Array([0, 1, 7, 8, 9, 100, 5000][below(7)]!).fill(n);
    if (below(3) === 0) expect(map.take(key)).toEqual(texts.get(key));
    else expect(map.swap(key, value)).toEqual(texts.get(key));
    if (map.has(key)) texts.set(key, value);
    else texts.delete(key);
  }
  for (const [key, value] of texts) model.set(key, String(value));
  expect(new Map([...map].map(([key, value]) => [key, String(value)]))).toEqual(model);
  expect([map.size, map.verify().problems]).toEqual([texts.size, []]);
});

test('values that no block holds, in a region each', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  const large = (n: number) => new Uint8Array(2_000_000).fill(n);
  map.set('a', large(1)).set('b', large(2));
  const snapshot = map.snapshot();
  map.set('a', large(3)).delete('b');
  expect([map.get('a')![0], snapshot.get('a')![0], snapshot.get('b')![1_999_999]]).toEqual([
    3, 1, 2,
  ]);
  snapshot.close();
  map.delete('a');
  for (let n = 0; n < 50; n++) map.set('c', large(n));
  expect(map.get('c')![1_999_999]).toBe(49);
});

test('one key a hundred thousand times, under a snapshot from before and in a fork', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  map.set('a', 7);
  const before = map.snapshot();
  const fork = map.snapshot({ writable: true });
  for (let n = 0; n < 100_000; n++) {
    map.set('a', n);
    fork.set('a', n + 1);
  }
  expect([before.get('a'), map.get('a'), fork.get('a')]).toEqual([7, 99_999, 100_000]);
  for (const line of [map, fork]) {
    const { pendingBytes, boundBytes, size } = line.stats();
    expect(size).toBe(1);
    expect(pendingBytes).toBeLessThanOrEqual(boundBytes);
    expect(line.verify().problems).toEqual([]);
  }
});

test('a full arena refuses, and nothing has changed', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  const value = new Uint8Array(5000);
  let n = 0;
  let code: string | undefined;
  while (code === undefined) code = codeOf(() => map.set(userKey(n++), value));
  expect([code, map.size, map.verify().problems]).toEqual(['ARENA_FULL', n - 1, []]);
  expect(map.has(userKey(n - 1))).toBe(false);
});

/** Sets one key after another until there is no memory; how many it has. */
function fill<V>(map: Hamt<string, V>, keyOf: (n: number) => string, value: V): number {
  for (let n = 0; ; n++) {
    if (codeOf(() => map.set(keyOf(n), value)) === 'ARENA_FULL') return n;
  }
}

test.each<[string, (n: number) => string, Uint8Array]>([
  ['short keys', String, new Uint8Array(4)],
  [
    'long keys',
    (n) => `a key of so many bytes that it has a record of its own: ${n}`,
    new Uint8Array(0),
  ],
  ['values of 60 bytes', userKey, new Uint8Array(60)],
])('a full arena is emptied key by key, in another order: %s', (_, keyOf, value) => {
  const small = freshArena({ bytes: 2 ** 21 });
  const map = Hamt.create<string, Uint8Array>(small, { value: bytes });
  for (let round = 0; round < 2; round++) {
    const count = fill(map, keyOf, value);
    const snapshot = map.snapshot(); // Each array is old, and the memory of each block is held.
    snapshot.close();
    const below = random(seed + round);
    const order = Array.from({ length: count }, (_, n) => n);
    for (let n = count - 1; n > 0; n--) {
      const other = below(n + 1);
      [order[n], order[other]] = [order[other]!, order[n]!];
    }
    for (const n of order.slice(0, count >> 1)) {
      expect(map.delete(keyOf(n))).toBe(true);
      // Others may not take what the next removal needs.
      codeOf(() => map.set(keyOf(n), value));
      const isBack = map.has(keyOf(n));
      expect(map.delete(keyOf(n))).toBe(isBack);
    }
    map.clear();
    expect([map.size, map.verify().problems]).toEqual([0, []]);
  }
  map.destroy();
  expect(small.verify().problems).toEqual([]);
  small.detach();
});

test('what a snapshot shows cannot be removed without memory; when it is closed it can', () => {
  const small = freshArena({ bytes: 2 ** 21 });
  const map = Hamt.create<string, number>(small, { value: u32 });
  const snapshot = map.snapshot();
  const count = fill(map, String, 1);
  const shown = map.snapshot();
  let n = 0;
  while (n < count && codeOf(() => map.delete(String(n))) === undefined) n++;
  expect([shown.size, map.size, n < count]).toEqual([count, count - n, true]);
  shown.close();
  snapshot.close();
  for (; n < count; n++) expect(map.delete(String(n))).toBe(true);
  expect([map.size, map.verify().problems]).toEqual([0, []]);
  map.destroy();
  small.detach();
});
