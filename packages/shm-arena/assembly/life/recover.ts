// Recovery: what a dead participant had in its hands is put into order by a survivor, in two
// phases. The arena's own words come first and need only this kernel; then each structure that the
// dead had open repairs what its intents say, in a thread that has that structure's kernel.
//
//            reap: lock                      repairs, unjoin       finishRecovery: unlock
//   state    DEAD ───────recoverArena───────► ORPHANED ─────────────────► FREE
//                                                 └─ repairs left: stays ORPHANED, for another reap
//
// The right to work on slot s is a robust lock in it (lock.ts); the state beside it has the phase.
//
// I1  One living thread at most works on a dead slot: the one inside its lock. If it dies, or
//     leaves, the lock is inherited, and the phase that the state names is done from its start.
//     Only from inside a state goes from DEAD to ORPHANED and to FREE, and `reap` reads the state
//     from inside: so what it read stays until it moves it on itself. What was read outside says
//     nothing, the slot may be another life's by then.
// I2  Each step is judged by looking and done by CAS, so repeating it does nothing. A reaper takes
//     what it works on into its own name first (FREEING(me), RETIRING(me)): if it dies, its own
//     recovery goes on.
// I3  The reservations of the dead, and its joined bits, stand until its last repair is done. The
//     bits are of a slot, and only its own thread sets them, so while it is dead none of a later
//     life can be cleared; they are cleared before the slot is FREE.
//
// Checked at their sites: I1, and I3 of the bits as slot.ts I2. What I2 and the rest of I3 promise
// shows where the checker lets a reaper die, too.
//
// reap(slot)                                           a death after this step leaves
//   1. lock; state: DEAD or ORPHANED, else unlock        a lock to be inherited; so do all below
// recoverArena(slot), inside, in the state DEAD
//   2. bury the threads it watched: a thread that has ended has ended its children
//   3. both tables: CLAIMED and FREEING runs → FREE; SCRATCH → FREE; SMALL: empty → FREE or ORPHAN;
//      GRANTS: unnamed → FREE; what the dead freed and told nobody (heap.ts 5)
//   4. entries: CREATING → FREE (and its regions retired); DESTROYING → finished
//   5. regions: RETIRING → RETIRED; FREEING → FREE; LIVE and CREATING ones of owners that are
//      gone → RETIRED; in the others, the page count of its shard if it died while asking for
//      pages; grants GIVEN to owners that are gone → FREE
//   6. set the hints that it may have cleared; sweep
//   7. CAS DEAD → ORPHANED
// finishRecovery(slot), inside, in the state ORPHANED
//   8. no live entry has its joined bit: let go of its ledger, retire that, and the regions it is
//      still creating (their structure is gone by now), clear its other reservations, free the
//      grants it was taking or freeing, CAS → FREE
//   9. unlock
// Between 8 and 9 the slot may be taken, and its new life may end: then `reap` by others waits for
// 9, or for the end of who stands before it. Opened before 8 the lock would let a second reaper in.
//
// A region that the dead was creating for a live structure is left to that structure's repair: only
// it can tell whether the region was linked.

import { cas64, load32, load64, store32, store64 } from '../ground/atomic';
import { I } from '../ground/invariants';
import { freeEntry, isJoined, unjoin } from './directory';
import { disownGrants, dropOrphans } from '../memory/grants';
import { slicesOf } from '../memory/classes';
import { disown, tellAll } from '../memory/heap';
import {
  CONTENDED,
  D_STATE,
  ENTRIES,
  ENTRY_CREATING,
  ENTRY_DESTROYING,
  ENTRY_LIVE,
  FIRST,
  ME,
  PARTICIPANTS,
  P_CLAIMED,
  P_FREEING,
  P_GRANTS,
  P_REGION,
  P_SCRATCH,
  P_SMALL,
  REGIONS,
  REGION_CREATING,
  REGION_FREEING,
  REGION_LIVE,
  REGION_RETIRING,
  RETIRED_HINT,
  R_OWNER,
  R_STATE,
  SLOT_DEAD,
  SLOT_ORPHANED,
  S_LEDGER,
  S_REAPER,
  S_STATE,
  S_WATCHED,
  SLICES,
  SLICES_SHIFT,
  TABLE,
  TRIES,
  WATCHED,
  entryAt,
  generationOf,
  kindOf,
  ownerOf,
  regionAt,
  slotAt,
  stateWord,
} from '../ground/layout';
import { checkMine, isMine, lock, unlock } from './lock';
import {
  firstOf,
  isRun,
  pageAt,
  pageAux,
  pageOwner,
  pageTag,
  releaseIn,
  settleRun,
  usedOf,
  wordAt,
} from '../memory/pages';
import {
  freeRegion,
  retireFrom,
  retireOrphans,
  shard,
  sweep,
  unwatchRegions,
  watchRegions,
} from '../memory/region';
import { ownedByLedger, ownedBySlot } from '../ground/owner';
import { buryThread, clearJoined, kindAt, leaveSlot, withKind } from './slot';

