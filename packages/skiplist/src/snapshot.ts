// A list as of one instant: a clock value, the stack of lists at that time, and a lease that keeps
// those lists' memory. Snapshots of one stack share one lease: what keeps its lists for one keeps
// them for all, and while it does the stack's record stays where it is.

import { type Lease, longOf, ShmError, takeLease } from '@x/shm-arena/internal';
import type { SkipListSnapshot } from './api.ts';
import type { Core } from './core.ts';
import { ListView } from './view.ts';

/** The open snapshots of one handle. */
export class Snapshots<K, V> {
  readonly open = new Set<Snapshot<K, V>>();
  private readonly core: Core<K, V>;
  /** By the offset of the stack's record. */
  private readonly leases = new Map<number, Lease>();

  constructor(core: Core<K, V>) {
    this.core = core;
  }

  /** A snapshot of now, or of `at`. */
  take(at: bigint | undefined): Snapshot<K, V> {
    const { core, leases, open } = this;
    this.load(at);
    const known = leases.get(core.result(0));
    const lease = known?.share() ?? takeLease(core.seat, () => this.load(at));
    const record = core.result(0);
    leases.set(record, lease);
    const snapshot = new Snapshot(core, record, core.result(2), core.result(3), () => {
      open.delete(snapshot);
      if (lease.drop() && leases.get(record) === lease) leases.delete(record);
    });
    open.add(snapshot);
    return snapshot;
  }

  /** Leaves record and number in the result block. */
  private load(at: bigint | undefined): void {
    const { core } = this;
    const { kernel, entry, generation } = core;
    const call = () => {
      core.member.check();
      core.crossing.begin();
      if (at === undefined) return kernel.snapshot(entry, generation);
      // Number 1 is the clock's first value, before any write; to the kernel 0 means the present.
      const seq = at === 0n ? 1n : at;
      return kernel.snapshotAt(entry, generation, Number(seq & LOW), Number(seq >> 32n));
    };
    core.finish(call(), call, at === undefined ? 'snapshot' : `snapshotAt(${at}n)`);
  }

  closeAll(): void {
    for (const snapshot of this.open) snapshot.close();
  }
}

const LOW = 0xffff_ffffn;

export class Snapshot<K, V> extends ListView<K, V> implements SkipListSnapshot<K, V> {
  readonly seq: bigint;
  private readonly letGo: () => void;

  constructor(core: Core<K, V>, record: number, low: number, high: number, letGo: () => void) {
    super(core, record, low, high);
    this.seq = longOf(low, high);
    this.letGo = letGo;
  }

  protected ended(): Error {
    return new ShmError('SNAPSHOT_CLOSED', 'this snapshot is closed');
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.letGo();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
