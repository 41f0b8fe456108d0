// Which short programs run against each other, and how each is explored.

import type { OpCall, Plan } from '../../src/structure.ts';
import { die, dieTwice, quickly, twice } from '../common.ts';
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
import { OWN } from './own.ts';
import { BEFORE, built, FILLS, FOURTH, KILLS, MOVE, type Setting } from './programs.ts';

export const plan = { quick: quickly([6_000, 4_000, 2_000], 200), full: MAP_FULL };
/** Every allocation of a build, of a compaction, fails once. */
const REFUSED: Plan[] = [
  { strategy: 'dfs', preemptions: 0, failures: true },
  { strategy: 'dfs', preemptions: 0, kills: 1, failures: true, limit: 4_000 },
];

const { settings, scenarios, scenario, long } = collect<Setting>({
  pages: 30,
  most: 4,
  warm: true,
});

export { scenarios, settings };

// ---- all pairs of public operations -------------------------------------------------------------

/** Each public operation, on keys where it meets the others; `w` the thread, `v` its values. */
const OPS: Record<string, (w: number, v: number) => Program> = {
  set: (w, v) => [
    ['set', w, `s${w}`, 'b', v + 1],
    ['outcome', `s${w}`],
  ],
  insert: (w, v) => [
    ['insert', w, `i${w}`, 'e', v + 2],
    ['outcome', `i${w}`],
  ],
  delete: (w) => [['delete', w, `x${w}`, 'b']],
  compare: (w, v) => [
    ['compare', w, `c${w}`, 'b', v + 3, 22],
    ['outcome', `c${w}`],
  ],
  build: (w) => [
    ['ask', `b${w}`],
    ['build', `b${w}`, 5],
  ],
  compact: () => [['compact']],
  move: () => [
    ['move', 1],
    ['move', 1],
  ],
  get: () => [
    ['get', 'b'],
    ['get', 'd'],
  ],
  own: (w, v) => [
    ['set', w, `o${w}`, 'd', v + 4],
    ['own', w, 'd'],
    ['get', 'b'],
  ],
  many: () => [['many', ['a', 'b', 'd']]],
  scan: () => [
    ['scan', false],
    ['rank', 'c'],
  ],
  snapshot: (w) => [
    ['snap', `t${w}`],
    ['scanAt', `t${w}`],
    ['scanAt', `t${w}`, true],
  ],
  flush: (w) => [
    ['mark', `m${w}`],
    ['covers', `m${w}`],
  ],
};

const names = Object.keys(OPS);
for (let i = 0; i < names.length; i++) {
  for (let j = i; j < names.length; j++) {
    const [x, y] = [names[i]!, names[j]!];
    scenario(`${x}, ${y}`, [OPS[x]!(0, 100), OPS[y]!(1, 200)], BEFORE);
  }
}

// ---- the order of operations --------------------------------------------------------------------

scenario('the last one wins', [
  [
    ['set', 0, 'x', 'a', 1],
    ['set', 0, 'y', 'a', 2],
    ['outcome', 'x'],
  ],
  built('b', ['set', 1, 'z', 'a', 3]),
]);
scenario('an append behind another', [
  [
    ['set', 0, 'x', 'a', 1],
    ['get', 'a'],
  ],
  [
    ['set', 1, 'y', 'a', 2],
    ['ask', 'b'],
    ['build', 'b', 1],
    ['get', 'a'],
    ['build', 'c', 5],
  ],
]);
scenario('three appends, build', [
  [['set', 0, 'x', 'a', 1]],
  [['insert', 1, 'y', 'a', 2]],
  [
    ['ask', 'b'],
    ['build', 'b', 2],
    ['get', 'a'],
  ],
]);
scenario('insert, delete, insert of one key', [
  [
    ['insert', 0, 'x', 'a', 1],
    ['delete', 0, 'y', 'a'],
  ],
  [
    ['insert', 1, 'z', 'a', 2],
    ['ask', 'b'],
    ['build', 'b', 5],
    ['outcome', 'z'],
  ],
]);
scenario(
  'compare, compare and build',
  [
    [['compare', 0, 'x', 'a', 2, 1]],
    [
      ['compare', 1, 'y', 'a', 3, 1],
      ['ask', 'b'],
      ['build', 'b', 5],
      ['outcome', 'y'],
    ],
  ],
  built('p', ['set', 0, 'p', 'a', 1]),
);
scenario('compare with absence', [
  [
    ['compare', 0, 'x', 'a', 2, null],
    ['compare', 0, 'y', 'a', null, 2],
  ],
  [
    ['compare', 1, 'z', 'a', 3, null],
    ['ask', 'b'],
    ['build', 'b', 5],
    ['outcome', 'z'],
  ],
]);
scenario('long keys', [
  [
    ['set', 0, 'x', LONG_A, 1],
    ['get', LONG_B],
  ],
  built('b', ['set', 1, 'y', LONG_B, 2], ['delete', 1, 'z', LONG_A]),
]);

