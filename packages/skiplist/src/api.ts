// The contract of @x/skiplist: every public type, option, unit and error. The examples are run by
// test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression is its
// value.

import type {
  Arena,
  Codec,
  CodecsOf,
  Cursor,
  OrderedReadable,
  Range,
  StructureHandle,
  VerifyReport,
} from '@x/shm-arena';
import { List } from './skiplist.ts';

/** A cloneable name of a list: goes through `postMessage`, `workerData` and pool arguments. */
export type SkipListHandle = StructureHandle;

/** Which codecs a handle reads and writes with. They must be those the list was created with. */
export interface SkipListCodecs<K, V> {
  /** Turns keys into bytes that order as the keys do. Default `utf8`: strings by code point. */
  key?: Codec<K> | undefined;
  /** Turns values into bytes. Default `json`. */
  value?: Codec<V> | undefined;
}

/**
 * How this handle in this thread looks at a list. Nothing of it is stored in the arena. Beside it
 * the options of `create` may stand, which then count for nothing: one object serves both.
 */
export interface SkipListOpenOptions<K, V> extends SkipListCodecs<K, V> {
  /**
   * Called once per active list, after the write of this handle that found it 90 % full, by
   * `maxBytes` or `maxEntries`. It runs in this thread, after the write has landed, and may call
   * any method, `seal()` too. What it throws, that write throws; the write has landed all the same.
   */
  onPressure?: ((pressure: Pressure) => void) | undefined;
}

export interface SkipListOptions<K, V> extends SkipListOpenOptions<K, V> {
  /** Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. */
  name?: string | undefined;
  /**
   * Most bytes of memory of one active list, rounded up to 64 KiB. Default: the arena's. Deletes of
   * keys that have a value may pass it, page by page.
   */
  maxBytes?: number | undefined;
  /**
   * Most versions (tombstones too) in one active list. Default: no limit. Deletes of keys that have
   * a value may pass it.
   */
  maxEntries?: number | undefined;
}

/** How full the active list was. */
export interface Pressure {
  /** Bytes of memory the active list holds. */
  bytes: number;
  /** The limit on `bytes`, `Infinity` when there is none. */
  maxBytes: number;
  /** Versions in the active list, tombstones included. */
  entries: number;
  /** The limit on `entries`, `Infinity` when there is none. */
  maxEntries: number;
}

/** The newest version of a key, as it stands in the list. */
export interface VersionedValue<V> {
  /** Absent on a tombstone. */
  value?: V;
  /** The clock tick that committed it. Unique per single write; a batch shares one. */
  seq: bigint;
  /** Whether this version deletes the key. */
  tombstone: boolean;
}

/** One version of a key, as a scan with `versions` or `tombstones` gives it. */
export interface Version<K, V> extends VersionedValue<V> {
  key: K;
}

/** What a scan covers, and whether it shows what is under or behind the live entries. */
export interface VersionRange<K> extends Range<K> {
  /** Every version of a key, newest first (reverse: oldest first), not only the one that counts. */
  versions?: boolean | undefined;
  /** Tombstones as well. */
  tombstones?: boolean | undefined;
}

/** One write of a batch. A later operation of a batch sees the earlier ones. */
export type BatchOperation<K, V> =
  | { type: 'set' | 'insert'; key: K; value: V }
  | { type: 'delete'; key: K };

export interface BatchResult {
  /** How many operations took effect. Of several on one key, the last one leaves a version. */
  written: number;
  /** The operations that did not, by their index in the batch. */
  failed: { index: number; reason: 'exists' }[];
}

/** One list's numbers. Sums over shards: exact when no write is in flight. */
export interface ListStats {
  /** Versions, tombstones included. */
  entries: number;
  /** Keys whose newest version in this list is not a tombstone. */
  live: number;
  /** Bytes of memory the list holds: whole pages. */
  bytes: number;
  /** The limit on `bytes`, `Infinity` when there is none. */
  maxBytes: number;
  /** The limit on `entries`, `Infinity` when there is none. */
  maxEntries: number;
  /** Height of the tallest tower. */
  height: number;
}

/** What the versions of a list add up to, counted one by one. */
export interface ListMeasure {
  /** Versions, tombstones included. */
  entries: number;
  tombstones: number;
  /** Encoded bytes of all keys, and of all values. */
  keyBytes: number;
  valueBytes: number;
}

