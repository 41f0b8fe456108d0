// Pins that cost no store while the era stands still: letting go is left to the end of the turn of
// the event loop, so that the next pin finds its interval standing. The lazy pin of Crystalline
// (Nikolaev and Ravindran, 2021) on this arena's intervals.
//
//   clock      7 ─────────────────────── 8 ────────────────────── 9
//   pin        store [7,7] · · ·   pin: stands   · pin: store [8,8]   · · ·  end of turn: store 0
//
// Words of the slot: lower, upper, nested pins (reservation.ts).
//
// I1  While the nested count is not 0, [lower, upper] is not shortened: pins inside others change
//     nothing, `protect` only raises upper.
// I2  While it is 0 the interval protects nothing; it stands or not, as is convenient, until
//     `idle`.
//
// pin                                                    a death after this step leaves
//   1. load the clock, lower, upper                        nothing
//   2. moved: store upper, store lower   (both linearize)  a reservation, until recovery clears it
// unpin: nested - 1, plain                                 the same
// idle (host, one microtask a turn): 3. store lower 0      nothing
//
// A collect reads lower before upper, and a pin stores upper before lower, so a torn pair is only
// ever wider. (Here the other order would do as well: a collect only judges blocks that were
// retired before it began to read, and whoever is between the two stores has loaded nothing yet.)

import { get32, load64, put32, store64 } from './atomic';
import { CLOCK, S_LOWER, S_NESTED, S_UPPER, SELF } from './layout';

/** Steps 1 and 2. Wait-free: no store while the era stands still. */
export function pinInterval(): void {
  const nested = get32(SELF + S_NESTED); // Owned word.
  put32(SELF + S_NESTED, nested + 1);
  if (nested != 0) return;
  announceInterval();
}

/** Step 2. */
export function announceInterval(): void {
  const era = load64(CLOCK);
  const stands = load64(SELF + S_UPPER) == era;
  if (stands && load64(SELF + S_LOWER) == era) return;
  // As in reservation.ts: whoever sees the new lower sees the new upper.
  if (!stands) store64(SELF + S_UPPER, era);
  store64(SELF + S_LOWER, era);
}

/** Step 4, without letting go of the interval. */
export function unpinInterval(): void {
  put32(SELF + S_NESTED, get32(SELF + S_NESTED) - 1);
}

/** Step 3. True: the interval is gone; false: a pin is open. */
export function idle(): bool {
  if (MUTANT != 52 && get32(SELF + S_NESTED) != 0) return false;
  if (load64(SELF + S_LOWER) != 0) store64(SELF + S_LOWER, 0);
  return true;
}
