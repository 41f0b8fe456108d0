// Filters of frozen lists: absent keys are not searched for, and nothing that is there is missed.

import { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { random, takeAll } from '@x/testkit';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena, replay, seed, userKey } from './support.ts';

/** Searches in vain that make a filter of any list here. */
const ENOUGH = 600;

const memoryOf = (arena: Arena): number => {
  const [list] = arena.stats().structures;
  return list?.bytes ?? 0;
};

/** Keys by their number, and how a list of such is made. */
interface Shape<K> {
  readonly keyOf: (n: number) => K;
  readonly make: (arena: Arena) => SkipList<K, number>;
}

/** Lists around each other, each with every `count`th of the keys, the last one active. */
function stacked<K>({ keyOf, make }: Shape<K>, count: number) {
  const arena = freshArena({ bytes: 2 ** 26 });
  const list = make(arena);
  const present = Array.from({ length: 6_000 }, (_, n) => 2 * n);
  for (let part = 0; part < count; part++) {
    for (const n of present) if ((n / 2) % count === part) list.set(keyOf(n), n);
    if (part + 1 < count) list.seal();
  }
  const before = memoryOf(arena);
  for (let n = 0; n < ENOUGH; n++) list.get(keyOf(2 * n + 1));
  return { arena, list, present, taken: memoryOf(arena) - before };
}

const SMALL: Shape<number> = {
  keyOf: (n) => n,
  make: (arena) => SkipList.create(arena, { key: u32, value: u32 }),
};
const TEXT: Shape<string> = {
  keyOf: userKey,
  make: (arena) => SkipList.create(arena, { value: u32, name: 'l' }),
};
const ZEROS: Shape<Uint8Array> = {
  keyOf: (n) => Uint8Array.of(n >> 13, (n >> 5) & 255, ...new Uint8Array(n & 31)),
  make: (arena) => SkipList.create(arena, { key: bytes, value: u32 }),
};
const shapes = {
  'of 4 bytes': SMALL,
  'of text': TEXT,
  'that begin alike': { ...TEXT, keyOf: (n: number) => 'p'.repeat(100) + n },
  'that end in more zeros or in fewer': ZEROS,
};

describe(`lists with filters (${replay('filter.test.ts')})`, () => {
  for (const [name, shape] of Object.entries(shapes) as [string, Shape<unknown>][]) {
    const { keyOf } = shape;
    test(`keys ${name} are found where they are, and nowhere else`, () => {
      const { list, present, taken } = stacked(shape, 8);
      expect(taken).toBeGreaterThan(0);
      const snapshot = list.snapshot();
      for (const view of [list, snapshot]) {
        expect(view.getMany(present.map(keyOf))).toEqual(present);
        expect(present.every((n) => view.has(keyOf(n)))).toBe(true);
        expect(present.some((n) => view.has(keyOf(n + 1)))).toBe(false);
        expect(view.getMany(present.map((n) => keyOf(n + 1))).every((v) => v === undefined)).toBe(
          true,
        );
      }
      for (const n of present) expect(list.insert(keyOf(n), 0)).toBe(false);
      for (const n of present) expect(list.insert(keyOf(n + 1), 1)).toBe(true);
      expect(list.size).toBe(2 * present.length);
      expect(list.verify().problems).toEqual([]);
      snapshot.close();
    });
  }

  test('deletes and overwrites after the filters are those of a model', () => {
    const below = random(seed);
    const { list, present } = stacked(TEXT, 5);
    const now = new Map(present.map((n) => [userKey(n), n]));
    for (let round = 0; round < 3_000; round++) {
      const key = userKey(below(12_500));
      if (below(2) === 0) {
        expect(list.delete(key)).toBe(now.delete(key));
      } else {
        list.set(key, round);
        now.set(key, round);
      }
      if (round % 1_000 === 999) list.seal();
      const other = userKey(below(12_500));
      expect(list.get(other)).toBe(now.get(other));
    }
    expect(list.size).toBe(now.size);
    expect(list.verify().problems).toEqual([]);
  });
});

test('what filters take comes back with their lists, one by one and all at once', () => {
  const { arena, list, taken } = stacked(SMALL, 8);
  expect(taken).toBeLessThanOrEqual(7 * 4_096);
  for (const frozen of list.frozen()) frozen.destroy();
  expect(list.verify().problems).toEqual([]);
  list.destroy();
  expect(arena.stats().structures).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
});

test('a snapshot keeps the filter of a list that is destroyed', () => {
  const { arena, list, present } = stacked(SMALL, 3);
  const snapshot = list.snapshot();
  for (const frozen of list.frozen()) frozen.destroy();
  SkipList.create(arena, { key: u32, value: u32 }).set(1, 1);
  for (const n of present) {
    expect(snapshot.get(n)).toBe(n);
    expect(snapshot.get(n + 1)).toBeUndefined();
  }
  snapshot.close();
});

test('where there is no memory for a filter, reads go on without', () => {
  const arena = freshArena({ bytes: 2 ** 22 });
  const list = SkipList.create(arena, { key: u32, value: u32 });
  for (let n = 0; n < 1_000; n++) list.set(2 * n, n);
  const frozen = list.seal();
  takeAll(arena);
  const before = memoryOf(arena);
  for (let n = 0; n < 5_000; n++) expect(list.get(2 * (n % 1_000) + 1)).toBeUndefined();
  for (let n = 0; n < 1_000; n++) expect(list.get(2 * n)).toBe(n);
  expect(memoryOf(arena)).toBe(before);
  frozen.destroy();
});

test('a limit of bytes is for what is written, and not for filters', () => {
  const arena = freshArena({ bytes: 2 ** 24 });
  const list = SkipList.create(arena, { key: u32, value: u32, maxBytes: 2 ** 17 });
  let n = 0;
  expect(() => {
    for (; ; n++) list.set(2 * n, n);
  }).toThrow('seal it');
  list.seal();
  const before = memoryOf(arena);
  for (let i = 0; i < 2 * n; i++) list.get(2 * (i % (n - 1)) + 1);
  expect(memoryOf(arena)).toBeGreaterThan(before);
  expect(list.stats().frozen[0]!.bytes).toBeLessThanOrEqual(2 ** 17);
});

test('an image has the filters', async () => {
  const { arena, list, present } = stacked(TEXT, 4);
  list.close();
  const loaded = await Arena.load(arena.save());
  loaded.recover();
  const again = SkipList.open<string, number>(loaded, 'l', { value: u32 });
  const before = memoryOf(loaded);
  for (const n of present) expect(again.get(userKey(n))).toBe(n);
  for (const n of present) expect(again.get(userKey(n + 1))).toBeUndefined();
  expect(memoryOf(loaded)).toBe(before);
  expect(again.verify().problems).toEqual([]);
  loaded.detach();
});
