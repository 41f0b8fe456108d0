// The key that a call has in hand, slice by slice. It stands in globals of the instance, as no call
// is entered while another runs there; a death takes them along.
//
// Names: depth which slice, from 0; left the key's bytes from there on.

import { get32, get64 } from '@x/shm-arena/assembly/ground/atomic';
import { firstSlice, secondSlice, sliceAt } from '@x/shm-arena/assembly/map/key';
import { H_SKIP, H_SLICES, LONGER } from './layout';

let s0: u64 = 0;
let s1: u64 = 0;
let at: usize = 0;
/** Its bytes. */
let length: u32 = 0;

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

/** Takes a key whose first slices are known. */
export function put(first: u64, second: u64, len: u32, from: usize): void {
  s0 = first;
  s1 = second;
  length = len;
  at = from;
}

let otherS0: u64 = 0;
let otherS1: u64 = 0;
let otherLength: u32 = 0;
let otherAt: usize = 0;

/** Another key is taken, until `takeBack`. */
export function putAside(): void {
  otherS0 = s0;
  otherS1 = s1;
  otherLength = length;
  otherAt = at;
}

export function takeBack(): void {
  put(otherS0, otherS1, otherLength, otherAt);
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

/** How many of a head's slices the key has from `depth` on; all, and more bytes behind: ~0. */
export function agreeing(head: usize, depth: u32): u32 {
  const skip = get32(head + H_SKIP);
  for (let i: u32 = 0; i < skip; i++) {
    if (left(depth + i) <= 8) return i;
    if (slice(depth + i) != get64(head + H_SLICES + ((<usize>i) << 3))) return i;
  }
  return ~0;
}
