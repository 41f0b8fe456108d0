// Blocks. A small block is a bit: spans of one size class, each with a bitmap beside the tables, so
// that the whole state of the allocator can be judged by looking; a block over half a page is a run
// of pages or slices (pages.ts). The owner of a span sets bits, anybody clears them.
//
//   span of class 9 (80 bytes)           its bitmap: one bit a block
//   | 0 | 1 | 2 | 3 | ... | 50 |         1101...0
//     └── blocks start at the span's start, so a block is aligned as its size is
//
// Spans. Blocks up to a 16th of a slice: one slice. Up to a slice: FEW slices, or one where there
// are no FEW side by side. Larger ones: a page. Once the thread has BUSY spans of a class, it takes
// larger ones: a page for blocks from a 16th of a slice on, else as many slices as have 128 blocks.
// So what one block keeps from the others may be as small as a slice. A span is named by its first
// slice.
//
// Bitmap of a span, words of u64, shared
//   I1  Bit i is set: block i belongs to whoever allocated it. Clear: it is free.
//   I2  Bits from the number of blocks on are clear.
//   I3  Only the owner of a SMALL span sets bits in it (and checks: a set bit means somebody else
//       was at work, and the search goes on). What is no span has a clear bitmap.
//   I4  A SMALL span returns to FREE only empty; then only its owner (or its reaper) can do that.
//       The word of an ORPHAN carries a number that no other orphan had (32 bits: it wraps after
//       2^31 orphans), so that one seen empty and adopted since is not released.
// ROOM of a slot, u64, shared: what an owner need not look for where it is clear
//   I5  A block of class q is free in a span of the slot: it lies in the current span of the class,
//       at the cursor or behind it; or bit q is set; or whoever freed it has not returned. A span
//       of the slot is empty: it is a current one; or bit EMPTY is set; or as before.
//       The same of orphans, with ROOMY higher than what a thread has seen.
// HEAP_LAST of a slot, u64, owned: start | (bytes << 8 | class) << 32 of a span, or 0
//   I6  It is a span of the slot's. So a block there is freed without a look at the tables: nobody
//       else gives such a span back, its thread forgets it here first, and whoever has the slot
//       next begins with 0.
//   The checker is told of each block (`markLive`, `markFree`): I1, I4. After every step of it: I3.
//   By verify (audit.ts 7): I2. No site can check I5: a false FULL shows it. At its site: I6.
// The links table, u32 a slice: the owner's ring of spans of a class, next | blocks << 20; and the
// slot's three words a class {span, cursor | count << 8, orphans seen}: owned plain words, worth
// nothing after a death; recovery walks the tables. Two more a slot: ROOMY as last seen, and for
// which classes (and EMPTY) the orphans have not been looked at since.
//
// alloc(bytes, align)                                a death after this step leaves
//   1. load the bitmap word at the cursor              nothing
//   2. OR the first clear bit     linearizes           a block that belongs to the caller
//   no clear bit: where ROOM says so, up to SCAN spans of the ring; an ORPHAN of the class (CAS to
//   SMALL(me)); a fresh span (claim, commit SMALL(me)); last resort, as far as ROOM and ROOMY tell
//   of anything: all own spans, orphans; empty spans of other classes released, retired regions
//   swept. ROOM's bits are cleared before the look. A death in there leaves spans that the tables
//   name.
// free(at), any thread
//   3. HEAP_LAST, or load the word; find the bit       nothing
//   4. AND the bit away           linearizes; it was clear: DOUBLE_FREE, nothing has changed
//   5. the word was full (or was filled from its       room nobody is told of: recovery sets all
//      of who owns the span now, or raise ROOMY        bits of all slots, and raises ROOMY
// Two atomic writes a pair. No intent is noted: a block whose bit is set belongs to the caller, and
// one killed before step 2 did nothing. A structure that must not leak allocates from a region, or
// notes its own intent first.
//
// A double free whose block was allocated again in between cannot be told from a proper one.
//
// Names: q class.

