// What a list does that has filled its arena, or stands at a limit: the next list is there before
// there is a version, so whatever is full, a seal goes on; and deletes of what lives pass limits.

import { die } from '../common.ts';
import type { Program } from '../map/scenarios.ts';
import { HEIR, type Row } from './leftovers.ts';

const ROLL: Program = [['seal'], ['destroy', 1], ['set', 'a', 2], ['get', 'a']];

export const LIMITS: readonly Row[] = [
  [
    'set in a full arena',
    [
      [
        ['set', 'a', 1],
        ['get', 'a'],
      ],
      [
        ['set', 'b', 2],
        ['get', 'b'],
      ],
    ],
    [],
    { pages: 2 },
    { may: ['full'] },
  ],
  [
    'seal in a full arena',
    [[['seal'], ['lists']], [['set', 'a', 1]]],
    [],
    { pages: 2 },
    { may: ['full'] },
  ],
  [
    'seal in an arena that is full',
    [ROLL, [['seal'], ['lists']]],
    [['set', 'a', 1]],
    { pages: 2 },
    { may: ['full'] },
  ],
  [
    'seal in an arena with one page left',
    [
      [['seal'], ['lists']],
      [['set', 'b', 1], ['seal']],
    ],
    [['set', 'a', 9]],
    { pages: 3 },
    { may: ['full'] },
  ],
  [
    'seal, clear in an arena that is full',
    [
      [['seal'], ['lists']],
      [['clear'], ['set', 'b', 2], ['get', 'a']],
    ],
    [['set', 'a', 1]],
    { pages: 2 },
    { may: ['full'] },
  ],
  // A list that was made where there was no memory for the next one: its writers make that.
  [
    'first writers in a full arena',
    [
      [['set', 'a', 1], ['seal'], ['get', 'a']],
      [['destroy', 1], ['set', 'a', 2], ['seal']],
    ],
    [['set', 'a', 9], ['seal']],
    { pages: 4 },
    { may: ['full'] },
  ],
  // Who made the next list is dead, and so may be who used it; its region is used again.
  [
    'the list that a dead thread made',
    [
      [['seal'], ['destroy', 1]],
      [['seal'], ['set', 'b', 1], ['destroy', 2]],
    ],
    [['set', 'a', 9]],
    { pages: 5 },
    {
      may: ['full'],
      observe: HEIR,
      quick: [
        { ...die, limit: 2_000 },
        { strategy: 'pct', runs: 1_500, depth: 4, kills: 2 },
      ],
      full: [die, { strategy: 'pct', runs: 30_000, depth: 4, kills: 2 }],
    },
  ],
  [
    'end, with a next list',
    [[['seal'], ['set', 'a', 1]], [['end']]],
    [['set', 'a', 9]],
    { pages: 4 },
    { may: ['full'] },
  ],
  [
    'limit of entries',
    [
      [['set', 'a', 1]],
      [
        ['set', 'b', 2],
        ['set', 'c', 3],
      ],
    ],
    [],
    { maxEntries: 2 },
    { may: ['limit'] },
  ],
  [
    'deletes at the limit of entries',
    [
      [
        ['delete', 'a'],
        ['set', 'a', 1],
      ],
      [
        ['delete', 'b'],
        ['add', 'c', null],
      ],
    ],
    [['set', 'c', 7], ['seal'], ['set', 'a', 8], ['set', 'b', 9]],
    { maxEntries: 2 },
    { may: ['limit'] },
  ],
  [
    'deletes at the limit of pages',
    [
      [
        ['delete', 'a'],
        ['set', 'c', 1],
      ],
      [
        ['delete', 'b'],
        ['delete', 'b'],
      ],
    ],
    [
      ['set', 'a', 8],
      ['set', 'b', 9],
    ],
    { maxPages: 1, beyond: 2 },
    { may: ['limit'] },
  ],
];
