// Reading: guards, and loads that are safe under them.
//
// The interval scheme is 2GE-IBR (Wen and others, PPoPP 2018) on the arena's reservations, with the
// arena's lazy pin (lazy.ts). The epoch scheme is Fraser's (2004), with three epochs.
//
//   clock      7 ──────────────────────── 8
//   load       era 7: as is               era 8 > upper: store upper, load again
//   epoch      3 announced: 3, 3, 0 ──► 4 announced: 3 ──► stays 4 until that guard is closed
//
// Words of the home: announced, nested (limbo.ts). Words of the slot: lazy.ts.
//
// I1  announced is stored before the loads it protects, and is 0 when no guard of the domain is
//     open.
//
// pin                                                    a death after this step leaves
//   1. the interval's pin (lazy.ts)                        a reservation, until recovery clears it
//   2. the domain is alive, the home is this thread's      the same
//   3. epoch scheme: load the epoch, store announced       the same, until the domain's repair
// unpin: 4. epoch scheme: store announced 0                the same
// load: 5. load the word   6. load the clock; moved: store upper, from 5; LOADS times, then RESTART
//
// Why step 3 needs no second look at the epoch. An advance from e needs a scan that saw every
// announced epoch be e or 0. After the announcement (of whatever old epoch a) stands, at most one
// advance that has scanned before still happens, say to g. What a reader comes to is unlinked after
// that, so it is retired at r >= g - 1, and is freed at r + 2 > g at the earliest, which takes an
// advance from g with a scan that sees a: only when a is g, and then not the next one.
//
// All of these are wait-free; the counts are in the README, measured by the checker.

import { cas32, get32, load32, load64, put32, store64, swap32 } from '@x/shm-arena/assembly/atomic';
import { beginAt } from '@x/shm-arena/assembly/domain';
import { CONTENDED, D_ROOT, entryAt, OK } from '@x/shm-arena/assembly/layout';
import { announceInterval, hold, pinsHeld, release } from '@x/shm-arena/assembly/lazy';
import { EPOCH, L_EPOCH, L_SCHEME, O_ANNOUNCED, O_NESTED } from '@x/shm-arena/assembly/limbo';
import { protect } from '@x/shm-arena/assembly/reservation';
import { fail, status } from '@x/shm-arena/assembly/slot';

/** A load met a moving era again and again; nothing is protected that was not before. */
export const RESTART: i32 = 40;
/** Loads in one call before RESTART. */
const LOADS: u32 = isDefined(GATED) ? 2 : 16;

/** Step 3, for the outermost guard of a domain. */
export function announce(root: usize, home: usize): void {
  const nested = get32(home + O_NESTED);
  put32(home + O_NESTED, nested + 1);
  if (nested == 0) store64(home + O_ANNOUNCED, (load64(root + L_EPOCH) << 1) | 1);
}

/** The end of step 3's. */
export function renounce(home: usize): void {
  const nested = get32(home + O_NESTED) - 1;
  put32(home + O_NESTED, nested);
  if (nested == 0) store64(home + O_ANNOUNCED, 0);
}

/**
 * Moves this thread's reservations to the present, if the one guard is all that is pinned: what was
 * loaded before may be freed. False: other pins are open, and nothing has changed.
 */
export function refreshPin(root: usize, home: usize, scheme: u32): bool {
  const alone = pinsHeld() == 1;
  if (alone) announceInterval();
  if (scheme == EPOCH && get32(home + O_NESTED) == 1) {
    store64(home + O_ANNOUNCED, (load64(root + L_EPOCH) << 1) | 1);
    return true;
  }
  return alone;
}

// ---- guards
// ---------------------------------------------------------------------------------------

/** Opens a guard. */
export function pin(entry: u32, generation: u32, home: u32): i32 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return status();
  if (get32(root + L_SCHEME) == EPOCH) announce(root, home);
  hold();
  return OK;
}

/** Closes a guard. */
export function unpin(home: u32, scheme: u32): void {
  if (scheme == EPOCH) renounce(home);
  release();
}

/** Moves a guard to the present, if nothing else is pinned. */
export function refresh(entry: u32, home: u32, scheme: u32): bool {
  return refreshPin(load32(entryAt(entry) + D_ROOT), home, scheme);
}

// ---- words that hold blocks ---------------------------------------------------------------------

/**
 * The block that the word at `cell` names, safe to read until the guard ends. ~0 may be RESTART.
 */
export function loadBlock(cell: usize, scheme: u32): u32 {
  for (let i: u32 = 0; i < LOADS; i++) {
    const at = load32(cell); // Pairs with the store that published the block: its content is seen.
    if (at == 0 || scheme == EPOCH || MUTANT == 53 || protect()) {
      if (at == ~0) fail(0);
      return at;
    }
  }
  fail(RESTART);
  return ~0;
}

/** Puts a block into the word; what was there is returned, and is the caller's to retire. */
export function swapBlock(cell: usize, next: u32): u32 {
  const before = swap32(cell, next);
  if (before == ~0) fail(0);
  return before;
}

/**
 * Puts `next` where `expected` is: `expected` = done. Else what was found instead, protected. ~0
 * may be CONTENDED (the word went back and forth, nothing was done) or RESTART.
 */
export function exchangeBlock(cell: usize, expected: u32, next: u32, scheme: u32): u32 {
  for (let i: u32 = 0; i < LOADS; i++) {
    if (cas32(cell, expected, next)) {
      if (expected == ~0) fail(0);
      return expected;
    }
    const found = loadBlock(cell, scheme);
    if (found != expected) return found;
  }
  fail(CONTENDED);
  return ~0;
}
