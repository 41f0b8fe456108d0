// A domain as a structure of the arena: made, entered, left, repaired, counted and looked through.
// What lies in it is home.ts, blocks.ts and limbo.ts; who reads it is the reclaimers' matter.
//
//   directory entry ──root──► record | homes | depot        one region, owned by the entry
//                                 region ──► spans ──► blocks
//
// I1  Every call runs under a pin and looks at the entry behind it: LIVE of its generation. So the
//     region is retired, if ever, after the interval stood, and its retired stamp is at least
//     lower. It was born before the call, so its birth is at most the clock that the call has
//     read; upper is no less: the call's pin stores it, or, while a pin is held whose upper lies
//     before that birth, it is raised before the look. (It is not raised otherwise: it would keep
//     what a long reader's own thread allocates and retires.) So the region stays until the pins
//     end, whoever destroys the domain. What is open beyond a call (a guard, the first hazard in
//     use) is a pin that began like this and is not ended. A lease holds the region as it holds
//     any block: its era was that of the load of a root, which looked at the entry too.
// I2  A home is used only while it names this slot: a thread that was buried, or has left, finds
//     out.
//
// No site can check I1: memory that is freed too early shows it. limbo.ts checks I2 with its own.
//
// build(entry)                                           a death after this step leaves
//   1. a CREATING region; record, homes: plain             retired with the entry of the dead
//   2. region LIVE; the host publishes the entry           the same
// repair(entry, generation, slot): limbo.ts and blocks.ts; each step may be repeated.

import { fill, get32, get64, load32, load64, put32, put64, store64 } from '../ground/atomic';
import { allocBlock, isUsed, repairHomes } from './blocks';
import { gather } from './depot';
import { entryAlive } from '../life/directory';
import { nextGrant } from '../memory/grants';
import { ledgerCount, ledgerFirst } from '../memory/ledger';
import { sizeOfClass } from '../memory/classes';
import {
  BAD,
  CLOCK,
  CLOSED,
  D_ROOT,
  entryAt,
  EXPELLED,
  kindOf,
  LEASES,
  ME,
  OK,
  P_REGION,
  PAGE_SHIFT,
  PARTICIPANTS,
  R_BIRTH,
  regionAt,
  S_LEASES,
  S_LOWER,
  S_OVER_LOWER,
  S_STATE,
  S_UPPER,
  SELF,
  SLICE_SHIFT,
  SLOT_FREE,
  slotAt,
} from '../ground/layout';
import { collectAll, leaveHome, retireBlock } from './limbo';
import {
  BLOCK_KIND,
  BIRTHS,
  BLOCK_TAG,
  CLASSES_MAX,
  enterHome,
  EPOCH,
  FREED,
  homeAt,
  homeBytes,
  DOMAIN_EPOCH,
  DOMAIN_HAZARDS,
  DOMAIN_HOME_BYTES,
  DOMAIN_HOMES,
  DOMAIN_PEAK,
  DOMAIN_REGION,
  DOMAIN_SCHEME,
  linkOf,
  MOST,
  HOME_ANNOUNCED,
  HOME_BALANCE,
  HOME_KEPT,
  HOME_PENDING,
  HOME_WAITING,
  domainBytes,
  RETIRED,
  tell,
  wordAt,
  LIMBO_UNITS,
  threshold,
} from './home';
import { pageAt, pageTag } from '../memory/pages';
import {
  regionAlloc,
  regionCreate,
  regionDrop,
  regionPublish,
  regionSlices,
} from '../memory/region';
import { ownedByEntry } from '../ground/owner';
import { alive, fail, status } from '../ground/thread';
import { held, hold, pinInterval, unhold } from './lazy';
import { nextOf } from './spans';
import { protect } from '../memory/reservation';

// ---- coming and going ---------------------------------------------------------------------------

/**
 * A new domain's root, for an entry that this thread is creating; 0: FULL, CONTENDED (`status`).
 */
