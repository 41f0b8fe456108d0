// Spans: where a domain's blocks lie. A span is a run of slices that names the domain's region and
// has blocks of one class. It comes from the arena when a home has no block of the class, and goes
// back, while the domain lives, when all of its blocks are in one free list: of a home, or of the
// depot (depot.ts).
//
//   span of slices, REGION(slot, region)
//   | 32 | head | block 0 ... | head | block 1 ... | ... | rest |
//     └── where the span has room for it, so that the users' part of blocks whose class is a
//         multiple of 64 is aligned to 64
//
// Free list. A link says with its lowest bit where in the block that it names the next link stands:
// 0 in f, 1 in a, which no limbo uses then. So a list is made anew by the links that the old one
// does not use, and takes its place by one store of W.
//
// What is spare. A window is 16 collects that freed something, or fewer that freed 16 MiB. At its
// end those spans go that lie in the end of the list that nobody came to meanwhile: as many blocks
// as the list had when it was shortest. So a thread that takes as many blocks as it retired before
// finds them, and what it does not need goes a window later. `collect` does not wait for that.
//
// A home's word `moving`, u64, shared, one writer: at most one span (or list of spans) on its way.
//   low: 0 | COMING, class << 4 | PARTING, first leaving | GOING, next leaving   high: see below
//        | SHIFTING: a list, not a span (depot.ts)
//   LINKS of its first slice, u32: home + 1 << 16 | blocks found; shared: two may count at once
//
// I8  The span that COMING names is the home's exactly when it holds the head of the free list of
//     its class, which was empty. PARTING: the list is without the leaving spans exactly when its
//     head is the one noted. GOING: the span noted and those behind it are nobody's but the home's.
// I9  What LINKS counts under a home's name is at most the blocks of that span in its free list.
//
// No site can check these, which say how a death is judged. At the end the checker counts the
// blocks.
//
// takeSpan                                              a death after this step leaves
//   1. claim slices                                       CLAIMED: freed by recovery
//   2. moving := COMING(class), span                      the same
//   3. the region's map; commit REGION(me)                I8: not in the list: released
//   4. link its blocks; store W              linearizes   I8: in the list: kept
//   5. moving := 0                                        nothing
// shed, for a class of which the list has spare blocks
//   6. for each block: LINKS := (me, 0); spare ones + 1   numbers that mean nothing
//   7. those whose number is all: take the span in      nothing: W still says how the list goes
//      one's own name; link these by their first blocks,
//      and all other blocks, by the links not in use
//   8. moving := PARTING(leaving), new head               I8: W as it was: 0
//   9. store W                               linearizes   I8: goes on at 10
//  10. for each: moving := GOING(next), span; release it  released if it has the dead's name still
//  11. moving := 0                                        nothing

import {
  cas64,
  get32,
  load32,
  load64,
  markFree,
  markLive,
  put32,
  put64,
  store32,
  store64,
} from '../ground/atomic';
import {
  FULL,
  kindOf,
  LINKS,
  ME,
  P_CONT,
  P_REGION,
  SLICE,
  SLICE_SHIFT,
  SLICES,
} from '../ground/layout';
import { sizeOfClass } from '../memory/classes';
import {
  claimSlices,
  commitIn,
  pageAux,
  pageOwner,
  pageTag,
  pageWord,
  releaseIn,
  sliceAt,
} from '../memory/pages';
import { mark } from '../memory/parts';
import { status } from '../ground/thread';
import {
  BLOCK_FREE,
  BLOCK_KIND,
  BLOCK_TAG,
  CLASSES_MAX,
  DOMAIN_REGION,
  FREED,
  HEAD,
  HOME_MOVING,
  HOME_WINDOW,
  homeIndex,
  linkAt,
  freeAt,
  freeOf,
  setFree,
} from './home';

const COMING: u32 = 2;
const PARTING: u32 = 4;
const GOING: u32 = 6;
const PHASE: u32 = 6;

/** Slices of a span of blocks up to a slice. */
const FEW: u32 = isDefined(GATED) ? 1 : 4;
/** Spare blocks, or their bytes, that are worth a look. */
const SPARE: u32 = isDefined(GATED) ? 2 : 512;
const SPARE_BYTES: u32 = 1 << 20;
/** Of a window, in units of 16 bytes that are freed: what a collect counts for at least. */
const LOOK: u32 = 1 << 16;
/** And all of it. */
const WINDOW: u32 = isDefined(GATED) ? 2 * LOOK : 16 * LOOK;

const FREE_LEAST: usize = 4;
const FREE_LOW: usize = 8;

// ---- what a span holds --------------------------------------------------------------------------

/** Slices of a span of class `q`: as many as leave at most an eighth unused. */
function usualOf(q: u32): u32 {
  const size = sizeOfClass(q);
  if (size <= SLICE) return size <= SLICE >> 4 ? 1 : FEW;
  let bytes = size;
  let n = slicesFor(bytes + HEAD);
  while (((n << SLICE_SHIFT) - bytes) * 8 > bytes && bytes < 8 * size) {
    bytes += size;
    n = slicesFor(bytes + HEAD);
  }
  return n;
}

