// The stack's life: the first list, the next one, sealing, clearing, destroying frozen lists,
// snapshots.
//
//   root ──► {1: A}      ──seal──►      root ──► {2: B, A}      ──destroy A──►     root ──► {1: B}
//            A open ··► B                        A closed, B open ··► C                     B open
//
//   root ──► {2: B, A}   ──clear──►     root ──► {1: C}        A and B are retired when C is open
//
// Sealing asks no writer: the clock of A closes. A writer that comes too late gets a number marked
// CLOSED and makes its own node void (stamp.ts), then writes in B. So there are no "writing" words,
// and a thread that dies inside a write does not hold up a seal. B takes no number before A's clock
// is closed, so numbers ascend from list to list.
//
// Nor does sealing ask for memory: B is made while A is empty (··►), by who made A active, or, if
// there was no memory then, by A's first writer, who writes nothing without it. So whatever the
// arena is full of, a list that holds anything can be sealed.
//
// List words beside those of node.ts
//    72 u32 successor, shared: 0 | region + 1 of the list that comes next; set once
//    88 u64 lock, shared: a robust lock (the arena's lock.ts) for who moves the root while this
//       list is active
//   288 record slots: the record of c lists at a fixed place, for each c up to MAX_LISTS. A list's
//       first record stands in the slot of its count; a destruction shrinks the count by one and
//       uses the next lower slot. So each slot is used once, and a destruction needs no memory.
//
// L1  A LIVE region of this entry's generation holds a list of the root's record, or the next one
//     of its active list, or one that was unlinked. A CREATING one is the next list's, or was never
//     reached but by who made it.
// L2  A slot below the root's present count, and all of the next list's, are private to the holder
//     of the active list's lock.
// L3  The root moves on only when the active list's clock is open and all older ones are closed.
// L4  A list that the root names has a LIVE region: what its writers ask of it is settled when they
//     die.
// L5  Who reads or moves the next list protects it (reservation.ts), and then finds the root
//     unchanged and the structure alive: it was made before that, and is retired later, if at all.
// L6  A list's region is retired only when the list that came after it is open: who has still to
//     open that one looks at this one.
// L7  A list takes no version before its `successor` is set: shards in use (68) stays 0 until then.
// L8  No version of a list stands behind its `greatest`, once that is set: what is linked there
//     after the close can never be a version. Nor does one stand before the first node.
//
// Checked at their sites: L2, L3, L4, and L7 (search.ts). After every step of the checker: L3, L6,
// L7, L8. By the audit (13): L1. L5 as memory that is freed while somebody reads it.
//
// the next list of A                                          a death after this step leaves
//   1. create region and list B, clock 0                        CREATING(dead): repair frees it
//   2. CAS A.successor 0 → B; lost: drop B                      CREATING(dead): repair does 3, or
//   3. region → LIVE (map/settle.ts)                              who uses it
// seal
//   4. lock A; root unchanged, else from the start              the lock is inherited; nothing
//   5. fill B's record; CAS root {A, …} → {B, A, …}             the rest, which anybody finishes
//   6. unlock                                                   before it writes (`opened`)
//   7. A.clock |= CLOSED; CAS A.last 0 → A.clock               the same
//        without CLOSED         linearizes when it is closed
//      A.greatest := A's last node
//   8. CAS B.clock 0 → A.last + 1                               nothing
// clear: as seal, but in 5 the root moves to {B} alone: linearizes there. Whoever looked at the
// root before may write in A until 7; that call began before the clear and counts as before it.
//   9. retire the regions of all lists of the old record        LIVE, but not in the stack: repair
//                                                               retires them
// A closed clock counts on with every writer that comes too late: A.last is the number that no
// version of A exceeds, and that all of B's do.
// destroy frozen F: 4 to 6 with the active list's own slot of count - 1; linearizes at the CAS;
//   then 9 for F alone
// snapshot
//  10. load root, open its clock, read number S; root unchanged and S not CLOSED: linearizes at
//      the read of S, as of which the record's lists were the stack
//
// A paused thread between 4 and 6 holds up seals, clears and destructions, which say CONTENDED, and
// nobody else.
//
// Names: A, B the active list before and after; F a frozen one; entry, generation: the handle.

