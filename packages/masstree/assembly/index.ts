// The kernel of @x/masstree: what the host calls. One call is one operation: it looks at slot and
// entry, pins, works, copies out and unpins. Nothing is held when a call returns, except the pin of
// one that says NEED, until `release`, and what a snapshot's lease holds, which is the host's.
//
//   layout.ts     where everything stands          leaf.ts, interior.ts   how a node is read, made
//   hand.ts       the key of the present call      gather.ts              entries of a leaf, sorted
//   reach.ts      following links                  walk.ts                a write's way to its leaf
//   read.ts, many.ts   one key, many               write.ts               one key is written
//   scan.ts       portions of entries              shape.ts               splits, merges, copies
//   batch.ts      many keys are written            remove.ts              a range is removed
//   give.ts       how a portion grows and ends     bulk.ts                a map's first entries
//   record.ts     what has no room in a slot       lane.ts                 keys side by side
//   place.ts      where a write stands             tidy.ts                what is sparse goes
//   open.ts       snapshots                        intent.ts, wait.ts     locks, deaths
//   audit.ts      what must hold at rest           create.ts              beginning and end
//
// Scratch, keys, statuses and pins are those of all maps: map/call.ts, key.ts, codes.ts, result.ts
// of the arena; the last `overhead()` bytes of scratch are the kernel's. Handle: (entry,
// generation) of the directory. target: 0 = the present state, else what `snapshot` gave, under
// the host's lease. Unless it says OK (or ABSENT, NEED after SWAP and TAKE) nothing has changed.

import { OK } from '@x/shm-arena/assembly/ground/layout';
import { leave as leaveCall } from '@x/shm-arena/assembly/map/call';
import { NOTES } from './gather';

/** Covers the layout of the map and the order of all steps. */
export const MASSTREE_PROTOCOL: u32 = 1;
export { ARENA_PROTOCOL, join, setup } from '@x/shm-arena/assembly/ground/layout';
export { LIMBO_PROTOCOL } from '@x/shm-arena/assembly/reclaim/limbo';
/** Where this thread's scratch begins: the result block. */
export { io } from '@x/shm-arena/assembly/map/call';

/** Bytes at the end of scratch that are not the host's. */
export function overhead(): u32 {
  return NOTES;
}

/**
 * create: builds an empty map for the entry that the caller is creating (CREATING, its own). OK:
 * result {0 u32 root}, with which the caller publishes the entry. FULL, CONTENDED, LIMIT.
 * leave: this slot has closed its last handle. repair: finishes or undoes what the dead participant
 * `slot` had begun; may be repeated. OK, CLOSED. trim: frees what nobody reads, and gives the empty
 * spans of this thread back; result {0 u32 slices}. OK, CLOSED, CONTENDED.
 * size: result {0 u32 entries}. stats: the domain's (domain.ts) at `at`, and behind them 128 u32
 * entries, 132 u32 open snapshots, 136 u32 height of the first layer.
 * snapshot: result {0 u32 target, 4 u32 size, 8 u64 number}, for the host's lease; counts one more
 * that is open, until closeSnapshot. CONTENDED: a writer stands between two steps.
 */
export { closeSnapshot, create, leave, repair, size, snapshot, stats, trim } from './create';

/**
 * put: a write of a kind of write.ts. Value and expected value: so many bytes, 8-aligned in the
 * scratch behind the result. SET: OK. INSERT: OK, EXISTS. REMOVE, REPLACE: OK, ABSENT. COMPARE,
 * COMPARE_REMOVE: OK, DIFFERS. SWAP, TAKE: OK or NEED with what was there, as of get; ABSENT: there
 * was none. GET_OR_INSERT: OK (written), EXISTS or NEED with what is there. FULL, CONTENDED, LIMIT
 * (no region is left, for a value of more than 1.8 MB).
 */
export { put } from './write';

/**
 * awaitLock: sleeps until the lock is given back that the last put, bulkEnd or maintain of this
 * thread was refused, for so many microseconds at most: 1, or 2 when these are over. 0: it was
 * none, or the map is gone. Only where this thread may block; holds no pin.
 */
export { awaitLock } from './wait';

/**
 * get: flags 0 or KEYS_ONLY. OK: result {0 u32 value length, 64... the value}, ABSENT, NEED.
 * piece: after NEED, a part of a key or a value.
 */
export { get, piece } from './read';

/**
 * bulkBegin: begins to load; EXISTS: this thread is loading already. bulkPut: one more entry, its
 * key behind all before; EXISTS: it was there. bulkEnd: all of them are the map's at once; EXISTS:
 * it is not empty. bulkDrop: gives up, what was put is gone; O(what was put). OK, FULL, CONTENDED.
 */
export { bulkBegin, bulkDrop, bulkEnd, bulkPut } from './bulk';

/**
 * getMany: the values of `count` staged keys, as a portion without keys (map/portion.ts). OK.
 * putMany: writes of one kind, SET, INSERT or REMOVE, of `count` staged entries, one after the
 * other (batch.ts); what each has said, u32, at `out`, and result {0 u32 how many}. OK: all; else
 * why the next one was not written, as of put.
 */
export { putMany } from './batch';
export { getMany } from './many';

/**
 * scan: a portion of entries, `limit` at most (map/portion.ts). Forward: from start up to end;
 * REVERSE: from start down to end. COUNT_ONLY: only their number, and the last key. With
 * REMOVES, too: they are removed, result {56 u32 how many}, behind the last key, if there is one,
 * it goes on, else from start (remove.ts). OK, NEED;
 * WIDER: with a room for output of more than 256 KiB and 4/3 of the bytes in the result {0 u32} it
 * goes on. maintain: looks at `limit` leaves, from where this thread's last one ended, and merges
 * those that are sparse. Result {0 u32 changes, 4 u32 1 = there are more}.
 */
export { scan } from './scan';
export { maintain } from './tidy';

/** audit: OK, or AUDIT + the number of a check of audit.ts. */
export { audit } from './audit';

/** Ends a call that said NEED. */
export function release(): void {
  leaveCall(OK);
}
