// Building: one thread at a time makes the next version and publishes it. Any thread may; when it
// dies the next comer succeeds it, and finds nothing to repair.
//
//   lock ──► version v ──► take, sort, apply: private ──► v' ──CAS root──► applied, published ──►
//     ▲                                                                                     unlock
//     └── CONTENDED while a living thread is inside; inherited from the dead
//
// build                                                  a death after this step leaves
//   1. pin, head; lock                                     a lock to be inherited
//   2. version v; its region LIVE; the queues' applied     the same
//      words, and what bounds growth (room.ts), := v's
//   3. take ops below the cut, sort them (batch.ts)        the same; outcomes are tentative
//   4. apply them (join.ts): nodes in v's region, within   the same, and bytes of the generation,
//      its budget (room.ts W1)                             which go with it
//   5. v' beside them, with the applied numbers            the same
//   6. CAS root v → v'           linearizes: all ops of    the applied words late: writers see less
//      the batch take effect, in their order               room until the next build's step 2
//   7. the words of 2 := v'; published + 1; unlock         nothing
// If memory is refused in 4 or 5: the shard is rewound to where it stood, and nothing has changed;
// the ops wait on; the host compacts, or asks for fewer of them, down to one. If there is nothing
// to take there is no new version.
//
// P1  From 1 to 7 the root is this thread's to change, unless the structure is destroyed: then the
//     CAS fails, or hits a word that nobody reads. (It expects v, whose memory the pin holds, so
//     another structure's root cannot be equal to it.)
// P2  Whoever holds the lock sees a LIVE region after step 2, so what it asks of that region is
//     settled when it dies (region.ts, step 5).
//
// Checked at its site: P1, of the lock. P2 by what a death leaves: verify counts the pages.
//
// Names: v the version, next the one made of it.

