// Keys and values on their way into a kernel and back, in one cheap pass.
//
// A key of up to 16 bytes travels as four words, big-endian, in the arguments of the call:
// `length`, `k0` to `k3`. A longer one stands in the scratch block of the thread's slot, and `k0`
// is its offset. Values always stand in scratch:
//
//     at           at + 64         outAt                      at + bytes - reserved
//     | result, 64 | packed by the host ──► | room for the kernel's output | the kernels' own |
//                                  cursor
//
// One call:  values.pack(v) · keys.pack(k) · kernel.call(keys.length, keys.k0, …) · read the
// result. Without a value: begin() first. Values before keys: encoding one may run user code
// (`toJSON`), which may use the same structure. Offsets are passed as i32; kernels take them as
// u32.
//
// The scratch block belongs to the slot, so every structure and every copy of this package in a
// thread shares it. `SharedScratch` is their common record of it; each crossing looks there in
// `begin`.

import type { AnyCodec, Codec, ErrorCode } from './api.ts';
import {
  encodeKey,
  high,
  i32Word,
  jsonText,
  KIND,
  low,
  prefixEnd,
  splitF64Key,
  splitI64,
  splitU64,
  u32Word,
} from './codec.ts';
import { rangeError, typeError } from './errors.ts';
import { PAGE_BYTES } from './kernel.ts';
import { checkString, readText, writeShared, writeText } from './text.ts';

/** What every copy of the package in a thread knows of the slot's scratch block. */
export interface SharedScratch {
  /** Offset from the arena's start, unsigned. */
  at: number;
  bytes: number;
}

/** The arena as a crossing needs it. */
export interface ScratchOwner {
  readonly memory: WebAssembly.Memory;
  readonly scratch: SharedScratch;
  /**
   * Replaces the block by one of at least `bytes` bytes and updates `scratch`. Throws ARENA_FULL.
   */
  stage(bytes: number): void;
  /** Replaces a larger block by one of the first size and updates `scratch`. */
  unstage(): void;
}

/** The result block at the start of scratch. */
export const RESULT_BYTES = 64;

/** Calls for which a larger scratch block is kept after one that needed it. */
const LINGER = 256;

/** The most bytes of a key where a structure does not say less. */
export const MAX_KEY_BYTES = 2 ** 20 - 1;

/** Registers that hold an offset into scratch, moved when scratch is. */
interface Movable {
  move(from: number, to: number): void;
}

/** Scratch of one thread in one arena, as one copy of this package sees it. */
export class Crossing {
  /** Scratch as bytes; index 0 is its start. Replaced when scratch moves: do not keep. */
  view: Uint8Array = new Uint8Array(0);
  /** The same as words: `words[0]` to `words[15]` are the result of the last call. */
  words: Int32Array = new Int32Array(0);
  /** The offset of `view[0]` from the arena's start, unsigned. */
  at = 0;
  /** Index in `view` of the first byte that is not packed. */
  cursor = RESULT_BYTES;
  /** Bytes of the last text that was packed. */
  written = 0;
  /** Private memory for what platform functions write and read. */
  buffer: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
  /** Raised by each `begin`; tells when user code came in between. */
  turn = 0;
  readonly #owner: ScratchOwner;
  readonly #shared: SharedScratch;
  readonly #movables = new Set<WeakRef<Movable>>();
  #sweepAt = 64;
  #linger = 0;
  /** How many have put aside what is packed: meanwhile scratch stays where it is. */
  #saved = 0;
  #reserved = 0;
  #limit = 0;

  constructor(owner: ScratchOwner) {
    this.#owner = owner;
    this.#shared = owner.scratch;
    this.#look();
  }

  /**
   * Keeps the last `bytes` bytes of scratch for a kernel's own use; the most that one asked for.
   */
  reserve(bytes: number): void {
    this.#reserved = Math.max(this.#reserved, bytes);
    this.#look();
  }

  /** Index in `view` of the room for the kernel's output, 8-aligned. */
  get out(): number {
    return (this.cursor + 7) & -8;
  }

  /** The offset of that room, as an i32. */
  get outAt(): number {
    return (this.at + this.out) | 0;
  }

  /** Bytes of that room. */
  get outBytes(): number {
    return this.#limit - this.out;
  }

  /** Begins a call: nothing is packed yet. */
  begin(): void {
    this.turn++;
    this.cursor = RESULT_BYTES;
    const { at, bytes } = this.#shared;
    if (at !== this.at || bytes !== this.view.length) this.#look();
    if (this.#linger > 0 && this.#saved === 0 && --this.#linger === 0) {
      this.#owner.unstage();
      this.#look();
    }
  }

