// The kernel of @x/skiplist: what the host calls. One call is one operation: it checks slot and
// entry, pins, works, copies out and unpins. Nothing is held when a call returns, except what a
// snapshot's lease holds, which the host takes and gives back, and the pin of a read that says
// NEED: its result does not fit into the scratch. The host takes it with `piece`, then calls
// `release`, and makes no other call in between.
//
// Scratch: the slot's scratch run is cut in two.
//
//   io()                  io() + 64                          io() + scratch bytes - overhead()
//   | result, 64 bytes    | free for the host's staging, values and portions    | kernel's own |
//
//   The result block is written by the call and valid until the next one. Values of `get` and
//   `getOrInsert` follow it directly. Staged keys, values and operations stand anywhere behind it,
//   8-aligned; `get` may overwrite them (its value comes out at io() + 64).
//   io() moves when the arena's `stage` gave the slot another run: ask again after staging.
//
// Handle: (entry, generation) of the directory. A structure that is gone answers CLOSED.
//
// Keys: (len, k0, k1, k2, k3). len <= 16: the bytes, big-endian and zero-padded, in four words, k0
// first. len > 16: k0 = offset of the bytes in the scratch (8-aligned), the others are ignored.
// Keys are 0 to MAX_KEY bytes; the host checks.
//
// What is read: (target, seqLo, seqHi).
//   seq 0, target 0    the newest state of the whole stack
//   seq 0, target id   the newest state of the list `id` alone (CLOSED when it was destroyed)
//   seq > 0            the snapshot (record = target, sequence number = seq); the host holds its
//                      lease
//
// Status: OK, FULL, CONTENDED, LIMIT, EXPELLED, CLOSED of the arena's layout.ts, and those of all
// maps (map/codes.ts), where flags stand, too, as in codes.ts. Unless it says OK (or ABSENT,
// EXISTS) nothing has changed. PRESSURE (bit 8) may be added to OK.

import { OK, setup as setupLayout, join as joinLayout } from '@x/shm-arena/assembly/ground/layout';
import * as calls from '@x/shm-arena/assembly/map/call';
import * as audits from './audit';
import * as batch from './batch';
import * as nodes from './node';
import * as read from './read';
import * as repairs from './repair';
import * as scans from './scan';
import * as seals from './seal';
import * as write from './write';

/** Covers the layout of lists, nodes and descriptors and the order of all steps. */
export const SKIPLIST_PROTOCOL: u32 = 2;
export { ARENA_PROTOCOL } from '@x/shm-arena/assembly/ground/layout';

/** Forgets everything: the instance is as new. */
export function setup(): void {
  setupLayout();
}

/** Makes this instance work for `slot`, which this thread has attached. Call once, before all. */
export function join(slot: u32): void {
  joinLayout(slot);
}

/** Where this thread's scratch begins: the result block. Staging starts 64 bytes behind. */
export function io(): u32 {
  return <u32>calls.io();
}

/** Bytes of a scratch run that are not the host's: stage (wanted + overhead()) bytes. */
export function overhead(): u32 {
  return nodes.WORK_BYTES;
}

/**
 * Builds the first, empty list for the entry that the caller is creating (CREATING, its own). OK:
 * result {0 u32 root}, with which the caller publishes the entry. maxPages, maxEntries: limits of
 * each list, 0 = none. OK, FULL, CONTENDED, LIMIT (no region is left).
 */
export function create(entry: u32, generation: u32, maxPages: u32, maxEntries: u32): i32 {
  return seals.create(entry, generation, maxPages, maxEntries);
}

/**
 * Writes one key. kind: SET, INSERT, DELETE (no value), GET_OR_INSERT. The value is valueLen bytes
 * at valueAt (8-aligned, in the scratch behind the result block).
 * OK: written; result: {0 u32 1 = a DELETE found a live version, 8 u64 sequence number}.
 * EXISTS (INSERT and GET_OR_INSERT): a live version stands; for GET_OR_INSERT the result is that of
 * `get`. NEED (GET_OR_INSERT): it stands, but does not fit; as for `get`.
 * FULL (arena), LIMIT (of the list, but not for a DELETE of what is live; or no region is left for
 * the next list), CONTENDED, EXPELLED, CLOSED.
 */
