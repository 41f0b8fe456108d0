// The contract of @x/hamt/cache: every public type, option, unit and error. The examples are run by
// test/cache/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression
// is its value.

import type {
  Arena,
  Codec,
  CodecsOf,
  ReadableMap,
  StructureHandle,
  VerifyReport,
} from '@x/shm-arena';
import type { BlockStats } from '@x/shm-arena/domain';
import { SharedCache } from './cache.ts';

/** A cloneable name of a cache: goes through `postMessage`, `workerData` and pool arguments. */
export type CacheHandle = StructureHandle;

/**
 * Why an entry has left: too much was there; its life was over; another value took its place. What
 * is deleted or invalidated is not told of.
 */
export type EvictReason = 'evicted' | 'expired' | 'replaced';

/** Which codecs a handle reads and writes with. They must be those the cache was created with. */
export interface CacheCodecs<K, V> {
  /** Turns keys into bytes. Default `utf8`. */
  key?: Codec<K> | undefined;
  /** Turns values into bytes. Default `json`. */
  value?: Codec<V> | undefined;
}

/** `open` and `attach` take no notice of the name, the bounds and `ttl`: these are the cache's. */
export interface CacheOptions<K, V> extends CacheCodecs<K, V> {
  /** Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. */
  name?: string | undefined;
  /** The most entries: a whole number from 1 to 2^31 - 1. One bound at least is needed. */
  maxEntries?: number | undefined;
  /**
   * The most bytes, of keys and values as encoded and 96 for each entry: a whole number from 1 to
   * 2^32 - 1. The arena should have twice as much.
   */
  maxBytes?: number | undefined;
  /**
   * Milliseconds that an entry lives, where a call says nothing else: a whole number; 0, the
   * default: for ever.
   */
  ttl?: number | undefined;
  /** Whether `get` of this handle gives out what has expired and is still there. Default: no. */
  allowStale?: boolean | undefined;
  /**
   * Told of each entry that calls of this handle have made leave, after it has left. It may use the
   * cache. What it throws the call throws; the entry is gone, and `set` may not have stored yet.
   */
  onEvict?: ((key: K, value: V, why: EvictReason) => void) | undefined;
}

/** How long a value lives. */
export interface Lifetime {
  /** Milliseconds, a whole number; 0: for ever. Default: the cache's `ttl`. */
  ttl?: number | undefined;
}

/** Makes a value. `signal` is aborted when nobody waits for it any more. */
export type Load<K, V> = (key: K, options: { readonly signal: AbortSignal }) => Promise<V> | V;

export interface FetchOptions extends Lifetime {
  /** Ends this call's waiting: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Load although there is a value, or wait for who does. */
  forceRefresh?: boolean | undefined;
  /** While somebody else loads, take the old value. Default: the handle's `allowStale`. */
  allowStale?: boolean | undefined;
}

/**
 * A fill that has begun: until it ends, no other thread fills this key. A `set`, `delete` or
 * `invalidate` of the key, and `invalidateAll`, void it, and so do the end of its handle and the
 * death of its thread. It holds the key for as long as it stands: end it, or cancel.
 */
export interface Fill<V> {
  /**
   * Stores the value, if the fill still stands: nobody has changed or invalidated the key since.
   * @returns whether it was stored
   * @throws ShmError WRONG_FILL when it is over
   * @throws RangeError VALUE_TOO_LARGE: nothing has changed
   */
  end(value: V, options?: Lifetime): boolean;
  /** Lets somebody else fill. Twice is harmless. */
  cancel(): void;
  /** Same as `cancel`. */
  [Symbol.dispose](): void;
}

/** A cache's numbers, of all threads together. While others work it is a sum of moments. */
export interface CacheStats {
  /** Values, also those that have expired or were invalidated and have not left yet. */
  readonly entries: number;
  /** What they count for: see `maxBytes`. */
  readonly bytes: number;
  /** Calls of `get` and `fetch` that found a value; that found none; that took a stale one. */
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  /** Entries that left because too much was there, or because the hand found them expired. */
  readonly evictions: number;
  readonly expirations: number;
  /** Fills begun. */
  readonly fills: number;
  /** The blocks of memory that it is made of. */
  readonly memory: BlockStats;
}

