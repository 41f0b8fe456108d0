// What the calls of a skip list cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Codec, Cursor } from '@x/shm-arena';
import type { u32 } from '@x/shm-arena/codec';
import {
  AMONG_SNAPSHOTS,
  alikeCosts,
  alikeKeys,
  type CostObject,
  type CostRow,
  type CostTable,
  classCosts,
  cursorCosts,
  LOGARITHMIC,
  linear,
  often,
  orderedCosts,
  prefixed,
  row,
  valueCosts,
} from '@x/testkit/costs';
import type {
  FrozenSkipList,
  SkipList,
  SkipListSnapshot,
  VersionedReadable,
} from '../src/index.ts';

type List = SkipList<number, number>;

interface World {
  readonly arena: Arena;
  readonly list: List;
  /** As of before most writes, and as of half of them. */
  readonly old: SkipListSnapshot<number, number>;
  readonly half: SkipListSnapshot<number, number>;
  /** What else stays open. */
  readonly kept: unknown;
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
const reads = (view: (world: World) => VersionedReadable<number, number>): CostRow<World>[] => [
  ...orderedCosts(view),
  often('getEntry', (world) => view(world).getEntry(world.key), LOGARITHMIC),
  often('count', (world) => view(world).count({ gt: world.key, limit: 20 }), {
    ...LOGARITHMIC,
    cost: 'O(log n + key + entries)',
  }),
];

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
    often('set', ({ list, key }) => list.set(key, 1), LOGARITHMIC),
    often('insert', (world) => world.list.insert(world.next, 1), {
      ...LOGARITHMIC,
      note: 'a new key',
      before: (world) => {
        world.next += 2;
      },
    }),
    often('delete', ({ list, key }) => list.delete(key), { ...LOGARITHMIC, times: 4 }),
    often('getOrInsert', ({ list, key }) => list.getOrInsert(key, 1), LOGARITHMIC),
    often(
      'getOrInsertComputed',
      ({ list, key }) => list.getOrInsertComputed(key, () => 1),
      LOGARITHMIC,
    ),
    often('compareAndSet', ({ list, key }) => list.compareAndSet(key, 1, 2), LOGARITHMIC),
    often('update', ({ list, key }) => list.update(key, () => 3), LOGARITHMIC),
    often(
      'writeBatch',
      ({ list, key }) =>
        list.writeBatch([1, 2, 3, 4].map((n) => ({ type: 'set', key: key + n, value: n }))),
      { ...LOGARITHMIC, cost: 'O(m log n) for m operations', times: 5 },
    ),
    row('snapshot', ({ list }) => list.snapshot().close()),
    row('snapshotAt', ({ list, half }) => list.snapshotAt(half.seq).close()),
    row('measure', ({ list }) => list.measure(), ALL),
    row('verify', ({ list }) => list.verify(), { cost: 'O(n log n)', grows: 'linearithmic' }),
    row('entries', ({ list }) => [...list.entries({ versions: true })], {
      ...ALL,
      note: 'all versions',
    }),
    row('entries', ({ list }) => [...list.entries({ versions: true, reverse: true })], {
      ...ALL,
      note: 'all versions, in reverse',
    }),
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
    often('get', ({ old, key }) => old.get(key), { ...LOGARITHMIC, note: 'an old one' }),
    row('size', ({ half }) => half.size, ALL),
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
    row('measure', ({ frozen }) => frozen.measure(), ALL),
    row('destroy', ({ frozen }) => frozen.destroy(), linear('O(pages)')),
    row('set delete insert', undefined, { note: 'refused' }),
    row('close', ({ frozen }) => frozen.close()),
  ],
};

const last: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  rows: [
    row('clear', ({ list }) => list.clear(), linear('O(lists + pages)')),
    row('destroy', ({ list }) => list.destroy(), linear('O(lists + pages)')),
    row('close', ({ list }) => list.close()),
  ],
};

/** What the snapshots that are open cost. */
const opening: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'snapshots',
  rows: [
    often('snapshot', ({ list }) => list.snapshot().close(), {
      ...AMONG_SNAPSHOTS,
      before: ({ list }: World) => list.set(0, 0),
    }),
    row('seal', ({ list }) => list.seal().destroy(), {
      ...AMONG_SNAPSHOTS,
      cost: 'O(lists + log snapshots)',
    }),
  ],
};

/** Over marks of all levels, each of which a step may fail on. */
const LEAPING = { cost: 'O(log² n + key)', grows: 'polylogarithmic' } as const;

