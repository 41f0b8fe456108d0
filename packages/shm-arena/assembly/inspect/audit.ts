// Looking at everything: what is used by what (`stats`), and whether every word agrees with every
// other (`verify`). Both only load; neither stops anybody. While others work, stats are a sum of
// moments, and verify is not meant to be called: what is in flight looks wrong.
//
//   both tables ─► runs and their CONTs ─► bitmaps ─► regions ─► directory ─► slots ─► grants
//
// Problems that verify finds: { u32 code, u32 where }, where = an offset of a page or of the word
//    1 BAD_KIND      a word with an unknown kind, or of the wrong kind for its place; a slice's
//                    with no bit in its page's, or the other way about
//    2 STRAY_CONT    a CONT that no head in front of it covers
//    3 SHORT_RUN     a head whose run is not followed by that many CONTs, or ends outside
//    4 BAD_OWNER     a page of a slot that is free (or no slot)
//    5 IN_FLIGHT     CLAIMED or FREEING: nobody is at work now, so somebody died there
//    6 BAD_CLASS     a SMALL or ORPHAN span with an unknown class
//    7 STRAY_BIT     a bit beyond the blocks of a span, or where there is no span
//    8 BAD_REGION    a REGION page of a region that is free
//    9 BAD_BASE      a region whose base is not one of its pages, or an owner that is gone
//   10 BAD_SHARD     a participant's page count that differs from the table, or that still asks
//   11 BAD_ENTRY     an entry in the hands of a slot that is not alive, or a live one's bad name
//   12 SAME_NAME     two entries with one name
//   13 BAD_SLOT      reservations or a thread id in a free slot; an unknown kind
//   14 LOCKED        the directory lock is held by somebody alive
//   15 BAD_GRANT     a grant in the hands of a slot that is not alive, or of a structure that is
//                    gone; an era that stands in a free record, or does not in a given one
//   16 BAD_LEDGER    a slot's word that names no ledger of its own, or a ledger that no word names
//
// I1  Every loop is bounded by a count of this build, never by a number read from the memory.
//
// No site can check I1: a walk that does not end is what the checker calls a livelock.
//
// Steps: loads only; stats and problems go to the caller's scratch (private). A death leaves
// nothing.

import { fill, get32, get64, load32, load64, put32, put64 } from '../ground/atomic';
import {
  bitmapAt,
  blocksUsed,
  classOfSpan,
  countOf,
  sizeOfClass,
  slicesOf,
} from '../memory/classes';
import {
  BITMAP,
  CLASSES,
  CLOCK,
  DIRECTORY_LOCK,
  D_LENGTHS_WORD,
  D_NAME,
  D_STATE,
  ENTRIES,
  ENTRY,
  ENTRY_FREE,
  ENTRY_LIVE,
  FIRST,
  GRANTS,
  GRANT_FREE,
  GRANT_FREEING,
  GRANT_GIVEN,
  G_ERA,
  G_OF,
  G_STATE,
  LEASES,
  LEDGER,
  NAME_BYTES,
  PAGES,
  PAGE_SHIFT,
  PARTICIPANTS,
  P_CLAIMED,
  P_CONT,
  P_FREE,
  P_FREEING,
  P_GRANTS,
  P_LARGE,
  P_ORPHAN,
  P_REGION,
  P_SCRATCH,
  P_SMALL,
  P_SYSTEM,
  REGIONS,
  REGION_FREE,
  REGION_LIVE,
  REGION_RETIRED,
  R_BASE,
  R_HELD,
  R_OWNER,
  R_STATE,
  SLICES,
  SLICES_SHIFT,
  SLICE_SHIFT,
  SLOT_ALIVE,
  SLOT_FREE,
  SLOT_ORPHANED,
  S_LEASES,
  S_LEDGER,
  S_LOWER,
  S_OVER_LOWER,
  S_STATE,
  S_THREAD,
  TABLE,
  entryAt,
  generationOf,
  grantAt,
  groupAt,
  kindOf,
  ownerOf,
  regionAt,
  slotAt,
} from '../ground/layout';
import { holder } from '../life/lock';
import {
  bitsOf,
  firstOf,
  hasBit,
  isRun,
  isSpan,
  lengthOf,
  pageAt,
  pageAux,
  pageOwner,
  pageTag,
  pageWord,
  sliceAt,
  startOf,
  usedOf,
  wordAt,
  wordsOf,
} from '../memory/pages';
import { namesGrants, nextGrant } from '../memory/grants';
import { regionSlices, shard, unwatchRegions, watchRegions } from '../memory/region';
import { endReading, isBare, ledgerFirst } from '../memory/ledger';
import { ownedByEntry, ownedByLedger, ownerGone } from '../ground/owner';
import { kindAt } from '../life/slot';

