// Cells: words of the arena that hold offsets of blocks.

import type { DomainCore } from '@x/shm-arena/domain';
import { SHOW, Shown, wholeNumber } from '@x/shm-arena/structure';
import type * as api from './api.ts';
import type { HazardKernel } from './kernel.ts';

const MOST = 2 ** 32 - 1;

/** What a cell needs of its domain. */
interface Entered extends DomainCore<HazardKernel> {
  /** Before a call that touches words of the domain, which stays meanwhile. */
  enter(): HazardKernel;
}

// What the core reads of a cell: named by symbols, so that it cannot be reached by name.
export const CORE: unique symbol = Symbol('core');
/** Where a cell stands, as an i32. */
export const AT: unique symbol = Symbol('at');

export class Cell extends Shown implements api.Atomic {
  readonly [CORE]: Entered;
  readonly [AT]: number;

  constructor(core: Entered, offset: number) {
    super();
    this[CORE] = core;
    this[AT] = offset | 0;
  }

  override get [Symbol.toStringTag](): string {
    return 'Atomic';
  }

  override [SHOW](): object {
    return { offset: this[AT] >>> 0 };
  }

  get handle(): api.AtomicHandle {
    return { domain: this[CORE].member.handle, offset: this[AT] >>> 0 };
  }

  store(offset: number): void {
    const next = word(offset);
    this[CORE].enter().storeBlock(this[AT], next);
  }

  swap(offset: number): number {
    const next = word(offset);
    return this[CORE].enter().swapBlock(this[AT], next) >>> 0;
  }

  compareExchange(expected: number, next: number): boolean {
    const core = this[CORE];
    const from = word(expected);
    const to = word(next);
    return core.enter().exchangeBlock(this[AT], from, to, core.home) !== 0;
  }
}

function word(offset: number): number {
  return wholeNumber('offset', offset, 0, MOST) | 0;
}
