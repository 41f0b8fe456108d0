// The record of a stack: which lists it has, active first, then the frozen ones, newest to oldest.
//
//   directory entry ──root──► record | 3 | B | A2 | A1 |
//
// Record, 8-aligned, frozen, in the region of the list that is active with it
//   0 u32 count    4 u32 free    8 u32 lists, newest first
//
// How the root goes from one record to the next: stack.ts.

import { get32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { LIST_ID } from './node';

export const RECORD_COUNT: usize = 0;
export const RECORD_LISTS: usize = 8;

export function stackBytes(count: u32): u32 {
  return (<u32>RECORD_LISTS + (count << 2) + 7) & ~7;
}

export function listsIn(record: usize): u32 {
  return get32(record + RECORD_COUNT);
}

export function listOf(record: usize, index: u32): usize {
  return get32(record + RECORD_LISTS + ((<usize>index) << 2));
}

export function setCount(record: usize, count: u32): void {
  put32(record + RECORD_COUNT, count);
  put32(record + 4, 0);
}

export function setList(record: usize, index: u32, list: usize): void {
  put32(record + RECORD_LISTS + ((<usize>index) << 2), <u32>list);
}

/** The index of the list with that id, or -1. */
export function indexOf(record: usize, id: u32): i32 {
  const count = listsIn(record);
  for (let i: u32 = 0; i < count; i++) if (get32(listOf(record, i) + LIST_ID) == id) return i;
  return -1;
}
