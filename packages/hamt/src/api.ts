// The contract of @x/hamt: every public type, option, unit and error. The examples are run by
// test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression is its
// value.

import type {
  Arena,
  Codec,
  CodecsOf,
  ReadableMap,
  Snapshot,
  StructureHandle,
  VerifyReport,
  WritableMap,
} from '@x/shm-arena';
import type { BlockStats } from '@x/shm-arena/domain';
import { HashTrie } from './hamt.ts';

/** A cloneable name of a map: goes through `postMessage`, `workerData` and pool arguments. */
export type HamtHandle = StructureHandle;

/** Which codecs a handle reads and writes with. They must be those the map was created with. */
export interface HamtCodecs<K, V> {
  /** Turns keys into bytes. Default `utf8`. */
  key?: Codec<K> | undefined;
  /** Turns values into bytes. Default `json`. */
  value?: Codec<V> | undefined;
}

export interface HamtOptions<K, V> extends HamtCodecs<K, V> {
  /**
   * Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. `open`
   * and `attach` take no notice of it: one object of options serves all.
   */
  name?: string | undefined;
}

/** What `snapshot` takes that makes a map, not a view. */
export interface HamtForkOptions {
  /** A map of its own, to be written. */
  readonly writable: true;
  /** As of `create`. */
  readonly name?: string | undefined;
}

/** What `snapshot` takes. */
export type HamtSnapshotOptions =
  | HamtForkOptions
  | { readonly writable?: false; readonly name?: undefined };

/** A key that has not one value in two snapshots. */
export interface HamtDifference<K, V> {
  readonly key: K;
  /** The value in the first one, if it has any. */
  readonly before?: V;
  /** The value in the second one, if it has any. */
  readonly after?: V;
}

/**
 * A map's numbers. Its nodes are blocks that readers may still hold when they are replaced:
 * `pendingBlocks` of them wait, and never more than `boundBlocks`. While others work it is a sum of
 * moments.
 */
export interface HamtStats extends BlockStats {
  /** Entries. */
  readonly size: number;
  /**
   * Threads that have snapshots open, whichever. Together they, forks and calls that are not over
   * hold back `pendingBytes` of this map at most; so does each of them.
   */
  readonly holders: readonly HamtHolder[];
}

/**
 * A thread that holds memory back: a snapshot keeps what was there at its instant, in all
 * structures of the arena, so here stand those of other maps, too. One that nobody closed shows as
 * an age that grows; it ends when its thread does.
 */
export interface HamtHolder {
  /** The thread's slot: `arena.participant.slot` there. */
  readonly slot: number;
  /** How many instants it holds: of snapshots of one instant, one. */
  readonly leases: number;
  /** How many eras ago the oldest one was taken: 256 blocks of one thread, or less, make one. */
  readonly age: number;
}

/**
 * A map without order that every thread of the arena reads and writes at once, and no thread waits
 * for another one.
 *
 * A key stands where a hash of it says, under a secret key of the map's own (SipHash-1-3): who
 * chooses the keys does not choose where they stand. A call costs O(log n + key length) unless it
 * says otherwise, with a base of 64; a write copies about a kilobyte.
 *
 * **Reads** are one descent, whatever others do, and store nothing beside their reservation; after
 * a snapshot they may decide what a write has left undecided. They may run on a browser's main
 * thread, and need no memory of the arena, however large a value: it is copied out in pieces. Only
 * a key of more than 32 KiB may need some: ARENA_FULL.
 *
 * **Writes** are one atomic step each, also to readers: a key that is replaced is never seen
 * absent. A write begins again only when another one, or a snapshot, has taken effect at its place:
 * of all threads one always gets on, and one that is paused or has died anywhere holds nobody up.
 * Functions that are given to a method run under no lock and may use the map. A write may throw,
 * and then nothing has changed:
 *
 * - ShmError ARENA_FULL (no memory; to a removal, for which some is kept, only where a snapshot, a
 *   fork or somebody's call holds what it replaces), LIMIT_REACHED (for a value of more than
 *   1.8 MB, which has one of the arena's 1 024 regions to itself: none is left), CONTENDED (others
 *   were faster hundreds of times in a row: call again)
 * - RangeError KEY_TOO_LARGE (1 048 575 bytes), VALUE_TOO_LARGE
 * - TypeError for what a codec cannot take
 *
 * All methods throw ShmError CLOSED after `close` or when the map was destroyed, EXPELLED when this
 * thread was declared dead.
 */