export const BAD_KIND: u32 = 1;
export const STRAY_CONT: u32 = 2;
export const SHORT_RUN: u32 = 3;
export const BAD_OWNER: u32 = 4;
export const IN_FLIGHT: u32 = 5;
export const BAD_CLASS: u32 = 6;
export const STRAY_BIT: u32 = 7;
export const BAD_REGION: u32 = 8;
export const BAD_BASE: u32 = 9;
export const BAD_SHARD: u32 = 10;
export const BAD_ENTRY: u32 = 11;
export const SAME_NAME: u32 = 12;
export const BAD_SLOT: u32 = 13;
export const LOCKED: u32 = 14;
export const BAD_GRANT: u32 = 15;
export const BAD_LEDGER: u32 = 16;
// A problem: u32 code, u32 where.
export const PROBLEM_BYTES: u32 = 8;
export const PROBLEM_WHERE: u32 = 4;

// ---- stats --------------------------------------------------------------------------------------

// Where `stats` writes what; index.ts says what each is.
const STATS_PAGES: u32 = 0;
export const STATS_SYSTEM: u32 = 4;
export const STATS_FREE: u32 = 8;
export const STATS_SMALL: u32 = 12;
export const STATS_ORPHAN: u32 = 16;
export const STATS_LARGE: u32 = 20;
export const STATS_REGION: u32 = 24;
export const STATS_SCRATCH: u32 = 28;
const STATS_FLIGHT: u32 = 32;
export const STATS_BLOCKS: u32 = 36;
export const STATS_EMPTY: u32 = 40;
export const STATS_SMALL_BYTES: u32 = 48;
export const STATS_LARGE_BYTES: u32 = 56;
export const STATS_RETIRED_SLICES: u32 = 64;
const STATS_REGIONS: u32 = 72;
const STATS_RETIRED: u32 = 76;
const STATS_STRUCTURES: u32 = 80;
const STATS_ALIVE: u32 = 84;
export const STATS_OLDEST_SLOT: u32 = 88;
export const STATS_OLDEST_ENTRY: u32 = 92;
export const STATS_OLDEST: u32 = 96;
const STATS_CLOCK: u32 = 104;
export const STATS_BYTES: u32 = 112;
/** Behind them a participant's: slices of its spans, of those without a block, of its scratch. */
export const STATS_OWN_BYTES: u32 = 12;
export const STATS_OWN_HELD: u32 = 0;
export const STATS_OWN_EMPTY: u32 = 4;
export const STATS_OWN_SCRATCH: u32 = 8;

/**
 * Writes the words that index.ts lists to `at`; the bytes written. O(memory that was ever in use).
 */
export function stats(at: u32): u32 {
  const bytes = STATS_BYTES + PARTICIPANTS * STATS_OWN_BYTES;
  fill(at, 0, bytes); // Private scratch, as all stores below.
  put32(at + STATS_PAGES, PAGES);
  put32(at + STATS_SYSTEM, FIRST << SLICES_SHIFT);
  const top = usedOf(TABLE);
  put32(at + STATS_FREE, (PAGES - top) << SLICES_SHIFT);
  for (let page = FIRST; page < top; page++) pageStats(at, page);
  regionStats(at);
  let live: u32 = 0;
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    if (kindOf(load64(entryAt(entry) + D_STATE)) == ENTRY_LIVE) live++;
  }
  put32(at + STATS_STRUCTURES, live);
  slotStats(at);
  putNumber(at + STATS_CLOCK, <f64>load64(CLOCK));
  return bytes;
}

