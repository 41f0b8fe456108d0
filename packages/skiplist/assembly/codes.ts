// What the calls of this kernel answer, beside the arena's codes (OK 0, FULL 1, CONTENDED 2, LIMIT
// 3, BAD 4, EXPELLED 6, CLOSED 7), and the flags that go in and out.

/** No visible version of the key, or a tombstone (then the result says so). */
export const ABSENT: i32 = 32;
/** The key has a live version; nothing has changed. */
export const EXISTS: i32 = 33;
/** The result does not fit. It is read in pieces; the call's pin stands until `release`. */
export const NEED: i32 = 34;
/** `snapshotAt` of a sequence number that has not been given out yet. */
export const AHEAD: i32 = 35;
/** Inside the kernel only: the list was sealed, or the batch aborted; begin again. */
export const AGAIN: i32 = 36;
/** The key is not as the conditional write expects it; nothing has changed. */
export const DIFFERS: i32 = 37;
/** Base of the codes of `audit`. */
export const AUDIT: i32 = 64;
/** Added to OK by writes: the active list stands at 90 % or more of a limit. */
export const PRESSURE: i32 = 256;

/** Kinds of writes. */
export const SET: i32 = 0;
export const INSERT: i32 = 1;
export const DELETE: i32 = 2;
export const GET_OR_INSERT: i32 = 3;
/** A value, if the live one has the given bytes. */
export const COMPARE: i32 = 4;
/** A value, or a tombstone, if the newest version (a tombstone too) has the given number. */
export const MATCH: i32 = 5;
export const MATCH_DELETE: i32 = 6;

/** In the flags of a result or of a scanned record. */
export const TOMBSTONE: u32 = 1;

/** Flags of `scan`. */
export const REVERSE: u32 = 1;
/** Also versions that newer ones hide, newest first (reverse: oldest first). */
export const VERSIONS: u32 = 2;
/** Also keys whose newest visible version is a tombstone (with VERSIONS: tombstones among them). */
export const TOMBSTONES: u32 = 4;
/** Records carry no value bytes (the length stays true). */
export const KEYS_ONLY: u32 = 8;
/** Only counts; no records but the last one, which is there to resume from. */
export const COUNT: u32 = 16;
/** There is a first key, where the scan begins in its direction; START_OPEN: without it. */
export const START: u32 = 32;
export const START_OPEN: u32 = 64;
/** There is a last key, where the scan ends in its direction; END_OPEN: without it. */
export const END: u32 = 128;
export const END_OPEN: u32 = 256;
/** With START, not open: of the first key only versions beyond the resume number (VERSIONS). */
export const RESUME: u32 = 512;
