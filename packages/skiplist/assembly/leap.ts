// Leaping over deleted runs: by the marks that stand (marks.ts), and making those that may.
//
//   forward   † † [K] † x ══════════════► y ════► p † . .     from the dead key K, by the links
//                                                             over it, to the last key that marks
//   reverse     . . x ◄══════════════ y ◄══ p † [K]           reach
//
// A reader that has met many dead keys in a row asks here how far they go. Each step is a claim
// about one link: the mark, if it stands and the reader may believe it; else what the marks of the
// level below say, or level 0; and if all is dead, that is made a mark. So each deleted version is
// walked over once, and the next reader leaps. A claim that fails ends the way: what it found dead
// on the way there is `stand`.
//
// Nobody waits, and nothing is written but marks: by who has just seen that they may be made. A
// snapshot leaps by marks that are not younger than itself.
//
// Names: see node.ts. x, y: the towers of a link; m: a mark's word.

import { add64, cas64, load64 } from '@x/shm-arena/assembly/ground/atomic';
import { beyond, isBounded, reached } from './bounds';
import { MARK } from './marks';
import {
  boundAt,
  compareNodes,
  isTombstone,
  LIST_HEAD,
  LIST_MARKS,
  markAt,
  MARKED,
  MAX_HEIGHT,
  next,
  spliceAt,
  STAMP,
  takeKeyOf,
} from './node';
import { before, findBefore, findSplice, findVersion, topOf } from './search';
import { BATCH, DEAD, LATEST } from './stamp';

/** Links of one level that are followed before it is looked whether higher ones go on from here. */
const HOPS: u32 = isDefined(GATED) ? 2 : 16;

/** How far a leap got, and a step of it that is under way. */
let far: usize = 0;
let stand: usize = 0;
/** Who leaps: up to which number it sees, and whether a bound lies before it. */
let reader: u64 = 0;
let bounded: bool = false;

// ---- leaping ------------------------------------------------------------------------------------

/**
 * The last node up to whose key all behind that of `node` are dead; `node` itself: nothing is
 * known; 0: all to the end of the list are. Not beyond bounds 0 and 1.
 */
export function overDead(list: usize, node: usize, upto: u64): usize {
  const splice = spliceAt();
  reader = upto;
  bounded = isBounded();
  far = node;
  let goes = false;
  do {
    takeKeyOf(far);
    findVersion(list, 0, 0, splice);
    const top = topOf(splice);
    let claimed: usize = 0;
    let level = MARKED;
    // Up, as long as all is dead ...
    for (; level < top; level += MARKED) {
      goes = go(list, before(splice, level), level);
      if (far == 0) return 0;
      if (!goes) break;
      claimed = far;
    }
    if (far != claimed) break;
    // ... and on from there.
    level -= MARKED;
    for (let hops = HOPS; hops > 0 && goes && far != 0; hops--) goes = go(list, far, level);
  } while (goes && far != 0);
  return far;
}

/** A step, as far as it leads further than `far`; false: it did not get along its link. */
function go(list: usize, x: usize, level: u32): bool {
  stand = far;
  const m = step(list, x, level);
  const c = stand == 0 ? 1 : compareNodes(stand, far);
  // One that failed may have begun further back; another version is another tower.
  if (c < 0 || (c == 0 && m == 0)) return false;
  far = stand;
  return m != 0;
}

/**
 * In reverse: a node such that all keys from its own up to that of `node` are dead, and are not
 * before bounds 0 and 1; 0: nothing is left before `node`.
 */
export function underDead(list: usize, node: usize, upto: u64): usize {
  const splice = spliceAt();
  reader = upto;
  bounded = false; // Steps lead back to where this came from.
  takeKeyOf(node);
  findSplice(list, MAX_HEIGHT, splice);
  const top = topOf(splice);
  let at = node;
  let wall: usize = 0; // Where a step failed, and on which level: it would again.
  let height: u32 = 0;
  while (true) {
    let x: usize = 0;
    let level = MARKED;
    for (; level < top; level += MARKED) {
      const b = before(splice, level);
      if (b == wall && level == height) break;
      if (!leadsTo(list, b, level, at)) {
        wall = b;
        height = level;
        break;
      }
      x = b;
    }
    if (x == list + LIST_HEAD) return 0;
    if (x == 0) break;
    at = x;
    takeKeyOf(at);
    level = min(level, top);
    while (level < top && !comesBefore(list, before(splice, level), at)) level++;
    findBefore(list, level, MARKED, splice);
  }
  // Of its own key the mark says nothing (K1); it is in hand.
  return at == node ? node : findVersion(list, 0, 0, 0);
}

