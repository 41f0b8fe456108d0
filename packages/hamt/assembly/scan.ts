// Portions of entries (map/portion.ts), leaf by leaf in the order of their ranges of hashes. What
// has been given out is all before a place, whatever was divided or joined meanwhile; or within a
// leaf, which is given out in the order of hashes then, and of keys where these are the same: a
// key's place in that order never changes.
//
//   hash   0 ───[ leaf ]──[ leaf ]──[ le│af ]───────► 2^64
//               as they stand           │ in their order: there was no room for all of it, or a
//                                       │ leaf of now begins before the place
//
// scan                                                   a death after any step leaves a pin
//   1. pin; the leaf in whose range the place is, from the root
//   2. its entries into the portion: all as they stand; or those behind the last one, in their
//      order, up to the limit, or the room
//   3. the place goes behind the leaf's range: from 1; unpin. The next call goes on at the place
//      (ENDED), or else behind the last key. No room for the first entry: NEED, and the pin stays
//
// Names: place a hash; last the entry behind which the scan goes on (order.ts).

import { get32, get64, put64, touch } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { KEYS_ONLY, START } from '@x/shm-arena/assembly/map/codes';
import { MAX_KEY } from '@x/shm-arena/assembly/map/key';
import {
  behindKey,
  closePortion,
  openPortion,
  putEntry,
  roomFor,
} from '@x/shm-arena/assembly/map/portion';
import { ENDED, putLarge } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { glance, HIDDEN, shownHead } from './cache/head';
import * as hand from './hand';
import {
  blockOf,
  cacheOf,
  hasRecord,
  isNode,
  linkAt,
  mapOf,
  N_RUNS,
  placeOf,
  ROOT_BITS,
  runEnd,
  runOf,
  runStart,
  shiftOf,
  slotOf,
} from './layout';
import {
  countOf,
  entryAt,
  entryValueAt,
  entryValueBytes,
  keyLength,
  recordOf,
  slicesOf,
  whatAt,
} from './leaf';
import { itemEntry, itemHash, ITEMS, itemWhat } from './notes';
import { gather, goBehind, goTo, startBehind } from './order';
import { arrayOf, isSure, wordFor } from './root';

// Of the present call: the portion, and where in it the next entry goes.
let flags: u32 = 0;
let row: usize = 0;
let key: usize = 0;
let count: u32 = 0;
/** Of a cache its record. */
let cache: usize = 0;

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  how: u32,
  most: u32,
  startLen: u32,
  startAt: u32,
  placeLow: u32,
  placeHigh: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  cache = cacheOf(map);
  if (cache != 0) glance(cache);
  // Whether a part of the leaf at the place was given out, up to the last key.
  let isBegun = (how & START) != 0;
  if (isBegun) hand.takeAt(map, startLen, startAt);
  startBehind(isBegun);
  let place: u64 = isBegun ? hand.hash : ((<u64>placeHigh) << 32) | placeLow;
  flags = how;
  row = out;
  key = openPortion(out, outBytes, most, how);
  count = 0;
  let round: u32 = 0;
  let more: u32 = 1;
  while (more != 0 && count < most) {
    const leaf = leafAt(map, target, place);
    if (!isSure) {
      reachOn(round++);
      continue;
    }
    if (leaf != 0) {
      const isWhole = !isBegun && (rangeStart == place || MUTANT == 540);
      if (isWhole && countOf(leaf) <= most - count && hasRoom(leaf)) giveAll(leaf);
      else if (isWhole && count != 0) break;
      else {
        if (!isBegun) goTo(place);
        const before = count;
        const n = gather(map, leaf, 0, ITEMS);
        const given = giveItems(n, most);
        if (given < n && count == 0) return putFirst(given);
        if (given < n || n == ITEMS) {
          if (count != before) isBegun = true;
          if (given < n) break;
          place = itemHash(n - 1);
          continue;
        }
        isBegun = false;
      }
    }
    place = rangeEnd;
    if (place == 0) more = 0;
  }
  closePortion(row, key, flags, count, more);
  // Behind the portion, whose state stands there.
  put64(io() + ENDED, isBegun && MUTANT != 541 ? 0 : place);
  return leave(OK);
}

