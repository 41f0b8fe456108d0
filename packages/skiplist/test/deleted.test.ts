// Runs of deleted keys: reads leap over them by marks, and miss nothing that is put there again.

import { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { ordersAs, random, readsAs } from '@x/testkit';
import { describe, expect, test } from 'vitest';
import { SkipList, type VersionedReadable } from '../src/index.ts';
import { freshArena, replay, seed, userKey } from './support.ts';

type List = SkipList<string, number>;

/** A list of `count` keys that were set and deleted, with marks over them. */
function deleted(arena: Arena, count: number, options: { name?: string } = {}): List {
  const list = SkipList.create(arena, { value: u32, ...options });
  for (let n = 0; n < count; n++) list.set(userKey(n), n);
  for (let n = 0; n < count; n++) list.delete(userKey(n));
  isEmpty(list);
  return list;
}

function isEmpty(view: VersionedReadable<string, number>): void {
  expect(view.first()).toBeUndefined();
  expect(view.last()).toBeUndefined();
  expect(view.higher(userKey(50))).toBeUndefined();
  expect(view.lower(userKey(50))).toBeUndefined();
  expect(view.count({ gte: userKey(10), lt: userKey(90) })).toBe(0);
  expect([...view.keys({ reverse: true, limit: 1 })]).toEqual([]);
}

/** Whatever way it is looked for, `key` is all that there is. */
function holdsOnly(view: VersionedReadable<string, number>, key: string, value: number): void {
  const entry = [key, value];
  expect(view.first()).toEqual(entry);
  expect(view.last()).toEqual(entry);
  expect([...view.entries()]).toEqual([entry]);
  expect([...view.entries({ reverse: true })]).toEqual([entry]);
  expect(view.ceiling(userKey(0))).toEqual(key < userKey(0) ? undefined : entry);
  expect(view.floor('z')).toEqual(entry);
  expect(view.count({ gte: key })).toBe(1);
}

test(`reads among runs are those of a model (${replay('deleted.test.ts')})`, () => {
  const below = random(seed);
  const arena = freshArena({ bytes: 2 ** 26 });
  for (const size of [40, 300, 2000]) {
    const list = SkipList.create(arena, { value: u32 });
    let now = new Map<string, number>();
    const views: [VersionedReadable<string, number>, Map<string, number>][] = [];
    for (let round = 0; round < 40; round++) {
      const kind = below(10);
      const from = below(size);
      const end = Math.min(size, from + below(size));
      for (let n = from; n < end; n += kind === 0 ? 2 : 1) {
        const key = userKey(n);
        if (kind < 3) list.set(key, round);
        else list.delete(key);
        if (kind < 3) now.set(key, round);
        else now.delete(key);
      }
      if (below(3) === 0) {
        list.writeBatch([{ type: 'set', key: userKey(from), value: 7 }]);
        now.set(userKey(from), 7);
      }
      if (below(4) === 0 && views.length < 8) {
        views.push([list.snapshot(), now]);
        now = new Map(now);
      }
      if (below(12) === 0 && list.frozen().length < 3) list.seal();
      const [view, model] =
        below(2) === 0 && views.length > 0 ? views[below(views.length)]! : [list, now];
      const entries = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      const range = {
        gte: userKey(below(size)),
        lt: userKey(below(size)),
        reverse: below(2) === 0,
      };
      readsAs(view, entries, userKey(from));
      ordersAs(view, entries, range, userKey(from));
    }
    expect(list.verify().problems).toEqual([]);
    list.destroy();
  }
  arena.detach();
});

describe('what is put among deleted keys is found', () => {
  const arena = freshArena({ bytes: 2 ** 26 });
  const count = 3000;
  const places = ['', userKey(0), userKey(1234), `${userKey(1234)}x`, userKey(count - 1), 'z'];

  test.each(places)('set: %j', (key) => {
    const list = deleted(arena, count);
    list.set(key, 5);
    holdsOnly(list, key, 5);
    list.delete(key);
    isEmpty(list);
    list.destroy();
  });

  test.each(places)('insert, a batch, an update: %j', (key) => {
    const list = deleted(arena, count);
    expect(list.insert(key, 1)).toBe(true);
    holdsOnly(list, key, 1);
    list.delete(key);
    isEmpty(list);
    list.writeBatch([{ type: 'set', key, value: 2 }]);
    holdsOnly(list, key, 2);
    list.delete(key);
    isEmpty(list);
    list.update(key, () => 3);
    holdsOnly(list, key, 3);
    list.destroy();
  });

  test('what a frozen list decided, when that is gone', () => {
    const list = SkipList.create(arena, { value: u32 });
    list.set(userKey(0), 8);
    const frozen = list.seal();
    for (let n = 1; n < count; n++) list.set(userKey(n), n).delete(userKey(n));
    expect(list.first()).toEqual([userKey(0), 8]);
    expect(list.higher(userKey(0))).toBeUndefined();
    expect(list.compareAndSet(userKey(0), 8, 9)).toBe(true);
    frozen.destroy();
    holdsOnly(list, userKey(0), 9);
    list.destroy();
  });
});

test('snapshots of before, between and after', () => {
  const arena = freshArena({ bytes: 2 ** 26 });
  const list = SkipList.create(arena, { value: u32 });
  for (let n = 0; n < 1000; n++) list.set(userKey(n), n);
  const before = list.snapshot();
  for (let n = 0; n < 500; n++) list.delete(userKey(n));
  const between = list.snapshot();
  expect(list.first()).toEqual([userKey(500), 500]);
  for (let n = 500; n < 1000; n++) list.delete(userKey(n));
  const after = list.snapshot();
  isEmpty(list);
  list.set(userKey(700), 1);
  holdsOnly(list, userKey(700), 1);
  isEmpty(after);
  expect(before.first()).toEqual([userKey(0), 0]);
  expect(before.lower(userKey(500))).toEqual([userKey(499), 499]);
  expect([before.count({}), between.count({})]).toEqual([1000, 500]);
  expect(between.first()).toEqual([userKey(500), 500]);
  expect(between.lower(userKey(500))).toBeUndefined();
  expect(between.last()).toEqual([userKey(999), 999]);
  for (const view of [before, between, after]) view.close();
  arena.detach();
});

test('one key that was set and deleted a hundred thousand times, among others', () => {
  const arena = freshArena({ bytes: 2 ** 26 });
  const list = deleted(arena, 100);
  for (let n = 0; n < 50_000; n++) list.set(userKey(40), n).delete(userKey(40));
  isEmpty(list);
  isEmpty(list);
  list.set(userKey(40), 1);
  holdsOnly(list, userKey(40), 1);
  arena.detach();
});

test('marks need no memory: in an arena that is full, and in a list that is closed', () => {
  const arena = Arena.create({ bytes: 2 ** 21 });
  const list = SkipList.create(arena, { value: u32 });
  const other = SkipList.create<string, Uint8Array>(arena, { value: bytes });
  for (let n = 0; n < 2000; n++) list.set(userKey(n), n).delete(userKey(n));
  const fill = () => {
    for (let n = 0; ; n++) other.set(userKey(n), new Uint8Array(100));
  };
  expect(fill).toThrow(expect.objectContaining({ code: 'ARENA_FULL' }));
  const { used } = arena.stats();
  isEmpty(list);
  const frozen = list.seal();
  isEmpty(frozen);
  isEmpty(list);
  expect(arena.stats().used).toBeLessThanOrEqual(used);
  expect(list.verify().problems).toEqual([]);
  arena.detach();
});

test('an image has the marks', async () => {
  const arena = freshArena();
  const list = deleted(arena, 1000, { name: 'l' });
  const loaded = await Arena.load(arena.save());
  loaded.recover();
  const again: List = SkipList.open(loaded, 'l', { value: u32 });
  isEmpty(again);
  again.set(userKey(500), 1);
  holdsOnly(again, userKey(500), 1);
  isEmpty(list);
  loaded.detach();
  arena.detach();
});
