// The map's array of slots, how a slot changes, and snapshots: each is an array that nobody changes
// any more. After the generation-compare-and-swap of the Ctrie: what a slot names counts only if
// the root still had the array's generation after it was put there.
//
//   root     A | 3 ───────────── A | 4 ───────────────── B | 4         B a copy of A, generation 4
//   slot     ─► x   ─► y pending   A is a snapshot's now   ─► x        y failed: it is not in A
//   y.prev          x | PENDING ─────────► x | FAILED
//
// G1  An array's generation is the root's, or less. Once it is less it stays so, and no prev of
//     what its slots name is decided to 0 by who looks then.
// G2  A prev changes once: from PENDING to 0 or to FAILED. What was PENDING to who reads it and has
//     the array's generation behind that, was not in the map yet.
// G3  A slot's word changes by the CAS of a write (6), from one that is decided; and from one that
//     has failed to what was there before (9), by who put it there. Nobody puts it there again.
// G4  What has failed is retired when no slot names it any more; an array when the root does not.
//
// The checker looks after every step at what the present map and each snapshot have: G1, G2 as
// snapshots that change. G3 and G4 show as memory that is freed too early.
//
// settled                                                 a death after this step leaves
//   1. load the slot; what it names is covered              nothing
//   2. its prev PENDING: load the root: CAS prev → 0 if     nothing: whoever comes decides
//      the generations are the same, → FAILED if not
//   3. FAILED: what was there before; the array is an       the same
//      old one, so that a write loses its CAS, and renews
// publish
//   4. made.prev := what 1 found | PENDING                  intent.ts
//   5. the intent is ARMED                                  the same
//   6. CAS the slot                                         a pending one: whoever comes decides
//   7. as 2: to 0               linearizes                  the same
//   8. it is 0: the olds are retired (intent.ts)            olds, until repair
//   9. FAILED: CAS the slot back to what 1 found; undo      the same
// renew, by who is about to write and finds an array of an older generation
//  10. copy it: each slot as 1 to 3                         intent.ts
//  11. the array's own prev := 0; that of the copy is PENDING; ARMED   the same
//  12. CAS the root's array     linearizes (for nobody)     named by the root, or has been: 11
// snapshot, under the lease
//  13. load the root; an array of an older generation: it   nothing
//      is that one
//  14. CAS the root's generation + 1     linearizes         the same
//
// Who reads what is PENDING takes what was there before, if the generations are the same behind
// that; else it decides, as no write may come to an array of an older generation that was read.
//
// Names: array, slot, map as in layout.ts; word a slot's word.

