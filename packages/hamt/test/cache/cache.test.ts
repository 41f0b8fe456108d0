// One thread: reads and writes, bounds, expiry, what leaves and who is told.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { Status } from '@x/shm-arena/structure';
import { walks } from '@x/testkit';
import { shows } from '@x/testkit/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cache, type EvictReason } from '../../src/cache.ts';
import { Hamt } from '../../src/index.ts';
import { codeOf, freshArena, random, seed, userKey } from '../support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => {
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits until the cache says that the value has expired; nobody asserts how long that takes. */
async function expired(cache: Cache<string, unknown>, key: string): Promise<void> {
  while (cache.getRemainingTTL(key) > 0) await later(5);
}

/** What one has told of, as "key reason". */
function telling(): { told: string[]; onEvict: (k: string, v: unknown, why: EvictReason) => void } {
  const told: string[] = [];
  return { told, onEvict: (key, value, why) => told.push(`${key}=${value} ${why}`) };
}

test('is a map while nothing has to leave', () => {
  const cache = Cache.create<string, Uint8Array>(arena, { maxEntries: 10_000, value: bytes });
  const model = new Map<string, Uint8Array>();
  const below = random(seed);
  for (let n = 0; n < 5000; n++) {
    const key = 'k'.repeat([0, 3, 12, 16, 17, 40][below(6)]!) + below(40);
    if (below(4) === 0) expect(cache.delete(key)).toBe(model.delete(key));
    else {
      const value = new Uint8Array([0, 1, 7, 8, 9, 100, 70_000][below(n % 50 === 0 ? 7 : 6)]!).fill(
        n,
      );
      model.set(key, value);
      cache.set(key, value);
    }
    expect(cache.get(key)).toEqual(model.get(key));
  }
  const sorted = (entries: Iterable<[string, Uint8Array]>) =>
    [...entries].map(([key, value]) => `${key} ${value}`).sort();
  expect(sorted(cache)).toEqual(sorted(model));
  expect([...cache.keys()].sort()).toEqual([...model.keys()].sort());
  expect([cache.size, cache.verify().problems]).toEqual([model.size, []]);
  expect(cache.getMany(['x', [...model.keys()][0]!])[1]).toEqual([...model.values()][0]);
});

describe('the bound', () => {
  test.each([1, 2, 3, 10, 49, 50, 1000])('of %d entries is never exceeded', (maxEntries) => {
    const cache = Cache.create<string, number>(arena, { maxEntries, value: u32 });
    let most = 0;
    for (let n = 0; n < 3 * maxEntries + 20; n++) {
      cache.set(userKey(n), n);
      most = Math.max(most, cache.size);
      expect(cache.get(userKey(n))).toBe(n); // What was put in last is there.
    }
    // This thread may be one credit above it, which of so few is one entry; alone it is not.
    expect(most).toBeLessThanOrEqual(maxEntries);
    expect(cache.size).toBeGreaterThan(maxEntries / 2 - 1);
    expect(cache.verify().problems).toEqual([]);
  });

  test('of bytes is never exceeded, whatever the sizes', () => {
    const maxBytes = 100_000;
    const cache = Cache.create<string, Uint8Array>(arena, { maxBytes, value: bytes });
    const below = random(seed);
    for (let n = 0; n < 4000; n++) {
      cache.set(userKey(below(500)), new Uint8Array(below(n % 100 === 0 ? 40_000 : 400)));
      expect(cache.stats().bytes).toBeLessThanOrEqual(maxBytes);
    }
    expect(cache.verify().problems).toEqual([]);
  });

  test('a value that just fits is stored, one byte more is refused and nothing has changed', () => {
    const cache = Cache.create<string, Uint8Array>(arena, { maxBytes: 1096 + 1, value: bytes });
    cache.set('k', new Uint8Array(1000));
    expect(cache.stats().bytes).toBe(1097);
    expect(codeOf(() => cache.set('k', new Uint8Array(1001)))).toBe('VALUE_TOO_LARGE');
    expect([cache.get('k')!.length, cache.size]).toEqual([1000, 1]);
    cache.set('j', new Uint8Array(1000));
    expect([cache.get('k'), cache.get('j')!.length]).toEqual([undefined, 1000]);
  });

  test('what is read stays, what was never read goes first', () => {
    const cache = Cache.create<string, number>(arena, { maxEntries: 1000, value: u32 });
    for (let n = 0; n < 100; n++) cache.set(`hot ${n}`, n);
    for (let n = 0; n < 5000; n++) {
      cache.set(userKey(n), n);
      if (n % 10 === 0) for (let i = 0; i < 100; i++) cache.get(`hot ${i}`);
    }
    for (let n = 0; n < 100; n++) expect(cache.peek(`hot ${n}`)).toBe(n);
  });

  test('peek, has and iteration are no reason to stay', () => {
    const cache = Cache.create<string, number>(arena, { maxEntries: 100, value: u32 });
    for (let n = 0; n < 100; n++) cache.set(`seen ${n}`, n);
    for (let n = 0; n < 300; n++) {
      cache.set(userKey(n), n);
      cache.get(userKey(n));
      for (const key of ['seen 1', 'seen 2']) {
        cache.peek(key);
        cache.has(key);
      }
      for (const _ of cache);
    }
    expect([cache.has('seen 1'), cache.has('seen 2')]).toEqual([false, false]);
    expect(cache.stats()).toMatchObject({ hits: 300, misses: 0 });
  });

  test('all that was read gives way, too, when it must', () => {
    const cache = Cache.create<string, number>(arena, { maxEntries: 600, value: u32 });
    for (let n = 0; n < 2000; n++) {
      cache.set(userKey(n), n);
      for (const key of cache.keys()) cache.get(key);
      expect(cache.size).toBeLessThanOrEqual(600);
    }
  }, 300_000);
});

