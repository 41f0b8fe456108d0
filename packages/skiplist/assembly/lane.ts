// Lanes: the state of searches that go on side by side (search.ts, guide.ts).
//
// Lane, private, in the kernel's scratch
//    0 u32 before: the node it stands at   4 u32 level   8 u32 behind: a node that is known not to
//      be before the key, in the end the first such node; 0 = none   12 u32 key length   16 u64 s0
//   24 u64 s1   32 u32 at   36 u32 of `getMany`: the version that was found, 0 = none
//   40 u32 of findMany: OPEN, or the lane is left out; of findSplices: the levels wanted
//   44 u32 next: the node it looks at   48 u64 of `getMany` in several lists: the key's hash
//   56 splice
//
// Names: see node.ts.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';

export const LANE_BEFORE: usize = 0;
export const LANE_LEVEL: usize = 4;
export const LANE_BEHIND: usize = 8;
export const LANE_LENGTH: usize = 12;
export const LANE_S0: usize = 16;
export const LANE_S1: usize = 24;
export const LANE_AT: usize = 32;
export const LANE_NODE: usize = 36;
/** Before `findMany`, and before `findSplices`: no search needs both. */
export const LANE_DECIDED: usize = 40;
export const LANE_LEVELS: usize = 40;
/** LANE_DECIDED: to be searched; its version was found; its key is beyond this list's. */
export const OPEN: u32 = 0;
export const DECIDED: u32 = 1;
export const OUTSIDE: u32 = 2;
/** The node that a search looks at next. */
export const LANE_NEXT: usize = 44;
export const LANE_HASH: usize = 48;
export const LANE_SPLICE: usize = 56;

/** Gives a lane its key. */
export function setLane(lane: usize, s0: u64, s1: u64, len: u32, at: usize): void {
  put32(lane + LANE_LENGTH, len);
  put64(lane + LANE_S0, s0);
  put64(lane + LANE_S1, s1);
  put32(lane + LANE_AT, <u32>at);
}

export function laneS0(lane: usize): u64 {
  return get64(lane + LANE_S0);
}

export function laneS1(lane: usize): u64 {
  return get64(lane + LANE_S1);
}

export function laneLength(lane: usize): u32 {
  return get32(lane + LANE_LENGTH);
}

export function laneKeyAt(lane: usize): usize {
  return get32(lane + LANE_AT);
}

/** What the search of the lane found: the first node not before its key, or 0. */
export function laneFound(lane: usize): usize {
  return get32(lane + LANE_BEHIND);
}
