// Fills and fetches in one thread.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cache } from '../../src/cache.ts';
import { codeOf, freshArena } from '../support.ts';

let arena: Arena;
let cache: Cache<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  cache = Cache.create(arena, { maxEntries: 100 });
});
afterEach(() => {
  expect(cache.verify().problems).toEqual([]);
  arena.detach();
});

/** A load that ends when it is told to. */
function loading<T>(): {
  load: (key: string, o: { signal: AbortSignal }) => Promise<T>;
  calls: number;
  signal?: AbortSignal;
  end: (value: T) => void;
  fail: (error: Error) => void;
} {
  const given = Promise.withResolvers<T>();
  const one = {
    calls: 0,
    signal: undefined as AbortSignal | undefined,
    load: (_: string, { signal }: { signal: AbortSignal }) => {
      one.calls++;
      one.signal = signal;
      return given.promise;
    },
    end: given.resolve,
    fail: given.reject,
  };
  return one as never;
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('a fill', () => {
  test('ends with a value, once', () => {
    const fill = cache.beginFill('a')!;
    expect([cache.get('a'), cache.has('a'), [...cache], cache.size]).toEqual([
      undefined,
      false,
      [],
      0,
    ]);
    expect(fill.end(1)).toBe(true);
    expect([cache.get('a'), cache.size]).toEqual([1, 1]);
    expect(codeOf(() => fill.end(2))).toBe('WRONG_FILL');
    fill.cancel();
    expect(cache.get('a')).toBe(1);
  });

  test.each([
    ['set', () => cache.set('a', 5), 5],
    ['delete', () => cache.delete('a'), undefined],
    ['invalidate', () => cache.invalidate('a'), undefined],
    ['invalidateAll', () => cache.invalidateAll(), undefined],
    ['clear', () => cache.clear(), undefined],
  ])('is voided by %s', (_, act, left) => {
    const fill = cache.beginFill('a')!;
    act();
    expect([fill.end(1), cache.get('a')]).toEqual([false, left]);
  });

  test('of another key goes on', () => {
    const fill = cache.beginFill('a')!;
    cache.set('b', 1).invalidate('b');
    expect([fill.end(1), cache.get('a')]).toEqual([true, 1]);
  });

  test('that is cancelled lets others fill, and leaves what was there', () => {
    cache.set('a', 1);
    const fill = cache.beginFill('a')!;
    expect([cache.beginFill('a'), cache.get('a'), cache.size]).toEqual([undefined, 1, 1]);
    fill.cancel();
    expect([cache.get('a'), cache.size]).toEqual([1, 1]);
    using second = cache.beginFill('a')!;
    expect(second).toBeDefined();
  });

  test('is cancelled with its handle', () => {
    const other = Cache.attach(arena, cache.handle);
    const fill = other.beginFill('a')!;
    expect(cache.beginFill('a')).toBeUndefined();
    other.close();
    expect(cache.beginFill('a')!.end(1)).toBe(true);
    expect(codeOf(() => fill.end(2))).toBe('WRONG_FILL');
  });

  test('is taken from a fill by no other object', () => {
    const { end } = Object.getPrototypeOf(cache.beginFill('a')!) as {
      end(value: unknown): boolean;
    };
    expect(codeOf(() => end.call({}, 1))).toBe('WRONG_FILL');
  });

  test('that is too large is still open', () => {
    const small = Cache.create(arena, { maxBytes: 200 });
    const fill = small.beginFill('a')!;
    expect(codeOf(() => fill.end('x'.repeat(300)))).toBe('VALUE_TOO_LARGE');
    expect([fill.end('x'), small.get('a')]).toEqual([true, 'x']);
  });

  test('with its own life', () => {
    cache.beginFill('a', { ttl: 10 ** 6 })!.end(1);
    cache.beginFill('b', { ttl: 10 ** 6 })!.end(1, { ttl: 0 });
    expect(cache.getRemainingTTL('a')).toBeGreaterThan(10 ** 5);
    expect(cache.getRemainingTTL('b')).toBe(Infinity);
  });

  test('does not count, and is not evicted', () => {
    const fills = Array.from({ length: 300 }, (_, n) => cache.beginFill(`fill ${n}`)!);
    for (let n = 0; n < 500; n++) cache.set(`k${n}`, n);
    expect(cache.size).toBeLessThanOrEqual(100);
    expect(fills.every((fill) => fill.end(1))).toBe(true);
    expect(cache.size).toBeLessThanOrEqual(100);
  });
});

describe('fetch', () => {
  test('loads once, whoever asks meanwhile', async () => {
    const one = loading<number>();
    const asked = Array.from({ length: 20 }, () => cache.fetch('a', one.load));
    await turn();
    one.end(7);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([7]));
    expect([one.calls, await cache.fetch('a', one.load), one.calls]).toEqual([1, 7, 1]);
    expect(cache.stats()).toMatchObject({ fills: 1, misses: 20, hits: 1 });
  });

  test.each([
    [
      'throws',
      (one: ReturnType<typeof loading<unknown>>) => one.fail(new Error('no')),
      { message: 'no' },
    ],
    [
      'returns undefined',
      (one: ReturnType<typeof loading<unknown>>) => one.end(undefined),
      { code: 'INVALID_TYPE' },
    ],
    [
      'makes what does not fit',
      (one: ReturnType<typeof loading<unknown>>) => one.end('x'.repeat(2000)),
      { code: 'VALUE_TOO_LARGE' },
    ],
    [
      'makes what cannot be encoded',
      (one: ReturnType<typeof loading<unknown>>) => one.end(1n),
      { code: 'INVALID_TYPE' },
    ],
  ])('where the load %s, it alone fails, and another one loads', async (_, end, error) => {
    const small = Cache.create(arena, { maxBytes: 1000 });
    const one = loading<unknown>();
    const first = small.fetch('a', one.load);
    const others = [1, 2, 3].map((n) => small.fetch('a', () => n));
    end(one);
    await expect(first).rejects.toMatchObject(error);
    const values = await Promise.all(others);
    expect(new Set(values).size).toBe(1);
    expect([small.get('a'), small.stats().fills]).toEqual([values[0], 2]);
  });

  test('what was invalidated meanwhile is returned, and not stored', async () => {
    const one = loading<number>();
    const first = cache.fetch('a', one.load);
    await turn();
    cache.invalidate('a');
    const second = cache.fetch('a', () => 2);
    expect(await second).toBe(2);
    one.end(1);
    expect([await first, cache.get('a')]).toEqual([1, 2]);
  });

  test('a flush between a fetch and its end leaves nothing old', async () => {
    // In a client-side cache of others what was in flight came back after a flush.
    const [value] = await Promise.all([
      cache.fetch('k', async () => {
        await turn();
        return 'old';
      }),
      Promise.resolve().then(() => cache.invalidateAll()),
    ]);
    expect([value, cache.get('k')]).toEqual(['old', undefined]);
  });

  test('an old value meanwhile, by option', async () => {
    cache.set('a', 1, { ttl: 1 });
    while (cache.has('a')) await turn();
    const one = loading<number>();
    const first = cache.fetch('a', one.load);
    await turn();
    const meanwhile = await cache.fetch('a', one.load, { allowStale: true });
    const waits = cache.fetch('a', one.load);
    one.end(2);
    expect([meanwhile, await first, await waits, one.calls]).toEqual([1, 2, 2, 1]);
    expect(cache.stats().stale).toBe(1);
  });

  test('by force, also where there is a value', async () => {
    cache.set('a', 1);
    const one = loading<number>();
    const forced = cache.fetch('a', one.load, { forceRefresh: true });
    const second = cache.fetch('a', one.load, { forceRefresh: true });
    expect([cache.get('a'), await cache.fetch('a', one.load)]).toEqual([1, 1]);
    one.end(2);
    expect([await forced, await second, cache.get('a'), one.calls]).toEqual([2, 2, 2, 1]);
  });

  test('a signal that is aborted already loads nothing', async () => {
    const one = loading<number>();
    await expect(
      cache.fetch('a', one.load, { signal: AbortSignal.abort(new Error('gone')) }),
    ).rejects.toThrow('gone');
    expect(one.calls).toBe(0);
  });

  test('one that waits may go, and the load goes on', async () => {
    const one = loading<number>();
    const first = cache.fetch('a', one.load);
    const stop = new AbortController();
    const second = cache.fetch('a', one.load, { signal: stop.signal });
    await turn();
    stop.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect(one.signal!.aborted).toBe(false);
    one.end(3);
    expect(await first).toBe(3);
  });

  test('the one whose call it was may go, while another one waits', async () => {
    const one = loading<number>();
    const stop = new AbortController();
    const first = cache.fetch('a', one.load, { signal: stop.signal });
    const second = cache.fetch('a', one.load);
    await turn();
    stop.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await turn();
    expect(one.signal!.aborted).toBe(false);
    one.end(3);
    expect([await second, one.calls]).toEqual([3, 1]);
  });

  test('when nobody waits any more, the load is told, and others may load', async () => {
    const one = loading<number>();
    const stops = [new AbortController(), new AbortController()];
    const asked = stops.map(({ signal }) => cache.fetch('a', one.load, { signal }));
    await turn();
    for (const stop of stops) stop.abort(new Error('gone'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    while (!one.signal!.aborted) await turn();
    expect(await cache.fetch('a', () => 9)).toBe(9);
    one.end(3);
    await turn();
    expect(cache.get('a')).toBe(9);
  });

  test('in a cache that is closed meanwhile', async () => {
    const other = Cache.attach(arena, cache.handle);
    const one = loading<number>();
    const first = other.fetch('a', one.load);
    const second = other.fetch('a', one.load);
    await turn();
    other.close();
    one.end(1);
    expect(await first).toBe(1);
    await expect(second).rejects.toMatchObject({ code: 'CLOSED' });
    expect(cache.get('a')).toBeUndefined();
  });

  test('where there is no Atomics.waitAsync', async () => {
    const { waitAsync } = Atomics;
    try {
      Object.assign(Atomics, { waitAsync: undefined });
      const one = loading<number>();
      const asked = [1, 2, 3].map(() => cache.fetch('a', one.load));
      await turn();
      one.end(1);
      expect(await Promise.all(asked)).toEqual([1, 1, 1]);
    } finally {
      Object.assign(Atomics, { waitAsync });
    }
  });
});
