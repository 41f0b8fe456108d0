// Takes a shared lease, or ends one, and then stays until it is terminated.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';

const { HazardDomain } = await import(workerData.library);
const arena = Arena.attach(workerData.arena);
const domain = HazardDomain.attach(arena, workerData.domain);
const lease =
  workerData.lease === undefined
    ? domain.lease(domain.attachAtomic(workerData.cell), { shared: true })
    : domain.attachLease(workerData.lease);
if (workerData.lease !== undefined) lease.close();
parentPort.postMessage({ handle: lease.handle, isOpen: lease.isOpen });
setInterval(() => {}, 1000); // It does not end by itself.
