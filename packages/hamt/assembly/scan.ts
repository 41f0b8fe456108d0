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
// Names: place a hash; last the entry behind which the scan goes on (order.ts).

import { get32, get64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { START } from '@x/shm-arena/assembly/map/codes';
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
import { entryValueAt, entryValueBytes, keyLength, slicesOf } from './leaf';
import { itemEntry, ITEMS, itemWhat } from './notes';
import { gather, goBehind, startBehind } from './order';
import { arrayOf, isSure, wordFor } from './root';

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
  const isBegun = (flags & START) != 0;
  if (isBegun) hand.takeAt(map, startLen, startAt);
  startBehind(isBegun);
  let place: u64 = isBegun ? hand.hash : 0;
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
    const n: u32 = leaf == 0 ? 0 : gather(map, leaf, 0, ITEMS);
    for (let i: u32 = 0; i < n && count < most; i++) {
      const at = itemEntry(i);
      const what = itemWhat(i);
      const length = keyLength(at, what);
      const slices = slicesOf(at, what);
      const head = cache == 0 ? 0 : shownHead(at);
      if (head == HIDDEN) {
        goBehind(i);
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
      goBehind(i);
    }
    if (n < ITEMS && count < most) {
      place = rangeEnd;
      if (place == 0) more = 0;
    }
  }
  closePortion(row, key, flags, count, more);
  return leave(OK);
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
