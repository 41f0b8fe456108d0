// Lists and nodes: where everything stands, and how a node compares with a key.
//
// One list ("memtable") lives in one region of the arena. Its nodes hold key, value, version and
// tower in one piece, bump-allocated in the writer's own shard, so that a search costs one cache
// miss a node. Links stand below the node (RocksDB's inline skip list), offsets are 32 bits with 0
// for the end (Pebble's arenaskl).
//
//   head ──3────────────────────────► c ─────► 0      c is tall; each level is a part of the
//        ──2──────────► b ──────────► c ─────► 0      level below it
//        ──1──────────► b ──► b' ───► c ─────► 0      b is newer than b': versions of one key,
//        ──0──► a ────► b ──► b' ───► c ─────► 0      newest first
//
// List, 64-aligned, in its region's first chunk
//     0 u64 clock, shared: 0 not open yet | last number given out | bit 63 CLOSED (stamp.ts)
//     8 u64 last, shared: 0 while it is open | then the number at which it was closed (seal.ts)
//    16 u32 vain, shared (filter.ts)
//    64 u32 height in use, shared   68 u32 shards in use, shared, 0 until a writer comes
//    72 u32 the region of the next list + 1, shared, set once (seal.ts)
//    76 u32 guide, shared   80 u32 due, shared (guide.ts)
//    84 u32 greatest, shared: 0 | once it is closed, a node that no version stands behind, or the
//       head (seal.ts)
//    88 u64 lock, shared (seal.ts)
//    96 u64 marks begun, shared (marks.ts)   104 u64 filter, shared (filter.ts)
//   128 u32 id   132 u32 region   136 u32 first shard   140 u32 max entries   144 u32 max pages
//   148 u32 entry   152 u32 the list that was active before it, 0 = none; all frozen
//   156 u32 the slot that made it, frozen
//   168 the head's marks and tower, shared, growing downwards from 320
//   320 the head, like a node of all levels; its other words are zero, frozen
//   352 records (seal.ts)
// Node at p, 8-aligned
//   p - 4(i + 1) u32 the next node at level i, shared once linked; below them, from an 8-aligned
//          place down, u64 marks, shared, one for each MARKED levels (marks.ts)
//   p +  0 u64 x 2 the key's first two slices (map/key.ts), frozen; always two, so that a compare
//          needs no length first
//   p + 16 u64 stamp, shared: which version it is, if any (stamp.ts)
//   p + 24 u32 meta, frozen: key length 20 bits | height 5 | tombstone 1 | delta + 1, 2 bits
//   p + 28 u32 value length, frozen
//   p + 32 the key's other slices, frozen
//   ...    value bytes, frozen, 8-aligned, padded to 8
// A search asks for the links and the first slices alone: they stand side by side.
// Shard line of participant s, at shards + 64 s; bytes 0..15 are the region's
//   16 u64 counters, owned, atomic stores: versions (low half) | live keys, signed (high half)
//   24 u64 intent, owned, atomic stores: node, or descriptor + 1 (low) | versions after it (high)
//   32 HINTS x u32 the nodes before the last insertion, owned, plain; 0 = none
//   56 u64 slab, owned, plain: where tall nodes go next (low half) | bytes left there (high half)
//
// I1  A node's frozen words never change once its offset stands in a shared word.
// I2  Level 0 holds every linked node, ascending by key; nothing is ever unlinked.
// I3  Levels above hold nodes of level 0 in key order; among versions of one key the order may be
//     another (two writers link upper levels late). Their numbers say where they stand on level 0.
// I4  Of one key, at most the front version is unstamped, and the numbers descend (stamp.ts).
// I5  A list's counters are the sum over its shards; a shard's counters are behind its nodes by at
//     most the one operation that its intent names, and only while that runs or its thread is dead.
// I6  A hint is the head, or a node that is linked at that level; whoever uses it checks the order.
//
// Checked at their sites: I4 (stamp.ts), I6 (search.ts). As races of the checker: I1. After every
// step of it: I2, I3, I4. By the audit (6, 7): I5.
//
// Names: s0, s1, len, at a key in hand (map/key.ts). delta: by how much the version changes the
// number of live keys.

