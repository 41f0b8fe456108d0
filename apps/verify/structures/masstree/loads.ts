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
  LONG_A,
  LONG_B,
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

const puts = (op: string, keys: readonly string[], value = 20): Program => [
  ['puts', op, keys, value],
];
const AB = ['a', 'b'];

/** What is about one of the keys at most, or none (parts.ts). */
const PUTS: Meeting[] = [
  { name: 'alone', threads: [puts('set', [...'abc'])] },
  { name: 'set', threads: [puts('set', AB), one('set', 'b', 4)], before: sets('ab') },
  { name: 'get', threads: [puts('insert', AB), gets('b')] },
  { name: 'insert', threads: [puts('insert', AB), one('insert', 'b', 4)], before: sets('e') },
  { name: 'delete', threads: [puts('delete', AB), one('delete', 'a')], before: sets('ab') },
  { name: 'split', threads: [puts('insert', ['d', 'f']), one('set', 'd', 4)], before: FULL },
  {
    name: 'split, apart',
    threads: [puts('insert', ['d', 'f']), one('insert', 'h', 4)],
    before: FULL,
  },
  {
    name: 'rebuild',
    threads: [puts('set', ['a', 'c'], LARGE), gets('c')],
    before: [...FULL, ...deletes('eg')],
  },
  { name: 'merge', threads: [puts('delete', ['a', 'c']), one('set', 'c', 4)], before: PAIR },
  {
    name: 'layers',
    threads: [puts('insert', [`${L}b`, `${L}c`]), one('delete', `${L}a`)],
    before: layered('a'),
  },
  {
    name: 'fork',
    threads: [puts('insert', [`${D}a`, `${S}c`]), one('insert', `${D}b`, 4)],
    before: [
      ['set', `${S}a`, 7],
      ['set', `${S}b`, 7],
    ],
  },
  {
    name: 'layer goes',
    threads: [puts('delete', [`${L}a`, `${L}b`]), one('insert', `${L}b`, 4)],
    before: layered('ab'),
  },
  {
    name: 'records',
    threads: [puts('set', ['a', 'c'], LARGE + 4), gets('c')],
    before: [
      ['set', 'a', LARGE],
      ['set', 'c', LARGE],
    ],
  },
  {
    name: 'snapshot',
    threads: [
      puts('set', [...'ac'], 22),
      [
        ['snap', 's'],
        ['getAt', 's', 'c'],
      ],
    ],
    before: FULL,
  },
  {
    name: 'old snapshot',
    threads: [puts('set', [...'ag']), one('set', 'g', 4)],
    before: [...FULL, ['snap', 'o']],
    observe: [['scanAt', 'o']],
  },
  {
    name: 'the same key',
    threads: [puts('set', ['a', 'a']), one('set', 'a', 4)],
    before: sets('a'),
  },
  {
    name: 'three',
    threads: [puts('insert', ['b', 'd']), one('set', 'd', 4), one('delete', 'e')],
    before: FULL,
  },
];

const cut = (from: string, to: string, limit = 9): Program => [['cut', from, to, limit]];
const RECORDS_ALL: Program = [...'aceg'].map((key, i): OpCall => ['set', key, LARGE + i]);

/** What is about one of the keys at most. */
const CUTS: Meeting[] = [
  {
    name: 'alone',
    threads: [cut('a', 'z')],
    before: [...TREE].map((key): OpCall => ['set', key, 7]),
  },
  { name: 'set', threads: [cut('a', 'f'), one('set', 'c', 4)], before: FULL },
  { name: 'another kind', threads: [cut('a', 'f'), one('set', 'c', 8)], before: sets('ac') },
  { name: 'insert', threads: [cut('a', 'f'), one('insert', 'b', 4)], before: sets('ace') },
  { name: 'delete', threads: [cut('a', 'f'), one('delete', 'c')], before: FULL },
  { name: 'get', threads: [cut('a', 'f'), gets('c')], before: FULL },
  { name: 'take', threads: [cut('a', 'h'), one('take', 'c')], before: RECORDS_ALL },
  { name: 'records', threads: [cut('a', 'h'), one('set', 'c', LARGE + 9)], before: RECORDS_ALL },
  {
    name: 'far',
    threads: [cut('a', 'z'), gets('c')],
    before: [
      ['set', 'c', FAR],
      ['set', 'd', FAR + 1],
    ],
  },
  { name: 'in parts', threads: [cut('a', 'h', 2), one('set', 'c', 4)], before: FULL },
  { name: 'split', threads: [cut('a', 'f'), one('insert', 'd', 4)], before: FULL },
  { name: 'leaves', threads: [cut('a', 'h'), one('set', 'e', 4)], before: PAIR },
  { name: 'leaves, insert', threads: [cut('a', 'h'), one('insert', 'f', 4)], before: PAIR },
  {
    name: 'layers',
    threads: [cut('a', 'z'), one('insert', `${L}c`, 4)],
    before: [...sets('ap'), ...layered('ab')],
  },
  {
    name: 'long keys',
    threads: [cut('a', 'zz'), one('set', LONG_A, 4)],
    before: [
      ['set', LONG_A, LARGE],
      ['set', LONG_B, 7],
      ['set', 'z', 7],
    ],
  },
  {
    name: 'end in a layer',
    threads: [cut(`${L}b`, `${L}c`), one('set', `${L}b`, 4)],
    before: layered('abc'),
  },
  {
    name: 'old snapshot',
    threads: [cut('a', 'f'), one('set', 'c', 4)],
    before: [...FULL, ['snap', 'o']],
    observe: [['scanAt', 'o']],
  },
  {
    name: 'snapshot',
    threads: [
      cut('a', 'd'),
      [
        ['snap', 's'],
        ['getAt', 's', 'c'],
      ],
    ],
    before: FULL,
  },
  { name: 'maintain', threads: [cut('a', 'f'), one('maintain', 9)], before: PAIR },
  { name: 'cut', threads: [cut('a', 'd'), cut('e', 'h')], before: PAIR },
];

export const MEETINGS: Meeting[] = [
  ...LOADS,
  ...CUTS.map((each) => ({ ...each, name: `cut: ${each.name}` })),
  ...PUTS.map((each) => ({ ...each, name: `puts: ${each.name}` })),
  ...MANY.map((each) => ({ ...each, name: `many: ${each.name}` })),
];
