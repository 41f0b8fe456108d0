// Room: how much of the arena a tree may fill, so that its next generation always fits beside it.
//
//   pages | others, queues | this generation | allotted |  two thirds  | kept: need(live) |
//                                              for paths    for queues,    for the next
//                                              and growth   for growth     generation
//
// A change copies a path, a delete too, and copies are garbage until compact.ts has rebuilt the
// tree. So what keeps deletes going in a full arena is not a path's room but the whole next
// generation's: as long as that fits, a build that finds no room can compact, and has room again.
//
//   charge   what a block takes of a region, with what its size wastes at the ends of chunks
//   live     of a version (VERSION_LIVE): the charges of its entries; need(live): pages for them
//            alone
//   clock    rises with each ticket by what the op asks for, all in all: its own bytes in a queue,
//            and where it brings a value the entry's in the tree, and in the next one
//   cut      of a version (VERSION_CUT): no op that waits has a lower ticket, but for one of each
//            thread that was between its ticket and its tail when the builder looked
//   ceiling  growth is taken up to this clock: the cut and what is left when the next generation
//            has its pages and the garbage is gone, less a chunk that a queue may take too much
//   top      the same by the tree's own limit (maxBytes), which bounds one generation
//   basis    the ceiling, but for the free pages that whoever needs it counts
//
//   due      the clock at which a quarter of what was spare may have been asked for
//
// W1  A generation's budget (region.ts I4) is what it held when free pages were counted last, and a
//     third of what was spare, free beyond need(live). Growth within it adds as much to the need,
//     and less than a third goes to queues before the clock passes `due` and pages are counted
//     anew: so need(live) stays free. Only who holds the builder's lock takes from the budget, and
//     sets it. A build that is told that a compaction found no room (`last`) may take the rest.
// W2  Growth is refused that would take the clock beyond ceiling or top. What does not grow then,
//     a removal or a value that replaces none smaller, is taken, but gets new pages for its queue
//     only where nothing else of its thread waits: a queue does not eat what is kept, nor stands.
//     A thread's ring is begun, and grows (ring.ts), only where so much is spare: what is kept is
//     not for slots, and a ring that stays as it is stops nobody.
// W3  So in an arena that nobody else fills, and while no snapshot keeps an older generation, a
//     compaction finds its memory, and behind it a build of one op does.
//
// No site can check these, which speak of sums over all that others do: the scenarios of full
// arenas do, in which a delete, then a compaction, must find room.
//
// basis, top: stored by builders behind the root's CAS, late if one died, as the applied words are;
// ceiling: by any thread that counts free pages; due: under the builder's lock. They bound; nothing
// is repaired by them.

import { load64, store32, store64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CHUNK_PAGES,
  FIRST,
  FULL,
  LIMIT,
  PAGE,
  PAGE_SHIFT,
  PAGES,
  PARTICIPANTS,
  R_BUDGET,
  regionAt,
  SHARD_BYTES,
} from '@x/shm-arena/assembly/ground/layout';
import { pageAt } from '@x/shm-arena/assembly/memory/pages';
import { CHUNK_HEAD, shard } from '@x/shm-arena/assembly/memory/region';
import {
  budgetOf,
  cutOf,
  HEAD_BASIS,
  HEAD_CEILING,
  HEAD_CLOCK,
  HEAD_DUE,
  HEAD_TOP,
  liveOf,
  usedOf,
  versionBytes,
} from './version';

/** What alignment and the ends of chunks waste of what lives: 1 / 2^n of it. */
const WASTE: u64 = isDefined(GATED) ? 1 : 5;

/** What `bytes` in one piece may take of a region. */
export function chargeOf(bytes: u64): u64 {
  if (bytes <= PAGE >> 1) return bytes + (bytes * bytes) / (PAGE - bytes);
  let most = (bytes + CHUNK_HEAD + PAGE - 1) & ~(<u64>PAGE - 1);
  for (let pages: u64 = 1; pages <= CHUNK_PAGES; pages <<= 1) {
    const blocks = ((pages << PAGE_SHIFT) - CHUNK_HEAD) / bytes;
    if (blocks != 0) most = max(most, (pages << PAGE_SHIFT) / blocks);
  }
  return most;
}

/** What an op of `bytes` asks for, that brings an entry of `growth` bytes, or none: 0. */
export function demandOf(bytes: u64, growth: u64): u64 {
  const entry = growth == 0 ? 0 : chargeOf(growth);
  return chargeOf(bytes) + (entry << 1) + (entry >> WASTE);
}

