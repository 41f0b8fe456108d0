// The page allocator: who holds which memory stands in two tables of words, and nowhere else: a
// word for each page, and one for each slice, the sixteenth of a page. There is no free list to
// lose: what is free is what has a zero, so neighbours coalesce by being zero side by side, and
// whatever a dead thread held is found by looking at the tables.
//
//   page      12          13        14        15        16              17
//   word  | FREE 0 | LARGE len 3 | CONT 13 | CONT 13 | REGION ... |  1101 in use
//   slices  0 0 0 0   0 0 0 0      0 0 ..                           SMALL 0 LARGE 2, CONT
//
// Memory is taken as pages or as slices. A page's own word says in which way: FREE with a bit for
// each slice that somebody has. So a page is taken by a CAS from 0, whoever looks for pages loads
// one word of each, and it takes no step of its own to cut a page into slices or to join them.
//
// Word of a page or slice, u64, shared   I1  FREE is the whole word 0, but for a page's bits; only
//   bits 0-3 kind                            a CAS takes it.
//   bits 4-15 slot + 1                   I2  CONT(h) stands only behind its head h of the same
//   bits 16-31 region; of SMALL and          table, in one piece; h is not FREE or CONT.
//     ORPHAN class | length << 8; of a   I3  LARGE, REGION, SCRATCH, SMALL and ORPHAN of length n
//     FREE page its slices in use            have n - 1 CONT behind.
//   bits 32-63 aux: the length n;        I4  CLAIMED and FREEING name the one slot at work on the
//     of CONT its head; of ORPHAN            run; it is not reused before its runs are settled.
//     a number of its own                I5  RELEASES has been raised before a word turns FREE.
//                                        I6  A slice's bit is set only while its word is not FREE,
//                                            and in its page from before it is somebody's for good.
// TOP, u32, shared                       I7  Pages from TOP on have only ever been FREE.
//
// After every step of the checker: I1, I2, I3, I6, I7. I4 by slot.ts I2. No site can check I5,
// which speaks of who looks meanwhile.
//
//   CLAIMED(slot)   being assembled: head, CONTs, bits of slices, then the head's final word
//   SMALL(slot)     blocks of one class; the slot alone sets bits in its bitmap
//   ORPHAN          such a span without an owner: anyone may adopt it by CAS
//   LARGE           one block          REGION   a part of a region (slot: whose shard)
//   SCRATCH(slot)   private to slot    FREEING(slot)   on its way to FREE, length in aux
//   GRANTS(slot)    being linked; 0 of nobody: in the table of grants, for ever (grants.ts)
//
// claim(n), claimSlices(n), first fit                    a death after this step leaves
//   1. TOP, if they go beyond it                           pages that will be looked at in vain
//   2. CAS the head FREE → CLAIMED(me)                     a CLAIMED head: freed by recovery
//   3. CAS each further word FREE → CONT(head)             the same, with CONTs in one piece behind
//   4. slices: CAS their bits into the words of pages      the same: whoever has a slice's word is
//                                                          the only one to change its bit
//      one is taken: 6-9 with what we have, then go on behind the obstacle
//   5. the caller stores the head's final word             a run of its kind; judged by that kind
//      (`commit`)                      linearizes
// release(head)
//      CAS the head → FREEING(me, n)   linearizes; of two releases one wins
//   6. RELEASES + 1                                        FREEING: recovery goes on at 6
//   7. slices: CAS their bits away, the head's first       the same, but nothing of it is wiped
//                                                          any more: it may be another's page
//   8. CAS each CONT → FREE, last first                    the same: what is left is in one piece
//   9. CAS the head → FREE                                 nothing
//
// Never a false FULL: a scan in table order that met no FREE run, no run in flight (CLAIMED or
// FREEING, also through a CONT), and no change of RELEASES from start to end, proves that at its
// end no run was free: by I5 nothing turned free in between, and what was free all the time would
// have been met. Otherwise the scan is repeated, and after TRIES rounds CONTENDED is the answer.
// What such a scan has proved is true until RELEASES changes: the word REFUSED of the table keeps
// both, RELEASES << 20 | n, and who asks for as much is refused without another scan. (Of RELEASES
// 44 bits: it would take 2^44 releases between two looks to deceive.)
//
// The hints say where free words may begin: pages, slices, several slices side by side. They are
// advice: the scan from a hint on finds a run or proves nothing, each decisive one ignores them.

