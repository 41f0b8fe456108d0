// A value that is queued and that the scratch block has no room for.

import { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { print, sample, takeAll } from './support.ts';

test('pending reads of large values take no memory of the arena', () => {
  const arena = Arena.create({ bytes: 32 * 2 ** 20, participants: 4 });
  const map = AvlBatch.create(arena, { key: u32, value: bytes });
  map.set(0, sample(1));
  map.build();
  map.set(1, sample(0));
  for (let i = 0; i < 600; i++) map.has(0); // A larger scratch block is given back by now.
  takeAll(arena);
  const { used } = arena.stats();
  expect(print(map.get(1, { pending: true }))).toBe(print(sample(0)));
  expect(print(map.get(0, { pending: true }))).toBe(print(sample(1)));
  expect(arena.stats().used).toBe(used);
  map.destroy();
  expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
  arena.detach();
});