export { unjoin };

function isDead(kind: u32): bool {
  return kind == SLOT_DEAD || kind == SLOT_ORPHANED;
}

/**
 * Takes a dead slot into this thread's hands. 0: nothing to do, or another living thread is at it.
 * 1: call recoverArena next. 2: the arena phase is done; call the repairs, then finishRecovery.
 */
export function reap(slot: u32): i32 {
  if (slot >= PARTICIPANTS) return 0;
  const before = kindAt(slot);
  if (!isDead(before)) return 0;
  const at = slotAt(slot) + S_REAPER;
  if (!isMine(at) && lock(at, TRIES) == CONTENDED) return 0;
  const kind = MUTANT == 101 ? before : kindAt(slot); // I1: from inside.
  if (isDead(kind)) return kind == SLOT_DEAD ? 1 : 2;
  unlock(at);
  return 0;
}

/** Steps 2 to 7 for a slot that `reap` gave to this thread. Slices freed. O(words up to TOP). */
export function recoverArena(slot: u32): u32 {
  const at = slotAt(slot);
  const word = load64(at + S_STATE);
  if (kindOf(word) != SLOT_DEAD || !isMine(at + S_REAPER)) return 0;
  for (let i: u32 = 0; i < WATCHED && MUTANT != 110; i++)
    buryThread(load32(at + S_WATCHED + (i << 2)));
  const freed = settleSlot(slot);
  checkMine(at + S_REAPER, I + 1);
  cas64(at + S_STATE, word, withKind(word, SLOT_ORPHANED));
  return freed;
}

/** Steps 3 to 6 for a slot that is dead, or leaving. Slices freed. */
export function settleSlot(slot: u32): u32 {
  let freed = settleTables(slot);
  settleEntries(slot);
  freed += settleRegions(slot);
  // After a death `retireOrphans` has done it already.
  retireOwned(ownedBySlot(slot, generationOf(load64(slotAt(slot) + S_STATE))));
  store32(RETIRED_HINT, 1);
  return freed + sweep();
}

/** Step 3. Slices freed. */
function settleTables(slot: u32): u32 {
  const freed = settleTable(TABLE, slot) + settleTable(SLICES, slot);
  if (slot != ME) tellAll();
  return freed;
}

function settleTable(table: usize, slot: u32): u32 {
  let freed: u32 = 0;
  const end = usedOf(table);
  for (let i = firstOf(table); i < end; i++) {
    const word = load64(wordAt(table, i));
    if (word == 0) continue;
    if (pageOwner(word) == slot + 1) freed += settleWord(table, i, word);
    if (isRun(kindOf(word)) && pageAux(word) - 1 < end - i) i += pageAux(word) - 1;
  }
  return freed;
}

function settleWord(table: usize, i: u32, word: u64): u32 {
  const kind = kindOf(word);
  if (kind == P_SMALL) return disown(table, i, word);
  if (kind == P_SCRATCH) return releaseIn(table, i, word) ? slicesOf(table, word) : 0;
  if (kind == P_GRANTS) return disownGrants(i, word) ? 1 << SLICES_SHIFT : 0;
  if (kind != P_CLAIMED && (kind != P_FREEING || MUTANT == 7)) return 0;
  const length = settleRun(table, i, word);
  return table == TABLE ? length << SLICES_SHIFT : length;
}

