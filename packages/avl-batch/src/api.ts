// The contract of @x/avl-batch: every public type, option, unit and error. The examples are run by
// test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression is its
// value.

import type {
  Arena,
  Closeable,
  Codec,
  CodecsOf,
  Cursor,
  OrderedReadable,
  Range,
  StructureHandle,
  VerifyReport,
} from '@x/shm-arena';
import { Tree } from './tree.ts';

/** A cloneable name of a map: goes through `postMessage`, `workerData` and pool arguments. */
export type AvlBatchHandle = StructureHandle;

/** Which codecs a handle reads and writes with. They must be those the map was created with. */
export interface AvlBatchCodecs<K, V> {
  /** Turns keys into bytes that order as the keys do. Default `utf8`: strings by code point. */
  key?: Codec<K> | undefined;
  /** Turns values into bytes. Default `json`. */
  value?: Codec<V> | undefined;
}

/** How this handle in this thread gathers operations. Nothing of it is stored in the arena. */
export interface BatchOptions {
  /**
   * Builders started by this handle begin as soon as so many operations wait, and no batch of this
   * handle has more. 1 to 2 ** 24, default 4 096. A build takes 40 bytes of memory for each.
   */
  maxOps?: number | undefined;
  /**
   * How long an operation waits, in milliseconds, before a builder of this handle begins, and
   * before `settled` of this handle sees to it itself. 0 to 60 000, default 5.
   */
  maxDelayMs?: number | undefined;
  /**
   * Rebuild the tree when a build finds that its memory is more than twice what its entries need,
   * or what was in order after the last rebuild, that an eighth of it is garbage and little is
   * free, or that no entries are left. Default true. It is done by stretches, in the thread that
   * builds: behind a batch one that keeps pace with it, and more when a builder has nothing else to
   * do. A build that has no memory rebuilds the tree at once in any case, O(n).
   */
  autoCompact?: boolean | undefined;
}

/** The same for who makes a map. */
export interface QueueOptions extends BatchOptions {
  /**
   * Most operations of one thread that wait, 1 to 2 ** 24, default 16 384; one more is QUEUE_FULL.
   * Counts only for the one who makes the map, and costs nothing until it is used: beside its
   * operations a thread takes 48 KiB with its first one, and as much again as it has each time that
   * it has written twice as many, up to 24 bytes for each that may wait, rounded up to a power of
   * two.
   */
  maxQueued?: number | undefined;
}

/** The options of `create` beside these may stand there too, and then count for nothing. */
export interface AvlBatchOpenOptions<K, V> extends AvlBatchCodecs<K, V> {
  batch?: BatchOptions | undefined;
}

export interface AvlBatchOptions<K, V> extends AvlBatchCodecs<K, V> {
  /** Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. */
  name?: string | undefined;
  /**
   * Most bytes of memory of the tree, rounded up to 64 KiB; entries take seven eighths at most.
   * While it is rebuilt the new tree is there beside the old one. Queues are not counted. Default:
   * the arena's.
   */
  maxBytes?: number | undefined;
  batch?: QueueOptions | undefined;
}

/**
 * Names one operation: plain and cloneable, for any thread that has the map open. Numbers rise by
 * one in each queue.
 */
export interface Ticket {
  /** The map, by its entry in the arena's directory. */
  readonly entry: number;
  readonly generation: number;
  /** The queue: the slot of the thread that wrote. */
  readonly queue: number;
  /** The operation's number in its queue, from 1. */
  readonly number: number;
}

/** What became of an operation. */
export interface TicketResult {
  /**
   * - `done`: it took effect; a `set` always does
   * - `exists`: an `insert` found an entry
   * - `absent`: a `delete` or `compareAndSet` found none
   * - `different`: a `compareAndSet` found another value
   * - `forgotten`: it was applied so long ago that it is not known any more: at least 2 * maxQueued
   *   operations of its thread were applied since, or at least 4096 where the arena had no room to
   *   keep more of them
   */
  readonly outcome: 'done' | 'exists' | 'absent' | 'different' | 'forgotten';
}

