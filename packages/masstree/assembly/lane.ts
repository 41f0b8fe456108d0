// Keys of a call about many, each in a lane, whose searches go on by turns (many.ts, batch.ts).
//
// Lane, LANE bytes, private
//   0 u64 x 2 the key's first slices   16 u32 length   20 u32 its bytes   24 how far its search is
//
// Names: first the first lane; key a staged one: {0 u32 its bytes, 8 them, padded to 8}.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { put as putHand } from './hand';

/** Lanes of a call. */
export const LANES: u32 = isDefined(GATED) ? 2 : 16;
export const LANE: usize = 88;

const L_LENGTH: usize = 16;
const L_AT: usize = 20;

export function laneAt(first: usize, i: u32): usize {
  return first + <usize>i * LANE;
}

/** Gives the lane a key; returns its length. */
export function stageKey(lane: usize, key: usize): u32 {
  const len = get32(key); // Staged by this thread's host: private.
  put64(lane, sliceOf(key + 8, 0, len));
  put64(lane + 8, sliceOf(key + 8, 1, len));
  put32(lane + L_LENGTH, len);
  put32(lane + L_AT, <u32>key + 8);
  return len;
}

/** The lane's key is in hand. */
export function takeUp(lane: usize): void {
  putHand(get64(lane), get64(lane + 8), get32(lane + L_LENGTH), get32(lane + L_AT));
}

/** Where the key's bytes stand, and how many they are. */
export function keyAt(lane: usize): u32 {
  return get32(lane + L_AT);
}

export function keyBytes(lane: usize): u32 {
  return get32(lane + L_LENGTH);
}
