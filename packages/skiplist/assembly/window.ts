// Windows of a scan: nodes of a list, gathered before they are looked at, in either direction.
//
// Walking a linked list costs one cache miss a node, one after the other. So gathering steps along
// an upper level, which finds the beginnings of segments, and walks all segments at once, a node in
// each by turns, so that their misses overlap; the nodes' offsets fill a window.
//
//   level 2   s0 ───────────► s1 ───────────► s2 ───────────► s3 …
//   level 0   s0 . . . . . .  s1 . . . . . .  s2 . . . . . .  s3      lanes 0, 1, 2 walk s0, s1, s2
//   window    [s0 . . . . . . s1 . . . . . . s2 . . . . . .]  next = s3
//
// Window of list i of the view, private: 0 u32 list, 4 u32 pos, 8 u32 count, 12 u32 the node to
// gather on from (0 = done), 16 u32 a node of the upper level from which boundaries are searched,
// 20 u32 its part of the pool, 24 u32 capacity, 28 u32 1 = nothing is left behind the window, 32
// u32 reverse: the first node gathered (0 = none yet), 36 u32 forward: the level of the boundaries,
// 40 u32 its next node, which may still be to gather (0 = none), 44 u32 of game i: the window that
// lost it or came to it first, 0 = none yet; of game 0 the one that won all
// Walker, private: 0 u32 the node it is at, 4 u32 where its segment ends (0 = at the bound), 8 u32
// where it notes the next node, 12 u32 the end of its stream, 16 u32 its segment. Segment, private:
// 0 u32 where its nodes are noted, 4 u32 their end, 8 u32 the node it ended at, 12 u32 where it was
// to end. Gathering, private: 0 u32 level of the boundaries, 4 u32 segments to be taken yet, 8 u32
// the next segment's words, 12 u32 where it begins, 16 u32 the boundary from which its end is
// searched, 20 u32 1 = the bound's segment is taken, 24 u32 list.
//
// C1  Each boundary stands behind the one before it on level 0, where a lane looks for it: its key
//     is greater, or it is a version of the same key with a lower number. Other versions of one key
//     are passed over: upper levels may have them in another order (I3).
// C2  A window holds consecutive nodes of level 0, as they were linked when the lanes passed. Nodes
//     linked later may be missing; what was linked when the scan began is there (I2).
// C4  In reverse, a group of versions that may have begun before the window is looked up again.
// C6  Of a key with many versions, the ones that are not shown are not walked over: where a window
//     ends among them, the next begins where a search says (F3).
// C7  Nor are many deleted keys in a row, where marks reach over them (leap.ts), but for those of
//     other lists: a window is put forward as far as no other list has a key that would lie behind.
//
// No site can check these cheaply: each scan of the checker is compared with its model.
//
// Names: w a window; b a boundary; seg the level of the boundaries; want how many entries are
// asked.

