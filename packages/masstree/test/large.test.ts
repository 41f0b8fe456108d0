// Values that no block can hold: each has a region of the arena, which comes and goes with it.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { Control, codeOf, finished, freshArena, print, random, seed, start } from './support.ts';

const MIB = 2 ** 20;
/** About the largest that a block holds, and what lies on both sides of it. */
const EDGE = [1_834_944, 1_834_960, 1_834_968, 1_834_969, 1_834_976, 1_835_008];
const LENGTHS = [4, 100, ...EDGE, 2 * MIB, 5 * MIB + 3];

let arena: Arena;
let map: Masstree<string, Uint8Array>;
beforeEach(() => {
  arena = freshArena({ bytes: 256 * MIB });
  map = Masstree.create<string, Uint8Array>(arena, { name: 'large', value: bytes });
});
afterEach(() => {
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

/** A value that says what it is at every byte. */
function numbered(length: number, n: number): Uint8Array {
  const value = new Uint8Array(length);
  for (let i = 0; i < length; i++) value[i] = (i * 31 + (i >> 8) * 7 + n) & 255;
  return value;
}

test('each takes the place of each, in every call', () => {
  for (const from of LENGTHS) {
    for (const to of [4, EDGE[3]!, 2 * MIB]) {
      const [old, next] = [numbered(from, 1), numbered(to, 2)];
      expect(print(map.swap('key', old))).toBe(undefined);
      expect(map.compareAndSet('key', next, old)).toBe(false);
      expect(map.compareAndSet('key', old, next)).toBe(true);
      expect(print(map.get('key'))).toBe(print(next));
      expect(print(map.update('key', () => old))).toBe(print(old));
      expect(print(map.getOrInsert('key', next))).toBe(print(old));
      expect([...map.values()].map(print)).toEqual([print(old)]);
      expect(print(map.take('key'))).toBe(print(old));
    }
  }
  expect(map.size).toBe(0);
});

test('snapshots keep theirs, and the memory comes back', () => {
  map.set('other', numbered(10, 0));
  const { used } = arena.stats();
  const taken = LENGTHS.map((length, n) => {
    map.set('key', numbered(length, n));
    return map.snapshot();
  });
  map.delete('key');
  for (const [n, snapshot] of taken.entries()) {
    expect(print(snapshot.get('key'))).toBe(print(numbered(LENGTHS[n]!, n)));
    expect([...snapshot.values()].map(print)).toEqual([
      ...[print(numbered(LENGTHS[n]!, n)), print(numbered(10, 0))],
    ]);
    snapshot.close();
  }
  map.maintain();
  arena.recover();
  arena.trim();
  expect(arena.stats().pinned.bytes).toBe(0);
  expect(arena.stats().used).toBeLessThanOrEqual(used + map.stats().boundBytes);
});

test('one that is written over more often than the arena has room leaves none of it behind', () => {
  const { used } = arena.stats();
  for (let n = 0; n < 200; n++) map.set('key', numbered(2 * MIB + n, n));
  expect(print(map.get('key'))).toBe(print(numbered(2 * MIB + 199, 199)));
  arena.recover();
  expect(arena.stats().used).toBeLessThanOrEqual(used + 8 * MIB);
});

test('without room it is ARENA_FULL, and what was there is there', () => {
  const small = freshArena({ bytes: 8 * MIB, participants: 2 });
  const full = Masstree.create<string, Uint8Array>(small, { value: bytes });
  full.set('a', numbered(2 * MIB, 1));
  const { used } = small.stats();
  for (const call of [
    () => full.set('a', numbered(8 * MIB, 2)),
    () => full.set('b', numbered(6 * MIB, 2)),
  ]) {
    expect(codeOf(call)).toBe('ARENA_FULL');
  }
  expect([print(full.get('a')), full.size]).toEqual([print(numbered(2 * MIB, 1)), 1]);
  small.trim();
  expect(small.stats().used).toBeLessThanOrEqual(used + MIB);
  for (let n = 0; n < 10; n++) {
    full.set('a', numbered(2 * MIB, n));
    expect(print(full.get('a'))).toBe(print(numbered(2 * MIB, n)));
  }
  full.destroy();
  expect(small.verify().problems).toEqual([]);
  small.detach();
});

test('threads that write and read them, and die of it, tear none and leave no memory', async () => {
  const other = Masstree.create(arena, { value: u32 });
  const below = random(seed);
  const lengths = [4, 40, EDGE[2], EDGE[3], 2 * MIB];
  const { used } = arena.stats();
  for (let round = 0; round < 4; round++) {
    const control = new Control();
    const jobs = [0, 1, 2].map((n) => {
      const args = { keys: 4, lengths, seed: below(1e9) };
      return start(arena, other, control, n, 'large', args);
    });
    control.go();
    for (const [n, job] of jobs.entries()) await control.reached(job, n, 30 + below(60));
    await jobs[0]!.terminate();
    await jobs[1]!.terminate();
    arena.recover();
    control.stop();
    expect(await finished([jobs[2]!])).toEqual([0]);
    for (const value of map.values()) expect(value.findIndex((byte) => byte !== value[0])).toBe(-1);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
  }
  map.clear();
  map.maintain();
  arena.recover();
  arena.trim();
  expect(map.stats()).toMatchObject({ size: 0, blocks: 0, pendingBlocks: 0 });
  map.destroy();
  arena.recover();
  expect(arena.stats().pinned.bytes).toBe(0);
  expect(arena.stats().used).toBeLessThanOrEqual(used);
  map = Masstree.create<string, Uint8Array>(arena, { value: bytes });
});
