// The maps beside each other: what is crossed with what, and what is asked of it. Maps stand in
// maps/index.ts, workloads in workloads.ts, values in values.ts. Those of masstree are masstree.ts.

import type { MapName } from '../maps/index.ts';
import type { Suite } from '../types.ts';
import { VALUES, type ValueName } from '../values.ts';
import type { WorkloadName } from '../workloads.ts';
import { type Row, suiteOf } from './row.ts';

/** What the same is asked of all maps in. */
export const ALL: MapName[] = [
  ...(['masstree', 'hamt', 'skiplist', 'avl-batch'] as const),
  ...(['lmdb', 'sharedmap', 'sorted-btree', 'immutable', 'Map', 'Map by messages'] as const),
];
const LIST: MapName[] = ['skiplist', 'lmdb', 'sorted-btree', 'Map'];
const READS: WorkloadName[] = ['get', 'getMany', 'entries', 'entries100'];

const ROWS: readonly Row[] = [
  {
    name: 'sizes',
    title: 'All maps: what an entry costs and takes',
    about:
      'set: all entries into an empty map in random order, avl-batch builds every 1 000 and is ' +
      'rebuilt at the end. get: each key a string of its own, flat and never hashed; getMany: 64 ' +
      'keys a call, of maps that have it. entries: nanoseconds an entry, key and value decoded; ' +
      'masstree, skiplist, avl-batch, lmdb and sorted-btree in the order of their keys. Of fewer ' +
      'than 50 000 entries all is done several times over. bytes: of the blocks of masstree and ' +
      'hamt, the pages of skiplist, the tree of avl-batch, the file of lmdb, the table of ' +
      'sharedmap, the heap of the thread that is sent messages, each for all workers together; ' +
      'of the heap of one worker else. lmdb: putSync in one transaction, no fsync, files in ' +
      'memory. immutable: withMutations. sharedmap: made for a third more entries, of 20 and 12 ' +
      'characters, numbers as strings. Map by messages: a get or a getMany waits for its answer; ' +
      'sets go 64 to a message and the last message is waited for; entries come 1 000 to a ' +
      'message. sharedmap, immutable and Map by messages: up to 1 000 000 entries, more take ' +
      'minutes.',
    maps: ALL,
    // First bytes: what came before would still be in the heap.
    workloads: ['bytes', 'set', 'get', 'getMany', 'each'],
    values: 'f64',
    sizes: [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
    ratios: [],
    rounds: 3,
  },
  {
    name: 'skiplist-writes',
    title: 'Skip list: writing 1 M entries',
    about:
      'Random order unless stated. lmdb: putSync in one transaction, no fsync, files in memory. ' +
      'writeBatch: 1 000 entries a batch.',
    maps: LIST,
    workloads: ['set', 'setAscending', 'writeBatch'],
    values: 'f64',
    ratios: [
      ['set beside lmdb put', 'lmdb: set', 'skiplist: set', 1.5],
      ['writeBatch beside lmdb put', 'lmdb: set', 'skiplist: writeBatch', 2.5],
      ['set of ascending beside set of random keys', 'skiplist: set', 'skiplist: setAscending', 3],
      ['set beside sorted-btree', 'sorted-btree: set', 'skiplist: set'],
    ],
  },
  {
    name: 'skiplist-reads',
    title: 'Skip list: reading 1 M entries',
    about:
      'Keys asked in another random order, each a string of its own. getMany: 64 keys a call. ' +
      'Scans: nanoseconds an entry, key and value decoded; the short ones start at random keys.',
    maps: LIST,
    workloads: READS,
    values: 'f64',
    ratios: [
      ['getMany beside own get', 'skiplist: get', 'skiplist: getMany', 2],
      ['getMany beside lmdb get', 'lmdb: get', 'skiplist: getMany', 1.5],
      ['get beside lmdb get', 'lmdb: get', 'skiplist: get'],
      ['entries, all, beside lmdb getRange', 'lmdb: entries', 'skiplist: entries', 3],
      ['entries, limit 100, beside lmdb getRange', 'lmdb: entries100', 'skiplist: entries100', 2],
    ],
  },
  {
    name: 'skiplist-memory',
    title: 'Skip list: memory of 1 M entries',
    about:
      'skiplist: whole pages of its list, for all workers together. lmdb: its file, for all. ' +
      'sorted-btree and Map: the heap of one worker, once for each worker.',
    maps: LIST,
    workloads: ['bytes'],
    values: 'f64',
    ratios: [['the Map of one worker beside the list of all', 'Map: bytes', 'skiplist: bytes']],
    rounds: 3,
  },
  {
    name: 'avl-reads',
    title: 'AVL tree: reading 1 M entries',
    about:
      'avl-batch: rebuilt (`compact`); grown: by builds of 1 000 random keys, never rebuilt. ' +
      'Sorted array: a binary search over 32-bit offsets to records in shared memory, which ' +
      'stand in key order; keys and values cross as those of avl-batch do. getMany: 64 keys a ' +
      'call. Scans: nanoseconds an entry, key and value decoded.',
    maps: ['avl-batch', 'avl-batch, grown', 'sorted array', 'lmdb'],
    workloads: READS,
    values: 'f64',
    ratios: [
      [
        'get beside binary search (at most 1.5 of its time: 0.67)',
        'sorted array: get',
        'avl-batch: get',
        0.67,
      ],
      [
        'get, grown, beside binary search (at most 2.5 of its time: 0.4)',
        'sorted array: get',
        'avl-batch, grown: get',
        0.4,
      ],
      ['get beside lmdb get', 'lmdb: get', 'avl-batch: get', 1.5],
      ['getMany beside own get', 'avl-batch: get', 'avl-batch: getMany', 2],
      ['getMany, grown, beside own get', 'avl-batch, grown: get', 'avl-batch, grown: getMany'],
      ['entries, all, beside lmdb getRange', 'lmdb: entries', 'avl-batch: entries'],
      ['entries, limit 100, beside lmdb getRange', 'lmdb: entries100', 'avl-batch: entries100'],
    ],
  },
  ...(Object.keys(VALUES) as ValueName[]).map(
    (values): Row => ({
      name: `values-${values.replace(' ', '-')}`,
      title: `Maps of 1 M values: ${values}`,
      about:
        `Values: ${values}. set and writeBatch load in random order; avl-batch builds every ` +
        '1 000 entries and is rebuilt at the end. bytes: of masstree, the list, the tree, ' +
        'the file of lmdb; of the heap else.',
      maps: ['masstree', 'skiplist', 'avl-batch', 'lmdb', 'sorted-btree', 'Map'],
      workloads: ['set', 'writeBatch', ...READS, 'bytes'],
      values,
      ratios: [
        ['masstree set beside lmdb put', 'lmdb: set', 'masstree: set'],
        ['masstree get beside lmdb get', 'lmdb: get', 'masstree: get'],
        ['masstree getMany beside lmdb get', 'lmdb: get', 'masstree: getMany'],
        ['masstree entries beside lmdb getRange', 'lmdb: entries', 'masstree: entries'],
        ['masstree bytes beside lmdb', 'lmdb: bytes', 'masstree: bytes'],
        ['skiplist set beside lmdb put', 'lmdb: set', 'skiplist: set'],
        ['skiplist get beside lmdb get', 'lmdb: get', 'skiplist: get'],
        ['skiplist entries beside lmdb getRange', 'lmdb: entries', 'skiplist: entries'],
        ['avl-batch get beside lmdb get', 'lmdb: get', 'avl-batch: get'],
        ['avl-batch entries beside lmdb getRange', 'lmdb: entries', 'avl-batch: entries'],
      ],
      rounds: 3,
    }),
  ),
];

export const MAP_SUITES: readonly Suite[] = ROWS.map(suiteOf);
