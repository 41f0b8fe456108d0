// Reading runs of entries in order, forward and in reverse, over all lists of a view at once.
//
// A scan first gathers: the offsets of nodes that lie side by side in a list fill a window
// (window.ts). Then it merges the windows of the lists and copies entries out of warm lines. Which
// window has the next node they play out in a tree of losers (Knuth, 5.4.1): one that moved on
// plays log2(lists) games, and windows that have nothing of a key are not looked at. Forward, a
// window's next node is known before it is gathered: a list whose turn does not come is only
// searched.
//
// C3  The version that counts for a key is the first visible one (`seen`) of the newest list that
//     has one. Its nodes are taken from windows in that order, so a snapshot reads as of its
//     number, and a scan of the present reads, for each key, a state that stood during the call.
// C5  A call may go on at the node where one before it ended, though nothing was held in between,
//     if the one list that it reads has the id of that node's list: no two lists of a structure
//     have the same id (seal.ts), a list that has left the stack never comes back (T1), and what
//     was linked in a list that is still there is never unlinked (I2). The list itself is there
//     under the call's own pin, or the snapshot's lease. (Ids begin again after 2^32 lists.)
//
// No site can check these cheaply: each scan of the checker is compared with its model.
//
// No step changes anything but stamps that every reader may decide, and marks (marks.ts); a death
// leaves a pin.
//
// Names: w a window; want how many entries are asked. C1, C2, C4, C6, C7: window.ts.

import { get32, get64, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { io } from '@x/shm-arena/assembly/map/call';
import {
  BEHIND,
  END,
  END_OPEN,
  KEYS_ONLY,
  NEED,
  NUMBERS,
  REVERSE,
  START,
  START_OPEN,
} from '@x/shm-arena/assembly/map/codes';
import {
  behindKey,
  closePortion,
  NOTHING,
  openPortion,
  putEntry,
} from '@x/shm-arena/assembly/map/portion';
import { ENDED, LARGE_NUMBER, putLarge } from '@x/shm-arena/assembly/map/result';
import {
  B_MODE,
  BEFORE_KEY,
  beyond,
  ended,
  equalBound,
  modeOf,
  NONE,
  setBound,
  setBoundNode,
} from './bounds';
import { COUNT, RESUME, TOMBSTONES, VERSIONS } from './codes';
import { handAt, handLength, handS0, handS1 } from './hand';
import {
  boundAt,
  compareNodes,
  idOf,
  isTombstone,
  KEY,
  keyLength,
  REST,
  STAMP,
  takeKeyOf,
  valueAt,
  valueLength,
  windowAt,
  WINDOW_BYTES,
} from './node';
import { listOf } from './record';
import { seek, visible, WALKED } from './search';
import { done, look, viewEnd, viewFirst, viewRecord, viewUpto } from './stack';
import { seen } from './stamp';
import {
  W_LIST,
  W_POS,
  W_COUNT,
  W_NODES,
  W_LAST,
  W_TOP,
  W_GAME,
  setWindows,
  nodeAt,
  top,
  take,
  fills,
  leap,
  leapOver,
  leapUnder,
  ready,
  nextIn,
  startForward,
  startReverse,
} from './window';

/** In a game that nobody has come to. */
const NOBODY: u32 = 0;

/** Dead keys in a row that are walked over at first (C7). */
const DEAD_RUN: u32 = isDefined(GATED) ? 1 : 8;
/** Most nodes that are gathered because so many were not shown. */
const HIDDEN: u32 = isDefined(GATED) ? 2 : 64;
/** Nodes that one call looks at, once it has something to return. */
const BUDGET: i32 = isDefined(GATED) ? 64 : 65536;

// ---- the call -----------------------------------------------------------------------------------

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  upto: u64,
  flags: u32,
  limit: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
  resume: u64,
  out: u32,
  outBytes: u32,
): i32 {
  const status = look(entry, generation, target, upto);
  if (status != OK) return status;
  dead = 0;
  patience = DEAD_RUN;
  setBound(0, NONE, 0, 0);
  setBound(1, modeOf(flags, END, END_OPEN), endLen, endAt);
  setBound(2, modeOf(flags, START, START_OPEN), startLen, startAt);
  setWindows();
  const lists = viewEnd() - viewFirst();
  const simple = lists == 1 && (flags & (REVERSE | VERSIONS)) == 0;
  const from = simple && (flags & BEHIND) != 0 ? endedAt(resume) : 0;
  const back = (flags & REVERSE) != 0;
  const resumes = (flags & RESUME) != 0;
  for (let i: u32 = 0; i < lists; i++) {
    if (back) startReverse(windowAt(i), resumes, resume);
    else startForward(windowAt(i), share(limit, lists), from, resumes ? resume : 0);
  }
  const count = (flags & COUNT) != 0;
  const key = openPortion(out, outBytes, count ? 1 : limit, count ? flags | KEYS_ONLY : flags);
  const state = simple
    ? runOne(windowAt(0), flags, limit, out, key, from)
    : run(lists, flags, limit, resume, out, key);
  return state == NEED && MUTANT != 182 ? NEED : done(upto, state); // NEED: the pin stays.
}

