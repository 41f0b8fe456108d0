// Words shared in the plainest ways; see words/assembly/index.ts.

import type { Model, Plan, Structure } from '../../src/structure.ts';

const dfs: Plan[] = [{ strategy: 'dfs', preemptions: 3 }];
const pct: Plan[] = [{ strategy: 'pct', runs: 500, depth: 3 }];

interface State {
  counter: number;
  record: number;
  pair: number;
}

const model: Model<State> = {
  initial: () => ({ counter: 0, record: 0, pair: 0 }),
  apply(s, [name, , a], result) {
    const v = a as number;
    switch (name) {
      case 'increment':
        return result === s.counter ? [{ ...s, counter: s.counter + 1 }] : [];
      case 'publish':
        return [{ ...s, record: 2 * v + 1 }];
      case 'read':
        return result === s.record ? [s] : [];
      case 'writePair':
        return result === 'contended' ? [s] : [{ ...s, pair: v * 256 + v }];
      default:
        return result === 'contended' || result === s.pair ? [s] : [];
    }
  },
};

const words: Structure<undefined, State> = {
  name: 'words',
  kernels: { words: 'apps/verify/test/toys/words' },
  pages: 1,
  setup: () => {},
  operations: {
    increment: {
      *run(t) {
        return yield [t.kernels.words!.increment!];
      },
      bound: 1,
      waitFree: true,
    },
    publish: {
      *run(t, _run, n: number, a: number) {
        yield [t.kernels.words!.publish!, n, a];
        return null;
      },
    },
    read: {
      *run(t) {
        return yield [t.kernels.words!.read!];
      },
      bound: 1,
      waitFree: true,
    },
    writePair: {
      *run(t, _run, _n: number, v: number) {
        return (yield [t.kernels.words!.writePair!, v]) === 1 ? null : 'contended';
      },
      bound: 10,
    },
    readPair: {
      *run(t) {
        const pair: number = yield [t.kernels.words!.readPair!];
        return pair < 0 ? 'contended' : pair;
      },
      bound: 12,
    },
  },
  model,
  blockers: { readPair: ['writePair'], writePair: ['writePair'] },
  scenarios: [
    { name: 'count', threads: [[['increment']], [['increment'], ['increment']]], quick: dfs },
    {
      name: 'publish',
      threads: [
        [
          ['publish', 0, 5],
          ['publish', 1, 9],
        ],
        [['read'], ['read']],
      ],
      quick: dfs,
    },
    { name: 'pair', threads: [[['writePair', 0, 7]], [['readPair']]], quick: [...dfs, ...pct] },
    {
      name: 'pairs alone',
      threads: [[['writePair', 0, 7]], [['writePair', 0, 9]], [['readPair']]],
      quick: [{ strategy: 'dfs', preemptions: 2, progress: true }],
    },
  ],
  word: (at) =>
    ({ 64: 'counter', 128: 'pointer', 192: 'seq', 200: 'lo', 204: 'hi' })[at] ??
    `record[${(at - 256) >> 4}].${at & 4 ? 'b' : 'a'}`,
  mutants: [
    { id: 1, kernel: 'words', what: 'add by load and store', scenarios: ['count'] },
    { id: 2, kernel: 'words', what: 'add by plain accesses', scenarios: ['count'] },
    {
      id: 3,
      kernel: 'words',
      what: 'the pointer is stored before the record',
      scenarios: ['publish'],
    },
    { id: 4, kernel: 'words', what: 'the pointer is stored plainly', scenarios: ['publish'] },
    { id: 5, kernel: 'words', what: 'no re-check of the sequence', scenarios: ['pair'] },
    { id: 6, kernel: 'words', what: 'one 64-bit load of two 32-bit words', scenarios: ['pair'] },
    { id: 7, kernel: 'words', what: 'the sequence is even too early', scenarios: ['pair'] },
  ],
};

export default words;
