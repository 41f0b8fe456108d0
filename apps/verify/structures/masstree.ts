// @x/masstree under the checker: writers of one leaf and of neighbours, splits, merges and layers
// under readers and scans, snapshots that copies keep, deaths and their repair, full arenas.
//
// Writes, point reads and snapshots are held to one sequential model. `scan` and `count` read each
// key by itself: what they say must have been so at some instant since the `mark` with the same
// tag, which stands right before them. Parts: masstree/.

import { REMOVE, SET } from '../../../packages/shm-arena/build/numbers-gated/map/kinds.ts';
import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import { dropLease, isLive, recoverSlots } from './common.ts';
import type { Entries, MapState } from './map/model.ts';
import { createMap, isAlive, ofMap } from './map/structure.ts';
import { account, invariantOf, nameWord, type Run } from './masstree/memory.ts';
import { mutants } from './masstree/mutants.ts';
import { calls, KERNEL, operations } from './masstree/operations.ts';
import { blockers, promise } from './masstree/parts.ts';
import { plan, scenarios, settings } from './masstree/scenarios.ts';
import { soak } from './masstree/soak.ts';

function setup(world: World, scenario: Scenario): void {
  const { pages, warm } = settings.get(scenario.name)!;
  createMap(world, KERNEL, pages);
  if (warm === true) for (const t of world.threads) if (t.role === 'worker') warmUp(t);
}

/** A record comes and goes, and the leaf that has it. */
function warmUp(t: Thread): void {
  const { entry, generation, io } = t.local;
  for (const kind of [SET, REMOVE]) {
    const key = [1, 0x7a00_0000, 0, 0, 0];
    const value = [io! + 64, 24, 0, 0];
    const status = t.kernels[KERNEL]!.put!(entry, generation, kind, ...key, ...value);
    if (status !== 0) throw new Error(`put: ${status}`);
  }
}

const common = ofMap<Run, Entries>({
  calls,
  source: 'packages/masstree',
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
      const owner = world.threads[thread]!;
      delete run.snaps[tag];
      yield [owner.kernels[KERNEL]!.closeSnapshot!, entry!, generation!];
      yield* dropLease(owner, run.overflow, lease);
    }
    for (const other of world.threads) {
      if (other === t || other.role !== 'worker') continue;
      if (!isAlive(world, other)) continue;
      yield [other.kernels[KERNEL]!.leave!, entry!, generation!];
    }
    const late = account(world, entry!, run);
    if (late !== undefined) return `all have left: ${late}`;
  }
  return yield* common.end!(t, run, world) as Steps<string | undefined>;
}

const masstree: Structure<Run, MapState<Entries>> = {
  ...common,
  name: 'masstree',
  pages: 2,
  setup,
  begin: () => ({ snaps: {}, overflow: {}, number: -1, instants: {} }),
  operations,
  recover,
  end,
  scenarios,
  plan,
  observe: [
    ['mark', 'end'],
    ['scan', 'end', false, 2],
    ['count', 'end', true],
  ],
  // There nobody reads what another thread has left in the run's state.
  real: scenarios.map(({ name }) => name).filter((name) => !name.includes('old snapshot')),
  soak,
  mutants,
};

export default masstree;