/**
 * What `run` does, for one list forward and the newest versions alone: the common scan, in one
 * loop.
 */
function runOne(w: usize, flags: u32, limit: u32, row: usize, key: usize, from: usize): i32 {
  const upto = viewUpto();
  const list: usize = get32(w + W_LIST);
  const nodes: usize = get32(w + W_NODES);
  const ends = get32(boundAt(1) + B_MODE) != NONE;
  let opens = (flags & START_OPEN) != 0;
  let entries: u32 = 0;
  let last = from; // The last key's version that counts, shown or not; its first slices.
  let last0: u64 = last == 0 ? 0 : get64(last + KEY);
  let last1: u64 = last == 0 ? 0 : get64(last + KEY + 8);
  let unseen: usize = 0; // The last version that is not seen.
  let passed: u32 = 0; // Versions of one key, one behind the other, that are not shown.
  let shown: usize = 0;
  let more: u32 = 1;
  let full = false;
  let budget = BUDGET;
  while (more != 0 && !full && entries < limit && (budget > 0 || entries == 0)) {
    if (!ready(w, 0, grown(wanted(flags, limit, entries), <u32>(BUDGET - budget) - entries))) {
      more = 0;
      break;
    }
    const stop = nodes + ((<usize>get32(w + W_COUNT)) << 2);
    let at = nodes + ((<usize>get32(w + W_POS)) << 2);
    put32(w + W_POS, get32(w + W_COUNT));
    budget -= <i32>((stop - at) >> 2);
    for (; at < stop && entries < limit; at += 4) {
      const node: usize = get32(at);
      const s0 = get64(node + KEY);
      const s1 = get64(node + KEY + 8);
      if (s0 == last0 && s1 == last1 && last != 0 && compareNodes(last, node) == 0) {
        if (++passed != WALKED || !fills(w, node)) continue;
        leap(w, node, 0);
        break;
      }
      // A number up to `upto` is visible; everything else is for `seen` to judge.
      if ((MUTANT == 37 || load64(node + STAMP) - 1 >= upto) && seen(list, node, upto) == 0) {
        if (unseen == 0 || compareNodes(unseen, node) != 0) passed = 0;
        unseen = node;
        if (++passed != WALKED || !fills(w, node)) continue;
        leap(w, node, MUTANT == 175 ? 0 : upto);
        break;
      }
      passed = 0;
      if (ends && beyond(node, boundAt(1))) {
        more = 0;
        break;
      }
      last = node;
      last0 = s0;
      last1 = s1;
      if (opens && equalBound(node, boundAt(2))) continue;
      opens = false;
      if (isTombstone(node) && (flags & TOMBSTONES) == 0) {
        if (endless() && leapt(leapOver(w, node))) break;
        continue;
      }
      dead = 0;
      if ((flags & COUNT) == 0) {
        full = !give(row, key, node, flags);
        if (full && entries == 0) return needs(list, node, 1, 1);
        if (full) break;
        row += 8;
        key = behindKey(key, keyLength(node), flags);
      }
      shown = node;
      entries++;
    }
  }
  return finish(list, shown, row, key, flags, entries, more);
}

