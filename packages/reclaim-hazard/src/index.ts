export type {
  Atomic,
  AtomicHandle,
  BlockStats,
  Blocks,
  BlocksFactory,
  HazardDomainFactory,
  HazardDomainHandle,
  HazardDomainOptions,
  HazardDomainStats,
  Lease,
  LeaseOptions,
  Scheme,
  SharedLease,
  SharedLeaseHandle,
} from './api.ts';
export { HazardDomain } from './api.ts';
