// What the calls of all maps answer, beside the arena's codes (OK 0, FULL 1, CONTENDED 2, LIMIT 3,
// BAD 4, EXPELLED 6, CLOSED 7): one table, so that a number means one thing. What only some of them
// answer stands here, too. And the flags that all ordered maps know; each has more of its own.

/** The key has no entry; in a map with versions: no visible one, or a tombstone. */
export const ABSENT: i32 = 32;
/** The key has an entry; nothing has changed. */
export const EXISTS: i32 = 33;
/** The result does not fit. It is read in pieces; the call's pin stands until `release`. */
export const NEED: i32 = 34;
/** The sequence number has not been given out yet. */
export const AHEAD: i32 = 35;
/** Inside a kernel only: what the call began with is over; begin again. */
export const AGAIN: i32 = 36;
/** The key is not as the conditional write expects it; nothing has changed. */
export const DIFFERS: i32 = 37;
/** This thread has as many operations waiting as the structure allows; nothing has changed. */
export const QUEUE_FULL: i32 = 38;
/** The operation has not been applied yet. */
export const PENDING: i32 = 39;
/** It was applied, so long ago that its outcome is not kept any more. */
export const FORGOTTEN: i32 = 40;
/** Base of the codes of `audit`. */
export const AUDIT: i32 = 64;
/** Added to OK by writes: a limit is near. */
export const PRESSURE: i32 = 256;

/** Flags of `scan` and `count`; KEYS_ONLY of `get`, too. */
export const REVERSE: u32 = 1;
/** Without values (their lengths stay true). */
export const KEYS_ONLY: u32 = 8;
/** There is a first key, where the scan begins in its direction; START_OPEN: without it. */
export const START: u32 = 32;
export const START_OPEN: u32 = 64;
/** There is a last key, where the scan ends in its direction; END_OPEN: without it. */
export const END: u32 = 128;
export const END_OPEN: u32 = 256;
/** Without keys but the last one (their lengths stay true). */
export const VALUES_ONLY: u32 = 2048;
/**
 * With START_OPEN: the resume number is where a scan of the same ended, and going on from there is
 * quicker than by the key. A map may leave that alone.
 */
export const BEHIND: u32 = 8192;
/** With the number of each entry, in a map that has any. */
export const NUMBERS: u32 = 4096;
