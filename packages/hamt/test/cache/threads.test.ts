// Real workers on the built packages: bounds, one load for all, invalidations, deaths.

import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { starter } from '@x/testkit';
import { nodeThreads } from '@x/testkit/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cache } from '../../src/cache.ts';
import { Control, finished, freshArena, random, seed } from '../support.ts';

const start = starter(nodeThreads(new URL('../workers/cache.mjs', import.meta.url)));
const MOST = 500;

let arena: Arena;
let cache: Cache<string, number>;
beforeEach(() => {
  arena = freshArena();
  cache = Cache.create<string, number>(arena, { maxEntries: MOST, value: u32 });
});
afterEach(() => {
  arena.recover();
  expect(cache.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('three that write, invalidate and fill keep the bound but for a credit each', async () => {
  const control = new Control();
  const workers = [0, 1, 2].map((n) =>
    start(arena, cache, control, n, 'churn', { keys: 3 * MOST, seed: seed + n }),
  );
  control.go();
  let most = 0;
  for (let n = 0; n < 3; n++) {
    while (control.done(n) < 20_000) {
      most = Math.max(most, cache.size);
      await later(0);
    }
  }
  control.stop();
  expect(await finished(workers)).toEqual([0, 0, 0]);
  // A credit is one entry here, and each of them may be in the middle of a write.
  expect(most).toBeLessThanOrEqual(MOST + 3 * 2);
});

test('each value is loaded by one thread, and given to all', async () => {
  const control = new Control();
  const keys = 200;
  const workers = [0, 1, 2].map((n) => start(arena, cache, control, n, 'fetch', { keys }));
  control.go();
  const done = (await finished(workers)) as { loads: number; wrong: number }[];
  expect(done.map(({ wrong }) => wrong)).toEqual([0, 0, 0]);
  expect(done.reduce((sum, { loads }) => sum + loads, 0)).toBe(keys);
  expect(cache.stats().fills).toBe(keys);
});

/** Rounds of three that fill and one that changes and invalidates; how much stays stale. */
async function race(naive: boolean, until: (stale: number, round: number) => boolean) {
  let stale = 0;
  let cached = 0;
  for (let round = 0; !until(stale, round); round++) {
    const source = new Int32Array(new SharedArrayBuffer(4 * 32)).fill(1);
    const control = new Control();
    const workers = [0, 1, 2].map((n) =>
      start(arena, cache, control, n, 'source', { source, naive, seed: seed + 3 * round + n }),
    );
    const below = random(seed + round);
    /** Each of them has gone on. */
    const on = () => workers.map((worker, i) => control.reached(worker, i, control.done(i) + 50));
    control.go();
    await Promise.all(on());
    for (let n = 0; n < 3000; n++) {
      const at = below(source.length);
      Atomics.add(source, at, 1);
      if (n % 500 === 0) cache.invalidateAll();
      else cache.invalidate(`key ${at}`);
      if (n % 8 === 0) await later(0);
    }
    await Promise.all(on());
    control.stop();
    await finished(workers);
    for (const [key, value] of cache) {
      cached++;
      if (value !== source[Number(key.slice(4))]) stale++;
    }
    cache.clear();
  }
  return { stale, cached };
}

test('nothing stale stays where fills have tokens, as it does where they have none', async () => {
  const { stale } = await race(true, (found, round) => found > 0 || round === 50);
  expect(stale).toBeGreaterThan(0);
  const safe = await race(false, (_, round) => round === 3);
  expect(safe.stale).toBe(0);
  expect(safe.cached).toBeGreaterThan(0);
});

test('a loader that dies is succeeded by one who waits', async () => {
  const control = new Control();
  const worker = start(arena, cache, control, 0, 'hang', { key: 'a' });
  control.go();
  await control.reached(worker, 0, 1);
  let loads = 0;
  const asked = [1, 2, 3].map(() => cache.fetch('a', () => ++loads));
  await later(20);
  expect(loads).toBe(0);
  worker.message.catch(() => {});
  await worker.terminate();
  expect(await Promise.all(asked)).toEqual([1, 1, 1]);
});

test('a loader in another thread is told when nobody waits for it any more', async () => {
  const control = new Control();
  const worker = start(arena, cache, control, 0, 'untilTold', { key: 'a' });
  control.go();
  await control.reached(worker, 0, 1);
  const stop = new AbortController();
  const waits = cache.fetch('a', () => 1, { signal: stop.signal });
  control.stop(); // It gives its own call up.
  await later(20);
  stop.abort(new Error('enough'));
  await expect(waits).rejects.toThrow('enough');
  expect(await finished([worker])).toEqual(['gone']);
  expect(await cache.fetch('a', () => 2)).toBe(2);
});

test('those who die amid writes and evictions leave it sound and in its bound', async () => {
  const below = random(seed);
  for (let round = 0; round < 12; round++) {
    const control = new Control();
    const workers = [0, 1].map((n) =>
      start(arena, cache, control, n, 'churn', { keys: 3 * MOST, seed: seed + 2 * round + n }),
    );
    control.go();
    const calls = 50 + below(3000);
    await control.reached(workers[0]!, 0, calls);
    workers[0]!.message.catch(() => {});
    await workers[0]!.terminate();
    arena.recover();
    await control.reached(workers[1]!, 1, control.done(1) + 100);
    control.stop();
    await finished([workers[1]!]);
    expect(cache.verify().problems).toEqual([]);
    expect(cache.size).toBeLessThanOrEqual(MOST + 4);
    expect([...cache].every(([key, value]) => key.endsWith(String(value)))).toBe(true);
  }
  cache.clear();
  expect([cache.size, cache.stats().bytes]).toEqual([0, 0]);
}, 240_000);

test('a full arena is full of entries, whoever writes which sizes, or has died', async () => {
  cache.destroy();
  arena.detach();
  arena = Arena.create({ bytes: 8 * 2 ** 20 });
  cache = Cache.create<string, number>(arena, { maxEntries: 10 ** 6, value: u32 });
  const empty = cache.stats().memory.bytes;
  const control = new Control();
  const workers = [60, 400, 3000].map((most, n) =>
    start(arena, cache, control, n, 'crowd', { most, seed: seed + n }),
  );
  control.go();
  await Promise.all(workers.map((worker, n) => control.reached(worker, n, 10_000)));
  workers[2]!.message.catch(() => {});
  await workers[2]!.terminate(); // And nobody recovers it, but who finds no memory.
  const living = workers.slice(0, 2);
  await Promise.all(
    living.map((worker, n) => control.reached(worker, n, control.done(n) + 20_000)),
  );
  control.stop();
  for (const [n, refused] of (await finished(living)).entries()) {
    expect(refused).toBeLessThan(control.done(n) / 20);
  }
  let held = 0;
  for (const key of cache.keys()) held += key.length + 32;
  expect(held).toBeGreaterThan(arena.stats().bytes / 8);
  for (const key of [...cache.keys()]) cache.delete(key);
  arena.trim();
  expect(cache.stats().memory.bytes).toBeLessThan(empty + 512 * 1024);
}, 240_000);
