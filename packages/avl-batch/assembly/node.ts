// Nodes: where everything in a tree stands, how a node compares with a key, and the scratch.
//
// A tree is an AVL tree (Adelson-Velsky and Landis, 1962) of nodes that nobody changes once a
// version names them: an update copies the path to the root and shares the rest. A node is cut in
// two. The hot part is what a descent reads: half a cache line, so that the two halves of a line
// can be a node and its child (compact.ts sees to that). The cold part, the rest of the key and the
// value, is shared by all copies of the node.
//
//   hot  | first slice | second slice | left, h | right, h | cold | size |
//                                                             │
//   cold | key length | value length | slices from the third on … | value … |
//
// Node at n, 32-aligned, frozen once published
//   0 u64 x 2 the key's first two slices (map/key.ts); always two, so that a compare needs no
//     length first
//   16 u32 left | height bits 0..4     20 u32 right | height bit 5      0 = no child
//   24 u32 cold                        28 u32 size of the subtree
// Cold part, 8-aligned, frozen
//   0 u32 key length   4 u32 value length   8 the slices from the third on, then value bytes,
//   padded to 8
// Scratch: io() … the host's; behind it the kernel's own WORK_BYTES: state of the call in hand
//   (view, build), cursors of the queues, a stack of nodes, lanes.
//
// I1  A node's words are written before a version that leads to it is published, and never after:
//     whoever comes to it from a root reads frozen words.
// I2  Keys ascend from left to right (map/key.ts).
// I3  height = 1 + max of the children's; they differ by 1 at most; size = 1 + both sizes.
//
// Checked at their sites: I2 (join.ts), I3 (join.ts, compact.ts). After every step of the checker:
// I2, I3. As races: I1.
//
// Names: s0, s1, len, at a key in hand (map/key.ts); n a node; l, r its children; h a height.

