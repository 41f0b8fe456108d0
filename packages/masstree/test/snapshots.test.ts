// Snapshots: counted while they are open, rolling over writes, and let go of with their handles.

import type { Arena } from '@x/shm-arena';
import { u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree, type MasstreeSnapshot } from '../src/index.ts';
import { freshArena, random, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const stay = { oldest: undefined, slot: undefined, bytes: 0 };

test('stats count those that are open, and no others', () => {
  const map = Masstree.create(arena, { name: 'map' });
  const other = Masstree.open(arena, 'map');
  map.set('a', 1);
  const taken = [map.snapshot(), map.snapshot(), other.snapshot()];
  expect(map.stats().snapshots).toBe(3);
  taken[0]!.close();
  taken[0]!.close();
  expect(map.stats().snapshots).toBe(2);
  other.close();
  expect(map.stats().snapshots).toBe(1);
  taken[1]![Symbol.dispose]();
  expect(map.stats().snapshots).toBe(0);
  arena.recover();
  expect(arena.stats().pinned).toEqual(stay);
});

test('a thread that leaves has none any more', async () => {
  const map = Masstree.create(arena, { name: 'map' });
  map.set('a', 1).snapshot();
  map.snapshot();
  map.close();
  const again = Masstree.open(arena, 'map');
  expect([again.stats().snapshots, again.get('a')]).toEqual([0, 1]);
});

test.each([1, 13, 100])('%i at a time over keys that come, change and go', (n) => {
  const map = Masstree.create<string, string>(arena, { value: utf8 });
  const model = new Map<string, string>();
  const open: { snapshot: MasstreeSnapshot<string, string>; entries: [string, string][] }[] = [];
  const below = random(n);
  const check = ({ snapshot, entries }: (typeof open)[number]) => {
    expect([...snapshot]).toEqual(entries);
    expect([...snapshot.entries({ reverse: true })]).toEqual(entries.toReversed());
    expect([snapshot.size, snapshot.count()]).toEqual([entries.length, entries.length]);
    const [key, value] = entries[below(entries.length)] ?? ['', undefined];
    expect([snapshot.get(key), snapshot.get('none')]).toEqual([value, undefined]);
  };
  let early = 0;
  for (let step = 0; step < 600; step++) {
    for (let k = 0; k < 20; k++) {
      const key = `${below(4) === 0 ? 'a long common part ' : ''}${below(300)}`;
      const value = 'x'.repeat(below(30));
      if (below(3) === 0) {
        expect(map.delete(key)).toBe(model.delete(key));
      } else {
        map.set(key, value);
        model.set(key, value);
      }
    }
    const entries = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    open.push({ snapshot: map.snapshot(), entries });
    if (open.length > n) {
      const oldest = open.shift()!;
      check(oldest);
      oldest.snapshot.close();
    }
    if (step % 100 === 99) for (const each of open) check(each);
    if (step === 300) early = map.stats().bytes;
  }
  expect(map.stats().bytes).toBeLessThanOrEqual(2 * early);
  expect([...map]).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const { snapshot } of open) snapshot.close();
  expect([map.stats().snapshots, map.verify().problems]).toEqual([0, []]);
  arena.recover();
  expect([arena.stats().pinned, arena.verify().problems]).toEqual([stay, []]);
});

test('one that is open for long sees its instant through splits and the death of all keys', () => {
  const map = Masstree.create<string, number>(arena, { value: u32 });
  const first = map.snapshot();
  for (let n = 0; n < 5000; n += 2) map.set(userKey(n), n);
  const half = map.snapshot();
  for (let n = 1; n < 5000; n += 2) map.set(userKey(n), n);
  const full = map.snapshot();
  map.clear();
  map.maintain();
  const last = map.snapshot();
  for (let n = 0; n < 100; n++) map.set(userKey(n), 7);
  expect([first, half, full, last].map((each) => each.size)).toEqual([0, 2500, 5000, 0]);
  expect([[...first], [...last]]).toEqual([[], []]);
  expect([...half.values()]).toEqual(Array.from({ length: 2500 }, (_, n) => 2 * n));
  expect([...full.values()]).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  expect([half.get(userKey(1)), full.get(userKey(1)), map.get(userKey(1))]).toEqual([
    ...[undefined, 1, 7],
  ]);
  expect(half.floor(userKey(3))?.[1]).toBe(2);
  expect(full.count({ gte: userKey(10), lt: userKey(20) })).toBe(10);
});

test('the first write under a snapshot goes through as many layers as its key has', () => {
  const map = Masstree.create<string, number>(arena, { value: u32 });
  // Each ends in a slice of its own, so that each slice of the longest has a layer.
  const long = '12345678'.repeat(3000);
  const keys = Array.from({ length: 3000 }, (_, n) => `${long.slice(0, 8 * n)}x`);
  for (const [n, key] of keys.entries()) map.set(key, n);
  const before = map.snapshot();
  map.set(long, 1).delete(keys[2999]!);
  map.set(keys[0]!, 7);
  expect([before.get(keys[2999]!), before.get(long), before.get('x')]).toEqual([
    2999,
    undefined,
    0,
  ]);
  expect([map.get(keys[2999]!), map.get(long), map.get('x')]).toEqual([undefined, 1, 7]);
  before.close();
  expect(map.verify().problems).toEqual([]);
});

test('thousands at once', () => {
  const map = Masstree.create<string, number>(arena, { value: u32 });
  const taken = Array.from({ length: 3000 }, (_, n) => map.set('n', n).snapshot());
  expect(taken.map((each) => each.get('n'))).toEqual(taken.map((_, n) => n));
  for (const each of taken) each.close();
  expect(map.stats().snapshots).toBe(0);
});
