// Keys and values on their way into a kernel and back, in one cheap pass.
//
// A key of up to 16 bytes travels as four words, big-endian, in the arguments of the call:
// `length`, `k0` to `k3`. A longer one stands in scratch (crossing.ts), and `k0` is its offset.
// Values always stand in scratch.
//
// One call:  values.pack(v) · keys.pack(k) · kernel.call(keys.length, keys.k0, …) · read the
// result. Without a value: begin() first. Values before keys: encoding one may run user code
// (`toJSON`), which may use the same structure. Offsets are passed as i32; kernels take them as
// u32.

import { MAX_KEY } from '../../build/numbers/map/key.ts';
import type { AnyCodec, Codec } from '../api.ts';
import { typeError } from '../ground/errors.ts';
import { high, i32Word, low, splitF64Key, splitI64, splitU64, u32Word } from './codecs.ts';
import { type Columns, readNumbers, TextRuns } from './columns.ts';
import type { Crossing } from './crossing.ts';
import { AS_KEY, AS_VALUE, encodeInto, kindOf, tooLarge } from './encoding.ts';
import { jsonText, jsonValue } from './json.ts';
import { checkString, readText, writeText } from './text.ts';

/** The most bytes of a key where a structure does not say less. */
export const MAX_KEY_BYTES = MAX_KEY;

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────

/** The codec's bytes of a key in the form that kernels take. Made by `keyPort`. */
export abstract class KeyPort<K> {
  /** Bytes of the key that was packed last. */
  length = 0;
  /**
   * Its first four bytes as an i32, big-endian, zeros behind the end; or the offset of its bytes.
   */
  k0 = 0;
  k1 = 0;
  k2 = 0;
  k3 = 0;
  protected readonly crossing: Crossing;
  protected readonly codec: Codec<K>;
  protected readonly max: number;

  constructor(crossing: Crossing, codec: Codec<K>, maxBytes: number) {
    this.crossing = crossing;
    this.codec = codec;
    this.max = maxBytes;
  }

  /** Packs a key. TypeError: not a key of this codec. RangeError: KEY_TOO_LARGE. */
  pack(key: K): void {
    const length = this.encode(key); // This may replace the buffer.
    this.packBytes(this.crossing.buffer, 0, length);
  }

  /**
   * Packs a key into scratch, however short, behind `head` bytes (a multiple of 8) of a record that
   * the caller fills.
   *
   * @returns the record's index in `view`, 8-aligned; `length` is the key's
   */
  append(key: K, head: number): number {
    const length = this.encode(key);
    if (length > this.max) throw tooLarge('KEY_TOO_LARGE', 'key', this.max, length);
    const { crossing } = this;
    const at = crossing.take(head + length);
    crossing.copyIn(crossing.buffer, 0, length, at + head);
    this.length = length;
    return at;
  }

  /** Encodes a key into `crossing.buffer` and returns its length. */
  encode(key: K): number {
    const { crossing, codec, max } = this;
    if (key === undefined) throw typeError('key: expected a key, found undefined');
    const { turn } = crossing;
    const length = encodeInto(AS_KEY, codec, key, crossing, 0, max);
    checkTurn(crossing, turn, codec);
    return length;
  }

  /** Reads a key from any view. */
  read(source: Uint8Array, at: number, length: number): K {
    return decodePrivate(this.crossing, this.codec, source, at, length);
  }

  /** Reads all keys of columns. */
  readAll(columns: Columns): K[] {
    const { bytes, count } = columns;
    const keys = new Array<K>(count);
    let at = columns.keysAt;
    for (let i = 0; i < count; i++) {
      const length = columns.keyLength(i);
      keys[i] = this.read(bytes, at, length);
      at += length;
    }
    return keys;
  }

  /** Packs bytes that are a key already, or a bound between keys. */
  packBytes(source: Uint8Array, at: number, length: number): void {
    if (length > this.max) throw tooLarge('KEY_TOO_LARGE', 'key', this.max, length);
    this.length = length;
    if (length > 16) {
      const { crossing } = this;
      const index = crossing.put(source, at, length); // This may move scratch.
      this.k0 = (crossing.at + index) | 0;
      return;
    }
    this.k0 = length > 0 ? word(source, at, length) : 0;
    this.k1 = length > 4 ? word(source, at + 4, length - 4) : 0;
    this.k2 = length > 8 ? word(source, at + 8, length - 8) : 0;
    this.k3 = length > 12 ? word(source, at + 12, length - 12) : 0;
  }

