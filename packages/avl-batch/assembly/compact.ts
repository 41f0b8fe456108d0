// Compaction: the tree is rebuilt in a region of its own, and the old one goes: all at once, or by
// stretches between builds, so that no call takes longer because the tree is large.
//
//   region g      | v1 n n c n v2 n n n c … v9 |       nodes where builds left them, and garbage
//                     moved │ ◄ front │ rest
//   region g + 1  | stretch | v10 n n c v11 | stretch | v12 n … | stretch | v40 |
//
// By stretches: while a version moves out of an old region, all that is made, by builds too, lies
// in the next one. A stretch takes over what follows the front in the order of the keys: subtrees
// that are small enough are rebuilt (rebuild.ts), the nodes above them copied one by one and joined
// (join.ts). Builds go on anywhere meanwhile. When nothing is left behind the front, the version
// moves out of nothing any more, and the old region goes. It is a copying collector (Cheney, 1970)
// that does its work in portions and allocates where it copies to (Baker, 1978); as nodes do not
// change, nobody who reads needs a barrier.
//
// How much a stretch takes follows what builds have written since the rebuild began: of what lives
// the rest is at most live - PACE * written. So a build of m operations moves O(m log n) bytes, and
// a rebuild ends before it has made more than 1 / PACE of the tree garbage.
//
// compact, move                                          a death after this step leaves
//   1. as build.ts 1, 2: lock, version v                   a lock to be inherited
//   2. a rebuild begins: region G', CREATING by me         CREATING(dead), not rooted: repair frees
//   3. what is taken over, and v' in it: plain             the same, and bytes of the generation
//   4. CAS root v → v'           linearizes                CREATING(dead), rooted: whoever takes
//                                                          the lock next, or repair, makes it LIVE
//   5. G' → LIVE                                           LIVE regions that no version names:
//   6. retire what v named and v' does not                 repair retires them
//   7. applied words, published + 1; unlock; sweep         nothing
//
// C1  The pin covers the birth of G' before the root names it (`protect` after 2): when the
//     structure is destroyed meanwhile, step 5 retires G' while this thread still reads it.
// C2  A region is freed when no pin and no lease meets its life (region.ts): a slow reader keeps
//     the generations it reads, two at most, and nothing else. As many may wait as there are
//     regions.
// C3  If memory is refused, G' is dropped, or the shard rewound, and nothing has changed.
// C4  A version with an old region has each node up to its front, and its cold part, in its own
//     region; what is behind the front lies in either, and is no more than `rest` by its charges.
//     Without one all lies in its own.
// C5  Behind a stretch it keeps pace: rest <= live - PACE * written (`dueOf`).
//
// Checked at its site: C5. By audit (9, 10): C4. No site can check C1 and C2, which show as memory
// that is freed while it is read, nor C3, which the model shows.
//
// Names: see rebuild.ts; the front: the node of the last entry that was moved; open: a subtree that
// may have entries up to the front.