export function put(
  entry: u32,
  generation: u32,
  kind: i32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  valueAt: u32,
  valueLen: u32,
): i32 {
  return write.put(entry, generation, kind, len, k0, k1, k2, k3, valueAt, valueLen, 0, 0);
}

/**
 * As `put`, under a condition on the key's newest version. kind:
 *   COMPARE       writes the value if there is a live version whose value is the b bytes at a
 *   MATCH         writes it if the newest version, a tombstone too, has the number b << 32 | a; 0:
 *                 if there is no version
 *   MATCH_DELETE  the same, but writes a tombstone
 * DIFFERS: it is otherwise.
 */
export { put as putIf } from './write';

/**
 * Writes many keys that become visible all at once. Operations stand one behind the other from `at`
 * on, each 8-aligned:
 *   0 u32 kind (SET, INSERT, DELETE)   4 u32 key length   8 u32 value length   12 u32 outcome (out)
 *   16 key bytes, padded to 8   then the value bytes, padded to 8
 * `temp`: SORT_BYTES (map/sort.ts) * count bytes, 8-aligned, for the kernel's use. Operations on
 * one key act in their order; the last one counts, and the sequence number is the same for all. An
 * INSERT that finds a live version fails alone: its outcome is EXISTS, that of the others OK; it is
 * judged when its place is found, which may be before the instant at which the batch becomes
 * visible.
 * OK: result {0 u32 written, 8 u64 sequence number (0 if nothing was written)}.
 * FULL, LIMIT, CONTENDED (others aborted it again and again), EXPELLED, CLOSED: nothing is visible.
 */
export function writeBatch(entry: u32, generation: u32, count: u32, at: u32, temp: u32): i32 {
  return batch.writeBatch(entry, generation, count, at, temp);
}

/**
 * Reads one key. flags: KEYS_ONLY, without the value. OK, ABSENT (then flags may say TOMBSTONE,
 * with its number): result
 *   0 u32 value length   4 u32 flags   8 u64 sequence number   64... the value
 * ABSENT with number 0: no visible version at all. NEED: the same, but instead of the value 20 u32
 * its offset, for `piece`.
 */
export { get } from './read';

/**
 * Reads many keys with their cache misses overlapped. `at`: count keys one behind the other, each
 * {0 u32 length, 4 u32 free, 8 bytes, padded to 8}. OK: a portion (map/portion.ts) without keys, of
 * the values in the same order; its columns have room for `count`. Result {0 u32 keys done, 4 u32
 * 1 = not all}: when the out block is full, call again for the rest, or, where no key was done,
 * `get` the first one. `out` must not overlap the keys.
 */
export { getMany } from './read';

/**
 * Reads a run of entries in order, `limit` at most. Keys of the bounds stand in scratch, 8-aligned.
 * Forward: from start up to end; REVERSE: from start down to end.
 * OK: a portion (map/portion.ts), with NUMBERS of sequence numbers; its columns have room for
 * `limit` entries. Result {0 u32 entries, or with COUNT how many were counted, 4 u32 1 = there may
 * be more, 40 u64 where it ended}. Going on: START | START_OPEN with the last key, and, what is
 * quicker for few entries, BEHIND with the word at 40; with VERSIONS: START | RESUME with its key
 * and number. A call works through a bounded number of entries: it may return with "more" and few
 * of them; with COUNT it returns a portion of the last one, to go on from, without its value.
 * NEED: the first entry does not fit (COUNT: the last one), and is read in pieces; the result as
 * for OK, and {16 u32 key offset, 20 u32 value offset, 24 u32 head, 28 u32 value length, 32 u64
 * sequence number}. `out` must not overlap the bounds.
 */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  seqLo: u32,
  seqHi: u32,
  flags: u32,
  limit: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
  resumeLo: u32,
  resumeHi: u32,
  out: u32,
  outBytes: u32,
): i32 {
  return scans.scan(
    entry,
    generation,
    target,
    ((<u64>seqHi) << 32) | seqLo,
    flags,
    limit,
    startLen,
    startAt,
    endLen,
    endAt,
    ((<u64>resumeHi) << 32) | resumeLo,
    out,
    outBytes,
  );
}

