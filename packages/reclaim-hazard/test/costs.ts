// What the calls of a hazard domain cost: counted by tools/costs.mjs, shown in docs/COMPLEXITY.md.

import type { Arena } from '@x/shm-arena';
import { type CostObject, type CostTable, classCosts, domainCosts, often } from '@x/testkit/costs';
import type { Atomic, HazardDomain, Lease } from '../src/index.ts';

interface World {
  readonly arena: Arena;
  readonly domain: HazardDomain;
  readonly root: Atomic;
  readonly lease: Lease;
  readonly kept: readonly Lease[];
}

interface Given {
  readonly Arena: typeof Arena;
  readonly HazardDomain: typeof HazardDomain;
}

const shared = domainCosts<World>();

/** What is searched among n leases. */
const AMONG_LEASES = {
  cost: 'O(log leases)',
  grows: 'logarithmic',
  note: 'n leases of different instants are open',
} as const;

const domain: CostObject<World> = {
  what: 'HazardDomain',
  of: ({ domain }) => domain,
  rows: [
    often('protect tryProtect', ({ domain, root }) => domain.protect(root, 0)),
    often('release', ({ domain }) => domain.release(0), {
      before: ({ domain, root }: World) => domain.protect(root, 0),
    }),
    often('lease attachLease', ({ domain, root }) => domain.lease(root).close()),
    often('leases', ({ domain }) => domain.leases()),
    often('hazards', ({ domain }) => domain.hazards),
    ...shared.rows,
  ],
};

const atomic: CostObject<World> = {
  what: 'Atomic',
  of: ({ root }) => root,
  rows: [
    often('store', ({ root }) => root.store(0)),
    often('swap', ({ root }) => root.swap(0)),
    often('compareExchange', ({ root }) => root.compareExchange(0, 0)),
    often('handle', ({ root }) => root.handle),
  ],
};

const lease: CostObject<World> = {
  what: 'Lease',
  of: ({ lease }) => lease,
  rows: [
    often('root isOpen', ({ lease }) => lease.root),
    often('close', ({ domain, root }) => domain.lease(root).close()),
  ],
};

/** What the leases that are open cost. */
const opening: CostObject<World> = {
  what: 'HazardDomain',
  of: ({ domain }) => domain,
  in: 'leases',
  rows: [
    often('lease', ({ domain, root }) => domain.lease(root).close(), AMONG_LEASES),
    often('collect', turnOver, { ...AMONG_LEASES, cost: 'O(blocks that wait × log leases)' }),
  ],
};

/** One block is retired, and what can be is freed. */
function turnOver({ domain }: World): number {
  domain.retire(domain.alloc(64));
  return domain.collect();
}

const last: CostObject<World> = {
  what: 'HazardDomain',
  of: ({ domain }) => domain,
  rows: shared.last,
};

export function costs({ Arena, HazardDomain }: Given): CostTable<World> {
  const worldOf = (n: number, leases: number): World => {
    const arena = Arena.create({ bytes: 4 * 2 ** 20 + n * 1_024 });
    const domain = HazardDomain.create(arena);
    const root = domain.atomic(domain.alloc(64));
    const kept = Array.from({ length: leases }, () => domain.lease(root));
    return { arena, domain, root, kept, lease: kept[0]! };
  };
  return {
    structure: 'HazardDomain',
    n: 'blocks, and of the arena’s bytes 1 024 for each',
    size: 2_000,
    about: { used: 'n blocks in use', leases: 'a block in use, and n leases of it' },
    worlds: {
      used: (n) => {
        const world = worldOf(n, 1);
        for (let i = 0; i < n; i++) world.domain.alloc(64);
        return world;
      },
      leases: (n) => worldOf(n, n),
    },
    objects: [
      classCosts<World>(
        'HazardDomain',
        HazardDomain,
        ({ arena }) => HazardDomain.create(arena),
        ({ arena, domain }) => HazardDomain.attach(arena, domain.handle),
      ),
      ...[lease, atomic, domain, opening, last],
    ],
  };
}
