// What a Masstree promises: a write is a write and a point read a read, each at one instant; a scan
// and a count read each key by itself; a snapshot is one instant.

import type { Result } from '../../src/structure.ts';
import { promisesByKind } from '../map/kinds.ts';
import { type Entries, type MapPromise, put } from '../map/model.ts';
import { D, F, L, LONG_A, LONG_B, LONG_FORK, S } from './shapes.ts';

const ends = ['', 'a', 'b', 'c', 'd'];

/** Keys of one slice, and those whose first one, two, three slices are the same. */
const KEYS = [
  ...'YZabcdefghijklmnopqrstu',
  ...['fa', 'ga', 'sa', `${L}ab`, `${L}cd`, `${L}deeper-s`],
  ...[LONG_A, LONG_B, LONG_FORK, 'z'],
  ...[L, D, S, F].flatMap((begin) => ends.map((end) => begin + end)),
];

const may = (own: Entries, result: Result, good: Result): Entries[] =>
  result === undefined || result === good ? [own] : [];

export const promise: MapPromise<Entries> = {
  initial: {},
  entries: (own) => own,
  write: put,
  keys: KEYS,
  afterwards: ['mark'],
  operations: {
    ...promisesByKind,
    /** Into an empty map, all at once. */
    load: (own, [, keys, value], result) => {
      const all = (keys as string[]).map((key, i) => [key, (value as number) + i]);
      if (Object.keys(own).length > 0) return may(own, result, 'exists');
      return may(Object.fromEntries(all), result, 'ok');
    },
    size: (own, _call, result) => may(own, result, 'ok'),
    maintain: (own, _call, result) => may(own, result, 'ok'),
    tick: (own, _call, result) => may(own, result, 'ok'),
    quit: (own, _call, result) => may(own, result, 'ok'),
    heir: (own, _call, result) => may(own, result, 'ok'),
  },
};

const WRITES = ['set', 'insert', 'replace', 'delete', 'cas', 'discard', 'swap', 'take', 'goi'];
/** What takes locks. */
const LOCKING = [...WRITES, 'load', 'maintain'];

/** Who has a lock, or opens a snapshot, keeps writers out; who writes, an opener. Readers never. */
export const blockers = {
  ...Object.fromEntries(LOCKING.map((op) => [op, [...LOCKING, 'snap']])),
  snap: 'any',
} as const;
