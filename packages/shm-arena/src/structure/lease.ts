// Leases: what a snapshot holds so that memory of its instant stays. A lease is one era in the
// thread's slot; assembly/memory/reservation.ts says what it keeps. The slot has room for a few;
// beyond them an interval is widened for all, whose users are counted here, in the record that all
// copies of this package in a thread share. A grant is a lease that belongs to a structure: it
// stands in the arena (assembly/memory/grants.ts) and has no user in any thread.

import { LEASES } from '../../build/numbers/ground/layout.ts';
import { ShmError } from '../ground/errors.ts';
import { Status } from '../ground/kernel.ts';
import type { Seat } from '../life/seat.ts';

/** What `leaseTake` returns for the interval that any number of leases share. */
const OVERFLOW = LEASES;

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

// ── Grants ───────────────────────────────────────────────────────────────────────────────────────

/** A lease of a structure, by the record that it stands in: plain, for any thread. */
export interface Grant {
  readonly record: number;
  readonly generation: number;
}

/** A structure, as `Membership` has it. */
interface Owner {
  readonly seat: Seat;
  readonly entry: number;
  readonly generation: number;
}

/**
 * Takes a lease for a structure: it stands until `dropGrant`, or until the structure is destroyed,
 * whichever thread dies. A thread that dies before this returns has taken none, or the structure's
 * repair finds it by `listGrants`.
 *
 * @param load loads what the lease is to keep, an offset that is noted with it; may run several
 *   times, and throw
 * @throws ShmError LIMIT_REACHED (64 in the arena), CLOSED (the structure was destroyed)
 */
export function takeGrant({ seat, entry, generation }: Owner, load: () => number): Grant {
  const { kernel } = seat;
  let record = kernel.grantTake(entry, generation);
  if (record === -Status.LIMIT) {
    seat.recoverQuietly(); // The dead may have been taking some.
    record = kernel.grantTake(entry, generation);
  }
  if (record < 0) {
    throw new ShmError(
      'LIMIT_REACHED',
      `lease: all ${kernel.grants()} leases of structures in this arena are in use`,
    );
  }
  const grant = { record, generation: kernel.grantGeneration(record) >>> 0 };
  let given = false;
  try {
    let root: number;
    do root = load();
    while (!kernel.grantHold(record));
    const status = kernel.grantGive(record, root | 0);
    given = true;
    if (status !== Status.OK) throw seat.error(status, 'lease');
  } finally {
    if (!given && seat.isAlive()) kernel.grantDrop(record, grant.generation);
  }
  return grant;
}

/** What was loaded under a grant, from any thread; undefined: it was dropped. */
export function grantRoot(owner: Owner, { record, generation }: Grant): number | undefined {
  const { kernel } = owner.seat;
  const status = kernel.grantFind(record, generation, owner.entry, owner.generation);
  return status === Status.OK ? kernel.resultLow() >>> 0 : undefined;
}

/** Ends a grant for everybody. Returns whether it stood. */
export function dropGrant(owner: Owner, grant: Grant): boolean {
  if (grantRoot(owner, grant) === undefined) return false;
  return owner.seat.kernel.grantDrop(grant.record, grant.generation) === Status.OK;
}

/** All that a structure was given and that was not dropped. */
export function listGrants({ seat, entry, generation }: Owner): Grant[] {
  const { kernel } = seat;
  const found: Grant[] = [];
  for (let from = 0; ; ) {
    const record = kernel.grantNext(entry, generation, from);
    if (record < 0) return found;
    found.push({ record, generation: kernel.resultLow() >>> 0 });
    from = record + 1;
  }
}
