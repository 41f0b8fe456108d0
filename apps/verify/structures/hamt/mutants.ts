// Seeded bugs of packages/hamt/assembly, each with the scenarios that must catch it.

import type { Mutant, Plan } from '../../src/structure.ts';

const by =
  (...plans: Plan[]) =>
  (id: number, what: string, ...scenarios: string[]): Mutant => ({
    id,
    kernel: 'hamt',
    what,
    scenarios,
    plans,
    budget: 60,
  });

const twice = by({ strategy: 'dfs', preemptions: 2 });
const once = by({ strategy: 'dfs', preemptions: 1 });
const dies = by({ strategy: 'dfs', preemptions: 0, kills: 1 });
const refused = by({ strategy: 'dfs', preemptions: 0, kills: 1, failures: true });

export const mutants: Mutant[] = [
  twice(400, 'no link is asked whether the pin covers it', 'late blocks, get'),
  twice(430, 'what a write made is not covered', 'late blocks, a write that is helped'),
  dies(413, 'a block is taken before it is noted', 'insert, insert'),
  once(503, 'what was made in vain leaks', 'set, set'),
  dies(404, 'a repair retires again what the dead has retired', 'set, set'),
  dies(436, 'a noted block that was not taken is retired', 'insert, insert'),
  dies(506, 'no progress is noted', 'record, record'),
  dies(507, 'a repair does not retire what was made', 'insert, insert'),
  twice(
    508,
    'whoever helps commits whatever the generation',
    'insert, snapshot alone',
    'set, snapshot',
  ),
  twice(
    509,
    'a reader takes what is pending for decided',
    'a read between a snapshot and a late write',
  ),
  once(512, 'writes do not renew the array', 'old snapshot: set alone'),
  dies(513, 'a write is published before it is armed', 'set, set'),
  twice(
    514,
    'a write that failed stays in the slot',
    'set, snapshot',
    'a snapshot and two writes of one slot',
  ),
  dies(
    515,
    'who renews an array does not say that it was in place',
    'old snapshot: another one, set',
  ),
  once(516, 'a snapshot leaves the generation', 'insert, snapshot alone', 'set, snapshot'),
  dies(517, 'a repair puts in what the dead had not put in yet', 'set, set'),
  dies(518, 'a repair takes what was replaced since for not published', 'set, set'),
  once(520, 'records that go out leak', 'record, record'),
  once(521, 'an entry of the same lowest hash byte is taken for the key', 'equal hashes: change'),
  once(523, 'a leaf that joins another one leaks', 'join: change'),
  once(524, 'a new entry is not counted', 'insert, insert'),
  once(530, 'of a range with many entries a part is compared', 'diff over many ranges'),
  once(531, 'two values of a key are taken for the same', 'a far value: diff'),
  twice(532, 'a hold goes that another one needs', 'a fork of a fork, whose elders end'),
  twice(533, 'a hold goes while somebody reads', 'the fork ends: get, set'),
  dies(534, 'a repair lets holds stand whose lines are gone', 'a fork comes and goes'),
  once(535, 'a fork retires what another line has made', 'both lines write'),
  once(536, 'a fork stores into the array of the line above', 'both lines write'),
  twice(537, 'lanes go on that a pin does not cover', 'late blocks, many'),
  refused(538, 'a removal takes nothing that is kept', 'without memory: two of a leaf'),
  refused(539, 'a repair retires what is kept again', 'without memory: two of a leaf'),
  once(540, 'a leaf that begins before the place is given out as it stands', 'join: scan'),
  once(541, 'a scan goes on at the place of a leaf that is half given out', 'scan in small parts'),
  once(543, 'records of a leaf that goes leak', 'all below a node: get'),
  once(544, 'a leaf that goes counts as one entry', 'all of two slots: get'),
  once(545, 'a clear goes on behind a leaf of which one entry has gone', 'clear all'),
  once(546, 'a clear ends too early', 'clear all'),
  once(525, 'a scan gives again what it gave', 'scan in small parts', 'join: scan'),
];
