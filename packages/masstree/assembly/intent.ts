// A write's intent: what a thread is about to do, in its own line of the map, so that whoever finds
// it dead finishes or undoes it by looking. Nobody ever publishes on behalf of the dead: what its
// locks guard tells whether it did.
//
//   line   state ── phase, first lock    published word, next value     locks    news    olds
//            │
//            IDLE ──► WORK ──► ARMED ──► DONE ──► IDLE       all that is made hangs on one store,
//                       │        │ not published             ARMED, into a word that a lock guards
//                       └────────┴──► UNDO ──► IDLE
//
// Line, LINE bytes a slot; all words are shared, and their slot's thread alone writes them
//   0 u64 state: phase 4 bits | progress 4 | delta 2 | slot 6 | size 4 | clears 1 | by word 1 |
//   two free, then sequence 8 bits | first lock, 32 bits
//   8 u64 published word: offset | wide << 32   16 u64 next value
//   24 i56 entries that this slot added less those it removed, and 8 bits sequence
//   32 u64 newest snapshot   40 u32 snapshots (open.ts)   44 u32 home in the domain
//   48 3 x u32 further locks   64 6 x u64 news: block | class << 32, or REGION | its number
//   112 4 x u64 olds: block | NODE, or as news   152 u32 generation of the slot that these are of
//   160 the head of what it loads, 192 u64 entries of that (bulk.ts)   200 i64 entries that a
//   store adds   208 where `maintain` goes on: depth, slices
//
// I1  A block whose lock this thread has, and which is not DEAD, is part of the map, and no link in
//     it changes meanwhile but by this thread. DEAD is for ever.
// I2  From ARMED to DONE all locks of the intent are held. So the word that was to be stored tells
//     whether it was: nobody else stores there.
// I3  A block that is not in the map, and is named by no word that somebody can follow, is noted in
//     news (or olds) until it is in a limbo, once.
// I4  The counts of all lines add up to the entries when nobody is armed.
// I5  An olds' block is retired after the store that took it out of the map.
//
// Checked at their sites: I1 in part. After every step of the checker: I4. The rest shows as blocks
// that leak, or come twice.
//
// begin                                                  a death after this step leaves
//   1. state := WORK, first lock                           nothing
//   2. CAS the lock 0 → me                                 UNDO, if the lock is the dead's
// take a block
//   3. news := what the home's free list has first         judged by whether it still heads that
//   4. pop it (blocks.ts)                                  the same
// one more lock
//   5. locks := block   6. CAS 0 → me                      as 2
// publish, by a bit of LIVE of the first block, or by a word
//   7. (by a word: word, next value)                              UNDO
//   8. state := ARMED with all that is needed to judge             UNDO
//   9. look at the number (open.ts): another one: 8 back to WORK   UNDO
//  10. the one store            linearizes                         the word says so: goes on at 11
//  11. count and sequence, one store                               the sequence says whether
//  12. state := DONE                                               as 11
//  13. for each old: into the limbo, progress + 1      judged by whether it heads the dead's limbo
//  14. locks := 0, or DEAD of what was retired                     those that still name the dead
//  15. notes := 0   16. state := IDLE                              the same
// Nothing but a lock to give back: from 11 on unlock, IDLE.
// undo: state := UNDO; 13 with news in the place of olds; 14 to 16
//
// What is made and taken out is noted and retired as write/notes.ts says, also by a repair.
//
// Names: line, map, x as in layout.ts; me a slot + 1.

