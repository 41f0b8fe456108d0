// Records: what does not stand in a slot: the rest of a key that goes on behind its slice, a value
// of more than 8 bytes, or both.
//
//   slot ─► | rest, value bytes | the rest's slices | value |         one block, frozen
//   slot ─► | rest | FAR, bytes | the rest's slices | address, region | ─► | value |    a region
//
// A value for which a block is too small stands in a region of its own, which the record owns.
//
// Record: 0 u32 bytes of the rest, and FAR   4 u32 bytes of the value   8 the rest's slices, then
//   the value, padded to 8; or FAR: u32 where it is, u32 its region
//
// B1  A far value's region becomes LIVE only when a slot names its record, and is retired, LIVE,
//     when none does any more. It is covered by the pin of who made it, or takes it out (reach.ts);
//     so its number means no other one meanwhile.
//
// No site can check B1; the checker looks for regions that are left.
//
// Names: rest, bytes as above; from which of the rest's slices; depth as in hand.ts.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { MOST } from '@x/shm-arena/assembly/reclaim/home';
import { left, slice } from './hand';
import * as intents from './intent';
import { out, outRegion, take, takeRegion } from './intent';

export const R_REST: usize = 0;
export const R_VALUE: usize = 4;
export const R_SLICES: usize = 8;
export const FAR: u32 = 1 << 31;
/** Of a value that is elsewhere: its address and its region. */
export const FAR_BYTES: u32 = 8;

/** Bytes of the rest. */
export function restOf(record: usize): u32 {
  return get32(record + R_REST) & ~FAR;
}

/** Slice `i` of the rest. */
export function restSlice(record: usize, i: u32): u64 {
  return get64(record + R_SLICES + ((<usize>i) << 3));
}

export function valueBytes(record: usize): u32 {
  return get32(record + R_VALUE);
}

function behindRest(record: usize): usize {
  return record + R_SLICES + ((restOf(record) + 7) & ~7);
}

function isFar(record: usize): bool {
  return (get32(record + R_REST) & FAR) != 0;
}

/** Where the value is. */
export function valueAt(record: usize): usize {
  const at = behindRest(record);
  return isFar(record) ? <usize>get32(at) : at;
}

/** Whether the key in hand has the rest, from `depth` on. */
export function hasRest(record: usize, depth: u32): bool {
  const rest = restOf(record);
  if (rest != left(depth)) return false;
  for (let i: u32 = 0; i << 3 < rest; i++) {
    if (restSlice(record, i) != slice(depth + i)) return false;
  }
  return true;
}

// ---- making -------------------------------------------------------------------------------------

/** A record whose rest and value are to be filled in; 0: see `status`. */
function begin(rest: u32, bytes: u32, far: bool): usize {
  const room: u32 = far ? FAR_BYTES : (bytes + 7) & ~7;
  const record = take(<u32>R_SLICES + ((rest + 7) & ~7) + room);
  if (record == 0) return 0;
  put32(record + R_REST, rest | (far ? FAR : 0));
  put32(record + R_VALUE, bytes);
  return record;
}

/** A record of the key's rest from `depth` on, so many bytes, and a value; 0: see `status`. */
export function makeRecord(depth: u32, rest: u32, value: usize, bytes: u32): usize {
  const far = <u64>R_SLICES + ((<u64>rest + 7) & ~7) + bytes > MOST;
  const record = begin(rest, bytes, far);
  if (record == 0) return 0;
  for (let i: u32 = 0; i << 3 < rest; i++) {
    put64(record + R_SLICES + ((<usize>i) << 3), slice(depth + i));
  }
  let to = behindRest(record);
  if (far) {
    const region = takeRegion(bytes);
    if (region < 0) return 0;
    put32(to + 4, region);
    put32(to, <u32>intents.regionAt);
    to = intents.regionAt;
  }
  copyWords(to, value, bytes);
  return record;
}

/** A record with the rest from its slice `from` on, and the same value; 0: see `status`. */
export function moveRecord(record: usize, from: u32, rest: u32): usize {
  const far = isFar(record);
  const bytes = valueBytes(record);
  const to = begin(rest, bytes, far);
  if (to == 0) return 0;
  copyWords(to + R_SLICES, record + R_SLICES + ((<usize>from) << 3), rest);
  copyWords(behindRest(to), behindRest(record), far ? FAR_BYTES : bytes);
  return to;
}

/** Notes that a record and its value go out of the map. Under the lock of its slot's leaf. */
export function dropRecord(record: usize): void {
  if (MUTANT != 434) out(record, false);
  if (isFar(record)) outRegion(get32(behindRest(record) + 4));
}
