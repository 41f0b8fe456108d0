// Changing the tree: each change is built out of sight, under the locks of all that it takes out,
// and published by one store into the word that names the topmost block of these. So a reader comes
// to the old blocks or to the new ones, and both are whole.
//
//   renew      over ─word─► x           ►  over ─► copy of x
//   rebuild    over ─word─► leaf        ►  over ─► leaf with room
//   split      beyond ─► over ─► x      ►  beyond ─► copy of over ─┬► a         over an interior
//                                                                  └► b
//              over ─► x                ►  over ─► pair ─┬► a                   over a head
//                                                        └► b
//   merge      beyond ─► over ─┬► x     ►  beyond ─► copy of over ─► both       or beyond ─► both,
//                              └► y                                             where over had two
//   no layer   leaf ─slot─► head ─► x   ►  leaf without the slot                x is empty
//
// Locks: from left to right, then upward (intent.ts); each is looked at again under its lock: it is
// not DEAD, and its word still names what it did. All of it is given up where one is not to be had.
//
// X1  A leaf that is split at its end, because all that comes comes behind it, stays full; so does
//     one that is split at its beginning.
// X2  A separator is a slice that nothing left of it has, so that L2 holds.
// X3  A walk goes on in the copy that it made of what it stood on: that was covered before somebody
//     else could come to it and retire it, and what it names then is current (reach.ts).
//
// Names: as in place.ts; a, b what takes the place of x; n entries gathered.

import {
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status } from '@x/shm-arena/assembly/ground/thread';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { cover, covered } from '@x/shm-arena/assembly/map/reach';
import { entrySlice, entryValueAt, entryWhat, gather, separates, sortEntries } from './gather';
import { slice } from './hand';
import * as intents from './intent';
import { alsoLock, begin, finish, giveUp, publishWord, take } from './intent';
import * as interiors from './interior';
import { childCount } from './interior';
import { clearLeaf, fillPrivate, liveCount, sizeFor, withoutSlot } from './leaf';
import {
  blockOf,
  childAt,
  H_ROOT,
  H_SKIP,
  H_SLICES,
  headBytes,
  INTERIOR,
  LARGEST,
  leafBytes,
  liveAt,
  MOST_SLOTS,
  openBlock,
  separatorAt,
  sizeOf,
  slotAt,
  slotsOf,
} from './layout';
import { beyond, beyondWord, depth, isFirst, isLast, link, over, upper, word } from './place';

/** Entries of a leaf from which on it is split, not rebuilt. */
const CROWDED: u32 = MOST_SLOTS - (MOST_SLOTS >> 2);
/** Entries with which two neighbours become one. */
const SPARSE: u32 = MOST_SLOTS >> 1;
/** A leaf is looked at whenever one more than so many entries are gone. */
const SELDOM: u32 = isDefined(GATED) ? 0 : 3;

/** Inside this kernel only: the tree is another one; begin again. AGAIN: nothing has changed. */
export const CHANGED: i32 = 49;

// ---- copies -------------------------------------------------------------------------------------

/** Publishes what was made: CHANGED, or AGAIN. */
function put(at: usize, wide: bool, next: u64): i32 {
  if (!publishWord(at, wide, next, 0)) return giveUp(AGAIN);
  finish();
  return CHANGED;
}

/** What `renew` has put in the place of a block: its link. */
export let renewed: u32 = 0;

/**
 * A copy in the place of `x`, which a snapshot shows: OK, AGAIN or FULL. `head`: it is one, named
 * by a wide word.
 */
export function renew(number: u64, x: usize, named: u32, box: usize, at: usize, head: bool): i32 {
  if (!begin(x, number)) return AGAIN;
  if (!alsoLock(box)) return giveUp(AGAIN);
  const still: u32 = head ? <u32>load64(at) : load32(at);
  if (still != named) return giveUp(AGAIN);
  let next: u32 = 0;
  if (head) next = copyHead(x, 0, get32(x + H_SKIP));
  else if (sizeOf(named) == 0) next = copyInterior(x);
  else next = <u32>rebuilt(named);
  if (next == 0) return giveUp(status());
  if (MUTANT != 435) intents.out(x, true);
  if (MUTANT != 415) cover(); // X3
  renewed = next;
  return put(at, head, next) == CHANGED ? OK : AGAIN;
}