function putNumber(at: usize, value: f64): void {
  put64(at, reinterpret<u64>(value));
}

function count(at: usize, more: u32): void {
  put32(at, get32(at) + more);
}

function pageStats(at: usize, page: u32): void {
  const word = load64(pageAt(page));
  if (kindOf(word) != P_FREE) {
    wordStats(at, TABLE, page, word);
    return;
  }
  const used = bitsOf(word);
  count(at + STATS_FREE, (1 << SLICES_SHIFT) - popcnt(used));
  for (let bits = used; bits != 0; bits &= bits - 1) {
    const slice = (page << SLICES_SHIFT) + <u32>ctz(bits);
    wordStats(at, SLICES, slice, load64(sliceAt(slice)));
  }
}

function wordStats(at: usize, table: usize, i: u32, word: u64): void {
  const kind = kindOf(word);
  const slices = slicesOf(table, word);
  if (kind == P_CLAIMED || kind == P_FREEING) count(at + STATS_FLIGHT, slices);
  if (kind == P_REGION) count(at + STATS_REGION, slices);
  if (kind == P_SCRATCH) count(at + STATS_SCRATCH, slices);
  if (kind == P_SCRATCH) count(ownStats(at, word) + STATS_OWN_SCRATCH, slices);
  if (kind == P_LARGE) {
    count(at + STATS_LARGE, slices);
    count(at + STATS_BLOCKS, 1);
    addNumber(at + STATS_LARGE_BYTES, (<u64>slices) << SLICE_SHIFT);
  }
  if (!isSpan(kind)) return;
  const used = blocksUsed(startOf(table, i) >> SLICE_SHIFT, countOf(table, word));
  count(at + STATS_BLOCKS, used);
  addNumber(at + STATS_SMALL_BYTES, <u64>used * sizeOfClass(classOfSpan(word)));
  if (used == 0) count(at + STATS_EMPTY, slices);
  count(at + (kind == P_SMALL ? STATS_SMALL : STATS_ORPHAN), slices);
  if (kind == P_ORPHAN) return;
  count(ownStats(at, word) + STATS_OWN_HELD, slices);
  if (used == 0) count(ownStats(at, word) + STATS_OWN_EMPTY, slices);
}

function addNumber(at: usize, more: u64): void {
  putNumber(at, reinterpret<f64>(get64(at)) + <f64>more);
}

/** Where the participant's are whom a word names. */
function ownStats(at: usize, word: u64): usize {
  return at + STATS_BYTES + min(pageOwner(word) - 1, PARTICIPANTS - 1) * STATS_OWN_BYTES;
}

function regionStats(at: usize): void {
  let live: u32 = 0,
    retired: u32 = 0,
    pages: f64 = 0;
  for (let region: u32 = 0; region < REGIONS; region++) {
    const kind = kindOf(load64(regionAt(region) + R_STATE));
    if (kind == REGION_LIVE) live++;
    if (kind != REGION_RETIRED) continue;
    retired++;
    pages += <f64>load32(regionAt(region) + R_HELD);
  }
  putNumber(at + STATS_RETIRED_SLICES, pages);
  put32(at + STATS_REGIONS, live);
  put32(at + STATS_RETIRED, retired);
}

function slotStats(at: usize): void {
  let alive: u32 = 0,
    oldestSlot: u32 = 0,
    oldest: u64 = ~(<u64>0);
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const own = slotAt(slot);
    const kind = kindOf(load64(own + S_STATE));
    if (kind == SLOT_ALIVE) alive++;
    if (kind == SLOT_FREE) continue;
    const era = oldestOf(own);
    if (era == 0 || era >= oldest) continue;
    oldest = era;
    oldestSlot = slot + 1;
  }
  put32(at + STATS_ALIVE, alive);
  let entry: u32 = 0;
  for (let record = nextGrant(0); record != ~0; record = nextGrant(record + 1)) {
    const own = grantAt(record);
    const era = load64(own + G_ERA);
    if (kindOf(load64(own + G_STATE)) != GRANT_GIVEN || era >= oldest) continue;
    oldest = era;
    oldestSlot = 0;
    entry = (<u32>load64(own + G_OF) & ~ENTRY) + 1;
  }
  put32(at + STATS_OLDEST_SLOT, oldestSlot);
  put32(at + STATS_OLDEST_ENTRY, entry);
  if (oldestSlot != 0 || entry != 0) putNumber(at + STATS_OLDEST, <f64>oldest);
}

