// How keys, values and parts of tuples are asked for their bytes: the one place that calls what a
// codec says of itself, and believes none of it before it was checked.
//
//   1. `size`, where there is one, says how much room the first call is offered.
//   2. `encode` returns how many bytes there are. When that is more than was offered, what it wrote
//      is of no use: it is asked once more, with at least as much room as it wanted.
//   3. The second answer has to fit. So nobody is asked a third time.
//
// A codec of one's own may be built upon ours, by spread or by prototype. What marks ours stands
// in properties that are hidden from the first, and looked for without the second.

import type { AnyCodec, Codec, ErrorCode } from '../api.ts';
import { describe, rangeError, typeError } from '../ground/errors.ts';
import { showing } from '../ground/shown.ts';

/** Marks the codecs that ports.ts moves without a buffer; in every copy of this package. */
export const KIND: unique symbol = Symbol.for('@x/shm-arena/codec-kind') as never;
/** What a codec does for keys, where they differ from values: f64 refuses NaN and has one zero. */
const KEY_RULE: unique symbol = Symbol.for('@x/shm-arena/codec-key') as never;
/** How many bytes a value takes at the least, in O(1); 0 for what cannot be encoded. */
const LEAST: unique symbol = Symbol.for('@x/shm-arena/codec-least') as never;
/** How a codec stands inside a tuple, where it is neither of fixed size nor escaped. */
export const PART: unique symbol = Symbol.for('@x/shm-arena/codec-part') as never;

/** What only this package's codecs have. */
interface Own<T> {
  readonly [KIND]?: string;
  readonly [PART]?: unknown;
  readonly [KEY_RULE]?: Codec<T>['encode'];
  readonly [LEAST]?: (value: unknown) => number;
}

/** Those of it that a codec brings. */
export interface Marks<T> {
  readonly kind?: string;
  readonly part?: unknown;
  readonly encodeKey?: Codec<T>['encode'];
  readonly least?: (value: unknown) => number;
}

/** Marks a codec as one of ours, and freezes it. */
export function marked<T, C extends Codec<T>>(codec: C, marks: Marks<T>): C {
  const { kind, part, encodeKey: key, least } = marks;
  for (const [symbol, value] of [
    [KIND, kind],
    [PART, part],
    [KEY_RULE, key],
    [LEAST, least],
  ] as const) {
    if (value !== undefined) Object.defineProperty(codec, symbol, { value });
  }
  return shownCodec(codec);
}

/** Freezes a codec, which shows what it is called. */
export function shownCodec<C extends AnyCodec>(codec: C): C {
  const { id, version } = codec;
  return Object.freeze(showing(codec, 'Codec', { id, version }));
}

function own<M extends keyof Own<never>>(codec: AnyCodec, mark: M): Own<never>[M] | undefined {
  const found = (codec as Own<never>)[mark];
  return found !== undefined && Object.hasOwn(codec, mark) ? found : undefined;
}

/** Which built-in codec this is; '' for any other. */
export function kindOf(codec: AnyCodec): string {
  return own(codec, KIND) ?? '';
}

/** How one of ours stands inside a tuple. */
export function partMark(codec: AnyCodec): unknown {
  return own(codec, PART);
}

/** The bytes that a value takes at the least, as far as that is known in O(1). */
export function leastBytes(codec: AnyCodec, value: unknown): number {
  return own(codec, LEAST)?.(value) ?? 0;
}

// ── Asking ───────────────────────────────────────────────────────────────────────────────────────

/** What `codec.encode` does for keys. The result is a whole number, of `size` if that is fixed. */
export function encodeKey<T>(codec: Codec<T>, key: T, target: Uint8Array, at: number): number {
  const rule = own(codec, KEY_RULE) as Codec<T>['encode'] | undefined;
  const length = rule === undefined ? codec.encode(key, target, at) : rule(key, target, at);
  return checkedFixed(codec, length);
}

function encodeValue<T>(codec: Codec<T>, value: T, target: Uint8Array, at: number): number {
  return checkedFixed(codec, codec.encode(value, target, at));
}

function encodePrefix(codec: AnyCodec, prefix: unknown, target: Uint8Array, at: number): number {
  if (codec.encodePrefix === undefined) {
    throw typeError(
      `prefix: expected keys with leading parts (utf8, bytes or a tuple), found ${codec.id}`,
    );
  }
  return checked(codec, 'encodePrefix', codec.encodePrefix(prefix, target, at));
}

function checkedFixed({ id, size }: AnyCodec, length: number): number {
  if (typeof size !== 'number') return checked({ id }, 'encode', length);
  if (length === size) return length;
  throw checkedError(id, 'encode', `its size of ${size} bytes`, length);
}

