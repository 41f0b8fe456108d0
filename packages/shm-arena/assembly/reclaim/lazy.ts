// Pins that cost no store while the era stands still: letting go is left to the end of the turn of
// the event loop, so that the next pin finds its interval standing. The lazy pin of Crystalline
// (Nikolaev and Ravindran, 2021) on this arena's intervals.
//
//   clock      7 ─────────────────────── 8 ────────────────────── 9
//   pin        store [7,7] · · ·   pin: stands   · pin: store [8,8]   · · ·  end of turn: store 0
//
// Words of the slot: lower, upper, pins held across calls (reservation.ts).
//
// I1  While the count of pins held is not 0, [lower, upper] is not shortened: a call's own pin
//     changes nothing, `protect` only raises upper.
// I2  While it is 0 and no call runs the interval protects nothing; it stands or not, as is
//     convenient, until `idle`.
//
// No site can check these: memory that is freed too early shows where they do not hold.
//
// pin                                                    a death after this step leaves
//   1. load the clock, lower, upper                        nothing
//   2. moved: store upper, store lower   (both linearize)  a reservation, until recovery clears it
// hold, release: pins held + 1, - 1, plain                 the same
// idle (host, one microtask a turn): 3. store lower 0      nothing
//
// A collect reads lower before upper, and a pin stores upper before lower, so a torn pair is only
// ever wider. (Here the other order would do as well: a collect only judges blocks that were
// retired before it began to read, and whoever is between the two stores has loaded nothing yet.)

import { get32, load64, put32, store64 } from '../ground/atomic';
import { CLOCK, S_LOWER, S_PINS, S_UPPER, SELF } from '../ground/layout';

/**
 * Steps 1 and 2, for the call that runs: nothing ends it but `idle`. Wait-free: no store while the
 * era stands still.
 */
export function pinInterval(): void {
  if (!held()) announceInterval(load64(CLOCK));
}

/** How many pins are held across calls. Owned word. */
export function pinsHeld(): u32 {
  return get32(SELF + S_PINS);
}

/** Whether a pin is held across calls. */
export function held(): bool {
  return pinsHeld() != 0;
}

/** Keeps the call's interval when the call is over. */
export function hold(): void {
  put32(SELF + S_PINS, pinsHeld() + 1);
}

/** Ends a `hold`, without letting go of the interval. */
export function unhold(): void {
  put32(SELF + S_PINS, pinsHeld() - 1);
}

/** Step 2. */
export function announceInterval(era: u64): void {
  const stands = load64(SELF + S_UPPER) == era;
  if (stands && load64(SELF + S_LOWER) == era) return;
  // As in reservation.ts: whoever sees the new lower sees the new upper.
  if (!stands) store64(SELF + S_UPPER, era);
  store64(SELF + S_LOWER, era);
}

/** Step 3. Between calls. True: the interval is gone; false: a pin is held. */
export function idle(): bool {
  if (MUTANT != 52 && held()) return false;
  if (load64(SELF + S_LOWER) != 0) store64(SELF + S_LOWER, 0);
  return true;
}
