// Which short programs run against each other, and how each is explored.

import type { OpCall } from '../../src/structure.ts';
import { quickly } from '../common.ts';
import { LARGE } from '../map/calls.ts';
import { FAR } from '../map/kinds.ts';
import { collect, MAP_FULL, type Program, WITHOUT_MEMORY } from '../map/scenarios.ts';

interface Setting {
  pages: number;
}

export const plan = { quick: quickly([2_000, 1_500, 500], 100), full: MAP_FULL };

const { settings, scenarios, scenario, long } = collect<Setting>({ pages: 40 });

export { scenarios, settings };

const TAGGED = ['mark', 'many', 'scan', 'snap', 'scanAt', 'getAt', 'sizeAt', 'drop'];

/** The same with other tags, so that two threads can have it. */
function again(program: Program, tag: string): Program {
  return program.map(([op, first, ...rest]): OpCall => {
    if (first === undefined) return [op];
    return TAGGED.includes(op) ? [op, `${first}${tag}`, ...rest] : [op, first, ...rest];
  });
}

// ---- one slot -----------------------------------------------------------------------------------

const SNAP: Program = [
  ['snap', 's'],
  ['scanAt', 's'],
  ['getAt', 's', 'a'],
  ['drop', 's'],
];
const SCAN: Program = [
  ['mark', 'f'],
  ['scan', 'f', false, 2],
];

const MANY: Program = [
  ['mark', 'm'],
  ['many', 'm', ['b', 'i', 'c', 'a']],
];

/** Each operation once, on a leaf that is full: `a` inline, `b` a record; `i` in the other slot. */
const OPS: Record<string, Program> = {
  insert: [['insert', 'c', 1]],
  set: [['set', 'a', 4]],
  record: [['set', 'b', LARGE + 5]],
  remove: [['delete', 'a']],
  take: [['take', 'b']],
  swap: [['swap', 'b', 9]],
  goi: [['goi', 'd', 3]],
  cas: [['cas', 'a', 7, 10]],
  elsewhere: [['set', 'i', 5]],
  get: [
    ['get', 'b'],
    ['get', 'a'],
  ],
  many: MANY,
  scan: SCAN,
  size: [['size']],
  snapshot: SNAP,
};
const reads = new Set(['get', 'many', 'scan', 'size']);
const LEAF: Program = [
  ['set', 'a', 7],
  ['set', 'b', LARGE],
  ['set', 'i', 9],
];

const names = Object.keys(OPS);
for (const [i, x] of names.entries()) {
  for (const y of names.slice(i)) {
    if (reads.has(x) && reads.has(y)) continue;
    const second = again(OPS[y]!, '2').map((call): OpCall => {
      const [op, key, value, next] = call;
      if (op === 'insert') return ['insert', 'd', 11];
      if (op === 'cas') return ['cas', key!, value!, (next as number) + 3];
      return typeof value === 'number' && op !== 'scan' ? [op, key!, value + 30] : call;
    });
    scenario(`${x}, ${y}`, [OPS[x]!, second], LEAF);
  }
}

// ---- memory that comes back ---------------------------------------------------------------------

scenario(
  'take and trim, take and trim',
  [
    [['take', 'b'], ['trim']],
    [['take', 'd'], ['trim']],
  ],
  [
    ['set', 'b', LARGE],
    ['set', 'd', LARGE],
  ],
);
scenario('take and trim, get', [[['take', 'b'], ['trim']], [['get', 'b']]], LEAF);
scenario('insert, trim', [[['insert', 'c', 1]], [['trim']]], LEAF);

// ---- changes of the shape -----------------------------------------------------------------------

