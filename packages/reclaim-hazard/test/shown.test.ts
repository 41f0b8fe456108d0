// What a domain and what comes of it show of themselves.

import { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { expect, test } from 'vitest';
import { HazardDomain } from '../src/index.ts';

test.each(['eras', 'pointers'] as const)('a domain of scheme %s', (scheme) => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const domain = HazardDomain.create(arena, { name: 'nodes', scheme });
  const counts = { blocks: 0, pendingBlocks: 0 };
  shows(domain, 'HazardDomain', { name: 'nodes', ...counts, closed: false });
  const atomic = domain.atomic(domain.alloc(8));
  shows(atomic, 'Atomic', { offset: atomic.handle.offset });
  const lease = domain.lease(atomic);
  const shared = domain.lease(atomic, { shared: true });
  const { root } = lease;
  shows(lease, 'Lease', { root, closed: false });
  shows(shared, 'SharedLease', { root, closed: false });
  expect(() => JSON.stringify(domain.stats())).not.toThrow();
  domain.destroy();
  for (const [object, type] of [
    [lease, 'Lease'],
    [shared, 'SharedLease'],
  ] as const)
    shows(object, type, { root, closed: true });
  arena.detach();
  shows(domain, 'HazardDomain', { name: 'nodes', closed: true });
  shows(shared, 'SharedLease', { root, closed: true });
});
