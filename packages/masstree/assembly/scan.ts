// Portions of entries (map/portion.ts), and counting: whatever goes over all leaves of a range
// (cursor.ts).
//
// scan                                                   a death after any step leaves a pin
//   1. pin; the leaf in which the cursor stands
//   2. what is past the cursor goes into the portion, up to the end, the limit, or the room
//   3. the next leaf, from 2; unpin. No room for the first entry: NEED, and the pin stays
//
// Names: as in cursor.ts; end the last key of the range.

import { put32 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { done, io, look } from '@x/shm-arena/assembly/map/call';
import { END, END_OPEN, KEYS_ONLY, NEED, REVERSE } from '@x/shm-arena/assembly/map/codes';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { behindKey, closePortion, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { ANSWER, COUNT_DONE, putLarge } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import {
  back,
  beginCursor,
  depth,
  enterLayer,
  firstPast,
  goOn,
  LAYER_ENTERED,
  LEAF_DONE,
  OVER,
  putSlice,
  seek,
  sliceIn,
  standAt,
} from './cursor';
import {
  entryBlock,
  entrySlice,
  entryValueAt,
  entryWhat,
  keyBuffer,
  keyRoom,
  roomForKey,
} from './gather';
import { ready } from './intent';
import { isLayer } from './leaf';
import { RECORD, REST } from './layout';
import { AGAIN_LEAF, beginRemoving, contended, end, removeLeaf } from './remove';
import { restOf, restSlice, valueAt, valueBytes } from './record';
import { ROUNDS } from './write';

/** Flag of `scan`: their number, and the last key; no other. */
export const COUNT_ONLY: u32 = 1 << 16;
/** Flag, with COUNT_ONLY: what is counted is removed (remove.ts). */
export const REMOVES: u32 = 1 << 18;
/** Flag: the end of the room for output, three quarters of it, is for the key. */
export const WIDE: u32 = 1 << 17;
/**
 * A status: the scan stands at a key for which there is no room; the result says how many bytes.
 */
export const WIDER: i32 = 48;
/** Entries that one call counts. */
const COUNTED: u32 = 1 << 16;

// What is given out, and how far.
let flags: u32 = 0;
let endLength: u32 = 0;
let endAt: usize = 0;
let row: usize = 0;
let key: usize = 0;
let limit: u32 = 0;
let count: u32 = 0;
/** Bytes of the key in the buffer. */
export let keyLength: u32 = 0;
/** Where the keys of the present layer are to the end: before it -1, behind it 1, both 0. */
export let toEnd: i32 = 0;

export function comparePrefix(): void {
  toEnd = -1;
  if ((flags & END) == 0) return;
  toEnd = 0;
  for (let i: u32 = 0; i < depth && toEnd == 0; i++) {
    const slice = sliceIn(i);
    const last = sliceOf(endAt, i, endLength);
    if (endLength <= i << 3) toEnd = 1;
    else if (slice != last) toEnd = slice < last ? -1 : 1;
    else if (endLength - (i << 3) <= 8) toEnd = 1; // These keys go on behind the end.
  }
  if (back) toEnd = -toEnd;
}

/** Whether an entry of the present layer is behind the end. */
export function isBeyond(slice: u64, what: u32, record: usize): bool {
  if (toEnd != 0) return toEnd > 0;
  const length = lengthOf(what, record);
  for (let i = depth; i << 3 < length || i << 3 < endLength; i++) {
    const here = i == depth ? slice : i << 3 < length ? restSlice(record, i - depth - 1) : 0;
    const last = sliceOf(endAt, i, endLength);
    if (here != last) return here > last != back;
  }
  if (length == endLength) return (flags & END_OPEN) != 0;
  return length > endLength != back;
}

/** Bytes of its key. */
function lengthOf(what: u32, record: usize): u32 {
  return what >> 4 == REST ? ((depth + 1) << 3) + restOf(record) : (depth << 3) + (what >> 4);
}

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  scanFlags: u32,
  most: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endKey: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, target);
  if (domain == 0) return whyNot();
  const counts = (scanFlags & COUNT_ONLY) != 0;
  flags = counts ? scanFlags | KEYS_ONLY : scanFlags;
  endLength = endLen;
  endAt = endKey;
  limit = counts ? min(most, COUNTED) : most;
  count = 0;
  row = out;
  const room = roomForKey(out, outBytes, (flags & WIDE) != 0);
  key = openPortion(out, room, counts ? 1 : limit, flags);
  const reverse = (flags & REVERSE) != 0;
  if (!beginCursor(target, domain, reverse, limit == 1, flags, startLen, startAt)) {
    return done(target, wider(startLen));
  }
  const removes = (flags & REMOVES) != 0;
  if (removes) {
    if (!ready(domain)) return done(target, whyNot());
    beginRemoving(domain, limit, out, room);
  }
  const status = giveAll(removes);
  return status == NEED ? NEED : done(target, status);
}

