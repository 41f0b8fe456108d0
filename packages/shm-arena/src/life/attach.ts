// Sitting down in an arena and standing up: a thread takes a slot, or shares the one that it has,
// and gives it back with the last hold. A seat that was collected is given back as if the thread
// had died there.

import { H_ID, S_RANDOM, SLOT_BYTES, SLOTS } from '../../build/numbers/ground/layout.ts';
import { ShmError } from '../ground/errors.ts';
import { type ArenaKernel, instantiate, kernelBytes, SlotKind, Status } from '../ground/kernel.ts';
import { Patience } from '../ground/patience.ts';
import { countSlots, hasDead, noSlot, SPARE_SLOTS } from '../ground/slots.ts';
import { isMainThread, threadNumber } from '../ground/supports.ts';
import { kernelOf, leavePlace, seatsOf, takePlace } from './places.ts';
import { type Place, type SharedSeat, threadRecord } from './record.ts';
import { recover } from './recovery.ts';
import type { Seat } from './seat.ts';
import { seatFor } from './seats.ts';

/** Sits down in an arena whose memory was inspected; adds one hold. */
export function sit(memory: WebAssembly.Memory): Seat {
  const shared = findSeat(memory) ?? takeSlot(memory);
  shared.holds++;
  return seatFor(shared);
}

/** This thread's seats in arenas of that id. */
export function seatsIn(id: string): SharedSeat[] {
  return seatsOf(id, takeBack);
}

/** This thread's seat in an arena, through whatever clone of its memory. */
function findSeat(memory: WebAssembly.Memory): SharedSeat | undefined {
  return seatsIn(readId(memory)).find((shared) => isSameMemory(shared, memory));
}

/**
 * Whether two memories are one. A clone of a shared memory is another object with another buffer
 * object, and somebody may have copied an arena, id and all, by hand: so write and look.
 */
function isSameMemory(shared: SharedSeat, memory: WebAssembly.Memory): boolean {
  const { memory: own, slot } = shared;
  if (own === memory) return true;
  if (own.buffer.byteLength !== memory.buffer.byteLength) return false;
  const word = new Int32Array(memory.buffer, SLOTS + slot * SLOT_BYTES + S_RANDOM, 2);
  const [low, high] = word;
  seatFor(shared).kernel.random(); // Owned: nobody else moves it.
  return word[0] !== low || word[1] !== high;
}

function takeSlot(memory: WebAssembly.Memory): SharedSeat {
  const kernel = instantiate<ArenaKernel>(kernelBytes, memory);
  for (const patience = new Patience(null); ; ) {
    const slot = kernel.attach(threadNumber());
    if (slot >= 0) {
      const shared = seatAt(memory, kernel, slot);
      if (slot < kernel.participants() - SPARE_SLOTS || staysOnSpare(seatFor(shared))) {
        takePlace(shared, takeBack);
        return shared;
      }
    } else if (slot === -Status.CONTENDED) {
      patience.wait();
    } else if (slot !== -Status.NO_SLOT) {
      throw new ShmError('ARENA_FULL', 'attach: no room is left for a scratch block of 128 KiB');
    } else if (countSlots(kernel, SlotKind.DEAD) === 0 || !patience.tryWait()) {
      throw noSlot(kernel); // Or somebody on the spare slot is about to recover the dead.
    }
  }
}

/**
 * Recovers the dead from the spare slot. True: they wait for a package, so the thread stays. False:
 * it has left again, and there is a free slot. NO_SLOT: all others are alive.
 */
function staysOnSpare(seat: Seat): boolean {
  const { kernel } = seat;
  let free = 0;
  let stays = false;
  try {
    if (hasDead(kernel)) recover(seat);
    free = countSlots(kernel, SlotKind.FREE);
    stays = free === 0 && hasDead(kernel);
  } finally {
    if (!stays) seat.settle(() => kernel.detach());
  }
  if (!stays && free === 0) throw noSlot(kernel);
  return stays;
}

function seatAt(memory: WebAssembly.Memory, kernel: ArenaKernel, slot: number): SharedSeat {
  return {
    memory,
    id: readId(memory),
    slot,
    generation: kernel.slotGeneration(slot) >>> 0,
    scratch: { at: kernel.scratch() >>> 0, bytes: kernel.scratchBytes() >>> 0 },
    holds: 0,
    joins: new Map(),
    overflow: [],
    closers: new Set(),
    trimmed: new Set(),
    watches: isMainThread(),
    ready: undefined,
    place: undefined,
    over: false,
  };
}

/** Stands up: the slot is given back with the last hold. Returns whether it was the last. */
export function leave(seat: Seat): boolean {
  const { shared } = seat;
  if (--shared.holds > 0) return false;
  for (const close of [...shared.closers]) close();
  try {
    if (seat.isAlive()) seat.settle(() => seat.kernel.detach());
  } finally {
    leavePlace(shared);
  }
  return true;
}

/** The arena's id as 32 hex digits; frozen words. */
function readId(memory: WebAssembly.Memory): string {
  const id = new Uint8Array(memory.buffer, H_ID, 16);
  return Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Gives back the slot of a seat that was collected. Nobody is there who could hear of an error. */
function takeBack(place: Place): void {
  place.unlock?.();
  if (!threadRecord().places.delete(place)) return; // Buried before.
  const { memory, slot, generation } = place;
  try {
    if (!kernelOf(memory).bury(slot, generation)) return;
    const seat = sit(memory);
    try {
      recover(seat);
    } finally {
      leave(seat);
    }
  } catch {
    // NO_SLOT, ARENA_FULL, …: whoever recovers next does it.
  }
}
