// What a domain consists of: its record, a home for each thread, and blocks with their headers. A
// home has all that a thread does there, so that whoever comes after it finds it: what it retired
// (limbo.ts), what it has free (blocks.ts), and what it reads, if its scheme says that here. The
// depot is a home that no thread enters: what is free there is for all.
//
//   record | home | home | home ... | depot         block: | header | what the user sees |
//
// Domain record, in the domain's region (whose owner is the directory entry)
//   0 u32 scheme   4 u32 homes   8 u32 bytes of a home   12 u32 region   16 u32 hazards: frozen
//   24 u64 most blocks in use at a clock step (shared)   32 u32 the structure's own: frozen
//   64 u64 epoch (shared, epoch scheme)                  128 the homes, then the depot
// Home
//   0 u32 owner: slot + 1, 0 = nobody's (shared)         4 u32 nested pins (plain, owned)
//   8 u64 pending: blocks | 16-byte units << 32, late    16 u64 moving (spans.ts, depot.ts)
//   24 u64 kept: what the last collect left, as pending  32 u64 balance: allocated - retired, late
//   40 u64 announced epoch * 2 + 1, 0 = none             48 u32 births since a clock step (plain)
//   52 u32 fails (hazard.ts), or the epoch of the last scan (plain)
//   56 u64 balance now (plain)                           64 W   then (plain, hints; spans.ts):
//   of each class u32 free blocks, u32 the fewest in this window, u32 what could not go, or fewer
//   since; u32 what the window has had; u64 pending now (plain); SNAPSHOT pairs of u64 (plain:
//   private to a collect); hazards, u64 each, and their filter (plain: private to a scan)
//   8, 16, 24, 32, 40, W and hazards are atomic and have one writer, the owner.
// Block, its header in front of what the user sees (a multiple of 16)
//   0 u64 birth   8 u64 retired   16 u32 a   20 u32 b   24 u32 f   28 u32 TAG | state << 8 | class
//   The header belongs to whoever allocated, retired or collects the block: plain, ordered by W.
//
// I1 to I5 are limbo.ts's.
//
// enterHome                                            a death after this step leaves
//   1. CAS owner 0 → me           linearizes             a home of the dead, with all that lies in
//                                                        it, until `repairHomes` (blocks.ts)
//
// Names: root a domain's record; q a size class; w a value of W.

import {
  cas32,
  cas64,
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
  store64,
} from '../ground/atomic';
import { CONTENDED, ME, PARTICIPANTS } from '../ground/layout';
import { fail } from '../ground/thread';

/** A status of the reclaimers: a load met a moving word or era again and again. */
export const RESTART: i32 = 40;
/** What a word function returns when `status` is to be asked; OK: the word is just this. */
export const ASK: u32 = ~0;

/** Bytes of a block's header, in front of what the user sees. */
export const HEAD: u32 = 32;
/** Size classes of a domain, headers included; the largest block has `MOST` usable bytes. */
export const CLASSES_MAX: u32 = isDefined(GATED) ? 17 : 68;
export const MOST: u32 = isDefined(GATED) ? 256 - 32 : (7 << 18) - 32;

export const BLOCK_BIRTH: usize = 0;
export const BLOCK_RETIRED: usize = 8;
export const BLOCK_LINKS: usize = 16;
export const BLOCK_FREE: usize = 24;
export const BLOCK_KIND: usize = 28;
export const BLOCK_TAG: u32 = 0xb10c_0000;
export const USED: u32 = 0;
export const RETIRED: u32 = 1 << 8;
export const FREED: u32 = 2 << 8;
export const STATES: u32 = 0xff00;

/** Who counts as a reader of a block. */
export const INTERVAL: u32 = 0;
export const EPOCH: u32 = 1;
export const POINTERS: u32 = 2;
export const ERAS: u32 = 3;

