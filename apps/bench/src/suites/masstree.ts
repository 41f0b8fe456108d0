// Masstree beside what one would use in its place, and two threads on one map beside two on two.

import type { KeyName } from '../keys.ts';
import type { MapName } from '../maps/index.ts';
import type { Suite } from '../types.ts';
import { blockSuites } from './blocks.ts';
import { MISSES, named } from './counted.ts';
import { type Row, suiteOf } from './row.ts';

const PEERS: MapName[] = ['masstree', 'lmdb', 'sorted-btree', 'Map', 'skiplist', 'avl-batch'];
const DATABASE = 'lmdb: putSync in one transaction, no fsync, files in memory. ';

/** What keys of another kind are, and how many of them there are if not a million. */
const KINDS: Record<Exclude<KeyName, 'user' | 'long'>, readonly [title: string, size?: number]> = {
  sparse: ['texts of 16 bytes with gaps of 4 294, in 43 layers'],
  integers: ['whole numbers with gaps of 9 million, in 8 bytes'],
  cities: ['names of places', 150_000],
  urls: ['addresses of 51 bytes that agree in 40'],
};

const ROWS: readonly Row[] = [
  {
    name: 'masstree-reads',
    title: 'Masstree: reading 1 M entries',
    about:
      'Keys asked in another random order, each a string of its own. getMany: 64 keys a call. ' +
      'Scans: nanoseconds an entry, key and value decoded; values: values alone; scan: by a ' +
      "function that is called, sorted-btree's forRange. Short ones start at random keys.",
    maps: PEERS,
    workloads: ['get', 'getMany', 'entries', 'values', 'entries100', 'scan100'],
    values: 'f64',
    ratios: [
      ['get beside lmdb get', 'lmdb: get', 'masstree: get', 2.5, 3.5],
      ['get beside Map', 'Map: get', 'masstree: get', 1.5, 2.2],
      ['get beside sorted-btree', 'sorted-btree: get', 'masstree: get', 4, 5.5],
      ['getMany beside own get', 'masstree: get', 'masstree: getMany', 2.2, 2.8],
      ['getMany beside lmdb get', 'lmdb: get', 'masstree: getMany', 6, 10],
      ['entries, all, beside lmdb getRange', 'lmdb: entries', 'masstree: entries', 2.5, 3.8],
      ['entries, all, beside sorted-btree', 'sorted-btree: entries', 'masstree: entries', 0.5, 0.8],
      ['values, all, beside lmdb getRange', 'lmdb: entries', 'masstree: values', 4, 6],
      [
        'entries, limit 100, beside lmdb getRange',
        'lmdb: entries100',
        'masstree: entries100',
        2.2,
        3.2,
      ],
      ['scan, limit 100, beside lmdb getRange', 'lmdb: entries100', 'masstree: scan100', 2.8, 4],
      [
        'scan, limit 100, beside sorted-btree forRange',
        'sorted-btree: scan100',
        'masstree: scan100',
        1.3,
        2.2,
      ],
      ['get beside skiplist', 'skiplist: get', 'masstree: get'],
      ['get beside avl-batch', 'avl-batch: get', 'masstree: get'],
      ['getMany beside avl-batch', 'avl-batch: getMany', 'masstree: getMany'],
    ],
  },
  {
    name: 'masstree-writes',
    title: 'Masstree: writing 1 M entries',
    about:
      `Random order unless stated. ${DATABASE}setMany: 1 000 entries a call, of skiplist ` +
      'writeBatch. overwrite and delete: all keys of a full map, in another order. avl-batch ' +
      'builds every 1 000 writes and is rebuilt at the end.',
    maps: PEERS,
    workloads: ['set', 'setAscending', 'setMany', 'overwrite', 'delete'],
    values: 'f64',
    ratios: [
      ['set beside lmdb put', 'lmdb: set', 'masstree: set', 2.5, 3.5],
      ['set beside Map', 'Map: set', 'masstree: set', 1, 1.7],
      ['set beside sorted-btree', 'sorted-btree: set', 'masstree: set', 3, 4.5],
      ['set, ascending, beside lmdb', 'lmdb: setAscending', 'masstree: setAscending', 3, 4.5],
      ['set, ascending, beside Map', 'Map: setAscending', 'masstree: setAscending', 2.5, 5],
      ['setMany beside lmdb put', 'lmdb: set', 'masstree: setMany'],
      ['overwrite beside lmdb put', 'lmdb: overwrite', 'masstree: overwrite'],
      ['overwrite beside Map', 'Map: overwrite', 'masstree: overwrite'],
      ['delete beside lmdb remove', 'lmdb: delete', 'masstree: delete'],
      ['delete beside Map', 'Map: delete', 'masstree: delete'],
      ['set beside skiplist', 'skiplist: set', 'masstree: set'],
    ],
  },
  {
    name: 'masstree-memory',
    title: 'Masstree: memory of 1 M entries',
    about:
      'masstree: its blocks, for all workers together; skiplist and avl-batch: their memory. ' +
      'lmdb: its file, for all. sorted-btree and Map: the heap of one worker, once for each.',
    maps: PEERS,
    workloads: ['bytes', 'bytesAscending'],
    values: 'f64',
    ratios: [
      [
        'bytes beside lmdb (at most 0.85 of its file: 1.18)',
        'lmdb: bytes',
        'masstree: bytes',
        1.18,
        1.43,
      ],
      [
        'bytes, ascending, beside lmdb (at most 0.75 of its file: 1.33)',
        'lmdb: bytesAscending',
        'masstree: bytesAscending',
        1.33,
        1.54,
      ],
      ['the Map of one worker beside the map of all', 'Map: bytes', 'masstree: bytes'],
    ],
    rounds: 3,
  },
  {
    name: 'masstree-long',
    title: 'Masstree: 1 M keys of 40 to 100 bytes',
    about: `Random letters. ${DATABASE}Values f64.`,
    maps: ['masstree', 'lmdb', 'sorted-btree', 'Map', 'skiplist'],
    workloads: ['bytes', 'set', 'get', 'getMany', 'entries'],
    values: 'f64',
    keys: 'long',
    ratios: [
      ['get beside lmdb get', 'lmdb: get', 'masstree: get', 1.7, 2.2],
      ['set beside lmdb put', 'lmdb: set', 'masstree: set', 2, 2.8],
      ['entries, all, beside lmdb getRange', 'lmdb: entries', 'masstree: entries', 2, 3.5],
      ['getMany beside own get', 'masstree: get', 'masstree: getMany'],
      ['get beside Map', 'Map: get', 'masstree: get'],
      ['set beside Map', 'Map: set', 'masstree: set'],
      ['bytes beside lmdb', 'lmdb: bytes', 'masstree: bytes'],
    ],
  },
  ...Object.entries(KINDS).map(
    ([keys, [title, size = 1_000_000]]): Row => ({
      name: `masstree-keys-${keys}`,
      title: `Masstree: keys that are ${title}`,
      about: `Random order, values f64. ${DATABASE}`,
      maps: ['masstree', 'lmdb', 'sorted-btree', 'Map'],
      workloads: [
        'bytes', // First: what came before would still be in the heap.
        ...(['set', 'setAscending', 'get', 'getMany', 'entries', 'entries100', 'scan100'] as const),
      ],
      values: 'f64',
      keys: keys as KeyName,
      size,
      ratios: [
        ['get beside lmdb get', 'lmdb: get', 'masstree: get'],
        ['get beside Map', 'Map: get', 'masstree: get'],
        ['get beside sorted-btree', 'sorted-btree: get', 'masstree: get'],
        ['getMany beside own get', 'masstree: get', 'masstree: getMany'],
        ['set beside lmdb put', 'lmdb: set', 'masstree: set'],
        ['set beside Map', 'Map: set', 'masstree: set'],
        ['set, ascending, beside lmdb', 'lmdb: setAscending', 'masstree: setAscending'],
        ['entries, all, beside lmdb getRange', 'lmdb: entries', 'masstree: entries'],
        ['entries, limit 100, beside lmdb', 'lmdb: entries100', 'masstree: entries100'],
        ['scan, limit 100, beside sorted-btree', 'sorted-btree: scan100', 'masstree: scan100'],
        ['bytes beside lmdb', 'lmdb: bytes', 'masstree: bytes'],
      ],
      rounds: 3,
    }),
  ),
];

export const MASSTREE_SUITES: readonly Suite[] = [
  ...ROWS.map(suiteOf),
  ...blockSuites('masstree', 'Masstree', 'coalescing'),
  {
    name: 'masstree-misses',
    title: 'Masstree: what an operation touches among 1 M entries',
    about:
      'Counted as for the skip list, in the kernel as built; writeBatch is setMany. Scans: an ' +
      'entry.',
    subjects: named([
      'set',
      'setAscending',
      'writeBatch',
      'overwrite',
      'delete',
      'get',
      'getMany',
      'entries',
      'entries100',
    ]),
    metrics: MISSES,
    ratios: [],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/misses.ts')).masstreeMisses,
  },
];
