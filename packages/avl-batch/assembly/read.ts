// Reading keys: one, many in lockstep, with one's own waiting ops, and counting.
//
//   get        version ──► root ──► … ──► node with the key ──► its cold part: key's rest, value
//   getMany    lane 0    n ──► n ──► n ──► n
//              lane 1    n ──► n ──► n ──► n        a step in each lane by turns: misses overlap
//
// Everything below a root is frozen, so a call reads the state of one version, all of it; it
// linearizes at the load of the root (version.ts), or as of a snapshot.
//
// get                                                    a death after any step leaves a pin
//   1. pin, root, entry still LIVE     linearizes
//   2. compare and descend: at most 1.44 log2 n nodes; copy the value; unpin. No room for it: the
//      pin stays, and the host takes the value, which is frozen, piece by piece, then unpins
// get with PENDING_TOO: this thread's own ops of the key behind the version's applied number
//   (own.ts), in their order, are judged over what the version has (batch.ts); nobody else writes
//   or reuses them meanwhile.
//
// Which child is next is an address that is computed, not a branch: a wrong guess would cost more
// than the compare, and in lockstep the misses of all lanes behind it. (That the first slices agree
// is guessed rightly, it is mostly as it was one step before.)
//
// Names: n a node; s0, s1, len, at a key in hand (map/key.ts).

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { BAD, OK } from '@x/shm-arena/assembly/ground/layout';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { io, RESULT, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, END, END_OPEN, NEED, START, START_OPEN } from '@x/shm-arena/assembly/map/codes';
import {
  copyKeyPart,
  firstSlice,
  keyRecord,
  secondSlice,
  sliceOf,
} from '@x/shm-arena/assembly/map/key';
import { closePortion, NOTHING, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { ANSWER, FOUND_BYTES, putValue } from '@x/shm-arena/assembly/map/result';
import { PENDING_TOO } from './codes';
import {
  child,
  coldOf,
  compare,
  KEY,
  knowNothing,
  LANE_BYTES,
  laneAt,
  LANES,
  left,
  place,
  restOf,
  treeSize,
  touch,
  valueAt,
  valueLength,
  WORK_BYTES,
} from './node';
import { opValue, opValueLength } from './op';
import { withOwn } from './own';
import { done, look, viewRoot } from './version';

// ---- one key ------------------------------------------------------------------------------------

/** The node with the key, or 0. */
export function find(root: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  let n = root;
  knowNothing();
  while (n != 0) {
    const n0 = get64(n + KEY);
    const n1 = get64(n + KEY + 8);
    let up = n0 < s0;
    if (n0 == s0) {
      up = n1 < s1;
      if (n1 == s1) {
        const c = place(n, s0, s1, len, at);
        if (c == 0) return n;
        up = c < 0;
      }
    }
    n = child(n, up);
  }
  return 0;
}

/** See index.ts. */
export function get(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): i32 {
  const status = look(entry, generation, target);
  if (status != OK) return status;
  const s0 = firstSlice(len, k0, k1);
  const s1 = secondSlice(len, k0, k2, k3);
  const at: usize = k0; // Looked at beyond 16 bytes only.
  const n = find(viewRoot(), s0, s1, len, at);
  let now: usize = n == 0 ? 0 : coldOf(n);
  if ((flags & PENDING_TOO) != 0 && target == 0) now = withOwn(now, s0, s1, len, at);
  if (now == 0) {
    put32(io() + FOUND_BYTES, 0);
    return done(target, ABSENT);
  }
  const held = now & ~1;
  const isOp = (now & 1) != 0;
  const bytes = isOp ? opValueLength(held) : valueLength(held);
  const value = isOp ? opValue(held) : valueAt(held);
  const found = putValue(value, bytes, flags, valueRoom(WORK_BYTES), OK);
  return found == NEED && MUTANT != 187 ? NEED : done(target, found); // NEED: the pin stays.
}

/** See index.ts. */
export function piece(at: usize, isKey: bool, from: u32, bytes: u32): void {
  const to = io() + RESULT;
  if (isKey) copyKeyPart(to, at + KEY, restOf(at), from, bytes);
  else copyWords(to, at + from, bytes);
}

// ---- many keys ----------------------------------------------------------------------------------

const LANE_LENGTH: usize = 16;
const LANE_AT: usize = 20;
const LANE_NODE: usize = 24;
const LANE_FOUND: usize = 28;

/** See index.ts. */
export function getMany(
  entry: u32,
  generation: u32,
  target: u32,
  count: u32,
  at: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const status = look(entry, generation, target);
  if (status != OK) return status;
  const root = viewRoot();
  let row: usize = out;
  const first = openPortion(out, outBytes, count, 0);
  let keys: u32 = 0;
  let key: usize = at;
  let full = false;
  while (keys < count && !full) {
    const lanes = min(LANES, count - keys);
    for (let i: u32 = 0; i < lanes; i++) key = stageLane(laneAt(i), key, root);
    descend(lanes);
    for (let i: u32 = 0; i < lanes; i++) {
      const cold: usize = get32(laneAt(i) + LANE_FOUND);
      const head = cold == 0 ? NOTHING : 0;
      const value: usize = cold == 0 ? 0 : valueAt(cold);
      const bytes = cold == 0 ? 0 : valueLength(cold);
      full = !putEntry(row, first, 0, 0, 0, head, value, bytes, 0);
      if (full) break;
      row += 8;
      keys++;
    }
  }
  closePortion(row, first, 0, keys, full ? 1 : 0);
  return done(target, OK);
}

/** Gives the lane the staged key at `key`; returns where the next one stands. */
function stageLane(lane: usize, key: usize, root: usize): usize {
  const len = get32(key); // Staged by this thread's host: private.
  put64(lane, sliceOf(key + 8, 0, len));
  put64(lane + 8, sliceOf(key + 8, 1, len));
  put32(lane + LANE_LENGTH, len);
  put32(lane + LANE_AT, <u32>key + 8);
  put32(lane + LANE_NODE, <u32>root);
  put32(lane + LANE_FOUND, 0);
  return key + keyRecord(len);
}

/** Takes each lane to its key, whose cold part is then in LANE_FOUND, or to a leaf. */
function descend(lanes: u32): void {
  const first = laneAt(0);
  const end = laneAt(lanes);
  let open = true;
  while (open) {
    open = false;
    for (let lane = first; lane < end; lane += LANE_BYTES) {
      const n: usize = get32(lane + LANE_NODE);
      if (n == 0) continue;
      const s0 = get64(lane);
      const s1 = get64(lane + 8);
      const n0 = get64(n + KEY);
      const n1 = get64(n + KEY + 8);
      let up = n0 < s0;
      if (n0 == s0) {
        up = n1 < s1;
        if (n1 == s1) {
          const c = compare(n, s0, s1, get32(lane + LANE_LENGTH), get32(lane + LANE_AT));
          if (c == 0) {
            put32(lane + LANE_FOUND, <u32>coldOf(n));
            put32(lane + LANE_NODE, 0);
            touch(coldOf(n));
            continue;
          }
          up = c < 0;
        }
      }
      const below = child(n, up);
      put32(lane + LANE_NODE, <u32>below);
      touch(below);
      open = true;
    }
  }
}

// ---- counting -----------------------------------------------------------------------------------

/** How many keys are below the key; with `equal`, not above it. O(log n). */
export function below(n: usize, s0: u64, s1: u64, len: u32, at: usize, equal: bool): u32 {
  let sum: u32 = 0;
  knowNothing();
  while (n != 0) {
    const c = place(n, s0, s1, len, at);
    const up = equal ? c <= 0 : c < 0;
    if (up) sum += treeSize(left(n)) + 1;
    n = child(n, up);
  }
  return sum;
}

/** See index.ts. */
export function count(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
): i32 {
  if ((flags & ~(START | START_OPEN | END | END_OPEN)) != 0) return BAD;
  const status = look(entry, generation, target);
  if (status != OK) return status;
  const root = viewRoot();
  let from: u32 = 0;
  let to = treeSize(root);
  if ((flags & START) != 0) {
    const s0 = sliceOf(startAt, 0, startLen);
    const s1 = sliceOf(startAt, 1, startLen);
    from = below(root, s0, s1, startLen, startAt, (flags & START_OPEN) != 0);
  }
  if ((flags & END) != 0) {
    const s0 = sliceOf(endAt, 0, endLen);
    const s1 = sliceOf(endAt, 1, endLen);
    to = below(root, s0, s1, endLen, endAt, (flags & END_OPEN) == 0);
  }
  put32(io() + ANSWER, to > from ? to - from : 0);
  return done(target, OK);
}
