// What the calls of an epoch domain cost: counted by tools/costs.mjs, shown in docs/COMPLEXITY.md.

import type { Arena } from '@x/shm-arena';
import { type CostObject, type CostTable, classCosts, domainCosts, often } from '@x/testkit/costs';
import type { Atomic, EpochDomain, Guard, Scheme } from '../src/index.ts';

interface World {
  readonly arena: Arena;
  readonly domain: EpochDomain;
  readonly guard: Guard;
  readonly root: Atomic;
}

interface Given {
  readonly Arena: typeof Arena;
  readonly EpochDomain: typeof EpochDomain;
}

const shared = domainCosts<World>();

const domain: CostObject<World> = {
  what: 'EpochDomain',
  of: ({ domain }) => domain,
  rows: [often('pin', ({ domain }) => domain.pin().close()), ...shared.rows],
};

const guard: CostObject<World> = {
  what: 'Guard',
  of: ({ guard }) => guard,
  rows: [
    often('refresh', ({ guard }) => guard.refresh()),
    often('isOpen', ({ guard }) => guard.isOpen),
    often('close', ({ domain }) => domain.pin().close()),
  ],
};

const atomic: CostObject<World> = {
  what: 'Atomic',
  of: ({ root }) => root,
  rows: [
    often('load tryLoad', ({ root, guard }) => root.load(guard)),
    often('store', ({ root, guard }) => root.store(0, guard)),
    often('swap', ({ root, guard }) => root.swap(0, guard)),
    often('compareExchange', ({ root, guard }) => root.compareExchange(0, 0, guard)),
    often('handle', ({ root }) => root.handle),
  ],
};

const last: CostObject<World> = {
  what: 'EpochDomain',
  of: ({ domain }) => domain,
  rows: shared.last,
};

export function costs({ Arena, EpochDomain }: Given): CostTable<World> {
  const worldOf = (scheme: Scheme, n: number): World => {
    const arena = Arena.create({ bytes: 4 * 2 ** 20 + n * 1_024 });
    const domain = EpochDomain.create(arena, { scheme });
    const root = domain.atomic();
    for (let i = 0; i < n; i++) domain.alloc(64);
    return { arena, domain, root, guard: domain.pin() };
  };
  return {
    structure: 'EpochDomain',
    n: 'blocks, and of the arena’s bytes 1 024 for each',
    size: 2_000,
    about: { interval: 'n blocks in use', epoch: 'n blocks in use, the epoch scheme' },
    worlds: { interval: (n) => worldOf('interval', n), epoch: (n) => worldOf('epoch', n) },
    objects: [
      classCosts<World>(
        'EpochDomain',
        EpochDomain,
        ({ arena }) => EpochDomain.create(arena),
        ({ arena, domain }) => EpochDomain.attach(arena, domain.handle),
      ),
      ...[atomic, guard, domain, last],
    ],
  };
}