describe('what leaves', () => {
  test('by eviction is told of, once each', () => {
    const { told, onEvict } = telling();
    const cache = Cache.create<string, number>(arena, { maxEntries: 50, value: u32, onEvict });
    for (let n = 0; n < 500; n++) cache.set(userKey(n), n);
    expect(told.length).toBe(500 - cache.size);
    expect(new Set(told).size).toBe(told.length);
    expect(told.every((text) => text.endsWith('evicted'))).toBe(true);
    expect(cache.stats().evictions).toBe(told.length);
    for (const key of cache.keys())
      expect(told.some((text) => text.startsWith(`${key}=`))).toBe(false);
  });

  test('by replacement and by expiry is told apart', async () => {
    const { told, onEvict } = telling();
    const cache = Cache.create(arena, { maxEntries: 50, onEvict });
    cache.set('a', 1).set('a', 2).set('b', 3, { ttl: 1 }).set('c', 4, { ttl: 1 });
    await expired(cache, 'b');
    await expired(cache, 'c');
    cache.set('b', 5);
    expect(cache.purgeStale()).toBe(1);
    expect(told).toEqual(['a=1 replaced', 'b=3 expired', 'c=4 expired']);
    cache.delete('a');
    cache.invalidateAll();
    cache.clear();
    expect(told.length).toBe(3); // These are not told of.
  });

  test('of any size is given to onEvict', () => {
    const seen: number[] = [];
    const onEvict = (_: string, value: Uint8Array) => seen.push(value.length);
    const cache = Cache.create<string, Uint8Array>(arena, { maxEntries: 4, value: bytes, onEvict });
    const sizes = [0, 8, 9, 100, 70_000, 300_000, 2_000_000, 5, 6, 7, 1, 2];
    for (const [n, size] of sizes.entries()) cache.set(`k${n}`, new Uint8Array(size));
    const left = [...cache.values()].map(({ length }) => length);
    expect([...seen, ...left].sort()).toEqual([...sizes].sort());
  });

  test('may be put back by onEvict, which may use the cache', () => {
    let depth = 0;
    const cache: Cache<string, number> = Cache.create<string, number>(arena, {
      ...{ maxEntries: 10, value: u32 },
      onEvict(key) {
        if (depth++ < 3) cache.set(`again ${key}`, 1);
      },
    });
    for (let n = 0; n < 100; n++) {
      depth = 0;
      cache.set(userKey(n), n);
      expect(cache.size).toBeLessThanOrEqual(10);
    }
    expect(cache.verify().problems).toEqual([]);
  });

  test('what onEvict throws comes out of the call, and the cache is sound', () => {
    const onEvict = () => {
      throw new Error('told');
    };
    const cache = Cache.create<string, number>(arena, { maxEntries: 2, value: u32, onEvict });
    cache.set('a', 1).set('b', 2);
    expect(() => cache.set('c', 3)).toThrow('told');
    expect(cache.has('c')).toBe(false);
    expect(cache.verify().problems).toEqual([]);
  });
});

