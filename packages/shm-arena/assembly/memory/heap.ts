// Blocks. A small block is a bit: pages of one size class, each with a bitmap beside the page
// table, so that the whole state of the allocator can be judged by looking; a block over half a
// page is a run of pages (pages.ts). The owner of a page sets bits, anybody clears them.
//
//   page of class 9 (80 bytes)            its bitmap: one bit a block
//   | 0 | 1 | 2 | 3 | ... | 818 |         1101...0
//     └── blocks start at the page start, so a block is aligned as its size is
//
// Sizes: 16, 32, 48, 64, then four to each doubling up to half a page. Class q = (e - 2) * 4 + f
// has size (4 + f) << e, so size, count and index come from shifts and one multiplication: x / (4 +
// f) is x * ceil(65536 / (4 + f)) >> 16, exact for x < 4 096 (a page holds at most 4 096 blocks).
//
// Bitmap of a page, BITMAP / 8 words of u64, shared
//   I1  Bit i is set: block i belongs to whoever allocated it. Clear: it is free.
//   I2  Bits from the number of blocks on are clear.
//   I3  Only the owner of a SMALL page sets bits in it (and checks: a set bit means somebody else
//       was at work, and the search goes on). Pages of other kinds have clear bitmaps.
//   I4  A SMALL page returns to FREE only empty; then only its owner (or its reaper) can do that.
//       The word of an ORPHAN carries a number that no other orphan had (32 bits: it wraps after
//       2^31 orphans), so that one seen empty and adopted since is not released.
//   The checker is told of each block (`markLive`, `markFree`): I1, I4. After every step of it: I3.
//   By verify (audit.ts 7): I2.
// The links table, u32 a page: the owner's ring of pages of a class; and the slot's three words a
// class {page, cursor, orphans seen}: owned plain words, worth nothing after a death; recovery
// walks the page table.
//
// alloc(bytes, align)                                a death after this step leaves
//   1. load the bitmap word at the cursor              nothing
//   2. OR the first clear bit     linearizes           a block that belongs to the caller
//   no clear bit: up to SCAN pages of the ring; an ORPHAN of the class (CAS to SMALL(me)); a fresh
//   page (claim, commit SMALL(me)); last resort: all own pages, empty pages of other classes
//   released, retired regions swept, all orphans. A death in there leaves pages named by the table.
// free(at), any thread
//   3. load the page word; find the block's bit        nothing
//   4. AND the bit away           linearizes; it was clear: DOUBLE_FREE, nothing has changed
// Two atomic writes a pair. No intent is noted: a block whose bit is set belongs to the caller, and
// one killed before step 2 did nothing. A structure that must not leak allocates from a region, or
// notes its own intent first.
//
// A double free whose block was allocated again in between cannot be told from a proper one.
//
// Names: q class; e, f its exponent and fraction; d = 4 + f.

import {
  and64,
  cas64,
  fill,
  get32,
  load32,
  load64,
  markFree,
  markLive,
  or64,
  put32,
  add32,
  refused,
} from '../ground/atomic';
import {
  BAD,
  BITMAP,
  BITMAPS,
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
  P_FREE,
  P_FREEING,
  P_LARGE,
  P_ORPHAN,
  P_SMALL,
  SELF,
  SMALL_MAX,
  S_HEAP,
  ZERO_ON_FREE,
  kindOf,
} from '../ground/layout';
import {
  claim,
  commit,
  offsetOf,
  pageAt,
  pageAux,
  pageOwner,
  pageTag,
  pageWord,
  release,
} from './pages';
import { sweep } from './region';
import { fail, status } from '../ground/thread';

/** Pages of its ring that an allocation looks at before it takes another page. */
const SCAN: u32 = isDefined(GATED) ? 2 : 4;

const HEAP_PAGE: usize = 0;
const HEAP_CURSOR: usize = 4;
const HEAP_SEEN: usize = 8;

// ---- classes ------------------------------------------------------------------------------------

