// The contract of @x/shm-arena and the types that every structure shares. Everything is synchronous
// unless it says Promise, and may be called in any thread that attached the arena, unless it says
// otherwise. An instance belongs to the thread that made it; what crosses threads is its `handle`.

import { Arena as SharedArena } from './arena/arena.ts';

// ── Errors ───────────────────────────────────────────────────────────────────────────────────────

export type { ErrorCode, ShmErrorCode } from './ground/codes.ts';

/** Anything that holds a slot, a pin, a lease or a snapshot: `close` twice is harmless. */
export interface Closeable {
  close(): void;
  [Symbol.dispose](): void;
}

// ── Arena ────────────────────────────────────────────────────────────────────────────────────────

/**
 * Options of `Arena.create`. Wherever options or a `Range` are taken, in all packages: a member
 * that is not known is a TypeError that names the nearest known one; `undefined` is as left out.
 */
export interface ArenaOptions {
  /** The whole reservation in bytes, up to 4 GiB, rounded up to 64 KiB. Default 256 MiB. */
  bytes?: number | undefined;
  /** The most threads attached at once, 1 to 255. Default 64. */
  participants?: number | undefined;
  /** Overwrite blocks with zeros when they are freed. Default false. */
  zeroOnFree?: boolean | undefined;
}

/** Options of `Arena.load`. */
export interface LoadOptions {
  /** Refuse the image of an arena with a larger reservation. Default: 4 GiB. */
  maxBytes?: number | undefined;
}

/** What every `WebAssembly.Memory` is. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(delta: number): number;
}

/**
 * `WebAssembly.Memory`. That type is the DOM's, which a program for Node need not have: there it is
 * what is used of it. The buffer is a SharedArrayBuffer.
 */
export type ArenaMemory = typeof globalThis extends {
  WebAssembly: { Memory: { readonly prototype: infer M extends Memory } };
}
  ? M
  : Memory;

/**
 * What another thread needs to attach an arena: plain and cloneable (postMessage, workerData,
 * BroadcastChannel, the arguments of a worker pool).
 */
export interface ArenaHandle {
  readonly type: '@x/shm-arena';
  readonly memory: ArenaMemory;
}

/** One attached thread. The pair is never used again for another one. */
export interface Participant {
  readonly slot: number;
  readonly generation: number;
}

/** Options of `arena.region()`. */
export interface RegionOptions {
  /**
   * The most bytes that the region may take, rounded up to 64 KiB. Default: no limit of its own.
   */
  budget?: number | undefined;
}

/**
 * A bump allocator that is freed as a whole. Only the thread that made it allocates in it; when it
 * dies, `recover` frees the region. Offsets are given to other threads as they are.
 *
 * @example
 * const region = arena.region({ budget: 2 ** 20 });
 * const mark = region.checkpoint();
 * region.alloc(100);
 * region.rewind(mark);
 * region.allocated; // 0: the 100 bytes are free again
 * region.close();
 * region.alloc(100); // ShmError CLOSED
 */
export interface Region extends Closeable {
  /**
   * Takes `bytes` bytes. O(1), and one page claim now and then; never blocks.
   *
   * @param bytes 0 or more; up to the budget
   * @param align a power of two from 1 to 65 536; default 8
   * @returns the offset from the arena's start
   * @throws ShmError ARENA_FULL, LIMIT_REACHED (the budget is spent; after both nothing has
   * changed), CONTENDED (only on a thread that may not wait), CLOSED
   * @throws RangeError OUT_OF_RANGE
   */
  alloc(bytes: number, align?: number): number;
  /** Like `alloc`, but 0 when the arena is full or the budget spent. */
  tryAlloc(bytes: number, align?: number): number;
  /** The present position. O(1). Valid until a `rewind` to an earlier one, or `reset`. */
  checkpoint(): Checkpoint;
  /**
   * Frees everything allocated since `checkpoint`. O(chunks freed).
   *
   * @throws RangeError OUT_OF_RANGE (of another region, or no longer valid)
   */
  rewind(checkpoint: Checkpoint): void;
  /**
   * A save point that rewinds when it is disposed, unless it was kept. They nest; those opened
   * inside must end first.
   *
   * @example
   * const point = region.savepoint();
   * const at = region.alloc(64);
   * if (at > 0) point.keep(); else point.close();
   */
  savepoint(): Savepoint;
  /** Frees everything allocated so far; the region stays open. */
  reset(): void;
  /** Bytes taken from the arena, and the most it may take (Infinity: no limit of its own). */
  readonly budget: { readonly used: number; readonly limit: number };
  /** Bytes handed out since the start or the last `reset`, rewound ones not counted. */
  readonly allocated: number;
}

