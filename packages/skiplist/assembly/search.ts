// Finding the place of a key: one at a time, from where the last one was, or many in lockstep.
//
//   splice of a key K: at each level the last node before K and the first one not before K
//
//      level 2   head ─────────────────────────────► 0        before = head   behind = 0
//      level 1   head ──► c ───────────────────────► 0        before = c      behind = 0
//      level 0   head ──► c ──► e ──► [K?] ──► m ──► …        before = e      behind = m
//
// Splice, private, in the kernel's scratch: u32 top (levels that a search has filled), u32 free,
// then {u32 before, u32 behind} for levels 0… Lane, private: 0 u32 before, 4 i32 level (-1 = done),
// 8 u32 behind, 12 u32 key length, 16 u64 s0, 24 u64 s1, 32 u32 at, 36 u32 free for the caller, 40
// u32 free for the caller; splice at 48.
//
// F1  `before` at level i is the head or a node linked at level i whose key is less than K.
// F2  `behind` stood in before's link at level i, and its key is not less than K (or it is 0).
//
// Both stay true of the nodes for ever (I1, I2); only "stood" ages, and the CAS of that link checks
// it. Search reads shared links and frozen words only: it never waits and never fails. Steps: the
// levels, times a few nodes each; a search that new nodes keep extending is as long as those
// writers make it.
//
// Lockstep: each round takes one step in every lane. The steps are free of branches that depend on
// what was just loaded, so a cache miss in one lane does not keep the others from starting theirs.
// Only lanes that end, and keys equal in 16 bytes, branch. The two loops below are written out, and
// store no more than they must: a call a step costs a fifth, a splice nobody reads another.
//
// Names: see node.ts.

import { cas32, get32, get64, load32, put32, put64, store32 } from '@x/shm-arena/assembly/atomic';
import {
  HEAD,
  HEIGHT,
  HINT,
  HINTS,
  KEY,
  LANE_BYTES,
  laneAt,
  less,
  linkAt,
  next,
  spliceAt,
  tail,
  touch,
} from './node';

// ---- splices ------------------------------------------------------------------------------------

export function before(splice: usize, level: u32): usize {
  return get32(splice + 8 + ((<usize>level) << 3));
}

export function behind(splice: usize, level: u32): usize {
  return get32(splice + 12 + ((<usize>level) << 3));
}

export function setSplice(splice: usize, level: u32, b: usize, n: usize): void {
  put32(splice + 8 + ((<usize>level) << 3), <u32>b);
  put32(splice + 12 + ((<usize>level) << 3), <u32>n);
}

/** The levels that the splice knows. */
export function topOf(splice: usize): u32 {
  return get32(splice);
}

// ---- one key ------------------------------------------------------------------------------------

/** The first node not before the key, or 0. */
export function seek(list: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  let level = load32(list + HEIGHT);
  let b = list + HEAD;
  let n: usize = 0;
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
        if (n1 != s1 ? n1 > s1 : tail(n, len, at) >= 0) break;
      }
      b = n;
      n = next(b, level);
    }
  }
  return n;
}

/** Fills the splice from the top; returns the first node not before the key, or 0. */
export function find(list: usize, s0: u64, s1: u64, len: u32, at: usize, splice: usize): usize {
  const top = load32(list + HEIGHT);
  put32(splice, top);
  return descend(list + HEAD, top, 0, s0, s1, len, at, splice);
}

/**
 * Fills the splice below `level`, from `b` on; `n`: a node known not to be before the key, or 0.
 */
function descend(
  b: usize,
  level: u32,
  n: usize,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  splice: usize,
): usize {
  while (level-- > 0) {
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
        if (n1 != s1 ? n1 > s1 : tail(n, len, at) >= 0) break;
      }
      b = n;
      n = next(b, level);
    }
    setSplice(splice, level, b, n);
  }
  return n;
}

/**
 * As `find`, but begins where this shard inserted last, if the key falls close by: a run of
 * ascending keys looks at one or two nodes. Only levels below `height` are needed; the splice may
 * end there.
 */
export function findNear(
  list: usize,
  shard: usize,
  height: u32,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  splice: usize,
): usize {
  let level: u32 = 0;
  let b: usize = 0;
  let n: usize = 0;
  const tries = min(HINTS, isDefined(GATED) ? 2 : 4);
  for (; level < tries; level++) {
    b = get32(shard + HINT + ((<usize>level) << 2)); // Owned. I6: linked at that level.
    if (b == 0) return find(list, s0, s1, len, at, splice);
    if (b != list + HEAD && !less(b, s0, s1, len, at)) continue;
    n = next(b, level);
    if (n == 0 || !less(n, s0, s1, len, at)) break;
  }
  if (level == tries) return find(list, s0, s1, len, at, splice);
  setSplice(splice, level, b, n);
  for (let above = level + 1; above < height; above++) {
    let p: usize = 0;
    if (above < HINTS) p = get32(shard + HINT + ((<usize>above) << 2));
    if (p == 0 || (p != list + HEAD && !less(p, s0, s1, len, at))) {
      return find(list, s0, s1, len, at, splice);
    }
    const q = next(p, above);
    if (q != 0 && less(q, s0, s1, len, at)) return find(list, s0, s1, len, at, splice);
    setSplice(splice, above, p, q);
  }
  put32(splice, max(level + 1, height));
  return level == 0 ? n : descend(b, level, n, s0, s1, len, at, splice);
}

