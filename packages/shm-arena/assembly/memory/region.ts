// Regions: memory that is allocated by bumping a position and freed all at once. Each participant
// has a shard of its own, so an allocation touches no shared word; a region that others may still
// be reading waits, retired, until no reservation meets its life (reservation.ts).
//
//   region entry        first chunk                          more chunks, each in one shard
//   | state | base |──► | line 0 | line 1 | ... | body |     | previous u64 | pad | data ... |
//                         │                                        ▲      │
//                         └─ left | pos ──► in the newest chunk ───┘      └► left | pos before it
//
// Entry, 64 bytes, shared words (layout.ts). A participant's line in the first chunk, 64 bytes:
//   0  u64 left << 32 | pos     owned, plain: one word, so a death loses all of a step or nothing
//   8  u64 asked << 32 | pages  shared, one writer: pages its shard holds, pages it wants to take
//   16 48 bytes, the structure's
// A chunk is a run of pages REGION(region; slot = the shard's; aux = length): what belongs to a
// region is judged by the tables alone. It may have runs of slices besides, which its structure
// takes and releases (parts.ts).
//
//   FREE(g) ─► CREATING(slot) ─► LIVE ─► RETIRING(slot) ─► RETIRED ─► FREEING(slot) ─► FREE(g + 1)
//                     └─ no memory for the first chunk ──────────────────────────────► FREE(g + 1)
//
// I1  owner is stored before LIVE and cleared before FREE: a CREATING region shows its own or none.
// I2  LIVE with an owner that is gone (a participant that is not alive, or, of a ledger, whose slot
//     is free, a directory entry that is not CREATING or LIVE, or has another generation) is
//     garbage: `retireOrphans` retires it.
// I3  The retired stamp is drawn by the one slot named in RETIRING, after the region was unlinked.
// I4  Sum over lines of pages + asked is at most the budget after every step 6 that went on, but
//     for what was taken beyond it, without step 6.
// I5  Whoever takes a chunk for a region keeps it from being swept meanwhile: it is the thread's
//     own, which nobody else retires while that lives, or one that it reaches under a pin, which
//     a sweep waits for. So no chunk is added to a region that is FREEING, and step 14 finds all.
// I6  Every way from CREATING to FREE raises g. So a word that names a slot means one creation: who
//     saw CREATING(s, g), then s not alive, and then swaps that word, has the dead's region, though
//     s may be creating for another life by now. RETIRING and FREEING come after CREATING of the
//     same g, each once but for recovery, which takes them from the dead under recover.ts I1.
//
// Checked at their sites: I1, I3, I5. After every step of the checker: I4, and I6 as a life that
// comes twice. By verify (audit.ts): I2.
//
// create(owner, budget)                                  a death after this step leaves
//   1. CAS FREE → CREATING(me)                               CREATING(dead): retired by recovery,
//   2. owner, birth, budget; claim the first chunk,            or by the repair of its structure
//      fill the lines with 0, commit REGION, store base      the same
// publish
//   3. CAS CREATING → LIVE            linearizes             LIVE: judged by its owner (I2)
//   4. owner gone meanwhile: retire                          the same
// alloc, fast: bump `left | pos`: a lost plain store gives the same bytes to the slot's next owner,
//   and nobody can reach them: what publishes them is a later atomic step.
// alloc, the chunk is used up
//   5. asked := n                                          asked ≠ 0: recovery counts the pages
//   6. sum the lines: over budget: asked := 0, LIMIT         of the shard in the table, and stores
//   7. claim n, note `left | pos` in it, commit REGION       that with asked = 0; the chunk is out
//   8. pages += n, asked := 0; then bump                     of the chain, freed with the region
// rewind(mark), while the newest chunk does not hold the mark
//   9. pages -= n, asked := n; left | pos := what the chunk notes; release it; asked := 0
// retire
//  10. CAS LIVE → RETIRING(me)        linearizes             RETIRING(dead): recovery goes on
//  11. r := clock, clock + 1; retired := r                   the same (another stamp is drawn)
//  12. CAS → RETIRED                                         RETIRED: whoever sweeps
// sweep, for each RETIRED whose [birth, retired] nobody meets, of a ledger no interval
//  13. CAS → FREEING(me)              linearizes             FREEING(dead): recovery goes on
//  14. release its chunks as the chains of its lines name    the same; recovery does not look at
//      them; if the lines' pages say that there are more,      lines, which may be gone: it walks
//      what the table names; its slices; owner, base, map := 0
//  15. CAS → FREE(g + 1)                                     nothing

