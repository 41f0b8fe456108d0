// Every call of lists with every wrong argument: each error has a code.

import type { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { walks, walksOf } from '../../shm-arena/test/shared/wrong.ts';
import { SkipList } from '../src/index.ts';
import { freshArena } from './support.ts';

const read = { scan: [{}, () => {}], entries: [{ versions: true }], getMany: [['a']] };
const right = {
  ...read,
  set: ['a', 1],
  insert: ['a', 1],
  getOrInsert: ['a', 1],
  getOrInsertComputed: ['a', () => 1],
  compareAndSet: ['a', 1, 2],
  update: ['a', () => 1],
  writeBatch: [[{ type: 'set', key: 'a', value: 1 }]],
  snapshotAt: [1n],
};

function parts(arena: Arena, name = 'open') {
  const list = SkipList.create(arena, { name }).set('a', 1);
  const frozen = list.seal();
  list.set('b', 2);
  const cursor = list.cursor();
  cursor.next();
  return { list, frozen, snapshot: list.snapshot(), cursor, keys: list.keys() };
}

const walkOf = async ({ list, frozen, snapshot, cursor, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'SkipListSnapshot', object: snapshot, right: read, but },
    { what: 'FrozenSkipList', object: frozen, right: { ...read, set: ['a', 1] }, but },
    { what: 'SkipList', object: list, right, but },
  ]);
};

walksOf({
  what: 'SkipList',
  type: SkipList,
  arena: freshArena,
  parts,
  walk: walkOf,
  closes: ({ list, frozen, snapshot, cursor }) => [list, frozen, snapshot, cursor],
  ends: [
    ['closed', ({ list }) => list.close()],
    ['destroyed', ({ list }) => list.destroy()],
  ],
});

test('open', async () => {
  const arena = freshArena();
  const all = parts(arena);
  await walkOf(all);
  expect(all.list.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});
