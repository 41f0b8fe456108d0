// Kinds of operations and their outcomes, and the flags and results that only this kernel knows.
// What calls answer, and the flags of all maps: map/codes.ts of the arena; the results of all maps:
// map/result.ts.

/** Kinds of operations. */
export const SET: u32 = 0;
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
/** Flag of `scan`: it begins at the entry with index startLen, counted from the front. */
export const INDEX: u32 = 1024;

/** Words of the result of `append`, by their offset. */
export const TICKET_QUEUE: usize = 0;
export const TICKET_WAITING: usize = 4;
export const TICKET_NUMBER: usize = 8;

/** Of `mark`. */
export const MARKED_QUEUES: usize = 0;
export const MARKED_WAITING: usize = 4;

/** Of `signals`: where two words stand. */
export const SIGNAL_PUBLISHED: usize = 0;
export const SIGNAL_NUDGED: usize = 4;

/** Of `build`; from the fourth on also of `compact` and `move`. */
export const BUILT_OPS: usize = 0;
export const BUILT_MORE: usize = 4;
export const BUILT_NODES: usize = 8;
export const BUILT_SIZE: usize = 12;
export const BUILT_NUMBER: usize = 16;
export const BUILT_USED: usize = 24;
export const BUILT_LIVE: usize = 32;
export const BUILT_MOVING: usize = 40;
export const BUILT_DUE: usize = 44;
/** Of `move` and `compact`: whether that was the end of a rebuild. */
export const BUILT_ENDED: usize = 48;

/** Of `stats`. */
export const STATS_SIZE: usize = 0;
export const STATS_HEIGHT: usize = 4;
export const STATS_NUMBER: usize = 8;
export const STATS_USED: usize = 16;
export const STATS_LIVE: usize = 24;
export const STATS_WAITING: usize = 32;
export const STATS_PAGES: usize = 36;
export const STATS_MOST: usize = 40;
export const STATS_QUEUE_PAGES: usize = 44;
export const STATS_BUILDER: usize = 48;
export const STATS_MAX_PAGES: usize = 52;
export const STATS_MOVING: usize = 56;
