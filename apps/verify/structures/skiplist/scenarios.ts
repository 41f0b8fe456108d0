// Which short programs run against each other, and how each is explored.

import type { OpCall } from '../../src/structure.ts';
import { die, pct, quickly, twice } from '../common.ts';
import { LARGE } from '../map/calls.ts';
import {
  ALIKE_A,
  ALIKE_B,
  ALIKE_C,
  ALIKE_D,
  collect,
  LONG_A,
  LONG_B,
  MAP_FULL,
  type Program,
} from '../map/scenarios.ts';
import { DELETED_RUNS } from './deleted.ts';
import { FILTERS } from './filters.ts';
import { LEFTOVERS, pair, type Setting, TWO_LISTS } from './leftovers.ts';
import { LIMITS } from './limits.ts';
import { STACKS } from './stacks.ts';
import { VERSIONS } from './versions.ts';

export const plan = { quick: quickly([6_000, 4_000, 2_000], 200), full: MAP_FULL };

const { settings, scenarios, scenario, long } = collect<Setting>({ pages: 10 }, { pages: 14 });

export { scenarios, settings };

// ---- all pairs of public operations -------------------------------------------------------------

/** Each public operation once, on keys where it meets the others. */
const OPS: Record<string, Program> = {
  set: [['set', 'b', 1]],
  insert: [['insert', 'b', 2]],
  delete: [['delete', 'b']],
  goi: [['goi', 'b', 3]],
  cas: [['cas', 'b', 20, 6]],
  add: [['add', 'a', 100]],
  get: [
    ['get', 'b'],
    ['get', 'b'],
  ],
  batch: [
    [
      'batch',
      [
        ['set', 'a', 4],
        ['insert', 'b', 5],
      ],
    ],
  ],
  many: [
    ['mark', 'm'],
    ['many', 'm', ['a', 'b', 'c']],
  ],
  scan: [
    ['mark', 'f'],
    ['scan', 'f', false, 2],
  ],
  reverse: [
    ['mark', 'r'],
    ['scan', 'r', true, 2],
  ],
  snapshot: [
    ['snap', 's'],
    ['scanAt', 's'],
    ['scanAt', 's'],
  ],
  seal: [['seal']],
  destroy: [['destroy', 1]],
  clear: [['clear'], ['get', 'a']],
};

const names = Object.keys(OPS);
/** What was there before: a frozen list with b, and in the active one a live a and a deleted c. */
const BEFORE: Program = [
  ['set', 'b', 20],
  ['set', 'd', 21],
  ['seal'],
  ['set', 'a', 22],
  ['set', 'c', 23],
  ['delete', 'c'],
];
for (let i = 0; i < names.length; i++) {
  for (let j = i; j < names.length; j++) {
    const [x, y] = [names[i]!, names[j]!];
    const second = OPS[y]!.map((call): OpCall => {
      const [op, ...rest] = call;
      if (op === 'cas') return ['cas', 'b', 20, 16];
      const value = typeof rest[1] === 'number' && op !== 'scan' ? [rest[0]!, rest[1] + 10] : rest;
      const tag = ['mark', 'many', 'scan', 'snap', 'scanAt'].includes(op)
        ? [`${rest[0]}2`, ...rest.slice(1)]
        : value;
      return [op, ...tag];
    });
    scenario(`${x}, ${y}`, [OPS[x]!, second], BEFORE);
  }
}

// ---- one list, empty or nearly so ---------------------------------------------------------------

