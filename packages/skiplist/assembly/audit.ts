// Counting and checking: `stats` for a structure in use, `audit` for one at rest.
//
// audit walks each list of the present stack and answers the first thing it finds wrong, by the
// number of the check, which is also the difference of the status from AUDIT:
//   1 level 0: keys do not ascend          2 an upper level: keys do not ascend
//   3 a node of an upper level is too low for it, or is not on level 0
//   4 a node is undecided: nobody wrote, so somebody left it
//   5 a key's numbers do not descend, or exceed the clock
//   6 the counters' versions, 7 the counters' live keys are not what the walk finds
//   8 a level above the list's height is in use, or the height exceeds the limit
//   9 the active list's clock is not open, or an older one's is not closed
//  10 numbers of an older list reach into those of a newer one
//  11 ids do not descend          12 a list's region is not LIVE and the structure's
//  13 a region of the structure holds no list of the stack, nor the next one
//  14 a list that was written has no next list, or the active one's is not as it was made
//  15 a node's meta word is out of range   16 an entry of the guide is not on its level
//  17 the filter has not a version's key   18 slices of a list's region are not its filter's
//
// Both only read, but for stamps that any reader may decide (audit decides none). A death leaves a
// pin.
//
// Names: see node.ts; found, expected: as reported.

import { load32, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED,
  kindOf,
  OK,
  R_OWNER,
  R_STATE,
  REGION_LIVE,
  regionAt,
  REGIONS,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { problem } from '@x/shm-arena/assembly/map/result';
import { regionBody } from '@x/shm-arena/assembly/memory/region';
import {
  STATS_ACTIVE,
  STATS_HEIGHT,
  STATS_LAST,
  STATS_LISTS,
  STATS_LIVE,
  STATS_MAX_ENTRIES,
  STATS_MAX_PAGES,
  STATS_PAGES,
  STATS_VERSIONS,
} from './codes';
import { isNoted, strayIn } from './filter';
import { auditGuide } from './guide';
import { handAt, handLength, handS0, handS1 } from './hand';
import {
  LIST_CLOCK,
  compareNodes,
  deltaOf,
  LIST_HEAD,
  LIST_HEIGHT,
  heightOf,
  idOf,
  isTombstone,
  LIST_LAST,
  listRegion,
  liveIn,
  MAX_HEIGHT,
  maxEntriesOf,
  maxPagesOf,
  next,
  pagesIn,
  STAMP,
  takeKeyOf,
  LIST_USED,
  versionsIn,
} from './node';
import { listsIn, listOf } from './record';
import { opened, successorOf } from './seal';
import { findVersion, seek } from './search';
import { done, look, viewEnd, viewFirst, viewRecord } from './stack';
import { BATCH, batchKind, batchNumber, BUILDING, LIST_CLOSED, COMMITTED, DEAD } from './stamp';

// ---- stats --------------------------------------------------------------------------------------

/** See index.ts. */
export function stats(entry: u32, generation: u32, target: u32): i32 {
  const status = look(entry, generation, target, 0);
  if (status != OK) return status;
  const record = viewRecord();
  let pages: u32 = 0;
  let versions: u64 = 0;
  let live: i64 = 0;
  let height: u32 = 0;
  for (let i = viewFirst(); i < viewEnd(); i++) {
    const list = listOf(record, i);
    pages += pagesIn(list);
    versions += versionsIn(list);
    live += liveIn(list);
    height = max(height, load32(list + LIST_HEIGHT));
  }
  const active = opened(record);
  const out = io();
  put32(out + STATS_LISTS, viewEnd() - viewFirst());
  put32(out + STATS_PAGES, pages);
  put64(out + STATS_VERSIONS, versions);
  put64(out + STATS_LIVE, live);
  const first = listOf(record, viewFirst());
  const last = load64(first + LIST_LAST);
  put64(out + STATS_LAST, last != 0 ? last : load64(first + LIST_CLOCK) & ~LIST_CLOSED);
  put32(out + STATS_HEIGHT, height);
  put32(out + STATS_ACTIVE, idOf(active));
  put32(out + STATS_MAX_PAGES, maxPagesOf(active));
  put32(out + STATS_MAX_ENTRIES, maxEntriesOf(active));
  return done(0, OK);
}

// ---- audit --------------------------------------------------------------------------------------

/** See index.ts. */
export function audit(entry: u32, generation: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const record = present(entry, generation);
  if (record == 0) return leave(CLOSED);
  opened(record);
  const count = listsIn(record);
  let newer: u64 = u64.MAX_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const list = listOf(record, i);
    const clock = load64(list + LIST_CLOCK);
    if ((clock & LIST_CLOSED) != 0 ? i == 0 : i != 0 || clock == 0)
      return bad(9, list, 0, clock, i);
    if (i > 0 && idOf(listOf(record, i - 1)) <= idOf(list)) return bad(11, list, 0, idOf(list), 0);
    const region = regionAt(listRegion(list));
    if (kindOf(load64(region + R_STATE)) != REGION_LIVE)
      return bad(12, list, 0, listRegion(list), 0);
    if (load64(region + R_OWNER) != ownedByEntry(entry, generation)) return bad(12, list, 0, 0, 1);
    if (load32(list + LIST_USED) != 0 && successorOf(list) < 0) return bad(14, list, 0, 0, 1);
    const verdict = auditList(list, newer);
    if (verdict != OK) return leave(verdict);
    newer = min(newer, lowest(list));
  }
  return leave(auditRegions(entry, generation, record));
}