/** What deleted keys cost that stand in the way. */
const passing: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'deleted',
  rows: [
    row('first entries', ({ list }) => list.first(), {
      ...linear('O(log n + keys deleted since)'),
      note: 'the first read that passes n deleted keys',
    }),
    row('last entries', ({ list }) => list.last(), {
      ...linear('O(log n + keys deleted since)'),
      note: 'the first one, in reverse',
    }),
    often('first', ({ list }) => list.first(), { ...LEAPING, note: 'the next one' }),
    often('last', ({ list }) => list.last(), { ...LEAPING, note: 'the next one' }),
    often('higher', ({ list, key }) => list.higher(key), {
      ...LEAPING,
      note: 'from a deleted key',
    }),
    often('lower', ({ list, key }) => list.lower(key + BEHIND), {
      ...LEAPING,
      note: 'from a deleted key',
    }),
    often('first', ({ half }) => half.first(), { ...LEAPING, note: 'of a snapshot' }),
    often(
      'set delete',
      ({ list, key }) => {
        list.set(key, 1);
        list.delete(key);
      },
      { ...LOGARITHMIC, note: 'among deleted keys' },
    ),
    often('first', ({ list }) => list.first(), { ...LEAPING, note: 'after that' }),
    often('first delete set', (world) => take(world), {
      ...LEAPING,
      note: 'a queue: the first one is taken, another comes behind',
    }),
  ],
};

/** What long keys cost that begin alike: of the key's length, and little of its search's. */
const alike: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'alike',
  rows: alikeCosts<World>(({ list }) => list, { get: 8, floor: 19, entry: 3 }),
};

const values: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'values',
  rows: valueCosts<World>(({ list }) => list),
};

/** Reads of a stack of lists; what grows with the lists alone, with all keys, or with both. */
const stacked = (
  world: string,
  { lists, all, each }: Record<'lists' | 'all' | 'each', CostRow<World>['grows']>,
): CostObject<World> => ({
  what: 'SkipList',
  of: ({ list }) => list,
  in: world,
  rows: [
    row('size count', ({ list }) => list.size, {
      cost: 'O(n log lists)',
      grows: all,
      note: 'frozen lists',
    }),
    often('get has', ({ list, key }) => list.get(key + 1), {
      cost: 'O(lists × (log n + key))',
      grows: each,
      note: 'frozen lists, an absent key: the first ones',
    }),
    often('get has', ({ list, key }) => list.get(key + 1), {
      ...linear('O(lists × (log n + key)), amortized'),
      note: 'frozen lists, an absent key: the next ones, which pay for the filters',
      times: FILTERED,
      bound: 2_400,
    }),
    often('get has', ({ list, key }) => list.get(key + 1), {
      cost: 'O(lists + log n + key)',
      grows: each,
      note: 'frozen lists, an absent key: all others',
      times: 100,
      bound: 300,
    }),
    often('getMany', ({ list, key }) => list.getMany([1, 3, 5, 7].map((n) => key + n)), {
      cost: 'O(lists + log n + key) each',
      grows: each,
      note: 'frozen lists, absent keys: all others',
    }),
    often('get has insert', ({ list }) => list.get(FAR), {
      cost: 'O(lists + log n + key)',
      grows: lists,
      note: 'frozen lists, a key beyond their keys',
    }),
    often('getMany', ({ list }) => list.getMany([FAR, FAR + 1, FAR + 2, FAR + 3]), {
      cost: 'O(lists + log n + key) each',
      grows: lists,
      note: 'frozen lists, keys beyond their keys',
    }),
    often('first', ({ list }) => list.first(), {
      cost: 'O(lists)',
      grows: lists,
      note: 'frozen lists',
    }),
    often('ceiling floor higher lower', ({ list, key }) => list.ceiling(key), {
      cost: 'O(lists × (log n + key))',
      grows: each,
      note: 'frozen lists',
    }),
    often('entries keys values scan', ({ list, key }) => list.count({ gte: key, limit: 200 }), {
      cost: 'O(lists × (log n + key) + entries log lists)',
      grows: each,
      note: 'frozen lists, up to a limit of 200',
    }),
    row('forEach entries', ({ list }) => list.forEach(() => {}), {
      cost: 'O(n log lists)',
      grows: all,
      note: 'frozen lists',
    }),
  ],
});

/** So many searches in vain, for lists of so many keys, pay for their filters. */
const FILTERED = 512;
/** A key behind all others. */
const FAR = 2 ** 30;
/** What is walked over each time: there are no marks for it. */
const hiding: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'hidden',
  rows: [
    row('first entries', ({ list }) => list.first(), {
      ...linear('O(log n + hidden keys passed)'),
      note: 'deleted keys of a frozen list',
    }),
    row('first entries', ({ half }) => half.first(), {
      ...linear('O(log n + later keys passed)'),
      note: 'of a snapshot, keys set and deleted after it',
    }),
  ],
};

/** Keys that live, and keys behind them. */
const LIVES = 1_000_000;
const BEHIND = 2_000_000;

