// The kernel's part of the scratch: what a call gathers before it builds or gives it out.
//
//   | entry | items: hash, entry, what | pairs: place, link | path: node, place |
//           | lanes (many.ts)                             |
//
// Private: a death takes it along.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { hostBytes, io } from '@x/shm-arena/assembly/map/call';
import { ENTRY, LEVELS } from './layout';

/** Items there is room for: more than a leaf has that is split. */
export const ITEMS: u32 = isDefined(GATED) ? 4 : 32;
const ITEM: usize = 16;
const I_ENTRY: usize = 8;
const I_WHAT: usize = 12;
/** Runs that a node may have, and all below it that are made with it. */
const PAIRS: u32 = isDefined(GATED) ? 16 : 128;
const PAIR: usize = 8;

const NEW_BYTES: usize = ENTRY + 8;
const PAIRS_AT: usize = NEW_BYTES + <usize>ITEMS * ITEM;
const PATH_AT: usize = PAIRS_AT + <usize>PAIRS * PAIR;
/** Keys of a read in lockstep: they stand where nothing is gathered meanwhile. */
export const LANES: u32 = isDefined(GATED) ? 2 : 16;
export const LANE: usize = 48;
/** Bytes of scratch that are the kernel's. */
export const NOTES: u32 = (<u32>PATH_AT + (LEVELS << 3) + 63) & ~63;

function base(): usize {
  return io() + hostBytes(NOTES);
}

/** Where an entry is put together. */
export function newEntry(): usize {
  return base();
}

export function lanes(): usize {
  return base() + NEW_BYTES;
}

// ---- items --------------------------------------------------------------------------------------

function itemAt(i: u32): usize {
  return base() + NEW_BYTES + <usize>i * ITEM;
}

export function itemHash(i: u32): u64 {
  return get64(itemAt(i));
}

export function itemEntry(i: u32): usize {
  return get32(itemAt(i) + I_ENTRY);
}

export function itemWhat(i: u32): u32 {
  return get32(itemAt(i) + I_WHAT);
}

export function putItem(i: u32, hash: u64, entry: usize, what: u32): void {
  const item = itemAt(i);
  put64(item, hash);
  put32(item + I_ENTRY, <u32>entry);
  put32(item + I_WHAT, what);
}

/** Item `i` goes one further. */
export function moveItem(i: u32): void {
  const item = itemAt(i);
  put64(item + ITEM, get64(item));
  put64(item + ITEM + I_ENTRY, get64(item + I_ENTRY));
}

// ---- pairs --------------------------------------------------------------------------------------

/** How many there are. */
export let pairs: u32 = 0;

export function pairsTo(count: u32): void {
  pairs = count;
}

function pairAt(i: u32): usize {
  return base() + PAIRS_AT + <usize>i * PAIR;
}

/** One more run, which begins at place `v`. */
export function addPair(v: u32, link: u32): void {
  put32(pairAt(pairs), v);
  put32(pairAt(pairs) + 4, link);
  pairs++;
}

export function pairPlace(i: u32): u32 {
  return get32(pairAt(i));
}

export function pairLink(i: u32): u32 {
  return get32(pairAt(i) + 4);
}

// ---- path ---------------------------------------------------------------------------------------

/** The node of a level on the way. */
export function pathNode(level: u32): usize {
  return get32(base() + PATH_AT + ((<usize>level) << 3));
}

export function putPath(level: u32, x: usize): void {
  put32(base() + PATH_AT + ((<usize>level) << 3), <u32>x);
}
