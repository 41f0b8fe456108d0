// The sorted array under the checker: writers that race for the root, readers and snapshots of
// arrays that are replaced meanwhile, deaths and their repair, full arenas.
//
// The promise is one sequential model: each write and each read happens at one instant. Parts:
// sorted-array/. It is the worked example of docs/NEW-STRUCTURE.md.

import type { Mutant, Scenario, Structure, World } from '../src/structure.ts';
import { valueBytes } from './map/calls.ts';
import type { Entries, MapState } from './map/model.ts';
import { type MapRun, operationsOf } from './map/operations.ts';
import { createMap, ofMap } from './map/structure.ts';
import { writesOf } from './map/writes.ts';
import { calls, invariantOf, nameWord, promise, WRITES } from './sorted-array/parts.ts';
import { plan, scenarios, settings } from './sorted-array/scenarios.ts';

function setup(world: World, scenario: Scenario): void {
  createMap(world, 'array', settings.get(scenario.name)!.pages);
}

const array = (id: number, what: string, ...scenarios: string[]): Mutant => ({
  id,
  kernel: 'array',
  what,
  scenarios,
  budget: 60,
});

const mutants: Mutant[] = [
  array(210, 'a region may be unlinked while it is still being created', 'set, set'),
  array(211, 'the old array is retired before the root is swapped', 'set, get get'),
  array(212, 'repair leaves what the dead had unlinked', 'set, set'),
  {
    ...array(213, "a writer's pin does not cover its new region", 'set, set, snapshot'),
    plans: [{ strategy: 'dfs', preemptions: 2 }],
  },
  array(214, 'a value that is read in pieces is not pinned meanwhile', 'set, get in pieces'),
];

const sortedArray: Structure<MapRun, MapState<Entries>> = {
  ...ofMap({
    calls,
    source: 'packages/sorted-array',
    promise,
    // Whoever loses the root three times.
    blockers: Object.fromEntries(WRITES.map((op) => [op, WRITES])),
    invariant: invariantOf,
    word: nameWord,
  }),
  name: 'sorted-array',
  pages: 1,
  setup,
  begin: () => ({ snaps: {}, overflow: {} }),
  operations: { ...operationsOf(calls), ...writesOf(calls, valueBytes) },
  scenarios,
  plan,
  observe: [['scan', false]],
  real: scenarios.map(({ name }) => name),
  mutants,
};

export default sortedArray;
