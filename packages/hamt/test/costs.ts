// What the calls of a Hamt cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Codec, ReadableMap } from '@x/shm-arena';
import type { u32 } from '@x/shm-arena/codec';
import {
  type CostObject,
  type CostRow,
  type CostTable,
  classCosts,
  LOGARITHMIC,
  linear,
  often,
  prefixed,
  row,
  shortCosts,
  starve,
} from '@x/testkit/costs';
import type { Cache, Fill } from '../src/cache.ts';
import type { Hamt, HamtSnapshot } from '../src/index.ts';

interface World {
  readonly arena: Arena;
  readonly map: Hamt<number, number>;
  readonly snapshot: HamtSnapshot<number, number>;
  /** Between these one entry has changed. */
  pair: [HamtSnapshot<number, number>, HamtSnapshot<number, number>];
  /** Of n entries, which is its bound. */
  readonly cache: Cache<number, number>;
  readonly fill: Fill<number>;
  /** One of the keys in turn. */
  readonly key: number;
  next: number;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly Hamt: typeof Hamt;
  readonly Cache: typeof Cache;
  readonly u32: typeof u32;
}

const EACH = { ...LOGARITHMIC, cost: 'O(log n + key) each' };
const BATCH = { ...LOGARITHMIC, cost: 'O(log n + key) a batch, O(1) an entry' };

/** Reads of any view, through `view`. */
const reads = (view: (world: World) => ReadableMap<number, number>): CostRow<World>[] => [
  often('get has', (world) => view(world).get(world.key), LOGARITHMIC),
  often('getMany', (world) => view(world).getMany([world.key, world.key + 2]), EACH),
  often('entries keys values', (world) => view(world).entries().next(), BATCH),
  row('forEach', (world) => view(world).forEach(() => {}), linear()),
  row('size', (world) => view(world).size),
];

const map: CostObject<World> = {
  what: 'Hamt',
  of: ({ map }) => map,
  rows: [
    ...reads(({ map }) => map),
    row('handle', ({ map }) => map.handle),
    often('set replace swap', ({ map, key }) => map.set(key, 1), {
      ...{ ...LOGARITHMIC, note: 'a key that is there' },
    }),
    often('insert', (world) => world.map.insert(world.next, 1), {
      ...{ ...LOGARITHMIC, note: 'a new key' },
      before: (world) => {
        world.next += 2;
      },
    }),
    often('delete take', (world) => world.map.delete(world.next), {
      ...{ ...LOGARITHMIC, note: 'a key that is there' },
      before: (world) => {
        world.next += 2;
        world.map.set(world.next, 1);
      },
    }),
    often('compareAndSet compareAndDelete', ({ map, key }) => map.compareAndSet(key, 1, 1), EACH),
    often('getOrInsert getOrInsertComputed', ({ map, key }) => map.getOrInsert(key, 1), EACH),
    often('update', ({ map, key }) => map.update(key, (n = 0) => n), { ...EACH, times: 200 }),
    often(
      'setMany insertMany',
      ({ map, key }) => map.setMany([0, 1, 2].map((n) => [key, n])),
      EACH,
    ),
    often('deleteMany', ({ map, key }) => map.deleteMany([key + 1, key + 3]), EACH),
    often('snapshot', ({ map }) => map.snapshot().close(), {
      ...{ cost: 'O(1)', grows: 'constant' },
    }),
    often('set', ({ map, key }) => map.set(key, 1), {
      ...{ ...LOGARITHMIC, note: 'the first write behind a snapshot' },
      before: ({ map }) => map.snapshot().close(),
    }),
    row('snapshot', ({ map }) => map.snapshot({ writable: true }).destroy(), {
      ...{ cost: 'O(threads)', note: 'writable, and its end', grows: 'constant' },
    }),
    often('diff', ({ pair, map }) => [...map.diff(...pair)], {
      ...{ cost: 'O(d log n + key)', grows: 'logarithmic', note: 'one entry differs' },
      before: (world) => {
        world.pair[0].close();
        world.pair = [world.pair[1], world.map.set(world.key, ++world.next).snapshot()];
      },
    }),
    row('stats', ({ map }) => map.stats(), linear('O(threads + snapshots + memory / 64)')),
    row('verify', ({ map }) => map.verify(), { cost: 'O(n log n)', grows: 'linearithmic' }),
  ],
};

const opened: CostObject<World> = {
  what: 'HamtSnapshot',
  of: ({ snapshot }) => snapshot,
  rows: [
    ...reads(({ snapshot }) => snapshot),
    row('close', ({ map }) => map.snapshot().close(), { cost: 'O(1)' }),
  ],
};

const load = () => 1;

