// Entries of leaves, gathered in the kernel's part of the scratch, and put in the order of their
// keys: what is sorted is small, and what it stands for stays where it is.
//
//   order   | slice | kind, which | slice | kind, which | …     16 bytes each, and as much again
//   found   | value | what, slot | …                             16 bytes each, as they were found
//
// Private: a death takes them along.
//
// Names: i an entry, by its order; n how many; what, kind as in layout.ts and hand.ts.

import { get32, get64, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { hostBytes, io, RESULT } from '@x/shm-arena/assembly/map/call';
import { LANE, LANES } from './lane';
import { whatIs } from './leaf';
import { LONGER, MOST_SLOTS, S_VALUE, slotAt, SLOTS } from './layout';

const ENTRY: usize = 16;
const E_WHICH: usize = 8;
const F_WHAT: usize = 8;
const F_SLOT: usize = 12;
const ARRAY: usize = (<usize>MOST_SLOTS) << 5;
/** Bytes that sorting takes behind what was found. */
const WINDOWS: usize = isDefined(GATED) ? 0 : 256;
const GATHERED: u32 = <u32>(ARRAY * 3 + WINDOWS) + LANES * <u32>LANE;
/** Entries that are sorted by insertion before they are merged. */
const RUN: u32 = isDefined(GATED) ? 2 : 6;
/** Bytes of the key that a scan stands at, if the host gives it no more room. */
const KEY_BYTES: u32 = isDefined(GATED) ? 64 : 8 << 10;
/** Bytes of scratch that are the kernel's. */
export const NOTES: u32 = (GATHERED + KEY_BYTES + 63) & ~63;

function base(): usize {
  return io() + hostBytes(NOTES);
}

/** Where the slices of the key stand that a scan stands at, and how many bytes have room there. */
export let keyBuffer: usize = 0;
export let keyRoom: u32 = 0;

/** The key's room is the kernel's own, or the end of what the host gives; what is left of that. */
export function roomForKey(out: usize, outBytes: u32, wide: bool): u32 {
  keyBuffer = base() + GATHERED;
  keyRoom = KEY_BYTES;
  if (!wide) return outBytes;
  const left = (outBytes >> 2) & ~7;
  keyBuffer = out + left;
  keyRoom = (outBytes - left) & ~7;
  return left;
}

/** It is all of the host's scratch, where nothing stands. */
export function allForKey(): void {
  keyBuffer = io() + RESULT;
  keyRoom = hostBytes(NOTES) - <u32>RESULT;
}

/** Where the lanes stand. */
export function lanes(): usize {
  return base() + ARRAY * 3 + WINDOWS;
}

// ---- entries ------------------------------------------------------------------------------------

/** Where the sorted array begins that is in use, and what was found. */
let order: usize = 0;
let founds: usize = 0;

function foundAt(which: u32): usize {
  return founds + <usize>which * ENTRY;
}

function orderAt(i: u32): usize {
  return order + <usize>i * ENTRY;
}

export function entrySlice(i: u32): u64 {
  return get64(orderAt(i));
}

/** How its key ends in the slice. */
export function entryKind(i: u32): u32 {
  return get32(orderAt(i) + E_WHICH) >> 8;
}

/** Where its value word was put. */
export function entryValueAt(i: u32): usize {
  return foundAt(get32(orderAt(i) + E_WHICH) & 0xff);
}

export function entryWhat(i: u32): u32 {
  return get32(entryValueAt(i) + F_WHAT);
}

/** In which slot it was found. */
export function entrySlot(i: u32): u32 {
  return get32(entryValueAt(i) + F_SLOT);
}

/** The block that the value word names. */
export function entryBlock(i: u32): usize {
  return <u32>get64(entryValueAt(i));
}

/** Adds what counts in a leaf by `live` behind the first `n`, unsorted; how many there are. */
export function gather(link: u32, live: u64, n: u32): u32 {
  let count = n;
  order = base();
  founds = order + ARRAY * 2;
  for (let bits = live & SLOTS; bits != 0; bits &= bits - 1) {
    const slot = <u32>ctz(bits);
    const at = slotAt(link, slot);
    const what = whatIs(link, live, slot);
    put64(orderAt(count), get64(at));
    put64(orderAt(count) + E_WHICH, ((<u64>min(what >> 4, LONGER)) << 8) | count);
    put64(foundAt(count), load64(at + S_VALUE));
    put64(foundAt(count) + F_WHAT, ((<u64>slot) << 32) | what);
    count++;
  }
  return count;
}

/** Without those from `border` on, or with `below` before it, of n entries; how many are left. */
export function within(n: u32, border: u64, below: bool): u32 {
  let left = n;
  for (let i: u32 = 0; i < left; ) {
    if (entrySlice(i) < border == below) move(orderAt(i), orderAt(--left));
    else i++;
  }
  return left;
}

/** Whether not all of n entries have the same slice. */
export function separates(n: u32): bool {
  for (let i: u32 = 1; i < n; i++) if (entrySlice(i) != entrySlice(0)) return true;
  return false;
}

/** 1 if the entry at `b` comes before the one at `a`, or 0. */
function isBefore(b: usize, a: usize): u32 {
  const left = get64(a);
  const right = get64(b);
  if (left == right) return <u32>(get64(b + E_WHICH) < get64(a + E_WHICH));
  return <u32>(right < left);
}

function move(to: usize, from: usize): void {
  put64(to, get64(from));
  put64(to + E_WHICH, get64(from + E_WHICH));
}

/** Entry `i` alone, in the place of all. */
export function keepOne(i: u32): void {
  move(order, orderAt(i));
}

/** Whether entry `i` comes before entry `j`, or behind it. */
export function comesBefore(i: u32, j: u32): bool {
  return isBefore(orderAt(i), orderAt(j)) != 0;
}

/** Sorts n entries. O(n log n); up to 64 by counting, for each, those before it, four at a time. */
export function sortEntries(n: u32): void {
  if (!isDefined(GATED) && n > RUN && n <= 64 && sortByRank(n)) return;
  for (let low: u32 = 0; low < n; low += RUN) sortRun(low, min(low + RUN, n));
  let to = order + ARRAY;
  for (let width = RUN; width < n; width <<= 1) {
    for (let low: u32 = 0; low < n; low += width << 1) {
      merge(to, low, min(low + width, n), min(low + (width << 1), n));
    }
    const other = order;
    order = to;
    to = other;
  }
}

/**
 * By the 32 bits from the first one on in which their slices differ; false: two have the same ones.
 */
function sortByRank(n: u32): bool {
  const windows = founds + ARRAY;
  const first = entrySlice(0);
  let bits: u64 = 0;
  for (let i: u32 = 1; i < n; i++) bits |= entrySlice(i) ^ first;
  const shift = max<i64>(32 - <i64>clz(bits), 0);
  for (let i: u32 = 0; i < n; i++) {
    put32(windows + ((<usize>i) << 2), <u32>(entrySlice(i) >> shift));
  }
  for (let i = n; (i & 3) != 0; i++) put32(windows + ((<usize>i) << 2), ~0);
  const end = windows + (((<usize>n + 3) & ~3) << 2);
  const to = order + ARRAY;
  let ranks: u64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const own = i32x4.splat(get32(windows + ((<usize>i) << 2)));
    let before = i32x4.splat(0);
    for (let at = windows; at < end; at += 16) {
      before = v128.sub<i32>(before, v128.lt<u32>(v128.load(at), own));
    }
    const rank =
      v128.extract_lane<i32>(before, 0) +
      v128.extract_lane<i32>(before, 1) +
      v128.extract_lane<i32>(before, 2) +
      v128.extract_lane<i32>(before, 3);
    ranks |= (<u64>1) << rank;
    move(to + <usize>rank * ENTRY, orderAt(i));
  }
  if (<u32>popcnt(ranks) != n) return false;
  order = to;
  return true;
}

function sortRun(low: u32, high: u32): void {
  for (let i = low + 1; i < high; i++) {
    const slice = entrySlice(i);
    const which = get64(orderAt(i) + E_WHICH);
    let j = i;
    for (; j > low; j--) {
      const before = orderAt(j - 1);
      const other = get64(before);
      if (other < slice || (other == slice && get64(before + E_WHICH) < which)) break;
      move(orderAt(j), before);
    }
    put64(orderAt(j), slice);
    put64(orderAt(j) + E_WHICH, which);
  }
}

/** Merges two neighbours. */
function merge(to: usize, low: u32, middle: u32, high: u32): void {
  let a = orderAt(low);
  let b = orderAt(middle);
  const aEnd = b;
  const bEnd = orderAt(high);
  let at = to + <usize>low * ENTRY;
  for (; a < aEnd && b < bEnd; at += ENTRY) {
    const right = isBefore(b, a);
    move(at, right != 0 ? b : a);
    b += right << 4;
    a += (1 - right) << 4;
  }
  for (; a < aEnd; a += ENTRY, at += ENTRY) move(at, a);
  for (; b < bEnd; b += ENTRY, at += ENTRY) move(at, b);
}
