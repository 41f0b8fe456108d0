// The stack of lists that a handle is: entering a call, and finding what it works on.
//
//   directory entry ──root──► record {3} ─► B ─► A2 ─► A1    active first, then the frozen ones,
//                                                            newest to oldest (record.ts)
//
// View, private, at the beginning of the kernel's scratch: what a call reads
//   0 u32 record   4 u32 first list   8 u32 end of lists   12 u32 free   16 u64 upto
//
// T1  The root changes by CAS from one record to its successor only: with one more list in front
//     (seal), without one of the frozen ones (destroy), or to a new list alone (clear).
// T2  At most one clock of a stack is open, that is neither 0 nor closed: the active list's; or,
//     after step 5 of seal.ts and until step 7, that of the list before, while the active one's is
//     0. The numbers of a newer list are greater than all numbers of the older ones.
// T3  No node is linked in a list whose clock is 0: every call that writes helps open it first.
//
// Checked at their sites: T2 (seal.ts), T3 (search.ts). After every step of the checker: T2. T1 by
// the lock under which the root moves (seal.ts L2).
//
// A call that reads the present finds the root as every map's does (map/call.ts). A call on a
// snapshot needs no pin: the host's lease holds the record's regions. A death under a pin leaves
// the pin, which recovery takes away with the slot.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, OK } from '@x/shm-arena/assembly/ground/layout';
import { enter, leave, present, ready } from '@x/shm-arena/assembly/map/call';
import { work } from './node';
import { listsIn, indexOf } from './record';
import { LATEST } from './stamp';

const VIEW_RECORD: usize = 0;
const VIEW_FIRST: usize = 4;
const VIEW_END: usize = 8;
const VIEW_UPTO: usize = 16;

/**
 * Sets up what (target, number) of index.ts mean; begins the call as `enter` does, with a pin only
 * where the present is read. OK: the view stands; end with `done`.
 */
export function look(entry: u32, generation: u32, target: u32, upto: u64): i32 {
  if (upto != 0) {
    const status = ready(entry, generation);
    if (status == OK) setView(target, 0, listsIn(target), upto);
    return status;
  }
  const status = enter(entry, generation);
  if (status != OK) return status;
  const record = present(entry, generation);
  if (record == 0) return leave(CLOSED);
  if (target == 0) {
    setView(record, 0, listsIn(record), LATEST);
    return OK;
  }
  const index = indexOf(record, target);
  if (index < 0) return leave(CLOSED);
  setView(record, index, index + 1, LATEST);
  return OK;
}

/** Ends a call begun with `look`. */
export function done(upto: u64, status: i32): i32 {
  return upto == 0 ? leave(status) : status;
}

function setView(record: usize, first: u32, end: u32, upto: u64): void {
  const at = work();
  put32(at + VIEW_RECORD, <u32>record);
  put32(at + VIEW_FIRST, first);
  put32(at + VIEW_END, end);
  put64(at + VIEW_UPTO, upto);
}

export function viewRecord(): usize {
  return get32(work() + VIEW_RECORD);
}

export function viewFirst(): u32 {
  return get32(work() + VIEW_FIRST);
}

export function viewEnd(): u32 {
  return get32(work() + VIEW_END);
}

export function viewUpto(): u64 {
  return get64(work() + VIEW_UPTO);
}
