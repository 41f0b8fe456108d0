// The record of a stack: which lists it has, active first, then the frozen ones, newest to oldest.
//
//   directory entry ──root──► record | 3 | B | A2 | A1 |
//
// Record, 8-aligned, frozen, in the region of the list that is active with it
//   0 u32 count    4 u32 free    8 u32 lists, newest first
//
// How the root goes from one record to the next: stack.ts.

import { get32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { ID } from './node';

const R_COUNT: usize = 0;
const R_LISTS: usize = 8;

export function recordBytes(count: u32): u32 {
  return (<u32>R_LISTS + (count << 2) + 7) & ~7;
}

export function countOf(record: usize): u32 {
  return get32(record + R_COUNT);
}

export function listOf(record: usize, index: u32): usize {
  return get32(record + R_LISTS + ((<usize>index) << 2));
}

export function setCount(record: usize, count: u32): void {
  put32(record + R_COUNT, count);
  put32(record + 4, 0);
}

export function setList(record: usize, index: u32, list: usize): void {
  put32(record + R_LISTS + ((<usize>index) << 2), <u32>list);
}

/** The index of the list with that id, or -1. */
export function indexOf(record: usize, id: u32): i32 {
  const count = countOf(record);
  for (let i: u32 = 0; i < count; i++) if (get32(listOf(record, i) + ID) == id) return i;
  return -1;
}
