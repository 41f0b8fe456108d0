// @x/skiplist under the checker: versions and tombstones, conditional writes, batches, snapshots,
// scans, seal and destruction of frozen lists, deaths and their repair, full arenas.
//
// Writes, point reads, batches, snapshots, seal and destruction are held to one sequential model.
// `many` and `scan` read each key by itself: a value must have been the key's at some instant since
// the `mark` with the same tag, which stands right before them. Parts: skiplist/.

import type { Scenario, Structure, World } from '../src/structure.ts';
import { createMap, ofMap } from './map/structure.ts';
import { invariantOf, nameWord } from './skiplist/memory.ts';
import { blockers, promise, type State } from './skiplist/model.ts';
import { mutants } from './skiplist/mutants.ts';
import { calls, operations, type Run } from './skiplist/operations.ts';
import { plan, scenarios, settings } from './skiplist/scenarios.ts';
import { soak } from './skiplist/soak.ts';

function setup(world: World, scenario: Scenario): void {
  const { pages, maxPages = 0, maxEntries = 0, beyond = 0, thrifty } = settings.get(scenario.name)!;
  createMap(world, 'list', pages, maxPages, maxEntries);
  world.threads[0]!.local.maxPages = maxPages + beyond;
  for (const t of world.threads) t.local.thrifty = thrifty === true ? 1 : 0;
}

const skiplist: Structure<Run, State> = {
  ...ofMap({
    calls,
    source: 'packages/skiplist',
    promise,
    blockers,
    invariant: (world, entry, run: Run) => invariantOf(world, entry, run.decided),
    word: nameWord,
    stopped: (world, entry, io) =>
      `list ${world.u32(io)}, ${nameWord(world.u32(io + 4), world, entry)}`,
  }),
  name: 'skiplist',
  pages: 1,
  setup,
  begin: () => ({ decided: new Map(), snaps: {}, overflow: {} }),
  operations,
  scenarios,
  plan,
  real: scenarios.map(({ name }) => name),
  soak,
  mutants,
};

export default skiplist;