import {
  add64,
  cas32,
  cas64,
  fill,
  load32,
  load64,
  markFree,
  markLive,
  pause,
  put32,
  put64,
  refused,
  store32,
  store64,
} from '../ground/atomic';
import { digest } from '../ground/digest';
import {
  ARENA_PROTOCOL,
  BAD,
  BITMAP,
  CLOCK,
  CONTENDED,
  ENTRIES,
  ENTRY_BYTES,
  FIRST,
  FLAGS,
  FULL,
  GROUP_BYTES,
  H_BITMAPS_AT,
  H_BUILD,
  H_CHECKSUM,
  H_DIRECTORY_AT,
  H_ENTRIES,
  H_FIRST,
  H_FLAGS,
  H_ID,
  H_LINKS_AT,
  H_MAGIC,
  H_PAGES,
  H_PARTICIPANTS,
  H_PROTOCOL,
  H_REGIONS,
  H_REGIONS_AT,
  H_SEED,
  H_SHIFT,
  H_SLOT_BYTES,
  H_SLOTS_AT,
  H_TABLE_AT,
  kindOf,
  MAGIC,
  MAX_PARTICIPANTS,
  ME,
  OK,
  P_CLAIMED,
  P_CONT,
  P_FREE,
  P_FREEING,
  P_LARGE,
  P_ORPHAN,
  P_REGION,
  P_SCRATCH,
  P_SMALL,
  P_SYSTEM,
  PAGE,
  PAGE_HINT,
  PAGE_SHIFT,
  PAGES,
  REGION_BYTES,
  REFUSED_PAGES,
  REFUSED_SLICES,
  REGIONS,
  RELEASES,
  SLICE_HINT,
  SLICE_SHIFT,
  SLICES,
  SLICES_SHIFT,
  SLOT_BYTES,
  SLOTS,
  SPAN_HINT,
  TABLE,
  TOP,
  TRIES,
  ZERO_ON_FREE,
} from '../ground/layout';
import { fail } from '../ground/thread';

/** Slices of a page. */
const PER_PAGE: u32 = 1 << SLICES_SHIFT;
/** The bits of all of them. */
const EVERY: u32 = (1 << PER_PAGE) - 1;
/** Words in use behind a hint that are looked at rather than that it moves: a store costs more. */
const LAG: u32 = isDefined(GATED) ? 1 : 4;
/** The part of a REFUSED word that is a length. */
const LENGTH: u32 = (1 << 20) - 1;

/** The address of a page's word. */
export function pageAt(page: u32): usize {
  return TABLE + ((<usize>page) << 3);
}

/** The address of a slice's word. */
export function sliceAt(slice: u32): usize {
  return SLICES + ((<usize>slice) << 3);
}

/** The address of word `i` of a table, TABLE or SLICES. */
export function wordAt(table: usize, i: u32): usize {
  return table + ((<usize>i) << 3);
}

/** The offset of a page's first byte. */
export function offsetOf(page: u32): u32 {
  return page << PAGE_SHIFT;
}

/** The offset of the first byte of what word `i` of a table stands for. */
export function startOf(table: usize, i: u32): u32 {
  return i << shiftOf(table);
}

/** Bytes of what a word of a table stands for, as a power of two. */
export function shiftOf(table: usize): u32 {
  return table == SLICES ? SLICE_SHIFT : PAGE_SHIFT;
}

/** How many words a table has. */
export function wordsOf(table: usize): u32 {
  return table == SLICES ? PAGES << SLICES_SHIFT : PAGES;
}

/** How many of them need looking at: the others have only ever been FREE. */
export function usedOf(table: usize): u32 {
  return table == SLICES ? load32(TOP) << SLICES_SHIFT : load32(TOP);
}

/** The first word of a table that is not the arena's own. */
export function firstOf(table: usize): u32 {
  return table == SLICES ? FIRST << SLICES_SHIFT : FIRST;
}

/** A word of a table. `owner` is slot + 1, 0 for nobody. */
export function pageWord(kind: u32, owner: u32, tag: u32, aux: u32): u64 {
  return ((<u64>aux) << 32) | (tag << 16) | (owner << 4) | kind;
}

/** Slot + 1 in a word. */
export function pageOwner(word: u64): u32 {
  return (<u32>word >> 4) & 0xfff;
}

/** The region of a REGION, class and length of SMALL and ORPHAN. */
export function pageTag(word: u64): u32 {
  return <u32>word >> 16;
}

