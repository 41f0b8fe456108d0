// The kernel of @x/hamt: what the host calls. One call is one operation: it looks at slot and
// entry, pins, works, copies out and unpins. Nothing is held when a call returns, except the pin of
// one that says NEED, until `release`, and what a snapshot's lease holds, which is the host's.
//
//   layout.ts     where everything stands          root.ts     slots, snapshots: what is atomic
//   hash.ts       where a key stands               build.ts    a trie with one entry changed
//   hand.ts       the key of the present call      write.ts    one key is written
//   kept.ts       what removals take               intent.ts   what a write makes, deaths
//   leaf.ts, record.ts   entries                   read.ts, scan.ts, diff.ts   one key, portions
//   many.ts       many keys in lockstep            clear.ts    all of them go
//   notes.ts      what a call gathers              order.ts    in which order portions come
//   audit.ts, create.ts, fork.ts, holders.ts
//   cache/        bounds, expiry, fills: a map whose values have a head
//
// Scratch, keys, statuses and pins are those of all maps: map/call.ts, key.ts, codes.ts, result.ts
// of the arena; the last `overhead()` bytes of scratch are the kernel's. Handle: (entry,
// generation) of the directory. target: 0 = the present state, else what `snapshot` gave, under
// the host's lease. Unless it says OK (or ABSENT, NEED after SWAP and TAKE) nothing has changed.

import { OK } from '@x/shm-arena/assembly/ground/layout';
import { leave as leaveCall } from '@x/shm-arena/assembly/map/call';
import { NOTES } from './notes';

/** Covers the layout of the map and the order of all steps. */
export const HAMT_PROTOCOL: u32 = 1;
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
 * size: of a target; result {0 u32 entries}. stats: the domain's (domain.ts) at `at`, and behind
 * them 128 u32 entries, 136 holders (holders.ts).
 * snapshot: result {0 u32 target}, for the host's lease. CONTENDED: others were faster each time.
 */
export { create, fork, leave, repair, size, snapshot, stats, trim } from './create';

/**
 * A fork's two parts (fork.ts says the order): hold: for an entry that the caller is creating, of
 * type HamtHold, for the entry of a fork of `elder`; result {0 u32 root}, OK, CLOSED. fork: as
 * create, for the snapshot `target` of `elder` that the hold's grant keeps. OK, CLOSED, FULL,
 * CONTENDED, LIMIT.
 * holdOf: of a fork; result {0 u32 its hold + 1, or 0   4 u32 generation}. OK, CLOSED.
 * dropHolds: ends the holds of lines that are gone, if nobody is in a call of theirs.
 */
export { dropHolds, hold, holdOf } from './fork';

/**
 * put: a write of a kind of write.ts. Value and expected value: so many bytes, 8-aligned in the
 * scratch behind the result. SET: OK. INSERT: OK, EXISTS. REMOVE, REPLACE: OK, ABSENT. COMPARE,
 * COMPARE_REMOVE: OK, DIFFERS. SWAP, TAKE: OK or NEED with what was there, as of get; ABSENT: there
 * was none. GET_OR_INSERT: OK (written), EXISTS or NEED with what is there. FULL, CONTENDED (others
 * were faster each time), LIMIT (no region is left, for a value of more than 1.8 MB).
 */
export { put } from './write';

/**
 * clear: what is from a hash on goes, in the order of hashes, some leaves of it; OK: result {0 u32
 * entries that have gone, NEXT, ENDED where it goes on}. FULL, CONTENDED: none has gone.
 */
export { clear } from './clear';

/**
 * get: flags 0 or KEYS_ONLY. OK: result {0 u32 value length, 64... the value}, ABSENT, NEED.
 * piece: after NEED, a part of a key or a value.
 */
export { get, piece } from './read';

/**
 * getMany: the values of `count` keys, staged one behind the other at `at` (key.ts), as a portion
 * without keys, in their order: as many as have room. OK.
 */
export { getMany } from './many';

/**
 * scan: a portion of entries, `limit` at most (map/portion.ts), in no order: behind the start key
 * (START), else from a place on: what the call before has left as ENDED; if that is 0, behind its
 * last key. OK, NEED.
 */
export { scan } from './scan';

/**
 * diff: a portion of keys, `most` at most, that have not the same value in `target` of one map as
 * in `otherTarget` of another one of its family, all of them or behind the start key (START), else
 * from a place on: what the call before has left as ENDED, if that is not 0. OK, NEED.
 * related: whether two maps are of one family: OK, DIFFERS.
 */
export { diff, related } from './diff';

/** audit: OK, or AUDIT + the number of a check of audit.ts. */
export { audit } from './audit';

/**
 * A cache is a map, and beside what is above has these; `put` and `snapshot` are not for it. Time
 * is in ms, by whatever clock all threads of the process share.
 *
 * cacheCreate: as create; bounds (0: none) and ms that an entry lives (0: for ever).
 * cacheTick: it is `now`; what time it is, or less than 0: minus a status.
 * cacheVoid: nothing of what was there is to be had any more, nor of what is loaded now.
 * cacheCount: result {u64 entries, bytes, then the counters of tally.ts}.
 */
export { cacheCount, cacheCreate, cacheTick, cacheVoid } from './cache/create';

/**
 * cacheGet: flags of read.ts, KEYS_ONLY. As get; result flags: the value's state (head.ts), number:
 * ms it lives on, or all bits. cacheFill: EXISTS or NEED as of cacheGet; OK: this thread's fill of
 * FILL_NUMBER has begun; FILLING: somebody else's. FILL_BELL: an i32 to wait on, when it was
 * FILL_SEEN. cacheAwait: `more` wait for a fill; OK: result {u32 how many do}, and the bell;
 * ABSENT.
 */
export { cacheAwait, cacheFill, cacheGet } from './cache/read';

/**
 * cachePut: a kind of cache/write.ts; ttl in ms, below 0: the cache's; `gives`: the value that was
 * there is the result, if result flags say that there was one (OK or NEED). OK; CACHE_DELETE:
 * ABSENT; CACHE_END, CACHE_CANCEL: DIFFERS, there is no such fill (any more); ROOM: call
 * cacheSweep, then again; TOO_LARGE.
 */
export { cachePut } from './cache/write';

/**
 * cacheSweep: OK: there is room; MORE: call again; with SHORT: OK: some have left, for want of
 * memory; or none could: OK, FULL. cachePurge: takes out what has expired or is void, from a hash
 * on; MORE: it goes on at result {40 u64}. Both: result {56 u32 bytes that have left, 60 u32 how
 * many}, and with SHOWS a portion of them, in whose heads it says why. NEED: one, as of scan.
 */
export { cachePurge, cacheSweep } from './cache/sweep';

/** Ends a call that said NEED. */
export function release(): void {
  leaveCall(OK);
}
