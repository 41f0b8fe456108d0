// Who may still be reading what: a clock of eras, an interval for each participant at work, and
// point leases for what outlives a call. Interval-based reclamation (2GE-IBR: Wen, Izraelevitz,
// Cai, Beadle, Scott, PPoPP 2018); the leases follow hazard eras (Ramalhete and Correia, SPAA
// 2017).
//
//   era      3   4   5   6   7   8
//   thing        |birth──────|retired         kept while an interval or a lease meets it,
//   reader           |lower──────|upper       both ends included
//   lease    ×       ×                        the lease at 3 does not keep it, the one at 5 does
//
// Words, u64, all shared: CLOCK, from 1, never back; lower, upper of a slot (lower 0 = no interval,
// upper then says nothing); LEASES point leases (0 = none), and the ledger of those that found no
// free word (ledger.ts); one overflow interval for those that found no memory either; and the eras
// of the grants, which are leases of structures (grants.ts), with a bit for each that stands.
//
// I1  birth of a thing is the clock at some time before it can be reached; retired is what the
//     clock showed when, after the thing could no longer be reached from its root, it was advanced.
// I2  An interval is stored before the loads it protects, and upper is at least the clock read
//     after the load of a root (`protect`).
// I3  A lease holds era e only when the clock was still e after the load of the root; by the same
//     CAS the clock went to e + 1, so what is born later is born after the lease.
//
// No site can check these, which speak of what others did meanwhile: the checker does, as memory
// that is freed while somebody may read it. The order of I1: region.ts I3 and limbo.ts I3.
//
// pin                                               protect, after the load of a root
//   1. e := clock; upper := e                         4. clock <= upper: protected
//   2. lower := e                                     5. upper := clock; load the root again
// unpin                                             leaseTake, leaseHold (leases.ts)
//   3. lower := 0                                     6. e := clock; lease := e     (load the root)
//                                                     7. CAS clock e → e + 1; lost: another, by 6
// safe(birth, retired), for a thing already unreachable
//   8. for each grant that stands: read its era; for each slot that is not FREE: read lower, then
//      upper, the overflow interval, the leases, and look in its ledger
//
// Why it holds. Reader r loaded root p at time t and step 4 passed: p was reachable at t, so it was
// made unreachable after t and its retired stamp, an advance after that, is at least the clock at
// t, hence at least lower (read before). Its birth is at most the clock at t, hence at most upper.
// Lower and upper stood before t, so before the unlinking, so before step 8, and step 8 sees them
// meet [birth, retired]. The order in 8 (lower, then upper) and in 1, 2 (upper, then lower) makes a
// torn pair a wider one: whoever sees the new lower sees the new upper or a later one, whoever sees
// an old lower sees an interval from there to the new upper. Step 7 is the same proof with both
// ends e. A grant is a lease in another place: its era, then its bit stood before the load of the
// root, so before step 8; it never moves from one place to another, so the order in which 8 goes
// through them does not matter. While nothing is granted, grants cost step 8 one load.
//
// Links. A root is a word that nobody retires while it is read. A link stands in a block that may
// have been taken out since it was reached, and then names, however often it is loaded, a block
// that may be freed: one born after the old upper, and judged before 5 raised it. So a link is
// followed only while the clock has not passed the upper that has stood since the root was loaded;
// else the reader starts again at the root. Why that is enough: block b was reached under [lower,
// upper] and is kept. Its link named c when it was loaded, hence now, or, as nobody changes the
// links of what is out, when b was taken out, which was after b was reached. At that time c could
// be reached, so c is retired later than lower; and it was born by then, hence at most at upper.
// Whatever else raises upper meanwhile (a root's load, a call inside) ends a walk all the same:
// what was freed before does not come back by it.
//
// A death leaves the words of a slot standing, which is what is wanted: a repair may still follow
// pointers that the dead had; recovery clears them when the last repair is done (slot.ts I5).
//
// A call pins once, and needs no count: whatever interval stands when a call begins, and no pin is
// held across calls (lazy.ts counts those, in the slot), protects nothing. So a call that trapped
// leaves no more than an interval, which the next one moves, or `idle` takes away. A map's read
// whose result has no room leaves its interval on purpose, until the host has taken the result in
// pieces; no other call begins meanwhile.
//
// pin and unpin are wait-free: two stores at most, then one. protect fails only when the clock
// moved.

