// Filters of frozen lists: who makes one, beside who reads it, writes late or takes the list away.

import type { OpCall } from '../../src/structure.ts';
import { die, pct, refuse, twice } from '../common.ts';
import type { Program } from '../map/scenarios.ts';
import type { Row } from './leftovers.ts';

/** A frozen list around b, which was searched for in vain; once more, and there is a filter. */
const AROUND: Program = [['set', 'a', 1], ['set', 'c', 2], ['seal'], ['get', 'b']];
const TWICE: Program = [
  ['get', 'b'],
  ['get', 'b'],
];

export const FILTERS: readonly Row[] = [
  [
    'filter, made by two',
    [
      [...TWICE, ['get', 'a']],
      [...TWICE, ['get', 'c']],
    ],
    AROUND,
  ],
  // The writer has its number from before the close, and its version was not there yet.
  [
    'filter, late set',
    [[['set', 'b', 7]], [['seal'], ['get', 'bb'], ['get', 'bb'], ['get', 'b']]],
    [
      ['set', 'a', 1],
      ['set', 'c', 2],
    ],
  ],
  [
    'filter, late batch',
    [
      [
        [
          'batch',
          [
            ['set', 'b', 7],
            ['delete', 'c'],
          ],
        ],
      ],
      [['seal'], ['get', 'bb'], ['get', 'bb'], ['get', 'b'], ['get', 'c']],
    ],
    [
      ['set', 'a', 1],
      ['set', 'c', 2],
    ],
  ],
  // The list is below another one, and not closed yet.
  [
    'filter, set, seal',
    [
      [
        ['set', 'b', 7],
        ['get', 'b'],
      ],
      [['seal']],
      [
        ['get', 'bb'],
        ['get', 'bb'],
      ],
    ],
    [
      ['set', 'a', 1],
      ['set', 'c', 2],
    ],
    {},
    // Each of the three has to be met in the midst.
    {
      quick: [
        { ...twice, limit: 4_000 },
        { ...die, preemptions: 0, limit: 2_000 },
      ],
      full: [twice, { ...die, preemptions: 0 }, { ...refuse, preemptions: 0 }, pct],
    },
  ],
  [
    'filter, snapshot, destroy',
    [
      [
        ['snap', 's'],
        ['getAt', 's', 'b'],
        ['getAt', 's', 'a'],
        ['getAt', 's', 'b'],
      ],
      [['destroy', 1], ...TWICE],
    ],
    [...AROUND, ['set', 'd', 3], ['seal']],
  ],
  ['filter, destroy', [[...TWICE, ['get', 'a']], [['destroy', 1]]], AROUND],
  [
    'filter, clear',
    [
      [...TWICE, ['get', 'a']],
      [['clear'], ['set', 'b', 5]],
    ],
    AROUND,
  ],
  [
    'filter, many keys',
    [
      [
        ['mark', 'm'],
        ['many', 'm', ['b', 'bb', 'c']],
      ],
      [
        ['get', 'b'],
        ['delete', 'a'],
        ['get', 'a'],
      ],
    ],
    AROUND,
  ],
  [
    'filter, inserts',
    [
      [['insert', 'b', 7]],
      [
        ['insert', 'b', 8],
        ['get', 'b'],
        ['insert', 'c', 9],
      ],
    ],
    AROUND,
  ],
  // A list comes to stand where one with a filter stood.
  [
    'filter, a list in its place',
    [
      [
        ...TWICE,
        ['destroy', 1],
        ...['d', 'e', 'f'].flatMap((key): OpCall[] => [['set', key, 5], ['seal'], ['get', key]]),
      ],
      [['get', 'b']],
    ],
    AROUND,
    { pages: 14 },
  ],
];
