// Cells: words of the arena that hold offsets of blocks.

import { KERNEL, SCHEME, SHOW, Shown, wholeNumber } from '@x/shm-arena/internal';
import type * as api from './api.ts';
import type { Domain } from './domain.ts';
import { CHECK_GUARD, FOUND, LOAD_LINK } from './inside.ts';
import { ASK } from './kernel.ts';

const MOST = 2 ** 32 - 1;

export class Cell extends Shown implements api.Atomic {
  readonly #domain: Domain;
  readonly #at: number;

  constructor(domain: Domain, offset: number) {
    super();
    this.#domain = domain;
    this.#at = offset | 0;
  }

  override get [Symbol.toStringTag](): string {
    return 'Atomic';
  }

  override [SHOW](): object {
    return { offset: this.#at >>> 0 };
  }

  get handle(): api.AtomicHandle {
    return { domain: this.#domain.handle, offset: this.#at >>> 0 };
  }

  load(guard: api.Guard): number {
    const domain = this.#domain;
    domain[CHECK_GUARD](guard);
    const at = domain[KERNEL].loadBlock(this.#at, domain[SCHEME]) >>> 0;
    return at === ASK ? domain[FOUND]('load') : at;
  }

  tryLoad(guard: api.Guard): number | undefined {
    const domain = this.#domain;
    return domain[LOAD_LINK](this.#at, domain[CHECK_GUARD](guard));
  }

  store(offset: number, guard: api.Guard): void {
    this.#domain[CHECK_GUARD](guard);
    this.#domain[KERNEL].storeBlock(this.#at, word(offset));
  }

  swap(offset: number, guard: api.Guard): number {
    this.#domain[CHECK_GUARD](guard);
    return this.#domain[KERNEL].swapBlock(this.#at, word(offset)) >>> 0;
  }

  compareExchange(expected: number, next: number, guard: api.Guard): number {
    const domain = this.#domain;
    domain[CHECK_GUARD](guard);
    const { [KERNEL]: kernel, [SCHEME]: schemeNumber } = domain;
    const found = kernel.exchangeBlock(this.#at, word(expected), word(next), schemeNumber) >>> 0;
    return found === ASK ? domain[FOUND]('compareExchange') : found;
  }
}

function word(offset: number): number {
  return wholeNumber('offset', offset, 0, MOST) | 0;
}
