// What the kernel of @x/reclaim-epoch exports. Offsets and counts are u32 (JS applies `>>> 0`); a
// status is one of the arena's codes (layout.ts) or RESTART. A function that returns an offset
// returns 0 when it fails, and the arena kernel's `status()` says why. No function waits without
// bound, none traps. `join(slot)` comes first, once for each instance.
//
// For structures that build on a domain, in their own kernels: import from the single files. Pin
// with pinInterval and, while a pin is held, `protect` (and `announce` in the epoch scheme; `hold`
// and `unhold` where the pin is to outlast the call), note `since`, load roots with loadBlock and
// links with loadLink, which may say RESTART: from the root, with `since` anew. Allocate with
// allocBlock, retire with retireBlock(root, home, at, true); export `idle` for the host's
// microtask. `enterHome`, `leaveHome`, `repairHomes` belong into open, close and repair.

/** Covers the order of steps of pins, loads and calls; limbo.ts has a number of its own. */
export const EPOCH_PROTOCOL: u32 = 1;

// join(slot): void, setup(): void
export { ARENA_PROTOCOL, join, setup } from '@x/shm-arena/assembly/ground/layout';
export { LIMBO_PROTOCOL } from '@x/shm-arena/assembly/reclaim/limbo';

// status(): i32                                why the last call returned 0 (or ASK: words below)
export { status } from '@x/shm-arena/assembly/ground/thread';

// create(entry, generation, scheme, hazards): u32    a new domain's root; 0 interval, 1 epoch
// open(entry, generation): u32                 this thread's home, for what follows. CONTENDED
// leave(entry, generation, home): void         collects, and leaves the rest to others
// pin(entry, generation, home): f64            `since`; nested pins count. -CLOSED, -EXPELLED:
//                                              nothing is held
// refresh(entry, generation, home, scheme): f64      `since`: what was loaded before may be freed;
//                                              0: other pins are open; -CLOSED, -EXPELLED
// unpin(home, scheme): void
// alloc(entry, generation, home, bytes): u32   FULL, CONTENDED, BAD (too large), CLOSED, EXPELLED
// retire(entry, generation, home, at): status  BAD: not a block in use
// collect(entry, generation, home): i32        blocks freed, or -status
// stats(entry, generation, home, at): status         domain.ts says what, 128 bytes into scratch
// repair(entry, slot): status, audit(entry, generation): i32      domain.ts
// schemeOf(entry): u32, isBlock(entry, generation, at): bool
// most(): u32                                  usable bytes of the largest block
export {
  alloc,
  audit,
  create,
  collect,
  isBlock,
  leave,
  most,
  open,
  repair,
  retire,
  schemeOf,
  stats,
} from '@x/shm-arena/assembly/reclaim/domain';

// idle(): bool                                 the end of the turn: lets go if no pin is open
// loadBlock(cell, scheme): u32                 a root, under a pin; ASK: see `status`
// loadLink(cell, scheme, since): u32           a word in a block that was reached; the same
// since(): f64                                 for the next walk, before its root is loaded
// swapBlock(cell, next): u32                   the same
// exchangeBlock(cell, expected, next, scheme): u32
export { idle } from '@x/shm-arena/assembly/reclaim/lazy';
export {
  exchangeBlock,
  loadBlock,
  loadLink,
  pin,
  refresh,
  since,
  swapBlock,
  unpin,
} from './pin';

import { store32 } from '@x/shm-arena/assembly/ground/atomic';
import { pinInterval } from '@x/shm-arena/assembly/reclaim/lazy';

/** Puts a block into a word that nobody else changes. */
export function storeBlock(cell: u32, next: u32): void {
  store32(cell, next);
}

/** A call's pin alone, for benchmarks and for the worst-case counts of the checker. */
export function touch(): void {
  pinInterval();
}
