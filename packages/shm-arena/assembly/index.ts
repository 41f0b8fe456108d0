// What the arena's kernel exports. Offsets and counts are u32 (JS applies `>>> 0`); a status is one
// of the codes in layout.ts (OK 0, FULL 1, CONTENDED 2, LIMIT 3, BAD 4, DOUBLE_FREE 5, EXPELLED 6,
// CLOSED 7, TAKEN 8, UNKNOWN 9, NO_SLOT 10). A function that returns an offset returns 0 when it
// fails, and `status()` says why; one that returns an index (i32) returns -status.
//
// Every function but create, inspect, found, expected, setup, view, join, thaw and attach needs a
// slot: call `attach` or `join` first. No function waits without bound, and none traps.
//
// A word to the other kernels: import what you need from the single files, with names from
// @x/shm-arena/assembly/…; call `join(slot)` of yours (re-export it from layout) once in each
// instance. layout.ts lists the words that are yours: bytes 16..63 of your line in a region, 64
// bytes of a slot at S_OTHERS, 4 words of a directory entry at D_OWN, and its root.

import { alloc as allocBlock, free as freeBlock } from './memory/heap';
import { idle } from './reclaim/lazy';
import { EXPELLED } from './ground/layout';
import { settleLedger } from './memory/leases';
import { regionAlloc as regionTake, sweep as sweepRegions } from './memory/region';
import { alive, fail } from './ground/thread';

// setup(): void                        forgets all; the checker resets an instance with it
// view(): void                         reads the arena's constants, without a slot
// join(slot): void                     makes this instance work for a slot this thread has attached
// ARENA_PROTOCOL                       the number that the host compares; every kernel has it
export { ARENA_PROTOCOL, join, setup, view } from './ground/layout';

// create(pages, participants, flags, id0..id3, seed0..seed3: u32): status
//     Formats a memory that nobody else has: pages of PAGE bytes (64 KiB), 1..256 participants,
//     flags bit 0 = zeroOnFree. BAD: too small for its own tables, or out of range.
// systemPages(pages, participants): u32   how many pages an arena keeps for its tables
export { create, systemPages } from './memory/pages';

// inspect(wasmPages): i32              the ladder of attach, for a memory of so many 64 KiB pages:
//     0 fine, 1 TRUNCATED (smaller than it says), 2 FOREIGN (no magic), 3 PROTOCOL, 4 BUILD (gated
//     and release mixed), 5 CORRUPT_CHECKSUM, 6 CORRUPT_LAYOUT. Reads nothing beyond the memory.
// found(), expected(): u32             the two values of the last rung (low 32 bits)
export { expected, found, inspect } from './inspect/inspect';

// attach(threadId): i32             takes a slot, joins it, gets scratch: slot, or -NO_SLOT, -FULL,
//     -CONTENDED. threadId: 1 + Node's worker_threads.threadId, 0 = unknown
// detach(): status                     gives back pages, reservations, scratch, and the slot. User
//     regions must be closed and structures left before; what was forgotten is freed as if dead.
// alive(): bool                        false: this thread's slot was buried (EXPELLED)
// status(): i32                        why the last call of this thread returned 0
// participants(): u32                  how many slots there are
// slotKind(slot): u32                  0 free 1 alive 2 dead 3 orphaned: dead, repairs outstanding
// slotGeneration(slot), slotThread(slot): u32     (thread: id as given to attach; 0 = unknown)
// bury(slot, generation): bool         the host's word that this participant will never run again
// buryThread(threadId): u32            buries all slots of that thread; how many
// watch(threadId): status            notes that this thread learns of that thread's death; FULL: 32
// unwatch(threadId): void
// watched(slot, index): u32            entry 0..31 of a slot's list; 0 = none
// setLockHeld(flag: u32): void, lockHeld(slot): u32     a platform lock stands for the slot
// scratch(), scratchBytes(): u32       this thread's private block (JS reads and writes it freely)
// stage(bytes): u32                    a scratch of at least so much (contents lost); 0 + status()
// unstage(): u32                       back to the usual size; the offset
// random(): u32                        seeded from the arena's seed, the slot and its generation
// resultLow(), resultHigh(): u32       the 64-bit result of the functions that say so
export {
  bury,
  buryThread,
  lockHeld,
  participants,
  setLockHeld,
  slotGeneration,
  slotKind,
  slotThread,
  unwatch,
  watch,
  watched,
} from './life/slot';
export { attach, detach, scratch, scratchBytes, stage, unstage } from './life/attach';
export { alive, random, resultHigh, resultLow, status } from './ground/thread';

