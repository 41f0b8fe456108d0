// Images: an arena written to a file and brought back. All positions are offsets, so the bytes are
// the whole truth; what this file adds is which pages hold anything, and the step that tells a
// loaded arena that the threads of its former life are gone.
//
//   save: for each used page: bytes ─► file       load: file ─► pages ─► inspect ─► thaw ─► attach,
//         digest before and after: equal = quiet                       recover (all were dead)
//
// I1  The system pages and every page whose word is not 0 are used; all others may be left out, and
//     a page of zeros may be left out too (`isZero`), because a new memory is zero.
// I2  After `thaw` no slot is ALIVE, no thread id and no watch list is left:
//     a thread id of another process must not bury anybody here.
//
// No site can check these; the tests of images do, on what they saved and thawed.
//
// thaw, in a memory that no thread has attached yet; per slot
//   1. clear thread id, lock flag and watch list
//   2. ALIVE → DEAD; all without thread bits. Locks stay: whom they name is not alive.
// A death in between leaves a memory that nobody has: the host throws it away.

import { load64, store32, store64 } from '../ground/atomic';
import { digest } from '../ground/digest';
import {
  FIRST,
  PAGES,
  PARTICIPANTS,
  SLOT_ALIVE,
  SLOT_DEAD,
  S_LOCK_HELD,
  S_STATE,
  S_THREAD,
  S_WATCHED,
  WATCHED,
  generationOf,
  kindOf,
  slotAt,
  view,
} from '../ground/layout';
import { isFree } from '../memory/pages';
import { slotWord } from '../life/slot';
import { result } from '../ground/thread';

/** `digest` for the host: resultLow, resultHigh. */
export function hash(at: u32, bytes: u32): void {
  result(digest(at, bytes, 0));
}

/** True when all `bytes` (a multiple of 8) at `at` are zero. */
export function isZero(at: u32, bytes: u32): bool {
  let any: u64 = 0;
  for (let i: u32 = 0; i < bytes && any == 0; i += 8) any = load64(<usize>at + i);
  return any == 0;
}

/** The first page from `page` on that holds anything (I1), or PAGES. */
export function nextUsed(page: u32): u32 {
  for (let p = page; p < PAGES; p++) {
    if (p < FIRST || !isFree(p)) return p;
  }
  return PAGES;
}

/** Steps 1 and 2. How many participants died with the former life. Needs no slot. */
export function thaw(): u32 {
  view();
  let count: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const at = slotAt(slot);
    store32(at + S_THREAD, 0);
    store32(at + S_LOCK_HELD, 0);
    for (let i: u32 = 0; i < WATCHED; i++) store32(at + S_WATCHED + (i << 2), 0);
    const word = load64(at + S_STATE);
    const alive = kindOf(word) == SLOT_ALIVE;
    if (alive) count++;
    const kind = alive ? SLOT_DEAD : kindOf(word);
    store64(at + S_STATE, slotWord(kind, 0, generationOf(word)));
  }
  return count;
}
