import { AVL_SUITES } from './avl-suites.ts';
import { MISSES } from './misses-metrics.ts';
import { RECLAIM_SUITES } from './reclaim-suites.ts';
import type { Suite } from './types.ts';

const MILLION = 1_000_000;
const OURS = 'skiplist';

const OPERATIONS = ['set', 'setAscending', 'writeBatch', 'get', 'getMany', 'entries', 'entries100'];

/** Every benchmark, in the order of the tables. */
export const SUITES: readonly Suite[] = [
  {
    name: 'skiplist-writes',
    title: 'Skip list: writing 1 M entries',
    about:
      'Random order unless stated. lmdb: putSync in one transaction, no fsync, files in memory. ' +
      'writeBatch: 1 000 entries a batch.',
    subjects: [{ name: OURS }, { name: 'lmdb' }, { name: 'sorted-btree' }, { name: 'Map' }],
    metrics: [
      { name: 'set', title: 'set', unit: 'ns' },
      { name: 'setAscending', title: 'set, ascending keys', unit: 'ns' },
      { name: 'writeBatch', title: 'writeBatch', unit: 'ns' },
    ],
    ratios: [
      {
        title: 'set beside lmdb put',
        slow: { subject: 'lmdb', metric: 'set' },
        fast: { subject: OURS, metric: 'set' },
        bar: 1.5,
      },
      {
        title: 'writeBatch beside lmdb put',
        slow: { subject: 'lmdb', metric: 'set' },
        fast: { subject: OURS, metric: 'writeBatch' },
        bar: 2.5,
      },
      {
        title: 'set of ascending beside set of random keys',
        slow: { subject: OURS, metric: 'set' },
        fast: { subject: OURS, metric: 'setAscending' },
        bar: 3,
      },
      {
        title: 'set beside sorted-btree',
        slow: { subject: 'sorted-btree', metric: 'set' },
        fast: { subject: OURS, metric: 'set' },
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'skiplist-reads',
    title: 'Skip list: reading 1 M entries',
    about:
      'Keys asked in another random order, each a string of its own. getMany: 64 keys a call. ' +
      'Scans: nanoseconds an entry, key and value decoded; the short ones start at random keys.',
    subjects: [{ name: OURS }, { name: 'lmdb' }, { name: 'sorted-btree' }, { name: 'Map' }],
    metrics: [
      { name: 'get', title: 'get', unit: 'ns' },
      { name: 'getMany', title: 'getMany', unit: 'ns' },
      { name: 'entries', title: 'entries, all', unit: 'ns' },
      { name: 'entries100', title: 'entries, limit 100', unit: 'ns' },
    ],
    ratios: [
      {
        title: 'getMany beside own get',
        slow: { subject: OURS, metric: 'get' },
        fast: { subject: OURS, metric: 'getMany' },
        bar: 2,
      },
      {
        title: 'getMany beside lmdb get',
        slow: { subject: 'lmdb', metric: 'get' },
        fast: { subject: OURS, metric: 'getMany' },
        bar: 1.5,
      },
      {
        title: 'get beside lmdb get',
        slow: { subject: 'lmdb', metric: 'get' },
        fast: { subject: OURS, metric: 'get' },
      },
      {
        title: 'entries, all, beside lmdb getRange',
        slow: { subject: 'lmdb', metric: 'entries' },
        fast: { subject: OURS, metric: 'entries' },
        bar: 3,
      },
      {
        title: 'entries, limit 100, beside lmdb getRange',
        slow: { subject: 'lmdb', metric: 'entries100' },
        fast: { subject: OURS, metric: 'entries100' },
        bar: 2,
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'skiplist-writers',
    title: 'Skip list: two writers beside one',
    about: 'Both write half of 1 M random keys into one list; nanoseconds of the whole an entry.',
    subjects: [{ name: 'one writer' }, { name: 'two writers', threads: 2 }],
    metrics: [{ name: 'set', title: 'set', unit: 'ns' }],
    ratios: [
      {
        title: 'two writers beside one',
        slow: { subject: 'one writer', metric: 'set' },
        fast: { subject: 'two writers', metric: 'set' },
        bar: 1.5,
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'skiplist-memory',
    title: 'Skip list: memory of 1 M entries',
    about:
      'skiplist: whole pages of its list, for all workers together. lmdb: its file, for all. ' +
      'sorted-btree and Map: the heap of one worker, once for each worker.',
    subjects: [{ name: OURS }, { name: 'lmdb' }, { name: 'sorted-btree' }, { name: 'Map' }],
    metrics: [{ name: 'bytes', title: 'bytes an entry', unit: 'count' }],
    ratios: [
      {
        title: 'the Map of one worker beside the list of all',
        slow: { subject: 'Map', metric: 'bytes' },
        fast: { subject: OURS, metric: 'bytes' },
      },
    ],
    size: MILLION,
    tiny: 300,
    rounds: 3,
  },
  {
    name: 'skiplist-misses',
    title: 'Skip list: what an operation touches among 1 M entries',
    about:
      'Counted in the kernel as built, on a model of the caches (64-byte lines, 32 KiB, 1 MiB, ' +
      '32 MiB; 3 072 translations of 4 KiB pages; no prefetching). Scans: an entry.',
    subjects: OPERATIONS.map((name) => ({ name })),
    metrics: MISSES,
    ratios: [],
    size: MILLION,
    tiny: 300,
    rounds: 3,
  },
  {
    name: 'arena-alloc',
    title: 'Arena: alloc and free',
    about: '64-byte blocks, the loop inside the kernel; nanoseconds a pair.',
    subjects: [{ name: 'one thread' }, { name: 'two threads', threads: 2 }],
    metrics: [
      { name: 'pair', title: 'alloc + free, in the kernel', unit: 'ns' },
      { name: 'ring', title: 'alloc + free of the oldest of 1 000 blocks', unit: 'ns' },
      { name: 'fromJs', title: 'alloc + free, called from JavaScript', unit: 'ns' },
      { name: 'writes', title: 'atomic writes a pair, counted by the gate', unit: 'count' },
    ],
    ratios: [
      {
        title: 'two threads beside one',
        slow: { subject: 'one thread', metric: 'pair' },
        fast: { subject: 'two threads', metric: 'pair' },
        bar: 1.7,
      },
    ],
    limits: [
      {
        title: 'alloc + free, ns a pair',
        of: { subject: 'one thread', metric: 'pair' },
        bar: 25,
      },
      {
        title: 'atomic writes a pair',
        of: { subject: 'one thread', metric: 'writes' },
        bar: 3,
      },
    ],
    size: 10 * MILLION,
    tiny: 5000,
  },
  {
    name: 'arena-attach',
    title: 'Arena: attaching in a new worker',
    about:
      'From `new Worker` to its first message. The first worker does nothing; the second is ' +
      'given a memory of 64 MiB; the third is given it, loads the package and attaches before it ' +
      'answers; the fourth does so with 32 MiB. From 64 MiB on the engine collects garbage when ' +
      'a worker is given the memory.',
    subjects: [{ name: 'workers' }],
    metrics: [
      { name: 'empty', title: 'empty worker', unit: 'ms', same: false },
      { name: 'handed', title: 'worker that is given the memory', unit: 'ms', same: false },
      { name: 'attach', title: 'worker that attaches', unit: 'ms', same: false },
      { name: 'small', title: 'worker that attaches, 32 MiB', unit: 'ms', same: false },
    ],
    ratios: [],
    limits: [
      {
        title: 'attaching, ms beyond starting the worker',
        of: { subject: 'workers', metric: 'attach' },
        minus: { subject: 'workers', metric: 'empty' },
        bar: 5,
      },
      {
        title: 'attaching, ms beyond starting a worker with the memory',
        of: { subject: 'workers', metric: 'attach' },
        minus: { subject: 'workers', metric: 'handed' },
        bar: 5,
      },
      {
        title: 'attaching, 32 MiB, ms beyond starting the worker',
        of: { subject: 'workers', metric: 'small' },
        minus: { subject: 'workers', metric: 'empty' },
        bar: 5,
      },
    ],
    size: 20,
    tiny: 1,
  },
  {
    name: 'arena-crossing',
    title: 'Arena: a key into the kernel',
    about:
      'From JavaScript, fresh 16-byte strings. The key call encodes its key as the structures do ' +
      'and hands it to a kernel that reads all of it and returns.',
    subjects: [{ name: 'calls' }],
    metrics: [
      { name: 'empty', title: 'empty call', unit: 'ns', same: false },
      { name: 'key', title: 'call with a 16-byte key', unit: 'ns', same: false },
    ],
    ratios: [],
    limits: [
      {
        title: 'a call with a 16-byte key, ns',
        of: { subject: 'calls', metric: 'key' },
        bar: 60,
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  ...AVL_SUITES,
  ...RECLAIM_SUITES,
];