scenario('set, set, empty', [[['set', 'a', 1]], [['set', 'a', 2]]]);
scenario('neighbours', [[['set', 'a', 1]], [['set', 'b', 2]]]);
scenario(
  'between',
  [
    [
      ['set', 'b', 1],
      ['set', 'd', 2],
    ],
    [['set', 'c', 3]],
  ],
  [['set', 'a', 9]],
);
scenario('insert, insert, empty', [[['insert', 'a', 1]], [['insert', 'a', 2]]]);
scenario('overwrite, get get', [
  [
    ['set', 'a', 1],
    ['set', 'a', 2],
  ],
  [
    ['get', 'a'],
    ['get', 'a'],
  ],
]);
scenario('long keys', [
  [['set', LONG_A, 1]],
  [
    ['set', LONG_B, 2],
    ['get', LONG_A],
  ],
]);
scenario(
  'keys that begin alike',
  [
    [
      ['set', ALIKE_B, 1],
      ['get', ALIKE_A],
      ['get', ALIKE_C],
    ],
    [
      ['set', ALIKE_B, 2],
      ['mark', 'f'],
      ['scan', 'f', true, 3],
    ],
  ],
  [
    ['set', ALIKE_A, 7],
    ['set', ALIKE_C, 8],
    ['set', ALIKE_D, 9],
  ],
);
scenario('set, snapshot twice', [
  [['set', 'a', 1]],
  [
    ['snap', 's'],
    ['scanAt', 's'],
    ['get', 'a'],
    ['scanAt', 's'],
  ],
]);
scenario('get, then snapshot', [
  [['set', 'a', 1]],
  [
    ['get', 'a'],
    ['snap', 's'],
    ['getAt', 's', 'a'],
    ['get', 'a'],
  ],
]);

// ---- batches ------------------------------------------------------------------------------------

scenario('batch, gets', [
  [pair],
  [
    ['get', 'b'],
    ['get', 'a'],
    ['get', 'b'],
  ],
]);
scenario('batch, reads at a snapshot', [
  [pair],
  [
    ['snap', 's'],
    ['getAt', 's', 'a'],
    ['getAt', 's', 'b'],
    ['scanAt', 's'],
  ],
]);
scenario('batch, get, snapshot', [
  [pair],
  [
    ['get', 'a'],
    ['snap', 's'],
    ['scanAt', 's'],
  ],
]);
scenario('batch, batch crossed', [
  [pair],
  [
    [
      'batch',
      [
        ['set', 'b', 3],
        ['set', 'a', 4],
      ],
    ],
  ],
]);
scenario('batch, set', [
  [pair],
  [
    ['set', 'b', 3],
    ['get', 'a'],
  ],
]);
scenario('batch, seal and frozen', [[pair], [['seal'], ['frozen', 1]]]);
scenario('batch of one key', [
  [
    [
      'batch',
      [
        ['set', 'a', 1],
        ['delete', 'a'],
        ['insert', 'a', 2],
      ],
    ],
  ],
  [
    ['get', 'a'],
    ['insert', 'a', 5],
  ],
]);

// ---- seal, destroy, snapshots -------------------------------------------------------------------

scenario('set, seal, frozen', [
  [
    ['set', 'a', 1],
    ['set', 'a', 2],
  ],
  [['seal'], ['frozen', 1], ['frozen', 1]],
]);
scenario('seal and lists, seal', [[['seal'], ['lists']], [['seal']]], [['set', 'a', 1]]);
scenario('insert, seal and insert', [[['insert', 'a', 1]], [['seal'], ['insert', 'a', 2]]]);
scenario(
  'insert late, insert',
  [[['insert', 'a', 1]], [['seal'], ['insert', 'a', 2], ['get', 'a']]],
  [['set', 'b', 9]],
);
scenario(
  'snapshot, seal, destroy',
  [
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['scanAt', 's', true],
      ['drop', 's'],
    ],
    [['seal'], ['destroy', 1]],
  ],
  [['set', 'a', 1]],
);
scenario(
  'get, seal, destroy',
  [
    [
      ['get', 'a'],
      ['get', 'a'],
    ],
    [['seal'], ['destroy', 1]],
  ],
  [['set', 'a', 1]],
);
scenario(
  'destroy, destroy and lists',
  [[['destroy', 1]], [['destroy', 1], ['lists']]],
  [['set', 'a', 1], ['seal']],
);
scenario(
  'destroy two',
  [[['destroy', 1]], [['destroy', 2], ['lists']]],
  [['set', 'a', 1], ['seal'], ['set', 'b', 2], ['seal']],
);
scenario(
  'destroy, seal',
  [
    [['destroy', 1], ['lists']],
    [['seal'], ['lists']],
  ],
  [['set', 'a', 1], ['seal']],
);
scenario('end, set', [
  [
    ['set', 'a', 1],
    ['get', 'a'],
  ],
  [['end']],
]);
scenario('end, seal', [[['seal']], [['end']]], [['set', 'a', 1]]);
// Found here: the era moved on between the sealer's look at the root and the birth of its new list,
// whose region was then freed under it when the structure was destroyed (seal.ts L5).
scenario(
  'seal, snap, end',
  [[['seal']], [['snap', 's']], [['end']]],
  [['seal'], ['destroy', 1]],
  { pages: 2 }, // The first seal finds no memory for a next list: the second one makes it.
  {
    quick: [
      { ...twice, limit: 3_000 },
      { strategy: 'pct', runs: 400, depth: 4, kills: 1 },
    ],
    full: [twice, { ...pct, runs: 20_000 }],
  },
);
scenario('end, destroy', [[['destroy', 1]], [['end']]], [['set', 'a', 1], ['seal']]);

