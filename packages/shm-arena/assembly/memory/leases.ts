// Leases: what a snapshot holds so that the memory of its instant stays, one era each, any number
// of them in a slot. A few have words of their own, which cost no memory; all others stand in the
// slot's ledger (ledger.ts); and where no memory is left for one, leases share an interval.
//
//   take ──► a free word? ──no──► room in the ledger, or for a larger one? ──no──► the interval
//   name     era                  era                                              -era
//
// The number that `leaseTake` returns is the lease's name: its era, so it does not matter where it
// stands. No two leases that are held have one era; of two that have it, one of which cannot be
// held any more, either may be dropped for the other.
//
// I1  Between its take and its hold a lease protects only what is loaded after the take; a hold
//     that fails has protected nothing, and the lease is dropped and another taken. So a place of
//     the ledger gets one era, once, and eras come in order, also where takes are nested.
// I2  The overflow interval holds every era of the leases in it: the host, which knows these, says
//     the oldest and the newest when one of them ends.
// I3  A region that a ledger stands in belongs to the slot in this life (owner.ts), dead or alive.
//     It is retired when the slot's word names it no longer, so it is freed as any region is.
//
// Checked at its site: I1, as the order of eras. By verify (audit.ts): I3. The checker's
// memory shows I2.
//
// take                                                   a death after this step leaves
//   1. a free word := clock                                a reservation of the dead, until its end
//   2. else, in the ledger: era at tail := clock;          the same, or a hole
//      tail + 1, a lease more; the bit; then the summary's, if it was not set
//   3. else the interval: upper := clock; lower := clock, if it was 0
// renew, when no place is left
//   4. a region for the slot (region.ts)                   a region of the slot that its word does
//   5. what stands, copied; no memory for it: 7              not name: retired with the slot
//   6. the slot's word names it       linearizes           the old one's region, as 5
//   7. retire the region that it does not name, sweep             the same
// hold
//   8. CAS clock era → era + 1                             as 1
// drop
//   9. the word := 0; or clear the bit, then the summary's, if it was the last of its word, then
//      a lease less, and tail := 0, if it was the last of all
//  10. anchor: lower, upper of what is left in the interval
// settle, between calls, an empty ledger: 11. the slot's word := 0; retire the region     as 6
//
// Twice as many places as leases: a ledger is renewed when half of it was dropped at least, so all
// but a hold are O(1) amortised but for the search of a drop, O(log). Take, drop and anchor are
// wait-free, but for a region's making.

import { cas64, check, fill, get64, load64, peek64, put64, store64 } from '../ground/atomic';
import { I } from '../ground/invariants';
import {
  CLOCK,
  GENERATION,
  LEASES,
  ME,
  R_STATE,
  SELF,
  S_LEASES,
  S_LEDGER,
  S_OVER_LOWER,
  S_OVER_UPPER,
  regionAt,
} from '../ground/layout';
import { ownedByLedger } from '../ground/owner';
import { alive, result } from '../ground/thread';
import {
  GROUP,
  L_CAPACITY,
  L_TAIL,
  bitsAt,
  eraAt,
  leaseFrom,
  ledgerBytes,
  nextLease,
  summaryAt,
} from './ledger';
import { openFor, regionAlloc, retireFrom, sweep } from './region';

/** Places of the smallest ledger: they fit into the page that a region has. */
const LEAST: u32 = GROUP * GROUP;
/** One lease in the word of the tail. */
const ONE: u64 = 1 << 32;

/**
 * Steps 1 to 3: the name of a lease of the present era. Below 0: it shares the overflow interval,
 * whose eras the caller keeps for `leaseAnchor`.
 */
export function leaseTake(): f64 {
  const word = wordWith(0);
  const at = word == 0 ? room() : 0;
  const now = load64(CLOCK);
  if (word != 0) {
    store64(word, now);
  } else if (at != 0) {
    append(at, now);
  } else {
    store64(SELF + S_OVER_UPPER, now); // Upper first, as a pin does.
    if (load64(SELF + S_OVER_LOWER) == 0 || MUTANT == 115) store64(SELF + S_OVER_LOWER, now);
    return -(<f64>now);
  }
  return <f64>now;
}

/** The first word of the slot's leases that is `era`; 0: none is. Only this thread writes them. */
function wordWith(era: u64): usize {
  for (let at = SELF + S_LEASES; at < SELF + S_LEASES + (LEASES << 3); at += 8) {
    if (load64(at) == era) return at;
  }
  return 0;
}

/** Step 8. True: what was loaded since the take is held, at the era in `result`. */
export function leaseHold(lease: f64): bool {
  const era = <u64>abs(lease);
  result(era);
  return cas64(CLOCK, era, era + 1) || MUTANT == 10;
}