import {
  cas32,
  check,
  load32,
  load64,
  pause,
  peek32,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import {
  GENERATION,
  ME,
  PARTICIPANTS,
  S_STATE,
  slotAt as participantAt,
  TRIES,
} from '@x/shm-arena/assembly/ground/layout';
import { status } from '@x/shm-arena/assembly/ground/thread';
import { regionAlloc, sweep } from '@x/shm-arena/assembly/memory/region';
import { gather } from '@x/shm-arena/assembly/reclaim/depot';
import { enterHome } from '@x/shm-arena/assembly/reclaim/home';
import { held } from '@x/shm-arena/assembly/reclaim/lazy';
import { collectDue } from '@x/shm-arena/assembly/reclaim/limbo';
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
import {
  blockOf,
  DEAD,
  H_ROOT,
  lineAt,
  lineOf,
  liveAt,
  LOCK,
  MAP_HEAD,
  MAP_NUMBER,
  mapOf,
  sizeOf,
} from './layout';
import { want, wake, wantNothing } from './wait';

export const LINE_WORD: usize = 8;
export const LINE_NEXT: usize = 16;
export const LINE_COUNT: usize = 24;
export const LINE_OPEN: usize = 32;
export const LINE_SNAPSHOTS: usize = 40;
export const LINE_HOME: usize = 44;
export const LINE_LOCKS: usize = 48;
export const LOCKS: u32 = 3;
export const LINE_NEWS: usize = 64;
export const NEWS: u32 = 6;
export const LINE_OLDS: usize = 112;
export const OLDS: u32 = 4;
/** How many slices `maintain` goes on behind, one less of them, and they. */
export const LINE_CURSOR: usize = 208;
export const CURSOR_SLICES: u32 = isDefined(GATED) ? 2 : 21;
const LINE_LIFE: usize = 152;
/** A head, and behind it BULK_COUNT. */
export const LINE_BULK: usize = 160;
/** From the head that stands there on: entries below it. */
export const BULK_COUNT: usize = 32;
const LINE_DELTA: usize = 200;

export const PHASE: u64 = 15;
const WORK: u64 = 1;
export const ARMED: u64 = 2;
const DONE: u64 = 3;
const UNDO: u64 = 4;
const PROGRESS: u64 = 4;
const ADDS: u64 = 1 << 8;
const REMOVES: u64 = 2 << 8;
/** As many as LINE_DELTA says, more or less. */
const MANY: u64 = 3 << 8;
const SLOT: u64 = 10;
const SIZE: u64 = 16;
const CLEARS: u64 = 1 << 20;
const BY_WORD: u64 = 1 << 21;
const SEQUENCE: u64 = 24;
const FIRST: u64 = 32;

/** In LINE_WORD: the word has 64 bits. */
const WIDE: u64 = 1 << 32;
/** In olds: a block with a lock. */
const NODE: u64 = 1 << 32;

// What the present write has noted: this thread's own line says the same.
let root: usize = 0;
let line: usize = 0;
let home: usize = 0;
/** The slot + 1 whose line and home these are: this thread's, or that of somebody dead. */
let me: u32 = 0;
/** The number that the write found. */
export let number: u64 = 0;
let news: u32 = 0;
let olds: u32 = 0;
let locks: u32 = 0;

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
  store32(line + LINE_SNAPSHOTS, 0);
  store64(line + LINE_OPEN, 0);
  store32(line + LINE_HOME, 0);
  store32(line + LINE_LIFE, GENERATION);
  return line;
}

/** Whether a line's words are those of the thread that has the slot now. */
export function isCurrent(line: usize, slot: u32): bool {
  return load32(line + LINE_LIFE) == <u32>(load64(participantAt(slot) + S_STATE) >> 32);
}

/** Readies this thread for writing, under a pin; false: see `status`. */
export function ready(domain: usize): bool {
  root = domain;
  mayStretch(false);
  wantNothing();
  me = ME + 1;
  line = ownLine(mapOf(domain));
  home = load32(line + LINE_HOME);
  if (home != 0) return true;
  home = enterHome(domain);
  if (home == 0) return false;
  store32(line + LINE_HOME, <u32>home);
  return true;
}

/**
 * What follows is noted in the line of a dead slot, and retired into its home. For its one reaper,
 * behind `resolve`: who dies in it leaves nothing but another intent of that slot.
 */
export function standIn(domain: usize, slot: u32): void {
  root = domain;
  me = slot + 1;
  line = lineAt(mapOf(domain), slot);
  home = load32(line + LINE_HOME);
}

/** Begins with the lock of a block, under the number `word`. False: it was not to be had. */
export function begin(x: usize, word: u64): bool {
  number = word;
  news = 0;
  olds = 0;
  locks = 0;
  if (MUTANT != 412) store64(line, ((<u64>x) << FIRST) | WORK);
  const has = lock(x);
  if (MUTANT == 412) store64(line, ((<u64>x) << FIRST) | WORK);
  if (has) return true;
  store64(line, 0);
  return false;
}

