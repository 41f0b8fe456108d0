// The domain itself, and its guards.

import type { Arena } from '@x/shm-arena';
import {
  attachStructure,
  BlockDomain,
  CHECK_CELL,
  COUNTS,
  createStructure,
  describe,
  domainBuild,
  domainType,
  ENTRY,
  FIND_CELL,
  GENERATION,
  HOME,
  KERNEL,
  LET_ALL_GO,
  letGo,
  MEMBER,
  type Members,
  NEW_CELL,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  rangeError,
  SAME,
  SCHEME,
  SEAT,
  SHOW,
  ShmError,
  Status,
  shown,
} from '@x/shm-arena/internal';
import type * as api from './api.ts';
import { Cell } from './atomic.ts';
import { CHECK_GUARD, DOMAIN_OF, FOUND, LOAD_LINK, MOVE_GUARD, SINCE, UNPIN } from './inside.ts';
import { ASK, type EpochKernel, KERNEL_BYTES, OWN, RESTART, SCHEMES, TYPE } from './kernel.ts';

const DOMAIN = domainType<EpochKernel>(TYPE, OWN, KERNEL_BYTES);
const OPTIONS: Members = { what: 'options', names: ['name', 'scheme'] };

/** A section in which blocks are read. */
class ReadGuard implements api.Guard {
  readonly [DOMAIN_OF]: Domain;
  /** Where the present walk began: the kernel's `since`. */
  [SINCE]: number;
  isOpen = true;

  constructor(domain: Domain, since: number) {
    this[DOMAIN_OF] = domain;
    this[SINCE] = since;
  }

  get [Symbol.toStringTag](): string {
    return 'Guard';
  }

  [SHOW](): object {
    return { closed: !this.isOpen };
  }

  refresh(): boolean {
    this[DOMAIN_OF][CHECK_GUARD](this);
    return this[DOMAIN_OF][MOVE_GUARD](this);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this[DOMAIN_OF][UNPIN](this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

shown(ReadGuard);

export class Domain extends BlockDomain<EpochKernel> implements api.EpochDomain {
  readonly #guards = new Set<ReadGuard>();

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create(arena: Arena, options: api.EpochDomainOptions = {}): Domain {
    const { name } = optionsOf(OPTIONS, options);
    return new Domain(createStructure(arena, DOMAIN, { name }, build(options)));
  }

  static open(arena: Arena, name: string): Domain {
    return new Domain(openStructure(arena, DOMAIN, name, {}));
  }

  static openOrCreate(arena: Arena, options: api.EpochDomainOptions & { name: string }): Domain {
    const { name } = optionsOf(OPTIONS, options);
    return new Domain(openOrCreateStructure(arena, DOMAIN, { name }, build(options)));
  }

  static attach(arena: Arena, handle: api.EpochDomainHandle): Domain {
    return new Domain(attachStructure(arena, DOMAIN, handle, {}));
  }

  static override [Symbol.hasInstance](value: unknown): value is api.EpochDomain {
    return Function.prototype[Symbol.hasInstance].call(Domain, value);
  }

  get scheme(): api.Scheme {
    return SCHEMES[this[SCHEME]] as api.Scheme;
  }

  pin(): api.Guard {
    this[MEMBER].check();
    const since = this[KERNEL].pin(this[ENTRY], this[GENERATION], this[HOME]);
    if (since < 0) throw this[MEMBER].error(-since);
    const guard = new ReadGuard(this, since);
    this.#guards.add(guard);
    return guard;
  }

  /** For a guard that has just been closed. */
  [UNPIN](guard: ReadGuard): void {
    this.#guards.delete(guard);
    // The slot of a buried thread may be somebody else's by now.
    if (!this[SEAT].isAlive()) return;
    this[KERNEL].unpin(this[HOME], this[SCHEME]);
    letGo(this[SEAT], this[KERNEL]);
  }

  [MOVE_GUARD](guard: ReadGuard): boolean {
    const {
      [KERNEL]: kernel,
      [ENTRY]: entry,
      [GENERATION]: generation,
      [HOME]: home,
      [SCHEME]: schemeNumber,
    } = this;
    const since = kernel.refresh(entry, generation, home, schemeNumber);
    if (since < 0) throw this[MEMBER].error(-since);
    if (since > 0) guard[SINCE] = since;
    return since > 0;
  }

  /** The block that a word inside a block names; undefined: the walk has to start again. */
  [LOAD_LINK](at: number, guard: ReadGuard): number | undefined {
    const { [KERNEL]: kernel } = this;
    const found = kernel.loadLink(at, this[SCHEME], guard[SINCE]) >>> 0;
    if (found !== ASK || kernel.status() !== RESTART) return found;
    guard[SINCE] = kernel.since();
    return undefined;
  }

  /** Throws unless `guard` is an open guard of this domain in this thread. */
  [CHECK_GUARD](guard: api.Guard): ReadGuard {
    if (guard instanceof ReadGuard && guard.isOpen && this[SAME](guard[DOMAIN_OF])) return guard;
    this[MEMBER].check();
    throw new ShmError('WRONG_GUARD', `expected an open guard of this domain, ${why(guard)}`);
  }

  atomic(initial = 0): api.Atomic {
    return new Cell(this, this[NEW_CELL](initial));
  }

  atomicAt(offset: number): api.Atomic {
    return new Cell(this, this[CHECK_CELL](offset));
  }

  attachAtomic(handle: api.AtomicHandle): api.Atomic {
    return new Cell(this, this[FIND_CELL](handle));
  }

  /** What a word function that returned ASK has found: just that, or nothing. */
  [FOUND](call: string): number {
    if (this[KERNEL].status() === Status.OK) return ASK;
    throw new ShmError(
      'CONTENDED',
      `${call}: expected the era and the cell to stand still once in 16 looks, found them moving`,
    );
  }

  stats(): api.EpochDomainStats {
    const counts = this[COUNTS]();
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

  protected override [LET_ALL_GO](): void {
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
