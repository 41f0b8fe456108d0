// Writing many keys that become visible at one instant.
//
//   descriptor d: building ──────────────► committed t
//        ▲      ▲        ▲                 one CAS, and a, m, x are versions with number t
//        a      m        x                 each linked in front of its key's older versions
//
// The operations are sorted by key (stable); those on one key are judged in their order, and only
// the last one that takes effect becomes a node, so the numbers of a key's versions still descend.
//
// writeBatch                                                    a death after this step leaves
//   1. sort; allocate the descriptor and a node for each key    memory of the region
//   2. store the intent {d + 1}                                 an intent: repair aborts d
//   3. for each key in order: decide what stands in front,      pending nodes, which readers skip
//      judge its operations, CAS the node in front              and writers abort
//   4. commit d (stamp.ts)          linearizes                  a batch; repair counts it
//   5. stamp the nodes; store the counters                      a version
//   6. renew the guide if it is due (guide.ts)
//   Aborted, or sealed, in 3 or 4: once more from 1 (in the next list), a bounded number of times.
//
// B1  No memory is taken from step 2 to 5: a full arena or a limit shows before anything is seen.
// B2  A node of this batch stays in front of its key until the batch is decided: whoever writes the
//     key aborts the batch first. So deltas and judgements of operations that took effect still
//     hold at the commit. (An insert that failed was true when judged.)
// B3  The counters are stored from the descriptor's words, which repair uses too: the same values.
//
// Operation, staged by the host: see writeBatch in index.ts. Temporary words, by the operation's
// place in the batch: the first two slices of its key, 2 x u64; its offset, u32; then, by its place
// in key order: that of the batch, u32; merge space, u32; its node (of the key's first operation;
// 0 = none linked), u32. Each kind for all operations, in this order: 32 bytes for each operation.
//
// Names: op the offset of an operation; first..end the operations on one key, in sorted order.

import {
  cas32,
  get32,
  get64,
  load64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED as GONE,
  CONTENDED,
  FULL,
  LIMIT,
  ME,
  OK,
} from '@x/shm-arena/assembly/ground/layout';
import { regionAlloc, regionMark, sweep } from '@x/shm-arena/assembly/memory/region';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { AGAIN, DELETE, EXISTS, INSERT, PRESSURE } from './codes';
import { renew } from './guide';
import {
  CLOCK,
  COUNTERS,
  countersOf,
  deltaOf,
  fillKind,
  fillValue,
  heightOf,
  INTENT,
  io,
  isLive,
  LANES,
  laneAt,
  linkAt,
  listRegion,
  liveOf,
  pressed,
  shardAt,
  SLAB,
  sliceOf,
  STAMP,
  versionsOf,
} from './node';
import {
  L_OWN2,
  L_SPLICE,
  laneFound,
  laneKeyAt,
  laneLength,
  laneS0,
  laneS1,
  setLane,
} from './lane';
import { newestBelow } from './read';
import { advance, before, findSplices, linkAbove } from './search';
import { opened } from './seal';
import {
  BATCH,
  batchKind,
  batchNumber,
  BUILDING,
  CLOSED,
  commit,
  DESCRIPTOR_BYTES,
  openBatch,
  settleWith,
} from './stamp';
import { enter, leave, present } from './stack';
import { listOf } from './record';
import { deltaFor, newest, pickHeight } from './write';
import { admits, build, rewind, useShard } from './shard';

const TRIES: u32 = isDefined(GATED) ? 3 : 12;

const O_KIND: usize = 0;
const O_KEY_LENGTH: usize = 4;
const O_VALUE_LENGTH: usize = 8;
const O_OUTCOME: usize = 12;
const O_KEY: usize = 16;

/** See index.ts. */
export function writeBatch(entry: u32, generation: u32, count: u32, at: u32, temp: u32): i32 {
  sort(count, at, temp);
  let status: i32 = AGAIN;
  for (let round: u32 = 0; round < TRIES; round++) {
    status = enter(entry, generation);
    if (status != OK) return status;
    const record = present(entry, generation);
    if (record == 0) return leave(GONE);
    opened(record);
    status = leave(attempt(record, count, temp));
    if (status == AGAIN) continue;
    if (status != FULL || sweep() == 0) return status; // Swept without the pin: memory came free.
  }
  return status == AGAIN ? CONTENDED : status;
}

