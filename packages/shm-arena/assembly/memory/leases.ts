// Leases: what a snapshot holds so that the memory of its instant stays, one era each, any number
// of them in a slot. A few have words of their own, which cost no memory; all others stand in the
// slot's ledger (ledger.ts); and where no memory is left for one, leases share an interval.
//
//   take ──► a free word? ──no──► room in the ledger, or for a larger one? ──no──► the interval
//   name     0 .. LEASES - 1      -era                                             LEASES + era
//
// The number that `leaseTake` returns is the lease's name: which word it is, or its era. A ledger
// may move; and no two leases that are held have one era.
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
//      tail + 1; the bit; then the summary's, if it was not set
//   3. else the interval: upper := clock; lower := clock, if it was 0
// renew, when no place is left
//   4. a region for the slot; what stands, copied          a region of the slot that its word does
//   5. publish the region                                    not name: retired with the slot
//   6. the slot's word names it       linearizes           the old one's region, as 5
//   7. retire the region of the old one, sweep             the same
// hold
//   8. CAS clock era → era + 1                             as 1
// drop
//   9. the word := 0; or clear the bit, then the summary's, if it was the last of its word, then
//      tail := 0, if it was the last of all
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
  OK,
  SELF,
  S_LEASES,
  S_LEDGER,
  S_OVER_LOWER,
  S_OVER_UPPER,
} from '../ground/layout';
import { ownedByLedger } from '../ground/owner';
import { alive, result } from '../ground/thread';
import {
  GROUP,
  L_CAPACITY,
  L_COUNT,
  L_TAIL,
  bitsAt,
  eraAt,
  ledgerBytes,
  nextLease,
  placeOf,
  summaryAt,
} from './ledger';
import {
  regionAlloc,
  regionCreate,
  regionDrop,
  regionGeneration,
  regionPublish,
  regionRetire,
  sweep,
} from './region';

/** Places of the smallest ledger: they fit into the page that a region has. */
const LEAST: u32 = GROUP * GROUP;

/**
 * Steps 1 to 3: the name of a lease of the present era. LEASES and more: it shares the overflow
 * interval, whose eras the caller keeps for `leaseAnchor`.
 */
export function leaseTake(): f64 {
  for (let i: u32 = 0; i < LEASES; i++) {
    const at = SELF + S_LEASES + (i << 3);
    if (load64(at) == 0) {
      // Only this thread writes its leases.
      store64(at, load64(CLOCK));
      return i;
    }
  }
  const at = room();
  const now = load64(CLOCK);
  if (at != 0) {
    append(at, now);
    return -(<f64>now);
  }
  store64(SELF + S_OVER_UPPER, now); // Upper first, as a pin does.
  if (load64(SELF + S_OVER_LOWER) == 0 || MUTANT == 115) store64(SELF + S_OVER_LOWER, now);
  return <f64>LEASES + <f64>now;
}

/** Step 8. True: what was loaded since the take is held, at the era in `result`. */
export function leaseHold(lease: f64): bool {
  const era = eraOf(lease);
  result(era);
  return cas64(CLOCK, era, era + 1) || MUTANT == 10;
}

function eraOf(lease: f64): u64 {
  if (lease < 0) return <u64>-lease;
  if (lease >= <f64>LEASES) return <u64>(lease - <f64>LEASES);
  return load64(SELF + S_LEASES + ((<usize>lease) << 3));
}

/** Step 9. Of a lease in the overflow interval `leaseAnchor` lets go. */
export function leaseDrop(lease: f64): void {
  if (lease < 0) remove(<u64>-lease);
  else if (lease < <f64>LEASES) store64(SELF + S_LEASES + ((<usize>lease) << 3), 0);
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
  if (at != 0 && load64(at + L_TAIL) < get64(at + L_CAPACITY)) return at;
  return renew(at);
}

/** Steps 4 to 7: what stands in the ledger `from` (0: none), in one with twice as many places. */
function renew(from: usize): usize {
  if (!alive()) return 0; // The slot may be another's.
  const count = from == 0 ? 0 : <u32>get64(from + L_COUNT);
  let capacity = LEAST;
  while (capacity < 2 * count) capacity <<= 1;
  const old = load64(SELF + S_LEDGER);
  const region = regionCreate(ownedByLedger(ME, GENERATION), 0);
  if (region < 0) return 0;
  const at: usize = regionAlloc(region, ledgerBytes(capacity), 64);
  if (at == 0) {
    regionDrop(region);
    return 0;
  }
  fill(at, 0, ledgerBytes(capacity)); // Private until the slot's word names it.
  put64(at + L_CAPACITY, capacity);
  const word = ((<u64>region) << 32) | at;
  if (MUTANT == 252) store64(SELF + S_LEDGER, word);
  if (from != 0) copyLeases(from, at, capacity);
  if (regionPublish(region) != OK) return 0;
  store64(SELF + S_LEDGER, word);
  if (old != 0) retireLedger(old);
  return at;
}

function copyLeases(from: usize, to: usize, capacity: u32): void {
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
  const place = <u32>load64(at + L_TAIL);
  const group = place / GROUP;
  const bits = bitsAt(at, capacity, group);
  const summary = summaryAt(at, group);
  check(place == 0 || peek64(eraAt(at, capacity, place - 1)) <= era, I + 1, at); // ledger.ts
  store64(eraAt(at, capacity, place), era);
  store64(at + L_TAIL, place + 1);
  store64(bits, load64(bits) | ((<u64>1) << (place & (GROUP - 1))));
  const some = load64(summary);
  const bit = (<u64>1) << (group & (GROUP - 1));
  if ((some & bit) == 0) store64(summary, some | bit);
  put64(at + L_COUNT, get64(at + L_COUNT) + 1);
}

/** Step 9. Nothing happens if no lease of that era stands. */
function remove(era: u64): void {
  const at = ledger();
  if (at == 0) return;
  const capacity = <u32>get64(at + L_CAPACITY);
  const tail = <u32>load64(at + L_TAIL);
  const place = nextLease(at, capacity, placeOf(at, capacity, tail, era));
  if (place >= tail || load64(eraAt(at, capacity, place)) != era) return;
  const group = place / GROUP;
  const bits = bitsAt(at, capacity, group);
  const rest = MUTANT == 251 ? 0 : load64(bits) & ~((<u64>1) << (place & (GROUP - 1)));
  store64(bits, rest);
  if (rest == 0 || MUTANT == 257) {
    const summary = summaryAt(at, group);
    store64(summary, load64(summary) & ~((<u64>1) << (group & (GROUP - 1))));
  }
  const count = get64(at + L_COUNT) - 1;
  put64(at + L_COUNT, count);
  if (count == 0) store64(at + L_TAIL, 0);
}

/** Step 7. */
function retireLedger(word: u64): void {
  const region = <u32>(word >> 32);
  if (MUTANT == 261) return;
  regionRetire(region, regionGeneration(region));
  sweep();
}

/** Step 11: a ledger without leases goes back. */
export function settleLedger(): void {
  const word = load64(SELF + S_LEDGER);
  if (word == 0 || get64(<usize>(<u32>word) + L_COUNT) != 0) return;
  store64(SELF + S_LEDGER, 0);
  retireLedger(word);
}
