// The ledger of a slot: its leases beyond those that have a word in the slot, in any number, so
// that whoever sweeps finds in a few steps whether one lies between two eras. This file reads
// ledgers; leases.ts writes them.
//
//   slot ──► tail 7 | summary  1 1 | bits  1011 0010 ... | eras  3 5 8 9 12 20 21 . . .
//                              │ │           │             ▲   ▲
//                              └─┴─ a word ──┴─ a lease    │   └ 5 was dropped: a hole
//                                   that is not 0          sorted: taken in this order
//
// A ledger, in a region that the slot owns (owner.ts), from its offset on
//   0  u64 tail: places in use, holes included | leases in it, from bit 32; shared, one writer, as
//      is all but the capacity
//   8  u64 capacity, a multiple of GROUP * GROUP; frozen
//   16 summary: a bit for each word of bits that may not be 0; then bits: one a place, set while
//      the lease of that place stands; then the eras, u64. GROUP bits of a word are used.
// Word of the slot: offset | region << 32, or 0
//
// I1  Eras of the places below tail never fall from one to the next: they were drawn from the clock
//     in this order. A place gets another era only when tail has gone back to 0, when no lease was
//     in the ledger, and then a later one.
// I2  The word of a slot names a whole ledger: each lease that stood when it was stored is in it.
//     What it named before stays as it was, until its region is freed.
// I3  A ledger is read under an interval of the reader's that meets its region's life, as any
//     region is. So nothing is read that was freed, and its words mean what they meant. Leases do
//     not keep it: who holds one reads no ledger by it.
//
// Checked at its site: I1 (leases.ts). The checker's memory shows I3, what is freed too early I2.
//
// first(era): of the leases that stand, the era of the first from `era` on; one lies in
// [birth, retired] when first(birth) is at most retired
//   1. load the slot's word, under an interval; its region born after upper: upper := clock, again
//   2. load tail; among the places below it, the first whose era is `era` or later
//   3. from there on, the next bit that is set: its era
//
// Why it misses nothing. Let lease q stand from before 1 to the end. While it stands no place below
// q changes (I1), and those above q hold, at any time, later eras than q's. So the search of step
// 2, for an era that is not later than q's, does not pass q, whatever it reads above; step 3 comes
// to q or to a place before it, whose era is no later. A lease that was taken after step 1 need not
// be seen: what it protects was reachable then, and is retired later than what is judged here. Of
// two words a take sets the bit before the summary, a drop clears it after; so a bit that stood
// before step 3 is behind a summary's bit that stands.
//
// A death leaves a ledger as it is, for it is whole after every step (leases.ts). Loads only, but
// for the reader's own interval; O(log capacity), and a word for every GROUP * GROUP places.

import { get64, load64, store64 } from '../ground/atomic';
import {
  CLOCK,
  R_BIRTH,
  S_LEDGER,
  S_LOWER,
  S_UPPER,
  SELF,
  TRIES,
  regionAt,
} from '../ground/layout';

/** Places that a bit of the summary stands for. */
export const GROUP: u32 = isDefined(GATED) ? 2 : 64;
export const L_TAIL: usize = 0;
export const L_CAPACITY: usize = 8;
const L_SUMMARY: usize = 16;

/** What `ledgerOf` says when it could not be read: each era may be leased. */
const MOVING: usize = 1;

// ---- where things stand -------------------------------------------------------------------------

/** The word of bits number `group`; the first one begins behind the summary. */
export function bitsAt(at: usize, capacity: u32, group: u32): usize {
  return at + L_SUMMARY + ((<usize>(capacity / (GROUP * GROUP)) + group) << 3);
}

export function summaryAt(at: usize, group: u32): usize {
  return at + L_SUMMARY + ((<usize>group / GROUP) << 3);
}

/** The era of a place. */
export function eraAt(at: usize, capacity: u32, place: u32): usize {
  return bitsAt(at, capacity, capacity / GROUP) + ((<usize>place) << 3);
}

/** Bytes of a ledger. */
export function ledgerBytes(capacity: u32): u32 {
  return <u32>eraAt(0, capacity, capacity);
}

// ---- searching ----------------------------------------------------------------------------------

/** Step 3: the next place from `from` on whose lease stands; `capacity`: there is none. */
export function nextLease(at: usize, capacity: u32, from: u32): u32 {
  if (from >= capacity) return capacity;
  const first = from / GROUP;
  const rest = load64(bitsAt(at, capacity, first)) >> (from & (GROUP - 1));
  if (rest != 0) return from + <u32>ctz(rest);
  const groups = capacity / GROUP;
  let group = first + 1;
  while (group < groups) {
    const some = load64(summaryAt(at, group)) >> (group & (GROUP - 1));
    if (some == 0) {
      group = (group / GROUP + 1) * GROUP;
      continue;
    }
    group += <u32>ctz(some);
    const bits = load64(bitsAt(at, capacity, group));
    if (bits != 0) return group * GROUP + <u32>ctz(bits);
    group++;
  }
  return capacity;
}

/** Steps 2 and 3: the first lease that stands with that era or a later one; the capacity: none. */
export function leaseFrom(at: usize, capacity: u32, era: u64): u32 {
  let low: u32 = 0;
  let high = <u32>load64(at + L_TAIL);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load64(eraAt(at, capacity, middle)) < era) low = middle + 1;
    else high = middle;
  }
  return nextLease(at, capacity, low);
}

// ---- reading another's --------------------------------------------------------------------------

/** Whether this thread has no interval: then `endReading(true)` ends what its reading began. */
export function isBare(): bool {
  return load64(SELF + S_LOWER) == 0;
}

export function endReading(bare: bool): void {
  if (bare && load64(SELF + S_LOWER) != 0) store64(SELF + S_LOWER, 0);
}

/** Step 1: the ledger of the slot at `slot`; 0: it has none. MOVING. */
function ledgerOf(slot: usize): usize {
  let word = load64(slot + S_LEDGER);
  for (let round: u32 = 0; word != 0; round++) {
    if (round > TRIES) return MOVING;
    const bare = isBare() && MUTANT != 256;
    if (!bare) {
      // A region of another life by now was born later still: what was named was not kept then.
      const birth = load64(regionAt(<u32>(word >> 32)) + R_BIRTH);
      if (birth <= load64(SELF + S_UPPER) || MUTANT == 255) return <usize>(<u32>word);
    }
    const era = load64(CLOCK);
    store64(SELF + S_UPPER, era);
    if (bare) store64(SELF + S_LOWER, era); // Behind upper, as a pin.
    word = load64(slot + S_LEDGER);
  }
  return 0;
}

/**
 * The first era from `era` on, which is not 0, of a lease in the slot's ledger; ~0: there is none.
 */
export function ledgerFirst(slot: usize, era: u64): u64 {
  const at = ledgerOf(slot);
  if (at <= MOVING) return at == MOVING ? era : ~(<u64>0);
  const capacity = <u32>get64(at + L_CAPACITY);
  const place = leaseFrom(at, capacity, era);
  return place < capacity ? load64(eraAt(at, capacity, place)) : ~(<u64>0);
}

/** How many leases stand in the slot's ledger. */
export function ledgerCount(slot: usize): u32 {
  const at = ledgerOf(slot);
  return at <= MOVING ? 0 : <u32>(load64(at + L_TAIL) >> 32);
}
