// The schemes of this package, for the suite that all reclaimers share.

import type { Subject } from '../../shm-arena/test/reclaim/support.ts';
import { EpochDomain, type Scheme } from '../src/index.ts';

const subject = (scheme: Scheme, keepsAtMost: number, leases: boolean): Subject => ({
  scheme,
  domains: EpochDomain,
  library: new URL('../dist/index.js', import.meta.url),
  className: 'EpochDomain',
  keepsAtMost,
  leases,
});

export const subjects = [subject('interval', 600, true), subject('epoch', Infinity, false)];
