// What a domain and what comes of it show of themselves.

import { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { expect, test } from 'vitest';
import { EpochDomain } from '../src/index.ts';

test.each(['interval', 'epoch'] as const)('a domain of scheme %s', (scheme) => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const domain = EpochDomain.create(arena, { name: 'nodes', scheme });
  const counts = { blocks: 0, pendingBlocks: 0 };
  shows(domain, 'EpochDomain', { name: 'nodes', ...counts, closed: false });
  const atomic = domain.atomic();
  shows(atomic, 'Atomic', { offset: atomic.handle.offset });
  const guard = domain.pin();
  shows(guard, 'Guard', { closed: false });
  expect(() => JSON.stringify(domain.stats())).not.toThrow();
  guard.close();
  shows(guard, 'Guard', { closed: true });
  domain.destroy();
  shows(domain, 'EpochDomain', { name: 'nodes', closed: true });
  shows(atomic, 'Atomic', { offset: atomic.handle.offset });
  arena.detach();
  shows(domain, 'EpochDomain', { name: 'nodes', closed: true });
});