/** The upper half: length of a head, head of a CONT, number of an ORPHAN. */
export function pageAux(word: u64): u32 {
  return <u32>(word >> 32);
}

/** True for the kinds whose aux is the length of their run, final ones only. */
export function isRun(kind: u32): bool {
  return kind == P_LARGE || kind == P_REGION || kind == P_SCRATCH;
}

/** True for a span of small blocks. */
export function isSpan(kind: u32): bool {
  return kind == P_SMALL || kind == P_ORPHAN;
}

/** Words of the run that `word` heads. */
export function lengthOf(word: u64): u32 {
  const kind = kindOf(word);
  if (isSpan(kind)) return pageTag(word) >> 8;
  return isRun(kind) || kind == P_FREEING ? pageAux(word) : 1;
}

// ---- taking -------------------------------------------------------------------------------------

/**
 * Claims `n` pages side by side for this slot. Returns the first, CLAIMED, with its CONTs behind
 * it: the caller calls `commit`. 0: FULL or CONTENDED (`status`), nothing has changed.
 */
export function claim(n: u32): u32 {
  return claimIn(TABLE, n);
}

/** As `claim`: slices, across the borders of pages. */
export function claimSlices(n: u32): u32 {
  return claimIn(SLICES, n);
}

/** O(pages), and O(1) when it was refused before and nothing was released since. */
function claimIn(table: usize, n: u32): u32 {
  const first = firstOf(table);
  if (refused() || n == 0 || n > wordsOf(table) - first) return fail(FULL);
  const hintAt = table == TABLE ? PAGE_HINT : n == 1 ? SLICE_HINT : SPAN_HINT;
  const refusedAt = table == SLICES ? REFUSED_SLICES : REFUSED_PAGES;
  const proof = load64(refusedAt);
  if (proof != 0 && n >= (<u32>proof & LENGTH) && proof >> 20 == (load64(RELEASES) << 20) >> 20) {
    return fail(FULL);
  }
  const hint = max(load32(hintAt), first);
  let head: u32 = hint > first ? firstFit(table, hint, n, false) : 0;
  if (MUTANT == 201 && head == 1) return fail(FULL);
  for (let round: u32 = 0; head < 2 && round < TRIES; round++) {
    if (round > 0) pause(round);
    const releases = load64(RELEASES);
    head = firstFit(table, first, n, true);
    if (MUTANT == 12 && head < 2) return fail(FULL);
    if (head == 0 && (load64(RELEASES) == releases || MUTANT == 230)) {
      // Whoever reads it compares it with RELEASES, which says by itself whether it is still true.
      store64(refusedAt, ((MUTANT == 230 ? load64(RELEASES) : releases) << 20) | n);
      return fail(FULL);
    }
  }
  if (head < 2) return fail(CONTENDED);
  // Advice only: of two writers either may win.
  if (n == 1 || head == hint || table == SLICES) {
    if (head + n > hint + LAG) store32(hintAt, head + n);
  }
  return head;
}

/**
 * Claims the first free run behind `from`. The head, or 0: none, or 1: none, but one in flight,
 * which only a `decisive` scan looks for.
 */
function firstFit(table: usize, from: u32, n: u32, decisive: bool): u32 {
  return table == SLICES ? fitSlices(from, n, decisive) : fitPages(from, n, decisive);
}

function fitPages(from: u32, n: u32, decisive: bool): u32 {
  let busy: u32 = 0;
  let run: u32 = 0;
  for (let page = from; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (word != 0) {
      run = 0;
      if (decisive)
        busy |= kindOf(word) == P_FREE ? slicesInFlight(page, word) : inFlight(TABLE, word);
      const skip = isRun(kindOf(word)) ? pageAux(word) - 1 : 0;
      if (skip < PAGES - page) page += skip;
    } else if (++run == n) {
      const head = page - n + 1;
      const taken = takeRun(TABLE, head, n);
      if (taken == n) return head;
      if (MUTANT == 201) return 1;
      busy = 1;
      run = 0;
      page = head + taken; // The obstacle; the loop goes on behind it.
    }
  }
  return busy;
}

