// `from`, and what differs between two instants.

import { isDeepStrictEqual } from 'node:util';
import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hamt, type HamtDifference } from '../src/index.ts';
import { codeOf, freshArena, random, seed, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

type Model = ReadonlyMap<string, number>;

/** What differs, as a Map has it. */
function modelDiff(before: Model, after: Model): HamtDifference<string, number>[] {
  const changes: HamtDifference<string, number>[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === is) continue;
    if (was === undefined) changes.push({ key, after: is! });
    else changes.push(is === undefined ? { key, before: was } : { key, before: was, after: is });
  }
  return changes.sort(byKey);
}

const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);

/** How many the error of a call says that had landed. */
function landed(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return (error as { landed?: number }).landed;
  }
  return undefined;
}

test('from: all entries, or none and no map', () => {
  const entries = Array.from({ length: 5000 }, (_, n): [string, number] => [userKey(n), n]);
  const map = Hamt.from<string, number>(arena, entries, { name: 'map', value: u32 });
  expect([map.size, new Map(map)]).toEqual([5000, new Map(entries)]);
  const half = [...entries.slice(0, 10), ['x', -1] as [string, number]];
  expect(landed(() => Hamt.from(arena, half, { name: 'half', value: u32 }))).toBe(10);
  expect(codeOf(() => Hamt.open(arena, 'half'))).toBe('NAME_UNKNOWN');
  expect(codeOf(() => Hamt.from(arena, 5 as never))).toBe('INVALID_TYPE');
});

test.each([3, 300, 20_000])('of %i keys that come, change and go: as a Map has it', (keys) => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const model = new Map<string, number>();
  const below = random(seed + keys);
  const instants = [];
  for (let round = 0; round < 8; round++) {
    for (let n = round === 0 ? 2 * keys : below(keys); n >= 0; n--) {
      const key = userKey(below(keys));
      if (below(3) === 0) {
        map.delete(key);
        model.delete(key);
      } else {
        const value = below(4);
        map.set(key, value);
        model.set(key, value);
      }
    }
    instants.push({ snapshot: map.snapshot(), model: new Map(model) });
  }
  for (const one of instants) {
    for (const other of instants) {
      const found = [...map.diff(one.snapshot, other.snapshot)].sort(byKey);
      const right = modelDiff(one.model, other.model);
      if (!isDeepStrictEqual(found, right)) expect(found).toEqual(right); // Alone it takes long.
    }
  }
});

test('values and keys that have no room in one call', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  const long = 'k'.repeat(300_000);
  map.set(long, new Uint8Array(300_000).fill(1)).set('b', new Uint8Array(9).fill(2));
  const before = map.snapshot();
  map.set(long, new Uint8Array(300_000).fill(3)).delete('b');
  const found = [...map.diff(before, map.snapshot())].sort(byKey);
  expect(found.map(({ key, before, after }) => [key.length, before?.[0], after?.[0]])).toEqual([
    [1, 2, undefined],
    [300_000, 1, 3],
  ]);
});

test('what both have is not looked at', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  for (let n = 0; n < 100_000; n++) map.set(userKey(n), n);
  const before = map.snapshot();
  for (let n = 0; n < 10; n++) map.set(userKey(n * 7919), 0).set(`new ${n}`, n);
  const after = map.snapshot();
  const time = (work: () => unknown) => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  expect([...map.diff(before, after)].length).toBe(19); // The first one was 0 before.
  const diff = time(() => [...map.diff(before, after)]);
  const walk = time(() => [...after]);
  console.log(`diff of 20 among 100 000: ${diff} µs; a walk: ${walk} µs`);
  expect([...map.diff(after, after)]).toEqual([]);
});

test('is refused of what is no relation, closed, or no snapshot', () => {
  const map = Hamt.create(arena).set('a', 1);
  const snapshot = map.snapshot();
  const other = Hamt.create(arena).set('a', 2).snapshot();
  const far = Hamt.create(freshArena()).snapshot();
  expect(codeOf(() => map.diff(snapshot, other))).toBe('WRONG_TYPE');
  expect(codeOf(() => map.diff(other, other))).toBe('WRONG_TYPE');
  expect(codeOf(() => map.diff(snapshot, far))).toBe('WRONG_TYPE');
  expect(codeOf(() => map.diff(snapshot, map as never))).toBe('WRONG_TYPE');
  expect(codeOf(() => map.diff(undefined as never, snapshot))).toBe('WRONG_TYPE');
  const late = map.snapshot();
  const walk = map.diff(snapshot, late);
  late.close();
  expect(codeOf(() => walk.next())).toBe('SNAPSHOT_CLOSED');
  expect(codeOf(() => map.diff(snapshot, late))).toBe('SNAPSHOT_CLOSED');
  map.destroy();
  expect(codeOf(() => map.diff(snapshot, snapshot))).toBe('CLOSED');
});
