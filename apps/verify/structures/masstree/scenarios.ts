// Which short programs run against each other, and how each is explored.

import type { OpCall, Plan } from '../../src/structure.ts';
import { die, dieTwice, quickly, refuse, twice } from '../common.ts';
import { LARGE } from '../map/calls.ts';
import { FAR } from '../map/kinds.ts';
import { collect, MAP_FULL, type Program } from '../map/scenarios.ts';
import { HISTORIES } from './histories.ts';
import { MEETINGS, many } from './loads.ts';
import {
  D,
  FULL,
  gets,
  L,
  LONG_A,
  LONG_B,
  LONG_FORK,
  one,
  PAIR,
  REVERSE,
  S,
  SCAN,
  SHAPES,
  type Shape,
  SNAPSHOT,
} from './shapes.ts';

interface Setting {
  pages: number;
  /** Each thread has written before, and has free blocks. */
  warm?: boolean;
}

export const plan = { quick: quickly([2_000, 1_500, 500], 100), full: MAP_FULL };

const { settings, scenarios, scenario, long } = collect<Setting>({ pages: 40 });

export { scenarios, settings };

/** The same with other tags, so that two threads can have it. */
function again(program: Program, tag: string): Program {
  return program.map(([op, first, ...rest]): OpCall => {
    const tagged = ['mark', 'scan', 'count', 'snap', 'scanAt', 'getAt', 'drop'].includes(op);
    return tagged
      ? [op, `${first}${tag}`, ...rest]
      : first === undefined
        ? [op]
        : [op, first, ...rest];
  });
}

const reads = new Set(['get', 'scan', 'reverse', 'count', 'size']);

// ---- one leaf -----------------------------------------------------------------------------------