export const DOMAIN_SCHEME: usize = 0;
export const DOMAIN_HOMES: usize = 4;
export const DOMAIN_HOME_BYTES: usize = 8;
export const DOMAIN_REGION: usize = 12;
export const DOMAIN_HAZARDS: usize = 16;
export const DOMAIN_PEAK: usize = 24;
/** Of a structure whose blocks the domain has: where its record is. */
export const DOMAIN_OWN: usize = 32;
export const DOMAIN_EPOCH: usize = 64;
export const DOMAIN_FIRST: usize = 128;

export const HOME_OWNER: usize = 0;
export const HOME_NESTED: usize = 4;
export const HOME_PENDING: usize = 8;
export const HOME_MOVING: usize = 16;
export const HOME_KEPT: usize = 24;
export const HOME_BALANCE: usize = 32;
export const HOME_ANNOUNCED: usize = 40;
export const HOME_BIRTHS: usize = 48;
/** For the hazard package: failed exchanges more than successful ones. */
export const HOME_FAILS: usize = 52;
/** Epoch scheme: which epoch the last collect that looked at the blocks had; 0 = none did. */
export const HOME_SCANNED: usize = 52;
export const HOME_NOW: usize = 56;
export const HOME_WORDS: usize = 64;
const HOME_FREE: usize = HOME_WORDS + CLASSES_MAX * 8;
const FREE_BYTES: u32 = 12;
export const HOME_WINDOW: usize = HOME_FREE + CLASSES_MAX * FREE_BYTES;
export const HOME_WAITING: usize = (HOME_WINDOW + 4 + 7) & ~7;
export const HOME_SNAPSHOT: usize = HOME_WAITING + 8;
/** Reservations that a collect notes; if there are more, the last pair is widened to hold them. */
export const SNAPSHOT: u32 = isDefined(GATED) ? 2 : 64;
export const HOME_HAZARDS: usize = HOME_SNAPSHOT + SNAPSHOT * 16;

/** F: blocks that a home allocates between two steps of the clock that it makes. */
export const BIRTHS: u32 = isDefined(GATED) ? 2 : 256;
/** Bits of the filter that a scan makes of all hazards, a power of two. */
export const FILTER_BITS: u32 = isDefined(GATED) ? 64 : 4096;

// ---- homes --------------------------------------------------------------------------------------

/** Bytes of a home with so many hazards, a multiple of 64. */
export function homeBytes(hazards: u32): u32 {
  const filter = hazards == 0 ? 0 : FILTER_BITS >> 3;
  return (<u32>HOME_HAZARDS + (hazards << 3) + filter + 63) & ~63;
}

/** Bytes of a domain's record with its homes and its depot. */
export function domainBytes(hazards: u32): u32 {
  return <u32>DOMAIN_FIRST + (PARTICIPANTS + 1) * homeBytes(hazards);
}

/** The address of home `index`. */
export function homeAt(root: usize, index: u32): usize {
  return root + DOMAIN_FIRST + <usize>index * get32(root + DOMAIN_HOME_BYTES); // Frozen.
}

/** The address of the depot. */
export function depotOf(root: usize): usize {
  return homeAt(root, get32(root + DOMAIN_HOMES));
}

/** Where in a block the link of a limbo stands whose head word (or W) is `w`. */
export function linkOf(w: u32): usize {
  return BLOCK_LINKS + ((<usize>w & 1) << 2);
}

/** Where the link stands behind the block that link `p` of a free list names (spans.ts). */
export function linkAt(p: u32): usize {
  return <usize>(p & ~1) + BLOCK_FREE - ((p & 1) << 3);
}

/** The number of a home; of the depot, how many homes there are. */
export function homeIndex(root: usize, home: usize): u32 {
  return <u32>((home - homeAt(root, 0)) / (homeAt(root, 1) - homeAt(root, 0)));
}

/** What a home counts of class `q`, how many blocks are free first. */
export function freeAt(home: usize, q: u32): usize {
  return home + HOME_FREE + q * FREE_BYTES;
}

/** The word W of class `q`. */
export function wordAt(home: usize, q: u32): usize {
  return home + HOME_WORDS + ((<usize>q) << 3);
}

