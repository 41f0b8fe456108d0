// What the kernel of @x/reclaim-hazard exports. Offsets and counts are u32 (JS applies `>>> 0`); a
// status is one of the arena's codes (layout.ts) or RESTART. A function that returns an offset
// returns 0 when it fails, and the arena kernel's `status()` says why. No function waits without
// bound, none traps. `join(slot)` comes first, once for each instance.

/** Covers the order of steps of hazards; limbo.ts has a number of its own. */
export const HAZARD_PROTOCOL: u32 = 1;

// join(slot): void, setup(): void
export { ARENA_PROTOCOL, join, setup } from '@x/shm-arena/assembly/ground/layout';
export { LIMBO_PROTOCOL } from '@x/shm-arena/assembly/reclaim/limbo';

// status(): i32                                why the last call returned 0 (or ASK)
export { status } from '@x/shm-arena/assembly/ground/thread';

// create(entry, generation, scheme, hazards): u32    a new domain's root; scheme 2 pointers, 3 eras
// open(entry, generation): u32                 this thread's home, for what follows. CONTENDED
// leave(entry, generation, home): void         collects, and leaves the rest to others
// alloc(entry, generation, home, bytes): u32   FULL, CONTENDED, BAD (too large), CLOSED, EXPELLED
// retire(entry, generation, home, at): status  BAD: not a block in use
// collect(entry, generation, home): i32        a scan: blocks freed, or -status
// stats(entry, generation, home, at): status   domain.ts says what, 128 bytes into scratch
// repair(entry, slot): status, audit(entry, generation): i32      domain.ts
// schemeOf(entry), hazardsOf(entry): u32, isBlock(entry, generation, at): bool
// most(): u32                                  usable bytes of the largest block
export {
  alloc,
  audit,
  create,
  collect,
  hazardsOf,
  isBlock,
  leave,
  most,
  open,
  repair,
  retire,
  schemeOf,
  stats,
} from '@x/shm-arena/assembly/reclaim/domain';

// idle(): bool                                 the end of the turn (lazy.ts)
export { idle } from '@x/shm-arena/assembly/reclaim/lazy';

// enter(entry, generation, home): status       before words of the domain are touched
// stay(entry, generation, home): status        the same, and the domain stays until `exit`
// exit(): void
export { enter, exit, stay } from '@x/shm-arena/assembly/reclaim/domain';

// protectBlock(cell, home, index, scheme): u32      of a root; ASK: RESTART
// protectLink(cell, home, index, parent, scheme): u32     of a word in the block that hazard
//                                              `parent` protects; ASK: RESTART
// releaseHazard(home, index): void, isHeld(home, index): bool
// exchangeBlock(cell, expected, next, home): bool
// peekBlock(cell): u32                         of a word that nobody changes, or under a lease
export {
  exchangeBlock,
  isHeld,
  peekBlock,
  protectBlock,
  protectLink,
  releaseHazard,
} from './hazard';

import { store32, swap32 } from '@x/shm-arena/assembly/ground/atomic';

/** Puts a block into a word that nobody else changes. */
export function storeBlock(cell: u32, next: u32): void {
  store32(cell, next);
}

/** Puts a block into the word; what was there is returned, and is the caller's to retire. */
export function swapBlock(cell: u32, next: u32): u32 {
  return swap32(cell, next);
}
