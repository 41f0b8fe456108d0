// The words of a queue and of its ops: where they stand, and how builders and readers look at them.
//
//   queue of slot q   | tail | turn | ring |        slots, by ring.ts   | … | slot of t | … |
//                                     └──────────────────►                        └────► op t
//
// Queue, 128 bytes, in the head (version.ts); all shared but `since`; the slot's thread is the only
// writer of all but `applied`
//    0 u64 tail: the number of the last op       8 u64 turn: tail at the last change << 1 | half
//   16 u64 ring, 0 = none yet (ring.ts)         24 u32 mark in Q0   28 u32 mark in Q1
//   32 u32 start: where its shard of S began, frozen   40 u64 since, owned, plain (own.ts)
//   64 u64 applied, by builders: see Q2         72 u32 x 14 directory of segments (ring.ts)
// Op, 8-aligned, plain: by the writer before `tail` says so; read by builders until applied
//    0 u64 ticket   8 u32 kind, and from bit 6 on how far back the one before it in its bucket is
//   (own.ts), 0 = none waits   12 u32 key length   16 u32 value length   20 u32 expected length
//   24 u32 its slot's outcome   28 u32 t << 4   32 key slices, two at least, then the value, then
//   what is expected, each padded to 8
//
// Q1 to Q5 are queue.ts's: they say when a word of these may be read, and by whom written.
//
// Names: queue its address; t an op's number; op its address.

import { get32, get64, put32, store32 } from '@x/shm-arena/assembly/ground/atomic';
import { slicesAt } from '@x/shm-arena/assembly/map/key';
import { restBytes } from './node';
import { ringSlotAt } from './ring';

export const Q_TAIL: usize = 0;
export const Q_TURN: usize = 8;
export const Q_SINCE: usize = 40;
export const Q_APPLIED: usize = 64;
export const OP_TICKET: usize = 0;
const OP_KIND: usize = 8;
export const OP_LENGTH: usize = 12;
export const OP_VALUE: usize = 16;
export const OP_EXPECTED: usize = 20;
export const OP_OUTCOME: usize = 24;
export const OP_TAG: usize = 28;
export const OP_KEY: usize = 32;
export const OP_HEAD: usize = 48;
const KIND_BITS: u32 = 6;
const KIND: u32 = (1 << KIND_BITS) - 1;

export function ticketOf(op: usize): u64 {
  return get64(op + OP_TICKET);
}

/** Kind and flags (codes.ts). */
export function kindOfOp(op: usize): u32 {
  return get32(op + OP_KIND) & KIND;
}

/** By how much its number is greater than that of the op before it in its bucket; 0: none waits. */
export function backOf(op: usize): u32 {
  return get32(op + OP_KIND) >> KIND_BITS;
}

export function setKind(op: usize, kind: u32, back: u32): void {
  put32(op + OP_KIND, kind | (back << KIND_BITS));
}

export function opKeyLength(op: usize): u32 {
  return get32(op + OP_LENGTH);
}

/** The `at` of its key (map/key.ts). */
export function opKey(op: usize): usize {
  return slicesAt(op + OP_KEY);
}

export function opRest(op: usize): usize {
  return op + OP_HEAD;
}

export function opValueLength(op: usize): u32 {
  return get32(op + OP_VALUE);
}

export function opValue(op: usize): usize {
  return op + OP_HEAD + restBytes(opKeyLength(op));
}

export function opExpectedLength(op: usize): u32 {
  return get32(op + OP_EXPECTED);
}

export function opExpected(op: usize): usize {
  return opValue(op) + ((<usize>opValueLength(op) + 7) & ~7);
}

/** Notes what became of an op (Q4). */
export function setOutcome(op: usize, code: u32): void {
  store32(get32(op + OP_OUTCOME), get32(op + OP_TAG) | code);
}

/** Op `t` of a queue: published, not yet applied. */
export function opAt(queue: usize, t: u64): usize {
  return get32(ringSlotAt(queue, t));
}