function fitSlices(from: u32, n: u32, decisive: bool): u32 {
  const end = wordsOf(SLICES);
  let busy: u32 = 0;
  let run: u32 = 0;
  let page: u32 = 0; // None of which slices are looked at.
  let whole: u64 = 0;
  for (let i = from; i < end; i++) {
    if (i >> SLICES_SHIFT != page) {
      page = i >> SLICES_SHIFT;
      whole = load64(pageAt(page));
    }
    const sliced = kindOf(whole) == P_FREE;
    if (!sliced || (bitsOf(whole) == EVERY && !decisive)) {
      if (decisive) busy |= inFlight(TABLE, whole);
      run = 0;
      i |= PER_PAGE - 1;
      continue;
    }
    const has = ((bitsOf(whole) >> (i & (PER_PAGE - 1))) & 1) != 0;
    const word = has && !decisive ? <u64>1 : load64(sliceAt(i));
    if (has || word != 0) {
      run = 0;
      // Without its bit it is on its way; with it and without a word it has just become free.
      if (decisive && (!has || word == 0 || inFlight(SLICES, word) != 0)) busy = 1;
    } else if (++run == n) {
      const head = i - n + 1;
      const taken = takeRun(SLICES, head, n);
      if (taken == n) return head;
      if (MUTANT == 201) return 1;
      busy = 1;
      run = 0;
      i = head + taken;
    }
  }
  return busy;
}

/** A FREE page's bits for the slices that somebody has. */
export function bitsOf(word: u64): u32 {
  return pageTag(word);
}

/** Whether nobody has anything of a page, as it seems at this moment. */
export function isFree(page: u32): bool {
  return load64(pageAt(page)) == 0;
}

/** 1 when a slice of a page, whose word was seen to have bits, is in flight or was meanwhile. */
function slicesInFlight(page: u32, word: u64): u32 {
  for (let bits = bitsOf(word); bits != 0; bits &= bits - 1) {
    const own = load64(sliceAt((page << SLICES_SHIFT) + <u32>ctz(bits)));
    if (own == 0 || inFlight(SLICES, own) != 0) return 1;
  }
  return 0;
}

/** 1 when the word belongs to a run whose fate is open. */
function inFlight(table: usize, word: u64): u32 {
  let kind = kindOf(word);
  if (kind == P_CONT) {
    const head = pageAux(word);
    if (head >= wordsOf(table)) return 0;
    kind = kindOf(load64(wordAt(table, head)));
  }
  return kind == P_CLAIMED || kind == P_FREEING ? 1 : 0;
}

/** Steps 1 to 4. Returns `n`, or the distance of the obstacle after everything was given back. */
function takeRun(table: usize, head: u32, n: u32): u32 {
  const end = head + n;
  if (MUTANT != 239) raiseTop(table == TABLE ? end : (end + PER_PAGE - 1) >> SLICES_SHIFT);
  const first = MUTANT == 1 ? pageWord(P_LARGE, 0, 0, n) : pageWord(P_CLAIMED, ME + 1, 0, 0);
  if (!cas64(wordAt(table, head), 0, first)) return 0;
  let i: u32 = 1;
  while (i < n && cas64(wordAt(table, head + i), 0, pageWord(P_CONT, 0, 0, head))) i++;
  const taken = i < n || table == TABLE ? i : setBits(head, n);
  if (taken == n) return n;
  add64(RELEASES, 1);
  freeRun(table, head, first, i);
  return taken;
}

/** Step 1. */
function raiseTop(end: u32): void {
  for (;;) {
    const top = load32(TOP);
    if (end <= top || cas32(TOP, top, end)) return;
  }
}

/** Step 4. `n`: all are set; else how far the first page reaches that somebody has. */
function setBits(head: u32, n: u32): u32 {
  for (let page = head >> SLICES_SHIFT; page <= (head + n - 1) >> SLICES_SHIFT; page++) {
    const bits = bitsIn(page, head, n);
    for (;;) {
      const word = load64(pageAt(page));
      if (kindOf(word) != P_FREE && MUTANT != 231) {
        return min(((page + 1) << SLICES_SHIFT) - 1 - head, n - 1);
      }
      if (cas64(pageAt(page), word, word | bits)) break;
    }
  }
  return n;
}

/** Step 7. What has no bits of the run any more may be anybody's. */
function clearBits(head: u32, n: u32): void {
  for (let page = head >> SLICES_SHIFT; page <= (head + n - 1) >> SLICES_SHIFT; page++) {
    const bits = bitsIn(page, head, n);
    for (;;) {
      const word = load64(pageAt(page));
      if (kindOf(word) != P_FREE || (word & bits) == 0) break;
      if (cas64(pageAt(page), word, word & ~bits)) break;
    }
  }
}

