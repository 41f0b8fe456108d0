// Where a domain's blocks come from: carved once from the domain's region, reused within their size
// class for as long as the domain lives, and all freed with it. Threads that retire more than they
// allocate hand batches to those that allocate, through a depot whose cells say who is at work.
//
//   region ──piece──► fresh ──► block ──► user ──retire──► limbo ──collect──► free list ──► user
//                                                                               │ ▲
//                                                                       surplus ▼ │
//                                                                           depot cell
//
// Depot cell, u64, shared: 0 | first block of a batch, kind << 32, home index << 40
//   EMPTY ─CAS─► GIVING(home) ─► GIVEN ─CAS─► TAKING(home) ─► EMPTY        a batch has BATCH blocks
// A thread's line in the region (region.ts): 16 u64 position before asking; 24 u64 asked:
//   bytes of the piece | (class + 1) << 32 | home index << 40, 0 = nothing asked; shared, one
//   writer
//
// I1 to I5 are limbo.ts's.
// I6  The batch named by a GIVING cell is in the giver's free list exactly while it heads that
//     list; the batch of a TAKING cell has arrived exactly when it heads the taker's. Both change
//     those lists in no other way meanwhile.
// I7  A piece was taken from the shard exactly when its position is not the noted one and the piece
//     fits between the start of its chunk and the position.
//
// No site can check these, which say how a death is judged. At the end the checker counts the
// blocks.
//
// alloc                                                  a death after this step leaves
//   1. pop: store W, or carve: store fresh  linearizes     a block in the caller's hands
//   2. none: CAS GIVEN → TAKING(me); store W; EMPTY        TAKING(dead): I6
//   3. none: note position, asked; take a piece            I7: repair publishes it as step 4 would
//   4. store fresh (or W, for a large block); asked := 0   the same: it is there already
// give, while the free list is long
//   5. CAS EMPTY → GIVING(me)                              I6: still in the list: EMPTY
//   6. store W without the batch; cut the batch            I6: not in the list: cut, GIVEN
//   7. store GIVEN                          linearizes     nothing
// repairHomes(dead): cells, asked piece, counts, hazards, then owner := 0; may be repeated
// anywhere.