import {
  check,
  get32,
  load64,
  put32,
  put64,
  get64,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { C } from '@x/shm-arena/assembly/ground/invariants';
import {
  CLOSED,
  CONTENDED,
  FULL,
  generationOf,
  OK,
  R_BUDGET,
  R_STATE,
  regionAt,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { unlock } from '@x/shm-arena/assembly/life/lock';
import { enter, io, leave } from '@x/shm-arena/assembly/map/call';
import { settleRegion } from '@x/shm-arena/assembly/map/settle';
import {
  regionCreate,
  regionDrop,
  regionMark,
  regionRetire,
  regionRewind,
  sweep,
} from '@x/shm-arena/assembly/memory/region';
import { protect } from '@x/shm-arena/assembly/memory/reservation';
import { publish, report, takeOver } from './build';
import { BUILT_ENDED } from './codes';
import { resetBuilder, bytesTaken, chargesMade, failed, joinTrees, takeRoom } from './join';
import { compareNodes, fillLinks, left, NODE_BYTES, right, treeSize, work } from './node';
import { copyEntry, rebuild } from './rebuild';
import { fits, heldPages } from './room';
import {
  appliedOf,
  budgetOf,
  cutOf,
  entryOf,
  fillVersion,
  frontOf,
  HEAD_LOCK,
  headFor,
  isMoving,
  isNamed,
  liveOf,
  NOWHERE,
  numberOf,
  oldOf,
  oldUsedOf,
  queuesOf,
  regionOf,
  restOf,
  rootOf,
  setApplied,
  setFigures,
  setMove,
  setTidy,
  tidyOf,
  usedOf,
  versionBytes,
} from './version';

/** Bytes that are moved for each that builds write. */
const PACE: u64 = 8;
/** Bytes of the stretch with which a rebuild begins. */
const STRETCH: u64 = isDefined(GATED) ? 1 : 1 << 20;
/** Bytes, and entries, of the largest subtree that is rebuilt at once, about. */
const PART_BYTES: u64 = isDefined(GATED) ? 1 : 1 << 18;
const PART: u64 = isDefined(GATED) ? 1 : 4096;
/** In place of bytes: a stretch for which there is no room but what is kept for it. */
const URGENT: u32 = u32.MAX_VALUE;

/** State of a stretch, in the kernel's scratch, behind a build's: u64 charges that it may move … */
const QUOTA: usize = 80;
/** … u32 the front, where it began, and where it has come … */
const FRONT: usize = 88;
const LAST: usize = 92;
/** … u32 entries of a part; u32 1 = something is left. */
const PART_SIZE: usize = 96;
const LEFT_OVER: usize = 100;

/** See index.ts. */
export function compact(entry: u32, generation: u32): i32 {
  return within(entry, generation, true, 0, true);
}

/** See index.ts. */
export function move(entry: u32, generation: u32, least: u32, begin: u32): i32 {
  return within(entry, generation, false, least, begin != 0);
}

/** Step 1, the others, and unlock. */
function within(entry: u32, generation: u32, whole: bool, least: u32, begin: bool): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  const version = takeOver(entry, generation, head);
  if (version == 0) return leave(entryAlive(entry, generation) ? CONTENDED : CLOSED);
  const code = whole
    ? renew(generation, head, version, true, 0)
    : moveOn(generation, head, version, least, begin);
  unlock(head + HEAD_LOCK);
  leave(OK);
  if (code == OK) sweep(); // Without the pin: an old generation may come free now.
  return code;
}

/** A stretch, if there is one to be moved. */
function moveOn(generation: u32, head: usize, version: usize, least: u32, begin: bool): i32 {
  put32(io() + BUILT_ENDED, 0);
  const begins = !isMoving(version);
  const urgent = least == URGENT;
  const rest = restOf(version);
  const due = begins ? STRETCH : MUTANT == 286 ? 1 : dueOf(version);
  const quota = max<u64>(urgent ? STRETCH : least, due);
  if (begins ? !begin : quota < min(rest, PART_BYTES)) {
    report(version);
    return OK;
  }
  if (!urgent && !fits(version, min(quota, rest))) return FULL;
  return renew(generation, head, version, false, max(quota, 1));
}

/** How many bytes must be moved to keep pace with what builds have written. */
function dueOf(version: usize): u64 {
  const live = liveOf(version);
  const written = usedOf(version) - oldUsedOf(version) - tidyOf(version);
  const rest = live - min(live, written * PACE);
  return restOf(version) > rest ? restOf(version) - rest : 0;
}

/** Steps 2 to 7, with the lock in hand. */
function renew(generation: u32, head: usize, version: usize, whole: bool, quota: u64): i32 {
  const entry = entryOf(head);
  const begins = whole || !isMoving(version);
  let region = regionOf(version);
  let mark: u32 = 0;
  if (begins) {
    const created = regionCreate(ownedByEntry(entry, generation), whole ? budgetOf(head) : 1);
    if (created < 0) return -created;
    region = <u32>created;
    if (MUTANT != 82) protect(); // C1; the root is looked at by the CAS.
  } else {
    mark = regionMark(region);
  }
  resetBuilder(region, 0, whole ? 0 : version, false);
  put32(work() + LEFT_OVER, 0);
  const root = whole ? rebuild(rootOf(version)) : stretch(version, begins, quota);
  const next = successor(head, version, root, region, whole);
  let code = failed();
  // The next build counts pages.
  if (whole) store32(regionAt(region) + R_BUDGET, heldPages(region));
  if (MUTANT == 83 && code == OK) retireLeft(version, next);
  if (code == OK && !publish(entry, head, version, next)) code = CLOSED;
  if (code != OK) {
    if (begins) regionDrop(region);
    else if (MUTANT != 284) regionRewind(region, mark);
    return code;
  }
  if (begins) settleRegion(region);
  retireLeft(version, next);
  report(next);
  put32(io() + BUILT_ENDED, isMoving(next) ? 0 : 1);
  return OK;
}

/** Step 6. The pin holds the regions of v: what their states say is said of them. */
function retireLeft(version: usize, next: usize): void {
  retireUnless(next, regionOf(version));
  if (isMoving(version)) retireUnless(next, oldOf(version));
}

function retireUnless(next: usize, region: u32): void {
  if (isNamed(next, region) && MUTANT != 285) return;
  regionRetire(region, generationOf(load64(regionAt(region) + R_STATE)));
}

/** v', with what is left to be moved. */
function successor(head: usize, version: usize, root: usize, region: u32, whole: bool): usize {
  const queues = queuesOf(version);
  const next = takeRoom(versionBytes(queues), 8);
  if (next == 0) return 0;
  fillVersion(next, root, region, numberOf(version) + 1, head, queues);
  const begins = region != regionOf(version);
  const left = get32(work() + LEFT_OVER) != 0;
  const fresh = bytesTaken();
  const old = begins ? usedOf(version) : oldUsedOf(version);
  const used = usedOf(version) + fresh - (left ? 0 : whole ? usedOf(version) : old);
  setFigures(next, used, liveOf(version), cutOf(version));
  setTidy(next, begins ? fresh : tidyOf(version) + fresh);
  const from = begins ? regionOf(version) : oldOf(version);
  const before = begins ? liveOf(version) : restOf(version);
  if (left) setMove(next, from, get32(work() + LAST), old, before - min(before, chargesMade()));
  else setMove(next, NOWHERE, 0, 0, 0);
  if (isDefined(GATED)) check(dueOf(next) == 0, C + 5, next);
  for (let q: u32 = 0; q < queues; q++) setApplied(next, q, appliedOf(version, q));
  return next;
}

// ---- a stretch ----------------------------------------------------------------------------------

/** The tree with what follows the front moved, until it is `quota` by charges (join.ts J3). */
function stretch(version: usize, begins: bool, quota: u64): usize {
  const root = rootOf(version);
  const front: usize = begins ? 0 : frontOf(version);
  const each = max(liveOf(version) / max(treeSize(root), 1), 1);
  const at = work();
  put64(at + QUOTA, quota);
  put32(at + FRONT, <u32>front);
  put32(at + LAST, <u32>front);
  put32(at + PART_SIZE, <u32>max(min(PART, PART_BYTES / each), 1));
  return moved(root, front != 0);
}

/** Whether the stretch ends in front of an entry. */
function isSpent(): bool {
  const at = work();
  if (chargesMade() < get64(at + QUOTA)) return false;
  put32(at + LEFT_OVER, 1);
  return true;
}

/** The subtree with as much of it moved as may be. Recursion: its height. */
function moved(n: usize, open: bool): usize {
  if (n == 0 || failed() != 0) return n;
  if (open && compareNodes(n, get32(work() + FRONT)) <= 0) {
    const r = moved(right(n), true);
    return r == right(n) ? n : joinTrees(left(n), n, r);
  }
  if (!open && treeSize(n) <= get32(work() + PART_SIZE)) return isSpent() ? n : renewed(n);
  const l = moved(left(n), open);
  const k: usize = isSpent() ? 0 : single(n);
  if (k == 0) return l == left(n) ? n : joinTrees(l, n, right(n));
  return joinTrees(l, k, moved(right(n), false));
}

/** A part, rebuilt. */
function renewed(n: usize): usize {
  const part = rebuild(n);
  if (failed() != 0) return 0;
  let last = part;
  while (right(last) != 0) last = right(last);
  put32(work() + LAST, <u32>last);
  return part;
}

/** A node alone, as a key source. */
function single(n: usize): usize {
  const k = takeRoom(NODE_BYTES, NODE_BYTES);
  if (k == 0) return 0;
  fillLinks(k, 0, 0);
  copyEntry(k, n);
  put32(work() + LAST, <u32>k);
  return k;
}
