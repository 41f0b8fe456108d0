// Which short programs run against each other, and how each is explored.

import { die, dieTwice, quickly, twice } from '../common.ts';
import { LARGE } from '../map/calls.ts';
import { FAR } from '../map/kinds.ts';
import { collect, MAP_FULL, type Program, WITHOUT_MEMORY } from '../map/scenarios.ts';

interface Setting {
  pages: number;
  /** Most entries; 0: no bound but one of bytes that is never reached. */
  entries: number;
}

export const plan = { quick: quickly([2_000, 1_500, 500], 100), full: MAP_FULL };

/** Of programs in which a thread leaves: refused its slot, it could call nothing more. */
const STAYS = {
  quick: plan.quick.filter(({ failures }) => !failures),
  full: [twice, die, dieTwice],
};

const { settings, scenarios, scenario, long } = collect<Setting>({ pages: 40, entries: 0 });

export { scenarios, settings };

/** `a`, `b`, `c` in one slot of the array, `i` in the other. */
const SOME: Program = [
  ['set', 'a', 7],
  ['set', 'i', 9],
];

// ---- fills --------------------------------------------------------------------------------------

const FILL: Program = [
  ['fill', 'a', 'x'],
  ['endFill', 'a', 'x', 4],
];
const OTHER: Program = [
  ['fill', 'a', 'y'],
  ['endFill', 'a', 'y', 5],
];
const ENDS: Record<string, Program> = {
  fill: OTHER,
  'fill in vain': [
    ['fill', 'a', 'y'],
    ['cancel', 'a', 'y'],
  ],
  get: [
    ['get', 'a'],
    ['get', 'a'],
  ],
  set: [['set', 'a', 8]],
  delete: [['delete', 'a']],
  void: [['void']],
  'void, fill': [['void'], ...OTHER],
  purge: [['purge']],
  heir: [['heir'], ['fill', 'a', 'y']],
};
for (const [name, program] of Object.entries(ENDS)) {
  const own = name === 'heir' ? STAYS : {};
  scenario(`fill, ${name}`, [FILL, program], [], {}, own);
  scenario(
    `refresh, ${name}`,
    [
      [
        ['refresh', 'a', 'x'],
        ['endFill', 'a', 'x', 4],
      ],
      program,
    ],
    SOME,
    {},
    own,
  );
}
scenario(
  'refresh that is given up, get',
  [
    [
      ['refresh', 'a', 'x'],
      ['cancel', 'a', 'x'],
    ],
    [
      ['get', 'a'],
      ['get', 'a'],
    ],
  ],
  SOME,
);
scenario('fill of what was, void, set', [FILL, [['void']], [['set', 'a', 8]]]);
scenario('two fills of one thread', [
  [
    ['fill', 'a', 'x'],
    ['fill', 'a', 'z'],
    ['endFill', 'a', 'x', 4],
  ],
  [['delete', 'a']],
]);
scenario('a large fill, get', [
  [
    ['fill', 'a', 'x'],
    ['endFill', 'a', 'x', LARGE],
  ],
  [['get', 'a'], ['void'], ['get', 'a']],
]);

// ---- what expires -------------------------------------------------------------------------------

const SHORT: Program = [
  ['time', 10],
  ['set', 'a', 7, 5],
  ['set', 'i', 9],
];
scenario('expiry, get', [[['time', 15]], [['get', 'a']]], SHORT);
scenario('expiry, purge, get', [[['time', 20]], [['purge']], [['get', 'a']]], SHORT);
scenario(
  'without memory: two of a leaf go',
  [[['purge']], [['get', 'a']]],
  [
    ['set', 'a', 7, 5],
    ['set', 'b', 8, 5],
    ['time', 20],
  ],
  {},
  WITHOUT_MEMORY,
);
scenario(
  'without memory: three of one hash go',
  [[['purge']], [['get', 'a']]],
  [
    ['set', 'a', 7, 5],
    ['set', 'q', 8, 5],
    ['set', 'Q', 9, 5],
    ['time', 20],
  ],
  {},
  WITHOUT_MEMORY,
);
scenario('expiry, set, get', [[['time', 20]], [['set', 'a', 3]], [['get', 'a']]], SHORT);
scenario(
  'clocks',
  [
    [['time', 15]],
    [
      ['time', 12],
      ['get', 'a'],
    ],
  ],
  SHORT,
);
scenario('expired, fill', [FILL, [['get', 'a'], ['purge']]], [...SHORT, ['time', 20]]);
scenario('expired, set', [[['set', 'a', 3]], [['purge'], ['get', 'a']]], [...SHORT, ['time', 20]]);

