// The slices of a region, beside its chunks of pages: which there are, by looking at the table. Its
// structure takes and releases them one by one; here they are counted, and released together.
//
//   arena     |  1/64  |  1/64  |  1/64  |  ...
//   slices         R R       R                      map of the region: bits 0 and 1
//
// Map, in the region's entry, u64, shared: a bit for each 64th of the arena in which the region may
// have slices. Set by who takes some, cleared when the region is FREE.
//
// I1  A bit is set before slices of its 64th name the region.
//
// No site can check I1: slices that name a region which is free show where it does not hold.
//
// mark: 1. load the map, OR the bit if it is not there    a death leaves a bit too many
// releaseSlices, for a region that is FREEING             the same, and the rest for recovery
// releaseOwned, of a dead participant, while it is LIVE   the rest for whoever repairs next

import { load32, load64, or64 } from '../ground/atomic';
import {
  FIRST,
  kindOf,
  P_FREE,
  P_REGION,
  PAGES,
  R_MAP,
  regionAt,
  SLICES,
  SLICES_SHIFT,
  TOP,
} from '../ground/layout';
import { bitsOf, pageAt, pageAux, pageOwner, pageTag, releaseIn, sliceAt } from './pages';

/** Pages of a 64th of the arena, rounded up. */
function partPages(): u32 {
  return (PAGES + 63) >> 6;
}

/** Step 1, before slices from `slice` on are committed to the region. */
export function mark(region: u32, slice: u32): void {
  const at = regionAt(region) + R_MAP;
  const bit: u64 = (<u64>1) << ((slice >> SLICES_SHIFT) / partPages());
  if ((load64(at) & bit) == 0) or64(at, bit);
}

/** Slices that the region has. O(pages of the 64ths in its map, and slices in use there). */
export function countSlices(region: u32): u32 {
  return walk(region, load64(regionAt(region) + R_MAP), false, 0, 0);
}

/** Releases those that `owner`, slot + 1, took, but for the run that begins at slice `keep`. */
export function releaseOwned(region: u32, owner: u32, keep: u32): void {
  walk(region, load64(regionAt(region) + R_MAP), true, owner, keep);
}

/** Releases the slices of a region in the 64ths that `map` names; how many. */
export function releaseSlices(region: u32, map: u64): u32 {
  return walk(region, map, true, 0, 0);
}

/** `owner` 0: of all. */
function walk(region: u32, map: u64, release: bool, owner: u32, keep: u32): u32 {
  let slices: u32 = 0;
  for (let bits = map; bits != 0; bits &= bits - 1) {
    const from = <u32>ctz(bits) * partPages();
    const end = min(load32(TOP), from + partPages());
    for (let page = max(FIRST, from); page < end; page++) {
      slices += walkPage(region, page, release, owner, keep);
    }
  }
  return slices;
}

function walkPage(region: u32, page: u32, release: bool, owner: u32, keep: u32): u32 {
  const whole = load64(pageAt(page));
  if (kindOf(whole) != P_FREE) return 0;
  let slices: u32 = 0;
  for (let bits = bitsOf(whole); bits != 0; bits &= bits - 1) {
    const i = (page << SLICES_SHIFT) + <u32>ctz(bits);
    const word = load64(sliceAt(i));
    if (kindOf(word) != P_REGION || pageTag(word) != region) continue;
    if (owner != 0 && (pageOwner(word) != owner || i == keep)) continue;
    if (!release || releaseIn(SLICES, i, word)) slices += pageAux(word);
  }
  return slices;
}
