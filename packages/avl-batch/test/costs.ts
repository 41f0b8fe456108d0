// What the calls of a batch tree cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Codec, Cursor } from '@x/shm-arena';
import type { bytes, u32 } from '@x/shm-arena/codec';
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
import type { AvlBatch, AvlBatchSnapshot, IndexedReadable, Ticket } from '../src/index.ts';

type Tree = AvlBatch<number, number>;

interface World {
  readonly arena: Arena;
  readonly tree: Tree;
  readonly snapshot: AvlBatchSnapshot<number, number>;
  /** What else stays open. */
  readonly kept: readonly AvlBatchSnapshot<number, number>[];
  readonly cursor: Cursor<number, number>;
  readonly ticket: Ticket;
  /** One of the keys in turn. */
  readonly key: number;
  readonly n: number;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly AvlBatch: typeof AvlBatch;
  readonly bytes: typeof bytes;
  readonly u32: typeof u32;
}

/** Reads of any view, through `view`. */
const reads = (view: (world: World) => IndexedReadable<number, number>): CostRow<World>[] => [
  ...orderedCosts(view),
  often('rank', (world) => view(world).rank(world.key), LOGARITHMIC),
  often('at', (world) => view(world).at(world.n >> 1), LOGARITHMIC),
  often('count', (world) => view(world).count({ gt: world.key }), LOGARITHMIC),
  row('size', (world) => view(world).size),
];

const tree: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  rows: [
    ...reads(({ tree }) => tree),
    often('set insert delete compareAndSet', ({ tree, key }) => tree.set(key, 1), {
      cost: 'O(key + value)',
    }),
    row('result settled applied', ({ tree, ticket }) => tree.result(ticket)),
    often('build flush flushSync', ({ tree }) => tree.build(), {
      ...LOGARITHMIC,
      cost: 'O(m log (n / m + 1)) for m operations',
      before: ({ tree, key }) => {
        for (let i = 0; i < 8; i++) tree.set(key + i * 40, i);
      },
      times: 5,
    }),
    row('startBuilder', undefined, { note: 'starts a thread' }),
    row('snapshot', ({ tree }) => tree.snapshot().close()),
    row('stats', ({ tree }) => tree.stats(), { cost: 'O(threads + pages of the arena)' }),
    row('handle', ({ tree }) => tree.handle),
    row('verify', ({ tree }) => tree.verify(), linear()),
    row('compact', ({ tree }) => tree.compact(), linear()),
  ],
};

/** A tree of values of 1 KiB, which is more than a stretch. */
interface Moving {
  readonly wide: AvlBatch<number, Uint8Array>;
  readonly write: () => void;
}

const moving: CostObject<World & Partial<Moving>> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  in: 'rebuilt',
  rows: [
    row('build', ({ wide }) => wide!.build(), {
      ...{ ...LOGARITHMIC, cost: 'as `build`, and a stretch' },
      note: 'the dearest one of forty with which a rebuild begins',
      before: ({ write }) => write!(),
      ...{ times: 40, most: true },
    }),
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

/** What the snapshots that are open cost. */
const opening: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  in: 'snapshots',
  rows: [
    often('snapshot', ({ tree }) => tree.snapshot().close(), {
      ...AMONG_SNAPSHOTS,
      before: ({ tree }: World) => {
        tree.set(0, 0);
        tree.build();
      },
    }),
  ],
};

const last: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  rows: [
    row('destroy', ({ tree }) => tree.destroy(), linear('O(pages)')),
    row('close', ({ tree }) => tree.close()),
  ],
};

/** What long keys cost that begin alike: of the key's length, and little of its search's. */
const alike: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  in: 'alike',
  rows: [
    ...alikeCosts<World>(({ tree }) => tree, { get: 7, floor: 7, entry: 1.1 }),
    often('rank count', ({ tree, key }) => tree.rank(key), {
      ...LOGARITHMIC,
      note: 'keys that begin alike',
      bound: 2_000,
    }),
  ],
};

const values: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  in: 'values',
  rows: valueCosts<World>(({ tree }) => tree),
};

