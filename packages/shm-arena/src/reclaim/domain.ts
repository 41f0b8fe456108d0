// A domain of blocks that readers may still hold while writers retire them, as both reclaimers see
// it: coming and going, blocks, cells, counts. Its kernel's files in assembly/reclaim say how it
// works; how readers say what they read is the packages' own.

import {
  STATS_BLOCKS,
  STATS_BOUND,
  STATS_BOUND_BYTES,
  STATS_BYTES,
  STATS_HOMES,
  STATS_KEEPABLE,
  STATS_KEPT,
  STATS_NOW,
  STATS_OLDEST,
  STATS_OLDEST_SLOT,
  STATS_ORPHANS,
  STATS_PENDING,
  STATS_PENDING_BYTES,
  STATS_READERS,
  STATS_SLICES,
} from '../../build/numbers/reclaim/domain.ts';
import type { StructureHandle, VerifyReport } from '../api.ts';
import { describe, rangeError, typeError, wholeNumber } from '../ground/errors.ts';
import { type AnyKernel, type KernelBytes, SLICE_BYTES, Status } from '../ground/kernel.ts';
import { SHOW, Shown } from '../ground/shown.ts';
import type { Seat } from '../life/seat.ts';
import type { StructureType } from '../structure/kind.ts';
import { type Build, Membership } from '../structure/structure.ts';
import { letGo } from '../structure/turn.ts';
import type { AtomicHandle, BlockStats, Reader } from './blocks.ts';

/** What the kernels of both reclaimers export for this file; assembly/reclaim/domain.ts. */
export interface DomainKernel extends AnyKernel {
  status(): number;
  create(entry: number, generation: number, scheme: number, hazards: number): number;
  schemeOf(entry: number): number;
  open(entry: number, generation: number): number;
  leave(entry: number, generation: number, home: number): void;
  alloc(entry: number, generation: number, home: number, bytes: number, align: number): number;
  retire(entry: number, generation: number, home: number, at: number): number;
  isBlock(entry: number, generation: number, at: number): number;
  collect(entry: number, generation: number, home: number): number;
  stats(entry: number, generation: number, home: number, at: number): number;
  repair(entry: number, generation: number, slot: number): number;
  audit(entry: number, generation: number): number;
  most(): number;
  idle(): number;
  storeBlock(cell: number, next: number): void;
}

const PROBLEMS = [
  '',
  'a block in a free list is not free',
  'a block in a limbo is not retired',
  'a list has no end',
  'a count of pending blocks is wrong',
];

/** The kind of structure that a domain is. */
export function domainType<X extends DomainKernel>(
  type: string,
  own: StructureType<X>['own'],
  kernel: KernelBytes,
): StructureType<X> {
  return {
    type,
    own,
    kernel,
    repair(domain, entry, generation, slot) {
      const status = domain.repair(entry, generation, slot);
      domain.idle();
      return status;
    },
    verify(domain, entry, generation) {
      const found = domain.audit(entry, generation);
      domain.idle();
      return found === 0 ? [] : [`${type} ${entry}: ${PROBLEMS[found]}`];
    },
  };
}

/** Builds an empty domain. */
export function domainBuild<X extends DomainKernel>(scheme: number, hazards: number): Build<X> {
  return (kernel, entry, generation, crossing) => {
    const root = kernel.create(entry, generation, scheme, hazards);
    if (root === 0) return kernel.status();
    crossing.words[0] = root;
    return Status.OK;
  };
}

/** The counts that a kernel gives, for both reclaimers. */
export interface DomainCounts extends BlockStats {
  readonly readers: number;
  readonly keepableBlocks: number;
  readonly oldestPin: Reader | undefined;
}

const MOST_OFFSET = 2 ** 32 - 1;
/** A line of the cache, and the most that blocks are aligned to. */
const MOST_ALIGN = 64;

function checkAlign(align: number): void {
  wholeNumber('align', align, 1, MOST_ALIGN);
  if ((align & (align - 1)) === 0) return;
  throw rangeError(`\`align\`: expected a power of two from 1 to ${MOST_ALIGN}, found ${align}`);
}