// Found here: a region that a dead sealer left CREATING was no matter of the recovery of a writer
// who died while it asked that region for pages. Now the root names lists of LIVE regions only.
scenario(
  'writers in the list of a dead sealer',
  [[['seal'], ['set', 'b', 1]], [['seal']]],
  [['set', 'a', 9]],
  {},
  {
    quick: [{ strategy: 'pct', runs: 1_500, depth: 4, kills: 2 }],
    full: [{ strategy: 'pct', runs: 30_000, depth: 4, kills: 2 }],
  },
);

// ---- conditional writes -------------------------------------------------------------------------

scenario(
  'cas, cas, one list',
  [
    [['cas', 'a', 9, 1]],
    [
      ['cas', 'a', 9, 2],
      ['get', 'a'],
    ],
  ],
  [['set', 'a', 9]],
);
scenario(
  'cas, there and back',
  [
    [
      ['cas', 'a', 9, 1],
      ['get', 'a'],
    ],
    [
      ['set', 'a', 8],
      ['set', 'a', 9],
    ],
  ],
  [['set', 'a', 9]],
);
scenario(
  'add, add, one list',
  [
    [['add', 'a', 1]],
    [
      ['add', 'a', 10],
      ['get', 'a'],
    ],
  ],
  [['set', 'a', 100]],
);
scenario(
  'add, take, tombstone',
  [
    [
      ['add', 'a', 1],
      ['get', 'a'],
    ],
    [
      ['add', 'a', null],
      ['add', 'a', 10],
    ],
  ],
  [
    ['set', 'a', 100],
    ['delete', 'a'],
  ],
);
scenario(
  'cas, batch, one list',
  [
    [
      ['cas', 'a', 9, 3],
      ['cas', 'b', 8, 4],
    ],
    [pair, ['get', 'a']],
  ],
  [
    ['set', 'a', 9],
    ['set', 'b', 8],
  ],
);
scenario(
  'cas, delete',
  [
    [
      ['cas', 'a', 9, 1],
      ['get', 'a'],
    ],
    [
      ['delete', 'a'],
      ['delete', 'a'],
    ],
  ],
  [['set', 'a', 9]],
);
scenario(
  'cas, long snapshot',
  [
    [
      ['cas', 'a', 9, 1],
      ['cas', 'a', 1, 2],
    ],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['get', 'a'],
      ['scanAt', 's'],
    ],
  ],
  [['set', 'a', 9]],
);
scenario(
  'cas, seal under it',
  [
    [
      ['cas', 'a', 9, 1],
      ['cas', 'a', 1, 2],
    ],
    [['seal'], ['get', 'a'], ['frozen', 1]],
  ],
  [['set', 'a', 9]],
);

