// Keys and values for tests: of every codec, of every size, and large ones.

import type { Arena, Codec } from '@x/shm-arena';
import { date, descending, f64, i32, json, tuple, u32, u64, utf8 } from '@x/shm-arena/codec';

const pairs = [
  ['', 5],
  ['a', 0],
  ['a', 1],
  ['a\0', 0],
  ['b', 0],
];

/** Keys of every codec, in its order. */
export const sortedKeys: readonly [codec: Codec<unknown>, keys: readonly unknown[]][] = [
  [utf8, ['', 'a', 'aa', 'b', 'é', '\uffff', '\u{10000}']],
  [u32, [0, 1, 255, 256, 2 ** 32 - 1]],
  [i32, [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1]],
  [f64, [-Infinity, -1.5, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 1.5, Infinity]],
  [u64, [0n, 1n, 2n ** 32n, 2n ** 64n - 1n]],
  [date, [new Date(-1), new Date(0), new Date(1)]],
  [tuple(utf8, u32), pairs],
  [descending(i32), [5, 0, -5]],
  [descending(u32), [3, 2, 1]],
] as never;

/** Lengths of keys, and of values, that meet the edges of a layout. */
export const keyLengths = [
  0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 63, 64, 65, 255, 256, 1000, 65_536,
];
export const valueLengths = [0, 1, 100, 4096, 65_536, 200_000, 3_000_000];

/** Bytes, each by its place: `Uint8Array.from` calls for each, which takes 30 times as long. */
export function bytesBy(length: number, at: (place: number) => number): Uint8Array {
  const found = new Uint8Array(length);
  for (let i = 0; i < length; i++) found[i] = at(i);
  return found;
}

/** Bytes of some length, which repeat after `period`. */
export const patterned = (length: number, period: number): Uint8Array =>
  bytesBy(length, (i) => i % period);

const SIZES = [200_000, 100_000, 350_001, 7];

/** A value that scratch has no room for, and that says what it is at every byte. */
export const sample = (n: number): Uint8Array =>
  bytesBy(SIZES[n % SIZES.length] as number, (i) => i * 31 + (i >> 8) * 7 + n);

/** Its length and a digest: short, where a value is shown. */
export function print(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  let digest = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) {
    digest = Math.imul(digest ^ (value[i] as number), 0x01000193);
  }
  return `${value.length} ${(digest >>> 0).toString(16)}`;
}

/** Takes every byte that is left. */
export function takeAll(arena: Arena): void {
  for (const size of [65_536, 4096, 16]) while (arena.tryAlloc(size) !== 0);
}

/** Options for values of some type, kept as JSON. */
export const values = <V>() => ({ value: json as Codec<V> });