/** A leaf each, or what is empty. */
const CLEAR: Program = [['clear'], ['clear'], ['clear']];
/** Programs that change a trie's shape, after others. */
const SHAPES: Record<string, { before: Program; change: Program }> = {
  'the first of all': { before: [], change: [['insert', 'a', 1]] },
  'the last of a slot': { before: [['set', 'a', 7]], change: [['delete', 'a']] },
  divide: { before: LEAF, change: [['insert', 'e', 1]] },
  'a node below': {
    before: [...LEAF, ['set', 'c', 3]],
    change: [['insert', 'aa', 1]],
  },
  'equal hashes': {
    before: [
      ['set', 'a', 7],
      ['set', 'q', 8],
    ],
    change: [
      ['insert', 'Q', 9],
      ['delete', 'a'],
    ],
  },
  join: {
    before: [...LEAF, ['set', 'f', 3], ['set', 'e', 2], ['delete', 'b']],
    change: [
      ['delete', 'e'],
      ['delete', 'f'],
    ],
  },
  'all of two slots': { before: LEAF, change: CLEAR },
  'all below a node': {
    before: [...LEAF, ['set', 'c', 3], ['set', 'e', 2], ['set', 'b', FAR + 3]],
    change: CLEAR,
  },
  'a far value': { before: LEAF, change: [['set', 'b', FAR + 3]] },
  'a far value goes': {
    before: [...LEAF, ['set', 'b', FAR + 3]],
    change: [['delete', 'b']],
  },
  'a long key': { before: LEAF, change: [['insert', 'a-key-longer-than-16', 5]] },
};
const OTHERS: Record<string, Program> = {
  get: [
    ['get', 'a'],
    ['get', 'b'],
  ],
  set: [['set', 'a', 4]],
  insert: [['insert', 'd', 12]],
  remove: [['delete', 'a']],
  scan: SCAN,
  snapshot: SNAP,
};
for (const [name, { before, change }] of Object.entries(SHAPES)) {
  scenario(`${name}: change`, [change, change], before);
  for (const [what, other] of Object.entries(OTHERS)) {
    scenario(`${name}: ${what}`, [change, other], before);
  }
  scenario(
    `${name}: old snapshot`,
    [
      change,
      [
        ['getAt', 's0', 'a'],
        ['sizeAt', 's0'],
      ],
    ],
    [...before, ['snap', 's0']],
    {},
    {
      observe: [
        ['scanAt', 's0'],
        ['mark', 'end'],
        ['scan', 'end', false, 2],
      ],
    },
  );
}

// ---- snapshots ----------------------------------------------------------------------------------

const SNAPPED: Program = [...LEAF, ['snap', 'o']];
const OLD: Program = [
  ['scanAt', 'o'],
  ['mark', 'end'],
  ['scan', 'end', false, 2],
];
scenario('insert, snapshot alone', [[['insert', 'c', 1]], [['snap', 's']]], [['set', 'a', 7]]);
scenario('old snapshot: set alone', [[['set', 'a', 4]]], SNAPPED);
scenario('old snapshot: set, drop', [[['drop', 'o']], [['set', 'a', 4]]], SNAPPED);
scenario(
  'old snapshot: set, set',
  [[['set', 'a', 4]], [['set', 'i', 12]]],
  SNAPPED,
  {},
  { observe: OLD },
);
scenario(
  'old snapshot: set, get',
  [
    [['set', 'a', 4]],
    [
      ['get', 'a'],
      ['getAt', 'o', 'a'],
    ],
  ],
  SNAPPED,
  {},
  { observe: OLD },
);
scenario(
  'old snapshot: another one, set',
  [
    [['set', 'a', 4]],
    [
      ['snap', 'n'],
      ['set', 'i', 12],
    ],
  ],
  SNAPPED,
  {},
  { observe: OLD },
);
scenario(
  'two snapshots, set',
  [
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['drop', 's'],
    ],
    [
      ['snap', 't'],
      ['drop', 't'],
    ],
    [
      ['set', 'a', 4],
      ['insert', 'c', 1],
    ],
  ],
  LEAF,
);
scenario(
  'a snapshot and two writes of one slot',
  [
    [
      ['snap', 's'],
      ['scanAt', 's'],
    ],
    [['set', 'a', 4]],
    [['set', 'a', 10]],
  ],
  LEAF,
);
scenario(
  'a read between a snapshot and a late write',
  [
    [['set', 'a', 4]],
    [
      ['snap', 's'],
      ['get', 'a'],
      ['getAt', 's', 'a'],
    ],
  ],
  LEAF,
);
scenario(
  'a snapshot between a write and a read',
  [
    [['set', 'a', 4]],
    [
      ['snap', 's'],
      ['get', 'a'],
      ['getAt', 's', 'a'],
    ],
    [['get', 'a']],
  ],
  LEAF,
);
scenario(
  'snapshot in pieces, set',
  [
    [
      ['snap', 's'],
      ['getAt', 's', 'b'],
      ['scanAt', 's'],
    ],
    [
      ['set', 'b', LARGE + 1],
      ['set', 'b', LARGE + 2],
    ],
  ],
  LEAF,
);
scenario(
  'writes go on while snapshots are taken',
  [
    [
      ['snap', 's'],
      ['sizeAt', 's'],
      ['drop', 's'],
      ['snap', 's'],
    ],
    [
      ['delete', 'a'],
      ['insert', 'c', 3],
      ['set', 'i', 2],
    ],
  ],
  LEAF,
);

