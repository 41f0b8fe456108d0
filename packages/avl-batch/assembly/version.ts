// Versions: the one word that everything hangs on, and how a call finds what it reads.
//
//   entry.root ──CAS──► version { root, region, number, applied[q] } ──► nodes, in the same region
//   entry.own[0] ─────► head { builder's lock, clock, queue[q] } ──► slots in S, ops in Q0 and Q1
//
// A build, or a compaction, makes a new version where nobody looks, and swaps the root by one CAS.
// A version says which tree is seen and how far each queue is applied, so a tree and its queues
// never disagree: nothing is applied twice or lost, whoever dies. Its memory is the generation's:
// one region, in which all builds bump; what path copying leaves behind goes with the region, when
// compact.ts has rebuilt the tree in the next one (after Sarnak and Tarjan, 1986, for the paths;
// the region's end is region.ts, steps 10 to 15). While it is rebuilt by stretches, a version has
// nodes in two: the next one, in which builds bump by then, and the old one that it moves out of.
//
// Version, 8-aligned, frozen once the root names it
//   0 u32 root   4 u32 region   8 u64 number   16 u64 bytes used in its regions
//   24 u64 live: charges of its entries (room.ts)   32 u32 head   36 u32 queues
//   40 u64 cut (room.ts)   48 u64 bytes of its region that rebuilds took: tidy
//   56 u32 old region + 1, 0 = it moves out of none   60 u32 front: the node of the last entry that
//   was moved   64 u64 bytes used in the old region   72 u64 rest: charges of entries behind the
//   front, or more (room.ts)   80 u64 applied, each
// Head, 64-aligned, in Q0
//     0 u64 the builder's lock (lock.ts), shared
//    64 u64 clock: the next ticket, shared   72 u64 ceiling, shared (room.ts)
//   128 u32 published: changes after each publication, shared   132 u32 nudged, shared
//   136 u64 basis   144 u64 top   152 u64 due, all shared (room.ts)
//   192 u32 Q0   196 u32 Q1   200 u32 most ops waiting in a queue   204 u32 most slots of a ring
//   208 u32 entry, all frozen   212 u32 queues in use: highest + 1, shared
//   216 u32 most pages of a generation, 0 = no limit   220 u32 S, both frozen
//   256 queues, QUEUE_BYTES each (op.ts), one a participant's slot
//
// V1  The root moves by CAS from a version to its successor: number + 1, applied never less. Only
//     who holds the lock does it, and expects the version that it began with.
// V2  The root's region is LIVE, or CREATING by who published it (compact.ts); its old one is LIVE;
//     others of the same entry that are LIVE were rooted once and never will be again.
// V3  An op is in exactly one place: waiting (applied of its queue < its number <= tail), or in the
//     tree that the root names, with its outcome in its slot.
//
// Checked at its site: V1 (build.ts). After every step of the checker: V1, V3. By audit (5): V2.
//
// A call that reads the present finds the root as every map's does (map/call.ts). A call on a
// snapshot needs no pin: the host's lease holds the version's region. A call on the head alone
// needs no loop: Q0, Q1 and S live as long as the entry. While an older pin is held, whose
// upper may lie before their birth, `protect` raises it before the look at the entry: LIVE then, so
// they are retired after upper covered them. A death under a pin leaves the pin, which recovery
// takes away with the slot.