export interface Hamt<K, V> extends WritableMap<K, V> {
  /** Sends the map to another thread: `Hamt.attach(arena, handle)`. */
  readonly handle: HamtHandle;

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────

  /**
   * The value of `key`, or `undefined` when it has none.
   * @example
   * const map = Hamt.create(arena);
   * map.set('pear', 3);
   * map.get('pear'); // 3
   * map.get('plum'); // undefined
   */
  get(key: K): V | undefined;

  /**
   * Whether `key` has a value, which is not decoded.
   * @example
   * const map = Hamt.create(arena);
   * map.set('pear', 3);
   * map.has('pear'); // true
   */
  has(key: K): boolean;

  /**
   * The values of many keys, in their order. Each key is read for itself; for one instant take a
   * snapshot.
   * @throws TypeError for what is no iterable; before anything is read
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.getMany(['b', 'x', 'a']); // [2, undefined, 1]
   */
  getMany(keys: Iterable<K>): (V | undefined)[];

  /**
   * How many entries there are. O(1). Exact when no write is in flight, also after deaths.
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('a', 2);
   * map.size; // 1
   */
  readonly size: number;

  /**
   * All entries, in an order of the map's own. Reads ahead in batches and holds nothing between
   * them, so an abandoned iterator leaks nothing. Weakly consistent: yields every key that was
   * present throughout exactly once, and may or may not show what changes meanwhile. O(log n + key
   * length) a batch, and O(1) an entry.
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('b', 2);
   * [...map.entries()].sort(); // [['a', 1], ['b', 2]]
   */
  entries(): IterableIterator<[K, V]>;

  /**
   * All keys; values are not copied. Order, cost and consistency as `entries`.
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('b', 2);
   * [...map.keys()].sort(); // ['a', 'b']
   */
  keys(): IterableIterator<K>;

  /**
   * All values; keys are not decoded. Order, cost and consistency as `entries`.
   * @example
   * const map = Hamt.create(arena);
   * map.set('b', 2).set('a', 1);
   * [...map.values()].sort(); // [1, 2]
   */
  values(): IterableIterator<V>;

  // ── Writing ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Stores `value`, whether or not the key has one.
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('a', 2);
   * map.get('a'); // 2
   */
  set(key: K, value: V): this;

  /**
   * Stores `value` and returns the one that was there, as one step.
   * @example
   * const map = Hamt.create(arena);
   * map.swap('a', 1); // undefined
   * map.swap('a', 2); // 1
   */
  swap(key: K, value: V): V | undefined;

  /**
   * Stores `value` if the key has none. Of several threads one wins.
   * @returns whether it was stored
   * @example
   * const map = Hamt.create(arena);
   * map.insert('a', 1); // true
   * map.insert('a', 2); // false
   */
  insert(key: K, value: V): boolean;

  /**
   * Stores `value` if the key has one.
   * @returns whether it was stored
   * @example
   * const map = Hamt.create(arena);
   * map.replace('a', 1); // false
   * map.has('a'); // false
   */
  replace(key: K, value: V): boolean;

  /**
   * Removes the entry.
   * @returns whether there was one; of several threads that delete one, one is told so
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1);
   * map.delete('a'); // true
   * map.delete('a'); // false
   */
  delete(key: K): boolean;

  /**
   * Removes the entry and returns its value, as one step. Of several threads one gets it.
   * @example
   * const jobs = Hamt.create(arena);
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
   * const stock = Hamt.create(arena);
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
   * const locks = Hamt.create(arena);
   * locks.set('door', 'me');
   * locks.compareAndDelete('door', 'you'); // false
   * locks.compareAndDelete('door', 'me'); // true
   */
  compareAndDelete(key: K, expected: V): boolean;

