// Keys: bytes, compared as if they were numbers, eight at a time.
//
//   bytes    | u s e r : 0 0 0 | 0 4 7 1 1 : n a | m e 0 0 0 0 0 0 |
//   slices   |        s0       |        s1       |     slice 2     |   each a u64, big-endian
//
// A slice is the VALUE of eight bytes in big-endian order; what lies behind the end counts as
// zeros. So slices order as bytes do, and of two keys whose slices all agree one is the other with
// zeros behind it: the shorter one comes first.
//
// A key in hand is (s0, s1, len, at): its first two slices, its length, and for the rest, which is
// looked at beyond 16 bytes only, either its bytes at `at`, 8-aligned, or `at - 1` | 1 with slice i
// at at - 1 + 8 i. The host passes it as (len, k0 .. k3): up to 16 bytes as four big-endian words;
// beyond, k0 is where its bytes are.
//
// All accesses are plain: staged, private or frozen words.

import { get64, put64 } from '../ground/atomic';

/** Longest key in bytes. */
export const MAX_KEY: u32 = 0xf_ffff;

/** Slice `index` of bytes. */
export function sliceOf(at: usize, index: u32, len: u32): u64 {
  const first = index << 3;
  if (first >= len) return 0;
  const left = len - first;
  const value = bswap<u64>(get64(at + <usize>first));
  return left >= 8 ? value : value & (~(<u64>0) << ((8 - left) << 3));
}

/** The first slice of a key as the host passes it. */
export function firstSlice(len: u32, k0: u32, k1: u32): u64 {
  return len > 16 ? sliceOf(k0, 0, len) : ((<u64>k0) << 32) | k1;
}

export function secondSlice(len: u32, k0: u32, k2: u32, k3: u32): u64 {
  return len > 16 ? sliceOf(k0, 1, len) : ((<u64>k2) << 32) | k3;
}

/** The `at` of a key of which slice i stands at base + 8 i. */
export function slicesAt(base: usize): usize {
  return base | 1;
}

/** Slice `index` of a key in hand, from the third on. */
export function sliceAt(at: usize, index: u32, len: u32): u64 {
  return (at & 1) != 0 ? get64((at ^ 1) + ((<usize>index) << 3)) : sliceOf(at, index, len);
}

/** How many slices `compareFrom` found to agree, at least. */
export let agreed: u32 = 0;

/** Two keys in hand whose first two slices agree: below, at or above zero. */
export function compareRest(aLen: u32, aAt: usize, bLen: u32, bAt: usize): i32 {
  return compareFrom(2, aLen, aAt, bLen, bAt);
}

/** The same where the first `known` slices agree, two at least. */
export function compareFrom(known: u32, aLen: u32, aAt: usize, bLen: u32, bAt: usize): i32 {
  if (MUTANT == 70) return 0;
  let i = known;
  agreed = known;
  if (aLen > 16 && bLen > 16) {
    const slices = (min(aLen, bLen) + 7) >> 3;
    for (; i < slices; i++) {
      const a = sliceAt(aAt, i, aLen);
      const b = sliceAt(bAt, i, bLen);
      if (a != b) {
        agreed = i;
        return a < b ? -1 : 1;
      }
    }
    agreed = i;
  }
  return aLen < bLen ? -1 : <i32>(aLen > bLen);
}

/** Writes the slices of a key in hand from the third on to private memory: slice i at to + 8 i. */
export function putRest(to: usize, len: u32, at: usize): void {
  const slices = (len + 7) >> 3;
  for (let i: u32 = 2; i < slices; i++) put64(to + ((<usize>i) << 3), sliceAt(at, i, len));
}

/**
 * Writes a key's bytes, padded to 8, to private memory. Its first two slices stand at `first`,
 * slice i from the third on at rest + 8 i.
 */
export function copyKey(to: usize, first: usize, rest: usize, bytes: u32): void {
  if (bytes > 0) put64(to, bswap<u64>(get64(first)));
  if (bytes > 8) put64(to + 8, bswap<u64>(get64(first + 8)));
  for (let i: usize = 16; i < <usize>bytes; i += 8) put64(to + i, bswap<u64>(get64(rest + i)));
}

/** The same for `bytes` of them from `from` on, a multiple of 8. */
export function copyKeyPart(to: usize, first: usize, rest: usize, from: u32, bytes: u32): void {
  for (let i: usize = 0; i < <usize>bytes; i += 8) {
    const at = <usize>from + i;
    put64(to + i, bswap<u64>(get64((at < 16 || MUTANT == 186 ? first : rest) + at)));
  }
}

/** Bytes of a staged key with its head: {0 u32 length, 4 u32 free, 8 the key, padded to 8}. */
export function keyRecord(len: u32): u32 {
  return 8 + ((len + 7) & ~7);
}