import { get32, get64, load32, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { D_OWN, entryAt, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { entryAlive } from '@x/shm-arena/assembly/life/directory';
import { leave, look as lookFor } from '@x/shm-arena/assembly/map/call';
import { putSnapshot } from '@x/shm-arena/assembly/map/result';
import { protect } from '@x/shm-arena/assembly/memory/reservation';
import { held } from '@x/shm-arena/assembly/reclaim/lazy';
import { treeSize, work } from './node';

// ---- version ------------------------------------------------------------------------------------

export const VERSION_ROOT: usize = 0;
export const VERSION_REGION: usize = 4;
export const VERSION_NUMBER: usize = 8;
/** No region. */
export const NOWHERE: u32 = ~0;
const VERSION_USED: usize = 16;
const VERSION_LIVE: usize = 24;
const VERSION_HEAD: usize = 32;
export const VERSION_QUEUES: usize = 36;
const VERSION_CUT: usize = 40;
const VERSION_TIDY: usize = 48;
export const VERSION_OLD: usize = 56;
const VERSION_FRONT: usize = 60;
const VERSION_OLD_USED: usize = 64;
const VERSION_REST: usize = 72;
export const VERSION_APPLIED: usize = 80;

export function versionBytes(queues: u32): u32 {
  return <u32>VERSION_APPLIED + (queues << 3);
}

export function rootOf(version: usize): usize {
  return get32(version + VERSION_ROOT);
}

export function regionOf(version: usize): u32 {
  return get32(version + VERSION_REGION);
}

export function numberOf(version: usize): u64 {
  return get64(version + VERSION_NUMBER);
}

export function usedOf(version: usize): u64 {
  return get64(version + VERSION_USED);
}

/** What a compaction would leave, by charges. */
export function liveOf(version: usize): u64 {
  return get64(version + VERSION_LIVE);
}

export function cutOf(version: usize): u64 {
  return get64(version + VERSION_CUT);
}

export function tidyOf(version: usize): u64 {
  return get64(version + VERSION_TIDY);
}

/** Whether it moves out of an old region. */
export function isMoving(version: usize): bool {
  return get32(version + VERSION_OLD) != 0;
}

/** The region that it moves out of. */
export function oldOf(version: usize): u32 {
  return get32(version + VERSION_OLD) - 1;
}

/** Whether the version has nodes in a region. */
export function isNamed(version: usize, region: u32): bool {
  return region == regionOf(version) || region + 1 == get32(version + VERSION_OLD);
}

export function frontOf(version: usize): usize {
  return get32(version + VERSION_FRONT);
}

export function oldUsedOf(version: usize): u64 {
  return get64(version + VERSION_OLD_USED);
}

/** What is left to be moved, by charges, at most. */
export function restOf(version: usize): u64 {
  return get64(version + VERSION_REST);
}

export function queuesOf(version: usize): u32 {
  return get32(version + VERSION_QUEUES);
}

/** The number of the last op of a queue that is in the version. */
export function appliedOf(version: usize, queue: u32): u64 {
  return queue < queuesOf(version) ? get64(version + VERSION_APPLIED + ((<usize>queue) << 3)) : 0;
}

/** Fills a private version; figures and applied numbers are the caller's to set. */
export function fillVersion(
  version: usize,
  root: usize,
  region: u32,
  number: u64,
  head: usize,
  queues: u32,
): void {
  put32(version + VERSION_ROOT, <u32>root);
  put32(version + VERSION_REGION, region);
  put64(version + VERSION_NUMBER, number);
  put32(version + VERSION_HEAD, <u32>head);
  put32(version + VERSION_QUEUES, queues);
}

export function setFigures(version: usize, used: u64, live: u64, cut: u64): void {
  put64(version + VERSION_USED, used);
  put64(version + VERSION_LIVE, live);
  put64(version + VERSION_CUT, cut);
}

export function setTidy(version: usize, tidy: u64): void {
  put64(version + VERSION_TIDY, tidy);
}

/** What it moves out of: a region, or none; then the others are 0. */
export function setMove(version: usize, old: u32, front: usize, oldUsed: u64, rest: u64): void {
  put32(version + VERSION_OLD, old + 1);
  put32(version + VERSION_FRONT, <u32>front);
  put64(version + VERSION_OLD_USED, oldUsed);
  put64(version + VERSION_REST, rest);
}

export function setApplied(version: usize, queue: u32, number: u64): void {
  put64(version + VERSION_APPLIED + ((<usize>queue) << 3), number);
}

// ---- head ---------------------------------------------------------------------------------------

export const HEAD_LOCK: usize = 0;
export const HEAD_CLOCK: usize = 64;
export const HEAD_CEILING: usize = 72;
export const HEAD_PUBLISHED: usize = 128;
export const HEAD_NUDGED: usize = 132;
export const HEAD_BASIS: usize = 136;
export const HEAD_TOP: usize = 144;
export const HEAD_DUE: usize = 152;
export const HEAD_Q0: usize = 192;
export const HEAD_MOST: usize = 200;
export const HEAD_SLOTS: usize = 204;
export const HEAD_ENTRY: usize = 208;
export const HEAD_USED: usize = 212;
export const HEAD_BUDGET: usize = 216;
export const HEAD_TABLES: usize = 220;
export const HEAD_QUEUES: usize = 256;
export const QUEUE_BYTES: usize = 128;

export function headOf(version: usize): usize {
  return get32(version + VERSION_HEAD);
}

/** Region Q0 or Q1. Frozen, as are the next six. */
export function halfOf(head: usize, half: u32): u32 {
  return get32(head + HEAD_Q0 + ((<usize>half) << 2));
}

/** Region S. */
export function tablesOf(head: usize): u32 {
  return get32(head + HEAD_TABLES);
}

/** Whether a region lives as long as the structure. */
export function isLasting(head: usize, region: u32): bool {
  return region == halfOf(head, 0) || region == halfOf(head, 1) || region == tablesOf(head);
}

export function mostOf(head: usize): u32 {
  return get32(head + HEAD_MOST);
}

/** Most pages of a generation; 0: as many as there are. */
export function budgetOf(head: usize): u32 {
  return get32(head + HEAD_BUDGET);
}

export function slotsOf(head: usize): u32 {
  return get32(head + HEAD_SLOTS);
}

export function entryOf(head: usize): u32 {
  return get32(head + HEAD_ENTRY);
}

export function queueAt(head: usize, queue: u32): usize {
  return head + HEAD_QUEUES + <usize>queue * QUEUE_BYTES;
}

// ---- calls --------------------------------------------------------------------------------------

/** The head, under a pin; 0: the structure is gone. Wait-free. */
export function headFor(entry: u32, generation: u32): usize {
  const head: usize = load32(entryAt(entry) + D_OWN);
  if (MUTANT != 140 && held()) protect();
  return entryAlive(entry, generation) ? head : 0; // Behind the pin, and behind the load.
}

export { done } from '@x/shm-arena/assembly/map/call';

/** Begins a call that reads `target`: 0 the present, else a snapshot. OK: ends with `done`. */
export function look(entry: u32, generation: u32, target: u32): i32 {
  const version = lookFor(entry, generation, target);
  if (version == 0) return whyNot();
  put32(work(), <u32>version);
  put32(work() + 4, <u32>rootOf(version));
  return OK;
}

export function viewVersion(): usize {
  return get32(work()); // Private.
}

export function viewRoot(): usize {
  return get32(work() + 4);
}

/** See index.ts. */
export function snapshot(entry: u32, generation: u32): i32 {
  const version = lookFor(entry, generation, 0);
  if (version == 0) return whyNot();
  putSnapshot(version, treeSize(rootOf(version)), numberOf(version));
  return leave(OK);
}