  /**
   * The value of `key`, after storing `value` if it had none. `insert` says which it was.
   * @example
   * const map = Hamt.create(arena);
   * map.getOrInsert('a', 1); // 1
   * map.getOrInsert('a', 2); // 1
   */
  getOrInsert(key: K, value: V): V;

  /**
   * The value of `key`; if there is none, `fn` makes it, and it is stored unless another thread was
   * first. `fn` may run in vain. What it throws is thrown; then nothing has changed.
   * @example
   * const map = Hamt.create(arena);
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
   * const hits = Hamt.create(arena);
   * hits.update('pear', (n) => (n ?? 0) + 1); // 1
   * hits.update('pear', (n) => (n ?? 0) + 1); // 2
   * hits.update('pear', () => undefined); // undefined
   * hits.has('pear'); // false
   */
  update(key: K, fn: (old: V | undefined) => V | undefined): V | undefined;

  /**
   * `set` for each entry: each is a step of its own. The error of one says in `landed` how many
   * came before it and are stored.
   * @throws TypeError for what is no iterable of pairs
   * @example
   * const map = Hamt.create(arena);
   * map.setMany([['a', 1], ['b', 2]]);
   * map.size; // 2
   */
  setMany(entries: Iterable<readonly [K, V]>): void;

  /**
   * `insert` for each entry; errors as `setMany`.
   * @returns for each whether it was stored
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1);
   * map.insertMany([['a', 2], ['b', 2]]); // [false, true]
   */
  insertMany(entries: Iterable<readonly [K, V]>): boolean[];

  /**
   * `delete` for each key; errors as `setMany`.
   * @returns how many had an entry
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.deleteMany(['a', 'x']); // 1
   */
  deleteMany(keys: Iterable<K>): number;

  /**
   * Removes what is there when it is called, some entries in each step: others see some of it done,
   * a death leaves a beginning done, and an error says in `landed` how many were removed. What is
   * put in meanwhile stays or goes. O(n log n).
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1).set('b', 2);
   * map.clear();
   * map.size; // 0
   */
  clear(): void;

  // ── Instants ─────────────────────────────────────────────────────────────────────────────────

  /**
   * The map as of one instant. One step, whatever the size; the first write after it copies the
   * map's array of slots, half a kilobyte. While it is open, in whichever thread, what it shows
   * stays in memory: close it.
   * @throws ShmError CONTENDED; ARENA_FULL
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1);
   * const before = map.snapshot();
   * map.set('a', 2).set('b', 3);
   * [...before.entries()]; // [['a', 1]]
   * before.close();
   */
  snapshot(options?: { readonly writable?: false }): HamtSnapshot<K, V>;

  /**
   * A fork: a map of its own from this instant on, which begins with all that this one has. Neither
   * sees what the other one writes; both share what neither has changed. It is nobody's: it has a
   * handle, and a name if it is given one, and outlives this handle, this map and this thread,
   * until somebody destroys it. Its codecs are this map's. O(threads), as `create` is, whatever the
   * size.
   *
   * While the fork is there, what this map has changed or removed since stays in memory: at most
   * what it held at that instant. A map that is destroyed gives all its memory back when it has no
   * fork any more, nor a fork's fork. A fork takes two entries of the arena's directory:
   * `arena.structures()` lists a `HamtHold` for each.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED, CONTENDED
   * @example
   * const prices = Hamt.create(arena).set('pear', 3).set('plum', 5);
   * const draft = prices.snapshot({ writable: true });
   * draft.set('pear', 4).delete('plum');
   * [draft.get('pear'), draft.size, prices.get('pear'), prices.size]; // [4, 1, 3, 2]
   * draft.destroy();
   */
  snapshot(options: HamtForkOptions): Hamt<K, V>;

