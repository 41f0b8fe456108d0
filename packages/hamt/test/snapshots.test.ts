// Snapshots: rolling over writes, let go of with their handles, many at once.

import type { Arena } from '@x/shm-arena';
import { u32, utf8 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hamt, type HamtSnapshot } from '../src/index.ts';
import { freshArena, random, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

const stay = { oldest: undefined, slot: undefined, bytes: 0 };
const sorted = <T>(entries: Iterable<[string, T]>): [string, T][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

test.each([1, 13, 100])('%i at a time over keys that come, change and go', (n) => {
  const map = Hamt.create<string, string>(arena, { value: utf8 });
  const model = new Map<string, string>();
  const open: { snapshot: HamtSnapshot<string, string>; entries: [string, string][] }[] = [];
  const below = random(n);
  const check = ({ snapshot, entries }: (typeof open)[number]) => {
    expect(sorted(snapshot)).toEqual(entries);
    expect(snapshot.size).toBe(entries.length);
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
    open.push({ snapshot: map.snapshot(), entries: sorted(model) });
    if (open.length > n) {
      const oldest = open.shift()!;
      check(oldest);
      oldest.snapshot.close();
    }
    if (step % 100 === 99) for (const each of open) check(each);
    if (step === 300) early = map.stats().bytes;
  }
  expect(map.stats().bytes).toBeLessThanOrEqual(2 * early);
  for (const { snapshot } of open) snapshot.close();
  expect(map.verify().problems).toEqual([]);
  arena.recover();
  expect(arena.stats().pinned).toEqual(stay);
});

test('what only a snapshot shows is free when it is closed', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n);
  const { blocks } = map.stats();
  const snapshot = map.snapshot();
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n + 1);
  expect(map.stats().pendingBlocks).toBeGreaterThan(0.9 * blocks);
  snapshot.close();
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n + 2);
  const { pendingBlocks, boundBlocks } = map.stats();
  expect(pendingBlocks).toBeLessThan(0.5 * blocks);
  expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
});

test('one that is open for long sees its instant through all changes of the shape', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const first = map.snapshot();
  for (let n = 0; n < 5000; n += 2) map.set(userKey(n), n);
  const half = map.snapshot();
  const same = map.snapshot();
  for (let n = 1; n < 5000; n += 2) map.set(userKey(n), n);
  const full = map.snapshot();
  map.clear();
  const last = map.snapshot();
  for (let n = 0; n < 100; n++) map.set(userKey(n), 7);
  const sizes = [first, half, same, full, last].map((each) => each.size);
  expect(sizes).toEqual([0, 2500, 2500, 5000, 0]);
  expect([[...first], [...last]]).toEqual([[], []]);
  const numbers = (view: Iterable<[string, number]>) => sorted(view).map(([, value]) => value);
  expect(numbers(half)).toEqual(Array.from({ length: 2500 }, (_, n) => 2 * n));
  expect(numbers(full)).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  expect([half.get(userKey(1)), full.get(userKey(1)), map.get(userKey(1))]).toEqual([
    ...[undefined, 1, 7],
  ]);
});

test('thousands at once', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const taken = Array.from({ length: 3000 }, (_, n) => map.set('n', n).snapshot());
  expect(taken.map((each) => each.get('n'))).toEqual(taken.map((_, n) => n));
  for (const each of taken) each.close();
});

test('those of a handle end with it', () => {
  const map = Hamt.create(arena, { name: 'map' });
  const snapshot = map.set('a', 1).snapshot();
  map.close();
  expect(() => snapshot.get('a')).toThrow();
  arena.recover();
  expect(arena.stats().pinned).toEqual(stay);
});

test('who holds memory back, how many instants and how old', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 }).set('a', 1);
  expect(map.stats().holders).toEqual([]);
  const { slot } = arena.participant;
  const first = map.snapshot();
  const same = map.snapshot();
  for (let n = 0; n < 5000; n++) map.set(userKey(n), n);
  const many = Array.from({ length: 20 }, (_, n) => map.set('n', n).snapshot());
  const [holder, ...others] = map.stats().holders;
  expect([holder?.slot, holder?.leases, others]).toEqual([slot, 21, []]);
  expect(holder!.age).toBeGreaterThan(20);
  for (const each of [first, same]) each.close();
  expect(map.stats().holders[0]!.age).toBeLessThan(holder!.age);
  for (const each of many) each.close();
  expect(map.stats().holders).toEqual([]);
});

test('many keys are read by one call of the kernel, from a map and from a snapshot', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const keys = Array.from({ length: 64 }, (_, n) => userKey(n));
  keys.forEach((key, n) => map.set(key, n));
  const snapshot = map.snapshot();
  for (const view of [map, snapshot]) {
    const { core } = (view as unknown as Record<symbol, { core: { kernel: object } }>)[READER]!;
    const own = core.kernel as { getMany(...call: number[]): number };
    let calls = 0;
    core.kernel = Object.create(own, {
      get: { value: () => expect.unreachable() },
      getMany: {
        value: (...call: number[]) => {
          calls++;
          return own.getMany(...call);
        },
      },
    });
    expect(view.getMany(keys)).toEqual(keys.map((_, n) => n));
    expect(calls).toBe(1);
    core.kernel = own;
  }
  snapshot.close();
});
