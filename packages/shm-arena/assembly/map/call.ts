// A call of a map: how it begins and ends, how its map's root is found, and whose the scratch is.
//
//   scratch  | result, 64 | keys, values, portions: host and kernel   | the kernel's own notes |
//            io()         io() + RESULT                               io() + hostBytes(notes)
//
// call                                                   a death after any step leaves a pin
//   1. slot ALIVE, entry LIVE; pin
//   2. load the root, cover the era, look at the entry again
//   3. what the map does; unpin. A read whose result has no room keeps its pin (NEED): the host
//      takes it in pieces, then calls `release`, and makes no other call in between
//
// C1  A root that step 2 returns stays until the pin ends: it was the root while the entry was LIVE
//     and the pin covered the era (reservation.ts). The root's word is the entry's, which nobody
//     frees, so loading it again is safe.
//
// No site can check C1: what it promises is that nobody reads freed memory, which the checker sees.

import { get32, load32 } from '../ground/atomic';
import {
  CLOSED,
  D_ROOT,
  entryAt,
  EXPELLED,
  OK,
  S_SCRATCH,
  S_SCRATCH_BYTES,
  SELF,
} from '../ground/layout';
import { alive, fail } from '../ground/thread';
import { entryAlive } from '../life/directory';
import { pin, protect, unpin } from '../memory/reservation';

// ---- begin and end ------------------------------------------------------------------------------

/** Step 1, without the pin: for what a lease keeps. */
export function ready(entry: u32, generation: u32): i32 {
  if (!alive()) return EXPELLED;
  return entryAlive(entry, generation) ? OK : CLOSED;
}

/** Step 1. Unless OK, nothing is held. */
export function enter(entry: u32, generation: u32): i32 {
  const status = ready(entry, generation);
  if (status == OK) pin();
  return status;
}

/** Unpins, and hands the call's status on. */
export function leave(status: i32): i32 {
  unpin();
  return status;
}

/** Step 2: what the root is, under a pin; 0: the structure is gone. */
export function present(entry: u32, generation: u32): usize {
  let root: usize;
  do {
    root = load32(entryAt(entry) + D_ROOT); // Pairs with the CAS that moved it: it is complete.
  } while (MUTANT != 71 && !protect());
  return entryAlive(entry, generation) ? root : 0;
}

/**
 * Begins a read of `target`, a record that a snapshot gave and the host's lease keeps, or 0: what
 * is present. The record; 0: see `status`, and nothing is held. Ends with `done`.
 */
export function look(entry: u32, generation: u32, target: u32): usize {
  const status = target == 0 ? enter(entry, generation) : ready(entry, generation);
  if (status != OK) return fail(status);
  const record = target == 0 ? present(entry, generation) : target;
  return record != 0 ? record : fail(leave(CLOSED));
}

/** Ends what began with `look`, and hands the call's status on. */
export function done(target: u32, status: i32): i32 {
  return target == 0 ? leave(status) : status;
}

// ---- scratch ------------------------------------------------------------------------------------

/** Bytes of the result block. */
export const RESULT: usize = 64;

/** Where the host's part of the scratch begins. Owned by this thread, as is all of the scratch. */
export function io(): usize {
  return get32(SELF + S_SCRATCH);
}

/** Bytes of the host's part, where the kernel's notes take so many. */
export function hostBytes(notes: u32): u32 {
  return get32(SELF + S_SCRATCH_BYTES) - notes;
}

/** Bytes that a single value comes out with at most; a longer one comes in pieces. */
export function valueRoom(notes: u32): u32 {
  return isDefined(GATED) ? 8 : hostBytes(notes) - <u32>RESULT;
}