/** A position in a region; opaque but for `allocated`. */
export interface Checkpoint {
  /** Bytes that the region had handed out by then. */
  readonly allocated: number;
}

/** A nested save point of a region: `close` rewinds to where it was opened, `keep` does not. */
export interface Savepoint extends Closeable {
  /** Keeps what was allocated since; `close` then does nothing. */
  keep(): void;
}

/** A structure in the arena's directory. Unnamed ones have the name ''. */
export interface StructureInfo {
  readonly name: string;
  readonly type: string;
  /** The number of the structure's own protocol. */
  readonly protocol: number;
  /** For `attach` of its package; the only way to an unnamed one of a loaded image. */
  readonly handle: StructureHandle;
}

/** What `recover` did. */
export interface RecoveryReport {
  /** Dead participants whose slot is free again. */
  readonly reaped: number;
  /** Repairs that ran: one for each structure that a dead participant had open. */
  readonly repaired: number;
  /**
   * Structures that a dead participant had open and for whose type no package is loaded in this
   * thread. Its reservations stand until a thread with that package calls `recover`.
   */
  readonly deferred: readonly { readonly type: string; readonly name: string }[];
  /** Bytes of pages that came back. */
  readonly freedBytes: number;
}

/** One participant in `ArenaStats`. */
export interface ParticipantStats extends Participant {
  readonly state: 'alive' | 'dead' | 'repairing';
  /** The host's thread id where it has one (Node, Deno, Bun), else -1. */
  readonly threadId: number;
  /** Whether a Web Lock tells of its death. */
  readonly locked: boolean;
  /** Bytes of the spans of small blocks that are its own: it alone allocates there. */
  readonly held: number;
  /** Of these, bytes of spans in which no block is: `trim`, called by that thread, frees them. */
  readonly empty: number;
  /** Bytes in which its calls and their results are packed. */
  readonly scratch: number;
}

/**
 * What `alloc` has given out, and what stands ready for it. A block of up to 32 KiB lies in a span
 * of blocks of its size: 4 or 16 KiB, for larger ones than 4 KiB a page of 64 KiB.
 */
export interface ArenaBlockStats {
  /** Blocks that were allocated and not freed. */
  readonly count: number;
  /** Their bytes, each rounded up to what it takes. */
  readonly live: number;
  /** Bytes of the spans, and of blocks that have memory of their own. */
  readonly held: number;
  /** Of these, bytes of spans in which no block is: kept by their threads, see `participants`. */
  readonly empty: number;
  /** Of these, bytes of spans whose thread is gone: who needs blocks of that size goes on there. */
  readonly orphaned: number;
}

/** One structure in `ArenaStats`. */
export interface StructureStats extends StructureInfo {
  /** Threads that have it open. */
  readonly joined: number;
  /** Bytes in its regions. */
  readonly bytes: number;
}