import {
  check,
  get32,
  get64,
  load32,
  load64,
  peek32,
  peek64,
  put32,
  put64,
  touch as touchLine,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import { PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { hostBytes, io } from '@x/shm-arena/assembly/map/call';
import { compareRest, putRest, slicesAt } from '@x/shm-arena/assembly/map/key';
import { handAt, handLength, handS0, handS1, takeKey } from './hand';

// ---- sizes --------------------------------------------------------------------------------------

export const MAX_HEIGHT: u32 = isDefined(GATED) ? 3 : 24;
/** Lanes of a lockstep search. */
export const LANES: u32 = isDefined(GATED) ? 2 : 32;
/**
 * Nodes of this height and more stand together, in slabs of so many bytes. They are the guide's
 * entries (guide.ts), and all that searches of the levels above it pass: few pages, of whose
 * translations the processor keeps most. (It cannot keep all: 50 MB are 12 500 pages.)
 */
export const TALL: u32 = isDefined(GATED) ? 2 : 4;
export const SLAB_BYTES: u32 = isDefined(GATED) ? 320 : 4096;
/** Levels at which a shard remembers where it inserted last. */
export const HINTS: u32 = isDefined(GATED) ? 3 : 6;
/** Of so many levels above level 0, the highest one's links have marks (marks.ts). */
export const MARKED: u32 = isDefined(GATED) ? 1 : 3;
/** Most lists in a stack. */
export const MAX_LISTS: u32 = isDefined(GATED) ? 4 : 32;

// ---- list ---------------------------------------------------------------------------------------

export const LIST_CLOCK: usize = 0;
export const LIST_LAST: usize = 8;
export const LIST_VAIN: usize = 16;
export const LIST_HEIGHT: usize = 64;
export const LIST_USED: usize = 68;
export const LIST_SUCCESSOR: usize = 72;
export const LIST_GUIDE: usize = 76;
export const LIST_DUE: usize = 80;
export const LIST_GREATEST: usize = 84;
export const LIST_LOCK: usize = 88;
export const LIST_MARKS: usize = 96;
export const LIST_FILTER: usize = 104;
export const LIST_ID: usize = 128;
export const LIST_REGION: usize = 132;
export const LIST_SHARDS: usize = 136;
export const LIST_MAX_ENTRIES: usize = 140;
export const LIST_MAX_PAGES: usize = 144;
export const LIST_ENTRY: usize = 148;
export const LIST_FORMER: usize = 152;
export const LIST_MAKER: usize = 156;
export const LIST_HEAD: usize = 320;
export const LIST_RECORDS: usize = 352;

// ---- node ---------------------------------------------------------------------------------------

export const KEY: usize = 0;
export const STAMP: usize = 16;
export const META: usize = 24;
export const VALUE_LENGTH: usize = 28;
/** Slices of a key from the third on stand so much further on: slice i is at REST + 8 i. */
export const REST: usize = 16;
const NODE_HEAD: usize = 16;

const KEY_BITS: u32 = 0xf_ffff;
export const TOMB: u32 = 1 << 25;

// ---- shard --------------------------------------------------------------------------------------

export const SHARD_COUNTERS: usize = 16;
export const SHARD_INTENT: usize = 24;
export const SHARD_HINTS: usize = 32;
export const SHARD_SLAB: usize = 56;

// ---- the kernel's own part of the scratch -------------------------------------------------------

/** The view (stack.ts), then the three bounds of a scan (scan.ts). */
export const VIEW_BYTES: usize = 32;
export const BOUND_BYTES: usize = 32;
/** A splice: u32 top, then from byte 8 on {u32 before, u32 behind} for each level. */
export const SPLICE_BYTES: usize = 8 + 8 * MAX_HEIGHT;
/** A lane: key and state of one search (search.ts), then its splice. */
export const LANE_BYTES: usize = 56 + SPLICE_BYTES;
/** A window's head (scan.ts). */
export const WINDOW_BYTES: usize = 48;
/** Nodes that all windows of a scan hold together. */
export const POOL: u32 = isDefined(GATED) ? 16 : 4096;

/** Nodes that the walkers of a scan note together (scan.ts). */
export const STREAMS: u32 = isDefined(GATED) ? 16 : 4096;

const SPLICE_AT: usize = VIEW_BYTES + 3 * BOUND_BYTES;
const LANES_AT: usize = SPLICE_AT + SPLICE_BYTES;
const WINDOWS_AT: usize = LANES_AT + LANE_BYTES * LANES;
const POOL_AT: usize = WINDOWS_AT + WINDOW_BYTES * MAX_LISTS;
const STREAMS_AT: usize = POOL_AT + 4 * POOL;
const TURNS_AT: usize = STREAMS_AT + 4 * STREAMS;
export const WORK_BYTES: u32 = <u32>((TURNS_AT + 4 * LANES + 63) & ~63);
/** The kernel's part; begins with the view (stack.ts). */
export function work(): usize {
  return io() + hostBytes(WORK_BYTES);
}

export function boundAt(index: u32): usize {
  return work() + VIEW_BYTES + <usize>index * BOUND_BYTES;
}

export function spliceAt(): usize {
  return work() + SPLICE_AT;
}

export function laneAt(lane: u32): usize {
  return work() + LANES_AT + <usize>lane * LANE_BYTES;
}

/** The lanes whose searches go on, u32 each. */
export function turnsAt(): usize {
  return work() + TURNS_AT;
}

export function windowAt(window: u32): usize {
  return work() + WINDOWS_AT + <usize>window * WINDOW_BYTES;
}

export function poolAt(): usize {
  return work() + POOL_AT;
}

export function streamAt(index: u32): usize {
  return work() + STREAMS_AT + ((<usize>index) << 2);
}

// ---- reading nodes ------------------------------------------------------------------------------

/** The next node at `level`. Pairs with the CAS that links: a node found is complete (I1). */
export function next(node: usize, level: u32): usize {
  return load32(node - 4 - ((<usize>level) << 2));
}

/** Lets the line of a node's key come: the search is about to ask for it, or not. 0 is harmless. */
export function touch(node: usize): void {
  touchLine(node + KEY);
}

/** The same for what stands behind the key's first slices, to the head's last word. */
export function touchEnd(node: usize): void {
  touchLine(MUTANT == 180 ? node + VALUE_LENGTH + 8 : node + VALUE_LENGTH);
}

/** The word of that link. */
export function linkAt(node: usize, level: u32): usize {
  return node - 4 - ((<usize>level) << 2);
}

/** The mark of that link; `level`: a multiple of MARKED. */
export function markAt(node: usize, level: u32): usize {
  return node - linkBytes(heightOf(node)) - ((<usize>(level / MARKED)) << 3);
}

/** All the following read frozen words (I1). */
export function keyLength(node: usize): u32 {
  return get32(node + META) & KEY_BITS;
}

export function heightOf(node: usize): u32 {
  return (get32(node + META) >> 20) & 31;
}

export function isTombstone(node: usize): bool {
  return (get32(node + META) & TOMB) != 0;
}

/** Whether there is a version, and it is no tombstone. */
export function isLive(node: usize): bool {
  return node != 0 && !isTombstone(node);
}

export function deltaOf(node: usize): i32 {
  return <i32>((get32(node + META) >> 26) & 3) - 1;
}

export function valueLength(node: usize): u32 {
  return get32(node + VALUE_LENGTH);
}

export function valueAt(node: usize): usize {
  return node + NODE_HEAD + keyBytes(keyLength(node));
}

/** Bytes that a key takes in a node. */
export function keyBytes(len: u32): usize {
  return len <= 16 ? 16 : (len + 7) & ~7;
}

// ---- comparing ----------------------------------------------------------------------------------

/**
 * Whether the node's key comes before the key. Padding decides nothing: where all slices agree, one
 * key is the other with zeros behind it, and the shorter one comes first.
 */
export function less(node: usize, s0: u64, s1: u64, len: u32, at: usize): bool {
  const n0 = get64(node + KEY);
  if (n0 != s0) return n0 < s0;
  const n1 = get64(node + KEY + 8);
  if (n1 != s1) return n1 < s1;
  return tail(node, len, at) < 0;
}

/** Whether the node has the key. */
export function equal(node: usize, s0: u64, s1: u64, len: u32, at: usize): bool {
  if (get64(node + KEY) != s0 || get64(node + KEY + 8) != s1) return false;
  return tail(node, len, at) == 0;
}

/** Whether the node's key comes before, at or behind the key: below, at or above zero. */
export function order(node: usize, s0: u64, s1: u64, len: u32, at: usize): i32 {
  const n0 = get64(node + KEY);
  if (n0 != s0) return n0 < s0 ? -1 : 1;
  const n1 = get64(node + KEY + 8);
  if (n1 != s1) return n1 < s1 ? -1 : 1;
  return tail(node, len, at);
}

/** Node against key where the first two slices agree: below, at or above zero. */
export function tail(node: usize, len: u32, at: usize): i32 {
  return compareRest(keyLength(node), slicesAt(node + REST), len, at);
}

/** Two nodes by key: below, at or above zero. */
export function compareNodes(a: usize, b: usize): i32 {
  const a0 = get64(a + KEY);
  const b0 = get64(b + KEY);
  if (a0 != b0) return a0 < b0 ? -1 : 1;
  const a1 = get64(a + KEY + 8);
  const b1 = get64(b + KEY + 8);
  if (a1 != b1) return a1 < b1 ? -1 : 1;
  return tail(a, keyLength(b), slicesAt(b + REST));
}

/** Takes a node's key in hand. */
export function takeKeyOf(node: usize): void {
  takeKey(get64(node + KEY), get64(node + KEY + 8), keyLength(node), slicesAt(node + REST));
}

/** Of `check`, for a node that was not reached by a step: one key of both, of 16 bytes at most. */
export function looksEqual(a: usize, b: usize): bool {
  const length = peek32(a + META) & KEY_BITS;
  if (length > 16 || length != (peek32(b + META) & KEY_BITS)) return false;
  return peek64(a + KEY) == peek64(b + KEY) && peek64(a + KEY + 8) == peek64(b + KEY + 8);
}

// ---- building a private node --------------------------------------------------------------------

/** Bytes of a node with its tower, from the tower's top on. */
export function nodeBytes(height: u32, len: u32, valueLen: u32): u64 {
  return <u64>towerBytes(height) + NODE_HEAD + keyBytes(len) + ((<u64>valueLen + 7) & ~7);
}

/** Bytes below a node: its links and their marks, so that it is 8-aligned where the block is. */
export function towerBytes(height: u32): usize {
  return linkBytes(height) + ((<usize>((height - 1) / MARKED)) << 3);
}

function linkBytes(height: u32): usize {
  return (((<usize>height) << 2) + 7) & ~7;
}

/** Writes the key in hand and a height into a private node. */
export function fillKey(node: usize, height: u32): void {
  put32(node + META, handLength | (height << 20));
  put64(node + KEY, handS0);
  put64(node + KEY + 8, handS1);
  putRest(node + REST, handLength, handAt);
  const bytes = towerBytes(height);
  for (let i: usize = 8; i <= bytes; i += 8) put64(node - i, 0);
}

/** Makes a private head of zeros one of all levels. */
export function fillHead(list: usize): void {
  put32(list + LIST_HEAD + META, MAX_HEIGHT << 20);
}

/** Writes the value (staged 8-aligned) into a private node whose key is there. */
export function fillValue(node: usize, from: usize, bytes: u32): void {
  put32(node + VALUE_LENGTH, bytes);
  copyWords(valueAt(node), from, bytes);
}

/** Writes the meta word's verdict into a private node. */
export function fillKind(node: usize, tombstone: bool, delta: i32): void {
  const rest = get32(node + META) & (KEY_BITS | (31 << 20));
  put32(node + META, rest | (tombstone ? TOMB : 0) | ((<u32>(delta + 1)) << 26));
}

// ---- shards and counters ------------------------------------------------------------------------

/** The line of participant `slot` in the list's region. */
export function shardAt(list: usize, slot: u32): usize {
  return <usize>get32(list + LIST_SHARDS) + ((<usize>slot) << 6);
}

export function versionsOf(counters: u64): u32 {
  return <u32>counters;
}

export function liveOf(counters: u64): i32 {
  return <i32>(counters >> 32);
}

export function countersOf(versions: u32, live: i32): u64 {
  return ((<u64>(<u32>live)) << 32) | versions;
}

/** Versions in the list, over all shards in use. */
export function versionsIn(list: usize): u64 {
  let sum: u64 = 0;
  const used = load32(list + LIST_USED);
  if (isDefined(GATED)) check(used <= PARTICIPANTS, I + 5, list);
  for (let s: u32 = 0; s < used; s++) sum += versionsOf(load64(shardAt(list, s) + SHARD_COUNTERS));
  return sum;
}

/** Live keys in the list, over all shards in use. */
export function liveIn(list: usize): i64 {
  let sum: i64 = 0;
  const used = load32(list + LIST_USED);
  for (let s: u32 = 0; s < used; s++) sum += liveOf(load64(shardAt(list, s) + SHARD_COUNTERS));
  return sum;
}

// ---- frozen words of a list ---------------------------------------------------------------------

export function idOf(list: usize): u32 {
  return get32(list + LIST_ID);
}

export function listRegion(list: usize): u32 {
  return get32(list + LIST_REGION);
}

export function maxEntriesOf(list: usize): u32 {
  return get32(list + LIST_MAX_ENTRIES);
}

export function maxPagesOf(list: usize): u32 {
  return get32(list + LIST_MAX_PAGES);
}

/** Pages that the list's region holds; the second word of a region's line counts a shard's. */
export function pagesIn(list: usize): u32 {
  const used = load32(list + LIST_USED);
  let sum: u32 = used == 0 ? 1 : 0; // The first page is the maker's, whose shard is in use then.
  for (let s: u32 = 0; s < used; s++) sum += <u32>load64(shardAt(list, s) + 8);
  return sum;
}

/** Whether the list stands at 90 % of a limit. */
export function pressed(list: usize): bool {
  const entries = maxEntriesOf(list);
  if (entries != 0 && versionsIn(list) * 10 >= <u64>entries * 9) return true;
  const pages = maxPagesOf(list);
  return pages != 0 && <u64>pagesIn(list) * 10 >= <u64>pages * 9;
}
