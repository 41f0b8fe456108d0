// A write's intent: what a thread is about to do, in its own line of the map, so that whoever finds
// it dead finishes or undoes it by looking. Nobody waits for the writer meanwhile: what a slot
// names and is not decided yet, the next comer decides (root.ts).
//
//   line   state ── phase, array    slot's address, its next word    news    olds
//            │
//            IDLE ──► WORK ──► ARMED ──► DONE ──► IDLE
//                       │        │ it failed
//                       └────────┴─────► UNDO ──► IDLE
//
// Line, 320 bytes a slot; all words are shared, and their slot's thread alone writes them
//   0 u64 state: phase 4 bits | progress 8 | of the root 1, then the array << 32
//   8 u64 where the slot is   16 u64 its next word   24 u32 home in the domain
//   28 u32 generation of the slot that these are of
//   32 NEWS x u64 news, 144 OLDS x u64 olds: write/notes.ts   312 u64 kept: kept.ts
//
// I1  There is room for all that a write may note: N1 holds (write/notes.ts).
// I2  While an intent is ARMED its reservation covers the array and all of news. So that is what it
//     was, also for a repair.
// I3  A block in olds is retired when what is in its place was decided to be so, not before.
//
// After every step of the checker: what is in a limbo cannot be reached. At the end: no block is
// nowhere.
//
// write                                              a death after this step leaves
//   1. state := WORK                                   nothing
//   2. blocks are taken, and noted                     UNDO
// publish (root.ts)
//   3. prev of what was made := PENDING                the same
//   4. state := ARMED                                  the same
//   5. the CAS, and what decides                       prev says; and if it is PENDING, the slot
// afterwards
//   6. state := DONE, or UNDO                          as 5
//   7. each of olds, or of news, retired; progress + 1   judged by the dead's limbo
//      of a cache: it counts, or not (cache/tally.ts)     the same
//   8. notes := 0   9. state := IDLE                   the same
//
// What is made and replaced is noted and retired as write/notes.ts says, also by a repair.
//
// Names: line, map, x as in layout.ts.

