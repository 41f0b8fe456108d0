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
//   8 u64 where the slot is   16 u64 its next word   24 u32 home in the domain   28 u32 generation
//   of the slot that these are of   32 NEWS x u64 news: block | class << 32, or REGION | its number
//   then OLDS x u64 olds: block, or as news
//
// I1  A block that no word names that somebody can follow is noted in news or olds until it is in a
//     limbo, once.
// I2  While an intent is ARMED its reservation covers the array and all of news. So that is what it
//     was, also for a repair.
// I3  A block in olds is retired when what is in its place was decided to be so, not before.
//
// After every step of the checker: what is in a limbo cannot be reached. At the end: no block is
// nowhere.
//
// take a block: 1. news := what the home's free list has first   2. pop it (blocks.ts)
//                                                  judged by whether it still heads the free list
// publish (root.ts): 3. prev of what was made := PENDING   4. state := ARMED   5. the CAS, and what
//   decides                                        prev says; and if it is PENDING, the slot
// after it   6. state := DONE, or UNDO             as 5
//   7. for each of olds, or news: into the limbo, progress + 1
//                                                  judged by whether it heads the dead's limbo
//   8. notes := 0   9. state := IDLE               the same
//
// A dead thread's limbo and free list are those of its home, which nobody touches before
// `repairHomes` (blocks.ts), the last step of a repair. So the repair goes on there, and what a
// dead repairer did shows there, too. A birth that is undone is set to the lower of its maker, so
// that nobody frees the block before the intent is IDLE.
//
// Names: line, map, x as in layout.ts.

import {
  check,
  get32,
  load32,
  load64,
  put32,
  put64,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import * as layouts from '@x/shm-arena/assembly/ground/layout';
import {
  GENERATION,
  kindOf,
  ownerOf,
  ME,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_LIVE,
  REGIONS,
  S_LOWER,
  slotAt as participantAt,
} from '@x/shm-arena/assembly/ground/layout';
import { fail, status } from '@x/shm-arena/assembly/ground/thread';
import { dropRegion, settleRegion } from '@x/shm-arena/assembly/map/settle';
import { classOf } from '@x/shm-arena/assembly/memory/classes';
import * as regions from '@x/shm-arena/assembly/memory/region';
import { allocBlock, nextBlock, takeBack } from '@x/shm-arena/assembly/reclaim/blocks';
import {
  BLOCK_BIRTH,
  BLOCK_KIND,
  BLOCK_TAG,
  DOMAIN_REGION,
  enterHome,
  HEAD,
  USED,
  wordAt,
} from '@x/shm-arena/assembly/reclaim/home';
import {
  collectAll,
  collectDue,
  intoLimbo,
  shedOrphans,
} from '@x/shm-arena/assembly/reclaim/limbo';
import { shed } from '@x/shm-arena/assembly/reclaim/spans';
import { lineAt, lineOf, mapOf } from './layout';
import { cover } from './reach';

export const LINE_WORD: usize = 8;
export const LINE_NEXT: usize = 16;
export const LINE_HOME: usize = 24;
const LINE_LIFE: usize = 28;
export const LINE_NEWS: usize = 32;
export const NEWS: u32 = 14;
export const LINE_OLDS: usize = 144;
export const OLDS: u32 = 21;

export const PHASE: u64 = 15;
const WORK: u64 = 1;
export const ARMED: u64 = 2;
const DONE: u64 = 3;
const UNDO: u64 = 4;
const PROGRESS: u64 = 4;
const ROOTED: u64 = 1 << 12;
const ARRAY: u64 = 32;

/** In news and olds: the number of a region, not a block. */
const REGION: u64 = 1 << 62;

// What the present write has noted: this thread's own line says the same.
let root: usize = 0;
let line: usize = 0;
let home: usize = 0;
let news: u32 = 0;
let olds: u32 = 0;

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
  line = ownLine(mapOf(domain));
  home = load32(line + LINE_HOME);
  if (home != 0) return true;
  home = enterHome(domain);
  if (home == 0) return false;
  store32(line + LINE_HOME, <u32>home);
  return true;
}

/** Begins a write, which may make blocks. */
export function begin(): void {
  news = 0;
  olds = 0;
  store64(line, WORK);
}

/** A block of so many bytes, noted (steps 1 and 2); 0: see `status`. */
export function take(bytes: u32): usize {
  const note = line + LINE_NEWS + ((<usize>news) << 3);
  const q = classOf(bytes + HEAD);
  const next = nextBlock(root, home, q);
  if (next == 0) return 0;
  if (MUTANT != 502) store64(note, ((<u64>q) << 32) | next);
  const x: usize = allocBlock(root, home, bytes);
  if (x == 0) {
    store64(note, 0);
    return 0;
  }
  if (MUTANT == 502) store64(note, ((<u64>q) << 32) | next);
  check(x == next, I + 1, x);
  check(news < NEWS, I + 1, x);
  news++;
  return x;
}

/** Where the memory of the last `takeRegion` is. */
export let regionAt: usize = 0;

/** A region of the map with so many bytes, CREATING, covered and noted; below 0: see `status`. */
export function takeRegion(bytes: u32): i32 {
  const owner = load64(layouts.regionAt(get32(root + DOMAIN_REGION)) + R_OWNER);
  const region = regions.regionCreate(owner, 0);
  if (region < 0) {
    fail(-region);
    return region;
  }
  store64(line + LINE_NEWS + ((<usize>news) << 3), REGION | region);
  news++;
  cover();
  regionAt = regions.regionAlloc(region, bytes, 8);
  return regionAt == 0 ? -status() : region;
}

