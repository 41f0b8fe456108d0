// Reading: one array, of the present or of a snapshot; and what `audit` looks at.
//
//   target 0   root ──► array, under a pin          else   array, under the host's lease
//
// Everything behind the root is frozen, so a read sees the array of one instant, all of it.
//
// get, scan, snapshot                                    a death after any step leaves a pin
//   1. pin, root, entry still LIVE (map/call.ts)   linearizes; a snapshot's array stands already
//   2. search, copy out; unpin. No room for the value, or the first entry: NEED, and the pin stays
//      until the host has taken it in pieces (map/call.ts)
//
// audit answers the first thing that it finds wrong in a structure at rest, AUDIT + :
//   1 keys do not ascend   2 an entry is not as long as its key and value are   3 a region of the
//   structure that is CREATING, or LIVE and not the root's
//
// Names: see array.ts; back: in reverse.

import { get32, get64, load64 } from '@x/shm-arena/assembly/ground/atomic';
import * as layout from '@x/shm-arena/assembly/ground/layout';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import * as calls from '@x/shm-arena/assembly/map/call';
import { done, io, leave, look } from '@x/shm-arena/assembly/map/call';
import * as codes from '@x/shm-arena/assembly/map/codes';
import { END, END_OPEN, NEED, START, START_OPEN } from '@x/shm-arena/assembly/map/codes';
import * as keys from '@x/shm-arena/assembly/map/key';
import * as portions from '@x/shm-arena/assembly/map/portion';
import * as results from '@x/shm-arena/assembly/map/result';
import * as arrays from './array';
import { A_COUNT, A_REGION, before, E_LENGTH, E_REST, E_VALUE, entryOf, valueAt } from './array';

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
  if ((flags & ~codes.KEYS_ONLY) != 0) return layout.BAD;
  const array = look(entry, generation, target);
  if (array == 0) return whyNot();
  const s0 = keys.firstSlice(len, k0, k1);
  const s1 = keys.secondSlice(len, k0, k2, k3);
  const i = before(array, s0, s1, len, k0, false);
  if (i == before(array, s0, s1, len, k0, true)) return done(target, codes.ABSENT);
  const e = entryOf(array, i);
  const room = calls.valueRoom(0);
  const status = results.putValue(valueAt(e), get32(e + E_VALUE), flags, room, OK);
  return status == NEED && MUTANT != 214 ? NEED : done(target, status);
}

/** How many entries come before a bound, `none` if it has none; `after`: those of its key, too. */
function edge(array: usize, has: u32, after: bool, len: u32, at: usize, none: u32): u32 {
  if (has == 0) return none;
  return before(array, keys.sliceOf(at, 0, len), keys.sliceOf(at, 1, len), len, at, after);
}

/** See index.ts. */
export function scan(
  entry: u32,
  generation: u32,
  target: u32,
  flags: u32,
  limit: u32,
  startLen: u32,
  startAt: u32,
  endLen: u32,
  endAt: u32,
  out: u32,
  outBytes: u32,
): i32 {
  const array = look(entry, generation, target);
  if (array == 0) return whyNot();
  const back = (flags & codes.REVERSE) != 0;
  const all = get32(array + A_COUNT);
  const beyond = ((flags & START_OPEN) != 0) != back;
  const from = edge(array, flags & START, beyond, startLen, startAt, back ? all : 0);
  const within = ((flags & END_OPEN) == 0) != back;
  const to = edge(array, flags & END, within, endLen, endAt, back ? 0 : all);
  const count = <i32>(back ? from - to : to - from);
  let row: usize = out;
  let key = portions.openPortion(out, outBytes, limit, flags);
  let i: i32 = 0;
  for (; i < count && <u32>i < limit; i++) {
    const e = entryOf(array, back ? from - 1 - i : from + i);
    const len = get32(e + E_LENGTH);
    const value = valueAt(e);
    const bytes = get32(e + E_VALUE);
    if (!portions.putEntry(row, key, flags, e, e + E_REST, len, value, bytes, 0)) {
      if (i == 0) return results.putLarge(1, 1, e, len, value, bytes);
      break;
    }
    row += 8;
    key = portions.behindKey(key, len, flags);
  }
  portions.closePortion(row, key, flags, i, i < count ? 1 : 0);
  return done(target, OK);
}

/** See index.ts. */
export function piece(at: usize, isKey: bool, from: u32, bytes: u32): void {
  const to = io() + calls.RESULT;
  if (isKey) keys.copyKeyPart(to, at, at + E_REST, from, bytes);
  else copyWords(to, at + from, bytes);
}

/** See index.ts. */
export function snapshot(entry: u32, generation: u32): i32 {
  const array = look(entry, generation, 0);
  if (array == 0) return whyNot();
  results.putSnapshot(array, get32(array + A_COUNT), 0);
  return leave(OK);
}

/** See index.ts. */
export function audit(entry: u32, generation: u32): i32 {
  const array = look(entry, generation, 0);
  if (array == 0) return whyNot();
  for (let i: u32 = 0; i < get32(array + A_COUNT); i++) {
    const e = entryOf(array, i);
    const len = get32(e + E_LENGTH);
    const at = keys.slicesAt(e + E_REST);
    const rank = before(array, get64(e), get64(e + 8), len, at, false);
    if (rank != i) return leave(results.problem(1, array, e, rank, i));
    const bytes = arrays.entryBytes(len, get32(e + E_VALUE));
    const has = arrays.bytesOf(array, i, i + 1);
    if (has != bytes) return leave(results.problem(2, array, e, has, bytes));
  }
  const owner = ownedByEntry(entry, generation);
  for (let region: u32 = 0; region < layout.REGIONS; region++) {
    const at = layout.regionAt(region);
    if (load64(at + layout.R_OWNER) != owner) continue;
    const kind = layout.kindOf(load64(at + layout.R_STATE));
    const expected = region == get32(array + A_REGION) ? layout.REGION_LIVE : layout.REGION_RETIRED;
    if (kind != expected) return leave(results.problem(3, array, region, kind, expected));
  }
  return leave(OK);
}
