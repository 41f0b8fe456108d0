// Seeded bugs of packages/hamt/assembly/cache, each with the scenarios that must catch it.

import type { Mutant, Plan } from '../../src/structure.ts';

const by =
  (...plans: Plan[]) =>
  (id: number, what: string, ...scenarios: string[]): Mutant => ({
    ...{ id, kernel: 'hamt', what, scenarios, plans, budget: 60 },
  });

const alone = by({ strategy: 'dfs', preemptions: 0 });
const once = by({ strategy: 'dfs', preemptions: 1 });
const dies = by({ strategy: 'dfs', preemptions: 0, kills: 1 });

export const mutants: Mutant[] = [
  alone(530, 'nobody counts', 'full, set'),
  once(531, 'what was given up is counted by the next one', 'delete, delete'),
  alone(532, 'there is always credit', 'full, set', 'three adders'),
  once(533, 'what was invalidated shows', 'fill, void', 'refresh, void'),
  dies(534, 'the dead go on filling', 'fill, fill'),
  once(535, 'a fill ends in the place of another one', 'two fills of one thread'),
  once(536, 'a fill ends behind an invalidation of all', 'fill, void', 'refresh, void'),
  once(537, 'the hand takes what has come in the place of what it saw', 'expired, set'),
  once(539, 'the time goes back', 'clocks'),
];