/** The state of an arena; a walk, not a snapshot, while others write. */
export interface ArenaStats {
  /** The whole reservation. */
  readonly bytes: number;
  /**
   * Bytes that are not free: `tables`, `regions`, `blocks.held`, each participant's `scratch`, and
   * what is taken or freed in this moment.
   */
  readonly used: number;
  /** Bytes that anybody can have for anything. */
  readonly free: number;
  /** Bytes of the arena's own tables. */
  readonly tables: number;
  /** Bytes of regions, of structures (see there) and of participants, retired ones included. */
  readonly regions: number;
  readonly blocks: ArenaBlockStats;
  readonly participants: readonly ParticipantStats[];
  readonly structures: readonly StructureStats[];
  /** What readers and snapshots hold back. */
  readonly pinned: {
    /** The oldest era that somebody reads; undefined when nobody does. */
    readonly oldest: bigint | undefined;
    /** The slot of whoever does; undefined when it is a lease that belongs to a structure. */
    readonly slot: number | undefined;
    /** Bytes of pages that are retired and not free yet. */
    readonly bytes: number;
  };
}

/** What `verify` found. */
export interface VerifyReport {
  readonly ok: boolean;
  /** One sentence for each contradiction found. */
  readonly problems: readonly string[];
  /** Structures whose package is not loaded in this thread: only their pages were checked. */
  readonly unwalked: readonly string[];
}

/** The part of a Node `Worker` that `watch` uses. */
export interface NodeWorker {
  readonly threadId: number;
  once(event: 'exit', listener: (code: number) => void): unknown;
}

/** The part of a Web `Worker` that tells it from a Node one. */
export interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: 'error', listener: () => void): void;
}

/** What this runtime and thread can do; see `supports`. */
export interface Supports {
  /** Shared WebAssembly memory exists. */
  readonly shared: boolean;
  /** It may be posted to other threads; in a browser: the page is cross-origin isolated. */
  readonly isolated: boolean;
  /** `Atomics.waitAsync` exists. */
  readonly waitAsync: boolean;
  /** Web Locks exist: `probe` finds dead threads that nobody watches. */
  readonly webLocks: boolean;
  /** This thread may block (`Atomics.wait`); a browser's window may not. */
  readonly blocking: boolean;
  /**
   * How a thread's death is learned here, apart from `bury`. Whether the platform refuses locks is
   * known after `arena.ready`: then 'none'.
   */
  readonly deathDetection: 'exit' | 'locks' | 'none';
}

/**
 * Shared memory that any number of threads read and write at once: an allocator, the structures
 * that live in it, and what is needed to go on when a thread dies in the middle of a call.
 *
 * One thread creates it, others attach by its handle. Each thread has one participant slot, however
 * often it attaches. Every method throws ShmError CLOSED after `detach`; every one but `alloc` and
 * `free`, which are too short to look each time, throws EXPELLED when this thread was declared
 * dead.
 *
 * @example
 * const arena = Arena.create({ bytes: 2 ** 24 });
 * const at = arena.alloc(100);
 * new Uint8Array(arena.memory.buffer, at, 100).fill(7);
 * arena.free(at);
 * arena.detach();
 */
export interface Arena {
  /**
   * What another thread needs for `Arena.attach`. Plain and cloneable: goes through `postMessage`,
   * `workerData`, and the arguments of worker pools.
   *
   * @throws ShmError NOT_ISOLATED in a page that may not share memory; all else works there
   */
  readonly handle: ArenaHandle;
  /** This thread's slot and generation. */
  readonly participant: Participant;
  /** The memory itself. It never grows, so views of it stay valid. */
  readonly memory: ArenaMemory;