/** One more lock; false: it was not to be had. */
export function alsoLock(x: usize): bool {
  store32(line + LINE_LOCKS + ((<usize>locks) << 2), <u32>x);
  locks++;
  return lock(x);
}

function lock(x: usize): bool {
  let word: u32 = 0;
  for (let round: u32 = 0; round <= TRIES; round++) {
    word = load32(x + LOCK);
    if (word == 0 && cas32(x + LOCK, 0, me)) return true;
    if ((word & DEAD) != 0) return false;
    pause(round);
  }
  if (word != 0) want(x, word);
  return false;
}

/** A block of so many bytes, noted (steps 3 and 4), its generation the write's; 0: `status`. */
export function take(bytes: u32): usize {
  const x = takeAnyNoted(root, home, newsOf(line, news), bytes);
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

/** Notes a region that the store will take out of the map, with what names it. */
export function outRegion(region: u32): void {
  store64(oldsOf(line, olds), regionOut(region));
  olds++;
}

/** Whether a record and what it names can be noted yet. */
export function hasRoomForOlds(): bool {
  return olds + 2 <= OLDS;
}

/** Notes what the store will take out of the map: a node that is locked, or a record. */
export function out(x: usize, node: bool): void {
  store64(oldsOf(line, olds), <u64>x | (node ? NODE : 0));
  olds++;
}

/** The generation of what the write makes. */
export function generation(): u64 {
  return MUTANT == 424 ? (number >> 1) + 1 : number >> 1;
}

/** `collectFor` (write/notes.ts), in this thread's home; then empty spans go, where some may be. */
export function collectHere(own: bool): void {
  collectFor(root, home, own);
  gather(root, home, false);
}

/** Frees what nobody reads, and gives all empty spans back: how many slices. Between calls. */
export function trimHere(): u32 {
  collectFor(root, home, held());
  return gatherAll(root, home);
}

// ---- publish ------------------------------------------------------------------------------------

/**
 * Publishes by LIVE of the leaf that was locked first. `slot`: whose bit tells, which is set, or
 * with `clears` cleared. `delta`: 1, 0 or -1 entries. False: not published.
 */
export function publishLive(link: u32, live: u64, slot: u32, clears: bool, delta: i32): bool {
  const armed =
    ((<u64>blockOf(link)) << FIRST) |
    ((<u64>sizeOf(link)) << SIZE) |
    ((<u64>slot) << SLOT) |
    (clears ? CLEARS : 0);
  if (!arm(armed, delta)) return false;
  if (MUTANT == 439) count(delta);
  store64(liveAt(link), live); // Publishes the slot.
  if (MUTANT != 439) count(delta);
  return true;
}

/** Publishes by a word of 32 bits, or `wide` of 64, in the block that was locked last. */
export function publishWord(word: usize, wide: bool, value: u64, delta: i32): bool {
  store64(line + LINE_WORD, <u64>word | (wide ? WIDE : 0));
  store64(line + LINE_NEXT, value);
  if (!arm((load64(line) & ~(<u64>0xffff_ffff)) | BY_WORD, delta)) return false;
  if (MUTANT == 410) retireOlds(line, home, 0, false);
  if (wide) store64(word, value);
  else store32(word, <u32>value);
  count(delta);
  return true;
}

/** Publishes a value of the leaf that was locked first: nothing tells, nothing needs to. */
export function publishValue(x: usize, word: usize, value: u64): bool {
  if (!arm((<u64>x) << FIRST, 0)) return false;
  store64(word, value);
  return true;
}

/** Whether what is published from here on counts: all but what is under a head of one's own. */
export function counts(does: bool): void {
  counting = does;
}

let counting: bool = true;

/** Steps 8 and 9. */
function arm(state: u64, change: i32): bool {
  const delta = counting ? change : 0;
  if (delta > 1 || delta < -1) store64(line + LINE_DELTA, delta);
  const sequence = (load64(line + LINE_COUNT) + (delta == 0 ? 0 : 1)) & 0xff;
  const bits =
    delta == 0
      ? 0
      : delta == 1
        ? ADDS
        : delta == -1 || (MUTANT == 454 && delta < 0)
          ? REMOVES
          : MANY;
  const armed = state | ARMED | bits | (sequence << SEQUENCE);
  if (MUTANT != 401) store64(line, armed);
  if (MUTANT == 402 || load64(mapOf(root) + MAP_NUMBER) == number) {
    if (MUTANT == 401) store64(line, armed);
    return true;
  }
  store64(line, (armed & ~(<u64>0xffff_ffff)) | WORK);
  return false;
}

/** Step 11. */
function count(delta: i32): void {
  if (delta != 0 && counting) store64(line + LINE_COUNT, counted(load64(line + LINE_COUNT), delta));
}

/** A count with `delta` more, and the next sequence. */
function counted(word: u64, delta: i32): u64 {
  const entries = (word >> 8) + <u64>(<i64>delta);
  return (entries << 8) | ((word + 1) & 0xff);
}

// ---- end ----------------------------------------------------------------------------------------

/** Ends what was published. */
export function finish(): void {
  const first = <usize>(load64(line) >> FIRST);
  if ((news | olds | locks) == 0) {
    unlockOne(first);
    return;
  }
  if (MUTANT == 403) releaseLocks(line, me, true);
  store64(line, ((<u64>first) << FIRST) | DONE);
  retireOlds(line, home, 0, false);
  clear(line, me, true);
  collect();
  sweep(); // One load, unless some region was retired.
}

/** Gives up what was not published, and hands the status on. */
export function giveUp(status: i32): i32 {
  const first = <usize>(load64(line) >> FIRST);
  if ((news | olds | locks) == 0) {
    unlockOne(first);
    return status;
  }
  store64(line, ((<u64>first) << FIRST) | UNDO);
  if (MUTANT != 432) retireNews(line, home, me - 1, 0, false);
  clear(line, me, false);
  collect();
  return status;
}

/** Not in the home of the dead: its next owner does that, or who finds it without one. */
function collect(): void {
  if (me == ME + 1) collectDue(root, home, true);
}

/** There is nothing but one lock. */
function unlockOne(x: usize): void {
  check((peek32(x + LOCK) & ~DEAD) == me, I + 1, x);
  if (MUTANT == 411) store64(line, 0);
  store32(x + LOCK, 0);
  wake(mapOf(root), x);
  store64(line, 0);
}

/** Step 13. `resumed`: by a repair. */
function retireOlds(line: usize, home: usize, from: u32, resumed: bool): void {
  for (let i: u32 = 0; i < NEWS; i++) settleNew(load64(newsOf(line, i)));
  for (let i = from; i < OLDS; i++) {
    const note = load64(oldsOf(line, i));
    if (note == 0) continue;
    retireOld(root, home, note, resumed, i == from);
    progress(line, i + 1);
  }
}

/** The same for blocks that nobody has seen. */
function retireNews(line: usize, home: usize, slot: u32, from: u32, resumed: bool): void {
  for (let i = from; i < NEWS; i++) {
    const note = load64(newsOf(line, i));
    if (note == 0) continue;
    retireNew(root, home, slot, note, resumed, i == from);
    progress(line, i + 1);
  }
}

function progress(line: usize, done: u32): void {
  if (MUTANT == 437) return;
  store64(line, (load64(line) & ~((<u64>15) << PROGRESS)) | ((<u64>done) << PROGRESS));
}

/** Steps 14 to 16. */
function clear(line: usize, owner: u32, published: bool): void {
  if (MUTANT != 403 || !published || owner != me) releaseLocks(line, owner, published);
  for (let i: u32 = 0; i < LOCKS; i++) drop32(line + LINE_LOCKS + ((<usize>i) << 2));
  for (let i: u32 = 0; i < NEWS; i++) drop64(newsOf(line, i));
  for (let i: u32 = 0; i < OLDS; i++) drop64(oldsOf(line, i));
  store64(line, 0);
}

function drop32(at: usize): void {
  if (load32(at) != 0) store32(at, 0);
}

function drop64(at: usize): void {
  if (load64(at) != 0) store64(at, 0);
}

/** Step 14. */
function releaseLocks(line: usize, owner: u32, published: bool): void {
  release(line, <usize>(load64(line) >> FIRST), owner, published);
  for (let i: u32 = 0; i < LOCKS; i++) {
    release(line, load32(line + LINE_LOCKS + ((<usize>i) << 2)), owner, published);
  }
}

function release(line: usize, x: usize, owner: u32, published: bool): void {
  if (x == 0 || load32(x + LOCK) != owner) return;
  store32(x + LOCK, published && MUTANT != 405 && isOut(line, x) ? DEAD : 0);
  wake(mapOf(root), x);
}

/** Whether a node is taken out by the intent. */
function isOut(line: usize, x: usize): bool {
  for (let i: u32 = 0; i < OLDS; i++) {
    if (load64(oldsOf(line, i)) == (<u64>x | NODE)) return true;
  }
  return false;
}

// ---- looking ------------------------------------------------------------------------------------

/** The head of what a slot loads. */
export function bulkAt(line: usize): usize {
  return line + LINE_BULK;
}

/** Whether the slot of a line may be about to store, or has stored and not yet counted. */
export function isArmed(line: usize): bool {
  return (load64(line) & PHASE) == ARMED;
}

/** How many entries the map has, if nobody is armed. O(participants). */
export function entriesOf(map: usize): i64 {
  let entries: i64 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    entries += <i64>load64(lineAt(map, slot) + LINE_COUNT) >> 8;
  }
  return entries;
}

