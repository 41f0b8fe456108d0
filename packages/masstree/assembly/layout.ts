// Where everything stands in a Masstree: a trie of B+trees over slices of eight bytes (Mao, Kohler
// and Morris, EuroSys 2012), with leaves of write-once slots in the place of the paper's versions.
//
//   entry.root ─► domain | map ── head ─► interior ─┬► leaf ── slot: slice, value
//                                                   ├► leaf ── slot: slice, LAYER ─► head ─► …
//                                                   └► leaf ── slot: slice, REST ─► record
//
// A layer is a tree over one slice of each of its keys. Keys of which a layer has one with the
// slice and more behind it keep the rest in a record; where there are two, the slot names the head
// of another layer, whose keys begin behind that slice and behind the slices that the head says
// they have in common.
//
// Links are offsets of blocks of the map's domain, whose low four bits say what they name: 0 an
// interior, 1 to 4 a leaf of that size; 0 is nothing. Heads and records are named without bits.
//
// Head, interior, leaf: 0 u32 lock: slot + 1 | DEAD, shared   8 u64 generation, frozen
// Head       4 u32 skipped slices, frozen   16 u32 root: a link, shared   24 the slices, frozen
// Interior   4 u32 children, frozen   32 u64 separators: child i has the slices from separator
//            i - 1 on, below separator i; frozen   then u32 links, shared
// Leaf       LIVE u64, shared: a bit for each slot that counts; bits 56-63 what all of these are,
//            or MIXED   then a byte a slot: fingerprints, 0 = not used (words, shared); a byte a
//            slot: what it is (words, shared); and the slots: 0 u64 slice, written once, before
//            the slot counts   8 u64 value, shared
// Record     record.ts
//
// What a slot is: in the upper four bits how many bytes its key has in the slice (0 to 8), REST or
// LAYER; in the lower four how many bytes the value word has (0 to 8), or RECORD.
//
// Map, in the domain's region, behind its record (home.ts)
//   0 u64 number * 2 | opening (open.ts), shared   8 u64 newest open number, 0 none, shared
//   16 u64 who waits for a lock (wait.ts), shared
//   64 the head of the first layer, which nobody replaces
//   128 lines, LINE bytes for each slot: intent.ts says what stands in one
//
// L1  A layer's keys have at least one byte behind what the slots above and its head have of them.
// L2  All slots of a leaf that have one slice stand in that leaf: separators are slices.
// L3  Of the slots that count in a leaf no two have the same slice and as many bytes of the key;
//     REST and LAYER are as many: more than eight.
// L4  An interior has two children at least.
//
// By `audit`: L1 to L4.
//
// Names: map the map's record; line a slot's in it; link, size a link and its low bits; x a block.

import { get32, put64, store32 } from '@x/shm-arena/assembly/ground/atomic';
import { ME } from '@x/shm-arena/assembly/ground/layout';
import { DOMAIN_OWN } from '@x/shm-arena/assembly/reclaim/home';

// ---- map ----------------------------------------------------------------------------------------

export const MAP_NUMBER: usize = 0;
export const MAP_NEWEST: usize = 8;
export const MAP_WAITING: usize = 16;
export const MAP_HEAD: usize = 64;
export const MAP_LINES: usize = 128;
export const LINE: usize = isDefined(GATED) ? 256 : 384;

export function mapBytes(participants: u32): u32 {
  return <u32>MAP_LINES + participants * <u32>LINE;
}

/** The map of a domain whose root is at `root`. Frozen. */
export function mapOf(root: usize): usize {
  return get32(root + DOMAIN_OWN);
}

export function lineAt(map: usize, slot: u32): usize {
  return map + MAP_LINES + <usize>slot * LINE;
}

/** This thread's. */
export function lineOf(map: usize): usize {
  return lineAt(map, ME);
}

// ---- all blocks ---------------------------------------------------------------------------------

export const LOCK: usize = 0;
/** In a lock: the block is not part of the map any more. */
export const DEAD: u32 = 1 << 31;
export const GENERATION: usize = 8;

