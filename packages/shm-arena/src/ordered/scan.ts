// A kernel's `scan` over a range of keys, portion by portion: each goes on behind the last key of
// the one before.

import {
  END,
  END_OPEN,
  KEYS_ONLY,
  NEED,
  NUMBERS,
  REVERSE,
  START,
  START_OPEN,
} from '../../build/numbers/map/codes.ts';
import { PORTION_KEY_BYTES, PORTION_LONG_BYTES } from '../../build/numbers/map/portion.ts';
import { COUNT_DONE, NEXT } from '../../build/numbers/map/result.ts';
import type { Scan } from '../map/batch.ts';
import type { AnyCore } from '../map/core.ts';
import { givePortion, type Portion, takePortion } from '../map/portion.ts';
import type { Bounds } from './range.ts';

/** The keys that bound a scan, in its direction: their lengths, and where they are, as i32. */
export type BoundArgs = [startLength: number, startAt: number, endLength: number, endAt: number];

/** What a scan goes over. */
interface Scanned {
  readonly core: AnyCore;
  /** Throws when it is closed. */
  check(): void;
}

/** Bytes of an entry in a column of a portion; what its key is thought to take at first. */
const COLUMN = 8;
const USUAL_KEY = 16;
/** Bytes that are left for the first key, however little the keys before have taken. */
const SPARE = 64;

/** A scan in progress. Holds nothing in the arena between two reads. */
export abstract class RangeScan implements Scan {
  more = true;
  protected readonly view: Scanned;
  protected readonly flags: number;
  protected start: Uint8Array | undefined;
  protected startFlags: number;
  private readonly end: Uint8Array | undefined;
  /** Bytes of an entry in all columns. */
  private readonly columns: number;
  /** Bytes that an entry took in the portion before. */
  private each: number;
  /** For how many entries the columns of the present one have room, and its room in bytes. */
  private most = 0;
  protected room = 0;
  // The bounds in the call that is about to be made: see BoundArgs.
  protected startLength = 0;
  protected startAt = 0;
  protected endLength = 0;
  protected endAt = 0;

  constructor(view: Scanned, bounds: Readonly<Bounds>, flags: number) {
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
    this.columns =
      COLUMN + ((flags & KEYS_ONLY) === 0 ? COLUMN : 0) + ((flags & NUMBERS) !== 0 ? COLUMN : 0);
    this.each = this.columns + USUAL_KEY;
  }

  /** The kernel's `scan`, from `start…` to `end…`. A status. */
  protected abstract scan(flags: number, limit: number, out: number, outBytes: number): number;

  /**
   * Reads up to `limit` entries; `portion` is undefined for a scan that only counts. When there are
   * `left`, nobody will read on without calling `goOnBehind` first.
   * @returns their number, or what was counted
   */
  read(limit: number, portion: Portion | undefined, left: number = Infinity): number {
    const status = this.view.core.ask('scan', () => this.call(limit, portion === undefined));
    return this.accept(status, portion, left);
  }

  /** Bytes of the room for output that the kernel has the portion take. */
  protected portionRoom(room: number): number {
    return room;
  }

  private call(limit: number, counts: boolean): number {
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
    const room = crossing.outBytes & -8;
    this.room = this.portionRoom(room);
    // Room that columns have is not there for keys and values: no more than will be filled.
    const most = Math.floor((this.room - SPARE) / this.each);
    this.most = counts ? 1 : Math.max(1, Math.min(limit, most));
    return this.scan(flags, counts ? limit : this.most, crossing.outAt, room);
  }

  private accept(status: number, portion: Portion | undefined, left: number): number {
    const { core } = this.view;
    const count = core.result(COUNT_DONE);
    this.more = core.result(NEXT) !== 0;
    if (portion === undefined && status !== NEED && !this.more) return count;
    const run = portion ?? takePortion();
    if (status === NEED) {
      run.loadLarge(core, portion === undefined ? KEYS_ONLY : this.flags);
      this.each *= 2; // Columns may have left it no room.
    } else {
      // Of a count the last entry is there.
      run.load(core, portion === undefined ? Math.min(count, 1) : count, this.most, this.room);
      const bytes = core.result(PORTION_KEY_BYTES) + core.result(PORTION_LONG_BYTES);
      if (run.count > 0) this.each = this.columns + bytes / run.count;
    }
    if (this.more) this.note();
    if (count < left) this.goOnBehind(run);
    if (portion === undefined) givePortion(run);
    return count;
  }

  /** Notes what the kernel said of where it ended, beside the last key. */
  protected note(): void {}

  /** The next read begins behind the last key of what was read last. */
  goOnBehind(portion: Portion): void {
    if (!this.more || portion.count === 0) return;
    this.start = portion.lastKey();
    this.startFlags = START | START_OPEN;
  }
}

/** Keys that `eachKey` reads in one call. */
const MOST_KEYS = 1024;

/**
 * Calls `visit` with each of the first `limit` keys of a scan without values: its bytes are
 * `length` from `source[at]` on, in private memory, so that it may use the map.
 */
export function eachKey(
  scan: RangeScan,
  limit: number,
  visit: (source: Uint8Array, at: number, length: number) => void,
): void {
  const portion = takePortion();
  for (let left = limit; scan.more && left > 0; left -= portion.count) {
    scan.read(Math.min(left, MOST_KEYS), portion, left);
    let at = portion.keysAt;
    for (let i = 0; i < portion.count; i++) {
      const length = portion.keyLength(i);
      visit(portion.bytes, at, length);
      at += length;
    }
  }
  givePortion(portion);
}

function startFlag(start: Uint8Array | undefined, open: boolean): number {
  if (start === undefined) return 0;
  return open ? START | START_OPEN : START;
}
