// What a dead participant left in a structure, put into order by looking. There are no intents:
// the root says all.
//
// repair(s), in the one thread that recovers slot s (the arena sees to that); may die anywhere and
// be begun again, here or by another thread, because each step looks at what is there:
//   1. the region of the root's version: LIVE (compact.ts, step 5)
//   2. the other regions of the structure, but for Q0, Q1 and S: CREATING by s: never rooted,
//      freed; LIVE: unlinked, retired
// The queue of s stays as it is: what it published is applied by the next build, and the next
// thread with its slot goes on behind that.
//
// R1  A LIVE region that is none of Q0, Q1, S and the region of the root's version, loaded after
//     the region's state, was rooted once and unlinked for good (version.ts V2): a region becomes
//     LIVE only when it is rooted. Its retirement races with nobody but the same: one CAS wins.
// R2  A region CREATING by s whose version is not the root will never be rooted: s is dead.
//
// Names: see version.ts.

import { cas64, load32, load64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOSED,
  D_OWN,
  entryAt,
  generationOf,
  kindOf,
  ME,
  OK,
  ownerOf,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_FREEING,
  REGION_LIVE,
  regionAt,
  REGIONS,
  stateWord,
} from '@x/shm-arena/assembly/ground/layout';
import { freeRegion, retireFrom } from '@x/shm-arena/assembly/memory/region';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { settleRegion } from './build';
import { enter, isLasting, leave, present, regionOf } from './version';

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status == CLOSED ? OK : status; // Gone with all its regions.
  const version = present(entry, generation);
  if (version == 0) return leave(OK);
  const head: usize = load32(entryAt(entry) + D_OWN);
  settleRegion(regionOf(version));
  if (MUTANT != 84) repairRegions(entry, generation, head, slot);
  return leave(OK);
}

/** Step 2. */
function repairRegions(entry: u32, generation: u32, head: usize, slot: u32): void {
  const owner = ownedByEntry(entry, generation);
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    const word = load64(at + R_STATE);
    const kind = kindOf(word);
    if (kind != REGION_LIVE && (kind != REGION_CREATING || ownerOf(word) != slot + 1)) continue;
    if (load64(at + R_OWNER) != owner || load64(at + R_STATE) != word) continue;
    if (isLasting(head, region)) continue;
    const version = present(entry, generation);
    if (version == 0) return;
    if (regionOf(version) == region) settleRegion(region);
    else if (kind == REGION_LIVE)
      retireFrom(region, word); // R1
    else drop(region, word);
  }
}

/** Frees a region that its dead creator never published. */
function drop(region: u32, word: u64): void {
  const freeing = stateWord(REGION_FREEING, ME + 1, generationOf(word));
  if (cas64(regionAt(region) + R_STATE, word, freeing)) freeRegion(region, freeing);
}