import {
  cas64,
  check,
  fill,
  get64,
  load32,
  load64,
  markLive,
  markRoom,
  markUsed,
  pause,
  peek64,
  put64,
  refused,
  store32,
  store64,
  swap32,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import {
  BAD,
  CHUNK_PAGES,
  CLOSED,
  CONTENDED,
  ENTRY,
  FIRST,
  FLAGS,
  FULL,
  GENERATION,
  LEDGER,
  LIMIT,
  ME,
  OK,
  PAGE,
  PAGES,
  PAGE_SHIFT,
  PARTICIPANTS,
  P_CONT,
  P_REGION,
  REGIONS,
  REGION_CREATING,
  REGION_FREE,
  REGION_FREEING,
  REGION_LIVE,
  REGION_RETIRED,
  REGION_RETIRING,
  RETIRED_HINT,
  R_BASE,
  R_BIRTH,
  R_BUDGET,
  R_HELD,
  R_MAP,
  R_OWNER,
  R_RETIRED,
  R_STATE,
  SELF,
  SHARD_BYTES,
  SLICES_SHIFT,
  SLOT_ALIVE,
  S_STATE,
  S_UPPER,
  TABLE,
  TRIES,
  ZERO_ON_FREE,
  generationOf,
  kindOf,
  ownerOf,
  regionAt,
  slotAt,
  stateWord,
} from '../ground/layout';
import { ownedBySlot, ownerGone } from '../ground/owner';
import {
  claim,
  commit,
  offsetOf,
  pageAt,
  pageAux,
  pageTag,
  pageWord,
  release,
  usedOf,
} from './pages';
import { countSlices, releaseSlices } from './parts';
import { endReading, isBare } from './ledger';
import { advance, era, isUnread, pin, safe, unpin } from './reservation';
import { fail, status } from '../ground/thread';

/** Bytes in front of a chunk's data. */
export const CHUNK_HEAD: u32 = 16;

// ---- life ---------------------------------------------------------------------------------------

/**
 * Steps 1 and 2: a region in this slot's hands, for `owner`. `budget` in pages, 0 = none. The
 * number, or -FULL, -CONTENDED, -LIMIT (no entry is left). The caller publishes it, or lets it go
 * with `regionDrop`.
 */
export function regionCreate(owner: u64, budget: u32): i32 {
  if (refused()) return -FULL;
  for (let turn = 0; turn < 2; turn++) {
    for (let region: u32 = 0; region < REGIONS; region++) {
      const at = regionAt(region) + R_STATE;
      const word = load64(at);
      if (kindOf(word) != REGION_FREE) continue;
      const mine = stateWord(REGION_CREATING, ME + 1, generationOf(word));
      if (cas64(at, word, mine)) return fillRegion(region, mine, owner, budget);
    }
    if (turn == 0) sweep();
  }
  return -LIMIT;
}

function fillRegion(region: u32, mine: u64, owner: u64, budget: u32): i32 {
  const at = regionAt(region);
  check(peek64(at + R_OWNER) == 0, I + 1, at);
  store64(at + R_OWNER, owner);
  store64(at + R_BIRTH, era());
  store32(at + R_BUDGET, budget);
  let head = claim(1);
  if (head == 0 && status() == FULL) {
    sweep();
    head = claim(1);
  }
  if (head == 0) {
    const why = status();
    store64(at + R_OWNER, 0); // I1
    const next = generationOf(mine) + (MUTANT == 103 ? 0 : 1); // I6
    if (MUTANT != 108) cas64(at + R_STATE, mine, stateWord(REGION_FREE, 0, next));
    return -why;
  }
  const base = offsetOf(head);
  const lines = PARTICIPANTS * SHARD_BYTES;
  const line = base + ME * SHARD_BYTES;
  markLive(base, PAGE);
  markRoom(base + lines, PAGE - lines);
  fill(base, 0, lines); // Private until `commit`, and until `publish` for all others.
  put64(line, ((<u64>(PAGE - lines)) << 32) | (base + lines));
  store64(line + 8, 1);
  commit(head, pageWord(P_REGION, ME + 1, region, 1));
  store32(at + R_BASE, base);
  return region;
}

/** Steps 3 and 4. CLOSED: the owner is gone, or the region was taken away; it is retired. */
export function regionPublish(region: u32): i32 {
  const at = regionAt(region) + R_STATE;
  const word = load64(at);
  if (kindOf(word) != REGION_CREATING || ownerOf(word) != ME + 1) return CLOSED;
  const live = stateWord(REGION_LIVE, 0, generationOf(word));
  check(peek64(regionAt(region) + R_OWNER) != 0, I + 1, at);
  if (!cas64(at, word, live)) return CLOSED;
  // Pairs with entryDestroy, which leaves LIVE before it looks for regions: one of us sees the
  // other.
  if (MUTANT == 9 || !ownerGone(load64(regionAt(region) + R_OWNER))) return OK;
  retireFrom(region, live);
  return CLOSED;
}

/** Lets go of a region that this slot is creating and that nobody else can reach. Frees it. */
export function regionDrop(region: u32): void {
  const word = load64(regionAt(region) + R_STATE);
  if (kindOf(word) != REGION_CREATING || ownerOf(word) != ME + 1) return;
  const freeing = stateWord(REGION_FREEING, ME + 1, generationOf(word));
  if (cas64(regionAt(region) + R_STATE, word, freeing)) freeRegion(region, freeing, true);
}

/**
 * Step 10 to 12 for a LIVE region that was unlinked. False: it is not LIVE with that generation.
 */
export function regionRetire(region: u32, generation: u32): bool {
  if (region >= REGIONS) return false;
  return retireFrom(region, stateWord(REGION_LIVE, 0, generation));
}

/** Steps 10 to 12 from a state that was seen; for recovery also from the hands of the dead. */
export function retireFrom(region: u32, seen: u64): bool {
  const at = regionAt(region);
  const mine = stateWord(REGION_RETIRING, ME + 1, generationOf(seen));
  if (!cas64(at + R_STATE, seen, mine)) return false;
  store32(at + R_HELD, regionSlices(region)); // It is not freed while RETIRING.
  store64(at + R_RETIRED, advance()); // I3
  check(peek64(at + R_BIRTH) <= peek64(at + R_RETIRED), I + 3, at);
  cas64(at + R_STATE, mine, stateWord(REGION_RETIRED, 0, generationOf(seen)));
  store32(RETIRED_HINT, 1);
  return true;
}

/** Frees retired regions that nobody can still read; slices freed. O(regions + chunks freed). */
export function sweep(): u32 {
  if (load32(RETIRED_HINT) == 0 || swap32(RETIRED_HINT, 0) == 0) return 0;
  const bare = isBare();
  let slices: u32 = 0;
  let kept = false;
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    const word = load64(at + R_STATE);
    if (kindOf(word) != REGION_RETIRED) continue;
    // Another thread may sweep it and reuse the entry now: then the CAS below fails.
    if (!isFree(at)) {
      kept = true;
      continue;
    }
    const freeing = stateWord(REGION_FREEING, ME + 1, generationOf(word));
    if (cas64(at + R_STATE, word, freeing)) slices += freeRegion(region, freeing, true);
  }
  endReading(bare);
  // A death before this store loses the hint: recovery sets it (recover.ts).
  if (kept && MUTANT != 111) store32(RETIRED_HINT, 1);
  return slices;
}

