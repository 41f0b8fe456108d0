// Applying a sorted batch to a tree: multi-insert and multi-delete by joins, after Blelloch,
// Ferizovic and Sun ("Just Join for Parallel Ordered Sets", SPAA 2016), with path copying.
//
//   apply(n, ops)              join(l, k, r), l taller by two or more
//        n          n'             l                  down the right spine of l to the first c with
//       / \   ──►  / \            / \                 h(c) <= h(r) + 1; k above c and r goes there;
//      l   r      l'  r'         ll  c  k  r          on the way back a rotation where it is due
//   ops < n.key   ops > n.key
//
// The ops are cut by the node's key, both parts applied to the subtrees, and what comes back is
// joined around the node (or without it). A subtree without ops, or one in which they change
// nothing, comes back as it is, so m ops in a tree of n make O(m log(n/m + 1)) nodes. A key source
// k is a node, or an item of the batch: `fillKey` copies the same words from both.
//
// J1  All nodes made here are private until the version is published (node.ts I1); nodes of the old
//     version are only read.
// J2  join and join2 give an AVL tree (I3) from AVL trees whose keys lie in order, whatever their
//     heights. A rotation is due when t is taller than ll by two: with t = (tl, tr), if tl is the
//     taller one it goes up (double), else t does (single); both results are balanced, and at most
//     one higher than l was.
// J3  When memory is refused, `failed` is set and stays: every function then returns at once, with
//     0 for what it could not make; 0 is a tree. The caller rewinds its shard: nothing has changed.
//     Memory is refused, too, where it is kept for the next generation (room.ts).
// J4  Recursion is no deeper than the tree is high, plus the height of what a batch builds anew.
//
// Checked at their sites: J2 as node.ts I2 and I3, J3. As races of the checker: J1. J4 has no check
// but the stack, which would end.
//
// No step is visible: a death leaves bytes of the generation.
//
// Names: n, l, r, t, c nodes; k a key source; items the sorted batch, [i, j) a part of it.

