export type {
  Atomic,
  AtomicHandle,
  BlockStats,
  Blocks,
  BlocksFactory,
  EpochDomainFactory,
  EpochDomainHandle,
  EpochDomainOptions,
  EpochDomainStats,
  Guard,
  Reader,
  Scheme,
} from './api.ts';
export { EpochDomain } from './api.ts';
