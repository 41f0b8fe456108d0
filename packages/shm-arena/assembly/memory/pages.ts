// The page allocator: who holds which page stands in one table, and nowhere else. There is no free
// list to lose: free pages are the pages whose word is zero, so neighbours coalesce by being zero
// side by side, and whatever a dead thread held is found by looking at the table.
//
//   page      12          13        14        15        16
//   word  | FREE 0 | LARGE len 3 | CONT 13 | CONT 13 | SMALL slot 2, class 9 |
//
// Word of a page, u64, shared        I1  FREE is the whole word 0; only a CAS takes a page from it.
//   bits 0-3 kind                    I2  CONT(h) stands only behind its head h, in one piece, and h
//   bits 4-15 slot + 1                   is CLAIMED, FREEING, LARGE, REGION or SCRATCH.
//   bits 16-31 class or region       I3  LARGE, REGION, SCRATCH with aux n have n - 1 CONT behind.
//   bits 32-63 aux: the length n;    I4  CLAIMED and FREEING name the one slot at work on the run;
//     of CONT its head; of ORPHAN        it is not reused before its runs are settled.
//     a number of its own            I5  RELEASES has been raised before a page turns FREE.
//
// After every step of the checker: I1, I2, I3. I4 by slot.ts I2. No site can check I5, which speaks
// of who looks meanwhile.
//
//   CLAIMED(slot)   being assembled: head first, then its CONTs, then the final word of the head
//   SMALL(slot)     blocks of one class; the slot alone sets bits in its bitmap
//   ORPHAN          such a page without an owner: anyone may adopt it by CAS
//   LARGE           one block          REGION   a chunk of a region (slot: whose shard)
//   SCRATCH(slot)   private to slot    FREEING(slot)   on its way to FREE, length in aux
//   GRANTS(slot)    being linked; 0 of nobody: in the table of grants, for ever (grants.ts)
//
// claim(n), first fit                                    a death after this step leaves
//   1. CAS the head FREE → CLAIMED(me)                     a CLAIMED head: freed by recovery
//   2. CAS each further page FREE → CONT(head)             the same, with CONTs in one piece behind
//      one is taken: 5-7 with what we have, then go on behind the obstacle
//   3. the caller stores the head's final word             a run of its kind; judged by that kind
//      (`commit`)                      linearizes
// release(head)
//   4. CAS the head → FREEING(me, n)   linearizes; of two releases one wins
//   5. RELEASES + 1                                        FREEING: recovery goes on at 5
//   6. CAS each CONT → FREE, last first                    the same: what is left is in one piece
//   7. CAS the head → FREE                                 nothing
//
// Never a false FULL: a scan in table order that met no FREE run, no run in flight (CLAIMED or
// FREEING, also through a CONT), and no change of RELEASES from start to end, proves that at its
// end no run was free: by I5 no page turned free in between, and one free all the time would have
// been met. Otherwise the scan is repeated, and after TRIES rounds CONTENDED is the answer.
//
// PAGE_HINT says where free pages may begin; it is advice, and each decisive scan ignores it.

import {
  add64,
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
  P_FREEING,
  P_LARGE,
  P_REGION,
  P_SCRATCH,
  P_SYSTEM,
  PAGE,
  PAGE_HINT,
  PAGE_SHIFT,
  PAGES,
  REGION_BYTES,
  REGIONS,
  RELEASES,
  SLOT_BYTES,
  SLOTS,
  TABLE,
  TRIES,
  ZERO_ON_FREE,
} from '../ground/layout';
import { fail } from '../ground/thread';

/** The address of a page's word. */
export function pageAt(page: u32): usize {
  return TABLE + ((<usize>page) << 3);
}

/** The offset of a page's first byte. */
export function offsetOf(page: u32): u32 {
  return page << PAGE_SHIFT;
}

/** A page word. `owner` is slot + 1, 0 for nobody. */
export function pageWord(kind: u32, owner: u32, tag: u32, aux: u32): u64 {
  return ((<u64>aux) << 32) | (tag << 16) | (owner << 4) | kind;
}

/** Slot + 1 in a page word. */
export function pageOwner(word: u64): u32 {
  return (<u32>word >> 4) & 0xfff;
}

/** The class of a SMALL or ORPHAN page, the region of a REGION page. */
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

/** Pages in the run that `word` heads. */
export function lengthOf(word: u64): u32 {
  const kind = kindOf(word);
  return isRun(kind) || kind == P_FREEING ? pageAux(word) : 1;
}

/**
 * Claims `n` pages side by side for this slot; O(pages). Returns the first, CLAIMED, with its CONTs
 * behind it: the caller calls `commit`. 0: FULL or CONTENDED (`status`), nothing has changed.
 */
export function claim(n: u32): u32 {
  if (refused() || n == 0 || n > PAGES - FIRST) return fail(FULL);
  const hint = max(load32(PAGE_HINT), FIRST);
  let head: u32 = hint > FIRST ? firstFit(hint, n) : 0;
  if (MUTANT == 201 && head == 1) return fail(FULL);
  for (let round: u32 = 0; head < 2 && round < TRIES; round++) {
    if (round > 0) pause(round);
    const releases = load64(RELEASES);
    head = firstFit(FIRST, n);
    if (MUTANT == 12 && head < 2) return fail(FULL);
    if (head == 0 && load64(RELEASES) == releases) return fail(FULL);
  }
  if (head < 2) return fail(CONTENDED);
  // Advice only: of two writers either may win.
  if (n == 1 || head == hint) store32(PAGE_HINT, head + n);
  return head;
}