/**
 * How many entries the next gathering is for. A count does not know how many there are: it asks for
 * three times what it has found.
 */
function wanted(flags: u32, limit: u32, entries: u32): u32 {
  const left = limit - entries;
  return (flags & COUNT) == 0 ? left : min(left, 64 + (entries << 1));
}

/**
 * For how many entries to gather where so many nodes, or keys, were not shown: as many more may
 * come, so all that is gathered in vain is no more than what was passed.
 */
function grown(want: u32, hidden: u32): u32 {
  return max(want, min(hidden, HIDDEN));
}

/** For how many entries each of so many windows gathers; one that runs out does so again. */
function share(want: u32, lists: u32): u32 {
  return lists == 1 ? want : (want << 1) / lists + 1;
}

/** Merges the windows and copies out, until the range, the limit, the space or the budget ends. */
function run(lists: u32, flags: u32, limit: u32, resume: u64, row: usize, key: usize): i32 {
  const first = windowAt(0);
  let entries: u32 = 0;
  let last: usize = 0;
  let more: u32 = 1;
  let budget = BUDGET;
  let hidden: u32 = 0;
  anew = true;
  while (entries < limit && (budget > 0 || entries == 0)) {
    const most = (flags & COUNT) != 0 ? wanted(flags, limit, entries) : limit;
    const want = grown(share(most, lists), hidden);
    if (anew) playAll(first, lists, flags, want);
    const w: usize = get32(first + W_GAME);
    const node: usize = get32(w + W_TOP);
    if (node == 0 || ended(node, flags)) {
      more = 0;
      break;
    }
    const shown = choose(first, lists, node, flags, want, entries + 1 == limit, resume);
    budget--;
    if (shown == 0) {
      hidden++;
      if ((flags & (VERSIONS | TOMBSTONES)) == 0 && endless())
        leapt(leapAlone(first, lists, w, node, flags, want));
      continue;
    }
    dead = 0;
    if ((flags & COUNT) == 0) {
      if (!give(row, key, shown, flags)) {
        if (entries == 0) return needs(0, shown, 1, 1);
        break;
      }
      row += 8;
      key = behindKey(key, keyLength(shown), flags);
    }
    last = shown;
    entries++;
  }
  return finish(0, last, row, key, flags, entries, more);
}

/** Puts a version into the portion; false: there is no room for it. */
function give(row: usize, key: usize, node: usize, flags: u32): bool {
  const head = headOf(node);
  // Decided by `seen`: the number.
  const number = (flags & NUMBERS) != 0 ? load64(node + STAMP) : 0;
  const bytes = valueLength(node);
  return putEntry(row, key, flags, node + KEY, node + REST, head, valueAt(node), bytes, number);
}

function headOf(node: usize): u32 {
  return keyLength(node) | (isTombstone(node) ? NOTHING : 0);
}

/** The result of a scan that ended at `node`, of one list or (0) more. A count has that entry. */
function finish(
  list: usize,
  node: usize,
  row: usize,
  key: usize,
  flags: u32,
  entries: u32,
  more: u32,
): i32 {
  const counted = (flags & COUNT) != 0 && node != 0;
  if (counted && !give(row, key, node, flags | KEYS_ONLY)) return needs(0, node, entries, more);
  const keyEnd = counted ? key + keyLength(node) : key;
  closePortion(row, keyEnd, counted ? 0 : flags, entries, more);
  putEnded(list, node);
  return OK;
}

