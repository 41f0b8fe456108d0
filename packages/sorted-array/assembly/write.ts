// Writing: a copy of the array with one entry more, less or other, which takes its place by one
// compare-and-set of the root: copy on write, and the root is all that two threads fight for.
//
//   entry.root ──CAS──► array B, in region R          array A, in its own region ──► retired
//
// W1  A region becomes LIVE only when the root has named its array, and is LIVE before the root
//     names another. So one of the structure's that is LIVE, and then is not that of the root's
//     array, is unlinked for good.
// W2  The pin covers A, which the root named under it, and R, since `protect` follows its birth. So
//     while the call lasts neither region is freed, and its number means no other one.
//
// put(key)                                               a death after this step leaves
//   1. pin; array A, and what it has of the key            a pin
//   2. region R, CREATING by me; B in it, plain            CREATING(dead), not rooted: repair frees
//   3. A's region → LIVE, if its maker has not come so     the same
//      far
//   4. CAS root A → B; lost: drop R, from 1   linearizes   CREATING(dead), rooted: repair, or the
//                                                          next writer's 3, makes it LIVE
//   5. R → LIVE                                            A's region LIVE and not rooted: repair
//   6. retire A's region                                   retires it
//   7. unpin; sweep                                        nothing
// A write that finds nothing to change ends, and linearizes, with 1.
//
// repair(s), in the one thread that recovers slot s; may die anywhere and be begun again:
//   8. the root's region → LIVE
//   9. each other region of the structure: CREATING by s: never rooted, freed; LIVE: retired (W1)
//
// That the CAS of 4 succeeds shows that A is still what was judged in 1: its offset means nothing
// else (W2). A lost CAS is another thread's success, so writes together are lock-free.
//
// Names: see array.ts; R_ … of a region's entry (ground/layout.ts).

import { cas32, check, get32, load64, peek32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { W } from '@x/shm-arena/assembly/ground/invariants';
import * as layout from '@x/shm-arena/assembly/ground/layout';
import { CLOSED, CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { DIFFERS, EXISTS } from '@x/shm-arena/assembly/map/codes';
import { firstSlice, secondSlice } from '@x/shm-arena/assembly/map/key';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import { dropRegion, judgedRegion, settleRegion } from '@x/shm-arena/assembly/map/settle';
import * as regions from '@x/shm-arena/assembly/memory/region';
import { protect } from '@x/shm-arena/assembly/memory/reservation';
import * as arrays from './array';
import { A_COUNT, A_REGION, bytesOf, E_VALUE, entryOf, valueAt } from './array';

/** Kinds of writes. */
export const SET: u32 = 0;
/** If there is no entry, else EXISTS. */
export const INSERT: u32 = 1;
export const DELETE: u32 = 2;
/** If the value is the expected one, else DIFFERS. */
export const COMPARE: u32 = 4;
/** Rounds before CONTENDED. */
const TRIES: u32 = isDefined(GATED) ? 3 : 64;

/** See index.ts. */
export function create(entry: u32, generation: u32): i32 {
  const region = regions.regionCreate(ownedByEntry(entry, generation), 0);
  if (region < 0) return -region;
  const array = arrays.newArray(region, 0, 0);
  put32(io() + ANSWER, <u32>array);
  if (array != 0) return regions.regionPublish(region);
  regions.regionDrop(region);
  return whyNot();
}

/** See index.ts. */
export function put(
  entry: u32,
  generation: u32,
  kind: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  value: u32,
  bytes: u32,
  expected: u32,
  expectedBytes: u32,
): i32 {
  const s0 = firstSlice(len, k0, k1);
  const s1 = secondSlice(len, k0, k2, k3);
  const made: u32 = kind == DELETE ? 0 : 1;
  for (let round: u32 = 0; round < TRIES; round++) {
    let status = enter(entry, generation);
    if (status != OK) return status;
    const array = present(entry, generation);
    if (array == 0) return leave(CLOSED);
    const first = arrays.before(array, s0, s1, len, k0, false);
    const end = arrays.before(array, s0, s1, len, k0, true);
    put32(io() + ANSWER, end - first);
    status = judge(kind, first == end ? 0 : entryOf(array, first), expected, expectedBytes);
    if (status != OK || (made == 0 && first == end)) return leave(status);
    const region = regions.regionCreate(ownedByEntry(entry, generation), 0);
    if (region < 0) return leave(-region);
    if (MUTANT != 213) protect(); // W2
    const count = get32(array + A_COUNT);
    let size: u64 = bytesOf(array, 0, first) + bytesOf(array, end, count);
    if (made != 0) size += arrays.entryBytes(len, bytes);
    const next = arrays.newArray(region, count - (end - first) + made, size);
    if (next != 0) {
      arrays.append(next, array, 0, first);
      if (made != 0) arrays.appendEntry(next, s0, s1, len, k0, value, bytes);
      arrays.append(next, array, end, count);
      if (replace(entry, array, next, region)) {
        leave(OK);
        regions.sweep(); // Without the pin: what was retired may come free now.
        return OK;
      }
    }
    status = next == 0 ? whyNot() : CONTENDED;
    regions.regionDrop(region);
    leave(status);
    if (next == 0) return status;
  }
  return CONTENDED;
}

/** Whether a write goes on that finds the entry `e`, or 0. */
function judge(kind: u32, e: usize, expected: usize, bytes: u32): i32 {
  if (kind == INSERT) return e == 0 ? OK : EXISTS;
  if (kind != COMPARE) return OK;
  const same = e != 0 && get32(e + E_VALUE) == bytes && sameBytes(valueAt(e), expected, bytes);
  return same ? OK : DIFFERS;
}

/** Steps 3 to 6. False: another write was faster. `region`: where `next` lies. */
function replace(entry: u32, array: usize, next: usize, region: u32): bool {
  const old = get32(array + A_REGION);
  if (MUTANT != 210) settleRegion(old); // W1
  const generation = layout.generationOf(load64(layout.regionAt(old) + layout.R_STATE)); // W2
  if (MUTANT == 211) regions.regionRetire(old, generation);
  // Publishes the array; pairs with the load of the root in `present`.
  if (!cas32(layout.entryAt(entry) + layout.D_ROOT, <u32>array, <u32>next)) return false;
  if (MUTANT == 210) settleRegion(old);
  settleRegion(region);
  check(peek32(layout.regionAt(region) + layout.R_BASE) != 0, W + 2, next); // It is not free.
  regions.regionRetire(old, generation);
  return true;
}

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status == CLOSED ? OK : status; // Gone with all its regions.
  let array = present(entry, generation);
  if (array != 0) settleRegion(get32(array + A_REGION));
  const owner = ownedByEntry(entry, generation);
  for (let region: u32 = 0; region < layout.REGIONS && array != 0; region++) {
    const word = judgedRegion(region, owner, slot);
    if (word == 0) continue;
    array = present(entry, generation); // Behind the look at the region: W1.
    if (array == 0) break;
    if (get32(array + A_REGION) == region) settleRegion(region);
    else if (layout.kindOf(word) != layout.REGION_LIVE) dropRegion(region, word);
    else if (MUTANT != 212) regions.retireFrom(region, word);
  }
  return leave(OK);
}
