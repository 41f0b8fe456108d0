// Where everything stands in a cache: a Hamt each of whose values begins with a head, and a record
// beside the map's own that says how much there may be, what time it is, and who has put in what.
//
//   map ── MAP_CACHE ─► cache | bells | a tally for each slot of the arena
//    └─ … leaf ── entry ─► record | key | head | value
//
// Cache, in the domain's region
//   0 u64 generation, shared: `invalidateAll` raises it   8 u64 time in ms, shared, never back
//   16 u64 where the hand is, shared: a hash
//   24 u32 1 while the hand works towards the mark, shared
//   28 u32 most entries, or 0   32 u32 most bytes, or 0   36 u32 entries of a credit
//   40 u32 its bytes   48 u64 ms that an entry lives, or 0: frozen
//   64 BELLS x u32, shared: one changes when a fill ends of a key whose hash ends in its number
//   128 a tally for each slot: tally.ts
// Head, at the front of a value
//   0 u32 1: it was read since the hand came by, shared   4 u32 HAS_VALUE | IS_TOKEN, frozen
//   8 u64 generation, frozen   16 u64 when it expires, or 0, frozen
//   of a token also   24 u64 whose fill it is (owner.ts)   32 u32 which of its, frozen
//   36 u32 how many wait for it, shared
//
// What an entry is: VALUE alone: a value. TOKEN alone: somebody loads. Both: somebody loads what is
// to take the value's place, and until then it stands.
//
// C1  The value of every entry has a head.
// C2  Two tokens never have the same owner and number.
//
// By `audit`: C1, as weights that fit. C2: an owner is one life of a slot, which counts its fills.
//
// Names: cache its record; head a value's; x, map, slot as in the map's layout.

import { add32, get32, get64, wakeAll } from '@x/shm-arena/assembly/ground/atomic';
import { ME } from '@x/shm-arena/assembly/ground/layout';

/** What calls of caches answer beside map/codes.ts: there is no room before `cacheSweep` has made
 * some; somebody loads; it would never fit; there is more to do.
 */
export const ROOM: i32 = 48;
export const FILLING: i32 = 49;
export const TOO_LARGE: i32 = 50;
export const MORE: i32 = 51;

export const CACHE_GENERATION: usize = 0;
export const CACHE_TIME: usize = 8;
export const CACHE_HAND: usize = 16;
export const CACHE_DRAINS: usize = 24;
export const CACHE_ENTRIES: usize = 28;
export const CACHE_BYTES: usize = 32;
export const CACHE_CREDIT: usize = 36;
export const CACHE_CREDIT_BYTES: usize = 40;
export const CACHE_TTL: usize = 48;
const CACHE_BELLS: usize = 64;
const BELLS: u32 = isDefined(GATED) ? 1 : 16;
const CACHE_TALLIES: usize = 128;

const TALLY: usize = 128;

export function cacheBytes(participants: u32): u32 {
  return <u32>CACHE_TALLIES + participants * <u32>TALLY;
}

export function bellAt(cache: usize, hash: u64): usize {
  return cache + CACHE_BELLS + ((<usize>hash & (BELLS - 1)) << 2);
}

/** Wakes who waits for a fill of a key with this hash, and for others. */
export function ring(cache: usize, hash: u64): void {
  const bell = bellAt(cache, hash);
  add32(bell, 1);
  wakeAll(bell);
}

export function ringAll(cache: usize): void {
  for (let bell: u64 = 0; bell < BELLS; bell++) ring(cache, bell);
}

export function tallyAt(cache: usize, slot: u32): usize {
  return cache + CACHE_TALLIES + <usize>slot * TALLY;
}

/** This thread's. */
export function ownTally(cache: usize): usize {
  return tallyAt(cache, ME);
}

export function mostEntries(cache: usize): u32 {
  return get32(cache + CACHE_ENTRIES);
}

export function mostBytes(cache: usize): u32 {
  return get32(cache + CACHE_BYTES);
}

export function ttlOf(cache: usize): u64 {
  return get64(cache + CACHE_TTL);
}

export const HEAD_VISITED: usize = 0;
export const HEAD_WHAT: usize = 4;
export const HEAD_GENERATION: usize = 8;
export const HEAD_EXPIRY: usize = 16;
export const HEAD_OWNER: usize = 24;
export const HEAD_FILL: usize = 32;
export const HEAD_WAITERS: usize = 36;

export const HAS_VALUE: u32 = 1;
export const IS_TOKEN: u32 = 2;

/** Bytes in front of what the user sees. */
export function headBytes(what: u32): u32 {
  return (what & IS_TOKEN) != 0 ? 40 : 24;
}