/** What BEHIND takes as the resume number, or 0. */
function putEnded(list: usize, node: usize): void {
  put32(io() + ENDED, list == 0 ? 0 : <u32>node);
  put32(io() + ENDED + 4, list == 0 ? 0 : idOf(list));
}

/** The node where a scan ended, if going on from there is safe (C5), or 0. */
function endedAt(ended: u64): usize {
  const list = listOf(viewRecord(), viewFirst());
  return MUTANT == 197 || <u32>(ended >> 32) == idOf(list) ? <usize>(<u32>ended) : 0;
}

/** There is no room for `node`: where the host finds what it is made of. */
function needs(list: usize, node: usize, entries: u32, more: u32): i32 {
  put64(io() + LARGE_NUMBER, load64(node + STAMP)); // Decided by `seen`: the number.
  putEnded(list, node);
  return putLarge(entries, more, node, headOf(node), valueAt(node), valueLength(node));
}

/** Whether all games are to be played again, because a window has to gather before. */
let anew: bool = false;

function playAll(first: usize, lists: u32, flags: u32, want: u32): void {
  for (let i: u32 = 0; i < lists; i++) put32(windowAt(i) + W_GAME, NOBODY);
  anew = false;
  for (let i: u32 = 0; i < lists; i++) play(first, lists, windowAt(i), flags, want);
}

/**
 * Plays the games of a window that has moved: those between it and the top of the tree. want 0:
 * what it has to gather for that, in reverse, is not asked for yet; the key that is being taken has
 * nothing there (C4).
 */
function play(first: usize, lists: u32, w: usize, flags: u32, want: u32): void {
  let next = nextIn(w, flags);
  if ((flags & REVERSE) != 0 && next == 0 && get32(w + W_LAST) == 0) {
    if (want == 0) anew = true;
    else if (ready(w, flags, want)) next = top(w, flags);
  }
  put32(w + W_TOP, <u32>next);
  let best = w;
  let game = (<u32>((w - first) / WINDOW_BYTES) + lists) >> 1;
  for (; game > 0; game >>= 1) {
    const at = first + <usize>game * WINDOW_BYTES + W_GAME;
    const other: usize = get32(at);
    if (other != NOBODY && !wins(other, best, flags)) continue;
    put32(at, <u32>best);
    if (other == NOBODY) return; // The first one here waits for the other.
    best = other;
  }
  put32(first + W_GAME, <u32>best);
}

/** Whether a window's next node comes before another's in the scan's direction. */
function wins(a: usize, b: usize, flags: u32): bool {
  const n: usize = get32(a + W_TOP);
  if (n == 0) return false;
  const m: usize = get32(b + W_TOP);
  if (m == 0) return true;
  const back = (flags & REVERSE) != 0;
  const c = compareNodes(n, m);
  // Equal keys: newest list first; with VERSIONS in reverse, oldest first.
  if (c == 0) return (back && (flags & VERSIONS) != 0) || MUTANT == 301 ? a > b : a < b;
  return back ? c > 0 : c < 0;
}

/** Dead keys that came in a row, and after how many it is asked how far they go (C7). */
let dead: u32 = 0;
let patience: u32 = 0;

/** Counts a dead key; true: it is to be asked. */
function endless(): bool {
  if (++dead < patience) return false;
  dead = 0;
  return true;
}

/** Where it was no use, the next time is later. */
function leapt(far: bool): bool {
  if (!far) patience <<= 1;
  return far;
}

/** Puts a window of several over dead keys, up to where another list has a key. */
function leapAlone(first: usize, lists: u32, w: usize, node: usize, flags: u32, want: u32): bool {
  if (anew) playAll(first, lists, flags, want);
  const back = (flags & REVERSE) != 0;
  let nearest: usize = 0;
  for (let i: u32 = 0; i < lists; i++) {
    const n: usize = windowAt(i) == w ? 0 : get32(windowAt(i) + W_TOP);
    if (n == 0) continue;
    const c = nearest == 0 ? 0 : compareNodes(n, nearest);
    if (nearest == 0 || (back ? c > 0 : c < 0)) nearest = n;
  }
  if (nearest == 0) setBound(0, NONE, 0, 0);
  else setBoundNode(0, BEFORE_KEY, nearest);
  anew = back ? leapUnder(w, node) : leapOver(w, node);
  return anew;
}

