// What all structures keep, over domains.

import type { Arena } from '@x/shm-arena';
import { named, optionsContract, type Walked, walks, wrongContract } from '@x/testkit';
import { contracts, guardsProtocols } from '@x/testkit/node';
import { EpochDomain } from '../src/index.ts';

function parts(arena: Arena, name: string) {
  const domain = EpochDomain.create(arena, { name });
  const guard = domain.pin();
  const atomic = domain.atomic(domain.alloc(8));
  return { domain, guard, atomic, link: domain.atomicAt(atomic.load(guard)) };
}

const walkOf = async ({ domain, guard, atomic, link }: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  // What a cell or a block is made to name is the caller's matter, so only wrong guards are tried.
  const cell = { load: [guard], tryLoad: [guard] };
  await walks([
    { what: 'Atomic', object: atomic, right: cell },
    { what: 'Atomic', object: link, right: cell },
    { what: 'Guard', object: guard, but },
    { what: 'EpochDomain', object: domain, right: { attachAtomic: [atomic.handle] }, but },
  ]);
};

const walked: Walked<ReturnType<typeof parts>> = {
  what: 'EpochDomain',
  type: EpochDomain,
  parts,
  walk: walkOf,
  closes: ({ guard, domain }) => [guard, domain],
  ends: [
    ['with a closed guard', ({ guard }) => guard.close()],
    ['closed', ({ domain }) => domain.close()],
    ['destroyed', ({ domain }) => domain.destroy()],
  ],
};

contracts('wrong arguments', wrongContract(walked));
contracts(
  'options',
  optionsContract((context) => [
    {
      what: 'create',
      names: 'name scheme',
      call: (options) => EpochDomain.create(context.arena(), options),
    },
    {
      what: 'openOrCreate',
      names: 'name scheme',
      call: (options) => EpochDomain.openOrCreate(context.arena(), named(options, 'd')),
    },
  ]),
);
contracts(
  'protocol numbers',
  guardsProtocols('reclaim-epoch', {
    ...{ type: 'EpochDomain', own: 'EPOCH_PROTOCOL', components: ['reclaim-epoch', 'limbo'] },
    ...{ codecs: {}, makes: EpochDomain },
  }),
);
