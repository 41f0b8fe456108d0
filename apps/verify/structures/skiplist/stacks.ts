// Stacks of several lists: what is merged of them, and which lists a key is not looked for in.

import type { Program } from '../map/scenarios.ts';
import type { Row } from './leftovers.ts';

/** Four lists: keys of all, of some, and of one, deleted ones among them. */
const FOUR: Program = [
  ['set', 'a', 1],
  ['set', 'b', 2],
  ['seal'],
  ['set', 'b', 3],
  ['set', 'd', 4],
  ['seal'],
  ['delete', 'a'],
  ['set', 'c', 5],
  ['seal'],
  ['set', 'd', 6],
];

export const STACKS: readonly Row[] = [
  [
    'scans of four lists',
    [
      [
        ['mark', 'f'],
        ['scan', 'f', false, 2],
        ['mark', 'r'],
        ['scan', 'r', true, 2],
        ['snap', 's'],
        ['versionsAt', 's'],
      ],
      [['set', 'b', 7]],
    ],
    FOUR,
    { pages: 14 },
  ],
  [
    'scan of four lists, destroy',
    [
      [
        ['mark', 'f'],
        ['scan', 'f', false, 4],
        ['snap', 's'],
        ['scanAt', 's', true],
      ],
      [['destroy', 2]],
    ],
    FOUR,
    { pages: 14 },
  ],
  // Whoever closes a list notes its greatest key: of what was there when it was closed.
  [
    'a greater key, seal',
    [
      [
        ['set', 'b', 1],
        ['get', 'b'],
      ],
      [['seal'], ['get', 'b'], ['mark', 'm'], ['many', 'm', ['a', 'b', 'c']]],
    ],
    [['set', 'a', 9]],
  ],
  [
    'a smaller key, seal and insert',
    [[['insert', 'a', 1]], [['seal'], ['insert', 'a', 2], ['get', 'a'], ['get', 'c']]],
    [['set', 'b', 9]],
  ],
];
