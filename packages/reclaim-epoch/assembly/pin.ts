// Reading: guards, and loads that are safe under them.
//
// The interval scheme is 2GE-IBR (Wen and others, PPoPP 2018) on the arena's reservations, with the
// arena's lazy pin (lazy.ts). The epoch scheme is Fraser's (2004), with three epochs.
//
//   clock      7 ──────────────────────── 8
//   root       era 7: as is               era 8 > upper: store upper, load again
//   link       era 7: as is               era 8 > upper: store upper, RESTART
//   epoch      3 announced: 3, 3, 0 ──► 4 announced: 3 ──► stays 4 until that guard is closed
//
// Words of the home: announced, nested (home.ts). Words of the slot: lazy.ts.
//
// I1  announced is stored before the loads it protects, and is 0 when no guard of the domain is
//     open.
//
// No site can check I1: a block that is freed while a guard may read it shows where it fails.
//
// pin                                                    a death after this step leaves
//   1. the interval's pin (lazy.ts)                        a reservation, until recovery clears it
//   2. the domain is alive, the home is this thread's      the same
//   3. epoch scheme: load the epoch, store announced       the same, until the domain's repair
// unpin: 4. epoch scheme: store announced 0                the same
// loadBlock, of a root
//   5. load the word                                       nothing
//   6. load the clock; moved: store upper, from 5          the same
//      LOADS times, upper further ahead of the clock each time; then RESTART
// loadLink, of a word in a block (`since`: upper when the walk began)
//   7. load the word                                       nothing
//   8. upper is `since` and the clock is not past it: done; else upper := clock, RESTART
// refresh
//   9. load the clock, look at the entry as 2 does         nothing
//  10. store upper, store lower: what was loaded 9         the same
//
// Step 8 is the argument of reservation.ts, "Links". In the epoch scheme a link needs no look: what
// it named when its block was taken out, or names now, could be reached after the announcement.
// Step 10: the entry was LIVE after the clock was loaded, so the region is retired, if ever, at
// that era or later, and the new lower still meets its life. A domain that is gone is refused: its
// region may be kept by the old lower alone.
//
// Why step 3 needs no second look at the epoch. An advance from e needs a scan that saw every
// announced epoch be e or 0. After the announcement (of whatever old epoch a) stands, at most one
// advance that has scanned before still happens, say to g. What a reader comes to is unlinked after
// that, so it is retired at r >= g - 1, and is freed at r + 2 > g at the earliest, which takes an
// advance from g with a scan that sees a: only when a is g, and then not the next one.
//
// All of these are wait-free; the counts are in the README, measured by the checker.

import {
  cas32,
  get32,
  load32,
  load64,
  put32,
  store64,
  swap32,
} from '@x/shm-arena/assembly/ground/atomic';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { beginAt } from '@x/shm-arena/assembly/reclaim/domain';
import {
  CLOCK,
  CLOSED,
  CONTENDED,
  D_ROOT,
  entryAt,
  EXPELLED,
  ME,
  S_UPPER,
  SELF,
} from '@x/shm-arena/assembly/ground/layout';
import { announceInterval, hold, pinsHeld, unhold } from '@x/shm-arena/assembly/reclaim/lazy';
import {
  ASK,
  EPOCH,
  DOMAIN_EPOCH,
  DOMAIN_SCHEME,
  HOME_ANNOUNCED,
  HOME_NESTED,
  RESTART,
} from '@x/shm-arena/assembly/reclaim/home';
import { protect, protectAhead } from '@x/shm-arena/assembly/memory/reservation';
import { alive, fail, status } from '@x/shm-arena/assembly/ground/thread';

/** Loads in one call before RESTART. */
const LOADS: u32 = isDefined(GATED) ? 2 : 16;

/** Step 3, for the outermost guard of a domain. */
export function announce(root: usize, home: usize): void {
  const nested = get32(home + HOME_NESTED);
  put32(home + HOME_NESTED, nested + 1);
  if (nested == 0) store64(home + HOME_ANNOUNCED, (load64(root + DOMAIN_EPOCH) << 1) | 1);
}

