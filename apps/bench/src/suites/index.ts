import type { Suite } from '../types.ts';
import { ARENA_SUITES } from './arena.ts';
import { CACHE_SUITES } from './caches.ts';
import { HAMT_SUITES } from './hamt.ts';
import { MAP_SUITES } from './maps.ts';
import { MASSTREE_SUITES } from './masstree.ts';
import { OWN_SUITES } from './own.ts';
import { RECLAIM_SUITES } from './reclaim.ts';
import { WORKER_SUITES } from './workers.ts';
import { YCSB_SUITES } from './ycsb.ts';

/** Every benchmark. */
export const SUITES: readonly Suite[] = [
  ...YCSB_SUITES,
  ...MAP_SUITES,
  ...WORKER_SUITES,
  ...CACHE_SUITES,
  ...MASSTREE_SUITES,
  ...HAMT_SUITES,
  ...OWN_SUITES,
  ...ARENA_SUITES,
  ...RECLAIM_SUITES,
];

/** The suite of that name, or else all whose names begin with it; RangeError if there are none. */
export function suitesOf(name: string): readonly Suite[] {
  const exact = SUITES.filter((suite) => suite.name === name);
  const found = exact.length > 0 ? exact : SUITES.filter((suite) => suite.name.startsWith(name));
  if (found.length > 0) return found;
  throw new RangeError(`found ${name}: expected one of ${SUITES.map((s) => s.name).join(', ')}`);
}
