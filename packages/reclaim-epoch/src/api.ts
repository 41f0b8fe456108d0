// The contract of @x/reclaim-epoch: every public type, option, unit and error. The examples are
// run by test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression
// is its value.

import type { Arena, StructureHandle } from '@x/shm-arena';
import type { AtomicHandle, BlockStats, Blocks, BlocksFactory, Reader } from '@x/shm-arena/domain';
import { Domain } from './domain.ts';

// Both reclaimers have these: blocks.ts of the arena says what they promise.
export type { AtomicHandle, BlockStats, Blocks, BlocksFactory, Reader };

/** A cloneable name of a domain: goes through `postMessage`, `workerData` and pool arguments. */
export type EpochDomainHandle = StructureHandle;

/**
 * How a domain knows what readers may still hold.
 *
 * - `interval`: a reader keeps the blocks that were alive between its pin and its last load. One
 *   that has stopped keeps a bounded number of blocks, however much is retired after it.
 * - `epoch`: loads are cheaper by two reads, and a reader that has stopped keeps everything that is
 *   retired from then on. `stats().stalled` says who, since when, and how much. Leases of the arena
 *   (snapshots) keep nothing in such a domain.
 */
export type Scheme = 'interval' | 'epoch';

export interface EpochDomainOptions {
  /** Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. */
  name?: string | undefined;
  /** Default `interval`. Fixed for the domain's life; who opens it gets what it is. */
  scheme?: Scheme | undefined;
}

/** Counts of a domain. While others work it is a sum of moments. */
export interface EpochDomainStats extends BlockStats {
  readonly scheme: Scheme;
  /**
   * Reservations (pins and leases; epoch scheme: guards) that stand, this call's own not counted.
   */
  readonly readers: number;
  /**
   * What collects can be made to leave by these: for each, the most blocks that were in use at
   * once, and 256 a thread for each era that it spans, and one. `Infinity` in the epoch scheme
   * while somebody reads.
   */
  readonly keepableBlocks: number;
  /** The oldest of them. In the interval scheme it may be of another structure of the arena. */
  readonly oldestPin: Reader | undefined;
  /** Epoch scheme: the reader that holds the epoch up, and the bytes that wait for it. */
  readonly stalled: (Reader & { readonly bytes: number }) | undefined;
}

/**
 * Keeps what its thread loads from being freed, until it is closed. Keep it short, and do not hold
 * it over an `await`.
 */
export interface Guard {
  /** False once closed. */
  readonly isOpen: boolean;
  /**
   * Moves the guard to the present, in a long loop: whatever was loaded before may be freed now.
   * @returns false when other guards or pins of this thread are open, and nothing was moved
   * @throws ShmError WRONG_GUARD when closed; CLOSED when the domain was destroyed, and what was
   *   loaded stays until the guard is closed
   */
  refresh(): boolean;
  /** Ends it. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * A 32-bit word in the arena that holds the offset of a block, 0 for none, read and written by any
 * thread. What a call returns may be read until the guard ends, and compared with what the word
 * holds later: while the guard is open no block it has seen is used again (no ABA).
 *
 * A cell is a *root* when nobody retires the block that it stands in while it is read: `atomic()`
 * makes one. A *link* stands in a block that may be taken out and retired (`atomicAt`); it is
 * followed by `tryLoad` alone. A guard serves one walk from a root along links at a time.
 *
 * All methods: any thread, O(1), never block. `guard` must be open, of this thread and domain.
 * @throws ShmError WRONG_GUARD, CLOSED (this instance of the domain was closed)
 */
export interface Atomic {
  readonly handle: AtomicHandle;
  /**
   * The block that a root names. Wait-free: repeats only when the arena's era has moved, 16 times
   * at most.
   * @throws ShmError CONTENDED: the era ran ahead each time; nothing has changed
   */
  load(guard: Guard): number;
  /**
   * The block that a link names, in a block that was reached from a root by `load` and `tryLoad`
   * under this guard. Wait-free. The links of a block must not change once it was taken out.
   * @returns undefined: the era has moved since the walk began, so the link may name what is freed
   *   already; start again at the root. Never in the epoch scheme
   * @example
   * const domain = EpochDomain.create(arena);
   * const guard = domain.pin();
   * const root = domain.atomic(domain.alloc(4));
   * const link = domain.atomicAt(root.load(guard)); // The first word of the block.
   * link.store(0, guard);
   * link.tryLoad(guard); // 0
   * guard.close();
   */
  tryLoad(guard: Guard): number | undefined;
  /**
   * For a word that nobody else changes now; else `swap`, so that what was there can be retired.
   */
  store(offset: number, guard: Guard): void;
  /** Stores, and returns what was there: it is the caller's, to retire. */
  swap(offset: number, guard: Guard): number;
  /**
   * Stores `next` if the word holds `expected`. Returns what it held: `expected` means stored.
   * Another block that it returns may be read if the cell is a root; what a link held is good to
   * compare.
   * @throws ShmError CONTENDED: the word went away from `expected` and back, or the era moved, 16
   *   times in the call; nothing was stored
   */
  compareExchange(expected: number, next: number, guard: Guard): number;
}

/**
 * Blocks that readers may hold while writers replace them.
 *
 * A block is allocated, filled, published by storing its offset in a cell, taken out of the cells,
 * and retired; it is used again when no reader can hold it. What dies with a thread: a retired
 * block is freed by the others; one that its thread had allocated and not published, or taken out
 * and not retired, stays allocated until the domain is destroyed, since only its user could tell.
 *
 * All methods throw CLOSED after `close`, and when the domain was destroyed; EXPELLED when this
 * thread was declared dead.
 */
export interface EpochDomain extends Blocks<Atomic, EpochDomainStats> {
  readonly scheme: Scheme;
  /**
   * Begins reading. Guards nest: what counts is the outermost. Wait-free; in the interval scheme
   * without a store while the era stands still.
   */
  pin(): Guard;
}

/** What stands on `EpochDomain` itself. */
export interface EpochDomainFactory extends BlocksFactory<EpochDomain, EpochDomainOptions> {
  /**
   * Makes a domain. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
   * @example
   * const domain = EpochDomain.create(arena, { name: 'nodes' });
   * const words = new Uint32Array(arena.memory.buffer);
   * const cell = domain.atomic();
   * const block = domain.alloc(4);
   * words[block / 4] = 42; // Not published yet: nobody else can look.
   * const guard = domain.pin();
   * cell.swap(block, guard); // 0
   * words[cell.load(guard) / 4]; // 42
   * domain.retire(cell.swap(0, guard));
   * domain.collect(); // 0
   * guard.close();
   * domain.collect(); // 1
   */
  create(arena: Arena, options?: EpochDomainOptions): EpochDomain;
}

/** Makes, opens and attaches domains. */
export const EpochDomain: EpochDomainFactory = Domain;
