// Reading: what a list has beside every map, for lists, snapshots and frozen lists. They differ in
// the three numbers that tell the kernel what to read, and in when they are over.

import type { Range } from '@x/shm-arena';
import {
  type Bounds,
  EVERYTHING,
  encodeRange,
  KeyIterator,
  MapView,
  type RangeScan,
} from '@x/shm-arena/internal';
import type { Showing, Version, VersionedReadable, VersionedValue, VersionRange } from './api.ts';
import type { Core, View } from './core.ts';
import { ABSENT, ScanFlag, TOMBSTONE } from './kernel.ts';
import { countWithin, ListScan, VersionBatch } from './scan.ts';

export abstract class ListView<K, V>
  extends MapView<Core<K, V>, K, V>
  implements VersionedReadable<K, V>, View
{
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;

  constructor(core: Core<K, V>, target: number, seqLow: number, seqHigh: number) {
    super(core);
    this.target = target;
    this.seqLow = seqLow;
    this.seqHigh = seqHigh;
  }

  protected tryGet(key: K): number {
    const { core, target, seqLow, seqHigh } = this;
    const { kernel, entry, generation } = core;
    const { length, k0, k1, k2, k3 } = this.begin(key);
    return kernel.get(entry, generation, target, seqLow, seqHigh, length, k0, k1, k2, k3);
  }

  protected tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { core, target, seqLow, seqHigh } = this;
    const { kernel, entry, generation } = core;
    return kernel.getMany(entry, generation, target, seqLow, seqHigh, count, at, out, outBytes);
  }

  protected scanOf(bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new ListScan(this, bounds, flags);
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

  get size(): number {
    this.check();
    return countWithin(this, EVERYTHING);
  }

  protected countWithin(bounds: Readonly<Bounds>): number {
    this.check();
    return countWithin(this, bounds);
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
