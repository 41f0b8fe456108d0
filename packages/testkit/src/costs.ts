// What calls cost, and how that grows: the table that a structure gives of all its public methods,
// and the rule by which a method's steps are judged.
//
// A structure is built at n and at 16 n entries. In each of its worlds the same call is made, and
// the memory accesses of its kernels are counted. What JavaScript does beside them is not counted.

import type { Arena, Codec, Cursor, OrderedReadable, WritableMap } from '@x/shm-arena';

/** How a call's steps may grow with the number of entries, where nothing else changes. */
type Growth = 'constant' | 'logarithmic' | 'polylogarithmic' | 'linear' | 'linearithmic';

/** How much larger than the smaller world the larger one is. */
export const TIMES = 16;

/** Most that steps may grow by; some of it for towers and trees that are not equally high. */
const MOST: Readonly<Record<Growth, number>> = {
  constant: 1.25,
  logarithmic: 2,
  polylogarithmic: 3,
  linear: 1.25 * TIMES,
  linearithmic: 2 * TIMES,
};
/** Steps that no growth is judged by. */
const FEW = 24;

/** Methods of one object, and one of their calls. */
export interface CostRow<W> {
  /** Their names, divided by spaces. */
  readonly names: string;
  /** As the documents print it. */
  readonly cost: string;
  readonly grows: Growth;
  /** What else there is to say. */
  readonly note?: string;
  /** Steps that it may take at any size. */
  readonly bound?: number;
  /** Calls the first of them; without it nothing is counted. */
  readonly call?: (world: W) => unknown;
  /** How often it is called; the counts are those of one. Each time before, `before` is called. */
  readonly times?: number;
  /** The counts are those of the call that costs most; else their mean. */
  readonly most?: boolean;
  readonly before?: (world: W) => void;
}

/** An object of a structure that users hold. */
export interface CostObject<W> {
  readonly what: string;
  readonly of: (world: W) => object;
  /** The only worlds of these rows; else all that no object has for itself. */
  readonly in?: string;
  readonly rows: readonly CostRow<W>[];
}

/** All that a structure's calls cost. */
export interface CostTable<W> {
  readonly structure: string;
  /** What n is. */
  readonly n: string;
  /** Size of the smaller world. */
  readonly size: number;
  /** By name, how each is made. */
  readonly worlds: Readonly<Record<string, (n: number) => W>>;
  /** What each world is, as the documents say it. */
  readonly about: Readonly<Record<string, string>>;
  readonly objects: readonly CostObject<W>[];
  /** How high a structure is, which may grow by the logarithm. */
  readonly height?: (world: W) => number;
}

/** Whether `large` is more than `small` may grow to. */
export function grewTooMuch(grows: Growth, small: number, large: number): boolean {
  return large - FEW > MOST[grows] * small;
}

type Call<W> = (world: W) => unknown;

/** A row of a call that costs the same at any n, if `more` does not say otherwise. */
export const row = <W>(
  names: string,
  call?: Call<W>,
  more: Partial<CostRow<W>> = {},
): CostRow<W> => ({
  ...{ names, cost: 'O(1)', grows: 'constant' },
  ...(call === undefined ? {} : { call }),
  ...more,
});

/** One that is called twenty times, which differ in their keys. */
export const often = <W>(
  names: string,
  call: Call<W>,
  more: Partial<CostRow<W>> = {},
): CostRow<W> => row(names, call, { times: 20, ...more });

/** What grows as n does, or with what it names. */
export const linear = (cost = 'O(n)') => ({ cost, grows: 'linear' }) as const;

export const LOGARITHMIC = { cost: 'O(log n + key)', grows: 'logarithmic' } as const;

/** What is searched among n snapshots. */
export const AMONG_SNAPSHOTS = {
  cost: 'O(log snapshots)',
  grows: 'logarithmic',
  note: 'n snapshots of different instants are open',
} as const;

const LIMITED = { cost: 'O(log n + key + entries)', grows: 'logarithmic' } as const;