export function create(entry: u32, generation: u32, scheme: u32, hazards: u32): u32 {
  const region = regionCreate(ownedByEntry(entry, generation), 0);
  if (region < 0) return fail(-region);
  const bytes = domainBytes(hazards);
  const root = regionAlloc(region, bytes, 64);
  if (root == 0) {
    const why = status();
    regionDrop(region);
    return fail(why);
  }
  // Private: the entry is not published.
  fill(root, 0, bytes);
  put32(<usize>root + DOMAIN_SCHEME, scheme);
  put32(<usize>root + DOMAIN_HOMES, PARTICIPANTS);
  put32(<usize>root + DOMAIN_HOME_BYTES, homeBytes(hazards));
  put32(<usize>root + DOMAIN_REGION, region);
  put32(<usize>root + DOMAIN_HAZARDS, hazards);
  store64(<usize>root + DOMAIN_EPOCH, 1);
  const code = regionPublish(region);
  return code == OK ? root : fail(code);
}

/**
 * The root of a domain that is alive, under a pin of this call; 0: CLOSED, EXPELLED, no pin held.
 */
function pinnedRoot(entry: u32, generation: u32): usize {
  if (!alive()) return fail(EXPELLED);
  pinInterval();
  if (MUTANT != 120 && held()) cover(entry);
  if (entryAlive(entry, generation)) return load32(entryAt(entry) + D_ROOT); // I1
  return fail(CLOSED);
}

/** I1, while a pin is held: if the domain was born after its upper, that goes to the clock. */
function cover(entry: u32): void {
  const upper = load64(SELF + S_UPPER);
  if (load64(CLOCK) <= upper) return;
  // Tables, which outlive the region: if the entry then is not LIVE, nobody cares what they said.
  const page = load64(pageAt(load32(entryAt(entry) + D_ROOT) >> PAGE_SHIFT));
  if (kindOf(page) == P_REGION && load64(regionAt(pageTag(page)) + R_BIRTH) <= upper) return;
  protect();
}

/** As `pinnedRoot`, for a call that needs this thread's home. */
export function beginAt(entry: u32, generation: u32, home: usize): usize {
  const root = pinnedRoot(entry, generation);
  if (root == 0 || load32(home) == ME + 1) return root; // I2
  return fail(CLOSED);
}

/** This thread's home in the domain; 0 with a status. */
export function open(entry: u32, generation: u32): u32 {
  const root = pinnedRoot(entry, generation);
  if (root == 0) return 0;
  return <u32>enterHome(root);
}

/** The scheme of a domain that this thread has open. Frozen. */
export function schemeOf(entry: u32): u32 {
  return get32(<usize>load32(entryAt(entry) + D_ROOT) + DOMAIN_SCHEME);
}

/** Hazards of each home. Frozen. */
export function hazardsOf(entry: u32): u32 {
  return get32(<usize>load32(entryAt(entry) + D_ROOT) + DOMAIN_HAZARDS);
}

/** Lets calls on words of the domain follow, which stays until this thread idles. */
export function enter(entry: u32, generation: u32, home: u32): i32 {
  return beginAt(entry, generation, home) == 0 ? status() : OK;
}

/** As `enter`, and the domain stays until `exit`; unless OK nothing is held. */
export function stay(entry: u32, generation: u32, home: u32): i32 {
  const code = enter(entry, generation, home);
  if (code == OK) hold();
  return code;
}

export function exit(): void {
  unhold();
}

/** Gives the home up. */
export function leave(entry: u32, generation: u32, home: u32): void {
  const root = pinnedRoot(entry, generation);
  if (root == 0) return;
  leaveHome(root, home);
}

/** A block, aligned to 16, 32 or 64; 0 with a status. */
export function alloc(entry: u32, generation: u32, home: u32, bytes: u32, align: u32): u32 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return 0;
  return allocBlock(root, home, bytes, align);
}

/** Retires a block. BAD: it is none, or not in use. */
export function retire(entry: u32, generation: u32, home: u32, at: u32): i32 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return status();
  const good = isUsed(root, at);
  if (good) retireBlock(root, home, at, held());
  return good ? OK : BAD;
}

/** Whether a block in use starts at `at`. */
export function isBlock(entry: u32, generation: u32, at: u32): bool {
  const root = pinnedRoot(entry, generation);
  if (root == 0) return false;
  return isUsed(root, at);
}

/** Frees what can be freed, and gives spans back; how many blocks, or -status. */
export function collect(entry: u32, generation: u32, home: u32): i32 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return -status();
  const freed = collectAll(root, home, MUTANT != 130 && held());
  gather(root, home, true);
  return freed;
}

/**
 * What a dead slot held of a domain is put into order, if the entry still is that domain. For its
 * one reaper; may be repeated. OK, CLOSED, EXPELLED.
 */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const root = pinnedRoot(entry, generation);
  if (root == 0) return status();
  repairHomes(root, slot);
  return OK;
}