/** Fills the splice for a key behind all keys. */
export function findEnd(list: usize, splice: usize): void {
  let level = load32(list + HEIGHT);
  put32(splice, level);
  let b = list + HEAD;
  while (level-- > 0) {
    for (let n = next(b, level); n != 0; n = next(b, level)) b = n;
    setSplice(splice, level, b, 0);
  }
}

/** Brings one level of the splice up to date, going on from what it knows; returns `behind`. */
export function advance(level: u32, s0: u64, s1: u64, len: u32, at: usize, splice: usize): usize {
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
    if (b != 0) put32(shard + HINT + ((<usize>level) << 2), <u32>b);
    else if (get32(shard + HINT + ((<usize>level) << 2)) == 0) {
      put32(shard + HINT + ((<usize>level) << 2), <u32>(list + HEAD));
    }
  }
}

// ---- many keys ----------------------------------------------------------------------------------

const L_BEFORE: usize = 0;
const L_LEVEL: usize = 4;
const L_BEHIND: usize = 8;
const L_LENGTH: usize = 12;
const L_S0: usize = 16;
const L_S1: usize = 24;
const L_AT: usize = 32;
/** Words of a lane that are the caller's. */
export const L_OWN: usize = 36;
export const L_OWN2: usize = 40;
export const L_SPLICE: usize = 48;

/** Gives a lane its key. */
export function setLane(lane: usize, s0: u64, s1: u64, len: u32, at: usize): void {
  put32(lane + L_LENGTH, len);
  put64(lane + L_S0, s0);
  put64(lane + L_S1, s1);
  put32(lane + L_AT, <u32>at);
}

export function laneS0(lane: usize): u64 {
  return get64(lane + L_S0);
}

export function laneS1(lane: usize): u64 {
  return get64(lane + L_S1);
}

export function laneLength(lane: usize): u32 {
  return get32(lane + L_LENGTH);
}

export function laneKeyAt(lane: usize): usize {
  return get32(lane + L_AT);
}

/** What the search of the lane found: the first node not before its key, or 0. */
export function laneFound(lane: usize): usize {
  return get32(lane + L_BEHIND);
}

/**
 * Searches the keys of the first `count` lanes at once, for what `laneFound` says; a lane whose
 * L_OWN2 is not 0 is left out. They leave no splices: each store in this loop costs (1.3 times).
 */
export function findMany(list: usize, count: u32): void {
  const top = load32(list + HEIGHT);
  const first = laneAt(0);
  const end = first + <usize>count * LANE_BYTES;
  let open: u32 = 0;
  for (let lane = first; lane < end; lane += LANE_BYTES) {
    const out = get32(lane + L_OWN2) != 0;
    put32(lane + L_BEFORE, <u32>(list + HEAD));
    put32(lane + L_LEVEL, out ? -1 : top - 1);
    open += out ? 0 : 1;
  }
  while (open > 0) {
    for (let lane = first; lane < end; lane += LANE_BYTES) {
      const level = get32(lane + L_LEVEL);
      if (<i32>level < 0) continue;
      const b: usize = get32(lane + L_BEFORE);
      const s0 = get64(lane + L_S0);
      const s1 = get64(lane + L_S1);
      const n = next(b, level);
      const node = n != 0 ? n : b; // Something that can be read; the head's words are zero.
      const n0 = get64(node + KEY);
      const n1 = get64(node + KEY + 8);
      let less = (n0 < s0) | (<i32>(n0 == s0) & <i32>(n1 < s1));
      if (n1 == s1 && n0 == s0) less = tail(node, get32(lane + L_LENGTH), get32(lane + L_AT)) < 0;
      const go = <u32>less & <u32>(n != 0);
      const down = level - 1 + go;
      put32(lane + L_BEFORE, go != 0 ? <u32>n : <u32>b);
      put32(lane + L_LEVEL, down);
      if (<i32>down < 0) {
        put32(lane + L_BEHIND, <u32>n);
        open--;
      }
    }
  }
}

/**
 * Prepares `findAscending` for about `count` keys, evenly spread: the levels on which fewer nodes
 * stand than that are walked along, once for all keys, by a finger in the splice of the scratch.
 */
