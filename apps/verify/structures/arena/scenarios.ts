// Which short programs run against each other, by which plans, and which seeded bug each must
// catch.

import type { Mutant, OpCall, Plan, Scenario } from '../../src/structure.ts';
import { alone, die, dieTwice, quickly, refuse, twice } from '../common.ts';

interface Options {
  /** Pages beside the tables and the threads' scratch. */
  pages?: number;
  /** Workers that attach by themselves. */
  cold?: number[];
  /** What worker 0 creates in set-up and all have open: a cell with value 0, or a pool. */
  shared?: 'cell' | { budget: number };
  /** Blocks are zeroed when they are freed. */
  zero?: boolean;
  /** Worker 0 is dead when all begins: inside the lock of the names, or outside. */
  fallen?: 'names' | 'outside';
  /** A worker that worker 0 watches, and that does nothing. */
  child?: number;
  /** As `Scenario.may`. */
  may?: Scenario['may'];
}

export const options = new Map<string, Options>();

export const quick: Plan[] = quickly([20_000, 20_000, 10_000], 500);
export const full: Plan[] = [
  twice,
  die,
  dieTwice,
  refuse,
  alone,
  { strategy: 'dfs', preemptions: 0, kills: 2, failures: true },
  { strategy: 'pct', runs: 20_000, depth: 4, kills: 2 },
];

export const scenarios: Scenario[] = [];

function scenario(
  title: string,
  own: Options,
  threads: readonly (readonly OpCall[])[],
  prepare?: readonly OpCall[],
  observe?: readonly OpCall[],
): void {
  options.set(title, own);
  // Where the model counts pages, "full" must be true: no refusals.
  const counted = threads.flat().some(([op, , , room]) => op === 'alloc' && room !== undefined);
  const plans = counted ? { full: full.filter((plan) => plan.failures !== true) } : {};
  const may = counted ? ['full'] : own.may;
  scenarios.push({ name: title, threads, prepare, observe, may, ...plans });
}

