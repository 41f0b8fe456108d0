// Participants: each thread that uses the arena holds one slot, and everything about that thread
// that must outlive a call stands in it, so that several kernels in one thread share it, and so
// that a survivor finds it after the thread's death.
//
//            attach                    bury (host)             arena phase done
//   FREE(g) ────────► ALIVE(g + 1) ───────────► DEAD(g + 1) ───────────────────► ORPHANED(g + 1)
//     ▲                  │ detach                                                   │
//     └◄─────────────────┴◄──────────────── no repair outstanding ──────────────────┘
//
// The words of a slot are listed in layout.ts. The state word, u64, shared:
//   bits 0-3 kind   4-31 thread id, low 28 bits   32-63 generation
// It has the phase alone; who works on a dead slot says a lock beside it (recover.ts).
//
// I1  ALIVE(g) is left by its thread (detach) or by the host's word (bury), by no other kernel.
// I2  A slot becomes FREE only when nothing names it by its number alone: no run of pages, no
//     entry, region or grant in its hands, no joined bit of a live structure. What names it with
//     its generation (locks, owners of regions) may go on: a generation is one life, for ever.
// I3  In a FREE slot there are no reservations, no thread id and no watch list.
// I4  The state names the thread from the first instant (28 bits of its id), so a thread that dies
//     inside attach is found by the id the host knows; S_THREAD decides when the id has more bits.
// I5  The reservations of a dead participant stand until its slot is FREE.
//
// Checked at its site: I2. After every step of the checker: I2, I3, and I5 as memory that is freed
// too early. I1 and I4 speak of who calls: the checker's deaths try them.
//
// leaveSlot(slot), for its own thread (attach.ts) or its one reaper (recover.ts)
//                                                    a death after this step leaves
//   1. clear reservations and watch list; free the     the rest, for recovery
//      grants it was taking; clear lock flag, thread id
//   2. CAS → FREE(g)                linearizes         nothing
// bury(slot, g)
//   3. CAS ALIVE(g) → DEAD(g)       linearizes

import { and64, cas64, check, load32, load64, peek64, store32, store64 } from '../ground/atomic';
import { I } from '../ground/invariants';
import { settleGrants } from '../memory/grants';
import {
  D_JOINED,
  D_STATE,
  ENTRIES,
  ENTRY_LIVE,
  entryAt,
  FIRST,
  FULL,
  G_STATE,
  generationOf,
  grantAt,
  kindOf,
  LEASES,
  OK,
  ownerOf,
  P_CONT,
  P_LARGE,
  P_REGION,
  PAGES,
  PARTICIPANTS,
  R_STATE,
  regionAt,
  REGIONS,
  S_LEASES,
  S_LOCK_HELD,
  S_LOWER,
  S_STATE,
  S_THREAD,
  S_WATCHED,
  SELF,
  SLOT_ALIVE,
  SLOT_DEAD,
  SLOT_FREE,
  SLOT_ORPHANED,
  slotAt,
  WATCHED,
} from '../ground/layout';
import { pageAt, pageOwner } from '../memory/pages';

const THREAD_SHIFT: u32 = 4;
const THREAD_MASK: u32 = 0xfff_ffff;

/** A slot's state word. */
export function slotWord(kind: u32, thread: u32, generation: u32): u64 {
  return ((<u64>generation) << 32) | ((thread & THREAD_MASK) << THREAD_SHIFT) | kind;
}

/** The state word of `word` with another kind. */
export function withKind(word: u64, kind: u32): u64 {
  return (word & ~(<u64>15)) | kind;
}

/** The kind of a slot's state; FREE for a number that is no slot. */
export function kindAt(slot: u32): u32 {
  return slot < PARTICIPANTS ? kindOf(load64(slotAt(slot) + S_STATE)) : SLOT_FREE;
}

// ---- leaving ------------------------------------------------------------------------------------

/** Steps 1 and 2. */
export function leaveSlot(slot: u32): void {
  const at = slotAt(slot);
  const word = load64(at + S_STATE);
  if (kindOf(word) != SLOT_ALIVE && kindOf(word) != SLOT_ORPHANED) return; // Buried by mistake.
  for (let w = at + S_LOWER; w < at + S_LEASES + (LEASES << 3); w += 8) {
    if (load64(w) != 0) store64(w, 0);
  }
  for (let w = at + S_WATCHED; w < at + S_WATCHED + (WATCHED << 2); w += 4) {
    if (load32(w) != 0) store32(w, 0);
  }
  settleGrants(slot);
  if (load32(at + S_LOCK_HELD) != 0) store32(at + S_LOCK_HELD, 0);
  if (load32(at + S_THREAD) != 0) store32(at + S_THREAD, 0);
  if (isDefined(GATED)) checkUnnamed(slot);
  cas64(at + S_STATE, word, slotWord(SLOT_FREE, 0, generationOf(word)));
}

