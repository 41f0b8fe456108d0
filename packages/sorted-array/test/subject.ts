// The sorted array as the contracts of maps see it: of its own it has nothing.

import type { Arena } from '@x/shm-arena';
import { type OrderedSubject, type Walked, walks } from '@x/testkit';
import { SortedArray } from '../src/index.ts';

type Map = SortedArray<string, unknown>;

export const subject: OrderedSubject<Map, ReturnType<Map['snapshot']>> = {
  name: 'SortedArray',
  type: SortedArray,
  options: 'name key value',
  sample: {},
  names: { map: '', snapshot: '' },
  settle: (_, said) => said === true,
  calls: () => [],
  reads: [],
  lookups: [],
  endings: () => [],
  takers: () => [],
  views: () => [],
};

// ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────

const read = { scan: [{}, () => {}], getMany: [['a']] };
const right = { ...read, set: ['a', 1], insert: ['a', 1], compareAndSet: ['a', 1, 2] };

function parts(arena: Arena, name: string) {
  const map = SortedArray.create<string, number>(arena, { name }).set('a', 1);
  const cursor = map.cursor();
  cursor.next();
  return { map, snapshot: map.snapshot(), cursor, keys: map.keys() };
}

const walkOf = async ({ map, snapshot, cursor, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'SortedArraySnapshot', object: snapshot, right: read, but },
    { what: 'SortedArray', object: map, right, but },
  ]);
};

export const walked: Walked<ReturnType<typeof parts>> = {
  what: 'SortedArray',
  type: SortedArray,
  parts,
  walk: walkOf,
  closes: ({ snapshot, cursor, map }) => [snapshot, cursor, map],
  ends: [
    ['closed', ({ map }) => map.close()],
    ['destroyed', ({ map }) => map.destroy()],
  ],
};
