// Leaves and their entries: found, read, copied. All of them frozen, or private to their maker.
//
// Names: x a leaf; i an entry by its place in it; what as in layout.ts.

import { get32, get64, put32, put64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { compareRest, sliceAt } from '@x/shm-arena/assembly/map/key';
import { hashOf } from './hash';
import * as hand from './hand';
import { take } from './intent';
import {
  E_LENGTH,
  E_VALUE,
  entriesAt,
  ENTRY,
  hasRecord,
  RECORDED,
  L_COUNT,
  leafBytes,
  LONG,
  PREV,
  tagsAt,
  WHATS,
  whatsAt,
} from './layout';
import { R_SLICES, valueAt, valueBytes } from './record';

export function countOf(x: usize): u32 {
  return get32(x + L_COUNT);
}

export function entryAt(x: usize, i: u32): usize {
  return entriesAt(x, countOf(x)) + <usize>i * ENTRY;
}

/** Byte `i` of those from `at` on. */
function byteAt(at: usize, i: u32): u32 {
  return <u32>(get64(at + (<usize>i & ~7)) >> ((<u64>i & 7) << 3)) & 0xff;
}

function putByte(at: usize, i: u32, byte: u32): void {
  const word = at + (<usize>i & ~7);
  const shift = (<u64>i & 7) << 3;
  put64(word, (get64(word) & ~((<u64>0xff) << shift)) | ((<u64>byte) << shift));
}

export function whatAt(x: usize, i: u32): u32 {
  return byteAt(whatsAt(x, countOf(x)), i);
}

export function tagAt(x: usize, i: u32): u32 {
  return byteAt(tagsAt(x), i);
}

// ---- entries ------------------------------------------------------------------------------------

/** Of an entry that has one. */
export function recordOf(entry: usize): usize {
  return get32(entry + E_VALUE);
}

export function keyLength(entry: usize, what: u32): u32 {
  return what == LONG ? get32(entry + E_LENGTH) : what / WHATS;
}

/** Where the slices of the entry's key stand. */
export function slicesOf(entry: usize, what: u32): usize {
  return what == LONG ? recordOf(entry) + R_SLICES : entry;
}

export function entryHash(map: usize, entry: usize, what: u32): u64 {
  if (what == LONG) return get64(entry);
  return hashOf(map, get64(entry), get64(entry + 8), what / WHATS, 0);
}

export function entryValueAt(entry: usize, what: u32): usize {
  return hasRecord(what) ? valueAt(recordOf(entry)) : entry + E_VALUE;
}

export function entryValueBytes(entry: usize, what: u32): u32 {
  return hasRecord(what) ? valueBytes(recordOf(entry)) : what % WHATS;
}

/** Whether the entry's key is the one in hand. */
function isKey(entry: usize, what: u32): bool {
  if (what != LONG) {
    if (what / WHATS != hand.length || MUTANT == 521) return MUTANT == 521 && what / WHATS <= 16;
    return get64(entry) == hand.s0 && get64(entry + 8) == hand.s1;
  }
  if (get64(entry) != hand.hash || get32(entry + E_LENGTH) != hand.length) return false;
  return hand.isAt(recordOf(entry) + R_SLICES);
}

/** Below, at or above zero: two keys by their slices. */
export function compareKeys(aLen: u32, a: usize, bLen: u32, b: usize): i32 {
  const a0 = sliceAt(a | 1, 0, aLen);
  const b0 = sliceAt(b | 1, 0, bLen);
  if (a0 != b0) return a0 < b0 ? -1 : 1;
  const a1 = sliceAt(a | 1, 1, aLen);
  const b1 = sliceAt(b | 1, 1, bLen);
  if (a1 != b1) return a1 < b1 ? -1 : 1;
  return compareRest(aLen, a | 1, bLen, b | 1);
}

/** Which entry of the leaf has the key in hand; -1: none. */
export function find(x: usize): i32 {
  const count = countOf(x);
  const tags = tagsAt(x);
  const tag = (hand.hash & 0xff) * 0x0101_0101_0101_0101;
  for (let first: u32 = 0; first < count; first += 8) {
    const differ = get64(tags + first) ^ tag;
    // A byte that is 0; now and then one behind it, which the key tells.
    let found = (differ - 0x0101_0101_0101_0101) & ~differ & 0x8080_8080_8080_8080;
    for (; found != 0; found &= found - 1) {
      const i = first + <u32>(ctz(found) >> 3);
      if (i < count && isKey(entryAt(x, i), whatAt(x, i))) return i;
    }
  }
  return -1;
}

// ---- making -------------------------------------------------------------------------------------

/**
 * A leaf whose entries are to be put in, one behind the other, in the place of `instead`, or of
 * none; 0: see `status`.
 */
export function openLeaf(count: u32, instead: usize = 0): usize {
  const x = take(leafBytes(count), instead);
  if (x == 0) return 0;
  // Shared from the publication on: who has it as a part of a larger trie never looks.
  store64(x + PREV, 0);
  put32(x + L_COUNT, count);
  put32(x + L_COUNT + 4, 0);
  const end = entriesAt(x, count);
  for (let at = tagsAt(x); at < end; at += 8) put64(at, 0);
  return x;
}

export function putEntry(x: usize, i: u32, tag: u32, entry: usize, what: u32): void {
  putByte(tagsAt(x), i, tag);
  putByte(whatsAt(x, countOf(x)), i, what);
  copyWords(entryAt(x, i), entry, <u32>ENTRY);
}

/** Puts the first `count` entries of leaf `from` into a new one. */
export function putFirst(to: usize, from: usize, count: u32): void {
  copyWords(tagsAt(to), tagsAt(from), count);
  copyWords(whatsAt(to, countOf(to)), whatsAt(from, countOf(from)), count);
  copyWords(entryAt(to, 0), entryAt(from, 0), count * <u32>ENTRY);
}

/** Puts entry `k` of leaf `from` into `to` as entry `i`. */
export function putSame(to: usize, i: u32, from: usize, k: u32): void {
  putEntry(to, i, tagAt(from, k), entryAt(from, k), whatAt(from, k));
}

/** What an entry is for the key in hand with a value of so many bytes. */
export function whatFor(bytes: u32): u32 {
  if (hand.length > 16) return LONG;
  return hand.length * WHATS + min(bytes, RECORDED);
}