/** What a `build` did. */
export interface BuildReport {
  /** Operations that were applied, whatever their outcome. */
  readonly applied: number;
  /** In how many batches, each of which became visible at once. */
  readonly batches: number;
  /** Nodes that were made for them. */
  readonly nodes: number;
  /** Entries in the map afterwards. */
  readonly size: number;
  /** Whether a rebuild of the tree was ended as well, to make room, or for what its memory was. */
  readonly compacted: boolean;
}

/** A map's numbers. */
export interface AvlBatchStats {
  /** Entries. */
  readonly size: number;
  /** Levels of the tree: what a read compares at most. At most 1.44 * log2(size + 2). */
  readonly height: number;
  /** Rises with each batch, and with each stretch of the tree that is rebuilt. */
  readonly version: bigint;
  /**
   * Bytes of memory: whole pages of the tree, of two generations while it is rebuilt, and of all
   * queues.
   */
  readonly bytes: number;
  /** Bytes that the tree uses of these, and about how many `compact` would leave. */
  readonly treeBytes: number;
  readonly compactBytes: number;
  /** The limit on the tree's memory, `Infinity` when there is none. */
  readonly maxBytes: number;
  /** Operations of all threads that wait. */
  readonly waiting: number;
  /** The most that one thread may have waiting. */
  readonly maxQueued: number;
  /** The slot of the thread that builds at this moment. */
  readonly builder: number | undefined;
}

/** How to start a builder. */
export interface BuilderOptions {
  /**
   * In a thread of its own. Default false: in this thread, between other tasks.
   *
   * `true` runs the file `@x/avl-batch/builder`, which Vite's builds, webpack and Rspack find.
   * Where it is not found (a bundle of one file), a function makes the thread: `inlineBuilder` of
   * `@x/avl-batch/inline`, or one of yours that runs that file, as your bundler has it.
   */
  worker?: boolean | (() => BuilderWorker) | undefined;
  /**
   * Told of what the builder cannot do, in this thread: ARENA_FULL (what is queued stays queued, it
   * tries again), or UNSUPPORTED, its thread did not start. Default: `console.warn` says the
   * latter, nobody the former; the map's `flush` says the same.
   */
  onError?: ((error: Error) => void) | undefined;
}

/** A new thread that runs `@x/avl-batch/builder`: a Worker of Node, or a Web Worker. */
export interface BuilderWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/**
 * Applies what is queued, in the background, until it is stopped or the map is closed or destroyed.
 * While it runs it keeps the map, and its arena, from being collected.
 * It keeps no process alive.
 *
 * Any number of builders may run, in any threads: one builds, the others stand by, and go on when
 * it dies. A background thread that dies is started again.
 */
export interface Builder extends Closeable {
  /** Whether it is at work or stands by. */
  readonly running: boolean;
  /**
   * Ends it after the batch in progress; resolves when it is gone. What is queued stays queued.
   * Twice is harmless.
   */
  stop(): Promise<void>;
  /** Same as `stop`, without waiting. */
  close(): void;
}

/**
 * Reads that the map and its snapshots share.
 *
 * Every read is O(log n + key length) unless it says otherwise: it compares keys at most
 * 1.44 * log2(n + 2) times. It never waits for a writer or a builder, alive, paused or dead, and
 * may run on a browser's main thread. Reads throw `ShmError` CLOSED after `close` or when the map
 * was destroyed, EXPELLED when this thread was declared dead, and TypeError or RangeError
 * KEY_TOO_LARGE for a key that the codec or the map cannot take. Visitors and loop bodies may use
 * and change the same map.
 *
 * Reads need no memory of the arena, however large a value: it is copied out in pieces. Only a key
 * of more than 32 KiB, which a read is given or a scan goes on behind, may need some: ShmError
 * ARENA_FULL.
 */
