// The domain itself, and its guards.

import type { Arena } from '@x/shm-arena';
import {
  attachStructure,
  BlockDomain,
  createStructure,
  describe,
  domainBuild,
  domainType,
  letGo,
  objectOf,
  openOrCreateStructure,
  openStructure,
  rangeError,
  ShmError,
  Status,
} from '@x/shm-arena/internal';
import type * as api from './api.ts';
import { Cell, repeat } from './atomic.ts';
import { type EpochKernel, KERNEL_BYTES, PROTOCOL, SCHEMES, TYPE } from './kernel.ts';

const DOMAIN = domainType<EpochKernel>(TYPE, PROTOCOL, KERNEL_BYTES);

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

export class Domain extends BlockDomain<EpochKernel> implements api.EpochDomain {
  readonly #guards = new Set<ReadGuard>();

  static create(arena: Arena, options: api.EpochDomainOptions = {}): Domain {
    const { name } = objectOf('options', options);
    return new Domain(createStructure(arena, DOMAIN, { name }, build(options)));
  }

  static open(arena: Arena, name: string): Domain {
    return new Domain(openStructure(arena, DOMAIN, name, {}));
  }

  static openOrCreate(arena: Arena, options: api.EpochDomainOptions & { name: string }): Domain {
    const { name } = objectOf('options', options);
    return new Domain(openOrCreateStructure(arena, DOMAIN, { name }, build(options)));
  }

  static attach(arena: Arena, handle: api.EpochDomainHandle): Domain {
    return new Domain(attachStructure(arena, DOMAIN, handle, {}));
  }

  static override [Symbol.hasInstance](value: unknown): value is api.EpochDomain {
    return Function.prototype[Symbol.hasInstance].call(Domain, value);
  }

  get scheme(): api.Scheme {
    return SCHEMES[this.schemeNumber] as api.Scheme;
  }

  pin(): api.Guard {
    this.member.check();
    const status = this.kernel.pin(this.entry, this.generation, this.home);
    if (status !== Status.OK) throw this.member.error(status);
    const guard = new ReadGuard(this);
    this.#guards.add(guard);
    return guard;
  }

  /** For a guard that has just been closed. */
  unpin(guard: ReadGuard): void {
    this.#guards.delete(guard);
    // The slot of a buried thread may be somebody else's by now.
    if (!this.seat.isAlive()) return;
    this.kernel.unpin(this.home, this.schemeNumber);
    letGo(this.seat, this.kernel);
  }

  moveGuards(): boolean {
    return this.kernel.refresh(this.entry, this.home, this.schemeNumber) !== 0;
  }

  /** Throws unless `guard` is an open guard of this domain in this thread. */
  checkGuard(guard: api.Guard): void {
    if (guard instanceof ReadGuard && guard.isOpen && this.isSame(guard.domain)) return;
    this.member.check();
    throw new ShmError('WRONG_GUARD', `expected an open guard of this domain, ${why(guard)}`);
  }

  atomic(initial = 0): api.Atomic {
    return new Cell(this, this.newCell(initial));
  }

  attachAtomic(handle: api.AtomicHandle): api.Atomic {
    return new Cell(this, this.findCell(handle));
  }

  /** What a word function returned in the end. */
  settled(first: number, call: () => number): number {
    return repeat(() => this.kernel.status(), first, call);
  }

  stats(): api.EpochDomainStats {
    const counts = this.counts();
    const { scheme } = this;
    const { oldestPin, pendingBytes } = counts;
    if (scheme === 'interval') return { scheme, ...counts, stalled: undefined };
    const stalled =
      oldestPin !== undefined && oldestPin.behind > 0
        ? { ...oldestPin, bytes: pendingBytes }
        : undefined;
    if (counts.readers === 0) return { scheme, ...counts, stalled };
    return { scheme, ...counts, boundBlocks: Infinity, boundBytes: Infinity, stalled };
  }

  protected override letAllGo(): void {
    for (const guard of [...this.#guards]) guard.close();
  }
}

function build({ scheme = 'interval' }: api.EpochDomainOptions) {
  const number = SCHEMES.indexOf(scheme);
  if (number < 0) {
    throw rangeError(`scheme: expected 'interval' or 'epoch', found ${describe(scheme)}`);
  }
  return domainBuild<EpochKernel>(number, 0);
}

function why(guard: unknown): string {
  if (!(guard instanceof ReadGuard)) return `found ${describe(guard)}`;
  return guard.isOpen ? 'found one of another domain' : 'found one that was closed';
}
