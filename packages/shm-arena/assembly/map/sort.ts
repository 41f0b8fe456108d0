// A batch in the order of its keys.
//
//   items   | b 3 | c 5 | k 6 | k 8 | b 9 |     as they came: never moved
//   order   | → b 3 | → b 9 | → c 5 | → k 6 | → k 8 |     two arrays: a merge goes from one to
//               └─ run ─┘               └─ run ─┘         the other
//
// Item, private, 32 bytes
//   0 u64 x 2 the key's first two slices   16 u32 key length   20 u32 `at` of the key in hand
//   (key.ts)   24 u32 the caller's own   28 u32 op: whatever the caller sorts
// Behind the items, of which `most` have room, two arrays of their offsets.
//
// S1  The sort is stable: items of one key stand in the order in which they came.
//
// Checked at its site, at the end of a sort.
//
// A few items are sorted by insertion, which is quicker while they are few, then merged from below.
// A merge has no branch that nobody can guess: which one comes first is as good as random.
//
// Names: order the sorted array; a run: the items of one key, from i to `end`.

import { check, get32, get64, put32 } from '../ground/atomic';
import { S } from '../ground/invariants';
import { compareRest } from './key';

export const ITEM_LENGTH: usize = 16;
export const ITEM_AT: usize = 20;
export const ITEM_OWN: usize = 24;
export const ITEM_OP: usize = 28;
const ITEM_BYTES: usize = 32;
/** Bytes for one item and its places in the two arrays. */
export const SORT_BYTES: u32 = 40;
/** Items that are sorted by insertion before they are merged. */
const RUN: u32 = isDefined(GATED) ? 2 : 8;

/** Item `i` as it came. */
export function itemOf(items: usize, i: u32): usize {
  return items + <usize>i * ITEM_BYTES;
}

/** Item `i` in the order of the keys. */
export function itemAt(order: usize, i: u32): usize {
  return get32(order + ((<usize>i) << 2));
}

/** Where the run that begins at i ends. */
export function runEnd(order: usize, i: u32, end: u32): u32 {
  const item = itemAt(order, i);
  let j = i + 1;
  while (j < end && sameKey(item, itemAt(order, j))) j++;
  return j;
}

function sameKey(a: usize, b: usize): bool {
  if (get64(a) != get64(b) || get64(a + 8) != get64(b + 8)) return false;
  return compareRests(a, b) == 0;
}

function compareRests(a: usize, b: usize): i32 {
  return compareRest(
    get32(a + ITEM_LENGTH),
    get32(a + ITEM_AT),
    get32(b + ITEM_LENGTH),
    get32(b + ITEM_AT),
  );
}

/** 1 if item a does not come behind item b, or 0. */
function notBehind(a: usize, b: usize): u32 {
  const a0 = get64(a);
  const b0 = get64(b);
  const a1 = get64(a + 8);
  const b1 = get64(b + 8);
  if (a0 == b0 && a1 == b1) {
    const rest = compareRests(a, b);
    return <u32>(MUTANT == 76 ? rest < 0 : rest <= 0);
  }
  return <u32>(a0 < b0) | (<u32>(a0 == b0) & <u32>(a1 < b1));
}

/** Sorts `count` items; their order. O(n log n). */
export function sort(items: usize, most: u32, count: u32): usize {
  let from = itemOf(items, most);
  let to = from + ((<usize>most) << 2);
  for (let low: u32 = 0; low < count; low += RUN) insert(items, from, low, min(low + RUN, count));
  for (let width = RUN; width < count; width <<= 1) {
    for (let low: u32 = 0; low < count; low += width << 1) {
      const middle = min(low + width, count);
      merge(from, to, low, middle, min(middle + width, count));
    }
    const other = from;
    from = to;
    to = other;
  }
  if (isDefined(GATED)) checkSorted(from, count);
  return from;
}

/** Items come one behind the other: of one key, the first one's address is the lowest. */
function checkSorted(order: usize, count: u32): void {
  for (let i: u32 = 1; i < count; i++) {
    const a = itemAt(order, i - 1);
    const b = itemAt(order, i);
    check(sameKey(a, b) ? a < b : notBehind(a, b) != 0, S + 1, b);
  }
}

/** Sorts the items from `low` on by insertion. */
function insert(items: usize, order: usize, low: u32, high: u32): void {
  const first = order + ((<usize>low) << 2);
  for (let i = low; i < high; i++) {
    const item = itemOf(items, i);
    let place = order + ((<usize>i) << 2);
    for (; place > first; place -= 4) {
      const before: usize = get32(place - 4);
      if (notBehind(before, item) != 0) break; // S1
      put32(place, <u32>before);
    }
    put32(place, <u32>item);
  }
}

/** Merges two neighbours that are sorted (S1: of equal ones, the first one's come first). */
function merge(from: usize, to: usize, low: u32, middle: u32, high: u32): void {
  let a = from + ((<usize>low) << 2);
  const aEnd = from + ((<usize>middle) << 2);
  let b = aEnd;
  const bEnd = from + ((<usize>high) << 2);
  let at = to + ((<usize>low) << 2);
  for (; a < aEnd && b < bEnd; at += 4) {
    const left = notBehind(get32(a), get32(b));
    put32(at, get32(left != 0 ? a : b));
    a += left << 2;
    b += (1 - left) << 2;
  }
  for (; a < aEnd; a += 4, at += 4) put32(at, get32(a));
  for (; b < bEnd; b += 4, at += 4) put32(at, get32(b));
}
