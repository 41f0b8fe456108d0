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
//   tight    a build was allotted pages when less was spare than a quarter of what lives
//   keep     what a rebuild needs: need(live), or while one is under way (compact.ts) need(rest)
//            for its end, and behind that for the next one what the old region will not give back
//
// W1  A generation's budget (region.ts I4) is what it held when free pages were counted last, and a
//     third of what was spare, free beyond keep. Growth within it adds as much to the need, and
//     less than a third goes to queues before the clock passes `due` and pages are counted anew: so
//     keep stays free, from which a rebuild takes its pages: compaction without regard to a budget,
//     stretches page by page, for builds would use what is left of a larger chunk. Only who holds
//     the builder's lock takes from the budget, and sets it. A build that is told that a compaction
//     found no room (`last`) may take the rest.
// W2  Growth is refused that would take the clock beyond ceiling or top. What does not grow then,
//     a removal or a value that replaces none smaller, is taken, but gets new pages for its queue
//     only where nothing else of its thread waits: a queue does not eat what is kept, nor stands.
//     A thread's ring is begun, and grows (ring.ts), only where so much is spare: what is kept is
//     not for slots, and a ring that stays as it is stops nobody.
// W3  So in an arena that nobody else fills, and while no snapshot keeps an older generation, a
//     compaction finds its memory, or the end of the one that is under way and then the next do;
//     and behind it a build of one op does. A death in a stretch leaves what that had taken in the
//     generation, and nothing is kept for that: a MiB, or eight times what builds had written.
//
// No site can check these, which speak of sums over all that others do: the scenarios of full
// arenas do, in which a delete, then a compaction, must find room.
//
// basis, top: stored by builders behind the root's CAS, late if one died, as the applied words are;
// ceiling: by any thread that counts free pages; due: under the builder's lock. They bound; nothing
// is repaired by them.

import { get32, load64, put32, store32, store64 } from '@x/shm-arena/assembly/ground/atomic';
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
import { NODE_BYTES, work } from './node';
import {
  budgetOf,
  cutOf,
  HEAD_BASIS,
  HEAD_CEILING,
  HEAD_CLOCK,
  HEAD_DUE,
  HEAD_TOP,
  headOf,
  isMoving,
  liveOf,
  oldOf,
  regionOf,
  restOf,
  tidyOf,
  usedOf,
  versionBytes,
} from './version';

/** What alignment and the ends of chunks waste of what lives: 1 / 2^n of it. */
const WASTE: u64 = isDefined(GATED) ? 1 : 5;

/** A generation is rebuilt when it has more than twice what it should have, and this. */
const SLACK: u64 = 16 * PAGE;
/** In the kernel's scratch, in the state of a build: u32 1 = room is tight. */
const TIGHT: usize = 28;

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

/** What is left to be moved when `live` lives in what is made of a version. */
function restFor(version: usize, live: u64): u64 {
  return isMoving(version) ? needOf(min(live, restOf(version) + live - liveOf(version))) : 0;
}

/** Bytes of pages that must stay free when `live` lives in what is made of a version (W1). */
function keepFor(version: usize, live: u64): u64 {
  const need = needOf(live);
  if (!isMoving(version)) return need;
  const back = (<u64>heldPages(oldOf(version))) << PAGE_SHIFT;
  return (MUTANT == 282 ? 0 : restFor(version, live)) + (need > back ? need - back : 0);
}

/** Whether a stretch finds so many bytes, and where a rebuild begins all of it. O(pages). */
export function fits(version: usize, bytes: u64): bool {
  const kept = isMoving(version) ? 0 : needOf(liveOf(version));
  return (<u64>freePages()) << PAGE_SHIFT >= max(bytes, kept);
}

/**
 * Gives the generation of `version` another budget, where `live` lives in what is made of it (W1).
 * 0: it may take more than it holds; else the status. O(pages).
 */
export function allot(version: usize, live: u64, last: bool): u32 {
  const head = headOf(version);
  const region = regionOf(version);
  const held = heldPages(region);
  const free = freePages();
  const bytes: u64 = last || MUTANT == 144 ? 0 : keepFor(version, live);
  const need = <u32>(bytes >> PAGE_SHIFT);
  const spare = free > need ? free - need : 0;
  const limit = budgetOf(head);
  const rest: u32 = last ? 0 : <u32>(restFor(version, live) >> PAGE_SHIFT);
  const most = limit == 0 ? u32.MAX_VALUE : limit > rest ? limit - rest : 0;
  const budget = held + (last ? spare : (spare + 2) / 3);
  const least = min(budget, most);
  const room = min(spare, most - min(held, most));
  if ((<u64>room) << (PAGE_SHIFT + 2) < live) put32(work() + TIGHT, 1);
  store32(regionAt(region) + R_BUDGET, max(least, 1));
  const asked = last ? 0 : ((<u64>spare) << PAGE_SHIFT) >> 2;
  store64(head + HEAD_DUE, load64(head + HEAD_CLOCK) + asked);
  if (least > held) return 0;
  return budget > held ? LIMIT : FULL;
}

/**
 * A stretch takes a block from what is kept for it, page by page (W1): what it would leave of a
 * larger chunk, builds would use.
 */
export function allotKept(version: usize, region: u32, bytes: u32): void {
  const limit = budgetOf(headOf(version));
  const pages = (<u64>bytes + NODE_BYTES + PAGE - 1) >> PAGE_SHIFT; // As region.ts, step 5.
  const budget = heldPages(region) + <u32>pages;
  store32(regionAt(region) + R_BUDGET, limit == 0 ? budget : min(limit, budget));
}

/** Step 4 of build.ts: counts anew where so much was asked for that it must be (W1). */
export function allotIfDue(version: usize): void {
  const head = headOf(version);
  put32(work() + TIGHT, 0);
  if (load64(head + HEAD_CLOCK) > load64(head + HEAD_DUE)) allot(version, liveOf(version), false);
}

/**
 * Whether the tree is to be rebuilt: half of its memory is garbage, or half of it lies in the order
 * of writing, in which it is slow to read; an eighth is garbage and room is tight; or it is empty.
 * Not while it is.
 */
export function isDue(version: usize): bool {
  if (isMoving(version)) return false;
  const used = usedOf(version);
  const live = liveOf(version);
  if (live == 0) return used > PAGE;
  if (get32(work() + TIGHT) != 0 && used > live + (live >> 3) + PAGE) return true;
  return used > (min(live, tidyOf(version)) << 1) + SLACK;
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
export function isSpare(version: usize, bytes: u64): bool {
  return bytes + keepFor(version, liveOf(version)) <= spareBytes() || MUTANT == 148;
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
