// Leases: what a snapshot holds so that memory of its instant stays. A lease is one era in the
// thread's slot; assembly/reservation.ts says what it keeps. The slot has room for a few; beyond
// them an interval is widened for all, whose users are counted here, in the record that all copies
// of this package in a thread share.

import type { Seat } from './seat.ts';

/** What `leaseTake` returns for the interval that any number of leases share. */
const OVERFLOW = 12;

/** One lease, with any number of users in this thread. */
export class Lease {
  readonly #seat: Seat;
  readonly #index: number;
  #users = 1;

  constructor(seat: Seat, index: number) {
    this.#seat = seat;
    this.#index = index;
  }

  /** One more user. */
  share(): this {
    this.#users++;
    return this;
  }

  /** One user less; the last one lets go. Returns whether it was the last. */
  drop(): boolean {
    if (--this.#users > 0) return false;
    const { kernel, shared } = this.#seat;
    // After a detach the slot may be somebody else's.
    if (shared.holds > 0 && this.#seat.isAlive()) {
      if (this.#index < OVERFLOW || --shared.overflow === 0) kernel.leaseDrop(this.#index);
    }
    return true;
  }
}

/**
 * Takes a lease and loads a root under it, again until the era held still meanwhile.
 *
 * @param load loads what the lease is to keep; may run several times, and throw
 */
export function takeLease(seat: Seat, load: () => void): Lease {
  const { kernel, shared } = seat;
  const index = kernel.leaseTake();
  if (index === OVERFLOW) shared.overflow++;
  const lease = new Lease(seat, index);
  try {
    do load();
    while (!kernel.leaseHold(index));
  } catch (error) {
    lease.drop();
    throw error;
  }
  return lease;
}
