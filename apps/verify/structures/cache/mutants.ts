// Seeded bugs of packages/hamt/assembly/cache, each with the scenarios that must catch it.

import type { Mutant, Plan } from '../../src/structure.ts';

const by =
  (...plans: Plan[]) =>
  (id: number, what: string, ...scenarios: string[]): Mutant => ({
    ...{ id, kernel: 'hamt', what, scenarios, plans, budget: 60 },
  });

const alone = by({ strategy: 'dfs', preemptions: 0 });
const once = by({ strategy: 'dfs', preemptions: 1 });
const refused = by({ strategy: 'dfs', preemptions: 0, failures: true });
const dies = by({ strategy: 'dfs', preemptions: 0, kills: 1 });

export const mutants: Mutant[] = [
  alone(550, 'nobody counts', 'full, set'),
  once(551, 'what was given up is counted by the next one', 'delete, delete'),
  alone(552, 'there is always credit', 'full, set', 'three adders'),
  once(553, 'what was invalidated shows', 'fill, void', 'refresh, void'),
  dies(554, 'the dead go on filling', 'fill, fill'),
  once(555, 'a fill ends in the place of another one', 'two fills of one thread'),
  once(556, 'a fill ends behind an invalidation of all', 'fill, void', 'refresh, void'),
  once(557, 'the hand takes what has come in the place of what it saw', 'expired, set'),
  refused(
    542,
    'an eviction frees the leaf that the hand reads',
    'without memory: three of one hash go',
  ),
  once(559, 'the time goes back', 'clocks'),
];
