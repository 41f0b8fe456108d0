// Every call of maps with every wrong argument: each error has a code.

import type { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { walks } from '../../shm-arena/test/shared/wrong.ts';
import { AvlBatch } from '../src/index.ts';
import { freshArena } from './support.ts';

const read = { scan: [{}, () => {}], getMany: [['a']], get: ['a', {}], at: [0] };

function parts(arena: Arena) {
  const map = AvlBatch.create(arena, { name: 'm' });
  const ticket = map.set('a', 1);
  map.build();
  const cursor = map.cursor();
  cursor.next();
  return { map, ticket, snapshot: map.snapshot(), cursor, keys: map.keys() };
}

const walkOf = async ({ map, ticket, snapshot, cursor, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  const right = {
    ...read,
    set: ['a', 1],
    insert: ['a', 1],
    compareAndSet: ['a', 1, 2],
    settled: [ticket, {}],
    applied: [ticket],
    result: [ticket],
    flush: [{}],
    startBuilder: [{}],
  };
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'AvlBatchSnapshot', object: snapshot, right: read, but },
    { what: 'AvlBatch', object: map, right, but },
  ]);
};

test('what stands on AvlBatch', async () => {
  const arena = freshArena();
  const { handle } = AvlBatch.create(arena, { name: 'm' });
  const makes = {
    create: [arena, { batch: {} }],
    open: [arena, 'm', {}],
    openOrCreate: [arena, { name: 'm' }],
    attach: [arena, handle, {}],
  };
  await walks([{ what: 'AvlBatch', object: AvlBatch, right: makes }]);
  arena.detach();
  await walks([{ what: 'AvlBatch, detached', object: AvlBatch, right: makes }]);
});

test('open, and its builders', async () => {
  const arena = freshArena();
  const all = parts(arena);
  await walkOf(all);
  const builder = all.map.startBuilder();
  await walks([{ what: 'Builder', object: builder }]);
  expect(all.map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test.each<[string, (arena: Arena, all: ReturnType<typeof parts>) => void]>([
  ['closed', (_, { map }) => map.close()],
  ['destroyed', (_, { map }) => map.destroy()],
  ['destroyed by another handle', (arena) => AvlBatch.open(arena, 'm').destroy()],
  ['detached', (arena) => arena.detach()],
])('%s', async (_, end) => {
  const arena = freshArena();
  const all = parts(arena);
  end(arena, all);
  await walkOf(all);
  for (const each of [all.snapshot, all.cursor, all.map]) each.close();
  arena.detach();
});
