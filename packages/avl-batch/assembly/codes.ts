// What the calls of this kernel answer, beside the arena's codes (OK 0, FULL 1, CONTENDED 2, BAD 4,
// EXPELLED 6, CLOSED 7), and the flags that go in and out.

/** The key has no entry. */
export const ABSENT: i32 = 32;
/** The result does not fit. It is read in pieces; the call's pin stands until `release`. */
export const NEED: i32 = 34;
/** This thread has as many operations waiting as the structure allows; nothing has changed. */
export const QUEUE_FULL: i32 = 36;
/** The operation has not been applied yet. */
export const PENDING: i32 = 37;
/** It was applied, so long ago that its outcome is not kept any more. */
export const FORGOTTEN: i32 = 38;
/** Base of the codes of `audit`. */
export const AUDIT: i32 = 64;

/** Kinds of operations; SET is 0. */
export const INSERT: u32 = 1;
export const DELETE: u32 = 2;
export const COMPARE: u32 = 3;
/** With COMPARE: the key is expected to have no entry; it shall have none. */
export const EXPECT_ABSENT: u32 = 16;
export const NEXT_ABSENT: u32 = 32;

/** Outcomes of operations. 0 is none. */
export const DONE: u32 = 1;
/** `insert` found an entry. */
export const EXISTED: u32 = 2;
/** `delete` or `compare` found none. */
export const MISSING: u32 = 3;
/** `compare` found another value. */
export const OTHER: u32 = 4;

/** Flag of `get`: this thread's own waiting operations count too. */
export const PENDING_TOO: u32 = 1;

/** Flags of `scan` and `count`. */
export const REVERSE: u32 = 1;
/** Records carry no value bytes (the length stays true). */
export const KEYS_ONLY: u32 = 8;
/** There is a first key, where the scan begins in its direction; START_OPEN: without it. */
export const START: u32 = 32;
export const START_OPEN: u32 = 64;
/** There is a last key, where the scan ends in its direction; END_OPEN: without it. */
export const END: u32 = 128;
export const END_OPEN: u32 = 256;
/** The scan begins at the entry with index startLen, counted from the front. */
export const INDEX: u32 = 1024;
