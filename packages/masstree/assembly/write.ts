// Writing one key: the leaf's lock, a look at what the key has, and one store.
//
//   value of the same kind        the slot's value word
//   value of another kind         LIVE: one slot off, another on
//   new key                       LIVE: a slot on
//   key removed                   LIVE: a slot off
//   second key with the slot's    LIVE: the record's slot off, a layer's on
//   slice and more
//   no free slot                  shape.ts makes room, then again
//   slices that a head has and    two heads in the place of one, by the slot's value
//   the key has not
//
// put                                                    a death after any step: intent.ts
//   1. pin; the number (open.ts); walk (walk.ts)
//   2. lock the leaf; it is not DEAD
//   3. find the key; is it as the write wants it: if not, 6    linearizes: nobody else changes it
//   4. make what is needed, out of sight
//   5. publish                              linearizes
//   6. count, retire, unlock; unpin
// Whatever was not to be had, or has changed meanwhile: all is given up, and begins again at 1.
//
// P1  What a record has never changes. So it may be copied out while a pin covers it (reach.ts).
//
// Names: value, bytes the value to write, staged by the host; what as in layout.ts; rest: the key's
// bytes behind the present slice.

import {
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, FULL, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { io, leave, look, RESULT, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, AGAIN, DIFFERS, EXISTS, NEED } from '@x/shm-arena/assembly/map/codes';
import {
  compares,
  GET_OR_INSERT,
  INSERT,
  needsOne,
  none,
  removes,
  SWAP,
  TAKE,
} from '@x/shm-arena/assembly/map/kinds';
import { FOUND_BYTES, putValue } from '@x/shm-arena/assembly/map/result';
import { cover, reachOn } from '@x/shm-arena/assembly/map/reach';
import { mayStretch } from '@x/shm-arena/assembly/write/notes';
import { NOTES } from './gather';
import { kind as ending, left, putAside, slice, take as takeKey, takeBack } from './hand';
import * as intents from './intent';
import { begin, finish, giveUp, out, publishLive, publishValue, publishWord } from './intent';
import {
  fillPrivate,
  fillSlot,
  find,
  found,
  freeSlot,
  isLayer,
  liveCount,
  withoutSlot,
  withSlot,
} from './leaf';
import * as layout from './layout';
import {
  A_LAYER,
  blockOf,
  H_ROOT,
  H_SKIP,
  H_SLICES,
  liveAt,
  LONGER,
  MAP_HEAD,
  mapOf,
  MIXED,
  RECORD,
  S_VALUE,
  slotAt,
} from './layout';
import { settled } from './open';
import * as places from './place';
import { agreed, depth, link, over, standUnder, top } from './place';
import {
  dropRecord,
  hasRest,
  makeRecord,
  moveRecord,
  restOf,
  restSlice,
  valueAt,
  valueBytes,
} from './record';
import { CHANGED, copyHead, isSparse, makeRoom, newLeaf } from './shape';
import { sweepSome, tidy } from './tidy';
import { walk } from './walk';

/** Rounds before CONTENDED. */
export const ROUNDS: u32 = isDefined(GATED) ? 6 : 64;

let value: usize = 0;
let bytes: u32 = 0;

/** See index.ts. */
export function put(
  entry: u32,
  generation: u32,
  kind: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  valueIn: u32,
  bytesIn: u32,
  expected: u32,
  expectedBytes: u32,
): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  if (!intents.ready(domain)) return leave(whyNot());
  takeKey(len, k0, k1, k2, k3);
  const head = mapOf(domain) + MAP_HEAD;
  const status = run(domain, head, kind, valueIn, bytesIn, expected, expectedBytes, false);
  return status == NEED ? NEED : leave(status);
}

/**
 * A write of the key in hand to the tree under `head`: the map's, or one that is not yet. `stands`:
 * other walks of this thread stand where its pin keeps what they stand on.
 */
