// What leaves a cache when there is too much: the hand goes round the hashes, from leaf to leaf.
// What was read since it came by last it leaves, as not read; what was not goes, as CLOCK has it
// (Corbató 1968). New entries were not read yet. The hand is one word that threads move by
// fetch-add, over ranges that have some 16 entries each: two of them never meet, and one that dies
// leaves a range out for one round.
//
//   hash  0 ──────────────────────────────────────────────────────────► 2^64 = 0
//         │ range │ range │ range │          hand ─► │ range of a │ range of b │
//
// cacheSweep, by who has no credit                         a death after this step leaves
//   1. sum up; it fits, and nobody drains: credit, OK       nothing
//   2. else it drains, until the mark is reached            a cache that the next one drains
//   3. hand + range; each leaf that begins in it, each      the range is left out in this round
//      entry: by its head; out, if its record is that       evict: as a write
//   4. so many visits, two credits, or the mark: as 1, but    nothing
//      MORE; or nothing at all is there: credit, OK
// SHORT: step 3 alone, for RANGE entries.
// cachePurge: step 3 from a place on, for what is not to be had any more.
//
// S1  A call visits VISITS entries at most, and the rest of a range; in the latter half it takes
//     what was read as well. So it takes out as many as it has to, or VISITS / 2.
// S2  A range that is begun is gone through. If the hand stopped behind the first one that goes, it
//     would leave out the others and come by too soon, and the cache have far fewer hits. Only
//     where removals take what is kept for them (../kept.ts) it stops behind each.
// S3  Tokens of those who live and load stay, unless they have a value and are taken in that half.
//
// The checker looks at the bounds after every step (tally.ts, T3).
//
// Names: as in layout.ts; record of an entry that is to go; gone how many are.