  /** Called when scratch has moved. */
  move(from: number, to: number): void {
    if (this.length > 16) this.k0 = (this.k0 - from + to) | 0;
  }
}

/** Up to four bytes, big-endian, zeros behind the end. */
function word(source: Uint8Array, at: number, length: number): number {
  const first = source[at]! << 24;
  if (length >= 4) {
    return first | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
  }
  if (length === 1) return first;
  return first | (source[at + 1]! << 16) | (length === 3 ? source[at + 2]! << 8 : 0);
}

/** Text: up to 16 ASCII characters without any buffer. */
class TextKeyPort extends KeyPort<string> {
  readonly #runs = new TextRuns();

  override pack(key: string): void {
    if (typeof key !== 'string') checkString(key);
    const n = key.length;
    if (n > 16 || !this.#packShort(key, n)) this.#packLong(key);
  }

  override read(source: Uint8Array, at: number, length: number): string {
    return readText(source, at, length);
  }

  override readAll(columns: Columns): string[] {
    return this.#runs.keys(columns);
  }

  #packShort(key: string, n: number): boolean {
    // Characters beyond ASCII leave bits in `all`; what they left in the words is then thrown away.
    let all = 0;
    let k0 = 0;
    let k1 = 0;
    let k2 = 0;
    let k3 = 0;
    let i = 0;
    if (n >= 4) {
      const a = key.charCodeAt(0);
      const b = key.charCodeAt(1);
      const c = key.charCodeAt(2);
      const d = key.charCodeAt(3);
      all = a | b | c | d;
      k0 = (a << 24) | (b << 16) | (c << 8) | d;
      i = 4;
      if (n >= 8) {
        const e = key.charCodeAt(4);
        const f = key.charCodeAt(5);
        const g = key.charCodeAt(6);
        const h = key.charCodeAt(7);
        all |= e | f | g | h;
        k1 = (e << 24) | (f << 16) | (g << 8) | h;
        i = 8;
        if (n >= 12) {
          const o = key.charCodeAt(8);
          const p = key.charCodeAt(9);
          const q = key.charCodeAt(10);
          const r = key.charCodeAt(11);
          all |= o | p | q | r;
          k2 = (o << 24) | (p << 16) | (q << 8) | r;
          i = 12;
          if (n === 16) {
            const s = key.charCodeAt(12);
            const t = key.charCodeAt(13);
            const u = key.charCodeAt(14);
            const v = key.charCodeAt(15);
            all |= s | t | u | v;
            k3 = (s << 24) | (t << 16) | (u << 8) | v;
            i = 16;
          }
        }
      }
    }
    if (i < n) {
      let last = 0;
      for (let shift = 24, j = i; j < n; j++, shift -= 8) {
        const unit = key.charCodeAt(j);
        all |= unit;
        last |= unit << shift;
      }
      if (i === 0) k0 = last;
      else if (i === 4) k1 = last;
      else if (i === 8) k2 = last;
      else k3 = last;
    }
    this.length = n;
    this.k0 = k0;
    this.k1 = k1;
    this.k2 = k2;
    this.k3 = k3;
    return all < 128;
  }

  override append(key: string, head: number): number {
    this.#check(key);
    const { crossing } = this;
    const record = crossing.take(head);
    crossing.putText(key);
    this.#setLength(crossing.written);
    return record;
  }

  override encode(key: string): number {
    this.#check(key);
    const buffer = this.crossing.room(key.length * 3);
    return writeText(key, buffer, 0);
  }

  #check(key: string): void {
    checkString(key);
    if (key.length > this.max) throw tooLarge('KEY_TOO_LARGE', 'key', this.max, key.length);
  }

  #packLong(key: string): void {
    this.#check(key);
    const { crossing } = this;
    const before = crossing.cursor;
    const at = crossing.putText(key);
    const { written } = crossing;
    if (written > 16) {
      this.#setLength(written);
      this.k0 = (crossing.at + at) | 0;
    } else {
      crossing.cursor = before; // Short after all: a few characters of more than one byte.
      this.packBytes(crossing.view, at, written);
    }
  }

  #setLength(length: number): void {
    if (length > this.max) throw tooLarge('KEY_TOO_LARGE', 'key', this.max, length);
    this.length = length;
  }
}

