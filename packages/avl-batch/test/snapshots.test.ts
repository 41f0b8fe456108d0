// Snapshots in any number: each keeps the generation that it shows, and no other.

import { u32 } from '@x/shm-arena/codec';
import { expect, test } from 'vitest';
import { AvlBatch, type AvlBatchSnapshot } from '../src/index.ts';
import { freshArena } from './support.ts';

const MIB = 2 ** 20;

test.each([13, 1000, 5000])('%i at a time of different versions', (n) => {
  const arena = freshArena({ bytes: 64 * MIB, participants: 4 });
  const map = AvlBatch.create<number, number>(arena, { key: u32, value: u32 });
  const open: { snapshot: AvlBatchSnapshot<number, number>; step: number }[] = [];
  /** The most that is in use meanwhile: more behind each rebuild, until the old tree goes. */
  const turn = (steps: number, from: number) => {
    let most = 0;
    for (let step = from; step < from + steps; step++) {
      for (let k = 0; k < 4; k++) map.set((step * 4 + k) % 512, step);
      map.build();
      open.push({ snapshot: map.snapshot(), step });
      most = Math.max(most, arena.stats().used);
      if (open.length <= n) continue;
      const oldest = open.shift()!;
      expect(oldest.snapshot.get((oldest.step * 4) % 512)).toBe(oldest.step);
      oldest.snapshot.close();
    }
    return most;
  };
  const before = arena.stats().used;
  const warm = turn(2 * n + 2000, 0) - before;
  const later = turn(2 * n + 2000, 2 * n + 2000) - before;
  expect(later).toBeLessThanOrEqual(warm + MIB);
  for (const { snapshot, step } of open) {
    expect(snapshot.get((step * 4) % 512)).toBe(step);
    snapshot.close();
  }
  map.compact();
  arena.recover();
  expect(arena.stats().pinned.bytes).toBe(0);
  expect(arena.stats().used - before).toBeLessThanOrEqual(MIB);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});