export interface SkipListStats extends ListStats {
  /** The clock: the sequence number of the latest write or later. */
  seq: bigint;
  /** Frozen lists that are not destroyed, oldest first. */
  frozen: ListStats[];
}

/**
 * Reads that all three share: the list, a snapshot of it, and a frozen part of it. They differ in
 * what they see, and in nothing else.
 *
 * Every read is O(log n + key length) in each list that may have the key, unless it says
 * otherwise, however many versions a key has. It passes a frozen list that cannot have it, by its
 * first and last key, and by a filter once there is one. It leaps over the deleted keys in its way,
 * once a read has walked over them; what a snapshot of before their deletion sees is walked over.
 * It never waits for a writer, alive, paused or dead, and may run on a browser's main thread. Reads
 * throw `ShmError` CLOSED after `close` or when the structure was destroyed, EXPELLED when this
 * thread was declared dead, and TypeError or RangeError KEY_TOO_LARGE for a key that the codec or
 * the list cannot take.
 * Visitors and loop bodies may use and change the same list.
 *
 * Reads need no memory of the arena, however large a value: it is copied out in pieces. (A search
 * in vain in a frozen list makes its filter, if there is memory for it and the searches before it
 * were as many as make that worth while.) Only a key of more than 32 KiB, which a read is given or
 * a scan goes on behind, may need some: ShmError ARENA_FULL.
 */
export interface VersionedReadable<K, V> extends OrderedReadable<K, V> {
  /**
   * The value of `key`, or `undefined` when there is none or a tombstone.
   * @example
   * const list = SkipList.create(arena);
   * list.set('pear', 3);
   * list.get('pear'); // 3
   * list.get('plum'); // undefined
   */
  get(key: K): V | undefined;

  /**
   * How many keys have a value. O(threads) while there is one list; O(n log lists), by a merging
   * scan, for a snapshot, and for a list while frozen parts of it exist. Exact when no write is in
   * flight.
   */
  readonly size: number;

  /**
   * The values of many keys, in their order. Faster than as many `get`s, about twice: the searches
   * walk in lockstep, so that their cache misses overlap. Each key is read for itself; for one
   * instant take a snapshot.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('b', 2);
   * list.getMany(['b', 'x', 'a']); // [2, undefined, 1]
   */
  getMany(keys: Iterable<K>): (V | undefined)[];

  /**
   * The newest version of `key` with its sequence number, tombstones included; `undefined` when
   * the key was never written here.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).delete('a');
   * list.getEntry('a').tombstone; // true
   * list.getEntry('b'); // undefined
   */
  getEntry(key: K): VersionedValue<V> | undefined;

  /**
   * Entries in key order. Reads ahead in batches and holds nothing between them, so an abandoned
   * iterator leaks nothing. Over a list: weakly consistent: yields every key that was present
   * throughout exactly once, and may or may not show what changes meanwhile. Over a snapshot or a
   * frozen list: exactly what was there.
   *
   * With `versions` or `tombstones`, yields `Version` objects, newest first within a key; `reverse`
   * turns that round too.
   * @throws TypeError for a bound the codec cannot encode and for an unknown member of the range,
   * RangeError for a bad `limit`
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('b', 2).set('c', 3);
   * [...list.entries({ gte: 'b' })]; // [['b', 2], ['c', 3]]
   * [...list.entries({ reverse: true, limit: 1 })]; // [['c', 3]]
   * list.delete('b');
   * [...list.entries({ prefix: 'b', versions: true, tombstones: true })].length; // 2
   */
  entries(range: VersionRange<K> & Showing): IterableIterator<Version<K, V>>;
  entries(range?: Range<K>): IterableIterator<[K, V]>;

  /**
   * Calls `visit` for the entries of `range`, without iterator objects; `false` stops.
   * @returns how many entries were visited, the one that stopped it included
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('b', 2).set('c', 3);
   * list.scan({ gt: 'a' }, (key) => key !== 'b'); // 1
   */
  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number;

  /**
   * The entry with the least key above `key`.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('c', 3);
   * list.higher('a'); // ['c', 3]
   * list.floor('b'); // ['a', 1]
   */
  higher(key: K): [K, V] | undefined;

