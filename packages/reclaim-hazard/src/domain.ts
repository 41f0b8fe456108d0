// The domain itself, its cells, hazards and leases.

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
  dropGrant,
  ENTRY,
  FIND_CELL,
  flagOf,
  GENERATION,
  type Grant,
  grantRoot,
  HOME,
  KERNEL,
  LET_ALL_GO,
  type Lease,
  letGo,
  listGrants,
  MEMBER,
  type Members,
  type Membership,
  NEW_CELL,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  rangeError,
  SAME,
  SCHEME,
  SEAT,
  type Seat,
  SHOW,
  ShmError,
  Shown,
  Status,
  takeGrant,
  takeLease,
  typeError,
  wholeNumber,
} from '@x/shm-arena/internal';
import type * as api from './api.ts';
import { ASK, type HazardKernel, KERNEL_BYTES, OWN, RESTART, SCHEMES, TYPE } from './kernel.ts';

const DOMAIN = domainType<HazardKernel>(TYPE, OWN, KERNEL_BYTES);
const OPTIONS: Members = { what: 'options', names: ['name', 'scheme', 'hazards'] };
const LEASE_OPTIONS: Members = { what: 'options', names: ['shared'] };
const MOST_HAZARDS = 32;
/** Calls of 16 looks each before a call says CONTENDED. */
const ROUNDS = 64;
const MOST = 2 ** 32 - 1;

// Beside the contract: named by symbols, so that it cannot be reached by name.
const DOMAIN_OF = Symbol('domain');
const AT = Symbol('at');
const INSIDE = Symbol('inside');

class Cell extends Shown implements api.Atomic {
  readonly [DOMAIN_OF]: Domain;
  /** As an i32. */
  readonly [AT]: number;

  constructor(domain: Domain, offset: number) {
    super();
    this[DOMAIN_OF] = domain;
    this[AT] = offset | 0;
  }

  override get [Symbol.toStringTag](): string {
    return 'Atomic';
  }

  override [SHOW](): object {
    return { offset: this[AT] >>> 0 };
  }

  get handle(): api.AtomicHandle {
    return { domain: this[DOMAIN_OF].handle, offset: this[AT] >>> 0 };
  }

  store(offset: number): void {
    const next = word(offset);
    this[DOMAIN_OF][INSIDE]((kernel) => kernel.storeBlock(this[AT], next));
  }

  swap(offset: number): number {
    const next = word(offset);
    return this[DOMAIN_OF][INSIDE]((kernel) => kernel.swapBlock(this[AT], next)) >>> 0;
  }

  compareExchange(expected: number, next: number): boolean {
    const { [DOMAIN_OF]: domain, [AT]: at } = this;
    const from = word(expected);
    const to = word(next);
    return domain[INSIDE]((kernel) => kernel.exchangeBlock(at, from, to, domain[HOME])) !== 0;
  }
}

function word(offset: number): number {
  return wholeNumber('offset', offset, 0, MOST) | 0;
}

/** A lease of one instant. */
class Instant extends Shown implements api.Lease {
  readonly root: number;
  readonly #lease: Lease;
  readonly #over: (lease: Instant) => void;
  isOpen = true;

  constructor(lease: Lease, root: number, over: (lease: Instant) => void) {
    super();
    this.#lease = lease;
    this.root = root;
    this.#over = over;
  }

  override get [Symbol.toStringTag](): string {
    return 'Lease';
  }