/** The bits, where they stand in a page's word, of those of `n` slices that lie in the page. */
function bitsIn(page: u32, head: u32, n: u32): u64 {
  const first = page << SLICES_SHIFT;
  const from = max(head, first);
  const count = min(head + n, first + PER_PAGE) - from;
  return (((<u64>1) << count) - 1) << (16 + (from - first));
}

/** Step 5: the run gets its final word. */
export function commit(head: u32, word: u64): void {
  commitIn(TABLE, head, word);
}

export function commitIn(table: usize, head: u32, word: u64): void {
  store64(wordAt(table, head), word); // CLAIMED(me) stood there: nobody else writes it (I4).
}

// ---- giving back --------------------------------------------------------------------------------

/** Releases a run of pages, as `releaseIn`. */
export function release(head: u32, word: u64): bool {
  return releaseIn(TABLE, head, word);
}

/**
 * Releases the run that starts at `head` and whose word was seen to be `word`. False: the word has
 * changed, somebody else released it (or adopted it); nothing was done. O(length).
 */
export function releaseIn(table: usize, head: u32, word: u64): bool {
  const length = lengthOf(word);
  const freeing = pageWord(P_FREEING, ME + 1, 0, length);
  if (!cas64(wordAt(table, head), word, freeing)) return false;
  finishRelease(table, head, freeing);
  return true;
}

/** Steps 6 to 9 for a head that is FREEING. */
function finishRelease(table: usize, head: u32, freeing: u64): void {
  const length = pageAux(freeing);
  const at = startOf(table, head);
  const bytes = (<usize>length) << shiftOf(table);
  markFree(at, bytes);
  if ((FLAGS & ZERO_ON_FREE) != 0 && MUTANT != 112) {
    markLive(at, bytes); // Of a span of blocks each was given back already.
    fill(at, 0, bytes); // Private: the run belongs to the one slot named in its head.
    markFree(at, bytes);
  }
  add64(RELEASES, 1); // I5
  freeRun(table, head, freeing, length);
}

/** Steps 7 to 9: frees `length` words, the last first, the head (whose word is `word`) last. */
function freeRun(table: usize, head: u32, word: u64, length: u32): void {
  if (MUTANT == 2) cas64(wordAt(table, head), word, 0);
  if (table == SLICES && MUTANT != 232) clearBits(head, length);
  const cont = pageWord(P_CONT, 0, 0, head);
  for (let i = length - 1; i > 0; i--) cas64(wordAt(table, head + i), cont, 0);
  cas64(wordAt(table, head), word, 0);
  if (table == SLICES && MUTANT == 232) clearBits(head, length);
  if (table == TABLE) {
    lowerHints(head);
    return;
  }
  lower(SLICE_HINT, head);
  // A slice alone is no room for a span of several, but its page may be.
  if (length > 1) lower(SPAN_HINT, head);
  if (isFree(head >> SLICES_SHIFT)) lowerHints(head >> SLICES_SHIFT);
}

/** A page is free, as it seems. */
function lowerHints(page: u32): void {
  lower(PAGE_HINT, page);
  lower(SLICE_HINT, page << SLICES_SHIFT);
  lower(SPAN_HINT, page << SLICES_SHIFT);
}

function lower(hint: usize, at: u32): void {
  if (at < load32(hint)) store32(hint, at); // Advice only.
}

/**
 * A run that a dead slot, or this one, had CLAIMED or FREEING is freed by this slot: its CONTs
 * stand in one piece behind it, whichever way it was going. How many words; 0: it is another's, or
 * nothing but words is left of it.
 */
export function settleRun(table: usize, head: u32, word: u64): u32 {
  const length = extent(table, head);
  // The bits of slices that are not all set, or not any more, may be those of another's page.
  const own = table == TABLE || (kindOf(word) == P_FREEING && hasBit(head));
  const whole = MUTANT == 238 || (own && MUTANT != 233);
  const kind = whole ? P_FREEING : P_CLAIMED;
  const mine = pageWord(kind, ME + 1, 0, whole ? length : 0);
  if (word != mine && !cas64(wordAt(table, head), word, mine)) return 0;
  if (whole) {
    finishRelease(table, head, mine);
    return length;
  }
  add64(RELEASES, 1);
  freeRun(table, head, mine, length);
  return 0;
}

/** Whether the word of its page has a slice's bit. */
export function hasBit(slice: u32): bool {
  const page = slice >> SLICES_SHIFT;
  const word = load64(pageAt(page));
  return kindOf(word) == P_FREE && (word & bitsIn(page, slice, 1)) != 0;
}

