// Portions of entries (map/portion.ts), in the order of their hashes, and of their keys where these
// are the same: a key's place in that order never changes, so a scan that goes on behind a key
// meets each key once, whatever was divided or joined meanwhile.
//
// scan                                                   a death after any step leaves a pin
//   1. pin; the leaf in whose range the place is, from the root
//   2. its entries behind the last one go into the portion, up to the limit, or the room
//   3. the place goes behind the leaf's range: from 1; unpin. No room for the first entry: NEED,
//      and the pin stays
//
// Names: place a hash; last the entry behind which the scan goes on.

import { get32, get64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { START } from '@x/shm-arena/assembly/map/codes';
import { sliceAt } from '@x/shm-arena/assembly/map/key';
import { behindKey, closePortion, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { putLarge } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { glance, HIDDEN, shownHead } from './cache/head';
import * as hand from './hand';
import {
  blockOf,
  cacheOf,
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
  compareKeys,
  countOf,
  entryAt,
  entryHash,
  entryValueAt,
  entryValueBytes,
  keyLength,
  slicesOf,
  whatAt,
} from './leaf';
import { itemEntry, itemHash, ITEMS, itemWhat, moveItem, putItem } from './notes';
import { arrayOf, isSure, wordFor } from './root';

/** Whether there is a last one: the key in hand, or an entry that was given out. */
let hasLast: bool = false;
let lastHash: u64 = 0;
/** 0: the key in hand. */
let lastEntry: usize = 0;
let lastWhat: u32 = 0;

/** See index.ts. `_end…`: there is none. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  most: u32,
  startLen: u32,
  startAt: u32,
  _endLen: u32,
  _endAt: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const cache = cacheOf(map);
  if (cache != 0) glance(cache);
  hasLast = (flags & START) != 0;
  lastEntry = 0;
  let place: u64 = 0;
  if (hasLast) {
    hand.takeAt(map, startLen, startAt);
    place = hand.hash;
    lastHash = place;
  }
  let row: usize = out;
  let key = openPortion(out, outBytes, most, flags);
  let count: u32 = 0;
  let round: u32 = 0;
  let more: u32 = 1;
  while (more != 0 && count < most) {
    const leaf = leafAt(map, target, place);
    if (!isSure) {
      reachOn(round++);
      continue;
    }
    const n: u32 = leaf == 0 ? 0 : gather(map, leaf);
    for (let i: u32 = 0; i < n && count < most; i++) {
      const at = itemEntry(i);
      const what = itemWhat(i);
      const length = keyLength(at, what);
      const slices = slicesOf(at, what);
      const head = cache == 0 ? 0 : shownHead(at);
      if (head == HIDDEN) {
        passed(i);
        continue;
      }
      const value = entryValueAt(at, what) + head;
      const bytes = entryValueBytes(at, what) - head;
      if (!putEntry(row, key, flags, slices, slices, length, value, bytes, 0)) {
        if (count == 0) return putLarge(1, 1, slices, length, value, bytes);
        closePortion(row, key, flags, count, 1);
        return leave(OK);
      }
      row += 8;
      key = behindKey(key, length, flags);
      count++;
      passed(i);
    }
    if (n < ITEMS && count < most) {
      place = rangeEnd;
      if (place == 0) more = 0;
    }
  }
  closePortion(row, key, flags, count, more);
  return leave(OK);
}

/** The scan goes on behind item `i`. */
function passed(i: u32): void {
  hasLast = true;
  lastHash = itemHash(i);
  lastEntry = itemEntry(i);
  lastWhat = itemWhat(i);
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
  let link = <u32>wordFor(map, array, slot);
  if (!isSure) return 0;
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

/** Whether an entry comes behind the last one. */
function isBehind(hash: u64, entry: usize, what: u32): bool {
  if (!hasLast || hash > lastHash) return true;
  if (hash < lastHash) return false;
  const slices = slicesOf(entry, what);
  const length = keyLength(entry, what);
  if (lastEntry != 0) {
    return (
      compareKeys(length, slices, keyLength(lastEntry, lastWhat), slicesOf(lastEntry, lastWhat)) > 0
    );
  }
  return compareToHand(length, slices) > 0;
}

/** A key to the one in hand. */
function compareToHand(length: u32, slices: usize): i32 {
  for (let i: u32 = 0; i << 3 < length && i << 3 < hand.length; i++) {
    const own = sliceAt(slices | 1, i, length);
    const other = i == 0 ? hand.s0 : i == 1 ? hand.s1 : sliceAt(hand.at, i, hand.length);
    if (own != other) return own < other ? -1 : 1;
  }
  return length < hand.length ? -1 : <i32>(length > hand.length);
}

/** Whether an entry comes before item `k`. */
function isBefore(hash: u64, entry: usize, what: u32, k: u32): bool {
  if (hash != itemHash(k)) return hash < itemHash(k);
  const other = itemEntry(k);
  const is = itemWhat(k);
  const length = keyLength(entry, what);
  return compareKeys(length, slicesOf(entry, what), keyLength(other, is), slicesOf(other, is)) < 0;
}

/** The first of the leaf's entries behind the last one, up to ITEMS, in their order; how many. */
function gather(map: usize, leaf: usize): u32 {
  let n: u32 = 0;
  const count = countOf(leaf);
  for (let i: u32 = 0; i < count; i++) {
    const entry = entryAt(leaf, i);
    const what = whatAt(leaf, i);
    const hash = entryHash(map, entry, what);
    if (MUTANT != 525 && !isBehind(hash, entry, what)) continue;
    if (n == ITEMS) {
      if (!isBefore(hash, entry, what, n - 1)) continue;
      n--;
    }
    let k = n++;
    for (; k > 0 && isBefore(hash, entry, what, k - 1); k--) moveItem(k - 1);
    putItem(k, hash, entry, what);
  }
  return n;
}