import {
  add32,
  and64,
  cas64,
  check,
  fill,
  get32,
  get64,
  load32,
  load64,
  markFree,
  markLive,
  or64,
  peek64,
  put32,
  put64,
  refused,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import {
  BAD,
  CLASSES,
  DOUBLE_FREE,
  FIRST,
  FLAGS,
  FULL,
  HEAP_BYTES,
  LINKS,
  ME,
  OK,
  ORPHANS,
  PAGE,
  PAGES,
  PAGE_SHIFT,
  PARTICIPANTS,
  P_CONT,
  P_FREE,
  P_FREEING,
  P_LARGE,
  P_ORPHAN,
  P_SMALL,
  ROOMY,
  SELF,
  SLICE,
  SLICES,
  SLICES_SHIFT,
  SLICE_SHIFT,
  SMALL_MAX,
  S_HEAP,
  S_ROOM,
  TABLE,
  ZERO_ON_FREE,
  kindOf,
  slotAt,
} from '../ground/layout';
import {
  claim,
  claimSlices,
  commitIn,
  firstOf,
  isRun,
  isSpan,
  offsetOf,
  pageAt,
  pageAux,
  pageOwner,
  pageTag,
  pageWord,
  releaseIn,
  shiftOf,
  sliceAt,
  startOf,
  usedOf,
  wordAt,
  wordsOf,
} from './pages';
import {
  bitmapAt,
  blocksUsed,
  classOf,
  classOfSpan,
  countOf,
  quotient,
  sizeOfClass,
  slicesOf,
} from './classes';
import { sweep } from './region';
import { fail, status } from '../ground/thread';

/** Spans of its ring that an allocation looks at before it takes another one. */
const SCAN: u32 = isDefined(GATED) ? 2 : 4;
/** The part of a span, as a power of two, that is free where it is worth to go on in it. */
const WORTH: u32 = 3;
/** Slices of a span of blocks larger than a 16th of one. */
const FEW: u32 = isDefined(GATED) ? 2 : 4;
/** Spans of a class that a thread has before it takes pages for it. */
const BUSY: u32 = isDefined(GATED) ? 2 : 4;
/** Spans of a class that it does not give back while it allocates. */
const KEPT: u32 = isDefined(GATED) ? 2 : 16;
/** In ROOM: a span may be empty. */
const EMPTY: u64 = (<u64>1) << 63;

/** The part of a link that is a span; above it is a count. */
const NEXT: u32 = (1 << 20) - 1;

const HEAP_SPAN: usize = 0;
const HEAP_CURSOR: usize = 4;
const HEAP_SEEN: usize = 8;
/** Of the slot: ROOMY as it last saw it. */
const HEAP_ROOMY: usize = S_HEAP + <usize>CLASSES * HEAP_BYTES;
/** Of the slot: the span of its own in which a block was freed last. */
const HEAP_LAST: usize = (HEAP_ROOMY + 4 + 7) & ~7;
/** Of the slot: bits as in ROOM, for orphans that it has not looked at since. */
const HEAP_LOOK: usize = S_ROOM - 8;

// ---- rings ------------------------------------------------------------------------------------

function hintAt(q: u32): usize {
  return SELF + S_HEAP + <usize>q * HEAP_BYTES;
}

/** Where a span of a ring has its link: the next span, and how many blocks it has itself. */
function linkAt(span: u32): usize {
  return LINKS + ((<usize>span) << 2);
}

function nextOf(span: u32): u32 {
  return get32(linkAt(span)) & NEXT;
}

/** Puts `next` behind `span`. */
function setNext(span: u32, next: u32): void {
  put32(linkAt(span), (get32(linkAt(span)) & ~NEXT) | next);
}

/** Which table has the word of a span, which is nobody's to release meanwhile. */
function tableOf(span: u32): usize {
  const whole = (span & ((1 << SLICES_SHIFT) - 1)) == 0;
  return whole && isSpan(kindOf(load64(pageAt(span >> SLICES_SHIFT)))) ? TABLE : SLICES;
}

/** Which word of a table is that of a span. */
function indexOf(table: usize, span: u32): u32 {
  return table == TABLE ? span >> SLICES_SHIFT : span;
}

// ---- alloc --------------------------------------------------------------------------------------

/**
 * A block of at least `bytes` (0 counts as 1), aligned to `align` (0 or a power of two up to PAGE).
 * O(1) amortised. 0: BAD, FULL or CONTENDED (`status`), nothing has changed.
 */
export function alloc(bytes: u32, align: u32): u32 {
  if ((align & (align - 1)) != 0 || align > PAGE) return fail(BAD);
  if (refused()) return fail(FULL);
  const least = max(bytes, max<u32>(align, 1));
  if (least > SMALL_MAX) return allocRun(least, align);
  let q = classOf(least);
  if (align > 16) {
    while ((sizeOfClass(q) & (align - 1)) != 0) q++;
    if (q >= CLASSES) return allocRun(least, align);
  }
  const hint = hintAt(q);
  const span = get32(hint + HEAP_SPAN);
  if (span != 0) {
    const at = takeBit(hint, span, q, get32(hint + HEAP_CURSOR));
    if (at != 0) return at;
  }
  return refill(hint, span, q);
}

/**
 * Steps 1 and 2 in one span, from `cursor` on (with the count of its blocks). The block, or 0:
 * nothing is free there.
 */
function takeBit(hint: usize, span: u32, q: u32, cursor: u32): u32 {
  const count = cursor >> 8;
  const from = cursor & 255;
  const map = bitmapAt(span);
  for (let i = from; i << 6 < count; i++) {
    const at = map + (i << 3);
    let word = load64(at);
    while (word != ~(<u64>0)) {
      const bit = <u32>ctz(~word);
      const index = (i << 6) + bit;
      if (index >= count) break; // I2
      const old = or64(at, (<u64>1) << bit);
      if (((old >> bit) & 1) == 0) {
        if (i != from) put32(hint + HEAP_CURSOR, (count << 8) | i);
        const block = (span << SLICE_SHIFT) + index * sizeOfClass(q);
        markLive(block, sizeOfClass(q));
        return block;
      }
      word = old; // I3: somebody else was at work here; what it has set is not ours.
    }
  }
  return 0;
}

/** `takeBit` from the start of `span`, which becomes the current one of the class. */
function takeFrom(hint: usize, span: u32, q: u32): u32 {
  const cursor = (get32(linkAt(span)) >> 20) << 8;
  put32(hint + HEAP_SPAN, span);
  put32(hint + HEAP_CURSOR, cursor);
  return takeBit(hint, span, q, cursor);
}

/** The current span of the class is full: finds another. */
function refill(hint: usize, current: u32, q: u32): u32 {
  const room = current == 0 ? 0 : load64(SELF + S_ROOM);
  if (((room >> q) & 1) != 0) {
    let span = current;
    for (let i: u32 = 0; i < SCAN; i++) {
      span = nextOf(span); // The current one comes last: only what its cursor has passed is new.
      const blocks = get32(linkAt(span)) >> 20;
      if (blocks - blocksUsed(span, blocks) > blocks >> WORTH) {
        const at = takeFrom(hint, span, q);
        if ((room & EMPTY) != 0 && load64(bitmapAt(nextOf(span))) == 0) dropSpare(span);
        if (at != 0) return at;
      }
      if (span == current) break;
    }
    put32(hint + HEAP_SPAN, span); // The next look goes on from here.
    put32(hint + HEAP_CURSOR, 0);
  }
  const seen = load32(ORPHANS);
  if (seen != get32(hint + HEAP_SEEN)) {
    const at = adopt(hint, q);
    if (at != 0) return at;
    put32(hint + HEAP_SEEN, seen);
  }
  const at = fresh(hint, q);
  if (at != 0 || status() != FULL) return at;
  return lastResort(hint, q);
}

/** Puts a span of `blocks` into the ring behind the current one of the class, as that one. */
function enlist(hint: usize, span: u32, blocks: u32): void {
  const current = get32(hint + HEAP_SPAN);
  const next = current == 0 ? span : nextOf(current);
  put32(linkAt(span), (blocks << 20) | next);
  if (current != 0) setNext(current, span);
  put32(hint + HEAP_SPAN, span);
}

/** Allocates from a span that is claimed for it; 0: FULL or CONTENDED. */
function fresh(hint: usize, q: u32): u32 {
  const size = sizeOfClass(q);
  const busy = hasSpans(get32(hint + HEAP_SPAN), BUSY);
  if (size > SLICE || (busy && size >= SLICE >> 4)) {
    const page = claim(1);
    if (page != 0) return begin(hint, q, TABLE, page, 1);
    if (size > SLICE || status() != FULL) return 0;
  }
  let n: u32 = 1;
  if (size > SLICE >> 4 || (busy && size >= SLICE >> 5)) n = FEW;
  else if (busy && size >= SLICE >> 6) n = 2;
  let head = claimSlices(n);
  if (head == 0 && n > 1 && status() == FULL) {
    n = 1;
    head = claimSlices(n);
  }
  return head == 0 ? 0 : begin(hint, q, SLICES, head, n);
}

/** Whether a ring has so many spans. */
function hasSpans(current: u32, least: u32): bool {
  let span = current;
  for (let n: u32 = 1; n < least && span != 0; n++) {
    span = nextOf(span);
    if (span == current) return false;
  }
  return span != 0;
}

/** Allocates from what was claimed for the class. */
function begin(hint: usize, q: u32, table: usize, head: u32, n: u32): u32 {
  const word = pageWord(P_SMALL, ME + 1, (n << 8) | q, 0);
  commitIn(table, head, word);
  const span = startOf(table, head) >> SLICE_SHIFT;
  enlist(hint, span, countOf(table, word));
  return takeFrom(hint, span, q);
}

/** Allocates from an orphan of the class that has room; 0: there is none. O(words in use). */
function adopt(hint: usize, q: u32): u32 {
  const at = adoptIn(TABLE, hint, q);
  return at != 0 ? at : adoptIn(SLICES, hint, q);
}

function adoptIn(table: usize, hint: usize, q: u32): u32 {
  const end = usedOf(table);
  for (let i = firstOf(table); i < end; i++) {
    const word = load64(wordAt(table, i));
    const kind = kindOf(word);
    const span = startOf(table, i) >> SLICE_SHIFT;
    const blocks = kind == P_ORPHAN && classOfSpan(word) == q ? countOf(table, word) : 0;
    if (blocksUsed(span, blocks) != blocks) {
      const mine = pageWord(P_SMALL, ME + 1, pageTag(word), 0);
      if (cas64(wordAt(table, i), word, mine)) {
        enlist(hint, span, blocks);
        const at = takeFrom(hint, span, q);
        if (at != 0) return at;
      }
    }
    if (isRun(kind) && pageAux(word) - 1 < end - i) i += pageAux(word) - 1;
  }
  return 0;
}

/** Nothing is free at first sight: looks wherever something was freed before it says FULL. */
function lastResort(hint: usize, q: u32): u32 {
  const mine = (<u64>1) << q;
  const room = SELF + S_ROOM;
  if ((load64(room) & mine) != 0) {
    if (MUTANT != 234) and64(room, ~mine); // I5: before the look.
    const at = takeAnywhere(hint, q);
    if (MUTANT == 234) and64(room, ~mine);
    if (at != 0) {
      or64(room, mine); // There may be more.
      return at;
    }
  }
  const mask = orphansToSee();
  if ((mask & mine) != 0) {
    put64(SELF + HEAP_LOOK, mask & ~mine);
    const at = adopt(hint, q);
    if (at != 0) return at;
  }
  const released = trim() + sweep();
  return released == 0 ? fail(FULL) : fresh(hint, q);
}

/** Which orphans may have room (or be empty) since this thread last looked. Owned words. */
function orphansToSee(): u64 {
  const roomy = load32(ROOMY);
  if (roomy != get32(SELF + HEAP_ROOMY)) {
    put32(SELF + HEAP_ROOMY, roomy);
    put64(SELF + HEAP_LOOK, ~(<u64>0));
  }
  return get64(SELF + HEAP_LOOK);
}

/** Allocates from any span of the ring; 0: all are full. O(spans of the class). */
function takeAnywhere(hint: usize, q: u32): u32 {
  const current = get32(hint + HEAP_SPAN);
  let span = current;
  while (span != 0) {
    const at = takeFrom(hint, span, q);
    if (at != 0) return at;
    span = nextOf(span);
    if (span == current) break;
  }
  return 0;
}

/**
 * A run as one block: of pages, where there is one, they waste at most a third of it, or it has to
 * be aligned; else of slices, which cost a CAS each.
 */
function allocRun(bytes: u32, align: u32): u32 {
  const slices = <u32>((<u64>bytes + SLICE - 1) >> SLICE_SHIFT);
  const pages = <u32>((<u64>bytes + PAGE - 1) >> PAGE_SHIFT);
  const waste = (pages << SLICES_SHIFT) - slices;
  const table = align > SLICE || pages == 1 || waste * 3 <= slices ? TABLE : SLICES;
  const n = table == TABLE ? pages : slices;
  let head = table == TABLE ? claim(n) : claimSlices(n);
  if (head == 0) {
    if (status() != FULL || n > wordsOf(table) - firstOf(table)) return 0;
    if (trim() + sweep() == 0) return fail(FULL);
    head = table == TABLE ? claim(n) : claimSlices(n);
    if (head == 0) return 0;
  }
  commitIn(table, head, pageWord(P_LARGE, 0, 0, n));
  const at = startOf(table, head);
  markLive(at, table == TABLE ? (<usize>n) << PAGE_SHIFT : (<usize>n) << SLICE_SHIFT);
  return at;
}

// ---- free ---------------------------------------------------------------------------------------

/** Frees a block, from any thread. BAD: no block starts at `at`. DOUBLE_FREE: it is free. O(1). */
export function free(at: u32): i32 {
  const last = get64(SELF + HEAP_LAST);
  let start = <u32>last;
  let q = <u32>(last >> 32) & 255;
  let bytes = <u32>(last >> 40);
  let others: usize = 0;
  if (at - start < bytes) {
    if (isDefined(GATED)) check(isMine(last), I + 6, at);
  } else {
    const slice = at >> SLICE_SHIFT;
    if (slice < FIRST << SLICES_SHIFT || slice >= PAGES << SLICES_SHIFT) return BAD;
    let table = TABLE;
    let i = at >> PAGE_SHIFT;
    let word = load64(pageAt(i));
    if (kindOf(word) == P_FREE) {
      table = SLICES;
      const own = load64(sliceAt(slice));
      // Not by a branch: which blocks lie in the first slice of their span is not to be foreseen.
      i = select<u32>(pageAux(own), slice, kindOf(own) == P_CONT);
      word = load64(sliceAt(i));
    }
    const kind = kindOf(word);
    if (!isSpan(kind)) {
      if (kind != P_LARGE) return kind == P_FREE || kind == P_FREEING ? DOUBLE_FREE : BAD;
      if (at != startOf(table, i)) return BAD;
      return releaseIn(table, i, word) ? OK : DOUBLE_FREE;
    }
    start = startOf(table, i);
    q = classOfSpan(word);
    bytes = (pageTag(word) >> 8) << shiftOf(table);
    if (pageOwner(word) == ME + 1) put64(SELF + HEAP_LAST, lastWord(start, q, bytes));
    else others = wordAt(table, i);
  }
  return freeBit(at, start, q, bytes, others);
}

function lastWord(start: u32, q: u32, bytes: u32): u64 {
  return ((<u64>bytes) << 40) | ((<u64>q) << 32) | start;
}

/** For I6 alone. */
function isMine(last: u64): bool {
  const start = <u32>last;
  const table = kindOf(peek64(pageAt(start >> PAGE_SHIFT))) == P_FREE ? SLICES : TABLE;
  const word = peek64(wordAt(table, start >> shiftOf(table)));
  const bytes = (pageTag(word) >> 8) << shiftOf(table);
  if (word != pageWord(P_SMALL, ME + 1, pageTag(word), 0)) return false;
  return lastWord(start, classOfSpan(word), bytes) == last;
}

/**
 * Steps 3 to 5 for a small block. `others`: where the word of its span is; 0: it is this thread's.
 */
function freeBit(at: u32, start: u32, q: u32, bytes: u32, others: usize): i32 {
  const x = at - start;
  const size = sizeOfClass(q);
  const index = quotient(x, q);
  if (index * size != x) return BAD;
  const map = bitmapAt(start >> SLICE_SHIFT) + ((index >> 6) << 3);
  const bit = (<u64>1) << (index & 63);
  const zero = (FLAGS & ZERO_ON_FREE) != 0;
  if (zero && (load64(map) & bit) == 0) return refusal(index, q, bytes);
  if (zero && MUTANT != 109) fill(at, 0, size); // Private: the block is still the caller's.
  markFree(at, size);
  const old = and64(map, ~bit);
  if ((old & bit) == 0) return MUTANT == 3 ? OK : refusal(index, q, bytes);
  // Full, perhaps, or empty now. Which of them is not worth the time: who is told looks himself.
  if ((old & (old + 1)) == 0 || old == bit) tellRoom(others, ((<u64>1) << q) | EMPTY);
  return OK;
}

/** Why a block whose bit is clear cannot be freed. */
function refusal(index: u32, q: u32, bytes: u32): i32 {
  return index < quotient(bytes, q) ? DOUBLE_FREE : BAD; // I2
}

/** Step 5. */
function tellRoom(others: usize, bits: u64): void {
  if (MUTANT == 235) return;
  let room = SELF + S_ROOM;
  if (others != 0) {
    // Behind step 4: whoever owns the span after this load has looked, or will look, behind it.
    const word = load64(others);
    if (kindOf(word) == P_ORPHAN) add32(ROOMY, 1);
    if (kindOf(word) != P_SMALL) return;
    room = slotAt(pageOwner(word) - 1) + S_ROOM;
  }
  if ((load64(room) & bits) != bits) or64(room, bits);
}

/** What the dead have freed, and told nobody: everybody looks everywhere once. */
export function tellAll(): void {
  if (MUTANT == 236) return;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) or64(slotAt(slot) + S_ROOM, ~(<u64>0));
  add32(ROOMY, 1);
}

