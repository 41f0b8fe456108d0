// AvlBatch's benchmarks.

import { MISSES } from './misses-metrics.ts';
import type { Suite } from './types.ts';

const MILLION = 1_000_000;
const OURS = 'avl-batch';
const GROWN = 'avl-batch, grown';
const SORTED = 'sorted array';

/** Nodes that a batch of m makes in a tree of n are at most so many times m * log2(n / m + 1). */
const NODES_SHARE = 1.5;
const BATCHES = ['m = 1', 'm = 100', 'm = 1 000', 'm = 10 000', 'm = 100 000', 'm = 1 000 000'];

export const AVL_SUITES: readonly Suite[] = [
  {
    name: 'avl-reads',
    title: 'AVL tree: reading 1 M entries',
    about:
      'avl-batch: rebuilt (`compact`); grown: by builds of 1 000 random keys, never rebuilt. ' +
      'Sorted array: a binary search over 32-bit offsets to records in shared memory, which ' +
      'stand in key order; keys and values cross as those of avl-batch do. getMany: 64 keys a ' +
      'call. Scans: nanoseconds an entry, key and value decoded.',
    subjects: [{ name: OURS }, { name: GROWN }, { name: SORTED }, { name: 'lmdb' }],
    metrics: [
      { name: 'get', title: 'get', unit: 'ns' },
      { name: 'getMany', title: 'getMany', unit: 'ns' },
      { name: 'entries', title: 'entries, all', unit: 'ns' },
      { name: 'entries100', title: 'entries, limit 100', unit: 'ns' },
    ],
    ratios: [
      {
        title: 'get beside binary search (at most 1.5 of its time: 0.67)',
        slow: { subject: SORTED, metric: 'get' },
        fast: { subject: OURS, metric: 'get' },
        bar: 0.67,
      },
      {
        title: 'get, grown, beside binary search (at most 2.5 of its time: 0.4)',
        slow: { subject: SORTED, metric: 'get' },
        fast: { subject: GROWN, metric: 'get' },
        bar: 0.4,
      },
      {
        title: 'get beside lmdb get',
        slow: { subject: 'lmdb', metric: 'get' },
        fast: { subject: OURS, metric: 'get' },
        bar: 1.5,
      },
      {
        title: 'getMany beside own get',
        slow: { subject: OURS, metric: 'get' },
        fast: { subject: OURS, metric: 'getMany' },
        bar: 2,
      },
      {
        title: 'getMany, grown, beside own get',
        slow: { subject: GROWN, metric: 'get' },
        fast: { subject: GROWN, metric: 'getMany' },
      },
      {
        title: 'entries, all, beside lmdb getRange',
        slow: { subject: 'lmdb', metric: 'entries' },
        fast: { subject: OURS, metric: 'entries' },
      },
      {
        title: 'entries, limit 100, beside lmdb getRange',
        slow: { subject: 'lmdb', metric: 'entries100' },
        fast: { subject: OURS, metric: 'entries100' },
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'avl-build',
    title: 'AVL tree: applying a batch of m operations to 1 M entries',
    about:
      'The tree was just rebuilt. sets: random keys, half of them new; mixed: half sets, a ' +
      'quarter deletes, a quarter inserts. c: nodes made beside m · log2(n / m + 1), the larger ' +
      'of both.',
    subjects: BATCHES.map((name) => ({ name })),
    metrics: [
      { name: 'sets', title: 'an operation, sets', unit: 'ns', same: false },
      { name: 'mixed', title: 'an operation, mixed', unit: 'ns', same: false },
      { name: 'nodes', title: 'nodes an operation, sets', unit: 'count', same: false },
      { name: 'share', title: 'c', unit: 'count', same: false },
      { name: 'rebuild', title: 'rebuilding all', unit: 'ms', same: false },
    ],
    ratios: [],
    limits: [
      {
        title: 'sets, m = 1 000, ns an operation',
        of: { subject: 'm = 1 000', metric: 'sets' },
        bar: 4_000,
      },
      {
        title: 'mixed, m = 1 000, ns an operation',
        of: { subject: 'm = 1 000', metric: 'mixed' },
        bar: 4_000,
      },
      ...BATCHES.map((subject) => ({
        title: `c, ${subject}`,
        of: { subject, metric: 'share' },
        bar: NODES_SHARE,
      })),
    ],
    size: MILLION,
    tiny: 300,
    rounds: 3,
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
    limits: [
      {
        title: 'append, ns (5 M a second: 200)',
        of: { subject: 'one thread', metric: 'kernel' },
        bar: 200,
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'avl-live',
    title: 'AVL tree: reading 1 M entries while it is built',
    about:
      'Another thread writes 100 000 operations a second on random keys, half of them new, and ' +
      'builds every 10 ms, rebuilding the tree when its memory has doubled. At rest that thread ' +
      'sleeps: rebuilt, and after builds like those, half way to the next rebuild. ' +
      'Percentiles: each get alone, the clock included.',
    subjects: ['rebuilt', 'after builds', 'during builds'].map((name) => ({ name, threads: 2 })),
    metrics: [
      { name: 'get', title: 'get', unit: 'ns', same: false },
      { name: 'p50', title: 'get, p50', unit: 'ns' },
      { name: 'p99', title: 'get, p99', unit: 'ns' },
      { name: 'p999', title: 'get, p99.9', unit: 'ns' },
      { name: 'pace', title: 'the other thread, an operation', unit: 'ns' },
    ],
    ratios: [
      {
        title: 'get after builds beside during builds (readers lose less than 20 %: 0.8)',
        slow: { subject: 'after builds', metric: 'get' },
        fast: { subject: 'during builds', metric: 'get' },
        bar: 0.8,
      },
      {
        title: 'get, rebuilt, beside during builds',
        slow: { subject: 'rebuilt', metric: 'get' },
        fast: { subject: 'during builds', metric: 'get' },
      },
      {
        title: 'p99 of get after builds beside during builds',
        slow: { subject: 'after builds', metric: 'p99' },
        fast: { subject: 'during builds', metric: 'p99' },
      },
    ],
    limits: [
      {
        title: 'the other thread, ns an operation (100 000 a second: 10 000)',
        of: { subject: 'during builds', metric: 'pace' },
        bar: 10_200,
      },
    ],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'avl-delay',
    title: 'AVL tree: from append to visible',
    about:
      'One thread appends 100 000 operations a second, as they are due, to a tree of 1 M ' +
      'entries; a builder in a thread of its own applies them. Milliseconds until every ' +
      'hundredth is seen.',
    subjects: [{ name: 'as it comes' }, { name: 'maxDelayMs 1' }, { name: 'maxDelayMs 0' }],
    metrics: [
      { name: 'p50', title: 'p50', unit: 'ms' },
      { name: 'p99', title: 'p99', unit: 'ms' },
      { name: 'p999', title: 'p99.9', unit: 'ms' },
    ],
    ratios: [],
    size: MILLION,
    tiny: 300,
  },
  {
    name: 'avl-misses',
    title: 'AVL tree: what an operation touches among 1 M entries',
    about:
      'Counted as for the skip list, in the kernel as built. The tree was rebuilt; grown: after ' +
      '70 batches of 1 000 operations more. Scans: an entry; apply: an operation of such a batch.',
    subjects: ['get', 'get, grown', 'getMany', 'entries', 'entries100', 'apply'].map((name) => {
      return { name };
    }),
    metrics: MISSES,
    ratios: [],
    size: MILLION,
    tiny: 300,
    rounds: 3,
  },
];
