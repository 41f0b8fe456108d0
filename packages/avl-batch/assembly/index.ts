// The kernel of @x/avl-batch: what the host calls. One call is one operation: it checks slot and
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
//   The result block is written by the call and valid until the next one. The value of `get`
//   follows it directly. Staged keys and values stand anywhere behind it, 8-aligned; `get` may
//   overwrite them. io() moves when the arena's `stage` gave the slot another run: ask again.
//
// Handle: (entry, generation) of the directory. A structure that is gone answers CLOSED.
//
// Keys: (len, k0, k1, k2, k3). len <= 16: the bytes, big-endian and zero-padded, in four words, k0
// first. len > 16: k0 = offset of the bytes in the scratch (8-aligned), the others are ignored.
// Keys are 0 to MAX_KEY bytes; the host checks. Bounds of scan and count always stand in scratch.
//
// target: 0 = the present version; else what `snapshot` gave, under the host's lease.
//
// Status: OK, FULL, CONTENDED, LIMIT, BAD, EXPELLED, CLOSED of the arena's layout.ts, and those of
// codes.ts, where flags and outcomes stand, too. Unless it says OK (or ABSENT) nothing has changed.

import { OK, setup as setupLayout, join as joinLayout } from '@x/shm-arena/assembly/ground/layout';
import * as calls from '@x/shm-arena/assembly/map/call';
import * as audits from './audit';
import * as builds from './build';
import * as creates from './create';
import * as compacts from './compact';
import * as nodes from './node';
import * as queues from './queue';
import * as reads from './read';
import * as repairs from './repair';
import * as scans from './scan';
import * as versions from './version';

/** Covers the layout of versions, nodes and queues and the order of all steps. */
export const AVL_PROTOCOL: u32 = 2;
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
 * Builds an empty tree for the entry that the caller is creating (CREATING, its own). maxQueued: 1
 * to 2^24, the most operations of one thread that wait. maxPages: the most that one generation of
 * the tree holds, 0 = no limit. OK: result {0 u32 root}, with which the caller publishes the entry.
 * FULL, CONTENDED, LIMIT (no region is left), BAD.
 */
export function create(entry: u32, generation: u32, maxQueued: u32, maxPages: u32): i32 {
  return creates.create(entry, generation, maxQueued, maxPages);
}

/**
 * Queues an operation. kind: SET, INSERT, DELETE (no value), COMPARE (set the value if the key has
 * the expected one; | EXPECT_ABSENT: if it has no entry; | NEXT_ABSENT: then delete it). Value and
 * expected value: so many bytes at valueAt and expectAt, 8-aligned in the scratch behind the
 * result. Wait-free. OK: result {0 u32 queue, 4 u32 operations waiting in it, this one included, 8
 * u64 number}; the ticket is (queue, number). QUEUE_FULL, FULL (also where the next generation
 * would have no room any more: a delete is taken then, and a value that replaces none smaller),
 * LIMIT (maxPages), CONTENDED, BAD (2 GiB), EXPELLED, CLOSED.
 */
export { append } from './queue';

/**
 * What became of an operation of any thread. OK: it is visible; result {0 u32 DONE 1, EXISTED 2
 * (insert), MISSING 3 (delete, compare: no entry), OTHER 4 (compare: another value)}. PENDING: not
 * applied yet. FORGOTTEN: it was, more than 2 * maxQueued operations of its queue ago, or as many
 * as the queue has slots (ring.ts; numbers that lie 2^28 apart are not told from each other). BAD:
 * no such number. CLOSED, EXPELLED.
 */
export function outcome(entry: u32, generation: u32, queue: u32, lo: u32, hi: u32): i32 {
  return queues.outcome(entry, generation, queue, lo, hi);
}

/**
 * Where all queues end now. OK: result {0 u32 queues, 4 u32 operations that wait}; from out on, 8
 * bytes for each queue (as many as the arena has participants, at most): for `covers`.
 */
export function mark(entry: u32, generation: u32, out: u32): i32 {
  return queues.mark(entry, generation, out);
}

/** Whether everything up to a `mark` is visible. OK: result {0 u32 1 = yes}. */
export function covers(entry: u32, generation: u32, count: u32, at: u32): i32 {
  return queues.covers(entry, generation, count, at);
}

/**
 * Words to wait on, with a time limit (a builder may die between publishing and counting). OK:
 * result {0 u32 offset of the word that changes after each publication, 4 u32 offset of the one
 * that `nudge` changes}. The kernel wakes nobody: the host notifies.
 */
export function signals(entry: u32, generation: u32): i32 {
  return queues.signals(entry, generation);
}

/** Changes the word that a builder at rest waits on. */
export function nudge(entry: u32, generation: u32): i32 {
  return queues.nudge(entry, generation);
}

/**
 * Applies waiting operations, `limit` at most. temp: tempBytes of scratch, 8-aligned, behind the
 * result block; SORT_BYTES (map/sort.ts) an operation, which limits the batch, too. OK:
 * result {0 u32 operations applied, 4 u32 1 = more are waiting, 8 u32 nodes made, 12 u32 size,
 * 16 u64 number of the version, 24 u64 bytes used in its regions, 32 u64 bytes that a compaction
 * would leave, 40 u32 1 = a rebuild is under way, 44 u32 1 = one should begin}; 0 operations: no
 * new version. FULL, LIMIT (maxPages): compact, or apply fewer.
 * last: 1 = a compaction found no room; what is kept for one may be used up. CONTENDED (a living
 * thread is building), BAD (no room for one operation), EXPELLED, CLOSED.
 */