// sizeOf(at): u32                      usable bytes of a block, 0 if none starts here
// trim(): u32                          gives back this thread's empty spans; how many slices
export { sizeOf, trim } from './memory/heap';

/**
 * A block; align a power of two up to PAGE (0 = 16). 0: FULL, CONTENDED, BAD (align), EXPELLED. 0
 * bytes count as 1. Never reused while its bit is set.
 */
export function alloc(bytes: u32, align: u32): u32 {
  return expelled() ? fail(EXPELLED) : allocBlock(bytes, align);
}

/** From any thread. OK, BAD (no block starts here), DOUBLE_FREE, EXPELLED. */
export function free(at: u32): i32 {
  return expelled() ? EXPELLED : freeBlock(at);
}

/** In the checker the buried make no step, and the load would be one step more for everybody. */
function expelled(): bool {
  return !isDefined(GATED) && !alive();
}

// Regions of the participant itself (Region in TypeScript); freed by `recover` if it dies.
// regionOpen(budgetPages): i32         the region's number, or -FULL, -CONTENDED, -LIMIT: no entry
//     is left; budget 0 = none
// regionGeneration(region): u32        to close it by
// regionMark(region): u32              a save point of this thread's shard (0 = nothing allocated)
// regionRewind(region, mark): status   frees all this thread allocated since; BAD: no such mark
// regionClose(region, generation): status    retires it and sweeps
// regionPages(region): u32             pages it holds
export {
  regionClose,
  regionGeneration,
  regionMark,
  regionOpen,
  regionPages,
  regionRewind,
} from './memory/region';

/**
 * Frees retired regions that nobody can still read, this thread's ledger too, if no lease is in it;
 * slices freed. No call runs: what this thread's last one left, if it trapped, is not in the way.
 */
export function sweep(): u32 {
  idle();
  settleLedger();
  return sweepRegions();
}

/** From this thread's shard of a region of its own. 0: FULL, CONTENDED, LIMIT, BAD, EXPELLED. */
export function regionAlloc(region: u32, bytes: u32, align: u32): u32 {
  return expelled() ? fail(EXPELLED) : regionTake(region, bytes, align);
}

// pin(): void, unpin(): void           the working interval of one call
// protect(): bool                      after loading a root under a pin: true = it may be followed;
//     false = the era moved, the interval was raised: load the root again
// leaseTake(): f64                     a lease at the present era, its name; below 0: there is no
//     memory for it, and it shares the overflow interval; the host keeps these eras, -name
// leaseHold(name): bool                after loading a root under a fresh lease: true = held (its
//     era is resultLow/resultHigh); false = the era moved: drop it, take another
// leaseDrop(name): void                one in the overflow interval ends by leaseAnchor
// leaseAnchor(oldest, newest: f64): void     the eras that are left in the overflow interval, or 0
// eraLow(), eraHigh(): u32             the clock (two calls; for display)
export {
  eraHigh,
  eraLow,
  pin,
  protect,
  unpin,
} from './memory/reservation';
export { leaseAnchor, leaseDrop, leaseHold, leaseTake } from './memory/leases';

// Grants: leases that belong to a structure (grants.ts).
// grantTake(entry, generation): i32    a record at the present era, this thread's; or -LIMIT: all
//     are in use. Then load a root, hold, give; or drop, and nothing has happened
// grantHold(record): bool              as leaseHold
// grantGive(record, root): status      the structure's, until it is dropped or the structure
//     destroyed; `root` is noted with it. CLOSED: the structure is gone, the grant too
// grantDrop(record, generation): status     by anybody; CLOSED: it is gone
// grantFind(record, generation, entry, entryGeneration): status     OK: given to that structure;
//     its root is resultLow. CLOSED
// grantNext(entry, generation, from): i32   the next record from `from` on that it was given, its
//     generation in resultLow; or -1
// grantGeneration(record): u32, grants(): u32 how many records there are
export {
  grantDrop,
  grantFind,
  grantGeneration,
  grantGive,
  grantHold,
  grantNext,
  grants,
  grantTake,
} from './memory/grants';