describe('expiry', () => {
  test('ends reads, and leaves the entry until something comes by', async () => {
    const cache = Cache.create(arena, { maxEntries: 10, ttl: 1 });
    const stale = Cache.attach(arena, cache.handle, { allowStale: true });
    cache
      .set('a', 1)
      .set('b', 2, { ttl: 0 })
      .set('c', 3, { ttl: 10 ** 9 });
    await expired(cache, 'a');
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, 2, 3]);
    expect([cache.has('a'), cache.peek('a'), stale.get('a'), stale.peek('a')]).toEqual([
      ...[false, undefined, 1, undefined],
    ]);
    expect([...cache].sort()).toEqual([
      ['b', 2],
      ['c', 3],
    ]);
    expect(cache.size).toBe(3);
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1, stale: 1, expirations: 0 });
    expect([cache.purgeStale(), cache.size, stale.get('a')]).toEqual([1, 2, undefined]);
    expect(cache.stats().expirations).toBe(1);
    expect(cache.getRemainingTTL('b')).toBe(Infinity);
    expect(cache.getRemainingTTL('c')).toBeGreaterThan(10 ** 8);
  });

  test('a purge with a limit goes on where the last one has ended, and round', () => {
    const cache = Cache.create<string, number>(arena, { maxEntries: 10_000, value: u32 });
    for (let n = 0; n < 1000; n++) cache.set(userKey(n), n);
    cache.invalidateAll();
    for (let n = 0; n < 500; n++) cache.set(`new ${n}`, n);
    let purged = 0;
    for (let calls = 0; calls < 30; calls++) {
      const now = cache.purgeStale(70);
      expect(now).toBeLessThanOrEqual(70);
      purged += now;
    }
    expect([purged, cache.size, [...cache].length]).toEqual([1000, 500, 500]);
  });

  test('a saved cache goes on', async () => {
    const { Arena } = await import('@x/shm-arena');
    const cache = Cache.create(arena, { name: 'saved', maxEntries: 10, ttl: 10 ** 9 });
    cache.set('a', 1);
    cache.beginFill('b');
    const loaded = await Arena.load(arena.save());
    const other = Cache.open(loaded, 'saved');
    expect([other.get('a'), other.size]).toEqual([1, 1]);
    expect(other.getRemainingTTL('a')).toBeGreaterThan(10 ** 8);
    // The one who filled is not there any more.
    expect(other.beginFill('b')!.end(2)).toBe(true);
    expect(loaded.verify().problems).toEqual([]);
    loaded.detach();
  });
});

test('an invalidation of all is one step, and memory comes back by a purge', () => {
  const cache = Cache.create<string, number>(arena, { maxEntries: 10_000, value: u32 });
  for (let n = 0; n < 2000; n++) cache.set(userKey(n), n);
  cache.invalidateAll();
  expect([cache.get(userKey(1)), [...cache], cache.size]).toEqual([undefined, [], 2000]);
  cache.set('a', 1);
  expect([cache.purgeStale(), cache.size, cache.get('a')]).toEqual([2000, 1, 1]);
  cache.clear();
  expect([cache.size, cache.stats().bytes, cache.verify().problems]).toEqual([0, 0, []]);
});

test('a cache that turns over its keys takes no more memory than it did', () => {
  const cache = Cache.create<string, number>(arena, { maxEntries: 5000, value: u32 });
  for (let n = 0; n < 10_000; n++) cache.set(userKey(n), n);
  const early = cache.stats().memory;
  for (let n = 10_000; n < 60_000; n++) cache.set(userKey(n), n);
  const late = cache.stats().memory;
  expect(late.blocks).toBeLessThan(1.5 * early.blocks);
  expect(late.bytes).toBeLessThan(2 * early.bytes);
});

