// Where everything stands in a Hamt: an array of slots, each of which names an immutable trie over
// the bits of a keyed hash (Bagwell 2001), with buckets for its leaves. A write copies one leaf and
// the nodes above it, and one slot then names the copy (root.ts): after the Ctrie of Prokopec,
// Bronson, Bagwell and Odersky (PPoPP 2012), whose nodes are mutable at each level.
//
//   entry.root ─► domain | map ── root ─► array ── slot ─► node ─┬► leaf ── entry: key, value
//                                               └─ slot ─► leaf  ├► leaf ── entry ─► record
//                                                                └► node ─► …
//
//   hash   | slot, ROOT_BITS | node of level 0, PLACE_BITS | level 1 | … | the rest: not looked at
//
// Links are offsets of blocks of the map's domain; bit 0 says that it is a node; 0 is nothing.
//
// Array  0 u64 prev: PENDING until it is known that the root names it, shared   8 u32 generation,
//        frozen   16 slots, u64, shared: a link | how many entries are below << 32
// Node   0 u64 prev, as of a leaf   8 u64 a bit for each place where a run begins, frozen
//        16 u32 links, frozen: one a run. All places of a run have one leaf, or nothing; below a
//        run of one place there may be a node
// Leaf   0 u64 prev, shared: of what a slot names, what the slot said before | PENDING or FAILED,
//        or 0: it is decided   8 u32 entries, frozen   16 a byte an entry: the lowest of its hash
//        then a byte an entry: what it is   then the entries, 24 bytes each; all of it frozen
// Entry  of a key of 16 bytes at most: 0 u64 x 2 its slices   else 0 u64 its hash   8 u32 its
//        bytes   16 u64 value, or u32 a record (record.ts)
//
// What an entry is: bytes of its key * WHATS + bytes of its value (0 to 8), or RECORDED; LONG: of
// a longer key.
//
// Map, in the domain's region, behind its record (home.ts)
//   0 u64 root: array | generation << 32, shared   8 u64 x 2 the key of the hash, frozen
//   24 u64 era of the fork, 0: of none   32 u32 its hold + 1   36 u32 generation of that: frozen
//   (fork.ts)   40 u32 of a cache its record (cache/layout.ts), or 0, frozen
//   64 lines, LINE bytes for each slot of the arena: intent.ts says what stands in one
//
// L1  An entry stands where its hash says: in the slot's trie, in the run of its place at each
//     level.
// L2  A leaf above level LEVELS has CAPACITY entries at most.
// L3  A slot's number is that of the entries below it.
// L4  Of the entries of a leaf no two have the same key.
//
// By `audit`: L1 to L4. After every step of the checker, too.
//
// Names: map the map's record; line a slot's in it; x a block; v a place in a node; level of a
// node, from 0: how many nodes are above it.

import { get32 } from '@x/shm-arena/assembly/ground/atomic';
import { ME } from '@x/shm-arena/assembly/ground/layout';
import { DOMAIN_OWN } from '@x/shm-arena/assembly/reclaim/home';

// ---- map ----------------------------------------------------------------------------------------

export const MAP_ROOT: usize = 0;
export const MAP_KEY: usize = 8;
export const MAP_ERA: usize = 24;
export const MAP_HOLD: usize = 32;
export const MAP_HOLD_LIFE: usize = 36;
export const MAP_CACHE: usize = 40;
export const MAP_LINES: usize = 64;
export const LINE: usize = 320;

export function mapBytes(participants: u32): u32 {
  return <u32>MAP_LINES + participants * <u32>LINE;
}

/** The map of a domain whose root is at `root`. Frozen. */
export function mapOf(root: usize): usize {
  return get32(root + DOMAIN_OWN);
}

/** The cache's record of a map that is one; 0: it is none. Frozen. */
export function cacheOf(map: usize): usize {
  return get32(map + MAP_CACHE);
}

export function lineAt(map: usize, slot: u32): usize {
  return map + MAP_LINES + <usize>slot * LINE;
}

/** This thread's. */
export function lineOf(map: usize): usize {
  return lineAt(map, ME);
}