/** The oldest era that a slot reserves; 0: none. */
function oldestOf(at: usize): u64 {
  let oldest = ~(<u64>0);
  for (let i: u32 = 0; i < LEASES; i++) oldest = older(oldest, load64(at + S_LEASES + (i << 3)));
  oldest = older(oldest, load64(at + S_LOWER));
  oldest = older(oldest, load64(at + S_OVER_LOWER));
  const bare = isBare(); // Behind lower: what the look begins is no reservation of the slot's.
  oldest = older(oldest, ledgerFirst(at, 1));
  endReading(bare);
  return oldest == ~(<u64>0) ? 0 : oldest;
}

function older(a: u64, b: u64): u64 {
  return b != 0 && b < a ? b : a;
}

/** Slices in the live regions of a structure. O(regions + participants of each). */
export function structureSlices(entry: u32, generation: u32): u32 {
  let slices: u32 = 0;
  const owner = ownedByEntry(entry, generation);
  const upper = watchRegions();
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    if (load64(at + R_OWNER) != owner) continue;
    if (kindOf(load64(at + R_STATE)) == REGION_LIVE) slices += regionSlices(region);
  }
  unwatchRegions(upper);
  return slices;
}

// ---- verify -------------------------------------------------------------------------------------

/**
 * Walks everything. How many problems; as many as fit into `capacity` bytes at `at` are written.
 */
export function verify(at: u32, capacity: u32): u32 {
  let count: u32 = 0;
  for (let page: u32 = 0; page < PAGES; page++) count = checkWord(TABLE, page, at, capacity, count);
  const slices = PAGES << SLICES_SHIFT;
  for (let i: u32 = 0; i < slices; i++) count = checkWord(SLICES, i, at, capacity, count);
  for (let r: u32 = 0; r < REGIONS; r++) count = checkRegion(r, at, capacity, count);
  for (let e: u32 = 0; e < ENTRIES; e++) count = checkEntry(e, at, capacity, count);
  for (let s: u32 = 0; s < PARTICIPANTS; s++) count = checkSlot(s, at, capacity, count);
  for (let g: u32 = 0; grantAt(g) != 0; g++) count = checkGrant(g, at, capacity, count);
  if (holder(DIRECTORY_LOCK) != 0)
    count = putProblem(LOCKED, <u32>DIRECTORY_LOCK, at, capacity, count);
  return count;
}

/** Writes a problem if there is room; the new count. */
function putProblem(code: u32, where: u32, at: u32, capacity: u32, count: u32): u32 {
  const to = count << 3;
  if (to + PROBLEM_BYTES <= capacity) {
    put32(at + to, code);
    put32(at + to + PROBLEM_WHERE, where);
  }
  return count + 1;
}

function checkWord(table: usize, i: u32, at: u32, capacity: u32, count: u32): u32 {
  const word = load64(wordAt(table, i));
  const code = wordProblem(table, i, word, kindOf(word));
  const where = startOf(table, i);
  let total = code != 0 ? putProblem(code, where, at, capacity, count) : count;
  if (straysIn(table, i, word)) total = putProblem(STRAY_BIT, where, at, capacity, total);
  return total;
}

