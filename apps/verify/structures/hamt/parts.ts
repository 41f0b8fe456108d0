// What a Hamt promises: a write is a write and a point read a read, each at one instant; a scan
// reads each key by itself; a snapshot is one instant.

import type { Result } from '../../src/structure.ts';
import { promisesByKind } from '../map/kinds.ts';
import { type Entries, type MapPromise, put } from '../map/model.ts';

/** Keys that begin alike stand alike; `q`, `Q` as `a`, `1`: assembly/hash.ts. */
const KEYS = [...'abcdefghijklmnopqrsQ1', 'aa', 'ab', 'ac', 'ba', 'a-key-longer-than-16'];

const may = (own: Entries, result: Result, good: Result): Entries[] =>
  result === undefined || result === good ? [own] : [];

export const promise: MapPromise<Entries> = {
  initial: {},
  entries: (own) => own,
  write: put,
  keys: KEYS,
  afterwards: ['mark', 'sizeAt'],
  operations: {
    ...promisesByKind,
    size: (own, _call, result) => may(own, result, 'ok'),
    tick: (own, _call, result) => may(own, result, 'ok'),
    quit: (own, _call, result) => may(own, result, 'ok'),
    heir: (own, _call, result) => may(own, result, 'ok'),
  },
};

/**
 * Nobody keeps a write from its end, paused or dead: in these programs others take effect too
 * seldom for one to give up.
 */
export const blockers = {};