import { add64, get32, load64, store64 } from '../ground/atomic';
import {
  CLOCK,
  LEASES,
  PARTICIPANTS,
  SELF,
  SLOT_FREE,
  S_LEASES,
  S_LOWER,
  S_OVER_LOWER,
  S_OVER_UPPER,
  S_PINS,
  S_STATE,
  S_UPPER,
  kindOf,
  slotAt,
} from '../ground/layout';
import { grantsMeet } from './grants';
import { ledgerFirst } from './ledger';

/** Starts the reading section of a call, which is not in another one. Wait-free, two stores. */
export function pin(): void {
  if (get32(SELF + S_PINS) != 0) return; // Owned word.
  const era = load64(CLOCK);
  if (load64(SELF + S_UPPER) != era) store64(SELF + S_UPPER, era);
  store64(SELF + S_LOWER, era); // Pairs with 8: before any load of a root.
}

/** Ends a reading section. Wait-free, one store. */
export function unpin(): void {
  if (get32(SELF + S_PINS) == 0) store64(SELF + S_LOWER, 0); // Owned word.
}

/**
 * After a root was loaded under a pin: true = follow it; false = load it again. For a link inside a
 * block see "Links" above.
 */
export function protect(): bool {
  return protectAhead(0);
}

/** As `protect`; upper, if it is raised, goes so many eras in front of the clock. */
export function protectAhead(ahead: u64): bool {
  if (MUTANT == 6) return true;
  const era = load64(CLOCK);
  if (era <= load64(SELF + S_UPPER)) return true;
  store64(SELF + S_UPPER, era + ahead);
  return false;
}

/** The present era. */
export function era(): u64 {
  return load64(CLOCK);
}

export function eraLow(): u32 {
  return <u32>load64(CLOCK);
}

export function eraHigh(): u32 {
  return <u32>(load64(CLOCK) >> 32);
}

/**
 * Moves the clock on and returns the era that ended: the retired stamp of what is unreachable now.
 */
export function advance(): u64 {
  return add64(CLOCK, 1);
}

/**
 * Step 8: true when nobody can still read a thing that was made unreachable before its retired
 * stamp was drawn. O(participants * log(leases of each) + grants that stand). Once true it stays
 * true: nobody can come to it any more. May begin an interval (`endReading` of ledger.ts).
 */
export function safe(birth: u64, retired: u64): bool {
  return !grantsMeet(birth, retired) && isUnread(birth, retired, true);
}

/** Step 8 for the slots; without their leases it is about what only calls at work read. */
export function isUnread(birth: u64, retired: u64, leases: bool): bool {
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const at = slotAt(slot);
    if (kindOf(load64(at + S_STATE)) == SLOT_FREE) continue;
    if (meets(at + S_LOWER, at + S_UPPER, birth, retired)) return false;
    if (leases && leasesMeet(at, birth, retired)) return false;
  }
  return true;
}

/** Whether a lease of the slot at `at` lies in [birth, retired], or may. */
export function leasesMeet(at: usize, birth: u64, retired: u64): bool {
  if (MUTANT != 114 && meets(at + S_OVER_LOWER, at + S_OVER_UPPER, birth, retired)) return true;
  for (let i: u32 = 0; i < LEASES; i++) {
    const point = load64(at + S_LEASES + (i << 3));
    if (MUTANT == 5 ? point > birth && point < retired : point >= birth && point <= retired) {
      if (point != 0) return true;
    }
  }
  return MUTANT != 260 && ledgerFirst(at, birth) <= retired;
}

function meets(lowerAt: usize, upperAt: usize, birth: u64, retired: u64): bool {
  const lower = load64(lowerAt);
  if (lower == 0 || lower > retired) return false;
  return load64(upperAt) >= birth; // Behind lower: a torn pair is only ever wider.
}
