// A benchmark of maps: which of them, what is done to them, and with what keys and values.

import { KEYS, type KeyName } from '../keys.ts';
import { MAPS, type MapName, MOST } from '../maps/index.ts';
import type { Metric, Suite } from '../types.ts';
import { VALUES, type ValueName } from '../values.ts';
import { run, WORKLOADS, type WorkloadName } from '../workloads.ts';

export interface Row
  extends Pick<Suite, 'name' | 'title' | 'about' | 'ratios' | 'rounds' | 'sizes'> {
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
    subjects: contenders(maps),
    metrics: workloads.map((name): Metric => {
      const { title, unit } = WORKLOADS[name];
      return { name, title, unit };
    }),
    tiny: 300,
    async load(subject) {
      const scene = await sceneOf(subject, keys, values);
      return (job, bench) => run(workloads, { job, bench, ...scene });
    },
  };
}

/** Maps as the subjects of a suite. */
export function contenders(maps: readonly MapName[]): Suite['subjects'] {
  return maps.map((name) => {
    const most = MOST[name];
    return most === undefined ? { name } : { name, most };
  });
}

/** The map that a subject is, with what it is to hold. */
export async function sceneOf(subject: string, keys: KeyName, values: ValueName) {
  return { open: await MAPS[subject as MapName](), keys: KEYS[keys], values: VALUES[values] };
}
