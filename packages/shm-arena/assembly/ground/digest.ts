// A digest of memory: the header's checksum, and the pages of an image before and after they are
// saved. Each word is mixed in by a multiplication and a shift.

import { load64 } from './atomic';

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** A 64-bit digest of `bytes` bytes (a multiple of 8) at `at`; finds accidents, not attackers. */
export function digest(at: usize, bytes: u32, seed: u64): u64 {
  let h = seed ^ MULTIPLIER;
  for (let i: u32 = 0; i < bytes; i += 8) {
    h = (h ^ load64(at + i)) * MULTIPLIER;
    h ^= h >> 29;
  }
  return h;
}