// What a frozen list said of a key counts only while that list is there (stamp.ts S5).
const DESTROYED: Program = [
  ['destroy', 1],
  ['get', 'a'],
  ['get', 'a'],
];
const BELOW: Program = [['set', 'a', 9], ['seal']];
scenario('cas over a frozen list, destroy', [[['cas', 'a', 9, 1]], DESTROYED], BELOW);
scenario('add over a frozen list, destroy', [[['add', 'a', 1]], DESTROYED], BELOW);
scenario('delete over a frozen list, destroy', [[['delete', 'a']], DESTROYED], BELOW);
scenario(
  'cas over a frozen list, cas',
  [
    [['cas', 'a', 9, 1]],
    [
      ['cas', 'a', 9, 2],
      ['get', 'a'],
    ],
  ],
  BELOW,
);
scenario(
  'cas over a frozen list, seal, destroy',
  [[['cas', 'a', 9, 1]], [['seal'], ['destroy', 1], ['get', 'a']]],
  BELOW,
);
const BURIED: Program = [['set', 'a', 9], ['seal'], ['delete', 'a'], ['seal']];
const DUG_OUT: Program = [
  ['destroy', 2],
  ['get', 'a'],
  ['get', 'a'],
];
scenario('insert over a tombstone, destroy', [[['insert', 'a', 1]], DUG_OUT], BURIED);
scenario('batch over a tombstone, destroy', [[['batch', [['insert', 'a', 1]]]], DUG_OUT], BURIED);
long(
  'three adders',
  [
    [
      ['add', 'a', 1],
      ['add', 'a', 1],
    ],
    [
      ['add', 'a', 10],
      ['add', 'a', 10],
    ],
    [['seal'], ['add', 'a', 100], ['destroy', 1], ['get', 'a']],
  ],
  [['set', 'a', 1000]],
);

// ---- clear --------------------------------------------------------------------------------------

scenario(
  'clear, writes and reads',
  [
    [['clear'], ['get', 'b'], ['lists']],
    [
      ['set', 'a', 1],
      ['get', 'b'],
      ['insert', 'b', 2],
    ],
  ],
  TWO_LISTS,
);
scenario(
  'clear, long snapshot',
  [
    [['clear'], ['set', 'a', 1], ['sweep']],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['get', 'b'],
      ['scanAt', 's', true],
      ['drop', 's'],
    ],
  ],
  TWO_LISTS,
);
scenario(
  'clear, batch, get',
  [
    [['clear'], ['get', 'a'], ['get', 'b']],
    [pair, ['get', 'a']],
  ],
  TWO_LISTS,
);
scenario('clear, clear, lists', [[['clear'], ['lists']], [['clear']]], TWO_LISTS);
scenario(
  'clear, seal, frozen',
  [
    [['clear'], ['lists']],
    [['seal'], ['frozen', 2], ['lists']],
  ],
  TWO_LISTS,
);
scenario('clear, end', [[['clear']], [['end']]], TWO_LISTS);
scenario(
  'clear in a full arena',
  [[['clear'], ['lists']], [['set', 'a', 1]]],
  [],
  { pages: 2 },
  { may: ['full'] },
);
scenario(
  'clear, set, sweep',
  [
    [['clear']],
    [
      ['set', 'a', 1],
      ['get', 'a'],
    ],
    [['sweep'], ['seal'], ['get', 'a']],
  ],
  [['set', 'a', 9]],
  {},
  {
    quick: [
      { ...die, limit: 3_000 },
      { strategy: 'pct', runs: 800, depth: 4, kills: 2 },
    ],
    full: [die, { ...pct, runs: 30_000 }],
  },
);
// Who recovers a third thread must not retire what a clear has replaced but not closed yet: a
// writer who comes now still has to close it (seal.ts L6).
scenario(
  'clear, repair, set',
  [[['clear']], [['set', 'a', 1]], [['mark', 'm']]],
  [['set', 'a', 9]],
  {},
  {
    quick: [{ strategy: 'pct', runs: 2_000, depth: 3, kills: 1 }],
    full: [{ strategy: 'pct', runs: 60_000, depth: 3, kills: 1 }],
  },
);
long(
  'clear, writers, snapshot',
  [
    [['clear'], ['set', 'a', 1], ['clear']],
    [
      ['add', 'a', 10],
      ['cas', 'b', 8, 2],
      ['delete', 'b'],
    ],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['mark', 'm'],
      ['scan', 'm', false, 2],
      ['scanAt', 's'],
    ],
  ],
  TWO_LISTS,
);