export interface IndexedReadable<K, V> extends OrderedReadable<K, V> {
  /** The value of `key`, or `undefined` when there is none. */
  get(key: K): V | undefined;

  /** How many entries there are. O(1). */
  readonly size: number;

  /**
   * The values of many keys, in their order. Faster than as many `get`s: the searches walk in
   * lockstep, so that their cache misses overlap. For one instant take a snapshot: many keys are
   * read in several portions.
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('b', 2);
   * map.flushSync();
   * map.getMany(['b', 'x', 'a']); // [2, undefined, 1]
   */
  getMany(keys: Iterable<K>): (V | undefined)[];

  /**
   * Entries in key order. Reads ahead in portions, each of one version, and holds nothing between
   * them, so an abandoned iterator leaks nothing. Over a map: weakly consistent: yields every key
   * that was present throughout exactly once, and may or may not show what changes meanwhile. Over
   * a snapshot: exactly what was there.
   * @throws TypeError for a bound the codec cannot encode and for an unknown member of the range,
   * RangeError for a bad `limit`
   * @example
   * const map = AvlBatch.create(arena);
   * for (const [key, n] of [['a', 1], ['b', 2], ['c', 3]]) map.set(key, n);
   * map.flushSync();
   * [...map.entries({ gte: 'b' })]; // [['b', 2], ['c', 3]]
   * [...map.entries({ reverse: true, limit: 1 })]; // [['c', 3]]
   */
  entries(range?: Range<K>): IterableIterator<[K, V]>;

  /**
   * Calls `visit` for the entries of `range`, without iterator objects; `false` stops.
   * @returns how many entries were visited, the one that stopped it included
   * @example
   * const map = AvlBatch.create(arena);
   * for (const [key, n] of [['a', 1], ['b', 2], ['c', 3]]) map.set(key, n);
   * map.flushSync();
   * map.scan({ gt: 'a' }, (key) => key !== 'b'); // 1
   */
  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number;

  /**
   * The entry with the least key above `key`.
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('c', 3);
   * map.flushSync();
   * map.higher('a'); // ['c', 3]
   * map.floor('b'); // ['a', 1]
   */
  higher(key: K): [K, V] | undefined;

  /**
   * How many entries `range` has, at most its `limit`. O(log n), however many they are.
   * @example
   * const map = AvlBatch.create(arena);
   * for (let n = 0; n < 100; n++) map.set(`key ${n}`, n);
   * map.flushSync();
   * map.count({ gte: 'key 5', lt: 'key 6' }); // 11
   */
  count(range?: Range<K>): number;

  /**
   * The entry with so many entries before it; `undefined` from `size` on.
   *
   * @param index a whole number from 0 to 2 ** 32 - 1
   * @throws TypeError, RangeError for another index
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('b', 2);
   * map.flushSync();
   * map.at(1); // ['b', 2]
   * map.at(2); // undefined
   */
  at(index: number): [K, V] | undefined;

  /**
   * How many entries have a lesser key, whether `key` has one or not.
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('c', 3);
   * map.flushSync();
   * map.rank('b'); // 1
   * map.at(map.rank('c')); // ['c', 3]
   */
  rank(key: K): number;

  /**
   * A place that moves both ways within `range`. A fresh cursor stands before the first entry:
   * `valid` is false, `next()` goes to the first. Beyond one end, only the way back leads in again.
   * `reverse` turns the directions round; `limit` is not for cursors. Consistency as `entries`. It
   * holds nothing, so `close()` is good manners only. It throws CLOSED (of a snapshot:
   * SNAPSHOT_CLOSED) when what it reads was closed or destroyed, also for what it has read ahead,
   * unless another handle destroyed it.
   * @throws RangeError for a range with `limit`
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('b', 2);
   * map.flushSync();
   * const cursor = map.cursor();
   * cursor.valid; // false
   * cursor.seek('aa'); // true
   * cursor.key; // 'b'
   * cursor.prev(); // true
   * cursor.value; // 1
   */
  cursor(range?: Range<K>): Cursor<K, V>;
}