  /** How many entries `range` has, at most its `limit`. O(log n + their number); copies none. */
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
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('b', 2);
   * const cursor = list.cursor();
   * cursor.valid; // false
   * cursor.seek('aa'); // true
   * cursor.key; // 'b'
   * cursor.prev(); // true
   * cursor.value; // 1
   */
  cursor(range?: Range<K>): Cursor<K, V>;
}

/** At least one of the two: the scan then yields `Version` objects. */
export type Showing = { versions: true } | { tombstones: true };

/**
 * A memtable: an ordered map of versions that every thread of the arena reads and writes at once.
 *
 * What you hold is a stack: writes go to the active list, reads look through it and through the
 * frozen lists below, newest first. `seal` puts an empty list on top, `FrozenSkipList.destroy`
 * takes one out after it was flushed.
 *
 * A write commits with one tick of the list's clock, its sequence number. Sequence numbers rise
 * along each key and across `seal`; a snapshot is a clock value. Writes are lock-free: no thread
 * waits for a paused or dead one. Each write throws:
 * ShmError ARENA_FULL (no memory), LIMIT_REACHED (`maxBytes`, `maxEntries`), CONTENDED (lost races
 * beyond reason; only where a thread may not block), CLOSED, EXPELLED; RangeError KEY_TOO_LARGE,
 * VALUE_TOO_LARGE; TypeError for what a codec cannot take. After each of them nothing has changed.
 *
 * The way out of ARENA_FULL is `seal`, which needs no memory once anything was written, and then
 * `FrozenSkipList.destroy`, which needs none either: the next list is made while the present one is
 * empty, and a list that has none takes no write. Each list costs 64 KiB for that. The way out of
 * LIMIT_REACHED is `seal`, or `delete`.
 */
export interface SkipList<K, V> extends VersionedReadable<K, V> {
  /** Sends the list to another thread: `SkipList.attach(arena, handle)`. */
  readonly handle: SkipListHandle;

  /**
   * Writes a new version of `key`. O(log n + key length); close to O(1) for rising keys. One write
   * in each doubling of the list takes O(n): see the guide in the README.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).set('a', 2);
   * list.get('a'); // 2
   */
  set(key: K, value: V): this;

  /**
   * Writes a tombstone, whether the key has a value or not. Older snapshots keep the value. Of a
   * key that has a value, a `delete` by itself passes `maxBytes` and `maxEntries` (so does an
   * `update` that deletes); in a full arena it is ARENA_FULL like all writes.
   * @returns whether it had a value; of several threads that delete one, one is told so
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1);
   * list.delete('a'); // true
   * list.delete('a'); // false
   */
  delete(key: K): boolean;

  /**
   * Writes `value` if `key` has none (never written, or a tombstone). Of several threads one wins.
   * @returns whether it was written
   * @example
   * const list = SkipList.create(arena);
   * list.insert('a', 1); // true
   * list.insert('a', 2); // false
   * list.delete('a');
   * list.insert('a', 3); // true
   */
  insert(key: K, value: V): boolean;

  /**
   * The value of `key`, written first if there was none. `insert` says which it was.
   * @example
   * const list = SkipList.create(arena);
   * list.getOrInsert('a', 1); // 1
   * list.getOrInsert('a', 2); // 1
   */
  getOrInsert(key: K, value: V): V;

  /**
   * The value of `key`; if there is none, `compute` makes it, and it is written unless another
   * thread was first. `compute` runs under no lock, may use the list, and may run in vain. What it
   * throws is thrown; then nothing has changed.
   * @example
   * const list = SkipList.create(arena);
   * list.getOrInsertComputed('pear', (key) => key.length); // 4
   * list.getOrInsertComputed('pear', () => 0); // 4
   */
  getOrInsertComputed(key: K, compute: (key: K) => V): V;

  /**
   * Sets `key` to `next` if its value is `expected`, as one atomic step. Of several threads that
   * expect one value, one wins. Values are compared as encoded bytes: codecs that encode one value
   * in several ways (`json`: the order of an object's members) tell them apart.
   * @param expected the value to find, or `undefined` for "no value": then it is `insert`
   * @returns whether `next` was written
   * @example
   * const stock = SkipList.create(arena);
   * stock.set('pear', 3);
   * stock.compareAndSet('pear', 3, 2); // true
   * stock.compareAndSet('pear', 3, 1); // false
   * stock.compareAndSet('plum', undefined, 5); // true
   */
  compareAndSet(key: K, expected: V | undefined, next: V): boolean;