/** The smallest class whose blocks hold `bytes`; 1 <= bytes <= SMALL_MAX. */
export function classOf(bytes: u32): u32 {
  const b = ((bytes + 15) & ~15) - 1;
  const e = 31 - clz(b);
  return (e - 4) * 4 + ((b >> (e - 2)) & 3) + 1;
}

/** Bytes of a block of class `q`. */
export function sizeOfClass(q: u32): u32 {
  return (4 + (q & 3)) << (2 + (q >> 2));
}

/** How many times (4 + f) << e goes into x. Exact for x <= PAGE. */
function quotient(x: u32, q: u32): u32 {
  // 65536 / 4, / 5, / 6, / 7, rounded up, in four lanes.
  const reciprocal = <u32>(0x2493_2aab_3334_4000 >> <u64>((q & 3) << 4)) & 0xffff;
  return ((x >> (2 + (q >> 2))) * reciprocal) >> 16;
}

/** How many blocks of class `q` a page holds. */
export function countOf(q: u32): u32 {
  return quotient(PAGE, q);
}

function hintAt(q: u32): usize {
  return SELF + S_HEAP + <usize>q * HEAP_BYTES;
}

function nextPageAt(page: u32): usize {
  return LINKS + ((<usize>page) << 2);
}

/** The address of a page's bitmap. */
export function bitmapAt(page: u32): usize {
  return BITMAPS + <usize>page * BITMAP;
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
  if (least > SMALL_MAX) return allocRun(least);
  let q = classOf(least);
  if (align > 16) {
    while ((sizeOfClass(q) & (align - 1)) != 0) q++;
    if (q >= CLASSES) return allocRun(least);
  }
  const hint = hintAt(q);
  const page = get32(hint + HEAP_PAGE);
  if (page != 0) {
    const at = takeBit(hint, page, q, get32(hint + HEAP_CURSOR));
    if (at != 0) return at;
  }
  return refill(hint, page, q);
}

/**
 * Steps 1 and 2 in one page, from bitmap word `from` on. The block, or 0: nothing is free there.
 */
function takeBit(hint: usize, page: u32, q: u32, from: u32): u32 {
  const count = countOf(q);
  const map = bitmapAt(page);
  for (let i = from; i << 6 < count; i++) {
    const at = map + (i << 3);
    let word = load64(at);
    while (word != ~(<u64>0)) {
      const bit = <u32>ctz(~word);
      const index = (i << 6) + bit;
      if (index >= count) break; // I2
      const old = or64(at, (<u64>1) << bit);
      if (((old >> bit) & 1) == 0) {
        if (i != from) put32(hint + HEAP_CURSOR, i);
        const block = offsetOf(page) + index * sizeOfClass(q);
        markLive(block, sizeOfClass(q));
        return block;
      }
      word = old; // I3: somebody else was at work here; what it has set is not ours.
    }
  }
  return 0;
}

/** `takeBit` from the start of `page`, which becomes the page of the class. */
function takeFrom(hint: usize, page: u32, q: u32): u32 {
  put32(hint + HEAP_PAGE, page);
  put32(hint + HEAP_CURSOR, 0);
  return takeBit(hint, page, q, 0);
}