/** A head with the slices of another from `from` on, up to `end`, and its root. */
export function copyHead(x: usize, from: u32, end: u32): u32 {
  const to = take(headBytes(end - from));
  if (to == 0) return 0;
  openBlock(to, intents.generation());
  put32(to + H_SKIP, end - from);
  store32(to + H_ROOT, load32(x + H_ROOT)); // Nobody changes it: x is locked.
  for (let i = from; i < end; i++) {
    put64(to + H_SLICES + ((<usize>(i - from)) << 3), get64(x + H_SLICES + ((<usize>i) << 3)));
  }
  return <u32>to;
}

function copyInterior(x: usize): u32 {
  const to = take(INTERIOR);
  if (to != 0) interiors.copyPart(to, intents.generation(), x, 0, childCount(x));
  return <u32>to;
}

/** A leaf of what counts in another, in its order; 0: `status`. */
function rebuilt(from: u32): u32 {
  const live = load64(liveAt(from));
  const n = gather(from, live, 0);
  return built(0, n, sizeFor(n));
}

/** An empty leaf; 0: `status`. */
export function newLeaf(size: u32): u32 {
  const to = take(leafBytes(size));
  if (to == 0) return 0;
  const made = <u32>to | size;
  clearLeaf(made, intents.generation());
  return made;
}

/** A leaf of the gathered entries [from, end); 0: `status`. */
function built(from: u32, end: u32, size: u32): u32 {
  const made = newLeaf(size);
  if (made == 0) return 0;
  let live: u64 = 0;
  for (let i = from; i < end; i++) {
    live = fillPrivate(made, live, entrySlice(i), entryWhat(i), get64(entryValueAt(i)));
  }
  put64(liveAt(made), live);
  return made;
}

// ---- room ---------------------------------------------------------------------------------------

/**
 * Makes room in the leaf that was walked to, whose lock is held and in which `live` counts:
 * CHANGED, AGAIN or FULL.
 */
export function makeRoom(live: u64): i32 {
  const n = gather(link, live, 0);
  if (n < CROWDED || separates(n) == 0) {
    if (!alsoLock(over)) return giveUp(AGAIN);
    if (load32(word) != link) return giveUp(AGAIN);
    const next = built(0, n, sizeFor(n));
    if (next == 0) return giveUp(status());
    intents.out(blockOf(link), true);
    return put(word, false, next);
  }
  const key = slice(depth);
  let middle: u32;
  let separator = MUTANT == 442 ? greatest(n) : key;
  if (isLast && key > greatest(n))
    middle = n; // X1
  else {
    sortEntries(n);
    middle = isFirst && key < entrySlice(0) ? 0 : middleOf(n);
    separator = entrySlice(middle);
  }
  const a = built(0, middle, middle == 0 ? LARGEST - 1 : sizeFor(middle));
  const b = a == 0 ? 0 : built(middle, n, middle == n ? LARGEST - 1 : sizeFor(n - middle));
  if (b == 0) return giveUp(status());
  return putTwo(blockOf(link), a, separator, b);
}

/** The greatest slice of n entries. */
function greatest(n: u32): u64 {
  let most: u64 = 0;
  for (let i: u32 = 0; i < n; i++) most = max(most, entrySlice(i));
  return most;
}

/** Where to split n sorted entries so that X2 holds, near the middle. */
function middleOf(n: u32): u32 {
  const half = n >> 1;
  for (let i: u32 = 0; i <= half; i++) {
    if (half + i < n && entrySlice(half + i) != entrySlice(half + i - 1)) return half + i;
    if (half > i && entrySlice(half - i) != entrySlice(half - i - 1)) return half - i;
  }
  return 0; // `separates` has seen two slices.
}

/** Makes room in an interior that is full, the one that `link` names: CHANGED, AGAIN or FULL. */
export function splitInterior(number: u64): i32 {
  const x = blockOf(link);
  if (!begin(x, number)) return AGAIN;
  const half = childCount(x) >> 1;
  const a = take(INTERIOR);
  const b: usize = a == 0 ? 0 : take(INTERIOR);
  if (b == 0) return giveUp(status());
  interiors.copyPart(a, intents.generation(), x, 0, half);
  interiors.copyPart(b, intents.generation(), x, half, childCount(x));
  return putTwo(x, <u32>a, get64(separatorAt(x, half - 1)), <u32>b);
}