  override [SHOW](): object {
    return { root: this.root, closed: !this.isOpen };
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#lease.drop();
    this.#over(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A lease of the domain's own, as one thread sees it. */
class Shared extends Shown implements api.SharedLease {
  readonly root: number;
  readonly #domain: Domain;
  readonly #grant: Grant;

  constructor(domain: Domain, grant: Grant, root: number) {
    super();
    this.#domain = domain;
    this.#grant = grant;
    this.root = root;
  }

  override get [Symbol.toStringTag](): string {
    return 'SharedLease';
  }

  override [SHOW](): object {
    return { root: this.root, closed: !this.isOpen };
  }

  get handle(): api.SharedLeaseHandle {
    return { domain: this.#domain.handle, ...this.#grant };
  }

  get isOpen(): boolean {
    return grantRoot(this.#domain[MEMBER], this.#grant) !== undefined;
  }

  close(): void {
    const { [SEAT]: seat } = this.#domain;
    if (seat.shared.holds === 0) throw new ShmError('CLOSED', 'lease: the arena was detached');
    seat.checkAlive(); // The record would name this thread's slot, which is another's by now.
    dropGrant(this.#domain[MEMBER], this.#grant);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** While any are used, the thread is pinned: the domain's memory stays, whoever destroys it. */
interface Used {
  used: number;
}

/** By entry and generation, for as long as an instance is there that has it. */
const usedHazards = new WeakMap<Seat, Map<string, WeakRef<Used>>>();

function usedBy({ seat, entry, generation }: Membership<HazardKernel>): Used {
  let all = usedHazards.get(seat);
  if (all === undefined) usedHazards.set(seat, (all = new Map()));
  const key = `${entry}:${generation}`;
  const known = all.get(key)?.deref();
  if (known !== undefined) return known;
  for (const [other, used] of all) if (used.deref() === undefined) all.delete(other);
  const own = { used: 0 };
  all.set(key, new WeakRef(own));
  return own;
}

export class Domain extends BlockDomain<HazardKernel> implements api.HazardDomain {
  readonly hazards = this[KERNEL].hazardsOf(this[ENTRY]);
  /** The hazards that instances of this domain use in this thread; they are the thread's. */
  readonly #thread = usedBy(this[MEMBER]);
  /** Those that this instance uses, a bit each. */
  #used = 0;
  readonly #leases = new Set<Instant>();

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create(arena: Arena, options: api.HazardDomainOptions = {}): Domain {
    const { name } = optionsOf(OPTIONS, options);
    return new Domain(createStructure(arena, DOMAIN, { name }, build(options)));
  }

  static open(arena: Arena, name: string): Domain {
    return new Domain(openStructure(arena, DOMAIN, name, {}));
  }

  static openOrCreate(arena: Arena, options: api.HazardDomainOptions & { name: string }): Domain {
    const { name } = optionsOf(OPTIONS, options);
    return new Domain(openOrCreateStructure(arena, DOMAIN, { name }, build(options)));
  }

  static attach(arena: Arena, handle: api.HazardDomainHandle): Domain {
    return new Domain(attachStructure(arena, DOMAIN, handle, {}));
  }

  static override [Symbol.hasInstance](value: unknown): value is api.HazardDomain {
    return Function.prototype[Symbol.hasInstance].call(Domain, value);
  }

  get scheme(): api.Scheme {
    return this[SCHEME] === SCHEMES.pointers ? 'pointers' : 'eras';
  }

  /** Runs a call that touches words of the domain, which stays meanwhile. */
  [INSIDE](call: (kernel: HazardKernel) => number | void): number {
    const {
      [KERNEL]: kernel,
      [SEAT]: seat,
      [ENTRY]: entry,
      [GENERATION]: generation,
      [HOME]: home,
    } = this;
    this[MEMBER].check();
    const status = kernel.enter(entry, generation, home);
    if (status !== Status.OK) throw this[MEMBER].error(status);
    letGo(seat, kernel);
    return call(kernel) ?? 0;
  }

  #stay(): void {
    this[MEMBER].check();
    const status = this[KERNEL].stay(this[ENTRY], this[GENERATION], this[HOME]);
    if (status !== Status.OK) throw this[MEMBER].error(status);
  }

  protect(atomic: api.Atomic, index: number): number {
    const at = this.#own(atomic)[AT];
    const { [KERNEL]: kernel, [HOME]: home, [SCHEME]: schemeNumber } = this;
    this.#use(index);
    for (let round = 0; round < ROUNDS; round++) {
      const found = kernel.protectBlock(at, home, index, schemeNumber) >>> 0;
      if (found !== ASK || kernel.status() !== RESTART) return found;
    }
    this.release(index);
    throw new ShmError(
      'CONTENDED',
      'protect: expected the era and the cell to stand still once in 1024 looks, found them moving',
    );
  }

  tryProtect(atomic: api.Atomic, index: number, parent: number): number | undefined {
    const at = this.#own(atomic)[AT];
    const { [KERNEL]: kernel, [HOME]: home, [SCHEME]: schemeNumber } = this;
    if ((this.#used & this.#bit(parent, 'parent')) === 0) {
      this[MEMBER].check();
      throw new ShmError('WRONG_GUARD', `tryProtect: hazard ${parent} protects nothing`);
    }
    this.#use(index);
    const found = kernel.protectLink(at, home, index, parent, schemeNumber) >>> 0;
    return found !== ASK || kernel.status() !== RESTART ? found : undefined;
  }

  /** Marks a hazard as used. The first keeps the domain's memory, until the last is released. */
  #use(index: number): void {
    const bit = this.#bit(index);
    if (this.#thread.used === 0) this.#stay();
    else this[MEMBER].check();
    this.#thread.used |= bit;
    this.#used |= bit;
  }

  release(index: number): void {
    const bit = this.#bit(index);
    this[MEMBER].check();
    if ((this.#used & bit) === 0) {
      throw new ShmError('WRONG_GUARD', `release: hazard ${index} protects nothing`);
    }
    this.#used &= ~bit;
    if ((this.#thread.used & bit) === 0) return; // Another instance has released it.
    this.#thread.used &= ~bit;
    if (!this[SEAT].isAlive()) throw this[SEAT].expelled();
    this[KERNEL].releaseHazard(this[HOME], index);
    if (this.#thread.used !== 0) return;
    this[KERNEL].exit();
    letGo(this[SEAT], this[KERNEL]);
  }

  #bit(index: number, name = 'index'): number {
    return 1 << wholeNumber(name, index, 0, this.hazards - 1);
  }

  #own(atomic: api.Atomic): Cell {
    if (atomic instanceof Cell && this[SAME](atomic[DOMAIN_OF])) return atomic;
    const found = atomic instanceof Cell ? 'one of another domain' : describe(atomic);
    throw new ShmError('WRONG_GUARD', `expected a cell of this domain, found ${found}`);
  }

  lease(atomic: api.Atomic, options: { readonly shared: true }): api.SharedLease;
  lease(atomic: api.Atomic, options?: api.LeaseOptions): api.Lease;
  lease(atomic: api.Atomic, options: api.LeaseOptions = {}): api.Lease {
    const shared = flagOf('shared', optionsOf(LEASE_OPTIONS, options).shared);
    const at = this.#own(atomic)[AT];
    let root = 0;
    const load = () => {
      root = this[INSIDE]((kernel) => kernel.peekBlock(at)) >>> 0;
      return root;
    };
    if (shared) {
      this[MEMBER].check();
      this[SEAT].checkAlive();
      return new Shared(this, takeGrant(this[MEMBER], load), root);
    }
    const lease = takeLease(this[SEAT], load);
    const instant = new Instant(lease, root, (over) => this.#leases.delete(over));
    this.#leases.add(instant);
    return instant;
  }

  attachLease(handle: api.SharedLeaseHandle): api.SharedLease {
    this[MEMBER].check();
    const { domain, record, generation } = handle ?? {};
    if (typeof domain !== 'object' || domain === null || typeof record !== 'number') {
      const found = describe(handle);
      throw typeError(`attachLease: expected the handle of a lease, found ${found}`, 'WRONG_TYPE');
    }
    const { arena, entry, generation: life } = this.handle;
    if (domain.arena !== arena || domain.entry !== entry || domain.generation !== life) {
      throw rangeError('attachLease: expected a lease of this domain, found one of another');
    }
    const grant = {
      record: wholeNumber('record', record, 0, MOST),
      generation: wholeNumber('generation', generation, 0, MOST),
    };
    const root = grantRoot(this[MEMBER], grant);
    if (root === undefined) throw new ShmError('CLOSED', 'attachLease: the lease was closed');
    return new Shared(this, grant, root);
  }

  leases(): api.SharedLeaseHandle[] {
    this[MEMBER].check();
    return listGrants(this[MEMBER]).map((grant) => ({ domain: this.handle, ...grant }));
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

  stats(): api.HazardDomainStats {
    const { readers, keepableBlocks, oldestPin, ...counts } = this[COUNTS]();
    return { scheme: this.scheme, hazards: this.hazards, ...counts };
  }

  protected override [LET_ALL_GO](): void {
    for (const lease of [...this.#leases]) lease.close();
    // The slot of a buried thread may be somebody else's by now.
    if (!this[SEAT].isAlive()) this.#used = this.#thread.used = 0;
    for (let index = 0; index < this.hazards; index++) {
      if ((this.#used & (1 << index)) !== 0) this.release(index);
    }
  }
}

function build({ scheme = 'eras', hazards = 8 }: api.HazardDomainOptions) {
  const number = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : 0;
  if (number === 0) {
    throw rangeError(`scheme: expected 'eras' or 'pointers', found ${describe(scheme)}`);
  }
  return domainBuild<HazardKernel>(number, wholeNumber('hazards', hazards, 1, MOST_HAZARDS));
}