for (const row of LEFTOVERS) scenario(...row);

// ---- the guide ----------------------------------------------------------------------------------

/** Keys enough for an upper level: the second, the fourth and the eighth write make guides. */
const keyed = (...keys: string[]): Program => keys.map((key, i): OpCall => ['set', key, 30 + i]);
const reads = (...keys: string[]): Program => keys.map((key): OpCall => ['get', key]);

scenario(
  'in front of a guide',
  [
    [['set', 'm', 1]],
    [
      ['set', 'b', 2],
      ['set', 'c', 3],
      ['get', 'b'],
    ],
  ],
  keyed('n', 'h', 'k', 'f', 'e', 'p', 'd'),
);
scenario(
  'guided',
  [
    [
      ['set', 'j', 1],
      ['mark', 'g'],
      ['many', 'g', ['a', 'b', 'd']],
    ],
    [pair, ...reads('e', 'j', 'b')],
  ],
  keyed('h', 'e', 'n', 'k', 'f', 'p'),
);
scenario(
  'guide, equal windows',
  [
    [['set', LONG_B, 1], ...reads(LONG_A)],
    [['insert', LONG_A, 2], ...reads(LONG_B)],
  ],
  keyed('c', LONG_A, 'd', 'e', LONG_B, 'b', 'f'),
);
scenario(
  'guide, a crowd between two entries',
  [
    [
      ['set', 'm3', 1],
      ['get', 'm8'],
    ],
    [
      ['set', 'm7', 2],
      ['get', 'm3'],
    ],
  ],
  keyed('c', 'h', 't', 'z', 'm1', 'm2', 'm4', 'm5', 'm6'),
);

// ---- limits and memory --------------------------------------------------------------------------

for (const row of LIMITS) scenario(...row);

// What stands last in its shard has no value: behind it there is nothing to read.
scenario(
  'scan to the last node',
  [
    [
      ['mark', 'f'],
      ['scan', 'f', false, 8],
      ['mark', 'r'],
      ['scan', 'r', true, 8],
    ],
    [['delete', 'c']],
  ],
  [
    ['set', 'a', 1],
    ['delete', 'b'],
  ],
);

// As above, and shown: only a frozen list's scan gives tombstones out.
scenario(
  'a tombstone is the last node',
  [[['seal'], ['frozen', 1]], [['delete', 'c']]],
  [
    ['set', 'a', 1],
    ['delete', 'b'],
  ],
);

// A scan that goes on at the node where it ended, if its list is still there.
const ONE_BY_ONE: Program = [
  ['mark', 'f'],
  ['scan', 'f', false, 1],
];
const THREE_BEFORE: Program = [
  ['set', 'a', 1],
  ['set', 'b', 2],
  ['set', 'c', 3],
];
scenario('scan one by one, clear', [ONE_BY_ONE, [['clear'], ['sweep']]], THREE_BEFORE);
scenario(
  'scan one by one, seal, destroy',
  [ONE_BY_ONE, [['seal'], ['destroy', 1], ['sweep']]],
  THREE_BEFORE,
);
scenario(
  'scan one by one, writes',
  [
    ONE_BY_ONE,
    [
      ['set', 'b', 4],
      ['set', 'bb', 5],
      ['delete', 'c'],
    ],
  ],
  THREE_BEFORE,
);

for (const row of [...VERSIONS, ...STACKS, ...DELETED_RUNS, ...FILTERS]) scenario(...row);

