// What tests with many threads work on.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
// From the built package: its builders have a thread of their own to start.
import { AvlBatch } from '../dist/index.js';
import { freshArena } from './support.ts';

/** Keys between two threads' first ones: more than a thread writes before it is stopped. */
export const WIDE = 1e7;

/** A map whose builders begin soon, and whose queues are soon full. */
export function freshMap(): [arena: Arena, map: AvlBatch<string, number>] {
  const arena = freshArena();
  const batch = { maxDelayMs: 1, maxQueued: 4096 };
  return [arena, AvlBatch.create(arena, { value: u32, batch })];
}
