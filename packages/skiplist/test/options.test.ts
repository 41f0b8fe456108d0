// Options and ranges of a list: a member that nobody knows is refused.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { named, takersOfOptions, takersOfRanges } from '../../shm-arena/test/shared/options.ts';
import { type FrozenSkipList, SkipList, type SkipListSnapshot } from '../src/index.ts';
import { codeOf, freshArena } from './support.ts';

let arena: Arena;
let list: SkipList<string, unknown>;
let snapshot: SkipListSnapshot<string, unknown>;
let frozen: FrozenSkipList<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { name: 'l' });
  snapshot = list.snapshot();
  frozen = list.seal();
});
afterEach(() => arena.detach());

const making = 'name maxBytes maxEntries key value onPressure';
const versions = 'gt gte lt lte prefix reverse limit versions tombstones';
takersOfOptions([
  { what: 'create', names: making, call: (options) => SkipList.create(arena, options) },
  { what: 'open', names: making, call: (options) => SkipList.open(arena, 'l', options) },
  {
    what: 'openOrCreate',
    names: making,
    call: (options) => SkipList.openOrCreate(arena, named(options, 'l')),
  },
  {
    what: 'attach',
    names: making,
    call: (options) => SkipList.attach(arena, list.handle, options),
  },
  ...takersOfRanges(() => list),
  ...takersOfRanges(() => snapshot, 'snapshot.'),
  ...takersOfRanges(() => frozen, 'frozen.'),
  { what: 'entries with versions', names: versions, call: (range) => list.entries(range) },
]);

test('versions and tombstones are for entries, and are flags', () => {
  expect(codeOf(() => list.keys({ versions: true } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => list.count({ tombstones: true } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => list.entries({ versions: 1 } as never))).toBe('INVALID_TYPE');
  expect([...list.entries({ versions: false, tombstones: false } as never)]).toEqual([]);
});

test('one object of options serves who makes a list and who opens it', () => {
  const options = { name: 'n', maxBytes: 2 ** 20, maxEntries: 10 };
  SkipList.create(arena, options).set('a', 1);
  const { handle } = SkipList.openOrCreate(arena, options);
  expect(SkipList.open(arena, 'n', options).size).toBe(1);
  expect(SkipList.attach(arena, handle, options).size).toBe(1);
});
