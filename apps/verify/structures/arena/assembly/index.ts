// The arena's kernel for the checker, and beside it the smallest structure that can stand on it: a
// cell. Its value lies in a region of its own; a write makes a new region and swings the entry's
// root to it; a read follows the root under a pin; a lease keeps one value readable. What a
// structure kernel has to do with regions, reservations and repair is here in its shortest form.
//
//   entry.root ──► region r: line 0 .. line n | value
//
// Root: generation of the region << 8 | region + 1. The value is frozen.
// C1  The first allocation of a new region stands at its body.
//
// write: 1. region CREATING, value stored   2. CAS root   3. publish   4. retire the old region
// A death after 1: repair drops it; after 2: repair publishes it; after 3: repair retires the old
// one, which is LIVE and not the root.

import {
  cas32,
  cas64,
  check,
  get32,
  load32,
  load64,
  put32,
} from '@x/shm-arena/assembly/ground/atomic';
import { C } from '@x/shm-arena/assembly/ground/invariants';
import {
  entryAbandon,
  entryAlive,
  entryClaim,
  entryGeneration,
  entryPublish,
} from '@x/shm-arena/assembly/life/directory';
import {
  CLOSED,
  CONTENDED,
  D_ROOT,
  DIRECTORY_LOCK,
  entryAt,
  generationOf,
  kindOf,
  ME,
  OK,
  ownerOf,
  R_OWNER,
  R_STATE,
  REGION_CREATING,
  REGION_LIVE,
  REGIONS,
  regionAt,
  stateWord,
  TRIES,
} from '@x/shm-arena/assembly/ground/layout';
import { holder, lock } from '@x/shm-arena/assembly/life/lock';
import {
  bump,
  regionAlloc,
  regionBody,
  regionCreate,
  regionDrop,
  regionMark,
  regionPublish,
  regionRetire,
  regionRewind,
  retireFrom,
  shard,
  sweep,
} from '@x/shm-arena/assembly/memory/region';
import { ownedByEntry, ownerGone } from '@x/shm-arena/assembly/ground/owner';
import { pin, protect, unpin } from '@x/shm-arena/assembly/memory/reservation';
import { fail, status } from '@x/shm-arena/assembly/ground/thread';

export * from '@x/shm-arena/assembly/index';

const ROUNDS: u32 = 3;

function rootOf(region: u32): u32 {
  return (generationOf(load64(regionAt(region) + R_STATE)) << 8) | (region + 1);
}

function regionOf(root: u32): u32 {
  return (root & 255) - 1;
}

/** Loads the root until what it names is protected; 0: none, ~0: gave up. */
function follow(entry: u32): u32 {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const root = load32(entryAt(entry) + D_ROOT);
    if (protect()) return root;
  }
  return ~0;
}

/** A region with `value`, CREATING by this slot; -status. */
function cellMake(owner: u64, value: u32): i32 {
  const region = regionCreate(owner, 0);
  if (region < 0) return region;
  const at = bump(shard(region, ME), 8, 8);
  check(at == <u32>regionBody(region), C + 1, at);
  put32(at, value); // Private until the root names it.
  return region;
}

/** A new cell from the descriptor at `at`; the entry, or -status. */
export function cellCreate(at: u32, value: u32): i32 {
  const entry = entryClaim(at);
  if (entry < 0) return entry;
  const generation = entryGeneration(entry);
  const region = cellMake(ownedByEntry(entry, generation), value);
  if (region < 0) {
    entryAbandon(entry, generation);
    return region;
  }
  const root = rootOf(region);
  regionPublish(region);
  entryPublish(entry, generation, root);
  return entry;
}

/** OK, FULL, CONTENDED, or CLOSED. */
export function cellWrite(entry: u32, generation: u32, value: u32): i32 {
  pin();
  const result = write(entry, generation, value);
  unpin();
  return result;
}

function write(entry: u32, generation: u32, value: u32): i32 {
  if (!entryAlive(entry, generation)) return CLOSED;
  const region = cellMake(ownedByEntry(entry, generation), value);
  if (region < 0) return -region;
  const root = rootOf(region);
  for (let round: u32 = 0; round < ROUNDS; round++) {
    // Protected, the old region's number and generation cannot come again: the CAS means what it
    // says, even if the entry is somebody else's by then.
    const old = follow(entry);
    if (!entryAlive(entry, generation) || old == <u32>~0) break;
    if (!cas32(entryAt(entry) + D_ROOT, old, root)) continue;
    const published = regionPublish(region) == OK;
    regionRetire(regionOf(old), old >> 8);
    // Whoever replaced it before it was LIVE could not retire it.
    if (published && load32(entryAt(entry) + D_ROOT) != root) regionRetire(region, root >> 8);
    return OK;
  }
  regionDrop(region);
  return entryAlive(entry, generation) ? CONTENDED : CLOSED;
}

