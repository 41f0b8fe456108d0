// Cells: words of the arena that hold offsets of blocks.

import { ShmError, Status, wholeNumber } from '@x/shm-arena/internal';
import type * as api from './api.ts';
import type { Domain } from './domain.ts';
import { ASK, RESTART } from './kernel.ts';

const MOST = 2 ** 32 - 1;

export class Cell implements api.Atomic {
  readonly #domain: Domain;
  readonly #at: number;

  constructor(domain: Domain, offset: number) {
    this.#domain = domain;
    this.#at = offset | 0;
  }

  get handle(): api.AtomicHandle {
    return { domain: this.#domain.handle, offset: this.#at >>> 0 };
  }

  load(guard: api.Guard): number {
    const domain = this.#domain;
    domain.checkGuard(guard);
    const { kernel, schemeNumber } = domain;
    const at = kernel.loadBlock(this.#at, schemeNumber) >>> 0;
    if (at !== ASK) return at;
    return domain.settled(at, () => kernel.loadBlock(this.#at, schemeNumber) >>> 0);
  }

  store(offset: number, guard: api.Guard): void {
    this.#domain.checkGuard(guard);
    this.#domain.kernel.storeBlock(this.#at, word(offset));
  }

  swap(offset: number, guard: api.Guard): number {
    this.#domain.checkGuard(guard);
    return this.#domain.kernel.swapBlock(this.#at, word(offset)) >>> 0;
  }

  compareExchange(expected: number, next: number, guard: api.Guard): number {
    const domain = this.#domain;
    domain.checkGuard(guard);
    const { kernel, schemeNumber } = domain;
    const from = word(expected);
    const to = word(next);
    const found = kernel.exchangeBlock(this.#at, from, to, schemeNumber) >>> 0;
    if (found !== ASK) return found;
    return domain.settled(
      found,
      () => kernel.exchangeBlock(this.#at, from, to, schemeNumber) >>> 0,
    );
  }
}

function word(offset: number): number {
  return wholeNumber('offset', offset, 0, MOST) | 0;
}

/** Repeats a call that returned ASK while the reason is that others were faster. */
export function repeat(status: () => number, first: number, call: () => number): number {
  let found = first;
  while (found === ASK) {
    const why = status();
    if (why === Status.OK) return found; // The word holds just that.
    if (why !== RESTART && why !== Status.CONTENDED)
      throw new ShmError('CLOSED', 'the cell is gone');
    found = call();
  }
  return found;
}
