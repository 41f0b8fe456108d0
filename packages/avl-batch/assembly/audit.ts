// Counting and checking: `stats` for a structure in use, `audit` for one at rest.
//
// audit walks the tree, the queues and the regions, and answers the first thing it finds wrong, by
// the number of the check, which is also the difference of the status from AUDIT:
//   1 keys do not ascend                       2 heights of children differ by more than one
//   3 a height is not 1 + the higher child's   4 a size is not 1 + both children's
//   5 a region of the structure is none of Q0, Q1, S, the generation's and the one that it moves
//     out of, or one of these not LIVE
//   6 a queue: applied beyond its tail, a mirror beyond applied, tickets that do not ascend, more
//     slots than the map's
//   7 a cold part whose slices' padding is not zero, or whose length does not fit its slices
//   8 what lives is not the sum of the entries' charges
//   9 a node or a cold part that lies in no region of the version, or up to the front in the old
//  10 more is left to be moved than the version says
//
// Both only read. A death leaves a pin.
//
// Names: see node.ts, version.ts; found, expected: as reported.

import { get32, get64, load32, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED,
  kindOf,
  OK,
  P_CONT,
  PAGE_SHIFT,
  PARTICIPANTS,
  R_OWNER,
  R_STATE,
  REGION_LIVE,
  regionAt,
  REGIONS,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { holder } from '@x/shm-arena/assembly/life/lock';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { problem } from '@x/shm-arena/assembly/map/result';
import { pageAt, pageAux, pageTag } from '@x/shm-arena/assembly/memory/pages';
import { regionPages } from '@x/shm-arena/assembly/memory/region';
import {
  STATS_BUILDER,
  STATS_HEIGHT,
  STATS_LIVE,
  STATS_MAX_PAGES,
  STATS_MOST,
  STATS_MOVING,
  STATS_NUMBER,
  STATS_PAGES,
  STATS_QUEUE_PAGES,
  STATS_SIZE,
  STATS_USED,
  STATS_WAITING,
} from './codes';
import {
  coldBytes,
  coldOf,
  compareNodes,
  heightOf,
  KEY,
  keyLength,
  left,
  MAX_HEIGHT,
  NODE_BYTES,
  right,
  treeSize,
  stackAt,
  valueLength,
} from './node';
import { opAt, Q_APPLIED, Q_TAIL, ticketOf } from './op';
import { slotsMade } from './ring';
import { chargeOf } from './room';
import {
  appliedOf,
  budgetOf,
  done,
  frontOf,
  HEAD_LOCK,
  HEAD_USED,
  halfOf,
  headOf,
  isLasting,
  isMoving,
  isNamed,
  liveOf,
  look,
  mostOf,
  numberOf,
  oldOf,
  queueAt,
  regionOf,
  restOf,
  rootOf,
  slotsOf,
  tablesOf,
  usedOf,
  viewVersion,
} from './version';

// ---- stats --------------------------------------------------------------------------------------

/** See index.ts. */
export function stats(entry: u32, generation: u32, target: u32): i32 {
  const status = look(entry, generation, target);
  if (status != OK) return status;
  const version = viewVersion();
  const root = rootOf(version);
  const head = headOf(version);
  const out = io();
  put32(out + STATS_SIZE, treeSize(root));
  put32(out + STATS_HEIGHT, heightOf(root));
  put64(out + STATS_NUMBER, numberOf(version));
  put64(out + STATS_USED, usedOf(version));
  put64(out + STATS_LIVE, liveOf(version));
  let waiting: u64 = 0;
  if (target == 0) {
    const used = load32(head + HEAD_USED);
    for (let q: u32 = 0; q < used; q++) {
      waiting += load64(queueAt(head, q) + Q_TAIL) - appliedOf(version, q);
    }
  }
  put32(out + STATS_WAITING, <u32>waiting);
  const old = isMoving(version) ? regionPages(oldOf(version)) : 0;
  put32(out + STATS_PAGES, regionPages(regionOf(version)) + old);
  put32(out + STATS_MOVING, isMoving(version) ? 1 : 0);
  put32(out + STATS_MOST, mostOf(head));
  const queued = regionPages(halfOf(head, 0)) + regionPages(halfOf(head, 1));
  put32(out + STATS_QUEUE_PAGES, queued + regionPages(tablesOf(head)));
  put32(out + STATS_BUILDER, holder(head + HEAD_LOCK));
  put32(out + STATS_MAX_PAGES, budgetOf(head));
  return done(target, OK);
}

// ---- audit --------------------------------------------------------------------------------------

/** See index.ts. */
export function audit(entry: u32, generation: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const version = present(entry, generation);
  if (version == 0) return leave(CLOSED);
  const head = headOf(version);
  let verdict = auditTree(version);
  if (verdict == OK) verdict = auditQueues(head, version);
  if (verdict == OK) {
    const owner = ownedByEntry(entry, generation);
    verdict = auditRegions(owner, head, version);
  }
  return leave(verdict);
}

/** Walks the tree in order. */
function auditTree(version: usize): i32 {
  const root = rootOf(version);
  const live = liveOf(version);
  const front = frontOf(version);
  let sum: u64 = 0;
  let rest: u64 = 0;
  let depth: u32 = 0;
  let n = root;
  let former: usize = 0;
  while (n != 0 || depth > 0) {
    for (; n != 0; n = left(n)) {
      if (depth == MAX_HEIGHT) return problem(3, n, 0, depth, MAX_HEIGHT);
      put32(stackAt(depth), <u32>n);
      depth++;
    }
    depth--;
    n = get32(stackAt(depth));
    let verdict = auditNode(n);
    const behind = isMoving(version) && (front == 0 || compareNodes(front, n) < 0);
    if (verdict == OK) verdict = auditPlace(version, n, behind);
    if (verdict != OK) return verdict;
    if (former != 0 && compareNodes(former, n) >= 0) return problem(1, n, 0, former, 0);
    former = n;
    const cold = coldOf(n);
    const charge = chargeOf(NODE_BYTES + coldBytes(keyLength(cold), valueLength(cold)));
    sum += charge;
    if (behind) rest += charge;
    n = right(n);
  }
  if (rest > restOf(version)) return problem(10, root, 0, rest, restOf(version));
  return sum == live ? OK : problem(8, root, 0, live, sum);
}

/** C4 of compact.ts. */
function auditPlace(version: usize, n: usize, behind: bool): i32 {
  for (let i: u32 = 0; i < 2; i++) {
    const found = regionAround(i == 0 ? n : coldOf(n));
    const own = regionOf(version);
    if (found != own && !(behind && found == oldOf(version))) return problem(9, n, 0, found, own);
  }
  return OK;
}

/** The region in which a block lies. */
function regionAround(at: usize): u32 {
  const word = load64(pageAt(<u32>(at >> PAGE_SHIFT)));
  return pageTag(kindOf(word) == P_CONT ? load64(pageAt(pageAux(word))) : word);
}

function auditNode(n: usize): i32 {
  const l = left(n);
  const r = right(n);
  const hl = heightOf(l);
  const hr = heightOf(r);
  if (hl > hr + 1 || hr > hl + 1) return problem(2, n, 0, hl, hr);
  if (heightOf(n) != 1 + max(hl, hr)) return problem(3, n, 0, heightOf(n), 1 + max(hl, hr));
  const size = 1 + treeSize(l) + treeSize(r);
  if (treeSize(n) != size) return problem(4, n, 0, treeSize(n), size);
  const len = keyLength(coldOf(n));
  for (let i: u32 = 0; i < 2; i++) {
    const rest = len > i << 3 ? len - (i << 3) : 0;
    if (rest >= 8) continue;
    const slice = get64(n + KEY + ((<usize>i) << 3));
    if ((rest == 0 ? slice : slice << (rest << 3)) != 0) return problem(7, n, 0, slice, len);
  }
  return OK;
}

function auditQueues(head: usize, version: usize): i32 {
  const used = load32(head + HEAD_USED);
  if (used > PARTICIPANTS) return problem(6, head, 0, used, PARTICIPANTS);
  for (let q: u32 = 0; q < used; q++) {
    const queue = queueAt(head, q);
    const tail = load64(queue + Q_TAIL);
    const applied = appliedOf(version, q);
    const told = load64(queue + Q_APPLIED);
    if (applied > tail) return problem(6, queue, 0, applied, tail);
    if (told > applied) return problem(6, queue, 0, told, applied);
    const slots = slotsMade(queue);
    if (slots > slotsOf(head)) return problem(6, queue, 0, slots, slotsOf(head));
    if (tail - applied > slots) return problem(6, queue, 0, tail, applied + slots);
    let ticket: u64 = 0;
    for (let t = applied + 1; t <= tail; t++) {
      const next = ticketOf(opAt(queue, t));
      if (next <= ticket) return problem(6, queue, 0, next, ticket);
      ticket = next;
    }
  }
  return OK;
}

/** Every region of the structure is one that it names. */
function auditRegions(owner: u64, head: usize, version: usize): i32 {
  const due: u32 = isMoving(version) ? 5 : 4;
  let named: u32 = 0;
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    if (load64(at + R_OWNER) != owner || kindOf(load64(at + R_STATE)) != REGION_LIVE) continue;
    if (!isNamed(version, region) && !isLasting(head, region)) {
      return problem(5, 0, 0, region, regionOf(version));
    }
    named++;
  }
  return named == due ? OK : problem(5, 0, 0, named, due);
}
