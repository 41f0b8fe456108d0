// Where a domain's blocks come from: spans of slices, each of one class, which go back to the arena
// when they are empty (spans.ts). Threads that retire more than they allocate hand batches to those
// that allocate, through a depot whose cells say who is at work.
//
//   arena ──span──► free list ──► block ──► user ──retire──► limbo ──collect──► free list ──► user
//         ◄─shed───   │ ▲
//             surplus ▼ │
//                 depot cell
//
// Depot cell, u64, shared: 0 | link to the first block of a batch, kind << 32, home index << 40
//   EMPTY ─CAS─► GIVING(home) ─► GIVEN ─CAS─► TAKING(home) ─► EMPTY        a batch has BATCH blocks
//
// I1 to I5 are limbo.ts's, I8 and I9 spans.ts's.
// I6  The batch named by a GIVING cell is in the giver's free list exactly while it heads that
//     list; the batch of a TAKING cell has arrived exactly when it heads the taker's. Both change
//     those lists in no other way meanwhile.
//
// No site can check I6, which says how a death is judged. At the end the checker counts the blocks.
//
// alloc                                                  a death after this step leaves
//   1. pop: store W               linearizes               a block in the caller's hands
//   2. none: CAS GIVEN → TAKING(me); store W; EMPTY        TAKING(dead): I6: cut from the taker's
//                                                          list again, GIVEN; or EMPTY
//   3. none: a span comes (spans.ts)                       as there
// give, while the free list is long
//   5. CAS EMPTY → GIVING(me)                              I6: still in the list: EMPTY
//   6. store W without the batch; cut the batch            I6: not in the list: cut, GIVEN
//   7. store GIVEN                          linearizes     nothing
// takeBack, when memory is short: 2, in front of what the free list has, for every cell
// repairHomes(dead): cells, what was moving, counts, hazards, then owner := 0; may be repeated
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
import { classOf, sizeOfClass } from '../memory/classes';
import {
  BAD,
  CLOCK,
  FULL,
  kindOf,
  ME,
  P_CONT,
  P_REGION,
  PAGES,
  PAGE_SHIFT,
  SLICE_SHIFT,
} from '../ground/layout';
import { pageAux, pageTag, sliceAt } from '../memory/pages';
import {
  BLOCK_BIRTH,
  BLOCK_KIND,
  BIRTHS,
  BLOCK_TAG,
  CLASSES_MAX,
  clearHazards,
  DEPOT_BYTES,
  DOMAIN_DEPOT,
  DOMAIN_HOMES,
  DOMAIN_REGION,
  HEAD,
  HOME_ANNOUNCED,
  HOME_BALANCE,
  HOME_BIRTHS,
  HOME_NOW,
  HOME_OWNER,
  HOME_PENDING,
  HOME_WAITING,
  homeAt,
  homeIndex,
  linkAt,
  linkOf,
  freeAt,
  MOST,
  notePeak,
  tell,
  USED,
  wordAt,
  reaches,
  HOME_KEPT,
} from './home';
import { grow, isAligned, nextOf, repairMoving, takeSpan } from './spans';
import { fail } from '../ground/thread';

const BATCH: u32 = isDefined(GATED) ? 2 : 64;

const GIVING: u64 = 1 << 32;
export const GIVEN: u64 = 2 << 32;
const TAKING: u64 = 3 << 32;

// ---- alloc --------------------------------------------------------------------------------------

/**
 * A block of at least `bytes`, aligned to `align` (16, or a power of two up to 64), its birth
 * stamped; 0: FULL, CONTENDED, BAD (more than MOST), with nothing changed. What is in it is what
 * its last user left. O(1) amortised.
 */
export function allocBlock(root: usize, home: usize, bytes: u32, align: u32 = 16): u32 {
  if (bytes > MOST) return fail(BAD);
  if (refused()) return fail(FULL);
  check(peek32(home + HOME_OWNER) == ME + 1, I + 2, home); // limbo.ts
  let q = classOf(bytes + HEAD);
  if (align > 16) {
    while (q < CLASSES_MAX && !isAligned(q)) q++;
    if (q >= CLASSES_MAX) return fail(BAD);
  }
  if (nextBlock(root, home, q) == 0) return 0;
  const block = pop(home, q);
  // The caller's alone from here on.
  put64(<usize>block + BLOCK_BIRTH, load64(CLOCK));
  put32(<usize>block + BLOCK_KIND, BLOCK_TAG | USED | q);
  put64(home + HOME_NOW, get64(home + HOME_NOW) + 1);
  const births = get32(home + HOME_BIRTHS) + 1;
  put32(home + HOME_BIRTHS, births);
  if (births >= BIRTHS) moveClock(root, home);
  return block + HEAD;
}

/**
 * What `allocBlock` gives next for class `q`, for who has to note it before; 0: FULL, CONTENDED.
 * Until then it heads the free list.
 */
