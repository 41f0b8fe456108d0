// Which short programs run against each other, and how each is explored.

import type { Plan } from '../../src/structure.ts';
import { die, dieTwice, quickly, twice } from '../common.ts';
import { LARGE } from '../map/calls.ts';
import { collect, LONG_A, LONG_B, MAP_FULL, type Program } from '../map/scenarios.ts';

export const plan = { quick: quickly([2_000, 1_500, 500], 100), full: MAP_FULL };

/** Beside that refusals under two preemptions, and, where programs are shortest, deaths. */
const REFUSED: Plan[] = [...MAP_FULL, { strategy: 'dfs', preemptions: 2, failures: true }];
const DEEP: Plan[] = [...REFUSED, { strategy: 'dfs', preemptions: 2, kills: 1 }];

const { settings, scenarios, scenario } = collect({ pages: 10 });

export { scenarios, settings };

const A: Program = [['set', 'a', 7]];
const BOTH: Program = [
  ['set', 'a', 7],
  ['set', 'c', 9],
];

scenario('set, set', [[['set', 'a', 1]], [['set', 'b', 2]]], [], {}, { full: REFUSED });
scenario('insert, insert', [[['insert', 'a', 1]], [['insert', 'a', 2]]], [], {}, { full: DEEP });
scenario('set, delete', [[['set', 'b', 1]], [['delete', 'a']]], BOTH);
scenario('delete, delete', [[['delete', 'a']], [['delete', 'a']]], BOTH);
scenario('cas, cas', [[['cas', 'a', 7, 8]], [['cas', 'a', 7, 9]]], A);
scenario(
  'set, get get',
  [
    [['set', 'a', 1]],
    [
      ['get', 'a'],
      ['get', 'a'],
    ],
  ],
  A,
);
scenario('set, scan', [[['set', 'b', 1]], [['scan', false, 2]]], BOTH);
scenario('delete, scan in reverse', [[['delete', 'a']], [['scan', true, 9]]], BOTH);
scenario(
  'sets, snapshot',
  [
    [
      ['set', 'a', 1],
      ['set', 'b', 2],
    ],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['getAt', 's', 'a'],
      ['drop', 's'],
    ],
  ],
  A,
);
scenario(
  'set, get in pieces',
  [[['set', 'a', 1], ['sweep']], [['get', 'a']]],
  [['set', 'a', LARGE]],
);
scenario(
  'delete, scan in pieces',
  [[['delete', 'a']], [['piecewise', false]]],
  [
    ['set', 'a', LARGE],
    ['set', LONG_A, 2],
  ],
);
scenario('long keys', [
  [['set', LONG_A, 1]],
  [
    ['set', LONG_B, 2],
    ['get', LONG_A],
  ],
]);
scenario('set, end', [[['set', 'a', 1]], [['end']]], A);
scenario(
  'get, end',
  [
    [
      ['get', 'a'],
      ['get', 'a'],
    ],
    [['end'], ['sweep']],
  ],
  A,
);
scenario(
  'set in the slot of the dead, set',
  [[['set', 'a', 1]], [['heir'], ['set', 'b', 2]]],
  A,
  {},
  // No plan that refuses: `heir` may be refused its slot, and then all it calls is.
  { full: [twice, die, dieTwice] },
);
scenario('set, set, snapshot', [[['set', 'a', 1]], [['set', 'b', 2]], [['snap', 's']]], A);
scenario('three writers', [[['set', 'a', 1]], [['set', 'b', 2]], [['delete', 'a']]], A);
scenario(
  'a full arena',
  [[['set', 'a', 1]], [['set', 'b', 2]]],
  A,
  { pages: 2 },
  { may: ['full'] },
);
