// Blocks that readers may still hold: a domain's memory, from birth through retirement to reuse.
// The reclaimers (reclaim-epoch, reclaim-hazard) share it; they differ in who counts as a reader.
// The limbo that each thread fills is a list in shared memory whose whole state is one word, so
// that a survivor judges it by looking. After interval-based reclamation (Wen and others, PPoPP
// 2018), whose lists die with their thread; the one-word hand-over from limbo to free list is
// ours.
//
//   home of a thread, one word for each size class q
//     W[q] = free list << 32 | limbo | p          p says which link the limbo goes by, a or b
//              │                  │
//              ▼ f                ▼ a                         retire: a new head, one store
//            block              block ─a─► block ─a─► block   collect: links the kept ones by b and
//              │                  └───────b─────────────┘     the others by f, then one store of W
//              ▼ f (or a: spans.ts)                           moves all: the limbo goes by b now
//            block
//
// The words of homes and blocks stand in home.ts.
//
// I1  A block of a span is in exactly one place: its user's hands (or reachable), the limbo or free
//     list of one home, or the depot's, or between two (I6). W and `moving` alone say which.
// I2  Only the slot named in owner writes a home; a dead one's until `repairHomes` clears it.
// I3  birth is read before the block can be reached, retired after it could be reached no more.
// I4  Between two retires a home has fewer than T + 2 * kept blocks pending, where kept is what its
//     last collect had to leave: the retire that would reach it collects. So a collect comes after
//     T + kept retired blocks at least and looks at T + 2 * kept at most: O(1) a block, amortised.
//     Bytes have a limit of the same kind, which the block that reaches it may pass. (Epochs: T +
//     kept, for a collect looks at no block before the epoch has moved.)
// I5  What a collect keeps met a reservation that stood when it looked. Between two steps of the
//     clock each home allocates F blocks at most, so a reader with [lower, upper] keeps no more
//     than the blocks in use at lower + homes * F * (upper - lower + 1).
//
// Checked at their sites: I1 of the block in hand, I2, I3, I4. After every step of the checker: I1,
// I4, I5.
//
// retire(block)                                        a death after this step leaves
//   1. load the clock; stamp, link: plain                an unlinked block in the caller's hands
//   2. store W                    linearizes             a retired block, found by whoever comes
//   3. pending: plain                                    nothing (a survivor counts again)
// collect                                              the clock moves on if anything is pending
//   4. note all reservations in the snapshot: loads      nothing
//   5. for each class: link by the other link and f      nothing: W still says how the limbo goes
//   6. store W                    linearizes             nothing
//   7. store pending, kept                               as 3
//   8. an orphan's home: CAS owner 0 → me; 4-7; owner := 0     I2: repair gives it back
// leave: 9. collect; what is free goes to the depot (depot.ts); announced := 0; owner := 0
//
// Names: q class; w a value of W; p 0 or 1; T, F see `threshold`, BIRTHS.

