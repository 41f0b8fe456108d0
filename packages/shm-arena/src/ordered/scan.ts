// A kernel's `scan` over a range of keys: a reader of records that goes on behind the last one.

import {
  END,
  END_OPEN,
  KEYS_ONLY,
  NEED,
  REVERSE,
  START,
  START_OPEN,
} from '../../build/numbers/map/codes.ts';
import { BYTES_DONE, COUNT_DONE, LAST_AT, NEXT } from '../../build/numbers/map/result.ts';
import type { Scan } from '../map/batch.ts';
import type { AnyCore } from '../map/core.ts';
import { giveRecords, type Records, takeRecords } from '../map/records.ts';
import type { Bounds } from './range.ts';

/** The keys that bound a scan, in its direction: their lengths, and where they are, as i32. */
export type BoundArgs = [startLength: number, startAt: number, endLength: number, endAt: number];

/** What a scan goes over. */
interface Scanned {
  readonly core: AnyCore;
  /** Throws when it is closed. */
  check(): void;
}

/** A scan in progress, as records. Holds nothing in the arena between two reads. */
export abstract class RangeScan implements Scan {
  more = true;
  protected readonly view: Scanned;
  protected readonly flags: number;
  protected start: Uint8Array | undefined;
  protected startFlags: number;
  private readonly end: Uint8Array | undefined;
  private readonly head: number;
  // The bounds in the call that is about to be made: see BoundArgs.
  protected startLength = 0;
  protected startAt = 0;
  protected endLength = 0;
  protected endAt = 0;

  /** @param head bytes of a record before its key */
  constructor(view: Scanned, bounds: Readonly<Bounds>, flags: number, head: number) {
    this.view = view;
    const { reverse, low, lowOpen, high, highOpen } = bounds;
    this.start = reverse ? high : low;
    this.end = reverse ? low : high;
    this.startFlags = startFlag(this.start, reverse ? highOpen : lowOpen);
    this.flags =
      flags |
      (reverse ? REVERSE : 0) |
      (this.end === undefined ? 0 : END) |
      (this.end !== undefined && (reverse ? lowOpen : highOpen) ? END_OPEN : 0);
    this.head = head;
  }

  /** The kernel's `scan`, from `start…` to `end…`. A status. */
  protected abstract scan(flags: number, limit: number, out: number, outBytes: number): number;

  /**
   * Reads up to `limit` records; `records` is undefined for a scan that only counts.
   * @returns their number, or what was counted
   */
  read(limit: number, records: Records | undefined): number {
    const status = this.view.core.ask('scan', () => this.call(limit));
    return this.accept(status, records);
  }

  private call(limit: number): number {
    const { start, end, view } = this;
    const { crossing } = view.core;
    view.check();
    crossing.begin();
    this.startLength = start?.length ?? 0;
    this.endLength = end?.length ?? 0;
    const startIn = start === undefined ? 0 : crossing.put(start, 0, start.length);
    const endIn = end === undefined ? 0 : crossing.put(end, 0, end.length);
    // Only now: `put` may have moved scratch.
    this.startAt = (crossing.at + startIn) | 0;
    this.endAt = (crossing.at + endIn) | 0;
    const flags = this.flags | this.startFlags;
    return this.scan(flags, limit, crossing.outAt, crossing.outBytes & -8);
  }

  private accept(status: number, records: Records | undefined): number {
    const { core } = this.view;
    const { crossing } = core;
    const count = core.result(COUNT_DONE);
    const length = core.result(BYTES_DONE);
    this.more = core.result(NEXT) !== 0;
    const large = status === NEED;
    if (!large && records === undefined && !this.more) return count;
    const run = records ?? takeRecords();
    let last = 0;
    if (large) {
      // Counting, the last one counted.
      const hasValue = records !== undefined && (this.flags & KEYS_ONLY) === 0;
      run.loadLarge(core, this.head, hasValue);
    } else {
      run.load(crossing.view, crossing.out, length, this.head);
      if (length > 0) last = core.result(LAST_AT) - (crossing.outAt >>> 0);
    }
    if (this.more && (large || length > 0)) this.goOnBehind(run, last);
    if (records === undefined) giveRecords(run);
    return count;
  }

  /** The next read begins behind the record at `at`. */
  protected goOnBehind(records: Records, at: number): void {
    this.start = records.key(at);
    this.startFlags = START | START_OPEN;
  }
}

function startFlag(start: Uint8Array | undefined, open: boolean): number {
  if (start === undefined) return 0;
  return open ? START | START_OPEN : START;
}
