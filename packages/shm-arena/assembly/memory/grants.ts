// Grants: leases that belong to a structure and not to a thread, for what outlives the thread that
// made it (a writable fork, a snapshot that others go on with). A thread takes one as it takes a
// lease of its own, and gives it to the structure; from then on it keeps its era, whoever dies,
// until somebody drops it or the structure is destroyed.
//
//   FREE(g) ──take──► TAKING(slot, g) ──give──► GIVEN(g) ──drop──► FREEING(slot, g)
//     ▲                   │ the taker gives up, or has died             │
//     └────── g + 1 ──────┴──────────────────── g + 1 ──────────────────┘
//
//   group    0 1 1 0 ...        one bit a record: its era stands. Nothing granted: two loads in a
//              │ │              scan, and of few records only those are looked at.
//            record 1 | state | of: entry, generation | era | root |
//
// Record, 32 bytes, all words shared (layout.ts)
//   0 u64 state: kind 4 bits | slot + 1 from bit 4 | generation from bit 32
//   8 u64 of, an owner word (owner.ts)   16 u64 era   24 u32 root, the structure's own
// A group has a u64 of bits, shared, and GRANTS records. The first is part of the arena's tables,
// further ones stand in pages that are taken when all records are in use, and stay: GRANT_TABLES
// names these pages, u32 each, 0 = none. Record numbers go through the groups.
//
// I1  The bit of a record is set by the slot named in TAKING, behind the era, and cleared by the
//     one named in FREEING. So the bit of a GIVEN record is set, that of a FREE one is not, and who
//     sees the bit sees an era of that life or of a later one.
// I2  of, era and root are frozen while GIVEN(g): a handle { record, g } means one grant for ever
//     (2^32 lives of a record apart).
// I3  GIVEN with an owner that is gone is garbage: `dropOrphans` frees it. So no grant outlives its
//     structure, and each destruction and each recovery looks.
// I4  A grant that was held holds its era e as reservation.ts I3 says.
// I5  Every way to FREE raises g, so TAKING(s, g) and FREEING(s, g) mean one work of one life of s.
//     Nobody judges them by looking whether s is alive: only s itself, or its one reaper
//     (recover.ts I1), frees them, before s is FREE.
// I6  A page of groups is named once, when its records are all FREE, and is never released. So an
//     address that was found stays that of the record, and a number its number.
//
// Checked at its site: I1. After every step of the checker: I1, I4, and I5 as a life that comes
// twice. By verify (audit.ts): I3. I2 by what the handles of the model find.
//
// take(entry)                                            a death after this step leaves
//   1. CAS FREE(g) → TAKING(me, g); none is FREE: 11-13    TAKING(dead): freed with its slot
//   2. of := entry; era := clock                           the same
//   3. set the bit                (load the root)          the same: it stands as all reservations
//                                                            of the dead, until the last repair
// hold
//   4. CAS clock era → era + 1; lost: era := clock, the    the same
//      root is loaded again
// give(root)
//   5. root := root                                        the same
//   6. CAS TAKING(me, g) → GIVEN(g)      linearizes        a grant of the structure
//   7. the owner gone meanwhile: 8, 9, 10                  garbage, freed by this slot's recovery
// drop, by anybody
//   8. CAS GIVEN(g) → FREEING(me, g)     linearizes        FREEING(dead): freed with its slot
//   9. clear the bit                                       the same
//  10. CAS → FREE(g + 1)                                   nothing
// grow
//  11. claim a page, fill it with 0, commit GRANTS(me)     GRANTS(dead), which no word names: free
//  12. CAS the first word that is 0 → the page  linearizes GRANTS(dead), named: of nobody
//      lost: release it, and look at the other's
//  13. store GRANTS(0)                                     nothing
//
// Why none leaks. Step 7 pairs with the end of the entry, which leaves LIVE before it looks at the
// grants: the bit stands before 6, so one of the two sees the other, and if both do, one CAS wins.
// A taker, dropper or destroyer that dies is named in the record, or its recovery comes to
// `dropOrphans`. What died between 6 and the structure's own note of the grant is found by that
// structure's repair: `grantNext` lists what it was given.
//
// Images keep grants: the structure stands in the image, what was granted too (a block kept in its
// limbo, a region RETIRED), and the clock goes on from where it was; cleared, the first collect
// would free what the structure still names. Those TAKING and FREEING belong to slots, all dead.
//
// take, give and drop are wait-free but for the CAS of 1, which fails only where another taker
// won, and for growing. A search begins at a hint, which is advice. LIMIT: each record was in use
// when it was looked at.

