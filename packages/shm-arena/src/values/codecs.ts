// Codecs for keys and values. The bytes of a key sort as the key does:
//
//   u32, u64      big-endian
//   i32, i64      big-endian, the sign bit flipped
//   f64, date     the sign bit flipped; negative numbers: all bits flipped
//   bytes, utf8   as they are (for text: the order of code points)
//   tuple         its parts one after the other. A part of fixed size stands as it is; of any other
//                 00 becomes 01 01, 01 becomes 01 02, and a 00 ends it. No part's bytes are the
//                 start of another value's, so the first part that differs decides.
//   descending    the bytes of the part form, all bits flipped
//
// A store beyond a typed array's end does nothing; that is what lets `encode` say how much room it
// wants without asking at each byte.

import type { AnyCodec, Codec, Coded, Leading } from '../api.ts';
import { corrupt, describe, foreignError, rangeError, typeError } from '../ground/errors.ts';
import {
  checkCodecShape,
  encodeKey,
  type KIND,
  leastBytes,
  type Marks,
  marked,
  partMark,
  shownCodec,
} from './encoding.ts';
import { jsonText, jsonValue } from './json.ts';
import { checkString, readText, writeText } from './text.ts';

interface Part {
  write(value: unknown, target: Uint8Array, at: number): number;
  /** Reads one value and leaves, last of all, the offset behind it in `partEnd`. */
  read(source: Uint8Array, at: number, end: number): unknown;
  /** The bytes that a value takes at the least. */
  least(value: unknown): number;
}

let partEnd = 0;

// ── Numbers ──────────────────────────────────────────────────────────────────────────────────────

const cell = new DataView(new ArrayBuffer(8));
/** The same bytes, little-endian, as every platform is that shares WebAssembly memory. */
const cellWords = new Int32Array(cell.buffer);
const cellNumber = new Float64Array(cell.buffer);

/** The high word of the last f64, u64 or i64 that was split. */
export let high = 0;
/** The low word of the last f64, u64 or i64 that was split. */
export let low = 0;

