// The guide: a frozen search tree over the keys of one upper level, where searches begin.
//
// A search of a skip list touches a cold line for each node that it looks at, and mostly a page
// whose translation the processor does not have. The keys of an upper level, packed into lines, are
// few pages: a descent through them replaces all levels above.
//
//   groups    [ … e … ]  ──►  [ e  k  … ]                  the greatest window of each one below
//                               │  └────────────┐
//   leaves      [a: b, c, d, …, e]  [e: f, g, …, k]  …     the node before; windows and nodes
//                   │                   │
//   LEVEL       a ► b ► c ► d ► … ► e ► f ► x ► g ► …      x came later: a step more
//
// Guide, 64-aligned, in the list's region, frozen
//   0 u32 levels of groups   4 u32 shift: leading bits that all keys share
//   8 u32 where the leaves stand   12 u32 their number
//   16 u64 x 2 the first slices of the first entry's key   32 u64 x 2 those of the last one's
//   48 u32 x 8 where each level of groups stands, from the top
// Group, 64-aligned: 8 windows, u64: the greatest of each group, or leaf, below.
// Leaf, 64-aligned: 0 windows of 5 entries, u64   40 u32 the node before them   44 their nodes, u32
// Window: the 64 bits of a key's first two slices that follow the shared ones; behind the last, ~0.
// List words (node.ts): guide u32, shared: 0 = none yet; due u32, shared: the number of versions at
// which the next one is made, twice those of this one.
//
// U1  The entries' nodes are linked at LEVEL and ascend, as they do there. Nodes stay linked and
//     keys stay (I1, I2), so a guide gets incomplete but never wrong.
// U2  A key whose slices lie between those of the first and the last entry shares the leading bits
//     too. Then an entry whose window is less is before the key, and one whose window is greater is
//     not, whatever the rest of the keys says; equal windows say nothing.
// U3  A search that the guide would send along more than NEAR nodes begins at the head (in lockstep
//     one that takes more than ROUNDS of search.ts), and so does one behind the last entry. Where
//     keys ascend, crowd between two entries, or share their slices in thousands, it costs what it
//     costs without a guide, and that look.
//
// Checked at its site, when a guide is made, and by the audit (16): U1. U2 and U3 speak of
// searches: what those find is checked where a node is linked (search.ts F1, F2).
//
// renew, by a writer that has passed a multiple of 2^STRIDE    a death after this step leaves
//   1. count the versions: as many as due? CAS due               no renewal until it doubles again
//   2. allocate and fill: one walk along LEVEL                   memory of the region
//   3. CAS guide                                                 nothing
//   No memory: none is made before the next doubling. Near a limit none is made at all. The room is
//   that for the versions counted and a reserve: where aborted batches left many nodes, the last
//   entries are missing.
//
// An old guide's memory is the region's until the list goes: all old ones take as much as the last,
// and each may waste the rest of a chunk.
//
// Names: see node.ts. Tried: a binary search over the windows (the last probes are cold lines, one
// each), the keys' two slices instead of windows, entries of levels 2 and 1 (more memory than they
// save time), a search that is begun again at the head for all levels of a tall tower.

