// What a running builder keeps; nothing is left of all else that is dropped (contracts.test.ts).
import type { Arena } from '@x/shm-arena';
import { leftOf } from '@x/testkit/node';
import { expect, test } from 'vitest';
import { AvlBatch, type Builder } from '../src/index.ts';
import { freshArena, values } from './support.ts';

function filled(arena: Arena): AvlBatch<string, number> {
  const map = AvlBatch.create(arena, { ...values<number>(), name: 'map' });
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  map.flushSync();
  return map;
}

test('a builder that runs keeps its map', async () => {
  const builders: Builder[] = [];
  const build = (arena: Arena) => void builders.push(filled(arena).startBuilder());
  expect(await leftOf(freshArena, build, 20)).toBe(8);
  for (const builder of builders) builder.close();
});