/** Whether nobody reads the retired region at `at`; no lease is about a ledger (ledger.ts I3). */
function isFree(at: usize): bool {
  const birth = load64(at + R_BIRTH);
  const retired = load64(at + R_RETIRED);
  const ledger = (<u32>load64(at + R_OWNER) & (ENTRY | LEDGER)) == LEDGER;
  return ledger ? isUnread(birth, retired, false) : safe(birth, retired);
}

/**
 * Steps 14 and 15 for a region that is FREEING in this slot's hands. `first`: nobody has begun it,
 * so its lines are there. Slices freed. O(participants + chunks), or O(pages).
 */
export function freeRegion(region: u32, freeing: u64, first: bool): u32 {
  const at = regionAt(region);
  const base = load32(at + R_BASE);
  let freed: u32 = 0;
  let all = false;
  if (first && base != 0) {
    const promised = linesPages(base);
    freed = releaseChains(region, base);
    all = promised == freed;
  }
  if (!all && MUTANT != 237) freed += releaseRuns(region);
  freed <<= SLICES_SHIFT;
  const map = load64(at + R_MAP);
  if (map != 0) freed += releaseSlices(region, map);
  store64(at + R_OWNER, 0);
  store32(at + R_BASE, 0);
  store64(at + R_MAP, 0);
  cas64(at + R_STATE, freeing, stateWord(REGION_FREE, 0, generationOf(freeing) + 1));
  return freed;
}