// ---- looking ------------------------------------------------------------------------------------

function putNumber(at: usize, value: f64): void {
  put64(at, reinterpret<u64>(value)); // Scratch: private.
}

// Where `stats` writes what: u32, and from STATS_PENDING on f64.
export const STATS_HOMES: u32 = 0;
/** Homes of nobody with something pending. */
export const STATS_ORPHANS: u32 = 4;
/** Slot + 1 of the oldest reader; 0: no thread. */
export const STATS_OLDEST_SLOT: u32 = 8;
export const STATS_PENDING: u32 = 16;
export const STATS_PENDING_BYTES: u32 = 24;
export const STATS_BOUND: u32 = 32;
export const STATS_BOUND_BYTES: u32 = 40;
export const STATS_KEPT: u32 = 48;
/** The present era or epoch, and the oldest reader's. */
export const STATS_NOW: u32 = 56;
export const STATS_OLDEST: u32 = 64;
/** In use, and the most there were. */
export const STATS_BLOCKS: u32 = 72;
const STATS_PEAK: u32 = 80;
/** Reservations, and how many blocks they may keep. */
export const STATS_READERS: u32 = 88;
export const STATS_KEEPABLE: u32 = 96;
/** Slices of its region. */
export const STATS_SLICES: u32 = 104;
export const STATS_BYTES: u32 = 112;

/**
 * Counts, into STATS_BYTES at `at`. O(participants + the 64ths of the arena that it has blocks in).
 * OK, CLOSED, EXPELLED.
 */
export function stats(entry: u32, generation: u32, home: u32, at: u32): i32 {
  const root = beginAt(entry, generation, home);
  if (root == 0) return status();
  tell(home);
  const homes = get32(root + DOMAIN_HOMES);
  let used: u32 = 0;
  let orphans: u32 = 0;
  let pending: f64 = 0;
  let units: f64 = 0;
  let kept: f64 = 0;
  let keptUnits: f64 = 0;
  let balance: f64 = 0;
  for (let i: u32 = 0; i < homes; i++) {
    const home = homeAt(root, i);
    const waiting = load64(home + HOME_PENDING);
    if (load32(home) != 0) used++;
    else if (waiting != 0) orphans++;
    const left = load64(home + HOME_KEPT);
    pending += <f64>(<u32>waiting);
    units += <f64>(waiting >> 32);
    kept += <f64>(<u32>left);
    keptUnits += <f64>(left >> 32);
    balance += <f64>(<i64>load64(home + HOME_BALANCE));
  }
  put32(at + STATS_HOMES, used);
  put32(<usize>at + STATS_ORPHANS, orphans);
  putNumber(<usize>at + STATS_PENDING, pending);
  putNumber(<usize>at + STATS_PENDING_BYTES, units * 16);
  const limits: f64 = <f64>(used + orphans);
  putNumber(<usize>at + STATS_BOUND, limits * threshold(root) + 2 * kept);
  putNumber(
    <usize>at + STATS_BOUND_BYTES,
    16 * (limits * (LIMBO_UNITS + sizeOfClass(CLASSES_MAX - 1) / 16) + 2 * keptUnits),
  );
  putNumber(<usize>at + STATS_KEPT, kept);
  putNumber(<usize>at + STATS_BLOCKS, balance);
  putNumber(<usize>at + STATS_PEAK, <f64>load64(root + DOMAIN_PEAK));
  putNumber(<usize>at + STATS_SLICES, <f64>regionSlices(get32(root + DOMAIN_REGION)));
  if (get32(root + DOMAIN_SCHEME) == EPOCH) readers(root, at);
  else reservations(at, <f64>load64(root + DOMAIN_PEAK), homes);
  return OK;
}

/**
 * Adds to the bounds that `stats` has counted at `at` what each thread may retire more before it
 * collects: so many blocks, with so many bytes together.
 */
export function raiseBounds(at: usize, blocks: u32, bytes: u32): void {
  const homes = <f64>(get32(at + STATS_HOMES) + get32(at + STATS_ORPHANS));
  addTo(at + STATS_BOUND, homes * <f64>blocks);
  addTo(at + STATS_BOUND_BYTES, homes * <f64>bytes);
}

function addTo(at: usize, more: f64): void {
  putNumber(at, reinterpret<f64>(get64(at)) + more);
}

