// @x/avl-batch under the checker: queues, builds and their succession, compaction, readers,
// snapshots, deaths and their repair, full queues and full arenas.
//
// The promise is one sequential model: appends are a FIFO, a build takes a prefix of it and applies
// it at one instant, and every read is of one such state. Parts: avl/.

import type { Scenario, Structure, Thread, World } from '../src/structure.ts';
import { invariantOf, nameWord } from './avl/memory.ts';
import { promise, type State } from './avl/model.ts';
import { mutants } from './avl/mutants.ts';
import { calls, newRun, operations, type Run } from './avl/operations.ts';
import { plan, scenarios, settings } from './avl/scenarios.ts';
import { soak } from './avl/soak.ts';
import { pinOlder } from './common.ts';
import { createMap, ofMap } from './map/structure.ts';

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

const BUILDS = ['build', 'compact', 'move', 'apply'];

const avl: Structure<Run, State> = {
  ...ofMap({
    calls,
    source: 'packages/avl-batch',
    promise,
    // One thread builds.
    blockers: { build: BUILDS, compact: BUILDS, move: BUILDS, apply: BUILDS },
    invariant: (world, entry, run: Run) => invariantOf(world, entry, run),
    word: nameWord,
  }),
  name: 'avl',
  pages: 2,
  setup,
  begin: newRun,
  operations,
  scenarios,
  plan,
  observe: [
    ['ask', 'end'],
    ['build', 'end', 5],
    ['scan', false],
  ],
  real: scenarios.map(({ name }) => name).filter((name) => !foreign.has(name)),
  soak,
  mutants,
};

export default avl;
