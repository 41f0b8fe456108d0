// Text in and out of byte arrays. Short ASCII is moved a few characters at a time, which is faster
// than any platform call; the rest by Buffer where there is one, else by TextEncoder and
// TextDecoder through private memory, because browsers refuse shared views.
// Strings are UTF-8 and must be well-formed: TextEncoder would turn every lone surrogate into the
// same three bytes, and different keys into one.

import { describe, typeError } from '../ground/errors.ts';

/** Up to here a loop over the characters beats the platform's bulk calls. */
const SHORT_TEXT = 24;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Node's own reader and writer, also in Bun and Deno; they take any view, shared ones too. */
interface Platform {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number, room: number): number;
}

/** null: this platform has none. */
let platform: Platform | null | undefined;

function lookUpPlatform(): Platform | null {
  const { Buffer } = globalThis as { Buffer?: { prototype?: Partial<Platform> } };
  const own = Buffer?.prototype;
  platform = own?.utf8Slice && own.utf8Write ? (own as Platform) : null;
  return platform;
}

/** Throws unless `value` is a string. */
export function checkString(value: unknown): asserts value is string {
  if (typeof value !== 'string') throw typeError(`expected a string, found ${describe(value)}`);
}

const SURROGATE = /\p{Surrogate}/u;

/** Throws when `text` has a surrogate without its other half. */
function checkWellFormed(text: string): void {
  const at = text.search(SURROGATE);
  if (at < 0) return;
  const unit = text.charCodeAt(at).toString(16);
  throw typeError(`expected well-formed text, found a lone surrogate \\u${unit} at index ${at}`);
}

/**
 * Writes `text` as UTF-8 into private memory and returns how many bytes it takes. When that is more
 * than there is room, the return value is an upper bound, and what was written is of no use.
 */
export function writeText(text: string, target: Uint8Array, at: number): number {
  const length = text.length;
  if (length <= SHORT_TEXT && length <= target.length - at) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) break;
      target[at + i] = unit;
    }
    if (i === length) return length;
  }
  const { read, written } = encoder.encodeInto(text, at === 0 ? target : target.subarray(at));
  if (written !== length) checkWellFormed(text);
  return read === length ? written : length * 3;
}

/**
 * Writes `text` as UTF-8 straight into shared memory, 4-aligned at `at`, and returns how many bytes
 * it takes; -1 when that must go through private memory (no room for the longest encoding, or the
 * platform has no writer that takes shared views).
 */
export function writeShared(
  text: string,
  view: Uint8Array,
  words: Int32Array,
  at: number,
  room: number,
): number {
  const { length } = text;
  if (length * 3 > room) return -1;
  if (length <= SHORT_TEXT && writeWords(text, words, at >> 2)) return length;
  const own = platform === undefined ? lookUpPlatform() : platform;
  if (own === null) return -1;
  const written = own.utf8Write.call(view, text, at, room);
  if (written !== length) checkWellFormed(text);
  return written;
}

/** Writes four characters with each store. False: they are not all ASCII, and of no use. */
function writeWords(text: string, words: Int32Array, from: number): boolean {
  const { length } = text;
  let all = 0;
  let at = from;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    all |= a | b | c | d;
    words[at++] = a | (b << 8) | (c << 16) | (d << 24);
  }
  let last = 0;
  for (let shift = 0; i < length; i++, shift += 8) {
    const unit = text.charCodeAt(i);
    all |= unit;
    last |= unit << shift;
  }
  words[at] = last;
  return all < 128;
}

/** Reads `length` bytes of UTF-8 from any view, shared ones too. */
export function readText(source: Uint8Array, at: number, length: number): string {
  if (length <= 16 && at + 16 <= source.length) {
    const text = length <= 8 ? readEight(source, at, length) : readSixteen(source, at, length);
    if (text !== null) return text;
  }
  const own = platform === undefined ? lookUpPlatform() : platform;
  if (own !== null) return own.utf8Slice.call(source, at, at + length);
  return decoder.decode(source.slice(at, at + length));
}

const { fromCharCode } = String;

// Literal arguments let the engine build the string in place: reading a few bytes too many and
// cutting them off is faster than a loop. What is not ASCII, there or behind, goes the long way.

function readEight(s: Uint8Array, at: number, length: number): string | null {
  const a = s[at]!;
  const b = s[at + 1]!;
  const c = s[at + 2]!;
  const d = s[at + 3]!;
  const e = s[at + 4]!;
  const f = s[at + 5]!;
  const g = s[at + 6]!;
  const h = s[at + 7]!;
  if ((a | b | c | d | e | f | g | h) > 127) return null;
  const text = fromCharCode(a, b, c, d, e, f, g, h);
  return length === 8 ? text : text.substring(0, length);
}

function readSixteen(s: Uint8Array, at: number, length: number): string | null {
  const a = s[at]!;
  const b = s[at + 1]!;
  const c = s[at + 2]!;
  const d = s[at + 3]!;
  const e = s[at + 4]!;
  const f = s[at + 5]!;
  const g = s[at + 6]!;
  const h = s[at + 7]!;
  const i = s[at + 8]!;
  const j = s[at + 9]!;
  const k = s[at + 10]!;
  const l = s[at + 11]!;
  const m = s[at + 12]!;
  const n = s[at + 13]!;
  const o = s[at + 14]!;
  const p = s[at + 15]!;
  if ((a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p) > 127) return null;
  const text = fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  return length === 16 ? text : text.substring(0, length);
}
