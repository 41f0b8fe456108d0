// A lock that outlives its owner: when a thread dies inside, the next comer inherits the lock
// together with the duty to repair what it guards. The idea is POSIX's robust mutex (EOWNERDEAD);
// here the owner is one life of a participant slot, and death is a fact that the host has written
// down, or that the slot itself shows: a life that is over does not come back.
//
//      free ──lock──► held by a ──unlock──► free
//                        │ a dies
//                        └──lock──► held by b, inherited: b repairs, then goes on
//
// Word, 64 bit, shared: generation << 32 | slot + 1, or 0
//                                          I1  0 = free; else that life of the slot is inside, or
//                                              ended inside.
//                                          I2  A word never names a later life of the slot than
//                                              the one that wrote it.
// What a lock guards is checked where it is changed (`checkMine`). After every step of the checker:
// I2. I1 by the audit (14).
// lock()                                       a death after this step leaves
//   1. read the word                           nothing
//   2. free: CAS 0 → mine      linearizes      a word that names the dead: the next comer takes 3
//   3. dead: CAS its → mine    linearizes      the same again, so repair must bear being repeated
//   4. alive: back off, from 1; after `tries` rounds say CONTENDED (the host waits, no kernel)
// unlock()
//   5. CAS mine → 0            linearizes      nothing
//
// Nobody opens a lock for the dead: its word may stand for ever, and says by itself that nobody is
// inside. So a slot may be freed and taken anew while locks name its former lives.
//
// Names: word the value read.

import { cas64, check, load64, pause, peek64 } from '../ground/atomic';
import {
  CONTENDED,
  GENERATION,
  generationOf,
  kindOf,
  ME,
  OK,
  PARTICIPANTS,
  S_STATE,
  SLOT_ALIVE,
  slotAt,
} from '../ground/layout';

/** Inside, and the guarded state may be half-done: repair it first. */
const INHERITED: i32 = 100;

/** The word that says that this thread is inside. */
function mine(): u64 {
  return ((<u64>(MUTANT == 100 ? 0 : GENERATION)) << 32) | (ME + 1);
}

/** Whether the life that a word names is over. Once true it stays true (I2). */
function isOver(word: u64): bool {
  const slot = <u32>word - 1;
  if (slot >= PARTICIPANTS) return true;
  const state = load64(slotAt(slot) + S_STATE);
  if (kindOf(state) != SLOT_ALIVE) return true;
  return MUTANT != 100 && generationOf(state) != generationOf(word);
}

/**
 * Tries to take the lock at `at`. OK: inside. INHERITED: inside, repair first.
 * CONTENDED: a living thread was inside for all of `tries` rounds; nothing has changed.
 */
export function lock(at: usize, tries: u32): i32 {
  for (let round: u32 = 0; round < tries; round++) {
    const word = load64(at); // Pairs with 5: whoever reads 0 also sees what was written inside.
    if (word == 0) {
      if (cas64(at, 0, mine())) return OK;
    } else if (MUTANT != 8 && isOver(word)) {
      // The slot may be recovered, taken anew and inside again by now: then the word has another
      // generation (I2), and this CAS fails. Of two comers one wins.
      if (cas64(at, word, mine())) return INHERITED;
    } else {
      pause(round);
    }
  }
  return CONTENDED;
}

/** Leaves the lock. Nothing happens if this thread is not inside. */
export function unlock(at: usize): void {
  cas64(at, mine(), 0); // Publishes what was written inside; pairs with 1.
}

/** Whether this thread is inside. */
export function isMine(at: usize): bool {
  return load64(at) == mine();
}

/** That this thread is inside, as an invariant says. */
export function checkMine(at: usize, invariant: i32): void {
  check(peek64(at) == mine(), invariant, at);
}

/** Slot + 1 of the living thread that is inside; 0: nobody. Of the moment: for figures. */
export function holder(at: usize): u32 {
  const word = load64(at);
  return word == 0 || isOver(word) ? 0 : <u32>word;
}
