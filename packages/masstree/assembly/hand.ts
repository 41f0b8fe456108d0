// The key that a call has in hand, slice by slice. It stands in globals of the instance, as no call
// is entered while another runs there; a death takes them along.
//
// Names: depth which slice, from 0; left the key's bytes from there on.

import { firstSlice, secondSlice, sliceAt } from '@x/shm-arena/assembly/map/key';
import { LONGER } from './layout';

let s0: u64 = 0;
let s1: u64 = 0;
let at: usize = 0;
/** Its bytes. */
export let length: u32 = 0;

/** Takes a key as the host passes it. */
export function take(len: u32, k0: u32, k1: u32, k2: u32, k3: u32): void {
  s0 = firstSlice(len, k0, k1);
  s1 = secondSlice(len, k0, k2, k3);
  at = k0;
  length = len;
}

/** Takes a key whose bytes are at `from`, or, with bit 0, whose slice i is at from - 1 + 8 i. */
export function takeAt(len: u32, from: usize): void {
  s0 = sliceAt(from, 0, len);
  s1 = sliceAt(from, 1, len);
  at = from;
  length = len;
}

export function slice(depth: u32): u64 {
  if (depth == 0) return s0;
  return depth == 1 ? s1 : sliceAt(at, depth, length);
}

/** Bytes of the key from a depth on. */
export function left(depth: u32): u32 {
  return length - (depth << 3);
}

/** How many bytes it has in the slice at `depth`, or LONGER. */
export function kind(depth: u32): u32 {
  const bytes = left(depth);
  return bytes > 8 ? LONGER : bytes;
}
