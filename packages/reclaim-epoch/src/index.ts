export type {
  Atomic,
  AtomicHandle,
  EpochDomainFactory,
  EpochDomainHandle,
  EpochDomainOptions,
  EpochDomainStats,
  Guard,
  Reader,
  Scheme,
} from './api.ts';
export { EpochDomain } from './factory.ts';
