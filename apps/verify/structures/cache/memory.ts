// What holds of a cache after every step, beside what holds of every Hamt: its bound.

import {
  CACHE_ENTRIES,
  HAS_VALUE,
  HEAD_WHAT,
} from '../../../../packages/hamt/build/numbers-gated/cache/layout.ts';
import { MAP_CACHE } from '../../../../packages/hamt/build/numbers-gated/layout.ts';
import type { World } from '../../src/structure.ts';
import { isLive } from '../common.ts';
import type { Run as MapRun } from '../hamt/memory.ts';
import { account as accountOfMap, invariantOf as invariantOfMap } from '../hamt/memory.ts';
import { present, valueIn } from '../hamt/trie.ts';
import { find } from '../map/blocks.ts';

export interface Run extends MapRun {
  /** Fills begun: the kernel's number of each. */
  fills: Record<string, number>;
}

/** T3: each worker may be one credit, of one entry, above the bound. */
export function invariantOf(world: World, entry: number, run: Run): string | undefined {
  const wrong = invariantOfMap(world, entry, run);
  if (wrong !== undefined || !isLive(world, entry)) return wrong;
  const most = world.u32(world.u32(find(world, entry).map + MAP_CACHE) + CACHE_ENTRIES);
  if (most === 0) return undefined;
  const values = present.found.records.filter(
    (record) => (world.u32(valueIn(world, record) + HEAD_WHAT) & HAS_VALUE) !== 0,
  ).length;
  const workers = world.threads.filter(({ role }) => role === 'worker').length;
  if (values <= most - 1 + workers) return undefined;
  return `T3: ${values} entries, the bound is ${most}`;
}

/** Nobody works; see the Hamt's. */
export function account(world: World, entry: number, run: Run): string | undefined {
  return invariantOf(world, entry, run) ?? accountOfMap(world, entry, run);
}
