// One bounded cache that workers share, beside one for each of them.

import type { Suite } from '../types.ts';

const WORKERS = [1, 2, 4];
const CACHES = ['Cache', 'lru-cache, parts', 'lru-cache, whole'];

export const CACHE_SUITES: readonly Suite[] = [
  {
    name: 'caches',
    title: 'One cache of 20 000 pages and one, two and four workers',
    about:
      'Nanoseconds of the whole an operation. request: 1 M in all for 200 000 pages of 200 ' +
      "characters, by Zipf's law with exponent 0.99; what is not found is made and kept. hit: of " +
      'pages that are there, each key a string of its own. misses: of a hundred requests. bytes: ' +
      'of all caches together, for each of the 20 000 pages. Cache: one for all workers. ' +
      'lru-cache, parts: one in each worker, of its part of the 20 000; whole: of 20 000 in ' +
      'each. More threads than the machine has cores take turns.',
    over: 'workers',
    subjects: CACHES.flatMap((name) =>
      WORKERS.map((threads) => ({ name: `${name}, ${threads}`, threads })),
    ),
    metrics: [
      { name: 'request', title: 'request', unit: 'ns' },
      { name: 'hit', title: 'hit', unit: 'ns' },
      { name: 'misses', title: 'misses, %', unit: 'count' },
      { name: 'bytes', title: 'bytes', unit: 'count' },
    ],
    ratios: [
      [
        'request: Cache beside lru-cache, parts, 2',
        'lru-cache, parts, 2: request',
        'Cache, 2: request',
      ],
      [
        'request: Cache beside lru-cache, whole, 2',
        'lru-cache, whole, 2: request',
        'Cache, 2: request',
      ],
      ['hit: Cache beside lru-cache, 1', 'lru-cache, whole, 1: hit', 'Cache, 1: hit'],
      ['hit, Cache: two beside one', 'Cache, 1: hit', 'Cache, 2: hit'],
    ],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/caches.ts')).caches,
  },
];
