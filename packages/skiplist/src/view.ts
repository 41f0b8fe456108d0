// Reading: one implementation for lists, snapshots and frozen lists. They differ in the three
// numbers that tell the kernel what to read, and in when they are over.

import type { Range } from '@x/shm-arena';
import {
  type Batch,
  type Bounds,
  EntryBatch,
  EVERYTHING,
  encodeRange,
  getMany,
  KEYS,
  KeyIterator,
  OrderedView,
  RangeFlag,
  Status,
} from '@x/shm-arena/internal';
import type { Showing, Version, VersionedReadable, VersionedValue, VersionRange } from './api.ts';
import type { Core, View } from './core.ts';
import { ABSENT, NEED, ScanFlag, TOMBSTONE } from './kernel.ts';
import { countWithin, ListScan, VersionBatch } from './scan.ts';

const { OK } = Status;

export abstract class ListView<K, V>
  extends OrderedView<K, V>
  implements VersionedReadable<K, V>, View
{
  readonly core: Core<K, V>;
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;
  protected readonly bound;
  /** Set when this view is over. */
  protected over = false;

  constructor(core: Core<K, V>, target: number, seqLow: number, seqHigh: number) {
    super();
    this.core = core;
    this.target = target;
    this.seqLow = seqLow;
    this.seqHigh = seqHigh;
    this.bound = core.bound;
  }

  /** The error of a call after the end. */
  protected abstract ended(): Error;

  check(): void {
    if (this.over || !this.core.member.isOpen) throw this.ended();
  }

  get(key: K): V | undefined {
    const { core } = this;
    let status = this.tryGet(key);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this.tryGet(key), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult();
  }

  private tryGet(key: K): number {
    this.check();
    const { core } = this;
    const { keyPort } = core;
    core.crossing.begin();
    keyPort.pack(key);
    return core.kernel.get(
      core.entry,
      core.generation,
      this.target,
      this.seqLow,
      this.seqHigh,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
    );
  }

  has(key: K): boolean {
    let status = this.tryGet(key);
    if (status === NEED) return true;
    if (status !== OK && status !== ABSENT) {
      status = this.core.finish(status, () => this.tryGet(key), 'has');
    }
    return status === OK;
  }

  getEntry(key: K): VersionedValue<V> | undefined {
    const { core } = this;
    const status = core.finish(this.tryGet(key), () => this.tryGet(key), 'getEntry');
    const seq = core.resultLong(2);
    if (status === ABSENT) {
      return seq !== 0n && core.result(1) & TOMBSTONE ? { seq, tombstone: true } : undefined;
    }
    return { value: core.readResult(), seq, tombstone: false };
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    const { core } = this;
    return getMany(core, keys, (count, at, out, outBytes) => {
      this.check();
      return core.kernel.getMany(
        core.entry,
        core.generation,
        this.target,
        this.seqLow,
        this.seqHigh,
        count,
        at,
        out,
        outBytes,
      );
    });
  }

  get size(): number {
    this.check();
    return countWithin(this, EVERYTHING);
  }

  protected countWithin(bounds: Readonly<Bounds>): number {
    this.check();
    return countWithin(this, bounds);
  }

  protected batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    this.check();
    const scan = new ListScan(this, bounds, parts === KEYS ? RangeFlag.KEYS_ONLY : 0);
    return new EntryBatch(scan, this.core, bounds, parts, size);
  }

  override entries(range: VersionRange<K> & Showing): IterableIterator<Version<K, V>>;
  override entries(range?: Range<K>): IterableIterator<[K, V]>;
  override entries(range?: VersionRange<K>): IterableIterator<Version<K, V> | [K, V]> {
    if (!range?.versions && !range?.tombstones) return super.entries(range);
    this.check();
    const flags =
      (range.versions ? ScanFlag.VERSIONS : 0) | (range.tombstones ? ScanFlag.TOMBSTONES : 0);
    const bounds = encodeRange(range, this.bound);
    return new KeyIterator(new VersionBatch(this, this.core, bounds, flags));
  }
}
