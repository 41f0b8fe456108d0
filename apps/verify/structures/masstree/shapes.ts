// Changes of the tree's shape: what stands before, who changes it, and what meets the change.

import type { OpCall } from '../../src/structure.ts';
import { LARGE } from '../map/calls.ts';
import type { Program } from '../map/scenarios.ts';

export interface Shape {
  name: string;
  before: Program;
  change: Program;
  others: Readonly<Record<string, Program>>;
}

export const sets = (keys: string, value = 7): OpCall[] =>
  [...keys].map((key) => ['set', key, value]);
export const deletes = (keys: string): OpCall[] => [...keys].map((key) => ['delete', key]);
export const one = (...call: OpCall): Program => [call];
export const gets = (...keys: string[]): Program => keys.map((key) => ['get', key]);

export const SCAN: Program = [
  ['mark', 'f'],
  ['scan', 'f', false, 2],
];
export const REVERSE: Program = [
  ['mark', 'r'],
  ['scan', 'r', true, 2],
];
const COUNT: Program = [
  ['mark', 'n'],
  ['count', 'n', false],
];
export const SNAPSHOT: Program = [
  ['snap', 's'],
  ['scanAt', 's'],
  ['scanAt', 's', true],
];
const reads = { scan: SCAN, reverse: REVERSE, snapshot: SNAPSHOT };

/** Four entries in four slots. */
export const FULL = sets('aceg');
/** [a c † _] e [e g _ _] */
export const PAIR: Program = [...FULL, ['set', 'd', 1], ['delete', 'd']];
/** [a c d _] e [e g f h] i [i _] */
const THREE: Program = [...FULL, ...sets('dfhi')];
/** ([d] e [e g f h]) i ([k l] m [m]) */
const FOUR: Program = [...THREE, ...sets('jklm'), ...deletes('acij')];

/** Keys of one first slice; of the first two; of the first three. */
export const L = 'layered-';
export const D = `${L}deeper-`;
export const S = `${D}still-`;
export const F = `${S}further-`;
/** Longer than what the gated kernel has room for. */
const LONG = `${L}${'x'.repeat(48)}`;
export const LONG_A = `${LONG}a`;
export const LONG_B = `${LONG}b`;
export const LONG_FORK = `${LONG.slice(0, 40)}y`;

const GROWTH: Shape[] = [
  {
    name: 'first leaf',
    before: [],
    change: one('insert', 'b', 1),
    others: { first: one('insert', 'c', 2), same: one('insert', 'b', 2), get: gets('b'), ...reads },
  },
  {
    name: 'rebuild',
    before: [...sets('ace'), ...deletes('ce'), ['set', 'b', 7]],
    change: one('insert', 'd', 1),
    others: {
      insert: one('insert', 'f', 2),
      same: one('set', 'a', 4),
      kind: one('set', 'b', 8),
      remove: one('delete', 'b'),
      get: gets('a', 'd'),
      ...reads,
    },
  },
  {
    name: 'no slot for a kind',
    before: FULL,
    change: one('set', 'a', 8),
    others: { insert: one('insert', 'd', 2), same: one('set', 'a', 4), get: gets('a', 'g') },
  },
  {
    name: 'split',
    before: FULL,
    change: one('insert', 'd', 1),
    others: {
      insert: one('insert', 'b', 2),
      same: one('set', 'e', 4),
      kind: one('set', 'a', 8),
      record: one('set', 'g', LARGE),
      remove: one('delete', 'c'),
      get: gets('g', 'd'),
      append: one('insert', 'h', 2),
      count: COUNT,
      maintain: one('maintain', 9),
      ...reads,
    },
  },
  {
    name: 'append',
    before: FULL,
    change: one('insert', 'h', 1),
    others: {
      append: one('insert', 'i', 2),
      prepend: one('insert', 'Z', 2),
      remove: one('delete', 'g'),
      get: gets('h', 'g'),
      ...reads,
    },
  },
  {
    name: 'prepend',
    before: FULL,
    change: one('insert', 'Z', 1),
    others: {
      prepend: one('insert', 'Y', 2),
      remove: one('delete', 'a'),
      get: gets('a'),
      ...reads,
    },
  },
  {
    name: 'split below',
    before: [...PAIR, ...sets('fh', 1)],
    change: one('insert', 'i', 1),
    others: {
      left: one('insert', 'd', 2),
      insert: one('insert', 'fa', 2),
      same: one('set', 'f', 4),
      get: gets('h', 'a'),
      remove: one('delete', 'h'),
      ...reads,
    },
  },
  {
    name: 'root grows',
    before: [...THREE, ...sets('jkl'), ...deletes('ac')],
    change: one('insert', 'm', 1),
    others: {
      insert: one('insert', 'ga', 2),
      append: one('insert', 'n', 2),
      same: one('set', 'f', 4),
      get: gets('f', 'm'),
      remove: one('delete', 'i'),
      ...reads,
    },
  },
  {
    name: 'interior splits',
    before: [...FOUR, ...sets('nopqrst'), ...deletes('fgno')],
    change: one('insert', 'u', 1),
    others: {
      insert: one('insert', 'sa', 2),
      left: one('insert', 'a', 2),
      get: gets('t', 'd'),
      remove: one('delete', 'm'),
      snapshot: SNAPSHOT,
    },
  },
];