// ---- builders -----------------------------------------------------------------------------------

scenario('two builders', [
  built('b', ['set', 0, 'x', 'a', 1]),
  built('c', ['set', 1, 'y', 'a', 2]),
]);
scenario('a builder is succeeded', [
  built('b', ['set', 0, 'x', 'a', 1], ['set', 0, 'y', 'b', 2]),
  [
    ['ask', 'c'],
    ['build', 'c', 5],
    ['get', 'a'],
    ['outcome', 'x'],
  ],
]);
scenario('a compaction is succeeded', [
  [...built('b', ['set', 0, 'x', 'a', 1]), ['compact']],
  [['ask', 'c'], ['build', 'c', 5], ['compact'], ['get', 'a']],
]);
scenario(
  'compact, build, get',
  [
    [['compact']],
    built('b', ['set', 1, 'x', 'a', 1]),
    [
      ['get', 'a'],
      ['get', 'b'],
    ],
  ],
  BEFORE,
);
scenario(
  'compact twice, snapshot',
  [
    [['compact'], ['compact']],
    [
      ['snap', 's'],
      ['scanAt', 's'],
      ['drop', 's'],
      ['scan', true],
    ],
  ],
  BEFORE,
);
scenario(
  'get, compact, compact',
  [[['get', 'b']], [['snap', 's'], ['drop', 's'], ['compact']], [['compact']]],
  BEFORE,
  {},
  { quick: [{ ...twice, limit: 4_000 }], full: MAP_FULL },
);
long(
  'a slow reader does not stop compaction',
  [
    [['compact'], ['compact'], ['compact']],
    [
      ['snap', 's'],
      ['set', 1, 'x', 'a', 1],
      ['build', 'b', 5],
      ['scanAt', 's'],
      ['get', 'a'],
    ],
  ],
  BEFORE,
);

long(
  'writer, builder, reader, reclaimer',
  [
    [
      ['set', 0, 'x', 'a', 1],
      ['delete', 0, 'y', 'b'],
      ['outcome', 'x'],
    ],
    [['ask', 'b'], ['build', 'b', 5], ['compact'], ['build', 'c', 5]],
    [
      ['snap', 's'],
      ['get', 'a'],
      ['scan', false],
      ['scanAt', 's'],
      ['drop', 's'],
      ['get', 'b'],
    ],
    [['sweep'], ['sweep'], ['compact'], ['sweep']],
  ],
  BEFORE,
);

// ---- stretches ----------------------------------------------------------------------------------

scenario(
  'stretches, builds',
  [
    [MOVE, MOVE, MOVE, MOVE],
    [
      ...built('b', ['set', 1, 'x', 'a', 1], ['set', 1, 'y', 'c', 2]),
      ['get', 'a'],
      ['scan', false],
      ...built('c', ['delete', 1, 'z', 'b']),
    ],
  ],
  BEFORE,
);
scenario(
  'a stretch is succeeded',
  [
    [...built('b', ['set', 0, 'x', 'a', 1]), MOVE],
    [['ask', 'c'], ['build', 'c', 5], MOVE, ['get', 'a']],
  ],
  [...BEFORE, MOVE],
);
scenario(
  'stretches, snapshot',
  [
    [MOVE, MOVE, MOVE, MOVE, ['sweep']],
    [['snap', 's'], ['scanAt', 's'], ['scan', true], ['drop', 's'], ['sweep']],
  ],
  BEFORE,
);
scenario(
  'stretches, compact, get',
  [
    [MOVE, ['compact'], MOVE],
    [MOVE, ['get', 'b'], ['scan', false]],
  ],
  BEFORE,
);
scenario(
  'stretches, end',
  [
    [MOVE, MOVE, ['get', 'b']],
    [['end'], ['sweep']],
  ],
  BEFORE,
);
long(
  'a slow reader does not stop stretches',
  [
    [MOVE, ['move', 1000], MOVE, ['sweep']],
    [
      ['snap', 's'],
      ['set', 1, 'x', 'a', 1],
      ['build', 'b', 5],
      ['scanAt', 's'],
      ['get', 'a'],
    ],
  ],
  BEFORE,
);

