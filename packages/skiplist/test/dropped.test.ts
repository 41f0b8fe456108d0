// A list that a thread drops with its arena leaks nothing, whatever is open.
import type { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { collected, leftOf } from '../../shm-arena/test/shared/dropped.ts';
import { freshArena, values } from '../../shm-arena/test/shared/support.ts';
import { SkipList } from '../src/index.ts';

function filled(arena: Arena): SkipList<string, number> {
  const list = SkipList.create(arena, { ...values<number>(), name: 'list' });
  for (let i = 0; i < 100; i++) list.set(`key ${i}`, i);
  return list;
}

test.each<[string, (list: SkipList<string, number>) => unknown]>([
  ['a list', () => {}],
  ['an open snapshot', (list) => list.snapshot().get('key 1')],
  ['a frozen list', (list) => list.seal().get('key 1')],
  ['an iterator half-way', (list) => list.entries().next()],
  ['a cursor', (list) => list.cursor().seek('key 1')],
  ['a batch', (list) => list.writeBatch([{ type: 'delete', key: 'key 1' }])],
  ['a large value', (list) => list.set('large', 7).get('large')],
])('%s', async (_, use) => {
  expect(await leftOf(freshArena, (arena) => use(filled(arena)))).toBe(0);
});

test('a handle that is dropped is collected, while its arena is in use', async () => {
  const arena = freshArena();
  const list = new WeakRef(filled(arena));
  expect(await collected(() => list.deref() === undefined)).toBe(true);
  expect(arena.stats().structures).toMatchObject([{ name: 'list', joined: 1 }]);
  arena.detach();
});
