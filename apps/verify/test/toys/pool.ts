// Blocks with owners and a root for each slot; see pool/assembly/index.ts.

import type { Model, Plan, Structure } from '../../src/structure.ts';

const plans: Plan[] = [
  { strategy: 'dfs', preemptions: 2 },
  { strategy: 'dfs', preemptions: 1, failures: true },
  { strategy: 'dfs', preemptions: 1, kills: 1 },
  { strategy: 'dfs', preemptions: 0, kills: 2, failures: true },
  { strategy: 'pct', runs: 300, depth: 3, kills: 2 },
];

/** The value of each slot's root. */
const model: Model<Record<number, number>> = {
  initial: () => ({}),
  apply(roots, [name, slot, v], result) {
    if (name === 'two') return [roots];
    if (name === 'get') return (roots[slot as number] ?? 0) === result ? [roots] : [];
    return result === 'full' ? [roots] : [{ ...roots, [slot as number]: v as number }];
  },
  partition: ([name, slot]) => (name === 'two' ? 'none' : String(slot)),
};

const pool: Structure<undefined, Record<number, number>> = {
  name: 'pool',
  kernels: { pool: 'apps/verify/test/toys/pool' },
  pages: 1,
  recoverers: 2,
  setup(world) {
    world.threads[0]!.kernels.pool!.create!();
    world.mark('free', 0, 64);
  },
  operations: {
    put: {
      *run(t, _run, slot: number, v: number) {
        return (yield [t.kernels.pool!.put!, slot, v]) === 1 ? null : 'full';
      },
      bound: 20,
      waitFree: true,
    },
    two: {
      *run(t) {
        return (yield [t.kernels.pool!.two!, t.id]) === 1;
      },
    },
    get: {
      *run(t, _run, slot: number) {
        return yield [t.kernels.pool!.get!, slot];
      },
    },
  },
  model,
  observe: [
    ['get', 0],
    ['get', 1],
  ],
  scenarios: [
    {
      name: 'put put',
      prepare: [['put', 0, 5]],
      threads: [[['put', 0, 6]], [['put', 1, 7]]],
      quick: plans,
    },
    {
      name: 'two put',
      threads: [
        [['two']],
        [
          ['put', 1, 7],
          ['put', 1, 8],
        ],
      ],
      quick: plans,
    },
    { name: 'two two', threads: [[['two']], [['two']]], quick: plans },
  ],
  bury: () => {},
  *recover(t, dead) {
    for (const d of dead) yield [t.kernels.pool!.recover!, d.id];
  },
  end(_t, _run, world) {
    const roots = [0, 1]
      .map((s) => world.u32(256 + 4 * s))
      .filter((at) => at !== 0)
      .sort();
    const live = world
      .live()
      .flatMap(({ at, bytes }) => Array.from({ length: bytes / 64 }, (_, n) => at + 64 * n));
    if (String(roots) !== String(live)) return `live blocks ${live}, reachable ${roots}`;
    const owned = [0, 1, 2, 3].filter((n) => world.u32(64 + 4 * n) !== 0).map((n) => 512 + 64 * n);
    if (String(owned) !== String(live)) return `owned blocks ${owned}, live ${live}`;
    return undefined;
  },
  soak: {
    scenario: { name: 'soak', threads: [[], []] },
    call: (below, worker) => (below(3) === 0 ? ['two'] : ['put', worker, below(100)]),
  },
  word: (at) => {
    if (at >= 512) return `block[${(at - 512) >> 6}]+${at & 63}`;
    return at >= 256 ? `root[${(at - 256) >> 2}]` : `owner[${(at - 64) >> 2}]`;
  },
  mutants: [
    { id: 1, kernel: 'pool', what: 'a block is taken without looking' },
    { id: 2, kernel: 'pool', what: 'the old block is not freed' },
    { id: 3, kernel: 'pool', what: 'the old block is freed too early' },
    { id: 4, kernel: 'pool', what: 'a refused second block leaks the first' },
    { id: 5, kernel: 'pool', what: 'recovery frees nothing' },
    { id: 6, kernel: 'pool', what: 'published before it is filled' },
    { id: 7, kernel: 'pool', what: 'recovery frees what was committed' },
  ],
};

export default pool;
