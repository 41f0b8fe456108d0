// Hazards: a reader says, in words of its own, which blocks it is about to read. With pointers the
// word holds the block (Michael, 2004); with eras it holds the era in which it was loaded, and
// keeps all blocks that were alive in it (Ramalhete and Correia, 2017): most loads then store
// nothing.
//
//   reader     hazard := b ── load the cell again: still b? ── read b ── hazard := 0
//   writer            unlink b ── retire b ── scan: is b in a hazard? ── free b
//
// Hazards stand in the reader's home (home.ts), u64 each: a block, or an era; 0 = none. Shared,
// one writer.
//
// I1  A hazard is stored before the load that finds the word unchanged (pointers), or before a load
//     with the clock unchanged behind it (eras): so it stood when the block could still be reached.
// I2  A scan begins after the blocks it judges were retired. So whoever protects one afterwards
//     does not find it any more, and whoever did before is seen.
// I3  A hazard that is moved from one word to another by 6 to 8 stood in the new word while the
//     clock still showed its era. The scan that judges what was retired in that era, or later,
//     moves the clock on before it looks, so it sees the new word whenever it misses the old one.
//
// No site can check these: a block that is freed while a hazard protects it shows where they do not
// hold.
//
// protect, pointers                                      a death after this step leaves
//   1. load the word                                       nothing
//   2. store the hazard                                    a hazard, until the domain's repair
//   3. load the word: changed: from 2 with what is there   the same
// protect, eras
//   4. load the word, load the clock: the hazard's era: done
//   5. store the hazard, from 4                            the same
// protectLink, of a word in a block that hazard `parent` protects
//   eras:  6. hazard := the era of `parent`                the same
//          7. load the word   8. the clock shows that era: done; else RESTART
//   pointers: 1 to 3
// release: 9. store 0                                      nothing
// exchange: 10. CAS; lost: wait (below), protect what is there
//
// 4 and 5 are for roots, words that nobody retires while they are read: once the clock has moved
// since block b was reached, b may be out, and what its link names may be freed, however often the
// link is loaded; the era of now comes too late. With the era of `parent`, e, still on the clock:
// b was reached while the clock showed e. What its link names now, or has named since b was taken
// out (after that), could be reached then, so it was alive at e, under a hazard with e that stood
// before. With pointers 3 looks at the link again; that says something only if whoever takes b out
// first puts something else into its links. While a link is as it was, b is in place then, and so
// is what it names.
//
// After LOADS rounds RESTART: nothing is protected by this hazard. A scan waits for α * H retired
// blocks (`threshold`), so it costs O(1) for each; at most α * H + H blocks of a home are pending
// with pointers, beside what leases keep.
//
// Waiting is Dice's, Hendler's and Mirsky's (2013) constant back-off with feedback: a thread that
// has failed f times more often than it won waits 2^min(f, MOST_FAILS) turns of a loop, calibrated
// in turns and not in time; a success takes one off. Owned word, worth nothing after a death.

import {
  cas32,
  get32,
  load32,
  load64,
  pause,
  put32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CLOCK } from '@x/shm-arena/assembly/ground/layout';
import { ASK, ERAS, HOME_FAILS, HOME_HAZARDS, RESTART } from '@x/shm-arena/assembly/reclaim/home';
import { fail } from '@x/shm-arena/assembly/ground/thread';

const LOADS: u32 = isDefined(GATED) ? 2 : 16;
const MOST_FAILS: u32 = 9;

function hazardAt(home: usize, index: u32): usize {
  return home + HOME_HAZARDS + (index << 3);
}

/** The block that a root names, safe to read until `index` protects another. ASK: RESTART. */
export function protectBlock(cell: usize, home: usize, index: u32, scheme: u32): u32 {
  return scheme == ERAS
    ? protectEra(cell, hazardAt(home, index))
    : protectPointer(cell, hazardAt(home, index));
}

function protectPointer(cell: usize, hazard: usize): u32 {
  let at = load32(cell);
  for (let i: u32 = 0; i < LOADS; i++) {
    if (at == 0) {
      store64(hazard, 0);
      return 0;
    }
    // Before the next load: whoever retires the block after it scans after this.
    store64(hazard, at);
    if (MUTANT == 61) return at;
    const now = load32(cell);
    if (now == at) return blockFound(at);
    at = now;
  }
  store64(hazard, 0);
  fail(RESTART);
  return ASK;
}

function protectEra(cell: usize, hazard: usize): u32 {
  let held = load64(hazard);
  for (let i: u32 = 0; i <= LOADS; i++) {
    const at = load32(cell);
    const era = load64(CLOCK);
    if (era == held || (MUTANT == 62 && held != 0)) return blockFound(at);
    store64(hazard, era);
    held = era;
  }
  store64(hazard, 0);
  fail(RESTART);
  return ASK;
}

/**
 * The same for a word inside the block that hazard `parent` protects. ASK: RESTART, from the root
 * again; what `parent` protects stays protected.
 */
export function protectLink(cell: usize, home: usize, index: u32, parent: u32, scheme: u32): u32 {
  if (scheme != ERAS || MUTANT == 124) return protectBlock(cell, home, index, scheme);
  const hazard = hazardAt(home, index);
  const era = load64(hazardAt(home, parent));
  if (MUTANT != 125 && load64(hazard) != era) store64(hazard, era); // I3
  const at = load32(cell);
  if (at != 0 && load64(CLOCK) != era) {
    fail(RESTART);
    return ASK;
  }
  if (MUTANT == 125 && load64(hazard) != era) store64(hazard, era);
  return blockFound(at);
}

/** A word that holds ASK is no RESTART. */
function blockFound(at: u32): u32 {
  if (at == ASK) fail(0);
  return at;
}

/** Step 9. */
export function releaseHazard(home: usize, index: u32): void {
  store64(hazardAt(home, index), 0);
}

/** What a hazard holds: 0 = nothing. */
export function isHeld(home: usize, index: u32): bool {
  return load64(hazardAt(home, index)) != 0;
}

/**
 * Puts `next` where `expected` is; true: done. False: another was faster, and this thread has
 * waited a little; `expected` must be protected by the caller (or 0), so that it cannot come back.
 */
export function exchangeBlock(cell: usize, expected: u32, next: u32, home: usize): bool {
  const fails = get32(home + HOME_FAILS);
  if (cas32(cell, expected, next)) {
    if (fails != 0) put32(home + HOME_FAILS, fails - 1);
    return true;
  }
  put32(home + HOME_FAILS, min(fails + 1, MOST_FAILS));
  pause(fails);
  return false;
}

/** A word that is leased, or nobody changes. */
export function peekBlock(cell: usize): u32 {
  return load32(cell);
}