import {
  add64,
  cas32,
  cas64,
  check,
  get32,
  get64,
  load32,
  load64,
  markFree,
  peek32,
  peek64,
  put32,
  put64,
  store32,
  store64,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import { gather, give } from './depot';
import { grow, shedLater } from './spans';
import { grantsMeet, nextGrant } from '../memory/grants';
import { ledgerFirst } from '../memory/ledger';
import { leasesMeet } from '../memory/reservation';
import { sizeOfClass } from '../memory/classes';
import {
  BLOCK_BIRTH,
  BLOCK_FREE,
  BLOCK_KIND,
  BLOCK_RETIRED,
  CLASSES_MAX,
  clearHazards,
  DOMAIN_EPOCH,
  DOMAIN_HAZARDS,
  DOMAIN_HOMES,
  DOMAIN_SCHEME,
  EPOCH,
  ERAS,
  FILTER_BITS,
  FREED,
  HEAD,
  HOME_ANNOUNCED,
  HOME_HAZARDS,
  HOME_KEPT,
  HOME_NOW,
  HOME_OWNER,
  HOME_PENDING,
  HOME_SCANNED,
  HOME_SNAPSHOT,
  HOME_WAITING,
  homeAt,
  INTERVAL,
  linkOf,
  POINTERS,
  RETIRED,
  SNAPSHOT,
  STATES,
  tell,
  USED,
  wordAt,
  reaches,
} from './home';
import {
  CLOCK,
  G_ERA,
  grantAt,
  kindOf,
  LEASES,
  ME,
  PARTICIPANTS,
  S_LEASES,
  S_LOWER,
  S_OVER_LOWER,
  S_OVER_UPPER,
  S_STATE,
  S_UPPER,
  SLOT_FREE,
  slotAt,
} from '../ground/layout';

/** Covers home.ts, spans.ts, depot.ts, blocks.ts and limbo.ts: layout and order of steps. */
export const LIMBO_PROTOCOL: u32 = 2;

/** In the lower word of a noted pair, above its era: a slot + 1, or OF_GRANTS. */
const HOLDER_SHIFT: u64 = 55;
const ERA_MASK: u64 = (1 << 55) - 1;
const OF_GRANTS: u32 = 511;

/** Gives the home up, with what could not be freed: an orphan, for the next collect of anybody. */
export function leaveHome(root: usize, home: usize): void {
  if (load32(home) != ME + 1) return;
  collectHome(root, home, false);
  gather(root, home, false);
  tell(home);
  clearHazards(root, home);
  if (load64(home + HOME_ANNOUNCED) != 0) store64(home + HOME_ANNOUNCED, 0);
  store32(home, 0);
}

// ---- retire -------------------------------------------------------------------------------------

/** The stamp of what is retired now. */
function stampOf(root: usize, home: usize): u64 {
  if (MUTANT == 47 && get32(root + DOMAIN_SCHEME) == INTERVAL) return load64(slotAt(ME) + S_LOWER);
  if (MUTANT == 49) {
    const announced = load64(home + HOME_ANNOUNCED) >> 1;
    if (announced != 0) return announced;
  }
  return get32(root + DOMAIN_SCHEME) == EPOCH ? load64(root + DOMAIN_EPOCH) : load64(CLOCK);
}

/**
 * Retires a block that can be reached no more: freed when nobody can still read it. `own` says
 * whether this thread itself may still read blocks under its present pin. Wait-free; O(1)
 * amortised.
 */
export function retireBlock(root: usize, home: usize, at: usize, own: bool): void {
  check(peek32(home + HOME_OWNER) == ME + 1, I + 2, home);
  intoLimbo(root, home, at);
  if (MUTANT != 56) collectDue(root, home, own);
  if (isDefined(GATED))
    check(!reaches(root, peek64(home + HOME_WAITING), peek64(home + HOME_KEPT)), I + 4, home);
}

/**
 * Steps 1 to 3 alone, also into the limbo of a home whose owner is dead and is being repaired: the
 * block heads it exactly when step 2 was done.
 */
export function intoLimbo(root: usize, home: usize, at: usize): void {
  const block = at - HEAD;
  const q = get32(block + BLOCK_KIND) & 0xff; // Frozen while the block is in use.
  check((peek32(block + BLOCK_KIND) & STATES) == USED, I + 1, at);
  const wordOf = wordAt(home, q);
  const w = load64(wordOf);
  put64(block + BLOCK_RETIRED, stampOf(root, home)); // I3: after the block was unlinked.
  // An epoch's birth is an era all the same: its stamps are of another clock.
  const eras = !isDefined(GATED) || peek32(root + DOMAIN_SCHEME) != EPOCH;
  check(!eras || peek64(block + BLOCK_BIRTH) <= peek64(block + BLOCK_RETIRED), I + 3, at);
  put32(block + BLOCK_KIND, get32(block + BLOCK_KIND) + RETIRED);
  put32(block + linkOf(<u32>w), <u32>w & ~1);
  store64(wordOf, (w & ~(<u64>0xffff_fffe)) | block); // Step 2: publishes the header with it.
  put64(home + HOME_NOW, get64(home + HOME_NOW) - 1);
  const pending = get64(home + HOME_WAITING) + ((<u64>(sizeOfClass(q) >> 4)) << 32) + 1;
  put64(home + HOME_WAITING, pending);
}

/** Collects if as many are pending as I4 allows. */
export function collectDue(root: usize, home: usize, own: bool): void {
  if (isDue(root, home, get64(home + HOME_WAITING))) collectAll(root, home, own);
}

/** As many are pending as I4 allows. */
function isDue(root: usize, home: usize, pending: u64): bool {
  return reaches(root, pending, load64(home + HOME_KEPT));
}

// ---- collect ------------------------------------------------------------------------------------

/** Frees what nobody can still read: this home's, then that of orphans. How many blocks. */
export function collectAll(root: usize, home: usize, own: bool): u32 {
  let freed = collectHome(root, home, own);
  const homes = get32(root + DOMAIN_HOMES);
  for (let i: u32 = 0; i < homes; i++) {
    const other = homeAt(root, i);
    if (load32(other) != 0 || load64(other + HOME_PENDING) == 0) continue;
    if (MUTANT == 54) store32(other, ME + 1);
    else if (!cas32(other, 0, ME + 1)) continue; // Step 8.
    freed += collectHome(root, other, own);
    store32(other, 0);
  }
  return freed;
}

/** Steps 4 to 7. */
function collectHome(root: usize, home: usize, own: bool): u32 {
  const pending = get64(home + HOME_WAITING);
  if (pending == 0) return 0;
  const scheme = get32(root + DOMAIN_SCHEME);
  tell(home);
  let limit: u64 = 0;
  let noted: u32 = 0;
  if (scheme == EPOCH) {
    limit = advanceEpoch(root);
    if (scanned(limit) == get32(home + HOME_SCANNED)) {
      // What was retired since that scan has no older stamp than it: nothing can be freed.
      store64(home + HOME_KEPT, pending);
      return 0;
    }
  } else {
    add64(CLOCK, 1);
    noted = takeSnapshot(root, home, own);
  }
  let freed: u32 = 0;
  let kept: u64 = 0;
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const w = load64(wordAt(home, q));
    if ((<u32>w & ~1) == 0) continue;
    const more = sift(root, home, q, w, limit, noted);
    const left = <u32>more;
    if (more >> 32 != 0) give(root, home, q);
    freed += <u32>(more >> 32);
    kept += ((<u64>left * (sizeOfClass(q) >> 4)) << 32) + left;
  }
  check(peek32(home + HOME_OWNER) == ME + 1, I + 2, home);
  put64(home + HOME_WAITING, kept);
  store64(home + HOME_PENDING, kept);
  store64(home + HOME_KEPT, kept);
  if (scheme == EPOCH) put32(home + HOME_SCANNED, scanned(limit));
  if (freed != 0) shedLater(root, home, <u32>(pending >> 32) - <u32>(kept >> 32));
  return freed;
}

