// Reading many keys in lockstep, so that their cache misses overlap.
//
//   lane 0    slot ──► node ──► its link ──► leaf ──► entry ──► record
//   lane 1    slot ──► leaf ──► entry                                  a step in each lane by turns
//
// Each key is read for itself: what it loads, and where it linearizes, is as of `get` (read.ts).
// All lanes begin at one array. Where a slot is not covered, all of them begin again.
//
// Lane, private: 0 u64 x 2 the key's first slices   16 u64 hash   24 u32 length   28 u32 its bytes
//   32 u32 link; then the entry   36 u32 level; then what it is   40 u32 where the lane is
//   44 u32 the line to ask for
//
// Names: as in read.ts; here what a lane comes to next.

import { get32, get64, load64, put32, put64, touch } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { keyRecord } from '@x/shm-arena/assembly/map/key';
import { closePortion, NOTHING, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import * as hand from './hand';
import {
  blockOf,
  hasRecord,
  isNode,
  linkAt,
  mapOf,
  N_RUNS,
  placeOf,
  runOf,
  slotAt,
  slotOf,
  tagsAt,
} from './layout';
import { countOf, entryAt, entryValueAt, entryValueBytes, find, recordOf, whatAt } from './leaf';
import { LANE, LANES, lanes as lanesAt } from './notes';
import { arrayOf, isSure, wordFor } from './root';

const L_HASH: usize = 16;
const L_LENGTH: usize = 24;
const L_AT: usize = 28;
const L_LINK: usize = 32;
const L_LEVEL: usize = 36;
const L_STATE: usize = 40;
const L_ASK: usize = 44;

/** It comes to the block that its link names; in there, to the line that the key says. */
const BLOCK: u32 = 0;
const INSIDE: u32 = 1;
const FOUND: u32 = 2;
const NONE: u32 = 3;

/** See index.ts. */
export function getMany(
  entry: u32,
  generation: u32,
  target: u32,
  count: u32,
  at: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const first = lanesAt();
  const keyAt = openPortion(out, outBytes, count, 0);
  let row: usize = out;
  let keys: u32 = 0;
  let key: usize = at;
  let full = false;
  let round: u32 = 0;
  while (keys < count && !full) {
    const lanes = min(LANES, count - keys);
    for (let i: u32 = 0; i < lanes; i++) key = stage(map, laneAt(first, i), key);
    while (!walkAll(map, target, first, lanes)) reachOn(round++);
    for (let i: u32 = 0; i < lanes; i++) {
      full = !give(laneAt(first, i), row, keyAt);
      if (full) break;
      row += 8;
      keys++;
    }
  }
  closePortion(row, keyAt, 0, keys, full ? 1 : 0);
  return leave(OK);
}

function laneAt(first: usize, i: u32): usize {
  return first + <usize>i * LANE;
}

/** Gives the lane the staged key at `key`; returns where the next one stands. */
function stage(map: usize, lane: usize, key: usize): usize {
  const len = get32(key); // Staged by this thread's host: private.
  hand.takeAt(map, len, key + 8);
  put64(lane, hand.s0);
  put64(lane + 8, hand.s1);
  put64(lane + L_HASH, hand.hash);
  put32(lane + L_LENGTH, len);
  put32(lane + L_AT, <u32>key + 8);
  return key + keyRecord(len);
}

/** The lane's key is in hand. */
function takeUp(lane: usize): void {
  hand.put(
    get64(lane),
    get64(lane + 8),
    get32(lane + L_LENGTH),
    get32(lane + L_AT),
    get64(lane + L_HASH),
  );
}

/** Takes each lane to its key's entry, or to where it would be; false: all begin again. */
function walkAll(map: usize, target: u32, first: usize, lanes: u32): bool {
  const array = arrayOf(map, target);
  if (!isSure) return false;
  if (!isDefined(GATED) && array != 0) askSlots(array, first, lanes);
  for (let i: u32 = 0; i < lanes; i++) {
    const lane = laneAt(first, i);
    const slot = slotOf(get64(lane + L_HASH));
    const link = array == 0 ? 0 : <u32>wordFor(map, array, slot);
    if (!isSure && MUTANT != 537) return false;
    put32(lane + L_LEVEL, 0);
    goTo(lane, link);
  }
  for (let open = true; open; ) {
    open = false;
    if (!isDefined(GATED)) askAll(first, lanes);
    for (let i: u32 = 0; i < lanes; i++) {
      const lane = laneAt(first, i);
      if (get32(lane + L_STATE) >= FOUND) continue;
      step(lane);
      open = true;
    }
  }
  return true;
}

/** One line further. */
function step(lane: usize): void {
  const link = get32(lane + L_LINK);
  const isNear = get32(lane + L_STATE) == INSIDE;
  if (isNode(link)) {
    if (isNear) {
      put32(lane + L_LEVEL, get32(lane + L_LEVEL) + 1);
      goTo(lane, get32(get32(lane + L_ASK)));
      return;
    }
    const x = blockOf(link);
    const place = placeOf(get64(lane + L_HASH), get32(lane + L_LEVEL));
    comeTo(lane, INSIDE, linkAt(x, runOf(get64(x + N_RUNS), place)));
    return;
  }
  if (!isNear) {
    const i = firstLike(link, get64(lane + L_HASH));
    comeTo(lane, i < 0 ? NONE : INSIDE, i < 0 ? 0 : entryAt(link, i));
    return;
  }
  takeUp(lane);
  const i = find(link);
  if (i < 0) {
    comeTo(lane, NONE, 0);
    return;
  }
  const at = entryAt(link, i);
  const what = whatAt(link, i);
  put32(lane + L_LINK, <u32>at);
  put32(lane + L_LEVEL, what);
  comeTo(lane, FOUND, hasRecord(what) ? recordOf(at) : 0);
}

function comeTo(lane: usize, state: u32, line: usize): void {
  put32(lane + L_STATE, state);
  put32(lane + L_ASK, <u32>line);
}

/** The lane's next block. */
function goTo(lane: usize, link: u32): void {
  put32(lane + L_LINK, link);
  comeTo(lane, link == 0 ? NONE : BLOCK, blockOf(link));
}

/** The first entry of a leaf whose tag is that of a hash; -1: none. */
function firstLike(x: usize, hash: u64): i32 {
  const count = countOf(x);
  const tag = (hash & 0xff) * 0x0101_0101_0101_0101;
  for (let from: u32 = 0; from < count; from += 8) {
    const differ = get64(tagsAt(x) + from) ^ tag;
    const found = (differ - 0x0101_0101_0101_0101) & ~differ & 0x8080_8080_8080_8080;
    if (found != 0) return min<u32>(from + <u32>(ctz(found) >> 3), count - 1);
  }
  return -1;
}

/** Asks for what all slots name, which is looked at before it is followed. */
function askSlots(array: usize, first: usize, lanes: u32): void {
  for (let i: u32 = 0; i < lanes; i++) {
    touch(blockOf(<u32>load64(slotAt(array, slotOf(get64(laneAt(first, i) + L_HASH))))));
  }
}

/** Asks for what all lanes look at next, before any of them does: their misses overlap. */
function askAll(first: usize, lanes: u32): void {
  for (let i: u32 = 0; i < lanes; i++) touch(get32(laneAt(first, i) + L_ASK));
}

/** Puts what a lane has found into the portion; false: there is no room for it. */
function give(lane: usize, row: usize, key: usize): bool {
  if (get32(lane + L_STATE) != FOUND) {
    return putEntry(row, key, 0, 0, 0, NOTHING, 0, 0, 0);
  }
  const at: usize = get32(lane + L_LINK);
  const what = get32(lane + L_LEVEL);
  return putEntry(row, key, 0, 0, 0, 0, entryValueAt(at, what), entryValueBytes(at, what), 0);
}
