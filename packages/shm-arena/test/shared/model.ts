// What a range means, in the plainest code, for the models of ordered maps; and the keys and ranges
// that their property tests draw.

import fc from 'fast-check';

export interface ModelRange {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  prefix?: string;
  reverse?: boolean;
  limit?: number;
}

/** Whether `range` has `key`, but for its limit. */
export function inside(key: string, range: ModelRange): boolean {
  if (range.gt !== undefined && byCodePoint(key, range.gt) <= 0) return false;
  if (range.gte !== undefined && byCodePoint(key, range.gte) < 0) return false;
  if (range.lt !== undefined && byCodePoint(key, range.lt) >= 0) return false;
  if (range.lte !== undefined && byCodePoint(key, range.lte) > 0) return false;
  return range.prefix === undefined || key.startsWith(range.prefix);
}

/** Orders strings by code point, as UTF-8 bytes do; `<` orders by UTF-16 unit. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Keys that meet each edge of a layout: empty, 8 and 16 bytes, shared slices, not ASCII, long. */
export const edgeKeys = [
  ...['', 'a', 'aa', 'ab', 'b', '\0', 'a\0', '\u007f', 'é', '\uffff', '\u{10000}'],
  ...['12345678', '123456789', '1234567890abcdef', '1234567890abcdefg', '1234567890abcdeg'],
  ...[`${'long '.repeat(20)}1`, `${'long '.repeat(20)}2`],
];

/** One of them. */
export const edgeKey = fc.constantFrom(...edgeKeys);

/** The parts of a range over them. */
export const edgeRange = {
  ...{ gt: edgeKey, gte: edgeKey, lt: edgeKey, lte: edgeKey },
  prefix: fc.constantFrom('', 'a', '1', '1234567890', 'long', '\uffff'),
  reverse: fc.boolean(),
  limit: fc.integer({ min: 0, max: 6 }),
};
