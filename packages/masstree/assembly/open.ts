// Opening snapshots: each is one instant, at which nobody is between deciding to store into the map
// and having stored. Its content is what can be reached then from the root. From there on nobody
// stores into these blocks: who wants to replaces them first, on the path from the root, by copies
// of a higher generation.
//
//   number   6 ───────────────────────── 6 | opening ───────────── 7
//   writer     armed? looks: 6: stores      armed? looks: opening: waits
//   opener                                 waits until nobody is armed, loads the root
//
// Words: MAP_NUMBER, MAP_NEWEST; of a line LINE_OPEN, the newest number that its thread has open (0
// none), and how many it has; its state (intent.ts) says whether it is armed.
//
// N1  A snapshot of number n shows what was stored by who found n or less, armed. From the instant
//     on whoever is armed finds n + 1 at least.
// N2  Into a block of generation g somebody stores only when no snapshot n >= g is open: MAP_NEWEST
//     is at least every n that is open, and is looked at between a look at the number and another
//     one, armed, that finds the same.
// N3  A block's generation is the number that its maker found. Nobody changes it.
//
// open                                                  a death after this step leaves
//   1. load the number n                                  nothing
//   2. LINE_OPEN := n                                     copies that nobody needs, until repair
//   3. CAS number n → n | opening                         an opening, which the next writer ends
//   4. MAP_NEWEST := n, if that is more                   the same
//   5. wait until each slot was seen not armed            the same
//   6. root and counts: loads                             the same
//   7. CAS number n | opening → n + 1     linearizes      as 2
// settle, by who finds an opening that does not end: 8. CAS n | opening → n + 1: 7 fails, and its
// opener begins again
// close: 9. LINE_OPEN := 0, when the thread's last is closed; 10. MAP_NEWEST: CAS from what was
// seen to the most of all lines
//
// Who is paused or dead while it is armed keeps an opener waiting, which says CONTENDED; nobody
// else waits for either.

import {
  cas64,
  get64,
  load32,
  load64,
  pause,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK, PARTICIPANTS, TRIES } from '@x/shm-arena/assembly/ground/layout';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { putSnapshot } from '@x/shm-arena/assembly/map/result';
import { entriesOf, isArmed, isCurrent, LINE_OPEN, LINE_SNAPSHOTS, ownLine } from './intent';
import { GENERATION, H_ROOT, lineAt, MAP_HEAD, MAP_NEWEST, MAP_NUMBER } from './layout';

const OPENING: u64 = 1;

/** The word that a write begins with, and finds again when it is armed; 0: begin again. */
export function settled(map: usize): u64 {
  let word = load64(map + MAP_NUMBER);
  for (let round: u32 = 0; (word & OPENING) != 0; round++) {
    if (round == TRIES) {
      cas64(map + MAP_NUMBER, word, word + 1); // Step 8.
      return 0;
    }
    pause(round);
    word = load64(map + MAP_NUMBER);
  }
  return word;
}

/** The newest snapshot that may be open, of a write that has found the number before: N2. */
export function newestOf(map: usize): u64 {
  return load64(map + MAP_NEWEST);
}

/** Whether a snapshot up to `newest` may show the block. */
export function isShown(newest: u64, x: usize): bool {
  const last = MUTANT == 451 ? newest - 1 : newest;
  return newest != 0 && MUTANT != 420 && get64(x + GENERATION) <= last;
}

/** OK, and the snapshot is in the result; AGAIN, CONTENDED. */
export function open(map: usize): i32 {
  const line = ownLine(map);
  const status = tryOpen(map, line);
  if (status == OK) store32(line + LINE_SNAPSHOTS, load32(line + LINE_SNAPSHOTS) + 1);
  else if (load32(line + LINE_SNAPSHOTS) == 0) forget(map, line);
  return status;
}

/** Steps 1 to 7. */
function tryOpen(map: usize, line: usize): i32 {
  const word = settled(map);
  if (word == 0) return AGAIN;
  const number = word >> 1;
  store64(line + LINE_OPEN, number);
  if (!cas64(map + MAP_NUMBER, word, word | OPENING)) return AGAIN;
  if (MUTANT != 425) raise(map, number);
  const early: u32 = MUTANT == 447 ? load32(map + MAP_HEAD + H_ROOT) : 0;
  if (MUTANT != 421) {
    for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
      for (let round: u32 = 0; isArmed(lineAt(map, slot)); round++) {
        if (round == TRIES) {
          cas64(map + MAP_NUMBER, word | OPENING, word + 2);
          return CONTENDED;
        }
        pause(round);
      }
    }
  }
  const root = MUTANT == 447 ? early : load32(map + MAP_HEAD + H_ROOT);
  const entries = entriesOf(map);
  if (!cas64(map + MAP_NUMBER, word | OPENING, word + 2)) return AGAIN;
  if (MUTANT == 425) raise(map, number);
  putSnapshot(root | SNAPSHOT, <u32>entries, number);
  return OK;
}

/** In a target, beside a link: it is a snapshot's, which may have none. */
export const SNAPSHOT: u32 = 8;

/** Step 4. */
function raise(map: usize, number: u64): void {
  while (true) {
    const newest = load64(map + MAP_NEWEST);
    if (newest >= number || cas64(map + MAP_NEWEST, newest, number)) return;
  }
}

/** Steps 9 and 10, for one snapshot of this thread. */
export function close(map: usize): void {
  const line = ownLine(map);
  const left = load32(line + LINE_SNAPSHOTS);
  if (left == 0) return;
  store32(line + LINE_SNAPSHOTS, left - 1);
  if (MUTANT == 449 || left == 1) forget(map, line);
}

/** A line has no snapshot any more; who died between 9 and 10 may have been about to say so. */
export function forget(map: usize, line: usize): void {
  if (load64(line + LINE_OPEN) != 0) store64(line + LINE_OPEN, 0);
  const newest = load64(map + MAP_NEWEST);
  let most: u64 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const other = lineAt(map, slot);
    if (MUTANT != 448 && isCurrent(other, slot)) most = max(most, load64(other + LINE_OPEN));
  }
  if (most < newest) cas64(map + MAP_NEWEST, newest, most);
}
