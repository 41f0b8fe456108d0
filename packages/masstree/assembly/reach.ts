// Following links: by the rule of the arena's reservations a link inside a block is followed only
// while the clock has not passed the upper that has stood since the walk's root was loaded, else
// the walk begins again at the root of the map (reservation.ts, "Links"). What a lease keeps needs
// none of it: a snapshot's blocks are never stored into, and stay.
//
// R1  Whatever a walk stands on was current at some time of the call, and stays while its pin does.
//
// No site can check R1; the checker sees memory that is freed too early.
//
// A walk that begins again finds the clock's next move further ahead, by a power of two each time:
// to repeat it once more, as many eras must pass during one walk.

import { load32, load64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOCK, S_UPPER, SELF } from '@x/shm-arena/assembly/ground/layout';
import { LOST } from './layout';

/** Whether what was loaded just now may be followed. */
export function covered(): bool {
  return MUTANT == 400 || load64(CLOCK) <= load64(SELF + S_UPPER);
}

/** The link in a word of a block that the walk stands on, or LOST. `kept`: by a lease. */
export function hop(word: usize, kept: bool): u32 {
  const link = load32(word); // Pairs with the store that published the block.
  return kept || covered() ? link : LOST;
}

/** The block that a slot's value word names, or LOST. */
export function hopValue(word: usize, kept: bool): u32 {
  const block = <u32>load64(word);
  return kept || covered() ? block : LOST;
}

/** Before a walk begins again for the `round`-th time: lets upper run ahead of the clock. */
export function reachOn(round: u32): void {
  const clock = load64(CLOCK);
  if (clock > load64(SELF + S_UPPER))
    store64(SELF + S_UPPER, clock + ((<u64>1) << min(round, 10)) - 1);
}

/** What stands in a block whose lock this thread has may be read after it is unlocked. */
export function cover(): void {
  if (MUTANT != 430) reachOn(0);
}
