// The domain itself, and its guards.

import type { Arena, VerifyReport } from '@x/shm-arena';
import {
  attachStructure,
  type Build,
  createStructure,
  describe,
  type Membership,
  openOrCreateStructure,
  openStructure,
  rangeError,
  type Seat,
  ShmError,
  Status,
  type StructureType,
  typeError,
  wholeNumber,
} from '@x/shm-arena/internal';
import type * as api from './api.ts';
import { Cell, repeat } from './atomic.ts';
import { type DomainKernel, KERNEL_BYTES, PROTOCOL, SCHEMES, TYPE } from './kernel.ts';
import { readStats } from './stats.ts';
import { letGo } from './turn.ts';

const PROBLEMS = [
  '',
  'a block in a free list is not free',
  'a block in a limbo is not retired',
  'a list has no end',
  'a count of pending blocks is wrong',
];

const DOMAIN: StructureType<DomainKernel> = {
  type: TYPE,
  protocol: PROTOCOL,
  kernel: KERNEL_BYTES,
  repair(kernel, entry, slot) {
    const status = kernel.repair(entry, slot);
    kernel.idle();
    return status;
  },
  verify(kernel, entry, generation) {
    const found = kernel.audit(entry, generation);
    kernel.idle();
    return found === 0 ? [] : [`${TYPE} ${entry}: ${PROBLEMS[found]}`];
  },
};

/** A section in which blocks are read. */
class ReadGuard implements api.Guard {
  readonly domain: Domain;
  isOpen = true;

  constructor(domain: Domain) {
    this.domain = domain;
  }

