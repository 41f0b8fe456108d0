// Hamt beside what one would use in its place.

import type { MapName } from '../maps/index.ts';
import type { Suite } from '../types.ts';
import type { WorkloadName } from '../workloads.ts';
import { blockSuites } from './blocks.ts';
import { MISSES, named } from './counted.ts';
import { suiteOf } from './row.ts';

const MAPS: MapName[] = ['hamt', 'Map', 'lmdb', 'masstree'];
const WORKLOADS: WorkloadName[] = [
  'bytes', // First: what came before would still be in the heap.
  ...(['set', 'overwrite', 'delete', 'get', 'getHashed', 'getOwn', 'getMany', 'each'] as const),
];

/** How many entries there are, by the names of the suites. */
const SIZES = { '100k': 100_000, '1m': 1_000_000, '10m': 10_000_000 };

/** A bar and an aim. */
type Bar = [] | [bar: number, aim: number];

/** What Hamt does beside whom, and its bars at each of the sizes. */
const COMPARED: readonly [title: string, MapName, WorkloadName, ...Bar[]][] = [
  ['get beside Map', 'Map', 'get', [1.3, 2.1], [1.4, 2.1], [1.2, 1.65]],
  ['get beside lmdb get', 'lmdb', 'get', [2.8, 3.8], [2.2, 3.2], [2.2, 2.9]],
  ['getMany beside Map get', 'Map', 'getMany', [1.3, 2.1], [2.8, 4.5], [2.5, 4]],
  ['set beside Map', 'Map', 'set', [0.85, 1.1], [1, 1.5], [0.9, 1.2]],
  ['set beside lmdb put', 'lmdb', 'set', [3, 4.5], [2.5, 4], [3, 3.9]],
  ['overwrite beside Map', 'Map', 'overwrite', [1.2, 2.2], [1.5, 2], [1.1, 1.45]],
  ['overwrite beside lmdb put', 'lmdb', 'overwrite', [2, 3.5], [1.9, 3.1], [4, 6.8]],
  ['delete beside Map', 'Map', 'delete', [1.2, 1.8], [1.2, 1.8], [1.3, 1.9]],
  ['delete beside lmdb remove', 'lmdb', 'delete', [2.5, 3.8], [1.8, 3.3], []],
  ['entries, all, beside lmdb getRange', 'lmdb', 'each', [0.9, 2.4], [2, 3.5], [2, 3]],
  ['entries, all, beside Map', 'Map', 'each', [0.25, 0.5], [0.25, 0.5], [0.25, 0.35]],
  ['bytes beside Map', 'Map', 'bytes', [1.8, 2.2], [1.8, 2.05], [1.9, 2.4]],
  ['bytes beside lmdb', 'lmdb', 'bytes', [1.1, 1.4], [1.25, 1.5], [2.5, 4]],
  ['get, hash cached, beside Map', 'Map', 'getHashed'],
  ['get, the strings that were set, beside Map', 'Map', 'getOwn'],
  ['get beside masstree', 'masstree', 'get'],
  ['set beside masstree', 'masstree', 'set'],
  ['bytes beside masstree', 'masstree', 'bytes'],
];

/** What a peer does in place of what it cannot do. */
const INSTEAD: Partial<Record<WorkloadName, WorkloadName>> = { getMany: 'get' };

const ABOUT =
  'Random order. get: each key a string of its own, flat and never hashed; hash cached: the ' +
  'engine has hashed it before. getMany: 64 keys a call. overwrite and delete: all keys of a ' +
  'full map, in another order. bytes: of the blocks in use, for all workers together; the file ' +
  'of lmdb; the heap of one worker that has a Map. lmdb: putSync in one transaction, no fsync, ' +
  'files in memory.';

export const HAMT_SUITES: readonly Suite[] = [
  ...Object.entries(SIZES).map(([name, size], at) =>
    suiteOf({
      name: `hamt-${name}`,
      title: `Hamt: ${size.toLocaleString('en').replaceAll(',', ' ')} entries`,
      about: ABOUT,
      maps: MAPS,
      workloads: WORKLOADS,
      values: 'f64',
      size,
      rounds: 3,
      ratios: COMPARED.map(
        ([title, map, what, ...bars]) =>
          [
            title,
            `${map}: ${INSTEAD[what] ?? what}`,
            `hamt: ${what}`,
            ...(bars[at] ?? []),
          ] as const,
      ),
    }),
  ),
  suiteOf({
    name: 'hamt-long',
    title: 'Hamt: keys of 40 to 100 bytes',
    about: `Random letters. ${ABOUT}`,
    maps: MAPS,
    workloads: WORKLOADS,
    values: 'f64',
    keys: 'long',
    rounds: 3,
    ratios: COMPARED.map(
      ([title, map, what]) => [title, `${map}: ${INSTEAD[what] ?? what}`, `hamt: ${what}`] as const,
    ),
  }),
  {
    name: 'hamt-snapshots',
    title: 'Hamt: a snapshot, and the writes behind it',
    about:
      'A snapshot, then writes to random keys of those that are there, again and again. first: ' +
      'the first of them; writes: 1 000, beside 1 000 without a snapshot. Times of one call are ' +
      'medians, the clock included.',
    subjects: named(['1 000 entries', '1 000 000 entries']),
    metrics: [
      { name: 'snapshot', title: 'snapshot', unit: 'ns' },
      { name: 'first', title: 'first write behind it', unit: 'ns' },
      { name: 'behind', title: 'a write of 1 000 behind it', unit: 'ns' },
      { name: 'without', title: 'a write of 1 000 without one', unit: 'ns' },
    ],
    ratios: [
      [
        'writes without beside behind a snapshot (at most 1.3 times as long: 0.77)',
        '1 000 000 entries: without',
        '1 000 000 entries: behind',
        0.77,
        0.91,
      ],
    ],
    limits: [
      ['snapshot of 1 000, ns', '1 000 entries: snapshot', 5_000],
      ['snapshot of 1 000 000, ns', '1 000 000 entries: snapshot', 5_000],
      ['first write behind it, ns', '1 000 000 entries: first', 3_000],
    ],
    size: 300,
    tiny: 3,
    rounds: 3,
    load: async () => (await import('../subjects/snapshots.ts')).snapshots,
  },
  {
    name: 'hamt-hot',
    title: 'Hamt: two threads that write one key',
    about: 'set of one key again and again. Nanoseconds of the whole an operation.',
    subjects: [{ name: 'one thread' }, { name: 'two threads', threads: 2 }],
    metrics: [{ name: 'set', title: 'set', unit: 'ns', same: false }],
    ratios: [['two beside one', 'one thread: set', 'two threads: set', 0.5]],
    size: 1_000_000,
    tiny: 300,
    load: async () => (await import('../subjects/sharing.ts')).hotKey,
  },
  ...blockSuites('hamt', 'Hamt', 'contraction'),
  {
    name: 'hamt-misses',
    title: 'Hamt: what an operation touches among 1 M entries',
    about: 'Counted as for the skip list, in the kernel as built.',
    subjects: named(['set', 'overwrite', 'delete', 'get', 'getMany']),
    metrics: MISSES,
    ratios: [],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/misses.ts')).hamtMisses,
  },
];
