// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import {
  type KeyArgs,
  type MapArgs,
  type MapCore,
  mapType,
  type OutArgs,
  type ValueArgs,
  type WritableKernel,
} from '@x/shm-arena/map';
import type { TargetKernel } from '@x/shm-arena/ordered';
import type { StructureType } from '@x/shm-arena/structure';
import bytes from '../build/kernel.wasm';

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'Masstree';

export interface TreeKernel extends TargetKernel, WritableKernel {
  create(...map: MapArgs): number;
  /** One more snapshot of this thread is open; ends with `closeSnapshot`. */
  snapshot(...map: MapArgs): number;
  closeSnapshot(...map: MapArgs): number;
  getMany(...call: [...MapArgs, target: number, count: number, at: number, ...OutArgs]): number;
  putMany(...call: [...MapArgs, kind: number, count: number, at: number, out: number]): number;
  size(...map: MapArgs): number;
  stats(...call: [...MapArgs, at: number]): number;
  bulkBegin(...map: MapArgs): number;
  bulkPut(...call: [...MapArgs, ...KeyArgs, ...ValueArgs]): number;
  bulkEnd(...map: MapArgs): number;
  bulkDrop(...map: MapArgs): number;
  /** This thread leaves the map. */
  leave(...map: MapArgs): number;
  maintain(...call: [...MapArgs, limit: number]): number;
}

/** What every view of one map shares in one thread. */
export type Core<K, V> = MapCore<TreeKernel, K, V>;

/** The checks of an audit, by their numbers: assembly/audit.ts. */
const PROBLEMS = [
  '',
  'a node has a lock, or is dead',
  'a node has too few or too many children',
  'separators do not ascend',
  'an entry is outside of its leaf',
  'two entries of a leaf are alike',
  'an entry is not found',
  'a record or a layer is too short',
  'the counts are not what is there',
  'a thread is in the middle of a write',
];

/** The kind of structure, as the arena's directory and recovery know it. */
export const KIND: StructureType<TreeKernel> = mapType({
  type: TYPE,
  own: 'MASSTREE_PROTOCOL',
  kernel: bytes,
  problem: ({ check, entry, at, node, found, expected }) =>
    `${TYPE} ${entry}: ${PROBLEMS[check]}: at ${at} (${node}) found ${found}, expected ${expected}`,
});
