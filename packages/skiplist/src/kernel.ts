// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import {
  type BoundArgs,
  type KeyArgs,
  type MapArgs,
  type MapKernel,
  MapStatus,
  type OutArgs,
} from '@x/shm-arena/ordered';
import bytes from '../build/kernel.wasm';

/** The wasm bytes of this package's kernel. */
export const KERNEL_BYTES: Uint8Array<ArrayBuffer> = bytes;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'SkipList';
/** The export that has the number of this package's protocol. */
export const OWN = 'SKIPLIST_PROTOCOL';
/** The longest key in bytes. */
export const MAX_KEY = 0xf_ffff;
/** The most lists in a stack, the active one included. */
export const MAX_LISTS = 32;

// Statuses that the arena's kernel does not have.
export const { ABSENT, NEED } = MapStatus;
export const EXISTS = 33;
export const AHEAD = 35;
export const DIFFERS = 37;
/** Added to OK. */
export const PRESSURE = 256;

/** Kinds of writes. */
export const Kind = {
  set: 0,
  insert: 1,
  delete: 2,
  getOrInsert: 3,
  compare: 4,
  match: 5,
  matchDelete: 6,
} as const;

/** In the flags of a result. */
export const TOMBSTONE = 1;

/** Flags of `scan`, beside those that every map has. */
export const ScanFlag = {
  VERSIONS: 2,
  TOMBSTONES: 4,
  COUNT: 16,
  RESUME: 512,
} as const;

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
  get(...call: [...MapArgs, ...ViewArgs, ...KeyArgs]): number;
  getMany(...call: [...MapArgs, ...ViewArgs, count: number, at: number, ...OutArgs]): number;
  scan(
    ...call: [
      ...[...MapArgs, ...ViewArgs, flags: number, limit: number, ...BoundArgs],
      ...[resumeLow: number, resumeHigh: number, ...OutArgs],
    ]
  ): number;
  snapshotAt(...call: [...MapArgs, seqLow: number, seqHigh: number]): number;
  seal(...map: MapArgs): number;
  clear(...map: MapArgs): number;
  lists(...call: [...MapArgs, out: number]): number;
  destroyList(...call: [...MapArgs, id: number]): number;
}
