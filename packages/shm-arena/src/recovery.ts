// Recovery in two phases. The arena's own part (pages, regions, directory) is done by the kernel in
// whatever thread calls first. What a dead thread had begun inside a structure is finished by that
// structure's repair, in the first thread that has its package: packages register their types when
// they are first used. Until the last repair is done the slot stays taken and its reservations
// stand.

import type { RecoveryReport } from './api.ts';
import { readEntry } from './entry.ts';
import type { AnyKernel } from './kernel.ts';
import { PAGE_BYTES, SlotKind, Status } from './kernel.ts';
import { type Protocols, protocolsOf } from './protocol.ts';
import { type RegisteredType, type Seat, seatFor, threadRecord } from './seat.ts';
import type { StructureType } from './structure.ts';

/** Calls of a repair that says CONTENDED, before it is left to a later `recover`. */
const REPAIR_CALLS = 8;

/** What `reap` returns when the arena's part is still to be done. */
const ARENA_PHASE = 1;

/** Seats for which a type was registered: what waited for it is repaired at that moment. */
const registered = new WeakMap<Seat, Set<string>>();

function keyOf(type: string, { protocol, linked }: Protocols): string {
  return `${type}@${protocol}:${linked}`;
}

/** Makes a kind of structure known in this thread, and repairs what waited for it. */
export function registerType(seat: Seat, type: StructureType<AnyKernel>): void {
  let own = registered.get(seat);
  if (own === undefined) registered.set(seat, (own = new Set()));
  const numbers = protocolsOf(seat.instance(type.kernel, type.type), type.own);
  const key = keyOf(type.type, numbers);
  if (own.has(key)) return;
  own.add(key);
  const { types } = threadRecord();
  if (!types.has(key)) types.set(key, bind(type, numbers));
  if (hasDead(seat)) recover(seat);
}

/** The registered type of an entry, in whatever copy of its package. */
export function typeOf(type: string, numbers: Protocols): RegisteredType | undefined {
  return threadRecord().types.get(keyOf(type, numbers));
}

function bind(type: StructureType<AnyKernel>, numbers: Protocols): RegisteredType {
  return {
    type: type.type,
    ...numbers,
    repair(shared, entry, generation, slot) {
      const kernel = seatFor(shared).instance(type.kernel, type.type);
      return type.repair(kernel, entry, generation, slot);
    },
    verify(shared, entry, generation) {
      const seat = seatFor(shared);
      const kernel = seat.instance(type.kernel, type.type);
      return type.verify(kernel, entry, generation, seat.crossing);
    },
  };
}

/** Whether some slot waits for recovery. */
export function hasDead({ kernel }: Seat): boolean {
  for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
    if (kernel.slotKind(slot) > SlotKind.ALIVE) return true;
  }
  return false;
}

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
        report.freedBytes += (kernel.recoverArena(slot) >>> 0) * PAGE_BYTES;
        again = true; // Whom it watched is buried now.
      }
      report.repaired += repairStructures(seat, slot, report.deferred);
      if (kernel.finish(slot)) report.reaped++;
    }
  }
  report.freedBytes += (kernel.sweep() >>> 0) * PAGE_BYTES;
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
