// Values and keys that the scratch block has no room for: read in pieces, without memory.

import { Arena, type Codec } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { print, sample, takeAll } from '@x/testkit';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf } from './support.ts';

const MIB = 2 ** 20;

/** Calls `write` with 0, 1, … until the arena is full; how often it was not. */
function fill(write: (n: number) => void): number {
  let n = 0;
  for (let code: string | undefined; code !== 'ARENA_FULL'; n++) {
    code = codeOf(() => write(n));
    if (code !== undefined && code !== 'ARENA_FULL') throw new Error(`found ${code}`);
  }
  return n - 1;
}

/** Has the thread's larger scratch block given back, and takes every byte that is left. */
function exhaust(arena: Arena, list: { first(): unknown }): void {
  for (let i = 0; i < 600; i++) list.first();
  takeAll(arena);
}

/** A list of large values, then of small ones, in two lists, in an arena without a free byte. */
function full(): { arena: Arena; list: SkipList<number, Uint8Array>; count: number } {
  const arena = Arena.create({ bytes: 12 * MIB, participants: 4 });
  const list = SkipList.create(arena, { key: u32, value: bytes });
  for (let n = 0; n < 8; n++) list.set(n, sample(n));
  list.seal();
  const count = 8 + fill((n) => list.set(8 + n, sample(8 + n)));
  fill((n) => list.set(count + n, new Uint8Array(1000).fill(1)));
  fill((n) => list.set(2 ** 31 + n, new Uint8Array(1)));
  exhaust(arena, list);
  return { arena, list, count };
}

describe('reads of large entries take no memory of the arena', () => {
  test('values: every read gives every value', () => {
    const { arena, list, count } = full();
    expect(count).toBeGreaterThan(30);
    const { used, free } = arena.stats();
    const snapshot = list.snapshot();
    const [frozen] = list.frozen();
    const all = Array.from({ length: count }, (_, n) => print(sample(n)));
    for (const view of [list, snapshot, frozen!]) {
      const expected = view === frozen ? all.slice(0, 8) : all;
      const range = { lt: expected.length };
      for (let n = 0; n < expected.length; n++) {
        expect(print(view.get(n))).toBe(expected[n]);
        expect(view.has(n)).toBe(true);
        expect(print(view.getEntry(n)?.value)).toBe(expected[n]);
        expect(print(view.ceiling(n)?.[1])).toBe(expected[n]);
        expect(print(view.floor(n)?.[1])).toBe(expected[n]);
      }
      expect(print(view.first()?.[1])).toBe(expected[0]);
      expect(print(view.higher(0)?.[1])).toBe(expected[1]);
      expect(print(view.lower(1)?.[1])).toBe(expected[0]);
      expect(view.getMany(expected.map((_, n) => n)).map(print)).toEqual(expected);
      expect([...view.values(range)].map(print)).toEqual(expected);
      const back = [...view.values({ ...range, reverse: true })];
      expect(back.map(print)).toEqual([...expected].reverse());
      const versions = [...view.entries({ ...range, versions: true })];
      expect(versions.map(({ value }) => print(value))).toEqual(expected);
      const cursor = view.cursor(range);
      for (const value of expected) {
        expect(cursor.next()).toBe(true);
        expect(print(cursor.value)).toBe(value);
      }
      cursor.close();
      expect(view.count(range)).toBe(expected.length);
    }
    expect(print(list.getOrInsert(0, new Uint8Array(1)))).toBe(all[0]);
    expect(print(list.getOrInsertComputed(0, () => new Uint8Array(1)))).toBe(all[0]);
    expect(list.measure().valueBytes).toBeGreaterThan(count * 100_000);
    expect(arena.stats()).toMatchObject({ used, free });
    snapshot.close();
    list.destroy();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    arena.detach();
  });

  test('large keys are counted, and bound ranges of versions', () => {
    const arena = Arena.create({ bytes: 16 * MIB, participants: 4 });
    const list = SkipList.create(arena, { value: u32 });
    const keys = Array.from({ length: 20 }, (_, n) => `${n + 10}`.repeat(75_000 + n));
    for (const [n, key] of keys.entries()) list.set(key, n);
    expect(list.measure()).toMatchObject({ entries: 20, keyBytes: 20 * 150_000 + 380 });
    const [gt, lt] = [keys[1]!, keys[4]!];
    for (const view of [list, list.snapshot()]) {
      for (const reverse of [false, true]) {
        expect([...view.entries({ gt, lt, reverse, versions: true })].length).toBe(2);
      }
    }
    list.seal().destroy();
    arena.detach();
  });

  test('an update hands the value over, and writes', () => {
    const arena = Arena.create({ bytes: 8 * MIB });
    const list = SkipList.create(arena, { key: u32, value: bytes });
    list.set(0, sample(0));
    for (let i = 0; i < 600; i++) list.has(0);
    let seen: string | undefined;
    const update = (old: Uint8Array | undefined) => {
      seen = print(old);
      expect(arena.stats().pinned.bytes).toBe(0);
      list.get(0); // Re-enters.
      return new Uint8Array(3);
    };
    list.update(0, update);
    expect(seen).toBe(print(sample(0)));
    expect(list.get(0)).toEqual(new Uint8Array(3));
    list.destroy();
    arena.detach();
  });
});

describe('a read in pieces ends with its pin, whatever decodes', () => {
  /** `bytes`, after whatever `before` does. */
  const codecOf = (before: () => void): Codec<Uint8Array> => ({
    ...bytes,
    id: 'mine',
    encode: (value, target, at) => bytes.encode(value, target, at),
    decode(source, at, length) {
      before();
      return bytes.decode(source, at, length);
    },
  });

  test('a decoder that throws', () => {
    const arena = Arena.create({ bytes: 8 * MIB });
    let fails = false;
    const value = codecOf(() => {
      if (fails) throw new Error('as asked');
    });
    const list = SkipList.create(arena, { value });
    list.set('a', sample(0));
    for (let i = 0; i < 600; i++) list.has('x');
    fails = true;
    expect(() => list.get('a')).toThrow('as asked');
    expect(() => list.getMany(['a'])).toThrow('as asked');
    expect(() => [...list.entries()]).toThrow('as asked');
    list.destroy();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    arena.detach();
  });

  test('a decoder that reads the list, and destroys it', () => {
    const arena = Arena.create({ bytes: 8 * MIB });
    let inside = 0;
    const value = codecOf(() => {
      if (++inside === 1) expect(print(list.get('b'))).toBe(print(sample(2)));
      if (inside === 3) list.destroy();
    });
    const list: SkipList<string, Uint8Array> = SkipList.create(arena, { value });
    list.set('a', sample(0));
    list.set('b', sample(2));
    for (let i = 0; i < 600; i++) list.has('x');
    expect(print(list.get('a'))).toBe(print(sample(0)));
    expect(print(list.get('a'))).toBe(print(sample(0)));
    expect(codeOf(() => list.get('a'))).toBe('CLOSED');
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    arena.detach();
  });
});
