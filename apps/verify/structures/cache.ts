// @x/hamt/cache under the checker: bounds and the hand against reads and writes, fills against
// invalidations and deaths, expiry.
//
// Every call is held to one sequential model (cache/model.ts), in which a value may be gone only
// where a bound makes room; the bound, the trie and its blocks are looked at after every step.
// Parts: cache/, and those of the Hamt, whose kernel it is.

import type { Scenario, Steps, Structure, World } from '../src/structure.ts';
import { account, invariantOf, type Run } from './cache/memory.ts';
import { type CacheState, model } from './cache/model.ts';
import { mutants } from './cache/mutants.ts';
import { operations } from './cache/operations.ts';
import { plan, scenarios, settings } from './cache/scenarios.ts';
import { isLive } from './common.ts';
import { nameWord } from './hamt/memory.ts';
import { calls, KERNEL } from './hamt/operations.ts';
import { promise } from './hamt/parts.ts';
import { createMapBy, isAlive, ofMap } from './map/structure.ts';

/** A bound that no scenario reaches, and which is none for T3. */
const MANY_BYTES = 2 ** 20;

function setup(world: World, scenario: Scenario): void {
  const { pages, entries } = settings.get(scenario.name)!;
  const bytes = entries === 0 ? MANY_BYTES : 0;
  createMapBy('cacheCreate', world, KERNEL, pages, entries, bytes, 0, 0);
}

const common = ofMap<Run, never>({
  calls,
  source: 'packages/hamt',
  promise: promise as never,
  blockers: {},
  invariant: invariantOf,
  word: nameWord,
});

const cache: Structure<Run, CacheState> = {
  ...common,
  name: 'cache',
  pages: 2,
  setup,
  begin: () => ({ snaps: {}, overflow: {}, forks: {}, places: {}, said: {}, fills: {} }),
  operations,
  model,
  *end(t, run, world): Steps<string | undefined> {
    const { entry, generation } = t.local;
    if (isLive(world, entry!)) {
      const lost = account(world, entry!, run);
      if (lost !== undefined) return lost;
      for (const other of world.threads) {
        if (other === t || other.role !== 'worker' || !isAlive(world, other)) continue;
        yield [other.kernels[KERNEL]!.leave!, entry!, generation!];
      }
    }
    return yield* common.end!(t, run, world) as Steps<string | undefined>;
  },
  scenarios,
  plan,
  observe: ['a', 'b', 'c', 'd', 'i', 'j', 'k'].map((key) => ['get', key]),
  mutants,
};

export default cache;