/** Bytes of pages that a generation with so much in it takes at most. */
function needOf(live: u64): u64 {
  const lines = PARTICIPANTS * SHARD_BYTES + versionBytes(PARTICIPANTS);
  return (live + (live >> WASTE) + lines + PAGE - 1) & ~(<u64>PAGE - 1);
}

/** Free pages, of the moment. O(pages). */
function freePages(): u32 {
  let free: u32 = 0;
  for (let page = FIRST; page < PAGES; page++) {
    if (load64(pageAt(page)) == 0) free++;
  }
  return free;
}

// ---- builders -----------------------------------------------------------------------------------

/** Pages that a generation holds. */
export function heldPages(region: u32): u32 {
  let held: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    held += <u32>load64(shard(region, slot) + 8);
  }
  return held;
}

/**
 * Gives a generation another budget (W1). 0: it may take more than it holds; else the status.
 * O(pages).
 */
export function allot(head: usize, region: u32, live: u64, last: bool): u32 {
  const held = heldPages(region);
  const free = freePages();
  const bytes: u64 = last || MUTANT == 144 ? 0 : needOf(live);
  const need = <u32>(bytes >> PAGE_SHIFT);
  const spare = free > need ? free - need : 0;
  const most = budgetOf(head);
  const budget = held + (last ? spare : (spare + 2) / 3);
  const least = most == 0 ? budget : min(budget, most);
  store32(regionAt(region) + R_BUDGET, max(least, 1));
  const asked = last ? 0 : ((<u64>spare) << PAGE_SHIFT) >> 2;
  store64(head + HEAD_DUE, load64(head + HEAD_CLOCK) + asked);
  if (least > held) return 0;
  return budget > held ? LIMIT : FULL;
}

/** Step 4 of build.ts: counts anew where so much was asked for that it must be (W1). */
export function allotIfDue(head: usize, region: u32, live: u64): void {
  if (load64(head + HEAD_CLOCK) > load64(head + HEAD_DUE)) allot(head, region, live, false);
}

/** Tells appends what a version leaves for growth. */
export function tellRoom(head: usize, version: usize): void {
  const live = liveOf(version);
  const need = needOf(live);
  const cut = cutOf(version);
  const compact = live + (live >> WASTE); // Of the present generation, the garbage gone.
  const basis = cut + usedOf(version) - compact - need - (need >> 3) - (PAGE >> 2);
  if (load64(head + HEAD_BASIS) != basis) store64(head + HEAD_BASIS, basis);
  const most = (<u64>budgetOf(head)) << PAGE_SHIFT;
  if (most == 0) return;
  const lines = PARTICIPANTS * SHARD_BYTES + versionBytes(PARTICIPANTS);
  const room = most - (most >> 3) - compact - lines; // Below zero: none.
  const top = cut + (room << 1);
  if (load64(head + HEAD_TOP) != top) store64(head + HEAD_TOP, top);
}

// ---- appends ------------------------------------------------------------------------------------

/** What is free, less a chunk that a queue may take meanwhile. O(pages). */
function spareBytes(): u64 {
  const free = (<u64>freePages()) << PAGE_SHIFT;
  return free - min<u64>(free >> 2, CHUNK_PAGES << PAGE_SHIFT);
}

/** Whether growth has room that asks for so much: OK 0, FULL, LIMIT. O(pages) where it has not. */
export function roomFor(head: usize, demand: u64): i32 {
  const clock = <i64>(load64(head + HEAD_CLOCK) + demand);
  if (clock > <i64>load64(head + HEAD_TOP)) return LIMIT;
  if (clock <= <i64>load64(head + HEAD_CEILING)) return 0;
  return clock <= raiseCeiling(head) || MUTANT == 145 ? 0 : FULL;
}

/** Whether a queue may take so much and keep it, beside what the next generation needs. */
export function isSpare(live: u64, bytes: u64): bool {
  return bytes + needOf(live) <= spareBytes() || MUTANT == 148;
}

/**
 * Pages were taken that no op asked for: whoever needs to know how many are free counts anew. (Who
 * is counting meanwhile may promise as many too much, until the next count.)
 */
export function recount(head: usize): void {
  store64(head + HEAD_CEILING, 0);
  store64(head + HEAD_DUE, 0);
}

/** Counts free pages. O(pages). */
export function raiseCeiling(head: usize): i64 {
  const basis = <i64>load64(head + HEAD_BASIS);
  const ceiling = basis + <i64>spareBytes();
  store64(head + HEAD_CEILING, ceiling);
  return ceiling;
}
