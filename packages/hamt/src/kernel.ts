// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import {
  type MapArgs,
  type MapCore,
  mapType,
  type OutArgs,
  type WritableKernel,
} from '@x/shm-arena/map';
import type { TargetKernel } from '@x/shm-arena/ordered';
import type { StructureType } from '@x/shm-arena/structure';
import bytes from '../build/kernel.wasm';

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'Hamt';
/** The type of what keeps a fork's memory. */
export const HOLD_TYPE = 'HamtHold';

export interface TrieKernel extends TargetKernel, WritableKernel {
  create(...map: MapArgs): number;
  size(...call: [...MapArgs, target: number]): number;
  stats(...call: [...MapArgs, at: number]): number;
  /** This thread leaves the map. */
  leave(...map: MapArgs): number;
  getMany(...call: [...MapArgs, target: number, count: number, at: number, ...OutArgs]): number;
  clear(...call: [...MapArgs, placeLow: number, placeHigh: number]): number;
  diff(
    ...call: [
      ...[...MapArgs, target: number, ...MapArgs, otherTarget: number],
      ...[flags: number, limit: number, startLength: number, startAt: number],
      ...[placeLow: number, placeHigh: number, ...OutArgs],
    ]
  ): number;
  related(...call: [...MapArgs, ...MapArgs]): number;
  hold(...call: [...MapArgs, ...MapArgs, ...MapArgs]): number;
  fork(
    ...call: [
      ...[...MapArgs, ...MapArgs, target: number, grant: number],
      ...[hold: number, holdGeneration: number],
    ]
  ): number;
  holdOf(...map: MapArgs): number;
  dropHolds(): void;
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
