// What stands on the objects that users hold: the contract's names and no others.

import { Arena } from '@x/shm-arena';
import { contractNames } from '@x/testkit';
import { expect, test } from 'vitest';
import { EpochDomain } from '../src/index.ts';

test('a domain, a guard and a cell have the names of the contract alone', () => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const domain = EpochDomain.create(arena);
  const blocks = ['alloc', 'retire', 'collect', 'atomic', 'atomicAt', 'attachAtomic'];
  const all = [...blocks, 'handle', 'scheme', 'pin', 'stats', 'verify', 'close', 'destroy'];
  expect(contractNames(domain)).toEqual(all.sort());
  const guard = domain.pin();
  expect(contractNames(guard)).toEqual(['close', 'isOpen', 'refresh']);
  const cell = ['compareExchange', 'handle', 'load', 'store', 'swap', 'tryLoad'];
  expect(contractNames(domain.atomic())).toEqual(cell);
  arena.detach();
});
