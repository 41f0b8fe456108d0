// Waiting for a lock: a thread that may block, and was refused a lock by a living one, sleeps on
// the lock's word until that is given back.
//
//   map   WAITING u64, shared: a bit for each slot (modulo 64) that sleeps, or is about to
//
// awaitLock                                              a death after this step leaves
//   1. pin; set the own bit; unpin                         owners that wake nobody, until repair
//   2. sleep while the word is what was found              the same
//   3. pin; clear the bit, if the map is there; unpin      nothing
// who gives a lock back: 4. the word   5. WAITING is not 0: wake who sleeps on the word
//
// W1  Step 5 sees the bit, or step 2 another word: 1 comes before 2, and 4 before 5.
//
// Nothing else depends on a bit. Where two slots share one, or the block is another one by the time
// of step 2, the sleep lasts as long as it was to last. It holds no pin, and nothing of the map.
//
// No site can check W1: in the checker nobody sleeps.

import { and64, load64, or64, sleepOn, wakeAll } from '@x/shm-arena/assembly/ground/atomic';
import { ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { LOCK, MAP_WAITING, mapOf } from './layout';

/** The block whose lock this thread was refused last in the present call, or 0; and its word. */
let wanted: usize = 0;
let found: u32 = 0;

/** A call begins. */
export function wantNothing(): void {
  wanted = 0;
}

export function want(x: usize, word: u32): void {
  wanted = x;
  found = word;
}

/** Step 5, behind step 4. */
export function wake(map: usize, x: usize): void {
  if (!isDefined(GATED) && load64(map + MAP_WAITING) != 0) wakeAll(x + LOCK);
}

/** Clears the bit of a slot. */
export function clearWaiting(map: usize, slot: u32): void {
  const bit = (<u64>1) << (slot & 63);
  if ((load64(map + MAP_WAITING) & bit) != 0) and64(map + MAP_WAITING, ~bit);
}

/** See index.ts. */
export function awaitLock(entry: u32, generation: u32, microseconds: u32): u32 {
  if (wanted == 0) return 0;
  let domain = look(entry, generation, 0);
  if (domain == 0) return 0;
  or64(mapOf(domain) + MAP_WAITING, (<u64>1) << (ME & 63));
  leave(OK);
  const told: u32 = sleepOn(wanted + LOCK, found, microseconds) ? 1 : 2;
  domain = look(entry, generation, 0);
  if (domain == 0) return told;
  clearWaiting(mapOf(domain), ME);
  leave(OK);
  return told;
}
