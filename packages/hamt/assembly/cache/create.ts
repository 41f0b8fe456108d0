// A cache as a structure: made, its clock, what is void, what it counts.
//
// cacheCreate                                             a death after this step leaves
//   1. a map (../create.ts), with the cache's record       what the creation of a map leaves
// cacheTick
//   2. the time, if it is later     linearizes             nothing
// cacheVoid
//   3. generation + 1               linearizes             nothing
//
// The time goes on by who calls: a thread says what it is when it writes, and now and then when it
// reads. In an image stands the last one that was said: none passes between saving and loading, but
// by the clock of who loads it.
//
// Names: as in layout.ts.

import {
  add64,
  cas64,
  fill,
  get32,
  load64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { DOMAIN_REGION } from '@x/shm-arena/assembly/reclaim/home';
import { create } from '../create';
import { cacheOf, MAP_CACHE, mapOf } from '../layout';
import {
  CACHE_BYTES,
  CACHE_CREDIT,
  CACHE_CREDIT_BYTES,
  CACHE_ENTRIES,
  CACHE_GENERATION,
  CACHE_TIME,
  CACHE_TTL,
  cacheBytes,
  ringAll,
} from './layout';
import { bytes, counted, COUNTERS, entries, sum } from './tally';

/** A thread's part of a bound that it may add without a look: one in so many, of all threads'. */
const PARTS: u32 = isDefined(GATED) ? 1 : 64;
/** The most entries of a credit. */
const CREDIT: u32 = 64;

/** See ../index.ts. */
export function cacheCreate(
  entry: u32,
  generation: u32,
  mostEntries: u32,
  mostBytes: u32,
  ttl: f64,
  now: f64,
): i32 {
  const status = create(entry, generation);
  if (status != OK) return status;
  const root: usize = get32(io() + ANSWER);
  const size = cacheBytes(PARTICIPANTS);
  const cache: usize = regionAlloc(get32(root + DOMAIN_REGION), size, 64);
  if (cache == 0) return whyNot();
  fill(cache, 0, size); // Private: the entry is not published.
  const parts = PARTS * PARTICIPANTS;
  put32(cache + CACHE_ENTRIES, mostEntries);
  put32(cache + CACHE_BYTES, mostBytes);
  put32(cache + CACHE_CREDIT, min(max(mostEntries / parts, 1), CREDIT));
  put32(cache + CACHE_CREDIT_BYTES, mostBytes / parts);
  put64(cache + CACHE_TTL, <u64>ttl);
  store64(cache + CACHE_TIME, <u64>now);
  store64(cache + CACHE_GENERATION, 1);
  put32(mapOf(root) + MAP_CACHE, <u32>cache);
  return OK;
}

/** See ../index.ts. */
export function cacheTick(entry: u32, generation: u32, now: f64): f64 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return -(<f64>whyNot());
  const at = cacheOf(mapOf(domain)) + CACHE_TIME;
  let time = load64(at);
  while ((<u64>now > time || MUTANT == 559) && !cas64(at, time, <u64>now)) time = load64(at);
  leave(OK);
  return max(<f64>time, now);
}

/** See ../index.ts. */
export function cacheVoid(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const cache = cacheOf(mapOf(domain));
  add64(cache + CACHE_GENERATION, 1);
  ringAll(cache);
  return leave(OK);
}

/** See ../index.ts. O(participants). */
export function cacheCount(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const cache = cacheOf(mapOf(domain));
  const result = io();
  sum(cache);
  put64(result, entries);
  put64(result + 8, bytes);
  for (let i: u32 = 0; i < COUNTERS; i++) {
    put64(result + 16 + ((<usize>i) << 3), counted(cache, i));
  }
  return leave(OK);
}
