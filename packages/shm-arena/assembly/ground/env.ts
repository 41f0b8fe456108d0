// What the gated build imports from the checker. The release build uses none of it: every call
// stands behind `isDefined(GATED)`, and the compiler drops both the call and the import.

/** A scheduling point, called before each atomic step: `op` says what comes, `at` where. */
export declare function gate(op: i32, at: usize): void;

/**
 * A plain access of `bytes` bytes comes; not a scheduling point. `op` is PLAIN_LOAD, PLAIN_STORE or
 * TOUCH.
 */
export declare function plain(op: i32, at: usize, bytes: usize): void;

/** Asked once before each allocation: 1 makes it fail. */
export declare function fail(): i32;

/**
 * Tells that `bytes` bytes at `at` changed hands: `kind` is MARK_LIVE, MARK_ROOM, MARK_USED or
 * MARK_FREE.
 */
export declare function mark(kind: i32, at: usize, bytes: usize): void;

/** An invariant (invariants.ts) does not hold; `at` says where. Does not return. */
export declare function fault(invariant: i32, at: usize): void;