/** I2, with what only the slot's own thread, or its one reaper, could change. */
function checkUnnamed(slot: u32): void {
  const bit = (<u64>1) << (slot & 63);
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const at = entryAt(entry);
    const word = peek64(at + D_STATE);
    const joined =
      kindOf(word) == ENTRY_LIVE && (peek64(at + D_JOINED + ((slot >> 6) << 3)) & bit) != 0;
    check(ownerOf(word) != slot + 1 && !joined, I + 2, at);
  }
  for (let region: u32 = 0; region < REGIONS; region++) {
    check(ownerOf(peek64(regionAt(region) + R_STATE)) != slot + 1, I + 2, regionAt(region));
  }
  for (let record: u32 = 0; grantAt(record) != 0; record++) {
    check(ownerOf(peek64(grantAt(record) + G_STATE)) != slot + 1, I + 2, grantAt(record));
  }
  for (let page = FIRST; page < PAGES; page++) {
    const word = peek64(pageAt(page));
    const shared = kindOf(word) == P_REGION || kindOf(word) == P_LARGE || kindOf(word) == P_CONT;
    check(shared || pageOwner(word) != slot + 1, I + 2, pageAt(page));
  }
}

/** Clears the joined bit of `slot` in all entries. */
export function clearJoined(slot: u32): void {
  const bit = (<u64>1) << (slot & 63);
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const at = entryAt(entry) + D_JOINED + ((slot >> 6) << 3);
    if ((load64(at) & bit) != 0) and64(at, ~bit);
  }
}

// ---- looking at slots ---------------------------------------------------------------------------

export function participants(): u32 {
  return PARTICIPANTS;
}

export function slotKind(slot: u32): u32 {
  return kindAt(slot);
}

export function slotGeneration(slot: u32): u32 {
  return slot < PARTICIPANTS ? generationOf(load64(slotAt(slot) + S_STATE)) : 0;
}

/** The thread id as given to `attach`; 0 = unknown, or not there yet. */
export function slotThread(slot: u32): u32 {
  return slot < PARTICIPANTS ? load32(slotAt(slot) + S_THREAD) : 0;
}

/** The host's word that no instruction of this participant will run again. False: not alive. */
export function bury(slot: u32, generation: u32): bool {
  if (slot >= PARTICIPANTS) return false;
  const at = slotAt(slot) + S_STATE;
  const word = load64(at);
  if (kindOf(word) != SLOT_ALIVE || generationOf(word) != generation) return false;
  return cas64(at, word, withKind(word, SLOT_DEAD)); // Fails only when it detached meanwhile.
}

/** Buries every participant of a thread that is gone; how many. */
export function buryThread(thread: u32): u32 {
  if (thread == 0) return 0;
  let count: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const word = load64(slotAt(slot) + S_STATE);
    if (kindOf(word) != SLOT_ALIVE) continue;
    if (((<u32>word >> THREAD_SHIFT) & THREAD_MASK) != (thread & THREAD_MASK)) continue;
    const full = load32(slotAt(slot) + S_THREAD); // 0: unknown, or it died before step 2.
    const early = full == 0 && (thread & THREAD_MASK) != 0; // Then the 28 bits decide.
    if ((full == thread || early) && bury(slot, generationOf(word))) count++;
  }
  return count;
}

// ---- what the host notes ------------------------------------------------------------------------

/** Notes that this thread will learn of that thread's death. FULL: 32 are noted. */
export function watch(thread: u32): i32 {
  return replaceWatched(0, thread) ? OK : FULL;
}

export function unwatch(thread: u32): void {
  replaceWatched(thread, 0);
}

function replaceWatched(from: u32, to: u32): bool {
  for (let i: u32 = 0; i < WATCHED; i++) {
    const at = SELF + S_WATCHED + (i << 2);
    if (load32(at) == from) {
      store32(at, to); // Only this thread writes its list while it lives.
      return true;
    }
  }
  return false;
}

export function watched(slot: u32, index: u32): u32 {
  return slot < PARTICIPANTS && index < WATCHED
    ? load32(slotAt(slot) + S_WATCHED + (index << 2))
    : 0;
}

export function setLockHeld(flag: u32): void {
  store32(SELF + S_LOCK_HELD, flag);
}

export function lockHeld(slot: u32): u32 {
  return slot < PARTICIPANTS ? load32(slotAt(slot) + S_LOCK_HELD) : 0;
}
