// What stands on the objects that users hold: the contract's names and no others.

import { Arena } from '@x/shm-arena';
import { contractNames } from '@x/testkit';
import { expect, test } from 'vitest';
import { HazardDomain } from '../src/index.ts';

test('a domain, a cell and leases have the names of the contract alone', () => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const domain = HazardDomain.create(arena);
  const blocks = ['alloc', 'retire', 'collect', 'atomic', 'atomicAt', 'attachAtomic'];
  const readers = ['protect', 'tryProtect', 'release', 'lease', 'attachLease', 'leases'];
  const rest = ['handle', 'scheme', 'hazards', 'stats', 'verify', 'close', 'destroy'];
  expect(contractNames(domain)).toEqual([...blocks, ...readers, ...rest].sort());
  const atomic = domain.atomic();
  expect(contractNames(atomic)).toEqual(['compareExchange', 'handle', 'store', 'swap']);
  expect(contractNames(domain.lease(atomic))).toEqual(['close', 'isOpen', 'root']);
  const shared = domain.lease(atomic, { shared: true });
  expect(contractNames(shared)).toEqual(['close', 'handle', 'isOpen', 'root']);
  arena.detach();
});
