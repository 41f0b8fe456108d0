// The domains of both reclaimers as the soak uses them: how a thread reads in each, the register
// and the stack in it, and the blocks of these, which tell whether they are what they were.

import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { type Arena, ShmError } from '@x/shm-arena';
import { type DomainHandles, SCHEMES } from './protocol.ts';

type Domain = EpochDomain | HazardDomain;
type EpochCell = ReturnType<EpochDomain['atomic']>;
type HazardCell = ReturnType<HazardDomain['atomic']>;

/** Words of a block: the link of the stack, its number, and that again, each bit turned. */
const NUMBER = 1;
const TURNED = 2;
export const LEAST_BYTES = 12;
/** Hazards: of the stack's top, of a block that is read now, and of one that is kept. */
const HAZARDS = 3;
const TOP = 0;
const NOW = 1;
const KEPT = 2;
/** Ways to keep a block. */
export const WAYS = 3;
const TRIES = 8;

/** A block that stays as it is until `close`, or until somebody else has closed what keeps it. */
export interface Hold {
  readonly at: number;
  readonly isOpen?: boolean;
  close(): void;
}

/** One domain in one thread. */
export interface Place {
  readonly domain: Domain;
  /** Protects the register's block for now; undefined: others were faster each time. */
  hold(): Hold | undefined;
  /** For long, in one of the ways that there are. */
  keep(way: number): Hold | undefined;
  /** Puts a block into the register; what was there is the caller's to retire. */
  swap(block: number): number;
  /** Whether it is on the stack now: others may be faster each time. */
  push(block: number): boolean;
  /** The block that was on top, for the caller to retire; 0: none; undefined as above. */
  pop(): number | undefined;
}

/** What a call comes to that may be CONTENDED. */
function unlessContended<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof ShmError && error.code === 'CONTENDED') return undefined;
    throw error;
  }
}

class EpochPlace implements Place {
  readonly domain: EpochDomain;
  private readonly register: EpochCell;
  private readonly top: EpochCell;

  constructor(arena: Arena, { domain, register, top }: DomainHandles) {
    this.domain = EpochDomain.attach(arena, domain);
    this.register = this.domain.attachAtomic(register);
    this.top = this.domain.attachAtomic(top);
  }

  hold(): Hold | undefined {
    const guard = this.domain.pin();
    const at = unlessContended(() => this.register.load(guard));
    if (at !== undefined) return { at, close: () => guard.close() };
    guard.close();
    return undefined;
  }

  keep(): Hold | undefined {
    return this.hold();
  }

  swap(block: number): number {
    using guard = this.domain.pin();
    return this.register.swap(block, guard);
  }

  push(block: number): boolean {
    using guard = this.domain.pin();
    const link = this.domain.atomicAt(block);
    for (let i = 0; i < TRIES; i++) {
      const done = unlessContended(() => {
        const top = this.top.load(guard);
        link.store(top, guard);
        return this.top.compareExchange(top, block, guard) === top;
      });
      if (done) return true;
    }
    return false;
  }

  pop(): number | undefined {
    for (let i = 0; i < TRIES; i++) {
      using guard = this.domain.pin();
      const popped = unlessContended(() => {
        const top = this.top.load(guard);
        if (top === 0) return 0;
        const next = this.domain.atomicAt(top).tryLoad(guard);
        if (next === undefined) return undefined;
        return this.top.compareExchange(top, next, guard) === top ? top : undefined;
      });
      if (popped !== undefined) return popped;
    }
    return undefined;
  }
}

class HazardPlace implements Place {
  readonly domain: HazardDomain;
  private readonly register: HazardCell;
  private readonly top: HazardCell;

  constructor(arena: Arena, { domain, register, top }: DomainHandles) {
    this.domain = HazardDomain.attach(arena, domain);
    this.register = this.domain.attachAtomic(register);
    this.top = this.domain.attachAtomic(top);
  }

  hold(index = NOW): Hold | undefined {
    const at = unlessContended(() => this.domain.protect(this.register, index));
    return at === undefined ? undefined : { at, close: () => this.domain.release(index) };
  }

