// Portions of entries (map/portion.ts), and counting: whatever goes over all leaves of a range
// (cursor.ts).
//
// scan                                                   a death after any step leaves a pin
//   1. pin; the leaf in which the cursor stands
//   2. what is past the cursor goes into the portion, up to the end, the limit, or the room
//   3. the next leaf, from 2; unpin. No room for the first entry: NEED, and the pin stays
//
// Names: as in cursor.ts; end the last key of the range.

import { touch } from '@x/shm-arena/assembly/ground/atomic';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { done, look } from '@x/shm-arena/assembly/map/call';
import { KEYS_ONLY, NEED, REVERSE } from '@x/shm-arena/assembly/map/codes';
import { openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { putLarge } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import {
  back,
  beginCursor,
  enterLayer,
  firstPast,
  goOn,
  LAYER_ENTERED,
  LEAF_DONE,
  OVER,
  seek,
} from './cursor';
import {
  entryBlock,
  entrySlice,
  entryValueAt,
  entryWhat,
  keyBuffer,
  keyRoom,
  roomForKey,
} from './gather';
import {
  beginPortion,
  closed,
  comparePrefix,
  compose,
  count,
  countOne,
  COUNT_ONLY,
  flags,
  gaveOne,
  isBeyond,
  key,
  keyLength,
  REMOVES,
  row,
  toEnd,
  WIDE,
  wider,
} from './give';
import { ready } from './intent';
import { isLayer } from './leaf';
import { RECORD } from './layout';
import { AGAIN_LEAF, beginRemoving, contended, end, removeLeaf } from './remove';
import { valueAt, valueBytes } from './record';
import { ROUNDS } from './write';

/** Entries that one call counts. */
const COUNTED: u32 = 1 << 16;
/** Entries of the present call at most. */
let limit: u32 = 0;

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  scanFlags: u32,
  most: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endKey: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, target);
  if (domain == 0) return whyNot();
  const counts = (scanFlags & COUNT_ONLY) != 0;
  const how = counts ? scanFlags | KEYS_ONLY : scanFlags;
  limit = counts ? min(most, COUNTED) : most;
  const room = roomForKey(out, outBytes, (scanFlags & WIDE) != 0);
  const first = openPortion(out, room, counts ? 1 : limit, how);
  beginPortion(how, endLen, endKey, out, first);
  const reverse = (flags & REVERSE) != 0;
  if (!beginCursor(target, domain, reverse, limit == 1, flags, startLen, startAt)) {
    return done(target, wider(startLen));
  }
  const removes = (flags & REMOVES) != 0;
  if (removes) {
    if (!ready(domain)) return done(target, whyNot());
    beginRemoving(domain, limit, out, room);
  }
  const status = giveAll(removes);
  return status == NEED ? NEED : done(target, status);
}

/** Steps 1 to 3, without the pin. */
function giveAll(removes: bool): i32 {
  let round: u32 = 0;
  let n = seek();
  while (n != OVER) {
    const status = n < 0 ? AGAIN_LEAF : removes ? removeLeaf(n) : giveLeaf(n);
    if (status >= 0) return status;
    if (status == AGAIN_LEAF) {
      if (removes && round > ROUNDS) return contended();
      reachOn(round++);
      n = seek();
      continue;
    }
    n = goOn(status);
  }
  return removes ? end(closed(0)) : closed(0);
}

/** Step 2: a status, or how to go on. */
function giveLeaf(n: u32): i32 {
  comparePrefix();
  if (toEnd > 0) return closed(0);
  const counts = (flags & COUNT_ONLY) != 0;
  const first = firstPast(n);
  if (!isDefined(GATED)) askRecords(first, first + min(n - first, limit - count), n);
  for (let k = first; k < n; k++) {
    const i = back ? n - 1 - k : k;
    const what = entryWhat(i);
    if (isLayer(what)) {
      if (enterLayer(i)) return LAYER_ENTERED;
      return short(keyRoom << 1);
    }
    if (count == limit) return closed(1);
    const at: usize = entryBlock(i);
    if (!compose(entrySlice(i), what, at)) return short(keyLength);
    if (isBeyond(entrySlice(i), what, at)) return closed(0);
    if (counts) {
      countOne();
      if (count == limit) return closed(1); // Its key stands in the buffer.
      continue;
    }
    const record = (what & 15) == RECORD;
    const value = record ? valueAt(at) : entryValueAt(i);
    const bytes = record ? valueBytes(at) : what & 15;
    if (!putEntry(row, key, flags, keyBuffer, keyBuffer, keyLength, value, bytes, 0)) {
      return count != 0 ? closed(1) : putLarge(1, 1, keyBuffer, keyLength, value, bytes);
    }
    gaveOne();
    if (count == limit) return closed(1);
  }
  return LEAF_DONE;
}

/** Asks for the records of entries k to end, of n, before any of them is read: misses overlap. */
function askRecords(k: u32, end: u32, n: u32): void {
  for (; k < end; k++) {
    const i = back ? n - 1 - k : k;
    const what = entryWhat(i);
    if ((what & 15) == RECORD && !isLayer(what)) touch(entryBlock(i));
  }
}

/** There is no room for a key: what was given out before comes first. */
function short(bytes: u32): i32 {
  return (flags & COUNT_ONLY) != 0 || count == 0 ? wider(bytes) : closed(1);
}