function wordProblem(table: usize, i: u32, word: u64, kind: u32): u32 {
  if (i < firstOf(table)) return kind == (table == TABLE ? P_SYSTEM : P_FREE) ? 0 : BAD_KIND;
  if (kind == P_FREE) {
    if (table == SLICES) return word == 0 && !hasBit(i) ? 0 : BAD_KIND;
    return word == (<u64>bitsOf(word)) << 16 ? 0 : BAD_KIND;
  }
  if (kind == P_GRANTS && table == TABLE) {
    return namesGrants(i) && pageOwner(word) == 0 ? 0 : BAD_KIND;
  }
  if (kind >= P_SYSTEM) return BAD_KIND;
  if (kind == P_CLAIMED || kind == P_FREEING) return IN_FLIGHT;
  if (kind == P_CONT) return coveredByHead(table, i, word) ? 0 : STRAY_CONT;
  if (table == SLICES && !hasBit(i)) return BAD_KIND;
  if ((isRun(kind) || isSpan(kind)) && !wholeRun(table, i, lengthOf(word))) return SHORT_RUN;
  if (kind == P_SMALL || kind == P_SCRATCH) {
    const owner = pageOwner(word);
    if (owner == 0 || kindAt(owner - 1) == SLOT_FREE || kindAt(owner - 1) == SLOT_ORPHANED) {
      return BAD_OWNER; // ORPHANED: the arena phase has left nothing to the slot.
    }
  }
  if (isSpan(kind) && classOfSpan(word) >= CLASSES) return BAD_CLASS;
  if (kind != P_REGION) return 0;
  const region = pageTag(word);
  if (region >= REGIONS || kindOf(load64(regionAt(region) + R_STATE)) == REGION_FREE)
    return BAD_REGION;
  return 0;
}

function coveredByHead(table: usize, i: u32, word: u64): bool {
  const head = pageAux(word);
  if (head >= i || word != pageWord(P_CONT, 0, 0, head)) return false;
  const top = load64(wordAt(table, head));
  const kind = kindOf(top);
  if (kind == P_CLAIMED) return true;
  return (isRun(kind) || isSpan(kind) || kind == P_FREEING) && i - head < lengthOf(top);
}

function wholeRun(table: usize, head: u32, length: u32): bool {
  if (length == 0 || length > wordsOf(table) - head) return false;
  for (let i: u32 = 1; i < length; i++) {
    if (load64(wordAt(table, head + i)) != pageWord(P_CONT, 0, 0, head)) return false;
  }
  return true;
}

/** True when a bitmap has a bit for no block. That of a span lies in its first slice's. */
function straysIn(table: usize, i: u32, word: u64): bool {
  const span = startOf(table, i) >> SLICE_SHIFT;
  if (isSpan(kindOf(word))) return strays(span, countOf(table, word));
  if (table == TABLE) return false;
  const first = (i & ((1 << SLICES_SHIFT) - 1)) == 0;
  return !(first && isSpan(kindOf(load64(pageAt(i >> SLICES_SHIFT))))) && strays(span, 0);
}

function strays(span: u32, blocks: u32): bool {
  for (let i: u32 = 0; i < BITMAP >> 3; i++) {
    const first = i << 6;
    const valid =
      blocks <= first ? 0 : blocks - first >= 64 ? ~(<u64>0) : ((<u64>1) << (blocks - first)) - 1;
    if ((load64(bitmapAt(span) + (i << 3)) & ~valid) != 0) return true;
  }
  return false;
}

function checkRegion(region: u32, at: u32, capacity: u32, count: u32): u32 {
  const own = regionAt(region);
  const kind = kindOf(load64(own + R_STATE));
  if (kind > 5) return putProblem(BAD_REGION, <u32>own, at, capacity, count);
  if (kind != REGION_LIVE) return count;
  if (ownerGone(load64(own + R_OWNER))) count = putProblem(BAD_BASE, <u32>own, at, capacity, count);
  const owner = <u32>load64(own + R_OWNER);
  if ((owner & (ENTRY | LEDGER)) == LEDGER && !namesLedger((owner & ~LEDGER) - 1, region))
    count = putProblem(BAD_LEDGER, <u32>own, at, capacity, count);
  const page = load32(own + R_BASE) >> PAGE_SHIFT;
  const word = page < PAGES ? load64(pageAt(page)) : 0;
  if (page < FIRST || kindOf(word) != P_REGION || pageTag(word) != region) {
    return putProblem(BAD_BASE, <u32>own, at, capacity, count);
  }
  let sum: u64 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const line = load64(shard(region, slot) + 8);
    sum += line;
    if (line == 0 || line == shardPages(region, slot)) continue;
    count = putProblem(BAD_SHARD, <u32>(shard(region, slot) + 8), at, capacity, count);
  }
  // The lines that say nothing are right when the others hold all pages.
  const all = shardPages(region, PARTICIPANTS);
  return sum == all ? count : putProblem(BAD_SHARD, <u32>own, at, capacity, count);
}

