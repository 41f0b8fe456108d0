// Every call of domains with every wrong argument: each error has a code.

import { Arena } from '@x/shm-arena';
import { walks, walksOf } from '../../shm-arena/test/shared/wrong.ts';
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

walksOf({
  what: 'EpochDomain',
  type: EpochDomain,
  arena: () => Arena.create({ bytes: 2 ** 25 }),
  parts,
  walk: walkOf,
  closes: ({ guard, domain }) => [guard, domain],
  ends: [
    ['open', () => {}],
    ['with a closed guard', ({ guard }) => guard.close()],
    ['closed', ({ domain }) => domain.close()],
    ['destroyed', ({ domain }) => domain.destroy()],
  ],
});
