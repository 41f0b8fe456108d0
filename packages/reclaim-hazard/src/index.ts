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
  Scheme,
} from './api.ts';
export { HazardDomain } from './factory.ts';
