// The stack's life: the first list, sealing, clearing, destroying frozen lists, snapshots.
//
//   root ──► {1: A}      ──seal──►      root ──► {2: B, A}      ──destroy A──►     root ──► {1: B}
//            A open                              A closed, B open                          B open
//
//   root ──► {2: B, A}   ──clear──►     root ──► {1: C}        A and B are retired when C is open
//
// Sealing waits for nobody and asks no writer: the clock of A closes. A writer that comes too late
// gets a number marked CLOSED and makes its own node void (stamp.ts), then writes in B. So there
// are no "writing" words, and a thread that dies inside a write does not hold up a seal. B takes no
// number before A's clock is closed, so numbers ascend from list to list.
//
// List words beside those of node.ts
//    88 u64 lock, shared: a robust lock (the arena's lock.ts) for `destroyList` while this list is
//       active
//   288 record slots: the record of c lists at a fixed place, for each c up to MAX_LISTS. A list's
//       first record stands in the slot of its count; a destruction shrinks the count by one and
//       uses the next lower slot. So each slot is used once, and a destruction needs no memory.
//
// L1  A region LIVE (or CREATING) of this entry's generation is in the root's record, or was once,
//     or was never published (then it is CREATING). LIVE and not in the record: it was unlinked.
// L2  A slot below the root's present count is private to the holder of the active list's lock.
// L3  The root moves on only when the active list's clock is open and all older ones are closed.
// L4  A list whose clock is open has a LIVE region: what its writers ask of it is settled when they
//     die.
// L5  The sealer's interval covers the birth of B before the root names B: when the structure is
//     destroyed meanwhile, step 4 retires B's region while step 5 is still to come.
// L6  A list's region is retired only when the list that came after it is open: who has still to
//     open that one looks at this one.
//
// seal                                                        a death after this step leaves
//   1. create region and list B, clock 0                        CREATING(dead): repair frees it
//   2. CAS root {A, …} → {B, A, …}                              the rest, which anybody finishes
//   3. A.clock |= CLOSED                 linearizes             before it writes (`opened`)
//   4. CAS A.last 0 → A.clock without CLOSED; region → LIVE     the same
//   5. CAS B.clock 0 → A.last + 1                               nothing
// clear: as seal, but in 2 the root moves to {C} alone: linearizes there. Whoever looked at the
// root before may write in B until 3; that call began before the clear and counts as before it.
//   6. retire the regions of all lists of the old record        LIVE, but not in the stack: repair
//                                                               retires them
// A closed clock counts on with every writer that comes too late: A.last is the number that no
// version of A exceeds, and that all of B's do.
// destroy frozen F
//   7. lock the active list; root unchanged, else from the start    the lock is inherited; nothing
//   8. fill the slot of count - 1; CAS root → it    linearizes    F LIVE but unlinked: repair
//   9. unlock; retire F's region                                  retires it; a lock: inherited
// snapshot
//  10. load root, open its clock, read number S; root unchanged and S not CLOSED: linearizes at
//      the read of S, as of which the record's lists were the stack
//
// Names: A, B the active list before and after; F a frozen one; entry, generation: the handle.

import {
  cas32,
  cas64,
  fill,
  get32,
  load32,
  load64,
  or64,
  put32,
  put64,
} from '@x/shm-arena/assembly/atomic';
import { entryAlive } from '@x/shm-arena/assembly/directory';
import {
  BAD,
  CLOSED as GONE,
  CONTENDED,
  D_ROOT,
  entryAt,
  EXPELLED,
  generationOf,
  kindOf,
  LIMIT,
  ME,
  OK,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_LIVE,
  regionAt,
  stateWord,
} from '@x/shm-arena/assembly/layout';
import { lock, unlock } from '@x/shm-arena/assembly/lock';
import { protect } from '@x/shm-arena/assembly/reservation';
import {
  ownedByEntry,
  ownerGone,
  regionAlloc,
  regionBase,
  regionCreate,
  regionDrop,
  regionPublish,
  regionRetire,
  retireFrom,
  sweep,
} from '@x/shm-arena/assembly/region';
import { alive, status as whyNot } from '@x/shm-arena/assembly/slot';
import { AHEAD } from './codes';
import { FIRST_DUE } from './guide';
import {
  CLOCK,
  DUE,
  FORMER,
  HEIGHT,
  ID,
  idOf,
  io,
  LAST,
  listRegion,
  LOCK,
  MAX_ENTRIES,
  maxEntriesOf,
  MAX_LISTS,
  MAX_PAGES,
  maxPagesOf,
  OF_ENTRY,
  RECORDS,
  REGION,
  SHARDS,
  USED,
} from './node';
import {
  countOf,
  enter,
  indexOf,
  leave,
  listOf,
  present,
  recordBytes,
  setCount,
  setList,
} from './stack';
import { CLOSED } from './stamp';

