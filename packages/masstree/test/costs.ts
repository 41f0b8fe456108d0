// What the calls of a Masstree cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Codec, Cursor, OrderedReadable } from '@x/shm-arena';
import type { u32 } from '@x/shm-arena/codec';
import {
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
  shortCosts,
  starve,
} from '@x/testkit/costs';
import type { Masstree, MasstreeSnapshot } from '../src/index.ts';

type Map = Masstree<number, number>;

interface World {
  readonly arena: Arena;
  readonly map: Map;
  readonly cursor: Cursor<number, number>;
  /** One of the keys in turn. */
  readonly key: number;
  next: number;
  readonly n: number;
  /** An empty map beside. */
  empty: Map;
}

/** One that snapshots are open in, or were taken of. */
interface Kept extends World {
  readonly snapshot: MasstreeSnapshot<number, number>;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly Masstree: typeof Masstree;
  readonly u32: typeof u32;
}

const EACH = { ...LOGARITHMIC, cost: 'O(log n + key) each' };
const LIMITED = { ...LOGARITHMIC, cost: 'O(log n + key + entries)' };

/** Reads of any view, through `view`. */
const reads = <W extends World>(
  view: (world: W) => OrderedReadable<number, number>,
): CostRow<W>[] => [
  ...orderedCosts<W>(view),
  often('count', (world) => view(world).count({ gt: world.key, limit: 20 }), LIMITED),
];

const ascending = (n: number) => Array.from({ length: n }, (_, i): [number, number] => [i * 20, 1]);

const map: CostObject<World> = {
  what: 'Masstree',
  of: ({ map }) => map,
  rows: [
    ...reads<World>(({ map }) => map),
    row('size', ({ map }) => map.size, { cost: 'O(threads)' }),
    row('handle', ({ map }) => map.handle),
    often('set replace swap', ({ map, key }) => map.set(key, 1), {
      ...LOGARITHMIC,
      note: 'a key that is there',
    }),
    often('insert', (world) => world.map.insert(world.next, 1), {
      ...{ ...LOGARITHMIC, note: 'a new key' },
      before: (world) => {
        world.next += 2;
      },
    }),
    often('delete take', ({ map, key }) => map.delete(key + 1), {
      ...{ ...LOGARITHMIC, note: 'a key that is there' },
      before: ({ map, key }) => void map.set(key + 1, 1),
    }),
    often('compareAndSet compareAndDelete', ({ map, key }) => map.compareAndSet(key, 1, 1), EACH),
    often('getOrInsert getOrInsertComputed', ({ map, key }) => map.getOrInsert(key, 1), EACH),
    often('update', ({ map, key }) => map.update(key, (n = 0) => n), EACH),
    often(
      'setMany insertMany',
      ({ map, key }) => map.setMany([0, 1, 2].map((n) => [key, n])),
      EACH,
    ),
    row('bulkLoad', ({ empty, n }) => empty.bulkLoad(ascending(n)), {
      ...{ cost: 'O(n log n)', grows: 'linearithmic' },
      before: (world) => {
        world.empty.clear();
      },
    }),
    often('deleteMany', ({ map, key }) => map.deleteMany([key + 1, key + 3]), EACH),
    often(
      'deleteRange',
      ({ map, key }) => map.deleteRange({ gte: key + 1, lt: key + 19 }),
      LIMITED,
    ),
    row('snapshot', ({ map }) => map.snapshot().close(), { cost: 'O(threads)' }),
    often('maintain', ({ map }) => map.maintain(10), { ...LOGARITHMIC, cost: 'O(log n + limit)' }),
    row('maintain', ({ map }) => map.maintain(), {
      ...{ ...linear(), note: 'without a limit' },
      before: ({ map }) => void map.maintain(),
    }),
    row('stats', ({ map }) => map.stats(), linear('O(threads + memory / 64)')),
    row('verify', ({ map }) => map.verify(), { cost: 'O(n log n)', grows: 'linearithmic' }),
  ],
};

const last: CostObject<World> = {
  what: 'Masstree',
  of: ({ map }) => map,
  rows: [
    row('clear', ({ map }) => map.clear(), linear()),
    often('first last', ({ map }) => map.first(), { ...LOGARITHMIC, note: 'all were deleted' }),
    row('destroy', ({ map }) => map.destroy(), linear('O(pages)')),
    row('close', ({ map }) => map.close()),
  ],
};