/** Step 9. One in the overflow interval `leaseAnchor` lets go. */
export function leaseDrop(lease: f64): void {
  const era = <u64>lease;
  const word = wordWith(era);
  if (word != 0) store64(word, 0);
  else remove(era);
}

/** Step 10: the oldest and the newest era that leases in the overflow interval have; 0: none. */
export function leaseAnchor(oldest: f64, newest: f64): void {
  // Each of the four pairs that others may see holds what is left.
  store64(SELF + S_OVER_LOWER, <u64>(MUTANT == 258 ? newest : oldest));
  if (newest != 0) store64(SELF + S_OVER_UPPER, <u64>newest);
}

// ---- the ledger ---------------------------------------------------------------------------------

/** This thread's ledger; 0: it has none. */
function ledger(): usize {
  return <u32>load64(SELF + S_LEDGER);
}

/** A ledger with a place at its tail; 0: there is no memory for one. */
function room(): usize {
  const at = ledger();
  if (at != 0 && <u32>load64(at + L_TAIL) < <u32>get64(at + L_CAPACITY)) return at;
  return renew(at);
}

/** Steps 4 to 7: what stands in the ledger `from` (0: none), in one with twice as many places. */
function renew(from: usize): usize {
  if (!alive()) return 0; // The slot may be another's.
  const count = from == 0 ? 0 : <u32>(load64(from + L_TAIL) >> 32);
  let capacity = LEAST;
  while (capacity < 2 * count) capacity <<= 1;
  const old = load64(SELF + S_LEDGER);
  const region = openFor(ownedByLedger(ME, GENERATION), 0);
  if (region < 0) return 0;
  const at: usize = regionAlloc(region, ledgerBytes(capacity), 64);
  const word = ((<u64>region) << 32) | at;
  if (at != 0) {
    fill(at, 0, ledgerBytes(capacity)); // Private until the slot's word names it.
    put64(at + L_CAPACITY, capacity);
    if (MUTANT == 252) store64(SELF + S_LEDGER, word);
    if (from != 0) copyLeases(from, at);
    store64(SELF + S_LEDGER, word);
    if (old != 0) retireLedger(old);
  } else if (MUTANT != 322 || word != 0) retireLedger(word);
  sweep();
  return at;
}

function copyLeases(from: usize, to: usize): void {
  const places = <u32>get64(from + L_CAPACITY);
  let place = nextLease(from, places, 0);
  if (MUTANT == 253) place = nextLease(from, places, place + 1);
  while (place < places) {
    append(to, load64(eraAt(from, places, place)));
    place = nextLease(from, places, place + 1);
  }
}

/** Step 2, in a ledger that has room. */
function append(at: usize, era: u64): void {
  const capacity = <u32>get64(at + L_CAPACITY);
  const tail = load64(at + L_TAIL);
  const place = <u32>tail;
  const group = place / GROUP;
  const bits = bitsAt(at, capacity, group);
  const summary = summaryAt(at, group);
  check(place == 0 || peek64(eraAt(at, capacity, place - 1)) <= era, I + 1, at); // ledger.ts
  store64(eraAt(at, capacity, place), era);
  store64(at + L_TAIL, tail + ONE + 1);
  store64(bits, load64(bits) | ((<u64>1) << (place & (GROUP - 1))));
  const some = load64(summary);
  const bit = (<u64>1) << (group & (GROUP - 1));
  if ((some & bit) == 0) store64(summary, some | bit);
}

/** Step 9. Nothing happens if no lease of that era stands. */
function remove(era: u64): void {
  const at = ledger();
  if (at == 0) return;
  const capacity = <u32>get64(at + L_CAPACITY);
  const place = leaseFrom(at, capacity, era);
  if (place == capacity || load64(eraAt(at, capacity, place)) != era) return;
  const group = place / GROUP;
  const bits = bitsAt(at, capacity, group);
  const rest = MUTANT == 251 ? 0 : load64(bits) & ~((<u64>1) << (place & (GROUP - 1)));
  store64(bits, rest);
  if (rest == 0 || MUTANT == 257) {
    const summary = summaryAt(at, group);
    store64(summary, load64(summary) & ~((<u64>1) << (group & (GROUP - 1))));
  }
  const tail = load64(at + L_TAIL) - ONE;
  store64(at + L_TAIL, tail < ONE ? 0 : tail);
}

/** Step 7. */
function retireLedger(word: u64): void {
  const region = <u32>(word >> 32);
  if (MUTANT != 261) retireFrom(region, load64(regionAt(region) + R_STATE));
}

/** Step 11: a ledger without leases goes back. */
export function settleLedger(): void {
  const word = load64(SELF + S_LEDGER);
  if (word == 0 || load64(<usize>(<u32>word) + L_TAIL) != 0) return;
  store64(SELF + S_LEDGER, 0);
  retireLedger(word);
}