const cache: CostObject<World> = {
  what: 'Cache',
  of: ({ cache }) => cache,
  rows: [
    often('get peek has getRemainingTTL', ({ cache, key }) => cache.get(key), LOGARITHMIC),
    often('getMany', ({ cache, key }) => cache.getMany([key, key + 2]), EACH),
    often('entries keys values', ({ cache }) => cache.entries().next(), BATCH),
    row('forEach', ({ cache }) => cache.forEach(() => {}), linear()),
    row('size', ({ cache }) => cache.size, { cost: 'O(threads)' }),
    row('handle', ({ cache }) => cache.handle),
    often('set', ({ cache, key }) => cache.set(key, 1), {
      ...{ ...LOGARITHMIC, note: 'a key that is there' },
    }),
    often('set', ({ cache, next }) => cache.set(next, 1), {
      ...{ ...LOGARITHMIC, cost: 'O(log n + key + threads), amortized' },
      note: 'a new key, for which others leave',
      before: (world) => {
        world.next += 2;
      },
    }),
    often('delete invalidate', ({ cache, next }) => cache.delete(next), {
      ...{ ...LOGARITHMIC, note: 'a key that is there' },
      before: (world) => {
        world.next += 2;
        world.cache.set(world.next, 1);
      },
    }),
    often('beginFill', ({ cache, next }) => cache.beginFill(next), {
      ...LOGARITHMIC,
      before: (world) => {
        world.next += 2;
      },
    }),
    often('fetch', ({ cache, key }) => void cache.fetch(key, load), LOGARITHMIC),
    row('stats', ({ cache }) => cache.stats(), linear('O(threads + memory / 64)')),
    row('verify', ({ cache }) => cache.verify(), {
      ...{ cost: 'O(n log n)', grows: 'linearithmic' },
    }),
    row('purgeStale', ({ cache }) => cache.purgeStale(), linear('O(n), O(log n) each that goes')),
    row('invalidateAll', ({ cache }) => cache.invalidateAll()),
  ],
};

const fill: CostObject<World> = {
  what: 'Fill',
  of: ({ fill }) => fill,
  rows: [
    often('end cancel', ({ cache, next }) => cache.beginFill(next)?.end(1), {
      ...LOGARITHMIC,
      times: 500,
      before: (world) => {
        world.next += 2;
      },
    }),
  ],
};

const lastOfCache: CostObject<World> = {
  what: 'Cache',
  of: ({ cache }) => cache,
  rows: [
    row('clear', ({ cache }) => cache.clear(), { cost: 'O(n log n)', grows: 'linearithmic' }),
    row('destroy', ({ cache }) => cache.destroy(), linear('O(pages)')),
    row('close', ({ cache }) => cache.close()),
  ],
};

const full: CostObject<World> = {
  what: 'Hamt',
  of: ({ map }) => map,
  in: 'full',
  rows: [
    often('delete take', ({ map, key }) => map.delete(key), {
      ...{ ...LOGARITHMIC, times: 500, note: 'a full arena' },
    }),
  ],
};

const long: CostObject<World> = {
  what: 'Hamt',
  of: ({ map }) => map,
  in: 'long',
  rows: shortCosts<World>(({ map }) => map, 20_000),
};

const clearAll = ({ arena, map }: World) => {
  map.clear();
  arena.trim();
};

const last: CostObject<World> = {
  what: 'Hamt',
  of: ({ map }) => map,
  rows: [
    // What it retires is looked at in portions, of which the smaller world has none yet.
    row('clear', clearAll, { cost: 'O(n log n)', grows: 'linearithmic', note: 'and a `trim`' }),
    row('destroy', ({ map }) => map.destroy(), linear('O(pages)')),
    row('close', ({ map }) => map.close()),
  ],
};

export function costs({ Arena, Hamt, Cache, u32 }: Given): CostTable<World> {
  const worldOf = (n: number, key: Codec<number> = u32): World => {
    const arena = Arena.create({ bytes: 2 ** 27 });
    const map = Hamt.create<number, number>(arena, { key, value: u32 });
    for (let i = 0; i < n; i++) map.set(((i * 7_919) % n) * 20, 1);
    const cache = Cache.create<number, number>(arena, { key: u32, value: u32, maxEntries: n });
    for (let i = 0; i < n; i++) cache.set(((i * 7_919) % n) * 20, 1);
    let turn = 0;
    return {
      ...{ arena, map, snapshot: map.snapshot(), next: n * 20 },
      pair: [map.snapshot(), map.snapshot()],
      ...{ cache, fill: cache.beginFill(1)! },
      get key() {
        return ((turn++ * 104_729) % n) * 20;
      },
    };
  };
  const made = classCosts<World>(
    'Hamt',
    Hamt,
    ({ arena }) => Hamt.create(arena),
    ({ arena, map }) => Hamt.attach(arena, map.handle, { key: u32, value: u32 }),
  );
  const copy = ({ arena, snapshot }: World) =>
    Hamt.from<number, number>(arena, snapshot, { key: u32, value: u32 }).close();
  const from = row('from', copy, { cost: 'O(n log n)', grows: 'linearithmic' });
  return {
    structure: 'Hamt',
    n: 'entries',
    size: 4_000,
    about: {
      random: 'n keys, and three snapshots; a cache of n, which is its bound',
      full: 'no memory is left, and a fourth of all was deleted since',
      long: 'as full, with keys of 60 bytes',
    },
    worlds: {
      random: (n) => worldOf(n),
      full: (n) => filled(worldOf(n), n),
      long: (n) => filled(worldOf(n, prefixed(56)), n),
    },
    objects: [
      { ...made, rows: [...made.rows, from] },
      ...[map, opened, full, long, last],
      classCosts<World>(
        'Cache',
        Cache,
        ({ arena }) => Cache.create(arena, { maxEntries: 100 }),
        ({ arena, cache }) => Cache.attach(arena, cache.handle, { key: u32, value: u32 }),
      ),
      ...[cache, fill, lastOfCache],
    ],
  };
}

/** Closes the snapshots of a world, whose arena is full then. */
function filled(world: World, n: number): World {
  const { arena, map, snapshot, pair } = world;
  for (const open of [snapshot, ...pair]) open.close();
  starve(arena, map, n);
  return world;
}