import {
  add64,
  cas64,
  check,
  get32,
  get64,
  load32,
  load64,
  markLive,
  peek32,
  put32,
  put64,
  refused,
  store32,
  store64,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import { classOf, sizeOfClass } from '../memory/heap';
import {
  BAD,
  CLOCK,
  FULL,
  kindOf,
  ME,
  P_CONT,
  P_REGION,
  PAGE_SHIFT,
  PAGES,
} from '../ground/layout';
import {
  BLOCK_BIRTH,
  BLOCK_FREE,
  BLOCK_KIND,
  BIRTHS,
  BLOCK_TAG,
  CLASSES_MAX,
  clearHazards,
  DEPOT_BYTES,
  HEAD,
  homeAt,
  DOMAIN_DEPOT,
  DOMAIN_HOMES,
  DOMAIN_REGION,
  linkOf,
  MOST,
  notePeak,
  HOME_ANNOUNCED,
  HOME_BALANCE,
  HOME_BIRTHS,
  HOME_COUNTS,
  HOME_FRESH,
  HOME_NOW,
  HOME_OWNER,
  HOME_PENDING,
  tell,
  USED,
  wordAt,
} from './home';
import { offsetOf, pageAt, pageAux, pageTag } from '../memory/pages';
import { CHUNK_HEAD, regionAlloc, shard } from '../memory/region';
import { fail } from '../ground/thread';

const BATCH: u32 = isDefined(GATED) ? 2 : 64;
/** Bytes carved at a time; blocks of more than a quarter are taken one by one. */
const PIECE: u32 = isDefined(GATED) ? 192 : 16384;
const LARGE: u32 = PIECE >> 2;

const LINE_BEFORE: usize = 16;
const LINE_ASKED: usize = 24;

const GIVING: u64 = 1 << 32;
export const GIVEN: u64 = 2 << 32;
const TAKING: u64 = 3 << 32;

// ---- alloc --------------------------------------------------------------------------------------

/**
 * A block of at least `bytes`, aligned to 16, its birth stamped; 0: FULL, CONTENDED, BAD (more than
 * MOST), with nothing changed. What is in it is what its last user left. O(1) amortised.
 */
export function allocBlock(root: usize, home: usize, bytes: u32): u32 {
  if (bytes > MOST) return fail(BAD);
  if (refused()) return fail(FULL);
  check(peek32(home + HOME_OWNER) == ME + 1, I + 2, home); // limbo.ts
  const q = classOf(bytes + HEAD);
  let block = pop(home, q);
  if (block == 0) block = carve(home, sizeOfClass(q));
  if (block == 0) {
    if (!takeBatch(root, home, q) && !askRegion(root, home, q)) return 0;
    block = pop(home, q);
    if (block == 0) block = carve(home, sizeOfClass(q));
  }
  // The caller's alone from here on.
  put64(<usize>block + BLOCK_BIRTH, load64(CLOCK));
  put32(<usize>block + BLOCK_KIND, BLOCK_TAG | USED | q);
  put64(home + HOME_NOW, get64(home + HOME_NOW) + 1);
  const births = get32(home + HOME_BIRTHS) + 1;
  put32(home + HOME_BIRTHS, births);
  if (births >= BIRTHS) moveClock(root, home);
  return block + HEAD;
}

/** F blocks were born here: the era ends. */
function moveClock(root: usize, home: usize): void {
  put32(home + HOME_BIRTHS, 0);
  tell(home);
  notePeak(root);
  add64(CLOCK, 1);
}

/** Step 1 from the free list; 0: it is empty. */
function pop(home: usize, q: u32): u32 {
  const w = load64(wordAt(home, q));
  const block = <u32>(w >> 32);
  if (block == 0) return 0;
  // W has one writer: this thread.
  store64(wordAt(home, q), ((<u64>get32(<usize>block + BLOCK_FREE)) << 32) | <u32>w);
  // What is carved is marked with the region's chunk already.
  markLive(block + HEAD, sizeOfClass(q) - HEAD);
  const count = home + HOME_COUNTS + ((<usize>q) << 2);
  const free = get32(count);
  if (free != 0) put32(count, free - 1);
  return block;
}

/** Step 1 from fresh memory; 0: not enough is left. */
function carve(home: usize, size: u32): u32 {
  const word = load64(home + HOME_FRESH);
  const left = <u32>(word >> 32);
  if (left < size) return 0;
  store64(home + HOME_FRESH, ((<u64>(left - size)) << 32) | (<u32>word + size));
  return <u32>word;
}

/** Steps 3 and 4. False: FULL, CONTENDED. */
function askRegion(root: usize, home: usize, q: u32): bool {
  const size = sizeOfClass(q);
  const region = get32(root + DOMAIN_REGION);
  const line = shard(region, ME);
  const large = size > LARGE;
  let bytes = large ? size : PIECE;
  store64(line + LINE_BEFORE, <u32>get64(line));
  store64(line + LINE_ASKED, askedWord(root, home, bytes, large ? q + 1 : 0));
  let at = regionAlloc(region, bytes, 16);
  if (at == 0 && bytes > size) {
    bytes = size; // A full arena may hold one more block.
    store64(line + LINE_ASKED, askedWord(root, home, bytes, 0));
    at = regionAlloc(region, bytes, 16);
  }
  if (at != 0) publishPiece(home, at, bytes, large ? q + 1 : 0);
  store64(line + LINE_ASKED, 0);
  return at != 0;
}

function askedWord(root: usize, home: usize, bytes: u32, q1: u32): u64 {
  return ((<u64>homeIndex(root, home)) << 40) | ((<u64>q1) << 32) | bytes;
}

/** Step 4. */
function publishPiece(home: usize, at: u32, bytes: u32, q1: u32): void {
  if (q1 == 0) {
    store64(home + HOME_FRESH, ((<u64>bytes) << 32) | at);
  } else {
    // Private: the free list is empty, and nobody knows this block.
    put32(<usize>at + BLOCK_FREE, 0);
    const wordOf = wordAt(home, q1 - 1);
    store64(wordOf, ((<u64>at) << 32) | <u32>load64(wordOf));
  }
}

/** The number of a home. */
function homeIndex(root: usize, home: usize): u32 {
  return <u32>((home - homeAt(root, 0)) / (homeAt(root, 1) - homeAt(root, 0)));
}

// ---- the depot ----------------------------------------------------------------------------------

function cellAt(root: usize, q: u32, i: usize): usize {
  return root + DOMAIN_DEPOT + <usize>q * DEPOT_BYTES + i;
}

function cellWord(kind: u64, root: usize, home: usize, block: u32): u64 {
  return ((<u64>homeIndex(root, home)) << 40) | kind | block;
}

/** Step 2. False: no batch of the class lies there. */
function takeBatch(root: usize, home: usize, q: u32): bool {
  for (let i: usize = 0; i < DEPOT_BYTES; i += 8) {
    const at = cellAt(root, q, i);
    const word = load64(at);
    if ((word & ((<u64>0xff) << 32)) != GIVEN) continue;
    const mine = cellWord(TAKING, root, home, <u32>word);
    if (!cas64(at, word, mine)) continue;
    const wordOf = wordAt(home, q);
    if (MUTANT == 126) store64(at, 0);
    store64(wordOf, (word << 32) | <u32>load64(wordOf));
    put32(home + HOME_COUNTS + ((<usize>q) << 2), BATCH);
    store64(at, 0);
    return true;
  }
  return false;
}

/** Steps 5 to 7, for every class of which this home has too many free blocks. */
export function give(root: usize, home: usize): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const count = home + HOME_COUNTS + ((<usize>q) << 2);
    if (get32(count) <= 2 * BATCH) continue;
    for (let i: usize = 0; i < DEPOT_BYTES && get32(count) > 2 * BATCH; i += 8) {
      const at = cellAt(root, q, i);
      if (load64(at) != 0) continue;
      const w = load64(wordAt(home, q));
      const first = <u32>(w >> 32);
      const mine = cellWord(GIVING, root, home, first);
      if (!cas64(at, 0, mine)) continue;
      const last = lastOf(first);
      if (MUTANT == 57) store64(at, GIVEN | first);
      store64(wordAt(home, q), ((<u64>get32(last + BLOCK_FREE)) << 32) | <u32>w);
      finishGiving(at, first);
      put32(count, get32(count) - BATCH);
    }
  }
}

