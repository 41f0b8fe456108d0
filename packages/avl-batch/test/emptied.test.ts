// A map that was emptied, or nearly, gives its memory back by itself, with the builds that do it.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { codeOf, freshArena } from './support.ts';

const PAGE = 2 ** 16;
const MIB = 2 ** 20;

type Numbers = AvlBatch<number, number>;

const free = (arena: Arena): number => arena.stats().free;

/** Of n entries, all but those below `left` are deleted, `batch` to a build. */
function thin(map: Numbers, n: number, left: number, batch: number): { rebuilt: number } {
  for (let key = 0; key < n; key++) map.set(key, key);
  map.build();
  map.compact();
  let rebuilt = 0;
  for (let key = left; key < n; ) {
    for (const end = Math.min(n, key + batch); key < end; key++) map.delete(key);
    if (map.build().compacted) rebuilt++;
  }
  return { rebuilt };
}

describe('memory of entries that are gone', () => {
  test.each([
    ...[
      { left: 0, batch: 10_000 },
      { left: 0, batch: 200 },
      { left: 1, batch: 10_000 },
    ],
    ...[
      { left: 1, batch: 200 },
      { left: 0, batch: 1 },
    ],
  ])('$left of many are left, $batch deletes to a build', ({ left, batch }) => {
    const rebuilt = [5_000, 80_000].map((size) => {
      const n = batch === 1 ? size / 10 : size;
      const arena = freshArena({ bytes: 64 * MIB, participants: 2 });
      const map: Numbers = AvlBatch.create(arena, {
        ...{ key: u32, value: u32, batch: { maxQueued: n, maxOps: n } },
      });
      const done = thin(map, n, left, batch);
      expect(map.size).toBe(left);
      const { treeBytes } = map.stats();
      expect(treeBytes).toBeLessThanOrEqual(left === 0 ? PAGE : 17 * PAGE);
      const before = free(arena);
      // It stays so, without another rebuild for each build.
      let more = 0;
      for (let n = 0; n < 100; n++) {
        map.set(0, n);
        if (map.build().compacted) more++;
      }
      expect(more).toBeLessThanOrEqual(1);
      expect(before - free(arena)).toBeLessThanOrEqual(16 * PAGE);
      expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
      arena.detach();
      return done.rebuilt;
    });
    // 16 times the entries are four halvings more.
    expect(rebuilt[1]! - rebuilt[0]!).toBeLessThanOrEqual(4);
  });

  test('a rebuild that was refused is made up for by the next build that finds room', () => {
    const arena = freshArena({ bytes: 16 * MIB, participants: 2 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    for (let n = 0; n < 2000; n++) map.set(n, new Uint8Array(1000));
    map.build();
    map.compact();
    for (let n = 0; n < 2000; n++) map.delete(n);
    const taken: number[] = [];
    codeOf(() => {
      for (;;) taken.push(arena.alloc(PAGE - 64));
    });
    const refused = map.build();
    expect([refused.size, refused.compacted]).toEqual([0, false]);
    expect(map.stats().treeBytes).toBeGreaterThan(MIB);
    for (const at of taken) arena.free(at);
    map.set(1, new Uint8Array(1));
    expect(map.build()).toMatchObject({ size: 1, compacted: true });
    expect(map.stats().treeBytes).toBeLessThanOrEqual(PAGE);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });
});
