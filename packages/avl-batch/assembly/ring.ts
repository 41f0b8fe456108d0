// Rings: the slot of each op of a queue, found by its number. They grow as they are used.
//
//   op t: slot (t - base) mod n      n = 16    | 0 … 3 | 4 … 7 | 8 … 15 |    segments, in region S
//                                                 ▲       ▲       ▲
//   ring  base << 5 | log2 n           directory: where slot 0 would be, were all as this one is
//
// n begins with the first segment and is doubled when an op comes round to slot 0 again, by a
// segment as long as all before it: up to the N of the map, but only while room is spare (room.ts
// W2). A ring that may not grow goes round: it forgets sooner, and has room for less that waits.
//
// Slot of op t
//    0 u32 op, plain, by the writer             4 u32 outcome: t << 4 | code, atomic, by builders
// Behind a segment's slots stand as many buckets (own.ts), u32 each: one for each slot of the ring,
// whatever stands in that.
//
// S1  Segments never move, and live as long as the map. A directory's words are stored before the
//     ring says that there are so many, and the ring before the tail says that an op is there.
// S2  A ring changes from (base, n) to (t - n, 2 n) only where t - base is a multiple of n. So the
//     ops t - n to t - 1, among them all that wait, have the same slots by either.
// S3  The slot of op t is written when op t - n is applied, and read when t is published. Nothing
//     in front of it has been written by then, if t >= base: what slots of a new segment hold does
//     not matter. Its buckets are cleared.
//
// Checked at their sites: S2, S3. After every step of the checker: S3. S1 as races.
//
// begin, the thread's first append                       a death after this step leaves
//   1. S rewound to its start; segment 0 taken             bytes that the next one's step 1 frees
//   2. in each half a byte, if there is none, so that      the same
//      the mark lies in a chunk: a rewind keeps that
//   3. marks; queues in use; directory                     the same: stored again
//   4. store ring                                          an empty queue
// grow, at op t
//   5. S rewound to the end of its last segment; a new     bytes that the next one's step 5 frees
//      one taken
//   6. directory                                           the same
//   7. store ring                                          nothing
//
// Names: see queue.ts; n: slots of a ring.

