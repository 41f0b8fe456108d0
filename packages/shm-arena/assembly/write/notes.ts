// What a write has made and what it takes out, noted in shared words so that whoever finds it dead
// finishes or undoes it by looking. A map has such words in a line of its own for each slot; how
// many, and how it is told whether a write took effect, is the map's (its intent.ts).
//
//   news: block | class << 32, or REGION | its number     olds: block, or REGION | its number
//
// N1  A block that no word names that somebody can follow is noted in news or olds until it is in a
//     limbo, once.
// N2  An olds' block is retired after it was taken out of the map.
//
// At its site: N1, that what is noted is what is taken. The checker sees blocks that leak, or come
// twice.
//
// take a block                                            a death after this step leaves
//   1. note := what the home's free list has first          judged by whether it still heads that
//   2. pop it (blocks.ts)                                    the same
// afterwards, for each of olds, or of news, in their order
//   3. into the limbo; then the map notes its progress      judged by whether it heads the limbo
//
// A dead thread's limbo and free list are those of its home, which nobody touches before
// `repairHomes` (blocks.ts), the last step of a repair. So the repair goes on there, and what a
// dead repairer did shows there, too. A birth that is undone is set to the lower of its maker, so
// that nobody frees the block before the intent is over.
//
// Names: root of the domain; home of whose notes these are; note a word, or where it stands; q
// class.

import { check, get32, load64, put32, put64, store64 } from '../ground/atomic';
import { N } from '../ground/invariants';
import {
  FULL,
  kindOf,
  ownerOf,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_LIVE,
  REGIONS,
  S_LOWER,
  regionAt,
  slotAt,
} from '../ground/layout';
import { fail, status } from '../ground/thread';
import { cover } from '../map/reach';
import { dropRegion, settleRegion } from '../map/settle';
import { classOf, sizeOfClass } from '../memory/classes';
import { regionCreate, regionSlices, retireFrom, sweep } from '../memory/region';
import { allocBlock, nextBlock } from '../reclaim/blocks';
import { gather, hasShared } from '../reclaim/depot';
import {
  BLOCK_BIRTH,
  BLOCK_KIND,
  BLOCK_TAG,
  CLASSES_MAX,
  DOMAIN_REGION,
  freeOf,
  HEAD,
  USED,
  wordAt,
} from '../reclaim/home';
import { collectAll, intoLimbo } from '../reclaim/limbo';

/** In a note: the number of a region, not a block. */
const REGION: u64 = 1 << 62;

// ---- making -------------------------------------------------------------------------------------

/** A block of so many bytes, noted at `note` (steps 1 and 2); 0: see `status`. */
export function takeNoted(root: usize, home: usize, note: usize, bytes: u32): usize {
  const q = classOf(bytes + HEAD);
  const next = nextBlock(root, home, q);
  if (next == 0) return 0;
  if (MUTANT != 413) store64(note, ((<u64>q) << 32) | next);
  const x: usize = allocBlock(root, home, bytes);
  if (x == 0) {
    store64(note, 0);
    return 0;
  }
  if (MUTANT == 413) store64(note, ((<u64>q) << 32) | next);
  check(x == next, N + 1, x);
  return x;
}

/** How many times what it needs a block may be that is taken for want of another one. */
export const LARGER: u32 = 4;

/** Whether the present write may have larger blocks than it needs: nothing else has helped. */
let stretches: bool = false;

export function mayStretch(may: bool): void {
  stretches = may;
}

/** As `takeNoted`, or of a larger class, of which the home or the depot has one. */
export function takeAnyNoted(root: usize, home: usize, note: usize, bytes: u32): usize {
  const x = takeNoted(root, home, note, bytes);
  if (x != 0 || !stretches || status() != FULL) return x;
  const least = classOf(bytes + HEAD);
  const most = sizeOfClass(least) * LARGER;
  for (let q = least + 1; q < CLASSES_MAX && sizeOfClass(q) <= most; q++) {
    if (freeOf(home, q) == 0 && !hasShared(root, q)) continue;
    const larger = takeNoted(root, home, note, sizeOfClass(q) - HEAD);
    if (larger != 0) return larger;
  }
  return 0;
}

