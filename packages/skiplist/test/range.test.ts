// Ranges, both ways, and cursors; over a list, a snapshot, a frozen list and two lists at once.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  count,
  cursors,
  mixed,
  prefixes,
  scans,
  value,
} from '../../shm-arena/test/shared/ranges.ts';
import { SkipList, type VersionedReadable } from '../src/index.ts';
import { freshArena, userKey, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

/** The same entries, seen in four ways. */
function views(): [string, VersionedReadable<string, number>][] {
  const list = SkipList.create(arena, { value: u32 });
  for (const [key, n] of mixed()) list.set(key, n);
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
  scans(views);
  prefixes((key, entries) => {
    const list = SkipList.create(arena, { key, value: u32 });
    for (const [each, n] of entries) list.set(each, n);
    return list;
  });

  test('bad ranges are refused', () => {
    const list = SkipList.create(arena, values<number>());
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

cursors(views);
