// Size classes, and the spans in which their blocks lie: arithmetic that the heap, the domains of
// blocks, and who looks at both share.
//
//   class    0   4   6   8   9  10  11  12  13 ...          span of class 9: one slice
//   bytes   16  32  48  64  80  96 112 128 160 ...          | 0 | 1 | 2 | ... | 50 |
//
// Sizes: 16, 32, 48, 64, then four to each doubling up to half a page. Class q = (e - 2) * 4 + f
// has size (4 + f) << e, so size, count and index come from shifts and one multiplication: x / (4 +
// f) is x * ceil(65536 / (4 + f)) >> 16, exact for x < 4 096.
//
// I1  The word of a span says its class and its length, so how many blocks it has.
//
// No site can check I1; verify does (audit.ts 3, 6, 7). No steps: nothing is stored here.
//
// Names: q class; e, f its exponent and fraction.

import { load64 } from '../ground/atomic';
import { BITMAP, BITMAPS, SLICES_SHIFT, TABLE } from '../ground/layout';
import { lengthOf, pageTag, shiftOf } from './pages';

/** The smallest class whose blocks hold `bytes`; 1 <= bytes <= SMALL_MAX. */
export function classOf(bytes: u32): u32 {
  const b = ((bytes + 15) & ~15) - 1;
  const e = 31 - clz(b);
  return (e - 4) * 4 + ((b >> (e - 2)) & 3) + 1;
}

/** Bytes of a block of class `q`. */
export function sizeOfClass(q: u32): u32 {
  return (4 + (q & 3)) << (2 + (q >> 2));
}

/** How many times (4 + f) << e goes into x. Exact for x <= PAGE. */
export function quotient(x: u32, q: u32): u32 {
  // 65536 / 4, / 5, / 6, / 7, rounded up, in four lanes.
  const reciprocal = <u32>(0x2493_2aab_3334_4000 >> <u64>((q & 3) << 4)) & 0xffff;
  return ((x >> (2 + (q >> 2))) * reciprocal) >> 16;
}

/** Class of the span that has this word. */
export function classOfSpan(word: u64): u32 {
  return pageTag(word) & 255;
}

/** How many blocks are in the span, of a table, that has this word. */
export function countOf(table: usize, word: u64): u32 {
  return quotient((pageTag(word) >> 8) << shiftOf(table), classOfSpan(word));
}

/** The address of a span's bitmap. */
export function bitmapAt(span: u32): usize {
  return BITMAPS + <usize>span * BITMAP;
}

/** How many of the `blocks` of a span are in use, one word of its bitmap after the other. */
export function blocksUsed(span: u32, blocks: u32): u32 {
  let used: u32 = 0;
  for (let i: u32 = 0; i << 6 < blocks; i++) {
    used += <u32>popcnt(load64(bitmapAt(span) + (i << 3)));
  }
  return used;
}

/** Slices of the run in a table that has this word. */
export function slicesOf(table: usize, word: u64): u32 {
  return table == TABLE ? lengthOf(word) << SLICES_SHIFT : lengthOf(word);
}
