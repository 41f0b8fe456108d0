// Values and keys that the scratch block has no room for: read in pieces, without memory.

import { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { print, sample, takeAll } from '../../shm-arena/test/shared/large.ts';
import { AvlBatch } from '../src/index.ts';
import { codeOf } from './support.ts';

describe('reads of large entries take no memory of the arena', () => {
  test('values', () => {
    const arena = Arena.create({ bytes: 32 * 2 ** 20, participants: 4 });
    const map = AvlBatch.create(arena, { key: u32, value: bytes });
    const count = 24;
    for (let n = 0; n < count; n++) map.set(n, sample(n));
    map.build();
    for (let i = 0; i < 600; i++) map.has(0); // A larger scratch block is given back by now.
    map.set(count, sample(0));
    for (let i = 0; i < 600; i++) map.has(0);
    takeAll(arena);
    const { used } = arena.stats();
    const expected = Array.from({ length: count }, (_, n) => print(sample(n)));
    const snapshot = map.snapshot();
    for (const view of [map, snapshot]) {
      for (let n = 0; n < count; n++) {
        expect(print(view.get(n))).toBe(expected[n]);
        expect(view.has(n)).toBe(true);
        expect(print(view.at(n)?.[1])).toBe(expected[n]);
        expect(print(view.floor(n)?.[1])).toBe(expected[n]);
        expect(print(view.ceiling(n)?.[1])).toBe(expected[n]);
      }
      expect(print(view.first()?.[1])).toBe(expected[0]);
      expect(print(view.last()?.[1])).toBe(expected[count - 1]);
      expect(view.getMany(expected.map((_, n) => n)).map(print)).toEqual(expected);
      expect([...view.values()].map(print)).toEqual(expected);
      const back = [...view.values({ reverse: true })];
      expect(back.map(print)).toEqual([...expected].reverse());
    }
    expect(print(map.get(count, { pending: true }))).toBe(expected[0]);
    expect(arena.stats().used).toBe(used);
    snapshot.close();
    map.destroy();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    arena.detach();
  });

  test('keys of 32 KiB: every read, with two of them as bounds', () => {
    const arena = Arena.create({ bytes: 8 * 2 ** 20, participants: 4 });
    const map = AvlBatch.create(arena, { value: bytes });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => name.padStart(32_768, 'k'));
    for (const [n, key] of keys.entries()) map.set(key, sample(n));
    map.build();
    for (let i = 0; i < 600; i++) map.has('x');
    takeAll(arena);
    const all = keys.map((_, n) => print(sample(n)));
    const [from, to] = [keys[1]!, keys[4]!];
    for (const view of [map, map.snapshot()]) {
      expect(keys.map((key) => print(view.get(key)))).toEqual(all);
      expect(view.getMany(keys).map(print)).toEqual(all);
      for (const reverse of [false, true]) {
        const expected = keys.slice(1, 5);
        if (reverse) expected.reverse();
        expect([...view.keys({ gte: from, lte: to, reverse })]).toEqual(expected);
        expect([...view.entries({ gte: from, lte: to, reverse })].length).toBe(4);
      }
      expect(view.count({ gt: from, lt: to })).toBe(2);
      expect(view.rank(to)).toBe(4);
      expect(view.floor(to)?.[0]).toBe(to);
    }
    map.destroy();
    arena.detach();
  });

  test('keys', () => {
    const arena = Arena.create({ bytes: 32 * 2 ** 20, participants: 4 });
    const map = AvlBatch.create(arena, { value: u32 });
    const keys = Array.from({ length: 20 }, (_, n) =>
      String.fromCharCode(97 + n).repeat(150_000 + n),
    );
    for (const [n, key] of keys.entries()) map.set(key, n);
    map.build();
    for (let i = 0; i < 600; i++) map.has('x');
    expect(map.first()).toEqual([keys[0], 0]);
    expect(map.at(7)).toEqual([keys[7], 7]);
    expect([...map.keys()]).toEqual(keys);
    expect([...map.entries({ reverse: true })]).toEqual(keys.map((k, n) => [k, n]).reverse());
    map.destroy();
    expect(codeOf(() => map.get('a'))).toBe('CLOSED');
    arena.detach();
  });
});
