// The skip list as the contracts of maps see it.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { closing, type OrderedSubject, type Walked, walks } from '@x/testkit';
import { type FrozenSkipList, SkipList, type VersionedReadable } from '../src/index.ts';

type List = SkipList<string, unknown>;
type View = VersionedReadable<string, unknown>;

const VERSIONS = 'gt gte lt lte prefix reverse limit versions tombstones';
const all = { versions: true } as const;

export const subject: OrderedSubject<List, View> = {
  name: 'SkipList',
  type: SkipList,
  options: 'name maxBytes maxEntries key value onPressure',
  sample: { maxBytes: 2 ** 20, maxEntries: 10 },
  names: {
    map: `getEntry getOrInsert getOrInsertComputed update writeBatch clear snapshotAt seal frozen
      stats measure`.replaceAll(/\s+/g, ' '),
    snapshot: 'getEntry seq',
  },

  settle: (_, said) => said === true,

  calls: (list) => [
    ...[() => list.getOrInsert('b', 2), () => list.getOrInsertComputed('b', () => 2)],
    ...[() => list.update('a', () => 2), () => list.clear(), () => list.snapshotAt(1n)],
    ...[() => list.writeBatch([{ type: 'delete', key: 'a' }]), () => list.seal()],
    ...[() => list.frozen(), () => list.stats(), () => list.measure()],
  ],
  reads: [
    (view) => view.getEntry('a'),
    (view) => [...view.entries(all)],
    (view) => [...view.entries({ ...all, limit: 0 })],
  ],
  lookups: [(view, key) => view.getEntry(key)?.value],

  endings: (list, other) => {
    const ofFrozen = (end: (frozen: FrozenSkipList<string, unknown>) => void) => () => {
      const view = list.seal();
      return { view, end: () => end(view) };
    };
    const there = { code: 'CLOSED', elsewhere: true };
    return [
      {
        what: 'destroy by another under a snapshot of a number',
        begin: () => {
          const [newest] = [...list.entries({ versions: true, limit: 1, reverse: true })];
          return { view: list.snapshotAt(newest?.seq ?? 0n), end: () => other.destroy() };
        },
        ...there,
      },
      { what: 'close of a frozen list', begin: () => closing(list.seal()), code: 'CLOSED' },
      {
        what: 'close under a frozen list',
        begin: ofFrozen(() => list.close()),
        code: 'CLOSED',
      },
      {
        what: 'destroy of a frozen list',
        begin: ofFrozen((frozen) => frozen.destroy()),
        code: 'CLOSED',
      },
      {
        what: 'destroy of a frozen list by another',
        begin: ofFrozen(() => other.frozen()[0]?.destroy()),
        ...there,
      },
      { what: 'clear over a frozen list', begin: ofFrozen(() => other.clear()), ...there },
    ];
  },

  takers: (list, snapshot) => {
    const frozen = list.seal();
    return [
      { what: 'entries', names: VERSIONS, call: (range) => list.entries(range) },
      { what: 'snapshot.entries', names: VERSIONS, call: (range) => snapshot.entries(range) },
      { what: 'frozen.entries', names: VERSIONS, call: (range) => frozen.entries(range) },
    ];
  },

  views: (arena: Arena, entries) => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    for (const [key, value] of entries) list.set(key, value);
    const frozen = list.seal();
    const both = SkipList.create<string, number>(arena, { value: u32 });
    entries.forEach(([key, value], n) => {
      if (n % 2 === 0) both.set(key, value);
      if (n % 5 === 0) both.set(key, 1);
    });
    both.seal();
    entries.forEach(([key, value], n) => {
      if (n % 2 === 1 || n % 5 === 0) both.set(key, value);
    });
    return [
      ['a frozen list', frozen],
      ['two lists', both],
      ['a snapshot of two lists', both.snapshot()],
    ];
  },
};

// ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────

const read = { scan: [{}, () => {}], entries: [{ versions: true }], getMany: [['a']] };
const right = {
  ...read,
  set: ['a', 1],
  insert: ['a', 1],
  getOrInsert: ['a', 1],
  getOrInsertComputed: ['a', () => 1],
  compareAndSet: ['a', 1, 2],
  update: ['a', () => 1],
  writeBatch: [[{ type: 'set', key: 'a', value: 1 }]],
  snapshotAt: [1n],
};

function parts(arena: Arena, name: string) {
  const list = SkipList.create(arena, { name }).set('a', 1);
  const frozen = list.seal();
  list.set('b', 2);
  const cursor = list.cursor();
  cursor.next();
  return { list, frozen, snapshot: list.snapshot(), cursor, keys: list.keys() };
}

const walkOf = async ({ list, frozen, snapshot, cursor, keys }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'SkipListSnapshot', object: snapshot, right: read, but },
    { what: 'FrozenSkipList', object: frozen, right: { ...read, set: ['a', 1] }, but },
    { what: 'SkipList', object: list, right, but },
  ]);
};

export const walked: Walked<ReturnType<typeof parts>> = {
  what: 'SkipList',
  type: SkipList,
  parts,
  walk: walkOf,
  closes: ({ list, frozen, snapshot, cursor }) => [list, frozen, snapshot, cursor],
  ends: [
    ['closed', ({ list }) => list.close()],
    ['destroyed', ({ list }) => list.destroy()],
  ],
};