/** Usable bytes of the block that starts at `at`; 0: none does. */
export function sizeOf(at: u32): u32 {
  const slice = at >> SLICE_SHIFT;
  if (slice < FIRST << SLICES_SHIFT || slice >= PAGES << SLICES_SHIFT) return 0;
  const page = at >> PAGE_SHIFT;
  const whole = load64(pageAt(page));
  if (isSpan(kindOf(whole))) return sizeInSpan(at, page << SLICES_SHIFT, TABLE, whole);
  if (kindOf(whole) == P_LARGE) {
    // Not 2^32: the first pages are never free.
    return at == offsetOf(page) ? pageAux(whole) << PAGE_SHIFT : 0;
  }
  if (kindOf(whole) != P_FREE) return 0;
  let head = slice;
  let word = load64(sliceAt(slice));
  if (kindOf(word) == P_CONT) {
    head = pageAux(word);
    word = load64(sliceAt(head));
  }
  if (isSpan(kindOf(word))) return sizeInSpan(at, head, SLICES, word);
  const large = kindOf(word) == P_LARGE && at == head << SLICE_SHIFT;
  return large ? pageAux(word) << SLICE_SHIFT : 0;
}

function sizeInSpan(at: u32, span: u32, table: usize, word: u64): u32 {
  const q = classOfSpan(word);
  const x = at - (span << SLICE_SHIFT);
  const index = quotient(x, q);
  if (index * sizeOfClass(q) != x || index >= countOf(table, word)) return 0;
  const bits = load64(bitmapAt(span) + ((index >> 6) << 3));
  return ((bits >> (index & 63)) & 1) != 0 ? sizeOfClass(q) : 0;
}

