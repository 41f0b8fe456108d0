// Seeded bugs of packages/skiplist/assembly, each with the scenarios that must catch it.

import type { Mutant } from '../../src/structure.ts';

const list = (id: number, what: string, ...scenarios: string[]): Mutant => ({
  id,
  kernel: 'list',
  what,
  scenarios,
  budget: 60,
});

export const mutants: Mutant[] = [
  list(30, 'the number is taken before the link', 'set, snapshot twice', 'set, snapshot'),
  list(
    31,
    'after a lost race for level 0 the successor is not looked at again',
    'neighbours',
    'between',
  ),
  list(32, 'a write leaves no intent', 'set, set, empty'),
  list(
    33,
    'an upper level is linked without looking at the order again',
    'between',
    'three writers',
  ),
  list(
    34,
    'a number from a closed clock makes a version',
    'set, seal, frozen',
    'insert late, insert',
  ),
  list(
    35,
    'a reader skips a building batch without raising the floor',
    'batch, get, snapshot',
    'batch, snapshot',
  ),
  list(
    36,
    'a batch commits by a store instead of a CAS',
    'batch, get, snapshot',
    'batch, batch crossed',
  ),
  list(37, 'a snapshot does not see the version with its own number', 'set, snapshot twice'),
  list(38, 'repair skips the shards', 'set, set, empty'),
  list(39, 'the front version is not decided before another is put in front', 'set, set, empty'),
  list(40, 'a seal opens the new clock before it closes the old one', 'set, seal, frozen'),
  list(41, 'a frozen list is retired before it is unlinked', 'get, seal, destroy', 'get, destroy'),
  list(42, 'repair counts what is counted already', 'set, set, empty'),
  list(
    43,
    'a list is opened while its region is still being created',
    'writers in the list of a dead sealer',
  ),
  list(
    44,
    "a sealer's interval ends before the birth of its new list",
    'seal, snap, end',
    'end, seal',
  ),
  list(45, 'the first entry of a guide is read anew', 'in front of a guide'),
  list(46, 'an entry whose window is that of the key bounds the search', 'guide, equal windows'),
  list(47, 'a guide is published before it is filled', 'in front of a guide', 'guided'),
  list(
    160,
    'a batch commits whatever the stack is by then',
    'cas over a frozen list, destroy',
    'insert over a tombstone, destroy',
  ),
  list(
    161,
    'a write that a frozen list decided is linked like any other',
    'cas over a frozen list, destroy',
  ),
  list(
    162,
    'a pending node is linked while the intent still takes it for a version',
    'cas over a frozen list, destroy',
    'cas over a frozen list, cas',
  ),
  list(163, 'a clear retires the lists before it replaces them', 'clear, writes and reads'),
  list(
    164,
    'a clear retires the lists before the new one is open',
    'clear, set, sweep',
    'clear, writes and reads',
  ),
  list(165, 'a clear leaves the lists to nobody', 'clear, clear, lists'),
  list(
    166,
    'repair retires what a clear has replaced before the new list is open',
    'clear, repair, set',
  ),
  list(
    167,
    'a condition is not judged again after a lost race',
    'cas, cas, one list',
    'add, add, one list',
  ),
  list(200, 'a lost race for level 0 is told as a full arena', 'neighbours'),
  list(
    168,
    'a snapshot does not look at the root again behind its number',
    'snapshot, destroy, get and set',
  ),
  list(169, 'a sealed list leaves its limit of pages to nobody', 'limit of pages'),
  {
    ...list(170, "a dead writer's slab goes to its heir", "a dead writer's slab"),
    plans: [{ strategy: 'dfs', preemptions: 0, kills: 1 }],
  },
  list(171, 'a batch without room keeps what it took', 'refused, and not needed after all'),
  list(
    172,
    'a write that is not needed after all keeps its node',
    'refused, and not needed after all',
    'insert, insert, empty',
  ),
  list(180, 'a scan asks for the line behind the last node', 'scan to the last node'),
  list(181, 'a scan copies a word of a value that has none', 'a tombstone is the last node'),
  list(182, 'an entry that is read in pieces is not pinned', 'scan in pieces, seal, destroy'),
  list(183, 'a value that is read in pieces is not pinned', 'get in pieces, seal, destroy'),
  list(184, 'a value that stood there is not pinned', 'goi in pieces, seal, destroy'),
  list(185, 'a read in pieces keeps its pin', 'get in pieces, clear'),
  list(186, 'a piece of a key begins at the slices in front', 'scan in pieces, seal, destroy'),
];
