// A map's scenarios: their list with the settings of each, plans, keys.

import type { OpCall, Plan, Scenario } from '../../src/structure.ts';
import { alone, die, dieTwice, pct, refuse, twice } from '../common.ts';

/** Keys whose first sixteen bytes agree. */
export const LONG_A = 'a-key-longer-than-16';
export const LONG_B = 'a-key-longer-than-17';

/** Keys in their order that begin alike: with how many slices of eight bytes. */
const SAME = 'a-key-of-a-tenant';
export const ALIKE_A = `${SAME}-of-a-table-a`; // 3, with the next one
export const ALIKE_B = `${SAME}-of-a-table-b`;
export const ALIKE_C = `${SAME}s-of-no.1-a`; // 2, with those before; the next slice is less
export const ALIKE_D = `${SAME}s-of-no.1-b`;

/** The full suite of a map. */
export const MAP_FULL: Plan[] = [
  twice,
  die,
  dieTwice,
  refuse,
  alone,
  pct,
  { strategy: 'dfs', preemptions: 0, kills: 1, failures: true },
];
/** The quick suite of calls that must get on where every allocation is refused from one on. */
export const WITHOUT_MEMORY: Pick<Scenario, 'quick'> = {
  quick: [
    { strategy: 'dfs', preemptions: 0, failures: true },
    { strategy: 'dfs', preemptions: 1, failures: true, limit: 60 },
    { strategy: 'dfs', preemptions: 0, kills: 1, failures: true, limit: 60 },
  ],
};
/** Long programs: random instead of all. */
const LONG: Pick<Scenario, 'quick' | 'full'> = {
  quick: [{ strategy: 'pct', runs: 400, depth: 4, kills: 1 }],
  full: [
    { strategy: 'dfs', preemptions: 1 },
    { strategy: 'pct', runs: 30_000, depth: 5, kills: 2 },
    { strategy: 'random', runs: 5_000 },
  ],
};

export type Program = readonly OpCall[];
type Own = Pick<Scenario, 'quick' | 'full' | 'observe' | 'may'>;

/**
 * A map's list of scenarios and the settings of each: `usual` unless it has its own. `scenario`
 * adds one; `long` adds one with long programs, of which `usualLong` is usual, too.
 */
export function collect<S extends object>(usual: S, usualLong: Partial<S> = {}) {
  const settings = new Map<string, S>();
  const scenarios: Scenario[] = [];
  const scenario = (
    name: string,
    threads: readonly Program[],
    prepare: Program = [],
    own: Partial<S> = {},
    more: Own = {},
  ): void => {
    settings.set(name, { ...usual, ...own });
    scenarios.push({ name, threads, prepare, ...more });
  };
  const long = (
    name: string,
    threads: readonly Program[],
    prepare: Program = [],
    own: Partial<S> = {},
    more: Own = {},
  ): void => scenario(name, threads, prepare, { ...usualLong, ...own }, { ...LONG, ...more });
  return { settings, scenarios, scenario, long };
}
