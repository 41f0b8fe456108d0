// What differs between two instants, in portions of keys (map/portion.ts), in the order of a scan.
// The instants are two snapshots: of one map, or of maps of one family (fork.ts), whose keys have
// the same hashes. Subtries that both have are left out by their address.
//
//   one     slot ─► node ─┬► leaf p ◄─┬─ node ◄─ slot    other
//                         ├► leaf q   │
//                         │  leaf r ◄─┤              q and r are compared, p is not looked at
//                         └► leaf s ◄─┘
//
// diff                                                    a death after any step leaves a pin
//   1. pin; both arrays, which their leases keep; both slots of the place, each as a read has it
//   2. down in both where there are nodes: where both have the same link, the place goes on behind
//      it; until both have a leaf, or nothing
//   3. the entries of both in the range that these have in common, merged: a key whose value is not
//      the same goes into the portion
//   4. behind that range: from 1. After BUDGET of them the portion ends, whatever is in it; unpin
//
// D1  Nobody changes a subtrie: what both have is the same in both.
//
// No site can check D1: a snapshot that changes shows it (G2 of root.ts).
//
// Names: place a hash; a what one has, b what the other has.

import { get32, get64, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { io, leave, look, present } from '@x/shm-arena/assembly/map/call';
import { DIFFERS, KEYS_ONLY, START } from '@x/shm-arena/assembly/map/codes';
import { behindKey, closePortion, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { ENDED, putLarge } from '@x/shm-arena/assembly/map/result';
import * as hand from './hand';
import {
  blockOf,
  isNode,
  linkAt,
  MAP_KEY,
  mapOf,
  N_RUNS,
  placeOf,
  PLACES,
  ROOT_BITS,
  runEnd,
  runOf,
  shiftOf,
  slotOf,
} from './layout';
import { entryValueAt, entryValueBytes, keyLength, slicesOf } from './leaf';
import { itemEntry, itemHash, ITEMS, itemWhat } from './notes';
import { compareItems, gather, goBehind, goTo, startBehind } from './order';
import { arrayOf, isSure, wordFor } from './root';

/** Ranges that one call compares at most. */
const BUDGET: u32 = isDefined(GATED) ? 2 : 512;
/** Items of one of both. */
const HALF: u32 = ITEMS >> 1;

let mapA: usize = 0;
let targetA: u32 = 0;
let mapB: usize = 0;
let targetB: u32 = 0;

// What `descend` finds.
let place: u64 = 0;
let rangeEnd: u64 = 0;
let a: u32 = 0;
let b: u32 = 0;

/** See index.ts. */
export function diff(
  entry: u32,
  generation: u32,
  target: u32,
  other: u32,
  otherGeneration: u32,
  otherTarget: u32,
  flags: u32,
  most: u32,
  startLen: u32,
  startAt: u32,
  placeLow: u32,
  placeHigh: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const status = begin(entry, generation, other, otherGeneration);
  if (status != OK) return status;
  targetA = target;
  targetB = otherTarget;
  const isBegun = (flags & START) != 0;
  if (isBegun) hand.takeAt(mapA, startLen, startAt);
  startBehind(isBegun);
  place = isBegun ? hand.hash : ((<u64>placeHigh) << 32) | placeLow;
  row = out;
  key = openPortion(out, outBytes, most, KEYS_ONLY);
  count = 0;
  left = most;
  const found = run();
  if (found < 0) return large(<u32>~found);
  closePortion(row, key, KEYS_ONLY, count, <u32>(found != 0));
  put64(io() + ENDED, found == RANGE ? place : 0);
  return leave(OK);
}

/** OK: both maps are there, under a pin. */
function begin(entry: u32, generation: u32, other: u32, otherGeneration: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  mapA = mapOf(domain);
  mapB = mapA;
  if (other == entry && otherGeneration == generation) return OK;
  const root = entryAlive(other, otherGeneration) ? present(other, otherGeneration) : 0;
  if (root == 0) return leave(CLOSED);
  mapB = mapOf(root);
  return OK;
}

/** See index.ts. */
export function related(entry: u32, generation: u32, other: u32, otherGeneration: u32): i32 {
  const status = begin(entry, generation, other, otherGeneration);
  if (status != OK) return status;
  // Frozen. No two maps have the same key by chance.
  const first = get64(mapA + MAP_KEY) == get64(mapB + MAP_KEY);
  return leave(first && get64(mapA + MAP_KEY + 8) == get64(mapB + MAP_KEY + 8) ? OK : DIFFERS);
}

// ---- the walk -----------------------------------------------------------------------------------

const END: i32 = 0;
/** There is more, behind the last key; or from the place on. */
const KEY: i32 = 1;
const RANGE: i32 = 2;

/** Steps 1 to 4. END, KEY, RANGE, or ~ an item whose key has no room. */
function run(): i32 {
  let round: u32 = 0;
  for (let budget = BUDGET; budget > 0; ) {
    if (!descend()) {
      reachOn(round++);
      continue;
    }
    if (a != b) {
      const found = merge();
      if (found != END) return found;
      if (isPart) continue;
    }
    place = rangeEnd;
    if (place == 0) return END;
    budget--; // Of a range that was looked at in part only the last entry says where to go on.
  }
  return RANGE;
}

/** Steps 1 and 2: what both have at the place, which may go on, and up to where. False: again. */
function descend(): bool {
  const slot = slotOf(place);
  a = linkOf(mapA, targetA, slot);
  if (!isSure) return false;
  b = linkOf(mapB, targetB, slot);
  if (!isSure) return false;
  let base = (<u64>slot) << (64 - ROOT_BITS);
  rangeEnd = base + ((<u64>1) << (64 - ROOT_BITS));
  for (let level: u32 = 0; a != b && (isNode(a) || isNode(b)); level++) {
    const above = a;
    const beside = b;
    const shift = shiftOf(level);
    let end = PLACES;
    for (let v = placeOf(place, level); ; v = end) {
      end = PLACES;
      a = below(above, v, end);
      if (isNode(above)) end = ends;
      b = below(beside, v, end);
      if (isNode(beside)) end = ends;
      rangeEnd = base + ((<u64>end) << shift);
      if (a != b || end == PLACES) {
        base += (<u64>v) << shift;
        break;
      }
      place = rangeEnd; // D1
    }
  }
  return true;
}

/** Where the run ends that `below` has found, or before that. */
let ends: u32 = 0;

/** What a node has at place `v`; of what is no node all of it. */
function below(link: u32, v: u32, end: u32): u32 {
  if (!isNode(link)) return link;
  const x = blockOf(link);
  const runs = get64(x + N_RUNS);
  ends = min(end, runEnd(runs, v));
  return get32(linkAt(x, runOf(runs, v)));
}

function linkOf(map: usize, target: u32, slot: u32): u32 {
  const array = arrayOf(map, target);
  return array == 0 ? 0 : <u32>wordFor(map, array, slot);
}

// ---- entries ------------------------------------------------------------------------------------

let row: usize = 0;
let key: usize = 0;
let count: u32 = 0;
let left: u32 = 0;

/** Whether there were more entries in the range than items. */
let isPart: bool = false;

/** Step 3. END: the range is done, or there is more of it (`isPart`); else as `run`. */
function merge(): i32 {
  goTo(place);
  isPart = false;
  const n: u32 = a == 0 ? 0 : within(gather(mapA, blockOf(a), 0, HALF), 0);
  const partA = isPart;
  isPart = false;
  const m: u32 = b == 0 ? 0 : within(gather(mapB, blockOf(b), HALF, HALF), HALF);
  const partB = isPart;
  let i: u32 = 0;
  let k = HALF;
  while (i < n || k < HALF + m) {
    // Behind the items of one there may be entries that come before those of the other.
    if ((i == n && partA) || (k == HALF + m && partB)) break;
    const order = i == n ? 1 : k == HALF + m ? -1 : compareItems(i, k);
    const item = order <= 0 ? i : k;
    if (order <= 0) i++;
    if (order >= 0) k++;
    if (order != 0 || (MUTANT != 531 && !isSame(item, k - 1))) {
      if (count == left) return KEY;
      const at = itemEntry(item);
      const what = itemWhat(item);
      const length = keyLength(at, what);
      const slices = slicesOf(at, what);
      if (!putEntry(row, key, KEYS_ONLY, slices, slices, length, 0, 0, 0)) {
        return count == 0 ? ~(<i32>item) : KEY;
      }
      row += 8;
      key = behindKey(key, length, KEYS_ONLY);
      count++;
    }
    goBehind(item);
  }
  isPart = MUTANT != 530 && (partA || partB);
  return END;
}

/** Of `n` items from `first` on, how many are in the range. Sets `isPart`: whether all of HALF. */
function within(n: u32, first: u32): u32 {
  let inside = n;
  while (inside > 0 && rangeEnd != 0 && itemHash(first + inside - 1) >= rangeEnd) inside--;
  isPart = inside == HALF;
  return inside;
}

/** Whether two items of one key have the same value. */
function isSame(i: u32, k: u32): bool {
  const bytes = entryValueBytes(itemEntry(i), itemWhat(i));
  if (entryValueBytes(itemEntry(k), itemWhat(k)) != bytes) return false;
  return sameBytes(valueIn(i), valueIn(k), bytes);
}

function valueIn(i: u32): usize {
  return entryValueAt(itemEntry(i), itemWhat(i));
}

/** The first key has no room: it goes out in pieces, and the pin stays. */
function large(item: u32): i32 {
  const at = itemEntry(item);
  const what = itemWhat(item);
  put64(io() + ENDED, 0);
  return putLarge(1, 1, slicesOf(at, what), keyLength(at, what), 0, 0);
}
