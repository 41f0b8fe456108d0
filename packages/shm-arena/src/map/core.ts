// What every view of one map shares in one thread: the seat, the kernel, the ports of its
// codecs, and the ways a status becomes a result, a retry or an error.

import { ABSENT, AUDIT, DIFFERS, EXISTS, NEED } from '../../build/numbers/map/codes.ts';
import { MAX_KEY } from '../../build/numbers/map/key.ts';
import { ANSWER, FOUND_AT, FOUND_BYTES } from '../../build/numbers/map/result.ts';
import type { Codec } from '../api.ts';
import { ShmError, typeError } from '../ground/errors.ts';
import { type AnyKernel, SLICE_BYTES, Status } from '../ground/kernel.ts';
import type { Seat } from '../life/seat.ts';
import { Membership } from '../structure/structure.ts';
import { json, utf8 } from '../values/codecs.ts';
import { type Crossing, RESULT_BYTES } from '../values/crossing.ts';
import { allocate } from '../values/encoding.ts';
import { type KeyPort, keyPort, type ValuePort, valuePort } from '../values/ports.ts';
import { Snapshots } from './snapshots.ts';

/** Which map a call of a kernel is about. */
export type MapArgs = [entry: number, generation: number];

/** A key as it was packed: its length, and its first words or where it is. */
export type KeyArgs = [length: number, k0: number, k1: number, k2: number, k3: number];

/** A value as it was packed: where it is, and its length. */
export type ValueArgs = [at: number, length: number];

/** Where a call may leave a portion, as i32, and how much. */
export type OutArgs = [out: number, outBytes: number];

/** What the kernel of every map exports. */
export interface MapKernel extends AnyKernel {
  io(): number;
  /** Bytes at the end of scratch that the kernel keeps for itself, if it does. */
  overhead?(): number;
  /** After NEED: puts so many bytes of a key or a value behind the result block. */
  piece(at: number, isKey: number, from: number, bytes: number): void;
  /** In maps with locks: sleeps on the one that the last call was refused; 0: there was none. */
  awaitLock?(...call: [...MapArgs, microseconds: number]): number;
  /** In maps whose blocks are a domain's: gives back what this thread keeps without need. */
  trim?(...map: MapArgs): number;
  /** Ends a call that said NEED. No other call comes in between. */
  release(): void;
  snapshot(...map: MapArgs): number;
  repair(...call: [...MapArgs, slot: number]): number;
  audit(...map: MapArgs): number;
}

/** Any map's. */
// biome-ignore lint/suspicious/noExplicitAny: whatever keys, values and kernel
export type AnyCore = MapCore<any, any, any>;

/** One open map in one thread. */
export class MapCore<X extends MapKernel, K, V> {
  readonly member: Membership<X>;
  readonly seat: Seat;
  readonly kernel: X;
  readonly crossing: Crossing;
  readonly entry: number;
  readonly generation: number;
  readonly keyCodec: Codec<K>;
  readonly valueCodec: Codec<V>;
  readonly keyPort: KeyPort<K>;
  readonly valuePort: ValuePort<V>;
  /** For a second value in a call: what is expected. */
  readonly expectedPort: ValuePort<V>;
  /** The longest key in bytes. */
  readonly maxKey: number = MAX_KEY;
  /** Those of this handle that are open. */
  readonly snapshots: Snapshots = new Snapshots(this);