/** One open domain in one thread, which users hold as a `BlockDomain`. */
export class DomainCore<X extends DomainKernel> {
  readonly member: Membership<X>;
  readonly kernel: X;
  readonly seat: Seat;
  readonly entry: number;
  readonly generation: number;
  /** This thread's home, as an i32. */
  readonly home: number;
  readonly scheme: number;

  constructor(member: Membership<X>) {
    if (!(member instanceof Membership)) {
      throw typeError('expected create, open, openOrCreate or attach, found `new`');
    }
    const { kernel, seat, entry, generation } = member;
    this.member = member;
    this.kernel = kernel;
    this.seat = seat;
    this.entry = entry;
    this.generation = generation;
    try {
      this.home = seat.offset(member.type.type, () => kernel.open(entry, generation)) | 0;
    } catch (error) {
      member.close();
      throw error;
    }
    this.scheme = kernel.schemeOf(entry);
    member.leaving = () => {
      kernel.leave(entry, generation, this.home);
      letGo(seat, kernel);
    };
    member.trimming = () => this.#trim();
    letGo(seat, kernel);
  }

  /** Whether both are one domain, opened twice in this thread. */
  isSame(other: DomainCore<X>): boolean {
    if (other === this) return true;
    return (
      other.seat === this.seat && other.entry === this.entry && other.generation === this.generation
    );
  }

  alloc(bytes: number, align = 16): number {
    this.member.check();
    const { kernel } = this;
    const size = wholeNumber('bytes', bytes, 1, kernel.most());
    if (align !== 16) checkAlign(align);
    const at = kernel.alloc(this.entry, this.generation, this.home, size, align) >>> 0;
    letGo(this.seat, kernel);
    return at !== 0 ? at : this.#allocSlowly(size, align);
  }

  /** The arena may be full of what can be freed. */
  #allocSlowly(size: number, align: number): number {
    const { kernel } = this;
    if (kernel.status() === Status.BAD) {
      throw rangeError(`alloc: expected fewer bytes, aligned to ${align}, found ${size}`);
    }
    if (kernel.status() === Status.FULL) this.collect();
    const what = `${this.member.type.type}: alloc of ${size} bytes`;
    const call = () => kernel.alloc(this.entry, this.generation, this.home, size, align);
    return this.seat.offset(what, call);
  }

  retire(offset: number): void {
    this.member.check();
    const at = wholeNumber('offset', offset, 0, MOST_OFFSET) | 0;
    const status = this.kernel.retire(this.entry, this.generation, this.home, at);
    letGo(this.seat, this.kernel);
    if (status === Status.OK) return;
    if (status !== Status.BAD) throw this.member.error(status);
    throw rangeError(`retire: expected the offset of a block in use, found ${offset}`);
  }

  /** Bytes that came back; none of a domain that is gone. */
  #trim(): number {
    const before = this.#count();
    if (typeof before === 'number') return 0;
    this.kernel.collect(this.entry, this.generation, this.home);
    letGo(this.seat, this.kernel);
    const after = this.#count();
    // Others take some.
    return typeof after === 'number' ? 0 : Math.max(before.bytes - after.bytes, 0);
  }

  collect(): number {
    this.member.check();
    const freed = this.kernel.collect(this.entry, this.generation, this.home);
    letGo(this.seat, this.kernel);
    if (freed < 0) throw this.member.error(-freed);
    return freed;
  }

  /** The offset of a new cell with `initial` in it. */
  newCell(initial: number): number {
    const value = wholeNumber('initial', initial, 0, MOST_OFFSET) | 0;
    const at = this.alloc(4);
    this.kernel.storeBlock(at | 0, value);
    return at;
  }

  /** `offset`, if a cell may stand there. */
  checkCell(offset: number): number {
    this.member.check();
    const most = this.seat.memory.buffer.byteLength - 4;
    const at = wholeNumber('offset', offset, 0, most);
    if (at % 4 === 0) return at;
    throw rangeError(`atomicAt: expected a multiple of 4, found ${at}`);
  }

  /** The offset of the cell that a handle names. */
  findCell(handle: AtomicHandle): number {
    this.member.check();
    const { domain, offset } = handle ?? {};
    if (typeof domain !== 'object' || domain === null || typeof offset !== 'number') {
      throw typeError(`expected the handle of a cell, found ${describe(handle)}`, 'WRONG_TYPE');
    }
    const own = this.member.handle;
    const same =
      domain.arena === own.arena &&
      domain.entry === own.entry &&
      domain.generation === own.generation;
    const at = wholeNumber('offset', offset, 0, MOST_OFFSET);
    if (!same || this.kernel.isBlock(this.entry, this.generation, at | 0) === 0) {
      throw rangeError(`attachAtomic: offset ${at} is not a cell of this domain`);
    }
    letGo(this.seat, this.kernel);
    return at;
  }

  counts(): DomainCounts {
    this.member.check();
    const counts = this.#count();
    if (typeof counts === 'number') throw this.member.error(counts);
    return counts;
  }

  /** Or the status that says why not. */
  #count(): DomainCounts | number {
    const { crossing } = this.member;
    crossing.begin();
    const at = crossing.at | 0;
    const status = this.kernel.stats(this.entry, this.generation, this.home, at);
    letGo(this.seat, this.kernel);
    return status === Status.OK ? readCounts(crossing.view) : status;
  }

  verify(): VerifyReport {
    this.member.check();
    const { kernel, entry, generation, member } = this;
    const problems = member.type.verify(kernel, entry, generation, member.crossing);
    return { ok: problems.length === 0, problems, unwalked: [] };
  }

  close(): void {
    this.letAllGo();
    this.member.close();
  }

  destroy(): void {
    this.member.check();
    this.letAllGo();
    if (this.seat.isAlive()) this.kernel.idle();
    this.member.destroy();
  }

  /** Ends whatever this instance reads. */
  protected letAllGo(): void {}
}