  /** Index in `view` of `bytes` bytes, 8-aligned; they count as packed. */
  take(bytes: number): number {
    const from = (this.cursor + 7) & -8;
    if (from + bytes > this.#limit) this.#stage(from + bytes);
    this.cursor = from + bytes;
    return from;
  }

  /** Makes room for at least `bytes` bytes of output; what is packed stays packed. */
  need(bytes: number): void {
    const end = this.out + bytes;
    if (end > this.#limit) this.#stage(end);
  }

  /**
   * A copy of what is packed; `restore` brings it back, to the same offsets, after other calls were
   * made that packed no more than fits.
   */
  save(): Uint8Array {
    this.#saved++;
    return this.view.slice(0, this.cursor);
  }

  restore(packed: Uint8Array): void {
    this.#saved--;
    this.view.set(packed);
    this.cursor = packed.length;
  }

  /** Private memory of at least `bytes` bytes; its content is gone. */
  room(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.buffer.length < bytes) this.buffer = new Uint8Array(bytes * 2);
    return this.buffer;
  }

  /** Packs bytes and returns their index in `view`. */
  put(source: Uint8Array, from: number, length: number): number {
    const at = this.take(length);
    this.copyIn(source, from, length, at);
    return at;
  }

  /** Packs text as UTF-8; returns its index in `view`, and leaves its length in `written`. */
  putText(text: string): number {
    const at = (this.cursor + 7) & -8;
    this.written = writeShared(text, this.view, this.words, at, this.#limit - at);
    if (this.written >= 0) {
      this.cursor = at + this.written;
      return at;
    }
    const buffer = this.room(text.length * 3);
    this.written = writeText(text, buffer, 0);
    return this.put(buffer, 0, this.written);
  }

  /** Copies bytes to `view[at]`, which was taken before. */
  copyIn(source: Uint8Array, from: number, length: number, at: number): void {
    const { view } = this;
    if (length <= 32) {
      for (let i = 0; i < length; i++) view[at + i] = source[from + i]!;
    } else {
      view.set(source.subarray(from, from + length), at);
    }
  }

  /** A port for a structure's keys. Two keys in one call need two ports. */
  keys<K>(codec: Codec<K>, maxBytes: number = MAX_KEY_BYTES): KeyPort<K> {
    const port = makeKeyPort(this, codec, maxBytes);
    this.#note(port);
    return port;
  }

  /** A port for a structure's values. Two values in one call need two ports. */
  values<V>(codec: Codec<V>, maxBytes: number = 2 ** 31 - 1): ValuePort<V> {
    const port = makeValuePort(this, codec, maxBytes);
    this.#note(port);
    return port;
  }

  /** Notes a port that has to follow when scratch moves, and forgets those that are gone. */
  #note(port: Movable): void {
    if (this.#movables.size >= this.#sweepAt) {
      for (const each of this.#movables)
        if (each.deref() === undefined) this.#movables.delete(each);
      this.#sweepAt = Math.max(64, this.#movables.size * 2);
    }
    this.#movables.add(new WeakRef(port));
  }

  /** Gets a larger scratch; what is packed moves with it. */
  #stage(bytes: number): void {
    const packed = this.view.slice(0, this.cursor);
    const before = this.at;
    this.#owner.stage(bytes + this.#reserved + PAGE_BYTES);
    this.#look();
    this.#linger = LINGER;
    this.view.set(packed);
    for (const reference of this.#movables) {
      const movable = reference.deref();
      if (movable === undefined) this.#movables.delete(reference);
      else movable.move(before, this.at);
    }
  }

  #look(): void {
    const { at, bytes } = this.#shared;
    this.at = at;
    this.view = new Uint8Array(this.#owner.memory.buffer, at, bytes);
    this.words = new Int32Array(this.#owner.memory.buffer, at, bytes >> 2);
    this.#limit = bytes - this.#reserved;
  }
}

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────

/** The codec's bytes of a key in the form that kernels take. Made by `crossing.keys`. */
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
    const { crossing, codec } = this;
    if (key === undefined) throw typeError('key: expected a key, found undefined');
    const { turn } = crossing;
    for (let { buffer } = crossing; ; ) {
      const length = encodeKey(codec, key, buffer, 0);
      if (length <= buffer.length) {
        checkTurn(crossing, turn, codec);
        return length;
      }
      buffer = crossing.room(length);
    }
  }