function slicesFor(bytes: u32): u32 {
  return (bytes + SLICE - 1) >> SLICE_SHIFT;
}

/** The least slices that hold a block of class `q`. */
function leastOf(q: u32): u32 {
  return sizeOfClass(q) <= SLICE ? 1 : slicesFor(sizeOfClass(q) + HEAD);
}

/** What is left free in front of the blocks of class `q` in `n` slices. */
function padOf(q: u32, n: u32): u32 {
  const size = sizeOfClass(q);
  const rest = (n << SLICE_SHIFT) % size;
  return rest >= HEAD || (size <= SLICE >> 3 && (size & 63) == 0) ? HEAD : 0;
}

/**
 * The first block of a span. Spans begin where few sets of a cache are, so what is left over is in
 * front of the blocks of some and behind those of others.
 */
function firstOf(q: u32, n: u32, span: u32): u32 {
  const pad = padOf(q, n);
  const rest = ((n << SLICE_SHIFT) - pad) % sizeOfClass(q);
  return (span << SLICE_SHIFT) + pad + (((span / n) % ((rest >> 6) + 1)) << 6);
}

/** How many blocks of class `q` are in `n` slices. */
function blocksIn(q: u32, n: u32): u32 {
  return ((n << SLICE_SHIFT) - padOf(q, n)) / sizeOfClass(q);
}

/** Whether all blocks of class `q` have their users' part aligned to 64. */
export function isAligned(q: u32): bool {
  if ((sizeOfClass(q) & 63) != 0) return false;
  return padOf(q, usualOf(q)) == HEAD && padOf(q, leastOf(q)) == HEAD;
}

/** The first slice of the span that a block lies in. */
function spanOf(block: u32): u32 {
  const slice = block >> SLICE_SHIFT;
  const word = load64(sliceAt(slice));
  return kindOf(word) == P_CONT ? pageAux(word) : slice;
}

function countAt(span: u32): usize {
  return LINKS + ((<usize>span) << 2);
}

/** The next link of the block that link `p` names. */
export function nextOf(p: u32): u32 {
  return get32(linkAt(p));
}

// ---- a span comes -------------------------------------------------------------------------------

/** Steps 1 to 5, for a home without a free block of class `q`. False: FULL, CONTENDED. */
export function takeSpan(root: usize, home: usize, q: u32): bool {
  let n = usualOf(q);
  let span = claimSlices(n);
  if (span == 0 && n > leastOf(q) && status() == FULL) {
    n = leastOf(q);
    span = claimSlices(n);
  }
  if (span == 0) return false;
  store64(home + HOME_MOVING, ((<u64>span) << 32) | (q << 4) | COMING);
  const region = get32(root + DOMAIN_REGION);
  mark(region, span);
  commitIn(SLICES, span, pageWord(P_REGION, ME + 1, region, n));
  setFree(home, q, linkAll(span, q, n));
  store64(home + HOME_MOVING, 0);
  grow(home, q, true, blocksIn(q, n));
  return true;
}

/** Links the blocks of a new span, which nobody knows yet. The first. */
function linkAll(span: u32, q: u32, n: u32): u32 {
  const size = sizeOfClass(q);
  markLive(span << SLICE_SHIFT, n << SLICE_SHIFT);
  let block = firstOf(q, n, span) + blocksIn(q, n) * size;
  let next: u32 = 0;
  for (let left = blocksIn(q, n); left > 0; left--) {
    block -= size;
    put64(<usize>block + BLOCK_FREE, ((<u64>(BLOCK_TAG | FREED | q)) << 32) | next);
    markFree(block + HEAD, size - HEAD);
    next = block;
  }
  return next;
}

// ---- spans go -----------------------------------------------------------------------------------

/** Counts `more` free blocks of class `q`. Before it grows a list is at its shortest. */
export function grow(home: usize, q: u32, wasEmpty: bool, more: u32): void {
  const list = freeAt(home, q);
  const count: u32 = wasEmpty ? 0 : get32(list);
  put32(list, count + more);
  if (count < get32(list + FREE_LEAST)) put32(list + FREE_LEAST, count);
  if (count < get32(list + FREE_LOW)) put32(list + FREE_LOW, count);
}

/** A home's counts may be those of before a death: the next look counts. */
export function doubt(home: usize): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const list = freeAt(home, q);
    put32(list, max<u32>(get32(list), 1));
    put32(list + FREE_LEAST, 0);
    put32(list + FREE_LOW, 0);
  }
}

/** A collect has freed `units`. At the end of a window: `shed`. */
export function shedLater(root: usize, home: usize, units: u32): void {
  const seen = get32(home + HOME_WINDOW) + max(units, LOOK);
  put32(home + HOME_WINDOW, seen < WINDOW ? seen : 0);
  if (seen >= WINDOW) shed(root, home, false);
}

/**
 * Steps 6 to 11 for every class that has spare blocks, a portion more than twice those that could
 * not go last time: O(1) a block that was freed, amortised. `all`: nothing is needed, and more than
 * those will do.
 */