  /**
   * Takes a block. O(1) in the common case; no lock, no waiting for other threads.
   *
   * @param bytes 0 (which counts as 1) to the arena's size
   * @param align a power of two, 1 to 65 536; default 16
   * @returns its offset from the arena's start, never 0; content as it was left by the last user
   * @throws ShmError ARENA_FULL (nothing has changed), CONTENDED (only on a thread that may not
   * wait)
   * @throws TypeError INVALID_TYPE, RangeError OUT_OF_RANGE
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * arena.alloc(1000) % 16; // 0
   * arena.alloc(10, 4096) % 4096; // 0
   */
  alloc(bytes: number, align?: number): number;
  /** Like `alloc`, but 0 when the arena is full. */
  tryAlloc(bytes: number, align?: number): number;
  /**
   * Gives a block back, from any thread. O(1) for blocks up to 32 KiB, else O(pages of the block).
   *
   * @throws RangeError OUT_OF_RANGE: no block starts there, or it is free already
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * const at = arena.alloc(10);
   * arena.free(at);
   * arena.free(at); // RangeError OUT_OF_RANGE
   */
  free(offset: number): void;
  /**
   * A bump allocator of this thread, freed as a whole. At most 1 024 regions in an arena, those of
   * structures included.
   *
   * @throws ShmError ARENA_FULL, LIMIT_REACHED (all are in use); after both nothing has changed
   */
  region(options?: RegionOptions): Region;
  /** The structures in the arena, in no order. O(256). */
  structures(): StructureInfo[];

  /**
   * Makes a worker's end the death of its participants in this arena. Call it in the thread that
   * started the worker, before the worker attaches. It keeps no program alive.
   *
   * Node workers, also in Deno and Bun, and Bun's Web Workers: their exit is an event, which comes
   * by the event loop. Web Workers in browsers and Deno: there is none, so this thread calls
   * `probe` twice a second, until it detaches, or until no worker that it watches is referenced and
   * nobody holds a lock. What dies before its `ready` is not found.
   *
   * In Deno 2.9 a Node worker's exit is told at once when it is terminated, though it may compute
   * or wait on: it is buried alive then. Have such workers end by themselves there.
   *
   * Either way the dead are only marked; `recover` cleans up after them, as does any call that one
   * of them is in the way of, and an `attach` that finds no free slot.
   *
   * @throws TypeError WRONG_TYPE (not a worker)
   * @throws ShmError CLOSED (it has exited already), LIMIT_REACHED (a worker may watch 32 others),
   * UNSUPPORTED (a Web Worker, and no Web Locks)
   */
  watch(worker: NodeWorker | WebWorker): void;
  /**
   * Declares a participant dead: the caller promises that no instruction of it will run again. If
   * it is alive all the same, its calls throw EXPELLED from then on; it may `detach` and attach
   * again. Harmless for one that has left.
   */
  bury(participant: Participant): void;
  /**
   * Resolves when this thread's death can be noticed from now on, also if it then computes without
   * a pause: await it first in a Web Worker. Never rejects. Where the thread holds no Web Lock it
   * is resolved at once: its exit tells, or `supports().deathDetection` is 'none' and nothing but
   * `bury` does. A thread that detaches before has nothing to wait for; one that was buried and
   * attaches again has another promise in its new Arena.
   *
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * await arena.ready; // in a browser: this thread holds its lock
   * arena.stats().participants.length; // 1
   */
  readonly ready: Promise<void>;
  /**
   * Declares those dead whose Web Lock the platform has dropped; returns how many. Where there are
   * no Web Locks: 0. Browsers have them, Node from 24.5 on, Deno from 2.9 (for its Web Workers).
   * A worker that computes runs on for 2 seconds after `terminate()` in Chromium, and keeps its
   * lock. The promise may be dropped: nothing is told of a rejection that nobody awaits.
   */
  probe(): Promise<number>;
  /**
   * Finishes or takes back what dead participants had begun, frees what they held, and makes their
   * slots free. O(pages) for each of them. Any thread, at any time, also several at once; a thread
   * that dies in here is recovered by the next one.
   *
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * arena.recover(); // { reaped: 0, repaired: 0, deferred: [], freedBytes: 0 }
   */
  recover(): RecoveryReport;
  /**
   * Gives back what this thread keeps without need: spans of small blocks in which no block is,
   * those of the maps and domains that it has open, too, once nobody reads what was in them, and a
   * scratch that has grown; also what threads that are gone have left, and regions that nobody
   * reads any more. Before `alloc` or `region` says that the arena is full, it does this by itself,
   * but for the maps and domains. Returns how many bytes. O(structures that are open + parts of the
   * arena that they have blocks in) when nothing was freed since the last time.
   *
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * arena.free(arena.alloc(100));
   * arena.stats().blocks; // { count: 0, live: 0, held: 4096, empty: 4096, orphaned: 0 }
   * arena.trim(); // 4096
   * arena.stats().blocks.held; // 0
   */
  trim(): number;
  /**
   * Who has which memory, and who is there. O(memory that was ever in use). While others write, a
   * walk and not a snapshot. A leak: `blocks.live` or a structure's `bytes` grow while what you
   * hold does not; `blocks.empty` is kept and not lost.
   */
  stats(): ArenaStats;
  /**
   * Walks everything and looks for contradictions. O(size). While other threads write it may report
   * what is only in motion.
   */
  verify(): VerifyReport;
  /**
   * The arena as chunks of bytes, for `Arena.load`: pages in use, with checksums. O(used bytes).
   * Other threads may read meanwhile. A write that another thread is paused in the middle of counts
   * as one that its thread died in.
   *
   * @throws ShmError ARENA_BUSY, at the end: what was given out before was changed meanwhile, so
   * the chunks are of no single moment
   */
  save(): AsyncIterable<Uint8Array>;
  /**
   * Leaves: closes this thread's regions and structures, and gives the slot back. When the thread
   * has attached several times, the last `detach` does. Twice is harmless.
   *
   * An arena that is dropped instead is given back when the engine collects it, some time or never,
   * as if the thread had died: once nothing in this thread leads to it. What does, beside the Arena
   * object: its regions and what is open in it, snapshots, iterators, guards; a promise or an image
   * that is not finished; a builder that runs; `watch`, until the worker has ended. Not `handle`,
   * `memory` and views of it: keep the Arena while you use its regions' memory.
   */
  detach(): void;
  /** Same as `detach`. */
  [Symbol.dispose](): void;
}

