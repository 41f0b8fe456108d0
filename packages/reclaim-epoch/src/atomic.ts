// Cells: words of the arena that hold offsets of blocks.

import { SHOW, Shown, wholeNumber } from '@x/shm-arena/structure';
import { ASK } from '../build/numbers/arena/reclaim/home.ts';
import type * as api from './api.ts';
import type { EpochCore } from './core.ts';

const MOST = 2 ** 32 - 1;

export class Cell extends Shown implements api.Atomic {
  readonly #core: EpochCore;
  readonly #at: number;

  constructor(core: EpochCore, offset: number) {
    super();
    this.#core = core;
    this.#at = offset | 0;
  }

  override get [Symbol.toStringTag](): string {
    return 'Atomic';
  }

  override [SHOW](): object {
    return { offset: this.#at >>> 0 };
  }

  get handle(): api.AtomicHandle {
    return { domain: this.#core.member.handle, offset: this.#at >>> 0 };
  }

  load(guard: api.Guard): number {
    const core = this.#core;
    core.checkGuard(guard);
    const at = core.kernel.loadBlock(this.#at, core.scheme) >>> 0;
    return at === ASK ? core.found('load') : at;
  }

  tryLoad(guard: api.Guard): number | undefined {
    return this.#core.loadLink(this.#at, guard);
  }

  store(offset: number, guard: api.Guard): void {
    const core = this.#core;
    core.checkGuard(guard);
    core.kernel.storeBlock(this.#at, word(offset));
  }

  swap(offset: number, guard: api.Guard): number {
    const core = this.#core;
    core.checkGuard(guard);
    return core.kernel.swapBlock(this.#at, word(offset)) >>> 0;
  }

  compareExchange(expected: number, next: number, guard: api.Guard): number {
    const core = this.#core;
    core.checkGuard(guard);
    const { kernel, scheme } = core;
    const found = kernel.exchangeBlock(this.#at, word(expected), word(next), scheme) >>> 0;
    return found === ASK ? core.found('compareExchange') : found;
  }
}

function word(offset: number): number {
  return wholeNumber('offset', offset, 0, MOST) | 0;
}
