// A map that a thread drops with its arena leaks nothing, unless a builder runs.
import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { collected, leftOf } from '../../shm-arena/test/shared/dropped.ts';
import { freshArena, values } from '../../shm-arena/test/shared/support.ts';
import { AvlBatch, type Builder } from '../src/index.ts';

function filled(arena: Arena): AvlBatch<string, number> {
  const map = AvlBatch.create(arena, { ...values<number>(), name: 'map' });
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  map.flushSync();
  return map;
}

test.each<[string, (map: AvlBatch<string, number>) => unknown]>([
  ['a map', () => {}],
  ['operations that wait', (map) => map.set('key 1', 2)],
  ['an open snapshot', (map) => map.snapshot().get('key 1')],
  ['an iterator half-way', (map) => map.entries().next()],
  ['a promise that nobody awaits', (map) => void map.settled(map.set('key 1', 2))],
  ['a promise that was kept', (map) => map.settled(map.set('key 1', 2))],
  [
    'a builder that was stopped',
    async (map) => {
      const builder = map.startBuilder();
      await delay(2);
      await builder.stop();
    },
  ],
])('%s', async (_, use) => {
  expect(await leftOf(freshArena, (arena) => use(filled(arena)))).toBe(0);
});

test('a handle that is dropped is collected, while its arena is in use', async () => {
  const arena = freshArena();
  const map = new WeakRef(filled(arena));
  expect(await collected(() => map.deref() === undefined)).toBe(true);
  expect(arena.stats().structures).toMatchObject([{ name: 'map', joined: 1 }]);
  arena.detach();
});

test('a builder that runs keeps its map', async () => {
  const builders: Builder[] = [];
  expect(
    await leftOf(freshArena, (arena) => {
      builders.push(filled(arena).startBuilder());
    }),
  ).toBe(8);
  for (const builder of builders) builder.close();
});
