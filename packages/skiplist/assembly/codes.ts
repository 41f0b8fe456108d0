// Kinds of writes, and the flags and results that only this kernel knows. What calls answer, and
// the flags of all maps: map/codes.ts of the arena; the results of all maps: map/result.ts.

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
/** Also versions that newer ones hide, newest first (reverse: oldest first). */
export const VERSIONS: u32 = 2;
/** Also keys whose newest visible version is a tombstone (with VERSIONS: tombstones among them). */
export const TOMBSTONES: u32 = 4;
/** Only counts; of the entries the last one alone is there, to resume from. */
export const COUNT: u32 = 16;
/** With START, not open: of the first key only versions beyond the resume number (VERSIONS). */
export const RESUME: u32 = 512;

/** Words of the result of `stats`, by their offset. */
export const STATS_LISTS: usize = 0;
export const STATS_PAGES: usize = 4;
export const STATS_VERSIONS: usize = 8;
export const STATS_LIVE: usize = 16;
export const STATS_LAST: usize = 24;
export const STATS_HEIGHT: usize = 32;
export const STATS_ACTIVE: usize = 36;
export const STATS_MAX_PAGES: usize = 40;
export const STATS_MAX_ENTRIES: usize = 44;