// ---- queues -------------------------------------------------------------------------------------

scenario('first appends', [[['set', 0, 'x', 'a', 1]], [['set', 1, 'y', 'b', 2]]], [], {
  warm: false,
});
// The last slot's thread is new: whoever builds may have seen fewer queues than there are.
scenario(
  'a new writer in the last slot',
  [
    built('b', ['get', 'a']),
    [
      ['set', 1, 'x', 'a', 2],
      ['get', 'a'],
    ],
    [['set', 2, 'y', 'a', 1]],
  ],
  [],
  { cold: 2 },
);
scenario(
  'a full queue',
  [
    [
      ['set', 0, 'x', 'a', 1],
      ['set', 0, 'y', 'a', 2],
      ['own', 0, 'a'],
    ],
    [
      ['ask', 'b'],
      ['build', 'b', 1],
      ['get', 'a'],
    ],
  ],
  [['set', 0, 'p', 'a', 9]],
  { most: 2 },
  FILLS,
);
/** Keys of which two fill the chunk of a half. */
const wide = (i: number): string => `${'k'.repeat(390)}${i}`;
const WIDE = [0, 1, 2, 3, 4, 5];
scenario(
  'halves of a queue take turns',
  [
    [
      ['set', 0, 'x', wide(4), 5],
      ['set', 0, 'y', wide(5), 6],
      ['own', 0, wide(4)],
    ],
    [
      ['build', 'b', 1],
      ['ask', 'c'],
      ['build', 'c', 5],
      ['get', wide(1)],
    ],
  ],
  WIDE.slice(0, 4).map((i): OpCall => ['set', 0, `p${i}`, wide(i), i + 1]),
  { pages: 40 },
  {
    ...FILLS,
    observe: [['ask', 'e'], ['build', 'e', 5], ...WIDE.map((i): OpCall => ['get', wide(i)])],
  },
);
/** Another thread goes on with the queue of a slot whose thread has died. */
const HEIR: Program = [
  ['heir'],
  ['set', 9, 'h1', 'a', 31],
  ['insert', 9, 'h2', 'e', 32],
  ...built('end', ['set', 9, 'h3', 'f', 33]),
  ['outcome', 'h2'],
  ['scan', false],
];
scenario(
  'a new queue is inherited',
  [[['set', 0, 'x', 'a', 1]], [['get', 'a']]],
  [],
  { warm: false },
  { observe: HEIR, ...KILLS },
);
scenario(
  'a queue is inherited',
  [
    [
      ['set', 0, 'x', 'a', 1],
      ['set', 0, 'y', 'b', 2],
    ],
    [
      ['ask', 'b'],
      ['build', 'b', 5],
    ],
  ],
  [],
  {},
  { ...FILLS, observe: HEIR, ...KILLS },
);
scenario(
  'a ring grows',
  [
    [
      ['set', 0, 'x', 'a', 4],
      ['set', 0, 'y', 'b', 5],
      ['own', 0, 'a'],
    ],
    [
      ['ask', 'b'],
      ['build', 'b', 5],
      ['get', 'a'],
      ['outcome', 'p2'],
    ],
  ],
  FOURTH,
  { most: 16 },
  // Full: where it could not grow, four may wait until it comes round.
  { may: [...FILLS.may, 'full'], observe: [['outcome', 'p3'], ...HEIR], ...KILLS },
);
scenario(
  'keys that begin alike',
  [
    [
      ['get', ALIKE_A],
      ['get', ALIKE_B],
      ['get', ALIKE_C],
      ['rank', ALIKE_C],
      ['rank', ALIKE_D],
    ],
    built('b', ['delete', 1, 'x', ALIKE_B]),
  ],
  // ALIKE_A at the root, ALIKE_C to the right of it, ALIKE_B to the left of that.
  [
    ...built(
      'p',
      ...['0', '1', '2', ALIKE_A, ALIKE_B, ALIKE_C, ALIKE_D].map(
        (key, i): OpCall => ['set', 0, `p${i}`, key, i],
      ),
    ),
    ['ask', 'q'],
    ['build', 'q', 5],
    ['compact'],
  ],
  { most: 16 },
);