const FEW_LEFT: Partial<Setting> = { pages: 7 };

// ---- differences --------------------------------------------------------------------------------

/** Taken one after another, with writes between them, then compared while others write. */
const COMPARED: Program = [
  ['diff', 's0', 's1'],
  ['diff', 's1', 's0'],
];
for (const [name, { before, change }] of Object.entries(SHAPES)) {
  const two: Program = [...before, ['snap', 's0'], ...change, ['snap', 's1']];
  scenario(`${name}: diff`, [COMPARED, [['set', 'a', 4]]], two);
}
scenario(
  'scan in small parts',
  [
    [
      ['mark', 'f'],
      ['scan', 'f', false, 1],
      ['mark', 'g'],
      ['scan', 'g', false, 3],
      ['mark', 'h'],
      ['piecewise', 'h'],
    ],
    [
      ['delete', 'e'],
      ['insert', 'aa', 1],
    ],
  ],
  [...LEAF, ['set', 'e', 2], ['set', 'f', 3], ['set', 'q', 4], ['set', 'Q', 5], ['set', '1', 6]],
);
scenario(
  'diff over many ranges',
  [[...COMPARED, ['diff', 's0', 's0']], [['insert', 'd', 1]]],
  [
    ...LEAF,
    ...[...'cefgjq'].map((key, i): OpCall => ['set', key, i]),
    ['set', 'aa', 5],
    ['set', 'Q', 1],
    ['set', '1', 2],
    ['snap', 's0'],
    ['set', 'c', 0],
    ['set', 'j', 4],
    ['delete', 'q'],
    ['set', '1', 4],
    ['set', 'ab', LARGE],
    ['snap', 's1'],
  ],
);

// ---- forks --------------------------------------------------------------------------------------

const FORKED: Program = [...LEAF, ['fork', 'f']];
const BOTH: Program = [
  ['scanIn', 'f'],
  ['mark', 'end'],
  ['scan', 'end', false, 2],
];
scenario(
  'fork alone',
  [
    [
      ['fork', 'f'],
      ['in', 'f', 'set', 'a', 4],
    ],
  ],
  LEAF,
  {},
  { observe: BOTH },
);
scenario(
  'fork, set',
  [
    [
      ['fork', 'f'],
      ['in', 'f', 'get', 'a'],
    ],
    [['set', 'a', 4]],
  ],
  LEAF,
  {},
  {
    observe: BOTH,
  },
);
scenario(
  'a fork comes and goes',
  [
    [
      ['fork', 'f'],
      ['endIn', 'f'],
    ],
  ],
  LEAF,
);
scenario(
  'both lines write',
  [
    [['in', 'f', 'set', 'a', 4]],
    [
      ['set', 'a', 10],
      ['get', 'b'],
    ],
  ],
  FORKED,
  {},
  { observe: BOTH },
);
scenario(
  'two write the fork',
  [
    [['in', 'f', 'set', 'b', LARGE + 4]],
    [
      ['in', 'f', 'delete', 'a'],
      ['in', 'f', 'get', 'b'],
    ],
  ],
  FORKED,
  {},
  { observe: BOTH },
);
scenario(
  'far values in both lines',
  [[['in', 'f', 'set', 'b', FAR + 4]], [['delete', 'b']]],
  [...LEAF, ['set', 'b', FAR + 3], ['fork', 'f']],
  {},
  { observe: BOTH },
);
scenario(
  'the elder line ends: get, set',
  [
    [
      ['in', 'f', 'get', 'b'],
      ['in', 'f', 'set', 'a', 4],
    ],
    [['set', 'b', 6], ['end']],
  ],
  FORKED,
  {},
  { observe: [['scanIn', 'f']] },
);
scenario(
  'the fork ends: get, set',
  [
    [['endIn', 'f'], ['set', 'b', 6], ['quit']],
    [
      ['in', 'f', 'get', 'b'],
      ['in', 'f', 'set', 'a', 4],
    ],
  ],
  [...FORKED, ['set', 'b', 9], ['set', 'a', 2]],
);
scenario(
  'a fork of a fork, whose elders end',
  [
    [
      ['forkOf', 'g', 'f'],
      ['endIn', 'f'],
      ['quit'],
      ['in', 'g', 'get', 'a'],
      ['in', 'g', 'set', 'b', 3],
    ],
    [['end']],
  ],
  [...FORKED, ['in', 'f', 'set', 'i', 4], ['set', 'a', 11]],
  {},
  { observe: [['scanIn', 'g']] },
);
scenario(
  'a fork of one that ends',
  [
    [
      ['fork', 'f'],
      ['in', 'f', 'get', 'a'],
    ],
    [['end']],
  ],
  LEAF,
  {},
  { observe: [['scanIn', 'f']] },
);
scenario(
  'a fork, in little memory',
  [
    [
      ['fork', 'f'],
      ['in', 'f', 'set', 'a', 4],
    ],
  ],
  LEAF,
  FEW_LEFT,
  {
    may: ['full', 'limit'],
  },
);

