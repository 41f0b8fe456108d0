// The end of a turn of the event loop. An interval pin leaves its reservation standing, so that the
// next one in the same turn finds it there and stores nothing; one microtask lets go.

import type { Seat } from '../life/seat.ts';

/** What a kernel with lazy pins exports. */
export interface LazyKernel {
  idle(): number;
}

const waiting = new WeakSet<Seat>();

/** Lets go at the end of this turn, unless a pin is open then. */
export function letGo(seat: Seat, kernel: LazyKernel): void {
  if (waiting.has(seat)) return;
  waiting.add(seat);
  queueMicrotask(() => {
    waiting.delete(seat);
    // After a detach the slot may be somebody else's.
    if (seat.shared.holds > 0 && seat.isAlive()) kernel.idle();
  });
}
