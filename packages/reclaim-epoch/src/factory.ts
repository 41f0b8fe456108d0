// What `EpochDomain` is at run time: the contract's type, and the object that makes them.

import type * as api from './api.ts';
import { Domain } from './domain.ts';

/** See `EpochDomainFactory` and `EpochDomain` in api.ts. */
export type EpochDomain = api.EpochDomain;
export const EpochDomain: api.EpochDomainFactory = Domain;
