// Deleted runs: scans make marks over them and leap, beside writes that put something in between.

import type { OpCall } from '../../src/structure.ts';
import type { Program } from '../map/scenarios.ts';
import type { Row } from './leftovers.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
/** Five deleted keys, whose towers are of all heights, in front of one that lives. */
const DELETED: Program = [
  ...KEYS.map((key, i): OpCall => ['set', key, 20 + i]),
  ...KEYS.map((key): OpCall => ['delete', key]),
  ['set', 'f', 9],
];
/** The same, but for a key that lives in a frozen list. */
const over = (frozen: string): Program => [
  ['set', frozen, 8],
  ['seal'],
  ...DELETED.filter(([, key]) => key !== frozen),
];
const scan = (tag: string, reverse = false): Program => [
  ['mark', tag],
  ['scan', tag, reverse, 2],
];

export const DELETED_RUNS: readonly Row[] = [
  ['deleted run, scan, set', [scan('s'), [['set', 'c', 1], ...scan('t')]], DELETED],
  [
    'deleted run, scan, set, get',
    [scan('s'), [['set', 'c', 1]], [['get', 'c'], ...scan('t')]],
    DELETED,
  ],
  ['deleted run, reverse, set', [scan('s', true), [['set', 'b', 1], ...scan('t', true)]], DELETED],
  ['deleted run, scan, reverse, set', [scan('s'), scan('t', true), [['set', 'd', 1]]], DELETED],
  // A link gets a tower in between, and a mark, while a reader goes along it as it was.
  [
    'deleted run, set, delete and scan, scan',
    [[['set', 'c', 1], ['delete', 'c'], ...scan('t')], scan('s')],
    [
      ['set', 'a', 20],
      ['set', 'b', 21],
      ['set', 'd', 23],
      ['set', 'e', 24],
      ['delete', 'b'],
    ],
  ],
  ['deleted run, scan, set at the end', [scan('s'), [['set', 'e', 1], ...scan('t')]], DELETED],
  [
    'deleted run, scan, set and delete',
    [
      [...scan('s'), ...scan('t')],
      [
        ['set', 'c', 1],
        ['delete', 'c'],
        ['set', 'd', 2],
      ],
    ],
    DELETED,
  ],
  [
    'deleted run, scan, batch',
    [
      scan('s'),
      [
        [
          'batch',
          [
            ['set', 'b', 1],
            ['set', 'd', 2],
          ],
        ],
        ...scan('t'),
      ],
    ],
    DELETED,
  ],
  // The snapshot is of a time when some of the keys lived.
  [
    'deleted run, snapshot',
    [
      [['snap', 's'], ['scanAt', 's'], ['scanAt', 's', true], ...scan('t'), ['scanAt', 's']],
      [['delete', 'd'], ['delete', 'e'], ['set', 'b', 1], ...scan('u')],
    ],
    DELETED.slice(0, 8),
  ],
  // What lies between in the older list is shown, and hides nothing of its own.
  [
    'deleted run, two lists',
    [
      [...scan('s'), ...scan('t', true)],
      [
        ['delete', 'b'],
        ['set', 'e', 1],
      ],
    ],
    [['set', 'g', 7], ...over('b')],
  ],
  [
    'deleted run, cas over a frozen list',
    [scan('s'), [['cas', 'a', 8, 6], ['destroy', 1], ...scan('t')]],
    over('a'),
  ],
  [
    'deleted run, seal and frozen',
    [
      [['set', 'c', 1], ['seal'], ['frozen', 1]],
      [...scan('s'), ...scan('t', true)],
    ],
    DELETED,
  ],
  // Void nodes in between, and several versions of a key.
  [
    'deleted run, aborted batch',
    [
      [
        [
          'batch',
          [
            ['set', 'b', 1],
            ['set', 'c', 2],
          ],
        ],
      ],
      [['set', 'c', 3], ['delete', 'c'], ...scan('s'), ...scan('t', true)],
    ],
    DELETED,
  ],
];