/** The first link of the free list of class `q`. */
export function freeOf(home: usize, q: u32): u32 {
  return <u32>(load64(wordAt(home, q)) >> 32);
}

/** Names the free list that begins with link `p`: one store of W. */
export function setFree(home: usize, q: u32, p: u32): void {
  const word = wordAt(home, q);
  store64(word, ((<u64>p) << 32) | <u32>load64(word));
}

/**
 * This thread's home in a domain: its own, or an orphan's with all that lies in it. 0: CONTENDED, a
 * helper holds the last free one. O(participants).
 */
export function enterHome(root: usize): usize {
  const homes = get32(root + DOMAIN_HOMES);
  for (let i: u32 = 0; i < homes; i++) {
    if (load32(homeAt(root, i)) == ME + 1) return homeAt(root, i);
  }
  for (let i: u32 = 0; i < homes; i++) {
    const home = homeAt(root, i);
    if (load32(home) == 0 && cas32(home, 0, ME + 1)) {
      put32(home + HOME_NESTED, 0);
      // What the last owner had not told, or a helper has moved: the balance begins at what is
      // told.
      put64(home + HOME_NOW, load64(home + HOME_BALANCE));
      return home;
    }
  }
  fail(CONTENDED);
  return 0;
}

/** Clears every hazard of a home. */
export function clearHazards(root: usize, home: usize): void {
  const hazards = get32(root + DOMAIN_HAZARDS);
  for (let i: u32 = 0; i < hazards; i++) {
    const at = home + HOME_HAZARDS + (i << 3);
    if (load64(at) != 0) store64(at, 0);
  }
}

// ---- counts -------------------------------------------------------------------------------------

/** Tells the others this home's balance and limbo: the clock moves, or a collect begins. */
export function tell(home: usize): void {
  const now = get64(home + HOME_NOW);
  if (load64(home + HOME_BALANCE) != now) store64(home + HOME_BALANCE, now);
  const waiting = get64(home + HOME_WAITING);
  if (load64(home + HOME_PENDING) != waiting) store64(home + HOME_PENDING, waiting);
}

/** Notes the most blocks in use, for I5. O(participants), once in BIRTHS allocations. */
export function notePeak(root: usize): void {
  let used: i64 = 0;
  const homes = get32(root + DOMAIN_HOMES);
  for (let i: u32 = 0; i < homes; i++) used += <i64>load64(homeAt(root, i) + HOME_BALANCE);
  const peak = load64(root + DOMAIN_PEAK);
  // Lost: another saw about as many.
  if (used > <i64>peak) cas64(root + DOMAIN_PEAK, peak, <u64>used);
}

// ---- limits of a limbo --------------------------------------------------------------------------

/** T of the interval and epoch schemes, and the bytes (in units of 16) that start a collect too. */
export const LIMBO_BLOCKS: u32 = isDefined(GATED) ? 2 : 256;
export const LIMBO_UNITS: u32 = isDefined(GATED) ? 1 << 16 : 1 << 18;

/** α: a scan waits for α * H retired blocks. */
const ALPHA: u32 = 2;

/** T: retired blocks of one home that start a collect, beside those it could not free before. */
export function threshold(root: usize): u32 {
  if (isDefined(GATED) || get32(root + DOMAIN_SCHEME) < POINTERS) return LIMBO_BLOCKS;
  const all = get32(root + DOMAIN_HAZARDS) * get32(root + DOMAIN_HOMES);
  return max<u32>(ALPHA * all, LIMBO_BLOCKS);
}

/** Whether so many are pending as I4 of limbo.ts does not allow. */
export function reaches(root: usize, pending: u64, kept: u64): bool {
  // An epoch's collect looks at the blocks only when the epoch has moved, so it may come at once.
  const times: u32 = get32(root + DOMAIN_SCHEME) == EPOCH ? 1 : 2;
  if (<u32>pending >= threshold(root) + times * <u32>kept) return true;
  return pending >> 32 >= LIMBO_UNITS + times * (kept >> 32);
}