import { check, get32, get64, peek32, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { I, J } from '@x/shm-arena/assembly/ground/invariants';
import { FULL, LIMIT } from '@x/shm-arena/assembly/ground/layout';
import { fail, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { ITEM_AT, ITEM_LENGTH, itemAt, runEnd } from '@x/shm-arena/assembly/map/sort';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { judgeRun } from './batch';
import {
  COLD,
  coldBytes,
  coldOf,
  compare,
  compareNodes,
  fillCold,
  fillKey,
  checkHeights,
  fillLinks,
  heightOf,
  KEY,
  keyLength,
  left,
  NODE_BYTES,
  right,
  valueLength,
  work,
} from './node';
import { opKeyLength, opRest, opValue, opValueLength } from './op';
import { allot, allotKept, chargeOf } from './room';
import { liveOf } from './version';

/** State of a build, private: behind the view in the kernel's scratch. */
const BUILDER_REGION: usize = 8;
const BUILDER_FAILED: usize = 12;
const BUILDER_NODES: usize = 16;
const BUILDER_LAST: usize = 20;
const BUILDER_ITEMS: usize = 24;
const BUILDER_BYTES: usize = 32;
const BUILDER_LIVE: usize = 48;
const BUILDER_VERSION: usize = 56;
const BUILDER_FINAL: usize = 60;
const BUILDER_MADE: usize = 64;

/**
 * Nothing is made yet, memory comes from `region`; within its budget, which is set anew for what is
 * made of `version`, or for the `last` time; without items for a stretch of its rebuild. 0: never.
 */
export function resetBuilder(region: u32, items: usize, version: usize, last: bool): void {
  const at = work();
  put32(at + BUILDER_REGION, region);
  put32(at + BUILDER_FAILED, 0);
  put32(at + BUILDER_NODES, 0);
  put32(at + BUILDER_ITEMS, <u32>items);
  put64(at + BUILDER_BYTES, 0);
  put64(at + BUILDER_LIVE, 0);
  put64(at + BUILDER_MADE, 0);
  put32(at + BUILDER_VERSION, <u32>version);
  put32(at + BUILDER_FINAL, last ? 1 : 0);
}

/** The status because of which the build cannot go on, or 0. */
export function failed(): u32 {
  return get32(work() + BUILDER_FAILED);
}

/** Nodes made since `resetBuilder`. */
export function nodesMade(): u32 {
  return get32(work() + BUILDER_NODES);
}

/** Bytes taken since `resetBuilder`. */
export function bytesTaken(): u64 {
  return get64(work() + BUILDER_BYTES);
}

/** Charges of entries made less those of entries gone since then; it may be below zero. */
export function liveAdded(): u64 {
  return get64(work() + BUILDER_LIVE);
}

/** Charges of entries made since `resetBuilder`, gone or not. */
export function chargesMade(): u64 {
  return get64(work() + BUILDER_MADE);
}

/** An entry with such a cold part is made. */
export function chargeMade(coldBytes: u64): void {
  const at = work();
  const charged = chargeOf(NODE_BYTES + coldBytes);
  put64(at + BUILDER_LIVE, get64(at + BUILDER_LIVE) + charged);
  put64(at + BUILDER_MADE, get64(at + BUILDER_MADE) + charged);
}

/** An entry with such a cold part is gone. */
function chargeGone(coldBytes: u64): void {
  const at = work() + BUILDER_LIVE;
  if (MUTANT != 146) put64(at, get64(at) - chargeOf(NODE_BYTES + coldBytes));
}

/** Another budget for the generation, for so many bytes; false: there is no more to be had. */
function isMoreAllotted(bytes: u32): bool {
  const at = work();
  const version: usize = get32(at + BUILDER_VERSION);
  if (version == 0 || whyNot() != LIMIT) return false;
  if (get32(at + BUILDER_ITEMS) == 0) {
    allotKept(version, get32(at + BUILDER_REGION), bytes);
    return true;
  }
  const live = liveOf(version) + max<i64>(get64(at + BUILDER_LIVE), 0);
  const status = allot(version, live, get32(at + BUILDER_FINAL) != 0);
  if (status != 0) fail(status);
  return status == 0;
}

/** Memory of the generation; 0: J3. */
export function takeRoom(bytes: u64, align: u32): usize {
  const at = work();
  if (MUTANT != 81 && get32(at + BUILDER_FAILED) != 0) return 0;
  const region = get32(at + BUILDER_REGION);
  let block: usize = bytes >> 32 != 0 ? fail(FULL) : regionAlloc(region, <u32>bytes, align);
  if (block == 0 && isMoreAllotted(<u32>bytes)) block = regionAlloc(region, <u32>bytes, align);
  if (block == 0) {
    put32(at + BUILDER_FAILED, whyNot());
    return 0;
  }
  if (isDefined(GATED)) check(peek32(at + BUILDER_FAILED) == 0, J + 3, block);
  put64(at + BUILDER_BYTES, get64(at + BUILDER_BYTES) + bytes);
  return block;
}

// ---- join ---------------------------------------------------------------------------------------

/** A node over subtrees whose heights differ by one at most. */
function makeNode(l: usize, k: usize, r: usize): usize {
  const n = takeRoom(NODE_BYTES, NODE_BYTES);
  if (n == 0) return 0;
  fillLinks(n, l, r);
  checkHeights(n);
  fillKey(n, k);
  if (isDefined(GATED)) {
    check(l == 0 || compareNodes(l, n) < 0, I + 2, n); // node.ts
    check(r == 0 || compareNodes(n, r) < 0, I + 2, n);
  }
  put32(work() + BUILDER_NODES, get32(work() + BUILDER_NODES) + 1);
  return n;
}

/** The tree of l, k and r, in this order. O(difference of the heights). */
export function joinTrees(l: usize, k: usize, r: usize): usize {
  const hl = heightOf(l);
  const hr = heightOf(r);
  if (hl > hr + 1) return joinRight(l, k, r);
  if (hr > hl + 1) return joinLeft(l, k, r);
  return makeNode(l, k, r);
}

function joinRight(l: usize, k: usize, r: usize): usize {
  const ll = left(l);
  const c = right(l);
  const t = heightOf(c) <= heightOf(r) + 1 ? makeNode(c, k, r) : joinRight(c, k, r);
  if (t == 0) return 0;
  if (heightOf(t) <= heightOf(ll) + 1) return makeNode(ll, l, t);
  const tl = left(t);
  const tr = right(t);
  if (heightOf(tl) <= heightOf(tr) || MUTANT == 77) return makeNode(makeNode(ll, l, tl), t, tr);
  return makeNode(makeNode(ll, l, left(tl)), tl, makeNode(right(tl), t, tr));
}

/** The mirror image. */
function joinLeft(l: usize, k: usize, r: usize): usize {
  const rr = right(r);
  const c = left(r);
  const t = heightOf(c) <= heightOf(l) + 1 ? makeNode(l, k, c) : joinLeft(l, k, c);
  if (t == 0) return 0;
  if (heightOf(t) <= heightOf(rr) + 1) return makeNode(t, r, rr);
  const tl = left(t);
  const tr = right(t);
  if (heightOf(tr) <= heightOf(tl)) return makeNode(tl, t, makeNode(tr, r, rr));
  return makeNode(makeNode(tl, t, left(tr)), tr, makeNode(right(tr), r, rr));
}

/** The tree of l and r. */
function join2(l: usize, r: usize): usize {
  if (l == 0) return r;
  if (r == 0) return l;
  const rest = splitLast(l);
  return joinTrees(rest, get32(work() + BUILDER_LAST), r);
}

/** The tree without its last node, which is noted in BUILDER_LAST. */
function splitLast(n: usize): usize {
  const r = right(n);
  if (r == 0) {
    put32(work() + BUILDER_LAST, <u32>n);
    return left(n);
  }
  return joinTrees(left(n), n, splitLast(r));
}

// ---- apply --------------------------------------------------------------------------------------

/** The tree with the ops [i, j) applied. */
export function apply(n: usize, i: u32, j: u32): usize {
  if (i == j || failed() != 0) return n;
  if (n == 0) return treeOfItems(i, j);
  const items: usize = get32(work() + BUILDER_ITEMS);
  const m = lowerBound(items, n, i, j);
  const end = m < j && isKeyOf(items, n, m) ? runEnd(items, m, j) : m;
  const cold = coldOf(n);
  const l = apply(left(n), i, m);
  const now = end > m ? judgeRun(items, m, end, cold) : cold;
  const r = apply(right(n), end, j);
  if (now != cold) chargeGone(coldBytes(keyLength(cold), valueLength(cold)));
  if (now == 0) return join2(l, r);
  if (now != cold) return joinTrees(l, fillItem(itemAt(items, m), now ^ 1), r);
  return l == left(n) && r == right(n) ? n : joinTrees(l, n, r);
}

/** The first of the items [i, j) whose key is not below the node's. */
function lowerBound(items: usize, n: usize, i: u32, j: u32): u32 {
  let low = i;
  let high = j;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareItem(n, itemAt(items, middle)) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Node against item. */
function compareItem(n: usize, item: usize): i32 {
  const len = get32(item + ITEM_LENGTH);
  return compare(n, get64(item + KEY), get64(item + KEY + 8), len, get32(item + ITEM_AT));
}

function isKeyOf(items: usize, n: usize, i: u32): bool {
  return compareItem(n, itemAt(items, i)) == 0;
}

/** The item as a key source: with a cold part made of the op that counts. */
function fillItem(item: usize, op: usize): usize {
  const len = opKeyLength(op);
  const bytes = opValueLength(op);
  const size = coldBytes(len, bytes);
  chargeMade(size);
  const cold = takeRoom(size, 8);
  if (cold != 0) fillCold(cold, len, opRest(op), bytes, opValue(op));
  put32(item + COLD, <u32>cold);
  return item;
}

/** A tree of those ops of [i, j) that leave an entry where there was none. */
function treeOfItems(i: u32, j: u32): usize {
  const items: usize = get32(work() + BUILDER_ITEMS);
  let to = i;
  for (let from = i; from < j; ) {
    const end = runEnd(items, from, j);
    const now = judgeRun(items, from, end, 0);
    if (now != 0) {
      const item = fillItem(itemAt(items, from), now ^ 1);
      put32(items + ((<usize>to) << 2), <u32>item); // The run is done: its place is free.
      to++;
    }
    from = end;
  }
  return balanced(items, i, to);
}

function balanced(items: usize, i: u32, j: u32): usize {
  if (i == j) return 0;
  const middle = (i + j) >> 1;
  const l = balanced(items, i, middle);
  return makeNode(l, itemAt(items, middle), balanced(items, middle + 1, j));
}
