// Loading a map's first entries, and reading many keys at once: which programs meet them.

import type { OpCall } from '../../src/structure.ts';
import { LARGE } from '../map/calls.ts';
import { FAR } from '../map/kinds.ts';
import type { Program } from '../map/scenarios.ts';
import {
  D,
  deletes,
  FULL,
  gets,
  L,
  one,
  PAIR,
  REVERSE,
  S,
  SCAN,
  SNAPSHOT,
  sets,
} from './shapes.ts';

interface Meeting {
  name: string;
  threads: readonly Program[];
  before?: Program;
  observe?: Program;
}

const load = (keys: readonly string[], value: number): Program => [['load', keys, value]];
export const many = (keys: readonly string[], room?: number): Program => [
  ['mark', 'm'],
  room === undefined ? ['many', 'm', keys] : ['many', 'm', keys, room],
];

const TWO = ['a', 'c'];
/** Two leaves under an interior, and a layer. */
const TREE = [...'abcde', `${L}a`, `${L}b`];
/** A layer in a layer, records. */
const DEEP = [L, `${D}a`, `${S}a`, `${S}b`];

const AGAINST: Record<string, Program> = {
  insert: one('insert', 'b', 20),
  delete: one('delete', 'a'),
  get: gets('a', 'c'),
  many: many(['a', 'b', 'c']),
  scan: SCAN,
  reverse: REVERSE,
  snapshot: SNAPSHOT,
  load: load(['b', 'c'], 30),
  maintain: one('maintain', 9),
  size: one('size'),
};
const EMPTIED: Program = [...sets('b'), ...deletes('b')];

const LOADS: Meeting[] = [
  ...Object.entries(AGAINST).map(([name, other]): Meeting => {
    return { name: `load, ${name}`, threads: [load(TWO, 7), other] };
  }),
  { name: 'load of a tree, get', threads: [load(TREE, 7), gets('e', `${L}b`)] },
  { name: 'load of a tree, insert', threads: [load(TREE, 7), one('insert', `${L}b`, 20)] },
  { name: 'load of layers, get', threads: [load(DEEP, LARGE), gets(`${S}b`)] },
  { name: 'load of far values, get', threads: [load(TWO, FAR), gets('c')] },
  {
    name: 'load where all is deleted, insert',
    threads: [load(TWO, 7), one('insert', 'b', 20)],
    before: EMPTIED,
  },
  {
    name: 'load, the last one is deleted',
    threads: [load(TWO, 7), one('delete', 'b')],
    before: sets('b'),
  },
  // What was loaded goes again.
  { name: 'load in vain, get', threads: [load(TREE, 7), gets('b')], before: sets('b') },
  {
    name: 'load of layers in vain, insert',
    threads: [load(DEEP, LARGE), one('insert', `${L}b`, 20)],
    before: [['set', `${L}a`, 7]],
  },
  { name: 'load of far values in vain', threads: [load(TWO, FAR), gets('b')], before: sets('b') },
  { name: 'load in vain, snapshot', threads: [load(TWO, 7), SNAPSHOT], before: sets('b') },
  {
    name: 'load, old snapshot',
    threads: [load(TWO, 7), one('insert', 'b', 20)],
    before: [['snap', 'o']],
    observe: [
      ['scanAt', 'o'],
      ['mark', 'end'],
      ['scan', 'end', false, 2],
    ],
  },
  {
    name: 'load, quit and set',
    threads: [[...load(TWO, 7), ['quit'], ['set', 'a', 9]], gets('a')],
  },
  { name: 'load, insert, snapshot', threads: [load(TWO, 7), one('insert', 'b', 20), SNAPSHOT] },
  { name: 'load, load, get', threads: [load(TWO, 7), load(['b', 'c'], 30), gets('c')] },
];

const layered = (ends: string): OpCall[] => [...ends].map((end) => ['set', L + end, 7]);

const MANY: Meeting[] = [
  { name: 'set', threads: [sets('a', 4), many([...'ace'])], before: FULL },
  { name: 'another kind', threads: [sets('a', 8), many([...'ac'])], before: FULL },
  { name: 'sets', threads: [sets('ca', 4), many([...'ac'])], before: FULL },
  { name: 'split', threads: [one('insert', 'd', 1), many([...'acdg'])], before: FULL },
  { name: 'append', threads: [one('insert', 'h', 1), many([...'ghi'])], before: FULL },
  { name: 'remove', threads: [deletes('c'), many([...'ace'])], before: FULL },
  { name: 'merge', threads: [deletes('c'), many([...'ae'])], before: [...PAIR, ...deletes('g')] },
  {
    name: 'layer',
    threads: [one('insert', `${L}b`, 1), many([`${L}a`, `${L}b`])],
    before: layered('a'),
  },
  {
    name: 'layer goes',
    threads: [one('delete', `${L}b`), many([`${L}a`, `${L}b`])],
    before: [...layered('ab'), ['delete', `${L}a`]],
  },
  {
    name: 'fork',
    threads: [one('insert', `${D}a`, 1), many([`${S}a`, `${D}a`, `${S}b`])],
    before: [
      ['set', `${S}a`, 7],
      ['set', `${S}b`, 7],
    ],
  },
  {
    name: 'records',
    threads: [[1, 2].map((n): OpCall => ['set', 'c', LARGE + n]), many([...'abc'])],
    before: [
      ['set', 'a', LARGE],
      ['set', 'c', LARGE],
    ],
  },
  {
    name: 'records, little room',
    threads: [[['set', 'c', LARGE + 1]], many([...'abc'], 80)],
    before: [
      ['set', 'a', LARGE],
      ['set', 'c', LARGE],
    ],
  },
  { name: 'first leaf', threads: [one('insert', 'b', 1), many([...'bc'])] },
  { name: 'set, remove', threads: [sets('a', 4), deletes('c'), many([...'ac'])], before: FULL },
];

export const MEETINGS: Meeting[] = [
  ...LOADS,
  ...MANY.map((each) => ({ ...each, name: `many: ${each.name}` })),
];