scenario('alloc, alloc', {}, [[['alloc', 'a', 64]], [['alloc', 'b', 64]]]);
scenario('alloc free, alloc free', {}, [
  [
    ['alloc', 'a', 512],
    ['free', 'a'],
    ['alloc', 'c', 512],
  ],
  [
    ['alloc', 'b', 512],
    ['free', 'b'],
  ],
]);
scenario(
  'remote free, alloc',
  { pages: 1, may: ['full'] },
  [
    [
      ['alloc', 'b', 512],
      ['alloc', 'c', 512],
    ],
    [
      ['free', 'a'],
      ['free', 'z'],
    ],
  ],
  [
    ['alloc', 'a', 512],
    ['alloc', 'z', 512],
  ],
);
scenario('a span goes, another class comes', {}, [
  [
    ['alloc', 'a', 64],
    ['free', 'a'],
    ['trim'],
    ['alloc', 'b', 200],
    ['alloc', 'c', 200],
    ['free', 'c'],
  ],
  [
    ['alloc', 'd', 64],
    ['free', 'd'],
  ],
]);
scenario('double free', {}, [[['free', 'a']], [['free', 'a']]], [['alloc', 'a', 64]]);
scenario('double free of a run', {}, [[['free', 'a']], [['free', 'a']]], [['alloc', 'a', 1500]]);
scenario('runs that cross', { may: ['full'] }, [
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
  [
    ['alloc', 'b', 3072],
    ['free', 'b'],
  ],
]);
scenario('one page for two', { pages: 1 }, [
  [
    ['alloc', 'a', 1024, 1],
    ['free', 'a'],
  ],
  [['alloc', 'b', 1024, 1]],
]);
scenario(
  'two pages for three',
  { pages: 2 },
  [
    [
      ['free', 'x'],
      ['alloc', 'a', 1024, 2],
    ],
    [['alloc', 'b', 1024, 2]],
    [['alloc', 'c', 1024, 2]],
  ],
  [['alloc', 'x', 1024]],
);
// Memory that is taken as a page by one and as slices by another: it has one owner at a time.
scenario('a page or its slices', { pages: 1, may: ['full'] }, [
  [
    ['alloc', 'a', 1024],
    ['free', 'a'],
  ],
  [['alloc', 'b', 64], ['free', 'b'], ['trim']],
]);
scenario('a page, or slices that stay', { pages: 1, may: ['full'] }, [
  [['alloc', 'a', 1024]],
  [['alloc', 'b', 64]],
]);
scenario('a run of slices or a page', { pages: 2, may: ['full'] }, [
  [
    ['alloc', 'a', 1100],
    ['free', 'a'],
  ],
  [['alloc', 'b', 1024], ['free', 'b'], ['trim']],
]);
scenario('a run of slices, spans', { pages: 2, may: ['full'] }, [
  [
    ['alloc', 'a', 1500],
    ['free', 'a'],
  ],
  [
    ['alloc', 'b', 16],
    ['alloc', 'c', 200],
    ['free', 'b'],
  ],
]);
// What is freed in a span that is not the current one is found again: by its owner, and by others
// when the span has none any more.
const FOUR: OpCall[] = [
  ['alloc', 'a', 512],
  ['alloc', 'w', 512],
  ['alloc', 'x', 512],
  ['alloc', 'z', 512],
];
scenario(
  'room in a span that was full',
  { pages: 2 },
  [
    [
      ['alloc', 'b', 512, 4],
      ['alloc', 'c', 512, 4],
    ],
    [
      ['free', 'a'],
      ['free', 'w'],
    ],
  ],
  FOUR,
);
scenario(
  'room in an orphan that was full',
  { pages: 2, may: ['full'] },
  [
    [['detach']],
    [['free', 'a']],
    [
      ['alloc', 'b', 512],
      ['alloc', 'c', 512],
    ],
  ],
  FOUR,
);
// A thread that has two spans of a class takes a page for it.
scenario(
  'a busy class takes a page',
  { pages: 3, may: ['full'] },
  [
    [['alloc', 'b', 200], ['free', 'b'], ['trim']],
    [
      ['free', 'a'],
      ['alloc', 'c', 1024],
    ],
  ],
  ['a', 'w', 'x', 'z'].map((name): OpCall => ['alloc', name, 200]),
);
scenario(
  'one page, refused and freed',
  { pages: 1 },
  [
    [
      ['free', 'x'],
      ['alloc', 'a', 1024, 1],
    ],
    [['alloc', 'b', 1024, 1]],
  ],
  [['alloc', 'x', 1024]],
);
scenario('a run and two pages', { pages: 2 }, [
  [['alloc', 'a2', 2048]],
  [['alloc', 'b', 1024, 2]],
  [['alloc', 'c', 1024, 2]],
]);
scenario(
  'adoption, remote free',
  { pages: 2 },
  [
    [['detach']],
    [
      ['free', 'a'],
      ['alloc', 'b', 512],
      ['alloc', 'c', 512],
    ],
  ],
  [
    ['alloc', 'a', 512],
    ['alloc', 'z', 512],
  ],
);
scenario(
  'two adopt',
  { pages: 2, may: ['full'] },
  [[['detach']], [['alloc', 'b', 512]], [['alloc', 'c', 512], ['trim']]],
  [['alloc', 'a', 512]],
);
scenario(
  'trim, adopt',
  { pages: 2 },
  [[['detach']], [['alloc', 'b', 512], ['detach']], [['free', 'a'], ['trim']]],
  [['alloc', 'a', 512]],
);
scenario('attach, attach', { cold: [0, 1] }, [
  [['attach'], ['alloc', 'a', 64], ['detach']],
  [['attach'], ['detach']],
]);
scenario('detach, attach', { cold: [1] }, [
  [['alloc', 'a', 64], ['detach']],
  [['attach'], ['alloc', 'b', 64]],
]);
scenario('stage, run', { may: ['full'] }, [
  [['stage', 2048], ['unstage']],
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
]);
scenario('own region', { pages: 4 }, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 500],
    ['again', 'r', 900],
    ['close', 'r'],
  ],
  [['alloc', 'a', 512]],
]);
scenario('two regions', { pages: 4, may: ['limit'] }, [
  [
    ['open', 'r', 0],
    ['close', 'r'],
  ],
  [
    ['open', 's', 2],
    ['bump', 's', 900],
    ['bump', 's', 900],
  ],
]);
scenario('pool with a budget', { pages: 6, shared: { budget: 3 }, may: ['limit'] }, [
  [
    ['take', 900, 3],
    ['take', 900, 3],
  ],
  [['take', 900, 3]],
]);
scenario('pool, the same slot', { pages: 5, cold: [1], shared: { budget: 0 } }, [
  [['back', 900]],
  [['attach'], ['join'], ['take', 64, 0]],
]);
scenario('pool, end', { pages: 6, shared: { budget: 0 } }, [[['take', 900, 0]], [['end']]]);
scenario('read, write', { shared: 'cell' }, [
  [['read'], ['read']],
  [
    ['write', 1],
    ['write', 2],
  ],
]);
scenario('write, write', { shared: 'cell' }, [[['write', 1]], [['write', 2]]]);
scenario('hold, write', { shared: 'cell' }, [
  [['hold']],
  [
    ['write', 1],
    ['write', 2],
  ],
]);
scenario('hold, read, write', { shared: 'cell', pages: 5 }, [
  [['hold']],
  [['read']],
  [['write', 1], ['sweep']],
]);
scenario('read, two writes, write', { shared: 'cell', pages: 5 }, [
  [['read']],
  [
    ['write', 1],
    ['write', 2],
  ],
  [['write', 3], ['sweep']],
]);
scenario('hold, two writes, write', { shared: 'cell', pages: 5 }, [
  [['hold']],
  [
    ['write', 1],
    ['write', 2],
  ],
  [['write', 3], ['sweep']],
]);
// Worker 0 has three leases already, of eras before the present value was born.
const THREE: OpCall[] = [['lease'], ['lease'], ['lease'], ['write', 8], ['write', 9]];
scenario(
  'four leases',
  { shared: 'cell', pages: 8 },
  [
    [['hold']],
    [
      ['write', 1],
      ['write', 2],
    ],
  ],
  THREE,
);
scenario(
  'five leases',
  { shared: 'cell', pages: 9 },
  [
    [['keep', 'p'], ['write', 1], ['keep', 'q'], ['sweep'], ['kept', 'p'], ['kept', 'q']],
    [['write', 2], ['sweep']],
  ],
  THREE,
);
// The ledger has four places, two behind a bit of the summary: the next lease moves it.
const LEDGER: OpCall[] = [...THREE, ['lease', 'a'], ['lease', 'b'], ['lease', 'c'], ['keep', 'd']];
scenario(
  'leases that end',
  { shared: 'cell', pages: 9 },
  [
    [['forget', 'a'], ['forget', 'b'], ['forget', 'c'], ['sweep'], ['kept', 'd']],
    [['write', 1], ['sweep']],
  ],
  LEDGER,
);
scenario(
  'a ledger that moves',
  { shared: 'cell', pages: 10 },
  [
    [['forget', 'a'], ['forget', 'b'], ['forget', 'c'], ['lease', 'e'], ['sweep'], ['kept', 'd']],
    [['write', 1], ['sweep']],
  ],
  LEDGER,
);
scenario(
  'a ledger that goes back',
  { shared: 'cell', pages: 9 },
  [
    [['forget', 'a'], ['sweep'], ['lease', 'b'], ['forget', 'b'], ['sweep']],
    [['write', 1], ['sweep']],
  ],
  [...THREE, ['lease', 'a'], ['write', 7]],
);
// Worker 0 has been pinned since before the ledger was made.
scenario(
  'a ledger and an older pin',
  { shared: 'cell', pages: 9 },
  [
    [['sweep', true]],
    [
      ['lease'],
      ['lease'],
      ['lease'],
      ['write', 1],
      ['write', 2],
      ['lease', 'a'],
      ['forget', 'a'],
      ['sweep'],
    ],
  ],
  [['write', 7], ['pin']],
);
// No memory is left for a ledger: both leases share the interval, and a third for a while.
scenario(
  'leases without memory',
  { shared: 'cell', pages: 9, may: ['full'] },
  [
    [
      ['keep', 'q'],
      ['lease', 'r'],
      ['forget', 'r'],
      ['drain'],
      ['sweep'],
      ['kept', 'p'],
      ['kept', 'q'],
      ['forget', 'p'],
      ['sweep'],
      ['kept', 'q'],
    ],
    [['write', 2], ['sweep']],
  ],
  [...THREE, ['fill'], ['keep', 'p'], ['drain'], ['write', 1], ['fill']],
);
scenario('read, end', { shared: 'cell' }, [[['read'], ['read']], [['end']]]);
scenario('write, end', { shared: 'cell' }, [[['write', 1]], [['end']]]);
scenario('hold, end', { shared: 'cell' }, [[['hold']], [['end'], ['sweep']]]);
scenario('end, end', { shared: 'cell' }, [[['end']], [['end']]]);
// Leases of the cell. In the end the auditor finds what was given, as it was.
const forked = (
  title: string,
  threads: readonly (readonly OpCall[])[],
  prepare: readonly OpCall[] = [],
  may?: Options['may'],
): void =>
  scenario(title, { shared: 'cell', pages: 7, may }, threads, prepare, [
    ['visit', true],
    ['visit', true],
    ['read'],
  ]);