/** A world of a map: one of its keys in turn. */
interface Keyed {
  readonly key: number;
}

/** What the reads of an ordered map cost, through `view`. */
export function orderedCosts<W extends Keyed>(
  view: (world: W) => OrderedReadable<number, number>,
): CostRow<W>[] {
  const read = (
    names: string,
    call: (view: OrderedReadable<number, number>, key: number) => unknown,
    more: Partial<CostRow<W>> = LOGARITHMIC,
  ): CostRow<W> => often(names, (world) => call(view(world), world.key), more);
  return [
    read('get has', (of, key) => of.get(key)),
    read('first', (of) => of.first()),
    read('last', (of) => of.last()),
    read('floor', (of, key) => of.floor(key)),
    read('ceiling', (of, key) => of.ceiling(key)),
    read('lower', (of, key) => of.lower(key)),
    read('higher', (of, key) => of.higher(key)),
    read('getMany', (of, key) => of.getMany([key, key + 1, key + 2, key + 3]), {
      ...LOGARITHMIC,
      cost: 'O(log n + key) each',
    }),
    read('entries keys values scan', (of, key) => [...of.entries({ gte: key, limit: 20 })], {
      ...LIMITED,
      note: 'up to a limit, or the end of the range',
    }),
    read('entries', (of, key) => [...of.entries({ lte: key, limit: 20, reverse: true })], {
      ...LIMITED,
      note: 'in reverse',
    }),
    read('cursor', (of, key) => of.cursor().seek(key), { ...LOGARITHMIC, note: 'with a seek' }),
    row('forEach entries', (world) => view(world).forEach(() => {}), linear()),
  ];
}

/** A codec of numbers, with so many bytes in front that are always the same. */
export const prefixed = (bytes: number): Codec<number> => ({
  ...{ id: `after ${bytes}`, version: 0, size: bytes + 4 },
  encode(value, target, at) {
    if (target.length - at < bytes + 4) return bytes + 4;
    target.fill(0x70, at, at + bytes);
    new DataView(target.buffer, target.byteOffset).setUint32(at + bytes, value);
    return bytes + 4;
  },
  decode: (source, at) => new DataView(source.buffer, source.byteOffset).getUint32(at + bytes),
});

/** Slices that keys of the following have in common, and steps of a comparison of all of them. */
const SLICES = 128;
const COMPARED = 2 * SLICES;

/**
 * Takes all of an arena, what is left with new keys, then deletes one in four of n keys that are
 * multiples of 20, and writes once: that is when all which is free is looked at.
 */
export function starve(arena: Arena, map: WritableMap<number, number>, n: number): void {
  for (let bytes = 2 ** 20; bytes >= 16; bytes /= 2) while (arena.tryAlloc(bytes) !== 0);
  let key = 1;
  while (isTaken(() => map.set(key, 1))) key += 2;
  for (let i = 0; i < n; i += 4) map.delete(i * 20);
  isTaken(() => map.set(key, 1));
}

/** Whether a write is taken, not refused for want of memory. */
function isTaken(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ARENA_FULL') return false;
    throw error;
  }
}

/**
 * What writes cost in a full arena, where much is free, but not for what is written: `bound` steps
 * at most, however much that is.
 */
export const shortCosts = <W extends Keyed & { next: number }>(
  map: (world: W) => WritableMap<number, number>,
  bound: number,
): CostRow<W>[] => [
  often(
    'delete set',
    (world) => {
      map(world).delete(world.key);
      isTaken(() => map(world).set((world.next += 2), 1));
    },
    {
      ...{ ...linear('O(log n + key), amortised'), bound, times: 2_000 },
      note: 'a full arena: one goes, one comes or is refused',
    },
  ),
];

/** Such a codec for `alikeCosts`. */
export const alikeKeys = (): Codec<number> => prefixed(8 * SLICES);

/**
 * What single keys cost where all begin alike, in so many bytes as outweigh the steps of a search:
 * however many keys there are, a key is compared whole with a few, about as many as `compared`.
 */
