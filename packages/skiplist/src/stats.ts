// A list's numbers, from the kernel's result block.

import type { MapCore } from '@x/shm-arena/map';
import { PAGE_BYTES } from '@x/shm-arena/structure';
import type { ListStats } from './api.ts';
import {
  type ListKernel,
  STATS_HEIGHT,
  STATS_LIVE,
  STATS_MAX_ENTRIES,
  STATS_MAX_PAGES,
  STATS_PAGES,
  STATS_VERSIONS,
} from './kernel.ts';

/** What is asked for numbers: a list's core, whatever its keys, values and errors are. */
type Asked = Pick<
  MapCore<ListKernel, unknown, unknown>,
  'crossing' | 'entry' | 'ask' | 'generation' | 'kernel' | 'result' | 'resultCount'
>;

/** Leaves the numbers of the list `target`, or of the whole stack for 0, in the result block. */
export function tryStats(core: Asked, target: number): number {
  core.crossing.begin();
  return core.kernel.stats(core.entry, core.generation, target);
}

/** The numbers of the list `target`; of the whole stack for 0. The result block stays. */
export function listStats(core: Asked, target: number): ListStats {
  core.ask('stats', () => tryStats(core, target));
  return readStats(core);
}

/** The numbers in the result block. */
export function readStats(core: Asked): ListStats {
  return {
    entries: core.resultCount(STATS_VERSIONS),
    live: core.resultCount(STATS_LIVE),
    bytes: core.result(STATS_PAGES) * PAGE_BYTES,
    maxBytes: core.result(STATS_MAX_PAGES) * PAGE_BYTES || Infinity,
    maxEntries: core.result(STATS_MAX_ENTRIES) || Infinity,
    height: core.result(STATS_HEIGHT),
  };
}
