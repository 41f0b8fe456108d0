// What the suites that count have in common.

import type { Suite } from '../types.ts';

/** What the model of the caches (cache.ts) counts. */
export const MISSES: Suite['metrics'] = [
  { name: 'accesses', title: 'accesses', unit: 'count' },
  { name: 'l1Misses', title: 'lines not in 32 KiB', unit: 'count' },
  { name: 'l2Misses', title: 'lines not in 1 MiB', unit: 'count' },
  { name: 'memoryMisses', title: 'lines from memory', unit: 'count' },
  { name: 'pageMisses', title: 'page translations missed', unit: 'count' },
];

export const named = (names: readonly string[], threads = 1): Suite['subjects'] =>
  names.map((name) => ({ name, threads }));
