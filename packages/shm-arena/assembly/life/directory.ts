// The directory: which structures live in the arena, by name. Entries are type-stable: an entry is
// reused for another structure, with another generation, and never for anything else, so a handle
// {entry, generation} is told from a live one by one load, for ever.
//
//   FREE(g) ──claim──► CREATING(slot, g) ──publish──► LIVE(g) ──destroy──► DESTROYING(slot, g)
//     ▲                   │ abandon, or the creator is dead                    │
//     └─── g + 1 ─────────┴──────────────────── g + 1 ─────────────────────────┘
//
// The words of an entry are listed in layout.ts; all are shared and atomic, 64 bits wide but for
// the root, what is linked and the structure's own, because a reader may look at an entry while it
// is being reused, and finds out by its state only afterwards.
//
// I1  Only who holds DIRECTORY_LOCK moves an entry from FREE to CREATING, and writes its frozen
//     part before that. The lock guards names alone: FREE entries may hold anything, so a death
//     inside leaves nothing to repair, and an inherited lock is just a lock.
// I2  No two entries that are not FREE have the same name, unless it is empty.
// I3  g belongs to one structure: it grows when an entry becomes FREE. An entry that is CREATING or
//     LIVE with g owns the regions whose owner word says {entry, g}; when it is neither, those are
//     garbage (region.ts I2), and so are the grants that it was given (grants.ts I3).
// I4  joined is cleared before CREATING; a slot that uses the structure has its bit set while LIVE.
//     A bit too many does no harm: the repair of a slot without intents does nothing. One too few
//     would: so `join` takes back its own bit alone, not one that this slot set for a later life.
// I5  Every way out of CREATING and DESTROYING goes through another g. So a word that names a slot
//     means one work: who saw CREATING(s, g), then s not alive, and then swaps that word, has the
//     dead's, though s may be creating for another life by now.
// I6  Entry and generation are handed out as one: from the same look at the state.
//
// Checked at its site: I1. By verify (audit.ts): I2. After every step of the checker: I3 and I5, as
// a life that comes twice; I4 where a call begins. I6 is a matter of two calls.
//
// claim(descriptor)                                     a death after this step leaves
//   1. lock                                               a lock to be inherited
//   2. scan: the name LIVE: TAKEN; CREATING or            the same; an entry freed on the way has
//      DESTROYING by the living: CONTENDED; by the          garbage regions (I3), which the next
//      dead: free it (7), its regions retired               recovery retires
//   3. store the frozen part into a FREE entry            the same (I1)
//   4. CAS FREE(g) → CREATING(me, g)     linearizes       CREATING(dead): freed by recovery, or 2
//   5. unlock
// publish: 6. store root, set joined bit, CAS → LIVE(g)   linearizes
// free an entry: 7. CAS → FREE(g + 1)  8. retire its regions, drop its grants
// destroy
//   9. CAS LIVE(g) → DESTROYING(me, g)   linearizes       DESTROYING(dead): recovery goes on, or 2
//  10. retire its regions, drop its grants                the same
//  11. CAS → FREE(g + 1)                                  nothing
// find: read state, compare the name, read the state again: the same word: the name was that
//   word's, and its generation is the answer

import {
  and64,
  cas64,
  get32,
  get64,
  load32,
  load64,
  or64,
  put32,
  put64,
  store32,
  store64,
} from '../ground/atomic';
import { I } from '../ground/invariants';
import {
  BAD,
  CLOSED,
  CONTENDED,
  DIRECTORY_LOCK,
  D_JOINED,
  D_KEY_ID,
  D_LENGTHS,
  D_LENGTHS_WORD,
  D_LINKED,
  D_NAME,
  D_OWN,
  D_PROTOCOL,
  D_ROOT,
  D_STATE,
  D_TYPE_NAME,
  D_VALUE_ID,
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_CREATING,
  ENTRY_DESTROYING,
  ENTRY_FREE,
  ENTRY_LIVE,
  FULL,
  ID_BYTES,
  ME,
  NAME_BYTES,
  OK,
  PARTICIPANTS,
  SLOT_ALIVE,
  TAKEN,
  TRIES,
  UNKNOWN,
  entryAt,
  generationOf,
  kindOf,
  ownerOf,
  stateWord,
} from '../ground/layout';
import { dropOrphans } from '../memory/grants';
import { checkMine, lock, unlock } from './lock';
import { retireOrphans, sweep } from '../memory/region';
import { kindAt } from './slot';
import { result } from '../ground/thread';

/** How many entries the directory has. */
export function entries(): u32 {
  return ENTRIES;
}

export function entryKind(entry: u32): u32 {
  return entry < ENTRIES ? kindOf(load64(entryAt(entry) + D_STATE)) : ENTRY_FREE;
}

export function entryGeneration(entry: u32): u32 {
  return entry < ENTRIES ? generationOf(load64(entryAt(entry) + D_STATE)) : 0;
}

