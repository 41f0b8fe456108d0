// Going over leaves in the order of their keys, or against it. A leaf is gathered by one look at
// LIVE, and sorted; the next one is found from above by the separator that ends this one, so that
// nothing has to be kept in step while leaves are split and merged.
//
//   cursor    | slice 0 | slice 1 | … | slice d |, and how a key ends there: 0 … 8, LONGER
//   layer     ─► leaf ─► gathered, sorted ─► what is past the cursor ─► portion
//                          └ a layer's slot: on into that layer, with its slices behind
//   behind a leaf    the cursor is the separator; behind a layer: right behind its slot
//
// K1  What the cursor says stands at any time for all that has not been given out yet.
// K2  The links that a gathered leaf has are followed only if the clock had not passed upper behind
//     the last of their loads (reach.ts).
//
// K3  Of a leaf only what lies within its border counts: the leaf may reach further by now,
// because its
//     neighbour has gone, and what lies there comes with the next one.
//
// Each leaf is as it was at one instant of the call; so whatever was in the map throughout is given
// out once, and what was not may be.
//
// Names: back in reverse; depth the present layer's slice; kept by a lease; ends how the cursor's
// key ends (above); exact: the cursor goes on behind this layer's slice.

import { get32, get64, load64, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { START, START_OPEN } from '@x/shm-arena/assembly/map/codes';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { covered } from '@x/shm-arena/assembly/map/reach';
import {
  comesBefore,
  entryBlock,
  entryKind,
  entrySlice,
  entryWhat,
  gather,
  keepOne,
  keyBuffer,
  keyRoom,
  sortEntries,
  within,
} from './gather';
import { childCount, childOf } from './interior';
import { isLayer } from './leaf';
import {
  blockOf,
  childAt,
  H_ROOT,
  H_SKIP,
  H_SLICES,
  liveAt,
  LONGER,
  LOST,
  separatorAt,
  sizeOf,
} from './layout';
import { hop } from './reach';
import { top } from './read';
import { restOf, restSlice } from './record';

let target: u32 = 0;
let domain: usize = 0;
export let back: bool = false;
/** Whether one entry of a leaf is enough at a time. */
let few: bool = false;
// The cursor.
export let cursorDepth: u32 = 0;
let ends: i32 = 0;
// The present layer: its depth, its head (0: the first layer), and the leaf's border.
export let depth: u32 = 0;
export let head: usize = 0;
export let border: u64 = 0;
export let hasBorder: bool = false;
/** The leaf that was gathered; 0: there is none. And what its LIVE was. */
export let leaf: u32 = 0;
export let leafLive: u64 = 0;

export function sliceIn(i: u32): u64 {
  return get64(keyBuffer + ((<usize>i) << 3));
}

export function putSlice(i: u32, slice: u64): void {
  put64(keyBuffer + ((<usize>i) << 3), slice);
}

// ---- the cursor ---------------------------------------------------------------------------------

/** Begins where the flags say, with the key at `at`; false: it is too long. */
export function beginCursor(
  what: u32,
  root: usize,
  reverse: bool,
  one: bool,
  flags: u32,
  len: u32,
  at: usize,
): bool {
  target = what;
  domain = root;
  back = reverse;
  few = one;
  cursorDepth = 0;
  if ((flags & START) == 0) {
    putSlice(0, back ? ~0 : 0);
    ends = back ? LONGER : 0;
    return true;
  }
  if (len + 16 > keyRoom) return false;
  cursorDepth = len == 0 ? 0 : (len - 1) >> 3;
  for (let i: u32 = 0; i <= cursorDepth; i++) putSlice(i, sliceOf(at, i, len));
  ends = <i32>(len - (cursorDepth << 3));
  if ((flags & START_OPEN) != 0) ends += back ? -1 : 1;
  return true;
}

/** The cursor's key ends, before everything, behind the slices that were put. */
export function standIn(at: u32): void {
  cursorDepth = at;
  ends = 0;
}

/** The cursor stands at an entry of the gathered leaf from here on: its slice is put there. */
export function standAt(slice: u64): void {
  cursorDepth = depth;
  putSlice(depth, slice);
}

/** The cursor stands right behind what the leaf has with a slice and such an end. */
export function standBehind(slice: u64, kind: u32): void {
  standAt(slice);
  ends = <i32>kind + (back ? -1 : 1);
}

/** Whether a slice and how a key ends there are past the cursor, which ends in this layer. */
function isPast(slice: u64, kind: i32): bool {
  const here = sliceIn(cursorDepth);
  if (slice != here) return back ? slice < here : slice > here;
  return back ? kind <= ends : kind >= ends;
}

/**
 * Where what a head has in common stands: past the cursor 1, not past it -1, the cursor in it 0.
 */
function placeOfHead(at: usize, from: u32): i32 {
  const skip = get32(at + H_SKIP);
  for (let i: u32 = 0; i < skip; i++) {
    const slice = get64(at + H_SLICES + ((<usize>i) << 3));
    if (from + i == cursorDepth) return isPast(slice, LONGER) ? 1 : -1;
    const here = sliceIn(from + i);
    if (slice != here) return slice < here == back ? 1 : -1;
  }
  return 0;
}

/** Whether a record's rest, from a depth on, is past the cursor. */
function isRestPast(record: usize, from: u32): bool {
  const rest = restOf(record);
  for (let i: u32 = 0; i << 3 < rest; i++) {
    const slice = restSlice(record, i);
    if (from + i == cursorDepth) return isPast(slice, min(rest - (i << 3), LONGER));
    const here = sliceIn(from + i);
    if (slice != here) return slice < here == back;
  }
  return back; // The cursor's key goes on.
}

/** The cursor goes to where a layer begins, behind its slot's slice and its head's. */
function enter(at: usize, slice: u64): bool {
  const skip = get32(at + H_SKIP);
  if ((depth + skip + 3) << 3 > keyRoom) return false;
  putSlice(depth, slice);
  for (let i: u32 = 0; i < skip; i++) {
    putSlice(depth + 1 + i, get64(at + H_SLICES + ((<usize>i) << 3)));
  }
  cursorDepth = depth + 1 + skip;
  putSlice(cursorDepth, back ? ~0 : 0);
  ends = back ? LONGER : 0;
  return true;
}

// ---- leaves -------------------------------------------------------------------------------------

/**
 * Gathers and sorts the leaf in which the cursor stands, or goes on to: how many entries; -1: the
 * walk is lost.
 */
function gatherLeaf(from: u32): i32 {
  const kept = target != 0;
  let link = from;
  const here = sliceIn(depth);
  const below = back && depth == cursorDepth && ends < 0;
  hasBorder = false;
  leaf = 0;
  if (below && here == 0) return 0;
  while (link != LOST && link != 0 && sizeOf(link) == 0) {
    const x = blockOf(link);
    const i = childOf(x, here, below);
    if (back ? i > 0 : i < childCount(x) - 1) {
      hasBorder = true;
      border = get64(separatorAt(x, back ? i - 1 : i));
    }
    link = hop(childAt(x, i), kept);
  }
  if (link == LOST) return -1;
  if (link == 0) return 0;
  leaf = link;
  leafLive = load64(liveAt(link));
  const n = gather(link, leafLive, 0);
  if (!kept && !covered()) return -1; // K2
  return sorted(n);
}

/** What counts of n gathered entries, in order. */
function sorted(n: u32): u32 {
  const count = hasBorder ? within(n, border, back) : n; // K3
  if (few) return firstOf(count);
  sortEntries(count);
  return count;
}

/** The leaf by what its LIVE is now, for who has its lock: how many entries. */
export function gatherAgain(live: u64): u32 {
  leafLive = live;
  return sorted(gather(leaf, live, 0));
}

/** Of n entries that are not sorted the first past the cursor, in the direction; how many: 0, 1. */
function firstOf(n: u32): i32 {
  let best: i32 = -1;
  for (let i: u32 = 0; i < n; i++) {
    if (best >= 0 && comesBefore(i, best) == back) continue;
    if (isEntryPast(i)) best = i;
  }
  if (best < 0) return 0;
  keepOne(best);
  return 1;
}

/** Whether entry `i` of the leaf is past the cursor, or the cursor stands in its layer. */
function isEntryPast(i: u32): bool {
  const slice = entrySlice(i);
  if (depth == cursorDepth) return isPast(slice, <i32>entryKind(i));
  const here = sliceIn(depth);
  if (slice != here) return slice < here == back;
  if (entryKind(i) != LONGER) return back;
  const at = entryBlock(i);
  return isLayer(entryWhat(i)) ? placeOfHead(at, depth + 1) >= 0 : isRestPast(at, depth + 1);
}

/** The first of n sorted entries that is past the cursor, in the direction; n: none is. */
export function firstPast(n: u32): u32 {
  let k: u32 = 0;
  while (k < n && !isEntryPast(back ? n - 1 - k : k)) k++;
  return k;
}

/** Behind a leaf: on to the next one; or into the layer that was entered. */
export const LEAF_DONE: i32 = -1;
export const LAYER_ENTERED: i32 = -2;
/** What comes instead of a number of entries: a walk is lost; there is nothing more. */
export const OVER: i32 = -2;
/** Behind a leaf, from the top: what the layer stands on may be gone. */
export const LEAF_GONE: i32 = -5;
/** Once more from where the cursor stands. */
export const REPEAT: i32 = -3;

/** The layer of a slot is next: false, if its keys are too long. */
export function enterLayer(i: u32): bool {
  const slice = entrySlice(i);
  const at: usize = entryBlock(i);
  const inside = depth < cursorDepth && slice == sliceIn(depth) && placeOfHead(at, depth + 1) == 0;
  if (!inside && !enter(at, slice)) return false;
  depth += 1 + get32(at + H_SKIP);
  head = at;
  return true;
}

/** The first leaf that has something past the cursor, from the top: as `gatherLeaf`. */
export function seek(): i32 {
  depth = 0;
  head = 0;
  return gatherLeaf(layerLink());
}

/** The root of the present layer. */
export function layerLink(): u32 {
  return head == 0 ? top(target, domain) : hop(head + H_ROOT, target != 0);
}

/** Behind what `status` says: as `gatherLeaf`, or OVER. */
export function goOn(status: i32): i32 {
  if (status == REPEAT) return seek();
  if (status == LEAF_DONE || status == LEAF_GONE) {
    if (hasBorder) {
      cursorDepth = depth;
      putSlice(depth, border);
      ends = back ? -1 : 0;
      if (status == LEAF_GONE) return seek();
    } else if (head == 0) {
      return OVER;
    } else {
      // Right behind the layer's slot.
      cursorDepth = depth - 1 - get32(head + H_SKIP);
      ends = back ? LONGER - 1 : LONGER + 1;
      return seek();
    }
  }
  return gatherLeaf(layerLink());
}