/** Two in the place of `x`, which `link` names. */
function putTwo(x: usize, a: u32, separator: u64, b: u32): i32 {
  if (!alsoLock(over) || load32(word) != link) return giveUp(AGAIN);
  const to = take(INTERIOR);
  if (to == 0) return giveUp(status());
  intents.out(x, true);
  if (isHead()) {
    interiors.makePair(to, intents.generation(), a, separator, b);
    return put(word, false, <u32>to);
  }
  if (!alsoLock(beyond) || load32(beyondWord) != <u32>over) return giveUp(AGAIN);
  intents.out(over, true);
  // V1: there is room.
  const i = interiors.indexOf(over, word);
  interiors.copyWithTwo(to, intents.generation(), over, i, a, separator, b);
  return put(beyondWord, false, <u32>to);
}

/** Whether a head names what was walked to. */
function isHead(): bool {
  return word == over + H_ROOT;
}

// ---- less ---------------------------------------------------------------------------------------

/** Whether a leaf with so many of its slots that count may be worth a look at its neighbour. */
export function isSparse(named: u32, n: u32): bool {
  return n == 0 || ((n & SELDOM) == 0 && n << 2 <= slotsOf(sizeOf(named)));
}

/**
 * Takes the leaf that was walked to out of the tree, if it is empty, or makes one of it and its
 * neighbour, if they fit: CHANGED, AGAIN or FULL; OK: there was nothing to do.
 */
export function shrink(number: u64): i32 {
  const x = blockOf(link);
  if (!begin(x, number)) return AGAIN;
  const n = liveCount(load64(liveAt(link)));
  if (!isHead()) return merge(x, n);
  if (MUTANT != 444 && n != 0) return giveUp(OK);
  if (upper == 0) {
    if (!alsoLock(over) || load32(word) != link) return giveUp(AGAIN);
    intents.out(x, true);
    return put(word, false, 0);
  }
  return removeLayer(x);
}

/** The leaf is empty, and all that its layer has. */
function removeLayer(x: usize): i32 {
  if (!alsoLock(over) || load32(word) != link) return giveUp(AGAIN);
  if (!alsoLock(beyond)) return giveUp(AGAIN);
  const slot = <u32>((beyondWord - slotAt(upper, 0)) >> 4);
  const live = load64(liveAt(upper));
  if (((live >> slot) & 1) == 0 || <usize>load64(beyondWord) != over) return giveUp(AGAIN);
  intents.out(x, true);
  if (MUTANT != 446) intents.out(over, true);
  return put(liveAt(upper), true, withoutSlot(live, slot));
}

/** With the neighbour on the right, or that on the left if there is none. */
function merge(x: usize, n: u32): i32 {
  const i = interiors.indexOf(over, word);
  const first = i + 1 < childCount(over) ? i : i - 1;
  const other = childAt(over, first == i ? i + 1 : first);
  let stays = load32(other);
  if (n != 0) {
    if (!covered()) return giveUp(AGAIN);
    if (sizeOf(stays) == 0) return giveUp(OK);
    if (n + liveCount(load64(liveAt(stays))) > SPARSE) return giveUp(OK);
    if (!alsoLock(blockOf(stays))) return giveUp(AGAIN);
  }
  if (!alsoLock(over) || load32(word) != link) return giveUp(AGAIN);
  if (n == 0) stays = load32(other);
  else if (load32(other) != stays) return giveUp(AGAIN);
  if (!alsoLock(beyond) || load32(beyondWord) != <u32>over) return giveUp(AGAIN);
  if (n != 0) {
    const other = stays;
    const all = gather(other, load64(liveAt(other)), gather(link, load64(liveAt(link)), 0));
    if (all > SPARSE) return giveUp(OK);
    stays = built(0, all, sizeFor(all));
    if (stays == 0) return giveUp(status());
    intents.out(blockOf(other), true);
  }
  intents.out(x, true);
  intents.out(over, true);
  if (childCount(over) == 2) return put(beyondWord, false, stays);
  const to = take(INTERIOR);
  if (to == 0) return giveUp(status());
  interiors.copyWithOne(to, intents.generation(), over, first, stays);
  return put(beyondWord, false, <u32>to);
}
