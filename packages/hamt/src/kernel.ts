// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import { type MapArgs, type MapCore, mapType, type WritableKernel } from '@x/shm-arena/map';
import type { TargetKernel } from '@x/shm-arena/ordered';
import type { StructureType } from '@x/shm-arena/structure';
import bytes from '../build/kernel.wasm';

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'Hamt';

export interface TrieKernel extends TargetKernel, WritableKernel {
  create(...map: MapArgs): number;
  size(...call: [...MapArgs, target: number]): number;
  stats(...call: [...MapArgs, at: number]): number;
  /** This thread leaves the map. */
  leave(...map: MapArgs): number;
}

/** What every view of one map shares in one thread. */
export type Core<K, V> = MapCore<TrieKernel, K, V>;

/** The checks of an audit, by their numbers: assembly/audit.ts. */
const PROBLEMS = [
  '',
  'what a slot names is not decided',
  "a node's runs are wrong",
  'a leaf has too many entries',
  'an entry stands elsewhere than its hash says',
  'an entry is not found',
  'a slot counts wrong',
  'a thread is in the middle of a write',
  'a thread has counted half',
  'the threads have counted wrong',
];

/** Says what an audit has found. */
export const problemOf =
  (type: string): Parameters<typeof mapType>[0]['problem'] =>
  ({ check, entry, at, node, found, expected }) =>
    `${type} ${entry}: ${PROBLEMS[check]}: at ${at} (${node}) found ${found}, expected ${expected}`;

/** The kind of structure, as the arena's directory and recovery know it. */
export const KIND: StructureType<TrieKernel> = mapType({
  type: TYPE,
  own: 'HAMT_PROTOCOL',
  kernel: bytes,
  problem: problemOf(TYPE),
});
