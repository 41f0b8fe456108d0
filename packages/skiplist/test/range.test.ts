// What a list has beside all ordered maps: ranges of versions, and iteration over what is sealed.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf, freshArena, userKey, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

test('versions and tombstones are for entries, and are flags', () => {
  const list = SkipList.create(arena, values<number>());
  expect(codeOf(() => list.keys({ versions: true } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => list.count({ tombstones: true } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => list.entries({ versions: 1 } as never))).toBe('INVALID_TYPE');
  expect([...list.entries({ versions: false, tombstones: false } as never)]).toEqual([]);
});

test('an iterator of versions ends with its list', () => {
  const list = SkipList.create(arena, { value: u32 });
  list.set('a', 1).set('b', 2);
  const versions = list.entries({ versions: true });
  expect(versions.next().done).toBe(false);
  list.close();
  expect(codeOf(() => versions.next())).toBe('CLOSED');
});

test('iteration yields what was present throughout exactly once, across seal', () => {
  const count = 3000;
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
