// What only this map refuses, and what becomes of a write that others are in the way of.

import { type Arena, Arena as Arenas } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

interface Inside {
  core: { kernel: Record<string, (...args: number[]) => number> };
}

const insideOf = (map: object) => (map as Record<symbol, Inside>)[READER]!;

describe('contention', () => {
  /** Lets the kernel say CONTENDED `times` times before `call` does its work. */
  function contended(map: object, call: string, times: number): () => number {
    const { core } = insideOf(map);
    const { kernel } = core;
    let calls = 0;
    const value = (...args: number[]) => (calls++ < times ? 2 : kernel[call]!(...args));
    core.kernel = Object.create(kernel, { [call]: { value } });
    return () => calls;
  }

  test('is waited out, with key and values packed anew', () => {
    const map = Masstree.create<string, number>(arena, { value: u32 });
    const calls = contended(map, 'put', 6);
    map.set('a key beyond sixteen bytes', 7);
    expect(calls()).toBe(7);
    expect(map.compareAndSet('a key beyond sixteen bytes', 7, 8)).toBe(true);
    expect(content(map)).toEqual([['a key beyond sixteen bytes', 8]]);
  });

  test('is CONTENDED on a thread that has to hear of deaths, when it does not end', () => {
    const map = Masstree.create<string, number>(arena, { value: u32 });
    map.set('a', 1);
    contended(map, 'put', Infinity);
    const other = Masstree.attach(arena, map.handle, { value: u32 });
    contended(other, 'scan', Infinity);
    expect(codeOf(() => map.take('a'))).toBe('CONTENDED');
    expect(codeOf(() => other.clear())).toBe('CONTENDED');
    expect(content(map)).toEqual([['a', 1]]);
  });

  test('a snapshot that cannot be taken is not counted', () => {
    const map = Masstree.create<string, number>(arena, { value: u32 });
    contended(map, 'snapshot', Infinity);
    expect(codeOf(() => map.snapshot())).toBe('CONTENDED');
    expect(map.stats().snapshots).toBe(0);
  });
});

describe('an arena that a map has filled', () => {
  test.each([1, 100, 5000])('is emptied and filled again: values of %i bytes', (size) => {
    const full = Arenas.create({ bytes: 2 ** 22, participants: 2 });
    const map = Masstree.create<string, Uint8Array>(full, { value: bytes });
    const value = new Uint8Array(size);
    const fill = () => {
      for (let n = 0; ; n++) {
        const code = codeOf(() => map.set(userKey(n), value));
        if (code === undefined) continue;
        expect(code).toBe('ARENA_FULL');
        return n;
      }
    };
    const first = fill();
    expect(first).toBeGreaterThan(2 ** 20 / (size + 100));
    for (let round = 0; round < 3; round++) {
      expect([map.size, map.verify().problems]).toEqual([[...map].length, []]);
      expect([...map.keys()].filter((key) => !map.delete(key))).toEqual([]);
      expect(map.size).toBe(0);
      expect(fill()).toBeGreaterThan(0.8 * first);
    }
    expect(full.verify().problems).toEqual([]);
    full.detach();
  });
});