import {
  and64,
  cas32,
  cas64,
  check,
  fill,
  load32,
  load64,
  markLive,
  or64,
  peek64,
  store32,
  store64,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import {
  CLOCK,
  CLOSED,
  GRANTS,
  GRANT_FREE,
  GRANT_FREEING,
  GRANT_GIVEN,
  GRANT_GROUPS,
  GRANT_HINT,
  GRANT_PAGES,
  GRANT_TABLES,
  GRANT_TAKING,
  G_ERA,
  G_OF,
  G_ROOT,
  G_STATE,
  LIMIT,
  ME,
  OK,
  PAGE,
  P_GRANTS,
  generationOf,
  grantAt,
  groupAt,
  kindOf,
  ownerOf,
  recordAt,
  stateWord,
} from '../ground/layout';
import { ownedByEntry, ownerGone } from '../ground/owner';
import { result, status } from '../ground/thread';
import { claim, commit, offsetOf, pageAt, pageWord, release } from './pages';

/** The records of the group at `group` whose eras stand, a bit each. */
function standing(group: usize): u64 {
  const bits = load64(group);
  if (MUTANT == 20 || MUTANT == 64) return bits & ~bitOf(GRANTS - 1);
  return bits;
}

/** Of a group's bits that of a record. */
function bitOf(record: u32): u64 {
  return (<u64>1) << (record % GRANTS);
}

/** Whether the era of a grant lies in [birth, retired]. O(groups + grants that stand). */
export function grantsMeet(birth: u64, retired: u64): bool {
  for (let record = nextGrant(0); record != ~0; record = nextGrant(record + 1)) {
    const era = load64(grantAt(record) + G_ERA);
    if (MUTANT == 27 ? era > birth && era < retired : era >= birth && era <= retired) return true;
  }
  return false;
}

/** The first grant from `record` on whose era stands; ~0: there is none. */
export function nextGrant(record: u32): u32 {
  for (; record != ~0; record = (record / GRANTS + 1) * GRANTS) {
    const group = groupAt(record / GRANTS);
    if (group == 0 || (MUTANT == 263 && record >= GRANTS)) break;
    const bits = standing(group) >> (record % GRANTS);
    if (bits != 0) return record + <u32>ctz(bits);
  }
  return ~0;
}

/** Steps 1 to 3. A record in this slot's hands, or -LIMIT, -FULL, -CONTENDED. */
export function grantTake(entry: u32, generation: u32): i32 {
  let group = load32(GRANT_HINT);
  for (let whole = group == 0; ; group++) {
    const code = groupAt(group) == 0 ? grow() : OK;
    const at = groupAt(group); // Another may have made it meanwhile.
    if (at == 0) {
      if (whole) return -code;
      whole = true;
      group = ~0; // What the hint left out.
      continue;
    }
    const record = takeFrom(at, entry, generation);
    if (record < 0) continue;
    if (load32(GRANT_HINT) != group) store32(GRANT_HINT, group); // Advice only.
    return group * GRANTS + record;
  }
}

/** Steps 1 to 3 in the group at `group`: which of its records; -1: none is free. */
function takeFrom(group: usize, entry: u32, generation: u32): i32 {
  const all = GRANTS == 64 ? ~(<u64>0) : ((<u64>1) << GRANTS) - 1;
  for (let left = ~load64(group) & all; left != 0; left &= left - 1) {
    const record = <u32>ctz(left);
    const at = recordAt(group, record);
    const word = load64(at + G_STATE);
    if (kindOf(word) != GRANT_FREE) continue;
    if (!cas64(at + G_STATE, word, stateWord(GRANT_TAKING, ME + 1, generationOf(word)))) continue;
    check((peek64(group) & bitOf(record)) == 0, I + 1, at);
    store64(at + G_OF, ownedByEntry(entry, generation));
    store64(at + G_ERA, load64(CLOCK));
    if (MUTANT != 19) or64(group, bitOf(record)); // I1: pairs with `standing`.
    return record;
  }
  return -1;
}

/** Steps 11 to 13. OK: there are more groups than before. LIMIT, FULL, CONTENDED. */
function grow(): i32 {
  let table: u32 = 0;
  while (table < GRANT_PAGES && load32(tableAt(table)) != 0) table++;
  if (table == GRANT_PAGES) return LIMIT;
  const page = claim(1);
  if (page == 0) return status();
  const at = offsetOf(page);
  markLive(at, PAGE);
  fill(at, 0, PAGE); // Private: nobody names it.
  const mine = pageWord(P_GRANTS, ME + 1, 0, 0);
  commit(page, mine);
  if (MUTANT == 264) store32(tableAt(table), page);
  else if (!cas32(tableAt(table), 0, page)) {
    release(page, mine);
    return OK;
  }
  store64(pageAt(page), pageWord(P_GRANTS, 0, 0, 0));
  return OK;
}

function tableAt(table: u32): usize {
  return GRANT_TABLES + ((<usize>table) << 2);
}

/** Whether groups of grants stand in a page. */
export function namesGrants(page: u32): bool {
  for (let table: u32 = 0; table < GRANT_PAGES; table++) {
    if (load32(tableAt(table)) == page) return true;
  }
  return false;
}

/** A page GRANTS of a slot that died between 11 and 13. Whether it was released. */
export function disownGrants(page: u32, word: u64): bool {
  if (!namesGrants(page)) return MUTANT != 265 && release(page, word);
  cas64(pageAt(page), word, pageWord(P_GRANTS, 0, 0, 0));
  return false;
}

/** Step 4. True: what was loaded since `grantTake` is held, at the era in `result`. */
export function grantHold(record: u32): bool {
  const at = grantAt(record) + G_ERA;
  const held = load64(at);
  result(held);
  if (cas64(CLOCK, held, held + 1) || MUTANT == 24) return true;
  store64(at, load64(CLOCK));
  return false;
}

/** Steps 5 to 7: the structure's from here on. CLOSED: it is gone, and so is the grant. */
export function grantGive(record: u32, root: u32): i32 {
  const at = grantAt(record);
  if (at == 0) return CLOSED;
  const word = load64(at + G_STATE);
  if (kindOf(word) != GRANT_TAKING || ownerOf(word) != ME + 1) return CLOSED;
  const group = groupAt(record / GRANTS);
  check((peek64(group) & bitOf(record)) != 0, I + 1, at);
  if (MUTANT == 19) or64(group, bitOf(record));
  store32(at + G_ROOT, root);
  const given = stateWord(GRANT_GIVEN, 0, generationOf(word));
  if (!cas64(at + G_STATE, word, given)) return CLOSED;
  if (MUTANT == 23 || !ownerGone(load64(at + G_OF))) return OK;
  endGrant(record, given);
  return CLOSED;
}

/** Ends a grant for everybody, or gives up one that this slot is taking. CLOSED: it is gone. */
export function grantDrop(record: u32, generation: u32): i32 {
  if (grantAt(record) == 0) return CLOSED;
  if (MUTANT == 26) generation = grantGeneration(record);
  if (endGrant(record, stateWord(GRANT_GIVEN, 0, generation))) return OK;
  return endGrant(record, stateWord(GRANT_TAKING, ME + 1, generation)) ? OK : CLOSED;
}

/** Steps 8 to 10 from a state that was seen; false: it has changed. */
function endGrant(record: u32, seen: u64): bool {
  const state = grantAt(record) + G_STATE;
  const group = groupAt(record / GRANTS);
  const mine = stateWord(GRANT_FREEING, ME + 1, generationOf(seen));
  if (!cas64(state, seen, mine)) return false;
  if (MUTANT == 28) {
    cas64(state, mine, stateWord(GRANT_FREE, 0, generationOf(seen) + 1));
    and64(group, ~bitOf(record));
    return true;
  }
  and64(group, ~bitOf(record));
  cas64(state, mine, stateWord(GRANT_FREE, 0, generationOf(seen) + 1));
  if (record / GRANTS < load32(GRANT_HINT)) store32(GRANT_HINT, record / GRANTS); // Advice only.
  return true;
}

/** Frees the grants of structures that are gone (I3). Two loads when nothing is granted. */
export function dropOrphans(): void {
  for (let record = nextGrant(0); record != ~0; record = nextGrant(record + 1)) {
    const word = load64(grantAt(record) + G_STATE);
    if (kindOf(word) != GRANT_GIVEN) continue;
    // g keeps the two together.
    if (ownerGone(load64(grantAt(record) + G_OF))) endGrant(record, word);
  }
}

/** Frees what a slot was taking or freeing: for its own thread when it leaves, or its reaper. */
export function settleGrants(slot: u32): void {
  for (let record: u32 = 0; grantAt(record) != 0; record++) {
    const word = load64(grantAt(record) + G_STATE);
    if (ownerOf(word) != slot + 1 && !(MUTANT == 22 && kindOf(word) == GRANT_GIVEN)) continue;
    if (MUTANT == 25 && kindOf(word) == GRANT_TAKING) continue;
    // Freeing for the dead: if this slot has it already, `endGrant` finds the word as it is.
    endGrant(record, word);
  }
}

// ---- looking ------------------------------------------------------------------------------------

/** How many records there may be. */
export function grants(): u32 {
  return GRANTS * (1 + GRANT_PAGES * GRANT_GROUPS);
}

export function grantGeneration(record: u32): u32 {
  const at = grantAt(record);
  return at == 0 ? 0 : generationOf(load64(at + G_STATE));
}

/** OK: it is given, to that structure, and its root is in `result`. CLOSED. */
export function grantFind(record: u32, generation: u32, entry: u32, life: u32): i32 {
  const at = grantAt(record);
  if (at == 0) return CLOSED;
  const given = stateWord(GRANT_GIVEN, 0, generation);
  if (load64(at + G_STATE) != given) return CLOSED;
  const same = load64(at + G_OF) == ownedByEntry(entry, life);
  result(load32(at + G_ROOT));
  return same && load64(at + G_STATE) == given ? OK : CLOSED;
}

/** The next record from `from` on that the structure was given, its generation in `result`; -1. */
export function grantNext(entry: u32, generation: u32, from: u32): i32 {
  for (let record = nextGrant(from); record != ~0; record = nextGrant(record + 1)) {
    const life = grantGeneration(record);
    if (grantFind(record, life, entry, generation) != OK) continue;
    result(life);
    return record;
  }
  return -1;
}