export function entryRoot(entry: u32): u32 {
  return entry < ENTRIES ? load32(entryAt(entry) + D_ROOT) : 0;
}

/** True while the structure is LIVE with that generation. One load. */
export function entryAlive(entry: u32, generation: u32): bool {
  return load64(entryAt(entry) + D_STATE) == stateWord(ENTRY_LIVE, 0, generation);
}

// ---- creating -----------------------------------------------------------------------------------

/**
 * Claims an entry for the descriptor at `at` (256 bytes of scratch, laid out as an entry). The
 * entry, CREATING by this slot, its generation in `result`; or -TAKEN, -CONTENDED, -FULL, -BAD (a
 * length). O(entries).
 */
export function entryClaim(at: u32): i32 {
  if (nameLength(get32(<usize>at + D_LENGTHS)) > NAME_BYTES) return -BAD;
  if (lock(DIRECTORY_LOCK, TRIES) == CONTENDED) return -CONTENDED;
  const entry = claimLocked(at);
  unlock(DIRECTORY_LOCK);
  return entry;
}

/** Steps 2 to 4. */
function claimLocked(at: usize): i32 {
  let free: i32 = -1;
  let seen: u64 = 0; // Its word: FREE.
  const length = nameLength(get32(at + D_LENGTHS)); // The descriptor is private to this thread.
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const word = load64(entryAt(entry) + D_STATE);
    const kind = kindOf(word);
    if (kind != ENTRY_FREE && (length == 0 || !hasName(entry, at + D_NAME, length))) continue;
    if (kind == ENTRY_LIVE) return -TAKEN;
    if (kind != ENTRY_FREE) {
      if (MUTANT == 15) continue;
      const by = ownerOf(word) - 1;
      if (by == ME) return -TAKEN;
      if (kindAt(by) == SLOT_ALIVE) return -CONTENDED;
      if (!freeEntry(entry, word)) return -CONTENDED; // Its recovery was faster; look again.
    }
    if (free >= 0) continue;
    free = entry;
    seen = kind == ENTRY_FREE ? word : freed(word);
  }
  if (free < 0) return -FULL;
  fillEntry(free, at);
  const mine = stateWord(ENTRY_CREATING, ME + 1, generationOf(seen));
  checkMine(DIRECTORY_LOCK, I + 1);
  if (!cas64(entryAt(free) + D_STATE, seen, mine)) return -CONTENDED; // I1: nobody else does.
  result(generationOf(seen));
  return free;
}

/** Step 3. Words that the lengths leave out keep what they had: nobody reads them. */
function fillEntry(entry: u32, from: usize): void {
  const to = entryAt(entry);
  store32(to + D_ROOT, 0);
  store32(to + D_LINKED, get32(from + D_LINKED));
  for (let i = D_PROTOCOL; i < D_JOINED; i += 8) store64(to + i, get64(from + i));
  for (let i: u32 = 0; i < PARTICIPANTS; i += 64) store64(to + D_JOINED + (i >> 3), 0);
  for (let i: usize = D_OWN; i < D_NAME; i += 4) store32(to + i, get32(from + i));
  const lengths = get32(from + D_LENGTHS);
  copyText(to, from, D_NAME, nameLength(lengths), NAME_BYTES);
  copyText(to, from, D_TYPE_NAME, (lengths >> 8) & 255, ID_BYTES);
  copyText(to, from, D_KEY_ID, (lengths >> 16) & 255, ID_BYTES);
  copyText(to, from, D_VALUE_ID, lengths >> 24, ID_BYTES);
}

function copyText(to: usize, from: usize, at: usize, length: u32, most: u32): void {
  for (let i: u32 = 0; i < min(length, most); i += 8) store64(to + at + i, get64(from + at + i));
}

function nameLength(lengths: u32): u32 {
  return lengths & 255;
}

/** Step 6. CLOSED: the entry is not this slot's to publish. */
export function entryPublish(entry: u32, generation: u32, root: u32): i32 {
  if (entry >= ENTRIES) return CLOSED;
  const at = entryAt(entry);
  const mine = stateWord(ENTRY_CREATING, ME + 1, generation);
  if (load64(at + D_STATE) != mine) return CLOSED;
  store32(at + D_ROOT, root);
  or64(joinedAt(entry, ME), joinedBit(ME));
  return cas64(at + D_STATE, mine, stateWord(ENTRY_LIVE, 0, generation)) ? OK : CLOSED;
}

/** The creator gives up: the entry is free again, its regions are retired. */
export function entryAbandon(entry: u32, generation: u32): i32 {
  if (entry >= ENTRIES) return CLOSED;
  return freeEntry(entry, stateWord(ENTRY_CREATING, ME + 1, generation)) ? OK : CLOSED;
}

/** The FREE word that follows a state. */
function freed(seen: u64): u64 {
  return stateWord(ENTRY_FREE, 0, generationOf(seen) + 1);
}

