// Reading keys: one, or many in lockstep.
//
//   view   {B, A, older} ──► in each list, newest first: seek the key, take the first version that
//                            the reader sees; the newest list that has one decides
//
// get(key)                                               a death after any step leaves a pin
//   1. pin, root, entry still LIVE (stack.ts)
//   2. for each list: search; front version on, `seen`   linearizes, in the present: a version at
//                                                        the load of its stamp, absence as below;
//                                                        a snapshot: at S
//   3. copy the value to the result block, unpin
//   4. no room for it: the pin stays, and the host takes the value, which is frozen (I1), piece by
//      piece, then unpins: reading needs no memory of the arena
//
// Why the present is a state that was there: the root named this stack at the load. What a writer
// puts into a newer list after that comes after the close of the list we read in (stack.ts T2), so
// what we find in the older list stood, at the latest, at its close, which is behind the load. So
// the result was true at some instant of the call.
//
// And so it is where no list has a version. At most one clock is open (stack.ts T2). If it is the
// active list's, what is in the others is final, and the key was absent when we loaded the link of
// the active list that leads past its place. If it is still that of the list before, the active one
// is empty until that is closed: the key was absent when we loaded the link there, or, if it was
// closed first, at its close.
//
// A list that `outside` leaves out is closed, and never has a version of the key: no step of the
// above is there for it. A search of a closed list that was in vain may make its filter
// (filter.ts), which changes what later reads cost and nothing else.
//
// Readers decide what is undecided instead of
// waiting: at most one node for each key and list, plus a floor for a batch (stamp.ts).
//
// getMany: the misses of up to LANES searches overlap (search.ts). Each key is read by itself.
//
// Names: see node.ts and stack.ts. number: of the version found; 0 = none is visible.

