// Writing one key of a cache. It is a write of the map (../write.ts) whose value has a head, and
// which counts what it adds; what it may not add without a look at all tallies it refuses (ROOM),
// and the host makes room first (sweep.ts).
//
// cachePut                                               a death after any step: ../intent.ts
//   1. where the key is (../write.ts: 1, 2); is it as the write wants it
//   2. is there credit for what it adds: if not, ROOM, and nothing has changed
//   3. the value and its head, out of sight; what the tally will be (tally.ts)
//   4. publish           linearizes
//   5. what was a token is none: the bell                  who waits looks again by himself
//
// F1  A fill ends only where its token stands, in the token's generation: who invalidates the key,
//     or all, behind `cacheFill`, has nothing of it shown.
//
// Checked by the checker's model.
//
// Names: as in layout.ts; kind of a write; fill the number of one of this thread's fills.

import { get64, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, FULL, GENERATION, ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { ownedBySlot } from '@x/shm-arena/assembly/ground/owner';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, AGAIN, DIFFERS, NEED } from '@x/shm-arena/assembly/map/codes';
import { FOUND_FLAGS, putValue } from '@x/shm-arena/assembly/map/result';
import { REFUSED, withoutEntry } from '../build';
import * as hand from '../hand';
import * as intents from '../intent';
import { begin } from '../intent';
import { cacheOf, mapOf } from '../layout';
import { recordOf } from '../leaf';
import { isBare } from '../root';
import { NOTES } from '../notes';
import { valueAt } from '../record';
import { change, isRetried, made, old, oldWhat, reach, withValue } from '../write';
import {
  headOf,
  EXPIRED,
  generation as now,
  glance,
  hasValue,
  isFill,
  isToken,
  NONE,
  plainAt,
  plainBytes,
  putHead,
  stateOf,
  time,
  VOID,
  weigh,
  weightOf,
} from './head';
import {
  HAS_VALUE,
  headBytes,
  HEAD_EXPIRY,
  HEAD_GENERATION,
  mostBytes,
  ring,
  ROOM,
  TOO_LARGE,
  ttlOf,
} from './layout';
import { mayAdd, spend, tallyNext } from './tally';

export const CACHE_SET: u32 = 0;
export const CACHE_DELETE: u32 = 1;
/** A fill ends with a value; or without one. */
export const CACHE_END: u32 = 2;
export const CACHE_CANCEL: u32 = 3;

/** Who this thread is, in a token. */
function owner(): u64 {
  return ownedBySlot(ME, GENERATION);
}

/** When a value expires that lives so many ms; below 0: as the cache says; 0: never. */
function expiryFor(cache: usize, ttl: f64): u64 {
  const lives = ttl < 0 ? ttlOf(cache) : <u64>ttl;
  return lives == 0 ? 0 : time + lives;
}

/** See ../index.ts. */
export function cachePut(
  entry: u32,
  generation: u32,
  kind: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  value: u32,
  bytes: u32,
  ttl: f64,
  fill: u32,
  gives: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  const map = mapOf(domain);
  hand.take(map, len, k0, k1, k2, k3);
  for (let round: u32 = 0; ; round++) {
    const status = attempt(map, kind, value, bytes, ttl, fill, gives);
    if (isRetried(status, round, kind == CACHE_DELETE || kind == CACHE_CANCEL)) continue;
    return status == NEED ? NEED : leave(status == AGAIN ? CONTENDED : status);
  }
}

function attempt(
  map: usize,
  kind: u32,
  value: usize,
  bytes: u32,
  ttl: f64,
  fill: u32,
  gives: u32,
): i32 {
  const cache = cacheOf(map);
  glance(cache); // Before the key is looked at: F1.
  let status = reach(map);
  if (status == FULL && kind == CACHE_DELETE && isBare(map)) return ABSENT;
  if (status != OK) return status;
  const head: usize = old == 0 ? 0 : headOf(old);
  const state = old == 0 ? NONE : stateOf(head);
  put32(io() + FOUND_FLAGS, state);
  if (kind == CACHE_DELETE) {
    if (old == 0) return ABSENT;
    return store(map, cache, REFUSED, 0, 0, 0, 0, 0);
  }
  if (kind == CACHE_CANCEL) {
    if (old == 0 || !isFill(head, owner(), fill)) return DIFFERS;
    // What was there before the fill goes on.
    if (state == NONE || state == VOID) return store(map, cache, REFUSED, 0, 0, 0, 0, 0);
    const expiry = get64(head + HEAD_EXPIRY);
    const was = get64(head + HEAD_GENERATION);
    return store(map, cache, HAS_VALUE, plainAt(head), plainBytes(old, oldWhat), was, expiry, 0);
  }
  let begun = now;
  if (kind == CACHE_END) {
    if (old == 0 || !isFill(head, owner(), fill)) return DIFFERS;
    begun = get64(head + HEAD_GENERATION);
    if (begun != now && MUTANT != 556) return DIFFERS;
  }
  const entry = old;
  const what = oldWhat;
  const expiry = expiryFor(cache, ttl);
  status = store(map, cache, HAS_VALUE, value, bytes, MUTANT == 556 ? now : begun, expiry, 0);
  if (status != OK || gives == 0 || state < EXPIRED) return status;
  // The pin covers what was there.
  return putValue(plainAt(head), plainBytes(entry, what), 0, valueRoom(NOTES), OK);
}

/**
 * Steps 2 to 5, behind `reach`: puts a value, or a token, of this head where the key is; `is`
 * REFUSED: takes out what is there.
 */
export function store(
  map: usize,
  cache: usize,
  is: u32,
  value: usize,
  bytes: u32,
  generation: u64,
  expiry: u64,
  fill: u32,
): i32 {
  const removing = is == REFUSED;
  const length = hand.length;
  const adds = !removing && (is & HAS_VALUE) != 0;
  const had = old != 0 && hasValue(headOf(old));
  const wakes = old != 0 && isToken(headOf(old)) && (removing || fill == 0);
  const weight = adds ? weigh(length, bytes) : 0;
  const entries = <i32>adds - <i32>had;
  const more = weight - (old == 0 ? 0 : weightOf(old, oldWhat));
  if (mostBytes(cache) != 0 && weight > <i64>mostBytes(cache)) return TOO_LARGE;
  if (!mayAdd(cache, entries, more)) return ROOM;
  begin();
  let link: u32;
  if (removing) link = withoutEntry();
  else {
    link = withValue(map, value, bytes, headBytes(is));
    if (link != REFUSED) putHead(valueAt(made), is, generation, expiry, owner(), fill);
  }
  if (link != REFUSED) tallyNext(cache, entries, more);
  const status = change(map, link, removing);
  if (status != OK) return status;
  spend(cache, entries, more);
  if (wakes) ring(cache, hand.hash);
  return OK;
}

/**
 * Takes out the entry of the key in hand, if it still has that record; whether it was there. What
 * the caller has read stays under its pin.
 */
export function evict(map: usize, cache: usize, record: usize): i32 {
  for (let round: u32 = 0; ; round++) {
    let status = reach(map);
    if (status == OK) {
      if (old == 0 || (recordOf(old) != record && MUTANT != 557)) return ABSENT;
      status = store(map, cache, REFUSED, 0, 0, 0, 0, 0);
    }
    if (isRetried(status, round, true, MUTANT != 542)) continue;
    return status == AGAIN ? ABSENT : status;
  }
}
