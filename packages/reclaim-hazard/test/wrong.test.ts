// Every call of domains with every wrong argument: each error has a code.

import { Arena } from '@x/shm-arena';
import { walks, walksOf } from '../../shm-arena/test/shared/wrong.ts';
import { HazardDomain } from '../src/index.ts';

function parts(arena: Arena, name: string) {
  const domain = HazardDomain.create(arena, { name });
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

walksOf({
  what: 'HazardDomain',
  type: HazardDomain,
  arena: () => Arena.create({ bytes: 2 ** 25 }),
  parts,
  walk: walkOf,
  closes: ({ lease, domain }) => [lease, domain],
  ends: [
    ['open', () => {}],
    ['closed', ({ domain }) => domain.close()],
    ['destroyed', ({ domain }) => domain.destroy()],
  ],
});
