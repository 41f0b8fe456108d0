// Reading: what a list has beside every map, for lists, snapshots and frozen lists. They differ in
// the three numbers that tell the kernel what to read, and in when they are over.

import type { Range } from '@x/shm-arena';
import {
  BEGIN,
  BOUND,
  type Bounds,
  CHECK,
  CHECK_ALL,
  CORE,
  COUNT_WITHIN,
  ENTRIES_OF,
  EVERYTHING,
  encodeRange,
  flagOf,
  KeyIterator,
  MapView,
  type Members,
  RANGE,
  type RangeScan,
  SCAN_OF,
  TARGET,
  TRY_GET,
  TRY_GET_MANY,
} from '@x/shm-arena/internal';
import type { Showing, Version, VersionedReadable, VersionedValue, VersionRange } from './api.ts';
import type { Core, View } from './core.ts';
import { SEQ_HIGH, SEQ_LOW } from './core.ts';
import { ABSENT, ScanFlag, TOMBSTONE } from './kernel.ts';
import { countWithin, ListScan, VersionBatch } from './scan.ts';

const VERSION_RANGE: Members = {
  ...RANGE,
  names: [...RANGE.names, 'versions', 'tombstones'],
};

export abstract class ListView<K, V>
  extends MapView<Core<K, V>, K, V>
  implements VersionedReadable<K, V>, View
{
  readonly [TARGET]: number;
  readonly [SEQ_LOW]: number;
  readonly [SEQ_HIGH]: number;

  constructor(core: Core<K, V>, target: number, seqLow: number, seqHigh: number) {
    super(core);
    this[TARGET] = target;
    this[SEQ_LOW] = seqLow;
    this[SEQ_HIGH] = seqHigh;
  }

  protected [TRY_GET](key: K): number {
    const { [CORE]: core, [TARGET]: target, [SEQ_LOW]: seqLow, [SEQ_HIGH]: seqHigh } = this;
    const { kernel, entry, generation } = core;
    const { length, k0, k1, k2, k3 } = this[BEGIN](key);
    return kernel.get(entry, generation, target, seqLow, seqHigh, length, k0, k1, k2, k3);
  }

  protected [TRY_GET_MANY](count: number, at: number, out: number, outBytes: number): number {
    const { [CORE]: core, [TARGET]: target, [SEQ_LOW]: seqLow, [SEQ_HIGH]: seqHigh } = this;
    const { kernel, entry, generation } = core;
    return kernel.getMany(entry, generation, target, seqLow, seqHigh, count, at, out, outBytes);
  }

  protected [SCAN_OF](bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new ListScan(this, bounds, flags);
  }

  getEntry(key: K): VersionedValue<V> | undefined {
    const { [CORE]: core } = this;
    const status = core.finish(this[TRY_GET](key), () => this[TRY_GET](key), 'getEntry');
    const seq = core.resultLong(2);
    if (status === ABSENT) {
      return seq !== 0n && core.result(1) & TOMBSTONE ? { seq, tombstone: true } : undefined;
    }
    return { value: core.readResult(status), seq, tombstone: false };
  }

  get size(): number {
    this[CHECK]();
    return countWithin(this, EVERYTHING);
  }

  protected [COUNT_WITHIN](bounds: Readonly<Bounds>): number {
    this[CHECK]();
    return countWithin(this, bounds);
  }

  override entries(range: VersionRange<K> & Showing): IterableIterator<Version<K, V>>;
  override entries(range?: Range<K>): IterableIterator<[K, V]>;
  override entries(range?: VersionRange<K>): IterableIterator<Version<K, V> | [K, V]> {
    if (range === undefined) return super.entries();
    const bounds = encodeRange(range, this[BOUND], VERSION_RANGE);
    const flags =
      (flagOf('range.versions', range.versions) ? ScanFlag.VERSIONS : 0) |
      (flagOf('range.tombstones', range.tombstones) ? ScanFlag.TOMBSTONES : 0);
    if (flags === 0) return this[ENTRIES_OF](bounds);
    this[bounds.empty ? CHECK_ALL : CHECK]();
    return new KeyIterator(new VersionBatch(this, this[CORE], bounds, flags), this);
  }
}