/** Each operation once, on a leaf with two inline values, a record between them, one slot free. */
const OPS: Record<string, Program> = {
  insert: [['insert', 'b', 1]],
  same: [['set', 'a', 4]],
  kind: [['set', 'a', 8]],
  record: [['set', 'c', LARGE + 5]],
  remove: [['delete', 'a']],
  take: [['take', 'c']],
  swap: [['swap', 'c', 9]],
  goi: [['goi', 'c', 3]],
  cas: [['cas', 'a', 7, 10]],
  get: [
    ['get', 'c'],
    ['get', 'a'],
  ],
  scan: [
    ['mark', 'f'],
    ['scan', 'f', false, 2],
  ],
  snapshot: [
    ['snap', 's'],
    ['scanAt', 's'],
    ['getAt', 's', 'c'],
    ['drop', 's'],
  ],
};
const A: Program = [['set', 'a', 7]];
const LEAF: Program = [
  ['set', 'a', 7],
  ['set', 'c', LARGE],
  ['set', 'e', 9],
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

// ---- changes of the shape -----------------------------------------------------------------------

function shaped({ name, before, change, others }: Shape): void {
  for (const [what, other] of Object.entries(others)) {
    scenario(`${name}: ${what}`, [change, again(other, '2')], before);
  }
  const kept = again([['snap', 's']], '0');
  scenario(
    `${name}: change, old snapshot`,
    [change, [['getAt', 's0', 'a']]],
    [...before, ...kept],
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
for (const shape of SHAPES) shaped(shape);

// ---- snapshots ----------------------------------------------------------------------------------

const SNAPPED: Program = [...LEAF, ['snap', 'o']];
const ENDS: Program = [
  ['mark', 'end'],
  ['scan', 'end', false, 2],
];
const OLD: Program = [['scanAt', 'o'], ...ENDS];
scenario('insert, snapshot alone', [[['insert', 'b', 1]], [['snap', 's']]], A);
scenario('old snapshot: set, drop', [[['drop', 'o']], [['set', 'a', 4]]], SNAPPED);
scenario(
  'old snapshot: sets, a new one',
  [
    [
      ['snap', 'n'],
      ['scanAt', 'n'],
      ['drop', 'o'],
      ['scanAt', 'n'],
    ],
    [
      ['set', 'a', 4],
      ['set', 'a', 10],
    ],
  ],
  SNAPPED,
);
scenario(
  'old snapshot: set, set',
  [[['set', 'a', 4]], [['set', 'e', 12]]],
  SNAPPED,
  {},
  {
    observe: OLD,
  },
);
scenario(
  'old snapshot: records',
  [
    [
      ['set', 'c', LARGE + 1],
      ['take', 'c'],
    ],
    [['set', 'c', LARGE + 2]],
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
      ['insert', 'b', 1],
    ],
  ],
  LEAF,
);
scenario(
  'a snapshot opens, another one closes',
  [
    [['drop', 'o']],
    [
      ['snap', 's'],
      ['scanAt', 's'],
    ],
    [['set', 'a', 4]],
  ],
  SNAPPED,
);
scenario(
  'snapshot in pieces, set',
  [
    [
      ['snap', 's'],
      ['getAt', 's', 'c'],
      ['scanAt', 's'],
    ],
    [
      ['set', 'c', LARGE + 1],
      ['set', 'c', LARGE + 2],
    ],
  ],
  LEAF,
);

// ---- all at once, many at once ------------------------------------------------------------------

for (const { name, threads, before, observe } of MEETINGS)
  scenario(name, threads, before, {}, observe === undefined ? {} : { observe });

// ---- little room for what comes out ------------------------------------------------------------

/** One entry a time has room, whatever its value. */
const NARROW = 64;
const narrow = (reverse: boolean): Program => [
  ['mark', 'w'],
  ['scan', 'w', reverse, 2, NARROW],
];
const COUNTED: Program = [
  ['mark', 'n'],
  ['count', 'n', true],
];
const RECORDED: Program = [...FULL.slice(0, 2), ['set', 'e', LARGE], ['set', 'g', LARGE]];
scenario('little room, scan, split', [narrow(false), [['insert', 'd', 1]]], RECORDED);
scenario('little room, reverse, record', [narrow(true), [['set', 'g', LARGE + 1]]], RECORDED);
scenario('little room, scan, remove', [narrow(false), [['delete', 'e']]], RECORDED);
/** Keys that are longer than what the kernel has room for: WIDER. */
const WIDE: Program = [
  ['set', LONG_A, LARGE],
  ['set', 'z', 7],
];
const OTHERS: Record<string, Program> = {
  layer: [['insert', LONG_B, 1]],
  remove: [['delete', LONG_A]],
};
for (const [name, other] of Object.entries(OTHERS)) {
  scenario(`long keys, scan, ${name}`, [SCAN, other], WIDE);
  scenario(`long keys, reverse, ${name}`, [narrow(true), other], WIDE);
  scenario(`long keys, count, ${name}`, [COUNTED, other], WIDE);
}
const WIDE_LAYER: Program = [...WIDE, ['set', LONG_B, 8]];
scenario(
  'long keys, scan, layer goes',
  [
    SCAN,
    [
      ['delete', LONG_A],
      ['delete', LONG_B],
    ],
  ],
  WIDE_LAYER,
);
scenario('long keys, reverse, fork', [narrow(true), [['insert', LONG_FORK, 1]]], WIDE_LAYER);
scenario('long keys, snapshot, set', [SNAPSHOT, [['set', LONG_B, 10]]], WIDE_LAYER);

// ---- critical pairs ----------------------------------------------------------------------------

/** By three switches, all of them: short programs, an operation each. */
const THRICE: Plan = { strategy: 'dfs', preemptions: 3 };
const CRITICAL: Plan[] = [THRICE, die, dieTwice, refuse];
const ONE_SCAN: Program = [
  ['mark', 'f'],
  ['scan', 'f', false, 9],
];
const SNAP: Program = [['snap', 's']];
const EMPTIES: Program = [...A, ['set', 'c', 7], ['delete', 'c']];
const TWO_LEAVES: Program = [...PAIR, ['delete', 'g'], ['delete', 'c']];
const LAST_OF_LAYER: Program = [...'ab']
  .map((end): OpCall => ['set', L + end, 7])
  .concat([['delete', `${L}a`]]);
const pairs: [name: string, first: Program, second: Program, before: Program][] = [
  ['split, get', one('insert', 'd', 1), gets('g'), FULL],
  ['split, scan', one('insert', 'd', 1), ONE_SCAN, FULL],
  ['split, same', one('insert', 'd', 1), one('set', 'e', 4), FULL],
  ['split, snapshot', one('insert', 'd', 1), SNAP, FULL],
  ['split, remove', one('insert', 'd', 1), one('delete', 'c'), FULL],
  ['remove, insert', one('delete', 'a'), one('insert', 'b', 2), EMPTIES],
  ['remove, insert of the same key', one('delete', 'a'), one('insert', 'a', 2), EMPTIES],
  ['layer goes, get', one('delete', `${L}b`), gets(`${L}b`), LAST_OF_LAYER],
  ['layer goes, insert', one('delete', `${L}b`), one('insert', `${L}c`, 2), LAST_OF_LAYER],
  ['layer, get', one('insert', `${L}b`, 1), gets(`${L}a`), [['set', `${L}a`, 7]]],
  ['leaf goes, its neighbour is written', one('delete', 'a'), one('set', 'e', 8), TWO_LEAVES],
  ['leaf goes, its neighbour is emptied', one('delete', 'a'), one('delete', 'e'), TWO_LEAVES],
  ['first leaf, first leaf', one('insert', 'b', 1), one('insert', 'c', 2), []],
];
const UPDATES: Record<string, OpCall> = {
  insert: ['insert', 'b', 1],
  same: ['set', 'a', 4],
  kind: ['set', 'a', 8],
  record: ['set', 'c', LARGE + 5],
  remove: ['delete', 'e'],
  take: ['take', 'c'],
  cas: ['cas', 'a', 7, 10],
  'first leaf': ['insert', 'b', 1],
};
for (const [name, update] of Object.entries(UPDATES))
  pairs.push([`snapshot, ${name}`, SNAP, [update], name === 'first leaf' ? [] : LEAF]);
for (const [name, first, second, before] of pairs) {
  const observe: Program = first === SNAP || second === SNAP ? [['scanAt', 's'], ...ENDS] : ENDS;
  scenario(`critical: ${name}`, [first, second], before, {}, { full: CRITICAL, observe });
}

// ---- what went wrong elsewhere ------------------------------------------------------------------

for (const { name, threads, before } of HISTORIES) scenario(`history: ${name}`, threads, before);

// ---- memory that comes back ---------------------------------------------------------------------

/** Each needs a slot: of four, so that the leaf is made anew again and again. */
const CHURN: Program = [8, 7, 9, 10, 11, 12].map((value): OpCall => ['set', 'a', value]);
const RECORDS: Program = [1, 2, 3].map((n): OpCall => ['set', 'c', LARGE + n]);
scenario(
  'churn, get',
  [
    CHURN,
    [
      ['get', 'a'],
      ['get', 'c'],
    ],
  ],
  LEAF,
);
scenario('churn, scan', [CHURN, SCAN], LEAF);
scenario('churn, insert', [CHURN, [['insert', 'b', 1]]], LEAF);
scenario(
  'records, get',
  [
    RECORDS,
    [
      ['get', 'c'],
      ['get', 'c'],
    ],
  ],
  LEAF,
);
scenario(
  'records, scan in pieces',
  [
    RECORDS,
    [
      ['mark', 'p'],
      ['piecewise', 'p', false],
    ],
  ],
  LEAF,
);
scenario('records, swap', [RECORDS, [['swap', 'c', LARGE + 9]]], LEAF);
scenario(
  'far, get',
  [
    [
      ['set', 'c', FAR + 1],
      ['set', 'c', FAR + 2],
    ],
    [['get', 'c']],
  ],
  [['set', 'c', FAR]],
);
scenario('far, take', [[['set', 'c', FAR + 1]], [['take', 'c']]], [['set', 'c', FAR]]);
scenario(
  'far, snapshot',
  [
    [
      ['set', 'c', FAR + 1],
      ['delete', 'c'],
    ],
    SNAPSHOT,
  ],
  [['set', 'c', FAR]],
);
scenario('far, far', [[['insert', 'd', FAR + 1]], [['set', 'c', FAR + 2]]], [['set', 'c', FAR]]);
scenario('far in a layer', [[['insert', `${L}b`, 1]], [['get', `${L}a`]]], [['set', `${L}a`, FAR]]);
scenario('records, goi', [RECORDS, [['goi', 'c', 5]]], LEAF);
scenario(
  'records, take and insert',
  [
    RECORDS,
    [
      ['take', 'c'],
      ['insert', 'c', LARGE],
    ],
  ],
  LEAF,
);
scenario(
  'layer comes and goes, get',
  [
    [
      ['insert', `${L}b`, 1],
      ['delete', `${L}a`],
      ['delete', `${L}b`],
      ['insert', `${L}c`, 2],
    ],
    [['get', `${L}a`]],
  ],
  [['set', `${L}a`, 7]],
);
scenario(
  'layer comes and goes, scan',
  [
    [
      ['insert', `${L}b`, 1],
      ['delete', `${L}a`],
      ['delete', `${L}b`],
      ['insert', `${L}c`, 2],
    ],
    REVERSE,
  ],
  [['set', `${L}a`, 7]],
);

scenario(
  'a leaf goes, its neighbour grows, scan',
  [
    [
      ['mark', 'f'],
      ['scan', 'f', false, 9],
    ],
    [
      ['delete', 'e'],
      ['insert', 'f', 1],
    ],
  ],
  [...FULL, ['set', 'd', 1], ['delete', 'd'], ['delete', 'g']],
);
/** A leaf with slots of two kinds, none of which counts when the next one comes. */
scenario(
  'dead kinds, get',
  [
    [['delete', 'a']],
    [
      ['insert', 'b', 1],
      ['get', 'b'],
      ['get', 'a'],
    ],
  ],
  [
    ['set', 'a', 7],
    ['set', 'b', 8],
    ['set', 'c', 9],
    ['delete', 'b'],
    ['delete', 'c'],
  ],
);
scenario(
  'merge, fill',
  [
    [['delete', 'c']],
    [
      ['insert', 'f', 1],
      ['insert', 'g', 2],
      ['insert', 'h', 3],
    ],
  ],
  [...FULL, ['set', 'd', 1], ['delete', 'd'], ['delete', 'g']],
);

/**
 * A reader has begun; then somebody makes what is younger than its pin, and somebody else takes it
 * out again and frees it.
 */
const LATE: Program = [['tick'], ['set', 'c', LARGE + 1]];
const GOES: Program = [['set', 'c', LARGE + 2], ['quit']];
const READERS: Record<string, Program> = {
  get: [['get', 'c']],
  goi: [['goi', 'c', 5]],
  scan: SCAN,
  many: many(['a', 'c']),
  swap: [['swap', 'c', 5]],
};
const late = (name: string, threads: readonly Program[], before: Program): void =>
  scenario(`late ${name}`, threads, before, { warm: true });
for (const [name, reader] of Object.entries(READERS))
  late(`record, ${name}`, [reader, LATE, GOES], [['set', 'c', LARGE]]);
late(
  'head, get',
  [[['get', `${S}a`]], [['tick'], ['insert', `${S}b`, 1]], [['insert', `${D}a`, 2], ['quit']]],
  [['set', `${S}a`, 7]],
);
late(
  'leaf, get',
  [[['get', 'a']], [['tick'], ['set', 'a', 7]], [['set', 'a', 8], ['quit']]],
  [
    ['set', 'a', 7],
    ['set', 'a', 8],
  ],
);
late(
  'neighbour, merge',
  [[['delete', 'c']], [['tick'], ['set', 'e', 8]], [['set', 'e', 7], ['quit']]],
  [
    ...FULL,
    ['set', 'd', 1],
    ...[8, 7, 8, 7].map((value): OpCall => ['set', 'e', value]),
    ['delete', 'd'],
    ['delete', 'g'],
  ],
);
late(
  'cut',
  [
    [['cut', 'a', 'z']],
    [['tick'], ['insert', `${L}b`, 1]],
    [['delete', `${L}b`], ['delete', `${L}a`], ['quit']],
  ],
  [
    ['set', 'a', 7],
    ['set', `${L}a`, 7],
  ],
);
late(
  'copy, set',
  [[['set', 'a', 4]], [['tick']], [['insert', 'f', 2], ['quit']]],
  [...FULL, ['snap', 'o']],
);
scenario(
  'dead kinds, late get',
  [
    [['get', 'g']],
    [
      ['delete', 'e'],
      ['insert', 'f', 1],
      ['insert', 'h', 2],
    ],
    [['delete', 'g']],
  ],
  [...FULL, ['set', 'g', LARGE], ['set', 'd', 1]],
);

// ---- other writes -------------------------------------------------------------------------------

scenario('replace, delete', [[['replace', 'a', 4]], [['delete', 'a']]], LEAF);
scenario('discard, set', [[['discard', 'a', 7]], [['set', 'a', 4]]], LEAF);
scenario('discard, discard', [[['discard', 'c', LARGE]], [['discard', 'c', LARGE]]], LEAF);
scenario('insert, insert, same key', [[['insert', 'b', 1]], [['insert', 'b', 2]]], LEAF);
scenario('goi, goi, new', [[['goi', 'b', LARGE]], [['goi', 'b', LARGE + 1]]], LEAF);
scenario('size, writes', [[['size']], [['insert', 'b', 1]], [['delete', 'b']]], LEAF);

// ---- coming and going ---------------------------------------------------------------------------

scenario('quit, set', [[['set', 'a', 4], ['quit'], ['set', 'a', 8]], [['set', 'c', 1]]], LEAF);
scenario('quit with a snapshot, set', [[['quit'], ['set', 'e', 1]], [['set', 'a', 4]]], SNAPPED);
/** Nothing can be asked of a map that is gone. */
const GONE: Record<string, [Program, Program]> = {
  'set, end': [[['set', 'a', 8]], [['end']]],
  'split, end': [[['insert', 'd', 8]], [['end']]],
  'get, end': [
    [
      ['get', 'c'],
      ['get', 'a'],
    ],
    [['end'], ['sweep']],
  ],
  'scan, end': [SCAN, [['end'], ['sweep']]],
  'snapshot, end': [SNAPSHOT, [['end'], ['sweep']]],
};
for (const [name, threads] of Object.entries(GONE))
  scenario(name, threads, FULL, {}, { observe: [] });
scenario(
  'insert in the slot of the dead, insert',
  [[['insert', 'b', 1]], [['heir'], ['insert', 'd', 2]]],
  LEAF,
  {},
  // No plan that refuses: `heir` may be refused its slot, and then all it calls is.
  { full: [twice, die, dieTwice] },
);
scenario(
  'maintain, maintain',
  [[['maintain', 9]], [['maintain', 9]]],
  [...FULL, ['set', 'd', 1], ['set', `${L}a`, 1], ['set', `${L}b`, 1]],
);

scenario(
  'delete and trim, delete and trim',
  [
    [['delete', 'b'], ['trim']],
    [['delete', 'd'], ['trim']],
  ],
  [
    ['set', 'b', LARGE],
    ['set', 'd', LARGE],
  ],
);
scenario(
  'delete and trim, get',
  [[['delete', 'b'], ['trim']], [['get', 'b']]],
  [['set', 'b', LARGE]],
);

/** A sparse leaf that is all of its layer, under a sparse leaf: there is nothing to merge. */
scenario(
  'maintain in a layer, insert',
  [[['maintain', 9]], [['insert', `${L}d`, 1]]],
  [...'abc']
    .flatMap((end): OpCall[] => [['set', L + end, 7]])
    .concat([
      ['delete', `${L}b`],
      ['delete', `${L}c`],
    ]),
);

// ---- three --------------------------------------------------------------------------------------

scenario('three inserts', [[['insert', 'b', 1]], [['insert', 'd', 2]], [['insert', 'f', 3]]], LEAF);
scenario('split, insert, get', [[['insert', 'd', 1]], [['insert', 'b', 2]], [['get', 'g']]], FULL);
scenario('split, split, scan', [[['insert', 'd', 1]], [['insert', 'h', 2]], SCAN], FULL);
scenario(
  'merge, insert, scan',
  [[['delete', 'c']], [['insert', 'f', 2]], SCAN],
  [...FULL, ['set', 'd', 1], ['delete', 'd'], ['delete', 'g']],
);
scenario(
  'layer goes, insert, get',
  [[['delete', `${L}b`]], [['insert', `${L}c`, 2]], [['get', `${L}b`]]],
  [
    ['set', `${L}a`, 7],
    ['set', `${L}b`, 7],
    ['delete', `${L}a`],
  ],
);
scenario(
  'fork, layer goes, insert',
  [[['insert', `${D}a`, 1]], [['delete', `${S}a`]], [['insert', `${S}c`, 2]]],
  [
    ['set', `${S}a`, 7],
    ['set', `${S}b`, 7],
    ['delete', `${S}b`],
  ],
);
scenario('snapshot, split, remove', [SNAPSHOT, [['insert', 'd', 1]], [['delete', 'a']]], FULL);

// ---- full arenas, long programs -----------------------------------------------------------------

for (const pages of [14, 16]) {
  scenario(
    `a full arena of ${pages} pages`,
    [
      [
        ['insert', 'd', 1],
        ['set', 'a', LARGE],
        ['delete', 'c'],
      ],
      [
        ['insert', 'h', 2],
        ['insert', `${L}b`, 3],
      ],
    ],
    [],
    { pages },
    { may: ['full'] },
  );
}
long(
  'random keys',
  [
    [
      ['set', 'a', 1],
      ['set', 'f', 2],
      ['delete', 'c'],
      ['set', `${L}b`, 3],
      ['delete', `${L}a`],
    ],
    [
      ['set', 'd', LARGE],
      ['delete', 'e'],
      ['snap', 's'],
      ['delete', 'g'],
      ['scanAt', 's'],
      ['drop', 's'],
      ['delete', `${L}b`],
    ],
    [
      ['mark', 'f'],
      ['scan', 'f', false, 2],
      ['set', 'b', 5],
      ['get', 'd'],
      ['take', 'a'],
      ['mark', 'r'],
      ['scan', 'r', true, 2],
    ],
  ],
  [...FULL, ['set', `${L}a`, 7]],
);
