// The depot: free blocks that are for all. It is a home that no thread enters: who gives or takes
// has it meanwhile, and moves lists between homes that are all its own then. Threads that retire
// more than they allocate feed those that allocate. When memory is short all goes there that a
// thread has free, or one that is gone has left: a span can only go back to the arena when all of
// its blocks are in one list (spans.ts).
//
//   home ──give, gather──► depot ──take──► home         an orphan's home ──gather──► depot
//                            └──shed──► arena
//
// A home's word `moving` (spans.ts), of the one who moves a list:
//   low: SHIFTING, class << 4, from << 11, to << 20     high: the link to the list's first block
//
// I6  The list that SHIFTING names is in the free list of `from` exactly while it heads that, and
//     in that of `to` exactly when it heads that. Both are homes of the mover, who changes those
//     lists in no other way meanwhile. Else it is the mover's alone, and its last link is 0, or
//     what one of the two has first.
//
// No site can check I6, which says how a death is judged. At the end the checker counts the
// blocks.
//
// shift, between homes that are this thread's            a death after this step leaves
//   1. moving := SHIFTING, first                           I6: still there: 0
//   2. store W of `from` without the list                  I6: in neither: goes on at 3
//   3. last link := what `to` has; store W of `to`         I6: has come: 0
//   4. moving := 0                                         nothing
// give, take, gather: CAS owner of the depot 0 → me; shift ...; owner := 0. Who finds an owner
// goes without: nobody waits. The homes of somebody dead keep their owner until all is judged
// (`repairHomes`, blocks.ts).
//
// Names: root of the domain; home, from, to homes of this thread; q class; p a link.

import { cas32, get32, load32, load64, put32, store32, store64 } from '../ground/atomic';
import { ME } from '../ground/layout';
import { sizeOfClass } from '../memory/classes';
import {
  CLASSES_MAX,
  depotOf,
  DOMAIN_HOMES,
  freeAt,
  freeOf,
  HOME_MOVING,
  homeAt,
  homeIndex,
  linkAt,
  setFree,
} from './home';
import { grow, nextOf, shed, shedGrown } from './spans';

const SHIFTING: u32 = 8;
const CLASS: u32 = 4;
const FROM: u32 = 11;
const TO: u32 = 20;

/** What goes at once, of blocks or of bytes. */
const BATCH: u32 = isDefined(GATED) ? 2 : 64;
const BATCH_BYTES: u32 = 1 << 16;
/** Batches of a class that threads give to the depot before memory is short. */
const GIVEN: u32 = isDefined(GATED) ? 1 : 4;

function batchOf(q: u32): u32 {
  return max<u32>(min<u32>(BATCH, BATCH_BYTES / sizeOfClass(q)), 1);
}

/** Whether the depot has, or had a moment ago, a block of class `q`. */
export function hasShared(root: usize, q: u32): bool {
  return freeOf(depotOf(root), q) != 0;
}

/** Gets a batch of class `q` for a home that has none. False: there is nothing to be had. O(1). */
export function take(root: usize, home: usize, q: u32): bool {
  const depot = depotOf(root);
  if (freeOf(depot, q) == 0) return false;
  if (MUTANT == 247) store32(depot, ME + 1);
  else if (!cas32(depot, 0, ME + 1)) return false;
  const some = freeOf(depot, q) != 0;
  if (some) shift(root, home, depot, home, q, batchOf(q));
  store32(depot, 0);
  return some;
}

/** Gives batches away while this home has more than two of class `q`. O(1) a block. */
export function give(root: usize, home: usize, q: u32): void {
  const batch = batchOf(q);
  const count = freeAt(home, q);
  const depot = depotOf(root);
  if (get32(count) <= 2 * batch || !cas32(depot, 0, ME + 1)) return;
  const there = freeAt(depot, q);
  while (get32(count) > 2 * batch && freeOf(home, q) != 0 && get32(there) < GIVEN * batch) {
    shift(root, home, home, depot, q, batch);
  }
  store32(depot, 0);
}

/**
 * Brings together what this home has free, and what homes of nobody have, and gives empty spans
 * back to the arena: `all` of them, or those of classes of which an eighth more is free than at the
 * last look. O(homes * classes), and O(1) a block that has come, amortised; `all`: O(free blocks).
 */
export function gather(root: usize, home: usize, all: bool): void {
  const depot = depotOf(root);
  const mine = cas32(depot, 0, ME + 1);
  const at = mine ? depot : home;
  if (mine) shiftAll(root, home, home, depot);
  const homes = get32(root + DOMAIN_HOMES);
  for (let i: u32 = 0; i < homes; i++) {
    const other = homeAt(root, i);
    if (load32(other) != 0 || !hasFree(other) || !cas32(other, 0, ME + 1)) continue;
    shiftAll(root, home, other, at);
    store32(other, 0);
  }
  if (all) shed(root, at, true);
  else shedGrown(root, at);
  if (mine) store32(depot, 0);
}

function hasFree(home: usize): bool {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) if (freeOf(home, q) != 0) return true;
  return false;
}

function shiftAll(root: usize, home: usize, from: usize, to: usize): void {
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    if (freeOf(from, q) != 0) shift(root, home, from, to, q, ~0);
  }
}

/** Steps 1 to 4 for the first `most` blocks of a list that is not empty. */
function shift(root: usize, home: usize, from: usize, to: usize, q: u32, most: u32): void {
  const first = freeOf(from, q);
  let last = first;
  let count: u32 = 1;
  for (let p = nextOf(last); p != 0 && count < most; p = nextOf(p)) {
    last = p;
    count++;
  }
  const rest = nextOf(last);
  const places = (homeIndex(root, from) << FROM) | (homeIndex(root, to) << TO);
  store64(home + HOME_MOVING, ((<u64>first) << 32) | SHIFTING | (q << CLASS) | places);
  const wasEmpty = freeOf(to, q) == 0;
  if (MUTANT == 57) arrive(to, q, first, last);
  setFree(from, q, rest);
  if (MUTANT == 126) store64(home + HOME_MOVING, 0);
  if (MUTANT != 57) arrive(to, q, first, last);
  store64(home + HOME_MOVING, 0);
  const left = freeAt(from, q);
  put32(left, rest == 0 ? 0 : get32(left) - min(count, get32(left)));
  grow(to, q, wasEmpty, count);
}

/** Step 3. */
function arrive(to: usize, q: u32, first: u32, last: u32): void {
  put32(linkAt(last), freeOf(to, q));
  setFree(to, q, first);
}

// ---- after a death ------------------------------------------------------------------------------

/** I6, for a home of a dead slot, before any of its homes is anybody's. May be repeated. */
export function repairShift(root: usize, home: usize): void {
  const moving = load64(home + HOME_MOVING);
  const low = <u32>moving;
  if ((low & SHIFTING) == 0) return;
  const q = (low >> CLASS) & 127;
  const from = homeAt(root, (low >> FROM) & 511);
  const to = homeAt(root, low >> TO);
  const rest = freeOf(from, q);
  const there = freeOf(to, q);
  const first = <u32>(moving >> 32);
  if (first != rest && (first != there || MUTANT == 245)) {
    let last = first;
    const end = MUTANT == 246 ? 0 : there;
    for (let p = nextOf(last); p != 0 && p != rest && p != end; p = nextOf(p)) last = p;
    arrive(to, q, first, last);
  }
  store64(home + HOME_MOVING, 0);
}