export function run(
  domain: usize,
  head: usize,
  kind: u32,
  valueIn: u32,
  bytesIn: u32,
  expected: u32,
  expectedBytes: u32,
  stands: bool,
): i32 {
  const map = mapOf(domain);
  const own = head == map + MAP_HEAD;
  value = valueIn;
  bytes = bytesIn;
  standUnder(head);
  intents.counts(own);
  let tries = 0;
  let round: u32 = 0;
  while (round <= ROUNDS) {
    const status = attempt(map, kind, expected, expectedBytes);
    if (status == FULL && tries < 2) {
      // First what is garbage, then what is sparse.
      if (tries++ != 0 && !sweepFor(domain, head, own)) return FULL;
      intents.collectHere(stands && MUTANT != 456);
      mayStretch(true);
    } else if (status == AGAIN) round++;
    else if (status != CHANGED) return status;
    reachOn(round);
  }
  return CONTENDED;
}

/** The same for a walk of the number `number` that stands at its end. */
export function runHere(domain: usize, number: u64, kind: u32, valueIn: u32, bytesIn: u32): i32 {
  const map = mapOf(domain);
  value = valueIn;
  bytes = bytesIn;
  intents.counts(true);
  const status = write(map, number, kind, 0, 0);
  if (status != FULL && status != AGAIN && status != CHANGED) return status;
  return run(domain, map + MAP_HEAD, kind, valueIn, bytesIn, 0, 0, true);
}

/** A sweep, and the key in hand and the tree are as they were. */
function sweepFor(domain: usize, head: usize, own: bool): bool {
  putAside();
  intents.counts(true);
  const some = sweepSome(domain);
  takeBack();
  standUnder(head);
  intents.counts(own);
  return some;
}

/** Steps 1 to 6. AGAIN, CHANGED: the key was not written. */
function attempt(map: usize, kind: u32, expected: usize, expectedBytes: u32): i32 {
  const number = settled(map);
  if (number == 0) return AGAIN;
  const status = walk(map, number, !removes(kind));
  return status == OK ? write(map, number, kind, expected, expectedBytes) : status;
}

/** Steps 2 to 6, where the walk has come to. */
function write(map: usize, number: u64, kind: u32, expected: usize, expectedBytes: u32): i32 {
  if (agreed != ~0) {
    if (needsOne(kind)) return none(kind);
    return added(kind, splitHead(number));
  }
  if (link == 0) {
    if (needsOne(kind)) return none(kind);
    return added(kind, firstLeaf(number));
  }
  if (!begin(blockOf(link), number)) return AGAIN;
  const live = load64(liveAt(link));
  // Slots are written once: while LIVE is as it was, so is what the walk has found.
  const same = live == places.live;
  const slot = same ? places.slot : find(link, live, slice(depth), ending(depth));
  const what = same ? places.what : found;
  if (MUTANT != 408 && slot >= 0 && isLayer(what)) return giveUp(AGAIN); // It has come since.
  const at: usize = slot < 0 ? 0 : slotAt(link, slot) + S_VALUE;
  const word = slot < 0 ? 0 : load64(at);
  const record: usize = slot >= 0 && (what & 15) == RECORD ? <usize>(<u32>word) : 0;
  const here = slot >= 0 && (what >> 4 != layout.REST || hasRest(record, depth + 1));
  if (!here) {
    if (needsOne(kind)) return giveUp(none(kind));
    return added(kind, slot < 0 ? add(live) : addLayer(live, slot, record));
  }
  if (kind == INSERT) return giveUp(EXISTS);
  if (kind == GET_OR_INSERT) return giveUp(show(at, what, record, EXISTS));
  if (compares(kind) && !sameValue(word, what, record, expected, expectedBytes)) {
    return giveUp(DIFFERS);
  }
  const shows = kind == SWAP || kind == TAKE;
  if (shows && record != 0) cover();
  const done = removes(kind) ? remove(map, live, slot, record) : replace(live, slot, what, record);
  if (done != OK || !shows) return done;
  return showWord(word, what, record, OK);
}

/** What one says that has added the key. */
function added(kind: u32, status: i32): i32 {
  return status == OK && kind == SWAP ? ABSENT : status;
}

