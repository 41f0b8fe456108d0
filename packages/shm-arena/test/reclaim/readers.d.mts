import type { AtomicHandle } from '@x/shm-arena/domain';

/** A cell of any domain. */
export interface Cell {
  readonly handle: AtomicHandle;
}

/** A section in which blocks are read. */
export interface Reading {
  /** The block that the cell names: not freed until `over`, or until the next load by hazards. */
  load(cell: Cell): number;
  /** The same for a link of the block that was loaded last; undefined: from the root again. */
  follow(cell: Cell): number | undefined;
  swap(cell: Cell, next: number): number;
  /** `expected` is 0 or was loaded in this section. Whether it was stored. */
  exchange(cell: Cell, expected: number, next: number): boolean;
  over(): void;
}

export function reading(domain: object, index?: number): Reading;

/** Whether the block at `at` is free, or has been used again for another value than `value`. */
export function isGone(words: Uint32Array, at: number, value: number): boolean;