/** Steps 7 and 8, from a state that was seen: for its creator, and for anybody if that is dead. */
export function freeEntry(entry: u32, seen: u64): bool {
  if (!cas64(entryAt(entry) + D_STATE, seen, freed(seen))) return false;
  retireOrphans();
  dropOrphans();
  sweep();
  return true;
}

// ---- finding, joining ---------------------------------------------------------------------------

/** True when the entry's name is the `length` bytes at `at` (zero padded to 8). */
function hasName(entry: u32, at: usize, length: u32): bool {
  const own = entryAt(entry);
  if (nameLength(<u32>(load64(own + D_LENGTHS_WORD) >> 32)) != length) return false;
  for (let i: u32 = 0; i < length; i += 8) {
    if (load64(own + D_NAME + i) != get64(at + i)) return false;
  }
  return true;
}

/**
 * The live entry whose name is the `length` bytes at `at`, which are zero padded to a multiple of
 * 8; its generation in `result`. -UNKNOWN: there is none. Never blocks. O(entries).
 */
export function entryFind(at: u32, length: u32): i32 {
  if (length == 0 || length > NAME_BYTES) return -UNKNOWN;
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const state = entryAt(entry) + D_STATE;
    let word = load64(state);
    for (let round: u32 = 0; kindOf(word) == ENTRY_LIVE; round++) {
      const same = hasName(entry, at, length);
      const now = load64(state);
      if (now == word) {
        if (!same) break;
        result(generationOf(MUTANT == 104 ? load64(state) : word)); // I6
        return entry;
      }
      if (round >= TRIES) return -CONTENDED; // Destroyed and created again, over and over.
      word = now;
    }
  }
  return -UNKNOWN;
}

/** This slot has the structure open: its repair will be asked for when the slot dies. */
export function entryJoin(entry: u32, generation: u32): i32 {
  if (entry >= ENTRIES) return CLOSED;
  const before = or64(joinedAt(entry, ME), joinedBit(ME));
  if (entryAlive(entry, generation)) return OK;
  if ((before & joinedBit(ME)) == 0 || MUTANT == 106) unjoin(entry, ME); // I4
  return CLOSED;
}

/** This slot has it open no longer. Nothing happens if the generation is another. */
export function entryLeave(entry: u32, generation: u32): void {
  if (entry < ENTRIES && entryAlive(entry, generation)) unjoin(entry, ME);
}

/** Clears the joined bit of a slot: its own thread, or its one reaper. */
export function unjoin(entry: u32, slot: u32): void {
  if (entry < ENTRIES) and64(joinedAt(entry, slot), ~joinedBit(slot));
}

export function isJoined(entry: u32, slot: u32): bool {
  return (load64(joinedAt(entry, slot)) & joinedBit(slot)) != 0;
}

function joinedAt(entry: u32, slot: u32): usize {
  return entryAt(entry) + D_JOINED + ((slot >> 6) << 3);
}

function joinedBit(slot: u32): u64 {
  return (<u64>1) << (slot & 63);
}

/** A consistent copy of an entry into 256 bytes of scratch. CLOSED: free, or CONTENDED. */
export function entryRead(entry: u32, at: u32): i32 {
  if (entry >= ENTRIES) return CLOSED;
  const from = entryAt(entry);
  for (let round: u32 = 0; round < TRIES; round++) {
    const word = load64(from + D_STATE);
    if (kindOf(word) == ENTRY_FREE) return CLOSED;
    copyOut(from, at);
    if (load64(from + D_STATE) == word) return OK;
  }
  return CONTENDED;
}

/** A word has one width: the root, what is linked and the structure's own words have 32 bits. */
function copyOut(from: usize, to: usize): void {
  for (let i: usize = 0; i < ENTRY_BYTES; i += 8) {
    if (i == D_ROOT || (i >= D_OWN && i < D_NAME)) {
      put32(to + i, load32(from + i));
      put32(to + i + 4, load32(from + i + 4));
    } else {
      put64(to + i, load64(from + i));
    }
  }
}

// ---- destroying ---------------------------------------------------------------------------------

/** Ends the structure for everybody: steps 9 to 11. CLOSED: it is gone already. */
export function entryDestroy(entry: u32, generation: u32): i32 {
  if (entry >= ENTRIES) return CLOSED;
  const live = stateWord(ENTRY_LIVE, 0, generation);
  const mine = stateWord(ENTRY_DESTROYING, ME + 1, generation);
  if (!cas64(entryAt(entry) + D_STATE, live, mine)) return CLOSED;
  retireOrphans(); // DESTROYING is gone enough for I3.
  if (MUTANT != 21) dropOrphans();
  cas64(entryAt(entry) + D_STATE, mine, stateWord(ENTRY_FREE, 0, generation + 1));
  sweep();
  return OK;
}