forked('fork, write', [
  [['fork', 'a']],
  [
    ['write', 1],
    ['write', 2],
  ],
]);
forked('fork, two writes, write', [
  [['fork', 'a']],
  [
    ['write', 1],
    ['write', 2],
  ],
  [['write', 3], ['sweep']],
]);
forked(
  'a fork in the last record',
  [
    [['fork', 'b']],
    [
      ['write', 1],
      ['write', 2],
    ],
  ],
  [['fork', 'a']],
);
forked('a fork that outlives its maker', [
  [['fork', 'a'], ['detach']],
  [['write', 1], ['write', 2], ['visit']],
]);
forked('fork, end', [[['fork', 'a']], [['end']]]);
forked('fork shed, end', [
  [
    ['fork', 'a'],
    ['shed', 'a'],
  ],
  [['end'], ['sweep']],
]);
forked(
  'shed, shed',
  [
    [['shed', 'a']],
    [
      ['shed', 'a'],
      ['write', 1],
    ],
  ],
  [['fork', 'a']],
);
forked(
  'shed twice, fork',
  [
    [
      ['shed', 'a'],
      ['shed', 'a'],
    ],
    [
      ['fork', 'b'],
      ['write', 1],
    ],
  ],
  [['fork', 'a']],
);
forked(
  'more forks than records',
  [
    [['fork', 'c']],
    [
      ['shed', 'a'],
      ['fork', 'd'],
    ],
  ],
  [
    ['fork', 'a'],
    ['fork', 'b'],
  ],
  ['limit'],
);
forked(
  'two forks that need a page',
  [[['fork', 'c']], [['fork', 'd'], ['write', 1], ['sweep']]],
  [
    ['fork', 'a'],
    ['fork', 'b'],
  ],
);
forked('fork, rescue', [
  [
    ['fork', 'a'],
    ['write', 1],
  ],
  [['rescue'], ['write', 2], ['visit']],
]);
scenario('create, create', { pages: 3 }, [
  [
    ['create', 'x', 'a'],
    ['find', 'a'],
  ],
  [['create', 'y', 'a']],
]);
scenario('create, find', { pages: 3 }, [
  [['create', 'x', 'a']],
  [
    ['find', 'a'],
    ['find', 'a'],
  ],
]);
scenario(
  'destroy, create',
  { pages: 3 },
  [
    [['destroy', 'x']],
    [
      ['create', 'y', 'a'],
      ['find', 'a'],
    ],
  ],
  [['create', 'x', 'a']],
);
scenario(
  'destroy, destroy',
  { pages: 3 },
  [
    [
      ['destroy', 'x'],
      ['find', 'a'],
    ],
    [
      ['destroy', 'x'],
      ['create', 'y', 'b'],
    ],
  ],
  [['create', 'x', 'a']],
);

