// A portion: what a call about many entries leaves for the host, in columns. A scan puts in the
// entries that come next, `getMany` the values of its keys.
//
//   out                                                                          out + outBytes
//   | head 0 1 2 … | value 0 1 2 … | number 0 1 2 … | key 0 key 1 … ──►     ◄── … 1   0 long |
//     8 bytes each, room for `most` in each column    end to end              padded to 8
//
// Head: 0 u32 key length | flags << 24, or NOTHING   4 u32 value length
// Value, not with KEYS_ONLY: its bytes, where there are 8 at most; else u32 where they are, from
// io() on. A long value's padding is zeros, so that many texts can be read as one.
// Number, with NUMBERS only: u64.
// Keys grow from the front, long values from the back, until they meet. With VALUES_ONLY each key
// is written over the one before, and the last one is left: there the host goes on.
//
// State, private, in the result block while a portion grows: 44 u32 bytes of a column   48 u32 the
// first key   52 u32 the lowest long value   56 u32 the end of the room. Where the next head and
// the next key go is the caller's.
//
// P1  What an entry takes lies between the keys' end and the lowest long value, key padding
//     included: a key is stored in whole words, and the next one overwrites what is too much.
//
// All of it is the thread's own scratch: a death leaves nothing.
//
// Names: most entries there is room for in the columns; row the next entry's head.

import { get32, get64, put32, put64 } from '../ground/atomic';
import { copyWords } from '../ground/words';
import { io } from './call';
import { KEYS_ONLY, VALUES_ONLY, NUMBERS } from './codes';
import { copyKey, MAX_KEY } from './key';
import { COUNT_DONE, NEXT } from './result';

/** In a head: there is no value; a tombstone, or a key that has no entry. */
export const NOTHING: u32 = 1 << 24;

/** In the result: where the keys are, from io() on, and their bytes; those of all long values. */
export const PORTION_KEYS: usize = 8;
export const PORTION_KEY_BYTES: usize = 12;
export const PORTION_LONG_BYTES: usize = 16;

const PORTION_COLUMN: usize = 44;
const PORTION_FIRST: usize = 48;
const PORTION_FLOOR: usize = 52;
const PORTION_END: usize = 56;

/** Begins a portion for `most` entries, whose first head is at `out`; where the first key goes. */
export function openPortion(out: u32, outBytes: u32, most: u32, flags: u32): usize {
  const p = io();
  let columns: u64 = 1;
  if ((flags & KEYS_ONLY) == 0) columns++;
  if ((flags & NUMBERS) != 0) columns++;
  const bytes = columns * ((<u64>most) << 3);
  const fits = bytes <= outBytes;
  const keys = fits ? out + <u32>bytes : 8;
  put32(p + PORTION_COLUMN, most << 3);
  put32(p + PORTION_FIRST, keys);
  put32(p + PORTION_FLOOR, fits ? out + outBytes : 0); // P1: nothing fits.
  put32(p + PORTION_END, out + outBytes);
  return keys;
}

/**
 * Adds an entry with its head at `row` and its key at `key`: the key, whose slices stand as
 * `copyKey` says, its value, its number. False: there is no room left for it (P1), and nothing has
 * changed. Where the next key goes: `behindKey`.
 */
export function putEntry(
  row: usize,
  key: usize,
  flags: u32,
  first: usize,
  rest: usize,
  head: u32,
  value: usize,
  bytes: u32,
  number: u64,
): bool {
  const p = io();
  const length = head & MAX_KEY;
  const room = roomFor(key) - ((length + 7) & ~7);
  if (room < 0) return false;
  let column = row + get32(p + PORTION_COLUMN);
  if ((flags & KEYS_ONLY) == 0) {
    if (bytes <= 8) {
      if (MUTANT == 181 || bytes > 0) put64(column, get64(value));
    } else if (!putLong(p, column, value, bytes, room)) return false;
    column += get32(p + PORTION_COLUMN);
  }
  if ((flags & NUMBERS) != 0) put64(column, number);
  put32(row, head);
  put32(row + 4, bytes);
  if (length > 8 && length <= 16) {
    put64(key, bswap<u64>(get64(first)));
    put64(key + 8, bswap<u64>(get64(first + 8)));
  } else {
    copyKey(key, first, rest, length);
  }
  return true;
}

/** Where the key goes that comes behind one of `length` bytes at `key`. */
export function behindKey(key: usize, length: u32, flags: u32): usize {
  return (flags & VALUES_ONLY) != 0 ? key : key + length;
}

/** Bytes that are left for entries, of which the next one's key goes to `key`. */
export function roomFor(key: usize): i64 {
  return <i64>(<u64>get32(io() + PORTION_FLOOR)) - <i64>(<u64>key);
}

/** Adds a long value below the others; false: the room is too little. Zeros behind its end. */
function putLong(p: usize, column: usize, value: usize, bytes: u32, room: i64): bool {
  const padded = (<u64>bytes + 7) & ~7;
  if (room < <i64>padded) return false;
  const to: usize = <usize>get32(p + PORTION_FLOOR) - <usize>padded;
  put32(p + PORTION_FLOOR, <u32>to);
  put64(column, to - p);
  copyWords(to, value, bytes);
  const behind = bytes & 7;
  const last = to + (<usize>bytes & ~7);
  if (behind != 0) put64(last, get64(last) & (((<u64>1) << (behind << 3)) - 1));
  return true;
}

/**
 * Ends a portion of `count` entries; `row` and `key`: where the next ones would go; `next`: where
 * to go on, or if.
 */
export function closePortion(row: usize, key: usize, flags: u32, count: u32, next: u32): void {
  const p = io();
  const first = get32(p + PORTION_FIRST);
  const last = (flags & VALUES_ONLY) != 0 && count != 0 ? get32(row - 8) & MAX_KEY : 0;
  put32(p + COUNT_DONE, count);
  put32(p + NEXT, next);
  put32(p + PORTION_KEYS, first - <u32>p);
  put32(p + PORTION_KEY_BYTES, <u32>key + last - first);
  const long = count == 0 ? 0 : get32(p + PORTION_END) - get32(p + PORTION_FLOOR);
  put32(p + PORTION_LONG_BYTES, long);
}