/** Whether the slot names the region, or is not at work. */
function namesLedger(slot: u32, region: u32): bool {
  if (slot >= PARTICIPANTS || kindAt(slot) != SLOT_ALIVE) return true;
  const word = load64(slotAt(slot) + S_LEDGER);
  return word != 0 && <u32>(word >> 32) == region;
}

/** Pages of a slot's shard as the table says; of all shards, for a slot that there is not. */
function shardPages(region: u32, slot: u32): u64 {
  let pages: u64 = 0;
  for (let page = FIRST; page < PAGES; page++) {
    const word = load64(pageAt(page));
    if (kindOf(word) != P_REGION || pageTag(word) != region) continue;
    if (slot == PARTICIPANTS || pageOwner(word) == slot + 1) pages += pageAux(word);
  }
  return pages;
}

function checkEntry(entry: u32, at: u32, capacity: u32, count: u32): u32 {
  const own = entryAt(entry);
  const word = load64(own + D_STATE);
  const kind = kindOf(word);
  if (kind == ENTRY_FREE) return count;
  const length = nameOf(entry);
  const held = ownerOf(word);
  const lost = held != 0 && kindAt(held - 1) != SLOT_ALIVE;
  if (kind > 3 || length > NAME_BYTES || lost || (kind == ENTRY_LIVE) != (held == 0)) {
    return putProblem(BAD_ENTRY, <u32>own, at, capacity, count);
  }
  for (let other: u32 = 0; other < entry && length != 0; other++) {
    if (!sameName(entry, other, length)) continue;
    count = putProblem(SAME_NAME, <u32>own, at, capacity, count);
  }
  return count;
}

function nameOf(entry: u32): u32 {
  return <u32>(load64(entryAt(entry) + D_LENGTHS_WORD) >> 32) & 255;
}

function sameName(a: u32, b: u32, length: u32): bool {
  if (kindOf(load64(entryAt(b) + D_STATE)) == ENTRY_FREE || nameOf(b) != length) return false;
  for (let i: u32 = 0; i < length; i += 8) {
    if (load64(entryAt(a) + D_NAME + i) != load64(entryAt(b) + D_NAME + i)) return false;
  }
  return true;
}

function checkSlot(slot: u32, at: u32, capacity: u32, count: u32): u32 {
  const own = slotAt(slot);
  const kind = kindOf(load64(own + S_STATE));
  const bad =
    kind > SLOT_ORPHANED ||
    (kind == SLOT_FREE && (oldestOf(own) != 0 || load32(own + S_THREAD) != 0));
  if (bad) count = putProblem(BAD_SLOT, <u32>own, at, capacity, count);
  const word = load64(own + S_LEDGER);
  if (word == 0) return count;
  const owner = ownedByLedger(slot, generationOf(load64(own + S_STATE)));
  const region = regionAt(min(<u32>(word >> 32), REGIONS - 1));
  return kindOf(load64(region + R_STATE)) == REGION_LIVE && load64(region + R_OWNER) == owner
    ? count
    : putProblem(BAD_LEDGER, <u32>own, at, capacity, count);
}

function checkGrant(record: u32, at: u32, capacity: u32, count: u32): u32 {
  const own = grantAt(record);
  const word = load64(own + G_STATE);
  const kind = kindOf(word);
  const held = ownerOf(word);
  const stands = ((load64(groupAt(record / GRANTS)) >> (record % GRANTS)) & 1) != 0;
  let bad = kind > GRANT_FREEING || (held != 0 && kindAt(held - 1) != SLOT_ALIVE);
  if (kind == GRANT_FREE) bad = bad || stands || held != 0;
  else if (kind == GRANT_GIVEN) bad = bad || !stands || held != 0 || ownerGone(load64(own + G_OF));
  else bad = bad || held == 0;
  return bad ? putProblem(BAD_GRANT, <u32>own, at, capacity, count) : count;
}