/**
 * A bounded cache that every thread of the arena reads and writes at once.
 *
 * It is a Hamt: no call waits for another thread, keys stand where a secret hash says, a call costs
 * O(log n + key length) unless it says otherwise. An entry that is expired or was invalidated is
 * absent from then on, and leaves when something comes by: a write to its key, the hand, a purge.
 *
 * **Bounds.** A thread that adds has a credit: the bound divided by 64 times the arena's
 * `participants`, one entry at least and 64 at most. Who has none left sums up what all have added,
 * and if it is too much, sends the hand round, to 98 % of the bound: it takes out what was not read
 * since it last came by, and if half of its visits were in vain, what was, too. So the bounds are
 * exceeded by a credit, and one value, for each thread that is writing, and never by more. A write
 * without credit visits 256 entries and the rest of a range of some 16, and where that does not
 * make the room that it needs, as many once more: once for each 128 entries that its value takes
 * the place of. Fills that stand do not count.
 *
 * **Time** is a clock of the process that no wall clock moves, in milliseconds. A thread reads it
 * at each write, each fetch, the first read of each turn of its event loop, and each 32nd read in a
 * turn, for all threads. So an entry may be read a little longer than it lives: by a thread that
 * computes between its reads, for 32 of them. In a saved image lives go on where the clock of who
 * loads it does, or where they stood, if that is later; the fills of threads that are gone are
 * void.
 *
 * **In a full arena** `set`, `fetch` and fills take out entries, as for a bound, until some 1 024
 * have left, or 1 MiB of them, or eight times the value if that is more. What `onEvict` writes
 * meanwhile takes out none.
 *
 * Writes throw, and then nothing has changed, but that entries may have left for want of memory:
 *
 * - ShmError ARENA_FULL (that did not help: others have the memory, hold what has left or took it,
 *   or it came in pieces of other sizes),
 *   LIMIT_REACHED (for a value of more than 1.8 MB: no region is left), CONTENDED (others were
 *   faster hundreds of times)
 * - RangeError KEY_TOO_LARGE (1 048 575 bytes), VALUE_TOO_LARGE (more than `maxBytes`)
 * - TypeError for what a codec cannot take, RangeError for a `ttl` that is no whole number in range
 *
 * All methods throw ShmError CLOSED after `close` or when the cache was destroyed, EXPELLED when
 * this thread was declared dead.
 */
export interface Cache<K, V> extends ReadableMap<K, V> {
  /** Sends the cache to another thread: `Cache.attach(arena, handle)`. */
  readonly handle: CacheHandle;

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────

  /**
   * The value of `key`, or `undefined`. Stores nothing that others see, but for a bit that the
   * first reader sets after the hand came by.
   * @example
   * const pages = Cache.create(arena, { maxEntries: 100 });
   * pages.set('/', '<h1>Hello</h1>');
   * pages.get('/'); // '<h1>Hello</h1>'
   * pages.get('/about'); // undefined
   */
  get(key: K): V | undefined;

  /**
   * The same without a trace: not counted, and no reason to stay. Never what has expired.
   * @example
   * const pages = Cache.create(arena, { maxEntries: 100 });
   * pages.set('/', 'Hello').peek('/'); // 'Hello'
   * pages.stats().hits; // 0
   */
  peek(key: K): V | undefined;

  /**
   * Whether `get` would find a value that has not expired; without a trace, and not decoded.
   * @example
   * const pages = Cache.create(arena, { maxEntries: 100 });
   * pages.set('/', 'Hello').has('/'); // true
   */
  has(key: K): boolean;

  /**
   * The values of many keys, in their order; each is a `get`.
   * @throws TypeError for what is no iterable; before anything is read
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).set('b', 2).getMany(['b', 'x', 'a']); // [2, undefined, 1]
   */
  getMany(keys: Iterable<K>): (V | undefined)[];