/** Rounds of a race for the root, or for the lock, before CONTENDED. */
const TRIES: u32 = isDefined(GATED) ? 4 : 64;

// ---- lists --------------------------------------------------------------------------------------

/** Where the record of `count` lists stands while this list is active. */
function slotOf(list: usize, count: u32): usize {
  let at = list + RECORDS;
  for (let c: u32 = 1; c < count; c++) at += recordBytes(c);
  return at;
}

/** A private list in a new region that this slot is CREATING; or -FULL, -CONTENDED, -LIMIT. */
function buildList(entry: u32, generation: u32, maxPages: u32, maxEntries: u32): i64 {
  const region = regionCreate(ownedByEntry(entry, generation), maxPages);
  if (region < 0) return region;
  const bytes = slotOf(0, MAX_LISTS + 1);
  const list: usize = regionAlloc(region, <u32>bytes, 64);
  if (list == 0) {
    const why = whyNot();
    regionDrop(region);
    return -why;
  }
  fill(list, 0, bytes); // Private until the root says otherwise.
  put32(list + HEIGHT, 1);
  put32(list + USED, ME + 1);
  put32(list + DUE, FIRST_DUE);
  put32(list + REGION, region);
  put32(list + SHARDS, <u32>regionBase(region));
  put32(list + MAX_ENTRIES, maxEntries);
  put32(list + MAX_PAGES, maxPages);
  put32(list + OF_ENTRY, entry);
  return list;
}

/** See index.ts. */
export function create(entry: u32, generation: u32, maxPages: u32, maxEntries: u32): i32 {
  if (!alive()) return EXPELLED;
  const built = buildList(entry, generation, maxPages, maxEntries);
  if (built < 0) return -(<i32>built);
  const list = <usize>built;
  put64(list + CLOCK, 1);
  put32(list + ID, 1);
  const record = slotOf(list, 1);
  setCount(record, 1);
  setList(record, 0, list);
  regionPublish(listRegion(list)); // The caller is creating the entry: its owner is there.
  put32(io(), <u32>record);
  return OK;
}

/** Steps 3 to 5, where they are outstanding; returns the active list. */
export function opened(record: usize): usize {
  const list = listOf(record, 0);
  if (load64(list + CLOCK) != 0) return list;
  const older: usize = get32(list + FORMER); // Frozen; L3: a list whose clock is 0 has one. L6.
  if (MUTANT != 40) or64(older + CLOCK, CLOSED);
  cas64(older + LAST, 0, load64(older + CLOCK) & ~CLOSED);
  if (MUTANT != 43) settleRegion(listRegion(list));
  cas64(list + CLOCK, 0, load64(older + LAST) + 1);
  if (MUTANT == 40) or64(older + CLOCK, CLOSED);
  return list;
}

/** Step 4, by anybody: a list in the stack has a LIVE region, unless its structure is gone. */
export function settleRegion(region: u32): void {
  const at = regionAt(region) + R_STATE;
  const word = load64(at);
  if (kindOf(word) != REGION_CREATING) return;
  const live = stateWord(REGION_LIVE, 0, generationOf(word));
  if (cas64(at, word, live) && ownerGone(load64(regionAt(region) + R_OWNER))) {
    retireFrom(region, live);
  }
}

// ---- sealing ------------------------------------------------------------------------------------

/** See index.ts. */
export function seal(entry: u32, generation: u32): i32 {
  return move(entry, generation, true);
}

/** See index.ts. */
export function clear(entry: u32, generation: u32): i32 {
  const status = move(entry, generation, false);
  if (status == OK) sweep();
  return status;
}

/** Puts a new list in front of the stack, or in its place. */
function move(entry: u32, generation: u32, keep: bool): i32 {
  let status = enter(entry, generation);
  if (status != OK) return status;
  let fresh: usize = 0;
  status = CONTENDED;
  for (let round: u32 = 0; round < TRIES; round++) {
    const record = present(entry, generation);
    if (record == 0) {
      status = GONE;
      break;
    }
    const list = opened(record);
    const count = countOf(record);
    if (keep && count >= MAX_LISTS) {
      status = LIMIT;
      break;
    }
    if (fresh == 0) {
      const pages = MUTANT == 169 ? 0 : maxPagesOf(list);
      const built = buildList(entry, generation, pages, maxEntriesOf(list));
      if (built < 0) return leave(-(<i32>built));
      fresh = <usize>built;
      // L5: the interval reaches to the birth of B; the root is looked at by the CAS.
      if (MUTANT != 44) protect();
    }
    const next = stackOn(fresh, record, keep ? count : 0, idOf(list) + 1);
    if (MUTANT == 163 && !keep) retireAll(record);
    if (!cas32(entryAt(entry) + D_ROOT, <u32>record, <u32>next)) continue;
    if (MUTANT == 164 && !keep) retireAll(record);
    opened(next);
    if (!keep && MUTANT != 165) retireAll(record);
    put32(io(), idOf(list));
    return leave(entryAlive(entry, generation) ? OK : GONE);
  }
  if (fresh != 0) regionDrop(listRegion(fresh));
  return leave(status);
}

