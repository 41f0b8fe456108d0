// What a Hamt promises: a write is a write and a point read a read, each at one instant; a scan
// reads each key by itself; a snapshot is one instant.

import type { OpCall, Result, Structure } from '../../src/structure.ts';
import { promisesByKind } from '../map/kinds.ts';
import { type Entries, type MapPromise, modelOf, put, show } from '../map/model.ts';

/** Keys that begin alike stand alike; `q`, `Q` as `a`, `1`: assembly/hash.ts. */
const KEYS = [...'abcdefghijklmnopqrsQ1', 'aa', 'ab', 'ac', 'ba', 'a-key-longer-than-16'];

const may = (own: Family, result: Result, good: Result): Family[] =>
  result === undefined || result === good ? [own] : [];

/** Of one line. */
const line: MapPromise<Entries> = {
  initial: {},
  entries: (own) => own,
  write: put,
  operations: promisesByKind!,
};
const lineModel = modelOf(line);

/** The map, and its forks; null: a fork that was destroyed. */
export interface Family {
  main: Entries;
  forks: Readonly<Record<string, Entries | null>>;
}

type Apply = NonNullable<MapPromise<Family>['operations']>[string];

/** An operation of the map itself. */
const ofMain =
  (apply: NonNullable<MapPromise<Entries>['operations']>[string]): Apply =>
  (own, call, result) =>
    apply(own.main, call, result).map((main) => (main === own.main ? own : { ...own, main }));

const withFork = (own: Family, tag: string, entries: Entries | null): Family => ({
  ...own,
  forks: { ...own.forks, [tag]: entries },
});

const forked: Apply = (own, [op, tag, from], result) => {
  const elder = op === 'fork' ? own.main : own.forks[from as string];
  const is = own.forks[tag as string];
  if (is !== undefined || !elder) return may(own, result, 'none');
  return may(withFork(own, tag as string, elder), result, 'ok');
};

/** What a fork promises is what the map does. */
const within: Apply = (own, [, tag, ...call], result) => {
  const entries = own.forks[tag as string];
  if (!entries) return may(own, result, 'none');
  const state = { ...lineModel.initial(), own: entries };
  const next = lineModel.apply(state, call as unknown as OpCall, result);
  return next.map((to) => (to.own === entries ? own : withFork(own, tag as string, to.own)));
};

const endedIn: Apply = (own, [, tag], result) => {
  if (!own.forks[tag as string]) return may(own, result, 'none');
  return may(withFork(own, tag as string, null), result, 'ok');
};

const scannedIn: Apply = (own, [, tag], result) => {
  const entries = own.forks[tag as string];
  return may(own, result, entries ? show(entries) : 'none');
};

/** What must succeed promises what it does. */
const musted: Apply = (own, [, ...call], result) => {
  const state = { ...lineModel.initial(), own: own.main };
  const next = lineModel.apply(state, call as unknown as OpCall, result);
  return next.map((to) => (to.own === own.main ? own : { ...own, main: to.own }));
};

/** Some of all that is there, whichever: so many; of who died nobody knows. */
const cleared: Apply = (own, _call, result) => {
  const keys = Object.keys(own.main);
  const states: Family[] = [];
  for (let set = 0; set < 2 ** keys.length; set++) {
    const stay = keys.filter((_, i) => (set & (1 << i)) === 0);
    if (result !== undefined && keys.length - stay.length !== result) continue;
    const main = Object.fromEntries(stay.map((key) => [key, own.main[key]!]));
    states.push({ ...own, main });
  }
  return states;
};

/** Where nobody else writes or looks. */
const clearedAll: Apply = (own, call, result) =>
  result === undefined ? cleared(own, call, result) : may({ ...own, main: {} }, result, 'ok');

const good: Apply = (own, _call, result) => may(own, result, 'ok');

export const promise: MapPromise<Family> = {
  initial: { main: {}, forks: {} },
  entries: (own) => own.main,
  write: (own, key, value) => ({ ...own, main: put(own.main, key, value) }),
  keys: KEYS,
  afterwards: ['mark', 'sizeAt', 'diff', 'forkOf', 'in', 'scanIn', 'endIn'],
  closed: (own, [op, tag, from]) =>
    (op === 'forkOf' ? own.forks[from as string] : own.forks[tag as string]) === null,
  operations: {
    ...Object.fromEntries(Object.entries(promisesByKind!).map(([op, of]) => [op, ofMain(of)])),
    clear: cleared,
    clearAll: clearedAll,
    size: good,
    tick: good,
    trim: good,
    quit: good,
    heir: good,
    fork: forked,
    forkOf: forked,
    in: within,
    must: musted,
    scanIn: scannedIn,
    endIn: endedIn,
  },
};

/**
 * Nobody keeps a write from its end, paused or dead: in these programs others take effect too
 * seldom for one to give up.
 */
export const blockers: Structure['blockers'] = { fork: 'any', forkOf: 'any' };
