// Real workers on the built packages: reads stand while others write around them.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Hamt } from '../src/index.ts';
import { Control, finished, freshArena, random, seed, start, userKey } from './support.ts';

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

test('clear takes out all that was there, while two threads write between', async () => {
  const control = new Control();
  const writers = [0, 1].map((n) =>
    start(arena, map, control, n, 'around', { keys: KEYS, seed: seed + n }),
  );
  control.go();
  for (let round = 1; round <= 20; round++) {
    for (let n = 0; n < KEYS; n += 2)
      map.set(round % 2 === 0 ? userKey(n) : `${userKey(n)} and more`, n);
    await Promise.all(
      writers.map((writer, n) => control.reached(writer, n, control.done(n) + 100)),
    );
    map.clear();
    expect([...map].filter(([, value]) => value !== 1)).toEqual([]);
  }
  control.stop();
  await finished(writers);
  map.clear();
  expect([map.size, [...map].length]).toEqual([0, 0]);
});

describe('forks of a map that others write', () => {
  beforeEach(() => {
    for (let n = 0; n < KEYS; n += 2) map.set(userKey(n), n);
  });

  test('stand still for themselves, and go', async () => {
    const control = new Control();
    const writer = start(arena, map, control, 0, 'around', { keys: KEYS, seed });
    const forks = [1, 2].map((n) =>
      start(arena, map, control, n, 'fork', { keys: KEYS, seed: seed + n }),
    );
    control.go();
    await control.reached(forks[0]!, 1, 50);
    control.stop();
    const [, ...wrong] = await finished([writer, ...forks]);
    expect(wrong).toEqual([0, 0]);
    arena.recover();
    expect(arena.structures().map(({ type }) => type)).toEqual(['Hamt']);
  });

  test('outlive the thread that made them; what a dead one had in hand goes', async () => {
    const below = random(seed);
    for (let round = 0; round < 6; round++) {
      const control = new Control();
      const thread = start(arena, map, control, 0, 'fork', { keys: KEYS, seed: seed + round });
      control.go();
      await control.reached(thread, 0, 1 + below(20));
      await thread.terminate();
      arena.recover();
      const forks = arena.structures().filter(({ type, name }) => type === 'Hamt' && name === '');
      for (const { handle } of forks) {
        const fork = Hamt.attach<string, number>(arena, handle, { value: u32 });
        expect([fork.get(userKey(2)) !== undefined, fork.verify().problems]).toEqual([true, []]);
        fork.set('n', round).destroy();
      }
      expect(forks.length).toBeLessThan(2);
      expect(arena.structures().map(({ type }) => type)).toEqual(['Hamt']);
    }
  });
});