/** Step 6, under the pin with which `record` was loaded. Races with repair: one CAS each wins. */
function retireAll(record: usize): void {
  const count = countOf(record);
  for (let i: u32 = 0; i < count; i++) {
    const region = listRegion(listOf(record, i));
    regionRetire(region, generationOf(load64(regionAt(region) + R_STATE)));
  }
}

/** Fills the private list's record: itself in front of the first `count` of `record`. */
function stackOn(fresh: usize, record: usize, count: u32, id: u32): usize {
  put32(fresh + ID, id);
  put32(fresh + FORMER, <u32>listOf(record, 0));
  const next = slotOf(fresh, count + 1);
  setCount(next, count + 1);
  setList(next, 0, fresh);
  for (let i: u32 = 0; i < count; i++) setList(next, i + 1, listOf(record, i));
  return next;
}

// ---- destroying ---------------------------------------------------------------------------------

/** See index.ts. */
export function destroyList(entry: u32, generation: u32, id: u32): i32 {
  let status = enter(entry, generation);
  if (status != OK) return status;
  status = CONTENDED;
  for (let round: u32 = 0; round < TRIES && status == CONTENDED; round++) {
    const record = present(entry, generation);
    const index = record == 0 ? -1 : indexOf(record, id);
    if (index <= 0) {
      status = index == 0 ? BAD : GONE;
      break;
    }
    status = unlink(entry, record, index);
    if (status == BAD)
      status = CONTENDED; // The root moved on: look again.
    else if (status == CONTENDED) break; // A living thread has the lock.
  }
  status = leave(status);
  if (status == OK) sweep();
  return status;
}

/** Steps 7 to 9. BAD: the root is not `record` any more. CONTENDED: the lock is taken. */
function unlink(entry: u32, record: usize, index: u32): i32 {
  const active = opened(record);
  const frozen = listOf(record, index);
  const region = listRegion(frozen);
  const generation = generationOf(load64(regionAt(region) + R_STATE));
  // Inherited from the dead: there is nothing to repair (L2).
  if (lock(active + LOCK, 12) == CONTENDED) return CONTENDED;
  const root = entryAt(entry) + D_ROOT;
  if (MUTANT == 41) regionRetire(region, generation);
  let won = false;
  if (load32(root) == <u32>record) {
    const count = countOf(record) - 1;
    const next = slotOf(active, count);
    setCount(next, count);
    for (let i: u32 = 0; i < count; i++) setList(next, i, listOf(record, i < index ? i : i + 1));
    won = cas32(root, <u32>record, <u32>next);
  }
  unlock(active + LOCK);
  if (!won) return BAD;
  regionRetire(region, generation);
  return OK;
}

// ---- looking at the stack -----------------------------------------------------------------------

/** See index.ts. `upto` 0: of now. */
export function snapshot(entry: u32, generation: u32, upto: u64): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  for (let round: u32 = 0; round < TRIES; round++) {
    const record = present(entry, generation);
    if (record == 0) return leave(GONE);
    const now = load64(opened(record) + CLOCK);
    const moved = MUTANT != 168 && load32(entryAt(entry) + D_ROOT) != <u32>record;
    if ((now & CLOSED) != 0 || moved) continue;
    if (upto > now) return leave(AHEAD);
    put32(io(), <u32>record);
    put32(io() + 4, 0);
    put64(io() + 8, upto == 0 ? now : upto);
    return leave(OK);
  }
  return leave(CONTENDED);
}

/** See index.ts. */
export function lists(entry: u32, generation: u32, out: usize): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const record = present(entry, generation);
  if (record == 0) return leave(GONE);
  opened(record); // What is said to be frozen is closed.
  const count = countOf(record);
  for (let i: u32 = 0; i < count; i++) {
    const at = out + ((<usize>(count - 1 - i)) << 3);
    put32(at, idOf(listOf(record, i)));
    put32(at + 4, i > 0 ? 1 : 0);
  }
  put32(io(), count);
  return leave(OK);
}