/**
 * Whether all entries of a leaf have room, whatever is shown of them. Asks for all their records,
 * so that the misses overlap.
 */
function hasRoom(leaf: usize): bool {
  const n = countOf(leaf);
  let bytes: u32 = 24 * n;
  for (let i: u32 = 0; i < n; i++) {
    const what = whatAt(leaf, i);
    if (!hasRecord(what)) continue;
    const at = entryAt(leaf, i);
    if (!isDefined(GATED)) touch(recordOf(at));
    const value = (flags & KEYS_ONLY) == 0 ? entryValueBytes(at, what) : 0;
    const more = <u64>keyLength(at, what) + value;
    if (more > MAX_KEY) return false;
    bytes += <u32>more;
  }
  return <i64>bytes <= roomFor(key);
}

/** Gives out all entries of a leaf as they stand, for which there is room. */
function giveAll(leaf: usize): void {
  const n = countOf(leaf);
  for (let i: u32 = 0; i < n; i++) give(entryAt(leaf, i), whatAt(leaf, i));
}

/** Gives out items up to `most` entries in all; how many it has come to: fewer, no room. */
function giveItems(n: u32, most: u32): u32 {
  for (let i: u32 = 0; i < n; i++) {
    if (count == most || !give(itemEntry(i), itemWhat(i))) return i;
    goBehind(i);
  }
  return n;
}

/** Puts an entry into the portion, if it is one that is shown; false: there is no room. */
function give(at: usize, what: u32): bool {
  const head = cache == 0 ? 0 : shownHead(at);
  if (head == HIDDEN) return true;
  const length = keyLength(at, what);
  const slices = slicesOf(at, what);
  const value = entryValueAt(at, what) + head;
  const bytes = entryValueBytes(at, what) - head;
  if (!putEntry(row, key, flags, slices, slices, length, value, bytes, 0)) return false;
  row += 8;
  key = behindKey(key, length, flags);
  count++;
  return true;
}

/** NEED, with an item that no portion has room for. */
function putFirst(i: u32): i32 {
  const at = itemEntry(i);
  const what = itemWhat(i);
  const head = cache == 0 ? 0 : shownHead(at);
  const value = entryValueAt(at, what) + head;
  const bytes = entryValueBytes(at, what) - head;
  put64(io() + ENDED, 0);
  return putLarge(1, 1, slicesOf(at, what), keyLength(at, what), value, bytes);
}

/** Where the range of the leaf begins that `leafAt` has found. */
export let rangeStart: u64 = 0;
/** Where it ends; 0: behind it is nothing. */
export let rangeEnd: u64 = 0;

/** The leaf in whose range a place is, or 0. See `isSure`. */
export function leafAt(map: usize, target: u32, place: u64): u32 {
  const array = arrayOf(map, target);
  rangeStart = rangeEnd = 0;
  if (!isSure || array == 0) return 0;
  const slot = slotOf(place);
  const link = <u32>wordFor(map, array, slot);
  return isSure ? leafBelow(link, slot, place) : 0;
}

/** The same below what a slot names. */
export function leafBelow(from: u32, slot: u32, place: u64): u32 {
  let link = from;
  let base = (<u64>slot) << (64 - ROOT_BITS);
  rangeEnd = base + ((<u64>1) << (64 - ROOT_BITS));
  for (let level: u32 = 0; isNode(link); level++) {
    const x = blockOf(link);
    const runs = get64(x + N_RUNS);
    const v = placeOf(place, level);
    link = get32(linkAt(x, runOf(runs, v)));
    rangeEnd = base + ((<u64>runEnd(runs, v)) << shiftOf(level));
    base += (<u64>runStart(runs, v)) << shiftOf(level);
  }
  rangeStart = base;
  return link;
}
