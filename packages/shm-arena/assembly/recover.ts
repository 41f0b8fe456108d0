// Recovery: what a dead participant had in its hands is put into order by a survivor, in two
// phases. The arena's own words come first and need only this kernel; then each structure that the
// dead had open repairs what its intents say, in a thread that has that structure's kernel.
//
//   DEAD ─reap─► REAPING(by) ─recoverArena─► REPAIRING(by) ─unjoin...─finish─► FREE
//                                                 ▲   └── repairs left ──► ORPHANED ─reap─┐
//                                                 └───────────────────────────────────────┘
//
// I1  One living thread at most works on a dead slot: the one named in REAPING or REPAIRING. If it
//     dies, reap gives the slot to another, and the same phase is done again from its start.
// I2  Each step is judged by looking and done by CAS, so repeating it does nothing. A reaper takes
//     what it works on into its own name first (FREEING(me), RETIRING(me)): if it dies, its own
//     recovery goes on.
// I3  The reservations of the dead, and its joined bits, stand until its last repair is done.
//
// reap(slot)                                           a death after this step leaves
//   1. CAS DEAD, or REAPING(dead) → REAPING(me)          REAPING(dead), for the next reaper
//      CAS ORPHANED, or REPAIRING(dead) → REPAIRING(me)  REPAIRING(dead), the same
// recoverArena(slot), in the state REAPING(me)
//   2. bury the threads it watched: a thread that has ended has ended its children
//   3. page table: CLAIMED and FREEING runs → FREE; SCRATCH → FREE; SMALL: empty → FREE or ORPHAN
//   4. open the directory lock
//   5. entries: CREATING → FREE (and its regions retired); DESTROYING → finished
//   6. regions: RETIRING → RETIRED; FREEING → FREE; LIVE and CREATING ones of owners that are
//      gone → RETIRED; in the others, the page count of its shard if it died while asking for
//      pages; grants GIVEN to owners that are gone → FREE
//   7. set the hints that it may have cleared; sweep
//   8. CAS REAPING(me) → REPAIRING(me)
// finish(slot)
//   9. no live entry has its joined bit: retire the regions it is still creating (their structure
//      is gone by now), clear its reservations, free the grants it was taking or freeing, CAS →
//      FREE; else CAS → ORPHANED
//
// A region that the dead was creating for a live structure is left to that structure's repair: only
// it can tell whether the region was linked.

import { cas64, load32, load64, store32, store64 } from './atomic';
import { freeEntry, isJoined, unjoin } from './directory';
import { dropOrphans } from './grants';
import { disownPage } from './heap';
import {
  DIRECTORY_LOCK,
  D_STATE,
  ENTRIES,
  ENTRY_CREATING,
  ENTRY_DESTROYING,
  ENTRY_LIVE,
  FIRST,
  ME,
  PAGES,
  PARTICIPANTS,
  P_CLAIMED,
  P_FREEING,
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
  SLOT_ALIVE,
  SLOT_DEAD,
  SLOT_ORPHANED,
  SLOT_REAPING,
  SLOT_REPAIRING,
  S_STATE,
  S_UPPER,
  S_WATCHED,
  WATCHED,
  entryAt,
  generationOf,
  kindOf,
  ownerOf,
  regionAt,
  slotAt,
  stateWord,
} from './layout';
import { disown } from './lock';
import {
  extent,
  finishRelease,
  isRun,
  lengthOf,
  pageAt,
  pageAux,
  pageOwner,
  pageTag,
  pageWord,
  release,
} from './pages';
import { freeRegion, ownedBySlot, retireFrom, retireOrphans, shard, sweep } from './region';
import { pin, unpin } from './reservation';
import { buryThread, clearJoined, kindAt, leaveSlot, reaperOf, withKind } from './slot';

export { unjoin };

/**
 * Takes a dead slot into this thread's hands. 0: nothing to do, or another living thread is at it.
 * 1: call recoverArena next. 2: the arena phase is done; call the repairs, then finish.
 */
export function reap(slot: u32): i32 {
  if (slot >= PARTICIPANTS) return 0;
  const at = slotAt(slot) + S_STATE;
  const word = load64(at);
  const kind = kindOf(word);
  const arena = kind == SLOT_DEAD || kind == SLOT_REAPING;
  if (!arena && kind != SLOT_ORPHANED && kind != SLOT_REPAIRING) return 0;
  if (kind == SLOT_REAPING || kind == SLOT_REPAIRING) {
    const by = reaperOf(word) - 1;
    if (by != ME && kindAt(by) == SLOT_ALIVE) return 0; // I1
  }
  const next = withKind(word, arena ? SLOT_REAPING : SLOT_REPAIRING, ME + 1);
  if (word != next && !cas64(at, word, next)) return 0;
  return arena ? 1 : 2;
}

