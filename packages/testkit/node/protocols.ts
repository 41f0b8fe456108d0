// Kernels of another release, for the contracts of protocol numbers.

import { type Contract, type Guarded, protocolContract } from '@x/testkit';

/** Contracts of the package in the folder `folder`. */
export function guardsProtocols(folder: string, guarded: Omit<Guarded, 'bumped'>): Contract[] {
  // Few tests need a compiler, and it takes longer to load than most of them take.
  const bumped = async (component: string) =>
    (await import('../../../tools/bumped.mjs')).bumped(folder, component);
  return protocolContract({ ...guarded, bumped });
}
