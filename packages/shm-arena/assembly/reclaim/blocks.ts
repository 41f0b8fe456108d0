// Where a domain's blocks come from: spans of slices, each of one class, which go back to the arena
// when they are empty (spans.ts), and what other threads have given away (depot.ts).
//
//   arena ──span──► free list ──► block ──► user ──retire──► limbo ──collect──► free list ──► user
//         ◄─shed───   │ ▲
//             surplus ▼ │
//                  depot
//
// I1 to I5 are limbo.ts's, I6 depot.ts's, I8 and I9 spans.ts's.
//
// alloc                                                  a death after this step leaves
//   1. pop: store W               linearizes               a block in the caller's hands
//   2. none: some of the depot's (depot.ts)                as there
//   3. none: a span comes (spans.ts)                       as there
// repairHomes(dead): what was moving, counts, hazards, then owner := 0; may be repeated anywhere.

import {
  add64,
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
  linkOf,
  freeAt,
  freeOf,
  MOST,
  notePeak,
  tell,
  USED,
  wordAt,
  reaches,
  HOME_KEPT,
} from './home';
import { repairShift, take } from './depot';
import { doubt, isAligned, nextOf, repairMoving, takeSpan } from './spans';
import { fail } from '../ground/thread';

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
  while (freeOf(home, q) == 0) {
    if (!take(root, home, q) && !takeSpan(root, home, q)) return 0;
  }
  return (freeOf(home, q) & ~1) + HEAD;
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

// ---- after a death ------------------------------------------------------------------------------

/** Puts the homes of a dead slot into order, and makes them orphans. For its one reaper. */
export function repairHomes(root: usize, slot: u32): void {
  const homes = get32(root + DOMAIN_HOMES); // And the depot.
  for (let i: u32 = 0; i <= homes && MUTANT != 58; i++) {
    const home = homeAt(root, i);
    if (load32(home + HOME_OWNER) == slot + 1) repairShift(root, home);
  }
  for (let i: u32 = 0; i <= homes; i++) {
    const home = homeAt(root, i);
    if (load32(home + HOME_OWNER) != slot + 1) continue;
    if (MUTANT != 59) repairMoving(root, home, slot);
    if (MUTANT != 60) recountHome(root, home);
    doubt(home);
    clearHazards(root, home);
    if (load64(home + HOME_ANNOUNCED) != 0) store64(home + HOME_ANNOUNCED, 0);
    store32(home + HOME_OWNER, 0);
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
