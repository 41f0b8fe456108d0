// Owner words: whose a region or a grant is, and whether its owner is gone. An owner is one life of
// a participant's slot or of a directory entry, so a word that named one never names the next.
//
//   bits 0-31   slot + 1, ENTRY | entry, or LEDGER | slot + 1       bits 32-63  generation
//
// What a participant has of its own goes when it dies; its ledger (memory/ledger.ts) is the record
// of reservations, which stand until its slot is free.
//
// I1  Once `ownerGone` is true of a word it stays true: a life that is over does not come back.
//
// No site can check I1; the checker looks after every step whether a life comes twice.

import { load64 } from './atomic';
import {
  ENTRIES,
  ENTRY,
  ENTRY_CREATING,
  ENTRY_LIVE,
  LEDGER,
  PARTICIPANTS,
  SLOT_ALIVE,
  SLOT_FREE,
  S_STATE,
  D_STATE,
  entryAt,
  generationOf,
  kindOf,
  slotAt,
} from './layout';

/** The owner word of a participant's own region. */
export function ownedBySlot(slot: u32, generation: u32): u64 {
  return ((<u64>generation) << 32) | (slot + 1);
}

/** The owner word of the region that a participant's ledger stands in. */
export function ownedByLedger(slot: u32, generation: u32): u64 {
  return ownedBySlot(slot, generation) | LEDGER;
}

/** The owner word of a structure's region. */
export function ownedByEntry(entry: u32, generation: u32): u64 {
  return ((<u64>generation) << 32) | ENTRY | entry;
}

/** True when the participant or structure that an owner word names is gone. One load. */
export function ownerGone(owner: u64): bool {
  const index = <u32>owner;
  const generation = generationOf(owner);
  if ((index & ENTRY) != 0) {
    const entry = index & ~ENTRY;
    if (entry >= ENTRIES) return true;
    const word = load64(entryAt(entry) + D_STATE);
    const kind = kindOf(word);
    return generationOf(word) != generation || (kind != ENTRY_LIVE && kind != ENTRY_CREATING);
  }
  const slot = (index & ~LEDGER) - 1;
  if (slot >= PARTICIPANTS) return true;
  const word = load64(slotAt(slot) + S_STATE);
  if (generationOf(word) != generation || kindOf(word) == SLOT_FREE) return true;
  if (MUTANT != 254 && index != slot + 1) return false;
  return kindOf(word) != SLOT_ALIVE;
}