describe('options that are wrong', () => {
  const wrong: [string, object, string][] = [
    ['no bound', {}, 'INVALID_TYPE'],
    ...['maxEntries', 'maxBytes'].flatMap((name): [string, object, string][] =>
      [0, -1, 1.5, Number.NaN, 2 ** 32].map((value) => [
        `${name} ${value}`,
        { [name]: value },
        'OUT_OF_RANGE',
      ]),
    ),
    ['maxEntries as text', { maxEntries: '5' }, 'INVALID_TYPE'],
    ['ttl -1', { maxEntries: 5, ttl: -1 }, 'OUT_OF_RANGE'],
    ['ttl 0.5', { maxEntries: 5, ttl: 0.5 }, 'OUT_OF_RANGE'],
    ['ttl Infinity', { maxEntries: 5, ttl: Infinity }, 'OUT_OF_RANGE'],
    ['allowStale 1', { maxEntries: 5, allowStale: 1 }, 'INVALID_TYPE'],
    ['onEvict {}', { maxEntries: 5, onEvict: {} }, 'INVALID_TYPE'],
    ['a name that others have', { max: 5 }, 'INVALID_TYPE'],
  ];
  test.each(wrong)('%s', (_, options, code) => {
    expect(codeOf(() => Cache.create(arena, options as never))).toBe(code);
    expect(arena.structures()).toEqual([]);
  });

  test('the nearest name is named', () => {
    expect(() => Cache.create(arena, { max: 5 } as never)).toThrow('the nearest is `maxEntries`');
  });

  test('of calls', async () => {
    const cache = Cache.create(arena, { maxEntries: 5 });
    expect(codeOf(() => cache.set('a', 1, { ttl: 1.5 }))).toBe('OUT_OF_RANGE');
    expect(codeOf(() => cache.set('a', 1, { tll: 1 } as never))).toBe('INVALID_TYPE');
    expect(codeOf(() => cache.purgeStale(0))).toBe('OUT_OF_RANGE');
    expect(codeOf(() => cache.set('a', undefined))).toBe('INVALID_TYPE');
    await expect(cache.fetch('a', 5 as never)).rejects.toMatchObject({ code: 'INVALID_TYPE' });
    expect(cache.size).toBe(0);
  });

  test('whatever is thrown has a code', async () => {
    const cache = Cache.create(arena, { name: 'walked', maxEntries: 5 });
    const fill = cache.beginFill('f')!;
    const right = { fetch: ['a', () => 1], set: ['a', 1], beginFill: ['b'], purgeStale: [1] };
    await walks([
      { what: 'Cache', object: cache, right, but: ['close', 'destroy'] },
      { what: 'Fill', object: fill },
    ]);
  });
});

