// @x/hamt under the checker: writers of one slot and of several, divisions and joins under readers
// and scans, snapshots between a write's steps, deaths and their repair, full arenas.
//
// Writes, point reads and snapshots are held to one sequential model. `scan` reads each key by
// itself: what it says must have been so at some instant since the `mark` with the same tag, which
// stands right before it. Parts: hamt/.

import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import { dropLease, isLive, recoverSlots } from './common.ts';
import { account, invariantOf, nameWord, type Run } from './hamt/memory.ts';
import { mutants } from './hamt/mutants.ts';
import { calls, KERNEL, operations } from './hamt/operations.ts';
import { blockers, promise } from './hamt/parts.ts';
import { plan, scenarios, settings } from './hamt/scenarios.ts';
import { soak } from './hamt/soak.ts';
import type { Entries, MapState } from './map/model.ts';
import { createMap, isAlive, ofMap } from './map/structure.ts';

function setup(world: World, scenario: Scenario): void {
  createMap(world, KERNEL, settings.get(scenario.name)!.pages);
}

const common = ofMap<Run, Entries>({
  calls,
  source: 'packages/hamt',
  promise,
  blockers,
  invariant: invariantOf,
  word: nameWord,
});

/** A snapshot of the dead stands until its thread's repair. */
function* recover(t: Thread, _dead: readonly Thread[], run: Run, world: World): Steps {
  yield* recoverSlots(t, world, KERNEL, (slot) => {
    for (const [tag, { thread }] of Object.entries(run.snaps)) {
      if (world.threads[thread]!.local.slot === slot) delete run.snaps[tag];
    }
  });
}

/** The account of all blocks; then all who live let go, and nothing of theirs is kept. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const { entry, generation } = t.local;
  if (isLive(world, entry!)) {
    for (const [tag, { thread }] of Object.entries(run.snaps))
      if (!isAlive(world, world.threads[thread]!)) delete run.snaps[tag];
    const lost = account(world, entry!, run);
    if (lost !== undefined) return lost;
    for (const [tag, { thread, lease }] of Object.entries(run.snaps)) {
      delete run.snaps[tag];
      yield* dropLease(world.threads[thread]!, run.overflow, lease);
    }
    for (const other of world.threads) {
      if (other === t || other.role !== 'worker' || !isAlive(world, other)) continue;
      yield [other.kernels[KERNEL]!.leave!, entry!, generation!];
    }
    const late = account(world, entry!, run);
    if (late !== undefined) return `all have left: ${late}`;
  }
  return yield* common.end!(t, run, world) as Steps<string | undefined>;
}

const hamt: Structure<Run, MapState<Entries>> = {
  ...common,
  name: 'hamt',
  pages: 2,
  setup,
  begin: () => ({ snaps: {}, overflow: {}, said: {} }),
  operations,
  recover,
  end,
  scenarios,
  plan,
  observe: [
    ['mark', 'end'],
    ['scan', 'end', false, 2],
  ],
  // There nobody reads what another thread has left in the run's state.
  real: scenarios.map(({ name }) => name).filter((name) => !name.includes('old snapshot')),
  soak,
  mutants,
};

export default hamt;
