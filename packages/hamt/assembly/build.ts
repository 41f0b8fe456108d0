// A slot's trie with one entry changed: what is on the way to it is copied, the rest is shared.
// Nobody sees it before it is published; what it replaces is noted (intent.ts).
//
//   a leaf is full             the run has several places: it is divided at a border between hashes
//                              one: a node below it                in the last level: it grows
//   a leaf has few entries     it takes those of a neighbour, if both have FEW at most, and there
//                              is memory (kept.ts); or the places of one that has nothing
//   a node has one run left    a leaf with so few: that takes its place
//
// B1  What a slot names was made for it: its prev is nobody else's (root.ts).
// B2  A node has a node below it in a run of one place only. So the entries of a trie stand in the
//     order of their hashes.
//
// By `audit`: B2. B1 is checked at its site.
//
// Names: x, v, level as in layout.ts; child what takes the place of what the way leads to.

import { check, get32, get64, put32, put64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { B } from '@x/shm-arena/assembly/ground/invariants';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import * as hand from './hand';
import { out, spends, take } from './intent';
import {
  blockOf,
  CAPACITY,
  FEW,
  isNode,
  LEVELS,
  linkAt,
  N_RUNS,
  nodeBytes,
  nodeLink,
  placeOf,
  PLACES,
  PREV,
  runEnd,
  runOf,
  runStart,
} from './layout';
import {
  countOf,
  entryAt,
  entryHash,
  find,
  openLeaf,
  putFirst,
  putSame,
  putEntry,
  whatAt,
} from './leaf';
import {
  addPair,
  itemEntry,
  itemHash,
  itemWhat,
  moveItem,
  pairLink,
  pairPlace,
  pairs,
  pairsTo,
  pathNode,
  putItem,
  putPath,
} from './notes';

/** There was no memory. */
export const REFUSED: u32 = ~0;

/** Nodes on the way to where the key in hand stands, or would. */
export let depth: u32 = 0;
/** The leaf there; 0: none. */
export let leaf: usize = 0;
/** Which entry of it; -1: none. */
export let place: i32 = -1;

/** Walks from a slot's link to the key in hand. */
export function walk(from: u32): void {
  let link = from;
  depth = 0;
  while (isNode(link)) {
    const x = blockOf(link);
    putPath(depth, x);
    link = get32(linkAt(x, runOf(get64(x + N_RUNS), placeOf(hand.hash, depth))));
    depth++;
  }
  leaf = link;
  place = leaf == 0 ? -1 : find(leaf);
}

// ---- leaves -------------------------------------------------------------------------------------

/** The leaf with an entry in the place of the one that was found; REFUSED. */
function leafWith(entry: usize, what: u32): u32 {
  const count = leaf == 0 ? 0 : countOf(leaf);
  const more: u32 = place < 0 ? 1 : 0;
  const x = openLeaf(count + more);
  if (x == 0) return REFUSED;
  if (leaf != 0) putFirst(x, leaf, count);
  putEntry(x, place < 0 ? count : place, <u32>hand.hash & 0xff, entry, what);
  return <u32>x;
}

// ---- entries by their hashes --------------------------------------------------------------------

/** Gathers the leaf's entries and another one, by their hashes; how many. */
function gatherWith(map: usize, entry: usize, what: u32): u32 {
  putItem(0, hand.hash, entry, what);
  let n: u32 = 1;
  for (let i: u32 = 0; i < countOf(leaf); i++) {
    const other = entryAt(leaf, i);
    const hash = entryHash(map, other, whatAt(leaf, i));
    let k = n++;
    for (; k > 0 && itemHash(k - 1) > hash; k--) moveItem(k - 1);
    putItem(k, hash, other, whatAt(leaf, i));
  }
  return n;
}

/** A leaf of items i to j; REFUSED. */
function leafOf(i: u32, j: u32): u32 {
  const x = openLeaf(j - i);
  if (x == 0) return REFUSED;
  for (let k = i; k < j; k++) {
    putEntry(x, k - i, <u32>itemHash(k) & 0xff, itemEntry(k), itemWhat(k));
  }
  return <u32>x;
}

/** A trie of items i to j, whose hashes agree above `level`; REFUSED. */
function trieOf(i: u32, j: u32, level: u32): u32 {
  if (j - i <= CAPACITY || level == LEVELS) return leafOf(i, j);
  const before = pairs;
  if (!divide(0, PLACES, i, j, level)) return REFUSED;
  const link = nodeOf(before);
  pairsTo(before);
  return link;
}

/** Adds the runs of places a to b, which have items i to j, as pairs. False: no memory. */
function divide(a: u32, b: u32, i: u32, j: u32, level: u32): bool {
  if (j - i > CAPACITY && b - a > 1) {
    const middle = placeOf(itemHash((i + j) >> 1), level);
    const border = middle > a ? middle : a + 1;
    let k = i;
    while (k < j && placeOf(itemHash(k), level) < border) k++;
    return divide(a, border, i, k, level) && divide(border, b, k, j, level);
  }
  const link: u32 = i == j ? 0 : trieOf(i, j, level + 1);
  if (link == REFUSED) return false;
  addPair(a, link);
  return true;
}

// ---- nodes --------------------------------------------------------------------------------------

/** A node of the pairs from `first` on, in the place of `instead`, or of none; REFUSED. */
function nodeOf(first: u32, instead: usize = 0): u32 {
  const count = pairs - first;
  const x = take(nodeBytes(count), instead);
  if (x == 0) return REFUSED;
  store64(x + PREV, 0);
  let runs: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    runs |= (<u64>1) << pairPlace(first + i);
    put32(linkAt(x, i), pairLink(first + i));
  }
  put64(x + N_RUNS, runs);
  return nodeLink(x);
}

