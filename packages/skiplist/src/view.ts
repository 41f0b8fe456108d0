// Reading: what a list has beside every map, for lists, snapshots and frozen lists. They differ in
// the three numbers that tell the kernel what to read, and in when they are over.

import type { Range } from '@x/shm-arena';
import { KeyIterator, READER } from '@x/shm-arena/map';
import {
  type Bounds,
  encodeRange,
  entriesOf,
  OrderedReader,
  OrderedView,
  RANGE,
  type RangeScan,
} from '@x/shm-arena/ordered';
import { flagOf, type Members } from '@x/shm-arena/structure';
import { FOUND_FLAGS, FOUND_NUMBER } from '../build/numbers/arena/map/result.ts';
import type { Showing, Version, VersionedReadable, VersionedValue, VersionRange } from './api.ts';
import type { Core } from './core.ts';
import { ABSENT, ScanFlag, TOMBSTONE } from './kernel.ts';
import { ListScan, VersionBatch } from './scan.ts';

const VERSION_RANGE: Members = {
  ...RANGE,
  names: [...RANGE.names, 'versions', 'tombstones'],
};

/** Reads the whole stack (target 0), one list of it, or a snapshot; see assembly/index.ts. */
export class ListReader<K, V> extends OrderedReader<Core<K, V>, K, V> {
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;

  constructor(
    core: Core<K, V>,
    target: number,
    seqLow: number,
    seqHigh: number,
    letGo?: () => void,
  ) {
    super(core, letGo);
    this.target = target;
    this.seqLow = seqLow;
    this.seqHigh = seqHigh;
  }

  tryGet(key: K, flags: number): number {
    const { core, target, seqLow, seqHigh } = this;
    const { kernel, entry, generation } = core;
    const { length, k0, k1, k2, k3 } = this.begin(key);
    return kernel.get(entry, generation, target, seqLow, seqHigh, flags, length, k0, k1, k2, k3);
  }

  protected override tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { core, target, seqLow, seqHigh } = this;
    const { kernel, entry, generation } = core;
    return kernel.getMany(entry, generation, target, seqLow, seqHigh, count, at, out, outBytes);
  }

  protected scan(bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new ListScan(this, bounds, flags);
  }

  override countWithin(bounds: Readonly<Bounds>): number {
    return super.countWithin(bounds, ScanFlag.COUNT);
  }
}

export abstract class ListView<R extends ListReader<K, V>, K, V>
  extends OrderedView<R, K, V>
  implements VersionedReadable<K, V>
{
  getEntry(key: K): VersionedValue<V> | undefined {
    const reader = this[READER];
    const { core } = reader;
    const status = core.ask('getEntry', () => reader.tryGet(key, 0));
    const seq = core.resultLong(FOUND_NUMBER);
    if (status === ABSENT) {
      return seq !== 0n && core.result(FOUND_FLAGS) & TOMBSTONE
        ? { seq, tombstone: true }
        : undefined;
    }
    return { value: core.readResult(status), seq, tombstone: false };
  }

  override entries(range: VersionRange<K> & Showing): IterableIterator<Version<K, V>>;
  override entries(range?: Range<K>): IterableIterator<[K, V]>;
  override entries(range?: VersionRange<K>): IterableIterator<Version<K, V> | [K, V]> {
    if (range === undefined) return super.entries();
    const reader = this[READER];
    const bounds = encodeRange(range, reader.bound, VERSION_RANGE);
    const flags =
      (flagOf('range.versions', range.versions) ? ScanFlag.VERSIONS : 0) |
      (flagOf('range.tombstones', range.tombstones) ? ScanFlag.TOMBSTONES : 0);
    if (flags === 0) return entriesOf(reader, bounds);
    if (bounds.empty) reader.checkAll();
    else reader.check();
    return new KeyIterator(new VersionBatch(reader, bounds, flags), reader);
  }
}
