// Kernels of another release, for the contracts of protocol numbers.

import { type Contract, type Guarded, protocolContract } from '@x/testkit';
import { bumped } from '../../../tools/bumped.mjs';

/** Contracts of the package in the folder `folder`. */
export function guardsProtocols(folder: string, guarded: Omit<Guarded, 'bumped'>): Contract[] {
  return protocolContract({ ...guarded, bumped: (component) => bumped(folder, component) });
}
