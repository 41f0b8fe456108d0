// YCSB's workloads A to F on all maps.

import type { MapName } from '../maps/index.ts';
import { kindsOf, MIXES, type Mix, runMixes } from '../mixes.ts';
import type { Metric, Suite } from '../types.ts';
import { ALL } from './maps.ts';
import { contenders, sceneOf } from './row.ts';

/** Those that keep no order, and cannot do the scans of E. */
const UNORDERED: MapName[] = ['hamt', 'sharedmap', 'immutable', 'Map', 'Map by messages'];
const SHARES = { p50: 'p50', p99: 'p99', p999: 'p99.9' };

/** Who is set beside whom, where both can do it. */
const COMPARED: readonly (readonly [MapName, MapName])[] = [
  ['masstree', 'lmdb'],
  ['masstree', 'sorted-btree'],
  ['masstree', 'Map'],
  ['hamt', 'lmdb'],
  ['hamt', 'Map'],
];

const NAMES = (Object.keys(MIXES) as (keyof typeof MIXES)[]).sort();

export const YCSB_SUITES: readonly Suite[] = [
  {
    name: 'ycsb',
    title: 'YCSB A to F on 1 M entries',
    about:
      'A: half get, half set; B: 95 % get, 5 % set; C: get; D: 95 % get of what came last, 5 % ' +
      'insert; E: 95 % scans of 1 to 100 entries, 5 % insert; F: half get, half update (read, ' +
      'change, write). Few keys are asked for often (zipf, 0.99), each by a string of its own. ' +
      'One thread; A, B, C, F and D one after the other on one map, E on a fresh one. An ' +
      'operation: without the clock, half as many as there are entries, a fifth in E. ' +
      'Percentiles: of as many more, the clock included. What keeps no order has no E. lmdb: ' +
      'each write is a transaction of its own, no fsync, files in memory. avl-batch builds after ' +
      'each write, so that the next read finds it, and is rebuilt before each workload. ' +
      'sharedmap: numbers are strings in it. immutable: each write makes a new map. Map by ' +
      'messages: another thread has the Map, each operation waits for its answer, an update for ' +
      'two.',
    subjects: contenders(ALL),
    metrics: NAMES.flatMap((name) => [
      { name, title: `${name}: an operation`, unit: 'ns' as const },
      ...kindsOf(MIXES[name] as Mix).flatMap((kind) =>
        Object.entries(SHARES).map(
          ([share, title]): Metric => ({
            name: `${name} ${kind} ${share}`,
            title: `${name}: ${kind}, ${title}`,
            unit: 'ns',
          }),
        ),
      ),
    ]),
    ratios: COMPARED.flatMap(([own, peer]) =>
      NAMES.filter(
        (name) => MIXES[name].reads !== 'scan' || ![own, peer].some((m) => UNORDERED.includes(m)),
      ).map(
        (name) =>
          [`${name}: ${own} beside ${peer}`, `${peer}: ${name}`, `${own}: ${name}`] as const,
      ),
    ),
    size: 1_000_000,
    tiny: 300,
    rounds: 3,
    async load(subject) {
      const scene = await sceneOf(subject, 'user', 'f64');
      return (job, bench) => runMixes({ job, bench, ...scene });
    },
  },
];
