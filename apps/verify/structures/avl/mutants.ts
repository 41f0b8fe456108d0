// Seeded bugs of packages/avl-batch/assembly, each with the scenarios that must catch it.

import type { Mutant } from '../../src/structure.ts';

const tree = (id: number, what: string, ...scenarios: string[]): Mutant => ({
  id,
  kernel: 'tree',
  what,
  scenarios,
  budget: 60,
});

export const mutants: Mutant[] = [
  tree(70, 'keys whose first 16 bytes agree are taken for one', 'long keys'),
  {
    ...tree(71, 'a reader does not ask whether its pin covers the root', 'get, compact, compact'),
    plans: [{ strategy: 'dfs', preemptions: 2 }],
  },
  tree(72, 'a ring is stored before what belongs to it', 'a new queue is inherited'),
  {
    ...tree(
      136,
      'what the dead took for slots is not given back',
      'a new queue is inherited meanwhile',
      'a ring that grows is inherited meanwhile',
    ),
    plans: [{ strategy: 'dfs', preemptions: 0, kills: 1 }],
  },

  tree(73, 'the tail is stored before the slot', 'the last one wins', 'set, build'),
  tree(74, 'a half is taken back before it is applied', 'halves of a queue take turns'),
  tree(75, 'a batch takes what was published after the cut', 'three appends, build'),
  tree(76, 'the sort is not stable', 'the last one wins'),
  tree(77, 'a join rotates once where it must twice', 'a double rotation'),
  {
    ...tree(78, 'a builder goes on although another is inside', 'two builders'),
    plans: [{ strategy: 'dfs', preemptions: 1, progress: true }],
  },
  tree(79, 'queues are told before the root is swapped', 'set, build', 'a full queue'),
  tree(80, 'a version names ops as applied that were not taken', 'set, build', 'two builders'),
  tree(81, 'a build goes on after memory was refused', 'a union is refused'),
  {
    ...tree(82, "a compaction's pin does not cover the new region", 'compact, end, sweep'),
    plans: [{ strategy: 'pct', runs: 60_000, depth: 6 }],
  },
  tree(83, 'the old generation is retired before the root is swapped', 'compact, get'),
  tree(140, 'an older pin does not cover the head', 'an older pin: set, end'),
  tree(202, 'a build gives up when more was appended meanwhile', 'set, build'),
  tree(203, 'a build that took nothing leaves its lock taken', 'build, build'),
  tree(141, 'a refused build leaves its generation where it has come', 'a union is refused'),
  tree(142, 'queues are counted before the cut', 'a new writer in the last slot'),
  tree(143, 'a new queue is counted behind its ring', 'a new queue is inherited'),
  tree(144, 'builds use up what is kept for the next generation', 'a full arena: deletes, growth'),
  tree(145, 'growth is never refused', 'a full arena: deletes, growth'),
  tree(146, 'what lives no more is counted on', 'set, build'),
  tree(147, 'what waits in a full arena takes any page', 'a full arena: many deletes wait'),
  tree(148, 'a new queue takes what is kept', 'a full arena: a new writer'),
  tree(149, 'a ring grows before its slots are named', 'a ring grows'),
  {
    ...tree(150, 'a ring that went round grows as if it had not', 'a ring goes round, and grows'),
    plans: [{ strategy: 'dfs', preemptions: 0, failures: true }],
  },
  {
    ...tree(151, 'a ring that may not grow takes what is too much', 'a ring goes round, and grows'),
    plans: [{ strategy: 'dfs', preemptions: 0, failures: true }],
  },
  tree(152, 'a ring grows in the middle of a lap', 'a ring grows'),
  tree(280, 'repair retires what a version moves out of', 'a stretch is succeeded'),
  tree(281, 'a build forgets that its version moves', 'stretches, builds'),
  tree(282, 'builds use up what a rebuild needs', 'a full arena: stretches, written over'),
  tree(283, 'an entry that is moved leaves its value behind', 'stretches, builds'),
  tree(284, 'a refused stretch leaves its generation where it has come', 'a stretch is refused'),
  tree(285, 'an old region is retired before it is left', 'stretches, snapshot'),
  tree(286, 'a stretch does not keep pace with builds', 'rotations between stretches'),
  tree(287, 'what builds make is not left to be moved', 'rotations between stretches'),
  tree(84, 'repair leaves the regions of the dead', 'a compaction is succeeded'),
  tree(187, 'a value that is read in pieces is not pinned meanwhile', 'get in pieces, end'),
  tree(188, 'an entry that is read in pieces is not pinned meanwhile', 'first in pieces, end'),
  tree(189, 'a read in pieces keeps its pin', 'get in pieces, end'),
  tree(302, 'repair leaves a published op in no bucket', 'own of the dead'),
  tree(303, 'ops are not looked for in the buckets of the ring that was', 'own across rings'),
  tree(304, 'what an insert makes of a key is taken for all of it', 'own of one key'),
  tree(305, 'an op is in its bucket before it notes the one before it', 'own across rings'),
  tree(
    306,
    'ops that waited before anybody asked are looked for in buckets',
    'own of one key',
    'own, own',
  ),
  tree(
    308,
    'slices are skipped in which a key agrees with one node above it alone',
    'keys that begin alike',
  ),
];