  /**
   * Sets `key` to what `compute` makes of its value; `undefined` deletes it. Where another write
   * of the key came between, all of it once more: no step is lost. `compute` runs under no lock,
   * may use the list, and may run several times. What it throws is thrown, and nothing changed.
   * @returns what was written
   * @example
   * const hits = SkipList.create(arena);
   * hits.update('pear', (n) => (n ?? 0) + 1); // 1
   * hits.update('pear', (n) => (n ?? 0) + 1); // 2
   * hits.update('pear', () => undefined); // undefined
   * hits.has('pear'); // false
   */
  update(key: K, compute: (old: V | undefined) => V | undefined): V | undefined;

  /**
   * Writes all operations with one sequence number: they become visible at once, or, if this
   * thread dies or the call throws, not at all. An `insert` that finds a value fails for itself.
   * O(m log n); sorts its keys first. The whole batch, encoded, has to fit into the arena twice,
   * and below 2 GiB (else VALUE_TOO_LARGE).
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1);
   * list.writeBatch([
   *   { type: 'set', key: 'b', value: 2 },
   *   { type: 'insert', key: 'a', value: 9 },
   *   { type: 'delete', key: 'c' },
   * ]); // { written: 2, failed: [{ index: 1, reason: 'exists' }] }
   */
  writeBatch(operations: Iterable<BatchOperation<K, V>>): BatchResult;

  /**
   * The list as of now. O(1): it copies nothing, and holds a lease that keeps the memory of frozen
   * lists destroyed later. Close it. A snapshot belongs to the thread that took it.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1);
   * const before = list.snapshot();
   * list.delete('a');
   * before.get('a'); // 1
   * before.close();
   */
  snapshot(): SkipListSnapshot<K, V>;

  /**
   * The list as of a sequence number, e.g. one from `getEntry`. Versions in lists that are
   * destroyed by now are gone.
   * @throws RangeError for a number that is negative or not reached yet
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1);
   * const { seq } = list.getEntry('a');
   * list.set('a', 2);
   * list.snapshotAt(seq).get('a'); // 1
   */
  snapshotAt(seq: bigint): SkipListSnapshot<K, V>;

  /**
   * Freezes the active list and puts an empty one on top. Nobody stops writing: a write that had
   * not committed yet commits in the new list. Every handle in every thread reads through both.
   * Called by several threads at once, each freezes another list.
   * @throws ShmError LIMIT_REACHED (32 lists in one stack); CONTENDED (another thread stands still
   * while it seals, clears or destroys a list); only if nothing was written since the last seal:
   * ARENA_FULL, LIMIT_REACHED (no region is left). Nothing was frozen then
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1);
   * const frozen = list.seal();
   * list.set('a', 2);
   * frozen.get('a'); // 1
   * frozen.destroy();
   * [...list.entries()]; // [['a', 2]]
   */
  seal(): FrozenSkipList<K, V>;

  /**
   * Removes everything, as one step: an empty list takes the place of the active list and of all
   * frozen ones, which are gone as if destroyed, tombstones and old versions too. What was written
   * before has a smaller sequence number than all that comes after. Snapshots that are open keep
   * what they show; new ones, `snapshotAt` of an earlier number too, do not see it. A write in
   * flight counts as before the clear or as after it. The memory comes back when the last reader
   * has left. O(lists).
   * @throws ShmError CONTENDED as `seal`; only if nothing was written since the last seal, and
   * frozen lists fill the arena: ARENA_FULL, LIMIT_REACHED (no region is left). Nothing was removed
   * then: `destroy` them
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).seal();
   * const before = list.set('b', 2).snapshot();
   * list.clear();
   * list.size; // 0
   * list.frozen().length; // 0
   * before.size; // 2
   * before.close();
   */
  clear(): void;

