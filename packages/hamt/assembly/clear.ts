// Emptying the map: a leaf, or all leaves of a node, as a write that removes one entry, but for all
// of them.
//
//   hash   0 ─ nothing ─┬─[ leaf ]──[ leaf ]──[ leaf ]─┬─[ leaf ]── ─ ─► 2^64
//                     place     of one node: one write
//
// a leaf, or a node                                      a death after any step: intent.ts
//   1. the array, renewed if a snapshot has it; the slot, decided; the leaf in whose range the
//      place is, or none
//   2. what goes is noted: all leaves of the node, and their records; if an intent has no notes for
//      them, or a node is below it, the leaf and its; or the record of its first entry
//   3. the way to it is copied without it (build.ts); published, retired (write.ts)
//   4. the place goes on behind the leaf's range, unless but one entry went
// What others put in meanwhile stays, or goes.
//
// Names: place a hash, from which on the map is still to be emptied.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { ANSWER, ENDED, NEXT } from '@x/shm-arena/assembly/map/result';
import { depth, leaf, without, withoutFirst } from './build';
import * as hand from './hand';
import * as intents from './intent';
import { begin, OLDS, out } from './intent';
import { hasRecord, isNode, linkAt, mapOf, N_RUNS } from './layout';
import { countOf, entryAt, recordOf, whatAt } from './leaf';
import { pathNode } from './notes';
import { dropRecord, notesFor } from './record';
import { isBare } from './root';
import { leafBelow, rangeEnd } from './scan';
import { isRetried, reach, replaceBy, slot, word } from './write';

/** Notes of an intent that are used here. */
const MOST: u32 = isDefined(GATED) ? 4 : OLDS;
/** Writes of a call at most, and ranges that it looks at. */
const WRITES: u32 = isDefined(GATED) ? 1 : 64;
const RANGES: u32 = isDefined(GATED) ? 8 : 256;

/** Entries that the last `clearLeaf` has removed, and whether there are more where they were. */
let gone: u32 = 0;
let rest: bool = false;

/** See index.ts. */
export function clear(entry: u32, generation: u32, placeLow: u32, placeHigh: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  const map = mapOf(domain);
  let place: u64 = ((<u64>placeHigh) << 32) | placeLow;
  let removed: u32 = 0;
  let writes: u32 = 0;
  let more = !isBare(map);
  for (let i: u32 = 0; more && i < RANGES && writes < WRITES; i++) {
    const status = clearHere(map, place);
    if (status != OK && removed == 0) return leave(status);
    if (status != OK) break; // The next call says it.
    removed += gone;
    if (gone != 0) writes++;
    if (!rest || MUTANT == 545) place = rangeEnd; // Where the leaf was that has gone, nothing is.
    more = rest || place != 0;
    if (MUTANT == 546 && gone > 1) more = false;
  }
  put32(io() + ANSWER, removed);
  put32(io() + NEXT, more ? 1 : 0);
  put64(io() + ENDED, place);
  return leave(OK);
}

function clearHere(map: usize, place: u64): i32 {
  for (let round: u32 = 0; ; round++) {
    hand.put(0, 0, 0, 0, place);
    const status = clearLeaf(map, place);
    if (isRetried(status, round, true)) continue;
    return status == AGAIN ? CONTENDED : status;
  }
}

/** Steps 1 to 3. AGAIN, or why not: nothing was removed. */
function clearLeaf(map: usize, place: u64): i32 {
  gone = 0;
  rest = false;
  const status = reach(map);
  if (status != OK) return status;
  leafBelow(<u32>word, slot, place);
  if (leaf == 0 || countOf(leaf) == 0) return OK;
  begin();
  let count: u32 = 0;
  let link: u32 = 0;
  if (depth > 0 && notesBelow(pathNode(depth - 1)) + depth <= MOST) {
    const x = pathNode(depth - 1);
    const runs = <u32>popcnt(get64(x + N_RUNS));
    for (let i: u32 = 0; i < runs; i++) count += noteLeaf(get32(linkAt(x, i)));
    out(x);
    link = without(depth - 1);
  } else if (notesOf(leaf) + depth <= MOST) {
    count = noteLeaf(leaf);
    link = without(depth);
  } else {
    count = 1;
    rest = true;
    noteRecord(leaf, 0);
    link = withoutFirst();
  }
  const done = replaceBy(map, link, MUTANT == 544 ? -1 : -(<u64>count));
  if (done == OK) gone = count;
  return done;
}

/** Notes that it takes, at most, if a leaf goes. */
function notesOf(leaf: usize): u32 {
  let notes: u32 = 1;
  for (let i: u32 = 0; i < countOf(leaf); i++)
    if (hasRecord(whatAt(leaf, i))) notes += notesFor(recordOf(entryAt(leaf, i)));
  return notes;
}

/** The same of all leaves of a node; more than there are if a node is below it. */
function notesBelow(x: usize): u32 {
  const runs = <u32>popcnt(get64(x + N_RUNS));
  let notes: u32 = 0;
  for (let i: u32 = 0; i < runs && notes <= MOST; i++) {
    const link = get32(linkAt(x, i));
    if (isNode(link)) return MOST + 1;
    if (link != 0) notes += notesOf(link);
  }
  return notes;
}

/** Step 2, of a leaf, or of none; how many entries it has. */
function noteLeaf(leaf: usize): u32 {
  if (leaf == 0) return 0;
  out(leaf);
  const count = countOf(leaf);
  for (let i: u32 = 0; i < count && MUTANT != 543; i++) noteRecord(leaf, i);
  return count;
}

function noteRecord(leaf: usize, i: u32): void {
  if (hasRecord(whatAt(leaf, i))) dropRecord(recordOf(entryAt(leaf, i)));
}
