// A domain's kernel for the checker, and what a user of blocks does with them: reads and writes
// that the checker sees, so that one of freed memory is found when it happens.

import { get32, load32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { hold, pinInterval, unhold } from '@x/shm-arena/assembly/reclaim/lazy';

export { exit, hazardsOf, stay } from '@x/shm-arena/assembly/reclaim/domain';
export {
  exchangeBlock as exchangeHazard,
  peekBlock,
  protectBlock,
  protectLink,
  releaseHazard,
} from '@x/reclaim-hazard/assembly/hazard';
export * from '@x/reclaim-epoch/assembly/index';

/** Word `i` of a block that is published and frozen, or private. */
export function peek(at: u32, i: u32): u32 {
  return get32(at + (i << 2));
}

/** The same, written: the block is private. */
export function poke(at: u32, i: u32, value: u32): void {
  put32(at + (i << 2), value);
}

/** A step at which others may come in between: offset 0 is never written. */
export function breathe(): void {
  load32(0);
}

export function pinOnly(): void {
  pinInterval();
  hold();
}

export function unpinOnly(): void {
  unhold();
}
