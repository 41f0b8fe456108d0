// What a dead participant left in a structure: finished, or undone, by looking.
//
// repair(s), in the one thread that recovers slot s (the arena sees to that); may die anywhere and
// be begun again, here or by another thread, because each step looks at what is there:
//   1. finish a seal that stands half-way (`opened`)
//   2. each list of the stack: the shard of s names what was under way
//      node, not counted yet: linked or not? Decide it (stamp.ts), and count it if it is a version
//      descriptor: abort it if it is building; if it is committed, store the counters it holds
//      then clear the intent
//      slices that s took for a filter which is not there: release them (filter.ts)
//   3. regions: CREATING by s and the next list's: make it LIVE; not: free it. LIVE and neither in
//      the stack nor next: a destruction or a clear got as far as the root: retire it
//
// R1  A node that repair finds unstamped and not at the front of its key is not linked, and never
//     will be: its writer is dead, and nobody links behind an undecided front (node.ts I4).
// R2  Counters count node x iff their versions reach the intent's; the store of the counters is one
//     atomic store, and the intent is cleared after it. Doing it twice stores the same.
// R3  A LIVE region that the root's record, loaded after the region's state, does not hold, nor its
//     active list names, was unlinked for good (seal.ts L1): it had been named before it was LIVE,
//     and a name stays. Its retirement races with nobody but the same: one CAS wins.
//
// No site can check these: the audit finds what a repair has left (4, 6, 7, 13).
//
// Names: see node.ts, seal.ts.

import { get64, load64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, kindOf, OK, REGION_LIVE, REGIONS } from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { enter, leave, present } from '@x/shm-arena/assembly/map/call';
import { dropRegion, judgedRegion, settleRegion } from '@x/shm-arena/assembly/map/settle';
import { retireFrom } from '@x/shm-arena/assembly/memory/region';
import { releaseDead } from './filter';
import {
  SHARD_COUNTERS,
  countersOf,
  deltaOf,
  SHARD_INTENT,
  KEY,
  keyLength,
  listRegion,
  liveOf,
  REST,
  shardAt,
  SHARD_SLAB,
  STAMP,
  versionsOf,
} from './node';
import { listsIn, listOf } from './record';
import { opened, successorOf } from './seal';
import { seek } from './search';
import { abort, batchKind, batchLive, batchVersions, COMMITTED, DEAD, stampNode } from './stamp';

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status == CLOSED ? OK : status; // Gone with all its regions.
  const record = present(entry, generation);
  if (record == 0) return leave(OK);
  opened(record);
  if (MUTANT != 38) {
    const count = listsIn(record);
    for (let i: u32 = 0; i < count; i++) repairShard(listOf(record, i), slot);
  }
  repairRegions(entry, generation, slot);
  return leave(OK);
}

/** Step 2 for one list. */
function repairShard(list: usize, slot: u32): void {
  const shard = shardAt(list, slot);
  releaseDead(list, slot);
  // The slab's word and the region's cursor are plain: of the dead's last stores any may be
  // missing.
  if (MUTANT != 170) store64(shard + SHARD_SLAB, 0);
  const intent = load64(shard + SHARD_INTENT);
  if (intent == 0) return;
  const target = <usize>(<u32>intent);
  if ((target & 1) != 0) {
    const batch = target ^ 1;
    abort(batch);
    if (batchKind(batch) == COMMITTED) {
      store64(shard + SHARD_COUNTERS, countersOf(batchVersions(batch), batchLive(batch)));
    }
  } else {
    repairNode(list, shard, target, <u32>(intent >> 32));
  }
  store64(shard + SHARD_INTENT, 0);
}

function repairNode(list: usize, shard: usize, node: usize, after: u32): void {
  const counters = load64(shard + SHARD_COUNTERS);
  if (MUTANT != 42 && versionsOf(counters) + 1 != after) return; // R2: it is counted.
  let w = load64(node + STAMP);
  if (w == 0) w = front(list, node) == node ? stampNode(list, node) : load64(node + STAMP); // R1
  if (w == 0 || w == DEAD) return;
  store64(shard + SHARD_COUNTERS, countersOf(after, liveOf(counters) + deltaOf(node)));
}

/** The front version of the node's key. */
function front(list: usize, node: usize): usize {
  const len = keyLength(node);
  return seek(list, get64(node + KEY), get64(node + KEY + 8), len, (node + REST) | 1);
}

/** Step 3. */
function repairRegions(entry: u32, generation: u32, slot: u32): void {
  const owner = ownedByEntry(entry, generation);
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = judgedRegion(region, owner, slot);
    if (word == 0) continue;
    const stacked = inStack(entry, generation, region);
    if (stacked < 0) return;
    if (stacked > 0) settleRegion(region);
    else if (kindOf(word) == REGION_LIVE)
      retireFrom(region, word); // R3
    else dropRegion(region, word);
  }
}

/** Whether the region's list is in the present record or comes next; -1: the structure is gone. */
function inStack(entry: u32, generation: u32, region: u32): i32 {
  const record = present(entry, generation);
  if (record == 0) return -1;
  if (MUTANT != 166) opened(record); // L6: a clear may have come after the repair began.
  const count = listsIn(record);
  for (let i: u32 = 0; i < count; i++) if (listRegion(listOf(record, i)) == region) return 1;
  return MUTANT != 192 && successorOf(listOf(record, 0)) == region ? 1 : 0;
}