/** What a snapshot is, and what it costs others while it is open. */
const opened: CostObject<World & Partial<Kept>> = {
  what: 'MasstreeSnapshot',
  of: ({ snapshot }) => snapshot!,
  in: 'snapshot',
  rows: [
    ...reads<World & Partial<Kept>>(({ snapshot }) => snapshot!),
    row('size', ({ snapshot }) => snapshot!.size),
    row('close', ({ map }) => map.snapshot().close(), { cost: 'O(threads)' }),
  ],
};

const writing: CostObject<World & Partial<Kept>> = {
  what: 'Masstree',
  of: ({ map }) => map,
  in: 'snapshot',
  rows: [
    often('set', ({ map, key }) => map.set(key, 1), {
      ...{ ...LOGARITHMIC, note: 'a snapshot is open: the first write of a leaf since' },
    }),
    often('snapshot', ({ map }) => map.snapshot().close(), { cost: 'O(threads)' }),
  ],
};

/** What long keys cost that begin alike: of the key's length, and little of its search's. */
const alike: CostObject<World> = {
  what: 'Masstree',
  of: ({ map }) => map,
  in: 'alike',
  rows: alikeCosts<World>(({ map }) => map, { get: 7, floor: 7, entry: 2 }),
};

const full: CostObject<World> = {
  what: 'Masstree',
  of: ({ map }) => map,
  in: 'full',
  rows: shortCosts<World>(({ map }) => map, 60_000),
};

/** Numbers that rise, of which n are there: the first one is taken, another comes behind. */
const queue: CostObject<World> = {
  what: 'Masstree',
  of: ({ map }) => map,
  in: 'queue',
  rows: [
    often(
      'first take insert',
      (world) => {
        world.map.take(world.map.first()![0]);
        world.map.insert((world.next += 20), 1);
      },
      { ...LOGARITHMIC, times: 200, note: 'a queue' },
    ),
  ],
};

export function costs({ Arena, Masstree, u32 }: Given): CostTable<World & Partial<Kept>> {
  const worldOf = (n: number, step: number, key: Codec<number> = u32): World => {
    const arena = Arena.create({ bytes: 2 ** 27 });
    const map = Masstree.create(arena, { key, value: u32 });
    for (let i = 0; i < n; i++) map.set(((i * step) % n) * 20, 1);
    let turn = 0;
    return {
      ...{ arena, map, cursor: map.cursor(), next: n * 20, n },
      empty: Masstree.create<number, number>(arena, { key: u32, value: u32 }),
      get key() {
        return ((turn++ * 104_729) % n) * 20;
      },
    };
  };
  return {
    structure: 'Masstree',
    n: 'entries',
    size: 2_000,
    about: {
      random: 'n keys, put in at random',
      ascending: 'n keys, put in in their order',
      snapshot: 'n keys, put in at random, and a snapshot',
      alike: 'n keys with 1 024 bytes in common, put in at random',
      queue: 'n keys that rise',
      full: 'keys of 60 bytes, no memory is left, and a fourth of all was deleted since',
    },
    worlds: {
      random: (n) => worldOf(n, 7_919),
      ascending: (n) => worldOf(n, 1),
      snapshot: (n) => {
        const world = worldOf(n, 7_919);
        return Object.assign(world, { snapshot: world.map.snapshot() });
      },
      alike: (n) => worldOf(n, 7_919, alikeKeys()),
      queue: (n) => worldOf(n, 1),
      full: (n) => {
        const world = worldOf(n, 7_919, prefixed(56));
        starve(world.arena, world.map, n);
        return world;
      },
    },
    objects: [
      classCosts<World>(
        'Masstree',
        Masstree,
        ({ arena }) => Masstree.create(arena),
        ({ arena, map }) => Masstree.attach(arena, map.handle, { key: u32, value: u32 }),
      ),
      ...[cursorCosts<World>(), map, opened, writing, alike, queue, full, last],
    ],
    height: ({ map }) => map.stats().height,
  };
}
