// The same where entries stand in the order of their keys, with ranges between two of them.

import type { OrderedReadable, Range } from '@x/shm-arena';
import { same } from '../assert.ts';
import { type Between, type ByteEntries, type ByteLook, exploreWrites } from './property.ts';
import { hexOf } from './values.ts';
import type { WritableTest } from './world.ts';

type Bytes = Uint8Array;

/** One of 32 ranges. */
function rangeOf({ from, to, how }: Between): Range<Bytes> {
  return {
    ...(how & 1 ? { gte: from } : how & 2 ? { gt: from } : {}),
    ...(how & 4 ? { lte: to } : how & 8 ? { lt: to } : {}),
    ...((how & 15) === 0 ? { prefix: from.subarray(0, from.length >> 1) } : {}),
    reverse: (how & 16) !== 0,
  };
}

/** What a range has of all entries. */
function within(entries: ByteEntries, range: Range<Bytes>): ByteEntries {
  const bounds = Object.entries({ ...range, reverse: undefined, limit: undefined });
  const [gte, gt, lte, lt, prefix] = ['gte', 'gt', 'lte', 'lt', 'prefix'].map((name) => {
    const bound = bounds.find(([each]) => each === name)?.[1] as Bytes | undefined;
    return bound && hexOf(bound);
  });
  const found = entries.filter(([bytes]) => {
    const key = hexOf(bytes);
    if ((gte !== undefined && key < gte) || (gt !== undefined && key <= gt)) return false;
    if ((lte !== undefined && key > lte) || (lt !== undefined && key >= lt)) return false;
    return prefix === undefined || key.startsWith(prefix);
  });
  return (range.reverse ? found.toReversed() : found).slice(0, range.limit);
}

const look: ByteLook = ((view: OrderedReadable<Bytes, Bytes>, all, between) => {
  const range = rangeOf(between);
  const found = within(all, range);
  same([...view.entries(range)], found, 'entries of the range');
  same(
    [...view.keys(range)],
    found.map(([key]) => key),
    'keys of the range',
  );
  same(
    [...view.values(range)],
    found.map(([, value]) => value),
    'values of the range',
  );
  same(view.count(range), found.length, 'count');
  const few = { ...range, limit: 2 };
  same([...view.entries(few)], within(all, few), 'the first two');
  const { from } = between;
  const nearest = (around: Range<Bytes>) => within(all, { ...around, limit: 1 })[0];
  same(view.floor(from), nearest({ lte: from, reverse: true }), 'floor');
  same(view.lower(from), nearest({ lt: from, reverse: true }), 'lower');
  same(view.ceiling(from), nearest({ gte: from }), 'ceiling');
  same(view.higher(from), nearest({ gt: from }), 'higher');
  same([view.first(), view.last()], [all[0], all.at(-1)], 'first, last');
}) as ByteLook as never;

export const orderedWrites: readonly WritableTest[] = [
  {
    name: 'every write leaves the order that its model has',
    run: (world) => exploreWrites(world, look),
  },
];