/** Adds the runs of a node that begin from place a on and before b. */
function addRuns(x: usize, a: u32, b: u32): void {
  const runs = get64(x + N_RUNS);
  for (let v = a; v < b; v = runEnd(runs, v)) addPair(v, get32(linkAt(x, runOf(runs, v))));
}

/** A node that has another link where place `v` is; REFUSED. */
function nodeWith(x: usize, v: u32, link: u32): u32 {
  const runs = get64(x + N_RUNS);
  const bytes = nodeBytes(<u32>popcnt(runs));
  const copy = take(bytes, x);
  if (copy == 0) return REFUSED;
  store64(copy + PREV, 0);
  copyWords(copy + N_RUNS, x + N_RUNS, bytes - <u32>N_RUNS);
  put32(linkAt(copy, runOf(runs, v)), link);
  return nodeLink(copy);
}

/** The trie from the top down, where `child` takes the place of what the way leads to. */
function rebuild(child: u32, levels: u32): u32 {
  let link = child;
  for (let level = levels; level > 0 && link != REFUSED; level--) {
    const x = pathNode(level - 1);
    out(x);
    link = nodeWith(x, placeOf(hand.hash, level - 1), link);
  }
  return link;
}

// ---- the whole ----------------------------------------------------------------------------------

/** The slot's trie with an entry for the key in hand, at which `walk` stands; REFUSED. */
export function withEntry(map: usize, entry: usize, what: u32): u32 {
  if (leaf != 0) out(leaf);
  const full = leaf != 0 && place < 0 && countOf(leaf) == CAPACITY && depth < LEVELS;
  if (!full) return rebuild(leafWith(entry, what), depth);
  const n = gatherWith(map, entry, what);
  pairsTo(0);
  const above: usize = depth == 0 ? 0 : pathNode(depth - 1);
  const runs: u64 = depth == 0 ? 0 : get64(above + N_RUNS);
  const v: u32 = depth == 0 ? 0 : placeOf(hand.hash, depth - 1);
  if (depth == 0 || runEnd(runs, v) - runStart(runs, v) == 1) {
    return rebuild(trieOf(0, n, depth), depth);
  }
  addRuns(above, 0, runStart(runs, v));
  if (!divide(runStart(runs, v), runEnd(runs, v), 0, n, depth - 1)) return REFUSED;
  addRuns(above, runEnd(runs, v), PLACES);
  out(above);
  return rebuild(nodeOf(0), depth - 1);
}

/** Entries of the leaf that stay. */
let stay: u32 = 0;
/** Entries that will be where it is. */
let left: u32 = 0;

/** The same without the entry that was found; REFUSED. */
export function withoutEntry(): u32 {
  out(leaf);
  stay = countOf(leaf) - 1;
  return shrunk(depth, spends);
}

/** The same without the first entry of the leaf; REFUSED. */
export function withoutFirst(): u32 {
  place = 0;
  return withoutEntry();
}

/** The same without all that the way leads to at level `from`, which is noted; REFUSED. */
export function without(from: u32): u32 {
  place = 0;
  stay = 0;
  return shrunk(from, true);
}

/** `alone`: what stays takes the entries of no other leaf. */
function shrunk(from: u32, alone: bool): u32 {
  pairsTo(0);
  left = stay;
  let level = from;
  let a: u32 = 0;
  let b: u32 = PLACES;
  let joins = false;
  for (; level > 0; level--) {
    const x = pathNode(level - 1);
    const runs = get64(x + N_RUNS);
    const v = placeOf(hand.hash, level - 1);
    a = runStart(runs, v);
    b = runEnd(runs, v);
    const places = b - a;
    if (a > 0 && join(get32(linkAt(x, runOf(runs, a - 1))), alone)) a = runStart(runs, a - 1);
    if (b < PLACES && join(get32(linkAt(x, runOf(runs, b))), alone)) b = runEnd(runs, b);
    joins = b - a != places;
    if (b - a != PLACES || left > FEW) break;
    out(x); // One run is left, and few entries: they take the node's place.
  }
  const child: u32 = left == 0 && level > 0 ? 0 : joined();
  if (level == 0 || child == REFUSED) return child;
  if (!joins) return rebuild(child, level);
  const x = pathNode(level - 1);
  out(x);
  pairsTo(0);
  addRuns(x, 0, a);
  addPair(a, child);
  addRuns(x, b, PLACES);
  return rebuild(nodeOf(0, x), level - 1);
}

/** Whether what a run has joins what is left: then it is noted, and its leaf among the pairs. */
function join(link: u32, alone: bool): bool {
  if (isNode(link) || (alone && link != 0)) return false;
  const more = link == 0 ? 0 : countOf(link);
  if (left + more > FEW) return false;
  if (link != 0) {
    if (MUTANT != 523) out(link);
    addPair(0, link);
  }
  left += more;
  return true;
}

/** A leaf of what is left and of what has joined it. Also of none: a slot names what says whether
 * it was published. REFUSED.
 */
function joined(): u32 {
  const x = openLeaf(left, leaf);
  if (x == 0) return REFUSED;
  let n = stay;
  putFirst(x, leaf, n);
  if (<u32>place != n) putSame(x, place, leaf, n); // The last one takes its place.
  for (let i: u32 = 0; i < pairs; i++) {
    const other: usize = pairLink(i);
    for (let k: u32 = 0; k < countOf(other); k++) putSame(x, n++, other, k);
  }
  return <u32>x;
}

/** B1, of what is about to be published. */
export function checkTop(link: u32): void {
  check(get64(blockOf(link) + PREV) == 0, B + 1, blockOf(link));
}
