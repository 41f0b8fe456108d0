// Bounds of a scan: keys, or nodes, where it starts, ends and stops.
//
//   bound 2 ─────────────► bound 1        forward, bound 0: where leaping stops (leap.ts)
//   bound 1 ◄──────[ bound 0 ]── bound 2  in reverse, bound 0: where gathering stops, then leaping
//
// Bound, private, in the kernel's scratch: 0 u64 s0, 8 u64 s1, 16 u32 key length, 20 u32 at,
// 24 u32 mode, 28 u32 node.
//
// Names: see node.ts. b: a bound.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { REVERSE } from '@x/shm-arena/assembly/map/codes';
import { sliceOf, slicesAt } from '@x/shm-arena/assembly/map/key';
import { takeKey } from './hand';
import { boundAt, equal, KEY, keyLength, less, REST } from './node';

export const B_MODE: usize = 24;
export const B_NODE: usize = 28;
export const NONE: u32 = 0;
/** Stop at the first node not before the key; behind the key; at that very node. */
export const BEFORE_KEY: u32 = 1;
export const WITH_KEY: u32 = 2;
export const AT_NODE: u32 = 3;

export function modeOf(flags: u32, bound: u32, open: u32): u32 {
  return (flags & bound) == 0 ? NONE : (flags & open) != 0 ? BEFORE_KEY : WITH_KEY;
}

export function setBound(index: u32, mode: u32, len: u32, at: u32): void {
  const b = boundAt(index);
  put64(b, mode != NONE ? sliceOf(at, 0, len) : 0);
  put64(b + 8, mode != NONE ? sliceOf(at, 1, len) : 0);
  put32(b + 16, len);
  put32(b + 20, at);
  put32(b + B_MODE, mode);
  put32(b + B_NODE, 0);
}

/** A bound that is the key of a node, or the node itself. */
export function setBoundNode(index: u32, mode: u32, node: usize): void {
  const b = boundAt(index);
  put64(b, get64(node + KEY));
  put64(b + 8, get64(node + KEY + 8));
  put32(b + 16, keyLength(node));
  put32(b + 20, <u32>slicesAt(node + REST));
  put32(b + B_MODE, mode);
  put32(b + B_NODE, <u32>node);
}

export function takeBound(b: usize): void {
  takeKey(get64(b), get64(b + 8), get32(b + 16), get32(b + 20));
}

function lessBound(node: usize, b: usize): bool {
  return less(node, get64(b), get64(b + 8), get32(b + 16), get32(b + 20));
}

export function equalBound(node: usize, b: usize): bool {
  return equal(node, get64(b), get64(b + 8), get32(b + 16), get32(b + 20));
}

/** Whether a boundary lies where gathering must have stopped. */
export function beyond(node: usize, b: usize): bool {
  const mode = get32(b + B_MODE);
  if (mode == NONE || lessBound(node, b)) return false;
  return mode != WITH_KEY || !equalBound(node, b);
}

/** Whether gathering stops at this node. */
export function stops(node: usize, b: usize): bool {
  return get32(b + B_MODE) == AT_NODE ? node == get32(b + B_NODE) : beyond(node, b);
}

/** Whether the scan is over before this node. Forward nothing beyond the end is gathered. */
export function ended(node: usize, flags: u32): bool {
  const b = boundAt(1);
  const mode = get32(b + B_MODE);
  if (mode == NONE || (flags & REVERSE) == 0) return false;
  return lessBound(node, b) || (mode == BEFORE_KEY && equalBound(node, b));
}

/** Whether bound 0 or bound 1 is one. */
export function isBounded(): bool {
  return (get32(boundAt(0) + B_MODE) | get32(boundAt(1) + B_MODE)) != NONE;
}

/** In reverse: whether the node's key is at or before one of these two. */
export function reached(node: usize): bool {
  return reaches(node, boundAt(0)) || reaches(node, boundAt(1));
}

function reaches(node: usize, b: usize): bool {
  return get32(b + B_MODE) != NONE && (lessBound(node, b) || equalBound(node, b));
}
