// Real workers on the built packages: reads stand while others write around them.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Hamt } from '../src/index.ts';
import { Control, finished, freshArena, seed, start, userKey } from './support.ts';

let arena: Arena;
let map: Hamt<string, number>;
beforeEach(() => {
  arena = freshArena();
  map = Hamt.create(arena, { name: 'map', value: u32 });
});
afterEach(() => {
  arena.recover();
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

const KEYS = 4000;

describe('keys that are there throughout, while two threads write between them', () => {
  beforeEach(() => {
    for (let n = 0; n < KEYS; n += 2) map.set(userKey(n), n);
  });

  test.each(['look', 'walk', 'still'])('are always found: %s', async (job) => {
    const control = new Control();
    const writers = [0, 1].map((n) =>
      start(arena, map, control, n, 'around', { keys: KEYS, seed: seed + n }),
    );
    const reader = start(arena, map, control, 2, job, { keys: KEYS, seed });
    control.go();
    await control.reached(reader, 2, job === 'look' ? 200_000 : 100);
    control.stop();
    const [wrong] = await finished([reader, ...writers]);
    expect(wrong).toBe(0);
    expect([...map].length).toBe(map.size);
  });
});
