// The Masstree as the contracts of maps see it.

import type { Arena } from '@x/shm-arena';
import {
  type OrderedSubject,
  type Walked,
  WRITABLE_NAMES,
  walks,
  writableCalls,
  writableRight,
} from '@x/testkit';
import { Masstree, type MasstreeSnapshot } from '../src/index.ts';

type Map = Masstree<string, unknown>;

export const subject: OrderedSubject<Map, MasstreeSnapshot<string, unknown>> = {
  name: 'Masstree',
  type: Masstree,
  options: 'name key value',
  sample: {},
  names: { map: `${WRITABLE_NAMES} bulkLoad deleteRange maintain stats`, snapshot: '' },
  settle: (_, said) => said === true,
  calls: (map) => [
    ...writableCalls(map),
    ...[() => map.deleteRange({}), () => map.deleteRange({ gt: 'b', lt: 'a' })],
    ...[() => map.maintain(), () => map.maintain(1), () => map.stats()],
    () => map.bulkLoad([]),
  ],
  reads: [],
  lookups: [(view, key) => view.floor(key)?.[1]],
  endings: () => [],
  takers: (map) => [
    {
      what: 'deleteRange',
      names: 'gt gte lt lte prefix reverse limit',
      call: (range) => map.deleteRange(range),
    },
  ],
  views: () => [],
};

// ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────

const read = { scan: [{}, () => {}], entries: [{}], getMany: [['a']] };
const right = { ...read, ...writableRight, deleteRange: [{}], maintain: [1], bulkLoad: [[]] };

function parts(arena: Arena, name: string) {
  const map = Masstree.create(arena, { name }).set('a', 1);
  const cursor = map.cursor();
  cursor.next();
  return { map, snapshot: map.snapshot(), cursor, keys: map.keys() };
}

const walkOf = async ({ map, snapshot, cursor, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'MasstreeSnapshot', object: snapshot, right: read, but },
    { what: 'Masstree', object: map, right, but },
  ]);
};

export const walked: Walked<ReturnType<typeof parts>> = {
  what: 'Masstree',
  type: Masstree,
  parts,
  walk: walkOf,
  closes: ({ map, snapshot, cursor }) => [map, snapshot, cursor],
  ends: [
    ['closed', ({ map }) => map.close()],
    ['destroyed', ({ map }) => map.destroy()],
  ],
};