/** Releases the chunks that the lines name, and the first one last. Pages. */
function releaseChains(region: u32, base: u32): u32 {
  let pages: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    // Owned words of threads that have let go of the region, or died: `safe` has seen it.
    let pos = <u32>get64(base + slot * SHARD_BYTES);
    while (pos != 0) {
      const head = chunkOf(pos);
      const word = load64(pageAt(head));
      // A death may have lost the last of them: then the line's pages say that one is missing.
      if (offsetOf(head) == base || kindOf(word) != P_REGION || pageTag(word) != region) break;
      pos = <u32>get64(offsetOf(head));
      if (release(head, word)) pages += pageAux(word);
    }
  }
  const head = base >> PAGE_SHIFT;
  const word = load64(pageAt(head));
  return release(head, word) ? pages + pageAux(word) : pages;
}

/** Releases the chunks that the table names. Pages. O(pages in use). */
function releaseRuns(region: u32): u32 {
  let pages: u32 = 0;
  const end = usedOf(TABLE);
  for (let page = FIRST; page < end; page++) {
    const word = load64(pageAt(page));
    if (kindOf(word) != P_REGION || pageTag(word) != region) continue;
    if (release(page, word)) pages += pageAux(word);
  }
  return pages;
}

/**
 * Slices that a region holds, in pages and in its spans; it must not be freed meanwhile.
 * O(participants + slices of the 64ths of the arena that its spans are in).
 */
export function regionSlices(region: u32): u32 {
  return (regionPages(region) << SLICES_SHIFT) + countSlices(region);
}

/** Pages that the lines of a region say it holds or asks for (upper half: somebody asks). */
function linesPages(base: usize): u64 {
  let sum: u64 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    sum += load64(base + <usize>slot * SHARD_BYTES + 8);
  }
  return sum;
}

/** Retires every LIVE region whose owner is gone, and CREATING ones of the dead besides (I2). */
export function retireOrphans(): void {
  for (let region: u32 = 0; region < REGIONS; region++) {
    const word = load64(regionAt(region) + R_STATE);
    const kind = kindOf(word);
    if (kind != REGION_LIVE && kind != REGION_CREATING) continue;
    if (kind == REGION_CREATING && isAlive(ownerOf(word))) continue;
    if (ownerGone(load64(regionAt(region) + R_OWNER))) retireFrom(region, word);
  }
}

/** `owner` is slot + 1. */
function isAlive(owner: u32): bool {
  if (owner == 0 || owner > PARTICIPANTS) return false;
  return kindOf(load64(slotAt(owner - 1) + S_STATE)) == SLOT_ALIVE;
}

// ---- memory -------------------------------------------------------------------------------------

/** Where a region begins. Frozen while the region is protected. */
export function regionBase(region: u32): usize {
  return load32(regionAt(region) + R_BASE);
}

/** The line of a participant in a region; bytes 16..63 are the structure's. */
export function shard(region: u32, slot: u32): usize {
  return regionBase(region) + <usize>slot * SHARD_BYTES;
}

/** The first byte behind the lines; the creator's first allocation starts here (aligned to 64). */
export function regionBody(region: u32): usize {
  return shard(region, PARTICIPANTS);
}

/**
 * Takes `bytes` from what is left in the chunk of a line; 0: not enough. `align` a power of two.
 */