/** How to get an arena. */
export interface ArenaConstructor {
  /**
   * Reserves memory and makes an arena in it; this thread is attached. The system gives pages when
   * they are touched. Works, for this thread, also in a page that may not share memory.
   *
   * @throws TypeError INVALID_TYPE, RangeError OUT_OF_RANGE (also when the platform refuses so
   * much), ShmError UNSUPPORTED (a page's Content-Security-Policy without `'wasm-unsafe-eval'`)
   * @example
   * const arena = Arena.create({ bytes: 2 ** 26, participants: 8 });
   * arena.stats().bytes; // 67108864
   */
  create(options?: ArenaOptions): Arena;
  /**
   * Attaches the arena of another thread. A second time in one thread: the same slot. When all
   * slots are taken, and some by dead threads, it recovers them first. What it checks finds
   * mistakes, not forgeries: a memory that was made to look like an arena is taken for one.
   *
   * @throws TypeError WRONG_TYPE (not a handle), UNSUPPORTED (its memory is not shared)
   * @throws RangeError ARENA_CORRUPT (smaller than it says)
   * @throws ShmError ARENA_FOREIGN, ARENA_PROTOCOL, ARENA_CORRUPT, NO_SLOT, ARENA_FULL
   */
  attach(handle: ArenaHandle): Arena;
  /**
   * A new arena with the content of an image. Its structures are opened by name, or attached by
   * what `structures` gives: handles of the saved arena mean nothing in this one. Participants of
   * the saved arena are dead in it: what they were in the middle of is finished or taken back.
   *
   * An image is bound to the protocol numbers of what it contains: the arena's is compared before
   * anything else is read, a structure's when it is opened. A refused source is closed. Await it:
   * a rejection that nobody hears of ends a Node process, as that of any promise.
   *
   * @throws ShmError ARENA_FOREIGN, ARENA_PROTOCOL, ARENA_CORRUPT (truncated, or damaged)
   * @throws RangeError OUT_OF_RANGE (larger than `maxBytes`)
   * @example
   * const arena = Arena.create({ bytes: 2 ** 24 });
   * const chunks = [];
   * for await (const chunk of arena.save()) chunks.push(chunk);
   * const copy = await Arena.load(new Blob(chunks).stream());
   * copy.verify().ok; // true
   */
  load(source: Uint8Array | AsyncIterable<Uint8Array>, options?: LoadOptions): Promise<Arena>;
  readonly prototype: Arena;
  [Symbol.hasInstance](value: unknown): value is Arena;
}