function checked({ id }: Pick<AnyCodec, 'id'>, method: string, bytes: number): number {
  if (typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 0) return bytes;
  throw checkedError(id, method, 'a whole number of bytes', bytes);
}

function checkedError(id: string, method: string, expected: string, found: unknown): Error {
  const what = describe(found);
  const message = `codec ${id}: expected \`${method}\` to return ${expected}, found ${what}`;
  return typeof found === 'number' ? rangeError(message) : typeError(message);
}

/** What is encoded, and how too much of it is refused. */
export interface How {
  readonly what: string;
  readonly code: ErrorCode;
  encode(codec: AnyCodec, value: unknown, target: Uint8Array, at: number): number;
}

export const AS_KEY: How = { what: 'key', code: 'KEY_TOO_LARGE', encode: encodeKey };
export const AS_VALUE: How = { what: 'value', code: 'VALUE_TOO_LARGE', encode: encodeValue };
export const AS_PREFIX: How = { what: 'prefix', code: 'KEY_TOO_LARGE', encode: encodePrefix };

/** Private memory that grows. */
export interface Staging {
  /** The memory, of at least `bytes` bytes. */
  room(bytes: number): Uint8Array;
}

/** Room for every codec that has no `size`. */
const USUAL_ROOM = 256;
/** An upper bound may be so many times what is allowed: three bytes a character, escapes, … */
const MOST_TIMES = 16;
const MOST_ROOM = 2 ** 31 - 1;

/**
 * Encodes to `at` in staging memory and returns the length, which may exceed `most`: that is for
 * the caller to refuse. It only bounds what is staged.
 *
 * @throws TypeError, RangeError what the codec says is no size or no length, or it does not keep to
 *   it; KEY_TOO_LARGE, VALUE_TOO_LARGE; and whatever the codec throws
 */
export function encodeInto(
  how: How,
  codec: AnyCodec,
  value: unknown,
  staging: Staging,
  at: number,
  most: number,
): number {
  const ceiling = Math.min(most * MOST_TIMES, MOST_ROOM);
  const first = staging.room(at + Math.min(offer(codec, value), ceiling));
  const wanted = how.encode(codec, value, first, at);
  if (wanted <= first.length - at) return wanted;
  const least = leastBytes(codec, value);
  if (least > most) throw tooLarge(how.code, how.what, most, least);
  if (wanted > ceiling) throw tooLarge(how.code, how.what, most, wanted);
  const second = staging.room(at + wanted);
  const length = how.encode(codec, value, second, at);
  if (length <= second.length - at) return length;
  throw rangeError(
    `codec ${codec.id}: expected it to fit in the ${wanted} bytes that it asked for, ` +
      `found ${length}`,
  );
}

/** How much room the first call gets. Ours do without: they never write beyond what there is. */
function offer(codec: AnyCodec, value: unknown): number {
  const { size } = codec;
  if (size === undefined || kindOf(codec) !== '') return USUAL_ROOM;
  const bytes =
    typeof size === 'number' ? size : checked(codec, 'size', size.call(codec, value) as number);
  return Math.max(bytes, USUAL_ROOM);
}

/** Private memory; where the platform has not so much, an error with a code. */
export function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const message = `value: expected one that fits in private memory, found ${bytes} bytes`;
    throw Object.assign(rangeError(message, 'VALUE_TOO_LARGE'), { cause });
  }
}

export function tooLarge(code: ErrorCode, what: string, max: number, found: number): RangeError {
  return rangeError(`${what}: expected at most ${max} bytes, found ${found}`, code);
}

// ── What users bring ─────────────────────────────────────────────────────────────────────────────

/** Checks what a user passes as a codec. */
export function checkCodecShape(codec: AnyCodec): void {
  if (
    typeof codec !== 'object' ||
    codec === null ||
    typeof codec.id !== 'string' ||
    typeof codec.encode !== 'function' ||
    typeof codec.decode !== 'function'
  ) {
    throw typeError(`expected a codec { id, version, encode, decode }, found ${describe(codec)}`);
  }
  const { id, version, size } = codec as { id: string; version: unknown; size: unknown };
  if (!Number.isInteger(version) || (version as number) < 0 || (version as number) > 0xffff_ffff) {
    throw rangeError(
      `codec ${id}: expected a version up to 2 ** 32 - 1, found ${describe(version)}`,
    );
  }
  if (size === undefined || typeof size === 'function') return;
  if (typeof size !== 'number') {
    throw typeError(
      `codec ${id}: expected \`size\` to be a number or a function, found ${describe(size)}`,
    );
  }
  if (!Number.isInteger(size) || size < 0 || size > MOST_ROOM) {
    throw rangeError(
      `codec ${id}: expected a \`size\` from 0 to ${MOST_ROOM}, found ${describe(size)}`,
    );
  }
}