import { get32, get64, load32, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { io, RESULT, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, NEED } from '@x/shm-arena/assembly/map/codes';
import {
  copyKeyPart,
  firstSlice,
  keyRecord,
  secondSlice,
  sliceOf,
} from '@x/shm-arena/assembly/map/key';
import { closePortion, NOTHING, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { FOUND_BYTES, FOUND_FLAGS, FOUND_NUMBER, putValue } from '@x/shm-arena/assembly/map/result';
import { TOMBSTONE } from './codes';
import { hashOf, inVain, mayHave } from './filter';
import { handAt, handLength, handS0, handS1 } from './hand';
import {
  DECIDED,
  LANE_NODE,
  LANE_DECIDED,
  LANE_HASH,
  laneFound,
  laneKeyAt,
  laneLength,
  laneS0,
  laneS1,
  OPEN,
  OUTSIDE,
  setLane,
} from './lane';
import {
  isTombstone,
  KEY,
  laneAt,
  LANES,
  less,
  LIST_FILTER,
  LIST_GREATEST,
  LIST_HEAD,
  next,
  order,
  REST,
  STAMP,
  valueAt,
  valueLength,
  WORK_BYTES,
} from './node';
import { listsIn, listOf } from './record';
import { findMany, seek, visible } from './search';
import { done, look, viewEnd, viewFirst, viewRecord, viewUpto } from './stack';
import { LATEST } from './stamp';

// ---- one key ------------------------------------------------------------------------------------

/** See index.ts. */
export function get(
  entry: u32,
  generation: u32,
  target: u32,
  seqLo: u32,
  seqHi: u32,
  flags: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): i32 {
  const upto = ((<u64>seqHi) << 32) | seqLo;
  const status = look(entry, generation, target, upto);
  if (status != OK) return status;
  const s0 = firstSlice(len, k0, k1);
  const s1 = secondSlice(len, k0, k2, k3);
  const at = len > 16 ? k0 : 0;
  const record = viewRecord();
  const end = viewEnd();
  const limit = viewUpto();
  const hash = end > 1 ? hashOf(s0, s1, len, at) : 0;
  for (let i = viewFirst(); i < end; i++) {
    const list = listOf(record, i);
    const n =
      i > 0
        ? visibleBelow(list, hash, s0, s1, len, at, limit)
        : visible(list, seek(list, s0, s1, len, at), s0, s1, len, at, limit);
    if (n == 0) continue;
    const found = resultOf(n, load64(n + STAMP), flags, OK); // Decided by `seen`: the number.
    return found == NEED && MUTANT != 183 ? NEED : done(upto, found);
  }
  put32(io() + FOUND_BYTES, 0);
  putVersion(0, 0);
  return done(upto, ABSENT);
}

/**
 * Fills the result block from a visible version; `status` if it is live and fits. NEED: the caller
 * keeps its pin. `flags` as of `get`.
 */
export function resultOf(node: usize, number: u64, flags: u32, status: i32): i32 {
  const gone = isTombstone(node);
  putVersion(gone ? TOMBSTONE : 0, number);
  const room = valueRoom(WORK_BYTES);
  if (!gone) return putValue(valueAt(node), valueLength(node), flags, room, status);
  put32(io() + FOUND_BYTES, 0);
  return ABSENT;
}

/** What a result says beside the value. */
function putVersion(flags: u32, number: u64): void {
  const out = io();
  put32(out + FOUND_FLAGS, flags);
  put64(out + FOUND_NUMBER, number);
}

/** See index.ts. */
export function piece(at: usize, isKey: bool, from: u32, bytes: u32): void {
  const to = io() + RESULT;
  if (isKey) copyKeyPart(to, at + KEY, at + REST, from, bytes);
  else copyWords(to, at + from, bytes);
}

/**
 * Whether a list of a stack, not its active one, can have no version of the key (seal.ts L8,
 * filter.ts X1).
 */
function outside(list: usize, hash: u64, s0: u64, s1: u64, len: u32, at: usize): bool {
  const filter = load64(list + LIST_FILTER); // Pairs with the CAS of filter.ts: it is complete.
  if (filter != 0) return !mayHave(filter, hash);
  const greatest: usize = load32(list + LIST_GREATEST);
  if (greatest == 0) return false;
  if (less(greatest, s0, s1, len, at)) return true;
  const first = next(list + LIST_HEAD, 0);
  return first != 0 && order(first, s0, s1, len, at) > 0;
}

/** What a reader sees of the key in a list of a stack, not its active one; 0: nothing. */
function visibleBelow(
  list: usize,
  hash: u64,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  upto: u64,
): usize {
  if (outside(list, hash, s0, s1, len, at)) return 0;
  const n = visible(list, seek(list, s0, s1, len, at), s0, s1, len, at, upto);
  if (n == 0) inVain(list);
  return n;
}

/** The newest version of the key in hand in the frozen lists, a tombstone too, or 0. */
export function newestBelow(record: usize): usize {
  const count = listsIn(record);
  const hash = count > 1 ? hashOf(handS0, handS1, handLength, handAt) : 0;
  for (let i: u32 = 1; i < count; i++) {
    // The list is closed (L3): what is undecided becomes void here, and can never be a version.
    const list = listOf(record, i);
    const n = visibleBelow(list, hash, handS0, handS1, handLength, handAt, LATEST);
    if (n != 0) return n;
  }
  return 0;
}

// ---- many keys ----------------------------------------------------------------------------------

/** See index.ts. */
export function getMany(
  entry: u32,
  generation: u32,
  target: u32,
  seqLo: u32,
  seqHi: u32,
  count: u32,
  at: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const upto = ((<u64>seqHi) << 32) | seqLo;
  const status = look(entry, generation, target, upto);
  if (status != OK) return status;
  let row: usize = out;
  const first = openPortion(out, outBytes, count, 0);
  let key: usize = at;
  let keys: u32 = 0;
  let full = false;
  while (keys < count && !full) {
    const lanes = min(count - keys, LANES);
    for (let i: u32 = 0; i < lanes; i++) key = stageLane(laneAt(i), key);
    searchLanes(lanes);
    for (let i: u32 = 0; i < lanes; i++) {
      const node: usize = get32(laneAt(i) + LANE_NODE);
      const head = node == 0 ? NOTHING : 0;
      const value: usize = node == 0 ? 0 : valueAt(node);
      const bytes = node == 0 ? 0 : valueLength(node);
      full = !putEntry(row, first, 0, 0, 0, head, value, bytes, 0);
      if (full) break;
      row += 8;
      keys++;
    }
  }
  closePortion(row, first, 0, keys, full ? 1 : 0);
  return done(upto, OK);
}

/** Gives the lane the staged key at `key`; returns where the next one stands. */
function stageLane(lane: usize, key: usize): usize {
  const len = get32(key); // Staged by this thread's host: private.
  setLane(lane, sliceOf(key + 8, 0, len), sliceOf(key + 8, 1, len), len, key + 8);
  put32(lane + LANE_NODE, 0);
  put32(lane + LANE_DECIDED, OPEN);
  const several = viewEnd() > 1;
  put64(lane + LANE_HASH, several ? hashOf(laneS0(lane), laneS1(lane), len, key + 8) : 0);
  return key + keyRecord(len);
}

/** Searches the lanes' keys in all lists of the view; LANE_NODE := the live version, or 0. */
function searchLanes(lanes: u32): void {
  const record = viewRecord();
  const end = viewEnd();
  const limit = viewUpto();
  let open = lanes;
  for (let i = viewFirst(); i < end && open > 0; i++) {
    const list = listOf(record, i);
    if (i > 0 && leaveOut(list, lanes) == 0) continue;
    findMany(list, lanes);
    for (let l: u32 = 0; l < lanes; l++) {
      const lane = laneAt(l);
      if (get32(lane + LANE_DECIDED) != OPEN) continue;
      if (decideLane(list, lane, limit)) open--;
      else if (i > 0) inVain(list);
    }
  }
}

/**
 * Of the lanes that are not decided leaves out those whose keys this list does not have; how many
 * are left.
 */
function leaveOut(list: usize, lanes: u32): u32 {
  let open: u32 = 0;
  for (let l: u32 = 0; l < lanes; l++) {
    const lane = laneAt(l);
    if (get32(lane + LANE_DECIDED) == DECIDED) continue;
    const hash = get64(lane + LANE_HASH);
    const s0 = laneS0(lane);
    const out = outside(list, hash, s0, laneS1(lane), laneLength(lane), laneKeyAt(lane));
    put32(lane + LANE_DECIDED, out ? OUTSIDE : OPEN);
    if (!out) open++;
  }
  return open;
}

/** True when this list decides the lane's key. */
function decideLane(list: usize, lane: usize, limit: u64): bool {
  const s0 = laneS0(lane);
  const s1 = laneS1(lane);
  const len = laneLength(lane);
  const at = laneKeyAt(lane);
  const n = visible(list, laneFound(lane), s0, s1, len, at, limit);
  if (n == 0) return false;
  put32(lane + LANE_NODE, isTombstone(n) ? 0 : <u32>n);
  put32(lane + LANE_DECIDED, DECIDED);
  return true;
}