/** The class of all arenas: makes them, attaches them, loads them from images. */
export const Arena: ArenaConstructor = SharedArena;

/** Same as the type `Arena`. */
export type ArenaInstance = Arena;

// ── Codecs ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Turns values into bytes and back. `id` and `version` stand in the directory: a structure is only
 * opened with the codecs that it was created with.
 *
 * As a **key** codec its bytes decide the order, equal keys must give equal bytes, and a decoded
 * key must encode to the bytes that it came from. It may be made of other codecs, and be a part of
 * a `tuple` or of `descending`.
 *
 * `encode` and `decode` see private memory only, so everything the platform has works on it; it is
 * not zeroed before. `encode` must leave the arena alone: a call that it makes there is found, and
 * the write refused (TypeError). `decode` may use the arena.
 *
 * What `encode` and `size` return is checked before anything is written: no whole number from 0 on
 * is a TypeError or a RangeError that names the codec. What they throw is passed on. In all these
 * cases nothing has changed.
 *
 * @example
 * const point: Codec<{ x: number; y: number }> = {
 *   id: 'point',
 *   version: 1,
 *   size: 16,
 *   encode({ x, y }, target, at) {
 *     const view = new DataView(target.buffer, target.byteOffset + at);
 *     view.setFloat64(0, x);
 *     view.setFloat64(8, y);
 *     return 16;
 *   },
 *   decode(source, at) {
 *     const view = new DataView(source.buffer, source.byteOffset + at);
 *     return { x: view.getFloat64(0), y: view.getFloat64(8) };
 *   },
 * };
 * const bytes = new Uint8Array(16);
 * point.encode({ x: 1, y: 2 }, bytes, 0); // 16
 * point.decode(bytes, 0, 16); // { x: 1, y: 2 }
 */
export interface Codec<T> {
  /** Names the encoding, 1 to 24 bytes of UTF-8. */
  readonly id: string;
  /** A whole number from 0; raise it when the bytes change. */
  readonly version: number;
  /**
   * Bytes of every value, when they all take the same number of them: then `encode` has to return
   * it, else it is a RangeError. Or a function that gives an upper bound cheaply. Either way the
   * first call of `encode` is offered so much, up to 16 times the limit of a key or 2 GiB. Left
   * out: the first call is offered at least 256 bytes.
   */
  readonly size?: number | ((value: T) => number) | undefined;
  /**
   * Writes the bytes of `value` from `target[at]` on and returns how many they are. When they are
   * more than `target.length - at`, it returns their number (or more) and is called once more, with
   * that much room; then they have to fit, else it is a RangeError.
   */
  encode(value: T, target: Uint8Array, at: number): number;
  /** Reads a value back. `source` is only valid during the call: copy what you keep. */
  decode(source: Uint8Array, at: number, length: number): T;
  /**
   * Writes the bytes that all keys start with that have `prefix` as a leading part; returns as
   * `encode` does. Left out: `Range.prefix` is a TypeError for these keys.
   */
  encodePrefix?(prefix: unknown, target: Uint8Array, at: number): number;
}

/** A codec of whatever values. */
// biome-ignore lint/suspicious/noExplicitAny: with `unknown` no codec of particular values fits
export type AnyCodec = Codec<any>;

/**
 * The codecs that options must have for keys of type `K` and values of type `V`: none for the
 * defaults, which are strings and `unknown` (JSON).
 */
