// Every call of domains with every wrong argument: each error has a code.

import { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { walks } from '../../shm-arena/test/shared/wrong.ts';
import { HazardDomain } from '../src/index.ts';

function parts(arena: Arena) {
  const domain = HazardDomain.create(arena, { name: 'd' });
  const atomic = domain.atomic(domain.alloc(8));
  domain.protect(atomic, 0);
  const lease = domain.lease(atomic);
  return { domain, atomic, lease, shared: domain.lease(atomic, { shared: true }) };
}

const walkOf = async ({ domain, atomic, lease, shared }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  const right = {
    protect: [atomic, 1],
    tryProtect: [atomic, 1, 0],
    lease: [atomic, {}],
    attachAtomic: [atomic.handle],
    release: [0],
  };
  await walks([
    { what: 'Lease', object: lease, but },
    { what: 'SharedLease', object: shared, but },
    { what: 'HazardDomain', object: domain, right, but },
    // Last: what a cell is made to name is the caller's matter.
    { what: 'Atomic', object: atomic },
  ]);
};

test('what stands on HazardDomain', async () => {
  const arena = Arena.create({ bytes: 2 ** 25 });
  const { handle } = HazardDomain.create(arena, { name: 'd' });
  const right = {
    create: [arena, {}],
    open: [arena, 'd'],
    openOrCreate: [arena, { name: 'd' }],
    attach: [arena, handle],
  };
  await walks([{ what: 'HazardDomain', object: HazardDomain, right }]);
  arena.detach();
  await walks([{ what: 'HazardDomain, detached', object: HazardDomain, right }]);
});

test.each<[string, (arena: Arena, all: ReturnType<typeof parts>) => void]>([
  ['open', () => {}],
  ['closed', (_, { domain }) => domain.close()],
  ['destroyed', (_, { domain }) => domain.destroy()],
  ['destroyed by another handle', (arena) => HazardDomain.open(arena, 'd').destroy()],
  ['detached', (arena) => arena.detach()],
])('%s', async (_, end) => {
  const arena = Arena.create({ bytes: 2 ** 25 });
  const all = parts(arena);
  end(arena, all);
  await walkOf(all);
  all.lease.close();
  all.domain.close();
  expect(() => arena.detach()).not.toThrow();
});
