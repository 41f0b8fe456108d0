// Reading one key: one descent, which nobody can hold up, and only the clock can make begin again
// (reach.ts).
//
// get                                                    a death after any step leaves a pin
//   1. pin; the root of the first layer; or the root that a snapshot has
//   2. interiors: separators, which never change, and the child's word
//   3. leaf: LIVE; the slot. Absent: linearizes, or at the leaf's end, if that came first
//   4. the slot's value word: linearizes, or at the slot's end, if that came first
//      a layer: its head's slices, its root, from 2; a rest: the record
//   5. copy out; unpin. No room: NEED, and the pin stays until `release`
//
// A leaf that was replaced stays as it was at its end, and that lies within the call.
//
// Names: target 0 the present state, else a snapshot's root with SNAPSHOT; kept: by its lease.

import { get32, load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { done, io, look, RESULT, valueRoom } from '@x/shm-arena/assembly/map/call';
import { ABSENT, AGAIN, NEED } from '@x/shm-arena/assembly/map/codes';
import { copyKeyPart } from '@x/shm-arena/assembly/map/key';
import { FOUND_BYTES, putValue } from '@x/shm-arena/assembly/map/result';
import { covered, reachOn } from '@x/shm-arena/assembly/map/reach';
import { NOTES } from './gather';
import { agreeing, kind, slice, take } from './hand';
import { ask, childOf } from './interior';
import { find, found, isLayer } from './leaf';
import {
  blockOf,
  childAt,
  H_ROOT,
  H_SKIP,
  liveAt,
  LOST,
  MAP_HEAD,
  mapOf,
  RECORD,
  REST,
  S_VALUE,
  sizeOf,
  slotAt,
} from './layout';
import { SNAPSHOT } from './open';
import { hop, hopValue } from './reach';
import { hasRest, valueAt, valueBytes } from './record';

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
  const domain = look(entry, generation, target);
  if (domain == 0) return whyNot();
  take(len, k0, k1, k2, k3);
  let status = lookup(target, domain, flags);
  for (let round: u32 = 0; status == AGAIN; round++) {
    reachOn(round);
    status = lookup(target, domain, flags);
  }
  return status == NEED ? NEED : done(target, status);
}

/** The link that a read begins with, or LOST. */
export function top(target: u32, domain: usize): u32 {
  return target != 0 ? target & ~SNAPSHOT : hop(mapOf(domain) + MAP_HEAD + H_ROOT, false);
}

/** Steps 1 to 5, without the pin. */
function lookup(target: u32, domain: usize, flags: u32): i32 {
  const kept = target != 0;
  let link = top(target, domain);
  let depth: u32 = 0;
  while (true) {
    const s = slice(depth);
    while (link != 0 && sizeOf(link) == 0) {
      const x = blockOf(link);
      ask(x);
      link = hop(childAt(x, childOf(x, s, false)), kept);
    }
    if (link == LOST) return AGAIN;
    if (link == 0) return ABSENT;
    const slot = find(link, load64(liveAt(link)), s, kind(depth));
    if (slot < 0) return ABSENT;
    const what = found;
    const at = slotAt(link, slot) + S_VALUE;
    if (!isLayer(what)) return show(at, what, depth, kept, flags);
    const head = hopValue(at, kept);
    if (head == LOST) return AGAIN;
    depth++;
    if (agreeing(head, depth) != ~0) return ABSENT;
    depth += get32(<usize>head + H_SKIP);
    link = hop(<usize>head + H_ROOT, kept);
  }
}

/** Steps 4 and 5. */
function show(at: usize, what: u32, depth: u32, kept: bool, flags: u32): i32 {
  const word = load64(at);
  if ((what & 15) != RECORD) {
    put32(io() + FOUND_BYTES, what & 15);
    put64(io() + RESULT, word);
    return OK;
  }
  if (MUTANT != 428 && !kept && !covered()) return AGAIN;
  const record: usize = <u32>word;
  if (what >> 4 == REST && !hasRest(record, depth + 1)) return ABSENT;
  return putValue(valueAt(record), valueBytes(record), flags, valueRoom(NOTES), OK);
}

/** See index.ts. */
export function piece(at: usize, isKey: bool, from: u32, bytes: u32): void {
  const to = io() + RESULT;
  if (isKey) copyKeyPart(to, at, at, from, bytes);
  else copyWords(to, at + from, bytes);
}