  /**
   * What differs from `before` to `after`, in no order: keys whose values are not the same encoded
   * bytes. Both are open snapshots of this thread, of this map or of others of its family: forks,
   * what it is a fork of, and theirs. Reads ahead in batches and holds nothing between them. What
   * both share is not looked at: O(d log n + key length) for d entries that were written since one
   * of them, or between the two, whatever the size.
   * @throws ShmError WRONG_TYPE (of a map that is no relation), SNAPSHOT_CLOSED, also later on
   * @throws TypeError for what is no snapshot
   * @example
   * const map = Hamt.create(arena).set('a', 1).set('b', 2);
   * const before = map.snapshot();
   * map.set('b', 3).set('c', 4).delete('a');
   * const changes = [...map.diff(before, map.snapshot())];
   * changes.find(({ key }) => key === 'a'); // { key: 'a', before: 1 }
   * changes.find(({ key }) => key === 'b'); // { key: 'b', before: 2, after: 3 }
   * changes.find(({ key }) => key === 'c'); // { key: 'c', after: 4 }
   */
  diff(
    before: HamtSnapshot<K, V>,
    after: HamtSnapshot<K, V>,
  ): IterableIterator<HamtDifference<K, V>>;

  // ── Numbers and ends ─────────────────────────────────────────────────────────────────────────

  /**
   * How many entries and blocks there are, and who holds memory back. Blocks that a fork shares
   * count where they were made. O(threads + snapshots + memory / 64).
   * @example
   * const map = Hamt.create(arena);
   * map.set('a', 1);
   * const snapshot = map.snapshot();
   * map.stats().size; // 1
   * map.stats().holders.length; // 1
   * snapshot.close();
   */
  stats(): HamtStats;

  /**
   * Walks everything and checks it. For tests and after recovery: no writes meanwhile. O(n).
   * @example
   * const map = Hamt.create(arena);
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
export interface HamtSnapshot<K, V> extends ReadableMap<K, V>, Snapshot<K, V> {
  /** How many entries it has. O(1). */
  readonly size: number;
  /** Lets go of what it holds. Later reads throw SNAPSHOT_CLOSED. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * What stands on `Hamt` itself. The types of keys and values are those of the codecs; without
 * codecs they are `string` and `unknown`.
 */
export interface HamtFactory {
  /** `map instanceof Hamt`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is Hamt<unknown, unknown>;

  /**
   * Makes an empty map. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @throws RangeError for a name out of range
   * @example
   * const map = Hamt.create(arena, { name: 'prices' });
   * map.set('pear', { cents: 120 });
   * Hamt.open(arena, 'prices').get('pear'); // { cents: 120 }
   */
  create(arena: Arena): Hamt<string, unknown>;
  create<K = string, V = unknown>(
    arena: Arena,
    options: HamtOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Hamt<K, V>;

  /**
   * Makes a map with these entries: `create`, then `setMany`. Where that throws, the map is
   * destroyed, and the error says in `landed` how many had been stored. With a name, others may
   * open it before all are in it. O(n log n).
   * @throws as `create` and `setMany`
   * @example
   * const map = Hamt.from(arena, [['a', 1], ['b', 2]]);
   * map.size; // 2
   */
  from(arena: Arena, entries: Iterable<readonly [string, unknown]>): Hamt<string, unknown>;
  from<K = string, V = unknown>(
    arena: Arena,
    entries: Iterable<readonly [NoInfer<K>, NoInfer<V>]>,
    options: HamtOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Hamt<K, V>;

  /**
   * Opens the map called `name`.
   * @throws ShmError NAME_UNKNOWN, WRONG_TYPE, CODEC_MISMATCH
   */
  open(arena: Arena, name: string): Hamt<string, unknown>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options: HamtOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Hamt<K, V>;

  /**
   * Opens the map called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded.
   * @throws ShmError WRONG_TYPE, CODEC_MISMATCH, ARENA_FULL, CONTENDED
   */
  openOrCreate<K = string, V = unknown>(
    arena: Arena,
    options: HamtOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>> & { name: string },
  ): Hamt<K, V>;

  /**
   * Opens the map that `handle` means.
   * @throws ShmError CLOSED when it was destroyed, WRONG_TYPE, CODEC_MISMATCH, ARENA_FOREIGN
   */
  attach(arena: Arena, handle: HamtHandle): Hamt<string, unknown>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: HamtHandle,
    options: HamtOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): Hamt<K, V>;
}

/** Makes, opens and attaches maps. */
export const Hamt: HamtFactory = HashTrie;
