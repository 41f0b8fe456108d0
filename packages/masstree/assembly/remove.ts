// Removing a range: what a leaf has of it goes by one store of LIVE.
//
//   leaf, sorted   a b | c d e f | layer | h       from the cursor on, up to a layer, the end, the
//                        └─────┘                   limit, or the leaf's end
//
// a run                                                  a death after this step leaves
//   1. the number; no snapshot shows the leaf (open.ts)    nothing
//   2. lock the leaf: it is not DEAD; gather it again,     intent.ts
//      if it is not what it was
//   3. note the records of the run                         UNDO
//   4. publish LIVE without it      linearizes for all     the word says so, and how many they were
//   5. count, retire, unlock
// An intent has notes for so many records; what is left of the run is another one. Behind a leaf
// what is sparse goes, once (tidy.ts). A leaf that a snapshot shows is left to a write of its first
// key (write.ts), which copies it; then the call ends, as all that it stands on may be gone.
//
// The call ends with its last key, behind which the host goes on; or without, where that is not at
// hand, or something was not to be had: then the host begins where it began, and what was removed
// is not found again.
//
// M1  Under the lock a run is all that the leaf has there: nobody else changes LIVE.
//
// Names: as in scan.ts and cursor.ts.

import { load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { io } from '@x/shm-arena/assembly/map/call';
import { ABSENT } from '@x/shm-arena/assembly/map/codes';
import { slicesAt } from '@x/shm-arena/assembly/map/key';
import { REMOVE } from '@x/shm-arena/assembly/map/kinds';
import { cover } from '@x/shm-arena/assembly/map/reach';
import {
  back,
  depth,
  enterLayer,
  firstPast,
  gatherAgain,
  LAYER_ENTERED,
  leaf,
  LEAF_DONE,
  LEAF_GONE,
  leafLive,
  putSlice,
  sliceIn,
  standBehind,
} from './cursor';
import {
  entryBlock,
  entryKind,
  entrySlice,
  entrySlot,
  entryWhat,
  keyBuffer,
  keyRoom,
} from './gather';
import { takeAt } from './hand';
import { begin, finish, giveUp, hasRoomForOlds, publishLive } from './intent';
import { isLayer, liveCount } from './leaf';
import { blockOf, liveAt, MAP_HEAD, mapOf, RECORD, S_VALUE, slotAt } from './layout';
import { isShown, newestOf, settled } from './open';
import { dropRecord } from './record';
import { closed, comparePrefix, compose, isBeyond, keyLength, toEnd, wider } from './give';
import { isSparse } from './shape';
import { tidy } from './tidy';
import { run } from './write';

/** In the result: how many were removed. */
export const REMOVED: usize = 56;
/** Instead of how to go on: something was not to be had. */
export const AGAIN_LEAF: i32 = -4;

// What is removed, and how far.
let map: usize = 0;
let domain: usize = 0;
let limit: u32 = 0;
let removed: u32 = 0;
let room: usize = 0;
let roomBytes: u32 = 0;
/** Why a run ends. */
let stop: u32 = 0;
const STOP_END: u32 = 0;
const STOP_LAYER: u32 = 1;
const STOP_BEYOND: u32 = 2;
const STOP_LIMIT: u32 = 3;
const STOP_NOTES: u32 = 4;

/** Begins to remove so many at most; the host has given so much room at `at`. */
export function beginRemoving(root: usize, most: u32, at: usize, bytes: u32): void {
  domain = root;
  map = mapOf(root);
  limit = most;
  removed = 0;
  room = at;
  roomBytes = bytes;
}

/** Ends with a status, if nothing was removed; else the host begins once more where it began. */
function endWith(status: i32): i32 {
  return removed == 0 ? status : end(closed(1));
}

export function end(status: i32): i32 {
  put32(io() + REMOVED, removed);
  return status;
}

/** Of a leaf with n entries: a status, or how to go on. */
export function removeLeaf(n: u32): i32 {
  comparePrefix();
  if (toEnd > 0) return end(closed(0));
  let k = firstPast(n);
  let seen = leafLive;
  let last: i32 = -1;
  if (leaf != 0) {
    do {
      const number = settled(map);
      if (number == 0) return AGAIN_LEAF;
      if (MUTANT != 416 && isShown(newestOf(map), blockOf(leaf))) {
        if (k < n && !isLayer(entryWhat(at(n, k)))) return removeOne(at(n, k));
        stop = k < n ? STOP_LAYER : STOP_END;
        break;
      }
      if (!begin(blockOf(leaf), number)) return AGAIN_LEAF;
      const live = load64(liveAt(leaf));
      if (MUTANT != 417 && live != seen) {
        n = gatherAgain(live);
        cover(); // What it names now is followed behind the lock.
        k = firstPast(n);
        last = -1;
      }
      const from = k;
      const gone = runFrom(n, k);
      if (gone == 0) {
        giveUp(OK);
        break;
      }
      const count = <u32>popcnt(gone);
      k += count;
      last = at(n, k - 1);
      seen = live & ~gone;
      if (!publishLive(leaf, seen, entrySlot(at(n, from)), true, -(<i32>count))) {
        giveUp(OK);
        return AGAIN_LEAF;
      }
      finish();
      removed += count;
      standBehind(entrySlice(last), entryKind(last)); // Each key goes once.
    } while (stop == STOP_NOTES);
  } else stop = STOP_END;
  return goOnBehind(n, k, last, seen);
}

/** The `k`-th of n sorted entries in the direction. */
function at(n: u32, k: u32): u32 {
  return back ? n - 1 - k : k;
}

/** The slots of a run, whose records are noted; and why it ends. */
function runFrom(n: u32, from: u32): u64 {
  let gone: u64 = 0;
  stop = STOP_END;
  for (let k = from; k < n; k++) {
    const i = at(n, k);
    const what = entryWhat(i);
    if (isLayer(what)) stop = STOP_LAYER;
    else if (isBeyond(entrySlice(i), what, entryBlock(i))) stop = STOP_BEYOND;
    else if (removed + (k - from) == limit) stop = STOP_LIMIT;
    else if ((what & 15) == RECORD && !hasRoomForOlds()) stop = STOP_NOTES;
    if (stop != STOP_END) break;
    const slot = entrySlot(i);
    if ((what & 15) == RECORD && (MUTANT != 419 || gone == 0)) {
      dropRecord(<u32>load64(slotAt(leaf, slot) + S_VALUE));
    }
    gone |= (<u64>1) << slot;
  }
  return gone;
}

/** Behind a run: a status, or how to go on. `last`: the last entry that went, or -1. */
function goOnBehind(n: u32, k: u32, last: i32, live: u64): i32 {
  const sparse = last >= 0 && isSparse(leaf, liveCount(live));
  if (stop == STOP_LAYER) {
    if (enterLayer(at(n, k))) return LAYER_ENTERED;
    return endWith(wider(keyRoom << 1));
  }
  if (stop == STOP_LIMIT || removed == limit) {
    const given = last >= 0 && compose(entrySlice(last), entryWhat(last), entryBlock(last));
    if (closed(1, given) != OK) closed(1); // There was no room for its key.
    if (sparse && given) tidyAt(keyLength);
    return end(OK);
  }
  if (sparse) {
    putSlice(depth, entrySlice(last));
    tidyAt((depth + 1) << 3);
  }
  if (stop == STOP_BEYOND) return end(closed(0));
  return sparse ? LEAF_GONE : LEAF_DONE;
}

/** What is sparse where the key in the buffer was, of so many bytes. */
function tidyAt(bytes: u32): void {
  takeAt(bytes, slicesAt(keyBuffer));
  tidy(map, map + MAP_HEAD);
}

/** By a write of its own: a status. */
function removeOne(i: u32): i32 {
  const what = entryWhat(i);
  if (isBeyond(entrySlice(i), what, entryBlock(i))) return end(closed(0));
  if (removed == limit) return end(closed(1));
  if (!compose(entrySlice(i), what, entryBlock(i))) return endWith(wider(keyLength));
  // Its room is the sweep's, in a full arena.
  if (keyLength + 16 > roomBytes) return endWith(wider(keyLength << 2));
  for (let j: u32 = 0; j << 3 < keyLength; j++) put64(room + ((<usize>j) << 3), sliceIn(j));
  takeAt(keyLength, slicesAt(room));
  const status = run(domain, map + MAP_HEAD, REMOVE, 0, 0, 0, 0, false);
  if (status == OK) removed++;
  else if (status != ABSENT) return endWith(status);
  return end(closed(1));
}

/** After so many vain rounds: a status. */
export function contended(): i32 {
  return endWith(CONTENDED);
}