export function startAscending(list: usize, count: u32): void {
  const finger = spliceAt();
  const top = load32(list + HEIGHT);
  const bits: u32 = 32 - clz(count);
  put32(finger, top);
  put32(finger + 4, isDefined(GATED) || top <= bits ? 1 : top - bits);
  for (let level: u32 = 0; level < top; level++) setSplice(finger, level, list + HEAD, 0);
  if (top == 1) setSplice(finger, 1, list + HEAD, 0);
}

/**
 * Searches the keys of the first `count` lanes at once, for their splices below level L_OWN2.
 * The keys ascend from lane to lane and from call to call. The splices end where the finger begins.
 */
export function findAscending(count: u32): void {
  const base = get32(spliceAt() + 4);
  const first = laneAt(0);
  const end = first + <usize>count * LANE_BYTES;
  for (let lane = first; lane < end; lane += LANE_BYTES) {
    put32(lane + L_BEFORE, <u32>moveFinger(lane, base));
    put32(lane + L_LEVEL, base - 1);
    put32(lane + L_SPLICE, base);
  }
  let open = count;
  while (open > 0) {
    for (let lane = first; lane < end; lane += LANE_BYTES) {
      const level = get32(lane + L_LEVEL);
      if (<i32>level < 0) continue;
      const b: usize = get32(lane + L_BEFORE);
      const s0 = get64(lane + L_S0);
      const s1 = get64(lane + L_S1);
      const n = next(b, level);
      const node = n != 0 ? n : b; // Something that can be read; the head's words are zero.
      const n0 = get64(node + KEY);
      const n1 = get64(node + KEY + 8);
      let less = (n0 < s0) | (<i32>(n0 == s0) & <i32>(n1 < s1));
      if (n1 == s1 && n0 == s0) less = tail(node, get32(lane + L_LENGTH), get32(lane + L_AT)) < 0;
      const go = <u32>less & <u32>(n != 0);
      if (level < get32(lane + L_OWN2)) {
        const entry = lane + L_SPLICE + 8 + ((<usize>level) << 3);
        put32(entry, <u32>b); // The last step at a level leaves its true splice.
        put32(entry + 4, <u32>n);
      }
      const down = level - 1 + go;
      put32(lane + L_BEFORE, go != 0 ? <u32>n : <u32>b);
      put32(lane + L_LEVEL, down);
      if (<i32>down < 0) {
        put32(lane + L_BEHIND, <u32>n);
        open--;
      }
    }
  }
}

/** Moves the finger up to the lane's key; the last node before it at level `base`. */
function moveFinger(lane: usize, base: u32): usize {
  const finger = spliceAt();
  const top = topOf(finger);
  const s0 = get64(lane + L_S0);
  const s1 = get64(lane + L_S1);
  const len = get32(lane + L_LENGTH);
  const at = get32(lane + L_AT);
  let level = base;
  for (; level < top; level++) {
    const n = next(before(finger, level), level);
    if (n == 0 || !less(n, s0, s1, len, at)) break;
  }
  if (level == base) return before(finger, base);
  let b = before(finger, level - 1);
  while (level-- > base) {
    for (let n = next(b, level); n != 0 && less(n, s0, s1, len, at); n = next(b, level)) b = n;
    setSplice(finger, level, b, 0);
  }
  return b;
}

// ---- linking above level 0 ----------------------------------------------------------------------

/**
 * Links a node that level 0 holds into the levels above, from below, as far as that goes without a
 * fight: after two lost races the tower stays truncated, which costs searches a little and breaks
 * nothing. Returns the levels that are linked. A death leaves a truncated tower.
 */
export function linkAbove(
  list: usize,
  node: usize,
  height: u32,
  s0: u64,
  s1: u64,
  len: u32,
  at: usize,
  splice: usize,
): u32 {
  const top = topOf(splice);
  let lost: u32 = 0;
  for (let level: u32 = 1; level < height; level++) {
    if (level >= top) setSplice(splice, level, list + HEAD, 0); // Above the list: from the head.
    let n = advance(level, s0, s1, len, at, splice);
    while (!join(node, level, before(splice, level), n)) {
      if (++lost > 2) return level;
      if (MUTANT == 33) n = next(before(splice, level), level);
      else n = advance(level, s0, s1, len, at, splice); // Both neighbours' order is checked again.
    }
    raise(list, level + 1);
  }
  return height;
}

/** One CAS at one level: before → node → n. The node's own link is shared from level 1 on. */
function join(node: usize, level: u32, b: usize, n: usize): bool {
  store32(linkAt(node, level), <u32>n);
  return cas32(linkAt(b, level), <u32>n, <u32>node); // Publishes; pairs with `next`.
}

/** Makes searches begin at `height` levels at least. */
export function raise(list: usize, height: u32): void {
  while (true) {
    const h = load32(list + HEIGHT);
    if (h >= height || cas32(list + HEIGHT, h, height)) return;
  }
}
