// A way out of what is full: an arena, by seal and destroy; a list at its limits, by delete.

import { Arena, type ShmError } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf, userKey } from './support.ts';

/** Writes until it is refused; how many were written. */
function fill(list: SkipList<string, Uint8Array>, bytesEach: number, code = 'ARENA_FULL'): number {
  const value = new Uint8Array(bytesEach);
  for (let n = 0; ; n++) {
    try {
      list.set(userKey(n), value);
    } catch (error) {
      expect((error as ShmError).code).toBe(code);
      return n;
    }
  }
}

describe('an arena that one list has filled', () => {
  test.each([10, 1000, 50_000])('is sealed, flushed and filled again: %i bytes', (size) => {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    const first = fill(list, size);
    for (let round = 0; round < 4; round++) {
      const frozen = list.seal();
      expect(codeOf(() => list.set('x', new Uint8Array(size)))).toBe('ARENA_FULL');
      expect(list.size).toBe(frozen.size);
      frozen.destroy();
      expect(list.size).toBe(0);
      expect(fill(list, size)).toBeGreaterThan(first * 0.9);
    }
    expect(list.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
    list.destroy();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
    arena.detach();
  });

  test('is cleared', () => {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    for (let round = 0; round < 4; round++) {
      expect(fill(list, 1000)).toBeGreaterThan(1000);
      list.clear();
      expect(list.size).toBe(0);
    }
    expect(arena.verify().problems).toEqual([]);
    arena.detach();
  });

  test('keeps its next list in an image', async () => {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const list = SkipList.create<string, Uint8Array>(arena, { name: 'l', value: bytes });
    const written = fill(list, 1000);
    const loaded = await Arena.load(arena.save());
    loaded.recover();
    const copy = SkipList.open<string, Uint8Array>(loaded, 'l', { value: bytes });
    const frozen = copy.seal();
    expect(frozen.size).toBe(written);
    frozen.destroy();
    expect(copy.set('x', new Uint8Array(1000)).size).toBe(1);
    expect(loaded.verify().problems).toEqual([]);
    arena.detach();
    loaded.detach();
  });

  test('a snapshot keeps the memory, and gives it back', () => {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    const written = fill(list, 1000);
    const before = list.snapshot();
    list.seal().destroy();
    expect(codeOf(() => list.set('x', new Uint8Array(1000)))).toBe('ARENA_FULL');
    expect(codeOf(() => list.seal())).toBe('ARENA_FULL'); // It is empty, and has no next list.
    expect(before.size).toBe(written);
    before.close();
    expect(list.set('x', new Uint8Array(1000)).seal().size).toBe(1);
    expect(arena.verify().problems).toEqual([]);
    arena.detach();
  });
});

describe('delete at a limit', () => {
  test('of entries: of what has a value, here or in a frozen list', () => {
    const arena = Arena.create({ bytes: 2 ** 22 });
    const list = SkipList.create<string, number>(arena, { value: u32, maxEntries: 2 });
    list.set('below', 0).seal();
    list.set('a', 1).set('b', 2);
    expect(codeOf(() => list.set('c', 3))).toBe('LIMIT_REACHED');
    expect(list.delete('a')).toBe(true);
    expect(list.delete('below')).toBe(true);
    expect(list.update('b', () => undefined)).toBe(undefined);
    expect(list.size).toBe(0);
    expect(codeOf(() => list.delete('a'))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.insert('a', 1))).toBe('LIMIT_REACHED');
    expect(list.stats().entries).toBe(5);
    expect(list.verify().problems).toEqual([]);
    arena.detach();
  });

  test('of bytes: by few pages', () => {
    const arena = Arena.create({ bytes: 2 ** 24 });
    const maxBytes = 2 ** 20;
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes, maxBytes });
    const written = fill(list, 100, 'LIMIT_REACHED');
    expect(list.stats().bytes).toBeLessThanOrEqual(maxBytes);
    for (let n = 0; n < written; n++) expect(list.delete(userKey(n))).toBe(true);
    expect(list.size).toBe(0);
    expect(list.stats().bytes).toBeLessThan(2 * maxBytes);
    const large = new Uint8Array(2 ** 17);
    expect(codeOf(() => list.set('x', large))).toBe('LIMIT_REACHED');
    expect(list.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
    list.seal().destroy();
    expect(list.set('x', large).size).toBe(1);
    arena.detach();
  });
});

describe('memory that a large call was staged in', () => {
  const large = new Uint8Array(2 ** 22);

  test('is back after a call that was refused, and after a destruction', () => {
    const arena = Arena.create({ bytes: 2 ** 25 });
    const options = { value: bytes, maxBytes: 2 ** 20 };
    const list = SkipList.create<string, Uint8Array>(arena, options);
    const before = arena.stats().used;
    expect(codeOf(() => list.set('x', large))).toBe('LIMIT_REACHED');
    expect(arena.stats().used).toBe(before);
    const value = new Uint8Array(110);
    const batch = Array.from({ length: 20_000 }, (_, n) => {
      return { type: 'set' as const, key: userKey(n), value };
    });
    expect(codeOf(() => list.writeBatch(batch))).toBe('LIMIT_REACHED');
    expect(arena.stats().used).toBe(before);
    const other = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    other.set('x', large).destroy();
    expect(arena.stats().used).toBe(before);
    arena.detach();
  });

  test('is back after recover, also where there was no memory for the usual block', () => {
    const arena = Arena.create({ bytes: 2 ** 24 });
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    const before = arena.stats().used;
    list.set('x', large);
    const value = new Uint8Array(1);
    let blocks = 0;
    while (arena.tryAlloc(2 ** 16) !== 0) blocks++;
    arena.recover(); // Nothing is free: the larger block stays.
    expect(arena.stats().free).toBe(0);
    list.clear();
    arena.recover();
    list.set('x', value); // Now there is memory for the next list.
    expect(arena.stats().used - blocks * 2 ** 16).toBe(before);
    arena.detach();
  });
});
