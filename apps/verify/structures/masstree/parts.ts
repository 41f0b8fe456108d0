// What a Masstree promises: a write is a write and a point read a read, each at one instant; a scan
// and a count read each key by itself; a snapshot is one instant.

import type { Result } from '../../src/structure.ts';
import { promisesByKind } from '../map/kinds.ts';
import { type Entries, type MapPromise, put } from '../map/model.ts';
import { HISTORY_KEYS } from './histories.ts';
import { D, F, L, LONG_A, LONG_B, LONG_FORK, S } from './shapes.ts';

const ends = ['', 'a', 'b', 'c', 'd'];

/** Keys of one slice, and those whose first one, two, three slices are the same. */
const KEYS = [
  ...new Set([
    ...'YZabcdefghijklmnopqrstu',
    ...['fa', 'ga', 'sa', `${L}ab`, `${L}cd`, `${L}deeper-s`],
    ...[LONG_A, LONG_B, LONG_FORK, 'z'],
    ...[L, D, S, F].flatMap((begin) => ends.map((end) => begin + end)),
    ...HISTORY_KEYS,
  ]),
];

const may = (own: Entries, result: Result, good: Result): Entries[] =>
  result === undefined || result === good ? [own] : [];

/**
 * Writes one after the other; a call that was refused, or died, has written those before. Right
 * where what comes meanwhile is about one of the keys at most: then there is one instant for all.
 */
function putAll(
  own: Entries,
  op: string,
  keys: readonly string[],
  value: number,
  result: Result,
): Entries[] {
  const states = [own];
  const said: string[] = [];
  for (const [i, key] of keys.entries()) {
    const last = states.at(-1)!;
    const there = last[key] !== undefined;
    const idle = op === 'insert' ? there : op === 'delete' && !there;
    said.push(!idle ? 'ok' : there ? 'exists' : 'absent');
    states.push(idle ? last : put(last, key, op === 'delete' ? null : value + i));
  }
  if (result === undefined) return states;
  const told = String(result).split(' ');
  const refused = REFUSED.has(told.at(-1)!);
  const done = told.length - (refused ? 1 : 0);
  if (!refused && done !== keys.length) return [];
  return told.slice(0, done).every((word, i) => word === said[i]) ? [states[done]!] : [];
}

/** Removes what is within; the same holds of it. */
function cutOut(own: Entries, from: string, to: string, result: Result): Entries[] {
  const states = [own];
  for (const key of Object.keys(own).sort()) {
    if (key >= from && key < to) states.push(put(states.at(-1)!, key, null));
  }
  if (result === undefined) return states;
  const [count, why] = String(result).split(' ');
  const state = states[Number(count)];
  return state === undefined || (why === undefined && state !== states.at(-1)) ? [] : [state];
}

const REFUSED = new Set(['full', 'contended', 'limit']);

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
    puts: (own, [, op, keys, value], result) =>
      putAll(own, op as string, keys as string[], value as number, result),
    cut: (own, [, from, to], result) => cutOut(own, from as string, to as string, result),
    size: (own, _call, result) => may(own, result, 'ok'),
    maintain: (own, _call, result) => may(own, result, 'ok'),
    trim: (own, _call, result) => may(own, result, 'ok'),
    tick: (own, _call, result) => may(own, result, 'ok'),
    quit: (own, _call, result) => may(own, result, 'ok'),
    heir: (own, _call, result) => may(own, result, 'ok'),
  },
};

const WRITES = [
  'set',
  'insert',
  'replace',
  'delete',
  'cas',
  'discard',
  'swap',
  'take',
  'goi',
  'puts',
  'cut',
];
/** What takes locks. */
const LOCKING = [...WRITES, 'load', 'maintain'];

/** Who has a lock, or opens a snapshot, keeps writers out; who writes, an opener. Readers never. */
export const blockers = {
  ...Object.fromEntries(LOCKING.map((op) => [op, [...LOCKING, 'snap']])),
  snap: 'any',
} as const;