/** Reads with this thread's own operations, n of which wait. */
const waiting: CostObject<World> = {
  what: 'AvlBatch',
  of: ({ tree }) => tree,
  in: 'waiting',
  rows: [
    often('get', ({ tree, key }) => tree.get(key, { pending: true }), {
      cost: 'O(log n + key)',
      grows: 'logarithmic',
      note: 'own operations too, n of which wait; one is of the key',
    }),
    often('set insert delete compareAndSet', ({ tree, key }) => tree.set(key, 1), {
      cost: 'O(key + value)',
      note: 'n operations wait',
    }),
  ],
};

export function costs({ Arena, AvlBatch, bytes, u32 }: Given): CostTable<World & Partial<Moving>> {
  const worldOf = (
    n: number,
    size: number,
    { snapshots = 0, key = u32 as Codec<number>, value = u32 as Codec<number> } = {},
  ): World => {
    const arena = Arena.create({ bytes: 2 ** 27 });
    const tree = AvlBatch.create(arena, { key, value, batch: { maxQueued: 2 ** 16 } });
    if (size === Infinity) tree.get(0, { pending: true });
    let ticket = tree.set(0, 0);
    for (let i = 0; i < n; i++) {
      ticket = tree.set(((i * 7_919) % n) * 20, i);
      if (i % size === size - 1) tree.build();
    }
    if (size !== Infinity) tree.build();
    const kept = Array.from({ length: snapshots }, (_, i) => {
      tree.set((i % n) * 20, i);
      tree.build();
      return tree.snapshot();
    });
    let turn = 0;
    return {
      ...{ arena, tree, snapshot: tree.snapshot(), cursor: tree.cursor(), ticket, n, kept },
      get key() {
        return ((turn++ * 104_729) % n) * 20;
      },
    };
  };
  const movingOf = (n: number): World & Moving => {
    const wide = AvlBatch.create(Arena.create({ bytes: 2 ** 22 + n * 5120 }), {
      ...{ key: u32, value: bytes, batch: { maxQueued: 2 ** 16 } },
    });
    const value = new Uint8Array(1024);
    let turn = 0;
    const write = () => {
      for (let i = 0; i < 8; i++) wide.set((turn++ * 7_919) % n, value);
    };
    for (let i = 0; i < n; i++) {
      wide.set(i, value);
      if (i % 500 === 499) wide.build();
    }
    wide.compact();
    const due = 2 * wide.stats().treeBytes + 2 ** 20;
    while (wide.stats().treeBytes < due - 2 ** 17) {
      write();
      wide.build();
    }
    return { ...worldOf(20, 20), wide, write };
  };
  return {
    structure: 'AvlBatch',
    n: 'entries',
    size: 2_000,
    about: {
      batches: 'n keys in batches of 500',
      batch: 'n keys in one batch',
      snapshots: '50 keys, and n snapshots of different instants',
      rebuilt: 'n values of 1 KiB, written over until half of the memory is garbage',
      waiting: 'an empty tree, asked once for a pending key; n keys, an operation of each, wait',
      alike: 'n keys with 1 024 bytes in common, in batches of 500',
      values: '50 keys, with values of n / 2 bytes',
    },
    worlds: {
      batches: (n) => worldOf(n, 500),
      batch: (n) => worldOf(n, n),
      snapshots: (n) => worldOf(50, 50, { snapshots: n }),
      rebuilt: movingOf,
      waiting: (n) => worldOf(n, Infinity),
      alike: (n) => worldOf(n, 500, { key: alikeKeys() }),
      values: (n) => worldOf(50, 50, { value: prefixed(n / 2 - 4) }),
    },
    objects: [
      classCosts<World>(
        'AvlBatch',
        AvlBatch,
        ({ arena }) => AvlBatch.create(arena),
        ({ arena, tree }) => AvlBatch.attach(arena, tree.handle, { key: u32, value: u32 }),
      ),
      ...[cursorCosts<World>(), snapshot, tree, opening, moving, waiting, alike, values, last],
    ],
  };
}
