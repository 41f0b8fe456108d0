// Real workers on the built packages: reads stand while others write, split and merge around them.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { KINDS, READER } from '@x/shm-arena/map';
import { Status } from '@x/shm-arena/structure';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import type { Tree } from '../src/masstree.ts';
import { Control, finished, freshArena, seed, start, until, userKey } from './support.ts';

/** Microseconds in which somebody else does something, on any machine. */
const LONG = 120_000_000;

let arena: Arena;
let map: Masstree<string, number>;
beforeEach(() => {
  arena = freshArena();
  map = Masstree.create(arena, { name: 'map', value: u32 });
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

  test.each(['look', 'walk'])('are always found: %s', async (job) => {
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
    expect(map.count({ gte: '' })).toBe(map.size);
  });
});

test('a snapshot while another thread writes is one instant', async () => {
  const keys = 300;
  for (let n = 0; n < keys; n++) map.set(userKey(n), 0);
  const control = new Control();
  const writer = start(arena, map, control, 0, 'rounds', { keys });
  control.go();
  for (let round = 1; round <= 200; round++) {
    await control.reached(writer, 0, round * 50);
    const snapshot = map.snapshot();
    const values = [...snapshot.values()];
    const [first = 0] = values;
    const turns = values.findIndex((value) => value !== first);
    const expected = values.map((_, n) => (turns === -1 || n < turns ? first : first - 1));
    expect(values).toEqual(expected);
    expect([snapshot.size, values.length]).toEqual([keys, keys]);
    snapshot.close();
  }
  control.stop();
  await finished([writer]);
  expect(map.stats().snapshots).toBe(0);
});

test('a key that two threads write all the time is never absent', async () => {
  map.set(userKey(0), 0);
  const control = new Control();
  const writers = [0, 1].map((n) => start(arena, map, control, n, 'rounds', { keys: 1 }));
  control.go();
  await control.reached(writers[0]!, 0, 100);
  for (let n = 0; n < 300_000; n++) if (!map.has(userKey(0))) expect(n).toBe('there');
  control.stop();
  await finished(writers);
});

test('a queue that another thread moves on stays in order for who walks over it', async () => {
  const control = new Control();
  const length = 500;
  const writer = start(arena, map, control, 0, 'queue', { length });
  control.go();
  for (let round = 1; round <= 50; round++) {
    await control.reached(writer, 0, round * 1000);
    const values = [...map.values()];
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(new Set(values).size).toBe(values.length);
  }
  control.stop();
  const [steps] = await finished([writer]);
  expect(map.size).toBe(Math.min(length, steps as number));
});

test('writers that die leave nobody stuck, and no snapshot counted', async () => {
  for (let round = 0; round < 5; round++) {
    const control = new Control();
    const threads = ['mix', 'snapshots', 'hold', 'queue'].map((job, n) =>
      start(arena, map, control, n, job, { keys: 50, seed: seed + round, length: 10 }),
    );
    control.go();
    for (const [n, thread] of threads.entries()) await control.reached(thread, n, 1);
    await control.reached(threads[0]!, 0, 100 + 50 * round);
    for (const thread of threads) await thread.terminate();
    arena.recover();
    expect(map.stats().snapshots).toBe(0);
    expect(map.size).toBe([...map].length);
    map.clear();
    expect(map.size).toBe(0);
  }
});

test('who was refused a lock sleeps until it is given back', async () => {
  map.set('a', 1);
  const { core } = (map as unknown as Tree<string, number>)[READER];
  const { crossing, entry, generation, kernel, keyPort, valuePort } = core;
  kernel.snapshot(entry, generation);
  const lock = (core.result(0) & ~15) >>> 2; // The one leaf is the root, and begins with its lock.
  kernel.closeSnapshot(entry, generation);
  const put = () => {
    crossing.begin();
    valuePort.pack(2);
    keyPort.pack('a');
    const { length, k0, k1, k2, k3 } = keyPort;
    const value = [valuePort.at, valuePort.length] as const;
    return kernel.put(entry, generation, KINDS.set, length, k0, k1, k2, k3, ...value, 0, 0);
  };
  expect(put()).toBe(Status.OK);
  expect(kernel.awaitLock!(entry, generation, LONG)).toBe(0);

  const control = new Control();
  const memory = crossing.view.buffer as SharedArrayBuffer;
  const other = start(arena, map, control, 0, 'unlock', { memory, lock });
  await until(() => control.participant(0).generation !== 0);
  const words = new Int32Array(memory);
  Atomics.store(words, lock, control.participant(0).slot + 1);
  expect(put()).toBe(Status.CONTENDED);
  control.go();
  expect(kernel.awaitLock!(entry, generation, LONG)).toBe(1);
  await finished([other]);
  expect([words[lock], map.get('a')]).toEqual([0, 3]);
  expect([put(), map.get('a')]).toEqual([Status.OK, 2]);
}, 180_000);
