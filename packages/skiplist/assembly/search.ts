// Finding the place of a key: one at a time, from where the last one was, or many in lockstep.
//
//   splice of a key K: at each level the last node before K and the first one not before K
//
//      level 2   head ─────────────────────────────► 0        before = head   behind = 0
//      level 1   head ──► c ───────────────────────► 0        before = c      behind = 0
//      level 0   head ──► c ──► e ──► [K?] ──► m ──► …        before = e      behind = m
//
// Splice, private, in the kernel's scratch: u32 top (levels that a search has filled), u32 free,
// then {u32 before, u32 behind} for levels 0… Lanes: lane.ts.
//
// F1  `before` at level i is the head or a node linked at level i whose key is less than K.
// F2  `behind` stood in before's link at level i, and its key is not less than K (or it is 0).
//
// Checked at their sites, where a node is about to be linked: F1, F2. F3 by what searches find: the
// model knows it, and versions read one by one are those read at once.
//
// F1 stays true for ever: keys do not change, and no node is unlinked (I1, I2). F2 tells of the
// past: a node may have been linked between the two since. Then the CAS of before's link, which
// expects `behind`, fails, and the writer looks again from `before` on (`findFurther`).
//
// A search for a version of K goes on among the versions: one whose number is greater than `upto`
// stands in front of those that a reader of `upto` sees (I4), wherever upper levels have it (I3).
//
//   F3  `before` at level i is then the head, or a node linked at level i whose key is less than K,
//       or a version of K with a number greater than `upto`; at level 0, where its place is known,
//       also a void one. (upto 0: any node with the key.)
//
// Search reads shared links and frozen words only, among versions also stamps, which it may decide:
// it never waits and never fails. It begins at the guide (guide.ts), for the levels above that at
// the head. Steps: the levels, times a few nodes each; a search that new nodes keep extending is as
// long as those writers make it.
//
// Keys that begin alike: a search knows in how many slices its key agrees with the node that it
// last left behind, and with the one that it last found not before the key. What stands between the
// two agrees with it in as many as the fewer of these, which are not compared again. In lockstep,
// along the guide's level and at hints keys are compared whole; so they are where one side is not
// known yet, as for keys beyond all others.
//
// Lockstep: each round takes one step in every lane that is left. It asks for the lines of all the
// nodes first, because the processor sees only a few steps ahead, but all of so short a loop. The
// steps are free of branches that cannot be guessed, but for lanes that end, and keys equal in 16
// bytes.
//
// Names: see node.ts.