/**
 * An ordered map for reading: a balanced tree that all threads read without waiting, and that is
 * changed in batches.
 *
 * Writing is queueing: `set`, `insert`, `delete` and `compareAndSet` append an operation to this
 * thread's queue in shared memory, and return a ticket. Nothing of it is visible yet. A build
 * applies what all threads have queued, and makes it visible at once; who builds is up to you:
 * `build` by hand, a builder (`startBuilder`) in the background, or whoever waits (`flush`).
 *
 * All operations stand in one order: one thread's as it made them; and an operation whose call had
 * returned before another one's call began stands before it, in whatever threads. They are applied
 * in this order, each to what those before it have made of its key, and what is visible at any time
 * is a beginning of it. So the last `set` wins.
 *
 * Appending is O(length of key and value), needs no lock and waits for nobody. In a full map each
 * append also counts the arena's pages, and looks up what it would replace: O(pages + log n). A
 * thread that dies leaves its queue, which is applied like any other; until then it counts for the
 * next thread with its slot, which goes on behind it. Each of the four throws: ShmError QUEUE_FULL
 * (`maxQueued` operations of this thread wait), ARENA_FULL, LIMIT_REACHED (`maxBytes`), CONTENDED
 * (only where a thread may not block), CLOSED, EXPELLED; RangeError KEY_TOO_LARGE, VALUE_TOO_LARGE;
 * TypeError for what a codec cannot take. After each of them nothing has changed.
 *
 * The memory that rebuilding the tree takes is kept for that: a value that would leave too little
 * is ARENA_FULL, unless it replaces one that is no smaller; building what waits may make room for
 * it. Deletes are taken still: where this thread has many waiting they may be ARENA_FULL as well,
 * but not behind a build. See the README for what others in the arena make of that.
 */
export interface AvlBatch<K, V> extends IndexedReadable<K, V> {
  /** Sends the map to another thread: `AvlBatch.attach(arena, handle)`. */
  readonly handle: AvlBatchHandle;

  /**
   * Queues: store the value, whether the key has one or not.
   * @example
   * const map = AvlBatch.create(arena);
   * const ticket = map.set('a', 1);
   * map.get('a'); // undefined
   * map.get('a', { pending: true }); // 1
   * map.applied(ticket); // false
   * map.build().applied; // 1
   * map.get('a'); // 1
   * map.applied(ticket); // true
   */
  set(key: K, value: V): Ticket;

  /**
   * Queues: store the value if the key has none by then. Of several threads one wins.
   * @example
   * const map = AvlBatch.create(arena);
   * const first = map.insert('a', 1);
   * const second = map.insert('a', 2);
   * map.build();
   * map.result(first); // { outcome: 'done' }
   * map.result(second); // { outcome: 'exists' }
   * map.get('a'); // 1
   */
  insert(key: K, value: V): Ticket;

  /**
   * Queues: remove the entry. Its result says whether there was one.
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * const tickets = [map.delete('a'), map.delete('a')];
   * map.build();
   * tickets.map((ticket) => map.result(ticket).outcome); // ['done', 'absent']
   */
  delete(key: K): Ticket;

  /**
   * Queues: store `next` if the value is `expected` by then, compared as encoded bytes.
   *
   * @param expected `undefined`: the key has no entry
   * @param next `undefined`: remove the entry
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('pear', 3);
   * const sold = map.compareAndSet('pear', 3, 2);
   * const late = map.compareAndSet('pear', 3, 1);
   * map.build();
   * map.result(sold); // { outcome: 'done' }
   * map.result(late); // { outcome: 'different' }
   */
  compareAndSet(key: K, expected: V | undefined, next: V | undefined): Ticket;

