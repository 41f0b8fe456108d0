// The contract of @x/reclaim-hazard: every public type, option, unit and error. The examples are
// run by test/examples.test.ts: there `arena` is a fresh arena, and a comment behind an expression
// is its value.

import type { Arena, StructureHandle, VerifyReport } from '@x/shm-arena';

/** A cloneable name of a domain: goes through `postMessage`, `workerData` and pool arguments. */
export type HazardDomainHandle = StructureHandle;

/** A cloneable name of a cell. */
export interface AtomicHandle {
  readonly domain: HazardDomainHandle;
  /** Offset of the cell's word in the arena. */
  readonly offset: number;
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
  name?: string;
  /** Default `eras`. Fixed for the domain's life. */
  scheme?: Scheme;
  /** Hazards of each thread, 1 to 32. Default 8. Fixed for the domain's life. */
  hazards?: number;
}

/** Counts of a domain. While others work it is a sum of moments. */
export interface HazardDomainStats {
  readonly scheme: Scheme;
  readonly hazards: number;
  /** Threads that have it open. */
  readonly threads: number;
  /** Retired lists of threads that are gone, not yet scanned by others. */
  readonly orphans: number;
  /** Blocks allocated and not retired, as threads last told: at most 256 a thread late. */
  readonly blocks: number;
  /** Retired and not free yet. */
  readonly pendingBlocks: number;
  /** The same in bytes, headers included. */
  readonly pendingBytes: number;
  /** Of these, what the last scans had to leave to hazards and leases. */
  readonly keptBlocks: number;
  /**
   * `pendingBlocks` never exceeds it: for each retired list 2 · H (H = all threads' hazards) but at
   * least 256, and twice `keptBlocks` together.
   */
  readonly boundBlocks: number;
  /**
   * `pendingBytes` never exceeds it: 4 MiB for each list and one largest block, twice what is
   * kept.
   */
  readonly boundBytes: number;
  /** Memory of the domain. It grows to what was in use at once, and is freed with the domain. */
  readonly bytes: number;
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
export interface HazardDomain {
  readonly handle: HazardDomainHandle;
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
  /**
   * A block of at least `bytes` bytes, aligned to 16, with unspecified content. O(1) amortised.
   * @param bytes 1 to 1 835 000
   * @returns its offset
   * @throws ShmError ARENA_FULL: nothing has changed. RangeError
   */
  alloc(bytes: number): number;
  /**
   * Gives a block up that can be reached no more; it is freed when no hazard and no lease keeps it.
   * Now and then scans. Wait-free; O(1) amortised.
   * @throws RangeError when no block in use starts there (best effort)
   */
  retire(offset: number): void;
  /** Scans: frees what can be freed now, also of threads that are gone. Returns how many blocks. */
  collect(): number;
  /** A new cell in the arena, with `initial` in it. Gone with the domain. ARENA_FULL. */
  atomic(initial?: number): Atomic;
  /** A cell that another thread made. @throws TypeError for what is no such handle, RangeError */
  attachAtomic(handle: AtomicHandle): Atomic;
  stats(): HazardDomainStats;
  /** Walks all lists. Only while nobody uses the domain. */
  verify(): VerifyReport;
  /** Ends this instance, its hazards and leases with it. Twice is harmless. */
  close(): void;
  /** Ends the domain for everybody: all its blocks and cells are freed when nobody reads them. */
  destroy(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/** What stands on `HazardDomain` itself. */
export interface HazardDomainFactory {
  /** `domain instanceof HazardDomain`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is HazardDomain;

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

  /** Opens the domain called `name`. @throws ShmError NAME_UNKNOWN, WRONG_TYPE, ARENA_PROTOCOL */
  open(arena: Arena, name: string): HazardDomain;

  /**
   * Opens the domain called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded. Other options count only for the one who makes it.
   */
  openOrCreate(arena: Arena, options: HazardDomainOptions & { name: string }): HazardDomain;

  /** Opens the domain that `handle` means. @throws ShmError CLOSED when it was destroyed, … */
  attach(arena: Arena, handle: HazardDomainHandle): HazardDomain;
}