/** The page of the class is full: finds another. */
function refill(hint: usize, current: u32, q: u32): u32 {
  let page = current;
  for (let i: u32 = 0; i < SCAN && page != 0; i++) {
    const at = takeFrom(hint, page, q);
    if (at != 0) {
      dropNext(page, q);
      return at;
    }
    page = get32(nextPageAt(page));
    if (page == current) break;
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

/** Puts `page` into the ring behind the page of the class, and makes it that page. */
function enlist(hint: usize, page: u32): void {
  const current = get32(hint + HEAP_PAGE);
  if (current == 0) {
    put32(nextPageAt(page), page);
  } else {
    put32(nextPageAt(page), get32(nextPageAt(current)));
    put32(nextPageAt(current), page);
  }
  put32(hint + HEAP_PAGE, page);
  put32(hint + HEAP_CURSOR, 0);
}

/** Allocates from a page that is claimed for it; 0: FULL or CONTENDED. */
function fresh(hint: usize, q: u32): u32 {
  const page = claim(1);
  if (page == 0) return 0;
  commit(page, pageWord(P_SMALL, ME + 1, q, 0));
  enlist(hint, page);
  return takeBit(hint, page, q, 0);
}

/** Allocates from an orphan of the class that has room; 0: there is none. O(pages). */
function adopt(hint: usize, q: u32): u32 {
  for (let page = FIRST; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (kindOf(word) != P_ORPHAN || pageTag(word) != q || !hasRoom(page, q)) continue;
    if (!cas64(pageAt(page), word, pageWord(P_SMALL, ME + 1, q, 0))) continue;
    enlist(hint, page);
    const at = takeBit(hint, page, q, 0);
    if (at != 0) return at;
  }
  return 0;
}

function hasRoom(page: u32, q: u32): bool {
  const count = countOf(q);
  for (let i: u32 = 0; i << 6 < count; i++) {
    const rest = count - (i << 6);
    const all = rest < 64 ? ((<u64>1) << rest) - 1 : ~(<u64>0);
    if (load64(bitmapAt(page) + (i << 3)) != all) return true;
  }
  return false;
}

/** Nothing is free at first sight: looks everywhere before it says FULL. O(pages). */
function lastResort(hint: usize, q: u32): u32 {
  const current = get32(hint + HEAP_PAGE);
  let page = current;
  while (page != 0) {
    const at = takeFrom(hint, page, q);
    if (at != 0) return at;
    page = get32(nextPageAt(page));
    if (page == current) break;
  }
  const at = adopt(hint, q);
  if (at != 0) return at;
  trim();
  sweep();
  return fresh(hint, q);
}

/** A run of pages as one block. */
function allocRun(bytes: u32): u32 {
  const n = <u32>((<u64>bytes + PAGE - 1) >> PAGE_SHIFT);
  let head = claim(n);
  if (head == 0) {
    if (status() != FULL || n > PAGES - FIRST) return 0;
    trim();
    sweep();
    head = claim(n);
    if (head == 0) return 0;
  }
  commit(head, pageWord(P_LARGE, 0, 0, n));
  markLive(offsetOf(head), (<usize>n) << PAGE_SHIFT);
  return offsetOf(head);
}

// ---- free ---------------------------------------------------------------------------------------

/** Frees a block, from any thread. BAD: no block starts at `at`. DOUBLE_FREE: it is free. O(1). */
export function free(at: u32): i32 {
  const page = at >> PAGE_SHIFT;
  if (page < FIRST || page >= PAGES) return BAD;
  const word = load64(pageAt(page));
  const kind = kindOf(word);
  if (kind == P_SMALL || kind == P_ORPHAN) return freeBit(at, page, pageTag(word));
  if (kind == P_FREE || kind == P_FREEING) return DOUBLE_FREE;
  if (kind != P_LARGE || at != offsetOf(page)) return BAD;
  return release(page, word) ? OK : DOUBLE_FREE;
}

/** Steps 3 and 4 for a small block. */
function freeBit(at: u32, page: u32, q: u32): i32 {
  const x = at & (PAGE - 1);
  const size = sizeOfClass(q);
  const index = quotient(x, q);
  if (index * size != x || index >= countOf(q)) return BAD;
  const word = bitmapAt(page) + ((index >> 6) << 3);
  const bit = (<u64>1) << (index & 63);
  if ((FLAGS & ZERO_ON_FREE) != 0) {
    if ((load64(word) & bit) == 0) return DOUBLE_FREE;
    if (MUTANT != 109) fill(at, 0, size); // Private: the block is still the caller's.
  }
  markFree(at, size);
  if ((and64(word, ~bit) & bit) == 0) return MUTANT == 3 ? OK : DOUBLE_FREE;
  return OK;
}

/** Usable bytes of the block that starts at `at`; 0: none does. */
export function sizeOf(at: u32): u32 {
  const page = at >> PAGE_SHIFT;
  if (page < FIRST || page >= PAGES) return 0;
  const word = load64(pageAt(page));
  const kind = kindOf(word);
  if (kind == P_LARGE) {
    const bytes = (<u64>pageAux(word)) << PAGE_SHIFT; // Not 2^32: the first pages are never free.
    return at == offsetOf(page) ? <u32>bytes : 0;
  }
  if (kind != P_SMALL && kind != P_ORPHAN) return 0;
  const q = pageTag(word);
  const x = at & (PAGE - 1);
  const index = quotient(x, q);
  if (index * sizeOfClass(q) != x || index >= countOf(q)) return 0;
  const bits = load64(bitmapAt(page) + ((index >> 6) << 3));
  return ((bits >> (index & 63)) & 1) != 0 ? sizeOfClass(q) : 0;
}

// ---- giving pages back --------------------------------------------------------------------------

/** True when no block of the page is in use. Stays true while nobody may set bits in it (I3). */
function isEmpty(page: u32, q: u32): bool {
  const count = countOf(q);
  for (let i: u32 = 0; i << 6 < count; i++) {
    if (load64(bitmapAt(page) + (i << 3)) != 0) return false;
  }
  return true;
}

/** Releases the page behind `page` in its ring if it is empty. Returns whether it did. */
function dropNext(page: u32, q: u32): bool {
  const next = get32(nextPageAt(page));
  if (next == page || !isEmpty(next, q)) return false;
  const word = load64(pageAt(next));
  if (kindOf(word) != P_SMALL || pageOwner(word) != ME + 1) return false;
  put32(nextPageAt(page), get32(nextPageAt(next)));
  return release(next, word);
}

/** Releases this thread's empty pages and empty orphans; how many. O(pages). */
export function trim(): u32 {
  let released: u32 = 0;
  for (let q: u32 = 0; q < CLASSES; q++) released += trimClass(q);
  for (let page = FIRST; page < PAGES; page++) {
    const word = load64(pageAt(page));
    // The word was read before the bits, and is no other orphan's: I4.
    if (kindOf(word) != P_ORPHAN || !isEmpty(page, pageTag(word))) continue;
    if (release(page, word)) released++;
  }
  return released;
}

function trimClass(q: u32): u32 {
  const hint = hintAt(q);
  const current = get32(hint + HEAP_PAGE);
  if (current == 0) return 0;
  let released: u32 = 0;
  let page = current;
  for (let left = PAGES; left > 0; left--) {
    const next = get32(nextPageAt(page));
    if (next == current) break;
    if (dropNext(page, q)) released++;
    else page = next;
  }
  if (page != current) {
    // `page` is the last of the ring, `current` its successor.
    if (dropNext(page, q)) {
      released++;
      put32(hint + HEAP_PAGE, page);
      put32(hint + HEAP_CURSOR, 0);
    }
  } else if (isEmpty(page, q)) {
    const word = load64(pageAt(page));
    put32(hint + HEAP_PAGE, 0);
    if (pageOwner(word) == ME + 1 && release(page, word)) released++;
  }
  return released;
}

/**
 * Settles a SMALL page whose owner is dead or leaves: empty → FREE, else → ORPHAN. `word` is what
 * the table says. Returns whether it was released.
 */
export function disownPage(page: u32, word: u64): bool {
  const q = pageTag(word);
  if (MUTANT == 4 || isEmpty(page, q)) return release(page, word);
  const unique = MUTANT == 16 ? 0 : add32(ORPHANS, 1); // I4: no two orphans have the same word.
  cas64(pageAt(page), word, pageWord(P_ORPHAN, 0, q, unique));
  add32(ORPHANS, 1); // Tells those who have looked already to look again.
  return false;
}
