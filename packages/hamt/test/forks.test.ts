// Writable snapshots: maps of their own that share what neither has changed.

import { Arena } from '@x/shm-arena';
import { bytes, u32, utf8 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hamt } from '../src/index.ts';
import { codeOf, freshArena, random, seed, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

type Line = { map: Hamt<string, string>; model: Map<string, string> };

const sorted = <T>(entries: Iterable<[string, T]>): [string, T][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

test('lines that are forked, written and destroyed at random, each as its Map', () => {
  const below = random(seed);
  const before = arena.stats().used;
  const create = () => Hamt.create<string, string>(arena, { value: utf8 });
  const lines: Line[] = [{ map: create(), model: new Map() }];
  let seen = 0;
  for (let step = 0; step < 300; step++) {
    const at = below(lines.length);
    const { map, model } = lines[at]!;
    for (let n = 0; n < 60; n++) {
      const key = `${below(5) === 0 ? 'a long common part ' : ''}${below(400)}`;
      if (below(3) === 0) expect(map.delete(key)).toBe(model.delete(key));
      else {
        const value = 'x'.repeat(below(40));
        map.set(key, value);
        model.set(key, value);
      }
    }
    if (below(3) === 0 && lines.length < 12)
      lines.push({ map: map.snapshot({ writable: true }), model: new Map(model) });
    if (below(4) === 0 && lines.length > 1) {
      lines.splice(at, 1);
      map.destroy();
      seen++;
    }
    for (const line of lines) {
      const key = `${below(400)}`;
      expect([line.map.size, line.map.get(key)]).toEqual([line.model.size, line.model.get(key)]);
    }
    if (step % 50 === 49)
      for (const line of lines) {
        expect(sorted(line.map)).toEqual(sorted(line.model));
        expect(line.map.verify().problems).toEqual([]);
      }
  }
  expect(seen).toBeGreaterThan(20);
  for (const { map } of lines) map.destroy();
  expect(arena.structures()).toEqual([]);
  arena.trim();
  expect(arena.stats().used - before).toBeLessThanOrEqual(128 * 1024);
});

test('a fork has a name, a handle, codecs, numbers and snapshots of its own', () => {
  const map = Hamt.from<string, number>(arena, [['a', 1]], { name: 'map', value: u32 });
  const fork = map.snapshot({ writable: true, name: 'fork' });
  fork.set('b', 2);
  expect(fork.handle).not.toEqual(map.handle);
  const again = Hamt.open<string, number>(arena, 'fork', { value: u32 });
  const third = Hamt.attach<string, number>(arena, fork.handle, { value: u32 });
  expect([again.get('b'), third.set('c', 3).size, map.size]).toEqual([2, 3, 1]);
  expect([fork.stats().size, map.stats().size, fork.verify().ok]).toEqual([3, 1, true]);
  expect(codeOf(() => map.snapshot({ writable: true, name: 'map' }))).toBe('NAME_TAKEN');
  const snapshot = fork.snapshot();
  fork.delete('a');
  expect([snapshot.get('a'), fork.has('a'), map.has('a')]).toEqual([1, false, true]);
  expect([...map.diff(map.snapshot(), snapshot)].length).toBe(2);
  map.destroy();
  expect([fork.get('b'), snapshot.get('a'), codeOf(() => map.size)]).toEqual([2, 1, 'CLOSED']);
  expect(Hamt.open(arena, 'fork', { value: u32 }).size).toBe(2);
  fork.destroy();
  expect([codeOf(() => again.get('b')), codeOf(() => snapshot.get('a'))]).toEqual([
    ...['CLOSED', 'SNAPSHOT_CLOSED'], // The handle that it was taken with has closed it.
  ]);
  expect(arena.structures()).toEqual([]);
});

test('what is no way to take a snapshot', () => {
  const map = Hamt.create(arena);
  expect(codeOf(() => map.snapshot({ writeable: true } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => map.snapshot({ writable: 1 } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => map.snapshot({ name: 'a' } as never))).toBe('INVALID_TYPE');
  expect(arena.structures().length).toBe(1);
});

test('a fork of nothing, and one of a fork whose elder is gone', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  const empty = map.snapshot({ writable: true });
  for (let n = 0; n < 2000; n++) map.set(userKey(n), n);
  let line = map.snapshot({ writable: true });
  map.destroy();
  for (let n = 0; n < 5; n++) {
    const next = line.snapshot({ writable: true });
    line.destroy();
    line = next.set(userKey(n), 7).set(`n ${n}`, n);
  }
  expect([line.size, line.get(userKey(3)), line.get(userKey(1999)), empty.size]).toEqual([
    ...[2005, 7, 1999, 0],
  ]);
  expect(line.verify().problems).toEqual([]);
  empty.set('a', 1).destroy();
  expect(arena.structures().filter(({ type }) => type === 'Hamt').length).toBe(1);
  line.destroy();
  expect(arena.structures()).toEqual([]);
});

test('what only a fork shows is free when that is gone', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 });
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n);
  const { blocks } = map.stats();
  const fork = map.snapshot({ writable: true });
  expect(fork.stats().blocks).toBe(0);
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n + 1);
  expect(map.stats().pendingBlocks).toBeGreaterThan(0.9 * blocks);
  for (let n = 0; n < 20_000; n += 100) expect(fork.get(userKey(n))).toBe(n);
  fork.destroy();
  for (let n = 0; n < 20_000; n++) map.set(userKey(n), n + 2);
  const { pendingBlocks, boundBlocks } = map.stats();
  expect(pendingBlocks).toBeLessThan(0.5 * blocks);
  expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
});