for (const row of OWN) scenario(...row);
// What the dead had taken for slots, and nobody knows of, is given back first.
for (const [what, before, own] of [
  ['a new queue', [], { warm: false }],
  ['a ring that grows', FOURTH, { most: 16 }],
] as const) {
  scenario(
    `${what} is inherited meanwhile`,
    [[['set', 0, 'x', 'a', 4]], [['heir'], ['set', 9, 'y', 'b', 5], ['get', 'a']]],
    before,
    own,
    // No plan that refuses: `heir` may be refused its slot, and then all it calls is.
    { ...FILLS, quick: KILLS.quick, full: [twice, die, dieTwice] },
  );
}
/** At 4 there is no room to grow, and less may wait; at 8 there is. */
scenario(
  'a ring goes round, and grows',
  [
    [
      ...[4, 5, 6].map((i): OpCall => ['set', 0, `x${i}`, 'a', i]),
      ...built('a', ['insert', 0, 'y', 'd', 7], ['delete', 0, 'z', 'b']),
      ...[1, 2].map((i): OpCall => ['set', 0, `u${i}`, 'e', i]),
      ['outcome', 'z'],
      ...built('c', ['set', 0, 'v', 'f', 10]),
      ['outcome', 'u2'],
    ],
    [
      ['build', 'b', 1],
      ['get', 'a'],
    ],
  ],
  FOURTH,
  { most: 16 },
  {
    may: ['full'],
    quick: [
      { strategy: 'dfs', preemptions: 0, failures: true },
      { ...die, limit: 1_000 },
    ],
    full: MAP_FULL,
  },
);
scenario(
  'turning halves are inherited',
  [
    [
      ['set', 0, 'x', wide(4), 5],
      ['set', 0, 'y', wide(5), 6],
    ],
    [['build', 'b', 1]],
  ],
  [...WIDE.slice(0, 4).map((i): OpCall => ['set', 0, `p${i}`, wide(i), i + 1]), ['build', 'p', 3]],
  { pages: 40 },
  {
    ...KILLS,
    observe: [
      ['heir'],
      ['build', 'e1', 5],
      ['set', 9, 'h1', wide(1), 31],
      ['set', 9, 'h2', wide(2), 32],
      ...built('e2', ['set', 9, 'h3', wide(3), 33]),
      ...WIDE.map((i): OpCall => ['get', wide(i)]),
    ],
  },
);
long(
  'outcomes are kept, and forgotten',
  [
    [
      ...built('a', ['set', 0, 'x', 'a', 1], ['set', 0, 'y', 'a', 2]),
      ['outcome', 'x', true],
      ...built('b', ['insert', 0, 'z', 'a', 3]),
      ['outcome', 'x', true],
      ['outcome', 'z'],
    ],
    [
      ['ask', 'd'],
      ['build', 'd', 1],
      ['outcome', 'x', true],
    ],
  ],
  [],
  { most: 1 },
  FILLS,
);

// ---- destruction --------------------------------------------------------------------------------

scenario(
  'append, end',
  [
    [
      ['set', 0, 'x', 'a', 1],
      ['get', 'a'],
    ],
    [['end']],
  ],
  BEFORE,
);
scenario('build, end', [built('b', ['set', 0, 'x', 'a', 1]), [['end']]], BEFORE);
scenario('compact, end', [[['compact'], ['get', 'b']], [['end']]], BEFORE);
long(
  'compact, end, sweep',
  [[['compact']], [['snap', 's'], ['drop', 's'], ['end'], ['sweep']]],
  BEFORE,
);
scenario(
  'get, end',
  [
    [
      ['scan', false],
      ['get', 'b'],
    ],
    [['end']],
  ],
  BEFORE,
);

// What the scratch has no room for stays pinned from call to call.
const LARGE_BEFORE = built('p', ['set', 0, 'p1', 'b', LARGE], ['set', 0, 'p2', LONG_A, LARGE + 1]);
scenario('get in pieces, end', [[['get', 'b']], [['end'], ['sweep']]], LARGE_BEFORE);
scenario('first in pieces, end', [[['first', false]], [['end'], ['sweep']]], LARGE_BEFORE);
scenario(
  'own in pieces, build',
  [
    [
      ['set', 0, 's', 'b', LARGE + 2],
      ['own', 0, 'b'],
    ],
    [['ask', 'b'], ['build', 'b', 5], ['compact'], ['sweep']],
  ],
  LARGE_BEFORE,
);
scenario(
  'last in pieces, compact',
  [[['first', true]], [['compact'], ...built('b', ['delete', 1, 'd', 'b']), ['compact']]],
  LARGE_BEFORE,
);
scenario(
  'an older pin: get in pieces twice, end',
  [
    [['get', 'b'], ['get', LONG_A], ['unpin']],
    [['end'], ['sweep']],
  ],
  LARGE_BEFORE,
  { older: true },
);

