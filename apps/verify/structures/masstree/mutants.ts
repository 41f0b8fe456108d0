// Seeded bugs of packages/masstree/assembly, each with the scenarios that must catch it.

import type { Mutant, Plan } from '../../src/structure.ts';

const plans: Plan[] = [
  { strategy: 'dfs', preemptions: 1 },
  { strategy: 'dfs', preemptions: 1, kills: 1, limit: 20_000 },
  { strategy: 'dfs', preemptions: 2 },
];
const deaths: Plan[] = [{ strategy: 'dfs', preemptions: 0, kills: 1 }];
const twice: Plan[] = [{ strategy: 'dfs', preemptions: 0, kills: 2 }];
const refusals: Plan[] = [{ strategy: 'dfs', preemptions: 0, failures: true }];

const tree = (id: number, what: string, ...scenarios: string[]): Mutant => ({
  id,
  kernel: 'masstree',
  what,
  scenarios,
  plans,
  budget: 60,
});

export const mutants: Mutant[] = [
  tree(400, 'no link is asked whether the pin covers it', 'churn, get', 'records, get'),
  { ...tree(401, 'a write looks at the number before it is armed', 'same, snapshot') },
  tree(402, 'an armed write does not look at the number', 'same, snapshot'),
  tree(403, 'locks are given back before the intent is done', 'split: insert', 'split: same'),
  {
    ...tree(404, 'a repair retires again what the dead had retired', 'split: insert'),
    plans: deaths,
  },
  tree(405, 'what was replaced is not DEAD', 'split: insert', 'split: same'),
  {
    ...tree(406, 'a repair does not count what the dead had stored', 'insert, get'),
    plans: deaths,
  },
  tree(407, 'a leaf whose slots are all dead says again that all are the same', 'dead kinds, get'),
  tree(408, 'a slot is not asked under the lock whether it is a layer', 'layer: insert'),
  tree(409, 'a layer is published before its leaf counts', 'layer: get'),
  tree(410, 'what is replaced is retired before it is taken out', 'split: get'),
  { ...tree(411, 'the intent ends before its lock is given back', 'insert, get'), plans: deaths },
  { ...tree(412, 'a lock is taken before it is noted', 'insert, get'), plans: deaths },
  { ...tree(413, 'a block is taken before it is noted', 'record, get'), plans: deaths },
  tree(414, 'the first leaf does not look again whether there is one', 'first leaf: first'),
  tree(420, 'a write does not copy what a snapshot shows', 'old snapshot: set, drop'),
  tree(421, 'an opener does not wait for who is armed', 'same, snapshot'),
  tree(
    422,
    'a write does not copy the head that a snapshot shows',
    'layer goes: change, old snapshot',
    'fork: change, old snapshot',
  ),
  tree(
    423,
    'a write does not copy the interior that a snapshot shows',
    'split below: change, old snapshot',
    'merge: change, old snapshot',
  ),
  tree(
    424,
    'what a write makes is a generation too new',
    'snapshot, split, remove',
    'split: snapshot',
  ),
  tree(425, 'a snapshot is open before writers can know', 'same, snapshot'),
  tree(426, 'a head is followed though the pin may not cover it', 'layer comes and goes, get'),
  tree(
    427,
    'a gathered leaf is not asked whether the pin covers what it names',
    'records, scan in pieces',
    'churn, scan',
  ),
  tree(428, 'a record is read though the pin may not cover it', 'records, get'),
  tree(
    429,
    'a neighbour is locked though the pin may not cover it',
    'merge: kind',
    'merge: insert',
  ),
  tree(430, 'a value that is shown after the lock is not covered', 'records, swap', 'records, goi'),
  tree(
    431,
    'a link that is not covered is loaded again',
    'layer comes and goes, get',
    'churn, get',
  ),
  tree(432, 'what was made in vain is forgotten', 'split: snapshot', 'split: insert'),
  { ...tree(433, 'a repair forgets what the dead had made', 'split: insert'), plans: deaths },
  tree(434, 'a removed record is forgotten', 'take, get', 'records, take and insert'),
  tree(435, 'what a copy replaces is forgotten', 'old snapshot: set, set'),
  {
    ...tree(436, 'a repair retires a block that the dead had not taken yet', 'record, get'),
    plans: deaths,
  },
  {
    ...tree(437, 'a repair that is repeated begins with the first block again', 'split: insert'),
    plans: deaths,
  },
  { ...tree(438, 'a repair counts what is counted already', 'insert, get'), plans: deaths },
  { ...tree(439, 'an entry is counted before it is there', 'insert, get'), plans: deaths },
  {
    ...tree(
      440,
      'a repair gives locks back of what is no part of the map',
      'split: same',
      'split: insert',
    ),
    plans: [...deaths, ...plans],
  },
  tree(441, 'writers go on while a snapshot opens', 'same, snapshot'),
  tree(442, 'a separator is in the leaf on its left', 'append: get'),
  tree(443, 'a merge keeps the separator that goes', 'leaf goes of three: get'),
  tree(444, 'a layer is removed that is not empty', 'layer goes: insert'),
  tree(445, 'a merge does not look again how full the neighbour is', 'merge, fill'),
  tree(446, 'the head of a removed layer is forgotten', 'layer goes: get'),
  tree(447, 'an opener loads the root before it waits', 'split: snapshot'),
  tree(
    448,
    'who closes a snapshot forgets those of others',
    'a snapshot opens, another one closes',
  ),
  tree(449, 'a thread closes all of its snapshots with one', 'old snapshot: sets, a new one'),
];
export { refusals, twice };