/** How many CONTs of `head` stand behind it in one piece (I2), 1 for the head included. */
function extent(table: usize, head: u32): u32 {
  const cont = pageWord(P_CONT, 0, 0, head);
  const end = wordsOf(table);
  let length: u32 = 1;
  while (head + length < end && load64(wordAt(table, head + length)) == cont) length++;
  return length;
}

// ---- formatting ---------------------------------------------------------------------------------

/** Where the links begin, behind the words of pages and slices. */
export function linksAt(pages: u32, participants: u32): usize {
  return pageTableAt(participants) + <usize>pages * (8 + (8 << SLICES_SHIFT));
}

/** Where the bitmaps begin; they are the last table. */
export function bitmapsAt(pages: u32, participants: u32): u64 {
  const words = <u64>pages * (8 + (12 << SLICES_SHIFT));
  return (<u64>pageTableAt(participants) + words + 63) & ~63;
}

/** How many pages an arena of that size keeps for its own tables. */
export function systemPages(pages: u32, participants: u32): u32 {
  const end = bitmapsAt(pages, participants) + <u64>pages * (BITMAP << SLICES_SHIFT);
  return <u32>((end + PAGE - 1) >> PAGE_SHIFT);
}

/**
 * Formats the memory, which nobody else has seen and which is all zero. BAD: more pages than the
 * memory has, more participants than allowed, or no page left for data.
 */
export function create(
  pages: u32,
  participants: u32,
  flags: u32,
  id0: u32,
  id1: u32,
  id2: u32,
  id3: u32,
  seed0: u32,
  seed1: u32,
  seed2: u32,
  seed3: u32,
): i32 {
  if (pages == 0 || pages > 65536 || participants == 0 || participants > MAX_PARTICIPANTS)
    return BAD;
  if ((<u64>pages) << PAGE_SHIFT > (<u64>memory.size()) << 16) return BAD;
  const first = systemPages(pages, participants);
  if (first >= pages) return BAD;
  // Private until the host hands out the memory.
  put32(H_FLAGS, flags);
  put32(H_ID, id0);
  put32(H_ID + 4, id1);
  put32(H_ID + 8, id2);
  put32(H_ID + 12, id3);
  put32(H_SEED, seed0);
  put32(H_SEED + 4, seed1);
  put32(H_SEED + 8, seed2);
  put32(H_SEED + 12, seed3);
  putLayout(pages, participants, first);
  const table = pageTableAt(participants);
  for (let page: u32 = 0; page < first; page++) {
    store64(table + ((<usize>page) << 3), pageWord(P_SYSTEM, 0, 0, 0));
  }
  store64(CLOCK, 1);
  store32(PAGE_HINT, first);
  store32(TOP, first);
  store32(SLICE_HINT, first << SLICES_SHIFT);
  store32(SPAN_HINT, first << SLICES_SHIFT);
  put64(H_MAGIC, MAGIC);
  put64(H_CHECKSUM, digest(H_MAGIC, <u32>(H_CHECKSUM - H_MAGIC), 0));
  return OK;
}

function putLayout(pages: u32, participants: u32, first: u32): void {
  const directory = SLOTS + participants * SLOT_BYTES;
  const table = pageTableAt(participants);
  put32(H_PROTOCOL, ARENA_PROTOCOL);
  put32(H_BUILD, isDefined(GATED) ? 1 : 0);
  put32(H_PAGES, pages);
  put32(H_SHIFT, PAGE_SHIFT);
  put32(H_PARTICIPANTS, participants);
  put32(H_REGIONS, REGIONS);
  put32(H_ENTRIES, ENTRIES);
  put32(H_SLOTS_AT, <u32>SLOTS);
  put32(H_DIRECTORY_AT, <u32>directory);
  put32(H_REGIONS_AT, <u32>(directory + ENTRIES * ENTRY_BYTES));
  put32(H_TABLE_AT, <u32>table);
  put32(H_LINKS_AT, <u32>linksAt(pages, participants));
  put32(H_BITMAPS_AT, <u32>bitmapsAt(pages, participants));
  put32(H_FIRST, first);
  put32(H_SLOT_BYTES, <u32>SLOT_BYTES);
}

/** Where the page table begins. */
export function pageTableAt(participants: u32): usize {
  const entries = ENTRIES * ENTRY_BYTES + REGIONS * REGION_BYTES + GROUP_BYTES;
  return SLOTS + participants * SLOT_BYTES + entries;
}
