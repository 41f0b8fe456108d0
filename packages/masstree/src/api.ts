// The contract of @x/masstree: every public type, option, unit and error. The examples are run by
// test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression is its
// value.

import type {
  Arena,
  Codec,
  CodecsOf,
  Cursor,
  OrderedReadable,
  Range,
  Snapshot,
  StructureHandle,
  VerifyReport,
  WritableMap,
} from '@x/shm-arena';
import type { BlockStats } from '@x/shm-arena/domain';
import { Tree } from './masstree.ts';

/** A cloneable name of a map: goes through `postMessage`, `workerData` and pool arguments. */
export type MasstreeHandle = StructureHandle;

/** Which codecs a handle reads and writes with. They must be those the map was created with. */
export interface MasstreeCodecs<K, V> {
  /** Turns keys into bytes that order as the keys do. Default `utf8`: strings by code point. */
  key?: Codec<K> | undefined;
  /** Turns values into bytes. Default `json`. */
  value?: Codec<V> | undefined;
}

export interface MasstreeOptions<K, V> extends MasstreeCodecs<K, V> {
  /**
   * Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. `open`
   * and `attach` take no notice of it: one object of options serves all.
   */
  name?: string | undefined;
}

/** What `maintain` did. */
export interface MaintainReport {
  /** Leaves and layers that were merged with others, or removed. */
  readonly merged: number;
  /** Whether there are leaves left that it has not looked at. */
  readonly more: boolean;
}

/**
 * A map's numbers. Its nodes, and the values that do not fit into one, are blocks that readers may
 * still hold when they are replaced: `pendingBlocks` of them wait, and never more than
 * `boundBlocks`. While others work it is a sum of moments.
 */
export interface MasstreeStats extends BlockStats {
  /** Entries. */
  readonly size: number;
  /** Levels of the tree over the first eight bytes of all keys. */
  readonly height: number;
  /** Open snapshots of all threads: while there are any, writers keep what they replace. */
  readonly snapshots: number;
}

/**
 * An ordered map that every thread of the arena reads and writes at once.
 *
 * Keys are taken in slices of eight bytes: a tree over the first slice, and below a slice that
 * several keys share a tree over the next one. A call costs O(log n + key length) unless it says
 * otherwise.
 *
 * **Reads** never wait for a writer, alive, paused or dead, and may run on a browser's main thread.
 * They need no memory of the arena, however large a value: it is copied out in pieces. Only a key
 * of more than 32 KiB, which a read is given or a scan goes on behind, may need some: ARENA_FULL.
 *
 * **Writes** are one atomic step each, also to readers: a key that is replaced is never seen
 * absent. Writers of one leaf exclude each other; who finds it taken by a dead thread finishes what
 * that one had begun, and for a living one it waits, where the thread may block. Functions that are
 * given to a method run under no lock and may use the map. Each write throws, and then nothing has
 * changed:
 *
 * - ShmError ARENA_FULL (no memory), LIMIT_REACHED (for a value of more than 1.8 MB, which has one
 *   of the arena's 1 024 regions to itself: none is left), CONTENDED (another thread is in the way,
 *   and this one may not wait, or not longer: call again in a later turn)
 * - RangeError KEY_TOO_LARGE (1 048 575 bytes), VALUE_TOO_LARGE
 * - TypeError for what a codec cannot take
 *
 * All methods throw ShmError CLOSED after `close` or when the map was destroyed, EXPELLED when this
 * thread was declared dead.
 */
export interface Masstree<K, V> extends WritableMap<K, V>, OrderedReadable<K, V> {
  /** Sends the map to another thread: `Masstree.attach(arena, handle)`. */
  readonly handle: MasstreeHandle;

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────

  /**
   * The value of `key`, or `undefined` when it has none.
   * @example
   * const map = Masstree.create(arena);
   * map.set('pear', 3);
   * map.get('pear'); // 3
   * map.get('plum'); // undefined
   */
  get(key: K): V | undefined;

  /**
   * Whether `key` has a value, which is not decoded.
   * @example
   * const map = Masstree.create(arena);
   * map.set('pear', 3);
   * map.has('pear'); // true
   */
  has(key: K): boolean;

  /**
   * The values of many keys, in their order. The searches walk in lockstep, so that their cache
   * misses overlap. Each key is read for itself; for one instant take a snapshot.
   * @throws TypeError for what is no iterable; before anything is read
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.getMany(['b', 'x', 'a']); // [2, undefined, 1]
   */
  getMany(keys: Iterable<K>): (V | undefined)[];

  /**
   * How many entries there are. O(threads). Exact when no write is in flight, also after deaths.
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('a', 2);
   * map.size; // 1
   */
  readonly size: number;

