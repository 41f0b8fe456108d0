// What the checker runs on a domain, for each scheme.

import {
  EPOCH,
  ERAS,
  INTERVAL,
  POINTERS,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { OpCall, Plan, Scenario } from '../../src/structure.ts';
import { die, dieTwice, quickly, refuse, twice } from '../common.ts';

export const SCHEMES = ['interval', 'epoch', 'pointers', 'eras'];
/** Of each thread, in domains with hazards. */
export const HAZARDS = 2;

export interface Options {
  scheme: number;
  /** Only these. */
  schemes?: number[];
  /** Pages beside the tables and the threads' scratch. */
  pages: number;
  /** Thread 0 stalls and one other allocates: I5 is checked after each step. */
  stalled?: boolean;
  /** Worker 0 has the last slot. */
  reversed?: boolean;
  /** Worker 0 has been pinned since before the domain was made. */
  older?: boolean;
  /** First value of the clock and the epoch: the counters wrap their low half soon. */
  clock?: bigint;
}

export const settings = new Map<string, Options>();
// ---- scenarios ----------------------------------------------------------------------------------

export const quick: Plan[] = [
  { strategy: 'dfs', preemptions: 1 },
  ...quickly([6_000, 4_000, 2_000], 100),
];
export const full: Plan[] = [
  twice,
  die,
  dieTwice,
  refuse,
  { strategy: 'pct', runs: 20_000, depth: 4, kills: 2 },
];

export const scenarios: Scenario[] = [];

function scenario(
  title: string,
  threads: readonly (readonly OpCall[])[],
  own: Partial<Options> = {},
  more: Partial<Scenario> = {},
): void {
  for (const scheme of [INTERVAL, EPOCH, POINTERS, ERAS]) {
    if (own.schemes?.includes(scheme) === false) continue;
    const full = `${SCHEMES[scheme]}: ${title}`;
    settings.set(full, { pages: 6, ...own, scheme });
    scenarios.push({ name: full, threads, observe: [], ...more });
  }
}

const write = (...values: number[]): OpCall[] => values.map((value) => ['write', value]);

scenario('read, write', [[['read'], ['read']], write(1, 2, 3)]);
scenario('write, write', [write(1, 2, 3), write(4, 5)]);
scenario('read, write, collect', [[['read']], write(1, 2), [['collect'], ['collect']]]);
scenario('a reader pins while the era advances', [
  [['read'], ['idle'], ['read']],
  [...write(1), ['collect'], ...write(2), ['collect'], ['collect']],
]);
scenario(
  'pop, pop and push',
  [[['pop']], [['pop'], ['pop'], ['push', 7], ['collect']]],
  {},
  {
    prepare: [
      ['push', 1],
      ['push', 2],
    ],
  },
);
scenario('push, pop', [
  [
    ['push', 1],
    ['push', 2],
  ],
  [['pop'], ['pop']],
]);
scenario('leave with garbage, collect', [
  [...write(1), ['leave']],
  [...write(2), ['collect']],
]);
scenario('adoption racing with collect', [
  [...write(1, 2), ['leave']],
  [['collect'], ['collect']],
  [['read']],
]);
scenario(
  'two adopt',
  [[['idle']], [['collect']], [['collect']]],
  { schemes: [INTERVAL] },
  {
    prepare: [['lease'], ...write(1), ['leave'], ['idle'], ['unlease']],
  },
);
scenario('leave, enter', [
  [...write(1), ['leave'], ['enter'], ...write(2)],
  [['collect'], ...write(3)],
]);
scenario('one fills, one drains', [
  [
    ['push', 1],
    ['push', 2],
    ['push', 3],
    ['push', 4],
    ['push', 5],
    ['push', 6],
  ],
  [['pop'], ['pop'], ['pop'], ['pop'], ['idle'], ['collect']],
]);
scenario(
  'the depot',
  [
    [['pop'], ['pop'], ['pop'], ['pop'], ['pop'], ['idle'], ['collect'], ['push', 9]],
    [
      ['push', 7],
      ['push', 8],
    ],
  ],
  {},
  { prepare: [['push', 1], ['push', 2], ['push', 3], ['push', 4], ['push', 5], ['idle']] },
);
scenario(
  'the depot, taken back',
  [
    [['pop'], ['pop'], ['pop'], ['pop'], ['pop'], ['idle'], ['collect'], ['collect']],
    [['push', 7]],
  ],
  {},
  { prepare: [['push', 1], ['push', 2], ['push', 3], ['push', 4], ['push', 5], ['idle']] },
);
// Five blocks are a span: one comes with the fourth push, and goes when its blocks are free again.
const four: OpCall[] = [1, 2, 3, 4].map((value) => ['push', value]);
const popped: OpCall[] = [['pop'], ['idle'], ['collect']];
const more: OpCall[] = [5, 6, 7, 8, 9, 10].map((value) => ['push', value]);
scenario('a span goes', [[...popped, ['push', 9]], [['push', 7]]], {}, { prepare: four });
scenario(
  'a span goes, another one comes',
  [popped, [['push', 7], ['pop'], ['idle'], ['collect']]],
  {},
  { prepare: four },
);
scenario(
  'two spans go',
  [[...more.map((): OpCall => ['pop']), ...popped, ['push', 9]], [['read']]],
  { schemes: [INTERVAL, EPOCH] },
  { prepare: [...four, ...more, ['idle']] },
);
scenario(
  'a span that two have blocks of',
  [[['pop'], ...popped], popped],
  {},
  { prepare: [...four, ['push', 5]] },
);
// Blocks come back one by one, four spans of them. The fourth pop here ends a window of collects:
// the span goes of which no block was used, and what was used stays.
const each = (calls: readonly OpCall[]): OpCall[] => calls.flatMap((call) => [call, ['idle']]);
const twenty = Array.from({ length: 20 }, (_, i): OpCall => ['push', i + 1]);
scenario(
  'a window ends',
  [[...each([['pop'], ['pop'], ['pop'], ['pop']]), ['push', 9], ['push', 10]], [['read']]],
  { schemes: [EPOCH], pages: 9 },
  {
    prepare: [...twenty, ['idle'], ...each(Array.from({ length: 12 }, (): OpCall => ['pop']))],
  },
);
scenario('a lease in the era of a retirement', [[['hold']], [...write(1, 2), ['collect']]], {
  schemes: [INTERVAL, POINTERS, ERAS],
});
// Leases that are given to the domain: what was kept is found as it was, also when the giver died.
const leased: Partial<Options> = { schemes: [INTERVAL, POINTERS, ERAS] };
const found: Partial<Scenario> = {
  observe: [
    ['visit', true],
    ['visit', true],
  ],
};
scenario('a lease for others', [[['fork']], [...write(1, 2), ['collect']]], leased, found);
scenario(
  'a lease that outlives its taker',
  [
    [['fork'], ['leave']],
    [...write(1, 2), ['collect'], ['visit'], ['collect']],
  ],
  leased,
  found,
);
scenario('two leases for others', [[['fork']], [...write(1, 2), ['collect']]], leased, {
  ...found,
  prepare: [['fork']],
});
scenario(
  'refresh',
  [
    [['stall'], ['refresh'], ['stall'], ['look']],
    [...write(1, 2), ['collect']],
  ],
  { schemes: [INTERVAL, EPOCH] },
);
// I5: one value in use and one being written, F born in each of the reader's eras by the one home
// that allocates; kept twice over, and T more.
scenario(
  'a stalled reader',
  [[['stall']], write(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)],
  {
    schemes: [INTERVAL],
    stalled: true,
  },
  {
    quick: [
      { strategy: 'dfs', preemptions: 1 },
      { strategy: 'dfs', preemptions: 0, kills: 1, victims: [0] },
    ],
  },
);
scenario('a stalled reader that idles', [
  [['stall'], ['idle'], ['look']],
  [...write(1, 2), ['collect']],
]);
scenario(
  'a load under an old pin',
  [[['again']], [...write(4, 5), ['collect']]],
  {},
  {
    prepare: [['stall'], ...write(1, 2, 3)],
  },
);
scenario(
  'an old pin retires',
  [
    [['pop'], ['collect']],
    [...write(1), ['collect'], ['pop']],
  ],
  {},
  {
    prepare: [
      ['push', 1],
      ['push', 2],
    ],
  },
);
// A writer that has been pinned for some eras retires what a later reader has in its hands.
scenario(
  'a pin for long',
  [
    [
      ['pinOnly'],
      ...write(1),
      ['collect'],
      ['collect'],
      ...write(2, 3),
      ['collect'],
      ['unpinOnly'],
    ],
    [['read'], ['read']],
  ],
  { schemes: [INTERVAL] },
);
scenario(
  'counters that start before their wrap',
  [
    [['read'], ['read']],
    [...write(1, 2), ['collect']],
  ],
  {
    clock: 0xffff_fffen,
  },
);
// The domain is destroyed while somebody reads in it whose older pin does not know of it.
scenario(
  'an older pin, and the end of the domain',
  [[['stall'], ['look'], ['unpinOnly'], ['idle']], [['destroy']]],
  { older: true, clock: 5n },
);
scenario(
  'a refresh, and the end of the domain',
  [[['stall'], ['refresh'], ['sweep'], ['again'], ['idle']], [['destroy']]],
  { schemes: [INTERVAL, EPOCH] },
);
// A reader stands on a node while it is taken out, and with it the node behind it, which was born
// after the reader's last load: the dead node names it still.
const list: Partial<Scenario> = {
  prepare: [
    ['push', 2],
    ['push', 1],
  ],
};
const cut: OpCall[] = [...write(4, 5), ['append', 9], ['drop'], ['drop'], ['collect']];
scenario('a walk over what is taken out', [[['walk']], cut], {}, list);
scenario(
  'a walk beside another load',
  [[['walk', true]], cut],
  { schemes: [INTERVAL, EPOCH] },
  list,
);
scenario(
  'an era that is handed on',
  [[['walk']], [['drop'], ['collect']]],
  {
    schemes: [ERAS],
  },
  list,
);
scenario('a reader collects what another left', [[['linger']], [...write(1), ['leave']]]);
const kept: Partial<Options> = { schemes: [INTERVAL, POINTERS, ERAS] };
scenario('four leases', [[['hold']], [...write(1, 2), ['collect']]], kept, {
  prepare: [['lease'], ['lease'], ['lease'], ...write(1, 2, 3)],
});
// No memory is left for a ledger, then there is.
scenario(
  'leases without memory',
  [[['hold']], [['drain'], ...write(1, 2), ['collect']]],
  { schemes: [INTERVAL] },
  { prepare: [['lease'], ['lease'], ['lease'], ...write(1, 2, 3), ['fill']] },
);
scenario(
  'a lease among others',
  [
    [['unlease'], ['hold']],
    [...write(1, 2), ['collect']],
  ],
  kept,
  {
    prepare: [
      ['lease'],
      ['lease'],
      ['lease'],
      ...write(1),
      ['lease'],
      ...write(2),
      ['lease'],
      ...write(3),
    ],
  },
);
// The grant and the lease of worker 0 fill the snapshot before it comes to the reader.
scenario(
  'more reservations than a snapshot holds',
  [[...write(4, 5), ['collect']], [['read']]],
  { schemes: [INTERVAL, ERAS] },
  { prepare: [['fork'], ['lease'], ...write(1, 2, 3)] },
);
scenario('read by the last slot', [[['read']], [...write(1, 2), ['collect']]], {
  schemes: [INTERVAL],
  reversed: true,
});
scenario(
  'pins',
  [[['pinOnly'], ['unpinOnly'], ['idle'], ['pinOnly'], ['unpinOnly']], write(1, 2)],
  { schemes: [INTERVAL] },
);
scenario('the steps of a retirement', [
  [['take'], ['giveUp'], ['take'], ['giveUp']],
  [...write(1), ['collect']],
]);
