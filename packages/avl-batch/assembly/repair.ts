// What a dead participant left in a structure, put into order by looking. There are no intents:
// the root says all.
//
// repair(s), in the one thread that recovers slot s (the arena sees to that); may die anywhere and
// be begun again, here or by another thread, because each step looks at what is there:
//   1. the region of the root's version: LIVE (compact.ts, step 5)
//   2. the other regions of the structure, but for Q0, Q1, S and the one that the root's version
//      moves out of: CREATING by s: never rooted, freed; LIVE: unlinked, retired
//   3. the bucket of the last op of the queue of s (own.ts, step 8)
// The queue of s stays as it is: what it published is applied by the next build, and the next
// thread with its slot goes on behind that.
//
// R1  A LIVE region that is none of Q0, Q1, S and those of the root's version, loaded after the
//     region's state, was rooted once and unlinked for good (version.ts V2): a region becomes LIVE
//     only when it is rooted, and an old one was its predecessor's. Its retirement races with
//     nobody but the same: one CAS wins.
// R2  A region CREATING by s whose version is not the root will never be rooted: s is dead.
//
// No site can check these: the audit finds what a repair has left (5).
//
// Names: see version.ts.

import { load32 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED,
  D_OWN,
  entryAt,
  kindOf,
  OK,
  REGION_LIVE,
  REGIONS,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { enter, leave, present } from '@x/shm-arena/assembly/map/call';
import { dropRegion, judgedRegion, settleRegion } from '@x/shm-arena/assembly/map/settle';
import { retireFrom } from '@x/shm-arena/assembly/memory/region';
import { keepLast } from './own';
import { isLasting, isNamed, queueAt, regionOf } from './version';

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status == CLOSED ? OK : status; // Gone with all its regions.
  const version = present(entry, generation);
  if (version == 0) return leave(OK);
  const head: usize = load32(entryAt(entry) + D_OWN);
  settleRegion(regionOf(version));
  if (MUTANT != 84) repairRegions(entry, generation, head, slot);
  if (MUTANT != 302) keepLast(queueAt(head, slot));
  return leave(OK);
}

/** Step 2. */
function repairRegions(entry: u32, generation: u32, head: usize, slot: u32): void {
  const owner = ownedByEntry(entry, generation);
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = judgedRegion(region, owner, slot);
    if (word == 0 || isLasting(head, region)) continue;
    const version = present(entry, generation);
    if (version == 0) return;
    if (regionOf(version) == region) settleRegion(region);
    else if (isNamed(version, region) && MUTANT != 280) continue;
    else if (kindOf(word) == REGION_LIVE)
      retireFrom(region, word); // R1
    else dropRegion(region, word);
  }
}
