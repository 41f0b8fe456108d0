// What the calls of a batch tree cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

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
import type { AvlBatch, AvlBatchSnapshot, IndexedReadable, Ticket } from '../src/index.ts';

type Tree = AvlBatch<number, number>;
type View = IndexedReadable<number, number>;

interface World {
  readonly tree: Tree;
  readonly snapshot: AvlBatchSnapshot<number, number>;
  readonly cursor: Cursor<number, number>;
  readonly ticket: Ticket;
  /** One of the keys in turn. */
  readonly key: number;
  readonly n: number;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly AvlBatch: typeof AvlBatch;
  readonly u32: typeof u32;
}

const ALL = linear();

/** Reads of any view, through `view`. */
function reads(view: (world: World) => View): CostRow<World>[] {
  const read = (names: string, call: (view: View, world: World) => unknown): CostRow<World> => ({
    ...LOGARITHMIC,
    names,
    times: 20,
    call: (world) => call(view(world), world),
  });
  const limited = { cost: 'O(log n + key + entries)', grows: 'logarithmic' } as const;
  return [
    read('get has', (of, { key }) => of.get(key)),
    read('first last', (of) => of.first()),
    read('last', (of) => of.last()),
    read('floor ceiling lower higher', (of, { key }) => of.floor(key)),
    read('higher', (of, { key }) => of.higher(key)),
    read('rank', (of, { key }) => of.rank(key)),
    read('at', (of, { n }) => of.at(n >> 1)),
    {
      ...read('getMany', (of, { key }) => of.getMany([key, key + 1, key + 2, key + 3])),
      cost: 'O(log n + key) each',
    },
    {
      ...read('entries keys values scan', (of, { key }) => [
        ...of.entries({ gte: key, limit: 20 }),
      ]),
      ...limited,
      note: 'up to a limit, or the end of the range',
    },
    {
      ...read('entries', (of, { key }) => [...of.entries({ lte: key, limit: 20, reverse: true })]),
      ...limited,
      note: 'in reverse',
    },
    read('count', (of, { key }) => of.count({ gt: key })),
    { ...read('cursor', (of, { key }) => of.cursor().seek(key)), note: 'with a seek' },
    row('size', (world) => view(world).size),
    { ...ALL, names: 'forEach entries', call: (world) => view(world).forEach(() => {}) },
  ];
}

const tree: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  rows: [
    ...reads(({ tree }) => tree),
    row('set insert delete compareAndSet', ({ tree, key }) => tree.set(key, 1), {
      cost: 'O(key + value)',
      times: 20,
    }),
    row('settled result applied', ({ tree, ticket }) => tree.result(ticket)),
    {
      ...LOGARITHMIC,
      names: 'build flush flushSync',
      cost: 'O(m log (n / m + 1)) for m operations',
      before: ({ tree, key }) => {
        for (let i = 0; i < 8; i++) tree.set(key + i * 40, i);
      },
      call: ({ tree }) => tree.build(),
      times: 5,
    },
    row('startBuilder', () => {}, { note: 'starts a thread' }),
    row('snapshot', ({ tree }) => tree.snapshot().close()),
    row('stats', ({ tree }) => tree.stats(), { cost: 'O(threads + pages of the arena)' }),
    row('handle', ({ tree }) => tree.handle),
    { ...ALL, names: 'verify', call: ({ tree }) => tree.verify() },
    { ...ALL, names: 'compact', call: ({ tree }) => tree.compact() },
  ],
};

const snapshot: CostObject<World> = {
  what: 'AvlBatchSnapshot',
  of: ({ snapshot }) => snapshot,
  rows: [
    ...reads(({ snapshot }) => snapshot),
    row('version', ({ snapshot }) => snapshot.version),
    row('close', ({ tree }) => tree.snapshot().close()),
  ],
};

const last: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  rows: [
    { ...ALL, names: 'destroy', cost: 'O(pages)', call: ({ tree }) => tree.destroy() },
    row('close', ({ tree }) => tree.close()),
  ],
};

export function costs({ Arena, AvlBatch, u32 }: Given): CostTable<World> {
  const worldOf = (n: number, size: number): World => {
    const arena = Arena.create({ bytes: 2 ** 26 });
    const tree = AvlBatch.create(arena, { key: u32, value: u32, batch: { maxQueued: 2 ** 16 } });
    let ticket = tree.set(0, 0);
    for (let i = 0; i < n; i++) {
      ticket = tree.set(((i * 7_919) % n) * 20, i);
      if (i % size === size - 1) tree.build();
    }
    tree.build();
    let turn = 0;
    return {
      ...{ tree, snapshot: tree.snapshot(), cursor: tree.cursor(), ticket, n },
      get key() {
        return ((turn++ * 104_729) % n) * 20;
      },
    };
  };
  return {
    structure: 'AvlBatch',
    n: 'entries',
    size: 2_000,
    about: { batches: 'n keys in batches of 500', batch: 'n keys in one batch' },
    worlds: { batches: (n) => worldOf(n, 500), batch: (n) => worldOf(n, n) },
    objects: [cursorCosts(), snapshot, tree, last],
  };
}