  /**
   * Milliseconds that the value of `key` will live on; 0: it has none; Infinity: it does not
   * expire.
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1, { ttl: 60_000 });
   * cache.getRemainingTTL('a') > 50_000; // true
   * cache.set('a', 1).getRemainingTTL('a'); // Infinity
   */
  getRemainingTTL(key: K): number;

  /**
   * How many values it has: `stats().entries`. Exact when no write is in flight, also after deaths.
   * O(participants).
   * @example
   * const cache = Cache.create(arena, { maxEntries: 2 });
   * cache.set('a', 1).set('b', 2).set('c', 3).size; // 2
   */
  readonly size: number;

  /**
   * All entries that are to be had, in an order of the cache's own. Reads ahead in batches and
   * holds nothing between them. Weakly consistent: yields every key that was present throughout
   * exactly once, and may or may not show what changes meanwhile. No reason for an entry to stay.
   * O(log n + key length) a batch, and O(1) an entry.
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).set('b', 2);
   * [...cache.entries()].sort(); // [['a', 1], ['b', 2]]
   */
  entries(): IterableIterator<[K, V]>;

  /**
   * All keys; values are not copied. Order, cost and consistency as `entries`.
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * [...cache.set('a', 1).keys()]; // ['a']
   */
  keys(): IterableIterator<K>;

  /**
   * All values; keys are not decoded. Order, cost and consistency as `entries`.
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * [...cache.set('a', 1).values()]; // [1]
   */
  values(): IterableIterator<V>;

  /**
   * Calls `visit` with each entry, in batches, as `entries`.
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * let sum = 0;
   * cache.set('a', 1).set('b', 2).forEach((value) => (sum += value));
   * sum; // 3
   */
  forEach(visit: (value: V, key: K) => void): void;

  /** Same as `entries`. */
  [Symbol.iterator](): IterableIterator<[K, V]>;

  // ── Writing ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Stores `value`, whether or not the key has one, and makes room for it first. Voids a fill of
   * the key. O(log n + key length), and as much for each entry that leaves.
   * @example
   * const left = [];
   * const onEvict = (key, value, why) => left.push(`${key} ${why}`);
   * const cache = Cache.create(arena, { maxEntries: 2, onEvict });
   * cache.set('a', 1).set('b', 2).set('b', 3);
   * left; // ['b replaced']
   */
  set(key: K, value: V, options?: Lifetime): this;

  /**
   * Removes the value, and voids a fill of the key.
   * @returns whether there was one that had not expired
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).delete('a'); // true
   * cache.delete('a'); // false
   */
  delete(key: K): boolean;

  /**
   * Removes all: `invalidateAll`, then a purge. O(n log n).
   * @throws ShmError ARENA_FULL from the purge: nothing is to be had any more, but takes memory
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).clear();
   * cache.size; // 0
   */
  clear(): void;

  /**
   * Takes out what has expired or was invalidated, `limit` entries at most. A call with a limit
   * goes on where the last one of this handle has ended. O(n), and O(log n) for each that goes.
   * @param limit a whole number from 1 on. Default: all
   * @returns how many went
   * @throws ShmError ARENA_FULL: those before have gone
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).set('b', 2).invalidateAll();
   * cache.purgeStale(1); // 1
   * cache.purgeStale(); // 1
   */
  purgeStale(limit?: number): number;

  // ── Loading ──────────────────────────────────────────────────────────────────────────────────

  /**
   * The value of `key`; where there is none, what `load` makes of it: **one load across all
   * threads**. The others wait for it, without blocking their thread. If the load throws, returns
   * `undefined`, makes what cannot be stored, or dies with its thread (`arena.watch`), one of them
   * loads next; who has called it alone has the error. What it has loaded is returned to who has
   * called it, and stored unless the key was changed or invalidated since it began: so nothing is
   * ever stored that is older than an invalidation.
   *
   * A call whose `signal` aborts rejects at once. Its load goes on for those who wait; when nobody
   * does, the load's own `signal` is aborted. (One that died waiting counts as waiting.)
   * @throws (rejects) what `load` throws, what `set` throws, TypeError when it returns `undefined`,
   * the reason of `signal`
   * @example
   * const users = Cache.create(arena, { maxEntries: 100, ttl: 60_000 });
   * let loads = 0;
   * const load = async (key) => ({ name: key, load: ++loads });
   * const first = users.fetch('ann', load);
   * (await users.fetch('ann', load)).load; // 1
   * (await first).name; // 'ann'
   */
  fetch(key: K, load: Load<K, V>, options?: FetchOptions): Promise<V>;

