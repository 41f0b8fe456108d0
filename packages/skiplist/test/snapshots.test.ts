// Snapshots in any number: each keeps the lists that it shows, and no others.

import { u32, utf8 } from '@x/shm-arena/codec';
import { expect, test } from 'vitest';
import { SkipList, type SkipListSnapshot } from '../src/index.ts';
import { freshArena } from './support.ts';

const KIB = 2 ** 10;

/** Bytes of a list that a step writes into, and of the one that is made to come after it. */
const LIST = 2 * 64 * KIB;

test.each([13, 400])('%i at a time over lists that are sealed and destroyed', (n) => {
  const arena = freshArena({ bytes: 64 * KIB * KIB, participants: 4 });
  const list = SkipList.create(arena, { value: utf8 });
  const open: { snapshot: SkipListSnapshot<string, string>; step: number }[] = [];
  const text = 'x'.repeat(50);
  let least = 0;
  for (let step = 0; step < 1500; step++) {
    for (let k = 0; k < 100; k++) list.set(`k${k}`, `${text}${step}`);
    open.push({ snapshot: list.snapshot(), step });
    if (open.length > n) {
      const oldest = open.shift()!;
      expect(oldest.snapshot.get('k7')).toBe(`${text}${oldest.step}`);
      oldest.snapshot.close();
    }
    list.seal().destroy();
    if (step === 0) least = arena.stats().used;
    if (step % 50 !== 0) continue;
    expect(arena.stats().used).toBeLessThanOrEqual(least + (open.length + 1) * LIST);
  }
  for (const { snapshot, step } of open) {
    expect(snapshot.get('k99')).toBe(`${text}${step}`);
    snapshot.close();
  }
  arena.recover();
  expect(arena.stats().pinned).toMatchObject({ bytes: 0 });
  expect(arena.stats().used).toBeLessThanOrEqual(least + LIST);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test('thousands of one instant keep what one keeps', () => {
  const arena = freshArena({ bytes: 8 * KIB * KIB, participants: 4 });
  const list = SkipList.create(arena, { value: u32 }).set('a', 1);
  const { used } = arena.stats();
  const snapshots = Array.from({ length: 5000 }, () => list.snapshot());
  expect(arena.stats().used).toBe(used);
  list.seal().destroy();
  expect(list.get('a')).toBe(undefined);
  expect(snapshots.every((snapshot) => snapshot.get('a') === 1)).toBe(true);
  for (const snapshot of snapshots) snapshot.close();
  arena.recover();
  expect(arena.stats().pinned).toEqual({ oldest: undefined, slot: undefined, bytes: 0 });
  arena.detach();
});
