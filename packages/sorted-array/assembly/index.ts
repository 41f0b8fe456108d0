// The kernel of the sorted array, the smallest map on the arena's floors: a root that names one
// immutable array, and writes that put another in its place. It is the worked example of
// docs/NEW-STRUCTURE.md, and slow on purpose: a write copies everything.
//
//   array.ts   where everything stands   read.ts   how it is read, and audited
//   write.ts   every step that another thread can see, what a death after it leaves, and repair
//
// Scratch, keys, statuses and pins are those of all maps: map/call.ts, key.ts, codes.ts, result.ts
// of the arena. The kernel keeps no notes in scratch. Handle: (entry, generation) of the directory.
// target: 0 = the present array; else what `snapshot` gave, under the host's lease.
// Unless it says OK (or ABSENT, NEED) nothing has changed.

import { OK } from '@x/shm-arena/assembly/ground/layout';
import { leave } from '@x/shm-arena/assembly/map/call';

/** Covers the layout of arrays and entries and the order of all steps. */
export const ARRAY_PROTOCOL: u32 = 1;
export { ARENA_PROTOCOL, join, setup } from '@x/shm-arena/assembly/ground/layout';
/** Where this thread's scratch begins: the result block. */
export { io } from '@x/shm-arena/assembly/map/call';

/**
 * create: builds an empty array for the entry that the caller is creating (CREATING, its own). OK:
 * result {0 u32 root}, with which the caller publishes the entry. FULL, CONTENDED, LIMIT.
 * put: a write of a kind of write.ts. Value and expected value (COMPARE): so many bytes, 8-aligned
 * in the scratch behind the result. OK: result {0 u32 1 = there was an entry}. EXISTS, DIFFERS,
 * FULL, LIMIT (no region is left), CONTENDED (others were faster, again and again).
 * repair: finishes what the dead participant `slot` left. May be repeated. OK.
 */
export { create, put, repair } from './write';

/**
 * get: flags 0, or KEYS_ONLY, without the value. OK: result {0 u32 value length, 64... the value},
 * ABSENT, NEED.
 * scan: a portion of entries, `limit` at most. Forward: from start up to end; REVERSE: from start
 * down to end. Portions: map/portion.ts. OK, NEED. piece: after NEED, a part of a key or a
 * value.
 * snapshot: result {0 u32 array, 4 u32 size}, for the host's lease.
 * audit: OK, or AUDIT + the number of a check of read.ts.
 */
export { audit, get, piece, scan, snapshot } from './read';

/** Ends a read that said NEED. */
export function release(): void {
  leave(OK);
}