/** An epoch as HOME_SCANNED notes it: never 0, and not again within 2^31 epochs. */
function scanned(epoch: u64): u32 {
  return ((<u32>epoch) << 1) | 1;
}

/** Steps 5 and 6 for one class. Blocks freed << 32 | kept. */
function sift(root: usize, home: usize, q: u32, w: u64, limit: u64, noted: u32): u64 {
  const from = linkOf(<u32>w);
  const to = linkOf(~(<u32>w));
  const bytes = sizeOfClass(q) - HEAD;
  if (MUTANT == 55) store64(wordAt(home, q), ((w >> 32) << 32) | (~(<u32>w) & 1));
  let at: usize = <u32>w & ~1;
  let keep: u32 = 0;
  let free = <u32>(w >> 32);
  let freed: u32 = 0;
  let left: u32 = 0;
  while (at != 0) {
    // The owner's (or the dead's, which W orders): nobody else looks.
    const next = get32(at + from);
    // FREED, where a death came before step 6.
    check((peek32(at + BLOCK_KIND) & STATES) != USED, I + 1, at);
    if (isKept(root, home, at, limit, noted)) {
      put32(at + to, keep);
      keep = <u32>at;
      left++;
    } else {
      put32(at + BLOCK_FREE, free);
      put32(at + BLOCK_KIND, (get32(at + BLOCK_KIND) & ~STATES) | FREED);
      markFree(at + HEAD, bytes);
      free = <u32>at;
      freed++;
    }
    at = next;
  }
  if (freed != 0) {
    const parity = MUTANT == 48 ? <u32>w & 1 : <u32>~w & 1;
    store64(wordAt(home, q), ((<u64>free) << 32) | keep | parity);
    grow(home, q, false, freed);
  }
  return ((<u64>freed) << 32) | left;
}