import { cas64, get32, load64, put32, put64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { covered } from '@x/shm-arena/assembly/map/reach';
import * as intents from './intent';
import { arm, begin, finish, giveUp, LINE_NEXT, LINE_WORD, out, take } from './intent';
import {
  A_GENERATION,
  ARRAY,
  blockOf,
  FAILED,
  lineAt,
  MAP_ROOT,
  mapOf,
  OLD,
  PENDING,
  PREV,
  slotAt,
  SLOTS,
} from './layout';

/** In a target, beside an array: it is a snapshot's, which may be of no array. */
export const SNAPSHOT: u32 = 8;

const GENERATION: u64 = 32;

/** Whether what the last function found may be followed; else the walk begins again. */
export let isSure: bool = true;

/** The array that a read is about: `target`'s, or the root's. See `isSure`. 0: there is none. */
export function arrayOf(map: usize, target: u32): usize {
  isSure = true;
  if (target != 0) return target & ~SNAPSHOT;
  const array = <usize>(<u32>load64(map + MAP_ROOT)); // Pairs with 12: it is complete.
  isSure = covered();
  return array;
}

/** Whether nothing was ever written. */
export function isBare(map: usize): bool {
  return <u32>load64(map + MAP_ROOT) == 0;
}

/** Step 2, of what an array's slot names: what its prev says then. */
function decide(map: usize, array: usize, x: usize): u64 {
  const prev = load64(x + PREV);
  if ((prev & PENDING) == 0) return prev;
  const same = MUTANT == 508 || load64(map + MAP_ROOT) >> GENERATION == generationOf(array);
  cas64(x + PREV, prev, same ? 0 : (prev & OLD) | FAILED);
  return load64(x + PREV);
}

export function generationOf(array: usize): u64 {
  return get32(array + A_GENERATION);
}

/** What a slot says to a reader: its word, or that of before. See `isSure`. Steps 1 and 2. */
export function wordFor(map: usize, array: usize, slot: u32): u64 {
  isSure = true;
  const word = load64(slotAt(array, slot));
  if (<u32>word == 0) return word;
  isSure = covered();
  if (!isSure) return 0;
  const x = blockOf(<u32>word);
  let prev = load64(x + PREV);
  if ((prev & PENDING) != 0 && MUTANT != 509) {
    const same = load64(map + MAP_ROOT) >> GENERATION == generationOf(array);
    if (!same) prev = decide(map, array, x);
    // What was there before could be reached until now.
    isSure = covered();
  }
  return prev == 0 ? word : prev & OLD;
}

/** A slot's word for who writes or renews, decided. See `isSure`. Steps 1 and 2. */
function settled(map: usize, array: usize, slot: u32): u64 {
  isSure = true;
  const word = load64(slotAt(array, slot));
  if (<u32>word == 0) return word;
  isSure = covered();
  if (!isSure) return 0;
  const prev = decide(map, array, blockOf(<u32>word));
  return prev == 0 ? word : prev & OLD;
}

/** The array of who is about to write, with the root's generation, or 0; see `status`. */
export function arrayForWrite(map: usize): usize {
  const root = load64(map + MAP_ROOT);
  const array = <usize>(<u32>root);
  if (!covered()) {
    failure = AGAIN;
    return 0;
  }
  if (array != 0 && (MUTANT == 512 || generationOf(array) == root >> GENERATION)) return array;
  failure = renew(map, array, root);
  return 0;
}

/** Why the last function returned 0. */
export let failure: i32 = 0;

/** What the slot says to who writes. False: AGAIN. */
export function settle(map: usize, array: usize, slot: u32): bool {
  found = settled(map, array, slot);
  return isSure;
}

/** The word that `settle` has found. */
export let found: u64 = 0;

/** Steps 4 to 9. False: it is not in the map, and is to be given up. */
export function publish(map: usize, array: usize, slot: u32, word: u64, next: u64): bool {
  const at = slotAt(array, slot);
  const x = blockOf(<u32>next);
  store64(x + PREV, word | PENDING);
  if (MUTANT != 513) arm(array, at, next, false);
  if (!cas64(at, word, next)) return false;
  if (MUTANT == 513) arm(array, at, next, false);
  if (decide(map, array, x) == 0) return true;
  if (MUTANT != 514) cas64(at, next, word);
  return false;
}

/** Steps 10 to 12: always AGAIN, or why it could not. */
function renew(map: usize, array: usize, root: u64): i32 {
  begin();
  const copy = take(ARRAY, array);
  if (copy == 0) return giveUp(whyNot());
  put32(copy + A_GENERATION, <u32>(root >> GENERATION));
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    const word = array == 0 ? 0 : settled(map, array, slot);
    if (!isSure && array != 0) return giveUp(AGAIN);
    put64(slotAt(copy, slot), word);
  }
  if (array != 0) {
    out(array);
    if (MUTANT != 515 && load64(array + PREV) != 0) store64(array + PREV, 0);
  }
  store64(copy + PREV, PENDING);
  const next = ((root >> GENERATION) << GENERATION) | copy;
  arm(copy, map + MAP_ROOT, next, true);
  if (!cas64(map + MAP_ROOT, root, next)) return giveUp(AGAIN);
  finish();
  return AGAIN;
}

/** The target of a snapshot of this instant (13, 14), or 0: AGAIN. */
export function freeze(map: usize): u32 {
  const root = load64(map + MAP_ROOT);
  const array = <u32>root;
  if (array == 0) return SNAPSHOT;
  if (!covered()) return 0;
  if (MUTANT != 516 && generationOf(array) == root >> GENERATION) {
    if (!cas64(map + MAP_ROOT, root, root + ((<u64>1) << GENERATION))) return 0;
  }
  return array | SNAPSHOT;
}

/** Entries of the array that `target` means. See `isSure`. O(1): the slots. */
export function entriesOf(map: usize, target: u32): u32 {
  const array = arrayOf(map, target);
  let entries: u32 = 0;
  if (array == 0 || !isSure) return 0;
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    entries += <u32>(wordFor(map, array, slot) >> 32);
    if (!isSure) return 0;
  }
  return entries;
}

/** Whether what the dead slot's intent was about to put somewhere is in the map, or has been. */
export function isPublished(domain: usize, slot: u32): bool {
  const map = mapOf(domain);
  const line = lineAt(map, slot);
  if (!intents.isArmed(line)) return false;
  const array = intents.armedArray(line);
  const at = <usize>load64(line + LINE_WORD);
  const next = load64(line + LINE_NEXT);
  const x = blockOf(<u32>next);
  if (intents.isOfRoot(line)) return <u32>load64(at) == <u32>next || load64(x + PREV) == 0;
  if (load64(at) == next || MUTANT == 517) {
    const prev = decide(map, array, x);
    if (prev == 0) return true;
    cas64(at, next, prev & OLD);
    return false;
  }
  // It was never there, or somebody has decided it.
  const prev = load64(x + PREV);
  return MUTANT == 518 ? false : prev == 0;
}
