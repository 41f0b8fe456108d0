// Arrays: where everything stands in one, how a key is found, how the next one is filled.
//
//   array   | count | region | offsets: 40 72 128 200 |  entry b  |  entry c  |   entry k   |
//                               └───────────────────► 40          72          128           200
//
// Array, 8-aligned, private until the root names it, then frozen
//   0 u32 count   4 u32 region: all of the array lies in it, and nothing else
//   8 u32 x (count + 1) offsets, from the array on: entry i lies from the i-th to the next one
// Entry, 8-aligned, like its array
//   0 u64 x 2 the key's first two slices (map/key.ts)   16 u32 key length   20 u32 value length
//   24 the slices from the third on, then the value, padded to 8
//
// A1  Keys ascend strictly.
// A2  Entry i ends where the next one begins, so that runs of entries are copied as they are.
//
// Who comes to an array from the root, under a pin, or by a lease, reads frozen words; write.ts
// says when that ends. Nothing here makes a step that another thread sees: a death leaves nothing
// but what its region holds.
//
// Names: s0, s1, len, at a key in hand (map/key.ts); e an entry.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { FULL } from '@x/shm-arena/assembly/ground/layout';
import { fail } from '@x/shm-arena/assembly/ground/thread';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { compareRest, putRest, slicesAt } from '@x/shm-arena/assembly/map/key';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';

export const A_COUNT: usize = 0;
export const A_REGION: usize = 4;
export const A_OFFSETS: usize = 8;
export const E_LENGTH: usize = 16;
export const E_VALUE: usize = 20;
const E_BYTES: usize = 24;
/** Slice i of an entry's key, from the third on, stands at e + E_REST + 8 i. */
export const E_REST: usize = 8;

/** The offset of entry `i`, which is the end of the one before. */
function offsetOf(array: usize, i: u32): u32 {
  return get32(array + A_OFFSETS + ((<usize>i) << 2));
}

export function entryOf(array: usize, i: u32): usize {
  return array + offsetOf(array, i);
}

/** Bytes of the entries from `from` on, up to `end`. */
export function bytesOf(array: usize, from: u32, end: u32): u32 {
  return offsetOf(array, end) - offsetOf(array, from);
}

/** Bytes of a key's slices from the third on. */
function restBytes(len: u32): usize {
  return len <= 16 ? 0 : (<usize>len - 9) & ~7;
}

export function valueAt(e: usize): usize {
  return e + E_BYTES + restBytes(get32(e + E_LENGTH));
}

/** Bytes of an entry with such a key and value. */
export function entryBytes(len: u32, bytes: u32): u64 {
  return E_BYTES + restBytes(len) + ((<u64>bytes + 7) & ~7);
}

/** Entry against key: below, at or above zero. */
function compare(e: usize, s0: u64, s1: u64, len: u32, at: usize): i32 {
  const e0 = get64(e);
  if (e0 != s0) return e0 < s0 ? -1 : 1;
  const e1 = get64(e + 8);
  if (e1 != s1) return e1 < s1 ? -1 : 1;
  return compareRest(get32(e + E_LENGTH), slicesAt(e + E_REST), len, at);
}

/** How many entries come before the key; with `equal`, not behind it. O(log n). */
export function before(array: usize, s0: u64, s1: u64, len: u32, at: usize, equal: bool): u32 {
  let low: u32 = 0;
  let high = get32(array + A_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1; // An entry has more than 16 bytes: no overflow.
    const c = compare(entryOf(array, middle), s0, s1, len, at);
    if (c < 0 || (c == 0 && equal)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A private array without entries, with room for so many of so many bytes; 0: see `status`. */
export function newArray(region: u32, count: u32, bytes: u64): usize {
  const head: u64 = (A_OFFSETS + ((<u64>count + 1) << 2) + 7) & ~7;
  const size = head + bytes;
  const array: usize = size >> 32 != 0 ? fail(FULL) : regionAlloc(region, <u32>size, 8);
  if (array == 0) return 0;
  put32(array + A_COUNT, 0);
  put32(array + A_REGION, region);
  put32(array + A_OFFSETS, <u32>head);
  return array;
}

/** Counts one more entry of a private array, which ends `bytes` behind the last one. */
function added(array: usize, bytes: u32): void {
  const count = get32(array + A_COUNT) + 1;
  put32(array + A_OFFSETS + ((<usize>count) << 2), offsetOf(array, count - 1) + bytes);
  put32(array + A_COUNT, count);
}

/** Adds the entries [from, end) of `array` behind those of a private one. */
export function append(next: usize, array: usize, from: u32, end: u32): void {
  const to = entryOf(next, get32(next + A_COUNT));
  copyWords(to, entryOf(array, from), bytesOf(array, from, end)); // A2
  for (let i = from; i < end; i++) added(next, bytesOf(array, i, i + 1));
}

/** Adds an entry: the key in hand, and `bytes` bytes at `value`. */
export function appendEntry(
  next: usize,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  value: usize,
  bytes: u32,
): void {
  const e = entryOf(next, get32(next + A_COUNT));
  put64(e, s0);
  put64(e + 8, s1);
  put32(e + E_LENGTH, len);
  put32(e + E_VALUE, bytes);
  putRest(e + E_REST, len, at);
  copyWords(valueAt(e), value, bytes);
  added(next, <u32>entryBytes(len, bytes));
}
