// The key that a call has in hand, with its hash. It stands in globals of the instance, as no call
// is entered while another runs there; a death takes them along.

import { get64 } from '@x/shm-arena/assembly/ground/atomic';
import { firstSlice, secondSlice, sliceAt } from '@x/shm-arena/assembly/map/key';
import { hashOf } from './hash';

export let s0: u64 = 0;
export let s1: u64 = 0;
/** Of what is behind 16 bytes, as in key.ts. */
export let at: usize = 0;
/** Its bytes. */
export let length: u32 = 0;
export let hash: u64 = 0;

/** Takes a key as the host passes it. */
export function take(map: usize, len: u32, k0: u32, k1: u32, k2: u32, k3: u32): void {
  s0 = firstSlice(len, k0, k1);
  s1 = secondSlice(len, k0, k2, k3);
  at = k0;
  length = len;
  hash = hashOf(map, s0, s1, len, at);
}

/** Takes a key that was in hand before. */
export function put(first: u64, second: u64, len: u32, from: usize, hashed: u64): void {
  s0 = first;
  s1 = second;
  at = from;
  length = len;
  hash = hashed;
}

/** Takes a key whose bytes are at `from`. */
export function takeAt(map: usize, len: u32, from: usize): void {
  s0 = sliceAt(from, 0, len);
  s1 = sliceAt(from, 1, len);
  at = from;
  length = len;
  hash = hashOf(map, s0, s1, len, from);
}

/** Whether its slices are those at `slices`, of a key that is as long. */
export function isAt(slices: usize): bool {
  if (get64(slices) != s0 || get64(slices + 8) != s1) return false;
  for (let i: u32 = 2; i << 3 < length; i++) {
    if (get64(slices + ((<usize>i) << 3)) != sliceAt(at, i, length)) return false;
  }
  return true;
}

/** Takes a key whose slice i is at `slices` + 8 i. */
export function takeSlices(map: usize, len: u32, slices: usize): void {
  takeAt(map, len, slices | 1);
}
