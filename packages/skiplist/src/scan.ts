// Batches over the kernel's `scan`: what of it is a list's own, versions and tombstones.

import { Batch, givePortion, type Portion, readSome, takePortion } from '@x/shm-arena/map';
import { type Bounds, EVERYTHING, RangeScan } from '@x/shm-arena/ordered';
import {
  BEHIND,
  KEYS_ONLY,
  NUMBERS,
  START,
  VALUES_ONLY,
} from '../build/numbers/arena/map/codes.ts';
import { ENDED } from '../build/numbers/arena/map/result.ts';
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

  protected override note(): void {
    const { core } = this.view;
    this.resumeLow = core.result(ENDED);
    this.resumeHigh = core.result(ENDED + 4);
  }

  override goOnBehind(portion: Portion): void {
    super.goOnBehind(portion);
    if (!this.more || portion.count === 0) return;
    if ((this.flags & ScanFlag.VERSIONS) === 0) this.startFlags |= BEHIND;
    else {
      this.startFlags = START | ScanFlag.RESUME;
      const last = portion.count - 1;
      this.resumeLow = portion.numberLow(last);
      this.resumeHigh = portion.numberHigh(last);
    }
  }
}

/** Versions and tombstones. */
export class VersionBatch<K, V> extends Batch<Version<K, V>, never> {
  private readonly scan: ListScan;
  private readonly core: Core<K, V>;

  constructor(view: Source<Core<K, V>>, bounds: Readonly<Bounds>, flags: number) {
    super(bounds.empty ? 0 : bounds.limit);
    this.scan = new ListScan(view, bounds, flags | NUMBERS);
    this.core = view.core;
  }

  protected read(want: number): boolean {
    const { core, scan } = this;
    const portion = takePortion();
    this.count = readSome(scan, want, portion);
    const values = core.valuePort.readAll(portion);
    this.keys = core.keyPort.readAll(portion).map((key, i) => {
      const seq = portion.number(i);
      if (portion.isNothing(i)) return { key, seq, tombstone: true };
      return { key, value: values[i] as V, seq, tombstone: false };
    });
    givePortion(portion);
    return scan.more;
  }
}

/** The lengths of all versions a view has, added up. */
export function measure(view: Source<AnyCore>): ListMeasure {
  const flags = ScanFlag.VERSIONS | ScanFlag.TOMBSTONES | KEYS_ONLY | VALUES_ONLY | NUMBERS;
  const scan = new ListScan(view, EVERYTHING, flags);
  const sum = { entries: 0, tombstones: 0, keyBytes: 0, valueBytes: 0 };
  const portion = takePortion();
  while (scan.more) {
    const count = scan.read(READ, portion);
    sum.entries += count;
    for (let i = 0; i < count; i++) {
      if (portion.isNothing(i)) sum.tombstones++;
      sum.keyBytes += portion.keyLength(i);
      sum.valueBytes += portion.valueLength(i);
    }
  }
  givePortion(portion);
  return sum;
}