export function bump(line: usize, bytes: u32, align: u32): u32 {
  const word = get64(line); // Owned word.
  const pos = <u32>word;
  const left = <u32>(word >> 32);
  const pad = (0 - pos) & (align - 1);
  if (<u64>pad + bytes > left) return 0;
  // The end of 4 GiB does not fit: one byte before it stands for it, so that no word with a chunk
  // is 0, and every position lies in its chunk.
  const end = pos + pad + bytes;
  put64(line, ((<u64>(left - pad - bytes)) << 32) | (end - <u32>(end == 0)));
  markUsed(pos, pad + bytes);
  return pos + pad;
}

/**
 * `bytes` from this thread's shard, aligned (0 = 8). The region must be this thread's, or pinned.
 * `beyond`: its budget may be passed, by as few pages as do.
 * 0: FULL, CONTENDED, LIMIT (its budget), BAD (`status`); nothing has changed.
 */
export function regionAlloc(region: u32, bytes: u32, align: u32, beyond: bool = false): u32 {
  if (region >= REGIONS || (align & (align - 1)) != 0 || align > PAGE) return fail(BAD);
  if (refused()) return fail(FULL);
  const line = shard(region, ME);
  const step = align == 0 ? 8 : align;
  const size = max(bytes, 1);
  const at = bump(line, size, step);
  return at != 0 ? at : growShard(region, line, size, step, beyond);
}

/** Steps 5 to 8. */
function growShard(region: u32, line: usize, bytes: u32, align: u32, beyond: bool): u32 {
  const need64 = (<u64>bytes + max(CHUNK_HEAD, align) + PAGE - 1) >> PAGE_SHIFT;
  if (need64 > PAGES) return fail(FULL);
  const need = <u32>need64;
  const pages = <u32>load64(line + 8);
  let n = max(need, min(CHUNK_PAGES, pages < 2 ? 1 : 1 << (31 - clz(pages))));
  let verdict = askBudget(region, line, pages, n);
  if (verdict != OK && n > need) {
    n = need;
    verdict = askBudget(region, line, pages, n);
  }
  if (verdict == LIMIT && beyond) {
    if (MUTANT != 196) store64(line + 8, ((<u64>n) << 32) | pages); // Step 5 without step 6.
    verdict = OK;
  }
  let head: u32 = 0;
  if (verdict == OK) {
    head = claim(n);
    if (head == 0 && n > need && status() == FULL) {
      n = need;
      head = claim(n);
    }
    if (head == 0) verdict = status();
  }
  if (head == 0) {
    if (MUTANT != 116) store64(line + 8, pages);
    return fail(verdict);
  }
  const chunk = offsetOf(head);
  const size = n << PAGE_SHIFT;
  markLive(chunk, size);
  markRoom(chunk + CHUNK_HEAD, size - CHUNK_HEAD);
  put64(chunk, get64(line)); // Private until `commit`, then owned by the shard.
  const kind = kindOf(peek64(regionAt(region) + R_STATE));
  check(kind != REGION_FREEING && kind != REGION_FREE, I + 5, chunk);
  commit(head, pageWord(P_REGION, ME + 1, region, n));
  store64(line + 8, pages + n);
  put64(line, ((<u64>(size - CHUNK_HEAD)) << 32) | (chunk + CHUNK_HEAD));
  return bump(line, bytes, align);
}

/** Steps 5 and 6. OK: `n` more pages are within the budget, whatever the others do (I4). */
function askBudget(region: u32, line: usize, pages: u32, n: u32): i32 {
  const budget = load32(regionAt(region) + R_BUDGET);
  for (let round: u32 = 0; round < TRIES; round++) {
    // Before the sum: of two that ask, one sees the other.
    store64(line + 8, ((<u64>n) << 32) | pages);
    if (budget == 0) return OK;
    let held: u64 = 0;
    let asked: u64 = 0;
    for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
      const word = load64(shard(region, slot) + 8);
      held += <u32>word;
      asked += word >> 32;
    }
    if (held + asked <= budget) return OK;
    store64(line + 8, pages);
    if (held + n > budget) return LIMIT;
    pause(round);
  }
  return CONTENDED;
}

/** A save point of this thread's shard; 0 = nothing is allocated in it. */
export function regionMark(region: u32): u32 {
  return <u32>get64(shard(region, ME)); // Owned word.
}