/** Reports what is wrong and ends the call. */
function bad(check: i32, list: usize, node: usize, found: u64, expected: u64): i32 {
  return leave(problem(check, list, node, found, expected));
}

/** The number of a node at rest; DEAD; or 0: it is undecided. */
function numberOf(node: usize): u64 {
  const w = load64(node + STAMP);
  if ((w & BATCH) == 0 || w == DEAD) return w;
  const batch = <usize>(w ^ BATCH);
  const kind = batchKind(batch);
  return kind == COMMITTED ? batchNumber(batch) : kind == BUILDING ? 0 : DEAD;
}

/** Walks one list; `newer`: the lowest number of the newer lists. */
function auditList(list: usize, newer: u64): i32 {
  const last = load64(list + LIST_LAST);
  const clock = last != 0 ? last : load64(list + LIST_CLOCK);
  let versions: u64 = 0;
  let live: i64 = 0;
  let deltas: i64 = 0;
  let former: usize = 0;
  let number: u64 = DEAD;
  for (let n = next(list + LIST_HEAD, 0); n != 0; n = next(n, 0)) {
    const height = heightOf(n);
    if (height == 0 || height > MAX_HEIGHT) return problem(15, list, n, height, MAX_HEIGHT);
    const c = former == 0 ? -1 : compareNodes(former, n);
    if (c > 0) return problem(1, list, n, former, 0);
    if (c < 0) number = DEAD; // The first version of another key.
    former = n;
    const t = numberOf(n);
    if (t == 0) return problem(4, list, n, 0, 0);
    if (t == DEAD) continue;
    if (t >= number || t > clock) return problem(5, list, n, t, number);
    if (t >= newer) return problem(10, list, n, t, newer);
    if (!isNoted(list, n)) return problem(17, list, n, 0, 1);
    versions++;
    deltas += deltaOf(n);
    if (number == DEAD && !isTombstone(n)) live++;
    number = t;
  }
  if (versionsIn(list) != versions) return problem(6, list, 0, versionsIn(list), versions);
  if (liveIn(list) != live || deltas != live) return problem(7, list, 0, liveIn(list), live);
  const stray = strayIn(list);
  if (stray != 0) return problem(18, list, 0, stray, 0);
  const entry = auditGuide(list); // First: the rest searches by it.
  return entry == 0 ? auditLevels(list) : problem(16, list, entry, 0, 0);
}

/** The lowest number in a list. */
function lowest(list: usize): u64 {
  let number: u64 = u64.MAX_VALUE;
  for (let n = next(list + LIST_HEAD, 0); n != 0; n = next(n, 0)) {
    const t = numberOf(n);
    if (t != DEAD) number = min(number, t);
  }
  return number;
}

/** The levels above 0: in order, and a part of level 0. */
function auditLevels(list: usize): i32 {
  const height = load32(list + LIST_HEIGHT);
  if (height == 0 || height > MAX_HEIGHT) return problem(8, list, 0, height, MAX_HEIGHT);
  for (let level = height; level < MAX_HEIGHT; level++) {
    // A writer that died between the link and the raise leaves one level that no search uses.
    if (level > height && next(list + LIST_HEAD, level) != 0)
      return problem(8, list, 0, level, height);
  }
  for (let level: u32 = 1; level < height; level++) {
    let last: usize = 0;
    for (let n = next(list + LIST_HEAD, level); n != 0; n = next(n, level)) {
      if (last != 0 && compareNodes(last, n) > 0) return problem(2, list, n, last, level);
      if (heightOf(n) <= level || !grounded(list, n))
        return problem(3, list, n, heightOf(n), level);
      last = n;
    }
  }
  return OK;
}

/** Whether the node is on level 0. */
function grounded(list: usize, node: usize): bool {
  takeKeyOf(node);
  const t = numberOf(node);
  if (t != DEAD) return findVersion(list, t, 0, 0) == node;
  let n = seek(list, handS0, handS1, handLength, handAt);
  while (n != 0 && n != node && compareNodes(n, node) == 0) n = next(n, 0);
  return n == node;
}

/** Every region of the structure holds a list of the record, or the next one. */
function auditRegions(entry: u32, generation: u32, record: usize): i32 {
  const owner = ownedByEntry(entry, generation);
  const count = listsIn(record);
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    if (load64(at + R_OWNER) != owner || kindOf(load64(at + R_STATE)) != REGION_LIVE) continue;
    let held = <u32>successorOf(listOf(record, 0)) == region;
    if (held && load64(regionBody(region) + LIST_CLOCK) != 0) return problem(14, 0, 0, region, 0);
    for (let i: u32 = 0; i < count; i++) held = held || listRegion(listOf(record, i)) == region;
    if (!held) return problem(13, 0, 0, region, count);
  }
  return OK;
}