  /** Reads a key from any view. */
  read(source: Uint8Array, at: number, length: number): K {
    return decodePrivate(this.crossing, this.codec, source, at, length);
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

  /**
   * Packs the bytes that all keys with this prefix start with: the lower bound of them, included.
   */
  packPrefix(prefix: unknown): void {
    const length = this.#encodePrefix(prefix); // This may replace the buffer.
    this.packBytes(this.crossing.buffer, 0, length);
  }

  /**
   * Packs the first bytes behind all keys with this prefix: the upper bound of them, excluded.
   * Returns false, and packs nothing, when there is no such bound.
   */
  packPrefixEnd(prefix: unknown): boolean {
    const prefixLength = this.#encodePrefix(prefix); // This may replace the buffer.
    const length = prefixEnd(this.crossing.buffer, 0, prefixLength);
    if (length < 0) return false;
    this.packBytes(this.crossing.buffer, 0, length);
    return true;
  }

  /** Called when scratch has moved. */
  move(from: number, to: number): void {
    if (this.length > 16) this.k0 = (this.k0 - from + to) | 0;
  }

  #encodePrefix(prefix: unknown): number {
    const { crossing, codec } = this;
    if (codec.encodePrefix === undefined) {
      throw typeError(
        `prefix: expected keys with leading parts (utf8, bytes or a tuple), found ${codec.id}`,
      );
    }
    for (let { buffer } = crossing; ; ) {
      const length = codec.encodePrefix(prefix, buffer, 0);
      if (length <= buffer.length) return length;
      buffer = crossing.room(length);
    }
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
  override pack(key: string): void {
    if (typeof key !== 'string') checkString(key);
    const n = key.length;
    if (n > 16 || !this.#packShort(key, n)) this.#packLong(key);
  }

  override read(source: Uint8Array, at: number, length: number): string {
    return readText(source, at, length);
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
    checkString(key);
    const { crossing } = this;
    const record = crossing.take(head);
    crossing.putText(key);
    this.#setLength(crossing.written);
    return record;
  }

  override encode(key: string): number {
    checkString(key);
    const buffer = this.crossing.room(key.length * 3);
    return writeText(key, buffer, 0);
  }

  #packLong(key: string): void {
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

function makeKeyPort<K>(crossing: Crossing, codec: Codec<K>, maxBytes: number): KeyPort<K> {
  const Port = KEY_PORTS[kindOf(codec)] ?? PlainKeyPort;
  return new Port(crossing, codec, maxBytes) as KeyPort<K>;
}

function kindOf(codec: AnyCodec): string {
  return (codec as { [KIND]?: string })[KIND] ?? '';
}

// ── Values ───────────────────────────────────────────────────────────────────────────────────────

/** A value's bytes in scratch. Made by `crossing.values`. */
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
    for (let { buffer } = crossing; ; ) {
      const length = codec.encode(value, buffer, 0);
      if (length <= buffer.length) {
        checkTurn(crossing, turn, codec);
        this.packBytes(buffer, length);
        return;
      }
      buffer = crossing.room(length);
    }
  }

  /** Reads a value from any view. */
  read(source: Uint8Array, at: number, length: number): V {
    return decodePrivate(this.crossing, this.codec, source, at, length);
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

class TextValuePort<V> extends ValuePort<V> {
  override append(value: V): void {
    checkString(value);
    this.packText(value);
  }

  override read(source: Uint8Array, at: number, length: number): V {
    return readText(source, at, length) as V;
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
    return JSON.parse(readText(source, at, length));
  }
}

const VALUE_PORTS: Readonly<Record<string, AnyPort>> = {
  utf8: TextValuePort,
  json: JsonValuePort,
  u32: FixedValuePort,
  i32: FixedValuePort,
  f64: FixedValuePort,
  u64: FixedValuePort,
  i64: FixedValuePort,
  bool: FixedValuePort,
  date: FixedValuePort,
};

class PlainValuePort<V> extends ValuePort<V> {}

function makeValuePort<V>(crossing: Crossing, codec: Codec<V>, maxBytes: number): ValuePort<V> {
  const Port = VALUE_PORTS[kindOf(codec)] ?? PlainValuePort;
  return new Port(crossing, codec, maxBytes) as ValuePort<V>;
}

// ── Common ───────────────────────────────────────────────────────────────────────────────────────

/**
 * Decodes from a private copy: the platform refuses shared memory in places, and others write it.
 */
function decodePrivate<T>(
  crossing: Crossing,
  codec: Codec<T>,
  source: Uint8Array,
  at: number,
  length: number,
): T {
  if (!(source.buffer instanceof ArrayBuffer)) {
    const copy = crossing.room(length);
    if (length <= 32) for (let i = 0; i < length; i++) copy[i] = source[at + i]!;
    else copy.set(source.subarray(at, at + length));
    return codec.decode(copy, 0, length);
  }
  return codec.decode(source, at, length);
}

function checkTurn(crossing: Crossing, turn: number, codec: AnyCodec): void {
  if (crossing.turn !== turn) {
    throw typeError(
      `codec ${codec.id}: expected \`encode\` to leave the arena alone, found a call`,
    );
  }
}

export function tooLarge(code: ErrorCode, what: string, max: number, found: number): RangeError {
  return rangeError(`${what}: expected at most ${max} bytes, found ${found}`, code);
}