/**
 * The first page of the chunk that a position lies in; positions are behind their chunk's start.
 */
function chunkOf(pos: u32): u32 {
  const page = (pos - 1) >> PAGE_SHIFT;
  const word = load64(pageAt(page));
  return kindOf(word) == P_CONT ? pageAux(word) : page;
}

/**
 * Frees what this thread allocated in the region since `mark`. Nobody else may still read that.
 * BAD: the mark is not one of this shard; nothing has changed.
 */
export function regionRewind(region: u32, mark: u32): i32 {
  if (region >= REGIONS) return BAD;
  const line = shard(region, ME);
  if (!holds(region, line, mark)) return BAD;
  for (let left = PAGES; left > 0; left--) {
    const word = get64(line);
    const pos = <u32>word;
    if (word == 0) return OK;
    const head = chunkOf(pos);
    const chunk = offsetOf(head);
    if (mark - chunk >= CHUNK_HEAD && mark - chunk <= pos - chunk) {
      if ((FLAGS & ZERO_ON_FREE) != 0 && MUTANT != 113) fill(mark, 0, pos - mark);
      put64(line, word + (((<u64>(pos - mark)) << 32) - (pos - mark)));
      if (pos - mark >= 8) markRoom((mark + 7) & ~7, (pos - mark) & ~7);
      return OK;
    }
    dropChunk(line, head, chunk);
  }
  return BAD;
}

/** Step 9. */
function dropChunk(line: usize, head: u32, chunk: u32): void {
  const run = load64(pageAt(head));
  const n = pageAux(run);
  const pages = <u32>load64(line + 8) - n;
  store64(line + 8, ((<u64>n) << 32) | pages);
  // Atomic, before the release: the slot's next owner must never go on in a chunk that was freed.
  const before = get64(chunk);
  if (MUTANT == 14) release(head, run);
  store64(line, before);
  if (MUTANT != 14) release(head, run);
  store64(line + 8, pages);
}

/** True when `mark` is 0 (and the shard started empty) or lies in a chunk of this shard's chain. */
function holds(region: u32, line: usize, mark: u32): bool {
  const base = <u32>regionBase(region);
  let word = get64(line);
  for (let left = PAGES; left > 0; left--) {
    const pos = <u32>word;
    if (word == 0) return mark == 0;
    const chunk = offsetOf(chunkOf(pos));
    const least = chunk == base ? PARTICIPANTS * SHARD_BYTES : CHUNK_HEAD;
    if (mark != 0 && mark - chunk >= least && mark - chunk <= pos - chunk) return true;
    if (chunk == base) return false;
    word = get64(chunk);
  }
  return false;
}

/** Pages that a region holds, which must not be freed meanwhile. O(participants). */
export function regionPages(region: u32): u32 {
  const base = regionBase(region);
  return base == 0 ? 0 : <u32>linesPages(base);
}

/** Whatever region is LIVE from here on stays until `unwatch`, which is given the result. */
export function watchRegions(): u64 {
  pin();
  const upper = load64(SELF + S_UPPER);
  store64(SELF + S_UPPER, ~(<u64>0)); // Meets every life; no loop is needed.
  return upper;
}

export function unwatchRegions(upper: u64): void {
  store64(SELF + S_UPPER, upper); // An older pin needs no more than it had.
  unpin();
}

export function regionGeneration(region: u32): u32 {
  return region < REGIONS ? generationOf(load64(regionAt(region) + R_STATE)) : 0;
}

// ---- a participant's own regions ----------------------------------------------------------------

/** A region of this participant; the number, or -FULL, -CONTENDED, -LIMIT. */
export function regionOpen(budget: u32): i32 {
  return openFor(ownedBySlot(ME, GENERATION), budget);
}

/** Steps 1 to 4: as `regionOpen`, for an owner. */
export function openFor(owner: u64, budget: u32): i32 {
  const region = regionCreate(owner, budget);
  if (region < 0) return region;
  const code = regionPublish(region);
  return code == OK ? region : -code;
}

/** Frees a region of this participant. CLOSED: it is gone already. */
export function regionClose(region: u32, generation: u32): i32 {
  if (!regionRetire(region, generation)) return CLOSED;
  sweep();
  return OK;
}