  /**
   * Begins to fill a key, for those who bring their own source: read it after this call, and an
   * invalidation in between voids the fill. A value that is there stands until it ends.
   * @returns undefined: somebody else fills
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * const fill = cache.beginFill('a');
   * cache.beginFill('a'); // undefined
   * cache.invalidate('a'); // true
   * fill.end(1); // false
   * cache.get('a'); // undefined
   */
  beginFill(key: K, options?: Lifetime): Fill<V> | undefined;

  /**
   * Removes what the key has, and voids a fill of it.
   * @returns whether there was anything: a value, expired or not, or a fill
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.invalidate('a'); // false
   */
  invalidate(key: K): boolean;

  /**
   * From now on nothing of what was there is, and all fills are void: one step, whatever the size.
   * Memory comes back as the hand, writes or a purge come by. O(1).
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).invalidateAll();
   * cache.get('a'); // undefined
   */
  invalidateAll(): void;

  // ── Numbers, ends ────────────────────────────────────────────────────────────────────────────

  /**
   * Its numbers. O(participants + pages).
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.set('a', 1).get('a');
   * cache.get('b');
   * const { entries, hits, misses } = cache.stats();
   * [entries, hits, misses]; // [1, 1, 1]
   */
  stats(): CacheStats;

  /**
   * Walks everything and checks it. For tests and after recovery: no writes meanwhile. O(n).
   * @example
   * const cache = Cache.create(arena, { maxEntries: 100 });
   * cache.verify().problems; // []
   */
  verify(): VerifyReport;

  /** Ends this handle, and cancels its fills. Twice is harmless. */
  close(): void;

  /**
   * Ends the cache for everybody: its name is free at once, calls of others in flight finish
   * safely, their next one throws CLOSED, and its memory is free when the last reader has left.
   */
  destroy(): void;

  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * What stands on `Cache` itself. The types of keys and values are those of the codecs; without
 * codecs they are `string` and `unknown`.
 */
export interface CacheFactory {
  /** `cache instanceof Cache`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is Cache<unknown, unknown>;

  /**
   * Makes an empty cache. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @throws TypeError without a bound, RangeError for a bound or a name out of range
   * @example
   * const cache = Cache.create(arena, { name: 'pages', maxBytes: 8 * 2 ** 20, ttl: 60_000 });
   * cache.set('/', { html: 'Hello' });
   * Cache.open(arena, 'pages').get('/'); // { html: 'Hello' }
   */
  create(arena: Arena, options: CacheOptions<string, unknown>): Cache<string, unknown>;
  create<K = string, V = unknown>(
    arena: Arena,
    options: CacheOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Cache<K, V>;

  /**
   * Opens the cache called `name`.
   * @throws ShmError NAME_UNKNOWN, WRONG_TYPE, CODEC_MISMATCH
   */
  open(arena: Arena, name: string): Cache<string, unknown>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options: CacheOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Cache<K, V>;

  /**
   * Opens the cache called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded.
   * @throws ShmError WRONG_TYPE, CODEC_MISMATCH, ARENA_FULL, CONTENDED
   */
  openOrCreate<K = string, V = unknown>(
    arena: Arena,
    options: CacheOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>> & { name: string },
  ): Cache<K, V>;

  /**
   * Opens the cache that `handle` means.
   * @throws ShmError CLOSED when it was destroyed, WRONG_TYPE, CODEC_MISMATCH, ARENA_FOREIGN
   */
  attach(arena: Arena, handle: CacheHandle): Cache<string, unknown>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: CacheHandle,
    options: CacheOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Cache<K, V>;
}

/** Makes, opens and attaches caches. */
export const Cache: CacheFactory = SharedCache;
