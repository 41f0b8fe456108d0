// Seeded bugs of packages/masstree/assembly, each with the scenarios that must catch it. By kind:
//
//   lost re-check       402 405 408 414 444 417      early publication   409 425 439 447
//   swapped stores      401 403 411 412 413 452    missing help        406 433 453 454 455
//   wrong era           416 424 451 430 457        not protected       400 428 430 456
//   leak                419 432 434 435 446          repair repeated     404 436 437 438

import type { Mutant, Plan } from '../../src/structure.ts';

const usual: Plan[] = [
  { strategy: 'dfs', preemptions: 1 },
  { strategy: 'dfs', preemptions: 1, kills: 1, limit: 20_000 },
  { strategy: 'dfs', preemptions: 2 },
];

const by =
  (...plans: Plan[]) =>
  (id: number, what: string, ...scenarios: string[]): Mutant => ({
    id,
    kernel: 'masstree',
    what,
    scenarios,
    plans,
    budget: 60,
  });

const tree = by(...usual);
/** By two switches, which programs that are short allow for. */
const twice = by({ strategy: 'dfs', preemptions: 2 });
const refused = by({ strategy: 'dfs', preemptions: 1, failures: true });
const dies = by({ strategy: 'dfs', preemptions: 0, kills: 1 });
const diesTwice = by({ strategy: 'dfs', preemptions: 0, kills: 2 });
const diesLate = by({ strategy: 'dfs', preemptions: 1, kills: 1 });

export const mutants: Mutant[] = [
  twice(400, 'no link is asked whether the pin covers it', 'late leaf, get'),
  tree(401, 'a write looks at the number before it is armed', 'same, snapshot'),
  tree(402, 'an armed write does not look at the number', 'same, snapshot'),
  diesLate(403, 'locks are given back before the intent is done', 'record, record'),
  dies(404, 'a repair retires again what the dead had retired', 'split: insert'),
  tree(405, 'what was replaced is not DEAD', 'split: same', 'split: insert'),
  dies(406, 'a repair does not count what the dead had stored', 'insert, get'),
  tree(408, 'a slot is not asked under the lock whether it is a layer', 'layer: insert'),
  tree(409, 'a layer is published before its leaf counts', 'layer: get'),
  tree(410, 'what is replaced is retired before it is taken out', 'split: get'),
  dies(411, 'the intent ends before its lock is given back', 'insert, get'),
  dies(412, 'a lock is taken before it is noted', 'insert, get'),
  dies(413, 'a block is taken before it is noted', 'record, get'),
  tree(414, 'the first leaf does not look again whether there is one', 'first leaf: first'),
  twice(415, 'a walk goes on in a copy that the pin may not cover', 'late copy, set'),
  tree(420, 'a write does not copy what a snapshot shows', 'old snapshot: set, drop'),
  twice(421, 'an opener does not wait for who is armed', 'same, snapshot'),
  tree(422, 'a write does not copy the head of a snapshot', 'layer goes: change, old snapshot'),
  tree(423, 'a write does not copy the interior of a snapshot', 'merge: change, old snapshot'),
  tree(424, 'what a write makes is a generation too new', 'split: snapshot'),
  tree(425, 'a snapshot is open before writers can know', 'same, snapshot'),
  twice(428, 'a record is read though the pin may not cover it', 'late record, get'),
  twice(430, 'a value that is shown after the lock is not covered', 'late record, goi'),
  tree(432, 'what was made in vain is forgotten', 'split: snapshot', 'split: insert'),
  dies(433, 'a repair forgets what the dead had made', 'split: insert'),
  tree(434, 'a record that was removed is forgotten', 'take, get'),
  tree(435, 'what a copy replaces is forgotten', 'old snapshot: set, set'),
  dies(436, 'a repair retires a block that the dead had not taken yet', 'record, get'),
  dies(437, 'a repair that is repeated begins with the first block again', 'merge: get'),
  dies(438, 'a repair counts what is counted already', 'insert, get'),
  dies(439, 'an entry is counted before it is there', 'insert, get'),
  diesLate(440, 'a repair leaves what is no part of the map without DEAD', 'split: same'),
  tree(442, 'a separator is in the leaf on its left', 'append: get'),
  tree(443, 'a merge keeps the separator that goes', 'first leaf goes of three: get'),
  tree(444, 'a layer is removed that is not empty', 'layer goes: insert'),
  tree(446, 'the head of a removed layer is forgotten', 'layer goes: get'),
  twice(447, 'an opener loads the root before it waits', 'first leaf: snapshot'),
  tree(448, 'who closes one forgets others', 'a snapshot opens, another one closes'),
  tree(
    451,
    'a block that is as old as the newest snapshot is no part of it',
    'old snapshot: set, set',
  ),
  dies(452, 'what was loaded has left its line before it is in the map', 'load, get'),
  dies(453, 'a repair drops what was loaded though it is in the map', 'load, get'),
  diesTwice(455, 'a repair takes apart what was loaded in its own name', 'load in vain, get'),
  tree(416, 'a range is removed from a leaf that a snapshot shows', 'cut: old snapshot'),
  tree(
    417,
    'a range is removed by what the leaf was before its lock',
    'cut: insert',
    'cut: delete',
  ),
  tree(419, 'of a run one record is retired', 'cut: records'),
  dies(454, 'a repair counts one entry of a run', 'cut: get'),
  refused(456, 'what other walks of the thread stand on is freed', 'puts: rebuild'),
  tree(457, 'a key is written under a number that its walk did not find', 'puts: snapshot'),
  tree(449, 'a thread closes all of its snapshots with one', 'old snapshot: sets, a new one'),
];
