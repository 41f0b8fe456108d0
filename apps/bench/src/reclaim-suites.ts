// The reclaimers' benchmarks: each scheme beside the others and beside no protection, in one run.

import type { Suite } from './types.ts';

const MILLION = 1_000_000;

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
    limits: [
      {
        title: 'pin and unpin, ns beyond an empty call',
        of: { subject: 'calls', metric: 'touch' },
        minus: { subject: 'calls', metric: 'empty' },
        bar: 3,
      },
    ],
    size: 10 * MILLION,
    tiny: 5_000,
  },
  {
    name: 'reclaim-stack',
    title: "Reclamation: Treiber's stack, push and pop",
    about: 'Two workers on one stack, the loop inside the kernel; nanoseconds of the whole a pair.',
    subjects: ['interval', 'epoch', 'pointers', 'eras'].map((name) => ({ name, threads: 2 })),
    metrics: [{ name: 'pair', title: 'push + pop', unit: 'ns', same: false }],
    ratios: [
      {
        title: 'epoch beside interval (interval within 1.15 of epoch: 0.87)',
        slow: { subject: 'epoch', metric: 'pair' },
        fast: { subject: 'interval', metric: 'pair' },
        bar: 0.87,
      },
      {
        title: 'hazard pointers beside interval',
        slow: { subject: 'pointers', metric: 'pair' },
        fast: { subject: 'interval', metric: 'pair' },
      },
      {
        title: 'hazard eras beside interval',
        slow: { subject: 'eras', metric: 'pair' },
        fast: { subject: 'interval', metric: 'pair' },
      },
    ],
    size: 2 * MILLION,
    tiny: 2_000,
  },
  {
    name: 'reclaim-retire',
    title: 'Reclamation: alloc and retire with 64 participants',
    about: 'One thread allocates and retires, 63 more slots are taken; nothing is read.',
    subjects: ['interval', 'epoch', 'pointers', 'eras'].map((name) => ({ name })),
    metrics: [{ name: 'pair', title: 'alloc + retire + free', unit: 'ns' }],
    ratios: [],
    limits: ['interval', 'epoch', 'pointers', 'eras'].map((subject) => ({
      title: `alloc, retire and free, ns: ${subject}`,
      of: { subject, metric: 'pair' },
      bar: 40,
    })),
    size: 5 * MILLION,
    tiny: 5_000,
  },
  {
    name: 'reclaim-walk',
    title: 'Reclamation: reading a list of 1 M nodes, scattered',
    about:
      'Nodes of 64 bytes with header in random order; the era stands still; nanoseconds a node.',
    subjects: ['none', 'interval', 'epoch', 'eras', 'pointers'].map((name) => ({ name })),
    metrics: [{ name: 'hop', title: 'a node', unit: 'ns' }],
    ratios: [
      {
        title: 'no protection beside interval (interval at most 1.2 of it: 0.83)',
        slow: { subject: 'none', metric: 'hop' },
        fast: { subject: 'interval', metric: 'hop' },
        bar: 0.83,
      },
      {
        title: 'no protection beside hazard eras (at most 1.5 of it: 0.67)',
        slow: { subject: 'none', metric: 'hop' },
        fast: { subject: 'eras', metric: 'hop' },
        bar: 0.67,
      },
      {
        title: 'hazard pointers beside no protection',
        slow: { subject: 'pointers', metric: 'hop' },
        fast: { subject: 'none', metric: 'hop' },
      },
    ],
    size: MILLION,
    tiny: 300,
  },
];