/** Steps 1 to 3, without the pin. */
function giveAll(removes: bool): i32 {
  let round: u32 = 0;
  let n = seek();
  while (n != OVER) {
    const status = n < 0 ? AGAIN_LEAF : removes ? removeLeaf(n) : giveLeaf(n);
    if (status >= 0) return status;
    if (status == AGAIN_LEAF) {
      if (removes && round > ROUNDS) return contended();
      reachOn(round++);
      n = seek();
      continue;
    }
    n = goOn(status);
  }
  return removes ? end(closed(0)) : closed(0);
}

/** Step 2: a status, or how to go on. */
function giveLeaf(n: u32): i32 {
  comparePrefix();
  if (toEnd > 0) return closed(0);
  const counts = (flags & COUNT_ONLY) != 0;
  for (let k = firstPast(n); k < n; k++) {
    const i = back ? n - 1 - k : k;
    const what = entryWhat(i);
    if (isLayer(what)) {
      if (enterLayer(i)) return LAYER_ENTERED;
      return short(keyRoom << 1);
    }
    if (count == limit) return closed(1);
    const at: usize = entryBlock(i);
    if (!compose(entrySlice(i), what, at)) return short(keyLength);
    if (isBeyond(entrySlice(i), what, at)) return closed(0);
    if (counts) {
      count++;
      if (count == limit) return closed(1); // Its key stands in the buffer.
      continue;
    }
    const record = (what & 15) == RECORD;
    const value = record ? valueAt(at) : entryValueAt(i);
    const bytes = record ? valueBytes(at) : what & 15;
    if (!putEntry(row, key, flags, keyBuffer, keyBuffer, keyLength, value, bytes, 0)) {
      return count != 0 ? closed(1) : putLarge(1, 1, keyBuffer, keyLength, value, bytes);
    }
    row += 8;
    key = behindKey(key, keyLength, flags);
    count++;
    if (count == limit) return closed(1);
  }
  return LEAF_DONE;
}

/** Puts an entry's key into the buffer; false: there is no room for it. */
export function compose(slice: u64, what: u32, record: usize): bool {
  standAt(slice);
  keyLength = lengthOf(what, record);
  if (what >> 4 != REST) return true;
  if (keyLength + 16 > keyRoom) return false;
  const rest = restOf(record);
  for (let i: u32 = 0; i << 3 < rest; i++) {
    putSlice(depth + 1 + i, restSlice(record, i));
  }
  return true;
}

/** There is no room for a key: what was given out before comes first. */
function short(bytes: u32): i32 {
  return (flags & COUNT_ONLY) != 0 || count == 0 ? wider(bytes) : closed(1);
}

/** See index.ts. */
export function wider(bytes: u32): i32 {
  put32(io() + ANSWER, bytes);
  return WIDER;
}

/** Ends the portion. `given`: of a count, whether the last key stands in the buffer. */
export function closed(more: u32, given: bool = count != 0): i32 {
  let entries = count;
  if ((flags & COUNT_ONLY) != 0) {
    entries = given && more != 0 ? 1 : 0;
    if (entries != 0) {
      if (!putEntry(row, key, flags, keyBuffer, keyBuffer, keyLength, 0, 0, 0)) {
        return wider(keyLength * 3); // A quarter of the room is for what is given out.
      }
      row += 8;
      key = behindKey(key, keyLength, flags);
    }
  }
  closePortion(row, key, flags, entries, more);
  put32(io() + COUNT_DONE, (flags & REMOVES) != 0 ? entries : count);
  return OK;
}
