// What only the maps of this project do: many writers, batches, builds beside reads; and what an
// operation of theirs touches.

import type { Suite } from '../types.ts';
import { MISSES, named } from './counted.ts';

const MILLION = { size: 1_000_000, tiny: 300 };

/** Nodes that a batch of m makes in a tree of n are at most so many times m * log2(n / m + 1). */
const NODES_SHARE = 1.5;
const BATCHES = ['m = 1', 'm = 100', 'm = 1 000', 'm = 10 000', 'm = 100 000', 'm = 1 000 000'];

export const OWN_SUITES: readonly Suite[] = [
  {
    name: 'skiplist-writers',
    title: 'Skip list: two writers beside one',
    about: 'Both write half of 1 M random keys into one list; nanoseconds of the whole an entry.',
    subjects: [{ name: 'one writer' }, { name: 'two writers', threads: 2 }],
    metrics: [{ name: 'set', title: 'set', unit: 'ns' }],
    ratios: [['two writers beside one', 'one writer: set', 'two writers: set', 1.5]],
    ...MILLION,
    load: async () => (await import('../subjects/writers.ts')).writers,
  },
  {
    name: 'skiplist-misses',
    title: 'Skip list: what an operation touches among 1 M entries',
    about:
      'Counted in the kernel as built, on a model of the caches (64-byte lines, 32 KiB, 1 MiB, ' +
      '32 MiB; 3 072 translations of 4 KiB pages; no prefetching). Scans: an entry.',
    subjects: named([
      'set',
      'setAscending',
      'writeBatch',
      'get',
      'getMany',
      'entries',
      'entries100',
    ]),
    metrics: MISSES,
    ratios: [],
    ...MILLION,
    rounds: 3,
    load: async () => (await import('../subjects/misses.ts')).listMisses,
  },
  {
    name: 'avl-build',
    title: 'AVL tree: applying a batch of m operations to 1 M entries',
    about:
      'The tree was just rebuilt. sets: random keys, half of them new; mixed: half sets, a ' +
      'quarter deletes, a quarter inserts. c: nodes made beside m · log2(n / m + 1), the larger ' +
      'of both.',
    subjects: named(BATCHES),
    metrics: [
      { name: 'sets', title: 'an operation, sets', unit: 'ns', same: false },
      { name: 'mixed', title: 'an operation, mixed', unit: 'ns', same: false },
      { name: 'nodes', title: 'nodes an operation, sets', unit: 'count', same: false },
      { name: 'share', title: 'c', unit: 'count', same: false },
      { name: 'rebuild', title: 'rebuilding all', unit: 'ms', same: false },
    ],
    ratios: [],
    limits: [
      ['sets, m = 1 000, ns an operation', 'm = 1 000: sets', 4_000],
      ['mixed, m = 1 000, ns an operation', 'm = 1 000: mixed', 4_000],
      ...BATCHES.map((m) => [`c, ${m}`, `${m}: share`, NODES_SHARE] as const),
    ],
    ...MILLION,
    rounds: 3,
    load: async () => (await import('../subjects/builds.ts')).builds,
  },
  {
    name: 'avl-append',
    title: 'AVL tree: appending operations',
    about: 'Sets with 16-byte keys and 8-byte values, one thread; nothing is built meanwhile.',
    subjects: [{ name: 'one thread' }],
    metrics: [
      { name: 'kernel', title: 'append, the loop inside the kernel', unit: 'ns', same: false },
      { name: 'set', title: 'set, called from JavaScript', unit: 'ns', same: false },
    ],
    ratios: [],
    limits: [['append, ns (5 M a second: 200)', 'one thread: kernel', 200]],
    ...MILLION,
    load: async () => (await import('../subjects/builds.ts')).appends,
  },
  {
    name: 'avl-live',
    title: 'AVL tree: reading 1 M entries while it is built',
    about:
      'Another thread writes 100 000 operations a second on random keys, half of them new, and ' +
      'builds every 10 ms, rebuilding the tree when its memory has doubled. At rest that thread ' +
      'sleeps: rebuilt, and after builds like those, half way to the next rebuild. ' +
      'Percentiles: each get alone, the clock included.',
    subjects: named(['rebuilt', 'after builds', 'during builds'], 2),
    metrics: [
      { name: 'get', title: 'get', unit: 'ns', same: false },
      { name: 'p50', title: 'get, p50', unit: 'ns' },
      { name: 'p99', title: 'get, p99', unit: 'ns' },
      { name: 'p999', title: 'get, p99.9', unit: 'ns' },
      { name: 'pace', title: 'the other thread, an operation', unit: 'ns' },
    ],
    ratios: [
      [
        'get after builds beside during builds (readers lose less than 20 %: 0.8)',
        'after builds: get',
        'during builds: get',
        0.8,
      ],
      ['get, rebuilt, beside during builds', 'rebuilt: get', 'during builds: get'],
      ['p99 of get after builds beside during builds', 'after builds: p99', 'during builds: p99'],
    ],
    limits: [
      [
        'the other thread, ns an operation (100 000 a second: 10 000)',
        'during builds: pace',
        10_200,
      ],
    ],
    ...MILLION,
    load: async () => (await import('../subjects/live.ts')).live,
  },
  {
    name: 'avl-delay',
    title: 'AVL tree: from append to visible',
    about:
      'One thread appends 100 000 operations a second, as they are due, to a tree of 1 M ' +
      'entries; a builder in a thread of its own applies them. Milliseconds until every ' +
      'hundredth is seen.',
    subjects: named(['as it comes', 'maxDelayMs 1', 'maxDelayMs 0']),
    metrics: [
      { name: 'p50', title: 'p50', unit: 'ms' },
      { name: 'p99', title: 'p99', unit: 'ms' },
      { name: 'p999', title: 'p99.9', unit: 'ms' },
    ],
    ratios: [],
    ...MILLION,
    load: async () => (await import('../subjects/live.ts')).delays,
  },
  {
    name: 'avl-rebuilt',
    title: 'AVL tree: 10 M entries, written to while they are rebuilt',
    about:
      'Four bytes to four bytes. One thread writes 50 000 operations a second on random keys, a ' +
      'builder in a thread of its own applies them, a third thread reads. rebuilt: as it comes, ' +
      'in an arena with room for two and a half trees; not rebuilt: in one for four, with ' +
      'autoCompact off. Milliseconds until every hundredth write is seen; refused: the queue was ' +
      'full; get at rest, before: nothing is written yet, and the tree was made in the order of ' +
      'its keys; after: nothing is written any more, and the tree is as all this has left it.',
    subjects: named(['rebuilt', 'not rebuilt'], 2),
    metrics: [
      { name: 'p50', title: 'p50', unit: 'ms' },
      { name: 'p99', title: 'p99', unit: 'ms' },
      { name: 'p999', title: 'p99.9', unit: 'ms' },
      { name: 'refused', title: 'refused', unit: 'count' },
      { name: 'rest', title: 'get, at rest, before', unit: 'ns', same: false },
      { name: 'get', title: 'get', unit: 'ns', same: false },
      { name: 'rested', title: 'get, at rest, after', unit: 'ns', same: false },
    ],
    ratios: [
      ['get, not rebuilt beside rebuilt', 'not rebuilt: get', 'rebuilt: get', 0.9],
      ['get at rest, after, beside rebuilt', 'rebuilt: rested', 'rebuilt: get', 0.9],
      ['get at rest, before, beside rebuilt', 'rebuilt: rest', 'rebuilt: get'],
    ],
    limits: [
      ['p99, ms', 'rebuilt: p99', 50],
      ['refused', 'rebuilt: refused', 0],
    ],
    ...{ size: 10_000_000, tiny: 300, rounds: 3 },
    load: async () => (await import('../subjects/rebuilding.ts')).rebuilding,
  },
  {
    name: 'avl-misses',
    title: 'AVL tree: what an operation touches among 1 M entries',
    about:
      'Counted as for the skip list, in the kernel as built. The tree was rebuilt; grown: after ' +
      '70 batches of 1 000 operations more. Scans: an entry; apply: an operation of such a batch.',
    subjects: named(['get', 'get, grown', 'getMany', 'entries', 'entries100', 'apply']),
    metrics: MISSES,
    ratios: [],
    ...MILLION,
    rounds: 3,
    load: async () => (await import('../subjects/misses.ts')).treeMisses,
  },
];