export function alikeCosts<W extends Keyed>(
  view: (world: W) => OrderedReadable<number, number>,
  compared: { readonly get: number; readonly floor: number; readonly entry: number },
): CostRow<W>[] {
  const read = (
    names: string,
    call: (view: OrderedReadable<number, number>, key: number) => unknown,
    most: number,
  ): CostRow<W> =>
    often(names, (world) => call(view(world), world.key), {
      ...LOGARITHMIC,
      note: 'keys that begin alike',
      bound: most * COMPARED,
    });
  return [
    read('get has', (of, key) => of.get(key), compared.get),
    read('ceiling higher cursor', (of, key) => of.ceiling(key), compared.get),
    read('floor lower', (of, key) => of.floor(key), compared.floor),
    read(
      'entries keys values scan',
      (of, key) => [...of.entries({ gte: key, limit: 20 })],
      compared.get + 20 * compared.entry,
    ),
  ];
}

/** What a map's values have no part in, where they have n / 2 bytes. */
export const valueCosts = <W extends Keyed>(
  view: (world: W) => OrderedReadable<number, number>,
): CostRow<W>[] => [
  often('has', (world) => view(world).has(world.key), {
    cost: 'O(log n + key)',
    note: 'large values',
  }),
  often('get', (world) => view(world).get(world.key), {
    ...linear('O(log n + key + value)'),
    note: 'large values',
  }),
];

/** What the calls of a cursor cost, in any map. */
export function cursorCosts<W extends Keyed & { readonly cursor: Cursor<number, number> }>() {
  const step = (names: string, call: Call<W>): CostRow<W> => often(names, call, LOGARITHMIC);
  const cursor: CostObject<W> = {
    what: 'Cursor',
    of: (world) => world.cursor,
    rows: [
      step('seek seekLast', (world) => world.cursor.seek(world.key)),
      step('next', (world) => world.cursor.seek(world.key) && world.cursor.next()),
      step('prev', (world) => world.cursor.seek(world.key) && world.cursor.prev()),
      row('key value valid', (world) => world.cursor.key),
      row('close'),
    ],
  };
  return cursor;
}

/** What making and finding a structure costs: the calls of its class. */
export const classCosts = <W>(
  what: string,
  type: object,
  create: Call<W>,
  attach: Call<W>,
): CostObject<W> => ({
  what: `${what}, the class`,
  of: () => type,
  rows: [
    row('create', create, linear('O(pages of the arena)')),
    row('attach', attach),
    row('open openOrCreate', undefined, { cost: 'O(256)', note: 'finds the name' }),
  ],
});

/** A domain of blocks, as far as both reclaimers have it. */
interface Domain {
  readonly handle: object;
  alloc(bytes: number): number;
  retire(offset: number): void;
  atomic(): object;
  collect(): unknown;
  stats(): unknown;
  verify(): unknown;
  destroy(): void;
  close(): void;
}

/** What both reclaimers' domains cost. The calls that end it are to be the last. */
export const domainCosts = <W extends { readonly domain: Domain }>(): Record<
  'rows' | 'last',
  CostRow<W>[]
> => ({
  rows: [
    often('atomic atomicAt attachAtomic', ({ domain }) => domain.atomic()),
    often('handle scheme', ({ domain }) => domain.handle),
    often('alloc retire', ({ domain }) => domain.retire(domain.alloc(64)), {
      note: 'now and then a collect of what has become free',
      cost: 'O(1), amortized',
    }),
    often('collect', ({ domain }) => domain.collect(), linear('O(blocks that wait)')),
    often('stats', ({ domain }) => domain.stats(), linear('O(pages of the arena)')),
    often('verify', ({ domain }) => domain.verify(), linear('O(blocks)')),
  ],
  last: [
    row('destroy', ({ domain }) => domain.destroy(), linear('O(pages)')),
    row('close', ({ domain }) => domain.close()),
  ],
});