  /**
   * The value of `key`. With `pending`, as it would be if what waits in this thread's queue were
   * applied now; those of other threads do not count. From a thread's first such call on its
   * operations are found by their keys: how many wait does not matter, but those do that waited
   * before, until they are applied, and those of this key that came behind its last `set` or
   * `delete`: more than 128 of them cost O(operations waiting).
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.build();
   * map.delete('a');
   * map.get('a'); // 1
   * map.get('a', { pending: true }); // undefined
   */
  get(key: K, options?: { pending?: boolean | undefined }): V | undefined;

  /**
   * Whether an operation was applied: what it did is visible. O(1).
   * @throws RangeError for a ticket that this map did not give out, TypeError for none
   */
  applied(ticket: Ticket): boolean;

  /**
   * What became of an operation; `undefined` while it waits. O(1).
   * @throws RangeError for a ticket that this map did not give out, TypeError for none
   */
  result(ticket: Ticket): TicketResult | undefined;

  /**
   * Resolves with what became of an operation, when it was applied. Where it is not after
   * `maxDelayMs`, it does what `flush` does: so it resolves without a builder, too. The promise may
   * be dropped: nothing is told of a rejection that nobody awaits.
   *
   * @throws (rejects) what the signal says when it is aborted; the operation stays queued; and what
   * `flush` throws
   * @example
   * const map = AvlBatch.create(arena);
   * await map.settled(map.delete('a')); // { outcome: 'absent' }
   */
  settled(ticket: Ticket, options?: { signal?: AbortSignal | undefined }): Promise<TicketResult>;

  /**
   * Resolves when everything that all threads had queued before is visible. It wakes a builder;
   * where none answers, or one that answered has published nothing for some 100 ms, it builds
   * itself, in this thread: no builder that died or stands still holds it up. The promise may be
   * dropped, as that of `settled`.
   *
   * @throws (rejects) ShmError ARENA_FULL (what is queued stays queued), CLOSED, EXPELLED; what the
   * signal says when it is aborted
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * await map.flush();
   * map.get('a'); // 1
   */
  flush(options?: { signal?: AbortSignal | undefined }): Promise<void>;

  /**
   * Like `flush`, at once: builds in this thread, and blocks while another thread is building.
   *
   * @throws ShmError UNSUPPORTED where a thread may not block (a browser's window), ARENA_FULL
   * (what is queued stays queued), CONTENDED (another thread has been building for a second, and
   * this one would learn of its death by its event loop), CLOSED, EXPELLED
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.flushSync();
   * map.get('a'); // 1
   */
  flushSync(): void;

  /**
   * Applies what is queued at this moment, here and now: in batches of `maxOps`, each of which
   * becomes visible at once. O(m log(n / m + 1)) for a batch of m operations. A thread that dies in
   * here leaves each batch applied or waiting, never both or neither.
   *
   * Where a batch does not fit, smaller ones are applied, and the tree is rebuilt when that gives
   * memory back. If a single operation does not fit then, it and those behind it stay queued.
   *
   * @throws ShmError ARENA_FULL, LIMIT_REACHED (what is queued stays queued), CONTENDED (another
   * thread is building, and this one may not block), CLOSED, EXPELLED
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.set('a', 2);
   * map.build(); // { applied: 2, batches: 1, nodes: 1, size: 1, compacted: false }
   * map.get('a'); // 2
   */
  build(): BuildReport;

  /**
   * Starts a builder in this thread, or in a thread of its own, which takes one of the arena's
   * participants. It begins when `maxOps` operations wait, when one has waited for `maxDelayMs`, or
   * when somebody flushes.
   *
   * @throws ShmError UNSUPPORTED (no workers here, or none can be made), NOT_ISOLATED, CLOSED
   * @example
   * const map = AvlBatch.create(arena, { batch: { maxDelayMs: 1 } });
   * const builder = map.startBuilder();
   * await map.settled(map.set('a', 1)); // { outcome: 'done' }
   * await builder.stop();
   * builder.running; // false
   */
  startBuilder(options?: BuilderOptions): Builder;

