// The Hamt as the contracts of maps see it.

import type { Arena } from '@x/shm-arena';
import {
  type MapSubject,
  type Walked,
  WRITABLE_NAMES,
  walks,
  writableCalls,
  writableRight,
} from '@x/testkit';
import { Hamt, type HamtSnapshot } from '../src/index.ts';

type Map = Hamt<string, unknown>;

export const subject: MapSubject<Map, HamtSnapshot<string, unknown>> = {
  name: 'Hamt',
  type: Hamt,
  options: 'name key value',
  sample: {},
  names: { map: `${WRITABLE_NAMES} diff stats`, snapshot: '' },
  settle: (_, said) => said === true,
  calls: (map) => [...writableCalls(map), () => map.stats()],
  reads: [],
  lookups: [],
  endings: () => [],
  takers: () => [],
  removalsNeedMemory: true,
};

// ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────

const read = { getMany: [['a']], forEach: [() => {}] };
const right = { ...read, ...writableRight };

function parts(arena: Arena, name: string) {
  const map = Hamt.create(arena, { name }).set('a', 1);
  return { map, snapshot: map.snapshot(), keys: map.keys() };
}

const walkOf = async ({ map, snapshot, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'HamtSnapshot', object: snapshot, right: read, but },
    { what: 'Hamt', object: map, right, but },
  ]);
};

export const walked: Walked<ReturnType<typeof parts>> = {
  what: 'Hamt',
  type: Hamt,
  parts,
  walk: walkOf,
  closes: ({ map, snapshot }) => [map, snapshot],
  ends: [
    ['closed', ({ map }) => map.close()],
    ['destroyed', ({ map }) => map.destroy()],
  ],
};
