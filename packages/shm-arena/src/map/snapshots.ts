// The open snapshots of one handle. Each shows a record in the arena (a stack of lists, a version
// of a tree), which a lease keeps. Snapshots of one record share one lease: what keeps it for one
// keeps it for all, and while it does, its offset means nothing else.

import { SNAP_ROOT } from '../../build/numbers/map/result.ts';
import type { Seat } from '../life/seat.ts';
import { type Lease, takeLease } from '../structure/lease.ts';

/** The map, as far as its snapshots look at it. */
interface Subject {
  readonly seat: Seat;
  /** The word at offset `at` of the result block. */
  result(at: number): number;
}

/** What is open. */
interface Open {
  close(): void;
}

export class Snapshots {
  readonly #open = new Set<Open>();
  readonly #core: Subject;
  /** By the offset of the record. */
  readonly #leases = new Map<number, Lease>();

  constructor(core: Subject) {
    this.#core = core;
  }

  /**
   * Takes a snapshot.
   *
   * @param load leaves the record's offset in word 0 of the result block; may run several times
   * @param make makes the snapshot from the result block; `letGo` ends its hold, once
   */
  take<S extends Open>(load: () => void, make: (letGo: () => void) => S): S {
    const core = this.#core;
    const open = this.#open;
    const leases = this.#leases;
    load();
    const known = leases.get(core.result(SNAP_ROOT));
    const lease = known?.share() ?? takeLease(core.seat, load);
    const record = core.result(SNAP_ROOT);
    leases.set(record, lease);
    const snapshot = make(() => {
      open.delete(snapshot);
      if (lease.drop() && leases.get(record) === lease) leases.delete(record);
    });
    open.add(snapshot);
    return snapshot;
  }

  closeAll(): void {
    for (const snapshot of this.#open) snapshot.close();
  }
}
