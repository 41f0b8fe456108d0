// The contract of @x/reclaim-hazard: every public type, option, unit and error. The examples are
// run by test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression
// is its value.

import type { Arena, StructureHandle } from '@x/shm-arena';
import type { AtomicHandle, BlockStats, Blocks, BlocksFactory } from '@x/shm-arena/domain';
import { Domain } from './domain.ts';

// Both reclaimers have these: blocks.ts of the arena says what they promise.
export type { AtomicHandle, BlockStats, Blocks, BlocksFactory };

/** A cloneable name of a domain: goes through `postMessage`, `workerData` and pool arguments. */
export type HazardDomainHandle = StructureHandle;

/** A cloneable name of a shared lease. */
export interface SharedLeaseHandle {
  readonly domain: HazardDomainHandle;
  /** Where it stands in the arena, and which of those that stood there it is. */
  readonly record: number;
  readonly generation: number;
}

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
  name?: string | undefined;
  /** Default `eras`. Fixed for the domain's life. */
  scheme?: Scheme | undefined;
  /** Hazards of each thread, 1 to 32. Default 8. Fixed for the domain's life. */
  hazards?: number | undefined;
}

/** Counts of a domain. While others work it is a sum of moments. */
export interface HazardDomainStats extends BlockStats {
  readonly scheme: Scheme;
  readonly hazards: number;
}

/**
 * A 32-bit word in the arena that holds the offset of a block, 0 for none. It is a *root* when
 * nobody retires the block that it stands in while it is read: `atomic()` makes one. A *link*
 * stands in a block that may be taken out and retired (`atomicAt`).
 */
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

export interface LeaseOptions {
  /** It belongs to the domain, not to this thread. Default false. */
  readonly shared?: boolean | undefined;
}

/**
 * A lease that belongs to the domain and not to a thread: it outlives the thread that took it, and
 * lasts until anybody closes it or the domain is destroyed. Who closes it must know that nobody
 * reads under it any more; so must who destroys the domain, which ends the lease too.
 */
export interface SharedLease extends Lease {
  /** For other threads. */
  readonly handle: SharedLeaseHandle;
  /** False once anybody closed it, in whatever thread, or the domain was destroyed. */
  readonly isOpen: boolean;
  /**
   * Ends it for everybody. Twice is harmless.
   * @throws ShmError CLOSED when this thread has left the arena, EXPELLED
   */
  close(): void;
}

/**
 * Blocks that readers protect one by one while writers replace them; and leases, which keep whole
 * persistent structures as they were.
 *
 * What dies with a thread: its hazards end, and its leases but for the shared ones; its retired
 * blocks are freed by the others; a block it had allocated and not published, or taken out and not
 * retired, stays until the domain is destroyed.
 *
 * All methods throw CLOSED after `close`, and when the domain was destroyed; EXPELLED when this
 * thread was declared dead.
 */
export interface HazardDomain extends Blocks<Atomic, HazardDomainStats> {
  readonly scheme: Scheme;
  /** Hazards of each thread. */
  readonly hazards: number;
  /**
   * Loads the block that a root names and protects it with hazard `index` of this thread, in place
   * of what that protected before. It may be read until `index` protects another or is released.
   * Lock-free: repeats while others change the word (pointers) or the era moves (eras), 1 024 times
   * at most.
   * @returns its offset, 0 for none
   * @throws RangeError for an index the domain does not have; ShmError WRONG_GUARD for a cell of
   * another domain; CONTENDED: others were faster each time, and `index` protects nothing
   */
  protect(atomic: Atomic, index: number): number;
  /**
   * The same for a link inside the block that hazard `parent` protects, which stays protected
   * unless `index` is `parent`. Wait-free.
   *
   * With `eras` a link of a block that was taken out must not change. With `pointers` whoever takes
   * a block out must first put something into its links that names no block, say 1: the reader gets
   * that, and starts again at the root.
   * @returns undefined: start again at the root; the era has moved since `parent` was set (eras),
   *   or the link changed again and again (pointers)
   * @throws RangeError; ShmError WRONG_GUARD, also when `parent` protects nothing
   * @example
   * const domain = HazardDomain.create(arena);
   * const root = domain.atomic(domain.alloc(4));
   * const first = domain.protect(root, 0);
   * const link = domain.atomicAt(first); // The first word of the block.
   * link.store(0);
   * domain.tryProtect(link, 1, 0); // 0
   * domain.retire(root.swap(0));
   * domain.collect(); // 0, and the era moves
   * link.store(first);
   * domain.tryProtect(link, 1, 0); // undefined
   */
  tryProtect(atomic: Atomic, index: number, parent: number): number | undefined;
  /** Lets go of what `index` protects. @throws ShmError WRONG_GUARD when it protects nothing */
  release(index: number): void;
  /**
   * Keeps what `atomic` names now, and all that was alive in this instant, until it is closed. It
   * moves the arena's era on; a block born later is not kept by it.
   */
  lease(atomic: Atomic): Lease;
  /**
   * The same for all threads: `handle` names it, any thread may close it, and it stays when this
   * one ends. Up to 15 936 are open in an arena; beyond 64 they need a page for 1 984 of them,
   * which stays. Lock-free.
   * @throws ShmError LIMIT_REACHED: so many are open; ARENA_FULL: no page is left. Nothing has
   * changed
   * @example
   * const domain = HazardDomain.create(arena);
   * const words = new Uint32Array(arena.memory.buffer);
   * const cell = domain.atomic(domain.alloc(4));
   * const lease = domain.lease(cell, { shared: true });
   * words[lease.root / 4] = 42;
   * domain.retire(cell.swap(0));
   * domain.collect(); // 0
   * const message = structuredClone(lease.handle); // As postMessage would.
   * const found = domain.attachLease(message);
   * words[found.root / 4]; // 42
   * found.close();
   * domain.collect(); // 1
   * lease.isOpen; // false
   */
  lease(atomic: Atomic, options: { readonly shared: true }): SharedLease;
  lease(atomic: Atomic, options?: LeaseOptions): Lease;
  /**
   * A shared lease that another thread took.
   * @throws ShmError CLOSED when it was closed. TypeError for what is no such handle, RangeError
   * for one of another domain
   */
  attachLease(handle: SharedLeaseHandle): SharedLease;
  /**
   * The shared leases of the domain that are open, in no order: also those whose taker died before
   * it told anybody.
   * @example
   * const domain = HazardDomain.create(arena);
   * const lease = domain.lease(domain.atomic(), { shared: true });
   * domain.leases().length; // 1
   * for (const handle of domain.leases()) domain.attachLease(handle).close();
   * lease.isOpen; // false
   */
  leases(): SharedLeaseHandle[];
}

/** What stands on `HazardDomain` itself. */
export interface HazardDomainFactory extends BlocksFactory<HazardDomain, HazardDomainOptions> {
  /**
   * Makes a domain. Any thread; never blocks.
   * @throws ShmError NAME_TAKEN, ARENA_FULL, LIMIT_REACHED (the directory is full, or no region is
   * left)
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

/** Makes, opens and attaches domains. */
export const HazardDomain: HazardDomainFactory = Domain;