// A descriptor is 256 bytes in scratch laid out as a directory entry (layout.ts), of which `create`
// reads bytes 12..39 and 72..255. Names: UTF-8, 1..96 bytes, or empty for an unnamed structure.
// entryClaim(at): i32                  the entry, now CREATING by this thread; or -TAKEN (live with
//     that name), -CONTENDED (a living creator or destroyer has the name), -FULL. A dead creator or
//     destroyer is succeeded: what it had is retired. The entry's generation is resultLow.
// entryPublish(entry, generation, root): status     joins this slot and makes the entry LIVE
// entryAbandon(entry, generation): status           the creator gives up; its regions are retired
// entryFind(at, length): i32           the live entry with that name, its generation in resultLow;
//     or -UNKNOWN, -CONTENDED
// entryJoin(entry, generation): status              this slot has it open; CLOSED
// entryLeave(entry, generation): void
// entryAlive(entry, generation): bool  one load
// entryDestroy(entry, generation): status           retires its regions, frees the name; CLOSED
// entryGeneration(entry), entryKind(entry): u32     kind: 0 free 1 creating 2 live 3 destroying
// entryRead(entry, at): status         a consistent copy, 256 bytes into scratch; CLOSED when free
// entryRoot(entry): u32
// entries(): u32                       how many entries the directory has
export {
  entries,
  entryAbandon,
  entryAlive,
  entryClaim,
  entryDestroy,
  entryFind,
  entryGeneration,
  entryJoin,
  entryKind,
  entryLeave,
  entryPublish,
  entryRead,
  entryRoot,
} from './life/directory';

// Recovery of slot s, driven by the host:
//   r = reap(s):  0 nothing to do (or another living thread is at it)
//                 1 dead: call recoverArena(s), then go on as with 2
//                 2 arena phase done before: repairs only
//   e = nextJoined(s, from): the next live entry >= from that s had open, or -1. If a kernel with a
//       repair for its type is here: repair(e, g, s), then unjoin(e, s); else leave it. g stands in
//       the copy that says its type (entryRead): the repair begins only while e has it.
//   finishRecovery(s): true = the slot is free again; false = repairs outstanding: it is ORPHANED
// recoverArena(slot): u32              slices freed; also buries what that slot watched
export { finishRecovery, nextJoined, reap, recoverArena, unjoin } from './life/recover';

// stats(at): u32    writes u32 words: 0 pages; then slices: 1 system, 2 free, 3 small, 4 orphan,
//     5 large, 6 region, 7 scratch, 8 in flight; 9 blocks; 10 slices of spans without a block;
//     12 f64 bytes in small blocks; 14 f64 bytes in large blocks; 16 f64 slices in retired regions;
//     18 u32 regions live, 19 retired; 20 u32 structures live; 21 u32 participants alive; 22 u32
//     oldest pin's slot + 1 (0 = no thread has it), 23 u32 its entry + 1 if it is a structure's
//     lease; 24 f64 oldest pinned era, 0 = nothing pinned; 26 f64 clock. From 28 on, of each slot:
//     3 u32: slices of its spans, of those without a block, of its scratch. Returns the bytes.
// verify(at, capacity): u32        walks everything; writes { u32 code, u32 offset } pairs, as many
//     as fit into `capacity` bytes; returns how many problems there are. Codes: audit.ts.
// structureSlices(entry, generation): u32    slices in live regions of a structure
export { stats, structureSlices, verify } from './inspect/audit';

// nextUsed(page): u32                  the first page >= `page` that holds anything, or PAGES
// isZero(at, bytes): bool              bytes a multiple of 8
// hash(at, bytes): void                resultLow/resultHigh, bytes a multiple of 8
// thaw(): u32                      after an image was loaded and before attach: all participants of
//     the other life become DEAD, their thread ids and watch lists forgotten; how many
export { hash, isZero, nextUsed, thaw } from './inspect/image';
