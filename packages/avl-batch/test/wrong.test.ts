// Every call of maps with every wrong argument: each error has a code.

import type { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { walks, walksOf } from '../../shm-arena/test/shared/wrong.ts';
import { AvlBatch } from '../src/index.ts';
import { freshArena } from './support.ts';

const read = { scan: [{}, () => {}], getMany: [['a']], get: ['a', {}], at: [0] };

function parts(arena: Arena, name = 'open') {
  const map = AvlBatch.create(arena, { name });
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

walksOf({
  what: 'AvlBatch',
  type: AvlBatch,
  arena: freshArena,
  options: { batch: {} },
  parts,
  walk: walkOf,
  closes: ({ snapshot, cursor, map }) => [snapshot, cursor, map],
  ends: [
    ['closed', ({ map }) => map.close()],
    ['destroyed', ({ map }) => map.destroy()],
  ],
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