/**
 * A domain as its users hold it. What it does stands in the core, behind one private name: users
 * cannot reach it, and a call looks for it once.
 */
export class BlockDomain extends Shown {
  readonly #core: DomainCore<DomainKernel>;

  constructor(core: DomainCore<DomainKernel>) {
    super();
    this.#core = core;
  }

  override get [Symbol.toStringTag](): string {
    return this.#core.member.type.type;
  }

  override [SHOW](): object {
    const { name, isOpen, exists } = this.#core.member;
    if (!isOpen || !exists) return { name: name || undefined, closed: true };
    const { blocks, pendingBlocks } = this.#core.counts();
    return { name: name || undefined, blocks, pendingBlocks, closed: false };
  }

  get handle(): StructureHandle {
    return this.#core.member.handle;
  }

  alloc(bytes: number, align?: number): number {
    return this.#core.alloc(bytes, align);
  }

  retire(offset: number): void {
    this.#core.retire(offset);
  }

  collect(): number {
    return this.#core.collect();
  }

  verify(): VerifyReport {
    return this.#core.verify();
  }

  close(): void {
    this.#core.close();
  }

  destroy(): void {
    this.#core.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Reads what the kernel's `stats` wrote. */
export function readCounts(scratch: Uint8Array): DomainCounts {
  const view = new DataView(scratch.slice(0, STATS_BYTES).buffer);
  const word = (at: number) => view.getUint32(at, true);
  const number = (at: number) => view.getFloat64(at, true);
  const readers = number(STATS_READERS);
  const since = number(STATS_OLDEST);
  const oldest = word(STATS_OLDEST_SLOT);
  return {
    threads: word(STATS_HOMES),
    orphans: word(STATS_ORPHANS),
    blocks: number(STATS_BLOCKS),
    pendingBlocks: number(STATS_PENDING),
    pendingBytes: number(STATS_PENDING_BYTES),
    keptBlocks: number(STATS_KEPT),
    boundBlocks: number(STATS_BOUND),
    boundBytes: number(STATS_BOUND_BYTES),
    readers,
    keepableBlocks: number(STATS_KEEPABLE),
    oldestPin:
      oldest === 0 ? undefined : { slot: oldest - 1, since, behind: number(STATS_NOW) - since },
    bytes: number(STATS_SLICES) * SLICE_BYTES,
  };
}
