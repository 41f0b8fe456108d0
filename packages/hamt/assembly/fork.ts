// Forks: a map that begins as another one was at one instant, and goes its own way. Both are maps
// like any other, with an entry, a domain and lines of their own; they are lines of one family,
// which has one key of the hash. The fork's root names the elder line's array, which is of an older
// generation to it, as to everybody: so its first write copies it, and stores into nothing that is
// another line's.
//
//   elder   root ─► array B ─► …          slots of A: what is pending there fails, in each line
//                     A ◄── root   fork      │
//                     └─► x ◄── B            └─ e: the era of the grant, between A and B
//
// Who retires what: the line that has made it, which is told by its birth. What the fork finds was
// born at e at the latest, and what it makes later. A block that is not its own it lets go of: the
// elder line retires it in its own time, or goes itself with all its region; and the grant at e
// keeps it meanwhile, whatever becomes of the elder line, whoever dies.
//
// A grant belongs to a structure, and goes with it, while calls are still inside. So it is not the
// fork's but that of its hold: an entry of the directory without a name and without memory, which
// the arena's calls know no more of. It has four words.
//
//   line f ── hold F ── hold of the line that f was made from ── …     each has one grant
//
// Hold, at D_OWN, shared, written before anybody finds the line
//   0 u32 entry of the line + 1 | entry of the elder's hold + 1 << 16      4 u32 its generation
//   8 u32 the generation of the elder's hold
//
// F1  A fork follows a block that it has not made only while its hold stands, and those above it.
// F2  A hold goes when its line is gone, and no hold names it as the elder's, and whoever was in a
//     call of the line then has left it.
//
// No site can check these: the checker sees memory that is freed too early, and looks at the end
// for holds that are left.
//
// fork (the host calls each step)                         a death after this step leaves
//   1. the fork's entry, CREATING                          freed by recovery, or whoever comes
//   2. the hold's entry, CREATING; its words; LIVE         F2, or the same
//   3. a grant of the hold; under it a snapshot of the     of the hold: the same; TAKING: freed
//      elder line, which must be there; given                with its slot
//   4. the fork's domain and record                        of the fork: the same
//   5. the fork's entry, LIVE           linearizes: at 3   nothing
// Who has a fork open has joined its hold, too, until the handle is closed: so whoever dies,
// somebody comes to 6 again when that slot is recovered.
//
// drop, by whoever ends a line, leaves one or repairs: for each hold
//   6. its line is gone; nobody names it                   nothing
//   7. the clock moves; no living slot's interval is from  the same
//      before
//   8. the hold's entry is destroyed, and its grant        the directory's matter
//
// Why 6 stays true. A new hold that names this one has its words stored before its maker finds the
// elder line there (3). That line was gone before 6 looked at the holds. So 6 has seen it.
//
// Names: hold, line entries of the directory.

import {
  add64,
  get32,
  load32,
  load64,
  pause,
  put32,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOCK,
  D_OWN,
  D_STATE,
  D_TYPE_NAME,
  ENTRIES,
  ENTRY_CREATING,
  ENTRY_LIVE,
  entryAt,
  G_ERA,
  generationOf,
  grantAt,
  kindOf,
  ME,
  OK,
  PARTICIPANTS,
  S_LOWER,
  SLOT_ALIVE,
  slotAt,
} from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { entryDestroy } from '@x/shm-arena/assembly/life/directory';
import { kindAt } from '@x/shm-arena/assembly/life/slot';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import { MAP_HOLD, MAP_HOLD_LIFE, mapOf } from './layout';

const H_LINE: usize = D_OWN;
const H_LIFE: usize = D_OWN + 4;
const H_ABOVE_LIFE: usize = D_OWN + 8;
const ABOVE: u32 = 16;

/** The type of a hold's entry, `HamtHold`. */
const HOLD: u64 = 0x646c_6f48_746d_6148;

/** Rounds that `drop` gives a call to end. */
const ROUNDS: u32 = isDefined(GATED) ? 1 : 12;

/** See index.ts. Step 2. */
export function hold(
  entry: u32,
  _generation: u32,
  line: u32,
  lineGeneration: u32,
  elder: u32,
  elderGeneration: u32,
): i32 {
  const domain = look(elder, elderGeneration, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const own = entryAt(entry);
  store32(own + H_LIFE, lineGeneration);
  store32(own + H_ABOVE_LIFE, get32(map + MAP_HOLD_LIFE)); // Frozen, as MAP_HOLD.
  store32(own + H_LINE, (line + 1) | (get32(map + MAP_HOLD) << ABOVE));
  put32(io() + ANSWER, 0);
  return leave(OK);
}

/** See index.ts. */
export function holdOf(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  put32(io() + ANSWER, get32(map + MAP_HOLD)); // Frozen.
  put32(io() + ANSWER + 4, get32(map + MAP_HOLD_LIFE));
  return leave(OK);
}

/** The era of a grant, by its record. */
export function eraOf(record: u32): u64 {
  return load64(grantAt(record) + G_ERA);
}

// ---- the end of a hold --------------------------------------------------------------------------

/** See index.ts. Steps 6 to 8. */
export function dropHolds(): void {
  // A hold that goes may have been the last one below another.
  for (let again = true; again; ) {
    again = false;
    for (let entry: u32 = 0; entry < ENTRIES; entry++) {
      const word = load64(entryAt(entry) + D_STATE);
      if (kindOf(word) != ENTRY_LIVE || !isHold(entry)) continue;
      const line = load32(entryAt(entry) + H_LINE) & 0xffff;
      const life = load32(entryAt(entry) + H_LIFE);
      if (load64(entryAt(entry) + D_STATE) != word) continue;
      if (isThere(line - 1, life)) continue;
      if (MUTANT != 532 && isNamed(entry, generationOf(word))) continue;
      if (MUTANT != 533 && !isLeft()) continue;
      if (entryDestroy(entry, generationOf(word)) == OK) again = true;
    }
  }
}

function isHold(entry: u32): bool {
  return load64(entryAt(entry) + D_TYPE_NAME) == HOLD;
}

/** Whether a line is there, or is being made. */
function isThere(line: u32, generation: u32): bool {
  const word = load64(entryAt(line) + D_STATE);
  const kind = kindOf(word);
  return (kind == ENTRY_LIVE || kind == ENTRY_CREATING) && generationOf(word) == generation;
}

/** Whether a hold, that is there or is being made, names this one as the elder's. */
function isNamed(hold: u32, generation: u32): bool {
  for (let entry: u32 = 0; entry < ENTRIES; entry++) {
    const kind = kindOf(load64(entryAt(entry) + D_STATE));
    if ((kind != ENTRY_LIVE && kind != ENTRY_CREATING) || !isHold(entry)) continue;
    if (load32(entryAt(entry) + H_LINE) >> ABOVE != hold + 1) continue;
    if (load32(entryAt(entry) + H_ABOVE_LIFE) == generation) return true;
  }
  return false;
}

/** Step 7. The dead, and who repairs for them, read nothing of a line that is gone. */
function isLeft(): bool {
  const now = add64(CLOCK, 1);
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    if (slot == ME || kindAt(slot) != SLOT_ALIVE) continue;
    for (let round: u32 = 0; ; round++) {
      const lower = load64(slotAt(slot) + S_LOWER);
      if (lower == 0 || lower > now) break;
      if (round == ROUNDS) return false;
      pause(round);
    }
  }
  return true;
}