function wholeInRange(name: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'number') {
    throw typeError(`${name}: expected a number, found ${describe(value)}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError(`${name}: expected a whole number from ${min} to ${max}, found ${value}`);
  }
}

/** A u32 as the word that sorts as it does. */
export function u32Word(value: number): number {
  if (typeof value !== 'number' || value >>> 0 !== value) {
    wholeInRange('u32', value, 0, 2 ** 32 - 1);
  }
  return value | 0;
}

/** An i32 as the word that sorts as it does. */
export function i32Word(value: number): number {
  if (typeof value !== 'number' || (value | 0) !== value) {
    wholeInRange('i32', value, -(2 ** 31), 2 ** 31 - 1);
  }
  return value ^ -0x80000000;
}

function splitF64(value: number): void {
  if (typeof value !== 'number') {
    throw typeError(`f64: expected a number, found ${describe(value)}`);
  }
  cell.setFloat64(0, value);
  const first = cell.getInt32(0);
  const flip = first >> 31; // All ones for a negative number.
  high = first ^ (flip | -0x80000000);
  low = cell.getInt32(4) ^ flip;
}

/** Splits an f64 into two words that sort as it does; −0 as 0, NaN refused. */
export function splitF64Key(value: number): void {
  if (Number.isNaN(value)) throw typeError('f64: expected a number that can be ordered, found NaN');
  splitF64(value === 0 ? 0 : value);
}

function joinF64(first: number, second: number): number {
  const flip = ~first >> 31; // All ones for a negative number, whose sign bit is clear here.
  cellWords[1] = first ^ (flip | -0x80000000);
  cellWords[0] = second ^ flip;
  return cellNumber[0]!;
}

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;
const U64_MAX = 2n ** 64n - 1n;

function bigInRange(name: string, value: unknown, min: bigint, max: bigint): void {
  if (typeof value !== 'bigint') {
    throw typeError(`${name}: expected a bigint, found ${describe(value)}`);
  }
  if (value < min || value > max) {
    throw rangeError(`${name}: expected a bigint from ${min}n to ${max}n, found ${value}n`);
  }
}

/** Splits a u64 into two words that sort as it does. */
export function splitU64(value: bigint): void {
  bigInRange('u64', value, 0n, U64_MAX);
  cell.setBigUint64(0, value);
  high = cell.getInt32(0);
  low = cell.getInt32(4);
}

/** Splits an i64 into two words that sort as it does. */
export function splitI64(value: bigint): void {
  bigInRange('i64', value, I64_MIN, I64_MAX);
  cell.setBigInt64(0, value);
  high = cell.getInt32(0) ^ -0x80000000;
  low = cell.getInt32(4);
}

function put32(target: Uint8Array, at: number, word: number): void {
  target[at] = word >>> 24;
  target[at + 1] = word >>> 16;
  target[at + 2] = word >>> 8;
  target[at + 3] = word;
}

function get32(source: Uint8Array, at: number): number {
  return (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
}

function putSplit(target: Uint8Array, at: number): number {
  put32(target, at, high);
  put32(target, at + 4, low);
  return 8;
}

/**
 * A built-in codec; `kind` lets ports.ts recognise it. The calls are marked as pure, so that a
 * bundler drops the codecs that an app does not use.
 */
function builtIn<T, const Kind extends string>(
  kind: Kind,
  { encodeKey, least, ...rest }: Omit<Codec<T>, 'id' | 'version'> & Marks<T>,
): Codec<T> & { readonly [KIND]: Kind } {
  const codec = { id: kind, version: 1, ...rest };
  return marked<T, typeof codec>(codec, { kind, encodeKey, least }) as never;
}

/** Whole numbers from 0 to 2³² − 1; 4 bytes. Key or value. */
export const u32 = /* @__PURE__ */ builtIn<number, 'u32'>('u32', {
  size: 4,
  encode(value, target, at) {
    put32(target, at, u32Word(value));
    return 4;
  },
  decode: (source, at) => get32(source, at) >>> 0,
});

/** Whole numbers from −2³¹ to 2³¹ − 1; 4 bytes. Key or value. */
export const i32 = /* @__PURE__ */ builtIn<number, 'i32'>('i32', {
  size: 4,
  encode(value, target, at) {
    put32(target, at, i32Word(value));
    return 4;
  },
  decode: (source, at) => get32(source, at) ^ -0x80000000,
});

/**
 * Numbers; 8 bytes. Key or value: as a key NaN is a TypeError and −0 equals 0, as a value both are
 * kept as they are.
 */
export const f64 = /* @__PURE__ */ builtIn<number, 'f64'>('f64', {
  size: 8,
  encode(value, target, at) {
    splitF64(value);
    return putSplit(target, at);
  },
  encodeKey(value, target, at) {
    splitF64Key(value);
    return putSplit(target, at);
  },
  decode: (source, at) => joinF64(get32(source, at), get32(source, at + 4)),
});

/** Bigints from 0 to 2⁶⁴ − 1; 8 bytes. Key or value. */
export const u64 = /* @__PURE__ */ builtIn<bigint, 'u64'>('u64', {
  size: 8,
  encode(value, target, at) {
    splitU64(value);
    return putSplit(target, at);
  },
  decode(source, at) {
    cell.setInt32(0, get32(source, at));
    cell.setInt32(4, get32(source, at + 4));
    return cell.getBigUint64(0);
  },
});

/** Bigints from −2⁶³ to 2⁶³ − 1; 8 bytes. Key or value. */
export const i64 = /* @__PURE__ */ builtIn<bigint, 'i64'>('i64', {
  size: 8,
  encode(value, target, at) {
    splitI64(value);
    return putSplit(target, at);
  },
  decode(source, at) {
    cell.setInt32(0, get32(source, at) ^ -0x80000000);
    cell.setInt32(4, get32(source, at + 4));
    return cell.getBigInt64(0);
  },
});

/** `true` and `false`; 1 byte, false first. */
export const bool = /* @__PURE__ */ builtIn<boolean, 'bool'>('bool', {
  size: 1,
  encode(value, target, at) {
    if (typeof value !== 'boolean') {
      throw typeError(`bool: expected true or false, found ${describe(value)}`);
    }
    target[at] = value ? 1 : 0;
    return 1;
  },
  decode: (source, at) => source[at] !== 0,
});

/** Without what a class of the user puts in the place of `getTime`: that might use the arena. */
function timeOf(value: Date): number {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    throw typeError(`date: expected a Date, found ${describe(value)}`);
  }
}

/** Dates to the millisecond; 8 bytes, earlier ones first. An invalid date is a TypeError. */
export const date = /* @__PURE__ */ builtIn<Date, 'date'>('date', {
  size: 8,
  encode(value, target, at) {
    const time = timeOf(value);
    if (Number.isNaN(time)) throw typeError('date: expected a valid Date, found an invalid one');
    splitF64(time);
    return putSplit(target, at);
  },
  decode: (source, at) => new Date(joinF64(get32(source, at), get32(source, at + 4))),
});

// ── Bytes and text ───────────────────────────────────────────────────────────────────────────────

function encodeBytes(value: Uint8Array, target: Uint8Array, at: number): number {
  if (!(value instanceof Uint8Array)) {
    throw typeError(`bytes: expected a Uint8Array, found ${describe(value)}`);
  }
  if (value.length <= target.length - at) target.set(value, at);
  return value.length;
}

/** Byte strings, in the order of their bytes. Key or value; decoding makes a copy. */
export const bytes = /* @__PURE__ */ builtIn<Uint8Array, 'bytes'>('bytes', {
  size: (value) => value.length,
  least: (value) => (value instanceof Uint8Array ? value.length : 0),
  encode: encodeBytes,
  encodePrefix: (prefix, target, at) => encodeBytes(prefix as Uint8Array, target, at),
  decode(source, at, length) {
    const copy = new Uint8Array(length);
    copy.set(source.subarray(at, at + length));
    return copy;
  },
});

function encodeUtf8(value: string, target: Uint8Array, at: number): number {
  checkString(value);
  return writeText(value, target, at);
}

/**
 * Text, in the order of its code points (which differs from `<` where there are characters beyond
 * U+FFFF). Key or value. A lone surrogate is a TypeError.
 */
export const utf8 = /* @__PURE__ */ builtIn<string, 'utf8'>('utf8', {
  size: (value) => value.length * 3,
  least: (value) => (typeof value === 'string' ? value.length : 0),
  encode: encodeUtf8,
  encodePrefix: (prefix, target, at) => encodeUtf8(prefix as string, target, at),
  decode: readText,
});

/**
 * What `JSON.stringify` can hold. A value that it would turn into nothing is a TypeError:
 * `undefined`, functions and symbols; NaN and the infinities, which become `null`, as does an
 * invalid Date; a Map, a Set, a typed array, and any object of a class whose text would be `{}`
 * (RegExp, Error, Promise, …). So is what it refuses itself: a cycle, a bigint, what is too deep, a
 * `toJSON` that throws; the error has the first one as its `cause`.
 *
 * Only the value itself is looked at. Inside it all happens as JSON has it: `undefined`, functions
 * and symbols are left out (in an array: `null`), NaN and the infinities become `null`, a Map or a
 * Set `{}`, a Date its text. A class with `toJSON` is kept as what that returns. A lone surrogate
 * is kept, as an escape.
 *
 * For values of a type of your own: `json as Codec<Price>`. Nobody checks that they are.
 */
export const json = /* @__PURE__ */ builtIn<unknown, 'json'>('json', {
  encode(value, target, at) {
    return writeText(jsonText(value), target, at);
  },
  decode: (source, at, length) => jsonValue(readText(source, at, length)),
});

/** The part of the package msgpackr that is used here. */
export interface Msgpackr {
  Packr: new (options: {
    useRecords: boolean;
    copyBuffers: boolean;
  }) => {
    pack(value: unknown): Uint8Array;
    unpack(bytes: Uint8Array): unknown;
  };
}

/**
 * MessagePack by the package msgpackr, which the caller brings along. Records are off: the bytes
 * must mean the same in every thread.
 *
 * @example
 * import * as msgpackr from 'msgpackr';
 * const people = msgpack<{ name: string; born: Date }>(msgpackr);
 * people.id; // 'msgpack'
 */
export function msgpack<T = unknown>(msgpackr: Msgpackr): Codec<T> {
  if (typeof msgpackr?.Packr !== 'function') {
    throw typeError(`msgpack: expected the module msgpackr, found ${describe(msgpackr)}`);
  }
  const packr = new msgpackr.Packr({ useRecords: false, copyBuffers: true });
  return shownCodec({
    id: 'msgpack',
    version: 1,
    encode(value: T, target: Uint8Array, at: number): number {
      const packed = packOf(packr, value);
      if (packed.length <= target.length - at) target.set(packed, at);
      return packed.length;
    },
    decode: (source: Uint8Array, at: number, length: number): T =>
      unpackOf(packr, source.subarray(at, at + length)) as T,
  });
}

type Packr = InstanceType<Msgpackr['Packr']>;

function packOf(packr: Packr, value: unknown): Uint8Array {
  try {
    return packr.pack(value);
  } catch (cause) {
    const found = describe(value);
    throw foreignError(`msgpack: expected a value that msgpackr packs, found ${found}`, cause);
  }
}

function unpackOf(packr: Packr, bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw corrupt(`msgpack: expected what msgpackr packed, found ${bytes.length} bytes`, cause);
  }
}

// ── Parts ────────────────────────────────────────────────────────────────────────────────────────

function fixedPart(codec: Codec<unknown>, size: number): Part {
  return {
    write(value, target, at) {
      if (size > target.length - at) return size; // The caller comes again with room.
      return encodeKey(codec, value, target, at);
    },
    read(source, at, end) {
      if (size > end - at) throw shortKey(codec, size, end - at);
      const value = codec.decode(source, at, size);
      partEnd = at + size;
      return value;
    },
    least: () => size,
  };
}

/** Escapes in place, from the back to the front: codecs that are made of others share nothing. */
function escapedPart(codec: Codec<unknown>): Part {
  return {
    write(value, target, at) {
      const length = encodeKey(codec, value, target, at);
      const room = target.length - at;
      if (length > room) return 2 * length + 1; // At the most.
      let escapes = 0;
      for (let i = at; i < at + length; i++) if (target[i]! < 2) escapes++;
      const total = length + escapes + 1;
      if (total > room) return total;
      let to = at + total - 1;
      target[to] = 0;
      for (let from = at + length - 1; escapes > 0; from--) {
        const byte = target[from]!;
        if (byte > 1) {
          target[--to] = byte;
        } else {
          target[--to] = byte + 1;
          target[--to] = 1;
          escapes--;
        }
      }
      return total;
    },
    read(source, at, end) {
      let escapes = 0;
      let to = at;
      for (; to < end && source[to] !== 0; to++) {
        if (source[to] !== 1) continue;
        escapes++;
        to++;
      }
      if (to >= end) throw shortKey(codec, end - at + 1, end - at);
      const length = to - at - escapes;
      const value =
        escapes === 0
          ? codec.decode(source, at, length)
          : codec.decode(unescaped(source, at, length), 0, length);
      partEnd = to + 1;
      return value;
    },
    least: (value) => leastBytes(codec, value) + 1,
  };
}

function unescaped(source: Uint8Array, at: number, length: number): Uint8Array {
  const plain = new Uint8Array(length);
  for (let i = 0, from = at; i < length; i++, from++) {
    plain[i] = source[from] === 1 ? source[++from]! - 1 : source[from]!;
  }
  return plain;
}

function shortKey(codec: Codec<unknown>, expected: number, found: number): RangeError {
  return rangeError(`${codec.id}: expected a part of at least ${expected} bytes, found ${found}`);
}

function partOf(codec: AnyCodec): Part {
  checkCodecShape(codec);
  const own = partMark(codec) as Part | undefined;
  if (own !== undefined) return own;
  return typeof codec.size === 'number' ? fixedPart(codec, codec.size) : escapedPart(codec);
}

/** A codec that is made of a part: its bytes are those of the part, wherever it stands. */
function ofPart<T>(
  id: string,
  part: Part,
  size: number | undefined,
  encodePrefix?: (prefix: Leading<never>, target: Uint8Array, at: number) => number,
): Codec<T> {
  const codec = {
    id: shortId(id),
    version: 1,
    ...(size === undefined ? {} : { size }),
    ...(encodePrefix === undefined ? {} : { encodePrefix }),
    encode: part.write,
    decode(source: Uint8Array, at: number, length: number): T {
      const value = part.read(source, at, at + length) as T;
      if (partEnd !== at + length) {
        throw rangeError(`${id}: expected ${partEnd - at} bytes, found ${length}`);
      }
      return value;
    },
  } as Codec<T>;
  return marked<T, Codec<T>>(codec, { part, least: part.least });
}

/** Ids have at most 24 bytes: a longer one is cut and its hash put behind. */
function shortId(id: string): string {
  if (id.length <= 24 && /^[\x20-\x7e]*$/.test(id)) return id;
  let hash = 0xcbf29ce484222325n; // FNV-1a, 64 bit, over UTF-16 units.
  for (let i = 0; i < id.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(id.charCodeAt(i))) * 0x100000001b3n);
  }
  return `${/^\w*/.exec(id)![0].slice(0, 7)}#${hash.toString(16).padStart(16, '0')}`;
}

function partId({ id, version }: AnyCodec): string {
  return version === 1 ? id : `${id}@${version}`;
}

/**
 * Several keys in one: the first part that differs decides. A range's `prefix` is leading parts.
 *
 * @example
 * const byCity = tuple(utf8, descending(u32)); // the largest first
 * byCity.id; // 'tuple(utf8,desc(u32))'
 * const bytes = new Uint8Array(20);
 * const length = byCity.encode(['Lyon', 522_000], bytes, 0);
 * byCity.decode(bytes, 0, length); // ['Lyon', 522_000]
 */
export function tuple<const C extends readonly AnyCodec[]>(
  ...codecs: C
): Codec<{ readonly [I in keyof C]: Coded<C[I]> }> {
  type Parts = { readonly [I in keyof C]: Coded<C[I]> };
  const parts = codecs.map(partOf);
  const id = `tuple(${codecs.map(partId).join(',')})`;
  const sizes = codecs.map(({ size }) => size);
  const fixed = sizes.every((size) => typeof size === 'number');
  const writeParts = (values: readonly unknown[], target: Uint8Array, at: number): number => {
    let to = at;
    for (let i = 0; i < values.length; i++) to += parts[i]!.write(values[i], target, to);
    return to - at;
  };
  const part: Part = {
    write(value, target, at) {
      checkParts(value, parts.length, parts.length);
      return writeParts(value, target, at);
    },
    read(source, at, end) {
      const values: unknown[] = [];
      let from = at;
      for (const each of parts) {
        values.push(each.read(source, from, end));
        from = partEnd;
      }
      partEnd = from;
      return values;
    },
    least(values) {
      if (!Array.isArray(values)) return 0;
      return sum(parts.map((each, i) => each.least(values[i])));
    },
  };
  const size = fixed ? sum(sizes as number[]) : undefined;
  return ofPart<Parts>(id, part, size, (prefix, target, at) => {
    checkParts(prefix, 0, parts.length);
    return writeParts(prefix, target, at);
  });
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function checkParts(value: unknown, min: number, max: number): asserts value is unknown[] {
  const wanted = min === max ? `${max}` : `at most ${max}`;
  if (!Array.isArray(value)) {
    throw typeError(`tuple: expected an array of ${wanted} parts, found ${describe(value)}`);
  }
  if (value.length < min || value.length > max) {
    throw rangeError(`tuple: expected ${wanted} parts, found ${value.length}`);
  }
}

/** The same keys in the opposite order. */
export function descending<T>(codec: Codec<T>): Codec<T> {
  const inner = partOf(codec);
  const part: Part = {
    write(value, target, at) {
      const length = inner.write(value, target, at);
      invert(target, at, Math.min(at + length, target.length));
      return length;
    },
    read(source, at, end) {
      const plain = source.slice(at, end);
      invert(plain, 0, plain.length);
      const value = inner.read(plain, 0, plain.length);
      partEnd += at;
      return value;
    },
    least: inner.least,
  };
  const size = typeof codec.size === 'number' ? codec.size : undefined;
  return ofPart<T>(`desc(${partId(codec)})`, part, size);
}

function invert(target: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) target[i] = ~target[i]!;
}

// ── Ranges ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Turns the bytes of a prefix into the first bytes behind everything that starts with it, in place.
 *
 * @returns their length, or -1 when nothing lies behind (the prefix is empty, or all ff)
 */
export function prefixEnd(prefix: Uint8Array, at: number, length: number): number {
  for (let last = length; last > 0; last--) {
    const byte = prefix[at + last - 1]!;
    if (byte !== 0xff) {
      prefix[at + last - 1] = byte + 1;
      return last;
    }
  }
  return -1;
}
