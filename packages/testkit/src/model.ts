// What maps mean, in the plainest code: what a range covers, keys that meet each edge of a layout,
// and what a view with given entries has to say.

import type { OrderedReadable, ReadableMap } from '@x/shm-arena';
import fc from 'fast-check';
import { same } from './assert.ts';

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
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // Where they differ behind the first half of a pair, the pairs differ.
  if (at > 0 && isLead(a.charCodeAt(at - 1))) at--;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

const isLead = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

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

type Entries<V> = readonly (readonly [key: string, value: V])[];

/** What `range` shows of entries, in its order. */
export function shown<V>(entries: Entries<V>, range: ModelRange = {}): [string, V][] {
  const found = entries.filter(([key]) => inside(key, range));
  found.sort(([a], [b]) => byCodePoint(a, b));
  if (range.reverse) found.reverse();
  return found.slice(0, range.limit).map(([key, value]) => [key, value]);
}

/** Checks every read of a view, of which `entries` are all entries, at `at`. */
export function readsAs<V>(real: ReadableMap<string, V>, entries: Entries<V>, at: string): void {
  const map = new Map(entries);
  const sorted = shown(entries);
  const byKey = ([a]: readonly [string, V], [b]: readonly [string, V]) => byCodePoint(a, b);
  same([...real.entries()].sort(byKey), sorted, 'entries');
  same(
    [...real.keys()].sort(byCodePoint),
    sorted.map(([key]) => key),
    'keys',
  );
  same([...real.values()].length, sorted.length, 'values');
  same(real.size, map.size, 'size');
  same(real.get(at), map.get(at), 'get');
  same(real.has(at), map.has(at), 'has');
  const keys = [...edgeKeys, at];
  same(
    real.getMany(keys),
    keys.map((key) => map.get(key)),
    'getMany',
  );
}

/** Checks what an ordered view has beside, over `range` and around `at`. */
export function ordersAs<V>(
  real: OrderedReadable<string, V>,
  entries: Entries<V>,
  range: ModelRange,
  at: string,
): void {
  const expected = shown(entries, range);
  same([...real.entries(range)], expected, 'entries of the range');
  same(
    [...real.keys(range)],
    expected.map(([key]) => key),
    'keys of the range',
  );
  same(
    [...real.values(range)],
    expected.map(([, value]) => value),
    'values of the range',
  );
  same(real.count(range), expected.length, 'count');
  const nearest = (around: ModelRange) => shown(entries, { ...around, limit: 1 })[0];
  same(real.floor(at), nearest({ lte: at, reverse: true }), 'floor');
  same(real.lower(at), nearest({ lt: at, reverse: true }), 'lower');
  same(real.ceiling(at), nearest({ gte: at }), 'ceiling');
  same(real.higher(at), nearest({ gt: at }), 'higher');
  same(real.first(), nearest({}), 'first');
  same(real.last(), nearest({ reverse: true }), 'last');
}