import {
  add32,
  cas32,
  check,
  get32,
  load64,
  peek64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { P, Q, V } from '@x/shm-arena/assembly/ground/invariants';
import {
  BAD,
  CLOSED,
  CONTENDED,
  D_ROOT,
  entryAt,
  OK,
  TRIES,
} from '@x/shm-arena/assembly/ground/layout';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { checkMine, lock, unlock } from '@x/shm-arena/assembly/life/lock';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { settleRegion } from '@x/shm-arena/assembly/map/settle';
import { sort, SORT_BYTES } from '@x/shm-arena/assembly/map/sort';
import { regionMark, regionRewind, sweep } from '@x/shm-arena/assembly/memory/region';
import { cutTaken, isMore, queuesTaken, takeOps, takenOf } from './batch';
import {
  BUILT_DUE,
  BUILT_LIVE,
  BUILT_MORE,
  BUILT_MOVING,
  BUILT_NODES,
  BUILT_NUMBER,
  BUILT_OPS,
  BUILT_SIZE,
  BUILT_USED,
} from './codes';
import {
  apply,
  resetBuilder,
  bytesTaken,
  chargesMade,
  failed,
  liveAdded,
  nodesMade,
  takeRoom,
} from './join';
import { treeSize } from './node';
import { Q_APPLIED, Q_TAIL } from './op';
import { allotIfDue, isDue, tellRoom } from './room';
import {
  appliedOf,
  entryOf,
  fillVersion,
  frontOf,
  HEAD_LOCK,
  HEAD_PUBLISHED,
  headFor,
  isMoving,
  liveOf,
  NOWHERE,
  numberOf,
  oldOf,
  oldUsedOf,
  queueAt,
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

// ---- the lock -----------------------------------------------------------------------------------

/** Steps 1 and 2, in a call that pins; the version, or 0 with the lock open: CLOSED, CONTENDED. */
export function takeOver(entry: u32, generation: u32, head: usize): usize {
  if (lock(head + HEAD_LOCK, TRIES) == CONTENDED && MUTANT != 78) return 0;
  const version = present(entry, generation);
  if (version == 0) {
    unlock(head + HEAD_LOCK);
    return 0;
  }
  settleRegion(regionOf(version));
  tellQueues(head, version);
  return version;
}

/** The queues learn how far they are applied, and what room there is. */
function tellQueues(head: usize, version: usize): void {
  tellRoom(head, version);
  const queues = queuesOf(version);
  for (let q: u32 = 0; q < queues; q++) {
    const at = queueAt(head, q) + Q_APPLIED;
    const applied = appliedOf(version, q);
    if (isDefined(GATED)) {
      check(peek64(at) <= applied, Q + 2, at); // queue.ts
      check(applied <= peek64(queueAt(head, q) + Q_TAIL), Q + 2, at);
    }
    // Pairs with append: what was read of these ops was read before (queue.ts Q3).
    if (load64(at) != applied) store64(at, applied);
  }
}

/** Steps 6 and 7, but for the lock. False: the structure is gone. */
export function publish(entry: u32, head: usize, version: usize, next: usize): bool {
  if (MUTANT == 79) tellQueues(head, next);
  if (isDefined(GATED)) checkSuccessor(head, version, next);
  if (!cas32(entryAt(entry) + D_ROOT, <u32>version, <u32>next)) return false;
  tellQueues(head, next);
  add32(head + HEAD_PUBLISHED, 1);
  return true;
}

/** P1, and V1 of version.ts. */
function checkSuccessor(head: usize, version: usize, next: usize): void {
  checkMine(head + HEAD_LOCK, P + 1);
  check(numberOf(next) == numberOf(version) + 1, V + 1, next);
  const queues = queuesOf(version);
  for (let q: u32 = 0; q < queues; q++) {
    check(appliedOf(next, q) >= appliedOf(version, q), V + 1, next);
  }
}

// ---- build --------------------------------------------------------------------------------------

/** See index.ts. */
export function build(
  entry: u32,
  generation: u32,
  limit: u32,
  temp: u32,
  tempBytes: u32,
  last: u32,
): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const most = min(limit, tempBytes / SORT_BYTES);
  if (most == 0) return leave(BAD);
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  const version = takeOver(entry, generation, head);
  if (version == 0) return leave(entryAlive(entry, generation) ? CONTENDED : CLOSED);
  const code = buildOn(head, version, temp, most, last != 0);
  if (MUTANT != 203 || code != OK || get32(io()) != 0) unlock(head + HEAD_LOCK);
  leave(OK);
  if (code == CLOSED || code == OK) sweep(); // Nothing waits for that.
  return code;
}

/** Steps 3 to 7, with the lock in hand. */
function buildOn(head: usize, version: usize, temp: usize, most: u32, last: bool): i32 {
  const count = takeOps(head, version, temp, most);
  if (MUTANT == 202 && isMore(head)) return CONTENDED;
  const region = regionOf(version);
  const mark = regionMark(region);
  let next = version;
  if (count != 0) {
    allotIfDue(version);
    resetBuilder(region, sort(temp, most, count), version, last);
    const root = apply(rootOf(version), 0, count);
    next = successor(head, version, root);
    if (next == 0 || (failed() != 0 && MUTANT != 81)) {
      if (MUTANT != 141) regionRewind(region, mark);
      return failed();
    }
    if (!publish(entryOf(head), head, version, next)) {
      regionRewind(region, mark);
      return CLOSED;
    }
  }
  report(next);
  put32(io() + BUILT_OPS, count);
  put32(io() + BUILT_MORE, isMore(head) ? 1 : 0);
  put32(io() + BUILT_NODES, count == 0 ? 0 : nodesMade());
  return OK;
}

/** Step 5; 0: no memory. */
function successor(head: usize, version: usize, root: usize): usize {
  const queues = queuesTaken();
  const bytes = versionBytes(queues);
  const next = takeRoom(bytes, 8);
  if (next == 0) return 0;
  fillVersion(next, root, regionOf(version), numberOf(version) + 1, head, queues);
  const live = liveOf(version) + liveAdded();
  setFigures(next, usedOf(version) + bytesTaken(), live, cutTaken());
  setTidy(next, tidyOf(version));
  const old = isMoving(version) && MUTANT != 281 ? oldOf(version) : NOWHERE;
  const made = MUTANT == 287 ? 0 : chargesMade();
  const rest = old == NOWHERE ? 0 : min(live, restOf(version) + made);
  setMove(next, old, frontOf(version), oldUsedOf(version), rest);
  for (let q: u32 = 0; q < queues; q++) {
    const tail = MUTANT == 80 ? load64(queueAt(head, q) + Q_TAIL) : 0;
    setApplied(next, q, MUTANT == 80 ? tail : takenOf(q));
  }
  return next;
}

/** What build, compact and move say of the version they made. */
export function report(version: usize): void {
  const out = io();
  put32(out + BUILT_MOVING, isMoving(version) ? 1 : 0);
  put32(out + BUILT_DUE, isDue(version) ? 1 : 0);
  put32(out + BUILT_SIZE, treeSize(rootOf(version)));
  put64(out + BUILT_NUMBER, numberOf(version));
  put64(out + BUILT_USED, usedOf(version));
  put64(out + BUILT_LIVE, liveOf(version));
}
