// Writing one key: a look at what it has, a copy of the way to it, and one word.
//
// put                                                    a death after any step: intent.ts
//   1. pin; the array, renewed if a snapshot has it (root.ts); the slot, decided
//   2. walk; is the key as the write wants it: if not, 5   linearizes: it was so when 1 looked
//   3. make what is needed, out of sight (build.ts)
//   4. publish (root.ts)                  linearizes
//   5. retire; unpin
// Whatever has changed meanwhile: all is given up, and begins again at 1. It has changed because
// another write, or a snapshot, has taken effect.
//
// P1  What was there is read behind 4 as well: the pin covers it.
//
// Names: value, bytes the value to write, staged by the host; what as in layout.ts.

import { get64, pause, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, FULL, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { leave, look, valueRoom } from '@x/shm-arena/assembly/map/call';
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
import { putValue } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { mayStretch } from '@x/shm-arena/assembly/write/notes';
import { checkTop, leaf, REFUSED, place, walk, withEntry, withoutEntry } from './build';
import * as hand from './hand';
import * as intents from './intent';
import { begin, finish, giveUp } from './intent';
import { E_LENGTH, E_VALUE, hasRecord, LONG, mapOf, slotOf } from './layout';
import { entryAt, entryValueAt, entryValueBytes, recordOf, whatAt, whatFor } from './leaf';
import { newEntry, NOTES } from './notes';
import { dropRecord, makeRecord } from './record';
import { arrayForWrite, failure, found, isBare, publish, settle } from './root';

/** Rounds before CONTENDED: in each of them others have written. */
const ROUNDS: u32 = isDefined(GATED) ? 16 : 256;

let value: usize = 0;
let bytes: u32 = 0;

// What `reach` has found.
export let slot: u32 = 0;
let array: usize = 0;
export let word: u64 = 0;
/** The entry of the key in hand, or 0, and what it is. */
export let old: usize = 0;
export let oldWhat: u32 = 0;

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
  const map = mapOf(domain);
  hand.take(map, len, k0, k1, k2, k3);
  value = valueIn;
  bytes = bytesIn;
  const status = run(map, kind, expected, expectedBytes);
  return status == NEED ? NEED : leave(status);
}

function run(map: usize, kind: u32, expected: u32, expectedBytes: u32): i32 {
  for (let round: u32 = 0; ; round++) {
    const status = attempt(map, kind, expected, expectedBytes);
    if (isRetried(status, round, removes(kind))) continue;
    return status == AGAIN ? CONTENDED : status;
  }
}

/** How often what waits is looked at for a removal; for another write once. */
const COLLECTS: u32 = 8;
let collected: u32 = 0;

/**
 * Whether a write begins again that said `status` in a round: AGAIN; FULL when all is collected,
 * and larger blocks will do; if it removes before that, too, with what is kept for it, and some
 * times behind it where little waits: calls of others may have held that. `own`: its caller reads
 * what its pin covers meanwhile.
 */
export function isRetried(status: i32, round: u32, removes: bool, own: bool = false): bool {
  if (round == 0) collected = 0;
  const first = status == FULL && removes && !intents.spends;
  const again = collected == 0 || (removes && collected < COLLECTS && intents.littleWaits());
  const collects = status == FULL && !first && again;
  if ((!first && !collects && status != AGAIN) || round == ROUNDS) {
    intents.maySpend(false);
    return false;
  }
  if (first) intents.maySpend(true);
  if (collects && collected++ == 0) {
    mayStretch(true);
    intents.collectHere(own);
  } else if (intents.spends) intents.freeHere(own);
  reachOn(round);
  if (round > 1) pause(min(round, 8));
  return true;
}

/** Steps 1 and 2, without the pin: where the key in hand is. OK, AGAIN, or why not. */
export function reach(map: usize): i32 {
  array = arrayForWrite(map);
  if (array == 0) return failure;
  slot = slotOf(hand.hash);
  if (!settle(map, array, slot)) return AGAIN;
  word = found;
  walk(<u32>word);
  const here = place >= 0;
  old = here ? entryAt(leaf, place) : 0;
  oldWhat = here ? whatAt(leaf, place) : 0;
  return OK;
}

/**
 * Steps 4 and 5, without unpinning: `link` (REFUSED: there was no memory) takes the place of what
 * `reach` has found. AGAIN, FULL, LIMIT: nothing was written.
 */
export function change(map: usize, link: u32, removing: bool): i32 {
  if (link == REFUSED) return giveUp(whyNot());
  if (old != 0 && hasRecord(oldWhat)) dropRecord(recordOf(old));
  return replaceBy(map, link, removing ? -1 : old != 0 || MUTANT == 524 ? 0 : 1);
}

/** The same, of which the records are noted; `more` entries than there were. */
export function replaceBy(map: usize, link: u32, more: u64): i32 {
  if (link == REFUSED) return giveUp(whyNot());
  if (isDefined(GATED)) checkTop(link);
  const next = (((word >> 32) + more) << 32) | link;
  if (!publish(map, array, slot, word, next)) return giveUp(AGAIN);
  finish();
  return OK;
}

/** Steps 1 to 5. AGAIN: nothing was written. */
function attempt(map: usize, kind: u32, expected: usize, expectedBytes: u32): i32 {
  let status = reach(map);
  if (status == FULL && needsOne(kind) && isBare(map)) return none(kind);
  if (status != OK) return status;
  const here = old != 0;
  const entry = old;
  const what = oldWhat;
  if (!here && needsOne(kind)) return none(kind);
  if (here && kind == INSERT) return EXISTS;
  if (here && kind == GET_OR_INSERT) return show(entry, what, EXISTS);
  if (compares(kind) && !isValue(entry, what, expected, expectedBytes)) return DIFFERS;
  begin();
  const removing = removes(kind);
  status = change(map, removing ? withoutEntry() : withValue(map, value, bytes, 0), removing);
  if (status != OK || (kind != SWAP && kind != TAKE)) return status;
  return here ? show(entry, what, OK) : ABSENT;
}

/** The record of the value that is written, if it has one. Private until `change`. */
export let made: usize = 0;

/**
 * The slot's trie with a value for the key in hand, in front of which are `head` bytes for the
 * caller to write; REFUSED.
 */
export function withValue(map: usize, value: usize, bytes: u32, head: u32): u32 {
  const entry = newEntry();
  const what = whatFor(head + bytes);
  put64(entry, hand.s0);
  put64(entry + 8, hand.s1);
  if (what == LONG) {
    put64(entry, hand.hash);
    put64(entry + E_LENGTH, hand.length);
  }
  if (hasRecord(what)) {
    made = makeRecord(value, bytes, head);
    if (made == 0) return REFUSED;
    put64(entry + E_VALUE, made);
  } else {
    put64(entry + E_VALUE, wordOf(value, bytes));
  }
  return withEntry(map, entry, what);
}

/** A value of 8 bytes at most as a word. */
function wordOf(at: usize, bytes: u32): u64 {
  if (bytes == 0) return 0;
  return get64(at) & (~(<u64>0) >> ((8 - bytes) << 3));
}

/** Leaves an entry's value for the host: `status`, or NEED. */
function show(entry: usize, what: u32, status: i32): i32 {
  const at = entryValueAt(entry, what);
  return putValue(at, entryValueBytes(entry, what), 0, valueRoom(NOTES), status);
}

function isValue(entry: usize, what: u32, expected: usize, bytes: u32): bool {
  if (entryValueBytes(entry, what) != bytes) return false;
  return sameBytes(entryValueAt(entry, what), expected, bytes);
}