// ---- all blocks ---------------------------------------------------------------------------------

export const PREV: usize = 0;
export const PENDING: u64 = 2;
export const FAILED: u64 = 4;
/** What a block has of the slot's word that it replaced, without what became of it. */
export const OLD: u64 = ~(PENDING | FAILED);

const A_NODE: u32 = 1;

export function blockOf(link: u32): usize {
  return link & ~A_NODE;
}

export function isNode(link: u32): bool {
  return (link & A_NODE) != 0;
}

export function nodeLink(x: usize): u32 {
  return <u32>x | A_NODE;
}

// ---- array --------------------------------------------------------------------------------------

export const A_GENERATION: usize = 8;
const A_SLOTS: usize = 16;
export const ROOT_BITS: u32 = isDefined(GATED) ? 1 : 6;
export const SLOTS: u32 = 1 << ROOT_BITS;
export const ARRAY: u32 = <u32>A_SLOTS + (SLOTS << 3);

export function slotAt(array: usize, slot: u32): usize {
  return array + A_SLOTS + ((<usize>slot) << 3);
}

export function slotOf(hash: u64): u32 {
  return <u32>(hash >> (64 - ROOT_BITS));
}

// ---- node ---------------------------------------------------------------------------------------

export const PLACE_BITS: u32 = isDefined(GATED) ? 2 : 6;
export const PLACES: u32 = 1 << PLACE_BITS;
/** Nodes on the longest way. */
export const LEVELS: u32 = isDefined(GATED) ? 2 : 9;
export const N_RUNS: usize = 8;
const N_LINKS: usize = 16;

export function nodeBytes(runs: u32): u32 {
  return (<u32>N_LINKS + (runs << 2) + 7) & ~7;
}

export function linkAt(x: usize, run: u32): usize {
  return x + N_LINKS + ((<usize>run) << 2);
}

/** By how much a hash is shifted to have the place at `level` lowest. */
export function shiftOf(level: u32): u32 {
  return 64 - ROOT_BITS - (level + 1) * PLACE_BITS;
}

export function placeOf(hash: u64, level: u32): u32 {
  return <u32>(hash >> shiftOf(level)) & (PLACES - 1);
}

/** Of runs that begin at these places, which one has place `v`. */
export function runOf(runs: u64, v: u32): u32 {
  return <u32>popcnt(runs & (~(<u64>0) >> (63 - v))) - 1;
}

/** Where the run of place `v` begins. */
export function runStart(runs: u64, v: u32): u32 {
  return 63 - <u32>clz(runs & (~(<u64>0) >> (63 - v)));
}

/** Where it ends. */
export function runEnd(runs: u64, v: u32): u32 {
  const behind = v == 63 ? 0 : runs >> (v + 1);
  return behind == 0 ? PLACES : v + 1 + <u32>ctz(behind);
}

// ---- leaf ---------------------------------------------------------------------------------------

export const L_COUNT: usize = 8;
const L_TAGS: usize = 16;
export const CAPACITY: u32 = isDefined(GATED) ? 2 : 16;
/** Entries of a leaf that joins another one. */
export const FEW: u32 = CAPACITY >> 1;
export const ENTRY: usize = 24;
export const E_LENGTH: usize = 8;
export const E_VALUE: usize = 16;

function padded(count: u32): usize {
  return (<usize>count + 7) & ~7;
}

export function leafBytes(count: u32): u32 {
  return <u32>(L_TAGS + 2 * padded(count) + <usize>count * ENTRY);
}

export function tagsAt(x: usize): usize {
  return x + L_TAGS;
}

export function whatsAt(x: usize, count: u32): usize {
  return x + L_TAGS + padded(count);
}

export function entriesAt(x: usize, count: u32): usize {
  return x + L_TAGS + 2 * padded(count);
}

/** What an entry is. */
export const WHATS: u32 = 10;
export const RECORDED: u32 = 9;
export const LONG: u32 = 17 * WHATS;

export function hasRecord(what: u32): bool {
  return what == LONG || what % WHATS == RECORDED;
}
