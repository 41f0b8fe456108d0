// A thread's own waiting ops, found by their keys.
//
//   bucket of the key's hash   | t 9 | ──► op 9 ──back 2──► op 7 ──back 6──► op 1: applied
//
// As many buckets as the ring has slots (ring.ts). A bucket has the number of the newest op whose
// key falls to it, its low half; each op says how far back the one before it in its bucket is
// (op.ts). Where one is applied, so are all before it: the chain ends. A ring that is doubled has
// new buckets, empty ones, for a half of the keys of each old one; the ops that waited then stay
// where they are. So a key's ops are in the bucket of its hash as the ring is now, and before those
// in the buckets of the rings that were.
//
// A thread that never asks for them has none in buckets: `since`, the number from which on ops are,
// is 0 until it does. What waits in front of that is looked at one by one, until it is applied.
//
// Q6  Each op from `since` on that waits, but for the last one while step 8 is outstanding, is
//     found from the buckets of its key. (Numbers 2^32 apart are not told from each other.)
//
// No site can check it cheaply: what the checker's gets of pending ops find, its model knows.
//
// append, behind step 7 of queue.ts                      a death after this step leaves
//   8. since > 0: bucket := t                              nothing
//   A death between 7 and 8 leaves an op that no bucket has: repair does 8, before another thread
//   has the slot.
//
// Buckets and `since` are owned, by the thread with the slot, or who repairs it: plain words. Only
// that thread asks for its own ops.
//
// get of a key with waiting ops: back to the last one that leaves the same whatever was there, a
// set or a delete; then forward again. Where more than MOST of others came behind that, all that
// wait are looked at.
//
// Names: see queue.ts.

import { get32, get64, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { ME } from '@x/shm-arena/assembly/ground/layout';
import { compareRest, sliceAt } from '@x/shm-arena/assembly/map/key';
import { isRemoval, judge } from './batch';
import { DELETE, DONE, SET } from './codes';
import { LANE_BYTES, LANES, laneAt } from './node';
import { backOf, kindOfOp, OP_KEY, opAt, opKey, opKeyLength, Q_SINCE, Q_TAIL } from './op';
import { bucketAt, firstSlots, slotsMade } from './ring';
import { appliedOf, headOf, queueAt, viewVersion } from './version';

/** Ops of one key that are noted on the way back, where lanes stand. */
const MOST: u32 = isDefined(GATED) ? 1 : <u32>(LANE_BYTES * LANES) >> 2;

function hashOf(s0: u64, s1: u64, len: u32, at: usize): u32 {
  let hash = (s0 ^ len) * 0x9e3779b97f4a7c15;
  hash = (hash ^ (hash >> 29) ^ s1) * 0xbf58476d1ce4e5b9;
  const slices = (len + 7) >> 3;
  for (let i: u32 = 2; i < slices; i++) {
    hash = (hash ^ (hash >> 29) ^ sliceAt(at, i, len)) * 0x9e3779b97f4a7c15;
  }
  return <u32>(hash >> 32);
}

/** The bucket of a key, as the ring is now; 0: this queue's ops go to none. */
export function bucketOf(queue: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  if (get64(queue + Q_SINCE) == 0) return 0;
  return bucketAt(queue, hashOf(s0, s1, len, at) & (slotsMade(queue) - 1));
}

/** What op t notes of a bucket before it is in it; `waiting` with it. */
export function backFrom(bucket: usize, t: u64, waiting: u64): u32 {
  if (bucket == 0) return 0;
  const back = <u32>t - get32(bucket);
  return back - 1 < <u32>waiting - 1 ? back : 0;
}

/** Step 8, for op t. */
export function keep(bucket: usize, t: u64): void {
  if (bucket != 0) put32(bucket, <u32>t);
}

/** The same for the last op of a queue whose thread is dead: done once more, perhaps. */
export function keepLast(queue: usize): void {
  const t = load64(queue + Q_TAIL);
  if (t == 0 || t < get64(queue + Q_SINCE)) return;
  const op = opAt(queue, t);
  const s0 = get64(op + OP_KEY);
  keep(bucketOf(queue, s0, get64(op + OP_KEY + 8), opKeyLength(op), opKey(op)), t);
}

/** What this thread's waiting ops make of `cold`: a cold part, an op | 1, or 0. */
export function withOwn(cold: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  const version = viewVersion();
  const queue = queueAt(headOf(version), ME);
  const tail = load64(queue + Q_TAIL); // This thread's own.
  let since = get64(queue + Q_SINCE);
  if (since == 0) {
    since = MUTANT == 306 ? 1 : tail + 1;
    put64(queue + Q_SINCE, since);
  }
  const applied = appliedOf(version, ME);
  if (tail <= applied) return cold;
  const first = max(applied + 1, since);
  const now = inOrder(queue, applied + 1, first, cold, s0, s1, len, at);
  return first > tail ? now : chained(queue, first, tail, now, s0, s1, len, at);
}

/** What the ops of a key from `first` to `tail` make of `now`, found by its buckets. */
function chained(
  queue: usize,
  first: u64,
  tail: u64,
  now: usize,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
): usize {
  const notes = laneAt(0);
  let noted: u32 = 0;
  let bucket = hashOf(s0, s1, len, at) & (slotsMade(queue) - 1);
  let settled = false;
  while (!settled) {
    let t = tail;
    let back = <u32>t - get32(bucketAt(queue, bucket));
    while (<u64>back <= t - first) {
      t -= back;
      const op = opAt(queue, t);
      if (hasKey(op, s0, s1, len, at)) {
        if (noted == MOST) return inOrder(queue, first, tail + 1, now, s0, s1, len, at);
        put32(notes + ((<usize>noted) << 2), <u32>op);
        noted++;
        const kind = kindOfOp(op) & 15;
        settled = MUTANT == 304 || kind == SET || kind == DELETE;
        if (settled) break;
      }
      back = backOf(op);
      if (back == 0) break;
    }
    if (bucket < firstSlots(queue) || MUTANT == 303) break;
    bucket ^= 1 << (31 - clz(bucket)); // As the ring was before it had this one.
  }
  while (noted-- > 0) now = judged(get32(notes + ((<usize>noted) << 2)), now);
  return now;
}

/** The same of all ops from `first` on, up to `end`. */
function inOrder(
  queue: usize,
  first: u64,
  end: u64,
  now: usize,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
): usize {
  for (let t = first; t < end; t++) {
    const op = opAt(queue, t);
    if (hasKey(op, s0, s1, len, at)) now = judged(op, now);
  }
  return now;
}

function hasKey(op: usize, s0: u64, s1: u64, len: u32, at: usize): bool {
  if (get64(op + OP_KEY) != s0 || get64(op + OP_KEY + 8) != s1) return false;
  return compareRest(opKeyLength(op), opKey(op), len, at) == 0;
}

function judged(op: usize, now: usize): usize {
  return judge(op, now) == DONE ? (isRemoval(op) ? 0 : op | 1) : now;
}
