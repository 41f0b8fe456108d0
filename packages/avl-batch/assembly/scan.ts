// Reading runs of entries in order, forward and in reverse, from a key, an end, or an index.
//
//   stack   root ─► a ─► b ─► n        the nodes whose turn is still to come, nearest last
//   window  n₀ n₁ n₂ … n₁₅             their cold parts are asked for before the first is copied
//
// The walk keeps on its stack the nodes at which it went against its direction: forward those at
// which it went left, in reverse those at which it went right. The next entry is the top one; then
// its other subtree is pushed. It reads the hot parts of a few entries ahead and lets their cold
// parts come meanwhile, so that their misses overlap.
//
// One call reads one version, as `get` does (read.ts). Between calls nothing is held: the host goes
// on behind the last key.
//
// Names: n a node; back: in reverse; window, count: the nodes read ahead.

import { get32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { END, END_OPEN, REVERSE, START, START_OPEN } from '@x/shm-arena/assembly/map/codes';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { behindKey, closePortion, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { putLarge } from '@x/shm-arena/assembly/map/result';
import { INDEX } from './codes';
import {
  child,
  coldOf,
  compare,
  KEY,
  keyLength,
  knowNothing,
  laneAt,
  left,
  place,
  restOf,
  treeSize,
  stackAt,
  touch,
  valueAt,
  valueLength,
} from './node';
import { done, look, viewRoot } from './version';

/** Nodes that are read ahead; they stand where the lanes are, 4 bytes each. */
const WINDOW: u32 = isDefined(GATED) ? 2 : 16;

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  limit: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const status = look(entry, generation, target);
  if (status != OK) return status;
  const root = viewRoot();
  const back = (flags & REVERSE) != 0;
  let depth: u32 = 0;
  if ((flags & INDEX) != 0) depth = seekIndex(root, startLen, back);
  else if ((flags & START) != 0) depth = seek(root, flags, startLen, startAt);
  else depth = push(0, root, back);
  const window = laneAt(0);
  let row: usize = out;
  let key = openPortion(out, outBytes, limit, flags);
  let entries: u32 = 0;
  let more: u32 = 1;
  while (more != 0 && entries < limit) {
    let ahead: u32 = 0;
    const room = min(WINDOW, limit - entries);
    while (ahead < room && depth > 0) {
      const n: usize = get32(stackAt(depth - 1));
      if (isBeyond(n, flags, endLen, endAt)) {
        depth = 0;
        break;
      }
      touch(coldOf(n));
      put32(window + ((<usize>ahead) << 2), <u32>n);
      ahead++;
      depth = push(depth - 1, child(n, !back), back);
    }
    if (depth == 0) more = 0;
    for (let i: u32 = 0; i < ahead; i++) {
      const n: usize = get32(window + ((<usize>i) << 2));
      if (!give(row, key, n, flags)) {
        if (entries == 0) return needs(target, n);
        closePortion(row, key, flags, entries, 1);
        return done(target, OK);
      }
      row += 8;
      key = behindKey(key, keyLength(coldOf(n)), flags);
      entries++;
    }
  }
  closePortion(row, key, flags, entries, more);
  return done(target, OK);
}

/** Puts an entry into the portion; false: there is no room for it. */
function give(row: usize, key: usize, n: usize, flags: u32): bool {
  const cold = coldOf(n);
  const bytes = valueLength(cold);
  return putEntry(row, key, flags, n + KEY, restOf(n), keyLength(cold), valueAt(cold), bytes, 0);
}

/** There is no room for `n`: where the host finds what it is made of. The pin stays. */
function needs(target: u32, n: usize): i32 {
  const cold = coldOf(n);
  const status = putLarge(1, 1, n, keyLength(cold), valueAt(cold), valueLength(cold));
  return MUTANT == 188 ? done(target, status) : status;
}

// ---- the stack ----------------------------------------------------------------------------------

/** Pushes a subtree's spine, so that its first entry in the direction is on top. */
function push(depth: u32, from: usize, back: bool): u32 {
  let top = depth;
  for (let n = from; n != 0; n = child(n, back)) {
    put32(stackAt(top), <u32>n);
    top++;
  }
  return top;
}

/** The stack whose top is the first entry of the direction that the start admits. */
function seek(root: usize, flags: u32, len: u32, at: usize): u32 {
  const back = (flags & REVERSE) != 0;
  const open = (flags & START_OPEN) != 0;
  const s0 = sliceOf(at, 0, len);
  const s1 = sliceOf(at, 1, len);
  let depth: u32 = 0;
  let n = root;
  knowNothing();
  while (n != 0) {
    const c = place(n, s0, s1, len, at);
    const admitted = c == 0 ? !open : back ? c < 0 : c > 0;
    if (admitted) {
      put32(stackAt(depth), <u32>n);
      depth++;
    }
    n = child(n, admitted ? back : !back);
  }
  return depth;
}

/** The stack whose top is the entry with that index; empty: there is none. */
function seekIndex(root: usize, index: u32, back: bool): u32 {
  if (index >= treeSize(root)) return 0;
  let depth: u32 = 0;
  let rank = index;
  let n = root;
  while (true) {
    const before = treeSize(left(n));
    const toRight = rank > before;
    if (rank == before || toRight == back) {
      put32(stackAt(depth), <u32>n);
      depth++;
    }
    if (rank == before) return depth;
    if (toRight) rank -= before + 1;
    n = child(n, toRight);
  }
}

/** Whether the entry lies behind the end of the range. */
function isBeyond(n: usize, flags: u32, len: u32, at: usize): bool {
  if ((flags & END) == 0) return false;
  const c = compare(n, sliceOf(at, 0, len), sliceOf(at, 1, len), len, at);
  if (c == 0) return (flags & END_OPEN) != 0;
  return (flags & REVERSE) != 0 ? c < 0 : c > 0;
}