function take(world: World): void {
  const [key] = world.list.first()!;
  world.list.delete(key);
  world.list.set(LIVES + world.next++ + 50, 1);
}

const wide: CostObject<World> = {
  what: 'SkipList',
  of: ({ list }) => list,
  in: 'wide',
  rows: [row('seal', ({ list }) => list.seal(), { cost: 'O(lists)', note: 'a larger arena' })],
};

export function costs({ Arena, SkipList, u32 }: Given): CostTable<World> {
  const worldOf = (
    keyAt: (turn: number) => number,
    fill: (list: List, half: () => void) => unknown,
    { key = u32 as Codec<number>, value = u32 as Codec<number>, bytes = 2 ** 26 } = {},
  ): World => {
    const arena = Arena.create({ bytes });
    const list = SkipList.create(arena, { key, value });
    for (let i = 0; i < 50; i++) list.set(i * 1_000, i);
    const old = list.snapshot();
    let half = old;
    const kept = fill(list, () => {
      half = list.snapshot();
    });
    const frozen = undefined as unknown as World['frozen'];
    let turn = 0;
    return {
      ...{ arena, list, old, half, frozen, cursor: list.cursor(), next: 1, kept },
      get key() {
        return keyAt(turn++ * 104_729);
      },
    };
  };
  const stackOf = (n: number, lists: number): World =>
    worldOf(
      (turn) => ((turn % n) * 7_919) % (2 * n),
      (list) => {
        for (let i = 0; i < n; i++) {
          list.set((i * 7_919) % (2 * n), i);
          if ((i + 1) % (n / lists) < 1 && i + 1 < n) list.seal();
        }
      },
    );
  return {
    structure: 'SkipList',
    n: 'versions',
    size: 2_000,
    height: ({ list }) => list.stats().height,
    about: {
      keys: 'n keys, one after the other, in no order',
      batch: 'n keys in one batch into an empty list',
      hot: '50 keys, one of them written n times',
      deleted: 'n keys, all deleted, in front of 50 others and behind them',
      hidden: 'n keys of a frozen list, all deleted in the active one',
      snapshots: 'n snapshots, one after each of n writes to 50 keys',
      stack: 'n keys in 32 lists, 31 of them frozen',
      lists: '32 000 keys in n / 1 000 lists',
      alike: 'n keys with 1 024 bytes in common',
      values: '50 keys, with values of n / 2 bytes',
      wide: '50 keys, in an arena of 2 048 bytes for each of n',
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
      hidden: (n) =>
        worldOf(
          (turn) => turn,
          (list, half) => {
            list.clear();
            list.set(LIVES, 0);
            half();
            for (let i = 0; i < n; i++) list.set(i, i);
            list.seal();
            for (let i = 0; i < n; i++) list.delete(i);
          },
        ),
      deleted: (n) =>
        worldOf(
          (turn) => turn % (n / 2),
          (list, half) => {
            list.clear();
            for (let i = 0; i < 50; i++) list.set(LIVES + i, i);
            const keyOf = (i: number) => (i % 2) * BEHIND + Math.floor(i / 2);
            for (let i = 0; i < n; i++) list.set(keyOf(i), i);
            for (let i = 0; i < n; i++) list.delete(keyOf(i));
            half();
          },
        ),
      snapshots: (n) =>
        worldOf(
          (turn) => (turn % 50) * 1_000,
          (list, half) => {
            half();
            return Array.from({ length: n }, (_, i) => {
              list.set((i % 50) * 1_000, i);
              return list.snapshot();
            });
          },
        ),
      stack: (n) => stackOf(n, 32),
      lists: (n) => stackOf(32_000, n / 1_000),
      alike: (n) =>
        worldOf(
          (turn) => ((turn % n) * 7_919) % n,
          (list) => {
            for (let i = 0; i < n; i++) list.set((i * 7_919) % n, i);
          },
          { key: alikeKeys() },
        ),
      values: (n) =>
        worldOf(
          (turn) => (turn % 50) * 1_000,
          () => {},
          { value: prefixed(n / 2 - 4) },
        ),
      wide: (n) =>
        worldOf(
          () => 0,
          () => {},
          { bytes: 2 ** 22 + n * 2_048 },
        ),
    },
    objects: [
      classCosts<World>(
        'SkipList',
        SkipList,
        ({ arena }) => SkipList.create(arena),
        ({ arena, list }) => SkipList.attach(arena, list.handle, { key: u32, value: u32 }),
      ),
      ...[cursorCosts<World>(), snapshot, list, passing, hiding, alike, values],
      stacked('stack', { lists: 'constant', all: 'linear', each: 'logarithmic' }),
      stacked('lists', { lists: 'linear', all: 'logarithmic', each: 'linear' }),
      ...[opening, wide, ending, last],
    ],
  };
}
