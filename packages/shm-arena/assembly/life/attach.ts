// Coming and going: how a thread gets a slot with a block of scratch, and gives both back. Whoever
// attaches may find a full arena that only the dead fill; so this stands above recovery, and leaves
// as recovery would settle it.
//
//   FREE(g) ──attach──► ALIVE(g + 1), with scratch ──detach──► FREE(g + 1)
//
// Scratch, owned words of the slot: offset and bytes of a run of pages SCRATCH(me), which is the
// thread's own: JavaScript and all its kernels pass keys, values and results in it.
//
// I1 to I5 are slot.ts's.
//
// attach(thread)                                     a death after this step leaves
//   1. CAS FREE(g) → ALIVE(g + 1)   linearizes         a slot to be buried by thread id (I4)
//   2. store the thread id, clear the owned words      the same
//   3. claim scratch pages, commit SCRATCH(me)         the same: pages named by the table
//      FULL: recover the pages of the dead, try again; else FREE(g + 1)
// detach()
//   4. let go of the ledger; settle pages, regions, entries as recovery would (recover.ts)
//                                                      the rest, for recovery
//   5. clear joined bits; leave the slot (slot.ts)     the same; then nothing
// stage(bytes)
//   6. claim and commit the new scratch, then release the old: both are SCRATCH(me) in between

import {
  cas64,
  fill,
  get32,
  get64,
  load64,
  markLive,
  put32,
  put64,
  store32,
} from '../ground/atomic';
import { trim } from '../memory/heap';
import {
  BAD,
  FULL,
  GENERATION,
  generationOf,
  H_SEED,
  join,
  kindOf,
  ME,
  NO_SLOT,
  OK,
  P_SCRATCH,
  PAGE,
  PAGE_SHIFT,
  PAGES,
  PARTICIPANTS,
  S_HEAP,
  S_PINS,
  S_OTHERS,
  S_RANDOM,
  S_ROOM,
  S_SCRATCH,
  S_SCRATCH_BYTES,
  S_STATE,
  S_STATUS,
  S_THREAD,
  SCRATCH_PAGES,
  SELF,
  SLOT_ALIVE,
  SLOT_FREE,
  slotAt,
  view,
} from '../ground/layout';
import { claim, commit, offsetOf, pageAt, pageWord, release } from '../memory/pages';
import { endLedger, finishRecovery, reap, recoverArena, settleSlot } from './recover';
import { sweep } from '../memory/region';
import { clearJoined, leaveSlot, slotWord } from './slot';
import { alive, fail, status } from '../ground/thread';

/**
 * Takes a slot for this thread and joins it. O(participants + pages). Returns the slot, or -NO_SLOT
 * (recover the dead and try again), -FULL, -CONTENDED: no memory for its scratch block.
 */
export function attach(thread: u32): i32 {
  view();
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const at = slotAt(slot) + S_STATE;
    const word = load64(at);
    if (kindOf(word) != SLOT_FREE) continue;
    const early = MUTANT == 11 ? 0 : thread; // I4
    if (cas64(at, word, slotWord(SLOT_ALIVE, early, generationOf(word) + 1))) {
      return furnish(slot, thread);
    }
  }
  return -NO_SLOT;
}

/** Steps 2 and 3. */
function furnish(slot: u32, thread: u32): i32 {
  join(slot);
  store32(SELF + S_THREAD, thread);
  // Owned words: the former owner's last access lies before the CAS that freed the slot.
  put32(SELF + S_SCRATCH, 0);
  put32(SELF + S_SCRATCH_BYTES, 0);
  put32(SELF + S_PINS, 0);
  put32(SELF + S_STATUS, OK);
  fill(SELF + S_HEAP, 0, S_ROOM - S_HEAP);
  fill(SELF + S_OTHERS, 0, 64);
  put64(SELF + S_RANDOM, get64(H_SEED) ^ get64(H_SEED + 8) ^ (((<u64>slot) << 32) | GENERATION));
  if (setScratch(SCRATCH_PAGES)) return slot;
  // A full arena: what the dead hold may be enough, and it needs a slot to recover them at all.
  if (status() == FULL && reclaim() && setScratch(SCRATCH_PAGES)) return slot;
  const why = status();
  leaveSlot(slot);
  return -why;
}

/**
 * Frees what the dead and retired regions hold; false: nothing. The repairs are left to the host.
 */
function reclaim(): bool {
  let freed = sweep() + trim();
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const phase = reap(slot);
    if (phase == 0) continue;
    if (phase == 1) freed += recoverArena(slot);
    finishRecovery(slot);
  }
  return freed > 0;
}

/**
 * Gives back everything this thread holds, then the slot. Regions it did not close and structures
 * it did not leave are treated as those of a dead thread. O(pages).
 */
export function detach(): i32 {
  if (!alive()) return BAD;
  endLedger(ME);
  settleSlot(ME);
  if (MUTANT != 107) clearJoined(ME);
  leaveSlot(ME);
  if (MUTANT == 107) clearJoined(ME);
  return OK;
}

// ---- scratch ------------------------------------------------------------------------------------

export function scratch(): u32 {
  return get32(SELF + S_SCRATCH);
}

export function scratchBytes(): u32 {
  return get32(SELF + S_SCRATCH_BYTES);
}

/** A scratch block of at least `bytes` (its old contents are lost). 0: FULL, CONTENDED. */
export function stage(bytes: u32): u32 {
  if (bytes <= scratchBytes()) return scratch();
  const n = <u32>((<u64>bytes + PAGE - 1) >> PAGE_SHIFT);
  return setScratch(n) ? scratch() : 0;
}

/** Back to the usual size; the offset. If there is no memory for that, the large one stays. */
export function unstage(): u32 {
  if (scratchBytes() > SCRATCH_PAGES << PAGE_SHIFT) setScratch(SCRATCH_PAGES);
  return scratch();
}

/** Step 6. */
function setScratch(n: u32): bool {
  if (n > PAGES) {
    fail(FULL);
    return false;
  }
  const head = claim(n);
  if (head == 0) return false;
  commit(head, pageWord(P_SCRATCH, ME + 1, 0, n));
  markLive(offsetOf(head), (<usize>n) << PAGE_SHIFT);
  const old = scratch();
  put32(SELF + S_SCRATCH, offsetOf(head));
  put32(SELF + S_SCRATCH_BYTES, n << PAGE_SHIFT);
  if (old != 0) release(old >> PAGE_SHIFT, load64(pageAt(old >> PAGE_SHIFT)));
  return true;
}