  /**
   * The map as of now. O(1): it copies nothing, and holds a lease that keeps the memory of its
   * generation, or of two while the tree is rebuilt. Close it. A snapshot belongs to the thread
   * that took it.
   * @example
   * const map = AvlBatch.create(arena);
   * map.set('a', 1);
   * map.flushSync();
   * const before = map.snapshot();
   * map.delete('a');
   * map.flushSync();
   * before.get('a'); // 1
   * before.close();
   */
  snapshot(): AvlBatchSnapshot<K, V>;

  /**
   * Rebuilds the tree into a new generation: perfectly balanced, without what batches have left
   * behind, in an order that is kind to caches. Readers go on in the old one, which is freed when
   * its last reader has left. O(n), and needs as much memory as the entries take.
   *
   * @throws ShmError ARENA_FULL or LIMIT_REACHED (no region is left): nothing has changed;
   * CONTENDED (another thread is building, and this one may not block), CLOSED, EXPELLED
   */
  compact(): void;

  /** Counts and sizes. O(threads + pages of the arena). */
  stats(): AvlBatchStats;

  /**
   * Walks everything and checks it: order, balance, sizes, queues. For tests and after recovery:
   * nobody may write or build meanwhile. O(n).
   */
  verify(): VerifyReport;

  /** Ends this handle: its snapshots and builders end too. Twice is harmless. */
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
 * A map as of one instant. It does not move, whatever is built or compacted. When the map is
 * destroyed, it ends: every read and every property throws CLOSED.
 */
export interface AvlBatchSnapshot<K, V> extends IndexedReadable<K, V> {
  /** The number of the version it shows; see `AvlBatchStats`. */
  readonly version: bigint;
  /** Lets go of the memory. Later reads throw SNAPSHOT_CLOSED. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * What stands on `AvlBatch` itself. The types of keys and values are those of the codecs; without
 * codecs they are `string` and `unknown`.
 */
export interface AvlBatchFactory {
  /** `map instanceof AvlBatch`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is AvlBatch<unknown, unknown>;

  /**
   * Makes an empty map. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @throws RangeError for a name or limit out of range
   * @example
   * const map = AvlBatch.create(arena, { name: 'prices', batch: { maxQueued: 1000 } });
   * map.set('pear', { cents: 120 });
   * AvlBatch.open(arena, 'prices').flushSync();
   * map.get('pear'); // { cents: 120 }
   */
  create(arena: Arena): AvlBatch<string, unknown>;
  create<K = string, V = unknown>(
    arena: Arena,
    options: AvlBatchOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): AvlBatch<K, V>;

  /**
   * Opens the map called `name`.
   * @throws ShmError NAME_UNKNOWN, WRONG_TYPE, CODEC_MISMATCH
   */
  open(arena: Arena, name: string): AvlBatch<string, unknown>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options: AvlBatchOpenOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): AvlBatch<K, V>;

  /**
   * Opens the map called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded.
   * @throws ShmError WRONG_TYPE, CODEC_MISMATCH, ARENA_FULL, CONTENDED
   */
  openOrCreate<K = string, V = unknown>(
    arena: Arena,
    options: AvlBatchOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>> & { name: string },
  ): AvlBatch<K, V>;

  /**
   * Opens the map that `handle` means.
   * @throws ShmError CLOSED when it was destroyed, WRONG_TYPE, CODEC_MISMATCH, ARENA_FOREIGN
   */
  attach(arena: Arena, handle: AvlBatchHandle): AvlBatch<string, unknown>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: AvlBatchHandle,
    options: AvlBatchOpenOptions<K, V> & CodecsOf<NoInfer<K>, NoInfer<V>>,
  ): AvlBatch<K, V>;
}

/** Makes, opens and attaches maps. */
export const AvlBatch: AvlBatchFactory = Tree;