/** The last block of the batch that begins with `first`. */
function lastOf(first: u32): usize {
  let block: usize = first;
  for (let i: u32 = 1; i < BATCH; i++) block = get32(block + BLOCK_FREE);
  return block;
}

function finishGiving(at: usize, first: u32): void {
  put32(lastOf(first) + BLOCK_FREE, 0); // The batch belongs to the cell, and the cell to its giver.
  store64(at, GIVEN | first);
}

// ---- after a death ------------------------------------------------------------------------------

/** Puts the homes of a dead slot into order, and makes them orphans. For its one reaper. */
export function repairHomes(root: usize, slot: u32): void {
  const homes = get32(root + DOMAIN_HOMES);
  if (MUTANT != 58) repairDepot(root, slot);
  if (MUTANT != 59) repairPiece(root, slot);
  for (let i: u32 = 0; i < homes; i++) {
    const home = homeAt(root, i);
    if (load32(home + HOME_OWNER) != slot + 1) continue;
    if (MUTANT != 60) recountHome(home);
    clearHazards(root, home);
    if (load64(home + HOME_ANNOUNCED) != 0) store64(home + HOME_ANNOUNCED, 0);
    store32(home + HOME_OWNER, 0);
  }
}

/** I6. */
function repairDepot(root: usize, slot: u32): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    for (let i: usize = 0; i < DEPOT_BYTES; i += 8) {
      const at = cellAt(root, q, i);
      const word = load64(at);
      const kind = word & ((<u64>0xff) << 32);
      if (kind != GIVING && kind != TAKING) continue;
      const home = homeAt(root, <u32>(word >> 40));
      if (load32(home + HOME_OWNER) != slot + 1) continue;
      const there = load64(wordAt(home, q)) >> 32 == <u64>(<u32>word);
      if (kind == TAKING) store64(at, there ? 0 : GIVEN | <u32>word);
      else if (there) store64(at, 0);
      else finishGiving(at, <u32>word);
    }
  }
}

/** I7. */
function repairPiece(root: usize, slot: u32): void {
  const line = shard(get32(root + DOMAIN_REGION), slot);
  const asked = load64(line + LINE_ASKED);
  if (asked == 0) return;
  const home = homeAt(root, <u32>(asked >> 40));
  const position = <u32>get64(line); // The dead's owned word.
  const bytes = <u32>asked;
  if (position != <u32>load64(line + LINE_BEFORE) && position - chunkStart(position) >= bytes) {
    const at = position - bytes;
    const q1 = <u32>(asked >> 32) & 0xff;
    if (!isPublished(home, at, bytes, q1)) publishPiece(home, at, bytes, q1);
  }
  store64(line + LINE_ASKED, 0);
}

/** Whether step 4 was done; nothing came after it but step 4's own end. */
function isPublished(home: usize, at: u32, bytes: u32, q1: u32): bool {
  if (q1 != 0) return <u32>(load64(wordAt(home, q1 - 1)) >> 32) == at;
  const word = load64(home + HOME_FRESH);
  return <u32>word == at && <u32>(word >> 32) == bytes;
}

/** Where the data of the chunk that a position ends begins. */
function chunkStart(position: u32): u32 {
  const page = (position - 1) >> PAGE_SHIFT;
  const word = load64(pageAt(page));
  return offsetOf(kindOf(word) == P_CONT ? pageAux(word) : page) + CHUNK_HEAD;
}

/** The dead may have fallen between W and pending: counts what is there. O(limbo). */
function recountHome(home: usize): void {
  let pending: u64 = 0;
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const w = load64(wordAt(home, q));
    const link = linkOf(<u32>w);
    let at: usize = <u32>w & ~1;
    while (at != 0) {
      pending += ((<u64>(sizeOfClass(q) >> 4)) << 32) + 1;
      at = get32(at + link);
    }
  }
  store64(home + HOME_PENDING, pending);
  store64(home + HOME_BALANCE, get64(home + HOME_NOW)); // The dead's owned word: at most one late.
}

// ---- for callers that do not know what they were given ------------------------------------------

/** Whether `at` is a block of the domain in use. Reads one page word or two, and the header. */
export function isUsed(root: usize, at: u32): bool {
  if (at < HEAD || (at & 15) != 0 || at >> PAGE_SHIFT >= PAGES) return false;
  let word = load64(pageAt((at - HEAD) >> PAGE_SHIFT));
  if (kindOf(word) == P_CONT) word = load64(pageAt(pageAux(word)));
  if (kindOf(word) != P_REGION || pageTag(word) != get32(root + DOMAIN_REGION)) return false;
  return (get32(<usize>at - HEAD + BLOCK_KIND) & 0xffff_ff00) == (BLOCK_TAG | USED);
}
