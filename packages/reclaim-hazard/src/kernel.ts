// The kernel as JavaScript sees it. assembly/index.ts says what each function does; offsets and
// counts that come back are unsigned only after `>>> 0`.

import type { DomainKernel } from '@x/shm-arena/domain';
import type { KernelBytes } from '@x/shm-arena/structure';
import kernel from '../build/kernel.wasm';
import { ERAS, POINTERS } from '../build/numbers/arena/reclaim/home.ts';

/** This package's kernel. */
export const kernelBytes: KernelBytes = kernel;

/** Stands in the arena's directory, and in every handle. */
export const TYPE = 'HazardDomain';
/** The export that has the number of this package's protocol. */
export const OWN = 'HAZARD_PROTOCOL';

export const SCHEMES = { pointers: POINTERS, eras: ERAS } as const;

export interface HazardKernel extends DomainKernel {
  hazardsOf(entry: number): number;
  enter(entry: number, generation: number, home: number): number;
  stay(entry: number, generation: number, home: number): number;
  exit(): void;
  protectBlock(cell: number, home: number, index: number, scheme: number): number;
  protectLink(cell: number, home: number, index: number, parent: number, scheme: number): number;
  releaseHazard(home: number, index: number): void;
  isHeld(home: number, index: number): number;
  exchangeBlock(cell: number, expected: number, next: number, home: number): number;
  peekBlock(cell: number): number;
  swapBlock(cell: number, next: number): number;
}