class U32KeyPort extends KeyPort<number> {
  override pack(key: number): void {
    setWords(this, 4, u32Word(key), 0);
  }

  override readAll({ data, count, keysAt }: Columns): number[] {
    const keys = new Array<number>(count);
    for (let i = 0; i < count; i++) keys[i] = data.getUint32(keysAt + 4 * i);
    return keys;
  }
}

class I32KeyPort extends KeyPort<number> {
  override pack(key: number): void {
    setWords(this, 4, i32Word(key), 0);
  }
}

class F64KeyPort extends KeyPort<number> {
  override pack(key: number): void {
    splitF64Key(key);
    setWords(this, 8, high, low);
  }
}

class U64KeyPort extends KeyPort<bigint> {
  override pack(key: bigint): void {
    splitU64(key);
    setWords(this, 8, high, low);
  }
}

class I64KeyPort extends KeyPort<bigint> {
  override pack(key: bigint): void {
    splitI64(key);
    setWords(this, 8, high, low);
  }
}

function setWords(
  port: KeyPort<number> | KeyPort<bigint>,
  length: number,
  first: number,
  second: number,
): void {
  port.length = length;
  port.k0 = first;
  port.k1 = second;
  port.k2 = 0;
  port.k3 = 0;
}

type AnyPort = new (crossing: Crossing, codec: AnyCodec, maxBytes: number) => unknown;

const KEY_PORTS: Readonly<Record<string, AnyPort>> = {
  utf8: TextKeyPort,
  u32: U32KeyPort,
  i32: I32KeyPort,
  f64: F64KeyPort,
  u64: U64KeyPort,
  i64: I64KeyPort,
};

class PlainKeyPort<K> extends KeyPort<K> {}

/** A port for a structure's keys. Two keys in one call need two ports. */
export function keyPort<K>(
  crossing: Crossing,
  codec: Codec<K>,
  maxBytes: number = MAX_KEY_BYTES,
): KeyPort<K> {
  const Port = KEY_PORTS[kindOf(codec)] ?? PlainKeyPort;
  const port = new Port(crossing, codec, maxBytes) as KeyPort<K>;
  crossing.follow(port);
  return port;
}

// ── Values ───────────────────────────────────────────────────────────────────────────────────────

/** A value's bytes in scratch. Made by `valuePort`. */
export abstract class ValuePort<V> {
  /** Bytes of the value that was packed last. */
  length = 0;
  /** Their offset, as an i32. */
  at = 0;
  protected readonly crossing: Crossing;
  protected readonly codec: Codec<V>;
  protected readonly max: number;

  constructor(crossing: Crossing, codec: Codec<V>, maxBytes: number) {
    this.crossing = crossing;
    this.codec = codec;
    this.max = maxBytes;
  }

  /** Begins a call and packs a value. TypeError: not of this codec. RangeError: VALUE_TOO_LARGE. */
  pack(value: V): void {
    this.crossing.begin();
    this.append(value);
  }

  /** Packs a value behind what is packed. User code that it runs must not use the arena. */
  append(value: V): void {
    const { crossing, codec } = this;
    if (value === undefined) throw typeError('value: expected a value, found undefined');
    const { turn } = crossing;
    const length = encodeInto(AS_VALUE, codec, value, crossing, 0, this.max);
    checkTurn(crossing, turn, codec);
    this.packBytes(crossing.buffer, length);
  }

  /** Reads a value from any view. */
  read(source: Uint8Array, at: number, length: number): V {
    return decodePrivate(this.crossing, this.codec, source, at, length);
  }

  /** Reads all values of columns; `undefined` where there is nothing. */
  readAll(columns: Columns): (V | undefined)[] {
    const { bytes, count } = columns;
    const values = new Array<V | undefined>(count);
    for (let i = 0; i < count; i++) {
      values[i] = columns.isNothing(i)
        ? undefined
        : this.read(bytes, columns.valueAt(i), columns.valueLength(i));
    }
    return values;
  }

