// The part of the contract that both reclaimers share: blocks of a domain, from allocation to
// reuse, and coming and going. How readers say what they read is the packages' own.

import type { Arena, StructureHandle, VerifyReport } from '../api.ts';

/** A cloneable name of a cell. */
export interface AtomicHandle {
  readonly domain: StructureHandle;
  /** Offset of the cell's word in the arena. */
  readonly offset: number;
}

/** Who reads since when. */
export interface Reader {
  /** The participant's slot. */
  readonly slot: number;
  /** The era (interval) or epoch it pinned. */
  readonly since: number;
  /** How far the present is from that. */
  readonly behind: number;
}

/** Counts of a domain. While others work it is a sum of moments. */
export interface BlockStats {
  /** Threads that have it open. */
  readonly threads: number;
  /** Limbos (retired blocks) of threads that are gone, not yet collected by others. */
  readonly orphans: number;
  /** Blocks allocated and not retired, as threads last told: at most 256 a thread late. */
  readonly blocks: number;
  /** Retired and not free yet, as threads last told: others, when they last collected. */
  readonly pendingBlocks: number;
  /** The same in bytes, headers included. */
  readonly pendingBytes: number;
  /** Of these, what the last collects had to leave to readers, hazards and leases. */
  readonly keptBlocks: number;
  /**
   * `pendingBlocks` never exceeds it: for each limbo 256, or 2 · H if that is more (H = all
   * threads' hazards), and twice `keptBlocks` together. `Infinity` in the epoch scheme while
   * somebody reads.
   */
  readonly boundBlocks: number;
  /**
   * `pendingBytes` never exceeds it: 4 MiB for each limbo and one largest block, twice what is
   * kept. `Infinity` in the epoch scheme while somebody reads.
   */
  readonly boundBytes: number;
  /**
   * Memory of the domain: its record and the spans of its blocks. A span goes back to the arena
   * when all its blocks are free in one thread, which looks for such when its free blocks of a size
   * have doubled and grown by 512 or 1 MiB, and in `collect` and `close`.
   */
  readonly bytes: number;
}

/**
 * What every domain of blocks does, whatever its readers do.
 *
 * All methods throw CLOSED after `close`, and when the domain was destroyed; EXPELLED when this
 * thread was declared dead.
 */
export interface Blocks<Atomic, Stats extends BlockStats> {
  readonly handle: StructureHandle;
  /**
   * A block of at least `bytes` bytes with unspecified content. O(1) amortised.
   * @param bytes 1 to 1 834 976
   *   (some 250 000 fewer where it is to be aligned to more than 16)
   * @param align a power of two from 1 to 64, default 16: to what its offset is a multiple. With 64
   *   the block begins a line of the cache.
   * @returns its offset
   * @throws ShmError ARENA_FULL: nothing has changed. RangeError
   */
  alloc(bytes: number, align?: number): number;
  /**
   * Gives a block up that can be reached no more; it is freed when nobody can still read it and no
   * lease keeps it. Now and then frees what was retired before. Wait-free; O(1) amortised.
   * @throws RangeError when no block in use starts there (best effort: a block that has been
   *   allocated again since cannot be told from a right one)
   */
  retire(offset: number): void;
  /**
   * Frees what can be freed now, also of threads that are gone, and gives memory without a block in
   * use back to the arena, for whatever needs it. Returns how many blocks were freed.
   */
  collect(): number;
  /** A new cell in the arena, with `initial` in it. Gone with the domain. ARENA_FULL. */
  atomic(initial?: number): Atomic;
  /**
   * The word at `offset` as a cell: a link inside a block, say. Nothing is taken, and nobody checks
   * that a block in use is there, since a reader may stand on one that was taken out. O(1).
   * @param offset a multiple of 4, inside a block that this thread made or may read
   * @throws RangeError
   */
  atomicAt(offset: number): Atomic;
  /** A cell that another thread made. @throws TypeError for what is no such handle, RangeError */
  attachAtomic(handle: AtomicHandle): Atomic;
  /** Counts. O(participants + a 64th of the arena for each 64th that it has blocks in). */
  stats(): Stats;
  /** Walks all lists. Only while nobody uses the domain. */
  verify(): VerifyReport;
  /** Ends this instance, and whatever it reads. Twice is harmless. */
  close(): void;
  /** Ends the domain for everybody: all its blocks and cells are freed when nobody reads them. */
  destroy(): void;
  /** Same as `close`. */
  [Symbol.dispose](): void;
}

/** What stands on the class of every domain, beside `create`. */
export interface BlocksFactory<Domain, Options> {
  /** `domain instanceof …`: whether this copy of the package made it. */
  [Symbol.hasInstance](value: unknown): value is Domain;

  /** Opens the domain called `name`. @throws ShmError NAME_UNKNOWN, WRONG_TYPE, ARENA_PROTOCOL */
  open(arena: Arena, name: string): Domain;

  /**
   * Opens the domain called `options.name`, or makes it. From many threads at once: one is made. A
   * creator that died half-way is succeeded. Other options count only for the one who makes it.
   */
  openOrCreate(arena: Arena, options: Options & { name: string }): Domain;

  /** Opens the domain that `handle` means. @throws ShmError CLOSED when it was destroyed, … */
  attach(arena: Arena, handle: StructureHandle): Domain;
}