/**
 * After NEED: copies `bytes` (a multiple of 8, but for the last piece; no more than are the host's
 * behind the result) from `from` on of the key or the value at `at` to io() + 64.
 */
export function piece(at: u32, isKey: bool, from: u32, bytes: u32): void {
  read.piece(at, isKey, from, bytes);
}

/** Ends a read that said NEED. */
export function release(): void {
  if (MUTANT != 185) calls.leave(OK);
}

/**
 * A consistent state of now. The caller takes a lease (leaseTake), calls this, then leaseHold;
 * where that says false, it drops that lease and begins again; then it keeps the lease while it
 * uses the numbers. OK: result {0 u32 record, 8 u64 number}.
 */
export function snapshot(entry: u32, generation: u32): i32 {
  return seals.snapshot(entry, generation, 0);
}

/** The same as of an earlier number (0 is none), as far as lists not yet destroyed reach. AHEAD. */
export function snapshotAt(entry: u32, generation: u32, seqLo: u32, seqHi: u32): i32 {
  return seals.snapshot(entry, generation, ((<u64>seqHi) << 32) | seqLo);
}

/**
 * Freezes the active list; writes of all threads go to a new one from then on. OK: result {0 u32 id
 * of the frozen list}. Each call of each thread freezes another list. LIMIT (MAX_LISTS), CONTENDED,
 * EXPELLED, CLOSED; and if nothing is in the active list: FULL, LIMIT (no region is left).
 */
export function seal(entry: u32, generation: u32): i32 {
  return seals.seal(entry, generation);
}

/**
 * Puts a new, empty list in the place of the whole stack. The memory of the lists comes back when
 * their last reader has left. CONTENDED, EXPELLED, CLOSED; and if nothing is in the active list:
 * FULL, LIMIT (no region is left).
 */
export function clear(entry: u32, generation: u32): i32 {
  return seals.clear(entry, generation);
}

/**
 * The lists of the stack, oldest first, active one last. OK: result {0 u32 count}; from out on, 8
 * bytes each: {0 u32 id, 4 u32 1 = frozen}. `out`: 8 * MAX_LISTS bytes.
 */
export function lists(entry: u32, generation: u32, out: u32): i32 {
  return seals.lists(entry, generation, out);
}

/**
 * Takes the frozen list `id` out of the stack; its memory comes back when its last reader has left.
 * OK, CLOSED (no such frozen list: destroyed already, or the structure is), CONTENDED, EXPELLED.
 * Needs no memory.
 */
export function destroyList(entry: u32, generation: u32, id: u32): i32 {
  return seals.destroyList(entry, generation, id);
}

/**
 * Figures of the list `target`, or of all (0). OK: result
 *   0 u32 lists   4 u32 pages   8 u64 versions   16 i64 live keys (exact for one list; a sum over
 *   several counts a key once for each)   24 u64 newest number (of the list)   32 u32 height
 *   36 u32 id of the active list   40 u32 max pages   44 u32 max entries
 */
export function stats(entry: u32, generation: u32, target: u32): i32 {
  return audits.stats(entry, generation, target);
}

/**
 * Finishes what the dead participant `slot` left in this structure, while that is there: its
 * half-done write or batch, seal or destruction. Called by the one thread that recovers the slot;
 * may die anywhere and be called again by the next. OK (also when it is gone), EXPELLED.
 */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  return repairs.repair(entry, generation, slot);
}

/**
 * Walks everything while nobody writes. OK: sound. AUDIT + n: check n of audit.ts fails;
 * result {0 u32 list, 4 u32 node, 8 u64 found, 16 u64 expected}.
 */
export function audit(entry: u32, generation: u32): i32 {
  return audits.audit(entry, generation);
}
