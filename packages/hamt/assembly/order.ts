// The order of entries, by their hashes and then by their keys: a key's place in it never changes.
// What is read portion by portion goes on behind the last entry that was given out, or at a place.
//
// It stands in globals of the instance: no call is entered while another one runs there.
//
// Names: last the entry behind which the walk goes on.

import { sliceAt } from '@x/shm-arena/assembly/map/key';
import * as hand from './hand';
import { compareKeys, countOf, entryAt, entryHash, keyLength, slicesOf, whatAt } from './leaf';
import { itemEntry, itemHash, itemWhat, moveItem, putItem } from './notes';

/** Whether there is a last one: the key in hand, or an entry that was given out. */
let hasLast: bool = false;
let lastHash: u64 = 0;
/** 0: the key in hand. */
let lastEntry: usize = 0;
let lastWhat: u32 = 0;
/** Entries whose hashes are lower do not count. */
let lowest: u64 = 0;

/** A walk begins: behind the key in hand, or with the first of all that `goTo` leaves. */
export function startBehind(hasKey: bool): void {
  lowest = 0;
  hasLast = hasKey;
  lastEntry = 0;
  lastHash = hasKey ? hand.hash : 0;
}

/** What stands before a place does not count any more. */
export function goTo(place: u64): void {
  lowest = place;
}

/** Item `i` was given out. */
export function goBehind(i: u32): void {
  hasLast = true;
  lastHash = itemHash(i);
  lastEntry = itemEntry(i);
  lastWhat = itemWhat(i);
}

/** Whether an entry comes behind the last one. */
function isBehind(hash: u64, entry: usize, what: u32): bool {
  if (hash < lowest) return false;
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

/** Below, at or above zero: an entry and item `k`. */
function compareItem(hash: u64, entry: usize, what: u32, k: u32): i32 {
  if (hash != itemHash(k)) return hash < itemHash(k) ? -1 : 1;
  const other = itemEntry(k);
  const is = itemWhat(k);
  const length = keyLength(entry, what);
  return compareKeys(length, slicesOf(entry, what), keyLength(other, is), slicesOf(other, is));
}

/** The same of two items. */
export function compareItems(i: u32, k: u32): i32 {
  return compareItem(itemHash(i), itemEntry(i), itemWhat(i), k);
}

/**
 * The first of the leaf's entries behind the last one, in their order, as items from `first` on, up
 * to `most`; how many.
 */
export function gather(map: usize, leaf: usize, first: u32, most: u32): u32 {
  let n = first;
  const count = countOf(leaf);
  for (let i: u32 = 0; i < count; i++) {
    const entry = entryAt(leaf, i);
    const what = whatAt(leaf, i);
    const hash = entryHash(map, entry, what);
    if (MUTANT != 525 && !isBehind(hash, entry, what)) continue;
    if (n == first + most) {
      if (compareItem(hash, entry, what, n - 1) >= 0) continue;
      n--;
    }
    let k = n++;
    for (; k > first && compareItem(hash, entry, what, k - 1) < 0; k--) moveItem(k - 1);
    putItem(k, hash, entry, what);
  }
  return n - first;
}