import {
  cas32,
  check,
  fill,
  load32,
  load64,
  put32,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { S } from '@x/shm-arena/assembly/ground/invariants';
import { CLOSED, FULL, ME, OK, PAGE } from '@x/shm-arena/assembly/ground/layout';
import { fail, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { present } from '@x/shm-arena/assembly/map/call';
import {
  CHUNK_HEAD,
  regionAlloc,
  regionMark,
  regionRewind,
} from '@x/shm-arena/assembly/memory/region';
import { isSpare, recount } from './room';
import { HEAD_USED, halfOf, queueAt, slotsOf, tablesOf } from './version';

export const Q_RING: usize = 16;
export const Q_MARKS: usize = 24;
export const Q_START: usize = 32;
export const Q_SEGMENTS: usize = 72;

/** log2 of the slots of a first segment: most of a page. */
export const Q_FIRST: u32 = isDefined(GATED) ? 2 : 12;
/** Bytes of a slot and a bucket. */
const EACH: u32 = 12;

// ---- slots --------------------------------------------------------------------------------------

function slotsIn(ring: u64): u32 {
  return 1 << (<u32>ring & 31);
}

function slotIn(queue: usize, ring: u64, t: u64): usize {
  const i = <u32>(t - (ring >> 5)) & (slotsIn(ring) - 1);
  return <usize>load32(segmentOf(queue, i)) + ((<usize>i) << 3);
}

/** The directory's word for slot i. */
function segmentOf(queue: usize, i: u32): usize {
  return queue + Q_SEGMENTS + ((<usize>(32 - clz(i >> Q_FIRST))) << 2);
}

/** Bucket i of a queue that has begun: of as many as there are slots. */
export function bucketAt(queue: usize, i: u32): usize {
  const slots = i >> Q_FIRST == 0 ? firstSlots(queue) << 3 : 12 << (31 - clz(i));
  return <usize>load32(segmentOf(queue, i)) + slots + ((<usize>i) << 2);
}

/** Slots of the first segment. */
export function firstSlots(queue: usize): u32 {
  return min(slotsMade(queue), 1 << Q_FIRST);
}

/** The slot of op `t`, published, and perhaps of a later one by now; 0: it has none any more. */
export function ringSlotAt(queue: usize, t: u64): usize {
  const ring = load64(queue + Q_RING); // Pairs with step 7, or 4: it knows of op t.
  return t >= ring >> 5 ? slotIn(queue, ring, t) : 0;
}

/** How many slots a queue has. */
export function slotsMade(queue: usize): u32 {
  const ring = load64(queue + Q_RING);
  return ring == 0 ? 0 : slotsIn(ring);
}

/** The slot in which op `t` is going to be, `waiting` with it; 0 with a status. */
export function placeOp(
  entry: u32,
  generation: u32,
  head: usize,
  queue: usize,
  t: u64,
  waiting: u64,
  tight: bool,
): usize {
  let ring = load64(queue + Q_RING);
  const n = slotsIn(ring);
  const round = MUTANT == 152 ? waiting == n : ((t - (ring >> 5)) & (n - 1)) == 0;
  if (round && n < slotsOf(head) && !tight) {
    const version = present(entry, generation);
    if (version == 0) return fail(CLOSED);
    const grown = growRing(head, queue, ring, t, version);
    if (grown != OK && grown != FULL) return fail(grown);
    ring = load64(queue + Q_RING);
  }
  if (waiting > slotsIn(ring) && MUTANT != 151) return fail(FULL); // S3
  if (isDefined(GATED)) check(waiting <= slotsIn(ring), S + 3, queue);
  return slotIn(queue, ring, t);
}

// ---- growth -------------------------------------------------------------------------------------

/** Of `create`, for the head that is its own: where its shard of S begins. */
export function startRing(head: usize, tables: u32): void {
  put32(queueAt(head, ME) + Q_START, regionMark(tables));
}

/** Steps 1 to 4, unless they are done. */
export function beginRing(entry: u32, generation: u32, head: usize, queue: usize): i32 {
  if (load64(queue + Q_RING) != 0) return OK;
  const version = present(entry, generation);
  if (version == 0) return CLOSED;
  // A page for the segment, and one for each half.
  if (!isSpare(version, 3 * PAGE)) return FULL;
  const n = min(slotsOf(head), 1 << Q_FIRST);
  const segment = takeSegment(head, load32(queue + Q_START), n);
  if (segment == 0) return whyNot();
  for (let half: u32 = 0; half < 2; half++) {
    const region = halfOf(head, half);
    if (regionMark(region) == 0 && regionAlloc(region, 8, 8) == 0) return whyNot();
  }
  const ring: u64 = ctz(n);
  if (MUTANT == 72) store64(queue + Q_RING, ring);
  store32(queue + Q_MARKS, regionMark(halfOf(head, 0)));
  store32(queue + Q_MARKS + 4, regionMark(halfOf(head, 1)));
  store32(segmentOf(queue, 0), segment);
  if (MUTANT == 143) store64(queue + Q_RING, ring);
  while (true) {
    const used = load32(head + HEAD_USED);
    if (used > ME || cas32(head + HEAD_USED, used, ME + 1)) break;
  }
  store64(queue + Q_RING, ring);
  return OK;
}

/** Steps 5 to 7. FULL: as much is not spare. */
function growRing(head: usize, queue: usize, ring: u64, t: u64, version: usize): i32 {
  const n = slotsIn(ring);
  if (isDefined(GATED)) check(((t - (ring >> 5)) & (n - 1)) == 0, S + 2, queue);
  const whole = (<u64>n * EACH + CHUNK_HEAD + PAGE - 1) & ~(<u64>PAGE - 1);
  if (!isSpare(version, whole << 1)) return FULL; // A chunk may be twice as long as what it is for.
  const end = <u32>bucketAt(queue, n - 1) + 4;
  const segment = takeSegment(head, end - <u32>(end == 0), n); // As `bump` has the end of 4 GiB.
  if (segment == 0) return whyNot();
  const next = ((MUTANT == 150 ? ring >> 5 : t - n) << 5) | ((ring & 31) + 1);
  if (MUTANT == 149) store64(queue + Q_RING, next);
  store32(segmentOf(queue, n), segment - (n << 3));
  store64(queue + Q_RING, next);
  return OK;
}

/** A segment of n slots, behind `end` in this thread's shard of S; 0 with a status. */
function takeSegment(head: usize, end: u32, n: u32): u32 {
  const tables = tablesOf(head);
  if (MUTANT != 136) regionRewind(tables, end);
  const segment = regionAlloc(tables, n * EACH, 8);
  if (segment == 0) return 0;
  fill(<usize>segment + ((<usize>n) << 3), 0, (<usize>n) << 2); // Buckets that nobody knows yet.
  recount(head);
  return segment;
}