/** Claims the first free run behind `from`. The head, or 0: none, or 1: none, but one in flight. */
function firstFit(from: u32, n: u32): u32 {
  let busy: u32 = 0;
  let run: u32 = 0;
  for (let page = from; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (word != 0) {
      run = 0;
      busy |= inFlight(word);
      const skip = isRun(kindOf(word)) ? pageAux(word) - 1 : 0;
      if (skip < PAGES - page) page += skip;
    } else if (++run == n) {
      const head = page - n + 1;
      const taken = takeRun(head, n);
      if (taken == n) return head;
      if (MUTANT == 201) return 1;
      busy = 1;
      run = 0;
      page = head + taken; // The obstacle; the loop goes on behind it.
    }
  }
  return busy;
}

/** 1 when the word belongs to a run whose fate is open. */
function inFlight(word: u64): u32 {
  let kind = kindOf(word);
  if (kind == P_CONT) {
    const head = pageAux(word);
    if (head >= PAGES) return 0;
    kind = kindOf(load64(pageAt(head)));
  }
  return kind == P_CLAIMED || kind == P_FREEING ? 1 : 0;
}

/** Steps 1 and 2. Returns `n`, or the distance of the obstacle after everything was given back. */
function takeRun(head: u32, n: u32): u32 {
  const first = MUTANT == 1 ? pageWord(P_LARGE, 0, 0, n) : pageWord(P_CLAIMED, ME + 1, 0, 0);
  if (!cas64(pageAt(head), 0, first)) return 0;
  for (let i: u32 = 1; i < n; i++) {
    if (!cas64(pageAt(head + i), 0, pageWord(P_CONT, 0, 0, head))) {
      add64(RELEASES, 1);
      freeRun(head, first, i);
      return i;
    }
  }
  return n;
}

/** Step 3: the run gets its final word. */
export function commit(head: u32, word: u64): void {
  store64(pageAt(head), word); // CLAIMED(me) stood there: nobody else writes it (I4).
}

/**
 * Releases the run that starts at `head` and whose word was seen to be `word`. False: the word has
 * changed, somebody else released it (or adopted it); nothing was done. O(length).
 */
export function release(head: u32, word: u64): bool {
  const length = lengthOf(word);
  const freeing = pageWord(P_FREEING, ME + 1, 0, length);
  if (!cas64(pageAt(head), word, freeing)) return false;
  finishRelease(head, freeing);
  return true;
}

/** Steps 5 to 7 for a head that is FREEING; recovery calls it for the runs of the dead. */
export function finishRelease(head: u32, freeing: u64): void {
  const length = pageAux(freeing);
  const at = offsetOf(head);
  const bytes = (<usize>length) << PAGE_SHIFT;
  markFree(at, bytes);
  if ((FLAGS & ZERO_ON_FREE) != 0 && MUTANT != 112) {
    markLive(at, bytes); // Of a page of blocks each was given back already.
    fill(at, 0, bytes); // Private: the run belongs to the one slot named in its head.
    markFree(at, bytes);
  }
  add64(RELEASES, 1); // I5
  freeRun(head, freeing, length);
}

/** Steps 6 and 7: frees `length` pages, the last first, the head (whose word is `word`) last. */
function freeRun(head: u32, word: u64, length: u32): void {
  if (MUTANT == 2) cas64(pageAt(head), word, 0);
  const cont = pageWord(P_CONT, 0, 0, head);
  for (let i = length - 1; i > 0; i--) cas64(pageAt(head + i), cont, 0);
  cas64(pageAt(head), word, 0);
  if (head < load32(PAGE_HINT)) store32(PAGE_HINT, head); // Advice only.
}

/** How many CONTs of `head` stand behind it in one piece (I2), 1 for the head included. */
export function extent(head: u32): u32 {
  const cont = pageWord(P_CONT, 0, 0, head);
  let length: u32 = 1;
  while (head + length < PAGES && load64(pageAt(head + length)) == cont) length++;
  return length;
}

// ---- formatting ---------------------------------------------------------------------------------

/** Where the bitmaps begin; they are the last table. */
export function bitmapsAt(pages: u32, participants: u32): u64 {
  return (<u64>pageTableAt(participants) + <u64>pages * 12 + 63) & ~63;
}

/** How many pages an arena of that size keeps for its own tables. */
export function systemPages(pages: u32, participants: u32): u32 {
  const end = bitmapsAt(pages, participants) + <u64>pages * BITMAP;
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
  put32(H_LINKS_AT, <u32>(table + ((<usize>pages) << 3)));
  put32(H_BITMAPS_AT, <u32>bitmapsAt(pages, participants));
  put32(H_FIRST, first);
  put32(H_SLOT_BYTES, <u32>SLOT_BYTES);
}

/** Where the page table begins. */
export function pageTableAt(participants: u32): usize {
  const entries = ENTRIES * ENTRY_BYTES + REGIONS * REGION_BYTES + GROUP_BYTES;
  return SLOTS + participants * SLOT_BYTES + entries;
}
