// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { AnyKernel } from '@x/shm-arena/internal';
import bytes from '../build/kernel.wasm';

/** The wasm bytes of this package's kernel. */
export const KERNEL_BYTES: Uint8Array<ArrayBuffer> = bytes;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'EpochDomain';
/** Covers the layout of a domain and the order of all steps. */
export const PROTOCOL = 1;

/** A status that the arena's kernel does not have: the era moved on during every load. */
export const RESTART = 40;
/** What a word function returns when `status` is to be asked. */
export const ASK = 0xffff_ffff;

export const SCHEMES = ['interval', 'epoch'] as const;

/** Bytes that `stats` writes. */
export const STATS_BYTES = 128;

export interface DomainKernel extends AnyKernel {
  status(): number;
  build(entry: number, generation: number, scheme: number, hazards: number): number;
  schemeOf(entry: number): number;
  open(entry: number, generation: number): number;
  leave(entry: number, generation: number, home: number): void;
  pin(entry: number, generation: number, home: number): number;
  unpin(home: number, scheme: number): void;
  refresh(entry: number, home: number, scheme: number): number;
  alloc(entry: number, generation: number, home: number, bytes: number): number;
  retire(entry: number, generation: number, home: number, at: number): number;
  isBlock(entry: number, generation: number, at: number): number;
  collect(entry: number, generation: number, home: number): number;
  stats(entry: number, generation: number, home: number, at: number): number;
  repair(entry: number, slot: number): number;
  audit(entry: number, generation: number): number;
  most(): number;
  idle(): number;
  loadBlock(cell: number, scheme: number): number;
  storeBlock(cell: number, next: number): void;
  swapBlock(cell: number, next: number): number;
  exchangeBlock(cell: number, expected: number, next: number, scheme: number): number;
  touch(): void;
}