  /**
   * Entries in key order. Reads ahead in batches and holds nothing between them, so an abandoned
   * iterator leaks nothing. Weakly consistent: yields every key that was present throughout exactly
   * once, and may or may not show what changes meanwhile. O(log n + key length) a batch, and O(1)
   * an entry.
   * @throws TypeError for a bound the codec cannot encode and for an unknown member of the range,
   * RangeError for a bad `limit`
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2).set('c', 3);
   * [...map.entries({ gte: 'b' })]; // [['b', 2], ['c', 3]]
   * [...map.entries({ reverse: true, limit: 1 })]; // [['c', 3]]
   */
  entries(range?: Range<K>): IterableIterator<[K, V]>;

  /**
   * Keys in order; values are not copied. Cost and consistency as `entries`.
   * @example
   * const map = Masstree.create(arena);
   * map.set('pear', 1).set('peach', 2).set('plum', 3);
   * [...map.keys({ prefix: 'pe' })]; // ['peach', 'pear']
   */
  keys(range?: Range<K>): IterableIterator<K>;

  /**
   * Values in key order; keys are not decoded. Cost and consistency as `entries`.
   * @example
   * const map = Masstree.create(arena);
   * map.set('b', 2).set('a', 1);
   * [...map.values()]; // [1, 2]
   */
  values(range?: Range<K>): IterableIterator<V>;

  /**
   * Calls `visit` for the entries of `range`, without iterator objects; `false` stops. Cost and
   * consistency as `entries`.
   * @returns how many entries were visited, the one that stopped it included
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2).set('c', 3);
   * map.scan({ gt: 'a' }, (key) => key !== 'b'); // 1
   */
  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number;

  /**
   * The entry with the least key.
   * @example
   * const map = Masstree.create(arena);
   * map.set('b', 2).set('a', 1);
   * map.first(); // ['a', 1]
   * map.last(); // ['b', 2]
   */
  first(): [K, V] | undefined;

  /** The entry with the greatest key. */
  last(): [K, V] | undefined;

  /**
   * The entry with the greatest key that is `key` or less.
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('c', 3);
   * map.floor('b'); // ['a', 1]
   * map.ceiling('b'); // ['c', 3]
   */
  floor(key: K): [K, V] | undefined;

  /** The entry with the least key that is `key` or greater. */
  ceiling(key: K): [K, V] | undefined;

  /**
   * The entry with the greatest key below `key`.
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('c', 3);
   * map.lower('c'); // ['a', 1]
   * map.higher('a'); // ['c', 3]
   */
  lower(key: K): [K, V] | undefined;

  /** The entry with the least key above `key`. */
  higher(key: K): [K, V] | undefined;

  /**
   * How many entries `range` has, at most its `limit`. O(log n + their number); copies none.
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2).set('c', 3);
   * map.count({ lt: 'c' }); // 2
   */
  count(range?: Range<K>): number;

  /**
   * A place that moves both ways within `range`. A fresh cursor stands before the first entry:
   * `valid` is false, `next()` goes to the first. Beyond one end, only the way back leads in again.
   * `reverse` turns the directions round; `limit` is not for cursors. Consistency as `entries`. It
   * holds nothing, so `close()` is good manners only. It throws CLOSED (of a snapshot:
   * SNAPSHOT_CLOSED) when what it reads was closed or destroyed, also for what it has read ahead,
   * unless another handle destroyed it.
   * @throws RangeError for a range with `limit`
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2);
   * const cursor = map.cursor();
   * cursor.valid; // false
   * cursor.seek('aa'); // true
   * cursor.key; // 'b'
   * cursor.prev(); // true
   * cursor.value; // 1
   */
  cursor(range?: Range<K>): Cursor<K, V>;

  // ── Writing ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Stores `value`, whether or not the key has one.
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('a', 2);
   * map.get('a'); // 2
   */
  set(key: K, value: V): this;

  /**
   * Stores `value` and returns the one that was there, as one step.
   * @example
   * const map = Masstree.create(arena);
   * map.swap('a', 1); // undefined
   * map.swap('a', 2); // 1
   */
  swap(key: K, value: V): V | undefined;

  /**
   * Stores `value` if the key has none. Of several threads one wins.
   * @returns whether it was stored
   * @example
   * const map = Masstree.create(arena);
   * map.insert('a', 1); // true
   * map.insert('a', 2); // false
   */
  insert(key: K, value: V): boolean;

  /**
   * Stores `value` if the key has one.
   * @returns whether it was stored
   * @example
   * const map = Masstree.create(arena);
   * map.replace('a', 1); // false
   * map.has('a'); // false
   */
  replace(key: K, value: V): boolean;

  /**
   * Removes the entry.
   * @returns whether there was one; of several threads that delete one, one is told so
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1);
   * map.delete('a'); // true
   * map.delete('a'); // false
   */
  delete(key: K): boolean;

