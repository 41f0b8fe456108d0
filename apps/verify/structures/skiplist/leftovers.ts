// What is left over: a slot of the dead with what stands in it, for whoever comes after, and memory
// that a limit refuses or that is not needed after all. And what other scenarios share.

import type { Argument, OpCall, Plan } from '../../src/structure.ts';
import { die, pct, twice } from '../common.ts';
import { type collect, MAP_FULL, type Program } from '../map/scenarios.ts';

/** Pages for regions and limits of a scenario. */
export interface Setting {
  pages: number;
  maxPages?: number;
  /** Pages by which deletes may pass that limit. */
  beyond?: number;
  maxEntries?: number;
  /** Nothing makes a write begin anew, so what is refused or not needed takes nothing. */
  thrifty?: boolean;
}

/** The arguments of `scenario`. */
export type Row = Parameters<ReturnType<typeof collect<Setting>>['scenario']>;

export const pair: OpCall = [
  'batch',
  [
    ['set', 'a', 1],
    ['set', 'b', 2],
  ],
];
export const TWO_LISTS: Program = [['set', 'a', 9], ['seal'], ['set', 'b', 8]];

export const HEIR: Program = [
  ['heir'],
  ['set', 'a', 31],
  ['add', 'b', 1],
  ['batch', [['set', 'c', 32]]],
  ['seal'],
  ['get', 'b'],
  ['lists'],
];
const NODES = ['k', 'l', 'm', 'n', 'o', 'p', 'q'];
/** Goes on where the dead stopped, with towers of each height. */
const TALL_HEIR: Program = [
  ['heir'],
  ...NODES.map((key, i): OpCall => ['set', key, i]),
  ...NODES.map((key): OpCall => ['get', key]),
];

/** Keys of which a page holds four, and one stands beside a new list. */
const wide = (i: number): string => `${'k'.repeat(159)}${i}`;
/** A batch of shorter ones, for which the scratch has room. */
const wides = (...keys: number[]): OpCall => [
  'batch',
  keys.map((i): Argument => ['set', wide(i).slice(-64), i]),
];
/** Long keys cost the invariants much. */
const few: Plan[] = [
  { ...twice, limit: 400 },
  { ...die, limit: 400 },
  { strategy: 'pct', runs: 100, depth: 3, kills: 1 },
];

export const LEFTOVERS: readonly Row[] = [
  [
    'a dead writer, and who comes after',
    [
      [
        ['set', 'a', 1],
        ['cas', 'b', 8, 2],
      ],
      [pair],
    ],
    TWO_LISTS,
    { pages: 14 },
    { observe: HEIR },
  ],
  [
    'a dead sealer, and who comes after',
    [
      [['seal'], ['destroy', 1]],
      [['clear'], ['set', 'b', 1]],
    ],
    TWO_LISTS,
    { pages: 14 },
    { observe: HEIR },
  ],
  // What the dead took for tall nodes, its heir takes anew: a store of either word may be lost.
  [
    "a dead writer's slab",
    [
      [
        ['set', 'a', 1],
        ['set', 'b', 2],
        ['set', 'c', 3],
      ],
      [['get', 'a']],
    ],
    [],
    {},
    { observe: TALL_HEIR, quick: [{ ...die, limit: 1_500 }], full: MAP_FULL },
  ],
  [
    'limit of pages',
    [
      [
        ['set', wide(1), 1],
        ['set', wide(2), 2],
        ['get', wide(1)],
      ],
      [['seal'], ['set', wide(3), 3], wides(4, 5)],
    ],
    [],
    { maxPages: 2 },
    // Two that ask for the last page may hold each other up: as where pages run out.
    { may: ['limit', 'full'], quick: few, full: MAP_FULL },
  ],
  [
    'refused, and not needed after all',
    [
      [['insert', wide(1), 1], wides(2, 3), wides(4, 5)],
      [
        ['insert', wide(1), 7],
        ['cas', wide(1), 1, 8],
      ],
    ],
    [],
    { pages: 3, thrifty: true },
    { may: ['full'], quick: few, full: MAP_FULL },
  ],
  // A stack without the list that was destroyed, and a number that was given out after that.
  [
    'snapshot, destroy, get and set',
    [
      [
        ['snap', 's'],
        ['getAt', 's', 'a'],
        ['getAt', 's', 'b'],
      ],
      [['destroy', 1]],
      [
        ['get', 'a'],
        ['set', 'b', 1],
      ],
    ],
    [['set', 'a', 9], ['seal']],
    {},
    {
      quick: [
        { ...twice, limit: 3_000 },
        { strategy: 'pct', runs: 400, depth: 4, kills: 1 },
      ],
      full: [twice, die, { ...pct, runs: 20_000 }],
    },
  ],
];
