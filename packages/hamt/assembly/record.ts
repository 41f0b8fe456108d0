// Records: keys of more than 16 bytes, values of more than 8, and what is longer than a block has
// room for. A record belongs to one entry, whichever leaf that is copied to, and nobody changes it.
//
//   record   | u32 bytes of the key | FAR | u32 bytes of the value | key | value |
//            key: its slices, if it is longer than 16 bytes; else nothing, and 0 bytes
//            value, padded to 8; or FAR: u32 where it is, u32 its region
//            of a cache the value begins with its head (cache/layout.ts)
//
// B1  A far value's region becomes LIVE only when an entry names its record, and is retired, LIVE,
//     when none does any more. It is covered by the pin of who made it, or takes it out (reach.ts);
//     so its number means no other one meanwhile.
//
// No site can check B1; the checker looks for regions that are left.

import { get32, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { sliceAt } from '@x/shm-arena/assembly/map/key';
import { MOST } from '@x/shm-arena/assembly/reclaim/home';
import * as hand from './hand';
import * as intents from './intent';
import { isOwn, out, outRegion, take, takeRegion } from './intent';

const R_KEY: usize = 0;
const R_VALUE: usize = 4;
export const R_SLICES: usize = 8;
export const FAR: u32 = 1 << 31;
/** Of a value that is elsewhere: its address and its region. */
const FAR_BYTES: u32 = 8;

export function valueBytes(record: usize): u32 {
  return get32(record + R_VALUE);
}

function behindKey(record: usize): usize {
  return record + R_SLICES + (((get32(record + R_KEY) & ~FAR) + 7) & ~7);
}

function isFar(record: usize): bool {
  return (get32(record + R_KEY) & FAR) != 0;
}

/** Where the value is. */
export function valueAt(record: usize): usize {
  const at = behindKey(record);
  return isFar(record) ? <usize>get32(at) : at;
}

/**
 * A record with a value, and the key in hand, if it is long; 0: see `status`. The value's first
 * `head` bytes, a multiple of 8, are the caller's to write.
 */
export function makeRecord(value: usize, bytes: u32, head: u32): usize {
  const key = hand.length > 16 ? hand.length : 0;
  const all = head + bytes;
  const far = <u64>R_SLICES + ((<u64>key + 7) & ~7) + all > MOST;
  const record = take(<u32>R_SLICES + ((key + 7) & ~7) + (far ? FAR_BYTES : (all + 7) & ~7));
  if (record == 0) return 0;
  put32(record + R_KEY, key | (far ? FAR : 0));
  put32(record + R_VALUE, all);
  for (let i: u32 = 0; i << 3 < key; i++) {
    const slice = i == 0 ? hand.s0 : i == 1 ? hand.s1 : sliceAt(hand.at, i, key);
    put64(record + R_SLICES + ((<usize>i) << 3), slice);
  }
  let to = behindKey(record);
  if (far) {
    const region = takeRegion(all);
    if (region < 0) return 0;
    put32(to + 4, region);
    put32(to, <u32>intents.regionAt);
    to = intents.regionAt;
  }
  copyWords(to + head, value, bytes);
  return record;
}

/** What `dropRecord` notes at most. */
export function notesFor(record: usize): u32 {
  return isFar(record) ? 2 : 1;
}

/** Notes that a record and its value go out of the map. */
export function dropRecord(record: usize): void {
  if (MUTANT != 520) out(record);
  if (isFar(record) && isOwn(record)) outRegion(get32(behindKey(record) + 4));
}