scenario('run, rescue', {}, [
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
  [['rescue']],
]);
scenario('block, rescue', {}, [
  [['alloc', 'a', 512], ['detach']],
  [['rescue'], ['alloc', 'b', 512]],
]);
scenario('write, rescue', { shared: 'cell' }, [[['write', 1]], [['rescue'], ['read']]]);
scenario('create, rescue', { pages: 3 }, [
  [['create', 'x', 'a']],
  [['rescue'], ['create', 'y', 'a']],
]);
scenario('end, rescue', { shared: 'cell' }, [[['end']], [['rescue'], ['read']]]);
scenario('own region, rescue', {}, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 900],
    ['close', 'r'],
  ],
  [['rescue']],
]);
scenario('rescue, rescue, write', { shared: 'cell' }, [[['write', 1]], [['rescue']], [['rescue']]]);

// Slots and entries that are used again by others, between two steps of a third.
scenario('the dead inside the names, its slot anew', { pages: 4, cold: [3], fallen: 'names' }, [
  [],
  [['create', 'y', 'a']],
  [['create', 'w', 'b'], ['rescue']],
  [['attach'], ['create', 'z', 'a']],
]);
scenario(
  'rescue, rescue, the slot anew',
  { pages: 4, cold: [3], shared: 'cell', fallen: 'outside' },
  [[], [['rescue']], [['rescue']], [['attach'], ['join'], ['alloc', 'a', 64]]],
);
scenario('rescue, end, another type', { pages: 4, shared: 'cell', fallen: 'outside' }, [
  [],
  [['rescue']],
  [['end'], ['pool', 'p', 'b'], ['draw', 'p', 500]],
]);
scenario(
  'look up, another name',
  { pages: 3 },
  [
    [['lookup', 'a']],
    [
      ['destroy', 'x'],
      ['create', 'y', 'b'],
    ],
  ],
  [['create', 'x', 'a']],
);
scenario(
  'enter what is gone',
  { pages: 3 },
  [
    [
      ['destroy', 'x'],
      ['create', 'y', 'b'],
      ['enter', 'x'],
    ],
    [['lookup', 'b']],
  ],
  [['create', 'x', 'a']],
);
scenario('detach, attach and join', { pages: 3, cold: [1], shared: 'cell' }, [
  [['detach']],
  [['attach'], ['join'], ['write', 1]],
]);
scenario('two regions, room for one', { pages: 1, may: ['full'] }, [
  [
    ['open', 'r', 0],
    ['close', 'r'],
  ],
  [
    ['open', 's', 0],
    ['close', 's'],
  ],
]);
scenario('a region without room', { pages: 2, may: ['full'] }, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 500],
    ['bump', 'r', 2000],
    ['bump', 'r', 200],
  ],
  [
    ['alloc', 'a', 512],
    ['free', 'a'],
  ],
]);
scenario('zeros', { zero: true }, [
  [
    // A page holds two of them: the third stands where the first one stood.
    ['alloc', 'a', 512],
    ['free', 'a'],
    ['alloc', 'c', 512],
    ['free', 'c'],
    ['alloc', 'e', 512],
  ],
  [
    ['alloc', 'b', 1500],
    ['free', 'b'],
    ['alloc', 'd', 512],
  ],
]);
scenario('zeros in a region', { zero: true, pages: 6 }, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 200],
    ['again', 'r', 300],
    ['again', 'r', 1500],
    ['bump', 'r', 300],
    ['close', 'r'],
  ],
  [
    ['alloc', 'a', 1500],
    ['free', 'a'],
  ],
]);
scenario('parent and child', { child: 1 }, [[['alloc', 'a', 64]], [], [['rescue']]]);

