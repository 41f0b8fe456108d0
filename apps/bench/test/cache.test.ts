import { describe, expect, it } from 'vitest';
import { Cache, Hierarchy } from '../src/cache.ts';

const LINE = 64;

describe('the model of a cache', () => {
  it('keeps the lines used last, by sets', () => {
    const cache = new Cache(4 * LINE, LINE, 2); // 2 sets of 2 ways
    expect([0, 1, 63].map((at) => cache.touch(at))).toEqual([false, true, true]);
    expect(cache.touch(2 * LINE)).toBe(false); // The same set.
    expect(cache.touch(0)).toBe(true);
    expect(cache.touch(4 * LINE)).toBe(false); // Pushes out line 2, which was used before line 0.
    expect(cache.touch(0)).toBe(true);
    expect(cache.touch(2 * LINE)).toBe(false);
    expect(cache.touch(LINE)).toBe(false); // The other set has been empty.
  });

  it('refuses sizes that are no whole sets', () => {
    expect(() => new Cache(3 * LINE, LINE, 2)).toThrow(RangeError);
  });

  it('counts each level once for each line', () => {
    const caches = new Hierarchy();
    caches.access(60, 8); // Two lines.
    caches.access(60, 8);
    expect(caches.take()).toEqual({
      accesses: 2,
      l1Misses: 2,
      l2Misses: 2,
      memoryMisses: 2,
      pageMisses: 1,
    });
    for (let at = 0; at < 2 ** 21; at += LINE) caches.access(at, 4);
    for (let at = 0; at < 2 ** 21; at += LINE) caches.access(at, 4);
    const { accesses, l2Misses, memoryMisses } = caches.take();
    expect(accesses).toBe(2 ** 16);
    expect(l2Misses).toBeGreaterThan(2 ** 15); // 2 MiB do not fit into the second level,
    expect(memoryMisses).toBeLessThan(2 ** 15); // but into the third.
  });
});