/** Steps 2 to 8 for a slot that `reap` gave to this thread. Pages freed. O(pages + regions). */
export function recoverArena(slot: u32): u32 {
  const at = slotAt(slot);
  const word = load64(at + S_STATE);
  if (kindOf(word) != SLOT_REAPING || reaperOf(word) != ME + 1) return 0;
  for (let i: u32 = 0; i < WATCHED; i++) buryThread(load32(at + S_WATCHED + (i << 2)));
  const freed = settle(slot);
  cas64(at + S_STATE, word, withKind(word, SLOT_REPAIRING, ME + 1));
  return freed;
}

/** Steps 3 to 7 for a slot that is dead, or leaving. Pages freed. */
export function settle(slot: u32): u32 {
  let freed = settlePages(slot);
  disown(DIRECTORY_LOCK, slot);
  settleEntries(slot);
  freed += settleRegions(slot);
  retireOwn(slot);
  store32(RETIRED_HINT, 1);
  return freed + sweep();
}

/** Step 3. */
function settlePages(slot: u32): u32 {
  let freed: u32 = 0;
  for (let page = FIRST; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (pageOwner(word) == slot + 1) freed += settlePage(page, word);
    if (isRun(kindOf(word)) && pageAux(word) - 1 < PAGES - page) page += pageAux(word) - 1;
  }
  return freed;
}

function settlePage(page: u32, word: u64): u32 {
  const kind = kindOf(word);
  if (kind == P_SMALL) return disownPage(page, word) ? 1 : 0;
  if (kind == P_SCRATCH) return release(page, word) ? lengthOf(word) : 0;
  if (kind != P_CLAIMED && (kind != P_FREEING || MUTANT == 7)) return 0;
  // An unfinished run: its CONTs stand in one piece behind it, whichever way it was going.
  const length = extent(page);
  const mine = pageWord(P_FREEING, ME + 1, 0, length);
  if (word != mine && !cas64(pageAt(page), word, mine)) return 0;
  finishRelease(page, mine);
  return length;
}

/** Step 5. */
function settleEntries(slot: u32): void {
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const word = load64(entryAt(entry) + D_STATE);
    const kind = kindOf(word);
    if (ownerOf(word) != slot + 1) continue;
    if (kind == ENTRY_CREATING || kind == ENTRY_DESTROYING) freeEntry(entry, word);
  }
}

/** Step 6, what the slot was doing itself. Pages freed. */
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
        if (word == mine || cas64(at, word, mine)) freed += freeRegion(region, mine);
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
  pin();
  // Meets every life, so a region seen LIVE from here on stays until unpin; no loop is needed.
  store64(slotAt(ME) + S_UPPER, ~(<u64>0));
  if (kindOf(load64(regionAt(region) + R_STATE)) == REGION_LIVE) {
    const at = shard(region, slot) + 8;
    if (load64(at) >> 32 != 0) store64(at, countShard(region, slot));
  }
  unpin();
}

function countShard(region: u32, slot: u32): u32 {
  let pages: u32 = 0;
  for (let page = FIRST; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (kindOf(word) != P_REGION || pageTag(word) != region) continue;
    if (pageOwner(word) == slot + 1) pages += pageAux(word);
  }
  return pages;
}

/** Retires the participant's own regions; after a death `retireOrphans` has done it already. */
function retireOwn(slot: u32): void {
  const owner = ownedBySlot(slot, generationOf(load64(slotAt(slot) + S_STATE)));
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = load64(regionAt(region) + R_STATE);
    if (kindOf(word) != REGION_LIVE || load64(regionAt(region) + R_OWNER) != owner) continue;
    retireFrom(region, word);
  }
}

// ---- the structures' phase ----------------------------------------------------------------------

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
 * its own; what is left belonged to one that was destroyed since step 6, perhaps by somebody who
 * has not come to its regions yet, and who would take the slot's next owner for the creator.
 */
function dropCreating(slot: u32): void {
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = load64(regionAt(region) + R_STATE);
    if (kindOf(word) == REGION_CREATING && ownerOf(word) == slot + 1) retireFrom(region, word);
  }
}

/** Step 9. True: the slot is free. False: repairs are outstanding; `reap` will give it again. */
export function finish(slot: u32): bool {
  if (slot >= PARTICIPANTS) return false;
  const at = slotAt(slot) + S_STATE;
  const word = load64(at);
  if (kindOf(word) != SLOT_REPAIRING || reaperOf(word) != ME + 1) return false;
  if (nextJoined(slot, 0) >= 0) {
    cas64(at, word, withKind(word, SLOT_ORPHANED, 0));
    return false;
  }
  if (MUTANT != 17) dropCreating(slot);
  clearJoined(slot);
  leaveSlot(slot);
  sweep(); // What only its reservations kept.
  return true;
}
