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
//   4. no marks over the nodes (marks.ts); commit d (stamp.ts)  a batch; repair counts it
//                                   linearizes
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
// Checked by others: B1 as write.ts W2 (the intent stands when a node is linked), B2 as node.ts I4.
// B3 by the audit of the counters (audit.ts 6, 7).
//
// Operation, staged by the host: see writeBatch in index.ts. Items (map/sort.ts) stand in temporary
// words of the host; own: the node of the run that begins here, 0 = none is linked.
//
// Names: op the offset of an operation; order the items sorted by key; first..end the operations on
// one key, a run.

import {
  cas32,
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, CONTENDED, FULL, LIMIT, ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { AGAIN, EXISTS, PRESSURE } from '@x/shm-arena/assembly/map/codes';
import { sliceOf } from '@x/shm-arena/assembly/map/key';
import { ANSWER, FOUND_NUMBER } from '@x/shm-arena/assembly/map/result';
import {
  ITEM_AT,
  ITEM_LENGTH,
  ITEM_OP,
  ITEM_OWN,
  itemAt,
  itemOf,
  runEnd,
  sort,
} from '@x/shm-arena/assembly/map/sort';
import { regionAlloc, regionMark, sweep } from '@x/shm-arena/assembly/memory/region';
import { DELETE, INSERT } from './codes';
import { renew } from './guide';
import { takeKey } from './hand';
import {
  LANE_LEVELS,
  LANE_SPLICE,
  laneFound,
  laneKeyAt,
  laneLength,
  laneS0,
  laneS1,
  setLane,
} from './lane';
import { unmark } from './marks';
import {
  LIST_CLOCK,
  SHARD_COUNTERS,
  countersOf,
  deltaOf,
  fillKind,
  fillValue,
  heightOf,
  SHARD_INTENT,
  isLive,
  laneAt,
  LANES,
  linkAt,
  LIST_HEIGHT,
  listRegion,
  liveOf,
  pressed,
  shardAt,
  SHARD_SLAB,
  STAMP,
  versionsOf,
} from './node';
import { newestBelow } from './read';
import { listOf } from './record';
import { opened } from './seal';
import { before, checkLink, findFurther, findSplices, linkAbove } from './search';
import { admits, makeNode, rewind, useShard } from './shard';
import {
  BATCH,
  batchKind,
  batchNumber,
  BUILDING,
  LIST_CLOSED,
  commitBatch,
  DESCRIPTOR_BYTES,
  openBatch,
  stampAsBatch,
} from './stamp';
import { deltaFor, newest, pickHeight } from './write';

const TRIES: u32 = isDefined(GATED) ? 3 : 12;

const STAGED_KIND: usize = 0;
const STAGED_KEY_LENGTH: usize = 4;
const STAGED_VALUE_LENGTH: usize = 8;
const STAGED_OUTCOME: usize = 12;
const STAGED_KEY: usize = 16;

/** See index.ts. */
export function writeBatch(entry: u32, generation: u32, count: u32, at: u32, temp: u32): i32 {
  fillItems(count, at, temp);
  const order = sort(temp, count, count);
  let status: i32 = AGAIN;
  for (let round: u32 = 0; round < TRIES; round++) {
    status = enter(entry, generation);
    if (status != OK) return status;
    const record = present(entry, generation);
    if (record == 0) return leave(CLOSED);
    opened(record);
    status = leave(attempt(record, order, count));
    if (status == AGAIN) continue;
    if (status != FULL || sweep() == 0) return status; // Swept without the pin: memory came free.
  }
  return status == AGAIN ? CONTENDED : status;
}

/** One attempt in the active list. AGAIN: nothing of it is or becomes visible. */
function attempt(record: usize, order: usize, count: u32): i32 {
  const list = listOf(record, 0);
  if ((load64(list + LIST_CLOCK) & LIST_CLOSED) != 0) return AGAIN;
  const ready = useShard(list);
  if (ready != OK) return ready;
  const shard = shardAt(list, ME);
  const mark = regionMark(listRegion(list));
  const slab = get64(shard + SHARD_SLAB);
  const batch: usize = regionAlloc(listRegion(list), DESCRIPTOR_BYTES, 8);
  const status = batch == 0 ? whyNot() : makeNodes(list, order, count);
  if (status != OK) {
    if (MUTANT != 171) rewind(list, shard, mark, slab); // B1: nothing of it was linked.
    return status;
  }
  openBatch(batch, ME);
  store64(shard + SHARD_INTENT, <u64>batch | 1);
  let linked: u32 = 0;
  let live: i32 = 0;
  for (let first: u32 = 0; first < count; ) {
    const end = fillLanes(list, order, first, count);
    let lane: u32 = 0;
    for (let group = first; group < end; lane++) {
      const next = runEnd(order, group, count);
      const node = placeRun(record, laneAt(lane), order, group, next, batch);
      if (node == batch) return AGAIN;
      if (node != 0) {
        linked++;
        live += deltaOf(node);
      }
      group = next;
    }
    first = end;
  }
  if (linked == 0) return writeNothing(list, shard, mark, slab);
  return finishBatch(record, shard, batch, linked, live, order, count);
}

/** In the place of steps 4 and 5, where no operation takes effect. */
function writeNothing(list: usize, shard: usize, mark: u32, slab: u64): i32 {
  // As in giveBack of shard.ts: repair must not look at freed memory.
  store64(shard + SHARD_INTENT, 0);
  rewind(list, shard, mark, slab);
  put32(io() + ANSWER, 0);
  put64(io() + FOUND_NUMBER, 0);
  return OK;
}

/** Steps 4 and 5. */
function finishBatch(
  record: usize,
  shard: usize,
  batch: usize,
  linked: u32,
  live: i32,
  order: usize,
  count: u32,
): i32 {
  const list = listOf(record, 0);
  const result = io();
  const counters = load64(shard + SHARD_COUNTERS);
  const versions = versionsOf(counters) + linked;
  const alive = liveOf(counters) + live;
  for (let i: u32 = 0; i < count; i++) {
    const node = nodeOf(itemAt(order, i));
    if (MUTANT != 292 && node != 0) unmark(list, node);
  }
  if (!commitBatch(record, batch, versions, alive)) return AGAIN;
  for (let i: u32 = 0; i < count; i++) {
    const node = nodeOf(itemAt(order, i));
    if (node != 0) stampAsBatch(node, batch);
  }
  store64(shard + SHARD_COUNTERS, countersOf(versions, alive)); // B3
  let written: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (get32(opAt(order, i) + STAGED_OUTCOME) == OK) written++;
  }
  put32(result + ANSWER, written);
  put64(result + FOUND_NUMBER, batchNumber(batch));
  renew(list, versions - linked, versions);
  return pressed(list) ? OK | PRESSURE : OK;
}