import {
  cas32,
  cas64,
  check,
  fill,
  get32,
  get64,
  load32,
  load64,
  or64,
  peek64,
  put32,
  put64,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { L, T } from '@x/shm-arena/assembly/ground/invariants';
import {
  BAD,
  CLOSED,
  CONTENDED,
  D_ROOT,
  ENTRY,
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
  regionAt,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { alive, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { checkMine, lock, unlock } from '@x/shm-arena/assembly/life/lock';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { AHEAD } from '@x/shm-arena/assembly/map/codes';
import { ANSWER, putSnapshot } from '@x/shm-arena/assembly/map/result';
import { settleRegion } from '@x/shm-arena/assembly/map/settle';
import {
  regionAlloc,
  regionBase,
  regionBody,
  regionCreate,
  regionDrop,
  regionPublish,
  regionRetire,
  sweep,
} from '@x/shm-arena/assembly/memory/region';
import { protect } from '@x/shm-arena/assembly/memory/reservation';
import { FIRST_DUE, lastAt } from './guide';
import {
  fillHead,
  LIST_CLOCK,
  LIST_DUE,
  LIST_FILTER,
  LIST_FORMER,
  LIST_GREATEST,
  LIST_HEIGHT,
  LIST_ID,
  idOf,
  LIST_LAST,
  listRegion,
  LIST_LOCK,
  LIST_MAKER,
  LIST_MAX_ENTRIES,
  MAX_LISTS,
  LIST_MAX_PAGES,
  maxEntriesOf,
  maxPagesOf,
  LIST_ENTRY,
  LIST_RECORDS,
  LIST_REGION,
  LIST_SHARDS,
  LIST_SUCCESSOR,
} from './node';
import { listsIn, indexOf, listOf, stackBytes, setCount, setList } from './record';
import { LIST_CLOSED } from './stamp';

/** Rounds of a race for the root, or for the lock, before CONTENDED. */
const TRIES: u32 = isDefined(GATED) ? 4 : 64;

// ---- lists --------------------------------------------------------------------------------------

/** Where the record of `count` lists stands while this list is active. */
function slotOf(list: usize, count: u32): usize {
  let at = list + LIST_RECORDS;
  for (let c: u32 = 1; c < count; c++) at += stackBytes(c);
  return at;
}

/**
 * A private list in a new region that this slot is CREATING, to come after `former` (0: the first
 * one); or -FULL, -CONTENDED, -LIMIT.
 */
function makeList(owner: u64, former: usize, maxPages: u32, maxEntries: u32): i64 {
  const region = regionCreate(owner, maxPages);
  if (region < 0) return region;
  const bytes = slotOf(0, MAX_LISTS + 1);
  const list: usize = regionAlloc(region, <u32>bytes, 64);
  if (list == 0) {
    const why = whyNot();
    regionDrop(region);
    return -why;
  }
  const filter = MUTANT == 333 ? get64(list + LIST_FILTER) : 0;
  fill(list, 0, bytes); // Private until `former` names it, or the root.
  if (MUTANT == 333) put64(list + LIST_FILTER, filter);
  fillHead(list);
  put32(list + LIST_HEIGHT, 1);
  put32(list + LIST_DUE, FIRST_DUE);
  put32(list + LIST_ID, former == 0 ? 1 : idOf(former) + 1);
  put32(list + LIST_REGION, region);
  put32(list + LIST_SHARDS, <u32>regionBase(region));
  put32(list + LIST_MAX_ENTRIES, maxEntries);
  put32(list + LIST_MAX_PAGES, maxPages);
  put32(list + LIST_ENTRY, <u32>owner & ~ENTRY);
  put32(list + LIST_FORMER, <u32>former);
  put32(list + LIST_MAKER, ME);
  return list;
}

/** See index.ts. */
export function create(entry: u32, generation: u32, maxPages: u32, maxEntries: u32): i32 {
  if (!alive()) return EXPELLED;
  const built = makeList(ownedByEntry(entry, generation), 0, maxPages, maxEntries);
  if (built < 0) return -(<i32>built);
  const list = <usize>built;
  put64(list + LIST_CLOCK, 1);
  const record = slotOf(list, 1);
  setCount(record, 1);
  setList(record, 0, list);
  regionPublish(listRegion(list)); // The caller is creating the entry: its owner is there.
  reserve(list);
  put32(io() + ANSWER, <u32>record);
  return OK;
}

/**
 * Steps 1 to 3 for `list`, which is or was the active one, and is protected. FULL, CONTENDED,
 * LIMIT: it has no next list.
 */
export function reserve(list: usize): i32 {
  if (load32(list + LIST_SUCCESSOR) != 0) return OK;
  const owner = load64(regionAt(listRegion(list)) + R_OWNER); // Stands until the region is freed.
  const pages = MUTANT == 169 ? 0 : maxPagesOf(list);
  const built = makeList(owner, list, pages, maxEntriesOf(list));
  if (built < 0) return load32(list + LIST_SUCCESSOR) != 0 ? OK : -(<i32>built);
  const region = listRegion(<usize>built);
  if (MUTANT == 193) regionPublish(region);
  if (cas32(list + LIST_SUCCESSOR, 0, region + 1)) regionPublish(region);
  else if (MUTANT != 191) regionDrop(region);
  return OK;
}

/** The region of the next list; -1: there is none yet. */
export function successorOf(list: usize): i32 {
  return <i32>load32(list + LIST_SUCCESSOR) - 1;
}

/** Steps 7 and 8, where they are outstanding; returns the active list. */
export function opened(record: usize): usize {
  const list = listOf(record, 0);
  if (load64(list + LIST_CLOCK) != 0) return list;
  const older: usize = get32(list + LIST_FORMER); // Frozen. L3, L6: a clock of 0 has one before it.
  if (MUTANT == 300) store32(older + LIST_GREATEST, <u32>lastAt(older, 0));
  if (MUTANT != 40) or64(older + LIST_CLOCK, LIST_CLOSED);
  cas64(older + LIST_LAST, 0, load64(older + LIST_CLOCK) & ~LIST_CLOSED);
  // L8. Of several threads' any will do; pairs with `outside`.
  if (MUTANT != 300) store32(older + LIST_GREATEST, <u32>lastAt(older, 0));
  // stack.ts
  if (isDefined(GATED)) check((peek64(older + LIST_CLOCK) & LIST_CLOSED) != 0, T + 2, list);
  cas64(list + LIST_CLOCK, 0, load64(older + LIST_LAST) + 1);
  if (MUTANT == 40) or64(older + LIST_CLOCK, LIST_CLOSED);
  return list;
}

// ---- moving the root ----------------------------------------------------------------------------

/**
 * Makes a record the root in the place of `record`, in a slot of `head`: `head`, then the lists of
 * `record` from `first` to `end` but for `without`. BAD: the root is another by now. CONTENDED: a
 * living thread has the lock.
 */
function restack(root: usize, record: usize, head: usize, first: u32, end: u32, without: u32): i32 {
  const at = listOf(record, 0) + LIST_LOCK;
  // Inherited from the dead: there is nothing to repair (L2).
  if (MUTANT != 194 && lock(at, 12) == CONTENDED) return CONTENDED;
  let won = false;
  if (load32(root) == <u32>record) {
    const count = 1 + end - first - <u32>(without >= first && without < end);
    const next = slotOf(head, count);
    setCount(next, count);
    setList(next, 0, head);
    let to: u32 = 1;
    for (let i = first; i < end; i++) if (i != without) setList(next, to++, listOf(record, i));
    if (isDefined(GATED)) {
      checkMine(at, L + 2);
      const active = listOf(record, 0);
      check(peek64(active + LIST_CLOCK) != 0, L + 3, active);
      const state = peek64(regionAt(listRegion(head)) + R_STATE);
      check(kindOf(state) != REGION_CREATING, L + 4, head);
    }
    won = cas32(root, <u32>record, <u32>next);
  }
  unlock(at);
  return won ? OK : BAD;
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

/** Puts the next list in front of the stack, or in its place. */
function move(entry: u32, generation: u32, keep: bool): i32 {
  let status = enter(entry, generation);
  if (status != OK) return status;
  const root = entryAt(entry) + D_ROOT;
  status = CONTENDED;
  for (let round: u32 = 0; round < TRIES; round++) {
    const record = present(entry, generation);
    if (record == 0) return leave(CLOSED);
    const list = opened(record);
    const count = keep ? listsIn(record) : 0;
    status = count >= MAX_LISTS ? LIMIT : reserve(list);
    if (status != OK) return leave(status);
    if (MUTANT != 44) protect(); // L5
    if (load32(root) != <u32>record || !entryAlive(entry, generation)) continue;
    const ahead = successorOf(list);
    const fresh = regionBody(ahead);
    if (MUTANT != 43) settleRegion(ahead);
    if (MUTANT == 163 && !keep) retireAll(record);
    status = restack(root, record, fresh, 0, count, MAX_LISTS);
    if (status == CONTENDED) return leave(CONTENDED);
    if (status != OK) continue;
    if (MUTANT == 164 && !keep) retireAll(record);
    opened(slotOf(fresh, count + 1));
    if (!keep && MUTANT != 165) retireAll(record);
    reserve(fresh);
    put32(io() + ANSWER, idOf(list));
    return leave(entryAlive(entry, generation) ? OK : CLOSED);
  }
  return leave(CONTENDED);
}

/** Step 9, under the pin with which `record` was loaded. Races with repair: one CAS each wins. */
function retireAll(record: usize): void {
  const count = listsIn(record);
  for (let i: u32 = 0; i < count; i++) {
    const region = listRegion(listOf(record, i));
    regionRetire(region, generationOf(load64(regionAt(region) + R_STATE)));
  }
}

// ---- destroying ---------------------------------------------------------------------------------

/** See index.ts. */
export function destroyList(entry: u32, generation: u32, id: u32): i32 {
  let status = enter(entry, generation);
  if (status != OK) return status;
  status = BAD;
  for (let round: u32 = 0; round < TRIES && status == BAD; round++) {
    const record = present(entry, generation);
    const index = record == 0 ? -1 : indexOf(record, id);
    if (index <= 0) return leave(index == 0 ? BAD : CLOSED);
    status = unlink(entry, record, index);
  }
  status = leave(status == BAD ? CONTENDED : status);
  if (status == OK) sweep();
  return status;
}

/** Steps 4 to 6 and 9 for one list. As `restack`. */
function unlink(entry: u32, record: usize, index: u32): i32 {
  const active = opened(record);
  const region = listRegion(listOf(record, index));
  const generation = generationOf(load64(regionAt(region) + R_STATE));
  if (MUTANT == 41) regionRetire(region, generation);
  const root = entryAt(entry) + D_ROOT;
  const status = restack(root, record, active, 1, listsIn(record), index);
  if (status == OK) regionRetire(region, generation);
  return status;
}

// ---- looking at the stack -----------------------------------------------------------------------

/** See index.ts. `upto` 0: of now. */
export function snapshot(entry: u32, generation: u32, upto: u64): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  for (let round: u32 = 0; round < TRIES; round++) {
    const record = present(entry, generation);
    if (record == 0) return leave(CLOSED);
    const now = load64(opened(record) + LIST_CLOCK);
    const moved = MUTANT != 168 && load32(entryAt(entry) + D_ROOT) != <u32>record;
    if ((now & LIST_CLOSED) != 0 || moved) continue;
    if (upto > now) return leave(AHEAD);
    putSnapshot(record, 0, upto == 0 ? now : upto);
    return leave(OK);
  }
  return leave(CONTENDED);
}

/** See index.ts. */
export function lists(entry: u32, generation: u32, out: usize): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const record = present(entry, generation);
  if (record == 0) return leave(CLOSED);
  opened(record); // What is said to be frozen is closed.
  const count = listsIn(record);
  for (let i: u32 = 0; i < count; i++) {
    const at = out + ((<usize>(count - 1 - i)) << 3);
    put32(at, idOf(listOf(record, i)));
    put32(at + 4, i > 0 ? 1 : 0);
  }
  put32(io() + ANSWER, count);
  return leave(OK);
}
