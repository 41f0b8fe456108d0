// What the calls of a skip list cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Cursor } from '@x/shm-arena';
import type { u32 } from '@x/shm-arena/codec';
import {
  type CostObject,
  type CostRow,
  type CostTable,
  cursorCosts,
  LOGARITHMIC,
  linear,
  row,
} from '@x/testkit/costs';
import type {
  FrozenSkipList,
  SkipList,
  SkipListSnapshot,
  VersionedReadable,
} from '../src/index.ts';

type List = SkipList<number, number>;
type View = VersionedReadable<number, number>;

interface World {
  readonly arena: Arena;
  readonly list: List;
  /** As of before most writes, and as of half of them. */
  readonly old: SkipListSnapshot<number, number>;
  readonly half: SkipListSnapshot<number, number>;
  readonly cursor: Cursor<number, number>;
  /** One of the keys in turn, or the one with many versions. */
  readonly key: number;
  frozen: FrozenSkipList<number, number>;
  next: number;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly SkipList: typeof SkipList;
  readonly u32: typeof u32;
}

const ALL = linear();

/** Reads of any view, through `view`. */
function reads(view: (world: World) => View): CostRow<World>[] {
  const read = (names: string, call: (view: View, key: number) => unknown): CostRow<World> => ({
    ...LOGARITHMIC,
    names,
    times: 20,
    call: (world) => call(view(world), world.key),
  });
  const limited = { cost: 'O(log n + key + entries)', grows: 'logarithmic' } as const;
  return [
    read('get has getEntry', (of, key) => of.get(key)),
    read('first last', (of) => of.first()),
    read('last', (of) => of.last()),
    read('floor ceiling lower higher', (of, key) => of.floor(key)),
    read('ceiling', (of, key) => of.ceiling(key)),
    read('lower', (of, key) => of.lower(key)),
    read('higher', (of, key) => of.higher(key)),
    {
      ...read('getMany', (of, key) => of.getMany([key, key + 1, key + 2, key + 3])),
      cost: 'O(log n + key) each',
    },
    {
      ...read('entries keys values scan', (of, key) => [...of.entries({ gte: key, limit: 20 })]),
      ...limited,
      note: 'up to a limit, or the end of the range',
    },
    {
      ...read('entries', (of, key) => [...of.entries({ lte: key, limit: 20, reverse: true })]),
      ...limited,
      note: 'in reverse',
    },
    {
      ...read('count', (of, key) => of.count({ gt: key, limit: 20 })),
      ...limited,
    },
    { ...read('cursor', (of, key) => of.cursor().seek(key)), note: 'with a seek' },
    { ...ALL, names: 'forEach entries', call: (world) => view(world).forEach(() => {}) },
  ];
}

const list: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  rows: [
    ...reads(({ list }) => list),
    row('size', ({ list }) => list.size, {
      cost: 'O(threads); O(n) with frozen lists',
      note: 'one list',
    }),
    row('handle', ({ list }) => list.handle),
    row('stats', ({ list }) => list.stats(), { cost: 'O(threads × lists)' }),
    row('frozen', ({ list }) => list.frozen(), { cost: 'O(lists)' }),
    { ...LOGARITHMIC, names: 'set insert', call: ({ list, key }) => list.set(key, 1), times: 20 },
    {
      ...LOGARITHMIC,
      names: 'insert',
      note: 'a new key',
      call: (world) => world.list.insert(world.next, 1),
      before: (world) => {
        world.next += 2;
      },
      times: 20,
    },
    { ...LOGARITHMIC, names: 'delete', call: ({ list, key }) => list.delete(key), times: 4 },
    {
      ...LOGARITHMIC,
      names: 'getOrInsert getOrInsertComputed',
      call: ({ list, key }) => list.getOrInsert(key, 1),
      times: 20,
    },
    {
      ...LOGARITHMIC,
      names: 'compareAndSet',
      call: ({ list, key }) => list.compareAndSet(key, 1, 2),
    },
    {
      ...LOGARITHMIC,
      names: 'update',
      call: ({ list, key }) => list.update(key, () => 3),
      times: 20,
    },
    {
      ...LOGARITHMIC,
      names: 'writeBatch',
      cost: 'O(m log n) for m operations',
      call: ({ list, key }) =>
        list.writeBatch([1, 2, 3, 4].map((n) => ({ type: 'set', key: key + n, value: n }))),
      times: 5,
    },
    row('snapshot', ({ list }) => list.snapshot().close()),
    row('snapshotAt', ({ list, half }) => list.snapshotAt(half.seq).close()),
    { ...ALL, names: 'measure', call: ({ list }) => list.measure(), note: 'n: versions' },
    {
      names: 'verify',
      cost: 'O(n log n)',
      grows: 'linearithmic',
      call: ({ list }) => list.verify(),
      note: 'n: versions',
    },
    {
      ...ALL,
      names: 'entries',
      note: 'all versions',
      call: ({ list }) => [...list.entries({ versions: true })],
    },
    {
      ...ALL,
      names: 'entries',
      note: 'all versions, in reverse',
      call: ({ list }) => [...list.entries({ versions: true, reverse: true })],
    },
    row(
      'seal',
      (world) => {
        world.frozen = world.list.seal();
      },
      { cost: 'O(lists)' },
    ),
  ],
};

