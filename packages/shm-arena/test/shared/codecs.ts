// Keys of every codec, in its order.

import type { Codec } from '@x/shm-arena';
import { date, descending, f64, i32, tuple, u32, u64, utf8 } from '@x/shm-arena/codec';

const pairs = [
  ['', 5],
  ['a', 0],
  ['a', 1],
  ['a\0', 0],
  ['b', 0],
];

// biome-ignore lint/suspicious/noExplicitAny: keys of all kinds
export const sortedKeys: readonly [codec: Codec<any>, keys: readonly any[]][] = [
  [utf8, ['', 'a', 'aa', 'b', 'é', '\uffff', '\u{10000}']],
  [u32, [0, 1, 255, 256, 2 ** 32 - 1]],
  [i32, [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1]],
  [f64, [-Infinity, -1.5, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 1.5, Infinity]],
  [u64, [0n, 1n, 2n ** 32n, 2n ** 64n - 1n]],
  [date, [new Date(-1), new Date(0), new Date(1)]],
  [tuple(utf8, u32), pairs],
  [descending(i32), [5, 0, -5]],
  [descending(u32), [3, 2, 1]],
];

/** Lengths of keys, and of values, that meet the edges of a layout. */
export const keyLengths = [
  0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 63, 64, 65, 255, 256, 1000, 65_536,
];
export const valueLengths = [0, 1, 100, 4096, 65_536, 200_000, 3_000_000];
