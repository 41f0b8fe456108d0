// The domain itself.

import type { Arena } from '@x/shm-arena';
import { BlockDomain, domainBuild, domainType } from '@x/shm-arena/domain';
import {
  attachStructure,
  createStructure,
  describe,
  flagOf,
  grantRoot,
  listGrants,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  rangeError,
  ShmError,
  takeGrant,
  takeLease,
  typeError,
  wholeNumber,
} from '@x/shm-arena/structure';
import type * as api from './api.ts';
import { Cell } from './atomic.ts';
import { HazardCore } from './core.ts';
import { type HazardKernel, kernelBytes, OWN, SCHEMES, TYPE } from './kernel.ts';
import { Instant, Shared } from './lease.ts';

const DOMAIN = domainType<HazardKernel>(TYPE, OWN, kernelBytes);
const OPTIONS: Members = { what: 'options', names: ['name', 'scheme', 'hazards'] };
const LEASE_OPTIONS: Members = { what: 'options', names: ['shared'] };
const MOST_HAZARDS = 32;
const MOST = 2 ** 32 - 1;

export class Domain extends BlockDomain implements api.HazardDomain {
  readonly #core: HazardCore;

  constructor(member: Membership<HazardKernel>) {
    const core = new HazardCore(member);
    super(core);
    this.#core = core;
  }

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
    return this.#core.scheme === SCHEMES.pointers ? 'pointers' : 'eras';
  }

  get hazards(): number {
    return this.#core.hazards;
  }

  protect(atomic: api.Atomic, index: number): number {
    return this.#core.protect(atomic, index);
  }

  tryProtect(atomic: api.Atomic, index: number, parent: number): number | undefined {
    return this.#core.tryProtect(atomic, index, parent);
  }

  release(index: number): void {
    this.#core.release(index);
  }

  lease(atomic: api.Atomic, options: { readonly shared: true }): api.SharedLease;
  lease(atomic: api.Atomic, options?: api.LeaseOptions): api.Lease;
  lease(atomic: api.Atomic, options: api.LeaseOptions = {}): api.Lease {
    const shared = flagOf('shared', optionsOf(LEASE_OPTIONS, options).shared);
    const core = this.#core;
    const { member, seat } = core;
    const at = core.own(atomic);
    let root = 0;
    const load = () => {
      root = core.enter().peekBlock(at) >>> 0;
      return root;
    };
    if (shared) {
      member.check();
      seat.checkAlive();
      return new Shared(core, takeGrant(member, load), root);
    }
    const lease = takeLease(seat, load);
    const instant = new Instant(core, lease, root);
    core.leases.add(instant);
    return instant;
  }

  attachLease(handle: api.SharedLeaseHandle): api.SharedLease {
    const { member } = this.#core;
    member.check();
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
    const root = grantRoot(member, grant);
    if (root === undefined) throw new ShmError('CLOSED', 'attachLease: the lease was closed');
    return new Shared(this.#core, grant, root);
  }

  leases(): api.SharedLeaseHandle[] {
    const { member } = this.#core;
    member.check();
    return listGrants(member).map((grant) => ({ domain: this.handle, ...grant }));
  }

  atomic(initial = 0): api.Atomic {
    return new Cell(this.#core, this.#core.newCell(initial));
  }

  atomicAt(offset: number): api.Atomic {
    return new Cell(this.#core, this.#core.checkCell(offset));
  }

  attachAtomic(handle: api.AtomicHandle): api.Atomic {
    return new Cell(this.#core, this.#core.findCell(handle));
  }

  stats(): api.HazardDomainStats {
    const { readers, keepableBlocks, oldestPin, ...counts } = this.#core.counts();
    return { scheme: this.scheme, hazards: this.hazards, ...counts };
  }
}

function build({ scheme = 'eras', hazards = 8 }: api.HazardDomainOptions) {
  const number = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : 0;
  if (number === 0) {
    throw rangeError(`scheme: expected 'eras' or 'pointers', found ${describe(scheme)}`);
  }
  return domainBuild<HazardKernel>(number, wholeNumber('hazards', hazards, 1, MOST_HAZARDS));
}
