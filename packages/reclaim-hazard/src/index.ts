export type {
  Atomic,
  AtomicHandle,
  HazardDomainFactory,
  HazardDomainHandle,
  HazardDomainOptions,
  HazardDomainStats,
  Lease,
  Scheme,
} from './api.ts';
export { HazardDomain } from './factory.ts';
