// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import { type MapKernel, MapStatus } from '@x/shm-arena/internal';
import bytes from '../build/kernel.wasm';

/** The wasm bytes of this package's kernel. */
export const KERNEL_BYTES: Uint8Array<ArrayBuffer> = bytes;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'SkipList';
/** Covers the layout of lists, nodes and descriptors and the order of all steps. */
export const PROTOCOL = 1;
/** The longest key in bytes. */
export const MAX_KEY = 0xf_ffff;
/** The most lists in a stack, the active one included. */
export const MAX_LISTS = 32;

// Statuses that the arena's kernel does not have.
export const { ABSENT, NEED, AUDIT } = MapStatus;
export const EXISTS = 33;
export const AHEAD = 35;
/** Added to OK. */
export const PRESSURE = 256;

/** Kinds of writes. */
export const Kind = { set: 0, insert: 1, delete: 2, getOrInsert: 3 } as const;

/** In the flags of a result. */
export const TOMBSTONE = 1;

/** Flags of `scan`, beside those that every map has. */
export const ScanFlag = {
  VERSIONS: 2,
  TOMBSTONES: 4,
  COUNT: 16,
  RESUME: 512,
} as const;

export interface ListKernel extends MapKernel {
  io(): number;
  ioBytes(): number;
  create(entry: number, generation: number, maxPages: number, maxEntries: number): number;
  put(
    entry: number,
    generation: number,
    kind: number,
    length: number,
    k0: number,
    k1: number,
    k2: number,
    k3: number,
    valueAt: number,
    valueLength: number,
  ): number;
  writeBatch(entry: number, generation: number, count: number, at: number, temp: number): number;
  get(
    entry: number,
    generation: number,
    target: number,
    seqLow: number,
    seqHigh: number,
    length: number,
    k0: number,
    k1: number,
    k2: number,
    k3: number,
  ): number;
  getMany(
    entry: number,
    generation: number,
    target: number,
    seqLow: number,
    seqHigh: number,
    count: number,
    at: number,
    out: number,
    outBytes: number,
  ): number;
  scan(
    entry: number,
    generation: number,
    target: number,
    seqLow: number,
    seqHigh: number,
    flags: number,
    limit: number,
    startLength: number,
    startAt: number,
    endLength: number,
    endAt: number,
    resumeLow: number,
    resumeHigh: number,
    out: number,
    outBytes: number,
  ): number;
  snapshot(entry: number, generation: number): number;
  snapshotAt(entry: number, generation: number, seqLow: number, seqHigh: number): number;
  seal(entry: number, generation: number): number;
  lists(entry: number, generation: number, out: number): number;
  destroyList(entry: number, generation: number, id: number): number;
  stats(entry: number, generation: number, target: number): number;
  repair(entry: number, slot: number): number;
  audit(entry: number, generation: number): number;
}
