// Compaction: the tree, rebuilt as it is best read, in a region of its own; the old one goes.
//
//   generation g   | v1 n n c n v2 n n n c … v9 |      nodes where builds left them, and garbage
//                              │ rebuild
//   generation g+1 | hot parts of the upper levels | part | c | part | c | … | part | v10 |
//                                                    └ 5 levels: hot parts, then cold ones
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
// compact                                                a death after this step leaves
//   1. as build.ts 1, 2: lock, version v                   a lock to be inherited
//   2. region G', CREATING by me                           CREATING(dead), not rooted: repair frees
//   3. the tree and v' in it: plain                        the same
//   4. CAS root v → v'           linearizes                CREATING(dead), rooted: whoever takes
//                                                          the lock next, or repair, makes it LIVE
//   5. G' → LIVE                                           v's region LIVE and not rooted: repair
//   6. retire v's region                                   retires it
//   7. applied words, published + 1; unlock; sweep         nothing
//
// C1  The pin covers the birth of G' before the root names it (`protect` after 2): when the
//     structure is destroyed meanwhile, step 5 retires G' while this thread still reads it.
// C2  A region is freed when no pin and no lease meets its life (region.ts): a slow reader keeps
//     the generation it reads, and nothing else. As many may wait as there are regions.
// C3  If memory is refused, G' is dropped, and nothing has changed.
//
// No site can check these: C1 and C2 as memory that is freed while it is read, C3 by the model.
//
// Names: a part of the new tree has `count` keys; of a placed one, the upper `levels` are there.

import { get32, load64, put32, store32 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED,
  CONTENDED,
  generationOf,
  OK,
  R_BUDGET,
  R_STATE,
  regionAt,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { unlock } from '@x/shm-arena/assembly/life/lock';
import { enter, leave } from '@x/shm-arena/assembly/map/call';
import { settleRegion } from '@x/shm-arena/assembly/map/settle';
import { regionCreate, regionDrop, regionRetire, sweep } from '@x/shm-arena/assembly/memory/region';
import { protect } from '@x/shm-arena/assembly/memory/reservation';
import { publish, report, takeOver } from './build';
import { resetBuilder, bytesTaken, failed, takeRoom } from './join';
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
import { heldPages } from './room';
import {
  appliedOf,
  budgetOf,
  cutOf,
  entryOf,
  fillVersion,
  HEAD_LOCK,
  headFor,
  liveOf,
  numberOf,
  queuesOf,
  regionOf,
  rootOf,
  setApplied,
  setFigures,
  versionBytes,
} from './version';

/** Levels of a part at the bottom: 31 nodes, of which most lie in one page with their values. */
const BOTTOM: u32 = isDefined(GATED) ? 1 : 5;
/** In the kernel's scratch, behind a build's state: u32 depth of the walk through the old tree. */
const WALK: usize = 44;

/** See index.ts. */
export function compact(entry: u32, generation: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  const version = takeOver(entry, generation, head);
  if (version == 0) return leave(entryAlive(entry, generation) ? CONTENDED : CLOSED);
  const code = compactOn(generation, head, version);
  unlock(head + HEAD_LOCK);
  leave(OK);
  if (code == OK) sweep(); // Without the pin: the old generation may come free now.
  return code;
}

/** Steps 2 to 7, with the lock in hand. */
function compactOn(generation: u32, head: usize, version: usize): i32 {
  const entry = entryOf(head);
  const created = regionCreate(ownedByEntry(entry, generation), budgetOf(head));
  if (created < 0) return -created;
  const region = <u32>created;
  if (MUTANT != 82) protect(); // C1; the root is looked at by the CAS.
  resetBuilder(region, 0, 0, false);
  const root = rebuild(rootOf(version));
  const next = successor(head, version, root, region);
  if (failed() != 0) {
    regionDrop(region);
    return failed();
  }
  store32(regionAt(region) + R_BUDGET, heldPages(region)); // The next build counts pages.
  const old = regionOf(version);
  const oldGeneration = generationOf(load64(regionAt(old) + R_STATE)); // Held by the pin.
  if (MUTANT == 83) regionRetire(old, oldGeneration);
  if (!publish(entry, head, version, next)) {
    regionDrop(region);
    return CLOSED;
  }
  settleRegion(region);
  regionRetire(old, oldGeneration);
  report(next);
  return OK;
}

function successor(head: usize, version: usize, root: usize, region: u32): usize {
  const queues = queuesOf(version);
  const next = takeRoom(versionBytes(queues), 8);
  if (next == 0) return 0;
  fillVersion(next, root, region, numberOf(version) + 1, head, queues);
  setFigures(next, bytesTaken(), liveOf(version), cutOf(version));
  for (let q: u32 = 0; q < queues; q++) setApplied(next, q, appliedOf(version, q));
  return next;
}

/** The tree anew; 0: it is empty, or memory was refused (join.ts J3). */
function rebuild(root: usize): usize {
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
  const cold = coldOf(from);
  const bytes = coldBytes(keyLength(cold), valueLength(cold));
  const copied = takeRoom(bytes, 8);
  if (copied == 0) return;
  copyWords(copied, cold, <u32>bytes);
  fillKey(to, from);
  put32(to + COLD, <u32>copied);
  put32(work() + WALK, pushLeft(depth, right(from)));
}
