// What all structures keep, over domains.

import type { Arena } from '@x/shm-arena';
import { named, optionsContract, type Walked, walks, wrongContract } from '@x/testkit';
import { contracts, guardsProtocols } from '@x/testkit/node';
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

const walked: Walked<ReturnType<typeof parts>> = {
  what: 'HazardDomain',
  type: HazardDomain,
  parts,
  walk: walkOf,
  closes: ({ lease, domain }) => [lease, domain],
  ends: [
    ['closed', ({ domain }) => domain.close()],
    ['destroyed', ({ domain }) => domain.destroy()],
  ],
};

const names = 'name scheme hazards';

contracts('wrong arguments', wrongContract(walked));
contracts(
  'options',
  optionsContract((context) => [
    { what: 'create', names, call: (options) => HazardDomain.create(context.arena(), options) },
    {
      what: 'openOrCreate',
      names,
      call: (options) => HazardDomain.openOrCreate(context.arena(), named(options, 'd')),
    },
    {
      what: 'lease',
      names: 'shared',
      call: (options) => {
        const domain = HazardDomain.create(context.arena());
        try {
          return domain.lease(domain.atomic(), options);
        } finally {
          domain.destroy();
        }
      },
    },
  ]),
);
contracts(
  'protocol numbers',
  guardsProtocols('reclaim-hazard', {
    ...{ type: 'HazardDomain', own: 'HAZARD_PROTOCOL', components: ['reclaim-hazard', 'limbo'] },
    ...{ codecs: {}, makes: HazardDomain },
  }),
);