  /** Packs bytes that are a value already. */
  packBytes(source: Uint8Array, length: number): void {
    if (length > this.max) throw tooLarge('VALUE_TOO_LARGE', 'value', this.max, length);
    const { crossing } = this;
    this.length = length;
    const index = crossing.put(source, 0, length); // This may move scratch.
    this.at = (crossing.at + index) | 0;
  }

  /** Called when scratch has moved. */
  move(from: number, to: number): void {
    this.at = (this.at - from + to) | 0;
  }
}

/** Codecs of fixed size, which write byte by byte: straight into scratch. */
class FixedValuePort<V> extends ValuePort<V> {
  override append(value: V): void {
    const { crossing } = this;
    const from = crossing.take(8);
    this.length = this.codec.encode(value, crossing.view, from);
    this.at = (crossing.at + from) | 0;
  }

  override read(source: Uint8Array, at: number, length: number): V {
    return this.codec.decode(source, at, length);
  }
}

class F64ValuePort<V> extends FixedValuePort<V> {
  override readAll(columns: Columns): (V | undefined)[] {
    return readNumbers(columns, this.codec.decode as never) as V[];
  }
}

class TextValuePort<V> extends ValuePort<V> {
  protected readonly runs = new TextRuns();

  override append(value: V): void {
    checkString(value);
    this.packText(value);
  }

  override read(source: Uint8Array, at: number, length: number): V {
    return readText(source, at, length) as V;
  }

  override readAll(columns: Columns): (V | undefined)[] {
    return this.runs.values(columns) as V[];
  }

  protected packText(text: string): void {
    const { crossing } = this;
    const at = crossing.putText(text);
    this.length = crossing.written;
    if (this.length > this.max) throw tooLarge('VALUE_TOO_LARGE', 'value', this.max, this.length);
    this.at = (crossing.at + at) | 0;
  }
}

class JsonValuePort<V> extends TextValuePort<V> {
  override pack(value: V): void {
    const text = jsonText(value); // User code may run in here: before anything is packed.
    this.crossing.begin();
    this.packText(text);
  }

  override append(value: V): void {
    const { turn } = this.crossing;
    const text = jsonText(value);
    checkTurn(this.crossing, turn, this.codec);
    this.packText(text);
  }

  override read(source: Uint8Array, at: number, length: number): V {
    return jsonValue(readText(source, at, length)) as V;
  }

  override readAll(columns: Columns): (V | undefined)[] {
    return this.runs.values(columns).map(parsed) as V[];
  }
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : jsonValue(text);
}

const VALUE_PORTS: Readonly<Record<string, AnyPort>> = {
  utf8: TextValuePort,
  json: JsonValuePort,
  u32: FixedValuePort,
  i32: FixedValuePort,
  f64: F64ValuePort,
  u64: FixedValuePort,
  i64: FixedValuePort,
  bool: FixedValuePort,
  date: FixedValuePort,
};

class PlainValuePort<V> extends ValuePort<V> {}

/** A port for a structure's values. Two values in one call need two ports. */
export function valuePort<V>(
  crossing: Crossing,
  codec: Codec<V>,
  maxBytes: number = 2 ** 31 - 1,
): ValuePort<V> {
  const Port = VALUE_PORTS[kindOf(codec)] ?? PlainValuePort;
  const port = new Port(crossing, codec, maxBytes) as ValuePort<V>;
  crossing.follow(port);
  return port;
}

// ── Common ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Decodes from a private copy: the platform refuses shared memory in places, and others write it.
 * The codec may use the arena meanwhile, which never touches what is lent to it.
 */
function decodePrivate<T>(
  crossing: Crossing,
  codec: Codec<T>,
  source: Uint8Array,
  at: number,
  length: number,
): T {
  if (source.buffer instanceof ArrayBuffer) return codec.decode(source, at, length);
  const copy = crossing.lend(length);
  if (length <= 32) for (let i = 0; i < length; i++) copy[i] = source[at + i]!;
  else copy.set(source.subarray(at, at + length));
  const value = codec.decode(copy, 0, length);
  crossing.takeBack(copy);
  return value;
}

function checkTurn(crossing: Crossing, turn: number, codec: AnyCodec): void {
  if (crossing.turn !== turn) {
    throw typeError(
      `codec ${codec.id}: expected \`encode\` to leave the arena alone, found a call`,
    );
  }
}