/** One attempt in the active list. AGAIN: nothing of it is or becomes visible. */
function attempt(record: usize, count: u32, temp: usize): i32 {
  const list = listOf(record, 0);
  if ((load64(list + CLOCK) & CLOSED) != 0) return AGAIN;
  const ready = useShard(list);
  if (ready != OK) return ready;
  const shard = shardAt(list, ME);
  const mark = regionMark(listRegion(list));
  const slab = get64(shard + SLAB);
  const batch: usize = regionAlloc(listRegion(list), DESCRIPTOR_BYTES, 8);
  const status = batch == 0 ? whyNot() : buildAll(list, count, temp);
  if (status != OK) {
    if (MUTANT != 171) rewind(list, shard, mark, slab); // B1: nothing of it was linked.
    return status;
  }
  openBatch(batch, ME);
  store64(shard + INTENT, <u64>batch | 1);
  let linked: u32 = 0;
  let live: i32 = 0;
  for (let first: u32 = 0; first < count; ) {
    const end = fillLanes(list, first, count, temp);
    let lane: u32 = 0;
    for (let group = first; group < end; lane++) {
      const next = groupEnd(group, count, temp);
      const node = place(record, laneAt(lane), group, next, count, temp, batch);
      if (node == batch) return AGAIN;
      if (node != 0) {
        linked++;
        live += deltaOf(node);
      }
      group = next;
    }
    first = end;
  }
  return finish(record, shard, batch, linked, live, count, temp, mark, slab);
}

/** Steps 4 and 5. */
function finish(
  record: usize,
  shard: usize,
  batch: usize,
  linked: u32,
  live: i32,
  count: u32,
  temp: usize,
  mark: u32,
  slab: u64,
): i32 {
  const list = listOf(record, 0);
  const result = io();
  if (linked == 0) {
    store64(shard + INTENT, 0); // As in giveBack of shard.ts: repair must not look at freed memory.
    rewind(list, shard, mark, slab);
    put32(result, 0);
    put32(result + 4, 0);
    put64(result + 8, 0);
    return OK;
  }
  const counters = load64(shard + COUNTERS);
  const versions = versionsOf(counters) + linked;
  const alive = liveOf(counters) + live;
  if (!commit(record, batch, versions, alive)) return AGAIN;
  for (let i: u32 = 0; i < count; i++) {
    const node = nodeOf(i, count, temp);
    if (node != 0) settleWith(node, batch);
  }
  store64(shard + COUNTERS, countersOf(versions, alive)); // B3
  let written: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (get32(opAt(i, count, temp) + O_OUTCOME) == OK) written++;
  }
  put32(result, written);
  put32(result + 4, 0);
  put64(result + 8, batchNumber(batch));
  renew(list, versions - linked, versions);
  return pressed(list) ? OK | PRESSURE : OK;
}

// ---- nodes --------------------------------------------------------------------------------------

function nodeOf(index: u32, count: u32, temp: usize): usize {
  return get32(temp + 28 * <usize>count + ((<usize>index) << 2));
}

function setNode(index: u32, count: u32, temp: usize, node: usize): void {
  put32(temp + 28 * <usize>count + ((<usize>index) << 2), <u32>node);
}

/** Step 1: a node for each key, with room for the longest value that its operations may give it. */
function buildAll(list: usize, count: u32, temp: usize): i32 {
  let groups: u32 = 0;
  for (let first: u32 = 0; first < count; ) {
    const end = groupEnd(first, count, temp);
    let longest: u32 = 0;
    for (let i = first; i < end; i++) {
      setNode(i, count, temp, 0);
      longest = max(longest, valueBytes(opAt(i, count, temp)));
    }
    const op = opAt(first, count, temp);
    const slices = slicesAt(first, count, temp);
    const len = get32(op + O_KEY_LENGTH);
    const height = pickHeight(list);
    const node = build(list, height, get64(slices), get64(slices + 8), len, op + O_KEY, longest);
    if (node == 0) return whyNot();
    setNode(first, count, temp, node);
    groups++;
    first = end;
  }
  return admits(list, groups) ? OK : LIMIT;
}

/**
 * Step 3 for one key: links its node and returns it; 0: nothing to write; `batch`: it is aborted.
 */
