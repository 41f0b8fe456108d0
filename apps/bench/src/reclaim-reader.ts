// A reader that stops: it protects the value of a cell, says so, and sleeps until it is killed.

import { workerData } from 'node:worker_threads';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena } from '@x/shm-arena';

const { arena: handle, domain, cell, words } = workerData;
const arena = Arena.attach(handle);
if (domain.type === 'HazardDomain') {
  const own = HazardDomain.attach(arena, domain);
  own.protect(own.attachAtomic(cell), 0);
} else {
  const own = EpochDomain.attach(arena, domain);
  own.attachAtomic(cell).load(own.pin());
}
Atomics.store(words, 0, 1);
Atomics.notify(words, 0);
Atomics.wait(words, 1, 0);
