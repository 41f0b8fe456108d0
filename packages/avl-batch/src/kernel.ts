// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { MapKernel } from '@x/shm-arena/internal';
import bytes from '../build/kernel.wasm';

/** The wasm bytes of this package's kernel. */
export const KERNEL_BYTES: Uint8Array<ArrayBuffer> = bytes;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'AvlBatch';
/** Covers the layout of versions, nodes and queues and the order of all steps. */
export const PROTOCOL = 1;
/** The longest key in bytes. */
export const MAX_KEY = 0xf_ffff;
/** Bytes of scratch that a build takes for each operation. */
export const TEMP_BYTES = 40;

// Statuses that neither the arena's kernel has nor every map's.
export const QUEUE_FULL = 36;
export const PENDING = 37;
export const FORGOTTEN = 38;

/** Kinds of operations, and what may be added to the last one. */
export const Kind = {
  set: 0,
  insert: 1,
  delete: 2,
  compare: 3,
  EXPECT_ABSENT: 16,
  NEXT_ABSENT: 32,
} as const;

/** Flag of `get`. */
export const PENDING_TOO = 1;
/** Flag of `scan`, beside those that every map has. */
export const INDEX = 1024;

export interface TreeKernel extends MapKernel {
  io(): number;
  ioBytes(): number;
  create(entry: number, generation: number, maxQueued: number): number;
  append(
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
    expectedAt: number,
    expectedLength: number,
  ): number;
  outcome(entry: number, generation: number, queue: number, low: number, high: number): number;
  mark(entry: number, generation: number, out: number): number;
  covers(entry: number, generation: number, count: number, at: number): number;
  signals(entry: number, generation: number): number;
  nudge(entry: number, generation: number): number;
  build(entry: number, generation: number, limit: number, temp: number, tempBytes: number): number;
  compact(entry: number, generation: number): number;
  get(
    entry: number,
    generation: number,
    target: number,
    flags: number,
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
    count: number,
    at: number,
    out: number,
    outBytes: number,
  ): number;
  scan(
    entry: number,
    generation: number,
    target: number,
    flags: number,
    limit: number,
    startLength: number,
    startAt: number,
    endLength: number,
    endAt: number,
    out: number,
    outBytes: number,
  ): number;
  count(
    entry: number,
    generation: number,
    target: number,
    flags: number,
    startLength: number,
    startAt: number,
    endLength: number,
    endAt: number,
  ): number;
  snapshot(entry: number, generation: number): number;
  stats(entry: number, generation: number, target: number): number;
  repair(entry: number, slot: number): number;
  audit(entry: number, generation: number): number;
}
