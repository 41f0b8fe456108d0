// How far a call's walk may follow links: by the rule of the arena's reservations (reservation.ts,
// "Links") what was loaded from a word that others store into is followed only while the clock has
// not passed the upper that has stood since the walk's root was loaded; else the walk begins again
// at the root. What a lease keeps needs none of it.
//
// A walk that begins again finds the clock's next move further ahead, by a power of two each time:
// to repeat it once more, as many eras must pass during one walk.

import { load64, store64 } from '../ground/atomic';
import { CLOCK, S_UPPER, SELF } from '../ground/layout';

/** Whether what was loaded just now may be followed. */
export function covered(): bool {
  return MUTANT == 400 || load64(CLOCK) <= load64(SELF + S_UPPER);
}

/** Before a walk begins again for the `round`-th time: lets upper run ahead of the clock. */
export function reachOn(round: u32): void {
  const clock = load64(CLOCK);
  if (clock > load64(SELF + S_UPPER))
    store64(SELF + S_UPPER, clock + ((<u64>1) << min(round, 10)) - 1);
}

/** What was made up to now, and is not freed yet, stays while the pin does. */
export function cover(): void {
  if (MUTANT != 430) reachOn(0);
}