  /**
   * Removes the entry and returns its value, as one step. Of several threads one gets it.
   * @example
   * const jobs = Masstree.create(arena);
   * jobs.set('job 1', { to: 'everybody' });
   * jobs.take('job 1'); // { to: 'everybody' }
   * jobs.take('job 1'); // undefined
   */
  take(key: K): V | undefined;

  /**
   * Stores `next` if the value is `expected`, as one step. Of several threads that expect one
   * value, one wins. Values are compared as encoded bytes: codecs that encode one value in several
   * ways (`json`: the order of an object's members) tell them apart.
   * @param expected the value to find, or `undefined` for "no entry": then it is `insert`
   * @returns whether `next` was stored
   * @example
   * const stock = Masstree.create(arena);
   * stock.set('pear', 3);
   * stock.compareAndSet('pear', 3, 2); // true
   * stock.compareAndSet('pear', 3, 1); // false
   * stock.compareAndSet('plum', undefined, 5); // true
   */
  compareAndSet(key: K, expected: V | undefined, next: V): boolean;

  /**
   * Removes the entry if its value is `expected`, compared as `compareAndSet` does.
   * @returns whether it was removed
   * @example
   * const locks = Masstree.create(arena);
   * locks.set('door', 'me');
   * locks.compareAndDelete('door', 'you'); // false
   * locks.compareAndDelete('door', 'me'); // true
   */
  compareAndDelete(key: K, expected: V): boolean;

  /**
   * The value of `key`, after storing `value` if it had none. `insert` says which it was.
   * @example
   * const map = Masstree.create(arena);
   * map.getOrInsert('a', 1); // 1
   * map.getOrInsert('a', 2); // 1
   */
  getOrInsert(key: K, value: V): V;

  /**
   * The value of `key`; if there is none, `fn` makes it, and it is stored unless another thread was
   * first. `fn` may run in vain. What it throws is thrown; then nothing has changed.
   * @example
   * const map = Masstree.create(arena);
   * map.getOrInsertComputed('pear', (key) => key.length); // 4
   * map.getOrInsertComputed('pear', () => 0); // 4
   */
  getOrInsertComputed(key: K, fn: (key: K) => V): V;

  /**
   * Replaces the value by what `fn` makes of it; `undefined` deletes. Where another value has taken
   * its place meanwhile, all of it once more: no step is lost, and `fn` may run several times. What
   * it throws is thrown, and nothing has changed.
   * @returns what was stored
   * @example
   * const hits = Masstree.create(arena);
   * hits.update('pear', (n) => (n ?? 0) + 1); // 1
   * hits.update('pear', (n) => (n ?? 0) + 1); // 2
   * hits.update('pear', () => undefined); // undefined
   * hits.has('pear'); // false
   */
  update(key: K, fn: (old: V | undefined) => V | undefined): V | undefined;

  /**
   * `set` for each entry, in their order: each is a step of its own. Their searches run side by
   * side, so that it takes less time than the calls one by one. The error of one says in `landed`
   * how many came before it and are stored.
   * @throws TypeError for what is no iterable of pairs
   * @example
   * const map = Masstree.create(arena);
   * map.setMany([['a', 1], ['b', 2]]);
   * map.size; // 2
   */
  setMany(entries: Iterable<readonly [K, V]>): void;

  /**
   * `insert` for each entry; errors as `setMany`.
   * @returns for each whether it was stored
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1);
   * map.insertMany([['a', 2], ['b', 2]]); // [false, true]
   */
  insertMany(entries: Iterable<readonly [K, V]>): boolean[];

  /**
   * `delete` for each key; errors as `setMany`.
   * @returns how many had an entry
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.deleteMany(['a', 'x']); // 1
   */
  deleteMany(keys: Iterable<K>): number;

  /**
   * Removes the entries of `range`, from its first one on (`reverse`: from its last), with `limit`
   * the first so many. Runs of it go at a time, each in one step: others see some of it done, a
   * death leaves a beginning done, and an error says in `landed` how many were removed.
   * What is put into the range meanwhile may stay. O(log n + entries removed, and the lengths of
   * their keys).
   * @returns how many it has removed itself
   * @throws as `entries`
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2).set('c', 3);
   * map.deleteRange({ gte: 'b' }); // 2
   * [...map.keys()]; // ['a']
   */
  deleteRange(range: Range<K>): number;

  /**
   * Removes what is there when it is called, as `deleteRange` does. O(n).
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.clear();
   * map.size; // 0
   */
  clear(): void;

  // ── Instants ─────────────────────────────────────────────────────────────────────────────────

