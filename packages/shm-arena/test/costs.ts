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
      note: 'more than 32 KiB: a run of pages',
      cost: 'O(pages of the block)',
    }),
    row('region', ({ arena }) => arena.region().close(), linear('O(pages)')),
    row('structures', ({ arena }) => arena.structures(), { cost: 'O(256)' }),
    row('handle memory participant ready', ({ arena }) => arena.handle),
    row('watch bury probe', undefined, { cost: 'O(participants)' }),
    row('recover', ({ arena }) => arena.recover(), {
      ...linear('O(pages) for each dead participant'),
      note: 'nobody is dead',
    }),
    row('stats', ({ arena }) => arena.stats(), linear('O(pages)')),
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
    row('budget', ({ region }) => region.budget, linear('O(pages)')),
    row('allocated', ({ region }) => region.allocated),
    row('reset', ({ region }) => region.reset(), linear('O(chunks freed)')),
    row('close', ({ region }) => region.close(), linear('O(chunks freed)')),
  ],
};

const last: CostObject<World> = {
  what: 'Arena',
  of: ({ arena }) => arena,
  rows: [row('detach', ({ arena }) => arena.detach(), linear('O(pages)'))],
};

export function costs({ Arena }: Given): CostTable<World> {
  const worldOf = (n: number, sizeOf: (i: number) => number): World => {
    const arena = Arena.create({ bytes: 4 * 2 ** 20 + n * 2_048 });
    for (let i = 0; i < n; i++) arena.alloc(sizeOf(i));
    const region = arena.region();
    for (let i = 0; i < n; i++) region.alloc(64);
    return { arena, region };
  };
  return {
    structure: 'Arena',
    n: 'blocks, and of the arena’s bytes 2 048 for each',
    size: 2_000,
    about: { small: 'blocks of 64 bytes', mixed: 'blocks of 16 to 2 048 bytes' },
    worlds: {
      small: (n) => worldOf(n, () => 64),
      mixed: (n) => worldOf(n, (i) => 16 << (i % 8)),
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
      ...[arena, region, last],
    ],
  };
}