/** A region of the map, CREATING and covered, noted at `note`; below 0: see `status`. */
export function takeRegionNoted(root: usize, note: usize): i32 {
  const region = regionCreate(ownerIn(root), 0);
  if (region < 0) {
    fail(-region);
    return region;
  }
  store64(note, REGION | region);
  cover();
  return region;
}

/** Who owns the regions of a map. */
function ownerIn(root: usize): u64 {
  return load64(regionAt(get32(root + DOMAIN_REGION)) + R_OWNER);
}

/** The note of a region that goes out of the map. */
export function regionOut(region: u32): u64 {
  cover();
  settleRegion(region);
  return REGION | region;
}

/** What a note of news names is named by the map now. */
export function settleNew(note: u64): void {
  if ((note & REGION) != 0) settleRegion(<u32>note);
}

// ---- retiring -----------------------------------------------------------------------------------

/**
 * Step 3, of what was taken out. `resumed`: by a repair; `first`: what it comes to first, which the
 * dead may have retired.
 */
export function retireOld(root: usize, home: usize, note: u64, resumed: bool, first: bool): void {
  const x: usize = <u32>note;
  if ((note & REGION) != 0) {
    retireRegion(<u32>note);
    return;
  }
  const q = get32(x - HEAD + BLOCK_KIND) & 0xff; // Frozen while the block is in use.
  if (resumed && first && MUTANT != 404 && heads(home, q, x)) return;
  if (resumed) used(x, q);
  intoLimbo(root, home, x);
}

/** Step 3, of what `slot` has made in vain. */
export function retireNew(
  root: usize,
  home: usize,
  slot: u32,
  note: u64,
  resumed: bool,
  first: bool,
): void {
  const x: usize = <u32>note;
  const q = <u32>(note >> 32);
  if ((note & REGION) != 0) {
    dropMine(<u32>note, slot);
    return;
  }
  if (resumed && first && heads(home, q, x)) return;
  const isFree = (<usize>freeOf(home, q) & ~1) == x - HEAD;
  if (isFree && MUTANT != 436) return; // The dead had not taken it yet.
  used(x, q);
  put64(x - HEAD + BLOCK_BIRTH, load64(slotAt(slot) + S_LOWER));
  intoLimbo(root, home, x);
}

/** Says that a block is in use: plain stores of the dead may be lost, or be of step 3. */
function used(x: usize, q: u32): void {
  put32(x - HEAD + BLOCK_KIND, BLOCK_TAG | USED | q);
}

/** Whether a block is the first of a home's limbo. */
function heads(home: usize, q: u32, x: usize): bool {
  return (<usize>(<u32>load64(wordAt(home, q))) & ~1) == x - HEAD;
}

/** A region that was taken out; may be repeated, as somebody's reservation covers it. */
function retireRegion(region: u32): void {
  const word = load64(regionAt(region) + R_STATE);
  if (kindOf(word) == REGION_LIVE) retireFrom(region, word);
}

/** A region that `slot` has made in vain; may be repeated. */
function dropMine(region: u32, slot: u32): void {
  const word = load64(regionAt(region) + R_STATE);
  if (kindOf(word) == REGION_CREATING && ownerOf(word) == slot + 1) dropRegion(region, word);
}

/** After a death: regions that the dead had not noted yet. */
export function dropUnnoted(root: usize, slot: u32): void {
  const owner = ownerIn(root);
  for (let region: u32 = 0; region < REGIONS; region++) {
    if (load64(regionAt(region) + R_OWNER) == owner) dropMine(region, slot);
  }
}

// ---- when memory is short -----------------------------------------------------------------------

/**
 * Frees what nobody reads: O(what waits). `own`: the call may still read what its pin covers; else
 * it has nothing, between two tries. Behind it `gather` (reclaim/depot.ts).
 */
export function collectFor(root: usize, home: usize, own: bool): void {
  sweep();
  collectAll(root, home, own);
}

/** `gather`, for all empty spans: how many slices came back. */
export function gatherAll(root: usize, home: usize): u32 {
  const region = get32(root + DOMAIN_REGION);
  const before = regionSlices(region);
  gather(root, home, true);
  const after = regionSlices(region);
  return before > after ? before - after : 0; // Others take some.
}
