// What each thread has put in and taken out, in a line of its own: so nobody meets anybody when he
// counts, and what a dead thread has counted is still there. All of them together say how much
// there is; a thread looks at them when it has used up its credit.
//
// Tally, 128 bytes a slot, written by its thread alone, or its repair
//   0 u64 entries   8 u64 bytes, both of which wrap   16, 24 what they will be when the write that
//   has begun is published, shared   32 u32 entries, 36 u32 bytes that may be added without a look,
//   40 u32 the bytes that found no credit, 44 u32 fills begun, owned   48 counters, u64, shared
//   96 u32 visits of the hand in vain, owned
//
// T1  While the slot's intent is IDLE, both pairs of a tally say the same.
// T2  What the cache has is the sum of all tallies while no write is in flight.
// T3  There is no more than the bound and, for each thread, a credit and one write.
//
// By `audit`: T1 and T2, against what is there. The checker looks at T3 after every step.
//
// write                                                   a death after this step leaves
//   1. 16 and 24, while the intent is at WORK               UNDO: they are put back
//   2. it is published, or given up (../intent.ts)          the same, judged as the intent is
//   3. DONE: 0 and 8 become what they will be; UNDO: the    the same, once more
//      other way round; both before IDLE

import { get32, load64, put32, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { cacheOf } from '../layout';
import {
  CACHE_CREDIT,
  CACHE_CREDIT_BYTES,
  mostBytes,
  mostEntries,
  ownTally,
  tallyAt,
} from './layout';

const TALLY_ENTRIES: usize = 0;
const TALLY_BYTES: usize = 8;
const TALLY_NEXT: usize = 16;
const TALLY_NEXT_BYTES: usize = 24;
const TALLY_CREDIT: usize = 32;
const TALLY_CREDIT_BYTES: usize = 36;
export const TALLY_NEED: usize = 40;
export const TALLY_VAIN: usize = 96;
const TALLY_FILLS: usize = 44;
const TALLY_COUNTERS: usize = 48;

/** Counters: what has happened so often. */
export const HITS: u32 = 0;
export const MISSES: u32 = 1;
export const STALE: u32 = 2;
export const EVICTIONS: u32 = 3;
export const EXPIRATIONS: u32 = 4;
export const FILLS: u32 = 5;
export const COUNTERS: u32 = 6;

// ---- counting -----------------------------------------------------------------------------------

/** Step 1, of a write that adds so many (or takes them out). */
export function tallyNext(cache: usize, entries: i32, bytes: i64): void {
  const t = ownTally(cache);
  if (MUTANT == 550) return;
  store64(t + TALLY_NEXT, load64(t + TALLY_ENTRIES) + <u64>(<i64>entries));
  store64(t + TALLY_NEXT_BYTES, load64(t + TALLY_BYTES) + <u64>bytes);
}

/** Step 3, of a slot whose intent is over: DONE, or else UNDO. Of a map that is no cache: none. */
export function tally(map: usize, slot: u32, done: bool): void {
  const cache = cacheOf(map);
  if (cache == 0) return;
  const t = tallyAt(cache, slot);
  if (MUTANT == 551 && !done) return;
  const from: usize = done ? 16 : 0;
  const to: usize = 16 - from;
  store64(t + to, load64(t + from));
  store64(t + to + 8, load64(t + from + 8));
}

/** Whether step 3 is done. */
export function isTallied(cache: usize, slot: u32): bool {
  const t = tallyAt(cache, slot);
  if (load64(t + TALLY_ENTRIES) != load64(t + TALLY_NEXT)) return false;
  return load64(t + TALLY_BYTES) == load64(t + TALLY_NEXT_BYTES);
}

/** What `sum` has found. */
export let entries: i64 = 0;
export let bytes: i64 = 0;

/** Adds up all tallies. O(participants). */
export function sum(cache: usize): void {
  entries = 0;
  bytes = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const t = tallyAt(cache, slot);
    entries += <i64>load64(t + TALLY_ENTRIES);
    bytes += <i64>load64(t + TALLY_BYTES);
  }
}

// ---- credit -------------------------------------------------------------------------------------

/** Whether this thread may add so many without a look. If not, it is noted what it needs. */
export function mayAdd(cache: usize, entries: i32, bytes: i64): bool {
  if (entries <= 0 && bytes <= 0) return true;
  const t = ownTally(cache);
  const enough =
    (mostEntries(cache) == 0 || entries <= <i32>get32(t + TALLY_CREDIT)) &&
    (mostBytes(cache) == 0 || bytes <= <i64>get32(t + TALLY_CREDIT_BYTES));
  if (!enough) put32(t + TALLY_NEED, <u32>max<i64>(bytes, 0));
  return enough || MUTANT == 552;
}

/** It has added them. */
export function spend(cache: usize, entries: i32, bytes: i64): void {
  const t = ownTally(cache);
  if (entries > 0) take(t + TALLY_CREDIT, entries);
  if (bytes > 0) take(t + TALLY_CREDIT_BYTES, bytes);
}

/** What is not limited is not kept. */
function take(at: usize, count: i64): void {
  put32(at, <u32>max<i64>(<i64>get32(at) - count, 0));
}

/** Gives this thread a new credit: of what `sum` has found room for; of what it needs at least. */
export function grant(cache: usize): void {
  const t = ownTally(cache);
  const credit = min<i64>(get32(cache + CACHE_CREDIT), <i64>mostEntries(cache) - entries);
  const creditBytes = min<i64>(get32(cache + CACHE_CREDIT_BYTES), <i64>mostBytes(cache) - bytes);
  put32(t + TALLY_CREDIT, <u32>max<i64>(credit, 1));
  put32(t + TALLY_CREDIT_BYTES, <u32>max<i64>(creditBytes, get32(t + TALLY_NEED)));
}

// ---- counters -----------------------------------------------------------------------------------

function counterAt(t: usize, counter: u32): usize {
  return t + TALLY_COUNTERS + ((<usize>counter) << 3);
}

/** It has happened once more. A death may lose what it was about to count. */
export function count(cache: usize, counter: u32): void {
  const at = counterAt(ownTally(cache), counter);
  store64(at, load64(at) + 1);
}

export function counted(cache: usize, counter: u32): u64 {
  let all: u64 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    all += load64(counterAt(tallyAt(cache, slot), counter));
  }
  return all;
}

/** A number for one more fill of this thread. */
export function nextFill(cache: usize): u32 {
  const t = ownTally(cache);
  const fill = get32(t + TALLY_FILLS) + 1;
  put32(t + TALLY_FILLS, fill);
  return fill;
}
