// What is asked of each map of blocks: two threads on it, how long single calls take, and its
// memory while keys come and go.

import type { Suite } from '../types.ts';
import { named } from './counted.ts';

type MapName = 'masstree' | 'hamt';

/** Of the map of that name; `thinning` is what happens in it while keys are removed. */
export function blockSuites(map: MapName, title: string, thinning: string): Suite[] {
  return [threads(map, title), latency(map, title, thinning), upkeep(map, title)];
}

function threads(map: MapName, title: string): Suite {
  return {
    name: `${map}-threads`,
    title: `${title}: two threads on one map beside two threads on two maps`,
    about:
      'Two maps: each thread has its own, in an arena of its own. set and overwrite: each thread ' +
      'writes every other one of 1 M keys, in random order; get: each reads 1 M, its own map ' +
      'then having them all too. Nanoseconds of the whole an operation.',
    subjects: [
      { name: 'one map', threads: 2 },
      { name: 'two maps', threads: 2 },
    ],
    metrics: [
      { name: 'set', title: 'set', unit: 'ns' },
      { name: 'overwrite', title: 'overwrite', unit: 'ns' },
      { name: 'get', title: 'get', unit: 'ns' },
    ],
    ratios: [
      ['two readers', 'two maps: get', 'one map: get', 0.9, 1],
      ['two writers', 'two maps: set', 'one map: set', 0.85, 0.95],
      ['two writers that overwrite', 'two maps: overwrite', 'one map: overwrite', 0.85, 0.95],
    ],
    size: 1_000_000,
    tiny: 300,
    load: async () => (await import('../subjects/sharing.ts')).sharing,
  };
}

function latency(map: MapName, title: string, thinning: string): Suite {
  return {
    name: `${map}-latency`,
    title: `${title}: how long each get and each set takes`,
    about:
      'YCSB A: half of each, on 1 M entries, of which one in eight is asked for, few of them ' +
      `often (zipf, 0.99); the clock included. ${thinning}: another thread removes the seven ` +
      'eighths between, and puts them back. lmdb: each put is a transaction of its own, no fsync.',
    subjects: [
      { name: map },
      { name: 'with a snapshot' },
      { name: thinning, threads: 2 },
      { name: 'lmdb' },
    ],
    metrics: [
      { name: 'mix', title: 'an operation', unit: 'ns' },
      ...['get', 'set'].flatMap((what): Suite['metrics'][number][] => [
        { name: `${what} p50`, title: `${what}, p50`, unit: 'ns' },
        { name: `${what} p99`, title: `${what}, p99`, unit: 'ns' },
        { name: `${what} p999`, title: `${what}, p99.9`, unit: 'ns' },
      ]),
    ],
    ratios: [
      ['p99 of get beside lmdb', 'lmdb: get p99', `${map}: get p99`],
      ['p99 of set beside lmdb', 'lmdb: set p99', `${map}: set p99`],
    ],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/latency.ts')).latency,
  };
}

function upkeep(map: MapName, title: string): Suite {
  return {
    name: `${map}-upkeep`,
    title: `${title}: memory while its keys change, and recovering from a death`,
    about:
      'Bytes an entry: of its blocks; of the spans that they and free ones lie in. keys turned ' +
      'over: each of 1 M keys is removed at random and another put in, three times. queue: a ' +
      'window of 100 000 ascending keys moves on over 1 M. a death: a thread is killed while it ' +
      'writes into 1 M entries; recover: the call.',
    subjects: named(['keys turned over', 'queue', 'a death']),
    metrics: [
      { name: 'fresh', title: 'bytes an entry, fresh', unit: 'count' },
      { name: 'after', title: 'bytes an entry, after', unit: 'count' },
      { name: 'fresh spans', title: 'bytes of spans, fresh', unit: 'count' },
      { name: 'after spans', title: 'bytes of spans, after', unit: 'count' },
      { name: 'recover', title: 'recover', unit: 'ms' },
    ],
    ratios: [
      [
        'fresh beside turned over (at most 1.5 times as many: 0.67)',
        'keys turned over: fresh',
        'keys turned over: after',
        0.67,
      ],
      [
        'fresh beside queue (at most 1.5 times as many: 0.67)',
        'queue: fresh',
        'queue: after',
        0.67,
      ],
      [
        'spans, fresh beside turned over (at most twice as many: 0.5)',
        'keys turned over: fresh spans',
        'keys turned over: after spans',
        0.5,
      ],
      [
        'spans, fresh beside queue (at most twice as many: 0.5)',
        'queue: fresh spans',
        'queue: after spans',
        0.5,
      ],
    ],
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    load: async () => (await import('../subjects/upkeep.ts')).upkeep,
  };
}