export function nextBlock(root: usize, home: usize, q: u32): u32 {
  const word = wordAt(home, q);
  while (load64(word) >> 32 == 0) {
    if (!takeBatch(root, home, q) && !takeSpan(root, home, q)) return 0;
  }
  return (<u32>(load64(word) >> 32) & ~1) + HEAD;
}

/** F blocks were born here: the era ends. */
function moveClock(root: usize, home: usize): void {
  put32(home + HOME_BIRTHS, 0);
  tell(home);
  notePeak(root);
  add64(CLOCK, 1);
}

/** Step 1, of a free list that is not empty. */
function pop(home: usize, q: u32): u32 {
  const w = load64(wordAt(home, q));
  const p = <u32>(w >> 32);
  // W has one writer: this thread.
  store64(wordAt(home, q), ((<u64>nextOf(p)) << 32) | <u32>w);
  const block = p & ~1;
  markLive(block + HEAD, sizeOfClass(q) - HEAD);
  const count = freeAt(home, q);
  const free = get32(count);
  if (free != 0) put32(count, free - 1);
  return block;
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
    const w = load64(wordOf);
    if (MUTANT == 126) store64(at, 0);
    // The batch is the taker's, and its last link says so far that nothing comes behind it.
    if (w >> 32 != 0) put32(linkAt(lastOf(<u32>word)), <u32>(w >> 32));
    store64(wordOf, (word << 32) | <u32>w);
    grow(home, q, w >> 32 == 0, BATCH);
    store64(at, 0);
    return true;
  }
  return false;
}

/** Takes all batches of the depot, so that spans of which they have blocks may go. */
export function takeBack(root: usize, home: usize): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    while (takeBatch(root, home, q)) {}
  }
}

/** Steps 5 to 7, as long as this home has too many free blocks of class `q`. */
export function give(root: usize, home: usize, q: u32): void {
  const count = freeAt(home, q);
  for (let i: usize = 0; i < DEPOT_BYTES && get32(count) > 2 * BATCH; i += 8) {
    const at = cellAt(root, q, i);
    if (load64(at) != 0) continue;
    const w = load64(wordAt(home, q));
    const first = <u32>(w >> 32);
    const mine = cellWord(GIVING, root, home, first);
    if (!cas64(at, 0, mine)) continue;
    const last = lastOf(first);
    if (MUTANT == 57) store64(at, GIVEN | first);
    store64(wordAt(home, q), ((<u64>nextOf(last)) << 32) | <u32>w);
    finishGiving(at, first);
    put32(count, get32(count) - BATCH);
  }
}

/** The link to the last block of the batch that begins with `first`. */
function lastOf(first: u32): u32 {
  let p = first;
  for (let i: u32 = 1; i < BATCH; i++) p = nextOf(p);
  return p;
}

function finishGiving(at: usize, first: u32): void {
  put32(linkAt(lastOf(first)), 0); // The batch belongs to the cell, and the cell to its giver.
  store64(at, GIVEN | first);
}

// ---- after a death ------------------------------------------------------------------------------

/** Puts the homes of a dead slot into order, and makes them orphans. For its one reaper. */
export function repairHomes(root: usize, slot: u32): void {
  const homes = get32(root + DOMAIN_HOMES);
  if (MUTANT != 58) repairDepot(root, slot);
  for (let i: u32 = 0; i < homes; i++) {
    const home = homeAt(root, i);
    if (load32(home + HOME_OWNER) != slot + 1) continue;
    if (MUTANT != 59) repairMoving(root, home, slot);
    if (MUTANT != 60) recountHome(root, home);
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
      // A giver still has what is there, a taker has it now.
      if (there) store64(at, 0);
      else if (MUTANT == 245 && kind == TAKING) store64(at, GIVEN | <u32>word);
      else finishGiving(at, <u32>word);
    }
  }
}

/**
 * The dead may have fallen between W and pending: counts what is there. O(limbo). What its repair
 * has retired for it beyond I4 of limbo.ts counts as kept, until somebody collects.
 */
function recountHome(root: usize, home: usize): void {
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
  put64(home + HOME_WAITING, pending);
  store64(home + HOME_PENDING, pending);
  if (reaches(root, pending, load64(home + HOME_KEPT))) store64(home + HOME_KEPT, pending);
  store64(home + HOME_BALANCE, get64(home + HOME_NOW)); // The dead's owned word: at most one late.
}

// ---- for callers that do not know what they were given ------------------------------------------

/** Whether `at` is a block of the domain in use. Reads a word of slices or two, and the header. */
export function isUsed(root: usize, at: u32): bool {
  if (at < HEAD || (at & 15) != 0 || at >> PAGE_SHIFT >= PAGES) return false;
  let word = load64(sliceAt((at - HEAD) >> SLICE_SHIFT));
  if (kindOf(word) == P_CONT) word = load64(sliceAt(pageAux(word)));
  if (kindOf(word) != P_REGION || pageTag(word) != get32(root + DOMAIN_REGION)) return false;
  return (get32(<usize>at - HEAD + BLOCK_KIND) & 0xffff_ff00) == (BLOCK_TAG | USED);
}
