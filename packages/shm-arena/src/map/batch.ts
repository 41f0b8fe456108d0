// Reading many entries: a scan in progress, portion by portion, and the batches of entries that
// views hand to their iterators. A batch is decoded as a whole before anybody sees an entry, and
// nothing is held between two batches; so user code may call back into the same map, and an
// abandoned iterator leaks nothing.

import type { AnyCore } from './core.ts';
import { givePortion, type Portion, takePortion } from './portion.ts';

/** The first batch of a scan without a limit; each following one is four times the last. */
const FIRST_BATCH = 32;
const LARGEST_BATCH = 1024;

/** A scan in progress: what is left of its range, and the entries read last, decoded. */
export abstract class Batch<K, V> {
  keys: K[] = [];
  values: V[] = [];
  /** How many of `keys` and `values` belong to this batch. */
  count = 0;
  private more: boolean;
  private remaining: number;
  private size: number;

  /** Of `limit` entries at most; a scan that is known to be short asks for no more than it. */
  constructor(limit: number = Infinity) {
    this.remaining = limit;
    this.more = limit > 0;
    this.size = limit === Infinity ? FIRST_BATCH : LARGEST_BATCH;
  }

  /**
   * Reads up to `want` entries behind the last into `keys` and `values`, and sets `count`. No more
   * than `left` will be wanted, these included.
   * @returns whether there may be more
   */
  protected abstract read(want: number, left: number): boolean;

  /** Goes on to the next entries; false at the end. */
  advance(): boolean {
    this.count = 0;
    if (!this.more) return false;
    this.more = this.read(Math.min(this.remaining, this.size), this.remaining);
    this.size = Math.min(this.size * 4, LARGEST_BATCH);
    this.remaining -= this.count;
    if (this.remaining === 0) this.more = false;
    return this.count > 0;
  }
}

/** A scan of a kernel in progress. Holds nothing in the arena between two reads. */
export interface Scan {
  /** Whether there may be more. */
  readonly more: boolean;
  /**
   * Reads up to `limit` entries; `portion` is undefined for a scan that only counts. When there are
   * `left`, nobody will read on.
   * @returns their number, or what was counted
   */
  read(limit: number, portion: Portion | undefined, left?: number): number;
}

/** What of an entry a batch decodes; the rest of it stays `undefined`. */
export const KEYS = 1;
export const VALUES = 2;
export const ENTRIES = KEYS | VALUES;

/** Entries, or their keys or values alone, where `scan` may leave the others out. */
export class EntryBatch<K, V> extends Batch<K, V> {
  private readonly scan: Scan;
  private readonly core: AnyCore;
  private readonly parts: number;

  constructor(scan: Scan, core: AnyCore, parts: number, limit?: number) {
    super(limit);
    this.scan = scan;
    this.core = core;
    this.parts = parts;
  }

  protected read(want: number, left: number): boolean {
    const { core, scan, parts } = this;
    const portion = takePortion();
    const count = readSome(scan, want, portion, left);
    // Each time new arrays: storing what was just decoded into young ones needs no write barrier.
    if (parts & KEYS) this.keys = core.keyPort.readAll(portion);
    if (parts & VALUES) this.values = core.valuePort.readAll(portion);
    givePortion(portion);
    this.count = count;
    return scan.more;
  }
}

/** Reads up to `want` entries, and none only at the end. */
export function readSome(scan: Scan, want: number, portion: Portion, left?: number): number {
  let count = 0;
  do count = scan.read(want, portion, left);
  while (count === 0 && scan.more);
  return count;
}