  /** Sleeps on the lock that the last call was refused. */
  readonly #sleep = (milliseconds: number): boolean => {
    const { kernel, entry, generation } = this;
    return (kernel.awaitLock?.(entry, generation, milliseconds * 1000) ?? 0) !== 0;
  };

  /** @param member what the class's users cannot bring who call it with `new` */
  constructor(member: Membership<X>, key: Codec<K>, value: Codec<V>) {
    if (!(member instanceof Membership)) {
      throw typeError('expected create, open, openOrCreate or attach, found `new`');
    }
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
    this.expectedPort = valuePort(crossing, value);
    crossing.reserve(this.kernel.overhead?.() ?? 0);
    member.trimming = trimmer(member);
  }

  /** The word at offset `at` of the result block of the last call. */
  result(at: number): number {
    return (this.crossing.words[at >> 2] as number) >>> 0;
  }

  /** The 64-bit number there. */
  resultLong(at: number): bigint {
    return longOf(this.result(at), this.result(at + 4));
  }

  /** A 64-bit number that is small enough. */
  resultCount(at: number): number {
    return this.result(at + 4) * 2 ** 32 + this.result(at);
  }

  /** The value that the last call found; `status` is the call's. */
  readResult(status: number): V {
    if (status !== NEED) {
      return this.valuePort.read(this.crossing.view, RESULT_BYTES, this.result(FOUND_BYTES));
    }
    // Whatever decodes a value may call the map, so the pin is gone by then.
    const value = this.resultBytes(status);
    return this.valuePort.read(value, 0, value.length);
  }

  /** A private copy of the bytes of that value. */
  resultBytes(status: number): Uint8Array {
    const length = this.result(FOUND_BYTES);
    if (status !== NEED) return this.crossing.view.slice(RESULT_BYTES, RESULT_BYTES + length);
    return this.pinned(() => {
      const bytes = allocate(length);
      this.pieces(bytes, 0, this.result(FOUND_AT), false, length);
      return bytes;
    });
  }

  /**
   * A private copy of the bytes of a value, for a call that takes two: encoding the other one may
   * run user code, which may use the map.
   */
  encoded(value: V): Uint8Array {
    const { crossing, valuePort } = this;
    valuePort.pack(value);
    const from = (valuePort.at - crossing.at) | 0;
    return crossing.view.slice(from, from + valuePort.length);
  }

  /** Takes what a call with NEED found, by `pieces`, and ends that call. */
  pinned<T>(take: () => T): T {
    try {
      return take();
    } finally {
      this.kernel.release();
    }
  }

  /**
   * Copies a key or a value that a call with NEED found to `target[to]`, through the scratch that
   * there is, in as many pieces as that takes.
   */
  pieces(target: Uint8Array, to: number, at: number, isKey: boolean, length: number): void {
    const { crossing, kernel } = this;
    const most = (crossing.bytes - RESULT_BYTES) & -8;
    for (let from = 0; from < length; from += most) {
      const bytes = Math.min(most, length - from);
      kernel.piece(at | 0, isKey ? 1 : 0, from, bytes);
      target.set(crossing.view.subarray(RESULT_BYTES, RESULT_BYTES + bytes), to + from);
    }
  }

  /** Whether a status is a result. */
  protected answers(status: number): boolean {
    if (status === Status.OK || status === ABSENT) return true;
    return status === EXISTS || status === DIFFERS;
  }

  /** Calls the kernel with this map's entry while it is open, until there is a result. */
  askMap(what: string, call: (kernel: X, ...map: MapArgs) => number): number {
    const { kernel, entry, generation } = this;
    return this.ask(what, () => {
      this.member.check();
      this.crossing.begin();
      return call(kernel, entry, generation);
    });
  }

  /** Calls until there is a result, which may be NEED, and returns it; see `finish`. */
  ask(what: string, call: () => number, relief?: () => boolean): number {
    return this.finish(call(), call, what, relief);
  }

  /**
   * Calls again until there is a result, which may be NEED, and returns it. `call` packs anew:
   * scratch may have been used meanwhile. `what` is for the message. `relief`: whether a call that
   * found no memory may find some now.
   */
  finish(first: number, call: () => number, what: string, relief?: () => boolean): number {
    let status = first;
    for (let full = false; ; ) {
      if (this.answers(status) || status === NEED) return status;
      if (status === Status.CONTENDED || (status === Status.FULL && !full)) {
        full ||= status === Status.FULL;
        status = this.seat.settle(call, status, this.#sleep);
      } else if (status === Status.FULL && relief?.()) {
        status = call();
      } else {
        this.crossing.trim();
        throw this.error(status, what);
      }
    }
  }

  /** The error for a status that is no result. */
  error(status: number, what: string): Error {
    if (status === Status.CLOSED) return new ShmError('CLOSED', `${what}: it was destroyed`);
    if (status >= AUDIT) {
      return new ShmError('ARENA_CORRUPT', `${what}: invariant ${status - AUDIT}`);
    }
    return this.seat.error(status, what);
  }
}

/** Trims a map: the bytes that came back, 0 where it is gone. Holds on to none of its handles. */
function trimmer<X extends MapKernel>(member: Membership<X>): () => number {
  const { kernel, crossing, entry, generation } = member;
  return () => {
    crossing.begin();
    if (kernel.trim?.(entry, generation) !== Status.OK) return 0;
    return ((crossing.words[ANSWER >> 2] as number) >>> 0) * SLICE_BYTES;
  };
}

/** A 64-bit number from its two words. */
export function longOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** The codecs of a map's options, or the defaults: text and JSON. */
export function codecsOf<K, V>(
  options: { readonly key?: Codec<K> | undefined; readonly value?: Codec<V> | undefined } = {},
): { key: Codec<K>; value: Codec<V> } {
  return {
    key: options.key ?? (utf8 as unknown as Codec<K>),
    value: options.value ?? (json as unknown as Codec<V>),
  };
}