function place(
  record: usize,
  lane: usize,
  first: u32,
  end: u32,
  count: u32,
  temp: usize,
  batch: usize,
): usize {
  const list = listOf(record, 0);
  const s0 = laneS0(lane);
  const s1 = laneS1(lane);
  const len = laneLength(lane);
  const at = laneKeyAt(lane);
  const splice = lane + L_SPLICE;
  const node = nodeOf(first, count, temp);
  let n = laneFound(lane);
  while (true) {
    if (batchKind(batch) != BUILDING) return batch;
    const prev = newest(list, n, s0, s1, len, at);
    const was = isLive(prev);
    let live = was;
    if (prev == 0 && inserts(first, end, count, temp)) {
      live = isLive(newestBelow(record, s0, s1, len, at)); // Holds at the commit: S5.
    }
    const op = judge(first, end, count, temp, live);
    if (op == 0) {
      setNode(first, count, temp, 0);
      return 0;
    }
    const tombstone = get32(op + O_KIND) == DELETE;
    fillValue(node, valueFrom(op), valueBytes(op)); // Private until the CAS below.
    fillKind(node, tombstone, deltaFor(tombstone, was));
    put64(node + STAMP, BATCH | <u64>batch);
    put32(linkAt(node, 0), <u32>n);
    if (cas32(linkAt(before(splice, 0), 0), <u32>n, <u32>node)) break;
    n = advance(0, s0, s1, len, at, splice);
  }
  const height = heightOf(node);
  linkAbove(list, node, height, s0, s1, len, at, splice);
  return node;
}

/** Whether one of the operations asks if the key is there. */
function inserts(first: u32, end: u32, count: u32, temp: usize): bool {
  for (let i = first; i < end; i++) if (get32(opAt(i, count, temp) + O_KIND) == INSERT) return true;
  return false;
}

/** Notes each operation's outcome; returns the last one that takes effect, or 0. */
function judge(first: u32, end: u32, count: u32, temp: usize, live: bool): usize {
  let last: usize = 0;
  for (let i = first; i < end; i++) {
    const op = opAt(i, count, temp);
    const kind = get32(op + O_KIND);
    if (kind == INSERT && live) {
      put32(op + O_OUTCOME, EXISTS);
      continue;
    }
    put32(op + O_OUTCOME, OK);
    live = kind != DELETE;
    last = op;
  }
  return last;
}

/** Gives lanes to the keys from operation `first` on and searches them; returns where they end. */
function fillLanes(list: usize, first: u32, count: u32, temp: usize): u32 {
  let lanes: u32 = 0;
  let i = first;
  for (; i < count && lanes < LANES; lanes++) {
    const op = opAt(i, count, temp);
    const slices = slicesAt(i, count, temp);
    const len = get32(op + O_KEY_LENGTH);
    setLane(laneAt(lanes), get64(slices), get64(slices + 8), len, op + O_KEY);
    put32(laneAt(lanes) + L_OWN2, heightOf(nodeOf(i, count, temp)));
    i = groupEnd(i, count, temp);
  }
  findSplices(list, lanes);
  return i;
}

// ---- operations, staged by this thread's host: private ------------------------------------------

/** The operation with that place in key order. */
function opAt(index: u32, count: u32, temp: usize): usize {
  return opOf(placeOf(index, count, temp), count, temp);
}

/** The operation with that place in the batch. */
function opOf(place: u32, count: u32, temp: usize): usize {
  return get32(temp + ((<usize>count) << 4) + ((<usize>place) << 2));
}

/** Its place in the batch. */
function placeOf(index: u32, count: u32, temp: usize): u32 {
  return get32(temp + 20 * <usize>count + ((<usize>index) << 2));
}

/** The first two slices of its key. */
function slicesAt(index: u32, count: u32, temp: usize): usize {
  return temp + ((<usize>placeOf(index, count, temp)) << 4);
}

function valueBytes(op: usize): u32 {
  return get32(op + O_KIND) == DELETE ? 0 : get32(op + O_VALUE_LENGTH);
}

function valueFrom(op: usize): usize {
  return op + O_KEY + ((get32(op + O_KEY_LENGTH) + 7) & ~7);
}

function opBytes(op: usize): usize {
  return O_KEY + ((get32(op + O_KEY_LENGTH) + 7) & ~7) + ((get32(op + O_VALUE_LENGTH) + 7) & ~7);
}

/** The first operation behind `first` that has another key. */
function groupEnd(first: u32, count: u32, temp: usize): u32 {
  const place = placeOf(first, count, temp);
  let end = first + 1;
  while (end < count && sameKey(place, placeOf(end, count, temp), count, temp)) end++;
  return end;
}