// ---- what is there ------------------------------------------------------------------------------

/** Leaves a value for the host: `status`, or NEED. */
function showWord(word: u64, what: u32, record: usize, status: i32): i32 {
  const room = valueRoom(NOTES);
  if (record != 0) return putValue(valueAt(record), valueBytes(record), 0, room, status);
  put32(io() + FOUND_BYTES, what & 15);
  put64(io() + RESULT, word);
  return status;
}

/** The same for who has the lock and is about to give it back. */
function show(at: usize, what: u32, record: usize, status: i32): i32 {
  if (record != 0) cover();
  return showWord(load64(at), what, record, status);
}

function sameValue(word: u64, what: u32, record: usize, expected: usize, bytes: u32): bool {
  if (record != 0) {
    return valueBytes(record) == bytes && sameBytes(valueAt(record), expected, bytes);
  }
  return (what & 15) == bytes && word == wordOf(expected, bytes);
}

/** A value of 8 bytes at most as a word. */
function wordOf(at: usize, bytes: u32): u64 {
  if (bytes == 0) return 0;
  return get64(at) & (~(<u64>0) >> ((8 - bytes) << 3));
}

// ---- entries ------------------------------------------------------------------------------------

/** What the slot is that a word was made for; MIXED: there was no memory. */
let made: u32 = 0;

/** Whether the word is the value; else a record is made. */
function fits(kind: u32, bytes: u32): bool {
  const whole = kind != LONGER && bytes <= 8;
  made = (kind << 4) | (whole ? bytes : RECORD);
  return whole;
}

function noEntry(): u64 {
  made = MIXED;
  return 0;
}

/** The value word for the key in hand in a layer of `depth`. */
function makeEntry(depth: u32): u64 {
  const kind = ending(depth);
  if (fits(kind, bytes)) return wordOf(value, bytes);
  const rest = kind == LONGER ? left(depth + 1) : 0;
  const record = makeRecord(depth + 1, rest, value, bytes);
  return record == 0 ? noEntry() : record;
}

/** The same for what a record has, whose rest begins at its slice `from`. */
function moveEntry(record: usize, from: u32): u64 {
  const rest = restOf(record) - (from << 3);
  const bytes = valueBytes(record);
  const kind = min(rest, LONGER);
  if (fits(kind, bytes)) return wordOf(valueAt(record), bytes);
  const to = moveRecord(record, from + 1, kind == LONGER ? rest - 8 : 0);
  return to == 0 ? noEntry() : to;
}

// ---- writes -------------------------------------------------------------------------------------

/** The layer is empty: its first leaf. */
function firstLeaf(number: u64): i32 {
  if (!begin(over, number)) return AGAIN;
  if (MUTANT != 414 && load32(places.word) != 0) return giveUp(AGAIN);
  const word = makeEntry(depth);
  if (made == MIXED) return giveUp(whyNot());
  const leaf = newLeaf(1);
  if (leaf == 0) return giveUp(whyNot());
  put64(liveAt(leaf), fillPrivate(leaf, 0, slice(depth), made, word));
  if (!publishWord(places.word, false, leaf, 1)) return giveUp(AGAIN);
  finish();
  return OK;
}

/** A key that the leaf has no slot for. */
function add(live: u64): i32 {
  const slot = freeSlot(link, slice(depth));
  if (slot < 0) return makeRoom(live);
  const word = makeEntry(depth);
  if (made == MIXED) return giveUp(whyNot());
  fillSlot(link, live, slot, slice(depth), made, word);
  if (!publishLive(link, withSlot(live, slot, made), slot, false, 1)) return giveUp(AGAIN);
  finish();
  return OK;
}

function remove(map: usize, live: u64, slot: u32, record: usize): i32 {
  if (record != 0) dropRecord(record);
  const next = withoutSlot(live, slot);
  if (!publishLive(link, next, slot, true, -1)) return giveUp(AGAIN);
  finish();
  if (isSparse(link, liveCount(next))) tidy(map, top);
  return OK;
}