/** Whether somebody may still read a retired block. */
function isKept(root: usize, home: usize, at: usize, limit: u64, noted: u32): bool {
  const scheme = get32(root + DOMAIN_SCHEME);
  const retired = get64(at + BLOCK_RETIRED);
  if (scheme == EPOCH) return retired + (MUTANT == 41 ? 1 : 2) > limit;
  const birth = get64(at + BLOCK_BIRTH);
  for (let i: u32 = 0; i < noted; i++) {
    const pair = home + HOME_SNAPSHOT + (i << 4);
    const lower = get64(pair) & ERA_MASK;
    if (MUTANT == 42 ? lower >= retired : lower > retired) continue;
    if (MUTANT == 43 ? get64(pair + 8) <= birth : get64(pair + 8) < birth) continue;
    const holder = <u32>(get64(pair) >> HOLDER_SHIFT);
    if (holder == 0 || isLeased(holder, birth, retired)) return true;
  }
  return scheme == POINTERS && mayBeHazard(root, home, <u32>at + HEAD);
}

// ---- who reads ----------------------------------------------------------------------------------

/**
 * Step 4: notes the reservations that stand now; how many pairs. Of leases only between which eras
 * a slot's lie, and the grants: a block that is of that time is asked for where they stand. They
 * come first, so that they are not taken together for want of room.
 */
function takeSnapshot(root: usize, home: usize, own: bool): u32 {
  let noted = noteGrants(home);
  const slots = MUTANT == 44 ? PARTICIPANTS - 1 : PARTICIPANTS;
  for (let slot: u32 = 0; slot < slots; slot++) {
    if (kindOf(load64(slotAt(slot) + S_STATE)) != SLOT_FREE) noted = noteLeases(home, noted, slot);
  }
  const points = get32(root + DOMAIN_HAZARDS);
  for (let slot: u32 = 0; slot < slots; slot++) {
    const at = slotAt(slot);
    if (kindOf(load64(at + S_STATE)) == SLOT_FREE) continue;
    // Readers with hazards say themselves what they read: an interval stands for another domain's.
    if (points == 0 && (slot != ME || own)) {
      noted = noteInterval(home, noted, at + S_LOWER, at + S_UPPER);
    }
    if (MUTANT != 129) noted = noteInterval(home, noted, at + S_OVER_LOWER, at + S_OVER_UPPER);
  }
  if (get32(root + DOMAIN_SCHEME) == ERAS) return noteEras(root, home, noted);
  if (points != 0) noteHazards(root, home);
  return noted;
}

/** Where all grants lie. */
function noteGrants(home: usize): u32 {
  let oldest: u64 = ~0;
  let newest: u64 = 0;
  for (let record = nextGrant(0); record != ~0; record = nextGrant(record + 1)) {
    const era = load64(grantAt(record) + G_ERA);
    oldest = min(oldest, era);
    newest = max(newest, era);
  }
  return newest == 0 ? 0 : noteReserved(home, 0, oldest, newest, OF_GRANTS);
}

/** Where the leases of a slot lie, those in its overflow interval left out. */
function noteLeases(home: usize, noted: u32, slot: u32): u32 {
  const at = slotAt(slot);
  let oldest: u64 = ~0;
  let newest: u64 = 0;
  for (let i: u32 = 0; i < LEASES; i++) {
    const era = load64(at + S_LEASES + (i << 3));
    if (era == 0) continue;
    oldest = min(oldest, era);
    newest = max(newest, era);
  }
  const further = MUTANT == 266 ? ~(<u64>0) : ledgerFirst(at, 1);
  if (further != ~0) {
    oldest = min(oldest, further);
    newest = load64(CLOCK);
  }
  return oldest > newest ? noted : noteReserved(home, noted, oldest, newest, slot + 1);
}

/** Whether a lease of a slot (+ 1), or a grant, lies in [birth, retired]. */
function isLeased(holder: u32, birth: u64, retired: u64): bool {
  if (holder == OF_GRANTS) return grantsMeet(birth, retired);
  return leasesMeet(slotAt(holder - 1), birth, retired);
}

function noteInterval(home: usize, noted: u32, lowerAt: usize, upperAt: usize): u32 {
  const lower = load64(lowerAt);
  if (lower == 0) return noted;
  // Upper behind lower: a torn pair is only ever wider.
  return noteReserved(home, noted, lower, load64(upperAt));
}

/**
 * One more pair; `holder` says whose leases lie in it, 0: all of it is reserved. When there is no
 * room, the last one is widened to hold it, and all of that is reserved.
 */
