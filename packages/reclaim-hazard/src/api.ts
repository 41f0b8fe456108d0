// The contract of @x/reclaim-hazard: every public type, option, unit and error. The examples are
// run by test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression
// is its value.

import type { Arena, StructureHandle } from '@x/shm-arena';
import type { AtomicHandle, BlockStats, Blocks, BlocksFactory } from '@x/shm-arena/internal';

// Both reclaimers have these: blocks.ts of the arena says what they promise.
export type { AtomicHandle, BlockStats, Blocks, BlocksFactory };

/** A cloneable name of a domain: goes through `postMessage`, `workerData` and pool arguments. */
export type HazardDomainHandle = StructureHandle;

/**
 * What a hazard holds.
 *
 * - `eras`: the era of the load. It keeps all blocks that were alive then; loads store only
 *   when the era has moved.
 * - `pointers`: the block itself, and nothing else: the fewest blocks are kept, and each load costs
 *   a store and another load.
 */
export type Scheme = 'eras' | 'pointers';

export interface HazardDomainOptions {
  /** Name in the arena's directory, 1 to 96 bytes of UTF-8. None: reachable by handle only. */
  name?: string;
  /** Default `eras`. Fixed for the domain's life. */
  scheme?: Scheme;
  /** Hazards of each thread, 1 to 32. Default 8. Fixed for the domain's life. */
  hazards?: number;
}

/** Counts of a domain. While others work it is a sum of moments. */
export interface HazardDomainStats extends BlockStats {
  readonly scheme: Scheme;
  readonly hazards: number;
}

/** A 32-bit word in the arena that holds the offset of a block, 0 for none. */
export interface Atomic {
  readonly handle: AtomicHandle;
  /**
   * For a word that nobody else changes now; else `swap`, so that what was there can be retired.
   */
  store(offset: number): void;
  /** Stores, and returns what was there: it is the caller's, to retire. */
  swap(offset: number): number;
  /**
   * Stores `next` if the word holds `expected`, which must be 0 or protected by this thread, so
   * that it cannot have come back. After a lost race it waits a little, the longer the more often
   * this thread loses.
   * @returns whether it was stored
   */
  compareExchange(expected: number, next: number): boolean;
}

/**
 * An instant that is kept: a block that was alive in it stays, however long and whoever retires
 * it.
 */
export interface Lease {
  /** What the cell held in that instant. */
  readonly root: number;
  /** False once closed. */
  readonly isOpen: boolean;
  /** Ends it. Twice is harmless. */
  close(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/**
 * Blocks that readers protect one by one while writers replace them; and leases, which keep whole
 * persistent structures as they were.
 *
 * What dies with a thread: its hazards and leases end, its retired blocks are freed by the others;
 * a block it had allocated and not published, or taken out and not retired, stays until the domain
 * is destroyed.
 *
 * All methods throw CLOSED after `close`, and when the domain was destroyed; EXPELLED when this
 * thread was declared dead.
 */
export interface HazardDomain extends Blocks<Atomic, HazardDomainStats> {
  readonly scheme: Scheme;
  /** Hazards of each thread. */
  readonly hazards: number;
  /**
   * Loads a block and protects it with hazard `index` of this thread, in place of what that
   * protected before. It may be read until `index` protects another or is released. Repeats while
   * others change the word (pointers) or the era moves (eras).
   * @returns its offset, 0 for none
   * @throws RangeError for an index the domain does not have; ShmError WRONG_GUARD for a cell of
   * another domain
   */
  protect(atomic: Atomic, index: number): number;
  /** Lets go of what `index` protects. @throws ShmError WRONG_GUARD when it protects nothing */
  release(index: number): void;
  /**
   * Keeps what `atomic` names now, and all that was alive in this instant, until it is closed. It
   * moves the arena's era on; a block born later is not kept by it.
   */
  lease(atomic: Atomic): Lease;
}

/** What stands on `HazardDomain` itself. */
export interface HazardDomainFactory extends BlocksFactory<HazardDomain, HazardDomainOptions> {
  /**
   * Makes a domain. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full)
   * @example
   * const domain = HazardDomain.create(arena, { name: 'nodes', scheme: 'pointers' });
   * const words = new Uint32Array(arena.memory.buffer);
   * const block = domain.alloc(4);
   * words[block / 4] = 42; // Not published yet: nobody else can look.
   * const cell = domain.atomic(block);
   * words[domain.protect(cell, 0) / 4]; // 42
   * domain.retire(cell.swap(0));
   * domain.collect(); // 0
   * domain.release(0);
   * domain.collect(); // 1
   */
  create(arena: Arena, options?: HazardDomainOptions): HazardDomain;
}
