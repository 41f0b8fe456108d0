// What the views of a map are to each other: named by symbols, so that a name of the contract that
// is misremembered finds nothing instead of one of these.

export const CORE: unique symbol = Symbol('core');
export const BOUND: unique symbol = Symbol('bound');
/** The life of a view, and of what it is a view of. */
export const LIFE: unique symbol = Symbol('life');
export const HOST_LIFE: unique symbol = Symbol('hostLife');
export const OVER: unique symbol = Symbol('over');
export const TRY_GET: unique symbol = Symbol('tryGet');
export const TRY_GET_MANY: unique symbol = Symbol('tryGetMany');
export const SCAN_OF: unique symbol = Symbol('scanOf');
export const ENDED: unique symbol = Symbol('ended');
/** Whether a view was not closed in this thread. */
export const OPEN: unique symbol = Symbol('open');
/** Whether nobody has destroyed what a view shows. */
export const EXISTS: unique symbol = Symbol('exists');
/** The error of a view that is not there. */
export const GONE: unique symbol = Symbol('gone');
/** Throws when a view is not there: for what asks no kernel. */
export const CHECK_ALL: unique symbol = Symbol('checkAll');
export const CHECK: unique symbol = Symbol('check');
export const BEGIN: unique symbol = Symbol('begin');
export const READ: unique symbol = Symbol('read');
export const ENTRIES_OF: unique symbol = Symbol('entriesOf');
export const BATCH: unique symbol = Symbol('batch');
export const COUNT_WITHIN: unique symbol = Symbol('countWithin');
/** What a view that is open shows of its size. */
export const NUMBERS: unique symbol = Symbol('numbers');
export const TARGET: unique symbol = Symbol('target');
