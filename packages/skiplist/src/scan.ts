// Batches over the kernel's `scan`: one reader of records, and on it the three kinds of batches
// that lists, snapshots and frozen lists hand to the iterators of @x/shm-arena.

import {
  Batch,
  type Bounds,
  ENTRIES,
  EVERYTHING,
  giveRecords,
  KEYS,
  type Records,
  takeRecords,
  VALUES,
} from '@x/shm-arena/internal';
import type { ListMeasure, Version } from './api.ts';
import type { AnyCore, Core, View } from './core.ts';
import { ScanFlag, seqOf } from './kernel.ts';

/** What is read of a scan at most in one call when nothing says less. */
const READ = 1024;

/** A scan in progress, as records. Holds nothing in the arena between two reads. */
export class RecordScan {
  /** Of the last read. The offset of a record, as `Records` counts. */
  lastAt = 0;
  more = true;
  private readonly view: View;
  private readonly core: AnyCore;
  private readonly flags: number;
  private start: Uint8Array | undefined;
  private startFlags: number;
  private readonly end: Uint8Array | undefined;
  private resumeLow = 0;
  private resumeHigh = 0;

  constructor(view: View, bounds: Readonly<Bounds>, flags: number) {
    this.view = view;
    this.core = view.core;
    const { reverse, low, lowOpen, high, highOpen } = bounds;
    this.start = reverse ? high : low;
    this.end = reverse ? low : high;
    this.startFlags = startFlag(this.start, reverse ? highOpen : lowOpen);
    this.flags =
      flags |
      (reverse ? ScanFlag.REVERSE : 0) |
      (this.end === undefined ? 0 : ScanFlag.END) |
      (this.end !== undefined && (reverse ? lowOpen : highOpen) ? ScanFlag.END_OPEN : 0);
  }

  /**
   * Reads up to `limit` records; `records` is undefined for a scan that only counts.
   * @returns their number, or what was counted
   */
  read(limit: number, records: Records | undefined): number {
    this.core.finish(this.call(limit), () => this.call(limit), 'scan');
    return this.accept(records);
  }

  private call(limit: number): number {
    const { core, view, start, end } = this;
    const { crossing } = core;
    view.check();
    crossing.begin();
    const startIn = start === undefined ? 0 : crossing.put(start, 0, start.length);
    const endIn = end === undefined ? 0 : crossing.put(end, 0, end.length);
    return core.kernel.scan(
      core.entry,
      core.generation,
      view.target,
      view.seqLow,
      view.seqHigh,
      this.flags | this.startFlags,
      limit,
      start?.length ?? 0,
      crossing.at + startIn,
      end?.length ?? 0,
      crossing.at + endIn,
      this.resumeLow,
      this.resumeHigh,
      crossing.outAt,
      crossing.outBytes & -8,
    );
  }

  private accept(records: Records | undefined): number {
    const { core } = this;
    const count = core.result(0);
    const length = core.result(1);
    this.more = core.result(2) !== 0;
    if (records === undefined && !this.more) return count;
    const { crossing } = core;
    const run = records ?? takeRecords();
    run.load(crossing.view, crossing.out, length);
    if (length > 0) {
      this.lastAt = core.result(3) - (crossing.outAt >>> 0);
      if (this.more) this.goOnBehind(run, this.lastAt);
    }
    if (records === undefined) giveRecords(run);
    return count;
  }

  private goOnBehind(records: Records, at: number): void {
    this.start = records.key(at);
    if ((this.flags & ScanFlag.VERSIONS) === 0) {
      this.startFlags = ScanFlag.START | ScanFlag.START_OPEN;
      return;
    }
    this.startFlags = ScanFlag.START | ScanFlag.RESUME;
    this.resumeLow = records.seqLow(at);
    this.resumeHigh = records.seqHigh(at);
  }
}

function startFlag(start: Uint8Array | undefined, open: boolean): number {
  if (start === undefined) return 0;
  return open ? ScanFlag.START | ScanFlag.START_OPEN : ScanFlag.START;
}

/** Live entries, or their keys or values alone. */
export class EntryBatch<K, V> extends Batch<K, V> {
  private readonly scan: RecordScan;
  private readonly core: Core<K, V>;
  private readonly parts: number;

  constructor(
    view: View,
    core: Core<K, V>,
    bounds: Readonly<Bounds>,
    parts: number,
    size?: number,
  ) {
    super(bounds, size);
    this.scan = new RecordScan(view, bounds, parts === KEYS ? ScanFlag.KEYS_ONLY : 0);
    this.core = core;
    this.parts = parts;
  }

  protected read(want: number): boolean {
    const { core, scan, parts } = this;
    const records = takeRecords();
    let count = 0;
    do count = scan.read(want, records);
    while (count === 0 && scan.more);
    // New arrays are young: storing what was just decoded into them needs no write barrier.
    if (parts & KEYS) this.keys = new Array(count);
    if (parts & VALUES) this.values = new Array(count);
    const { keys, values } = this;
    if (parts === ENTRIES) records.entries(count, core.keyPort, core.valuePort, keys, values);
    else if (parts === KEYS) records.keys(count, core.keyPort, keys);
    else records.values(count, core.valuePort, values);
    giveRecords(records);
    this.count = count;
    return scan.more;
  }
}

/** Versions and tombstones. */
export class VersionBatch<K, V> extends Batch<Version<K, V>, never> {
  private readonly scan: RecordScan;
  private readonly core: Core<K, V>;

  constructor(view: View, core: Core<K, V>, bounds: Readonly<Bounds>, flags: number) {
    super(bounds);
    this.scan = new RecordScan(view, bounds, flags);
    this.core = core;
  }

  protected read(want: number): boolean {
    const { core, scan, keys } = this;
    const records = takeRecords();
    let count = 0;
    do count = scan.read(want, records);
    while (count === 0 && scan.more);
    let next = 0;
    records.walk(count, true, (at, keyLength, valueLength) => {
      const keyAt = at + 16;
      const key = core.keyPort.read(records.bytes, keyAt, keyLength);
      const seq = seqOf(records.seqLow(at), records.seqHigh(at));
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

/** How many live entries lie within `bounds`, at most its limit. */
export function countWithin(view: View, bounds: Readonly<Bounds>): number {
  const scan = new RecordScan(view, bounds, ScanFlag.COUNT);
  let count = 0;
  while (scan.more && count < bounds.limit) {
    count += scan.read(Math.min(bounds.limit - count, 0x7fff_ffff), undefined);
  }
  return count;
}

/** The lengths of all versions a view has, added up. */
export function measure(view: View): ListMeasure {
  const flags = ScanFlag.VERSIONS | ScanFlag.TOMBSTONES | ScanFlag.KEYS_ONLY;
  const scan = new RecordScan(view, EVERYTHING, flags);
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
