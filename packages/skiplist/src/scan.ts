// Batches over the kernel's `scan`: what of it is a list's own, versions and tombstones.

import {
  Batch,
  giveRecords,
  longOf,
  type Records,
  readSome,
  takeRecords,
  VERSION_HEAD,
} from '@x/shm-arena/map';
import { type Bounds, EVERYTHING, RangeScan } from '@x/shm-arena/ordered';
import { KEYS_ONLY, START } from '../build/numbers/arena/map/codes.ts';
import type { ListMeasure, Version } from './api.ts';
import type { AnyCore, Core } from './core.ts';
import { ScanFlag } from './kernel.ts';

/** What is read of a scan at most in one call when nothing says less. */
const READ = 1024;

/** What a list's scan goes over, and the numbers that tell the kernel what to read. */
interface Source<C extends AnyCore> {
  readonly core: C;
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;
  /** Throws when it is closed. */
  check(): void;
}

/** A scan in progress. */
export class ListScan extends RangeScan {
  declare protected readonly view: Source<AnyCore>;
  private resumeLow = 0;
  private resumeHigh = 0;

  constructor(view: Source<AnyCore>, bounds: Readonly<Bounds>, flags: number) {
    super(view, bounds, flags, VERSION_HEAD);
  }

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { core, target, seqLow, seqHigh } = this.view;
    return core.kernel.scan(
      core.entry,
      core.generation,
      target,
      seqLow,
      seqHigh,
      flags,
      limit,
      this.startLength,
      this.startAt,
      this.endLength,
      this.endAt,
      this.resumeLow,
      this.resumeHigh,
      out,
      outBytes,
    );
  }

  protected override goOnBehind(records: Records, at: number): void {
    super.goOnBehind(records, at);
    if ((this.flags & ScanFlag.VERSIONS) === 0) return;
    this.startFlags = START | ScanFlag.RESUME;
    this.resumeLow = records.seqLow(at);
    this.resumeHigh = records.seqHigh(at);
  }
}

/** Versions and tombstones. */
export class VersionBatch<K, V> extends Batch<Version<K, V>, never> {
  private readonly scan: ListScan;
  private readonly core: Core<K, V>;

  constructor(view: Source<Core<K, V>>, bounds: Readonly<Bounds>, flags: number) {
    super(bounds.empty ? 0 : bounds.limit);
    this.scan = new ListScan(view, bounds, flags);
    this.core = view.core;
  }

  protected read(want: number): boolean {
    const { core, scan, keys } = this;
    const records = takeRecords();
    const count = readSome(scan, want, records);
    let next = 0;
    records.walk(count, true, (at, keyLength, valueLength) => {
      const keyAt = at + VERSION_HEAD;
      const key = core.keyPort.read(records.bytes, keyAt, keyLength);
      const seq = longOf(records.seqLow(at), records.seqHigh(at));
      if (records.tombstone(at)) keys[next++] = { key, seq, tombstone: true };
      else {
        const valueAt = keyAt + ((keyLength + 7) & -8);
        const value = core.valuePort.read(records.bytes, valueAt, valueLength);
        keys[next++] = { key, value, seq, tombstone: false };
      }
    });
    giveRecords(records);
    this.count = count;
    return scan.more;
  }
}

/** The lengths of all versions a view has, added up. */
export function measure(view: Source<AnyCore>): ListMeasure {
  const flags = ScanFlag.VERSIONS | ScanFlag.TOMBSTONES | KEYS_ONLY;
  const scan = new ListScan(view, EVERYTHING, flags);
  const sum = { entries: 0, tombstones: 0, keyBytes: 0, valueBytes: 0 };
  const records = takeRecords();
  while (scan.more) {
    const count = scan.read(READ, records);
    sum.entries += count;
    records.walk(count, false, (at, keyLength, valueLength) => {
      if (records.tombstone(at)) sum.tombstones++;
      sum.keyBytes += keyLength;
      sum.valueBytes += valueLength;
    });
  }
  giveRecords(records);
  return sum;
}