  /**
   * The frozen lists that are not destroyed, oldest first. The same in every thread.
   * @example
   * const list = SkipList.create(arena);
   * list.set('a', 1).seal();
   * list.set('b', 2).seal();
   * list.frozen().map((each) => each.size); // [1, 1]
   */
  frozen(): FrozenSkipList<K, V>[];

  /** Counts of the active list and of the frozen ones. O(threads x lists). */
  stats(): SkipListStats;

  /** Encoded bytes of keys and values, by walking all versions of all lists. O(n). */
  measure(): ListMeasure;

  /**
   * Walks everything and checks it. For tests and after recovery: no writes meanwhile. O(n log n).
   */
  verify(): VerifyReport;

  /** Ends this handle: its snapshots and frozen lists close too. Twice is harmless. */
  close(): void;

  /**
   * Ends the list for everybody: its name is free at once, calls of others in flight finish
   * safely, their next one throws CLOSED, and its memory is free when the last reader has left.
   */
  destroy(): void;

  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * A list as of one instant. It does not move, whatever is written, cleared or sealed, and whichever
 * frozen lists are destroyed. When the list itself is, it ends: every read and every property
 * throws CLOSED.
 */
export interface SkipListSnapshot<K, V> extends VersionedReadable<K, V> {
  /** The clock value it shows: versions with this sequence number or a smaller one. */
  readonly seq: bigint;
  /** Lets go of the memory. Later reads throw SNAPSHOT_CLOSED. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * A part of a list that is not written any more, by itself: what `seal` hands over for flushing.
 * It does not see the lists below or above. Reading one that was destroyed throws CLOSED.
 */
export interface FrozenSkipList<K, V> extends VersionedReadable<K, V> {
  /**
   * Where the clock stood as it was frozen: none of its versions has a greater sequence number, and
   * all versions in newer lists have.
   */
  readonly seq: bigint;
  /** Counts of this list. */
  stats(): ListStats;
  /** Encoded bytes of keys and values, by walking all versions. O(n). */
  measure(): ListMeasure;
  /**
   * Takes it out of every handle's reads. Its memory comes back when the last reader has left: the
   * next allocation that needs it, or `arena.recover()`, frees it. Twice is harmless.
   */
  destroy(): void;
  /** Always throws SEALED: `set`, `delete` and `insert` belong to the list it came from. */
  set(key: K, value: V): never;
  /** Always throws SEALED. */
  delete(key: K): never;
  /** Always throws SEALED. */
  insert(key: K, value: V): never;
  /** Ends this handle to it; the list itself stays. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * What stands on `SkipList` itself. The types of keys and values are those of the codecs; without
 * codecs they are `string` and `unknown`.
 */
export interface SkipListFactory {
  /** `list instanceof SkipList`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is SkipList<unknown, unknown>;

  /**
   * Makes an empty list. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @throws RangeError for a name or limit out of range
   * @example
   * const list = SkipList.create(arena, { name: 'prices', maxBytes: 2 ** 20 });
   * list.set('pear', { cents: 120 });
   * SkipList.open(arena, 'prices').get('pear'); // { cents: 120 }
   */
  create(arena: Arena): SkipList<string, unknown>;
  create<K = string, V = unknown>(
    arena: Arena,
    options: SkipListOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): SkipList<K, V>;

  /**
   * Opens the list called `name`.
   * @throws ShmError NAME_UNKNOWN, WRONG_TYPE, CODEC_MISMATCH
   */
  open(arena: Arena, name: string): SkipList<string, unknown>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options: SkipListOpenOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): SkipList<K, V>;

  /**
   * Opens the list called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded. Limits count only for the one who makes it.
   * @throws ShmError WRONG_TYPE, CODEC_MISMATCH, ARENA_FULL, CONTENDED
   */
  openOrCreate<K = string, V = unknown>(
    arena: Arena,
    options: SkipListOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>> & { name: string },
  ): SkipList<K, V>;

  /**
   * Opens the list that `handle` means.
   * @throws ShmError CLOSED when it was destroyed, WRONG_TYPE, CODEC_MISMATCH, ARENA_FOREIGN
   */
  attach(arena: Arena, handle: SkipListHandle): SkipList<string, unknown>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: SkipListHandle,
    options: SkipListOpenOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): SkipList<K, V>;
}

/** Makes, opens and attaches lists. */
export const SkipList: SkipListFactory = List;
