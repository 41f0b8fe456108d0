// What every view of one list shares in one thread: the seat, the kernel, the ports of its codecs,
// and the ways a status becomes a result, a retry or an error.

import type { Codec } from '@x/shm-arena';
import {
  CodecBounds,
  type Crossing,
  type KeyPort,
  keyPort,
  type Membership,
  RESULT_BYTES,
  rangeError,
  type Seat,
  ShmError,
  Status,
  type ValuePort,
  valuePort,
} from '@x/shm-arena/internal';
import {
  ABSENT,
  AHEAD,
  AUDIT,
  EXISTS,
  type ListKernel,
  MAX_KEY,
  MAX_LISTS,
  NEED,
  PRESSURE,
  seqOf,
} from './kernel.ts';
import { readStats, tryStats } from './stats.ts';

/** Any list's. */
export type AnyCore = Core<any, any>;

/** What a kernel reads: the whole stack, one list of it, or a snapshot; see assembly/index.ts. */
export interface View {
  readonly core: AnyCore;
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;
  /** Throws when this view is closed. */
  check(): void;
}

/** One open list in one thread. */
export class Core<K, V> {
  readonly member: Membership<ListKernel>;
  readonly seat: Seat;
  readonly kernel: ListKernel;
  readonly crossing: Crossing;
  readonly entry: number;
  readonly generation: number;
  readonly keyCodec: Codec<K>;
  readonly valueCodec: Codec<V>;
  readonly keyPort: KeyPort<K>;
  readonly valuePort: ValuePort<V>;
  readonly bound: CodecBounds<K>;

  constructor(member: Membership<ListKernel>, key: Codec<K>, value: Codec<V>) {
    const { crossing } = member;
    this.member = member;
    this.seat = member.seat;
    this.kernel = member.kernel;
    this.crossing = crossing;
    this.entry = member.entry;
    this.generation = member.generation;
    this.keyCodec = key;
    this.valueCodec = value;
    this.keyPort = keyPort(crossing, key, MAX_KEY);
    this.valuePort = valuePort(crossing, value);
    this.bound = new CodecBounds(key, MAX_KEY);
    crossing.reserve(this.kernel.overhead());
  }

  /** Word `index` of the result block of the last call. */
  result(index: number): number {
    return (this.crossing.words[index] as number) >>> 0;
  }

  /** The 64-bit number that begins at word `index` of the result block. */
  resultLong(index: number): bigint {
    return seqOf(this.result(index), this.result(index + 1));
  }

  /** A 64-bit number that is small enough. */
  resultCount(index: number): number {
    return this.result(index + 1) * 2 ** 32 + this.result(index);
  }

  /** The value that the last call left behind the result block. */
  readResult(): V {
    const { crossing } = this;
    return this.valuePort.read(crossing.view, RESULT_BYTES, crossing.words[0] as number);
  }

  /**
   * Calls again until there is a result, and returns it (OK, with or without PRESSURE, ABSENT or
   * EXISTS). `call` packs anew: scratch may have been used meanwhile. `what` is for the message.
   */
  finish(first: number, call: () => number, what: string): number {
    let status = first;
    for (let full = false; ; ) {
      if (status === Status.OK || status === ABSENT || status === EXISTS) return status;
      if (status === PRESSURE) return status;
      if (status === Status.CONTENDED || (status === Status.FULL && !full)) {
        full ||= status === Status.FULL;
        status = this.seat.settle(call, status);
      } else if (status === NEED) {
        this.crossing.need(this.result(0));
        status = call();
      } else throw this.error(status, what);
    }
  }

  /** The error for a status that is no result. */
  error(status: number, what: string): Error {
    if (status === AHEAD) {
      return rangeError(`${what}: expected a sequence number that was given out already`);
    }
    if (status === Status.CLOSED) return new ShmError('CLOSED', `${what}: it was destroyed`);
    if (status === Status.LIMIT)
      return new ShmError('LIMIT_REACHED', `${what}: ${this.limits(what)}`);
    if (status >= AUDIT)
      return new ShmError('ARENA_CORRUPT', `${what}: invariant ${status - AUDIT}`);
    return this.seat.error(status, what);
  }

  /** How full the lists are, for the message of LIMIT_REACHED. */
  private limits(what: string): string {
    if (tryStats(this, 0) !== Status.OK) return 'a limit is reached';
    if (what === 'seal') {
      return `${this.result(0)} lists of at most ${MAX_LISTS}, or no region is left in the arena`;
    }
    // It may be sealed by now, and destroyed.
    if (tryStats(this, this.result(9)) !== Status.OK) return 'a limit was reached';
    const { entries, maxEntries, bytes, maxBytes } = readStats(this);
    return (
      `found ${entries} versions of at most ${maxEntries} and ${bytes} bytes of at most ` +
      `${maxBytes} in the active list: seal it`
    );
  }
}