/** The part of `stats` that is about guards of the epoch scheme. */
function readers(root: usize, at: usize): void {
  let oldest: u64 = ~0;
  let who: u32 = 0;
  let count: u32 = 0;
  for (let i: u32 = 0; i < get32(root + DOMAIN_HOMES); i++) {
    const announced = load64(homeAt(root, i) + HOME_ANNOUNCED);
    if (announced == 0) continue;
    count++;
    if (announced >> 1 >= oldest) continue;
    oldest = announced >> 1;
    who = load32(homeAt(root, i));
  }
  put32(at + STATS_OLDEST_SLOT, who);
  putNumber(at + STATS_NOW, <f64>load64(root + DOMAIN_EPOCH));
  putNumber(at + STATS_OLDEST, count == 0 ? 0 : <f64>oldest);
  putNumber(at + STATS_READERS, count);
  // A reader that stands still keeps all that comes.
  putNumber(at + STATS_KEEPABLE, count == 0 ? 0 : Infinity);
}

/** The part of `stats` that is about the arena's reservations; this thread's, if idle, left out. */
function reservations(at: usize, peak: f64, homes: u32): void {
  let oldest: u64 = ~0;
  let who: u32 = 0;
  let count: u32 = 0;
  let most: f64 = 0;
  const births: f64 = <f64>homes * BIRTHS;
  for (let record = nextGrant(0); record != ~0; record = nextGrant(record + 1)) {
    count++; // A structure's lease: it keeps one era, and is nobody's pin.
    most += peak + births * 2;
  }
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const line = slotAt(slot);
    if (kindOf(load64(line + S_STATE)) == SLOT_FREE) continue;
    const further = ledgerCount(line);
    count += further;
    most += <f64>further * (peak + births * 2);
    const first = ledgerFirst(line, 1);
    if (first < oldest) {
      oldest = first;
      who = slot + 1;
    }
    // Both intervals, of two words each, then the words of leases.
    let at: usize = slot == ME && !held() ? S_OVER_LOWER : S_LOWER;
    for (; at < S_LEASES + (LEASES << 3); at += at < S_LEASES ? 16 : 8) {
      const lower = load64(line + at);
      if (lower == 0) continue;
      const upper = at < S_LEASES ? load64(line + at + 8) : lower;
      count++;
      most += peak + births * (<f64>(upper - lower) + 2);
      if (lower >= oldest) continue;
      oldest = lower;
      who = slot + 1;
    }
  }
  put32(at + STATS_OLDEST_SLOT, who);
  putNumber(at + STATS_NOW, <f64>load64(CLOCK));
  putNumber(at + STATS_OLDEST, who == 0 ? 0 : <f64>oldest);
  putNumber(at + STATS_READERS, count);
  putNumber(at + STATS_KEEPABLE, most);
}

/**
 * Walks every list of a domain that nobody is using. OK, or the number of what is wrong (1 a free
 * block that is not, 2 a retired one that is not, 3 a list without end, 4 pending counts wrong).
 */
export function audit(entry: u32, generation: u32): i32 {
  const root = pinnedRoot(entry, generation);
  if (root == 0) return OK;
  let found: i32 = OK;
  for (let i: u32 = 0; i <= get32(root + DOMAIN_HOMES) && found == OK; i++)
    found = auditHome(root, homeAt(root, i));
  return found;
}

function auditHome(root: usize, home: usize): i32 {
  let pending: u32 = 0;
  for (let q: u32 = 0; q < CLASSES_MAX; q++) {
    const w = load64(wordAt(home, q));
    let left = <u32>(
      (((<u64>regionSlices(get32(root + DOMAIN_REGION))) << SLICE_SHIFT) / sizeOfClass(q))
    );
    for (let p = <u32>(w >> 32); p != 0; p = nextOf(p)) {
      if (get32(<usize>(p & ~1) + BLOCK_KIND) != (BLOCK_TAG | FREED | q)) return 1;
      if (left-- == 0) return 3;
    }
    for (let at: usize = <u32>w & ~1; at != 0; at = get32(at + linkOf(<u32>w))) {
      if (get32(at + BLOCK_KIND) != (BLOCK_TAG | RETIRED | q)) return 2;
      if (left-- == 0) return 3;
      pending++;
    }
  }
  return pending == <u32>get64(home + HOME_WAITING) ? OK : 4;
}

/** Usable bytes of the largest block. */
export function most(): u32 {
  return MOST;
}
