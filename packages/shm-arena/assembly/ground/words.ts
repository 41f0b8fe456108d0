// What the kernels of maps share of keys and values in whole words: both are padded to 8 bytes
// wherever they stand, so they are copied and compared a word at a time; in a copy what pads the
// last one comes along.
// All accesses are plain: private or frozen words, as the caller says.

import { copy, get64, put64 } from './atomic';

/** Copies `bytes` rounded up to words; both ends have room for that. Short ones without a call. */
export function copyWords(to: usize, from: usize, bytes: u32): void {
  if (bytes > 64) {
    copy(to, from, (<usize>bytes + 7) & ~7);
    return;
  }
  for (let i: usize = 0; i < <usize>bytes; i += 8) put64(to + i, get64(from + i));
}

/** Whether `bytes` bytes agree, in whole words both; what pads the last one does not count. */
export function sameBytes(a: usize, b: usize, bytes: u32): bool {
  const whole: usize = bytes & ~7;
  for (let i: usize = 0; i < whole; i += 8) if (get64(a + i) != get64(b + i)) return false;
  const rest = bytes & 7;
  if (rest == 0) return true;
  return (get64(a + whole) ^ get64(b + whole)) << ((8 - rest) << 3) == 0;
}