// ---- nodes --------------------------------------------------------------------------------------

function nodeOf(item: usize): usize {
  return get32(item + ITEM_OWN);
}

function setNode(item: usize, node: usize): void {
  put32(item + ITEM_OWN, <u32>node);
}

/**
 * Step 1: a node for each key, with room for the longest value that its operations may give it.
 * Towers grow as if each node were linked before the next one is made.
 */
function makeNodes(list: usize, order: usize, count: u32): i32 {
  let top = load32(list + LIST_HEIGHT);
  let runs: u32 = 0;
  for (let first: u32 = 0; first < count; ) {
    const end = runEnd(order, first, count);
    let longest: u32 = 0;
    for (let i = first; i < end; i++) {
      setNode(itemAt(order, i), 0);
      longest = max(longest, valueBytes(opAt(order, i)));
    }
    const item = itemAt(order, first);
    takeKey(get64(item), get64(item + 8), get32(item + ITEM_LENGTH), get32(item + ITEM_AT));
    const height = pickHeight(top);
    const node = makeNode(list, height, longest);
    if (node == 0) return whyNot();
    top = max(top, height);
    setNode(item, node);
    runs++;
    first = end;
  }
  return admits(list, runs) ? OK : LIMIT;
}

/**
 * Step 3 for one key: links its node and returns it; 0: nothing to write; `batch`: it is aborted.
 */
