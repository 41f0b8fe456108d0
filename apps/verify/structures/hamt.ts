// @x/hamt under the checker: writers of one slot and of several, divisions and joins under readers
// and scans, snapshots between a write's steps, deaths and their repair, full arenas.
//
// Writes, point reads and snapshots are held to one sequential model. `scan` reads each key by
// itself: what it says must have been so at some instant since the `mark` with the same tag, which
// stands right before it. Parts: hamt/.

import {
  D_OWN,
  D_STATE,
  ENTRIES,
} from '../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import { dropLease, entryAt, isLive, lifeOf, recoverSlots } from './common.ts';
import { account, invariantOf, isHold, isLine, isMain, nameWord, type Run } from './hamt/memory.ts';
import { mutants } from './hamt/mutants.ts';
import { calls, KERNEL, operations } from './hamt/operations.ts';
import { blockers, type Family, promise } from './hamt/parts.ts';
import { plan, scenarios, settings } from './hamt/scenarios.ts';
import { soak } from './hamt/soak.ts';
import type { MapState } from './map/model.ts';
import { createMap, isAlive, ofMap } from './map/structure.ts';

function setup(world: World, scenario: Scenario): void {
  createMap(world, KERNEL, settings.get(scenario.name)!.pages);
}

const common = ofMap<Run, Family>({
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
  const { arena, [KERNEL]: kernel } = t.kernels;
  for (const [tag, fork] of Object.entries(run.forks)) {
    if (!isLine(world, fork)) continue;
    const status: number = yield [kernel!.audit!, fork.entry, fork.generation];
    if (status !== 0) return `audit of fork ${tag}: ${status}`;
  }
  if (isMain(world, entry!) || Object.keys(run.forks).length > 0) {
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
      for (const fork of Object.values(run.forks))
        yield [other.kernels[KERNEL]!.leave!, fork.entry, fork.generation];
    }
    const late = account(world, entry!, run);
    if (late !== undefined) return `all have left: ${late}`;
  }
  const stray = strayHold(world);
  if (stray !== undefined) return stray;
  // Also those whose makers have died before they could tell.
  for (let other = 0; other < ENTRIES; other++) {
    if (!isLive(world, other) || isHold(world, other)) continue;
    if (other === entry && isMain(world, other)) continue;
    yield [arena!.entryDestroy!, other, lifeOf(world, entryAt(world, other) + D_STATE)];
  }
  yield [kernel!.dropHolds!];
  for (let other = 0; other < ENTRIES; other++) {
    if (isLive(world, other) && isHold(world, other)) return `hold ${other} is left`;
  }
  return yield* common.end!(t, run, world) as Steps<string | undefined>;
}

/** Nobody is in a call: a hold that neither a line nor another hold needs. */
function strayHold(world: World): string | undefined {
  const lives = (entry: number, life: number) =>
    isLive(world, entry) && lifeOf(world, entryAt(world, entry) + D_STATE) === life;
  const holds = Array.from({ length: ENTRIES }, (_, entry) => entry).filter(
    (entry) => isLive(world, entry) && isHold(world, entry),
  );
  const word = (entry: number, at: number) => world.u32(entryAt(world, entry) + D_OWN + at);
  for (const hold of holds) {
    if (lives((word(hold, 0) & 0xffff) - 1, word(hold, 4))) continue;
    const life = lifeOf(world, entryAt(world, hold) + D_STATE);
    const isNamed = (other: number) =>
      word(other, 0) >>> 16 === hold + 1 && word(other, 8) === life;
    if (!holds.some(isNamed)) return `hold ${hold} is left`;
  }
  return undefined;
}

const hamt: Structure<Run, MapState<Family>> = {
  ...common,
  name: 'hamt',
  pages: 2,
  setup,
  begin: () => ({ snaps: {}, overflow: {}, said: {}, forks: {}, places: {} }),
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
