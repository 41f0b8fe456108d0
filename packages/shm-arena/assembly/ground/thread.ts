// What a thread knows of itself: how its last call ended, its generator of random numbers, and
// whether its slot is still its own.
//
// The words stand in the slot (layout.ts), so that all kernels in one thread share them: status,
// result and random are owned, this thread alone reads and writes them; the state is the slot's
// (slot.ts).

import { get32, get64, load64, put32, put64 } from './atomic';
import {
  GENERATION,
  generationOf,
  kindOf,
  S_RANDOM,
  S_RESULT,
  S_STATE,
  S_STATUS,
  SELF,
  SLOT_ALIVE,
} from './layout';

/** Notes why this call returns 0. Owned word: read by this thread alone. */
export function fail(code: i32): u32 {
  put32(SELF + S_STATUS, code);
  return 0;
}

/** Why the last call of this thread returned 0. */
export function status(): i32 {
  return get32(SELF + S_STATUS);
}

/** Notes a 64-bit result for JS to fetch. Owned word. */
export function result(value: u64): void {
  put64(SELF + S_RESULT, value);
}

export function resultLow(): u32 {
  return <u32>get64(SELF + S_RESULT);
}

export function resultHigh(): u32 {
  return <u32>(get64(SELF + S_RESULT) >> 32);
}

/** False: the slot was buried, or is another's: this thread must not go on. */
export function alive(): bool {
  const word = load64(SELF + S_STATE);
  return kindOf(word) == SLOT_ALIVE && generationOf(word) == GENERATION;
}

/** The next number of this thread's generator (splitmix64, the upper half). Owned word. */
export function random(): u32 {
  let z = get64(SELF + S_RANDOM) + 0x9e3779b97f4a7c15;
  put64(SELF + S_RANDOM, z);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return <u32>((z ^ (z >> 31)) >> 32);
}
