// Every call of domains with every wrong argument: each error has a code.

import { Arena } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { walks } from '../../shm-arena/test/shared/wrong.ts';
import { EpochDomain } from '../src/index.ts';

function parts(arena: Arena) {
  const domain = EpochDomain.create(arena, { name: 'd' });
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

test('what stands on EpochDomain', async () => {
  const arena = Arena.create({ bytes: 2 ** 25 });
  const { handle } = EpochDomain.create(arena, { name: 'd' });
  const right = {
    create: [arena, {}],
    open: [arena, 'd'],
    openOrCreate: [arena, { name: 'd' }],
    attach: [arena, handle],
  };
  await walks([{ what: 'EpochDomain', object: EpochDomain, right }]);
  arena.detach();
  await walks([{ what: 'EpochDomain, detached', object: EpochDomain, right }]);
});

test.each<[string, (arena: Arena, all: ReturnType<typeof parts>) => void]>([
  ['open', () => {}],
  ['with a closed guard', (_, { guard }) => guard.close()],
  ['closed', (_, { domain }) => domain.close()],
  ['destroyed', (_, { domain }) => domain.destroy()],
  ['destroyed by another handle', (arena) => EpochDomain.open(arena, 'd').destroy()],
  ['detached', (arena) => arena.detach()],
])('%s', async (_, end) => {
  const arena = Arena.create({ bytes: 2 ** 25 });
  const all = parts(arena);
  end(arena, all);
  await walkOf(all);
  all.guard.close();
  all.domain.close();
  expect(() => arena.detach()).not.toThrow();
});
