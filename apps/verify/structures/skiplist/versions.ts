// Many versions of one key: searches and scans go on among them by their numbers.

import type { Program } from '../map/scenarios.ts';
import { pair, type Row } from './leftovers.ts';

const BEFORE: Program = [
  ['set', 'a', 1],
  ['set', 'a', 2],
  ['set', 'a', 3],
  ['set', 'b', 9],
];
const AS_OF: Program = [
  ['versionsAt', 's'],
  ['getAt', 's', 'a'],
  ['scanAt', 's'],
  ['scanAt', 's', true],
];

export const VERSIONS: readonly Row[] = [
  [
    'many versions, snapshot',
    [
      [['snap', 's'], ...AS_OF],
      [
        ['set', 'a', 4],
        ['delete', 'a'],
      ],
    ],
    BEFORE,
  ],
  // What an aborted batch leaves is void, and may be tall.
  [
    'many versions, aborted batch',
    [[pair], [['set', 'a', 5], ['snap', 's'], ['set', 'a', 6], ['set', 'a', 7], ...AS_OF]],
    [['set', 'a', 1]],
  ],
  // Two writers link upper levels in another order than level 0.
  [
    'many versions, late towers',
    [[['set', 'a', 4], ['snap', 's'], ...AS_OF], [['set', 'a', 5]]],
    BEFORE,
  ],
  [
    'many versions, two lists',
    [
      [['snap', 's'], ...AS_OF],
      [
        ['set', 'a', 6],
        ['set', 'a', 7],
      ],
    ],
    [...BEFORE, ['seal'], ['set', 'a', 4], ['set', 'a', 5]],
  ],
  [
    'many versions, scans',
    [
      [
        ['mark', 'f'],
        ['scan', 'f', false, 3],
        ['mark', 'r'],
        ['scan', 'r', true, 3],
      ],
      [
        ['set', 'a', 4],
        ['set', 'a', 5],
      ],
    ],
    BEFORE,
  ],
];
