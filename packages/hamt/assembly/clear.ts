// Emptying the map: leaf by leaf, each as a write that removes one entry, but for all of them.
//
// a leaf                                                 a death after any step: intent.ts
//   1. the array, renewed if a snapshot has it; the slot, decided; the leaf in whose range the
//      place is: nothing is there, or the place goes on behind it
//   2. its records are noted, all, or the first entry's if an intent has no notes for more
//   3. the way to it is copied without them (build.ts); published, retired (write.ts)
// What is put in behind the place stays.
//
// Names: place a hash, from which on the map is still to be emptied.

import { put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { ANSWER, ENDED, NEXT } from '@x/shm-arena/assembly/map/result';
import { depth, leaf, withoutFirst, withoutLeaf } from './build';
import * as hand from './hand';
import * as intents from './intent';
import { begin, OLDS } from './intent';
import { hasRecord, mapOf } from './layout';
import { countOf, entryAt, recordOf, whatAt } from './leaf';
import { dropRecord } from './record';
import { isBare } from './root';
import { leafBelow, rangeEnd } from './scan';
import { isRetried, reach, replaceBy, slot, word } from './write';

/** Leaves that a call removes at most, and ranges that it looks at. */
const LEAVES: u32 = isDefined(GATED) ? 1 : 64;
const RANGES: u32 = isDefined(GATED) ? 8 : 256;

/** Entries that the last `clearLeaf` has removed. */
let gone: u32 = 0;

/** See index.ts. */
export function clear(entry: u32, generation: u32, placeLow: u32, placeHigh: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  const map = mapOf(domain);
  let place: u64 = ((<u64>placeHigh) << 32) | placeLow;
  let removed: u32 = 0;
  let leaves: u32 = 0;
  let more = !isBare(map);
  for (let i: u32 = 0; more && i < RANGES && leaves < LEAVES; i++) {
    const status = clearHere(map, place);
    if (status != OK && removed == 0) return leave(status);
    if (status != OK) break; // The next call says it.
    removed += gone;
    if (gone != 0) leaves++;
    else place = rangeEnd;
    more = gone != 0 || place != 0;
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
  const status = reach(map);
  if (status != OK) return status;
  leafBelow(<u32>word, slot, place);
  const count: u32 = leaf == 0 ? 0 : countOf(leaf);
  if (count == 0) return OK;
  begin();
  const many: u32 = notesFor(count) <= OLDS ? count : 1;
  for (let i: u32 = 0; i < many; i++) {
    if (hasRecord(whatAt(leaf, i)) && MUTANT != 543) dropRecord(recordOf(entryAt(leaf, i)));
  }
  const link = many == count ? withoutLeaf() : withoutFirst();
  const done = replaceBy(map, link, MUTANT == 544 ? -1 : -(<u64>many));
  if (done == OK) gone = many;
  return done;
}

/** Notes of an intent that takes the leaf out, at most. */
function notesFor(count: u32): u32 {
  let notes = depth + 1;
  for (let i: u32 = 0; i < count; i++) if (hasRecord(whatAt(leaf, i))) notes += 2;
  return notes;
}