/** Begins a private block: nobody has its lock. */
export function openBlock(x: usize, generation: u64): void {
  store32(x + LOCK, 0);
  put64(x + GENERATION, generation);
}

const SIZE_BITS: u32 = 15;
/** Not a link: what it was loaded from is not to be believed. */
export const LOST: u32 = ~0;

export function blockOf(link: u32): usize {
  return link & ~SIZE_BITS;
}

/** 0 an interior, else the size of a leaf. */
export function sizeOf(link: u32): u32 {
  return link & SIZE_BITS;
}

// ---- head ---------------------------------------------------------------------------------------

export const H_SKIP: usize = 4;
export const H_ROOT: usize = 16;
export const H_SLICES: usize = 24;

export function headBytes(skip: u32): u32 {
  return <u32>H_SLICES + (skip << 3);
}

// ---- interior -----------------------------------------------------------------------------------

export const I_COUNT: usize = 4;
export const I_SEPARATORS: usize = 32;
/** Most children. */
export const WIDTH: u32 = isDefined(GATED) ? 4 : 38;
const I_CHILDREN: usize = I_SEPARATORS + ((<usize>WIDTH - 1) << 3);
export const INTERIOR: u32 = (<u32>I_CHILDREN + (WIDTH << 2) + 7) & ~7;

export function separatorAt(x: usize, i: u32): usize {
  return x + I_SEPARATORS + ((<usize>i) << 3);
}

export function childAt(x: usize, i: u32): usize {
  return x + I_CHILDREN + ((<usize>i) << 2);
}

// ---- leaf ---------------------------------------------------------------------------------------

/** The largest size, and how many slots a leaf of each size has. */
export const LARGEST: u32 = isDefined(GATED) ? 2 : 4;
/** Slots of a leaf of the largest size. */
export const MOST_SLOTS: u32 = isDefined(GATED) ? 4 : 52;

/** Slots of a leaf. */
export function slotsOf(size: u32): u32 {
  if (isDefined(GATED)) return size << 1;
  return (0x3418_0a03 >> ((size - 1) << 3)) & 0xff;
}

/** Bytes of a leaf: with its header a power of two. */
export function leafBytes(size: u32): u32 {
  if (isDefined(GATED)) return 48 + (size << 5);
  return <u32>(0x03e0_01e0_00e0_0060 >> <u64>((size - 1) << 4)) & 0xffff;
}

/** In the largest leaf LIVE and the fingerprints have a line of their own. */
export function liveAt(link: u32): usize {
  return blockOf(link) + (!isDefined(GATED) && sizeOf(link) == LARGEST ? 32 : 16);
}

/** The word with the fingerprints of slots 8 i to 8 i + 7. */
export function printsAt(link: u32, i: u32): usize {
  return liveAt(link) + 8 + ((<usize>i) << 3);
}

/** The word that says what slots 8 i to 8 i + 7 are. */
export function whatAt(link: u32, i: u32): usize {
  const at: usize = isDefined(GATED)
    ? 32
    : <u32>(0x03a0_0030_0028_0020 >> <u64>((sizeOf(link) - 1) << 4)) & 0xffff;
  return blockOf(link) + at + ((<usize>i) << 3);
}

/** A slot: its slice, and 8 bytes behind it its value word. */
export function slotAt(link: u32, slot: u32): usize {
  const at: usize = isDefined(GATED) ? 48 : (0x6050_4030 >> ((sizeOf(link) - 1) << 3)) & 0xff;
  return blockOf(link) + at + ((<usize>slot) << 4);
}

export const S_VALUE: usize = 8;

/** In the bits of LIVE. */
export const KINDS: u64 = 56;
export const SLOTS: u64 = ((<u64>1) << 56) - 1;
/** In the place of what all slots are. */
export const MIXED: u32 = 0xff;

/** What a slot is: how its key ends, and its value. */
export const REST: u32 = 9;
export const LAYER: u32 = 10;
export const RECORD: u32 = 9;
export const A_LAYER: u32 = LAYER << 4;
/** Bytes that a key has in a slice: more than it holds. */
export const LONGER: u32 = 9;
