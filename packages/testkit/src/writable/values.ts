// Keys that share prefixes and end at the borders of slices, and values of all kinds and lengths.

import fc from 'fast-check';
import { bytesBy } from '../samples.ts';

/** Lengths at which a layout may go over to another one, and what lies between. */
const LENGTHS = [0, 1, 6, 7, 8, 9, 14, 15, 16, 17, 23, 24, 25, 31, 32, 33, 38];
const FILLS = [0, 0xff, 0x61];
const LONG = 100_000;

/** The beginning of a key: of one byte throughout, or all different. */
const stem = fc
  .tuple(fc.constantFrom(...LENGTHS), fc.constantFrom(...FILLS, undefined))
  .map(([length, fill]) => Array.from({ length }, (_, i) => fill ?? 0x41 + i));

const tail = fc.array(fc.constantFrom(0, 1, 0x61, 0xff), { maxLength: 2 });

/** A key of 0 to 40 bytes. */
export const bytesKey = fc
  .tuple(stem, tail)
  .map(([begin, end]) => Uint8Array.from([...begin, ...end]));

/** Bytes of a length that say which they are. */
export const bytesOf = (length: number, n: number): Uint8Array => bytesBy(length, (i) => i * 7 + n);

/** A value of 0 to 40 bytes; one of fifty is long. */
export const bytesValue = fc
  .oneof(
    { weight: 49, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: LONG, max: LONG + 9 }) },
  )
  .chain((length) => fc.nat({ max: 2 }).map((n) => bytesOf(length, n)));

/** As text that orders as the bytes do. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