export function shed(root: usize, home: usize, all: bool): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const list = freeAt(home, q);
    const count = get32(list);
    const least = all ? count : min<u32>(get32(list + FREE_LEAST), count);
    const low = get32(list + FREE_LOW) << u32(!all);
    const portion = all ? 1 : max<u32>(min(SPARE, SPARE_BYTES / sizeOfClass(q)), 1);
    put32(list + FREE_LEAST, count);
    if (least >= low + portion) shedClass(root, home, q, count - least);
  }
}

/**
 * Steps 6 to 11, as if nothing were needed, for every class of which an eighth more is free than
 * could not go last time, or than was since: O(1) a block that has come, amortised.
 */
export function shedGrown(root: usize, home: usize): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const list = freeAt(home, q);
    const low = get32(list + FREE_LOW);
    if (get32(list) > low + (low >> 3)) shedClass(root, home, q, 0);
  }
}

/** Steps 6 to 11 for one class, of which all but the list's first `used` blocks are spare. */
function shedClass(root: usize, home: usize, q: u32, used: u32): void {
  const head = freeOf(home, q);
  const mine = (homeIndex(root, home) + 1) << 16;
  for (let p = head; p != 0; p = nextOf(p)) store32(countAt(spanOf(p & ~1)), mine);
  let spare = head;
  for (let i = used; i > 0 && spare != 0; i--) spare = nextOf(spare);
  for (let p = spare; p != 0; p = nextOf(p)) {
    const at = countAt(spanOf(p & ~1));
    const found = load32(at);
    // Another home that counts has some of its blocks: its span stays in either case.
    if (found >> 16 == mine >> 16) store32(at, found + 1);
  }
  const usual = usualOf(q);
  const all = blocksIn(q, usual);
  let keep: u32 = 0;
  let leaving: u32 = 0;
  let left: u32 = 0;
  for (let p = MUTANT == 320 ? spare : head; p != 0; p = nextOf(p)) {
    const block = p & ~1;
    const span = spanOf(block);
    const word = load64(sliceAt(span));
    const n = pageAux(word);
    const blocks = n == usual ? all : blocksIn(q, n);
    const whole = load32(countAt(span)) == (mine | blocks) || MUTANT == 240;
    // The other way: W still goes by the one that `p` says.
    const other = MUTANT == 241 ? p : p ^ 1;
    if (!whole) {
      put32(linkAt(other), keep);
      keep = other;
      left++;
    } else if (block == firstOf(q, n, span)) {
      const own = pageWord(P_REGION, ME + 1, pageTag(word), n);
      // Nobody else changes it: all of its blocks are here.
      if (word != own) cas64(sliceAt(span), word, own);
      put32(linkAt(other), leaving);
      leaving = other;
    }
  }
  const list = freeAt(home, q);
  put32(list, left);
  put32(list + FREE_LEAST, left);
  put32(list + FREE_LOW, left - min(used, left));
  if (leaving == 0) return;
  store64(home + HOME_MOVING, ((<u64>keep) << 32) | leaving | PARTING);
  if (MUTANT != 242) setFree(home, q, keep);
  letGo(root, home, leaving, ME);
  if (MUTANT == 242) setFree(home, q, keep);
}

/** Steps 10 and 11 for spans in the name of `slot`, linked by their first blocks. */
function letGo(root: usize, home: usize, first: u32, slot: u32): void {
  for (let p = first; p != 0; ) {
    const span = spanOf(p & ~1);
    const next = nextOf(p);
    store64(home + HOME_MOVING, ((<u64>span) << 32) | next | GOING);
    releaseOf(root, span, slot);
    p = next;
  }
  store64(home + HOME_MOVING, 0);
}

/** Releases a span of the domain if it has the name of `slot`. */
function releaseOf(root: usize, span: u32, slot: u32): void {
  const word = load64(sliceAt(span));
  if (kindOf(word) != P_REGION || pageOwner(word) != slot + 1) return;
  if (pageTag(word) == get32(root + DOMAIN_REGION)) releaseIn(SLICES, span, word);
}

// ---- after a death ------------------------------------------------------------------------------

/** I8, for a home of a dead slot. May be repeated. */
export function repairMoving(root: usize, home: usize, slot: u32): void {
  const moving = load64(home + HOME_MOVING);
  const low = <u32>moving;
  const phase = low & PHASE;
  const high = <u32>(moving >> 32);
  if (phase == COMING) {
    const head = freeOf(home, low >> 4);
    if (head == 0 || spanOf(head & ~1) != high) releaseOf(root, high, slot);
    store64(home + HOME_MOVING, 0);
  } else if (phase == PARTING) {
    const q = get32(<usize>(low & ~15) + BLOCK_KIND) & 0xff;
    const there = MUTANT != 243 && freeOf(home, q) != high;
    if (there) store64(home + HOME_MOVING, 0);
    else letGo(root, home, low & ~PHASE, slot);
  } else if (phase == GOING) {
    if (MUTANT != 244) releaseOf(root, high, slot);
    letGo(root, home, low & ~PHASE, slot);
  }
}
