// What a scan gives out (scan.ts), or removes (remove.ts): how far, the key at hand, and how a
// portion ends.
//
// Names: as in scan.ts and cursor.ts.

import { put32 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { io } from '@x/shm-arena/assembly/map/call';
import { END, END_OPEN } from '@x/shm-arena/assembly/map/codes';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { behindKey, closePortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { ANSWER, COUNT_DONE } from '@x/shm-arena/assembly/map/result';
import { back, depth, putSlice, sliceIn, standAt } from './cursor';
import { keyBuffer, keyRoom } from './gather';
import { REST } from './layout';
import { restOf, restSlice } from './record';

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
// What is given out, and how far.
export let flags: u32 = 0;
let endLength: u32 = 0;
let endAt: usize = 0;
export let row: usize = 0;
export let key: usize = 0;
export let count: u32 = 0;
/** Bytes of the key in the buffer. */
export let keyLength: u32 = 0;
/** Where the keys of the present layer are to the end: before it -1, behind it 1, both 0. */
export let toEnd: i32 = 0;

/** Begins a portion, up to a key, of which row and key of the first entry go there. */
export function beginPortion(how: u32, endLen: u32, end: usize, rowAt: usize, keyAt: usize): void {
  flags = how;
  endLength = endLen;
  endAt = end;
  row = rowAt;
  key = keyAt;
  count = 0;
}

/** One more is counted. */
export function countOne(): void {
  count++;
}

/** One more is given out: its key stands in the buffer. */
export function gaveOne(): void {
  row += 8;
  key = behindKey(key, keyLength, flags);
  count++;
}

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
