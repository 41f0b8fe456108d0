// A lock that outlives its owner; see lock/assembly/index.ts.

import type { Model, Plan, Structure } from '../../src/structure.ts';

const deaths: Plan[] = [
  { strategy: 'dfs', preemptions: 2 },
  { strategy: 'dfs', preemptions: 1, kills: 1 },
  { strategy: 'dfs', preemptions: 1, kills: 2, preemptionsAfterDeath: 0 },
  { strategy: 'pct', runs: 400, depth: 3, kills: 2 },
];

const model: Model<number> = {
  initial: () => 0,
  apply(sum, [name, by], result) {
    if (name === 'sum') return result === sum ? [sum] : [];
    if (result === 'contended') return [sum];
    const next = sum + (by as number);
    return result === undefined || result === next ? [next] : [];
  },
};

const lock: Structure<undefined, number> = {
  name: 'lock',
  kernels: { lock: 'apps/verify/test/toys/lock' },
  pages: 1,
  recoverers: 2,
  setup(world) {
    for (const t of world.threads) t.local.slot = t.id;
  },
  operations: {
    bump: {
      *run(t, _run, by: number) {
        const sum: number = yield [t.kernels.lock!.bump!, t.local.slot!, by];
        return sum < 0 ? 'contended' : sum;
      },
      bound: 24,
    },
    sum: {
      *run(t) {
        return yield [t.kernels.lock!.bump!, t.local.slot!, 0];
      },
    },
  },
  model,
  blockers: { bump: ['bump'] },
  observe: [['sum']],
  scenarios: [
    { name: 'bump bump', threads: [[['bump', 1]], [['bump', 10]]], quick: deaths, maxSteps: 500 },
    {
      name: 'alone',
      threads: [[['bump', 1]], [['bump', 10]]],
      quick: [{ strategy: 'dfs', preemptions: 2, progress: true }],
      maxSteps: 500,
    },
  ],
  invariant(world) {
    if (world.u32(64) === 0 && world.u32(128) !== world.u32(136)) return 'free, but x and y differ';
    return undefined;
  },
  bury: (t, dead) => t.kernels.lock!.bury!(dead.local.slot),
  *recover(t, dead) {
    for (const d of dead) yield [t.kernels.lock!.recover!, t.local.slot!, d.local.slot!];
  },
  end(_t, _run, world) {
    if (world.u32(64) !== 0) return `the lock is held by ${world.u32(64) - 1}`;
    return undefined;
  },
  soak: {
    scenario: { name: 'soak', threads: [[], []] },
    call: (below) => ['bump', below(5)],
  },
  word: (at) =>
    ({ 64: 'lock', 128: 'x', 136: 'y', 192: 'note.value', 196: 'note.valid' })[at] ??
    `slot[${(at - 256) >> 3}]`,
  mutants: [
    { id: 1, kernel: 'lock', what: 'the heir does not repair' },
    { id: 2, kernel: 'lock', what: 'nobody inherits' },
    { id: 3, kernel: 'lock', what: 'a note for the heir is stored plainly' },
    { id: 4, kernel: 'lock', what: 'unlocks before the last store' },
    { id: 5, kernel: 'lock', what: 'waits for ever', scenarios: ['alone'] },
    { id: 6, kernel: 'lock', what: 'recovery frees a lock that another has' },
    { id: 7, kernel: 'lock', what: 'repair cannot bear to be repeated' },
  ],
};

export default lock;