/** The end of step 3's. */
export function renounce(home: usize): void {
  const nested = get32(home + HOME_NESTED) - 1;
  put32(home + HOME_NESTED, nested);
  if (nested == 0) store64(home + HOME_ANNOUNCED, 0);
}

/** Where a walk begins: upper as it is before the load of its root. Eras are exact to 2^53. */
export function since(): f64 {
  return <f64>load64(SELF + S_UPPER);
}

// ---- guards -------------------------------------------------------------------------------------

/** Opens a guard; `since`, or -status. */
export function pin(entry: u32, generation: u32, home: u32): f64 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return -(<f64>status());
  if (get32(root + DOMAIN_SCHEME) == EPOCH) announce(root, home);
  hold();
  return since();
}

/** Closes a guard. */
export function unpin(home: u32, scheme: u32): void {
  if (scheme == EPOCH) renounce(home);
  unhold();
}

/**
 * Moves this thread's reservations to the present, if the one guard is all that is pinned: what was
 * loaded before may be freed. `since`; 0: other pins are open, and nothing has changed; -status.
 */
export function refresh(entry: u32, generation: u32, home: u32, scheme: u32): f64 {
  if (!alive()) return -(<f64>EXPELLED);
  const era = load64(CLOCK);
  const root = <usize>load32(entryAt(entry) + D_ROOT);
  if (MUTANT != 121 && !entryAlive(entry, generation)) return -(<f64>CLOSED);
  if (load32(home) != ME + 1) return -(<f64>CLOSED);
  const alone = pinsHeld() == 1;
  if (alone) announceInterval(era);
  if (scheme == EPOCH && get32(<usize>home + HOME_NESTED) == 1) {
    store64(<usize>home + HOME_ANNOUNCED, (load64(root + DOMAIN_EPOCH) << 1) | 1);
    return since();
  }
  return alone ? since() : 0;
}

// ---- words that hold blocks ---------------------------------------------------------------------

/**
 * The block that the root at `cell` names, safe to read until the guard ends. ASK may be RESTART:
 * the clock ran past upper during each of LOADS loads, though upper was ahead by up to 2^LOADS.
 */
export function loadBlock(cell: usize, scheme: u32): u32 {
  for (let i: u32 = 0; i < LOADS; i++) {
    const at = load32(cell); // Pairs with the store that published the block: its content is seen.
    const ahead = ((<u64>1) << i) - 1;
    if (at == 0 || scheme == EPOCH || MUTANT == 53 || protectAhead(ahead)) return blockFound(at);
  }
  fail(RESTART);
  return ASK;
}

/**
 * The block that a word inside a block names which was reached under this guard; the walk began at
 * `since`. ASK may be RESTART: from the root again, with `since` anew.
 */
export function loadLink(cell: usize, scheme: u32, since: f64): u32 {
  if (MUTANT == 122) return loadBlock(cell, scheme);
  const at = load32(cell); // As in loadBlock.
  if (at == 0 || scheme == EPOCH) return blockFound(at);
  const upper = load64(SELF + S_UPPER);
  if ((MUTANT == 123 || <f64>upper == since) && load64(CLOCK) <= upper) return blockFound(at);
  protect(); // The next walk begins here.
  fail(RESTART);
  return ASK;
}

/** A word that holds ASK is no RESTART. */
function blockFound(at: u32): u32 {
  if (at == ASK) fail(0);
  return at;
}

/** Puts a block into the word; what was there is returned, and is the caller's to retire. */
export function swapBlock(cell: usize, next: u32): u32 {
  const before = swap32(cell, next);
  if (before == ASK) fail(0);
  return before;
}

/**
 * Puts `next` where `expected` is: `expected` = done. Else what was found instead, protected if the
 * word is a root. ASK may be CONTENDED (the word went back and forth, nothing was done) or RESTART.
 */
export function exchangeBlock(cell: usize, expected: u32, next: u32, scheme: u32): u32 {
  for (let i: u32 = 0; i < LOADS; i++) {
    if (cas32(cell, expected, next)) {
      if (expected == ASK) fail(0);
      return expected;
    }
    const found = loadBlock(cell, scheme);
    if (found != expected) return found;
  }
  fail(CONTENDED);
  return ASK;
}
