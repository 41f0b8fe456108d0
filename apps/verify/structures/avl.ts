// @x/avl-batch under the checker: queues, builds and their succession, compaction, readers,
// snapshots, deaths and their repair, full queues and full arenas.
//
// The promise is one sequential model: appends are a FIFO, a build takes a prefix of it and applies
// it at one instant, and every read is of one such state. Parts: avl/.

import type { Scenario, Structure, Thread, World } from '../src/structure.ts';
import { invariantOf, nameWord } from './avl/memory.ts';
import { model, type State } from './avl/model.ts';
import { mutants } from './avl/mutants.ts';
import { operations, type Run } from './avl/operations.ts';
import { plan, scenarios, settings } from './avl/scenarios.ts';
import { soak } from './avl/soak.ts';
import { createMap, endOfMap, pinOlder, recoverSlots } from './common.ts';

function setup(world: World, scenario: Scenario): void {
  const { pages, most, warm, cold, older, budget } = settings.get(scenario.name)!;
  createMap(world, 'tree', pages, most, budget ?? 0);
  for (const t of world.threads) {
    if (warm && t.id !== cold && (t.role === 'worker' || warm === 'all')) warmUp(t);
  }
  if (older === true) pinOlder(world);
}

/** An operation without effect, so that the thread has its table and its shards. */
function warmUp(t: Thread): void {
  const { entry, generation, io } = t.local;
  const { tree } = t.kernels;
  const at = io! + 64;
  let status = tree!.append!(entry, generation, 2, 1, 0x7a00_0000, 0, 0, 0, at, 0, at, 0);
  if (status !== 0) throw new Error(`append: ${status}`);
  status = tree!.build!(entry, generation, 9, at, 360);
  if (status !== 0) throw new Error(`build: ${status}`);
}

/** Here a thread asks for what became of another one's operation, by the run's state. */
const foreign = new Set(['a builder is succeeded', 'outcomes are kept, and forgotten']);

const BUILDS = ['build', 'compact', 'apply'];

const avl: Structure<Run, State> = {
  name: 'avl',
  kernels: { arena: 'packages/shm-arena', tree: 'packages/avl-batch' },
  pages: 2,
  recoverers: 2,
  setup,
  begin: () => ({
    version: 0,
    number: 0n,
    applied: [],
    stood: [],
    tickets: {},
    snaps: {},
    marks: {},
  }),
  operations,
  model,
  // One thread builds; and the era may move on and on.
  blockers: { build: BUILDS, compact: BUILDS, apply: BUILDS, snap: 'any' },
  scenarios,
  plan,
  observe: [
    ['ask', 'end'],
    ['build', 'end', 5],
    ['scan', false],
  ],
  invariant: (world, run) => invariantOf(world, world.threads[0]!.local.entry!, run),
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover: (t, _dead, _run, world) => recoverSlots(t, world, 'tree'),
  end: (t, run, world) =>
    endOfMap(t, world, 'tree', Object.values(run.snaps), (io) =>
      nameWord(world.u32(io), world, t.local.entry!),
    ),
  word: (at, world) => nameWord(at, world, world.threads[0]!.local.entry!),
  real: scenarios.map(({ name }) => name).filter((name) => !foreign.has(name)),
  soak,
  mutants,
};

export default avl;