// ---- what a pin covers --------------------------------------------------------------------------

const GOES: Program = [['set', 'a', 13], ['quit']];
scenario('late blocks, get', [[['get', 'a']], [['tick'], ['set', 'a', 10]], GOES], LEAF);
scenario('late blocks, many', [MANY, [['tick'], ['set', 'a', 10]], GOES], LEAF);
scenario('late blocks, a write that is helped', [[['set', 'a', 10]], [['tick']], GOES], LEAF);

// ---- memory, ends -------------------------------------------------------------------------------

scenario(
  'a full arena',
  [
    [
      ['insert', 'c', 1],
      ['set', 'b', FAR + 1],
    ],
    [
      ['set', 'd', FAR + 2],
      ['delete', 'a'],
    ],
  ],
  LEAF,
  FEW_LEFT,
  { may: ['full', 'limit'] },
);
/** What is kept for them is there before anything is refused (assembly/kept.ts). */
const REMOVALS: Record<string, { before: Program; removes: string[] }> = {
  'two of a leaf': { before: LEAF, removes: ['a', 'b'] },
  'below a node': { before: [...LEAF, ['set', 'e', 2], ['set', 'f', 3]], removes: ['a'] },
  'after a snapshot': { before: [...LEAF, ['snap', 's0'], ['drop', 's0']], removes: ['a'] },
};
for (const [name, { before, removes }] of Object.entries(REMOVALS)) {
  const program = removes.map((key): OpCall => ['must', 'delete', key]);
  const read: Program = [
    ['get', 'b'],
    ['get', 'a'],
  ];
  scenario(`without memory: ${name}`, [program], before, {}, WITHOUT_MEMORY);
  scenario(`without memory: ${name}, get`, [program, read], before, {}, WITHOUT_MEMORY);
  // What is kept may be in the limbo of one that lost against the other one, which stands there.
  const both: Program[] = [removes.map((key): OpCall => ['delete', key]), [['delete', 'b']]];
  scenario(`without memory: ${name}, delete`, both, before, {}, WITHOUT_MEMORY);
}
// A leaf of the last level, of records, goes entry by entry.
const HEAVY: Program = [
  ...[...'aqQbcei'].map((key, i): OpCall => ['set', key, LARGE + i]),
  ['set', 'a', FAR + 3],
];
const CLEARED: Program = [['clearAll'], ['mark', 'c'], ['scan', 'c', false, 2]];
scenario('clear all', [CLEARED, [['tick'], ['trim']]], HEAVY);
scenario('clear all, old snapshot', [CLEARED, [['tick']]], [...HEAVY, ['snap', 's0']]);
scenario('without memory: clear', [CLEAR, [['get', 'a']]], LEAF, {}, WITHOUT_MEMORY);
scenario('set, the map ends', [[['set', 'a', 4]], [['end']], [['get', 'a']]], LEAF);
scenario(
  'leave and come back',
  [[['set', 'a', 4], ['heir'], ['set', 'a', 5]], [['set', 'b', 6]]],
  LEAF,
);

long(
  'three writers',
  [
    [
      ['set', 'a', 4],
      ['insert', 'e', 1],
      ['delete', 'b'],
    ],
    [
      ['insert', 'q', 2],
      ['set', 'a', 10],
      ['delete', 'e'],
    ],
    [
      ['insert', 'aa', 3],
      ['take', 'a'],
      ['insert', 'Q', 5],
    ],
  ],
  LEAF,
);
long(
  'writers, scan, snapshot',
  [
    [
      ['insert', 'e', 1],
      ['delete', 'a'],
      ['insert', 'f', 2],
    ],
    [...SCAN, ['snap', 's'], ['scanAt', 's'], ['sizeAt', 's']],
    [
      ['delete', 'b'],
      ['insert', 'd', 6],
      ['set', 'i', 3],
    ],
  ],
  LEAF,
);