  refresh(): boolean {
    this.domain.checkGuard(this);
    return this.domain.moveGuards();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.domain.unpin(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export class Domain implements api.EpochDomain {
  readonly kernel: DomainKernel;
  readonly schemeNumber: number;
  readonly scheme: api.Scheme;
  readonly #member: Membership<DomainKernel>;
  readonly #seat: Seat;
  readonly #entry: number;
  readonly #generation: number;
  readonly #home: number;
  readonly #guards = new Set<ReadGuard>();

  constructor(member: Membership<DomainKernel>) {
    const { kernel, seat, entry, generation } = member;
    this.#member = member;
    this.kernel = kernel;
    this.#seat = seat;
    this.#entry = entry;
    this.#generation = generation;
    try {
      this.#home = seat.offset(TYPE, () => kernel.open(entry, generation)) | 0;
    } catch (error) {
      member.close();
      throw error;
    }
    this.schemeNumber = kernel.schemeOf(entry);
    this.scheme = SCHEMES[this.schemeNumber] as api.Scheme;
    member.leaving = () => {
      kernel.leave(entry, generation, this.#home);
      letGo(seat, kernel);
    };
    letGo(seat, kernel);
  }

  static create(arena: Arena, options: api.EpochDomainOptions = {}): Domain {
    return new Domain(createStructure(arena, DOMAIN, named(options), build(options)));
  }

  static open(arena: Arena, name: string): Domain {
    return new Domain(openStructure(arena, DOMAIN, name, {}));
  }

  static openOrCreate(arena: Arena, options: api.EpochDomainOptions & { name: string }): Domain {
    const { name } = options;
    return new Domain(openOrCreateStructure(arena, DOMAIN, { name }, build(options)));
  }

  static attach(arena: Arena, handle: api.EpochDomainHandle): Domain {
    return new Domain(attachStructure(arena, DOMAIN, handle, {}));
  }

  static [Symbol.hasInstance](value: unknown): value is api.EpochDomain {
    return Function.prototype[Symbol.hasInstance].call(Domain, value);
  }

  get handle(): api.EpochDomainHandle {
    return this.#member.handle;
  }

  pin(): api.Guard {
    this.#member.check();
    const status = this.kernel.pin(this.#entry, this.#generation, this.#home);
    if (status !== Status.OK) throw this.#member.error(status);
    const guard = new ReadGuard(this);
    this.#guards.add(guard);
    return guard;
  }

  /** For a guard that has just been closed. */
  unpin(guard: ReadGuard): void {
    this.#guards.delete(guard);
    // The slot of a buried thread may be somebody else's by now.
    if (!this.#seat.isAlive()) return;
    this.kernel.unpin(this.#home, this.schemeNumber);
    letGo(this.#seat, this.kernel);
  }

  moveGuards(): boolean {
    return this.kernel.refresh(this.#entry, this.#home, this.schemeNumber) !== 0;
  }

  /** Throws unless `guard` is an open guard of this domain in this thread. */
  checkGuard(guard: api.Guard): void {
    if (guard instanceof ReadGuard && guard.isOpen && this.#isSame(guard.domain)) return;
    this.#member.check();
    throw new ShmError('WRONG_GUARD', `expected an open guard of this domain, ${why(guard)}`);
  }

  #isSame(other: Domain): boolean {
    if (other === this) return true;
    return (
      other.#seat === this.#seat &&
      other.#entry === this.#entry &&
      other.#generation === this.#generation
    );
  }

  alloc(bytes: number): number {
    this.#member.check();
    const { kernel } = this;
    const size = wholeNumber('bytes', bytes, 1, kernel.most());
    const at = kernel.alloc(this.#entry, this.#generation, this.#home, size) >>> 0;
    if (at !== 0) {
      letGo(this.#seat, kernel);
      return at;
    }
    return this.#allocSlowly(size);
  }

  /** The arena may be full of what can be freed. */
  #allocSlowly(size: number): number {
    const { kernel } = this;
    const call = () => kernel.alloc(this.#entry, this.#generation, this.#home, size);
    if (kernel.status() === Status.FULL) this.collect();
    const at = this.#seat.offset(`${TYPE}: alloc of ${size} bytes`, call);
    letGo(this.#seat, kernel);
    return at;
  }

  retire(offset: number): void {
    this.#member.check();
    const at = wholeNumber('offset', offset, 0, 2 ** 32 - 1) | 0;
    const status = this.kernel.retire(this.#entry, this.#generation, this.#home, at);
    letGo(this.#seat, this.kernel);
    if (status === Status.OK) return;
    if (status !== Status.BAD) throw this.#member.error(status);
    throw rangeError(`retire: expected the offset of a block in use, found ${offset}`);
  }

  collect(): number {
    this.#member.check();
    const freed = this.kernel.collect(this.#entry, this.#generation, this.#home);
    letGo(this.#seat, this.kernel);
    if (freed < 0) throw this.#member.error(-freed);
    return freed;
  }

  atomic(initial = 0): api.Atomic {
    const value = wholeNumber('initial', initial, 0, 2 ** 32 - 1) | 0;
    const at = this.alloc(4);
    this.kernel.storeBlock(at | 0, value);
    return new Cell(this, at);
  }

  attachAtomic(handle: api.AtomicHandle): api.Atomic {
    this.#member.check();
    const { domain, offset } = handle ?? {};
    const own = this.handle;
    if (typeof domain !== 'object' || domain === null || typeof offset !== 'number') {
      throw typeError(`expected the handle of a cell, found ${describe(handle)}`, 'WRONG_TYPE');
    }
    const same =
      domain.arena === own.arena &&
      domain.entry === own.entry &&
      domain.generation === own.generation;
    const at = wholeNumber('offset', offset, 0, 2 ** 32 - 1);
    if (!same || this.kernel.isBlock(this.#entry, this.#generation, at | 0) === 0) {
      throw rangeError(`attachAtomic: offset ${at} is not a cell of this domain`);
    }
    return new Cell(this, at);
  }

  /** What a word function returned in the end. */
  settled(first: number, call: () => number): number {
    return repeat(() => this.#seat.kernel.status(), first, call);
  }

  stats(): api.EpochDomainStats {
    this.#member.check();
    const { crossing } = this.#member;
    crossing.begin();
    const status = this.kernel.stats(this.#entry, this.#generation, this.#home, crossing.at | 0);
    letGo(this.#seat, this.kernel);
    if (status !== Status.OK) throw this.#member.error(status);
    return readStats(crossing.view, this.scheme);
  }

  verify(): VerifyReport {
    this.#member.check();
    const problems = DOMAIN.verify(
      this.kernel,
      this.#entry,
      this.#generation,
      this.#member.crossing,
    );
    return { ok: problems.length === 0, problems, unwalked: [] };
  }

  close(): void {
    for (const guard of [...this.#guards]) guard.close();
    this.#member.close();
  }

  destroy(): void {
    this.#member.check();
    for (const guard of [...this.#guards]) guard.close();
    if (this.#seat.isAlive()) this.kernel.idle();
    this.#member.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function named({ name }: api.EpochDomainOptions): { name: string | undefined } {
  return { name };
}

function build({ scheme = 'interval' }: api.EpochDomainOptions): Build<DomainKernel> {
  const number = SCHEMES.indexOf(scheme);
  if (number < 0) {
    throw rangeError(`scheme: expected 'interval' or 'epoch', found ${describe(scheme)}`);
  }
  return (kernel, entry, generation, crossing) => {
    const root = kernel.build(entry, generation, number, 0);
    if (root === 0) return kernel.status();
    crossing.words[0] = root;
    return Status.OK;
  };
}

function why(guard: unknown): string {
  if (!(guard instanceof ReadGuard)) return `found ${describe(guard)}`;
  return guard.isOpen ? 'found one of another domain' : 'found one that was closed';
}