// The map is destroyed while somebody uses it whose older pin does not know of it.
for (const [name, calls] of Object.entries({
  set: [['set', 0, 's', 'a', 1]],
  build: built('b', ['set', 0, 's', 'a', 1]),
  get: [['get', 'b']],
} satisfies Record<string, Program>)) {
  // Nothing is prepared: the first call must not find its pin raised already.
  scenario(
    `an older pin: ${name}, end`,
    [
      [...calls, ['unpin']],
      [['end'], ['sweep']],
    ],
    [],
    {
      older: true,
    },
  );
}

// ---- memory -------------------------------------------------------------------------------------

/** An append and a build of it, with a rebuild where there is no room. */
const applied = (op: OpCall): Program => [op, ['apply', op[2], 5]];
/** Wide entries, one after the other, until they are refused; then they are written over. */
const FILL: Program = [
  ...Array.from({ length: 12 }, (_, i) => applied(['set', 0, `f${i}`, wide(i), i])),
  ...Array.from({ length: 24 }, (_, i) => applied(['set', 0, `o${i}`, wide(i % 3), i + 50])),
].flat();
/** Written over again, with no stretch but those for which there is no other room. */
const OVER: Program = Array.from({ length: 12 }, (_, i) =>
  applied(['set', 0, `u${i}`, wide(i % 3), i + 90]),
).flat();
/** A key whose delete fills the chunk of a half alone. */
const wider = (i: number): string => `${'k'.repeat(480)}${i}`;
/** All of them removed, one by one, then there is room as before. */
const EMPTY: Program = [
  ...Array.from(
    { length: 17 },
    (_, i): Program => [
      ['remove', 9, `e${i}`, wide(i)],
      ['apply', `e${i}`, 5, true],
    ],
  ).flat(),
  ['ask', 'z'],
  ['apply', 'z', 5, true],
  ['scan', false],
];
const FULL: Plan[] = [
  { strategy: 'dfs', preemptions: 0, kills: 1, limit: 400 },
  { strategy: 'dfs', preemptions: 1, limit: 300 },
  { strategy: 'pct', runs: 100, depth: 3, kills: 1 },
];
const FULL_ALL: Plan[] = [
  { strategy: 'dfs', preemptions: 0, kills: 1 },
  { strategy: 'dfs', preemptions: 1 },
  { strategy: 'dfs', preemptions: 0, failures: true },
  { strategy: 'pct', runs: 3_000, depth: 4, kills: 2 },
];
const FILLED = {
  ...{ quick: FULL, full: FULL_ALL, observe: EMPTY },
  may: ['full', 'limit', 'queue full'],
};
for (const [what, own] of Object.entries({
  'a full arena': {},
  'a full budget': { pages: 40, budget: 6 },
} satisfies Record<string, Partial<Setting>>)) {
  scenario(
    `${what}: deletes, growth`,
    [
      [
        ['delete', 0, 'x', wide(1)],
        ['set', 0, 'y', wide(0), 70],
        ['apply', 'a', 5],
        ['set', 0, 'z', wide(15), 71],
        ['apply', 'b', 5],
      ],
      [
        ['insert', 1, 'u', wide(16), 72],
        ['delete', 1, 'v', wide(2)],
        ['apply', 'c', 5],
        ['get', wide(3)],
      ],
    ],
    FILL,
    { pages: 28, warm: 'all', ...own },
    FILLED,
  );
}
for (const [what, own] of Object.entries({
  'a full arena': {},
  'a full budget': { pages: 40, budget: 6 },
} satisfies Record<string, Partial<Setting>>)) {
  scenario(
    `${what}: stretches`,
    [
      [
        ['delete', 0, 'x', wide(1)],
        MOVE,
        ['apply', 'a', 5],
        ['set', 0, 'z', wide(0), 71],
        ['apply', 'b', 5],
        MOVE,
      ],
      [MOVE, ['delete', 1, 'v', wide(2)], ['apply', 'c', 5], MOVE, ['get', wide(3)]],
    ],
    [...FILL, MOVE],
    { pages: 28, warm: 'all', ...own },
    FILLED,
  );
  scenario(
    `${what}: stretches, written over`,
    [
      [
        ['delete', 0, 'x', wide(1)],
        ['apply', 'a', 5],
        ['scan', false],
      ],
      [['apply', 'c', 5], MOVE],
    ],
    [...FILL, MOVE, ...OVER],
    { pages: 28, warm: 'all', ...own },
    FILLED,
  );
}
scenario(
  'a full arena: a new writer',
  [
    [
      ['delete', 0, 'x', wide(1)],
      ['apply', 'a', 5],
    ],
    [
      ['delete', 1, 'y', wide(2)],
      ['apply', 'b', 5],
    ],
  ],
  FILL,
  { pages: 22, warm: 'all', cold: 1 },
  FILLED,
);
scenario(
  'a full arena: many deletes wait',
  [
    Array.from({ length: 24 }, (_, i): OpCall => ['delete', 0, `x${i}`, wider(i)]),
    [['apply', 'a', 5]],
  ],
  FILL,
  { pages: 28, most: 24, warm: 'all' },
  {
    ...FILLED,
    observe: [
      ...Array.from({ length: 6 }, (_, i): OpCall => ['apply', `y${i}`, 5, true]),
      ...EMPTY,
    ],
  },
);