import {
  cas32,
  check,
  get32,
  get64,
  load32,
  put32,
  put64,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { U } from '@x/shm-arena/assembly/ground/invariants';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { LANE_BEFORE, LANE_BEHIND, LANE_S0, LANE_S1, LANE_SPLICE } from './lane';
import {
  LIST_DUE,
  LIST_GUIDE,
  LIST_HEAD,
  LIST_HEIGHT,
  KEY,
  LANE_BYTES,
  laneAt,
  less,
  listRegion,
  next,
  pressed,
  touch,
  versionsIn,
} from './node';

const LEVEL: u32 = isDefined(GATED) ? 1 : 3;
/** Levels of a search that begins at the guide. */
export const GUIDED: u32 = LEVEL + 1;
/** Versions that a list has before it gets a guide. */
export const FIRST_DUE: u32 = isDefined(GATED) ? 2 : 4096;
/** Of 2^STRIDE versions, a shard looks at one whether a guide is due. */
const STRIDE: u32 = isDefined(GATED) ? 0 : 8;
/** U3 */
const NEAR: u32 = isDefined(GATED) ? 1 : 8;

const GUIDE_LEVELS: usize = 0;
const GUIDE_SHIFT: usize = 4;
const GUIDE_LEAVES: usize = 8;
const GUIDE_COUNT: usize = 12;
const GUIDE_FIRST: usize = 16;
const GUIDE_LAST: usize = 32;
const GUIDE_GROUPS: usize = 48;
const GUIDE_BYTES: u32 = 128;
const GROUP: u32 = 8;
const LEAF: u32 = 5;
/** Bytes of a group, or a leaf: 1 << LINE. */
const LINE: u32 = 6;
const LEAF_BEFORE: usize = 40;
/** A lane's window, while its splice is not in use. */
const LANE_WINDOW: usize = LANE_SPLICE + 8;

function windowOf(s0: u64, s1: u64, shift: u32): u64 {
  if (shift >= 64) return s1 << (shift - 64);
  return shift == 0 ? s0 : (s0 << shift) | (s1 >> (64 - shift));
}

// ---- searching ----------------------------------------------------------------------------------

/** A node that `near` knows not to be before the key it was asked for last; 0: none. */
export let bound: usize = 0;

/**
 * Where a search of levels below GUIDED begins: the head or a node before the key, and `bound`; or
 * 0: it begins at the top of the head.
 */
export function near(list: usize, s0: u64, s1: u64, len: u32, at: usize): usize {
  const guide: usize = load32(list + LIST_GUIDE); // Pairs with the CAS of `renew`: it is complete.
  if (guide == 0) return 0;
  const where = side(guide, s0, s1);
  if (where > 0) return 0;
  const window = where < 0 ? 0 : windowOf(s0, s1, get32(guide + GUIDE_SHIFT));
  let index: u32 = 0;
  const end = guide + GUIDE_GROUPS + ((<usize>get32(guide + GUIDE_LEVELS)) << 2);
  for (let level = guide + GUIDE_GROUPS; level < end; level += 4) {
    index = index * GROUP + rankInGroup(get32(level) + (index << LINE), window);
  }
  const leaf: usize = get32(guide + GUIDE_LEAVES) + (index << LINE);
  const rank = rankInLeaf(leaf, window);
  const before = leaf + LEAF_BEFORE + (rank << 2);
  const same = MUTANT != 46 && get64(leaf + (rank << 3)) == window;
  bound = same ? 0 : get32(before + 4); // U2
  let b: usize = get32(before);
  for (let steps: u32 = 0; steps <= NEAR; steps++) {
    const n = next(b, LEVEL);
    if (n == 0 || n == bound) return b;
    if (!isDefined(GATED)) touch(next(b, LEVEL - 1));
    if (!less(n, s0, s1, len, at)) return b;
    b = n;
  }
  return 0;
}

/** Slices against the guide's: before its first entry, behind all but its last one, or between. */
function side(guide: usize, s0: u64, s1: u64): i32 {
  const f0 = get64(guide + GUIDE_FIRST);
  if (s0 < f0 || (s0 == f0 && s1 < get64(guide + GUIDE_FIRST + 8))) return -1;
  const l0 = get64(guide + GUIDE_LAST);
  return s0 > l0 || (s0 == l0 && s1 >= get64(guide + GUIDE_LAST + 8)) ? 1 : 0;
}

/** Windows of a group that are less. Without branches: what compares say cannot be guessed. */
function rankInGroup(group: usize, window: u64): u32 {
  return (
    <u32>(get64(group) < window) +
    <u32>(get64(group + 8) < window) +
    <u32>(get64(group + 16) < window) +
    <u32>(get64(group + 24) < window) +
    <u32>(get64(group + 32) < window) +
    <u32>(get64(group + 40) < window) +
    <u32>(get64(group + 48) < window) +
    <u32>(get64(group + 56) < window)
  );
}

function rankInLeaf(leaf: usize, window: u64): usize {
  return (
    <usize>(get64(leaf) < window) +
    <usize>(get64(leaf + 8) < window) +
    <usize>(get64(leaf + 16) < window) +
    <usize>(get64(leaf + 24) < window) +
    <usize>(get64(leaf + 32) < window)
  );
}

/**
 * The same for the first `count` lanes at once: LANE_BEFORE := where to begin, LANE_BEHIND :=
 * `bound`;
 * the steps along LEVEL are left to the search.
 */
export function nearLanes(list: usize, count: u32): void {
  const first = laneAt(0);
  const end = first + <usize>count * LANE_BYTES;
  const guide: usize = load32(list + LIST_GUIDE); // As in `near`.
  if (guide == 0) {
    for (let lane = first; lane < end; lane += LANE_BYTES) put32(lane + LANE_BEFORE, 0);
    return;
  }
  const shift = get32(guide + GUIDE_SHIFT);
  for (let lane = first; lane < end; lane += LANE_BYTES) {
    const s0 = get64(lane + LANE_S0);
    const s1 = get64(lane + LANE_S1);
    const where = side(guide, s0, s1);
    put32(lane + LANE_BEFORE, 0);
    put32(lane + LANE_BEHIND, where);
    put64(lane + LANE_WINDOW, where == 0 ? windowOf(s0, s1, shift) : 0);
  }
  const last = guide + GUIDE_GROUPS + ((<usize>get32(guide + GUIDE_LEVELS)) << 2);
  for (let level = guide + GUIDE_GROUPS; level < last; level += 4) {
    const groups = get32(level);
    for (let lane = first; lane < end; lane += LANE_BYTES) {
      const index = get32(lane + LANE_BEFORE);
      const rank = rankInGroup(groups + (index << LINE), get64(lane + LANE_WINDOW));
      put32(lane + LANE_BEFORE, index * GROUP + rank);
    }
  }
  const leaves = get32(guide + GUIDE_LEAVES);
  for (let lane = first; lane < end; lane += LANE_BYTES) {
    const window = get64(lane + LANE_WINDOW);
    const leaf: usize = leaves + (get32(lane + LANE_BEFORE) << LINE);
    const rank = rankInLeaf(leaf, window);
    const before = leaf + LEAF_BEFORE + (rank << 2);
    const past = <i32>get32(lane + LANE_BEHIND) > 0;
    const same = MUTANT != 46 && get64(leaf + (rank << 3)) == window;
    put32(lane + LANE_BEFORE, past ? 0 : get32(before));
    put32(lane + LANE_BEHIND, past || same ? 0 : get32(before + 4));
  }
}

// ---- making -------------------------------------------------------------------------------------

/**
 * Makes a new guide if it is due, for a writer that holds the list and whose shard has `now`
 * versions, having had `was`. One write in each doubling of the list walks along LEVEL.
 */
export function renew(list: usize, was: u32, now: u32): void {
  if (was >> STRIDE == now >> STRIDE) return;
  const due = load32(list + LIST_DUE);
  const versions = <u32>versionsIn(list); // 4 GiB hold far less than 2^31.
  if (versions < due || pressed(list)) return;
  if (!cas32(list + LIST_DUE, due, versions << 1)) return; // Somebody else makes it.
  const guide = makeGuide(list, versions);
  let old = load32(list + LIST_GUIDE);
  // Publishes; pairs with `near`. A writer that took longer than a doubling leaves the larger one.
  while (
    guide != 0 &&
    leavesIn(old) < leavesIn(guide) &&
    !cas32(list + LIST_GUIDE, old, <u32>guide)
  ) {
    old = load32(list + LIST_GUIDE);
  }
}

function leavesIn(guide: usize): u32 {
  return guide == 0 ? 0 : get32(guide + GUIDE_COUNT);
}

/** A guide of the list as it is; 0: no memory, or no two entries that differ in their slices. */
function makeGuide(list: usize, versions: u32): usize {
  const first = next(list + LIST_HEAD, LEVEL);
  const last = lastAt(list, LEVEL);
  if (first == 0) return 0;
  const high = get64(first + KEY) ^ get64(last + KEY);
  const low = get64(first + KEY + 8) ^ get64(last + KEY + 8);
  if ((high | low) == 0) return 0;
  const entries = versions >> LEVEL;
  const room = (entries + (entries >> 3)) / LEAF + 2;
  const guide: usize = regionAlloc(listRegion(list), guideBytes(room), 64);
  if (guide == 0) return 0;
  const leaves = guide + GUIDE_BYTES;
  if (MUTANT == 47) store32(list + LIST_GUIDE, <u32>guide);
  put32(guide + GUIDE_LEAVES, <u32>leaves);
  put32(guide + GUIDE_SHIFT, <u32>(high != 0 ? clz(high) : 64 + clz(low)));
  putSlices(guide + GUIDE_FIRST, first);
  put32(guide + GUIDE_COUNT, fillLeaves(guide, list, first, last, room));
  fillGroups(guide, leaves + ((<usize>room) << LINE));
  return guide;
}

/** The last node at a level, or the head. */
export function lastAt(list: usize, level: u32): usize {
  let b = list + LIST_HEAD;
  for (let i = load32(list + LIST_HEIGHT); i-- > level; ) {
    for (let n = next(b, i); n != 0; n = next(b, i)) b = n;
  }
  return b;
}

/** Bytes of a guide with so many leaves. */
function guideBytes(leaves: u32): u32 {
  let lines = leaves;
  let below = leaves;
  do {
    below = (below + GROUP - 1) / GROUP;
    lines += below;
  } while (below > 1);
  return GUIDE_BYTES + (lines << LINE);
}

function putSlices(at: usize, node: usize): void {
  put64(at, get64(node + KEY));
  put64(at + 8, get64(node + KEY + 8));
}

/** Fills the leaves with the nodes from `first` to `last`, as far as there is room; how many. */
function fillLeaves(guide: usize, list: usize, first: usize, last: usize, room: u32): u32 {
  const shift = get32(guide + GUIDE_SHIFT);
  const head = list + LIST_HEAD;
  let before = head;
  let filled: u32 = 0;
  while (filled < room && before != last) {
    const leaf = <usize>get32(guide + GUIDE_LEAVES) + ((<usize>filled) << LINE);
    put32(leaf + LEAF_BEFORE, <u32>before);
    for (let i: usize = 0; i < LEAF; i++) {
      let n: usize = 0;
      let window = u64.MAX_VALUE;
      if (before != last) {
        // Not what the head says now: a node in front of `first` may not share the leading bits.
        n = before == head && MUTANT != 45 ? first : next(before, LEVEL);
        window = windowOf(get64(n + KEY), get64(n + KEY + 8), shift);
        before = n;
      }
      if (isDefined(GATED)) {
        const former = i > 0 ? leaf + ((i - 1) << 3) : leaf - (1 << LINE) + ((LEAF - 1) << 3);
        check(i + filled == 0 || get64(former) <= window, U + 1, leaf);
      }
      put64(leaf + (i << 3), window);
      put32(leaf + LEAF_BEFORE + 4 + (i << 2), <u32>n);
    }
    filled++;
  }
  putSlices(guide + GUIDE_LAST, before);
  return filled;
}

/** Fills the groups above the leaves, from `at` on. */
function fillGroups(guide: usize, at: usize): void {
  let levels: u32 = 0;
  let below: usize = get32(guide + GUIDE_LEAVES);
  let greatest: usize = (LEAF - 1) << 3; // The last window of what is below.
  let count = get32(guide + GUIDE_COUNT);
  do {
    const groups = (count + GROUP - 1) / GROUP;
    for (let i: u32 = 0; i < groups * GROUP; i++) {
      const window = i < count ? get64(below + ((<usize>i) << LINE) + greatest) : u64.MAX_VALUE;
      put64(at + ((<usize>i) << 3), window);
    }
    // From the top: those that were there move on by one.
    for (let i = levels; i > 0; i--) {
      const word = guide + GUIDE_GROUPS + ((<usize>i) << 2);
      put32(word, get32(word - 4));
    }
    put32(guide + GUIDE_GROUPS, <u32>at);
    levels++;
    below = at;
    greatest = (GROUP - 1) << 3;
    at += (<usize>groups) << LINE;
    count = groups;
  } while (count > 1);
  put32(guide + GUIDE_LEVELS, levels);
}

// ---- checking -----------------------------------------------------------------------------------

/** U1 of a list at rest; the node of the first entry that breaks it, or 0. */
export function auditGuide(list: usize): usize {
  const guide: usize = load32(list + LIST_GUIDE);
  if (guide == 0) return 0;
  const shift = get32(guide + GUIDE_SHIFT);
  const leaves: usize = get32(guide + GUIDE_LEAVES);
  const end = leaves + ((<usize>get32(guide + GUIDE_COUNT)) << LINE);
  let at = list + LIST_HEAD; // Along LEVEL, which holds all entries in their order.
  for (let leaf = leaves; leaf < end; leaf += 1 << LINE) {
    if (get32(leaf + LEAF_BEFORE) != <u32>at) return at;
    for (let i: usize = 0; i < LEAF; i++) {
      const node: usize = get32(leaf + LEAF_BEFORE + 4 + (i << 2));
      if (node == 0) break;
      do at = next(at, LEVEL);
      while (at != 0 && at != node);
      const window = windowOf(get64(node + KEY), get64(node + KEY + 8), shift);
      if (at == 0 || get64(leaf + (i << 3)) != window) return node;
    }
  }
  return 0;
}
