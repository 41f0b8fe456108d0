// The reclaimers' benchmarks: each scheme beside the others and beside no protection, in one run.

import type { Suite } from '../types.ts';

export const RECLAIM_SUITES: readonly Suite[] = [
  {
    name: 'reclaim-pin',
    title: 'Reclamation: a pin and an unpin while the era stands still',
    about: 'From JavaScript: one call that does both beside one that does nothing.',
    subjects: [{ name: 'calls' }],
    metrics: [
      { name: 'empty', title: 'empty call', unit: 'ns', same: false },
      { name: 'touch', title: 'pin and unpin in one call', unit: 'ns', same: false },
    ],
    ratios: [],
    limits: [['pin and unpin, ns beyond an empty call', 'calls: touch', 3, 'calls: empty']],
    size: 10_000_000,
    tiny: 5_000,
    load: async () => (await import('../subjects/reclaim.ts')).pins,
  },
  {
    name: 'reclaim-stack',
    title: "Reclamation: Treiber's stack, push and pop",
    about: 'Two workers on one stack, the loop inside the kernel; nanoseconds of the whole a pair.',
    subjects: ['interval', 'epoch', 'pointers', 'eras'].map((name) => ({ name, threads: 2 })),
    metrics: [{ name: 'pair', title: 'push + pop', unit: 'ns', same: false }],
    ratios: [
      [
        'epoch beside interval (interval within 1.15 of epoch: 0.87)',
        'epoch: pair',
        'interval: pair',
        0.87,
      ],
      ['hazard pointers beside interval', 'pointers: pair', 'interval: pair'],
      ['hazard eras beside interval', 'eras: pair', 'interval: pair'],
    ],
    size: 2_000_000,
    tiny: 2_000,
    load: async () => (await import('../subjects/reclaim.ts')).stack,
  },
  {
    name: 'reclaim-retire',
    title: 'Reclamation: alloc and retire with 64 participants',
    about: 'One thread allocates and retires, 63 more slots are taken; nothing is read.',
    subjects: ['interval', 'epoch', 'pointers', 'eras'].map((name) => ({ name })),
    metrics: [{ name: 'pair', title: 'alloc + retire + free', unit: 'ns' }],
    ratios: [],
    limits: ['interval', 'epoch', 'pointers', 'eras'].map(
      (name) => [`alloc, retire and free, ns: ${name}`, `${name}: pair`, 40] as const,
    ),
    size: 5_000_000,
    tiny: 5_000,
    load: async () => (await import('../subjects/reclaim.ts')).retire,
  },
  {
    name: 'reclaim-walk',
    title: 'Reclamation: reading a list of 1 M nodes, scattered',
    about:
      'Nodes of 64 bytes with header in random order; the era stands still; nanoseconds a node.',
    subjects: ['none', 'interval', 'epoch', 'eras', 'pointers'].map((name) => ({ name })),
    metrics: [{ name: 'hop', title: 'a node', unit: 'ns' }],
    ratios: [
      [
        'no protection beside interval (interval at most 1.2 of it: 0.83)',
        'none: hop',
        'interval: hop',
        0.83,
      ],
      [
        'no protection beside hazard eras (at most 1.5 of it: 0.67)',
        'none: hop',
        'eras: hop',
        0.67,
      ],
      ['hazard pointers beside no protection', 'pointers: hop', 'none: hop'],
    ],
    size: 1_000_000,
    tiny: 300,
    load: async () => (await import('../subjects/reclaim.ts')).walk,
  },
];