const GROWN: Program = [
  ...built('p', ['set', 0, 'p1', 'b', 1], ['set', 0, 'p2', 'd', 2], ['set', 0, 'p3', 'f', 3]),
  ...built('q', ['set', 0, 'p4', 'h', 4], ['set', 0, 'p5', 'j', 5]),
];
scenario(
  'a union is refused',
  [
    built('a', ['set', 0, 'x', 'c', 6], ['delete', 0, 'y', 'd'], ['set', 0, 'z', 'k', 7]),
    [
      ['get', 'd'],
      ['scan', false],
    ],
  ],
  GROWN,
  {},
  { quick: REFUSED, full: MAP_FULL },
);
scenario(
  'a compaction is refused',
  [[['compact'], ['scan', false]], built('a', ['set', 1, 'x', 'c', 6])],
  GROWN,
  {},
  { quick: REFUSED, full: MAP_FULL },
);
scenario(
  'a stretch is refused',
  [
    [MOVE, ['move', 200], ['scan', false]],
    [...built('a', ['set', 1, 'x', 'c', 6]), MOVE],
  ],
  [...GROWN, MOVE],
  {},
  { quick: REFUSED, full: MAP_FULL },
);
scenario(
  'rotations between stretches',
  [
    [
      ...built('a', ['delete', 0, 'x', 'b'], ['delete', 0, 'y', 'd'], ['set', 0, 'z', 'l', 6]),
      MOVE,
      ...built('b', ['set', 0, 'u', 'm', 7], ['set', 0, 'v', 'n', 8], ['delete', 0, 'w', 'f']),
      MOVE,
      ['scan', true],
    ],
    [MOVE, ['scan', false], MOVE, ['rank', 'm']],
  ],
  [...GROWN, MOVE],
  {},
  { ...FILLS, quick: [{ ...die, limit: 1_500 }], full: MAP_FULL },
);
/** Rotations: ascending keys, then removals from one side. */
scenario(
  'rotations',
  [
    [
      ...built('a', ['delete', 0, 'x', 'b'], ['delete', 0, 'y', 'd'], ['set', 0, 'z', 'l', 6]),
      ...built('b', ['set', 0, 'u', 'm', 7], ['set', 0, 'v', 'n', 8], ['delete', 0, 'w', 'f']),
      ['scan', true],
    ],
    [
      ['scan', false],
      ['rank', 'm'],
      ['scan', false],
    ],
  ],
  GROWN,
  {},
  { ...FILLS, quick: [{ ...die, limit: 1_500 }], full: MAP_FULL },
);
scenario(
  'a double rotation',
  [
    built('a', ['set', 0, 'x', 'b', 3]),
    [
      ['scan', false],
      ['rank', 'c'],
    ],
  ],
  [...built('p', ['set', 0, 'p', 'c', 1]), ...built('q', ['set', 0, 'q', 'a', 2])],
);
