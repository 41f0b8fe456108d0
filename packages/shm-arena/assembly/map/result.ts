// What calls of maps leave for the host: which word of the result block says what, by its offset,
// and what stands behind it.
//
//   one key       | bytes | flags | number | … | value |         NEED: also where the value is
//   many, a scan  | count | next | of the portion … |            out: a portion (portion.ts)
//
// All of it is private: the scratch is this thread's.

import { put32, put64 } from '../ground/atomic';
import { copyWords } from '../ground/words';
import { io, RESULT } from './call';
import { AUDIT, KEYS_ONLY, NEED } from './codes';

/** Of whoever answers with one word. */
export const ANSWER: usize = 0;

/** Of one key: the value's length, flags, a number; after NEED also where it is. */
export const FOUND_BYTES: usize = 0;
export const FOUND_FLAGS: usize = 4;
export const FOUND_NUMBER: usize = 8;
export const FOUND_AT: usize = 20;

/** Of many: how many, and where to go on or if. The rest of it: portion.ts. */
export const COUNT_DONE: usize = 0;
export const NEXT: usize = 4;

/** Where a scan ended, if not behind a key: 64 bits that mean something to the map alone; or 0. */
export const ENDED: usize = 40;

/** After NEED of a scan: where the first entry's key and value are, what else it says. */
export const LARGE_KEY: usize = 16;
export const LARGE_VALUE: usize = 20;
export const LARGE_HEAD: usize = 24;
export const LARGE_BYTES: usize = 28;
export const LARGE_NUMBER: usize = 32;

/** Of a snapshot: what it reads, its size where that is known, its number. */
export const SNAP_ROOT: usize = 0;
export const SNAP_SIZE: usize = 4;
export const SNAP_NUMBER: usize = 8;

/** Of an audit that found something: where, and what. */
export const PROBLEM_AT: usize = 0;
export const PROBLEM_NODE: usize = 4;
export const PROBLEM_FOUND: usize = 8;
export const PROBLEM_EXPECTED: usize = 16;

/**
 * Puts a value where the host takes it from: `status`. No room: NEED, the caller keeps its pin.
 * With KEYS_ONLY just its length, which always has room.
 */
export function putValue(value: usize, bytes: u32, flags: u32, room: u32, status: i32): i32 {
  const result = io();
  put32(result + FOUND_BYTES, bytes);
  if ((flags & KEYS_ONLY) != 0) return status;
  if (bytes > room) {
    put32(result + FOUND_AT, <u32>value);
    return NEED;
  }
  copyWords(result + RESULT, value, bytes);
  return status;
}

/** NEED of a scan: what its first entry is made of; `next` as of a portion. */
export function putLarge(
  count: u32,
  next: u32,
  key: usize,
  head: u32,
  value: usize,
  bytes: u32,
): i32 {
  const result = io();
  put32(result + COUNT_DONE, count);
  put32(result + NEXT, next);
  put32(result + LARGE_KEY, <u32>key);
  put32(result + LARGE_VALUE, <u32>value);
  put32(result + LARGE_HEAD, head);
  put32(result + LARGE_BYTES, bytes);
  return NEED;
}

/** What an audit found wrong: the code for it. */
export function problem(check: i32, at: usize, node: usize, found: u64, expected: u64): i32 {
  const result = io();
  put32(result + PROBLEM_AT, <u32>at);
  put32(result + PROBLEM_NODE, <u32>node);
  put64(result + PROBLEM_FOUND, found);
  put64(result + PROBLEM_EXPECTED, expected);
  return AUDIT + check;
}

/** The result of `snapshot`. */
export function putSnapshot(root: usize, size: u32, number: u64): void {
  const result = io();
  put32(result + SNAP_ROOT, <u32>root);
  put32(result + SNAP_SIZE, size);
  put64(result + SNAP_NUMBER, number);
}