const snapshot: CostObject<World> = {
  what: 'SkipListSnapshot',
  of: ({ half }) => half,
  rows: [
    ...reads(({ half }) => half),
    {
      ...LOGARITHMIC,
      names: 'get',
      note: 'an old one',
      call: ({ old, key }) => old.get(key),
      times: 20,
    },
    { ...ALL, names: 'size', call: ({ half }) => half.size },
    row('seq', ({ half }) => half.seq),
    row('close', ({ list }) => list.snapshot().close()),
  ],
};

const ending: CostObject<World> = {
  what: 'FrozenSkipList',
  of: ({ frozen }) => frozen,
  rows: [
    ...reads(({ frozen }) => frozen),
    row('size', ({ frozen }) => frozen.size, { cost: 'O(threads)' }),
    row('seq', ({ frozen }) => frozen.seq),
    row('stats', ({ frozen }) => frozen.stats(), { cost: 'O(threads)' }),
    { ...ALL, names: 'measure', call: ({ frozen }) => frozen.measure() },
    row('destroy', ({ frozen }) => frozen.destroy(), { cost: 'O(pages)', grows: 'linear' }),
    row('set delete insert', () => {}, { note: 'refused' }),
    row('close', ({ frozen }) => frozen.close()),
  ],
};

const last: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  rows: [
    row('clear', ({ list }) => list.clear(), { cost: 'O(lists + pages)', grows: 'linear' }),
    row('destroy', ({ list }) => list.destroy(), { cost: 'O(lists + pages)', grows: 'linear' }),
    row('close', ({ list }) => list.close()),
  ],
};

/** What the deleted keys in front of what lives cost. */
const passing: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'deleted',
  rows: [
    {
      ...{ names: 'first entries', note: 'n keys deleted in front', grows: 'linear' },
      cost: 'O(log n + deleted keys passed)',
      call: ({ list }) => list.first(),
    },
    {
      ...LOGARITHMIC,
      names: 'last',
      note: 'n keys deleted in front',
      call: ({ list }) => list.last(),
    },
  ],
};

export function costs({ Arena, SkipList, u32 }: Given): CostTable<World> {
  const worldOf = (
    keyAt: (turn: number) => number,
    fill: (list: List, half: () => void) => void,
  ): World => {
    const arena = Arena.create({ bytes: 2 ** 26 });
    const list = SkipList.create(arena, { key: u32, value: u32 });
    for (let i = 0; i < 50; i++) list.set(i * 1_000, i);
    const old = list.snapshot();
    let half = old;
    fill(list, () => {
      half = list.snapshot();
    });
    const frozen = undefined as unknown as World['frozen'];
    let turn = 0;
    return {
      ...{ arena, list, old, half, frozen, cursor: list.cursor(), next: 1 },
      get key() {
        return keyAt(turn++ * 104_729);
      },
    };
  };
  return {
    structure: 'SkipList',
    n: 'versions',
    size: 2_000,
    height: ({ list }) => list.stats().height,
    about: {
      keys: 'n keys, one after the other, in no order',
      batch: 'n keys in one batch into an empty list',
      hot: '50 keys, one of them written n times',
      deleted: 'n keys, all deleted, in front of 50 others',
    },
    worlds: {
      keys: (n) =>
        worldOf(
          (turn) => ((turn % n) * 7_919) % (2 * n),
          (list, half) => {
            for (let i = 0; i < n; i++) {
              if (i === n / 2) half();
              list.set((i * 7_919) % (2 * n), i);
            }
          },
        ),
      batch: (n) =>
        worldOf(
          (turn) => (turn % n) * 20,
          (list, half) => {
            list.clear();
            list.writeBatch(
              Array.from({ length: n }, (_, i) => ({ type: 'set', key: i * 20, value: i })),
            );
            half();
          },
        ),
      hot: (n) =>
        worldOf(
          () => 20_000,
          (list, half) => {
            for (let i = 0; i < n; i++) {
              if (i === n / 2) half();
              list.set(20_000, i);
            }
          },
        ),
      deleted: (n) =>
        worldOf(
          () => 0,
          (list) => {
            list.clear();
            for (let i = 0; i < 50; i++) list.set(n + i, i);
            for (let i = 0; i < n; i++) list.set(i, i);
            for (let i = 0; i < n; i++) list.delete(i);
          },
        ),
    },
    objects: [cursorCosts(), snapshot, list, passing, ending, last],
  };
}