describe('a full arena', () => {
  let small: Arena;
  beforeEach(() => {
    small = freshArena({ bytes: 2 ** 22 });
  });
  afterEach(() => {
    expect(small.verify().problems).toEqual([]);
    small.detach();
  });

  /** Has all that the arena has left. */
  function exhaust() {
    for (let size = 2 ** 20; size >= 16; size >>= 1) while (small.tryAlloc(size) !== 0);
  }

  test('keeps no write from its end, while others can leave', () => {
    const left = new Map<string, string>();
    const cache = Cache.create<string, Uint8Array>(small, {
      ...{ maxEntries: 10 ** 6, value: bytes },
      onEvict: (key, _value, why) => left.set(key, why),
    });
    const below = random(seed);
    const count = 20_000;
    let refused = 0;
    for (let n = 0; n < count; n++) {
      const value = new Uint8Array(below(2000)).fill(n);
      const code = codeOf(() => cache.set(userKey(n), value));
      if (code === undefined) expect(cache.peek(userKey(n))).toEqual(value);
      else refused++;
    }
    // Where 1 024 entries have left in vain: how they lie is up to the secret key of the hash.
    expect(refused).toBeLessThan(count / 1000);
    expect(cache.size + left.size).toBe(count - refused);
    expect([...left.values()].every((why) => why === 'evicted')).toBe(true);
    expect(cache.stats().evictions).toBe(left.size);
    expect(cache.size).toBeGreaterThan(500);
    expect(cache.beginFill('filled')!.end(new Uint8Array(100))).toBe(true);
    expect(cache.verify().problems).toEqual([]);
  });

  test('that others have refuses writes, and neither reads nor an invalidation of all', () => {
    const cache = Cache.create<string, Uint8Array>(small, { maxEntries: 1000, value: bytes });
    cache.set('a', new Uint8Array(50));
    exhaust();
    expect(cache.get('a')).toEqual(new Uint8Array(50));
    cache.invalidateAll();
    expect(cache.get('a')).toBeUndefined();
    expect(codeOf(() => cache.set('b', new Uint8Array(5000)))).toBe('ARENA_FULL');
    expect(cache.has('b')).toBe(false);
  });

  test('can be emptied of what a cache has, and its fills end', () => {
    const cache = Cache.create<string, Uint8Array>(small, { maxEntries: 5000, value: bytes });
    for (let n = 0; n < 4000; n++) cache.set(userKey(n), new Uint8Array(50));
    const bare = Hamt.create(small);
    const fill = cache.beginFill('a fill')!;
    exhaust();
    for (let n = 4000; cache.stats().evictions === 0; n++) {
      cache.set(userKey(n), new Uint8Array(200));
    }
    const keys = [...cache.keys()];
    for (const key of keys.slice(0, 100)) expect(cache.delete(key)).toBe(true);
    expect(bare.delete('a key')).toBe(false);
    fill.cancel();
    cache.invalidateAll();
    expect(cache.purgeStale()).toBe(keys.length - 100);
    expect([cache.size, cache.verify().problems]).toEqual([0, []]);
    cache.beginFill('a fill')!.cancel();
  });
});

test('an error names the call that was made', async () => {
  const cache = Cache.create<string, number>(arena, { maxEntries: 10, value: u32 });
  const { core } = (cache as unknown as Record<symbol, { core: { kernel: object } }>)[READER]!;
  const full = { value: () => Status.FULL };
  core.kernel = Object.create(core.kernel, { cacheFill: full, cachePurge: full, cachePut: full });
  const calls = {
    set: () => cache.set('a', 1),
    beginFill: () => cache.beginFill('a'),
    fetch: () => cache.fetch('a', () => 1),
    purgeStale: () => cache.purgeStale(),
    clear: () => cache.clear(),
  };
  for (const [name, call] of Object.entries(calls)) {
    await expect((async () => call())()).rejects.toThrow(`${name}: no room is left`);
  }
});

test('one key a hundred thousand times', () => {
  const cache = Cache.create<string, number>(arena, { maxEntries: 10, value: u32 });
  for (let n = 0; n < 100_000; n++) cache.set('a', n);
  const { entries, memory } = cache.stats();
  expect([cache.get('a'), entries]).toEqual([99_999, 1]);
  expect(memory.pendingBytes).toBeLessThanOrEqual(memory.boundBytes);
  cache.destroy();
});

test('is no Hamt, and a Hamt is no cache', () => {
  const cache = Cache.create(arena, { name: 'cache', maxEntries: 5 });
  Hamt.create(arena, { name: 'map' });
  expect(codeOf(() => Cache.open(arena, 'map'))).toBe('WRONG_TYPE');
  expect(codeOf(() => Hamt.open(arena, 'cache'))).toBe('WRONG_TYPE');
  expect([cache instanceof Cache, (cache as object) instanceof Hamt]).toEqual([true, false]);
  expect(Cache.openOrCreate(arena, { name: 'cache', maxEntries: 7 }).size).toBe(0);
});

test('shows itself in a line, open and closed', () => {
  const cache = Cache.create(arena, { name: 'shown', maxEntries: 5 });
  cache.set('a', 1);
  shows(cache, 'Cache', { name: 'shown', size: 1, closed: false });
  shows(cache.beginFill('b')!, 'Fill', { closed: false });
  cache.close();
  shows(cache, 'Cache', { name: 'shown', closed: true });
});