scenario(
  'delete, delete',
  [
    [['delete', 'a']],
    [
      ['delete', 'a'],
      ['get', 'a'],
    ],
  ],
  SOME,
);

// ---- bounds -------------------------------------------------------------------------------------

const FULL: Program = [
  ['forgets'],
  ['set', 'a', 1],
  ['set', 'b', 2],
  ['set', 'i', 3],
  ['get', 'a'],
];
const BOUND: Partial<Setting> = { entries: 3 };
const ADDS: Program = [
  ['set', 'j', 5],
  ['get', 'j'],
];
const BESIDE: Record<string, Program> = {
  set: [['set', 'k', 6]],
  'set of the same': [['set', 'j', 6]],
  get: [
    ['get', 'a'],
    ['get', 'i'],
  ],
  delete: [['delete', 'b']],
  replace: [['set', 'b', 8]],
  fill: [
    ['fill', 'd', 'y'],
    ['endFill', 'd', 'y', 6],
  ],
  refresh: [
    ['refresh', 'b', 'y'],
    ['endFill', 'b', 'y', 6],
  ],
  void: [['void'], ['get', 'a']],
  room: [['room']],
  relief: [['relief']],
  'delete and fill': [
    ['delete', 'b'],
    ['fill', 'b', 'y'],
    ['endFill', 'b', 'y', 6],
  ],
};
for (const [name, program] of Object.entries(BESIDE)) {
  scenario(`full, ${name}`, [ADDS, program], FULL, BOUND);
}
scenario(
  'without memory: relief',
  [[['relief', true]], [['get', 'a']]],
  [...FULL.slice(0, 3), ['set', 'c', 3]],
  {},
  WITHOUT_MEMORY,
);
scenario('three adders', [[['set', 'j', 5]], [['set', 'k', 6]], [['set', 'c', 4]]], FULL, BOUND);
scenario(
  'the only entry',
  [
    [['set', 'a', 4]],
    [
      ['set', 'b', 5],
      ['get', 'b'],
    ],
  ],
  [['forgets'], ['set', 'i', 1]],
  {
    entries: 1,
  },
);
scenario(
  'evict large, get',
  [
    [['set', 'j', LARGE + 5]],
    [
      ['get', 'a'],
      ['get', 'b'],
    ],
  ],
  [['forgets'], ['set', 'a', LARGE + 1], ['set', 'b', LARGE + 2], ['set', 'i', FAR + 3]],
  BOUND,
);

// ---- memory, ends -------------------------------------------------------------------------------

scenario(
  'a full arena',
  [
    [
      ['set', 'c', FAR + 1],
      ['fill', 'd', 'x'],
    ],
    [
      ['set', 'a', FAR + 2],
      ['delete', 'i'],
    ],
  ],
  SOME,
  { pages: 7 },
  { may: ['full', 'limit'] },
);
scenario('fill, the cache ends', [FILL, [['end']]]);
scenario(
  'set, quit, set',
  [[['set', 'a', 4], ['heir'], ['set', 'b', 5]], [['set', 'a', 6]]],
  FULL,
  BOUND,
  STAYS,
);

long(
  'adders, a purge, a void',
  [
    [
      ['set', 'j', 5],
      ['fill', 'c', 'x'],
      ['endFill', 'c', 'x', 6],
    ],
    [['set', 'k', 6], ['void'], ['set', 'b', 7]],
    [['purge'], ['get', 'a'], ['set', 'd', 8]],
  ],
  FULL,
  BOUND,
);