/** Step 4. */
function settleEntries(slot: u32): void {
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const word = load64(entryAt(entry) + D_STATE);
    const kind = kindOf(word);
    if (ownerOf(word) != slot + 1) continue;
    if (kind == ENTRY_CREATING || kind == ENTRY_DESTROYING) freeEntry(entry, word);
  }
}

/** Step 5, what the slot was doing itself. Slices freed. */
function settleRegions(slot: u32): u32 {
  let freed: u32 = 0;
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region) + R_STATE;
    const word = load64(at);
    const kind = kindOf(word);
    if (kind == REGION_LIVE) {
      settleShard(region, slot);
    } else if (ownerOf(word) == slot + 1) {
      if (kind == REGION_RETIRING) retireFrom(region, word);
      if (kind == REGION_FREEING) {
        const mine = stateWord(REGION_FREEING, ME + 1, generationOf(word));
        if (word == mine || cas64(at, word, mine)) freed += freeRegion(region, mine, false);
      }
    }
  }
  retireOrphans();
  dropOrphans();
  return freed;
}

/** Pages of the shard that died while it asked for more are counted again (region.ts, step 5). */
function settleShard(region: u32, slot: u32): void {
  if (slot == ME || MUTANT == 13) return;
  const upper = watchRegions();
  if (kindOf(load64(regionAt(region) + R_STATE)) == REGION_LIVE) {
    const at = shard(region, slot) + 8;
    if (load64(at) >> 32 != 0) store64(at, countShard(region, slot));
  }
  unwatchRegions(upper);
}

function countShard(region: u32, slot: u32): u32 {
  let pages: u32 = 0;
  const end = usedOf(TABLE);
  for (let page = FIRST; page < end; page++) {
    const word = load64(pageAt(page));
    if (kindOf(word) != P_REGION || pageTag(word) != region) continue;
    if (pageOwner(word) == slot + 1) pages += pageAux(word);
  }
  return pages;
}

/** Retires the regions of an owner that has no more of them. */
function retireOwned(owner: u64): void {
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = load64(regionAt(region) + R_STATE);
    if (kindOf(word) != REGION_LIVE || load64(regionAt(region) + R_OWNER) != owner) continue;
    retireFrom(region, word);
  }
}

/** The next live entry from `from` on that the slot had open; -1: none. */
export function nextJoined(slot: u32, from: u32): i32 {
  if (slot >= PARTICIPANTS) return -1;
  for (let entry = from; entry < ENTRIES; entry++) {
    if (kindOf(load64(entryAt(entry) + D_STATE)) == ENTRY_LIVE && isJoined(entry, slot))
      return entry;
  }
  return -1;
}

/**
 * Retires the regions that the slot is still creating. The repair of a live structure has settled
 * its own; what is left belonged to one that was destroyed since step 5, perhaps by somebody who
 * has not come to its regions yet, and who would take the slot's next owner for the creator.
 */
function dropCreating(slot: u32): void {
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = load64(regionAt(region) + R_STATE);
    if (kindOf(word) == REGION_CREATING && ownerOf(word) == slot + 1) retireFrom(region, word);
  }
}

/** Lets go of the ledger of a slot that reserves nothing any more, and of what was to be one. */
export function endLedger(slot: u32): void {
  const at = slotAt(slot);
  if (load64(at + S_LEDGER) != 0) store64(at + S_LEDGER, 0);
  if (MUTANT != 262) retireOwned(ownedByLedger(slot, generationOf(load64(at + S_STATE))));
}

/** Steps 8 and 9. True: the slot is free. False: repairs are outstanding, for another `reap`. */
export function finishRecovery(slot: u32): bool {
  if (slot >= PARTICIPANTS) return false;
  const at = slotAt(slot) + S_REAPER;
  if (kindAt(slot) != SLOT_ORPHANED || !isMine(at)) return false;
  const whole = nextJoined(slot, 0) < 0;
  if (whole) {
    endLedger(slot);
    if (MUTANT != 17) dropCreating(slot);
    if (MUTANT == 102) unlock(at);
    if (MUTANT != 107) clearJoined(slot);
    checkMine(at, I + 1);
    leaveSlot(slot);
    if (MUTANT == 107) clearJoined(slot);
  }
  unlock(at);
  if (whole) sweep(); // What only its reservations kept.
  return whole;
}
