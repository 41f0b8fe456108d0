// Text in and out of byte arrays. Short ASCII is moved a character at a time, which is faster than
// any platform call; the rest by TextEncoder, and by Buffer where there is one, else TextDecoder.
// Strings are UTF-8 and must be well-formed: TextEncoder would turn every lone surrogate into the
// same three bytes, and different keys into one.

import { describe, typeError } from './errors.ts';

/** Up to here a loop over the characters beats the platform's bulk calls (docs: bench, crossing). */
const SHORT_TEXT = 24;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Node's own readers, also in Bun and Deno; they take any view, shared ones too. */
interface Slices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

let slices: Slices | null | undefined;

function platformSlices(): Slices | null {
  const { Buffer } = globalThis as { Buffer?: { prototype?: Partial<Slices> } };
  const own = Buffer?.prototype;
  slices = own?.latin1Slice && own.utf8Slice ? (own as Slices) : null;
  return slices;
}

/** Throws unless `value` is a string. */
export function checkString(value: unknown): asserts value is string {
  if (typeof value !== 'string') throw typeError(`expected a string, found ${describe(value)}`);
}

const SURROGATE = /\p{Surrogate}/u;

/** Throws when `text` has a surrogate without its other half. */
export function checkWellFormed(text: string): void {
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

/** Reads `length` bytes of UTF-8 from any view, shared ones too. */
export function readText(source: Uint8Array, at: number, length: number): string {
  if (length <= 16 && isAscii(source, at, length)) return readShort(source, at, length);
  const own = slices === undefined ? platformSlices() : slices;
  if (own !== null) {
    // The two are the same for ASCII, and latin1 is faster; its check pays off while it is short.
    return length <= 64 && isAscii(source, at, length)
      ? own.latin1Slice.call(source, at, at + length)
      : own.utf8Slice.call(source, at, at + length);
  }
  return decoder.decode(source.slice(at, at + length));
}

function isAscii(source: Uint8Array, at: number, length: number): boolean {
  let all = 0;
  for (let i = at; i < at + length; i++) all |= source[i]!;
  return all < 128;
}

const { fromCharCode } = String;

/** Up to 16 ASCII bytes: literal arguments let the engine build the string in place. */
function readShort(s: Uint8Array, a: number, length: number): string {
  if (length === 16) {
    return fromCharCode(
      s[a]!,
      s[a + 1]!,
      s[a + 2]!,
      s[a + 3]!,
      s[a + 4]!,
      s[a + 5]!,
      s[a + 6]!,
      s[a + 7]!,
      s[a + 8]!,
      s[a + 9]!,
      s[a + 10]!,
      s[a + 11]!,
      s[a + 12]!,
      s[a + 13]!,
      s[a + 14]!,
      s[a + 15]!,
    );
  }
  if (length >= 8) {
    const head = fromCharCode(
      s[a]!,
      s[a + 1]!,
      s[a + 2]!,
      s[a + 3]!,
      s[a + 4]!,
      s[a + 5]!,
      s[a + 6]!,
      s[a + 7]!,
    );
    return length === 8 ? head : head + readTail(s, a + 8, length - 8);
  }
  return readTail(s, a, length);
}

function readTail(s: Uint8Array, a: number, length: number): string {
  switch (length) {
    case 0:
      return '';
    case 1:
      return fromCharCode(s[a]!);
    case 2:
      return fromCharCode(s[a]!, s[a + 1]!);
    case 3:
      return fromCharCode(s[a]!, s[a + 1]!, s[a + 2]!);
    case 4:
      return fromCharCode(s[a]!, s[a + 1]!, s[a + 2]!, s[a + 3]!);
    case 5:
      return fromCharCode(s[a]!, s[a + 1]!, s[a + 2]!, s[a + 3]!, s[a + 4]!);
    case 6:
      return fromCharCode(s[a]!, s[a + 1]!, s[a + 2]!, s[a + 3]!, s[a + 4]!, s[a + 5]!);
    default:
      return fromCharCode(s[a]!, s[a + 1]!, s[a + 2]!, s[a + 3]!, s[a + 4]!, s[a + 5]!, s[a + 6]!);
  }
}