test('values in regions of their own, which both lines show', () => {
  const map = Hamt.create<string, Uint8Array>(arena, { value: bytes });
  const large = (n: number) => new Uint8Array(2_000_000).fill(n);
  map.set('a', large(1)).set('b', large(2));
  const fork = map.snapshot({ writable: true });
  fork.set('a', large(3)).delete('b');
  expect([map.get('a')![0], map.get('b')![0], fork.get('a')![0]]).toEqual([1, 2, 3]);
  const second = fork.snapshot({ writable: true });
  map.delete('a');
  map.destroy();
  const third = second.snapshot({ writable: true }).set('b', large(4));
  second.set('a', large(5));
  expect([fork.get('a')![1_999_999], second.get('a')![0], third.get('a')![0]]).toEqual([3, 5, 3]);
  for (const line of [fork, second, third]) line.destroy();
  expect(arena.structures()).toEqual([]);
});

test('as many as the directory has room for; then none more', () => {
  const map = Hamt.create<string, number>(arena, { value: u32 }).set('n', 0);
  const forks: Hamt<string, number>[] = [];
  let code: string | undefined;
  while (code === undefined) {
    code = codeOf(() => forks.push(map.snapshot({ writable: true })));
    map.set('n', forks.length);
  }
  expect([code, forks.length > 50]).toEqual(['LIMIT_REACHED', true]);
  expect(forks.map((fork) => fork.get('n'))).toEqual(forks.map((_, n) => n));
  for (const fork of forks) fork.destroy();
  expect(arena.structures().length).toBe(1);
});

test('an image has all lines; nobody opens a hold', async () => {
  const map = Hamt.create<string, number>(arena, { name: 'map', value: u32 });
  for (let n = 0; n < 3000; n++) map.set(userKey(n), n);
  const fork = map.snapshot({ writable: true, name: 'fork' });
  for (let n = 0; n < 3000; n += 2) map.delete(userKey(n));
  fork.set('n', 1);
  const hold = arena.structures().find(({ type }) => type === 'HamtHold')!;
  expect(codeOf(() => Hamt.attach(arena, hold.handle as never))).toBe('WRONG_TYPE');
  const loaded = await Arena.load(arena.save());
  const again = Hamt.open<string, number>(loaded, 'fork', { value: u32 });
  Hamt.open(loaded, 'map', { value: u32 }).destroy();
  expect([again.size, again.get(userKey(2)), again.verify().problems]).toEqual([3001, 2, []]);
  again.delete(userKey(2));
  again.destroy();
  expect([loaded.structures(), loaded.verify().problems]).toEqual([[], []]);
  loaded.detach();
});