  /**
   * The map as of one instant. Copies nothing. While one is open, in whichever thread, writers keep
   * what they replace: close it.
   * @throws ShmError CONTENDED; ARENA_FULL
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1);
   * const before = map.snapshot();
   * map.set('a', 2).set('b', 3);
   * [...before.entries()]; // [['a', 1]]
   * before.close();
   */
  snapshot(): MasstreeSnapshot<K, V>;

  // ── Loading ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Fills an empty map with entries whose keys ascend, all visible at once; its leaves are full.
   * O(n log n + bytes), about as much as as many `set` with ascending keys. Meanwhile others use
   * the map, which stays empty for them; if it is not empty when all was loaded, nothing has
   * changed.
   * @throws RangeError when a key does not come behind the one before (it names the index), or when
   * the map is not empty; what `entries` throws; ShmError ARENA_FULL, and CONTENDED when this
   * thread is loading already. After each of them nothing has changed.
   * @example
   * const map = Masstree.create(arena);
   * map.bulkLoad([['a', 1], ['b', 2]]);
   * [...map.keys()]; // ['a', 'b']
   */
  bulkLoad(entries: Iterable<readonly [K, V]>): void;

  // ── Upkeep ───────────────────────────────────────────────────────────────────────────────────

  /**
   * Looks at leaves that deletions have left nearly empty, and merges them: writes do so too, a
   * little at a time, so that this is for who wants the memory at once. It goes on where the last
   * one in this thread ended, round after round. O(log n + key length) a leaf.
   * @param limit about the most leaves to look at, from 1 on; left out: all
   * @throws ShmError CONTENDED, ARENA_FULL; RangeError for a bad `limit`
   * @example
   * const map = Masstree.create(arena);
   * map.maintain(); // { merged: 0, more: false }
   */
  maintain(limit?: number): MaintainReport;

  /**
   * How many entries, levels, snapshots and blocks there are. O(threads + memory / 64).
   * @example
   * const map = Masstree.create(arena);
   * map.set('a', 1);
   * map.stats().size; // 1
   */
  stats(): MasstreeStats;

  /**
   * Walks everything and checks it. For tests and after recovery: no writes meanwhile. O(n).
   * @example
   * const map = Masstree.create(arena);
   * map.verify().problems; // []
   */
  verify(): VerifyReport;

  /** Ends this handle: its snapshots close too. Twice is harmless. */
  close(): void;

  /**
   * Ends the map for everybody: its name is free at once, calls of others in flight finish safely,
   * their next one throws CLOSED, and its memory is free when the last reader has left.
   */
  destroy(): void;

  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * A map as of one instant. It does not move, whatever is written. When the map itself is destroyed,
 * it ends: every read and every property throws CLOSED.
 */
export interface MasstreeSnapshot<K, V> extends OrderedReadable<K, V>, Snapshot<K, V> {
  entries(range?: Range<K>): IterableIterator<[K, V]>;
  keys(range?: Range<K>): IterableIterator<K>;
  values(range?: Range<K>): IterableIterator<V>;
  /** How many entries it has. O(1). */
  readonly size: number;
  /** Lets go of what it holds. Later reads throw SNAPSHOT_CLOSED. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * What stands on `Masstree` itself. The types of keys and values are those of the codecs; without
 * codecs they are `string` and `unknown`.
 */
export interface MasstreeFactory {
  /** `map instanceof Masstree`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is Masstree<unknown, unknown>;

  /**
   * Makes an empty map. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @throws RangeError for a name out of range
   * @example
   * const map = Masstree.create(arena, { name: 'prices' });
   * map.set('pear', { cents: 120 });
   * Masstree.open(arena, 'prices').get('pear'); // { cents: 120 }
   */
  create(arena: Arena): Masstree<string, unknown>;
  create<K = string, V = unknown>(
    arena: Arena,
    options: MasstreeOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Masstree<K, V>;

  /**
   * Opens the map called `name`.
   * @throws ShmError NAME_UNKNOWN, WRONG_TYPE, CODEC_MISMATCH
   */
  open(arena: Arena, name: string): Masstree<string, unknown>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options: MasstreeOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Masstree<K, V>;

  /**
   * Opens the map called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded.
   * @throws ShmError WRONG_TYPE, CODEC_MISMATCH, ARENA_FULL, CONTENDED
   */
  openOrCreate<K = string, V = unknown>(
    arena: Arena,
    options: MasstreeOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>> & { name: string },
  ): Masstree<K, V>;

  /**
   * Opens the map that `handle` means.
   * @throws ShmError CLOSED when it was destroyed, WRONG_TYPE, CODEC_MISMATCH, ARENA_FOREIGN
   */
  attach(arena: Arena, handle: MasstreeHandle): Masstree<string, unknown>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: MasstreeHandle,
    options: MasstreeOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Masstree<K, V>;
}

/** Makes, opens and attaches maps. */
export const Masstree: MasstreeFactory = Tree;