import { get32, load32, load64, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { REVERSE } from '@x/shm-arena/assembly/map/codes';
import {
  AT_NODE,
  B_MODE,
  B_NODE,
  BEFORE_KEY,
  beyond,
  equalBound,
  NONE,
  setBoundNode,
  stops,
  takeBound,
  WITH_KEY,
} from './bounds';
import { VERSIONS } from './codes';
import { overDead, underDead } from './leap';
import {
  boundAt,
  compareNodes,
  LIST_HEAD,
  LIST_HEIGHT,
  laneAt,
  next,
  POOL,
  poolAt,
  spliceAt,
  STAMP,
  streamAt,
  STREAMS,
  takeKeyOf,
  touchEnd,
  windowAt,
} from './node';
import { listOf } from './record';
import { before, behind, findEnd, findSplice, findVersion, topOf, WALKED } from './search';
import { viewEnd, viewFirst, viewRecord, viewUpto } from './stack';
import { numberNow } from './stamp';

export const W_LIST: usize = 0;
export const W_POS: usize = 4;
export const W_COUNT: usize = 8;
const W_NEXT: usize = 12;
const W_SEGMENT: usize = 16;
export const W_NODES: usize = 20;
const W_CAPACITY: usize = 24;
export const W_LAST: usize = 28;
const W_FIRST: usize = 32;
const W_SEGLEVEL: usize = 36;
export const W_TOP: usize = 40;
export const W_GAME: usize = 44;
/** Segments that are walked at once, and most in one gathering. */
const WALKERS: u32 = isDefined(GATED) ? 2 : 16;
const SEGMENTS: u32 = isDefined(GATED) ? 4 : 256;

const K_UNTIL: usize = 4;
const K_PLACE: usize = 8;
const K_LIMIT: usize = 12;
const K_SEGMENT: usize = 16;
const WALKER_BYTES: usize = 20;
const SEGMENT_BYTES: usize = 16;
const GATHER_LEFT: usize = 4;
const GATHER_FREE: usize = 8;
const GATHER_FROM: usize = 12;
const GATHER_BOUNDARY: usize = 16;
const GATHER_LAST: usize = 20;
const GATHER_LIST: usize = 24;
const GATHER_BYTES: usize = 32;

/** The state of a gathering, then its segments: behind the walkers, where the lanes are. */
function gatherAt(): usize {
  return laneAt(0) + <usize>WALKERS * WALKER_BYTES;
}

function firstSegment(): usize {
  return gatherAt() + GATHER_BYTES;
}

// ---- windows ------------------------------------------------------------------------------------

export function setWindows(): void {
  const record = viewRecord();
  const first = viewFirst();
  const lists = viewEnd() - first;
  const capacity = POOL / lists;
  for (let i: u32 = 0; i < lists; i++) {
    const w = windowAt(i);
    put32(w + W_LIST, <u32>listOf(record, first + i));
    put32(w + W_POS, 0);
    put32(w + W_COUNT, 0);
    put32(w + W_NEXT, 0);
    put32(w + W_SEGMENT, 0);
    put32(w + W_NODES, <u32>poolAt() + i * (capacity << 2));
    put32(w + W_CAPACITY, capacity);
    put32(w + W_LAST, 0);
    put32(w + W_FIRST, 0);
  }
}

export function nodeAt(nodes: usize, index: u32): usize {
  return get32(nodes + ((<usize>index) << 2));
}

/** The next node of a window that is ready. */
export function top(w: usize, flags: u32): usize {
  const pos = get32(w + W_POS);
  return nodeAt(get32(w + W_NODES), (flags & REVERSE) != 0 ? pos - 1 : pos);
}

export function take(w: usize, flags: u32): void {
  put32(w + W_POS, get32(w + W_POS) + ((flags & REVERSE) != 0 ? -1 : 1));
}

/** Whether the window ends with a version of that node's key. */
export function fills(w: usize, node: usize): bool {
  const count = get32(w + W_COUNT);
  return count == 0 || compareNodes(nodeAt(get32(w + W_NODES), count - 1), node) == 0;
}

/** Puts a window forward to what a reader of `upto` sees of that key; 0: behind the key (C6). */
export function leap(w: usize, node: usize, upto: u64): void {
  takeKeyOf(node);
  goTo(w, findVersion(get32(w + W_LIST), upto, 0, spliceAt()));
}

/** Puts a window forward to a node, which the splice leads to. */
function goTo(w: usize, node: usize): void {
  const seg = get32(w + W_SEGLEVEL);
  put32(w + W_NEXT, <u32>node);
  put32(w + W_SEGMENT, seg < topOf(spliceAt()) ? <u32>behind(spliceAt(), seg) : 0);
  put32(w + W_POS, 0);
  put32(w + W_COUNT, 0);
  put32(w + W_LAST, 0);
}

/** Puts a window forward over the dead keys behind that of `node`; false: it is where it was. */
export function leapOver(w: usize, node: usize): bool {
  const list: usize = get32(w + W_LIST);
  const far = overDead(list, node, viewUpto());
  if (far == node) return false;
  if (far == 0) return leaveAt(w, 0);
  takeKeyOf(far);
  goTo(w, findVersion(list, 0, 0, spliceAt()));
  return true;
}

/** The same in reverse. */
export function leapUnder(w: usize, node: usize): bool {
  const near = underDead(get32(w + W_LIST), node, viewUpto());
  return near != node && leaveAt(w, near);
}

/** Empties a window, to gather on before `node` in reverse; 0: nothing is left. */
function leaveAt(w: usize, node: usize): bool {
  put32(w + W_POS, 0);
  put32(w + W_COUNT, 0);
  put32(w + W_FIRST, <u32>node);
  put32(w + W_LAST, node == 0 ? 1 : 0);
  return true;
}

/** True when the window has a next node, gathering more if it must; false: the list is done. */
export function ready(w: usize, flags: u32, want: u32): bool {
  const pos = get32(w + W_POS);
  if ((flags & REVERSE) == 0) {
    if (pos < get32(w + W_COUNT)) return true;
    return get32(w + W_LAST) == 0 && gatherForward(w, want);
  }
  if (pos > 0) return true;
  return get32(w + W_LAST) == 0 && gatherReverse(w, flags, want);
}

/** The window's next node, or 0. Forward it is known before it is gathered. */
export function nextIn(w: usize, flags: u32): usize {
  const back = (flags & REVERSE) != 0;
  if (back ? get32(w + W_POS) > 0 : get32(w + W_POS) < get32(w + W_COUNT)) return top(w, flags);
  const n: usize = back || get32(w + W_LAST) != 0 ? 0 : get32(w + W_NEXT);
  return n == 0 || beyond(n, boundAt(1)) ? 0 : n;
}

/** The level whose nodes begin segments, for so many entries: segments of about 2^level nodes. */
function segmentLevel(want: u32): u32 {
  if (isDefined(GATED)) return want > 1 ? 1 : 0;
  return want <= 12 ? 0 : want <= 512 ? 3 : 4;
}

// ---- forward ------------------------------------------------------------------------------------

/**
 * `from`: a node to go on behind, where few are wanted (C5); 0: from the start. `resume`: the
 * number of the start key's version to go on behind; 0: from its front.
 */
export function startForward(w: usize, want: u32, from: usize, resume: u64): void {
  const list: usize = get32(w + W_LIST);
  const seg = min(segmentLevel(want), load32(list + LIST_HEIGHT) - 1);
  const start = boundAt(2);
  put32(w + W_SEGLEVEL, seg);
  if (resume != 0) {
    takeBound(start);
    goTo(w, findVersion(list, resume - 1, 0, spliceAt()));
  } else if (from != 0 && seg == 0) {
    put32(w + W_NEXT, <u32>next(from, 0));
    put32(w + W_SEGMENT, 0);
  } else if (get32(start + B_MODE) == NONE) {
    put32(w + W_NEXT, <u32>next(list + LIST_HEAD, 0));
    put32(w + W_SEGMENT, <u32>next(list + LIST_HEAD, seg));
  } else {
    takeBound(start);
    goTo(w, findSplice(list, seg + 1, spliceAt()));
  }
}

/** Fills the window from `next` on. False: nothing is left. */
function gatherForward(w: usize, want: u32): bool {
  put32(w + W_POS, 0);
  put32(w + W_COUNT, 0);
  const start: usize = get32(w + W_NEXT);
  const end = boundAt(1);
  if (start != 0 && !beyond(start, end)) gather(w, get32(w + W_SEGLEVEL), want, end);
  else put32(w + W_NEXT, 0);
  if (get32(w + W_NEXT) == 0) put32(w + W_LAST, 1);
  return get32(w + W_COUNT) != 0;
}

// ---- gathering ----------------------------------------------------------------------------------

/**
 * Appends to the window the nodes from W_NEXT on, until the bound, the end of the list, or the end
 * of the segments or the room; W_NEXT := where to go on, 0 = the bound or the end was reached.
 *
 * Some walkers share the segments: one that is done takes the next, because the lengths of segments
 * spread so much that most walkers would be waiting for the longest. Each notes its nodes in a
 * stream of its own; in the end the segments are put side by side.
 */
function gather(w: usize, seg: u32, want: u32, bound: usize): void {
  const room = get32(w + W_CAPACITY) - get32(w + W_COUNT);
  let walkers: u32 = 1;
  let segments: u32 = 1;
  let each = min(min(room, STREAMS), want < 64 ? want + 1 : 64);
  if (seg > 0) {
    segments = min(SEGMENTS, isDefined(GATED) ? want : (want >> seg) + (want >> (seg + 2)) + 2);
    walkers = min(min(WALKERS, room), segments);
    each = min(room, STREAMS) / walkers;
  }
  const g = gatherAt();
  put32(g, seg);
  put32(g + GATHER_LEFT, segments);
  put32(g + GATHER_FREE, <u32>firstSegment());
  put32(g + GATHER_FROM, get32(w + W_NEXT));
  put32(g + GATHER_BOUNDARY, seg > 0 ? get32(w + W_SEGMENT) : 0);
  put32(g + GATHER_LAST, 0);
  put32(g + GATHER_LIST, get32(w + W_LIST));
  let end = laneAt(0);
  for (let i: u32 = 0; i < walkers; i++) {
    const stream = streamAt(i * each);
    put32(end + K_PLACE, <u32>stream);
    put32(end + K_LIMIT, <u32>stream + (each << 2));
    if (!takeSegment(end, bound)) break;
    end += WALKER_BYTES;
  }
  walk(end, bound);
  joinSegments(w, get32(g + GATHER_FREE));
}

/** Gives a walker the next segment. False: there is none, or not enough room left for one. */
function takeSegment(k: usize, bound: usize): bool {
  const g = gatherAt();
  const seg = get32(g);
  const left = get32(g + GATHER_LEFT);
  const place = get32(k + K_PLACE);
  if (left == 0 || get32(g + GATHER_LAST) != 0) return false;
  // The first segment of all must be walked; of the others one that is cut short is work lost.
  const s: usize = get32(g + GATHER_FREE);
  if (s != firstSegment() && get32(k + K_LIMIT) - place < 8 << seg) return false;
  const from: usize = get32(g + GATHER_FROM);
  let b: usize = get32(g + GATHER_BOUNDARY);
  if (b != 0 && compareNodes(from, b) >= 0) {
    b = boundaryBehind(get32(g + GATHER_LIST), from, b, seg);
  }
  const last = b == 0 || beyond(b, bound);
  put32(s, place);
  put32(k, <u32>from);
  put32(k + K_UNTIL, last ? 0 : <u32>b);
  put32(k + K_SEGMENT, <u32>s);
  put32(g + GATHER_LEFT, left - 1);
  put32(g + GATHER_FREE, <u32>(s + SEGMENT_BYTES));
  put32(g + GATHER_FROM, <u32>b);
  put32(g + GATHER_BOUNDARY, <u32>b);
  put32(g + GATHER_LAST, last ? 1 : 0);
  return true;
}

/** The first node from `b` on at the level of the boundaries that can end a segment (C1). */
function boundaryBehind(list: usize, from: usize, b: usize, seg: u32): usize {
  let passed: u32 = 0;
  let number: u64 = 0;
  for (; b != 0; b = next(b, seg)) {
    const c = compareNodes(from, b);
    if (c < 0) return b;
    if (c > 0) continue;
    if (passed++ == 0) number = numberNow(list, from);
    const other = load64(b + STAMP);
    if (MUTANT == 174 || (other != 0 && other < number)) return b;
    if (number != 0 || passed < WALKED) continue;
    takeKeyOf(from);
    return findVersion(list, 0, seg, 0);
  }
  return 0;
}

/** Walks until no segment is left, a node in each by turns. Only the last can meet the bound. */
function walk(end: usize, bound: usize): void {
  const first = laneAt(0);
  while (end > first) {
    for (let k = first; k < end; k += WALKER_BYTES) {
      let node: usize = get32(k);
      const until: usize = get32(k + K_UNTIL);
      const place = get32(k + K_PLACE);
      if (node != until && until == 0 && stops(node, bound)) node = 0;
      if (node != until && place < get32(k + K_LIMIT)) {
        put32(place, <u32>node);
        put32(k + K_PLACE, place + 4);
        touchEnd(node); // The links' line comes by itself.
        put32(k, <u32>next(node, 0));
        continue;
      }
      const s: usize = get32(k + K_SEGMENT);
      put32(s + 4, place);
      put32(s + 8, <u32>node);
      put32(s + 12, <u32>until);
      if (takeSegment(k, bound)) continue;
      end -= WALKER_BYTES; // The last walker takes its place; its turn is later.
      for (let i: usize = 0; i < WALKER_BYTES; i += 4) put32(k + i, get32(end + i));
    }
  }
}

/** Puts the segments side by side; the window ends where a walker ran out of room. */
function joinSegments(w: usize, behind: usize): void {
  const nodes: usize = get32(w + W_NODES);
  let to = nodes + ((<usize>get32(w + W_COUNT)) << 2);
  for (let s = firstSegment(); s < behind; s += SEGMENT_BYTES) {
    const end: usize = get32(s + 4);
    for (let from: usize = get32(s); from < end; from += 4, to += 4) put32(to, get32(from));
    put32(w + W_NEXT, get32(s + 8));
    put32(w + W_SEGMENT, get32(s + 12));
    if (get32(s + 8) != get32(s + 12)) break;
  }
  put32(w + W_COUNT, <u32>((to - nodes) >> 2));
}

// ---- reverse ------------------------------------------------------------------------------------

/** `resumes`: the versions of the start key down to the number `resume` were given out before. */
export function startReverse(w: usize, resumes: bool, resume: u64): void {
  if (!resumes) return;
  takeBound(boundAt(2));
  const n = findVersion(get32(w + W_LIST), resume, 0, 0);
  if (n != 0 && equalBound(n, boundAt(2))) put32(w + W_FIRST, <u32>n);
}

/** Fills the window with the nodes before those it had. False: there are none. */
function gatherReverse(w: usize, flags: u32, want: u32): bool {
  const list: usize = get32(w + W_LIST);
  const splice = spliceAt();
  const had: usize = get32(w + W_FIRST);
  if (had != 0) setBoundNode(0, (flags & VERSIONS) != 0 ? AT_NODE : BEFORE_KEY, had);
  const bound = boundAt(had != 0 ? 0 : 2);
  findBound(list, segmentLevel(want) + 3, bound, splice);
  let level = min(segmentLevel(want) + 2, topOf(splice) - 1);
  while (true) {
    const b = before(splice, level);
    let whole = b == list + LIST_HEAD;
    if (level == 0) whole = walkRing(w, whole ? next(b, 0) : b, bound) && whole;
    else gatherUp(w, b, whole, level > 3 ? level - 4 : 0, want, bound);
    if (get32(w + W_NEXT) == 0) {
      const count = get32(w + W_COUNT);
      put32(w + W_POS, count);
      put32(w + W_LAST, whole ? 1 : 0);
      if (count != 0) put32(w + W_FIRST, <u32>nodeAt(get32(w + W_NODES), 0));
      return count != 0;
    }
    level--; // The room did not reach to the bound: begin closer to it.
  }
}

/** Fills the splice of a bound of gathering, below `height` at least. */
function findBound(list: usize, height: u32, b: usize, splice: usize): void {
  const mode = get32(b + B_MODE);
  if (mode == NONE) return findEnd(list, splice);
  takeBound(b);
  if (mode == WITH_KEY) findVersion(list, 0, 0, splice);
  else {
    const number = mode == AT_NODE ? numberNow(list, get32(b + B_NODE)) : 0;
    if (number != 0) findVersion(list, number, 0, splice);
    else findSplice(list, height, splice);
  }
}

/** Gathers from `b` (or, if it is the head, behind it) up to the bound; W_NEXT not 0: no room. */
function gatherUp(w: usize, b: usize, isHead: bool, seg: u32, want: u32, bound: usize): void {
  put32(w + W_COUNT, 0);
  put32(w + W_NEXT, <u32>(isHead ? next(b, 0) : b));
  put32(w + W_SEGMENT, <u32>(isHead ? next(b, seg) : b));
  while (get32(w + W_NEXT) != 0 && get32(w + W_COUNT) < get32(w + W_CAPACITY)) {
    gather(w, seg, max(want, 64), bound);
  }
}

/** Walks from `node` to the bound and keeps the last nodes that there is room for; true: all. */
function walkRing(w: usize, node: usize, bound: usize): bool {
  const nodes: usize = get32(w + W_NODES);
  const capacity = get32(w + W_CAPACITY);
  let count: u32 = 0;
  for (; node != 0 && !stops(node, bound); node = next(node, 0)) {
    put32(nodes + ((<usize>(count % capacity)) << 2), <u32>node);
    count++;
  }
  put32(w + W_NEXT, 0);
  put32(w + W_COUNT, min(count, capacity));
  if (count <= capacity) return true;
  const cut = count % capacity; // The oldest stands here: turn the ring by three reversals.
  turn(nodes, 0, cut);
  turn(nodes, cut, capacity);
  turn(nodes, 0, capacity);
  return false;
}

function turn(nodes: usize, low: u32, high: u32): void {
  while (low + 1 < high) {
    high--;
    const a = nodes + ((<usize>low) << 2);
    const b = nodes + ((<usize>high) << 2);
    const kept = get32(a);
    put32(a, get32(b));
    put32(b, kept);
    low++;
  }
}
