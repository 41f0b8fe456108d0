// Taking sparse leaves out of the tree: behind a removal, where the key was; and over all of it, a
// part at a time, by `maintain`. Both do what shape.ts does for one leaf, again and again.
//
// Names: as in place.ts and cursor.ts.

import { get32, load64, put32, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { FULL, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { slicesAt } from '@x/shm-arena/assembly/map/key';
import { ANSWER, NEXT } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import * as cursors from './cursor';
import {
  beginCursor,
  depth,
  enterLayer,
  firstPast,
  goOn,
  hasBorder,
  LAYER_ENTERED,
  LEAF_DONE,
  OVER,
  putSlice,
  REPEAT,
  seek,
  sliceIn,
  standIn,
} from './cursor';
import { allForKey, entryWhat, keyBuffer, roomForKey } from './gather';
import { takeAt } from './hand';
import { collectHere, CURSOR_SLICES, LINE_CURSOR, ready, trimHere } from './intent';
import { isLayer, liveCount } from './leaf';
import { H_SKIP, lineOf, liveAt, MAP_HEAD, mapOf } from './layout';
import { settled } from './open';
import { agreed, link, standUnder } from './place';
import { CHANGED, isSparse, shrink } from './shape';
import { walk } from './walk';

/** Merges behind one removal. */
const ROUNDS: u32 = isDefined(GATED) ? 6 : 64;
/** Leaves that a write looks at in a full arena. */
const SOME: u32 = isDefined(GATED) ? 2 : 64;

/** Merges what has become sparse where the key in hand was, as far as that goes at once. */
export function tidy(map: usize, head: usize): u32 {
  standUnder(head);
  let changes: u32 = 0;
  let collected = false;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    reachOn(0);
    const number = settled(map);
    if (number == 0) break;
    let status = walk(map, number, false);
    if (status == AGAIN) continue;
    if (status != OK || link == 0 || agreed != ~0) break;
    if (!isSparse(link, liveCount(load64(liveAt(link))))) break;
    status = shrink(number);
    if (status == CHANGED) changes++;
    else if (status == FULL && !collected) {
      collected = true;
      collectHere(true);
    } else if (status != AGAIN) break;
  }
  return changes;
}

/** See index.ts. More than `most` only in layers below CURSOR_SLICES. */
export function maintain(entry: u32, generation: u32, most: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!ready(domain)) return leave(whyNot());
  allForKey();
  put32(io() + ANSWER, sweep(domain, most, true));
  put32(io() + NEXT, more ? 1 : 0);
  trimHere();
  return leave(OK);
}

/** What a full arena's write does before it says so; false: nothing was sparse. The key is lost. */
export function sweepSome(domain: usize): bool {
  roomForKey(0, 0, false);
  return sweep(domain, SOME, false) != 0;
}

/** Whether there is more to look at for the next `sweep`. */
let more = false;

/**
 * Looks at leaves from where this thread's last sweep ended; how many changes it made. `all`: of
 * those that are too deep for `remember` at each, however many there are; else at the first ones.
 */
function sweep(domain: usize, most: u32, all: bool): u32 {
  const map = mapOf(domain);
  const line = lineOf(map);
  beginCursor(0, domain, false, false, 0, 0, 0);
  resume(line);
  let changes: u32 = 0;
  let round: u32 = 0;
  // The depth down to which leaves were looked at where the cursor stands: each once, although the
  // way to a layer's leaf leads through those above it again.
  let tried: i32 = -1;
  more = false;
  let n = seek();
  for (let leaves: u32 = 0; n != OVER; ) {
    if (n < 0) {
      reachOn(round++);
      n = seek();
      continue;
    }
    if (<i32>depth > tried && cursors.leaf != 0 && isSparse(cursors.leaf, n)) {
      tried = depth;
      takeAt((depth + 1) << 3, slicesAt(keyBuffer));
      changes += tidy(map, map + MAP_HEAD);
      n = goOn(REPEAT);
      continue;
    }
    const next = nextLayer(n);
    if (next == LEAF_DONE) tried = -1;
    if (next == LEAF_DONE && ++leaves >= most && canStop(all)) {
      more = true;
      break;
    }
    n = goOn(next);
  }
  remember(line);
  return changes;
}

/** The cursor goes to where `remember` was called. */
function resume(line: usize): void {
  const depth = <u32>load64(line + LINE_CURSOR);
  for (let i: u32 = 0; i <= depth; i++) {
    putSlice(i, load64(line + LINE_CURSOR + 8 + ((<usize>i) << 3)));
  }
  standIn(depth);
}

/** The depth at which something comes behind the leaf in hand: its layer's, or the one above. */
function depthBehind(): u32 {
  return hasBorder ? depth : depth - 1 - get32(cursors.head + H_SKIP);
}

/** Whether there is something behind the leaf in hand that `remember` can note. */
function canStop(all: bool): bool {
  if (!hasBorder && cursors.head == 0) return false;
  return !all || depthBehind() < CURSOR_SLICES;
}

/**
 * Notes where it goes on behind the leaf that was looked at last: its border, or the slice behind
 * the one that its layer stands on, or behind what is too deep; or that there is nothing more.
 */
function remember(line: usize): void {
  let last: u32 = 0;
  let border: u64 = 0;
  if (more) {
    last = min(depthBehind(), CURSOR_SLICES - 1);
    border = hasBorder && last == depth ? cursors.border : sliceIn(last) + 1;
  }
  if (border == 0) last = 0; // Nothing is behind: from the start again.
  for (let i: u32 = 0; i < last; i++) {
    store64(line + LINE_CURSOR + 8 + ((<usize>i) << 3), sliceIn(i));
  }
  store64(line + LINE_CURSOR + 8 + ((<usize>last) << 3), border);
  store64(line + LINE_CURSOR, last);
}

/** Into the next layer of the gathered leaf, if it has one. */
function nextLayer(n: u32): i32 {
  for (let k = firstPast(n); k < n; k++) {
    if (isLayer(entryWhat(k)) && enterLayer(k)) return LAYER_ENTERED;
  }
  return LEAF_DONE;
}
