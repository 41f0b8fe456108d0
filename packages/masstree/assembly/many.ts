// Reading many keys in lockstep, so that their cache misses overlap.
//
//   lane 0    interior ──► leaf ──► layer ──► interior ──► leaf
//   lane 1    interior ──► leaf                                    a step in each lane by turns
//
// Each key is read for itself: its steps, and where it linearizes, are those of `get` (read.ts).
//
// Lane, behind the key (lane.ts), private
//   24 u32 depth   28 u32 link   32 u64 value word   40 u32 what the slot is
//   44 u32 0 on its way, FOUND, NONE   48 u32 x 2 lines to ask for
//
// Y1  Records are copied out only if the clock has not passed upper behind the last load of a value
//     word; else all lanes begin again.
//
// Names: as in read.ts.

import { get32, get64, load64, put32, put64, touch } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { done, look } from '@x/shm-arena/assembly/map/call';
import { keyRecord } from '@x/shm-arena/assembly/map/key';
import { closePortion, NOTHING, openPortion, putEntry } from '@x/shm-arena/assembly/map/portion';
import { covered, reachOn } from '@x/shm-arena/assembly/map/reach';
import { lanes as lanesAt } from './gather';
import { agreeing, kind, slice } from './hand';
import { childOf } from './interior';
import { laneAt, LANES, stageKey, takeUp } from './lane';
import { find, found, isLayer, slotLine } from './leaf';
import {
  blockOf,
  childAt,
  H_ROOT,
  H_SKIP,
  liveAt,
  LOST,
  RECORD,
  REST,
  S_VALUE,
  sizeOf,
  slotAt,
} from './layout';
import { hop, hopValue } from './reach';
import { top } from './read';
import { hasRest, valueAt, valueBytes } from './record';

const L_DEPTH: usize = 24;
const L_LINK: usize = 28;
const L_WORD: usize = 32;
const L_WHAT: usize = 40;
const L_STATE: usize = 44;
const L_ASK: usize = 48;
/** A line in the middle of an interior. */
const MIDDLE: usize = 160;
const FOUND: u32 = 1;
const NONE: u32 = 2;

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
  const domain = look(entry, generation, target);
  if (domain == 0) return whyNot();
  const kept = target != 0;
  let row: usize = out;
  const keyAt = openPortion(out, outBytes, count, 0);
  const first = lanesAt();
  let keys: u32 = 0;
  let key: usize = at;
  let full = false;
  let round: u32 = 0;
  while (keys < count && !full) {
    const lanes = min(LANES, count - keys);
    let next = key;
    for (let i: u32 = 0; i < lanes; i++) next += keyRecord(stageKey(laneAt(first, i), next));
    while (!walkAll(target, domain, first, lanes)) reachOn(round++);
    if (!kept && !covered()) {
      // Y1
      reachOn(round++);
      continue;
    }
    key = next;
    for (let i: u32 = 0; i < lanes && !full; i++) {
      full = !give(laneAt(first, i), row, keyAt);
      if (full) break;
      row += 8;
      keys++;
    }
  }
  closePortion(row, keyAt, 0, keys, full ? 1 : 0);
  return done(target, OK);
}

/** Takes each lane to its key's slot, or to where it would be; false: a walk is lost. */
function walkAll(target: u32, domain: usize, first: usize, lanes: u32): bool {
  const kept = target != 0;
  const link = top(target, domain);
  if (link == LOST) return false;
  for (let i: u32 = 0; i < lanes; i++) {
    const lane = laneAt(first, i);
    put32(lane + L_DEPTH, 0);
    put32(lane + L_LINK, link);
    put32(lane + L_STATE, link == 0 ? NONE : 0);
    noteLines(lane, link, get64(lane));
  }
  let open = link != 0; // Else no lane has noted a line to ask for.
  while (open) {
    open = false;
    if (!isDefined(GATED)) askAll(first, lanes);
    for (let i: u32 = 0; i < lanes; i++) {
      const lane = laneAt(first, i);
      if (get32(lane + L_STATE) != 0) continue;
      takeUp(lane);
      if (!step(lane, kept)) return false;
      open = true;
    }
  }
  return true;
}

/** One node further; false: lost. */
function step(lane: usize, kept: bool): bool {
  const link = get32(lane + L_LINK);
  let depth = get32(lane + L_DEPTH);
  if (link == 0) return ended(lane, NONE);
  const here = slice(depth);
  if (sizeOf(link) == 0) {
    const x = blockOf(link);
    return goTo(lane, hop(childAt(x, childOf(x, here, false)), kept), here);
  }
  const slot = find(link, load64(liveAt(link)), here, kind(depth));
  if (slot < 0) return ended(lane, NONE);
  const at = slotAt(link, slot) + S_VALUE;
  if (isLayer(found)) {
    const head = hopValue(at, kept);
    if (head == LOST) return false;
    depth++;
    if (agreeing(head, depth) != ~0) return ended(lane, NONE);
    depth += get32(<usize>head + H_SKIP);
    put32(lane + L_DEPTH, depth);
    return goTo(lane, hop(<usize>head + H_ROOT, kept), slice(depth));
  }
  const word = load64(at);
  put64(lane + L_WORD, word);
  put32(lane + L_WHAT, found);
  if ((found & 15) == RECORD) touch(<u32>word);
  return ended(lane, FOUND);
}

function ended(lane: usize, state: u32): bool {
  put32(lane + L_STATE, state);
  return true;
}

/** The lane's next node; false: lost. */
function goTo(lane: usize, link: u32, here: u64): bool {
  put32(lane + L_LINK, link);
  if (link == LOST) return false;
  noteLines(lane, link, here);
  return true;
}

/** Notes which lines the lane's next step looks at first. */
function noteLines(lane: usize, link: u32, here: u64): void {
  if (isDefined(GATED) || link == 0) return;
  const leaf = sizeOf(link) != 0;
  put32(lane + L_ASK, <u32>(leaf ? liveAt(link) : blockOf(link)));
  put32(lane + L_ASK + 4, <u32>(leaf ? slotLine(link, here) : blockOf(link) + MIDDLE));
}

/** Asks for what all lanes look at next, before any of them does: their misses overlap. */
function askAll(first: usize, lanes: u32): void {
  for (let i: u32 = 0; i < lanes; i++) {
    const lane = laneAt(first, i);
    touch(get32(lane + L_ASK));
    touch(get32(lane + L_ASK + 4));
  }
}

/** Puts what a lane has found into the portion; false: there is no room for it. */
function give(lane: usize, row: usize, key: usize): bool {
  const what = get32(lane + L_WHAT);
  let is = get32(lane + L_STATE) == FOUND;
  let value = lane + L_WORD;
  let bytes = what & 15;
  if (is && bytes == RECORD) {
    const record: usize = <u32>get64(value);
    takeUp(lane);
    is = what >> 4 != REST || hasRest(record, get32(lane + L_DEPTH) + 1);
    value = valueAt(record);
    bytes = valueBytes(record);
  }
  if (!is) return putEntry(row, key, 0, 0, 0, NOTHING, 0, 0, 0);
  return putEntry(row, key, 0, 0, 0, 0, value, bytes, 0);
}