  /** By a hazard, a lease, or a lease that outlives the thread. */
  keep(way: number): Hold | undefined {
    if (way === 0) return this.hold(KEPT);
    const lease = this.domain.lease(this.register, { shared: way === 1 });
    return {
      at: lease.root,
      get isOpen() {
        return lease.isOpen;
      },
      close: () => lease.close(),
    };
  }

  swap(block: number): number {
    return this.register.swap(block);
  }

  push(block: number): boolean {
    const link = this.domain.atomicAt(block);
    for (let i = 0; i < TRIES; i++) {
      const done = this.withTop((top) => {
        link.store(top);
        return this.top.compareExchange(top, block);
      });
      if (done) return true;
    }
    return false;
  }

  pop(): number | undefined {
    for (let i = 0; i < TRIES; i++) {
      const popped = this.withTop((top) => {
        if (top === 0) return 0;
        // While the top is protected its link does not change, and it does not come back.
        const next = this.domain.tryProtect(this.domain.atomicAt(top), NOW, TOP);
        if (next === undefined) return undefined;
        this.domain.release(NOW);
        return this.top.compareExchange(top, next) ? top : undefined;
      });
      if (popped !== undefined) return popped;
    }
    return undefined;
  }

  private withTop<T>(body: (top: number) => T): T | undefined {
    const top = unlessContended(() => this.domain.protect(this.top, TOP));
    if (top === undefined) return undefined;
    const result = body(top);
    this.domain.release(TOP);
    return result;
  }
}

type Scheme = (typeof SCHEMES)[number];
const isEpoch = (scheme: Scheme): scheme is 'interval' | 'epoch' =>
  scheme === 'interval' || scheme === 'epoch';

/** The domains in this thread, in the order of SCHEMES. */
export const places = (arena: Arena, handles: readonly DomainHandles[]): Place[] =>
  handles.map((handle, i) =>
    isEpoch(SCHEMES[i]!) ? new EpochPlace(arena, handle) : new HazardPlace(arena, handle),
  );

/** Makes the domains, a first block in each register. */
export function found(arena: Arena, memory: Int32Array): DomainHandles[] {
  return SCHEMES.map((scheme) => {
    const domain = isEpoch(scheme)
      ? EpochDomain.create(arena, { scheme })
      : HazardDomain.create(arena, { scheme, hazards: HAZARDS });
    const block = domain.alloc(LEAST_BYTES);
    number(memory, block, 0);
    const [register, top] = [domain.atomic(block).handle, domain.atomic().handle];
    domain.close();
    return { domain: domain.handle, register, top };
  });
}

export function number(memory: Int32Array, block: number, n: number): void {
  memory[(block >>> 2) + NUMBER] = n;
  memory[(block >>> 2) + TURNED] = ~n;
}

/** The number in a block. Error when it is not one that was put there. */
export function numberIn(memory: Int32Array, block: number): number {
  const [n, turned] = [memory[(block >>> 2) + NUMBER]!, memory[(block >>> 2) + TURNED]!];
  if (n !== ~turned) throw new Error(`the block at ${block} has the words ${n} and ${turned}`);
  return n;
}

/**
 * What is in a domain, while nobody writes to it: all blocks are what they were, and are counted.
 * Ends the leases that nobody's death has ended.
 */
export function audit(place: Place, { register, top }: DomainHandles, memory: Int32Array): number {
  const { domain } = place;
  numberIn(memory, memory[register.offset >>> 2]! >>> 0);
  let length = 0;
  for (let at = memory[top.offset >>> 2]! >>> 0; at !== 0; at = memory[at >>> 2]! >>> 0) {
    numberIn(memory, at);
    length++;
  }
  if (domain instanceof HazardDomain) {
    for (const handle of domain.leases()) {
      const lease = domain.attachLease(handle);
      numberIn(memory, lease.root);
      lease.close();
    }
  }
  const { problems } = domain.verify();
  if (problems.length > 0) throw new Error(`verify: ${problems.slice(0, 5).join('; ')}`);
  return length;
}