/**
 * Takes the entry at the front, and what it hides; returns the node to show, or 0. isLast: another
 * one may not be wanted.
 */
function choose(
  first: usize,
  lists: u32,
  node: usize,
  flags: u32,
  want: u32,
  isLast: bool,
  resume: u64,
): usize {
  let w: usize = get32(first + W_GAME);
  let shown: usize = 0;
  if ((flags & VERSIONS) != 0) {
    const number = seen(get32(w + W_LIST), node, viewUpto());
    if (number != 0 && !skipped(node, number, flags, resume)) shown = node;
    ready(w, flags, want);
    take(w, flags);
    play(first, lists, w, flags, isLast ? 0 : want);
  } else {
    // Equal keys: the newest list comes first, so what is found first hides the rest.
    let n = node;
    while (n != 0 && (n == node || compareNodes(n, node) == 0)) {
      const found =
        (flags & REVERSE) != 0
          ? takeGroupBack(w, node, shown == 0)
          : takeGroup(w, node, flags, want, shown == 0);
      if (shown == 0) shown = found;
      play(first, lists, w, flags, isLast ? 0 : want);
      w = get32(first + W_GAME);
      n = get32(w + W_TOP);
    }
    if ((flags & START_OPEN) != 0 && shown != 0 && equalBound(shown, boundAt(2))) shown = 0;
  }
  if (shown != 0 && (flags & TOMBSTONES) == 0 && isTombstone(shown)) return 0;
  return shown;
}

/** With VERSIONS: whether the caller had this version before, or excludes its key. */
function skipped(node: usize, number: u64, flags: u32, resume: u64): bool {
  if ((flags & (START_OPEN | RESUME)) == 0 || !equalBound(node, boundAt(2))) return false;
  if ((flags & START_OPEN) != 0) return true;
  return (flags & REVERSE) != 0 ? number <= resume : number >= resume;
}

/** Takes all nodes with the key of `node`, forward; returns the first visible one if asked. */
function takeGroup(w: usize, node: usize, flags: u32, want: u32, ask: bool): usize {
  const upto = viewUpto();
  const list: usize = get32(w + W_LIST);
  let found: usize = 0;
  let passed: u32 = 0;
  while (true) {
    const n = nextIn(w, flags);
    if (n == 0 || (n != node && compareNodes(n, node) != 0)) break;
    ready(w, flags, want);
    const asks = ask && found == 0;
    if (asks && seen(list, n, upto) != 0) {
      found = n;
      passed = 0;
    }
    take(w, flags);
    if (++passed == WALKED && fills(w, node)) leap(w, node, asks && found == 0 ? upto : 0);
  }
  return found;
}

/** The same in reverse (C4). */
function takeGroupBack(w: usize, node: usize, ask: bool): usize {
  const upto = viewUpto();
  const list: usize = get32(w + W_LIST);
  const nodes: usize = get32(w + W_NODES);
  const end = get32(w + W_POS);
  let first = end - 1;
  while (first > 0 && compareNodes(nodeAt(nodes, first - 1), node) == 0) first--;
  put32(w + W_POS, first);
  if (!ask) return 0;
  if (first > 0) {
    for (let i = first; i < end; i++) {
      const n = nodeAt(nodes, i);
      if (seen(list, n, upto) != 0) return n;
    }
    return 0;
  }
  takeKeyOf(node);
  const front = seek(list, handS0, handS1, handLength, handAt);
  return visible(list, front, handS0, handS1, handLength, handAt, upto);
}
