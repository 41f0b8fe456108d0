// Leases: what a snapshot holds so that memory of its instant stays. A lease is one era, which
// stands in the thread's slot or in its ledger; assembly/memory/leases.ts says how. Where no memory
// is left for a lease, it shares an interval of eras with others of its kind. Which eras these are
// is noted here, in the record that all copies of this package in a thread share, so that the
// interval ends where the first and the last of those that are left do. A grant is a lease that
// belongs to a structure: it stands in the arena (assembly/memory/grants.ts) and has no user in any
// thread.

import { ShmError } from '../ground/errors.ts';
import { Status } from '../ground/kernel.ts';
import type { Seat } from '../life/seat.ts';

/** One lease, with any number of users in this thread. */
export class Lease {
  readonly #seat: Seat;
  readonly #name: number;
  #users = 1;

  /** @param name what `leaseTake` returned */
  constructor(seat: Seat, name: number) {
    this.#seat = seat;
    this.#name = name;
  }

  /** One more user. */
  share(): this {
    this.#users++;
    return this;
  }

  /** One user less; the last one lets go. Returns whether it was the last. */
  drop(): boolean {
    if (--this.#users > 0) return false;
    // After a detach the slot may be somebody else's.
    if (this.#seat.shared.holds > 0 && this.#seat.isAlive()) letGo(this.#seat, this.#name);
    return true;
  }
}

function take({ kernel, shared }: Seat): number {
  const name = kernel.leaseTake();
  if (name < 0) shared.overflow.push(-name);
  return name;
}

function letGo({ kernel, shared }: Seat, name: number): void {
  if (name > 0) {
    kernel.leaseDrop(name);
    return;
  }
  // In the order in which they were taken, which is that of their eras.
  const { overflow } = shared;
  overflow.splice(overflow.indexOf(-name), 1);
  kernel.leaseAnchor(overflow[0] ?? 0, overflow.at(-1) ?? 0);
}

/**
 * Takes a lease and loads a root under it, again until the era held still meanwhile.
 *
 * @param load loads what the lease is to keep; may run several times, and throw
 */
export function takeLease(seat: Seat, load: () => void): Lease {
  for (;;) {
    const name = take(seat);
    let held = false;
    try {
      load();
      held = seat.kernel.leaseHold(name) !== 0;
    } finally {
      if (!held && seat.isAlive()) letGo(seat, name);
    }
    if (held) return new Lease(seat, name);
  }
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
 * @throws ShmError LIMIT_REACHED (15 936 in the arena), ARENA_FULL (no page for more of them),
 *   CLOSED (the structure was destroyed)
 */
export function takeGrant({ seat, entry, generation }: Owner, load: () => number): Grant {
  const { kernel } = seat;
  let record = kernel.grantTake(entry, generation);
  if (record < 0) {
    seat.recoverQuietly(); // The dead may have been taking some.
    record = seat.tryIndex(() => kernel.grantTake(entry, generation));
  }
  if (record === -Status.LIMIT) {
    throw new ShmError(
      'LIMIT_REACHED',
      `lease: all ${kernel.grants()} leases of structures in this arena are in use`,
    );
  }
  if (record < 0) throw seat.error(-record, 'lease');
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
