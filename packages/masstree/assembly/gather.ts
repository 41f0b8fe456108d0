// Entries of leaves, gathered in the kernel's part of the scratch, and put in the order of their
// keys.
//
//   | slice | value | what | slice | value | what | …          24 bytes each
//
// Private: a death takes them along.
//
// Names: e, i an entry; n how many; what as in layout.ts.

import { get32, get64, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { hostBytes, io, RESULT } from '@x/shm-arena/assembly/map/call';
import { whatIs } from './leaf';
import { MOST_SLOTS, S_VALUE, slotAt, SLOTS } from './layout';

const ENTRY: usize = 24;
const E_WHAT: usize = 16;
/** Of two leaves. */
const GATHERED: u32 = (MOST_SLOTS * 2 + 1) * <u32>ENTRY;
/** Bytes of the key that a scan stands at, if the host gives it no more room. */
const KEY_BYTES: u32 = isDefined(GATED) ? 64 : 8 << 10;
/** Room for output from which on most of it is the key's. */
const WIDE: u32 = 1 << 18;
/** Bytes of scratch that are the kernel's. */
export const NOTES: u32 = (GATHERED + KEY_BYTES + 63) & ~63;

function base(): usize {
  return io() + hostBytes(NOTES);
}

/** Where the slices of the key stand that a scan stands at, and how many bytes have room there. */
export let keyBuffer: usize = 0;
export let keyRoom: u32 = 0;

/** The key's room is the kernel's own, or the end of what the host gives; what is left of that. */
export function roomForKey(out: usize, outBytes: u32): u32 {
  keyBuffer = base() + GATHERED;
  keyRoom = KEY_BYTES;
  if (outBytes < WIDE) return outBytes;
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

export function entryAt(i: u32): usize {
  return base() + <usize>i * ENTRY;
}

export function entryWhat(i: u32): u32 {
  return get32(entryAt(i) + E_WHAT);
}

function putEntry(i: u32, slice: u64, value: u64, what: u32): void {
  const e = entryAt(i);
  put64(e, slice);
  put64(e + S_VALUE, value);
  put32(e + E_WHAT, what);
}

/** Adds what counts in a leaf by `live` behind the first `n`; how many there are. */
export function gather(link: u32, live: u64, n: u32): u32 {
  let count = n;
  for (let bits = live & SLOTS; bits != 0; bits &= bits - 1) {
    const slot = <u32>ctz(bits);
    const at = slotAt(link, slot);
    putEntry(count, get64(at), load64(at + S_VALUE), whatIs(link, live, slot));
    count++;
  }
  return count;
}

/** Whether not all of n entries have the same slice. */
export function separates(n: u32): bool {
  for (let i: u32 = 1; i < n; i++) if (get64(entryAt(i)) != get64(entryAt(0))) return true;
  return false;
}

/** Sorts n entries by insertion: few are out of order, or few there are. */
export function sortEntries(n: u32): void {
  for (let i: u32 = 1; i < n; i++) {
    const slice = get64(entryAt(i));
    const what = entryWhat(i);
    let j = i;
    while (j > 0 && isBefore(slice, what, j - 1)) j--;
    if (j == i) continue;
    const value = get64(entryAt(i) + S_VALUE);
    for (let k = i; k > j; k--) {
      const e = entryAt(k - 1);
      putEntry(k, get64(e), get64(e + S_VALUE), entryWhat(k - 1));
    }
    putEntry(j, slice, value, what);
  }
}

/** Whether what is of a slice comes before entry `i`. */
function isBefore(slice: u64, what: u32, i: u32): bool {
  const other = get64(entryAt(i));
  return slice < other || (slice == other && what >> 4 < entryWhat(i) >> 4);
}
