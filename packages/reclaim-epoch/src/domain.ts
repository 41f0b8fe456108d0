// The domain itself.

import type { Arena } from '@x/shm-arena';
import { BlockDomain, domainBuild, domainType } from '@x/shm-arena/domain';
import {
  attachStructure,
  createStructure,
  describe,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  rangeError,
} from '@x/shm-arena/structure';
import type * as api from './api.ts';
import { Cell } from './atomic.ts';
import { EpochCore } from './core.ts';
import { type EpochKernel, kernelBytes, OWN, SCHEMES, TYPE } from './kernel.ts';

const DOMAIN = domainType<EpochKernel>(TYPE, OWN, kernelBytes);
const OPTIONS: Members = { what: 'options', names: ['name', 'scheme'] };

export class Domain extends BlockDomain implements api.EpochDomain {
  readonly #core: EpochCore;

  constructor(member: Membership<EpochKernel>) {
    const core = new EpochCore(member);
    super(core);
    this.#core = core;
  }

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
    return SCHEMES[this.#core.scheme] as api.Scheme;
  }

  pin(): api.Guard {
    return this.#core.pin();
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

  stats(): api.EpochDomainStats {
    const counts = this.#core.counts();
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
}

function build({ scheme = 'interval' }: api.EpochDomainOptions) {
  const number = SCHEMES.indexOf(scheme);
  if (number < 0) {
    throw rangeError(`scheme: expected 'interval' or 'epoch', found ${describe(scheme)}`);
  }
  return domainBuild<EpochKernel>(number, 0);
}
