// Recovery in two phases. The arena's own part (pages, regions, directory) is done by the kernel in
// whatever thread calls first. What a dead thread had begun inside a structure is finished by that
// structure's repair, in the first thread that has its package: packages register their types when
// they are first used. Until the last repair is done the slot stays taken and its reservations
// stand.

import type { RecoveryReport } from '../api.ts';
import { SLICE_BYTES, SlotKind, Status } from '../ground/kernel.ts';
import { readEntry } from './entry.ts';
import { type RegisteredType, typeOf } from './record.ts';
import type { Seat } from './seat.ts';

/** Calls of a repair that says CONTENDED, before it is left to a later `recover`. */
const REPAIR_CALLS = 8;

/** What `reap` returns when the arena's part is still to be done. */
const ARENA_PHASE = 1;

/** Recovers every dead participant, as far as this thread can. */
export function recover(seat: Seat): RecoveryReport {
  const { kernel } = seat;
  const report = { reaped: 0, repaired: 0, deferred: new Map<number, Deferred>(), freedBytes: 0 };
  const tried = new Set<number>();
  for (let again = true; again; ) {
    again = false;
    for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
      const kind = kernel.slotKind(slot);
      if (kind <= SlotKind.ALIVE || (kind !== SlotKind.DEAD && tried.has(slot))) continue;
      tried.add(slot);
      const phase = kernel.reap(slot);
      if (phase === 0) continue; // Another living thread is at it.
      if (phase === ARENA_PHASE) {
        report.freedBytes += (kernel.recoverArena(slot) >>> 0) * SLICE_BYTES;
        again = true; // Whom it watched is buried now.
      }
      report.repaired += repairStructures(seat, slot, report.deferred);
      if (kernel.finishRecovery(slot)) report.reaped++;
    }
  }
  report.freedBytes += (kernel.sweep() >>> 0) * SLICE_BYTES;
  return { ...report, deferred: [...report.deferred.values()] };
}

interface Deferred {
  readonly type: string;
  readonly name: string;
}

/** Repairs what `slot` had open, where the type is known; returns in how many structures. */
function repairStructures(seat: Seat, slot: number, deferred: Map<number, Deferred>): number {
  const { kernel } = seat;
  let repaired = 0;
  for (let entry = kernel.nextJoined(slot, 0); entry >= 0; ) {
    const info = readEntry(seat, entry);
    const type = info && typeOf(info.type, info);
    if (
      info !== undefined &&
      type !== undefined &&
      repair(seat, type, entry, info.generation, slot)
    ) {
      kernel.unjoin(entry, slot);
      repaired++;
    } else if (info !== undefined) {
      deferred.set(entry, { type: info.type, name: info.name });
    }
    entry = kernel.nextJoined(slot, entry + 1);
  }
  return repaired;
}

function repair(
  seat: Seat,
  type: RegisteredType,
  entry: number,
  generation: number,
  slot: number,
): boolean {
  for (let calls = 0; calls < REPAIR_CALLS; calls++) {
    const status = type.repair(seat.shared, entry, generation, slot);
    if (status !== Status.CONTENDED) return status === Status.OK || status === Status.CLOSED;
  }
  return false;
}
