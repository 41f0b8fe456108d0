// Reading one key of a cache, and who loads it.
//
// cacheGet                                                a death after any step leaves a pin
//   1. generation and time, for the whole call
//   2. the entry, as in any map (../read.ts); its head says whether it is to be had
//   3. it was read: one store, if nobody has read it since the hand came by
//   4. count; copy out; unpin
// cacheFill                                               as a write
//   5. the bell; 1; the entry; it is to be had: that; somebody who lives loads it: FILLING
//   6. a token in its place         linearizes              the token of a dead one, which is none
//
// A thread that waits for a fill looks again when the bell has another value than 5 has seen: it
// was loaded before the entry was, so a fill that has ended since rings it once more.
//
// Names: as in layout.ts.

import { add32, get32, get64, load32, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, AGAIN, EXISTS, NEED } from '@x/shm-arena/assembly/map/codes';
import { ANSWER, FOUND_FLAGS, FOUND_NUMBER, putValue } from '@x/shm-arena/assembly/map/result';
import * as hand from '../hand';
import * as intents from '../intent';
import { cacheOf, mapOf } from '../layout';
import { NOTES } from '../notes';
import { foundEntry, foundWhat, search } from '../read';
import { isRetried, old, oldWhat, reach } from '../write';
import {
  EXPIRED,
  FRESH,
  headOf,
  generation as now,
  glance,
  isFill,
  isFilling,
  leftOf,
  NONE,
  plainAt,
  plainBytes,
  stateOf,
  visit,
} from './head';
import {
  bellAt,
  FILLING,
  HAS_VALUE,
  HEAD_EXPIRY,
  HEAD_FILL,
  HEAD_OWNER,
  HEAD_WAITERS,
  IS_TOKEN,
  ring,
} from './layout';
import { count, FILLS, HITS, MISSES, nextFill, STALE } from './tally';
import { store } from './write';

/** Flags, beside KEYS_ONLY: no trace of it; an expired value, too; it counts. */
export const PEEKS: u32 = 1;
export const GIVES_STALE: u32 = 2;
export const COUNTS: u32 = 4;
/** Of `cacheFill`: also if there is one to be had. */
export const FORCES: u32 = 16;

/** Results of `cacheFill`: whose fill it is and which, the bell and what it was. */
export const FILL_OWNER: usize = 8;
export const FILL_NUMBER: usize = 16;
export const FILL_BELL: usize = 24;
export const FILL_SEEN: usize = 28;

/** See ../index.ts. */
export function cacheGet(
  entry: u32,
  generation: u32,
  flags: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const cache = cacheOf(map);
  hand.take(map, len, k0, k1, k2, k3);
  glance(cache);
  const here = search(map, 0);
  const head: usize = here ? headOf(foundEntry) : 0;
  const state = here ? stateOf(head) : NONE;
  const shown = shows(state, flags);
  if ((flags & COUNTS) != 0) count(cache, !shown ? MISSES : state == FRESH ? HITS : STALE);
  if (!shown) return leave(ABSENT);
  const status = give(head, plainBytes(foundEntry, foundWhat), state, flags, OK);
  return status == NEED ? NEED : leave(status);
}

/** Whether a value of this state is given out. */
function shows(state: u32, flags: u32): bool {
  return state == FRESH || (state == EXPIRED && (flags & GIVES_STALE) != 0);
}

/** Steps 3 and 4. */
function give(head: usize, bytes: u32, state: u32, flags: u32, status: i32): i32 {
  if ((flags & PEEKS) == 0) visit(head);
  put32(io() + FOUND_FLAGS, state);
  const expires = get64(head + HEAD_EXPIRY) != 0;
  put64(io() + FOUND_NUMBER, expires ? leftOf(head) : ~(<u64>0));
  return putValue(plainAt(head), bytes, flags, valueRoom(NOTES), status);
}

/** See ../index.ts. */
export function cacheFill(
  entry: u32,
  generation: u32,
  flags: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  const map = mapOf(domain);
  const cache = cacheOf(map);
  hand.take(map, len, k0, k1, k2, k3);
  for (let round: u32 = 0; ; round++) {
    const status = attempt(map, cache, flags);
    if (isRetried(status, round, false)) continue;
    if (status == OK) count(cache, FILLS);
    if ((flags & COUNTS) != 0) {
      if (status == OK || status == FILLING) count(cache, MISSES);
      if (status == EXISTS || status == NEED) {
        count(cache, get32(io() + FOUND_FLAGS) == FRESH ? HITS : STALE);
      }
    }
    return status == NEED ? NEED : leave(status == AGAIN ? CONTENDED : status);
  }
}

function attempt(map: usize, cache: usize, flags: u32): i32 {
  const result = io();
  const bell = bellAt(cache, hand.hash);
  put32(result + FILL_BELL, <u32>bell);
  put32(result + FILL_SEEN, load32(bell));
  glance(cache);
  const status = reach(map);
  if (status != OK) return status;
  const here = old != 0;
  const head: usize = here ? headOf(old) : 0;
  const state = here ? stateOf(head) : NONE;
  const fills = here && isFilling(head);
  // What is not wanted any more is given out only while somebody loads another one.
  const meanwhile = fills && (flags & GIVES_STALE) != 0;
  if (((flags & FORCES) == 0 && state == FRESH) || (meanwhile && state >= EXPIRED)) {
    return give(head, plainBytes(old, oldWhat), state, flags, EXISTS);
  }
  if (fills) {
    put64(result + FILL_OWNER, get64(head + HEAD_OWNER));
    put32(result + FILL_NUMBER, get32(head + HEAD_FILL));
    return FILLING;
  }
  const fill = nextFill(cache);
  const keeps = state >= EXPIRED;
  const value: usize = keeps ? plainAt(head) : 0;
  const bytes = keeps ? plainBytes(old, oldWhat) : 0;
  const expiry = keeps ? get64(head + HEAD_EXPIRY) : 0;
  const is = keeps ? IS_TOKEN | HAS_VALUE : IS_TOKEN;
  const stored = store(map, cache, is, value, bytes, now, expiry, fill);
  put32(result + FILL_NUMBER, fill);
  return stored;
}

/** See ../index.ts. */
export function cacheAwait(
  entry: u32,
  generation: u32,
  more: i32,
  ownerLow: u32,
  ownerHigh: u32,
  fill: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const cache = cacheOf(map);
  hand.take(map, len, k0, k1, k2, k3);
  const bell = bellAt(cache, hand.hash);
  put32(io() + FILL_BELL, <u32>bell);
  put32(io() + FILL_SEEN, load32(bell));
  if (!search(map, 0)) return leave(ABSENT);
  const head = headOf(foundEntry);
  if (!isFill(head, ((<u64>ownerHigh) << 32) | ownerLow, fill)) return leave(ABSENT);
  const waiters = head + HEAD_WAITERS;
  put32(io() + ANSWER, more == 0 ? load32(waiters) : add32(waiters, more) + more);
  if (more < 0) ring(cache, hand.hash);
  return leave(OK);
}