function replace(live: u64, slot: u32, what: u32, record: usize): i32 {
  const word = makeEntry(depth);
  if (made == MIXED) return giveUp(whyNot());
  const at = slotAt(link, slot) + S_VALUE;
  if (record != 0) dropRecord(record);
  if (made == what) {
    const stored =
      record == 0 ? publishValue(blockOf(link), at, word) : publishWord(at, true, word, 0);
    if (!stored) return giveUp(AGAIN);
    finish();
    return OK;
  }
  const other = freeSlot(link, slice(depth));
  if (other < 0) {
    // What was made is given up with it; room comes first.
    giveUp(AGAIN);
    return room();
  }
  fillSlot(link, live, other, slice(depth), made, word);
  const next = withSlot(withoutSlot(live, slot), other, made);
  if (!publishLive(link, next, other, false, 0)) return giveUp(AGAIN);
  finish();
  return OK;
}

/** Makes room in the leaf that was walked to: CHANGED, AGAIN or FULL. */
function room(): i32 {
  if (!begin(blockOf(link), intents.number)) return AGAIN;
  return makeRoom(load64(liveAt(link)));
}

/** The slot has a record with another rest: a layer for both. */
function addLayer(live: u64, slot: u32, record: usize): i32 {
  const other = freeSlot(link, slice(depth));
  if (other < 0) return makeRoom(live);
  const next = depth + 1;
  const rest = restOf(record);
  let skip: u32 = 0;
  while (
    left(next + skip) > 8 &&
    rest - (skip << 3) > 8 &&
    slice(next + skip) == restSlice(record, skip)
  ) {
    skip++;
  }
  const leaf = newLeaf(1);
  const head: usize = leaf == 0 ? 0 : intents.take(layout.headBytes(skip));
  if (head == 0) return giveUp(whyNot());
  let within: u64 = 0;
  let word = makeEntry(next + skip);
  if (made == MIXED) return giveUp(whyNot());
  within = fillPrivate(leaf, within, slice(next + skip), made, word);
  word = moveEntry(record, skip);
  if (made == MIXED) return giveUp(whyNot());
  within = fillPrivate(leaf, within, restSlice(record, skip), made, word);
  if (MUTANT != 409) put64(liveAt(leaf), within);
  layout.openBlock(head, intents.generation());
  put32(head + H_SKIP, skip);
  store32(head + H_ROOT, leaf);
  for (let i: u32 = 0; i < skip; i++) {
    put64(head + H_SLICES + ((<usize>i) << 3), slice(next + i));
  }
  out(record, false);
  fillSlot(link, live, other, slice(depth), A_LAYER, head);
  const counts = withSlot(withoutSlot(live, slot), other, A_LAYER);
  if (!publishLive(link, counts, other, false, 1)) return giveUp(AGAIN);
  if (MUTANT == 409) store64(liveAt(leaf), within);
  finish();
  return OK;
}

/** The key has not all slices of the head that was walked to: two heads in its place. */
function splitHead(number: u64): i32 {
  const head = over;
  const at = places.beyondWord;
  const fork = depth + agreed;
  if (!begin(head, number)) return AGAIN;
  if (!intents.alsoLock(places.beyond) || <usize>load64(at) != head) return giveUp(AGAIN);
  const below = copyHead(head, agreed + 1, get32(head + H_SKIP));
  const above = below == 0 ? 0 : copyHead(head, 0, agreed);
  const leaf = above == 0 ? 0 : newLeaf(1);
  if (leaf == 0) return giveUp(whyNot());
  const word = makeEntry(fork);
  if (made == MIXED) return giveUp(whyNot());
  const here = get64(head + H_SLICES + ((<usize>agreed) << 3));
  let live = fillPrivate(leaf, 0, here, A_LAYER, below);
  live = fillPrivate(leaf, live, slice(fork), made, word);
  put64(liveAt(leaf), live);
  store32(<usize>above + H_ROOT, leaf);
  out(head, true);
  if (!publishWord(at, true, above, 1)) return giveUp(AGAIN);
  finish();
  return OK;
}