/** Seeded bug `id` (`MUTANT == id` in the arena's kernel), and the scenario that must catch it. */
const mutant = (id: number, where: string, what: string, plans?: readonly Plan[]): Mutant => ({
  id,
  kernel: 'arena',
  what,
  scenarios: [where],
  budget: 60,
  ...(plans === undefined ? {} : { plans }),
});

export const mutants: readonly Mutant[] = [
  mutant(1, 'alloc, alloc', 'claim publishes the head of a run before its other pages'),
  mutant(2, 'double free of a run', 'release frees the head of a run before its other pages'),
  mutant(3, 'double free', 'free does not say that a block was free already'),
  mutant(4, 'alloc, alloc', 'a page that is not empty is freed when its owner leaves'),
  mutant(5, 'hold, end', 'sweep leaves out the two ends of a life when it asks the leases'),
  mutant(6, 'read, two writes, write', 'protect does not look at the clock again', [twice]),
  mutant(7, 'alloc, alloc', 'recovery passes over runs that were being freed'),
  mutant(8, 'create, create', 'the lock is not inherited from the dead'),
  mutant(9, 'write, end', 'publish does not look at the owner again'),
  mutant(10, 'hold, two writes, write', 'a lease does not notice that the clock moved', [twice]),
  mutant(11, 'alloc, alloc', 'attach names its thread only after it has the slot'),
  mutant(12, 'a run and two pages', 'claim says FULL while pages are in flight'),
  mutant(13, 'pool with a budget', 'recovery does not count the pages of a shard again'),
  mutant(14, 'pool, the same slot', 'rewind frees a chunk before it leaves it'),
  mutant(15, 'create, create', 'claim passes over an entry of that name that is being created'),
  mutant(16, 'trim, adopt', 'orphans have no number of their own', [twice]),
  mutant(
    17,
    'write, end',
    'a slot is freed while it names a region of a structure destroyed since',
    [{ ...twice, kills: 1, victims: [0] }],
  ),
  mutant(19, 'fork, write', 'a grant stands only when it is given, not when its root is loaded'),
  mutant(20, 'a fork in the last record', 'sweep leaves out the last grant'),
  mutant(21, 'fork shed, end', 'a structure that is destroyed keeps its grants'),
  mutant(22, 'fork, write', 'recovery frees what was given to a structure'),
  mutant(23, 'fork, end', 'give does not look at the structure again'),
  mutant(24, 'fork, two writes, write', 'a grant does not notice that the clock moved', [twice]),
  mutant(25, 'fork, write', 'recovery passes over grants that were being taken'),
  mutant(26, 'shed twice, fork', 'a grant is dropped by the handle of an earlier one'),
  mutant(27, 'fork, write', 'sweep leaves out the two ends of a life when it asks the grants'),
  mutant(28, 'shed twice, fork', 'a record is free before its era has ceased to stand'),
  mutant(114, 'leases without memory', 'sweep leaves out the overflow of leases'),
  mutant(115, 'leases without memory', 'the overflow of leases begins with the last one'),
  mutant(251, 'leases that end', 'a drop ends the leases that stand beside it'),
  mutant(252, 'a ledger that moves', 'a ledger is named before its leases are in it'),
  mutant(253, 'a ledger that moves', 'a ledger that moves leaves its first lease behind'),
  mutant(254, 'a ledger that moves', 'a ledger goes with its thread, not with its slot'),
  mutant(255, 'a ledger and an older pin', 'a ledger is read that was born after the interval', [
    { strategy: 'pct', runs: 40_000, depth: 3, kills: 0 },
  ]),
  mutant(322, 'a ledger and an older pin', 'the first region stays, where no ledger fits into it', [
    refuse,
  ]),
  mutant(256, 'a ledger that goes back', 'a ledger is read without an interval', [twice]),
  mutant(257, 'leases that end', 'a drop passes over the others behind its bit of the summary'),
  mutant(258, 'leases without memory', 'the overflow of leases begins with the last that is left'),
  mutant(260, 'five leases', 'sweep leaves out the ledgers'),
  mutant(261, 'a ledger that moves', 'a ledger that moved is not retired'),
  mutant(262, 'five leases', 'recovery leaves the ledger of the dead'),
  mutant(263, 'two forks that need a page', 'sweep leaves out the grants of further groups'),
  mutant(264, 'two forks that need a page', 'a page of grants is named by a store, not by CAS'),
  mutant(265, 'more forks than records', 'recovery leaves a page of grants that nobody names'),
  mutant(100, 'the dead inside the names, its slot anew', 'a lock names a slot, and not its life', [
    twice,
  ]),
  mutant(101, 'rescue, rescue, the slot anew', 'reap goes by what the state was before the lock'),
  mutant(
    102,
    'rescue, rescue, the slot anew',
    'finishRecovery opens the lock before the slot is free',
    [twice],
  ),
  mutant(103, 'two regions, room for one', 'a region that was not made keeps its generation'),
  mutant(104, 'look up, another name', 'find gives the generation of a later look'),
  mutant(105, 'rescue, end, another type', 'a repair takes the entry as it finds it', [
    { strategy: 'dfs', preemptions: 1 },
  ]),
  mutant(106, 'enter what is gone', 'join takes back the bit of a later life of the entry'),
  mutant(107, 'detach, attach and join', 'joined bits are cleared after the slot is free'),
  mutant(108, 'two regions, room for one', 'a region that was not made stays in its maker’s hands'),
  mutant(109, 'zeros', 'free leaves the bytes of a block'),
  mutant(110, 'parent and child', 'recovery does not bury whom the dead watched'),
  mutant(201, 'two regions', 'a lost race for a page is told as a full arena'),
  mutant(112, 'zeros', 'a run is given back as it is'),
  mutant(113, 'zeros in a region', 'rewind leaves the bytes that it gives back'),
  mutant(116, 'a region without room', 'a refused allocation asks on'),
  mutant(
    230,
    'one page, refused and freed',
    'a refusal is proved by a scan beside which pages came free',
    [twice],
  ),
  mutant(231, 'a page or its slices', 'who takes slices does not look at their page'),
  mutant(232, 'a page or its slices', 'a slice is free before its bit is'),
  mutant(239, 'a page or its slices', 'who takes memory beyond TOP does not raise it'),
  mutant(233, 'zeros in a region', 'recovery does not wipe a run that the dead had to itself'),
  mutant(234, 'room in a span that was full', 'a thread says that it has looked when it has', [
    twice,
  ]),
  mutant(235, 'room in a span that was full', 'free does not tell of the first room in a word'),
  mutant(236, 'room in a span that was full', 'recovery does not tell of what the dead freed'),
  mutant(321, 'a span goes, another class comes', 'the span of the last free is not forgotten'),
  mutant(237, 'own region', 'a chunk that a death left out of its chain is not freed'),
  mutant(
    238,
    'a page, or slices that stay',
    'recovery wipes a run that the dead had not to itself',
  ),
  mutant(111, 'read, write', 'sweep forgets that it has kept a region'),
];
