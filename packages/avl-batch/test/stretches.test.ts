// A tree is rebuilt by stretches, between builds: no build pays for the size of the tree, and
// whatever is read meanwhile is as if nothing happened.

import { bytes, u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { AvlBatch, type BatchOptions } from '../src/index.ts';
import { freshArena, random, replay, seed } from './support.ts';

const PAGE = 2 ** 16;
const MIB = 2 ** 20;
/** What an entry of two numbers takes. */
const ENTRY = 48;

type Numbers = AvlBatch<number, number>;

/** A rebuilt map of `size` entries in an arena that has room for so many trees. */
function filled(size: number, trees: number, batch: BatchOptions = {}): Numbers {
  const pages = Math.ceil((ENTRY * size * trees) / PAGE);
  const arena = freshArena({ bytes: pages * PAGE + 3 * MIB, participants: 4 });
  const map: Numbers = AvlBatch.create(arena, {
    ...{ key: u32, value: u32, batch: { maxQueued: 20_000, ...batch } },
  });
  for (let n = 0; n < size; ) {
    for (const end = Math.min(size, n + size / 40); n < end; n++) map.set(n, n);
    map.build();
  }
  map.compact();
  return map;
}

/** Writes over random entries, `ops` to a build, until the tree was rebuilt so often. */
function churn(map: Numbers, size: number, ops: number, rebuilds: number, each = () => {}) {
  const dice = random(seed);
  const seen = { most: 0, highest: 0, builds: 0 };
  for (let rebuilt = 0; rebuilt < rebuilds; seen.builds++) {
    for (let n = 0; n < ops; n++) map.set(dice(size), n);
    const before = map.stats().treeBytes;
    if (map.build().compacted) rebuilt++;
    const after = map.stats().treeBytes;
    seen.most = Math.max(seen.most, after - before);
    seen.highest = Math.max(seen.highest, after);
    each();
  }
  return seen;
}

describe('a rebuild by stretches', () => {
  test.each([2.5, 5])('in an arena of %d trees no build pays for the tree', (trees) => {
    const ops = 250;
    const [few, many] = [25_000, 400_000].map((size) => {
      const map = filled(size, trees);
      const { most, highest } = churn(map, size, ops, 2);
      const { treeBytes, compactBytes } = map.stats();
      // What was rebuilt last is free, and what it left behind is an eighth of the tree.
      expect(treeBytes).toBeLessThan(1.2 * compactBytes + MIB);
      expect(highest).toBeLessThan(3.3 * compactBytes + MIB);
      expect(map.verify().problems).toEqual([]);
      map.destroy();
      return most;
    });
    // A stretch of one MiB at first, and then what keeps pace with paths of four levels more.
    expect(many!).toBeLessThan(1.1 * few! + 9 * ops * 4 * 32);
    expect(many!).toBeLessThan(2 * MIB);
  });

  test('memory stays bounded while keys come and go, 20 times the arena', () => {
    const arena = freshArena({ bytes: 8 * MIB, participants: 2 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    const value = new Uint8Array(1000);
    const [live, ops] = [1500, 50];
    const most = [0, 0];
    const times = (20 * 8 * MIB) / value.length;
    for (let n = 0; n < times; n++) {
      map.set(n, value);
      if (n >= live) map.delete(n - live);
      if (n % ops !== 0) continue;
      map.build();
      const half = n < times / 2 ? 0 : 1;
      most[half] = Math.max(most[half]!, map.stats().bytes);
    }
    expect(most[1]).toBeLessThanOrEqual(most[0]! + PAGE);
    expect(most[0]).toBeLessThan(3.3 * map.stats().compactBytes + 2 * MIB);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });

  test('every version is sound and complete, and has what was written last', () => {
    const dice = random(seed);
    const map: Numbers = filled(60_000, 4);
    const model = new Map(map.entries());
    let rebuilt = 0;
    for (let round = 0; rebuilt < 2; round++) {
      for (let n = 0; n < 400; n++) {
        const key = dice(80_000);
        if (dice(3) === 0) {
          map.delete(key);
          model.delete(key);
        } else {
          map.set(key, round);
          model.set(key, round);
        }
      }
      if (map.build().compacted) rebuilt++;
      if (round % 8 !== 0) continue;
      expect(map.verify().problems, replay('stretches.test.ts')).toEqual([]);
      expect(map.size).toBe(model.size);
      const from = dice(80_000);
      for (const [key, value] of map.entries({ gte: from, limit: 500 })) {
        expect(value, replay('stretches.test.ts')).toBe(model.get(key));
      }
      expect(map.stats().height).toBeLessThanOrEqual(1.44 * Math.log2(map.size + 2));
    }
    const sorted = [...model].sort(([a], [b]) => a - b);
    expect([...map.entries()], replay('stretches.test.ts')).toEqual(sorted);
    map.compact();
    expect([...map.entries()], replay('stretches.test.ts')).toEqual(sorted);
    map.destroy();
  });

  test('what waits is found by its thread, in every state of it', () => {
    const dice = random(seed);
    const map: Numbers = filled(60_000, 6);
    const model = new Map(map.entries());
    let rebuilt = 0;
    for (let round = 0; rebuilt < 1; round++) {
      for (let n = 0; n < 400; n++) {
        const key = dice(80_000);
        const kind = dice(3);
        if (kind === 0) map.delete(key);
        else if (kind === 1) map.insert(key, round);
        else map.set(key, round);
        if (kind === 0) model.delete(key);
        else if (kind === 2 || !model.has(key)) model.set(key, round);
        const asked = n % 2 === 0 ? key : dice(80_000);
        expect(map.get(asked, { pending: true }), replay('stretches.test.ts')).toBe(
          model.get(asked),
        );
      }
      if (round % 3 === 2 && map.build().compacted) rebuilt++;
    }
    map.destroy();
  });

  test('snapshots of all its instants keep theirs, and their memory comes back', () => {
    const size = 60_000;
    const map = filled(size, 12);
    const kept: { snapshot: ReturnType<Numbers['snapshot']>; sum: number }[] = [];
    const sum = (view: Pick<Numbers, 'values'>) => {
      let all = 0;
      for (const value of view.values()) all += value;
      return all;
    };
    let builds = 0;
    churn(map, size, 400, 1, () => {
      if (builds++ % 12 === 0 && kept.length < 10) {
        kept.push({ snapshot: map.snapshot(), sum: sum(map) });
      }
    });
    map.compact();
    for (const { snapshot, sum: before } of kept) {
      expect(sum(snapshot)).toBe(before);
      expect(snapshot.size).toBe(size);
      snapshot.close();
    }
    map.set(0, 0);
    map.build();
    const { bytes: all, treeBytes } = map.stats();
    expect(treeBytes).toBeLessThan(1.1 * ENTRY * size);
    expect(all).toBeLessThan(ENTRY * size + 2 * MIB);
    map.destroy();
  });

  test('compact() in the middle of one rebuilds all, also without room for a third tree', () => {
    const size = 60_000;
    for (const trees of [2.5, 6]) {
      const map = filled(size, trees);
      const { compactBytes: before, treeBytes } = map.stats();
      let [last, begun] = [treeBytes, false];
      churn(map, size, 400, 1, () => {
        const now = map.stats().treeBytes;
        if (!begun && now - last > MIB / 2) {
          begun = true;
          map.compact();
          const { treeBytes, compactBytes } = map.stats();
          expect(compactBytes).toBe(before);
          expect(Math.abs(treeBytes - compactBytes)).toBeLessThan(compactBytes / 100);
        }
        last = now;
      });
      expect(begun).toBe(true);
      expect(map.verify().problems).toEqual([]);
      map.destroy();
    }
  });

  test('a builder that has nothing else to do ends it', async () => {
    const size = 100_000;
    const map = filled(size, 6);
    const builder = map.startBuilder();
    const dice = random(seed);
    for (let last = 0, now = map.stats().treeBytes; now < 2.6 * ENTRY * size; last = now) {
      for (let n = 0; n < 2000; n++) map.set(dice(size), n);
      await map.flush();
      now = map.stats().treeBytes;
      if (now < last) break; // It was quicker.
    }
    const start = performance.now();
    while (map.stats().treeBytes > 1.2 * ENTRY * size + MIB && performance.now() - start < 20_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(map.stats().treeBytes).toBeLessThan(1.2 * ENTRY * size + MIB);
    await builder.stop();
    map.destroy();
  });

  test('what becomes of it when nearly all is deleted meanwhile: it ends', () => {
    for (const left of [0, 1]) {
      const size = 100_000;
      const map = filled(size, 6);
      churn(map, size, 2000, 1);
      const dice = random(seed);
      // Until one has just begun.
      for (let now = 0, last = 0; now - last < MIB / 2; ) {
        for (let n = 0; n < 250; n++) map.set(dice(size), n);
        last = map.stats().treeBytes;
        map.build();
        now = map.stats().treeBytes;
      }
      for (let n = left; n < size; n++) {
        map.delete(n);
        if (n % 10_000 === 0) map.build();
      }
      map.build();
      for (let n = 0; n < 40; n++) {
        map.set(0, n);
        if (left === 0) map.delete(0);
        map.build();
      }
      expect(map.size).toBe(left);
      expect(map.stats().treeBytes).toBeLessThanOrEqual(17 * PAGE);
      expect(map.verify().problems).toEqual([]);
      map.destroy();
    }
  });

  test('it leaves what does not fit as it is, and goes on when there is room', () => {
    const arena = freshArena({ bytes: 24 * MIB, participants: 2 });
    const map = AvlBatch.create<number, Uint8Array>(arena, { key: u32, value: bytes });
    const value = new Uint8Array(1000);
    const taken: number[] = [];
    const dice = random(seed);
    const write = (ops: number) => {
      for (let n = 0; n < ops; n++) map.set(dice(5000), value);
      return map.build().compacted;
    };
    for (let n = 0; n < 5000; n++) map.set(n, value);
    map.build();
    map.compact();
    // Others take all but four MiB.
    while (arena.stats().free > 4 * MIB) taken.push(arena.alloc(PAGE - 64));
    let refused = 0;
    for (let round = 0; round < 30; round++) {
      try {
        write(200);
      } catch (error) {
        expect((error as { code: string }).code).toBe('ARENA_FULL');
        refused++;
        map.build();
      }
      expect(map.size).toBe(5000);
      expect(map.verify().problems).toEqual([]);
    }
    for (const at of taken) arena.free(at);
    for (let round = 0, rebuilt = 0; rebuilt < 2; round++) {
      if (write(200)) rebuilt++;
      expect(round).toBeLessThan(200);
    }
    expect(refused).toBeLessThanOrEqual(30);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });
});
