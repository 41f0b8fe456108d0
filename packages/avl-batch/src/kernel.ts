// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { KeyArgs, MapArgs, OutArgs } from '@x/shm-arena/map';
import type { BoundArgs, TargetKernel } from '@x/shm-arena/ordered';
import type { KernelBytes } from '@x/shm-arena/structure';
import kernel from '../build/kernel.wasm';
import { COMPARE, DELETE, EXPECT_ABSENT, INSERT, NEXT_ABSENT } from '../build/numbers/codes.ts';

export { FORGOTTEN, PENDING, QUEUE_FULL } from '../build/numbers/arena/map/codes.ts';
export { SORT_BYTES } from '../build/numbers/arena/map/sort.ts';
export * from '../build/numbers/codes.ts';

/** This package's kernel. */
export const kernelBytes: KernelBytes = kernel;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'AvlBatch';
/** The export that has the number of this package's protocol. */
export const OWN = 'AVL_PROTOCOL';

/** Kinds of operations, and what may be added to the last one. */
export const Kind = {
  set: 0,
  insert: INSERT,
  delete: DELETE,
  compare: COMPARE,
  EXPECT_ABSENT,
  NEXT_ABSENT,
} as const;

export interface TreeKernel extends TargetKernel {
  create(...call: [...MapArgs, maxQueued: number, maxPages: number]): number;
  append(
    ...call: [
      ...[...MapArgs, kind: number, ...KeyArgs],
      ...[valueAt: number, valueLength: number, expectedAt: number, expectedLength: number],
    ]
  ): number;
  outcome(...call: [...MapArgs, queue: number, low: number, high: number]): number;
  mark(...call: [...MapArgs, out: number]): number;
  covers(...call: [...MapArgs, count: number, at: number]): number;
  signals(...map: MapArgs): number;
  nudge(...map: MapArgs): number;
  build(
    ...call: [...MapArgs, limit: number, temp: number, tempBytes: number, last: number]
  ): number;
  compact(...map: MapArgs): number;
  move(...call: [...MapArgs, least: number, begin: number]): number;
  stats(...call: [...MapArgs, target: number]): number;
  getMany(...call: [...MapArgs, target: number, count: number, at: number, ...OutArgs]): number;
  count(...call: [...MapArgs, target: number, flags: number, ...BoundArgs]): number;
}