function placeRun(
  record: usize,
  lane: usize,
  order: usize,
  first: u32,
  end: u32,
  batch: usize,
): usize {
  const list = listOf(record, 0);
  takeKey(laneS0(lane), laneS1(lane), laneLength(lane), laneKeyAt(lane));
  const splice = lane + LANE_SPLICE;
  const item = itemAt(order, first);
  const node = nodeOf(item);
  let n = laneFound(lane);
  while (true) {
    if (batchKind(batch) != BUILDING) return batch;
    const prev = newest(list, n);
    const was = isLive(prev);
    let live = was;
    if (prev == 0 && inserts(order, first, end)) {
      live = isLive(newestBelow(record)); // Holds at the commit: S5.
    }
    const op = judge(order, first, end, live);
    if (op == 0) {
      setNode(item, 0);
      return 0;
    }
    const tombstone = get32(op + STAGED_KIND) == DELETE;
    fillValue(node, valueFrom(op), valueBytes(op)); // Private until the CAS below.
    fillKind(node, tombstone, deltaFor(tombstone, was));
    put64(node + STAMP, BATCH | <u64>batch);
    put32(linkAt(node, 0), <u32>n);
    if (isDefined(GATED)) checkLink(list, before(splice, 0), node, n, batch | 1);
    if (cas32(linkAt(before(splice, 0), 0), <u32>n, <u32>node)) break;
    n = findFurther(0, splice);
  }
  linkAbove(list, node, heightOf(node), splice);
  return node;
}

/** Whether one of the operations asks if the key is there. */
function inserts(order: usize, first: u32, end: u32): bool {
  for (let i = first; i < end; i++) if (get32(opAt(order, i) + STAGED_KIND) == INSERT) return true;
  return false;
}

/** Notes each operation's outcome; returns the last one that takes effect, or 0. */
function judge(order: usize, first: u32, end: u32, live: bool): usize {
  let last: usize = 0;
  for (let i = first; i < end; i++) {
    const op = opAt(order, i);
    const kind = get32(op + STAGED_KIND);
    if (kind == INSERT && live) {
      put32(op + STAGED_OUTCOME, EXISTS);
      continue;
    }
    put32(op + STAGED_OUTCOME, OK);
    live = kind != DELETE;
    last = op;
  }
  return last;
}

/** Gives lanes to the keys from operation `first` on and searches them; returns where they end. */
function fillLanes(list: usize, order: usize, first: u32, count: u32): u32 {
  let lanes: u32 = 0;
  let i = first;
  for (; i < count && lanes < LANES; lanes++) {
    const item = itemAt(order, i);
    const lane = laneAt(lanes);
    setLane(lane, get64(item), get64(item + 8), get32(item + ITEM_LENGTH), get32(item + ITEM_AT));
    put32(lane + LANE_LEVELS, heightOf(nodeOf(item)));
    i = runEnd(order, i, count);
  }
  findSplices(list, lanes);
  return i;
}

// ---- operations, staged by this thread's host: private ------------------------------------------

/** An item for each, as they come. */
function fillItems(count: u32, at: usize, items: usize): void {
  let op = at;
  for (let i: u32 = 0; i < count; i++) {
    const item = itemOf(items, i);
    const len = get32(op + STAGED_KEY_LENGTH);
    put64(item, sliceOf(op + STAGED_KEY, 0, len));
    put64(item + 8, sliceOf(op + STAGED_KEY, 1, len));
    put32(item + ITEM_LENGTH, len);
    put32(item + ITEM_AT, <u32>(op + STAGED_KEY));
    put32(item + ITEM_OP, <u32>op);
    op += opBytes(op);
  }
}

/** The operation with that place in key order. */
function opAt(order: usize, index: u32): usize {
  return get32(itemAt(order, index) + ITEM_OP);
}

function valueBytes(op: usize): u32 {
  return get32(op + STAGED_KIND) == DELETE ? 0 : get32(op + STAGED_VALUE_LENGTH);
}

function valueFrom(op: usize): usize {
  return op + STAGED_KEY + ((get32(op + STAGED_KEY_LENGTH) + 7) & ~7);
}

function opBytes(op: usize): usize {
  return (
    STAGED_KEY +
    ((get32(op + STAGED_KEY_LENGTH) + 7) & ~7) +
    ((get32(op + STAGED_VALUE_LENGTH) + 7) & ~7)
  );
}