/** Notes a region that goes out of the map, with what names it. */
export function outRegion(region: u32): void {
  cover();
  settleRegion(region);
  noteOut(REGION | region);
}

/** Notes a block that goes out of the map. */
export function out(x: usize): void {
  noteOut(x);
}

function noteOut(note: u64): void {
  check(olds < OLDS, I + 1, line);
  store64(line + LINE_OLDS + ((<usize>olds) << 3), note);
  olds++;
}

/** After a death: regions that the dead had not noted yet. */
export function dropUnnoted(domain: usize, slot: u32): void {
  const owner = load64(layouts.regionAt(get32(domain + DOMAIN_REGION)) + R_OWNER);
  for (let region: u32 = 0; region < REGIONS; region++) {
    if (load64(layouts.regionAt(region) + R_OWNER) == owner) dropMine(region, slot);
  }
}

/** Frees all that nobody reads, nor this thread between two tries, and gives memory back. */
export function collectHere(): void {
  regions.sweep();
  collectAll(root, home, false);
  takeBack(root, home);
  shed(root, home, true);
  shedOrphans(root);
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
  clear(line, news, olds);
  collectDue(root, home, true);
  regions.sweep(); // One load, unless some region was retired.
}

/** Gives up what is not in the map, and hands the status on. */
export function giveUp(status: i32): i32 {
  if ((news | olds) == 0) {
    store64(line, 0);
    return status;
  }
  store64(line, UNDO);
  if (MUTANT != 503) retireNews(line, home, ME, 0, false);
  clear(line, news, olds);
  collectDue(root, home, true);
  return status;
}

/** Step 7. `resumed`: by a repair. */
function retireOlds(line: usize, home: usize, from: u32, resumed: bool): void {
  settleNews(line);
  for (let i = from; i < OLDS; i++) {
    const note = load64(line + LINE_OLDS + ((<usize>i) << 3));
    if (note == 0) return;
    const x: usize = <u32>note;
    if ((note & REGION) != 0) retireRegion(<u32>note);
    else if (!resumed || i != from || (MUTANT != 504 && !heads(home, classAt(x), x))) {
      if (resumed) used(x, classAt(x));
      intoLimbo(root, home, x);
    }
    progress(line, i + 1);
  }
}

/** The class of a block in use. Frozen. */
function classAt(x: usize): u32 {
  return get32(x - HEAD + BLOCK_KIND) & 0xff;
}

/** The same for blocks that are not in the map. */
function retireNews(line: usize, home: usize, slot: u32, from: u32, resumed: bool): void {
  const lower = load64(participantAt(slot) + S_LOWER);
  for (let i = from; i < NEWS; i++) {
    const note = load64(line + LINE_NEWS + ((<usize>i) << 3));
    if (note == 0) return;
    if ((note & REGION) != 0) dropMine(<u32>note, slot);
    else if (!resumed || i != from || !heads(home, <u32>(note >> 32), <u32>note)) {
      retireNew(home, <u32>note, <u32>(note >> 32), lower);
    }
    progress(line, i + 1);
  }
}

/** Its maker's plain stores may be lost, or it has not taken it yet. */
function retireNew(home: usize, x: usize, q: u32, lower: u64): void {
  const isFree = (<usize>(load64(wordAt(home, q)) >> 32) & ~1) == x - HEAD;
  if (isFree && MUTANT != 505) return;
  used(x, q);
  put64(x - HEAD + BLOCK_BIRTH, lower);
  intoLimbo(root, home, x);
}

/** A region that was taken out; may be repeated, as somebody's reservation covers it. */
function retireRegion(region: u32): void {
  const word = load64(layouts.regionAt(region) + R_STATE);
  if (kindOf(word) == REGION_LIVE) regions.retireFrom(region, word);
}

/** A region that `slot` has made in vain; may be repeated. */
function dropMine(region: u32, slot: u32): void {
  const word = load64(layouts.regionAt(region) + R_STATE);
  if (kindOf(word) == REGION_CREATING && ownerOf(word) == slot + 1) dropRegion(region, word);
}

/** The regions in news are named by the map now. */
function settleNews(line: usize): void {
  for (let i: u32 = 0; i < NEWS; i++) {
    const note = load64(line + LINE_NEWS + ((<usize>i) << 3));
    if (note == 0) return;
    if ((note & REGION) != 0) settleRegion(<u32>note);
  }
}

/** Says that a block is in use: plain stores of the dead may be lost, or be of step 7. */
function used(x: usize, q: u32): void {
  put32(x - HEAD + BLOCK_KIND, BLOCK_TAG | USED | q);
}

/** Whether a block is the first of a home's limbo. */
function heads(home: usize, q: u32, x: usize): bool {
  return (<usize>(<u32>load64(wordAt(home, q))) & ~1) == x - HEAD;
}

function progress(line: usize, done: u32): void {
  if (MUTANT == 506) return;
  store64(line, (load64(line) & ~((<u64>0xff) << PROGRESS)) | ((<u64>done) << PROGRESS));
}

/** Steps 8 and 9. From the last note on: those that are left are the first ones. */
function clear(line: usize, news: u32, olds: u32): void {
  for (let i = news; i > 0; i--) drop(line + LINE_NEWS + ((<usize>i - 1) << 3));
  for (let i = olds; i > 0; i--) drop(line + LINE_OLDS + ((<usize>i - 1) << 3));
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
  if ((state & PHASE) == DONE) retireOlds(line, home, from, true);
  else if (MUTANT != 507) retireNews(line, home, slot, from, true);
  clear(line, NEWS, OLDS);
}
