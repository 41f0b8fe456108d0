// What becomes of the regions of a map whose maker died, or was not yet done.
//
//            named by the structure                  the structure destroyed, or names another
//   CREATING ──────────────────────► LIVE ──────────────────────────────────────► retired
//       │ its maker is dead, and it is not named
//       └──────────────► FREEING ──► free
//
// settleRegion, by anybody who protects the region        a death after this step leaves
//   1. CAS the state from CREATING to LIVE                  a LIVE region, retired with its entry
//   2. the structure is gone: retire it                     the same
// dropRegion, by who recovers the dead maker
//   3. CAS the state from CREATING to FREEING               freed by whoever recovers this slot
//   4. free its pages                                       the same
//
// G1  A state word is compared as a whole, generation and owner included: what was judged is what
//     is changed. That the structure does not name a region any more, or never will, is the
//     caller's to know.
//
// No site can check G1; the checker looks after every step whether a life comes twice.

import { cas64, load64 } from '../ground/atomic';
import {
  generationOf,
  kindOf,
  ME,
  ownerOf,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_FREEING,
  REGION_LIVE,
  regionAt,
  stateWord,
} from '../ground/layout';
import { ownerGone } from '../ground/owner';
import { freeRegion, retireFrom } from '../memory/region';

/** Steps 1 and 2: a region that the structure names is LIVE, unless the structure is gone. */
export function settleRegion(region: u32): void {
  const at = regionAt(region) + R_STATE;
  const word = load64(at);
  if (kindOf(word) != REGION_CREATING) return;
  const live = stateWord(REGION_LIVE, 0, generationOf(word));
  if (cas64(at, word, live) && ownerGone(load64(regionAt(region) + R_OWNER))) {
    retireFrom(region, live);
  }
}

/** Steps 3 and 4. `word`: its state, when it was judged. */
export function dropRegion(region: u32, word: u64): void {
  const freeing = stateWord(REGION_FREEING, ME + 1, generationOf(word));
  if (cas64(regionAt(region) + R_STATE, word, freeing)) freeRegion(region, freeing, true);
}

/** The state of a region of `owner` that is LIVE or that `slot` is making; 0: it is no such one. */
export function judgedRegion(region: u32, owner: u64, slot: u32): u64 {
  const at = regionAt(region);
  const word = load64(at + R_STATE);
  const kind = kindOf(word);
  if (kind != REGION_LIVE && (kind != REGION_CREATING || ownerOf(word) != slot + 1)) return 0;
  return load64(at + R_OWNER) == owner && load64(at + R_STATE) == word ? word : 0;
}