/** The value; -CLOSED, -CONTENDED. */
export function cellRead(entry: u32, generation: u32): i32 {
  pin();
  let result = -CLOSED;
  if (entryAlive(entry, generation)) {
    const root = follow(entry);
    if (root == <u32>~0) result = -CONTENDED;
    else if (entryAlive(entry, generation)) result = get32(regionBody(regionOf(root))); // Frozen.
  }
  unpin();
  return result;
}

/** The value under a lease that holds `root`. */
export function cellLeased(root: u32): u32 {
  return get32(regionBody(regionOf(root))); // Frozen, and kept by the lease.
}

/** What the entry names now: to be loaded under a lease, and then held. */
export function cellRoot(entry: u32): u32 {
  return load32(entryAt(entry) + D_ROOT);
}

/** Repairs what `slot` left: its regions are the root's, or gone. Idempotent. */
export function cellRepair(entry: u32, generation: u32, slot: u32): void {
  const life = MUTANT == 105 ? entryGeneration(entry) : generation;
  const owner = ownedByEntry(entry, life);
  for (let region: u32 = 0; region < REGIONS; region++) {
    const at = regionAt(region);
    const word = load64(at + R_STATE);
    const kind = kindOf(word);
    if (kind != REGION_LIVE && (kind != REGION_CREATING || ownerOf(word) != slot + 1)) continue;
    if (load64(at + R_OWNER) != owner || load64(at + R_STATE) != word) continue;
    const root = load32(entryAt(entry) + D_ROOT);
    if (root != ((generationOf(word) << 8) | (region + 1))) {
      retireFrom(region, word);
    } else if (kind == REGION_CREATING) {
      const live = stateWord(REGION_LIVE, 0, generationOf(word));
      if (cas64(at + R_STATE, word, live) && ownerGone(owner)) retireFrom(region, live);
    }
  }
}

// ---- a pool: one region that all participants allocate from -------------------------------------

/** A structure whose root is its region's number, with a budget; the entry, or -status. */
export function poolCreate(at: u32, budget: u32): i32 {
  const entry = entryClaim(at);
  if (entry < 0) return entry;
  const generation = entryGeneration(entry);
  const region = regionCreate(ownedByEntry(entry, generation), budget);
  if (region < 0) {
    entryAbandon(entry, generation);
    return region;
  }
  regionPublish(region);
  entryPublish(entry, generation, region);
  return entry;
}

/** `bytes` from this thread's shard of a pool; the offset, or 0: `status`. */
export function poolAlloc(entry: u32, generation: u32, bytes: u32): u32 {
  pin();
  let at: u32 = 0;
  const region = load32(entryAt(entry) + D_ROOT);
  const ready = protect() || protect();
  if (!entryAlive(entry, generation)) fail(CLOSED);
  else if (!ready) fail(CONTENDED);
  else at = regionAlloc(region, bytes, 8);
  if (at != 0) put32(at, ME); // Nobody else has it: the checker sees if somebody does.
  unpin();
  return at;
}

/** Takes `bytes` from a pool and gives them back; a status. */
export function poolBack(entry: u32, generation: u32, bytes: u32): i32 {
  pin();
  const region = load32(entryAt(entry) + D_ROOT);
  let result = CLOSED;
  if ((protect() || protect()) && entryAlive(entry, generation)) {
    const mark = regionMark(region);
    result = regionAlloc(region, bytes, 8) != 0 ? regionRewind(region, mark) : status();
  }
  unpin();
  return result;
}

/** A sweep inside a call. */
export function sweepRegions(): u32 {
  return sweep();
}

/** Takes the directory's lock, to die inside. */
export function lockNames(): void {
  lock(DIRECTORY_LOCK, TRIES);
}

/** Whether somebody who is not alive holds the directory's lock. */
export function lockedByDead(): bool {
  return load64(DIRECTORY_LOCK) != 0 && holder(DIRECTORY_LOCK) == 0;
}