// ---- after a death ------------------------------------------------------------------------------

/** Finishes or undoes what a dead slot had begun. For its one reaper; may be repeated. */
export function resolve(domain: usize, slot: u32): void {
  const line = lineAt(mapOf(domain), slot);
  const home: usize = load32(line + LINE_HOME);
  root = domain;
  let state = load64(line);
  if ((state & PHASE) == 0) return;
  const first = state & ~(<u64>0xffff_ffff);
  if ((state & PHASE) == ARMED) {
    const published = isPublished(line, state, slot + 1);
    if (published && MUTANT != 406) recount(line, state);
    const wrote = published && MUTANT != 453;
    if (wrote && <u32>load64(line + LINE_WORD) == <u32>(mapOf(domain) + MAP_HEAD + H_ROOT)) {
      // It was the load of line's own tree, if that is what the map has now (bulk.ts Z1).
      const own = line + LINE_BULK + H_ROOT;
      if ((state & BY_WORD) != 0 && <u64>load32(own) == load64(line + LINE_NEXT)) store32(own, 0);
    }
    state = first | (published ? DONE : UNDO);
    store64(line, state);
  } else if ((state & PHASE) == WORK) {
    state = first | UNDO;
    store64(line, state);
  }
  const from = <u32>(state >> PROGRESS) & 15;
  const done = (state & PHASE) == DONE;
  if (done) retireOlds(line, home, from, true);
  else if (MUTANT != 433) retireNews(line, home, slot, from, true);
  clear(line, slot + 1, done && MUTANT != 440);
}