/** Whether two operations, given by their places in the batch, have the same key. */
function sameKey(a: u32, b: u32, count: u32, temp: usize): bool {
  const x = temp + ((<usize>a) << 4);
  const y = temp + ((<usize>b) << 4);
  if (get64(x) != get64(y) || get64(x + 8) != get64(y + 8)) return false;
  return compareTails(opOf(a, count, temp), opOf(b, count, temp)) == 0;
}

/** 1 if the first one's key does not come after that of the second one, or 0. */
function notAfter(a: u32, b: u32, count: u32, temp: usize): u32 {
  const x = temp + ((<usize>a) << 4);
  const y = temp + ((<usize>b) << 4);
  const x0 = get64(x);
  const y0 = get64(y);
  const x1 = get64(x + 8);
  const y1 = get64(y + 8);
  if (x0 == y0 && x1 == y1) {
    return <u32>(compareTails(opOf(a, count, temp), opOf(b, count, temp)) <= 0);
  }
  return <u32>(x0 < y0) | (<u32>(x0 == y0) & <u32>(x1 < y1));
}

/** Two operations by key where the first two slices agree. */
function compareTails(a: usize, b: usize): i32 {
  const la = get32(a + O_KEY_LENGTH);
  const lb = get32(b + O_KEY_LENGTH);
  const slices = (min(la, lb) + 7) >> 3;
  for (let i: u32 = 2; i < slices; i++) {
    const x = sliceOf(a + O_KEY, i, la);
    const y = sliceOf(b + O_KEY, i, lb);
    if (x != y) return x < y ? -1 : 1;
  }
  return la < lb ? -1 : <i32>(la > lb);
}

/** Places that are sorted by insertion before they are merged: few enough to be quicker so. */
const RUN: u32 = isDefined(GATED) ? 2 : 8;

/** Fills the order, sorted by key; stable (runs by insertion, then merged, from below). */
function sort(count: u32, at: usize, temp: usize): void {
  let op = at;
  for (let i: u32 = 0; i < count; i++) {
    const len = get32(op + O_KEY_LENGTH);
    const slices = temp + ((<usize>i) << 4);
    put64(slices, len > 0 ? sliceOf(op + O_KEY, 0, len) : 0);
    put64(slices + 8, len > 8 ? sliceOf(op + O_KEY, 1, len) : 0);
    put32(temp + ((<usize>count) << 4) + ((<usize>i) << 2), <u32>op);
    op += opBytes(op);
  }
  const order = temp + 20 * <usize>count;
  for (let low: u32 = 0; low < count; low += RUN) {
    sortRun(order, low, min(low + RUN, count), count, temp);
  }
  let from = order;
  let to = order + ((<usize>count) << 2);
  for (let width = RUN; width < count; width <<= 1) {
    for (let low: u32 = 0; low < count; low += width << 1) {
      merge(from, to, low, min(low + width, count), min(low + (width << 1), count), temp, count);
    }
    const other = from;
    from = to;
    to = other;
  }
  if (from == order) return;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) put32(order + i, get32(from + i));
}

function sortRun(order: usize, low: u32, high: u32, count: u32, temp: usize): void {
  for (let place = low; place < high; place++) {
    let i = order + ((<usize>place) << 2);
    for (; i > order + ((<usize>low) << 2); i -= 4) {
      const other = get32(i - 4);
      if (notAfter(other, place, count, temp) != 0) break;
      put32(i, other);
    }
    put32(i, place);
  }
}

function merge(
  from: usize,
  to: usize,
  low: u32,
  mid: u32,
  high: u32,
  temp: usize,
  count: u32,
): void {
  let a = low;
  let b = mid;
  let i = low;
  // Without branches that nobody can guess: which one comes first is as good as random.
  for (; a < mid && b < high; i++) {
    const x = wordAt(from, a);
    const y = wordAt(from, b);
    const left = notAfter(x, y, count, temp);
    put32(to + ((<usize>i) << 2), left != 0 ? x : y);
    a += left;
    b += 1 - left;
  }
  for (; a < mid; i++) put32(to + ((<usize>i) << 2), wordAt(from, a++));
  for (; b < high; i++) put32(to + ((<usize>i) << 2), wordAt(from, b++));
}

function wordAt(at: usize, index: u32): u32 {
  return get32(at + ((<usize>index) << 2));
}
