// What went wrong in other implementations of this tree, as far as their histories tell, each
// played here: the smallest programs in which the same fault would show.

import type { OpCall } from '../../src/structure.ts';
import { LARGE } from '../map/calls.ts';
import type { Program } from '../map/scenarios.ts';
import { deletes, FULL, gets, L, one, PAIR, REVERSE, SCAN, sets } from './shapes.ts';

interface History {
  /** What went wrong there. */
  name: string;
  threads: readonly Program[];
  before: Program;
}

/** Keys that differ in their first slices and go on behind them. */
const tailed = (keys: string): string[] => [...keys].map((key) => `${key.repeat(8)}-behind`);
const setAll = (keys: readonly string[]): OpCall[] => keys.map((key) => ['set', key, 7]);
const [TAIL_A, TAIL_C, TAIL_D, TAIL_E, TAIL_G] = tailed('acdeg') as [
  ...[string, string, string, string, string],
];
/** A layer whose leaf is full. */
const LAYER = setAll([...'aceg'].map((end) => L + end));

/** Of an implementation in Rust, whose repository tells of each. */
const LOCK_FREE: History[] = [
  {
    name: 'a second writer takes the slot that the first one has chosen',
    threads: [one('insert', 'b', 1), one('insert', 'd', 2)],
    before: sets('ace'),
  },
  {
    name: 'a split writes over what was published meanwhile',
    threads: [one('insert', 'd', 1), one('set', 'c', LARGE), one('delete', 'g')],
    before: FULL,
  },
  {
    name: 'two splits tell one parent',
    threads: [one('insert', 'ab', 1), one('insert', 'ef', 2)],
    before: [...PAIR, ...sets('bdfh')],
  },
  {
    name: 'nothing stands to the right of a leaf that splits',
    threads: [one('insert', 'h', 1), one('insert', 'i', 2)],
    before: FULL,
  },
  {
    name: 'what stands behind a slice stays where it was: split',
    threads: [one('insert', TAIL_D, 1), gets(TAIL_G, TAIL_A)],
    before: setAll([TAIL_A, TAIL_C, TAIL_E, TAIL_G]),
  },
  {
    name: 'what stands behind a slice stays where it was: a leaf made anew',
    threads: [one('insert', TAIL_G, 1), gets(TAIL_A, TAIL_D)],
    before: [...setAll([TAIL_A, TAIL_C, TAIL_D, TAIL_E]), ['delete', TAIL_C], ['delete', TAIL_E]],
  },
  {
    name: 'a reader looks where its key no longer is, and not to the right',
    threads: [one('insert', 'd', 1), gets('g', 'e')],
    before: FULL,
  },
  {
    name: 'a writer locks a leaf whose keys have moved to the right',
    threads: [one('insert', 'd', 1), one('insert', 'h', 2)],
    before: FULL,
  },
  {
    name: 'a layer stands before the key that ends where it begins',
    threads: [one('insert', L, 1), [['insert', `${L}b`, 2], ...SCAN]],
    before: [['set', `${L}a`, 7]],
  },
  {
    name: 'what becomes a layer is held once too often',
    threads: [one('insert', `${L}b`, 1), one('set', `${L}a`, LARGE + 1)],
    before: [['set', `${L}a`, LARGE]],
  },
  {
    name: 'a split goes all the way up',
    threads: [one('insert', 'bb', 1), gets('p', 'c')],
    before: sets('abcdefghijklmnop'),
  },
  {
    name: 'what was taken out is never freed',
    threads: [[...deletes('aceg'), ['maintain', 9]], one('insert', 'b', 1)],
    before: PAIR,
  },
  {
    name: 'a leaf waits twice to be merged, and is freed by then',
    threads: [
      [
        ['delete', 'a'],
        ['maintain', 9],
      ],
      [
        ['delete', 'c'],
        ['maintain', 9],
      ],
    ],
    before: PAIR,
  },
  {
    name: 'a value is loaded behind the look whether it is still there',
    threads: [
      gets('c', 'c'),
      [
        ['set', 'c', 8],
        ['set', 'c', LARGE + 1],
      ],
    ],
    before: [
      ['set', 'a', 7],
      ['set', 'c', LARGE],
    ],
  },
  {
    name: 'a parent still names what is retired',
    threads: [one('delete', 'a'), one('insert', 'b', 2), gets('e')],
    before: [...PAIR, ['delete', 'g'], ['delete', 'c']],
  },
];

/** Of the original, and of a variant for persistent memory, by the threads that report them. */
const REPORTED: History[] = [
  {
    name: 'a key is lost in a leaf that splits and is emptied',
    threads: [one('insert', 'f', 2), [['insert', 'd', 1], ...deletes('eg')]],
    before: FULL,
  },
  {
    name: 'a reverse scan never gets past an empty layer',
    threads: [REVERSE, deletes('ab').map(([op, key]): OpCall => [op, L + key])],
    before: [['set', 'z', 7], ...setAll([`${L}a`, `${L}b`])],
  },
  {
    name: 'the root of a layer splits, and its half is locked too early',
    threads: [one('insert', `${L}d`, 1), one('insert', `${L}f`, 2)],
    before: LAYER,
  },
  {
    name: 'a scan goes on in a layer that is gone',
    threads: [SCAN, [['delete', `${L}a`], ['delete', `${L}b`], ...one('insert', `${L}c`, 1)]],
    before: [['set', 'a', 7], ...setAll([`${L}a`, `${L}b`])],
  },
  {
    name: 'keys of nine bytes beside one of eight',
    threads: [one('insert', L, 1), one('insert', `${L}b`, 2), gets(`${L}a`)],
    before: [['set', `${L}a`, 7]],
  },
  {
    name: 'a key that others begin with',
    threads: [
      one('insert', 'a\0', 1),
      [
        ['insert', 'a\0\0', 2],
        ['delete', 'a'],
      ],
      gets('a', 'a\0'),
    ],
    before: [['set', 'a', 7]],
  },
];

export const HISTORIES: readonly History[] = [...LOCK_FREE, ...REPORTED];

/** All keys that stand there. */
export const HISTORY_KEYS: readonly string[] = [
  ...new Set(
    HISTORIES.flatMap(({ threads, before }) =>
      [...threads.flat(), ...before]
        .filter(([op]) => ['set', 'insert', 'delete', 'get'].includes(op))
        .map(([, key]) => key as string),
    ),
  ),
];