// ---- giving spans back --------------------------------------------------------------------------

/** True when no block of the span is in use. Stays true while nobody may set bits in it (I3). */
function isEmpty(span: u32, table: usize, word: u64): bool {
  return blocksUsed(span, countOf(table, word)) == 0;
}

/** Releases the span behind `span` in its ring if it is empty. How many slices it had. */
function dropNext(span: u32): u32 {
  const next = nextOf(span);
  if (next == span) return 0;
  const after = nextOf(next);
  const slices = drop(next);
  if (slices != 0) setNext(span, after);
  return slices;
}

/** `dropNext`, if the ring has more than is kept. */
function dropSpare(span: u32): void {
  if (hasSpans(span, KEPT)) dropNext(span);
}

/** Releases a span of this slot if it is empty. How many slices it had. */
function drop(span: u32): u32 {
  const table = tableOf(span);
  const i = indexOf(table, span);
  const word = load64(wordAt(table, i));
  if (kindOf(word) != P_SMALL || pageOwner(word) != ME + 1) return 0;
  if (!isEmpty(span, table, word)) return 0;
  if (MUTANT != 321) put64(SELF + HEAP_LAST, 0); // I6
  return releaseIn(table, i, word) ? slicesOf(table, word) : 0;
}

/**
 * Releases this thread's empty spans and empty orphans, where any were emptied since it last did;
 * how many slices. O(own spans + words), else O(1).
 */
