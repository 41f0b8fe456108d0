// What one map gives to one, two and four workers at once.

import type { Suite } from '../types.ts';

const WORKERS = [1, 2, 4];
const SHARED = ['masstree', 'hamt', 'skiplist', 'lmdb', 'sharedmap', 'Map by messages'];
const ALL = [...SHARED, 'Map'];

export const WORKER_SUITES: readonly Suite[] = [
  {
    name: 'workers',
    title: 'One map of 1 M entries and one, two and four workers',
    about:
      'Nanoseconds of the whole an operation: half of it is twice as many operations a second. ' +
      'get: the workers read all keys, each its part, in random order, each key a string of its ' +
      'own; getMany: the same, 64 keys a call. set: they overwrite all, in the same way. lmdb: ' +
      'one transaction for each worker, which wait for each other; no fsync, files in memory. ' +
      'sharedmap: numbers are strings in it. Map by messages: one thread more has the Map and ' +
      'answers; a get waits for its answer, and one key in ten is read so; sets go 64 to a ' +
      'message, and the last message of each worker is waited for. Map: a copy for each worker, ' +
      'which is only read. More threads than the machine has cores take turns.',
    over: 'workers',
    subjects: ALL.flatMap((name) =>
      WORKERS.map((threads) => ({ name: `${name}, ${threads}`, threads })),
    ),
    metrics: [
      { name: 'get', title: 'get', unit: 'ns' },
      { name: 'getMany', title: 'getMany', unit: 'ns' },
      { name: 'set', title: 'set', unit: 'ns' },
    ],
    ratios: [
      ...ALL.map((n) => [`get, ${n}: two beside one`, `${n}, 1: get`, `${n}, 2: get`] as const),
      ...SHARED.map((n) => [`set, ${n}: two beside one`, `${n}, 1: set`, `${n}, 2: set`] as const),
    ],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/workers.ts')).workers,
  },
];