import { add64, get32, load32, put32, put64, store32 } from '@x/shm-arena/assembly/ground/atomic';
import { FULL, LIMIT, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { NEED } from '@x/shm-arena/assembly/map/codes';
import { behindKey, closePortion, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { ENDED, putLarge } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { countAll } from '../create';
import * as hand from '../hand';
import * as intents from '../intent';
import { cacheOf, mapOf } from '../layout';
import { countOf, entryAt, keyLength, recordOf, slicesOf, whatAt } from '../leaf';
import { isSure } from '../root';
import { leafAt, rangeEnd, rangeStart } from '../scan';
import {
  EXPIRED,
  glance,
  headOf,
  isFilling,
  leaveCold,
  NONE,
  plainAt,
  plainBytes,
  stateOf,
  VOID,
  weightOf,
} from './head';
import {
  CACHE_CREDIT,
  CACHE_CREDIT_BYTES,
  CACHE_DRAINS,
  CACHE_HAND,
  MORE,
  mostBytes,
  mostEntries,
  ownTally,
} from './layout';
import {
  bytes,
  count,
  entries,
  EVICTIONS,
  EXPIRATIONS,
  grant,
  sum,
  TALLY_NEED,
  TALLY_VAIN,
} from './tally';
import { evict } from './write';

/** Flag: what has left is given out. */
export const SHOWS: u32 = 1;
/** Flag: it is not a bound that lacks room, but the arena. */
export const SHORT: u32 = 2;
/** In the head of a row: why it has left. */
const WHY_EVICTED: u32 = 1 << 25;
export const WHY_EXPIRED: u32 = 1 << 26;
/** In the result: how many have left, also those that are not given out, and their bytes. */
export const GONE: usize = 60;
export const GONE_BYTES: usize = 56;

const VISITS: u32 = isDefined(GATED) ? 4 : 256;
/** Entries of a range. */
const RANGE: u64 = 16;
/** Rows that are given out in a call. */
export const ROWS: u32 = isDefined(GATED) ? 2 : 64;

// Of the present call. Whether it purges: takes out only what is not to be had.
let purges: bool = false;
let shows: bool = false;
let visits: u32 = 0;
let gone: u32 = 0;
let goneBytes: i64 = 0;
let full: i32 = 0;
let most: u32 = 0;
/** What a sweep has to take out yet. */
let leaving: i64 = 0;
let leavingBytes: i64 = 0;
let row: usize = 0;
let key: usize = 0;
let rows: u32 = 0;
/** The portion has no room for what comes next; or NEED: that alone was taken out. */
let stops: i32 = 0;

function start(flags: u32, limit: u32, out: u32, outBytes: u32): void {
  shows = (flags & SHOWS) != 0;
  most = limit;
  visits = 0;
  gone = 0;
  goneBytes = 0;
  full = OK;
  rows = 0;
  stops = OK;
  row = out;
  if (shows) key = openPortion(out, outBytes, ROWS, 0);
}

function end(status: i32): i32 {
  if (stops != NEED && shows) closePortion(row, key, 0, rows, 0);
  put32(io() + GONE, gone);
  put32(io() + GONE_BYTES, <u32>min<i64>(goneBytes, i32.MAX_VALUE));
  if (stops == NEED) return NEED;
  return leave(full != OK && gone == 0 ? full : status);
}

/** See ../index.ts. */
export function cacheSweep(entry: u32, generation: u32, flags: u32, out: u32, outBytes: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  if (intents.owes()) intents.freeHere(false);
  const map = mapOf(domain);
  const cache = cacheOf(map);
  purges = false;
  start(flags, 0, out, outBytes);
  sum(cache);
  const short = (flags & SHORT) != 0;
  if (short) {
    leaving = RANGE;
    leavingBytes = 0;
  } else if (!fits(cache)) {
    store32(cache + CACHE_DRAINS, 1);
    aim(cache);
  } else if (load32(cache + CACHE_DRAINS) == 0) {
    grant(cache);
    return end(OK);
  } else aim(cache);
  while (visits < VISITS && !isOver() && !isEnough()) {
    const step = rangeOf(entries);
    visits++; // Also of a range that is empty.
    range(map, cache, add64(cache + CACHE_HAND, step), step);
  }
  if (short) return end(OK);
  sum(cache);
  if (isBelowMark(cache)) store32(cache + CACHE_DRAINS, 0);
  const vain = gone == 0 ? get32(ownTally(cache) + TALLY_VAIN) + visits : 0;
  put32(ownTally(cache) + TALLY_VAIN, vain);
  // Nothing is left: whoever has taken it out, and not counted yet, will.
  const over = vain != 0 && vain >= VISITS + 2 * countAll(map, 0);
  if (!fits(cache) && !over) return end(MORE);
  grant(cache);
  return end(OK);
}

/** See ../index.ts. */
export function cachePurge(
  entry: u32,
  generation: u32,
  flags: u32,
  limit: u32,
  low: u32,
  high: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  if (intents.owes()) intents.freeHere(false);
  const map = mapOf(domain);
  purges = true;
  start(flags, limit, out, outBytes);
  const place = ((<u64>high) << 32) | low;
  const done = range(map, cacheOf(map), place, 0 - place);
  const status = end(done ? OK : MORE);
  put64(io() + ENDED, stopped); // Behind the portion, whose state stands there.
  return status;
}

/**
 * Within a range. One that is begun is gone through, but where all there is are two of them, and
 * where there is no memory: what was taken of what is kept is free again only behind this call.
 */
function isOver(): bool {
  if (stops != OK || full != OK || (gone > 0 && intents.owes())) return true;
  return purges ? gone >= most : entries < <i64>RANGE && isEnough();
}

function isEnough(): bool {
  return leaving <= 0 && leavingBytes <= 0;
}

/** Whether there is room for what this thread wants to add. */
function fits(cache: usize): bool {
  if (mostEntries(cache) != 0 && entries + 1 > <i64>mostEntries(cache)) return false;
  return mostBytes(cache) == 0 || bytes + need(cache) <= <i64>mostBytes(cache);
}

function need(cache: usize): i64 {
  return <i64>get32(ownTally(cache) + TALLY_NEED);
}

/** Sets what is to leave: what does not fit; and of what is above the mark two credits. */
function aim(cache: usize): void {
  const e = <i64>mostEntries(cache);
  const b = <i64>mostBytes(cache);
  const more = need(cache);
  const two = (<i64>get32(cache + CACHE_CREDIT)) << 1;
  const twoBytes = max(<i64>get32(cache + CACHE_CREDIT_BYTES), more) << 1;
  leaving = e == 0 ? 0 : max(entries + 1 - e, min(two, entries + 1 - e + e / 50));
  leavingBytes = b == 0 ? 0 : max(bytes + more - b, min(twoBytes, bytes + more - b + b / 50));
}

/** The mark is 98 in 100; of what is less than 50 it is the bound. */
function isBelowMark(cache: usize): bool {
  const e = <i64>mostEntries(cache);
  const b = <i64>mostBytes(cache);
  if (e != 0 && entries + 1 > e - e / 50) return false;
  return b == 0 || bytes + need(cache) <= b - b / 50;
}

/** The part of all hashes in which some RANGE entries are, a power of two, below all. */
function rangeOf(entries: i64): u64 {
  const ranges = <u64>max<i64>(entries, 0) / RANGE + 1;
  return (<u64>1) << (clz(ranges) as u64);
}

/** Where `range` has stopped before its end. */
let stopped: u64 = 0;

/** Visits the leaves that begin in so much (0: all) from a place on. False: it has stopped. */
function range(map: usize, cache: usize, from: u64, width: u64): bool {
  stopped = from;
  let round: u32 = 0;
  do {
    const leaf = leafAt(map, 0, stopped);
    if (!isSure) {
      reachOn(round++);
      continue;
    }
    const next = rangeEnd;
    // One that begins before was visited, also if it has been joined with this one since.
    if (leaf != 0 && (purges || rangeStart == stopped)) visitLeaf(map, cache, leaf);
    if (isOver()) return false;
    // Behind the last hash comes the first one.
    if (next == stopped || next - from - 1 >= width - 1) return true;
    stopped = next;
  } while (!purges || visits < VISITS);
  return false;
}

/** Nobody changes the leaf, and the pin covers it; what has left it since has another record. */
function visitLeaf(map: usize, cache: usize, leaf: usize): void {
  const n = countOf(leaf);
  glance(cache);
  for (let i: u32 = 0; i < n && !isOver(); i++) {
    visits++;
    const entry = entryAt(leaf, i);
    const what = whatAt(leaf, i);
    const why = judge(headOf(entry));
    if (why != STAYS) takeOut(map, cache, entry, what, why);
  }
}

const STAYS: u32 = ~0;
const SILENT: u32 = 0;

/** Why an entry leaves. */
function judge(head: usize): u32 {
  const state = stateOf(head);
  const fills = isFilling(head);
  if (state == VOID || (state == NONE && !fills)) return SILENT;
  if (state == EXPIRED && !fills) return WHY_EXPIRED;
  if (state == NONE || purges) return STAYS;
  if (visits > VISITS / 2) return WHY_EVICTED; // S1
  if (fills) return STAYS;
  return leaveCold(head) ? STAYS : WHY_EVICTED;
}

function takeOut(map: usize, cache: usize, entry: usize, what: u32, why: u32): void {
  const slices = slicesOf(entry, what);
  const length = keyLength(entry, what);
  const head = headOf(entry);
  const told = shows && why != SILENT;
  const value = plainAt(head);
  const size = plainBytes(entry, what);
  const weight = weightOf(entry, what);
  const large = told && !putEntry(row, key, 0, slices, slices, length | why, value, size, 0);
  if (told && (rows == ROWS || (large && rows > 0))) {
    stops = MORE;
    return;
  }
  hand.takeSlices(map, length, slices);
  const status = evict(map, cache, recordOf(entry));
  if (status == FULL || status == LIMIT) full = status;
  if (status != OK) return;
  gone++;
  if (weight != 0) leaving--;
  leavingBytes -= weight;
  goneBytes += weight;
  if (why == WHY_EVICTED) count(cache, EVICTIONS);
  if (why == WHY_EXPIRED) count(cache, EXPIRATIONS);
  if (!told) return;
  if (large) {
    stops = putLarge(1, 1, slices, length | why, value, size);
    return;
  }
  rows++;
  row += 8;
  key = behindKey(key, length, 0);
}