export type CodecsOf<K, V> = ([K, string] extends [string, K]
  ? object
  : { readonly key: Codec<K> }) &
  (unknown extends V ? object : { readonly value: Codec<V> });

/** The type of the values that a codec encodes. */
export type Coded<C> = C extends Codec<infer T> ? T : never;

// ── Maps ─────────────────────────────────────────────────────────────────────────────────────────

/** The leading parts of a tuple: `[a, b, c]` has `[]`, `[a]`, `[a, b]` and `[a, b, c]`. */
export type Leading<T extends readonly unknown[]> = T extends readonly [infer First, ...infer Rest]
  ? readonly [] | readonly [First, ...Leading<Rest>]
  : readonly [];

/** What `Range.prefix` takes for keys of type `K`. */
export type Prefix<K> = K extends readonly unknown[] ? Leading<K> : K;

/**
 * Which keys, in which order. Bounds: `gt` and `lt` without the key itself, `gte` and `lte` with
 * it; the narrower of two wins. `prefix`: keys with this leading part (of a tuple) or these leading
 * characters or bytes (`utf8`, `bytes`).
 */
export interface Range<K> {
  gt?: K | undefined;
  gte?: K | undefined;
  lt?: K | undefined;
  lte?: K | undefined;
  prefix?: Prefix<K> | undefined;
  /** From the last key to the first. Default false. */
  reverse?: boolean | undefined;
  /** The most entries; default: all. */
  limit?: number | undefined;
}

/** What every map can be asked. All methods: any thread; readers never wait for writers. */
export interface ReadableMap<K, V> {
  /** The value of `key`, or `undefined` when it has none. */
  get(key: K): V | undefined;
  /** Whether `key` has a value. Decodes nothing. */
  has(key: K): boolean;
  /** The number of entries; exact when no write is in flight, also after deaths. */
  readonly size: number;
  /** `get` for many keys in one go; the results are in the order of the keys. */
  getMany(keys: Iterable<K>): (V | undefined)[];
  /**
   * Texts that an iteration gives may be parts of one text of up to 1 KiB, which an engine keeps
   * with each of them.
   */
  entries(): IterableIterator<[K, V]>;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  /** Calls `visit` with every value and key, in the order of `entries`. */
  forEach(visit: (value: V, key: K) => void): void;
  /** Same as `entries()`. */
  [Symbol.iterator](): IterableIterator<[K, V]>;
}

/** A map that can be written. Each call is one atomic step, as seen by every thread. */
export interface WritableMap<K, V> extends ReadableMap<K, V> {
  /** Stores the value, whether or not the key has one. */
  set(key: K, value: V): this;
  /** Stores the value and returns the one that was there. */
  swap(key: K, value: V): V | undefined;
  /** Stores the value if the key has none; returns whether it did. */
  insert(key: K, value: V): boolean;
  /** Stores the value if the key has one; returns whether it did. */
  replace(key: K, value: V): boolean;
  /** Removes the entry; returns whether there was one. */
  delete(key: K): boolean;
  /** Removes the entry and returns its value. */
  take(key: K): V | undefined;
  /** Stores `next` if the value is `expected`, compared as encoded bytes; `undefined`: no entry. */
  compareAndSet(key: K, expected: V | undefined, next: V): boolean;
  /** Removes the entry if its value is `expected`, compared as encoded bytes. */
  compareAndDelete(key: K, expected: V): boolean;
  /** The value of `key`, after storing `value` if it had none. */
  getOrInsert(key: K, value: V): V;
  /**
   * Like `getOrInsert`; `fn` runs under no lock, only when the key has no value, and may run in
   * vain.
   */
  getOrInsertComputed(key: K, fn: (key: K) => V): V;
  /**
   * Replaces the value by `fn(value)`, retried until it lands; `undefined` deletes. Returns the new
   * one.
   */
  update(key: K, fn: (old: V | undefined) => V | undefined): V | undefined;
  /**
   * `set` for each entry, each one atomic. On ARENA_FULL the error's `landed` says how many were
   * set.
   */
  setMany(entries: Iterable<readonly [K, V]>): void;
  insertMany(entries: Iterable<readonly [K, V]>): boolean[];
  /** Returns how many were there. */
  deleteMany(keys: Iterable<K>): number;
  /** Removes what was there when it was called. */
  clear(): void;
  /** The map as of one instant. */
  snapshot(): Snapshot<K, V>;
}

