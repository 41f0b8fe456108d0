// The arena's benchmarks: blocks, attaching, and the way of a key into a kernel.

import type { Suite } from '../types.ts';

export const ARENA_SUITES: readonly Suite[] = [
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
    ratios: [['two threads beside one', 'one thread: pair', 'two threads: pair', 1.7]],
    limits: [
      ['alloc + free, ns a pair', 'one thread: pair', 25],
      ['atomic writes a pair', 'one thread: writes', 3],
    ],
    size: 10_000_000,
    tiny: 5000,
    load: async () => (await import('../subjects/arena.ts')).pairs,
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
      ['attaching, ms beyond starting the worker', 'workers: attach', 5, 'workers: empty'],
      [
        'attaching, ms beyond starting a worker with the memory',
        'workers: attach',
        5,
        'workers: handed',
      ],
      ['attaching, 32 MiB, ms beyond starting the worker', 'workers: small', 5, 'workers: empty'],
    ],
    size: 20,
    tiny: 1,
    load: async () => (await import('../subjects/arena.ts')).attach,
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
    limits: [['a call with a 16-byte key, ns', 'calls: key', 60]],
    size: 1_000_000,
    tiny: 300,
    load: async () => (await import('../subjects/arena.ts')).crossing,
  },
];
