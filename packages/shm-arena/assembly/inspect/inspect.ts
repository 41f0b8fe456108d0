// The ladder that stands before `attach`: is this memory an arena that this kernel may touch?
// Nothing that stands in the memory is followed; every position is computed again from pages and
// participants, and compared. A header with any byte changed stops at one of the rungs.
//
//   TRUNCATED           no room for a header
//   FOREIGN             the magic
//   PROTOCOL, BUILD     the protocol number; gated or not
//   CORRUPT_CHECKSUM    of bytes 8..111, and the zeros around them
//   TRUNCATED           fewer pages than it says
//   CORRUPT_LAYOUT      a position that does not follow from pages and participants
//   0                   an arena of ours
//
// I1  Reads bytes 0..127 only, which are frozen from `create` on.
// I2  `found` and `expected` are the two values that the last rung compared (low 32 bits).
//
// No site can check these; the tests of attaching do, rung by rung.
//
// Steps: one load a compared word; no store; a death leaves nothing. The two globals hold the
// answer for the host alone; no kernel reads them.

import { get32, get64 } from '../ground/atomic';
import { digest } from '../ground/digest';
import {
  ARENA_PROTOCOL,
  ENTRIES,
  ENTRY_BYTES,
  H_BITMAPS_AT,
  H_BUILD,
  H_CHECKSUM,
  H_DIRECTORY_AT,
  H_ENTRIES,
  H_FIRST,
  H_LINKS_AT,
  H_MAGIC,
  H_PAGES,
  H_PARTICIPANTS,
  H_PROTOCOL,
  H_REGIONS,
  H_REGIONS_AT,
  H_SHIFT,
  H_SLOTS_AT,
  H_SLOT_BYTES,
  H_TABLE_AT,
  MAGIC,
  MAX_PARTICIPANTS,
  PAGE_SHIFT,
  REGIONS,
  SLOTS,
  SLOT_BYTES,
} from '../ground/layout';
import { bitmapsAt, linksAt, pageTableAt, systemPages } from '../memory/pages';

const TRUNCATED: i32 = 1;
const FOREIGN: i32 = 2;
const PROTOCOL: i32 = 3;
const BUILD: i32 = 4;
const CORRUPT_CHECKSUM: i32 = 5;
const CORRUPT_LAYOUT: i32 = 6;

let foundWord: u32 = 0;
let expectedWord: u32 = 0;

export function found(): u32 {
  return foundWord;
}

export function expected(): u32 {
  return expectedWord;
}

/** True when the two agree; notes them. */
function same(is: u32, should: u32): bool {
  foundWord = is;
  expectedWord = should;
  return is == should;
}

/** The rung at which a memory of `wasmPages` 64 KiB pages stops; 0: it is an arena of ours. */
export function inspect(wasmPages: u32): i32 {
  const room = min<u32>(wasmPages, memory.size());
  if (room == 0) {
    same(0, 1);
    return TRUNCATED;
  }
  const magic = get64(H_MAGIC); // Frozen, as all below.
  if (!same(<u32>magic, <u32>MAGIC) || !same(<u32>(magic >> 32), <u32>(MAGIC >> 32)))
    return FOREIGN;
  if (!same(get32(H_PROTOCOL), ARENA_PROTOCOL)) return PROTOCOL;
  if (!same(get32(H_BUILD), isDefined(GATED) ? 1 : 0)) return BUILD;
  const sum = get64(H_CHECKSUM);
  const own = digest(H_MAGIC, <u32>(H_CHECKSUM - H_MAGIC), 0);
  if (!same(<u32>sum, <u32>own) || !same(<u32>(sum >> 32), <u32>(own >> 32)))
    return CORRUPT_CHECKSUM;
  if (!same(<u32>get64(0) | <u32>(get64(0) >> 32), 0)) return CORRUPT_CHECKSUM;
  if (!same(<u32>get64(120) | <u32>(get64(120) >> 32), 0)) return CORRUPT_CHECKSUM;
  const pages = get32(H_PAGES);
  const need = <u32>((((<u64>pages) << PAGE_SHIFT) + 0xffff) >> 16);
  if (need > room) {
    same(room, need);
    return TRUNCATED;
  }
  return fits(pages, get32(H_PARTICIPANTS)) ? 0 : CORRUPT_LAYOUT;
}

/** The last rung: the positions are those that follow from pages and participants. */
function fits(pages: u32, participants: u32): bool {
  if (participants == 0 || participants > MAX_PARTICIPANTS)
    return same(participants, MAX_PARTICIPANTS);
  if (pages > 65536) return same(pages, 65536);
  const directory = <u32>SLOTS + participants * <u32>SLOT_BYTES;
  const table = <u32>pageTableAt(participants);
  const first = systemPages(pages, participants);
  return (
    same(get32(H_SHIFT), PAGE_SHIFT) &&
    same(get32(H_REGIONS), REGIONS) &&
    same(get32(H_ENTRIES), ENTRIES) &&
    same(get32(H_SLOTS_AT), <u32>SLOTS) &&
    same(get32(H_DIRECTORY_AT), directory) &&
    same(get32(H_REGIONS_AT), directory + ENTRIES * <u32>ENTRY_BYTES) &&
    same(get32(H_TABLE_AT), table) &&
    same(get32(H_LINKS_AT), <u32>linksAt(pages, participants)) &&
    same(get32(H_BITMAPS_AT), <u32>bitmapsAt(pages, participants)) &&
    same(get32(H_FIRST), first) &&
    same(get32(H_SLOT_BYTES), <u32>SLOT_BYTES) &&
    same(first < pages ? 1 : 0, 1)
  );
}
