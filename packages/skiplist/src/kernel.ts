// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { AnyKernel } from '@x/shm-arena/internal';
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
export const ABSENT = 32;
export const EXISTS = 33;
export const NEED = 34;
export const AHEAD = 35;
export const AUDIT = 64;
/** Added to OK. */
export const PRESSURE = 256;

/** Kinds of writes. */
export const Kind = { set: 0, insert: 1, delete: 2, getOrInsert: 3 } as const;

/** In the flags of a result. */
export const TOMBSTONE = 1;

/** Flags of `scan`. */
export const ScanFlag = {
  REVERSE: 1,
  VERSIONS: 2,
  TOMBSTONES: 4,
  KEYS_ONLY: 8,
  COUNT: 16,
  START: 32,
  START_OPEN: 64,
  END: 128,
  END_OPEN: 256,
  RESUME: 512,
} as const;

export interface ListKernel extends AnyKernel {
  io(): number;
  ioBytes(): number;
  overhead(): number;
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

/** A 64-bit number from its two words. */
export function seqOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
