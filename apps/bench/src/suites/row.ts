// A benchmark of maps: which of them, what is done to them, and with what keys and values.

import { KEYS, type KeyName } from '../keys.ts';
import { MAPS, type MapName } from '../maps/index.ts';
import type { Metric, Suite } from '../types.ts';
import { VALUES, type ValueName } from '../values.ts';
import { run, WORKLOADS, type WorkloadName } from '../workloads.ts';

export interface Row extends Pick<Suite, 'name' | 'title' | 'about' | 'ratios' | 'rounds'> {
  readonly maps: readonly MapName[];
  readonly workloads: readonly WorkloadName[];
  readonly values: ValueName;
  /** Default `user`. */
  readonly keys?: KeyName;
  /** Default a million. */
  readonly size?: number;
}

export function suiteOf({ maps, workloads, values, keys = 'user', ...row }: Row): Suite {
  return {
    size: 1_000_000,
    ...row,
    subjects: maps.map((name) => ({ name })),
    metrics: workloads.map((name): Metric => {
      const { title, unit } = WORKLOADS[name];
      return { name, title, unit };
    }),
    tiny: 300,
    async load(subject) {
      const open = await MAPS[subject as MapName]();
      const scene = { open, keys: KEYS[keys], values: VALUES[values] };
      return (job, bench) => run(workloads, { job, bench, ...scene });
    },
  };
}
