// From a range in keys to bounds in bytes. Keys order as their bytes do, so all that a structure
// has to know of a range is two byte strings and which of them are part of it.

import type { Codec, Prefix, Range } from '../api.ts';
import { describe, rangeError, typeError } from '../ground/errors.ts';
import { flagOf, type Members, optionsOf } from '../ground/options.ts';
import { prefixEnd } from '../values/codecs.ts';
import { AS_KEY, AS_PREFIX, encodeInto, type How, tooLarge } from '../values/encoding.ts';

/** A range in bytes. `undefined` stands for the open end of the key space. */
export interface Bounds {
  low: Uint8Array | undefined;
  /** Whether `low` itself is outside. */
  lowOpen: boolean;
  high: Uint8Array | undefined;
  /** Whether `high` itself is outside. */
  highOpen: boolean;
  reverse: boolean;
  /** `Infinity` for none. */
  limit: number;
  /** Nothing can be inside: no need to look. */
  empty: boolean;
}

/** What turns keys into bytes that may be kept: private copies, not scratch. */
export interface BoundEncoder<K> {
  encode(key: K): Uint8Array;
  /** The bytes that every key with this prefix begins with; TypeError where there are none. */
  encodePrefix(prefix: Prefix<K>): Uint8Array;
}

/** Encodes bounds with a codec; at most `maxBytes` long. */
export class CodecBounds<K> implements BoundEncoder<K> {
  private readonly codec: Codec<K>;
  private readonly maxBytes: number;

  constructor(codec: Codec<K>, maxBytes: number) {
    this.codec = codec;
    this.maxBytes = maxBytes;
  }

  encode(key: K): Uint8Array {
    return this.written(AS_KEY, key);
  }

  encodePrefix(prefix: Prefix<K>): Uint8Array {
    return this.written(AS_PREFIX, prefix);
  }

  private written(how: How, key: unknown): Uint8Array {
    const { codec, maxBytes } = this;
    // A codec may use a map while it encodes: then that one takes its own.
    let room = spare ?? NO_ROOM;
    spare = undefined;
    const staging = {
      room: (bytes: number) => (room.length < bytes ? (room = new Uint8Array(bytes)) : room),
    };
    const length = encodeInto(how, codec, key, staging, 0, maxBytes);
    if (length > maxBytes) throw tooLarge(how.code, how.what, maxBytes, length);
    const bytes = room.slice(0, length);
    if (room.length <= MOST_SPARE) spare = room;
    return bytes;
  }
}

/** Memory that bounds are encoded in, when nobody does. */
let spare: Uint8Array | undefined;
const NO_ROOM = new Uint8Array(0);
const MOST_SPARE = 2 ** 16;

/** Everything: what a missing range means. Frozen, so that it can be shared. */
export const EVERYTHING: Readonly<Bounds> = Object.freeze({
  low: undefined,
  lowOpen: false,
  high: undefined,
  highOpen: false,
  reverse: false,
  limit: Infinity,
  empty: false,
});

/** The members of a range. */
export const RANGE: Members = {
  what: 'range',
  names: ['gt', 'gte', 'lt', 'lte', 'prefix', 'reverse', 'limit'],
  meant: {
    start: 'gte',
    from: 'gte',
    min: 'gte',
    end: 'lt',
    to: 'lt',
    max: 'lte',
    count: 'limit',
  },
};

/** Checks a range and encodes it. Where several bounds are given, the tightest counts. */
export function encodeRange<K>(
  range: Range<K> | undefined,
  encoder: BoundEncoder<K>,
  members: Members = RANGE,
): Readonly<Bounds> {
  if (range === undefined) return EVERYTHING;
  optionsOf(members, range);
  const reverse = flagOf('range.reverse', range.reverse);
  const bounds: Bounds = { ...EVERYTHING, reverse, limit: limitOf(range) };
  if (range.gte !== undefined) raise(bounds, encoder.encode(range.gte), false);
  if (range.gt !== undefined) raise(bounds, encoder.encode(range.gt), true);
  if (range.lte !== undefined) lower(bounds, encoder.encode(range.lte), false);
  if (range.lt !== undefined) lower(bounds, encoder.encode(range.lt), true);
  if (range.prefix !== undefined) {
    const prefix = encoder.encodePrefix(range.prefix);
    raise(bounds, prefix, false);
    const end = prefix.slice();
    const length = prefixEnd(end, 0, end.length);
    if (length >= 0) lower(bounds, end.subarray(0, length), true);
  }
  bounds.empty = bounds.limit === 0 || isEmpty(bounds);
  return bounds;
}

/** What is left of `bounds` from `key` on, in its direction; `open` leaves `key` itself out. */
export function narrowed(
  bounds: Readonly<Bounds>,
  key: Uint8Array,
  open: boolean,
): Readonly<Bounds> {
  const rest = { ...bounds };
  if (rest.reverse) lower(rest, key, open);
  else raise(rest, key, open);
  rest.empty ||= isEmpty(rest);
  return rest;
}

function limitOf(range: { limit?: number }): number {
  const { limit } = range;
  if (limit === undefined || limit === Infinity) return Infinity;
  if (typeof limit !== 'number') {
    throw typeError(`range.limit: expected a number, found ${describe(limit)}`);
  }
  if (!Number.isInteger(limit) || limit < 0) {
    throw rangeError(`range.limit: expected a whole number from 0 on, found ${limit}`);
  }
  return limit;
}

function raise(bounds: Bounds, low: Uint8Array, open: boolean): void {
  const order = bounds.low === undefined ? 1 : compareBytes(low, bounds.low);
  if (order > 0) {
    bounds.low = low;
    bounds.lowOpen = open;
  } else if (order === 0) bounds.lowOpen ||= open;
}

function lower(bounds: Bounds, high: Uint8Array, open: boolean): void {
  const order = bounds.high === undefined ? -1 : compareBytes(high, bounds.high);
  if (order < 0) {
    bounds.high = high;
    bounds.highOpen = open;
  } else if (order === 0) bounds.highOpen ||= open;
}

function isEmpty(bounds: Bounds): boolean {
  if (bounds.low === undefined || bounds.high === undefined) return false;
  const order = compareBytes(bounds.low, bounds.high);
  return order > 0 || (order === 0 && (bounds.lowOpen || bounds.highOpen));
}

/** Orders byte strings: bytes as numbers from the front, a prefix before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const order = (a[i] as number) - (b[i] as number);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
