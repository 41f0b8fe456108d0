// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { KeyArgs, MapArgs, MapKernel, OutArgs } from '@x/shm-arena/map';
import type { BoundArgs } from '@x/shm-arena/ordered';
import type { KernelBytes } from '@x/shm-arena/structure';
import kernel from '../build/kernel.wasm';
import {
  COMPARE,
  COUNT,
  DELETE,
  GET_OR_INSERT,
  INSERT,
  MATCH,
  MATCH_DELETE,
  RESUME,
  SET,
  TOMBSTONES,
  VERSIONS,
} from '../build/numbers/codes.ts';

export {
  ABSENT,
  AHEAD,
  DIFFERS,
  EXISTS,
  NEED,
  PRESSURE,
} from '../build/numbers/arena/map/codes.ts';
export { MAX_KEY } from '../build/numbers/arena/map/key.ts';
export { SORT_BYTES } from '../build/numbers/arena/map/sort.ts';
export * from '../build/numbers/codes.ts';
export { MAX_LISTS } from '../build/numbers/node.ts';

/** This package's kernel. */
export const kernelBytes: KernelBytes = kernel;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'SkipList';
/** The export that has the number of this package's protocol. */
export const OWN = 'SKIPLIST_PROTOCOL';

/** Kinds of writes. */
export const Kind = {
  set: SET,
  insert: INSERT,
  delete: DELETE,
  getOrInsert: GET_OR_INSERT,
  compare: COMPARE,
  match: MATCH,
  matchDelete: MATCH_DELETE,
} as const;

/** Flags of `scan`, beside those that every map has. */
export const ScanFlag = { VERSIONS, TOMBSTONES, COUNT, RESUME } as const;

/** What of a list is read: see `View`. */
type ViewArgs = [target: number, seqLow: number, seqHigh: number];

export interface ListKernel extends MapKernel {
  create(...call: [...MapArgs, maxPages: number, maxEntries: number]): number;
  put(
    ...call: [...MapArgs, kind: number, ...KeyArgs, valueAt: number, valueLength: number]
  ): number;
  putIf(
    ...call: [
      ...[...MapArgs, kind: number, ...KeyArgs, valueAt: number, valueLength: number],
      ...[a: number, b: number],
    ]
  ): number;
  writeBatch(...call: [...MapArgs, count: number, at: number, temp: number]): number;
  get(...call: [...MapArgs, ...ViewArgs, flags: number, ...KeyArgs]): number;
  getMany(...call: [...MapArgs, ...ViewArgs, count: number, at: number, ...OutArgs]): number;
  scan(
    ...call: [
      ...[...MapArgs, ...ViewArgs, flags: number, limit: number, ...BoundArgs],
      ...[resumeLow: number, resumeHigh: number, ...OutArgs],
    ]
  ): number;
  snapshotAt(...call: [...MapArgs, seqLow: number, seqHigh: number]): number;
  seal(...map: MapArgs): number;
  stats(...call: [...MapArgs, target: number]): number;
  clear(...map: MapArgs): number;
  lists(...call: [...MapArgs, out: number]): number;
  destroyList(...call: [...MapArgs, id: number]): number;
}
