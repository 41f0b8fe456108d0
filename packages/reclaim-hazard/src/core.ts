// What a domain does, and the hazards of its thread.

import type { Closeable } from '@x/shm-arena';
import { DomainCore } from '@x/shm-arena/domain';
import {
  describe,
  letGo,
  type Membership,
  type Seat,
  ShmError,
  Status,
  wholeNumber,
} from '@x/shm-arena/structure';
import { ASK, RESTART } from '../build/numbers/arena/reclaim/home.ts';
import type * as api from './api.ts';
import { AT, Cell, CORE } from './atomic.ts';
import type { HazardKernel } from './kernel.ts';

/** Calls of 16 looks each before a call says CONTENDED. */
const ROUNDS = 64;

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

export class HazardCore extends DomainCore<HazardKernel> {
  readonly hazards: number = this.kernel.hazardsOf(this.entry);
  /** The leases of this instance that are open. */
  readonly leases: Set<Closeable> = new Set();
  /** The hazards that instances of this domain use in this thread; they are the thread's. */
  readonly #thread = usedBy(this.member);
  /** Those that this instance uses, a bit each. */
  #used = 0;

  enter(): HazardKernel {
    const { kernel } = this;
    this.member.check();
    const status = kernel.enter(this.entry, this.generation, this.home);
    if (status !== Status.OK) throw this.member.error(status);
    letGo(this.seat, kernel);
    return kernel;
  }

  #stay(): void {
    this.member.check();
    const status = this.kernel.stay(this.entry, this.generation, this.home);
    if (status !== Status.OK) throw this.member.error(status);
  }

  protect(atomic: api.Atomic, index: number): number {
    const at = this.own(atomic);
    const { kernel, home, scheme } = this;
    this.#use(index);
    for (let round = 0; round < ROUNDS; round++) {
      const found = kernel.protectBlock(at, home, index, scheme) >>> 0;
      if (found !== ASK || kernel.status() !== RESTART) return found;
    }
    this.release(index);
    throw new ShmError(
      'CONTENDED',
      'protect: expected the era and the cell to stand still once in 1024 looks, found them moving',
    );
  }

  tryProtect(atomic: api.Atomic, index: number, parent: number): number | undefined {
    const at = this.own(atomic);
    const { kernel, home, scheme } = this;
    if ((this.#used & this.#bit(parent, 'parent')) === 0) {
      this.member.check();
      throw new ShmError('WRONG_GUARD', `tryProtect: hazard ${parent} protects nothing`);
    }
    this.#use(index);
    const found = kernel.protectLink(at, home, index, parent, scheme) >>> 0;
    return found !== ASK || kernel.status() !== RESTART ? found : undefined;
  }

  /** Marks a hazard as used. The first keeps the domain's memory, until the last is released. */
  #use(index: number): void {
    const bit = this.#bit(index);
    if (this.#thread.used === 0) this.#stay();
    else this.member.check();
    this.#thread.used |= bit;
    this.#used |= bit;
  }

  release(index: number): void {
    const bit = this.#bit(index);
    this.member.check();
    if ((this.#used & bit) === 0) {
      throw new ShmError('WRONG_GUARD', `release: hazard ${index} protects nothing`);
    }
    this.#used &= ~bit;
    if ((this.#thread.used & bit) === 0) return; // Another instance has released it.
    this.#thread.used &= ~bit;
    if (!this.seat.isAlive()) throw this.seat.expelled();
    this.kernel.releaseHazard(this.home, index);
    if (this.#thread.used !== 0) return;
    this.kernel.exit();
    letGo(this.seat, this.kernel);
  }

  #bit(index: number, name = 'index'): number {
    // Small integers need no more, and each `protect` asks.
    const good = typeof index === 'number' && index >>> 0 === index && index < this.hazards;
    return 1 << (good ? index : wholeNumber(name, index, 0, this.hazards - 1));
  }

  /** Where a cell of this domain stands, as an i32. */
  own(atomic: api.Atomic): number {
    if (atomic instanceof Cell && this.isSame(atomic[CORE])) return atomic[AT];
    const found = atomic instanceof Cell ? 'one of another domain' : describe(atomic);
    throw new ShmError('WRONG_GUARD', `expected a cell of this domain, found ${found}`);
  }

  protected override letAllGo(): void {
    for (const lease of [...this.leases]) lease.close();
    // The slot of a buried thread may be somebody else's by now.
    if (!this.seat.isAlive()) this.#used = this.#thread.used = 0;
    for (let index = 0; index < this.hazards; index++) {
      if ((this.#used & (1 << index)) !== 0) this.release(index);
    }
  }
}
