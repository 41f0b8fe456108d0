// Cursors and iterators that outlive what they read: lists, snapshots and frozen lists.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endings } from '../../shm-arena/test/shared/over.ts';
import { SkipList } from '../src/index.ts';
import { codeOf, freshArena, userKey } from './support.ts';

let arena: Arena;
let list: SkipList<string, unknown>;
let other: SkipList<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { name: 'l' });
  other = SkipList.open(arena, 'l');
  for (let n = 0; n < 2000; n++) list.set(userKey(n), n);
});
afterEach(() => arena.detach());

const ofList = (end: () => void) => () => ({ view: list, end });
const ofSnapshot = (end: () => void) => () => ({ view: list.snapshot(), end });
const ofFrozen = (end: () => void) => () => ({ view: list.seal(), end });
const closed = (view: { close(): void }) => ({ view, end: () => view.close() }) as never;

endings([
  { what: 'close', begin: ofList(() => list.close()), code: 'CLOSED' },
  { what: 'destroy', begin: ofList(() => list.destroy()), code: 'CLOSED' },
  { what: 'detach', begin: ofList(() => arena.detach()), code: 'CLOSED' },
  { what: 'destroy', begin: ofList(() => other.destroy()), code: 'CLOSED', elsewhere: true },
  { what: 'close of its snapshot', begin: () => closed(list.snapshot()), code: 'SNAPSHOT_CLOSED' },
  {
    what: 'destroy under its snapshot',
    begin: ofSnapshot(() => list.destroy()),
    code: 'SNAPSHOT_CLOSED',
  },
  {
    what: 'destroy by another under its snapshot',
    begin: ofSnapshot(() => other.destroy()),
    code: 'CLOSED',
    elsewhere: true,
  },
  { what: 'close of a frozen list', begin: () => closed(list.seal()), code: 'CLOSED' },
  { what: 'close of its list', begin: ofFrozen(() => list.close()), code: 'CLOSED' },
  {
    what: 'destroy of a frozen list',
    begin: () => {
      const view = list.seal();
      return { view, end: () => view.destroy() };
    },
    code: 'CLOSED',
  },
  {
    what: 'destroy of a frozen list by another',
    begin: ofFrozen(() => other.frozen()[0]?.destroy()),
    code: 'CLOSED',
    elsewhere: true,
  },
  {
    what: 'clear over a frozen list',
    begin: ofFrozen(() => other.clear()),
    code: 'CLOSED',
    elsewhere: true,
  },
]);

test('an iterator of versions ends with its list', () => {
  const versions = list.entries({ versions: true });
  expect(versions.next().done).toBe(false);
  list.close();
  expect(codeOf(() => versions.next())).toBe('CLOSED');
});