/**
 * A map whose keys have an order: that of their encoded bytes, which the key codecs keep.
 *
 * Iterations (but those of a snapshot) hold nothing between batches, yield every key that was there
 * throughout exactly once and in order, and may or may not show what changes meanwhile. The map may
 * be used and changed inside them; one that is abandoned leaks nothing. The next step after a
 * `close`, a `destroy` through the same handle or a `detach` throws as other reads do; when another
 * handle destroys the structure, what was read ahead may be given out before.
 */
export interface OrderedReadable<K, V> extends ReadableMap<K, V> {
  /**
   * Entries in key order.
   * @throws TypeError for a bound the codec cannot encode and for an unknown member of the range,
   * RangeError for a bad `limit`
   */
  entries(range?: Range<K>): IterableIterator<[K, V]>;
  /** Keys in order; values are not copied. Consistency as `entries`. */
  keys(range?: Range<K>): IterableIterator<K>;
  /** Values in key order. Consistency as `entries`. */
  values(range?: Range<K>): IterableIterator<V>;
  /**
   * Calls `visit` for the entries of `range`, without iterator objects; `false` stops.
   * @returns how many entries were visited, the one that stopped it included
   */
  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number;
  /** The entry with the least key. */
  first(): [K, V] | undefined;
  /** The entry with the greatest key. */
  last(): [K, V] | undefined;
  /** The entry with the greatest key that is `key` or less. */
  floor(key: K): [K, V] | undefined;
  /** The entry with the least key that is `key` or greater. */
  ceiling(key: K): [K, V] | undefined;
  /** The entry with the greatest key below `key`. */
  lower(key: K): [K, V] | undefined;
  /** The entry with the least key above `key`. */
  higher(key: K): [K, V] | undefined;
  /** How many entries `range` has, at most its `limit`. */
  count(range?: Range<K>): number;
  /**
   * A place that moves both ways within `range`. A fresh cursor stands before the first entry:
   * `valid` is false, `next()` goes to the first. Beyond one end, only the way back leads in again.
   * `reverse` turns the directions round; `limit` is not for cursors. Consistency as `entries`. It
   * holds nothing, so `close()` is good manners only. It ends with what it reads, as iterators do.
   * @throws RangeError for a range with `limit`
   */
  cursor(range?: Range<K>): Cursor<K, V>;
}

/** A position between or on the entries of a range. It begins before the first one. */
export interface Cursor<K, V> extends Closeable {
  /** Moves to the first entry whose key is ≥ `key`; returns whether there is one. */
  seek(key: K): boolean;
  /** Moves to the last entry of the range; returns whether there is one. */
  seekLast(): boolean;
  next(): boolean;
  prev(): boolean;
  /**
   * Whether it stands on an entry; `key` and `value` are `undefined` when not. Each of them is
   * decoded when it is asked for, and throws what the codec throws.
   */
  readonly valid: boolean;
  readonly key: K | undefined;
  readonly value: V | undefined;
}

/** A map as of one instant; it holds memory back until it is closed. */
export interface Snapshot<K, V> extends ReadableMap<K, V>, Closeable {}

// ── Structures ───────────────────────────────────────────────────────────────────────────────────

/** Names a structure in another thread: `X.attach(arena, handle)`. Plain and cloneable. */
export interface StructureHandle {
  /** The kind of structure: 'SkipList'. */
  readonly type: string;
  /** The arena's id. */
  readonly arena: string;
  readonly entry: number;
  readonly generation: number;
}