export function build(
  entry: u32,
  generation: u32,
  limit: u32,
  temp: u32,
  tempBytes: u32,
  last: u32,
): i32 {
  return builds.build(entry, generation, limit, temp, tempBytes, last);
}

/**
 * Rebuilds the tree, perfectly balanced and in cache order, into the next generation; the old one
 * is freed when its last reader has left. OK: result as `build`'s from 12 on, and {48 u32 1}.
 * CONTENDED (a living thread is building), FULL, LIMIT (no region is left), EXPELLED, CLOSED. O(n),
 * in one call.
 */
export function compact(entry: u32, generation: u32): i32 {
  return compacts.compact(entry, generation);
}

/**
 * Goes on with a rebuild by a stretch: so many bytes as keep pace with what builds have written
 * since it began, and `least` of them, about; ~0: a MiB, from what is kept for it. begin: 1 = where
 * none is under way one begins. Subtrees of a quarter of a MiB are balanced and in cache order. OK:
 * result as `build`'s from 12 on, and {48 u32 1 = that was its end}. CONTENDED, FULL, LIMIT,
 * EXPELLED, CLOSED as `compact`.
 */
export function move(entry: u32, generation: u32, least: u32, begin: u32): i32 {
  return compacts.move(entry, generation, least, begin);
}

/**
 * Reads one key. flags: PENDING_TOO with target 0: this thread's own waiting operations count;
 * KEYS_ONLY: without the value. OK: result {0 u32 value length, 64... the value}. ABSENT. NEED:
 * instead of the value 20 u32 its offset, for `piece`.
 */
export { get } from './read';

/**
 * After NEED: copies `bytes` (a multiple of 8, but for the last piece; no more than are the host's
 * behind the result) from `from` on of the key or the value at `at` to io() + 64.
 */
export function piece(at: u32, isKey: bool, from: u32, bytes: u32): void {
  reads.piece(at, isKey, from, bytes);
}

/** Ends a read that said NEED. */
export function release(): void {
  if (MUTANT != 189) calls.leave(OK);
}

/**
 * Reads many keys, of one version, with their cache misses overlapped. `at`: count keys one behind
 * the other, each {0 u32 length, 4 u32 free, 8 bytes, padded to 8}. OK: a portion (map/portion.ts)
 * without keys, of the values in the same order; its columns have room for `count`. Result {0 u32
 * keys done, 4 u32 1 = not all}: when the out block is full, call again for the rest, or, where no
 * key was done, `get` the first one. `out` must not overlap the keys.
 */
export { getMany } from './read';

/**
 * Reads a run of entries of one version in order, `limit` at most. Forward: from start up to end;
 * REVERSE: from start down to end. INDEX: from the entry with index startLen, counted from the
 * front, instead of START.
 * OK: a portion (map/portion.ts); its columns have room for `limit` entries. Result {0 u32 entries,
 * 4 u32 1 = there may be more}. Going on: START | START_OPEN with the last key. NEED: the first
 * entry does not fit, and is read in pieces; the result as for OK, and {16 u32 key offset, 20 u32
 * value offset, 24 u32 key length, 28 u32 value length}. `out` must not overlap the bounds.
 */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  limit: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
  out: u32,
  outBytes: u32,
): i32 {
  return scans.scan(
    entry,
    generation,
    target,
    flags,
    limit,
    startLen,
    startAt,
    endLen,
    endAt,
    out,
    outBytes,
  );
}

/**
 * Counts the entries of a range in O(log n). flags: START, START_OPEN, END, END_OPEN (forward). OK:
 * result {0 u32 entries}. Without flags: the size; with END | END_OPEN: the rank of a key.
 */
export { count } from './read';

/**
 * The present version. The caller takes a lease (leaseTake), calls this, then leaseHold; where that
 * says false, it drops that lease and begins again; then it keeps the lease while it uses the
 * version. OK: result {0 u32 version, 4 u32 size, 8 u64 number}.
 */
export function snapshot(entry: u32, generation: u32): i32 {
  return versions.snapshot(entry, generation);
}

/**
 * Figures. OK: result
 *   0 u32 size   4 u32 height   8 u64 number of the version   16 u64 bytes used in the generation
 *   24 u64 bytes that a compaction would leave   32 u32 operations waiting (target 0)
 *   36 u32 pages of its regions   40 u32 maxQueued   44 u32 pages of all queues
 *   48 u32 slot + 1 of who is building, 0 = nobody   52 u32 maxPages, 0 = no limit
 *   56 u32 1 = a rebuild is under way
 */
export function stats(entry: u32, generation: u32, target: u32): i32 {
  return audits.stats(entry, generation, target);
}

/**
 * Finishes what the dead participant `slot` left in this structure, while that is there. Called by
 * the one thread that recovers the slot; may die anywhere and be called again by the next. OK (also
 * when it is gone), EXPELLED.
 */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  return repairs.repair(entry, generation, slot);
}

/**
 * Walks everything while nobody writes or builds. OK: sound. AUDIT + n: check n of audit.ts fails;
 * result {0 u32 node or record, 8 u64 found, 16 u64 expected}.
 */
export function audit(entry: u32, generation: u32): i32 {
  return audits.audit(entry, generation);
}