import {
  check,
  get32,
  get64,
  put32,
  put64,
  touch as touchLine,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import { MAX_PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { hostBytes, io } from '@x/shm-arena/assembly/map/call';
import { agreed, compareFrom, compareRest, slicesAt } from '@x/shm-arena/assembly/map/key';

// ---- sizes --------------------------------------------------------------------------------------

export const NODE_BYTES: u32 = 32;
/** Higher than any AVL tree in 4 GiB. */
export const MAX_HEIGHT: u32 = isDefined(GATED) ? 8 : 48;
/** Lanes of a lockstep search. */
export const LANES: u32 = isDefined(GATED) ? 2 : 16;

// ---- node ---------------------------------------------------------------------------------------

export const KEY: usize = 0;
export const LEFT: usize = 16;
export const RIGHT: usize = 20;
export const COLD: usize = 24;
export const SIZE: usize = 28;
export const CHILD: u32 = ~31;

const VALUE_LENGTH: usize = 4;
/** Slice i of a cold part's key stands at cold - REST + 8 i. */
export const REST: usize = 8;

// ---- the kernel's own part of the scratch -------------------------------------------------------

/** State of the call in hand: 0 u32 version, 4 u32 root (version.ts); from 8 on: build.ts. */
const STATE_BYTES: usize = 104;
export const CURSOR_BYTES: usize = 24;
const CURSORS_AT: usize = STATE_BYTES;
const STACK_AT: usize = CURSORS_AT + CURSOR_BYTES * MAX_PARTICIPANTS;
const STACK_BYTES: usize = ((<usize>MAX_HEIGHT) << 2) + 8;
/** A lane: 0 u64 s0, 8 u64 s1, 16 u32 length, 20 u32 at, 24 u32 node, 28 u32 found. */
export const LANE_BYTES: usize = 32;
const LANES_AT: usize = STACK_AT + STACK_BYTES;
export const WORK_BYTES: u32 = <u32>((LANES_AT + LANE_BYTES * LANES + 63) & ~63);

/** The kernel's part. */
export function work(): usize {
  return io() + hostBytes(WORK_BYTES);
}

/** The cursor of a queue (batch.ts). */
export function cursorAt(queue: u32): usize {
  return work() + CURSORS_AT + <usize>queue * CURSOR_BYTES;
}

/** Entry `depth` of the stack of nodes. */
export function stackAt(depth: u32): usize {
  return work() + STACK_AT + ((<usize>depth) << 2);
}

export function laneAt(lane: u32): usize {
  return work() + LANES_AT + <usize>lane * LANE_BYTES;
}

// ---- reading nodes: frozen words, or private ones (I1) ------------------------------------------

export function left(n: usize): usize {
  return get32(n + LEFT) & CHILD;
}

export function right(n: usize): usize {
  return get32(n + RIGHT) & CHILD;
}

/** The right child if `yes`, else the left one: without a branch. */
export function child(n: usize, yes: bool): usize {
  return get32(n + LEFT + ((<usize>yes) << 2)) & CHILD;
}

/** 0 for no node. */
export function heightOf(n: usize): u32 {
  return n == 0 ? 0 : (get32(n + LEFT) & 31) | ((get32(n + RIGHT) & 1) << 5);
}

/** 0 for no node. */
export function treeSize(n: usize): u32 {
  return n == 0 ? 0 : get32(n + SIZE);
}

export function coldOf(n: usize): usize {
  return get32(n + COLD);
}

export function keyLength(cold: usize): u32 {
  return get32(cold);
}

export function valueLength(cold: usize): u32 {
  return get32(cold + VALUE_LENGTH);
}

export function valueAt(cold: usize): usize {
  return cold + REST + restBytes(keyLength(cold));
}

/** Bytes of the slices from the third on. */
export function restBytes(len: u32): usize {
  return len <= 16 ? 0 : (<usize>len - 9) & ~7;
}

/** Lets a line come while something else is done. */
export function touch(at: usize): void {
  touchLine(at);
}

// ---- writing private nodes ----------------------------------------------------------------------

export function fillLinks(n: usize, l: usize, r: usize): void {
  const h = 1 + max(heightOf(l), heightOf(r));
  put32(n + LEFT, <u32>l | (h & 31));
  put32(n + RIGHT, <u32>r | (h >> 5));
  put32(n + SIZE, 1 + treeSize(l) + treeSize(r));
}

/** I3 of a node whose children are in their place. */
export function checkHeights(n: usize): void {
  if (isDefined(GATED)) {
    const l = heightOf(left(n));
    const r = heightOf(right(n));
    check(l <= r + 1 && r <= l + 1, I + 3, n);
  }
}

/** Key and cold part, from a node or from an item of a batch. */
export function fillKey(n: usize, from: usize): void {
  put64(n + KEY, get64(from + KEY));
  put64(n + KEY + 8, get64(from + KEY + 8));
  put32(n + COLD, get32(from + COLD));
}

/** Bytes of a cold part. */
export function coldBytes(len: u32, valueLen: u32): u64 {
  return <u64>REST + restBytes(len) + ((<u64>valueLen + 7) & ~7);
}

/** `rest`: the slices from the third on, side by side. */
export function fillCold(cold: usize, len: u32, rest: usize, valueLen: u32, value: usize): void {
  put32(cold, len);
  put32(cold + VALUE_LENGTH, valueLen);
  const more = restBytes(len);
  copyWords(cold + REST, rest, <u32>more);
  copyWords(cold + REST + more, value, valueLen);
}

/** Where the slices from the third on stand in a cold part. */
export function restAt(cold: usize): usize {
  return cold + REST;
}

// ---- keys ---------------------------------------------------------------------------------------

/** The `at` of a cold part's key. */
export function coldKey(cold: usize): usize {
  return slicesAt(cold - REST);
}

/** Node against key: below, at or above zero. */
export function compare(n: usize, s0: u64, s1: u64, len: u32, at: usize): i32 {
  const n0 = get64(n + KEY);
  if (n0 != s0) return n0 < s0 ? -1 : 1;
  const n1 = get64(n + KEY + 8);
  if (n1 != s1) return n1 < s1 ? -1 : 1;
  const cold = coldOf(n);
  return compareRest(keyLength(cold), coldKey(cold), len, at);
}

// Keys that begin alike: a descent knows in how many slices its key agrees with the last node below
// it that it met, and with the last one above. All between the two agree with it in as many as the
// fewer of these, which are not compared again. In lockstep keys are compared whole.
let lower: u32 = 2;
let upper: u32 = 2;

/** A descent begins. */
export function knowNothing(): void {
  lower = 2;
  upper = 2;
}

/** As `compare`, of a descent that goes on to the side that this says. */
export function place(n: usize, s0: u64, s1: u64, len: u32, at: usize): i32 {
  const n0 = get64(n + KEY);
  if (n0 != s0) return n0 < s0 ? -1 : 1;
  const n1 = get64(n + KEY + 8);
  if (n1 != s1) return n1 < s1 ? -1 : 1;
  const cold = coldOf(n);
  const known = MUTANT == 308 ? max(lower, upper) : min(lower, upper);
  const c = compareFrom(known, keyLength(cold), coldKey(cold), len, at);
  if (c < 0) lower = agreed;
  if (c > 0) upper = agreed;
  return c;
}

/** Two nodes by key. */
export function compareNodes(a: usize, b: usize): i32 {
  const cold = coldOf(b);
  return compare(a, get64(b + KEY), get64(b + KEY + 8), keyLength(cold), coldKey(cold));
}

/** Slice i of the node's key, from the third on, stands at so much + 8 i. */
export function restOf(n: usize): usize {
  return coldOf(n) - REST;
}