import {
  check,
  get64,
  load32,
  load64,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import { FULL, GENERATION, ME } from '@x/shm-arena/assembly/ground/layout';
import { status } from '@x/shm-arena/assembly/ground/thread';
import { regionAlloc, sweep } from '@x/shm-arena/assembly/memory/region';
import { gather } from '@x/shm-arena/assembly/reclaim/depot';
import {
  BLOCK_BIRTH,
  enterHome,
  HEAD,
  HOME_WAITING,
  LIMBO_BLOCKS,
} from '@x/shm-arena/assembly/reclaim/home';
import { held } from '@x/shm-arena/assembly/reclaim/lazy';
import { collectAll, collectDue } from '@x/shm-arena/assembly/reclaim/limbo';
import {
  collectFor,
  gatherAll,
  mayStretch,
  regionOut,
  retireNew,
  retireOld,
  settleNew,
  takeAnyNoted,
  takeRegionNoted,
} from '@x/shm-arena/assembly/write/notes';
import { cover } from '@x/shm-arena/assembly/map/reach';
import { tally } from './cache/tally';
import * as kept from './kept';
import { lineAt, lineOf, MAP_ERA, mapOf } from './layout';

export const LINE_WORD: usize = 8;
export const LINE_NEXT: usize = 16;
export const LINE_HOME: usize = 24;
const LINE_LIFE: usize = 28;
export const LINE_NEWS: usize = 32;
export const NEWS: u32 = 14;
export const LINE_OLDS: usize = 144;
export const OLDS: u32 = 21;
export const LINE_KEPT: usize = 312;

export const PHASE: u64 = 15;
const WORK: u64 = 1;
export const ARMED: u64 = 2;
const DONE: u64 = 3;
const UNDO: u64 = 4;
const PROGRESS: u64 = 4;
const ROOTED: u64 = 1 << 12;
const ARRAY: u64 = 32;

// What the present write has noted: this thread's own line says the same.
let root: usize = 0;
let line: usize = 0;
let home: usize = 0;
let news: u32 = 0;
let olds: u32 = 0;
/** What was born at this era, or before, another line has made (fork.ts). */
let since: u64 = 0;

function newsOf(line: usize, i: u32): usize {
  return line + LINE_NEWS + ((<usize>i) << 3);
}

function oldsOf(line: usize, i: u32): usize {
  return line + LINE_OLDS + ((<usize>i) << 3);
}

// ---- begin --------------------------------------------------------------------------------------

/** This thread's line, without what one before it in the slot has left that did not die here. */
export function ownLine(map: usize): usize {
  const line = lineOf(map);
  if (load32(line + LINE_LIFE) == GENERATION) return line;
  store32(line + LINE_HOME, 0);
  store32(line + LINE_LIFE, GENERATION);
  return line;
}

/** Readies this thread for writing, under a pin; false: see `status`. */
export function ready(domain: usize): bool {
  root = domain;
  mayStretch(false);
  spends = false;
  line = ownLine(mapOf(domain));
  since = get64(mapOf(domain) + MAP_ERA); // Frozen.
  home = load32(line + LINE_HOME);
  if (home != 0) return true;
  home = enterHome(domain);
  if (home == 0) return false;
  store32(line + LINE_HOME, <u32>home);
  return true;
}

/** Begins a write, which may make blocks. */
export function begin(): void {
  kept.keep(root, home, line + LINE_KEPT);
  news = 0;
  olds = 0;
  store64(line, WORK);
}

/** Whether the present write, a removal, may take what is kept (kept.ts). */
export let spends: bool = false;

export function maySpend(may: bool): void {
  spends = may;
}

/** A block of so many bytes, noted, in the place of `instead`, or of none; 0: see `status`. */
export function take(bytes: u32, instead: usize = 0): usize {
  check(news < NEWS, I + 1, line);
  const note = newsOf(line, news);
  let x = takeAnyNoted(root, home, note, bytes);
  if (x == 0 && spends && instead != 0 && status() == FULL) {
    x = kept.spend(line + LINE_KEPT, note, bytes, instead);
  }
  if (x != 0) news++;
  return x;
}

/** Where the memory of the last `takeRegion` is. */
export let regionAt: usize = 0;

/** A region of the map with so many bytes, CREATING, covered and noted; below 0: see `status`. */
export function takeRegion(bytes: u32): i32 {
  const region = takeRegionNoted(root, newsOf(line, news));
  if (region < 0) return region;
  news++;
  regionAt = regionAlloc(region, bytes, 8);
  return regionAt == 0 ? -status() : region;
}

/** Notes a region that goes out of the map, with what names it. */
export function outRegion(region: u32): void {
  noteOut(regionOut(region));
}

/** Notes a block that goes out of the map, if this line has made it. */
export function out(x: usize): void {
  if (isOwn(x)) noteOut(x);
}

/** Whether this line has made a block. Frozen while a line shows it. */
export function isOwn(x: usize): bool {
  return get64(x - HEAD + BLOCK_BIRTH) > since || MUTANT == 535;
}

function noteOut(note: u64): void {
  check(olds < OLDS, I + 1, line);
  store64(oldsOf(line, olds), note);
  olds++;
}

/**
 * Frees all that nobody reads, and gives memory back where much is free. `own`: this thread may
 * still read what its pin covers; else it has nothing, between two tries.
 */
export function collectHere(own: bool): void {
  collectFor(root, home, own);
  kept.keep(root, home, line + LINE_KEPT); // Before it is for all.
  gather(root, home, false);
}

/** Frees what nobody reads, and gives all empty spans back: how many slices. Between calls. */
export function trimHere(): u32 {
  collectFor(root, home, held());
  // Who has never written is owed nothing.
  if (load64(line + LINE_KEPT) != 0) kept.keep(root, home, line + LINE_KEPT);
  return gatherAll(root, home);
}

/** Whether no more waits here than does anyhow, so that a look at all of it costs little. */
export function littleWaits(): bool {
  return <u32>get64(home + HOME_WAITING) <= LIMBO_BLOCKS;
}

/** Frees all that nobody reads, and no more: O(what waits), also where much is free. */
export function freeHere(own: bool): void {
  collectAll(root, home, own);
}

/** Whether what is kept is not whole: removals have taken of it. */
export function owes(): bool {
  return !kept.isWhole(line + LINE_KEPT);
}

/** Step 4: `word`, of the array or of the root, is about to become `next`. */
export function arm(array: usize, word: usize, next: u64, ofRoot: bool): void {
  cover(); // I2
  store64(line + LINE_WORD, word);
  store64(line + LINE_NEXT, next);
  store64(line, ((<u64>array) << ARRAY) | (ofRoot ? ROOTED : 0) | ARMED);
}

// ---- end ----------------------------------------------------------------------------------------

/** Ends what is in the map now. */
export function finish(): void {
  store64(line, DONE);
  retireOlds(line, home, 0, false);
  tally(mapOf(root), ME, true);
  kept.settle(line + LINE_KEPT, true, since);
  clear(line, news, olds);
  collectDue(root, home, true);
  sweep(); // One load, unless some region was retired.
}

/** Gives up what is not in the map, and hands the status on. */
export function giveUp(status: i32): i32 {
  if ((news | olds) == 0) {
    store64(line, 0);
    return status;
  }
  store64(line, UNDO);
  if (MUTANT != 503) retireNews(line, home, ME, 0, false);
  tally(mapOf(root), ME, false);
  kept.settle(line + LINE_KEPT, false, since);
  clear(line, news, olds);
  collectDue(root, home, true);
  return status;
}

/** Step 7. `resumed`: by a repair. */
function retireOlds(line: usize, home: usize, from: u32, resumed: bool): void {
  for (let i: u32 = 0; i < NEWS; i++) {
    const note = load64(newsOf(line, i));
    if (note == 0) break;
    settleNew(note);
  }
  for (let i = from; i < OLDS; i++) {
    const note = load64(oldsOf(line, i));
    if (note == 0) return;
    retireOld(root, home, note, resumed, i == from);
    progress(line, i + 1);
  }
}

/** The same for blocks that are not in the map. */
function retireNews(line: usize, home: usize, slot: u32, from: u32, resumed: bool): void {
  for (let i = from; i < NEWS; i++) {
    const note = load64(newsOf(line, i));
    if (note == 0) return;
    retireNew(root, home, slot, note, resumed, i == from);
    progress(line, i + 1);
  }
}

function progress(line: usize, done: u32): void {
  if (MUTANT == 506) return;
  store64(line, (load64(line) & ~((<u64>0xff) << PROGRESS)) | ((<u64>done) << PROGRESS));
}

/** Steps 8 and 9. From the last note on: those that are left are the first ones. */
function clear(line: usize, news: u32, olds: u32): void {
  for (let i = news; i > 0; i--) drop(newsOf(line, i - 1));
  for (let i = olds; i > 0; i--) drop(oldsOf(line, i - 1));
  store64(line, 0);
}

function drop(at: usize): void {
  if (load64(at) != 0) store64(at, 0);
}

// ---- after a death ------------------------------------------------------------------------------

/** What an intent was about to store, and whether it was decided that it is in the map. */
export function armedArray(line: usize): usize {
  return <usize>(load64(line) >> ARRAY);
}

export function isArmed(line: usize): bool {
  return (load64(line) & PHASE) == ARMED;
}

export function isOfRoot(line: usize): bool {
  return (load64(line) & ROOTED) != 0;
}

/**
 * Finishes or undoes what a dead slot had begun; `published` says of one that is ARMED whether it
 * is in the map. For its one reaper; may be repeated.
 */
export function resolve(domain: usize, slot: u32, published: bool): void {
  const line = lineAt(mapOf(domain), slot);
  const home: usize = load32(line + LINE_HOME);
  root = domain;
  let state = load64(line);
  if ((state & PHASE) == 0) return;
  if ((state & PHASE) == ARMED) {
    state = published ? DONE : UNDO;
    store64(line, state);
  } else if ((state & PHASE) == WORK) {
    state = UNDO;
    store64(line, state);
  }
  const from = <u32>(state >> PROGRESS) & 0xff;
  const done = (state & PHASE) == DONE;
  if (done) retireOlds(line, home, from, true);
  else if (MUTANT != 507) retireNews(line, home, slot, from, true);
  tally(mapOf(domain), slot, done);
  clear(line, NEWS, OLDS);
}