function noteReserved(home: usize, noted: u32, lower: u64, upper: u64, holder: u32 = 0): u32 {
  if (noted < SNAPSHOT) {
    const pair = home + HOME_SNAPSHOT + (noted << 4);
    put64(pair, lower | ((<u64>holder) << HOLDER_SHIFT));
    put64(pair + 8, upper);
    return noted + 1;
  }
  if (MUTANT == 128) return noted;
  const pair = home + HOME_SNAPSHOT + ((SNAPSHOT - 1) << 4);
  const kept = MUTANT == 259 ? get64(pair) & ~ERA_MASK : 0;
  put64(pair, min(lower, get64(pair) & ERA_MASK) | kept);
  if (upper > get64(pair + 8)) put64(pair + 8, upper);
  return noted;
}

/** Hazard eras: each published era is a point. */
function noteEras(root: usize, home: usize, from: u32): u32 {
  let noted = from;
  const homes = get32(root + DOMAIN_HOMES);
  const hazards = MUTANT == 63 ? get32(root + DOMAIN_HAZARDS) - 1 : get32(root + DOMAIN_HAZARDS);
  for (let i: u32 = 0; i < homes; i++) {
    for (let k: u32 = 0; k < hazards; k++) {
      const era = load64(homeAt(root, i) + HOME_HAZARDS + (k << 3));
      if (era != 0) noted = noteReserved(home, noted, era, era);
    }
  }
  return noted;
}

/** The word and the bit of a block in the filter, which stands behind the home's hazards. */
function filterAt(root: usize, home: usize, hash: u32): usize {
  return home + HOME_HAZARDS + (get32(root + DOMAIN_HAZARDS) << 3) + ((hash >> 6) << 3);
}

function hashOf(at: u32): u32 {
  return (at * 0x9e37_79b1) >> (isDefined(GATED) ? 26 : 20);
}

/**
 * Hazard pointers: a bit for each, so that most blocks are judged without looking at all of them.
 */
function noteHazards(root: usize, home: usize): void {
  for (let hash: u32 = 0; hash < FILTER_BITS; hash += 64) put64(filterAt(root, home, hash), 0);
  const homes = get32(root + DOMAIN_HOMES);
  const hazards = MUTANT == 63 ? get32(root + DOMAIN_HAZARDS) - 1 : get32(root + DOMAIN_HAZARDS);
  for (let i: u32 = 0; i < homes; i++) {
    for (let k: u32 = 0; k < hazards; k++) {
      const at = <u32>load64(homeAt(root, i) + HOME_HAZARDS + (k << 3));
      if (at == 0) continue;
      const word = filterAt(root, home, hashOf(at));
      put64(word, get64(word) | ((<u64>1) << (hashOf(at) & 63)));
    }
  }
}

/** False: no hazard named the block when the scan began, so none protects it. */
function mayBeHazard(root: usize, home: usize, at: u32): bool {
  const bits = get64(filterAt(root, home, hashOf(at)));
  return ((bits >> (hashOf(at) & 63)) & 1) != 0 && isHazard(root, at);
}

/** Hazard pointers: whether anybody names the block. */
function isHazard(root: usize, at: usize): bool {
  const homes = get32(root + DOMAIN_HOMES);
  const hazards = MUTANT == 63 ? get32(root + DOMAIN_HAZARDS) - 1 : get32(root + DOMAIN_HAZARDS);
  for (let i: u32 = 0; i < homes; i++) {
    for (let k: u32 = 0; k < hazards; k++) {
      if (<u32>load64(homeAt(root, i) + HOME_HAZARDS + (k << 3)) == <u32>at) return true;
    }
  }
  return false;
}

/**
 * The epoch, moved on by up to two, each time only if all that announced one announced this one.
 */
function advanceEpoch(root: usize): u64 {
  const before = load64(root + DOMAIN_EPOCH);
  const after = stepEpoch(root, before);
  return after == before ? before : stepEpoch(root, after);
}

function stepEpoch(root: usize, epoch: u64): u64 {
  const homes = get32(root + DOMAIN_HOMES);
  for (let i: u32 = 0; i < homes; i++) {
    const announced = load64(homeAt(root, i) + HOME_ANNOUNCED);
    if (MUTANT != 46 && announced != 0 && announced >> 1 != epoch) return epoch;
  }
  return cas64(root + DOMAIN_EPOCH, epoch, epoch + 1) ? epoch + 1 : load64(root + DOMAIN_EPOCH);
}
