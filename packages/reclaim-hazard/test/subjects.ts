// The schemes of this package, for the suite that all reclaimers share.

import type { Subject } from '../../shm-arena/test/reclaim/support.ts';
import { HazardDomain, type Scheme } from '../src/index.ts';

const subject = (scheme: Scheme, keepsAtMost: number): Subject => ({
  scheme,
  domains: HazardDomain,
  library: new URL('../dist/index.js', import.meta.url),
  className: 'HazardDomain',
  keepsAtMost,
  leases: true,
});

export const subjects = [subject('pointers', 1), subject('eras', 257)];
