// The kernel as JavaScript sees it: what it has beside the calls of all maps of this kind.

import { type KeyArgs, type MapArgs, mapType, type ValueArgs } from '@x/shm-arena/map';
import type { TargetKernel } from '@x/shm-arena/ordered';
import type { StructureType } from '@x/shm-arena/structure';
import bytes from '../build/kernel.wasm';

export interface ArrayKernel extends TargetKernel {
  create(...map: MapArgs): number;
  put(...call: [...MapArgs, kind: number, ...KeyArgs, ...ValueArgs, ...ValueArgs]): number;
}

/** The kind of structure, as the arena's directory and recovery know it. */
export const KIND: StructureType<ArrayKernel> = mapType({
  type: 'SortedArray',
  own: 'ARRAY_PROTOCOL',
  kernel: bytes,
  problem: ({ check, entry, at, node }) =>
    `SortedArray ${entry}: check ${check} of array ${at} fails at ${node}`,
});
