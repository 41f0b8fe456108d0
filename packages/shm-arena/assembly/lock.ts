// A lock that outlives its owner: when a thread dies inside, the next comer inherits the lock
// together with the duty to repair what it guards. The idea is POSIX's robust mutex (EOWNERDEAD);
// here the owner is a participant slot, and death is a fact that the host has written down.
//
//      free ──lock──► held by a ──unlock──► free
//                        │ a dies
//                        └──lock──► held by b, inherited: b repairs, then goes on
//
// Word, 32 bit, shared                     I1  0 = free; s + 1 = slot s is inside, or died inside.
//                                          I2  A slot is not reused while a word names it: recovery
//                                              opens the lock (`disown`) before it frees the slot.
// lock(me)                                     a death after this step leaves
//   1. read the word                           nothing
//   2. free: CAS 0 → me + 1    linearizes      a word that names the dead: the next comer takes 3
//   3. dead: CAS its → me + 1  linearizes      the same again, so repair must bear being repeated
//   4. alive: back off, from 1; after `tries` rounds say CONTENDED (the host waits, no kernel)
// unlock(me)
//   5. CAS me + 1 → 0          linearizes      nothing
// disown(dead), by the one thread that recovers `dead`
//   6. CAS dead + 1 → 0        linearizes      nothing; what the lock guards must be whole again
//
// Names: word the value read.

import { cas32, load32, pause } from './atomic';
import { CONTENDED, OK, SLOT_ALIVE } from './layout';
import { kindAt } from './slot';

/** Inside, and the guarded state may be half-done: repair it first. */
export const INHERITED: i32 = 100;

/**
 * Tries to take the lock at `at` for slot `me`. OK: inside. INHERITED: inside, repair first.
 * CONTENDED: a living thread was inside for all of `tries` rounds; nothing has changed.
 */
export function lock(at: usize, me: u32, tries: u32): i32 {
  for (let round: u32 = 0; round < tries; round++) {
    const word = load32(at); // Pairs with 5: whoever reads 0 also sees what was written inside.
    if (word == 0) {
      if (cas32(at, 0, me + 1)) return OK;
    } else if (MUTANT != 8 && kindAt(word - 1) != SLOT_ALIVE) {
      // Two comers may race here: I2 keeps the dead slot's number unique, so one CAS wins.
      if (cas32(at, word, me + 1)) return INHERITED;
    } else {
      pause(round);
    }
  }
  return CONTENDED;
}

/** Leaves the lock. Only its owner may call it. */
export function unlock(at: usize, me: u32): void {
  cas32(at, me + 1, 0); // Publishes what was written inside; pairs with 1.
}

/**
 * Opens a lock that `dead` holds, if it does. For its recovery, when the guarded state is whole.
 */
export function disown(at: usize, dead: u32): void {
  if (load32(at) == dead + 1) cas32(at, dead + 1, 0);
}
