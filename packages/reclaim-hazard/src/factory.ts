// What `HazardDomain` is at run time: the contract's type, and the object that makes them.

import type * as api from './api.ts';
import { Domain } from './domain.ts';

/** See `HazardDomainFactory` and `HazardDomain` in api.ts. */
export type HazardDomain = api.HazardDomain;
export const HazardDomain: api.HazardDomainFactory = Domain;
