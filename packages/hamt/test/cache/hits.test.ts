// What stays: hit ratios on traces of three kinds, beside those of an exact LRU.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cache } from '../../src/cache.ts';
import { freshArena, random, seed } from '../support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const KEYS = 20_000;
const REQUESTS = 150_000;
/** So many points of hit ratio it may have less than LRU. */
const POINTS = 1.5;

type Below = (n: number) => number;
type Next = () => number;

/** Numbers below `count`, number n as often as 1 in (n + 1) ** skew. */
function zipf(below: Below, count: number, skew: number): Next {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let n = 0; n < count; n++) sums[n] = sum += 1 / (n + 1) ** skew;
  return () => {
    const draw = (below(2 ** 31) / 2 ** 31) * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < draw) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const TRACES: Record<string, (below: Below) => Next> = {
  'zipf 0.8': (below) => zipf(below, KEYS, 0.8),
  'zipf 1.0': (below) => zipf(below, KEYS, 1),
  'zipf 0.9 with scans': (below) => {
    const next = zipf(below, KEYS, 0.9);
    let [scans, fresh] = [0, KEYS];
    return () => {
      if (scans > 0) {
        scans--;
        return fresh++;
      }
      if (below(4000) === 0) scans = 2000;
      return next();
    };
  },
  'a zipf 1.0 that drifts': (below) => {
    const next = zipf(below, KEYS, 1);
    let n = 0;
    return () => next() + Math.floor(n++ / 40);
  },
};

/** The hits of a trace, of so many requests. */
function hits(trace: string, touch: (key: number) => boolean): number {
  const next = TRACES[trace]!(random(seed));
  let found = 0;
  for (let n = 0; n < REQUESTS; n++) if (touch(next())) found++;
  return found / REQUESTS;
}

function lruHits(trace: string, most: number): number {
  const map = new Map<number, boolean>();
  return hits(trace, (key) => {
    const hit = map.delete(key);
    map.set(key, true);
    if (map.size > most) map.delete(map.keys().next().value!);
    return hit;
  });
}

function ourHits(trace: string, maxEntries: number): number {
  const cache = Cache.create<number, number>(arena, { maxEntries, key: u32, value: u32 });
  const found = hits(trace, (key) => {
    if (cache.get(key) !== undefined) return true;
    cache.set(key, 1);
    return false;
  });
  expect(cache.size).toBeLessThanOrEqual(maxEntries);
  return found;
}

const cases = Object.keys(TRACES).flatMap((trace) =>
  [0.01, 0.1, 0.3].map((part): [string, number] => [trace, part]),
);

test.each(cases)('%s, a cache for %d of all keys', (trace, part) => {
  const most = Math.floor(part * KEYS);
  const less = 100 * (lruHits(trace, most) - ourHits(trace, most));
  expect(less, `seed ${seed}`).toBeLessThanOrEqual(POINTS);
});