import {
  cas32,
  check,
  get32,
  get64,
  load32,
  peek32,
  peek64,
  put32,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { F, I, L, T, W } from '@x/shm-arena/assembly/ground/invariants';
import { ME } from '@x/shm-arena/assembly/ground/layout';
import { agreed, compareFrom, slicesAt } from '@x/shm-arena/assembly/map/key';
import { bound, GUIDED, near, nearLanes } from './guide';
import { handAt, handLength, handS0, handS1, takeKey } from './hand';
import {
  LANE_AT,
  LANE_BEFORE,
  LANE_BEHIND,
  LANE_LENGTH,
  LANE_LEVEL,
  LANE_NEXT,
  LANE_DECIDED,
  LANE_LEVELS,
  LANE_S0,
  LANE_S1,
  LANE_SPLICE,
  laneKeyAt,
  laneLength,
  laneS0,
  laneS1,
  OPEN,
} from './lane';
import {
  compareNodes,
  equal,
  heightOf,
  HINTS,
  KEY,
  keyLength,
  laneAt,
  less,
  linkAt,
  LIST_CLOCK,
  LIST_HEAD,
  LIST_HEIGHT,
  LIST_SUCCESSOR,
  next,
  REST,
  SHARD_HINTS,
  SHARD_INTENT,
  shardAt,
  tail,
  touch,
  turnsAt,
} from './node';
import { checkDecided, isVoid, seen } from './stamp';

/** Versions of one key that are walked over, before the next step is a search. */
export const WALKED: u32 = isDefined(GATED) ? 1 : 8;

// ---- splices ------------------------------------------------------------------------------------

export function before(splice: usize, level: u32): usize {
  return get32(splice + 8 + ((<usize>level) << 3));
}

export function behind(splice: usize, level: u32): usize {
  return get32(splice + 12 + ((<usize>level) << 3));
}

function setSplice(splice: usize, level: u32, b: usize, n: usize): void {
  put32(splice + 8 + ((<usize>level) << 3), <u32>b);
  put32(splice + 12 + ((<usize>level) << 3), <u32>n);
}

/** The levels that the splice knows. */
export function topOf(splice: usize): u32 {
  return get32(splice);
}

// ---- one key ------------------------------------------------------------------------------------

/** Slices in which the key of the search that runs agrees with what stands on either side. */
let lower: u32 = 2;
let upper: u32 = 2;

/** As `tail`, for a node between the two. */
function further(node: usize, len: u32, at: usize): i32 {
  const known = MUTANT == 307 ? max(lower, upper) : min(lower, upper);
  const c = compareFrom(known, keyLength(node), slicesAt(node + REST), len, at);
  if (c < 0) lower = agreed;
  else upper = agreed;
  return c;
}

/** As `order`, for such a node. */
function place(node: usize, s0: u64, s1: u64, len: u32, at: usize): i32 {
  const n0 = get64(node + KEY);
  if (n0 != s0) return n0 < s0 ? -1 : 1;
  const n1 = get64(node + KEY + 8);
  if (n1 != s1) return n1 < s1 ? -1 : 1;
  return further(node, len, at);
}

function knowNothing(): void {
  lower = 2;
  upper = 2;
}

/** The first node not before the key, or 0: as `descend`, without the stores of a splice. */
export function seek(list: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  let b = near(list, s0, s1, len, at);
  let n = bound;
  let level = GUIDED;
  if (b == 0) {
    b = list + LIST_HEAD;
    n = 0;
    level = load32(list + LIST_HEIGHT);
  }
  knowNothing();
  while (level-- > 0) {
    const known = n; // Not before the key, as found one level above: needs no second look.
    n = next(b, level);
    while (n != 0 && n != known) {
      // While n is waited for, the node that a step down leads to comes too.
      if (!isDefined(GATED) && level > 0) touch(next(b, level - 1));
      const n0 = get64(n + KEY);
      if (n0 != s0) {
        if (n0 > s0) break;
      } else {
        const n1 = get64(n + KEY + 8);
        if (n1 != s1 ? n1 > s1 : further(n, len, at) >= 0) break;
      }
      b = n;
      n = next(b, level);
    }
  }
  return n;
}

/**
 * Fills the splice below `height` at least, as far as the list is that high; returns the first node
 * not before the key, or 0.
 */
export function findSplice(list: usize, height: u32, splice: usize): usize {
  const b = near(list, handS0, handS1, handLength, handAt);
  const n = bound;
  const low: u32 = b == 0 ? 0 : GUIDED;
  put32(splice, low);
  if (height > low) findAbove(list, low, splice);
  return b == 0 ? behind(splice, 0) : descend(b, GUIDED, 0, n, splice);
}

/** Fills the splice from level `low` on. */
function findAbove(list: usize, low: u32, splice: usize): void {
  const top = load32(list + LIST_HEIGHT);
  put32(splice, top);
  descend(list + LIST_HEAD, top, low, 0, splice);
}

/**
 * Fills the splice from below `level` down to `low`, from `b` on; `n`: a node known not to be
 * before the key, or 0.
 */
function descend(b: usize, level: u32, low: u32, n: usize, splice: usize): usize {
  const s0 = handS0;
  const s1 = handS1;
  const len = handLength;
  const at = handAt;
  knowNothing();
  while (level > low) {
    level--;
    const known = n;
    n = next(b, level);
    while (n != 0 && n != known) {
      // While n is waited for, the node that a step down leads to comes too.
      if (!isDefined(GATED) && level > 0) touch(next(b, level - 1));
      const n0 = get64(n + KEY);
      if (n0 != s0) {
        if (n0 > s0) break;
      } else {
        const n1 = get64(n + KEY + 8);
        if (n1 != s1 ? n1 > s1 : further(n, len, at) >= 0) break;
      }
      b = n;
      n = next(b, level);
    }
    setSplice(splice, level, b, n);
  }
  return n;
}

/**
 * As `findSplice`, but begins where this shard inserted last, if the key falls close by: a run of
 * ascending keys looks at one or two nodes. Only levels below `height` are needed; the splice may
 * end there.
 */
export function findNear(list: usize, shard: usize, height: u32, splice: usize): usize {
  const s0 = handS0;
  const s1 = handS1;
  const len = handLength;
  const at = handAt;
  let level: u32 = 0;
  let b: usize = 0;
  let n: usize = 0;
  const tries = min(HINTS, isDefined(GATED) ? 2 : 4);
  for (; level < tries; level++) {
    b = get32(shard + SHARD_HINTS + ((<usize>level) << 2)); // Owned. I6: linked at that level.
    if (b == 0) return findSplice(list, height, splice);
    if (isDefined(GATED)) check(b == list + LIST_HEAD || heightOf(b) > level, I + 6, b); // node.ts
    if (b != list + LIST_HEAD && !less(b, s0, s1, len, at)) continue;
    n = next(b, level);
    if (n == 0 || !less(n, s0, s1, len, at)) break;
  }
  if (level == tries) return findSplice(list, height, splice);
  setSplice(splice, level, b, n);
  for (let above = level + 1; above < height; above++) {
    let p: usize = 0;
    if (above < HINTS) p = get32(shard + SHARD_HINTS + ((<usize>above) << 2));
    if (p == 0 || (p != list + LIST_HEAD && !less(p, s0, s1, len, at))) {
      return findSplice(list, height, splice);
    }
    const q = next(p, above);
    if (q != 0 && less(q, s0, s1, len, at)) return findSplice(list, height, splice);
    setSplice(splice, above, p, q);
  }
  put32(splice, max(level + 1, height));
  return level == 0 ? n : descend(b, level, 0, n, splice);
}

/** Fills the splice of the key in hand below `level`, down to `low`; above, it stands. */
export function findBefore(list: usize, level: u32, low: u32, splice: usize): void {
  const b = level < topOf(splice) ? before(splice, level) : list + LIST_HEAD;
  descend(b, level, low, 0, splice);
}

/** Fills the splice for a key behind all keys. */
export function findEnd(list: usize, splice: usize): void {
  let level = load32(list + LIST_HEIGHT);
  put32(splice, level);
  let b = list + LIST_HEAD;
  while (level-- > 0) {
    for (let n = next(b, level); n != 0; n = next(b, level)) b = n;
    setSplice(splice, level, b, 0);
  }
}

/**
 * The first node at level `low` that is not in front of what a reader of `upto` sees of the key in
 * hand: at level 0 that version, or if there is none, the first node behind the key; 0: none is.
 * upto 0: behind all its versions. Fills the splice, if there is one, from `low` on (F3). From the
 * head: the guide knows keys alone.
 */
export function findVersion(list: usize, upto: u64, low: u32, splice: usize): usize {
  const s0 = handS0;
  const s1 = handS1;
  const len = handLength;
  const at = handAt;
  let level = load32(list + LIST_HEIGHT);
  let b = list + LIST_HEAD;
  let n: usize = 0;
  if (splice != 0) put32(splice, level);
  knowNothing();
  while (level-- > low) {
    const known = n;
    n = next(b, level);
    while (n != 0 && n != known) {
      const c = place(n, s0, s1, len, at);
      if (c > 0) break;
      if (c == 0 && upto != 0 && seen(list, n, upto) != 0) break;
      if (c == 0) upper = 2; // It is passed.
      // A void version's place tells nothing, unless one stands there.
      if (MUTANT == 173 || c < 0 || upto == 0 || level == 0 || !isVoid(n)) b = n;
      n = next(n, level);
    }
    if (splice != 0) setSplice(splice, level, b, n);
  }
  return n;
}

/**
 * The version that a reader of `upto` sees, from the front node `n` of its key on, or 0. Many newer
 * ones are not walked over.
 */
export function visible(
  list: usize,
  n: usize,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  upto: u64,
): usize {
  let left = WALKED;
  for (; n != 0 && equal(n, s0, s1, len, at); n = next(n, 0)) {
    if (seen(list, n, upto) != 0) return n;
    if (--left != 0) continue;
    takeKey(s0, s1, len, at);
    const found = findVersion(list, upto, 0, 0);
    return found != 0 && equal(found, s0, s1, len, at) ? found : 0;
  }
  return 0;
}

/** Brings one level of the splice up to date, going on from what it knows; returns `behind`. */
export function findFurther(level: u32, splice: usize): usize {
  const s0 = handS0;
  const s1 = handS1;
  const len = handLength;
  const at = handAt;
  let b = before(splice, level);
  let n = next(b, level);
  while (n != 0 && less(n, s0, s1, len, at)) {
    b = n;
    n = next(b, level);
  }
  setSplice(splice, level, b, n);
  return n;
}

/** Remembers in the shard where a node of `height` levels (0 = none) was just put. */
export function remember(list: usize, shard: usize, splice: usize, node: usize, height: u32): void {
  const top = topOf(splice);
  for (let level: u32 = 0; level < HINTS; level++) {
    const b = level < height ? node : level < top ? before(splice, level) : 0;
    // A level that the search left out keeps what it had, which is still linked there.
    if (b != 0) put32(shard + SHARD_HINTS + ((<usize>level) << 2), <u32>b);
    else if (get32(shard + SHARD_HINTS + ((<usize>level) << 2)) == 0) {
      put32(shard + SHARD_HINTS + ((<usize>level) << 2), <u32>(list + LIST_HEAD));
    }
  }
}

// ---- many keys ----------------------------------------------------------------------------------

/** Rounds in which a search that began at the guide should be done. */
const ROUNDS: u32 = isDefined(GATED) ? 5 : 24;

/**
 * Searches the keys of the first `count` lanes at once, for what `laneFound` says; a lane whose
 * LANE_DECIDED is not OPEN is left out.
 */
export function findMany(list: usize, count: u32): void {
  nearLanes(list, count);
  const first = turnsAt();
  let end = first;
  for (let i: u32 = 0; i < count; i++) {
    if (get32(laneAt(i) + LANE_DECIDED) == OPEN) end = startLane(list, laneAt(i), end);
  }
  lockstep(list, first, end, false);
}

/** As `findMany`, for all lanes, and for their splices below level LANE_LEVELS. */
export function findSplices(list: usize, count: u32): void {
  nearLanes(list, count);
  const first = turnsAt();
  let end = first;
  for (let i: u32 = 0; i < count; i++) end = startLane(list, laneAt(i), end);
  lockstep(list, first, end, true);
  for (let i: u32 = 0; i < count; i++) {
    const lane = laneAt(i);
    const low = get32(lane + LANE_SPLICE);
    if (get32(lane + LANE_LEVELS) <= low) continue;
    takeKey(laneS0(lane), laneS1(lane), laneLength(lane), laneKeyAt(lane));
    findAbove(list, low, lane + LANE_SPLICE);
  }
}

/** Begins a lane's search where `nearLanes` says, or at the head; its turn is at `turn`. */
function startLane(list: usize, lane: usize, turn: usize): usize {
  if (get32(lane + LANE_BEFORE) == 0) {
    startAtHead(list, lane);
  } else {
    put32(lane + LANE_SPLICE, GUIDED);
    put32(lane + LANE_LEVEL, GUIDED - 1);
  }
  put32(turn, <u32>lane);
  return turn + 4;
}

function startAtHead(list: usize, lane: usize): void {
  const top = load32(list + LIST_HEIGHT);
  put32(lane + LANE_BEHIND, 0);
  put32(lane + LANE_SPLICE, top);
  put32(lane + LANE_LEVEL, top - 1);
  put32(lane + LANE_BEFORE, <u32>(list + LIST_HEAD));
}

/** Takes steps in the turns from `first` on until no lane is left. */
function lockstep(list: usize, first: usize, end: usize, splices: bool): void {
  for (let rounds = ROUNDS; end > first; rounds--) {
    if (rounds == 0) startAgain(list, first, end);
    for (let turn = first; turn < end; turn += 4) {
      const lane: usize = get32(turn);
      const n = next(get32(lane + LANE_BEFORE), get32(lane + LANE_LEVEL));
      put32(lane + LANE_NEXT, <u32>n);
      touch(n);
    }
    for (let turn = first; turn < end; ) {
      const lane: usize = get32(turn);
      const level = get32(lane + LANE_LEVEL);
      const b: usize = get32(lane + LANE_BEFORE);
      const n: usize = get32(lane + LANE_NEXT);
      const s0 = get64(lane + LANE_S0);
      const s1 = get64(lane + LANE_S1);
      const looks = <u32>(n != 0) & <u32>(n != get32(lane + LANE_BEHIND));
      const node = looks != 0 ? n : b; // Something that can be read; the head's words are zero.
      const n0 = get64(node + KEY);
      const n1 = get64(node + KEY + 8);
      let less = (n0 < s0) | (<i32>(n0 == s0) & <i32>(n1 < s1));
      if (n1 == s1 && n0 == s0)
        less = tail(node, get32(lane + LANE_LENGTH), get32(lane + LANE_AT)) < 0;
      const go = <u32>less & looks;
      // The last step at a level leaves its true splice.
      if (splices) setSplice(lane + LANE_SPLICE, level, b, n);
      if (level + go == 0) {
        put32(lane + LANE_BEHIND, <u32>n);
        end -= 4; // The last one takes its turn.
        put32(turn, get32(end));
        continue;
      }
      put32(lane + LANE_BEFORE, go != 0 ? <u32>n : <u32>b);
      put32(lane + LANE_LEVEL, level - 1 + go);
      turn += 4;
    }
  }
}

/** For lanes that the guide sent along many new nodes. */
function startAgain(list: usize, first: usize, end: usize): void {
  for (let turn = first; turn < end; turn += 4) {
    const lane: usize = get32(turn);
    if (get32(lane + LANE_SPLICE) == GUIDED) startAtHead(list, lane);
  }
}

// ---- linking ------------------------------------------------------------------------------------

/** F1, and of F2 the order, which stays, where a node is about to be linked between b and n. */
function checkOrder(list: usize, b: usize, node: usize, n: usize): void {
  check(b == list + LIST_HEAD || compareNodes(b, node) < 0, F + 1, node);
  check(n == 0 || compareNodes(node, n) <= 0, F + 2, node);
}

/** The same at level 0, in a list that takes versions, in front of what is decided. */
export function checkLink(list: usize, b: usize, node: usize, n: usize, intent: usize): void {
  checkOrder(list, b, node, n);
  check(peek64(list + LIST_CLOCK) != 0, T + 3, list); // stack.ts
  check(peek32(list + LIST_SUCCESSOR) != 0, L + 7, list); // seal.ts
  check(peek32(shardAt(list, ME) + SHARD_INTENT) == <u32>intent, W + 2, node); // write.ts
  if (n != 0 && compareNodes(node, n) == 0) checkDecided(n);
}

// ---- linking above level 0 ----------------------------------------------------------------------

/**
 * Links a node that level 0 holds into the levels above, from below, as far as that goes without a
 * fight: after two lost races the tower stays truncated, which costs searches a little and breaks
 * nothing. Returns the levels that are linked. A death leaves a truncated tower.
 */
export function linkAbove(list: usize, node: usize, height: u32, splice: usize): u32 {
  const top = topOf(splice);
  let lost: u32 = 0;
  for (let level: u32 = 1; level < height; level++) {
    // Above the list: from the head.
    if (level >= top) setSplice(splice, level, list + LIST_HEAD, 0);
    let n = findFurther(level, splice);
    if (isDefined(GATED)) checkOrder(list, before(splice, level), node, n);
    while (!linkBetween(node, level, before(splice, level), n)) {
      if (++lost > 2) return level;
      if (MUTANT == 33) n = next(before(splice, level), level);
      // Both neighbours' order is checked again.
      else n = findFurther(level, splice);
    }
    raise(list, level + 1);
  }
  return height;
}

/** One CAS at one level: before → node → n. The node's own link is shared from level 1 on. */
function linkBetween(node: usize, level: u32, b: usize, n: usize): bool {
  store32(linkAt(node, level), <u32>n);
  return cas32(linkAt(b, level), <u32>n, <u32>node); // Publishes; pairs with `next`.
}

/** Makes searches begin at `height` levels at least. */
function raise(list: usize, height: u32): void {
  while (true) {
    const h = load32(list + LIST_HEIGHT);
    if (h >= height || cas32(list + LIST_HEIGHT, h, height)) return;
  }
}
