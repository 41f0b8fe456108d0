// Reading one key: one descent that stores nothing but the pin, unless it meets what a write has
// not decided yet and a snapshot was taken since (root.ts).
//
// get                                                    a death after any step leaves a pin
//   1. pin; the array: the root's, or a snapshot's
//   2. the slot: linearizes, or when the array was renewed, if that came first
//   3. nodes, leaf, entry, record: nobody changes them
//   4. copy out; unpin. No room: NEED, and the pin stays until `release`
//
// A snapshot's lease keeps what it shows, and the pin what a write may have put into its array that
// is not in it.
//
// Names: target 0 the present state, else what `snapshot` gave.

import { get32, get64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { io, leave, look, RESULT, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, AGAIN, NEED } from '@x/shm-arena/assembly/map/codes';
import { copyKeyPart } from '@x/shm-arena/assembly/map/key';
import { putValue } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import * as hand from './hand';
import { blockOf, isNode, linkAt, mapOf, N_RUNS, placeOf, runOf, slotOf } from './layout';
import { entryAt, entryValueAt, entryValueBytes, find, whatAt } from './leaf';
import { NOTES } from './notes';
import { arrayOf, isSure, wordFor } from './root';

/** See index.ts. */
export function get(
  entry: u32,
  generation: u32,
  target: u32,
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
  hand.take(map, len, k0, k1, k2, k3);
  if (!search(map, target)) return leave(ABSENT);
  const value = entryValueAt(foundEntry, foundWhat);
  const bytes = entryValueBytes(foundEntry, foundWhat);
  const status = putValue(value, bytes, flags, valueRoom(NOTES), OK);
  return status == NEED ? NEED : leave(status);
}

/** The entry that `search` has found, and what it is. */
export let foundEntry: usize = 0;
export let foundWhat: u32 = 0;

/** Whether the key in hand has an entry: steps 1 to 3, under the caller's pin. */
export function search(map: usize, target: u32): bool {
  let status = lookup(map, target);
  for (let round: u32 = 0; status == AGAIN; round++) {
    reachOn(round);
    status = lookup(map, target);
  }
  return status == OK;
}

function lookup(map: usize, target: u32): i32 {
  const array = arrayOf(map, target);
  if (!isSure) return AGAIN;
  if (array == 0) return ABSENT;
  let link = <u32>wordFor(map, array, slotOf(hand.hash));
  if (!isSure) return AGAIN;
  for (let level: u32 = 0; isNode(link); level++) {
    const x = blockOf(link);
    link = get32(linkAt(x, runOf(get64(x + N_RUNS), placeOf(hand.hash, level))));
  }
  if (link == 0) return ABSENT;
  const i = find(link);
  if (i < 0) return ABSENT;
  foundWhat = whatAt(link, i);
  foundEntry = entryAt(link, i);
  return OK;
}

/** See index.ts. */
export function piece(at: usize, isKey: bool, from: u32, bytes: u32): void {
  const to = io() + RESULT;
  if (isKey) copyKeyPart(to, at, at, from, bytes);
  else copyWords(to, at + from, bytes);
}
