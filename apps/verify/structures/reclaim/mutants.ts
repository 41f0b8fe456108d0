// Seeded bugs of the reclaimers, and the scenarios that must catch them.

import type { Mutant, Plan } from '../../src/structure.ts';

const plans: Plan[] = [
  { strategy: 'dfs', preemptions: 1 },
  { strategy: 'dfs', preemptions: 1, kills: 1, limit: 4_000 },
  { strategy: 'dfs', preemptions: 2 },
];

const reclaim = (id: number, what: string, ...scenarios: string[]): Mutant => ({
  id,
  kernel: 'reclaim',
  what,
  scenarios,
  plans,
  budget: 60,
});

const pinsLate = 'a reader pins while the era advances';

export const mutants: Mutant[] = [
  reclaim(
    41,
    'a block is freed one epoch after its retirement',
    `epoch: ${pinsLate}`,
    'epoch: read, write',
  ),
  reclaim(
    42,
    'the lower end of an interval is exclusive',
    'interval: read, write, collect',
    'interval: read, write',
  ),
  reclaim(
    43,
    'the birth end of an interval is exclusive',
    'interval: read, write',
    'interval: pop, pop and push',
  ),
  reclaim(
    44,
    'a scan skips the last slot (kovan: too few slots)',
    'interval: read by the last slot',
  ),
  reclaim(
    46,
    'the epoch advances over a pinned thread (crossbeam 105)',
    'epoch: read, write',
    `epoch: ${pinsLate}`,
  ),
  reclaim(
    47,
    'the era of a retirement is stamped from the own pin',
    'interval: a pin for long',
    'interval: read, write',
  ),
  reclaim(
    48,
    'a collect commits without turning the links',
    'interval: read, write',
    'epoch: read, write',
  ),
  reclaim(49, 'an epoch is stamped from the own pin (crossbeam 42)', 'epoch: an old pin retires'),
  reclaim(52, 'the end of a turn lets go of an open pin', 'interval: a stalled reader that idles'),
  reclaim(53, 'a load is not validated', 'interval: a load under an old pin'),
  reclaim(54, 'an orphan is adopted by a store, not by CAS', 'interval: two adopt'),
  reclaim(55, 'a collect empties the limbo before it sifts it', 'interval: write, write'),
  reclaim(56, 'a retirement never collects', 'interval: a stalled reader'),
  reclaim(57, 'a list is in the depot before it is out of the own one', 'interval: the depot'),
  reclaim(58, 'repair leaves a list on its way', 'interval: the depot'),
  reclaim(59, 'repair leaves a span on its way', 'interval: a span goes, another one comes'),
  reclaim(60, 'repair does not count what is pending', 'interval: write, write'),
  reclaim(
    61,
    'a hazard is not checked against the word again',
    'pointers: read, write',
    'pointers: read, write, collect',
  ),
  reclaim(62, 'an era is not checked against the clock', 'eras: a load under an old pin'),
  reclaim(
    64,
    'a collect leaves out the last lease of a structure',
    'pointers: two leases for others',
    'interval: two leases for others',
  ),
  reclaim(63, 'a scan skips the last hazard', 'pointers: read, write', 'eras: read, write'),
  reclaim(
    120,
    'a pin inside an older one does not cover what was born since',
    'epoch: an older pin, and the end of the domain',
    'interval: an older pin, and the end of the domain',
    'pointers: an older pin, and the end of the domain',
    'eras: an older pin, and the end of the domain',
  ),
  reclaim(
    121,
    'a refresh lets go of a domain that was destroyed',
    'interval: a refresh, and the end of the domain',
    'epoch: a refresh, and the end of the domain',
  ),
  reclaim(
    122,
    'a link is loaded again when the clock moved',
    'interval: a walk over what is taken out',
  ),
  reclaim(
    123,
    'a link is followed under an upper that was raised on the way',
    'interval: a walk beside another load',
  ),
  reclaim(124, 'a link is protected by the era of now', 'eras: a walk over what is taken out'),
  {
    ...reclaim(
      125,
      'an era is handed on after the look at the clock',
      'eras: an era that is handed on',
    ),
    plans: [{ strategy: 'dfs', preemptions: 3 }],
  },
  reclaim(126, 'a list is nobody’s before it has come', 'interval: the depot'),
  reclaim(
    128,
    'a full snapshot drops a reservation',
    'interval: more reservations than a snapshot holds',
    'eras: more reservations than a snapshot holds',
  ),
  reclaim(129, 'a collect leaves out the overflow of leases', 'interval: leases without memory'),
  reclaim(
    259,
    'what a full snapshot takes together is asked for at one of its holders',
    'interval: more reservations than a snapshot holds',
    'eras: more reservations than a snapshot holds',
  ),
  reclaim(
    266,
    'a collect leaves out the ledgers',
    'interval: four leases',
    'pointers: four leases',
  ),
  reclaim(
    240,
    'a span goes that others have blocks of',
    'interval: a span that two have blocks of',
  ),
  reclaim(
    241,
    'a free list is made anew by the links it goes by',
    'interval: a span that two have blocks of',
  ),
  reclaim(242, 'a span goes before its blocks are out of the list', 'interval: a span goes'),
  reclaim(243, 'repair takes spans for gone that are in the list', 'interval: a span goes'),
  reclaim(244, 'repair forgets the span that was being released', 'interval: a span goes'),
  reclaim(245, 'repair brings a list again that has come', 'interval: the depot, taken back'),
  reclaim(246, 'repair goes on behind the end of a list that was linked', 'interval: the depot'),
  reclaim(247, 'who takes from the depot does not look whose it is', 'interval: the depot'),
  reclaim(320, 'a look at what is spare loses what is used', 'epoch: a window ends'),
  reclaim(130, 'a collect leaves out the own pin', 'interval: a reader collects what another left'),
];