export function trim(): u32 {
  let released: u32 = 0;
  if ((load64(SELF + S_ROOM) & EMPTY) != 0) {
    and64(SELF + S_ROOM, ~EMPTY); // I5: before the look.
    for (let q: u32 = 0; q < CLASSES; q++) released += trimClass(q);
  }
  const mask = orphansToSee();
  if ((mask & EMPTY) != 0) {
    put64(SELF + HEAP_LOOK, mask & ~EMPTY);
    released += trimOrphans(TABLE) + trimOrphans(SLICES);
  }
  return released;
}

function trimOrphans(table: usize): u32 {
  let released: u32 = 0;
  const end = usedOf(table);
  for (let i = firstOf(table); i < end; i++) {
    const word = load64(wordAt(table, i));
    // The word was read before the bits, and is no other orphan's: I4.
    if (kindOf(word) != P_ORPHAN) continue;
    if (!isEmpty(startOf(table, i) >> SLICE_SHIFT, table, word)) continue;
    if (releaseIn(table, i, word)) released += slicesOf(table, word);
  }
  return released;
}

function trimClass(q: u32): u32 {
  const hint = hintAt(q);
  const current = get32(hint + HEAP_SPAN);
  if (current == 0) return 0;
  let released: u32 = 0;
  let span = current;
  for (let left = PAGES << SLICES_SHIFT; left > 0; left--) {
    const next = nextOf(span);
    if (next == current) break;
    const slices = dropNext(span);
    released += slices;
    if (slices == 0) span = next;
  }
  // `span` is the last of the ring, `current` its successor.
  const slices = span == current ? drop(span) : dropNext(span);
  if (slices == 0) return released;
  put32(hint + HEAP_SPAN, span == current ? 0 : span);
  put32(hint + HEAP_CURSOR, 0);
  return released + slices;
}

/**
 * Settles a SMALL span whose owner is dead or leaves: empty → FREE, else → ORPHAN. `word` is what
 * the table says at `i`. How many slices were released.
 */
export function disown(table: usize, i: u32, word: u64): u32 {
  const span = startOf(table, i) >> SLICE_SHIFT;
  if (MUTANT == 4 || isEmpty(span, table, word)) {
    return releaseIn(table, i, word) ? slicesOf(table, word) : 0;
  }
  const unique = MUTANT == 16 ? 0 : add32(ORPHANS, 1); // I4: no two orphans have the same word.
  cas64(wordAt(table, i), word, pageWord(P_ORPHAN, 0, pageTag(word), unique));
  add32(ORPHANS, 1); // Tells those who have looked already to look again.
  add32(ROOMY, 1); // And of what was freed since, by who took the span for the slot's still.
  return 0;
}
