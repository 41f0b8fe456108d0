// What @x/avl-batch is measured beside, and its appends in a loop.
//
// The peer of its reads: a sorted array of offsets to records in shared memory, and a binary search
// in it, which needs no pin, for nobody ever changes it. Its branches are what makes it fast: while
// the processor waits for a record, it guesses where to look next, and half of the guesses are
// right (without branches it takes 1.6 times as long).
//
//   at   | u32 | u32 | u32 | …            record, 8-aligned: 0 u32 key length   4 u32 value length
//           └─► record   └─► record       8 the key's two slices, big-endian VALUES   24 value
//
// Keys of 16 bytes at most, values of whole words.

import { RESULT, io } from '@x/shm-arena/assembly/map/call';
import { firstSlice, secondSlice } from '@x/shm-arena/assembly/map/key';
import { append } from '@x/avl-batch/assembly/queue';
import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';

const OK: i32 = 0;
const ABSENT: i32 = 32;
const SORTED_KEY: usize = 8;
const SORTED_VALUE: usize = 24;

/** The value of a key, where `get` of the structures leaves it. OK or ABSENT. */
export function sortedGet(at: u32, n: u32, len: u32, k0: u32, k1: u32, k2: u32, k3: u32): i32 {
  const s0 = firstSlice(len, k0, k1);
  const s1 = secondSlice(len, k0, k2, k3);
  let low: u32 = 0;
  for (let high = n; low < high; ) {
    const middle = (low + high) >> 1;
    const record: usize = get32(at + (middle << 2));
    const r0 = get64(record + SORTED_KEY);
    if (r0 < s0 || (r0 == s0 && get64(record + SORTED_KEY + 8) < s1)) low = middle + 1;
    else high = middle;
  }
  if (low == n) return ABSENT;
  const record: usize = get32(at + (low << 2));
  const same = get64(record + SORTED_KEY) == s0 && get64(record + SORTED_KEY + 8) == s1;
  if (!same || get32(record) != len) return ABSENT;
  const bytes = get32(record + 4);
  put32(io(), bytes);
  for (let i: usize = 0; i < <usize>bytes; i += 8) {
    put64(io() + RESULT + i, get64(record + SORTED_VALUE + i));
  }
  return OK;
}

/** Queues `n` sets of keys of 16 bytes, all different; how many went well. */
export function appends(entry: u32, generation: u32, n: u32, first: u32): u32 {
  const value = <u32>(io() + RESULT); // Staged where the host would.
  put64(value, 1);
  for (let i: u32 = 0; i < n; i++) {
    const k = first + i;
    if (append(entry, generation, 0, 16, k, ~k, k, ~k, value, 8, 0, 0) != OK) return i;
  }
  return n;
}
