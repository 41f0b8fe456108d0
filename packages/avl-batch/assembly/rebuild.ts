// A tree written anew as it is best read: what compaction does with all of it, or with a subtree.
//
//   | hot parts of the upper levels | part | c | part | c | … | part |
//                                     └ 5 levels: hot parts, then cold ones
//
// The new tree is perfectly balanced: left and right sizes differ by one at most. The hot parts of
// its upper levels, and those of each part at the bottom, stand in van Emde Boas order (Prokop,
// 1999): the upper half of the levels together, then each of the subtrees below it, both again in
// this way; so a descent touches few lines, and few pages, whatever their sizes. All parts at the
// bottom stand in the order of the keys, each with the cold parts of its nodes behind it, so that a
// descent ends in one page, or two, with the value: translations of pages are what it misses most.
// The shape depends on the size alone: hot parts are placed first, without keys, and get them from
// a walk through the old tree. Nothing else is allocated.
//
// All is private until a version names it: a death leaves bytes of the generation.
//
// Names: a part of the new tree has `count` keys; of a placed one, the upper `levels` are there.

import { get32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { chargeMade, failed, takeRoom } from './join';
import {
  child,
  COLD,
  coldBytes,
  coldOf,
  fillKey,
  checkHeights,
  fillLinks,
  keyLength,
  left,
  NODE_BYTES,
  right,
  treeSize,
  stackAt,
  valueLength,
  work,
} from './node';

/** Levels of a part at the bottom: 31 nodes, of which most lie in one page with their values. */
const BOTTOM: u32 = isDefined(GATED) ? 1 : 5;
/** In the kernel's scratch, in the state of a build: u32 depth of the walk through the old tree. */
const WALK: usize = 44;

/** The tree, or a subtree, anew; 0: it is empty, or memory was refused (join.ts J3). */
export function rebuild(root: usize): usize {
  const count = treeSize(root);
  if (count == 0) return 0;
  const levels = levelsOf(count);
  const upper = levels > BOTTOM ? levels - BOTTOM : levels;
  const fresh = placeNodes(count, upper);
  put32(work() + WALK, pushLeft(0, root));
  return fillPart(fresh, count, upper);
}

// ---- hot parts ----------------------------------------------------------------------------------

/** Levels of a tree of `count` keys. */
function levelsOf(count: u32): u32 {
  return 32 - clz(count);
}

/** How many of `count` keys are left of the root's. */
function leftOf(count: u32): u32 {
  return count >> 1;
}

/** Places the upper `levels` of a tree of `count` keys; its root. Recursion: log2(levels). */
function placeNodes(count: u32, levels: u32): usize {
  if (count == 0 || failed() != 0) return 0;
  if (levels == 1) {
    const n = takeRoom(NODE_BYTES, NODE_BYTES);
    if (n != 0) fillLinks(n, 0, 0);
    return n;
  }
  const top = levels >> 1;
  const root = placeNodes(count, top);
  for (let path: u32 = 0; path < 1 << top && failed() == 0; path++) {
    placeBelow(root, count, path, top, levels - top);
  }
  return root;
}

/** Places the subtree to which the bits of `path`, highest first, lead from `root`. */
function placeBelow(root: usize, count: u32, path: u32, depth: u32, levels: u32): void {
  let n = root;
  let keys = count;
  for (let bit = depth - 1; keys != 0; bit--) {
    const toRight = ((path >> bit) & 1) != 0;
    const below = toRight ? keys - 1 - leftOf(keys) : leftOf(keys);
    if (bit == 0) {
      const placed = placeNodes(below, levels);
      if (toRight) fillLinks(n, left(n), placed);
      else fillLinks(n, placed, right(n));
      return;
    }
    n = child(n, toRight);
    keys = below;
  }
}

// ---- keys and cold parts ------------------------------------------------------------------------

/** Pushes a node and its left spine; how many stand on the stack. */
function pushLeft(depth: u32, from: usize): u32 {
  let top = depth;
  for (let n = from; n != 0; n = left(n)) {
    put32(stackAt(top), <u32>n);
    top++;
  }
  return top;
}

/**
 * Fills a part of the new tree of which `levels` levels are placed (0: none, it is one at the
 * bottom) with what comes next in the old one. Recursion: its height.
 */
function fillPart(placed: usize, count: u32, levels: u32): usize {
  if (count == 0 || failed() != 0) return 0;
  const own = levels == 0 ? levelsOf(count) : levels;
  const n = levels == 0 ? placeNodes(count, own) : placed;
  if (n == 0) return 0;
  const l = fillPart(left(n), leftOf(count), own - 1);
  copyNext(n);
  const r = fillPart(right(n), count - 1 - leftOf(count), own - 1);
  fillLinks(n, l, r);
  if (isDefined(GATED)) {
    if (failed() == 0) checkHeights(n);
  }
  return n;
}

/** Gives a node what the next one of the old tree, in the order of the keys, has. */
function copyNext(to: usize): void {
  const depth = get32(work() + WALK) - 1;
  const from: usize = get32(stackAt(depth));
  if (!copyEntry(to, from)) return;
  put32(work() + WALK, pushLeft(depth, right(from)));
}

/** Gives a node the key of another, and a cold part of its own; false: memory was refused. */
export function copyEntry(to: usize, from: usize): bool {
  const cold = coldOf(from);
  const bytes = coldBytes(keyLength(cold), valueLength(cold));
  const copied = takeRoom(bytes, 8);
  if (copied == 0) return false;
  chargeMade(bytes);
  copyWords(copied, cold, <u32>bytes);
  fillKey(to, from);
  put32(to + COLD, MUTANT == 283 ? <u32>cold : <u32>copied);
  return true;
}
