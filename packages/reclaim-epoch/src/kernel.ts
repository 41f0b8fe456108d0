// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { DomainKernel } from '@x/shm-arena/domain';
import type { KernelBytes } from '@x/shm-arena/structure';
import kernel from '../build/kernel.wasm';

/** This package's kernel. */
export const kernelBytes: KernelBytes = kernel;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'EpochDomain';
/** The export that has the number of this package's protocol. */
export const OWN = 'EPOCH_PROTOCOL';

/** By their numbers in a domain's record: interval 0, epoch 1. */
export const SCHEMES = ['interval', 'epoch'] as const;

export interface EpochKernel extends DomainKernel {
  /** What `since` says, or -status. */
  pin(entry: number, generation: number, home: number): number;
  unpin(home: number, scheme: number): void;
  /** What `since` says; 0: other pins are open; or -status. */
  refresh(entry: number, generation: number, home: number, scheme: number): number;
  since(): number;
  loadBlock(cell: number, scheme: number): number;
  loadLink(cell: number, scheme: number, since: number): number;
  swapBlock(cell: number, next: number): number;
  exchangeBlock(cell: number, expected: number, next: number, scheme: number): number;
  touch(): void;
}