const LAYERS: Shape[] = [
  {
    name: 'layer',
    before: [['set', `${L}a`, 7]],
    change: one('insert', `${L}b`, 1),
    others: {
      insert: one('insert', `${L}c`, 2),
      beside: one('insert', L, 2),
      same: one('insert', `${L}b`, 2),
      record: one('set', `${L}a`, 4),
      remove: one('delete', `${L}a`),
      get: gets(`${L}a`, `${L}b`),
      ...reads,
    },
  },
  {
    name: 'layer in a full leaf',
    before: [...sets('ac'), ['set', `${L}a`, 7], ['set', 'o', 7]],
    change: one('insert', `${L}b`, 1),
    others: {
      insert: one('insert', `${L}c`, 2),
      beside: one('insert', 'd', 2),
      get: gets(`${L}a`),
      scan: SCAN,
    },
  },
  {
    name: 'layer splits',
    before: [...'abcd'].map((end): OpCall => ['set', L + end, 7]),
    change: one('insert', `${L}ab`, 1),
    others: {
      insert: one('insert', `${L}cd`, 2),
      get: gets(`${L}a`, `${L}d`),
      remove: one('delete', `${L}c`),
      beside: one('insert', 'a', 2),
      ...reads,
    },
  },
  {
    name: 'fork',
    before: [
      ['set', `${S}a`, 7],
      ['set', `${S}b`, 7],
    ],
    change: one('insert', `${D}a`, 1),
    others: {
      fork: one('insert', `${D}b`, 2),
      insert: one('insert', `${S}c`, 2),
      same: one('set', `${S}b`, 4),
      remove: one('delete', `${S}a`),
      get: gets(`${S}a`, `${D}a`),
      ...reads,
    },
  },
  {
    name: 'fork between',
    before: [
      ['set', `${F}a`, 7],
      ['set', `${F}b`, 7],
    ],
    change: one('insert', `${S}a`, 1),
    others: {
      fork: one('insert', `${D}a`, 2),
      end: one('insert', `${L}deeper-s`, 2),
      insert: one('insert', `${F}c`, 2),
      get: gets(`${F}a`),
      scan: SCAN,
      reverse: REVERSE,
    },
  },
];

const FALL: Shape[] = [
  {
    name: 'empties',
    before: sets('a'),
    change: one('delete', 'a'),
    others: {
      insert: one('insert', 'b', 2),
      remove: one('delete', 'a'),
      set: one('set', 'a', 4),
      get: gets('a'),
      ...reads,
    },
  },
  {
    name: 'leaf goes',
    before: [...PAIR, ...deletes('c')],
    change: one('delete', 'a'),
    others: {
      insert: one('insert', 'b', 2),
      right: one('insert', 'f', 2),
      append: one('insert', 'h', 2),
      same: one('set', 'e', 4),
      remove: one('delete', 'e'),
      get: gets('a', 'e'),
      count: COUNT,
      maintain: one('maintain', 9),
      ...reads,
    },
  },
  {
    name: 'leaf goes of three',
    before: THREE,
    change: one('delete', 'i'),
    others: {
      append: one('insert', 'j', 2),
      split: one('insert', 'fa', 2),
      remove: one('delete', 'h'),
      get: gets('h', 'i'),
      ...reads,
    },
  },
  {
    name: 'first leaf goes of three',
    before: [...THREE, ...deletes('ac')],
    change: one('delete', 'd'),
    others: { insert: one('insert', 'b', 2), split: one('insert', 'fa', 2), get: gets('e', 'i') },
  },
  {
    name: 'merge',
    before: [...PAIR, ...deletes('g')],
    change: one('delete', 'c'),
    others: {
      insert: one('insert', 'b', 2),
      right: one('insert', 'f', 2),
      same: one('set', 'a', 4),
      kind: one('set', 'e', 8),
      remove: one('delete', 'e'),
      left: one('delete', 'a'),
      get: gets('a', 'e'),
      count: COUNT,
      ...reads,
    },
  },
  {
    name: 'root shrinks',
    before: [...FOUR, ['set', 'fa', 1], ...deletes('fhl')],
    change: one('delete', 'm'),
    others: {
      insert: one('insert', 'n', 2),
      remove: one('delete', 'k'),
      get: gets('k', 'd'),
      scan: SCAN,
      snapshot: SNAPSHOT,
    },
  },
  {
    name: 'layer goes',
    before: [
      ['set', `${L}a`, 7],
      ['set', `${L}b`, 7],
      ['set', 'm', 7],
      ['delete', `${L}a`],
    ],
    change: one('delete', `${L}b`),
    others: {
      insert: one('insert', `${L}c`, 2),
      same: one('set', `${L}b`, 4),
      remove: one('delete', `${L}b`),
      beside: one('insert', 'n', 2),
      upper: one('delete', 'm'),
      get: gets(`${L}b`, 'm'),
      count: COUNT,
      ...reads,
    },
  },
  {
    name: 'layers go',
    before: [
      ['set', `${S}a`, 7],
      ['set', `${D}a`, 7],
      ['set', `${L}a`, 7],
      ['set', `${S}b`, 7],
      ...[`${S}a`, `${D}a`, `${L}a`].map((key): OpCall => ['delete', key]),
    ],
    change: one('delete', `${S}b`),
    others: {
      insert: one('insert', `${S}c`, 2),
      fork: one('insert', `${D}b`, 2),
      above: one('insert', `${L}c`, 2),
      get: gets(`${S}b`),
      ...reads,
    },
  },
];

export const SHAPES: Shape[] = [...GROWTH, ...LAYERS, ...FALL];