/** I2. */
function isPublished(line: usize, state: u64, owner: u32): bool {
  if ((state & BY_WORD) != 0) {
    const word = load64(line + LINE_WORD);
    const next = load64(line + LINE_NEXT);
    const at: usize = <u32>word;
    return (word & WIDE) != 0 ? load64(at) == next : <u64>load32(at) == next;
  }
  const size = <u32>(state >> SIZE) & 15;
  const first = <u32>(state >> FIRST);
  // The last steps of a write with one lock are to count and to give it back. A value that was
  // stored or not needs nothing.
  if (size == 0 || load32(<usize>first + LOCK) != owner) return true;
  const bit = (load64(liveAt(first | size)) >> ((state >> SLOT) & 63)) & 1;
  return (bit == 0) == ((state & CLEARS) != 0);
}

function deltaOf(line: usize, change: u64): i32 {
  if (change == MANY) return <i32>load64(line + LINE_DELTA);
  return change == ADDS ? 1 : change == REMOVES ? -1 : 0;
}

/** Step 11, unless it was done. */
function recount(line: usize, state: u64): void {
  const word = load64(line + LINE_COUNT);
  const delta = deltaOf(line, state & MANY);
  if (delta != 0 && (MUTANT == 438 || (word & 0xff) != ((state >> SEQUENCE) & 0xff))) {
    store64(line + LINE_COUNT, counted(word, delta));
  }
}