// What the scratch has no room for stays pinned from call to call.
const LARGE_BEFORE: Program = [
  ['set', 'a', LARGE],
  ['set', LONG_A, LARGE + 1],
];
const SEALED_DESTROYED: Program = [['seal'], ['destroy', 1], ['sweep']];
scenario(
  'scan in pieces, seal, destroy',
  [
    [
      ['mark', 'p'],
      ['piecewise', 'p', false],
    ],
    SEALED_DESTROYED,
  ],
  LARGE_BEFORE,
);
scenario(
  'scan in pieces in reverse, writes',
  [
    [
      ['mark', 'p'],
      ['piecewise', 'p', true],
    ],
    [
      ['set', 'a', LARGE + 2],
      ['delete', LONG_A],
    ],
  ],
  LARGE_BEFORE,
);
scenario('get in pieces, seal, destroy', [[['get', 'a']], SEALED_DESTROYED], LARGE_BEFORE);
scenario('goi in pieces, seal, destroy', [[['goi', 'a', 5]], SEALED_DESTROYED], LARGE_BEFORE);
scenario('get in pieces, clear', [[['get', 'a']], [['clear'], ['sweep']]], LARGE_BEFORE);
scenario('get in pieces, end', [[['get', 'a']], [['end'], ['sweep']]], LARGE_BEFORE);

// ---- three threads ------------------------------------------------------------------------------

long('three writers', [
  [
    ['set', 'a', 1],
    ['delete', 'b'],
    ['set', 'c', 3],
  ],
  [
    ['insert', 'b', 4],
    ['set', 'a', 5],
  ],
  [
    ['get', 'a'],
    ['get', 'b'],
    ['get', 'a'],
  ],
]);
long('writer, batch, snapshot', [
  [
    ['set', 'a', 1],
    ['set', 'b', 2],
  ],
  [
    [
      'batch',
      [
        ['set', 'a', 3],
        ['set', 'b', 4],
      ],
    ],
  ],
  [
    ['snap', 's'],
    ['getAt', 's', 'a'],
    ['get', 'b'],
    ['scanAt', 's'],
  ],
]);
long(
  'two batches, snapshot',
  [
    [
      [
        'batch',
        [
          ['set', 'a', 1],
          ['set', 'b', 2],
        ],
      ],
    ],
    [
      [
        'batch',
        [
          ['set', 'a', 3],
          ['insert', 'b', 4],
          ['delete', 'c'],
        ],
      ],
    ],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['get', 'a'],
      ['scanAt', 's', true],
    ],
  ],
  [['set', 'c', 9]],
);
long('writers, seal', [
  [
    ['set', 'a', 1],
    ['set', 'b', 2],
  ],
  [
    ['set', 'b', 3],
    ['delete', 'a'],
  ],
  [['seal'], ['frozen', 1], ['frozen', 1], ['destroy', 1]],
]);
long('batch, seal, snapshot', [
  [
    [
      'batch',
      [
        ['set', 'a', 1],
        ['set', 'b', 2],
      ],
    ],
  ],
  [['seal'], ['get', 'a'], ['get', 'b']],
  [
    ['snap', 's'],
    ['scanAt', 's'],
    ['get', 'b'],
    ['scanAt', 's'],
  ],
]);
long('inserts, seal', [
  [['insert', 'a', 1]],
  [
    ['insert', 'a', 2],
    ['get', 'a'],
  ],
  [['seal'], ['insert', 'a', 3]],
]);
long(
  'scans of two lists',
  [
    [
      ['mark', 'x'],
      ['scan', 'x', false, 2],
      ['mark', 'y'],
      ['scan', 'y', true, 2],
    ],
    [
      ['set', 'b', 1],
      ['delete', 'a'],
      ['set', 'c', 2],
    ],
    [['seal'], ['set', 'd', 4], ['destroy', 1]],
  ],
  [
    ['set', 'a', 8],
    ['set', 'c', 9],
  ],
);
long(
  'snapshot, seal, seal, destroy',
  [
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['scanAt', 's'],
    ],
    [['set', 'a', 1], ['seal'], ['set', 'a', 2], ['destroy', 1]],
    [['seal'], ['destroy', 2], ['lists']],
  ],
  [
    ['set', 'a', 9],
    ['set', 'b', 8],
  ],
);
