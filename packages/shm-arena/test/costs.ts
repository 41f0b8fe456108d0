// What the calls of an arena cost: counted by tools/costs.mjs, printed in docs/COMPLEXITY.md.

import type { Arena, Region } from '@x/shm-arena';
import { type CostObject, type CostTable, linear, often, row } from '../../testkit/src/costs.ts';

interface World {
  readonly arena: Arena;
  readonly region: Region;
}

interface Given {
  readonly Arena: typeof Arena;
}

const arena: CostObject<World> = {
  what: 'Arena',
  of: ({ arena }) => arena,
  rows: [
    often('alloc tryAlloc free', ({ arena }) => arena.free(arena.alloc(100))),
    often('alloc', ({ arena }) => arena.free(arena.alloc(100_000)), {
      note: 'more than 32 KiB: a run of pages or slices',
      cost: 'O(pages or slices of the block)',
    }),
    row('region', ({ arena }) => arena.region().close(), { cost: 'O(participants)' }),
    row(
      'trim',
      ({ arena }) => arena.trim(),
      linear('O(spans of the thread, blocks that wait), O(pages) with orphans'),
    ),
    row('structures', ({ arena }) => arena.structures(), { cost: 'O(256)' }),
    row('handle memory participant ready', ({ arena }) => arena.handle),
    row('watch bury probe', undefined, { cost: 'O(participants)' }),
    row('recover', ({ arena }) => arena.recover(), {
      ...linear('O(pages) for each dead participant'),
      note: 'nobody is dead',
    }),
    row('stats', ({ arena }) => arena.stats(), linear('O(memory that was ever in use)')),
    row('verify', ({ arena }) => arena.verify(), linear('O(blocks + pages)')),
    row('save', undefined, { cost: 'O(used bytes)', note: 'a stream' }),
  ],
};

const region: CostObject<World> = {
  what: 'Region',
  of: ({ region }) => region,
  rows: [
    often('alloc tryAlloc', ({ region }) => region.alloc(100)),
    row('checkpoint', ({ region }) => region.checkpoint()),
    row('savepoint', ({ region }) => region.savepoint()),
    row('rewind', ({ region }) => region.rewind(region.checkpoint()), linear('O(chunks freed)')),
    row('budget', ({ region }) => region.budget, { cost: 'O(participants)' }),
    row('allocated', ({ region }) => region.allocated),
    row('reset', ({ region }) => region.reset(), linear('O(chunks freed)')),
    row('close', ({ region }) => region.close(), linear('O(chunks freed)')),
  ],
};

/** What does not grow with an arena of which as much is in use. */
const wide: CostObject<World> = {
  what: 'Arena',
  of: ({ arena }) => arena,
  in: 'wide',
  rows: [
    row('stats', ({ arena }) => arena.stats(), {
      ...{ cost: 'O(memory that was ever in use)', note: 'a larger arena' },
    }),
    row('region', ({ arena }) => arena.region().close(), {
      ...{ cost: 'O(participants)', note: 'a larger arena' },
    }),
    row('trim', ({ arena }) => arena.trim(), { note: 'a larger arena' }),
  ],
};

const full: CostObject<World> = {
  what: 'Arena',
  of: ({ arena }) => arena,
  in: 'full',
  rows: [
    often('tryAlloc', ({ arena }) => arena.tryAlloc(100), { note: 'refused, as before' }),
    often('tryAlloc', ({ arena }) => arena.tryAlloc(100_000), { note: 'refused, as before' }),
  ],
};

const last: CostObject<World> = {
  what: 'Arena',
  of: ({ arena }) => arena,
  rows: [row('detach', ({ arena }) => arena.detach(), linear('O(pages)'))],
};

export function costs({ Arena }: Given): CostTable<World> {
  const arenaOf = (n: number): Arena => Arena.create({ bytes: 4 * 2 ** 20 + n * 2_048 });
  const filled = (arena: Arena, n: number, sizeOf: (i: number) => number): World => {
    for (let i = 0; i < n; i++) arena.alloc(sizeOf(i));
    const region = arena.region();
    for (let i = 0; i < n; i++) region.alloc(64);
    return { arena, region };
  };
  const worldOf = (n: number, sizeOf: (i: number) => number) => filled(arenaOf(n), n, sizeOf);
  return {
    structure: 'Arena',
    n: 'blocks, and of the arena’s bytes 2 048 for each',
    size: 2_000,
    about: {
      small: 'blocks of 64 bytes',
      mixed: 'blocks of 16 to 2 048 bytes',
      wide: '2 000 blocks of 64 bytes, whatever the arena’s size',
      full: 'one block of 64 bytes, and no more room',
    },
    worlds: {
      small: (n) => worldOf(n, () => 64),
      mixed: (n) => worldOf(n, (i) => 16 << (i % 8)),
      wide: (n) => filled(arenaOf(n), 2_000, () => 64),
      full: (n) => {
        const world = filled(arenaOf(n), 1, () => 64);
        for (const bytes of [2 ** 20, 2 ** 16, 100]) {
          while (world.arena.tryAlloc(bytes) !== 0);
        }
        return world;
      },
    },
    objects: [
      {
        what: 'Arena, the class',
        of: () => Arena,
        rows: [
          row('create load', undefined, linear('O(pages)')),
          row('attach', ({ arena }) => Arena.attach(arena.handle)),
        ],
      },
      ...[arena, region, wide, full, last],
    ],
  };
}