function comesBefore(list: usize, x: usize, node: usize): bool {
  return x == list + LIST_HEAD || compareNodes(x, node) < 0;
}

/** Whether all keys between that of `x` and `node`, and node's own, are dead. */
function leadsTo(list: usize, x: usize, level: u32, node: usize): bool {
  if (x == list + LIST_HEAD ? isBounded() : reached(x)) return false;
  if (claim(list, x, level) == 0) return false;
  const y = next(x, level); // Behind the load of the mark.
  return y == 0 || compareNodes(y, node) >= 0;
}

// ---- claims -------------------------------------------------------------------------------------

/** Goes from `x` along one link, if all between is dead; the mark that says so, or 0. */
function step(list: usize, x: usize, level: u32): u64 {
  const y = next(x, level);
  if (blocks(y)) {
    if (level > MARKED) join(list, x, y, level - MARKED);
    return 0;
  }
  const m = claim(list, x, level);
  if (m == 0) return 0;
  stand = MUTANT == 294 ? y : next(x, level); // Behind the load of the mark.
  return m;
}

/** Whether leaping there would pass a bound. */
function blocks(y: usize): bool {
  if (!bounded || MUTANT == 297) return false;
  return y == 0 || beyond(y, boundAt(0)) || beyond(y, boundAt(1));
}

/** The link's mark, which is made if it can be; 0: there is none that this reader may believe. */
function claim(list: usize, x: usize, level: u32): u64 {
  const at = markAt(x, level);
  const m = load64(at);
  const stands = (m & MARK) != 0;
  if (stands && (MUTANT == 296 || (m & LATEST) <= reader)) return m;
  const seen = survey(list, x, level);
  if (seen == 0 || stands) return 0;
  const attempt = add64(list + LIST_MARKS, 1) + 1;
  if (MUTANT == 295) return cas64(at, m, seen) ? seen : 0;
  if (!cas64(at, m, attempt)) return 0;
  const made = survey(list, x, level);
  return made != 0 && cas64(at, attempt, made) ? made : 0;
}

/** What a mark of that link would say now; 0: some key is not dead, or its death is too young. */
function survey(list: usize, x: usize, level: u32): u64 {
  const y = next(x, level);
  if (level == MARKED) return walk(list, x, y);
  // Two versions of one key have nothing between, and may stand the other way round below.
  return y != 0 && sameKey(list, x, y) ? MARK : join(list, x, y, level - MARKED);
}

/** By the marks of the links between `x` and `y` at that level. */
function join(list: usize, x: usize, y: usize, level: u32): u64 {
  let number: u64 = 0;
  while (x != y && x != 0) {
    const m = step(list, x, level);
    if (m == 0) return 0;
    number = max(number, m & LATEST);
    x = stand;
  }
  return MARK | number;
}

/** By the nodes between `x` and `y` themselves. */
function walk(list: usize, x: usize, y: usize): u64 {
  let number: u64 = 0;
  let key = x; // Of this key, all is known.
  for (let n = next(x, 0); n != 0; n = next(n, 0)) {
    const c = y == 0 ? -1 : compareNodes(n, y);
    if (c > 0) break; // Behind y's key.
    if (sameKey(list, key, n)) continue;
    const w = load64(n + STAMP);
    if (w == DEAD) continue;
    const dead = w != 0 && (w & BATCH) == 0 && w <= reader && isTombstone(n);
    if (!dead && (MUTANT != 298 || c != 0)) return 0;
    number = max(number, w);
    key = n;
  }
  return MARK | number;
}

function sameKey(list: usize, x: usize, n: usize): bool {
  return x != list + LIST_HEAD && compareNodes(x, n) == 0;
}
