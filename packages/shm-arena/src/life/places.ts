// The places that this thread has in arenas. Nothing here keeps a seat: an arena that was dropped
// without `detach` is collected with all that is open in it, and its slot is then given back as if
// the thread had died there. What still works in an arena, or shall hear of it, keeps the seat: a
// structure, a snapshot, an iterator, a guard; a builder that runs; the watch for a worker that
// may live.

import { type ArenaKernel, instantiate, kernelBytes, SlotKind } from '../ground/kernel.ts';
import { checkArenaProtocol } from '../ground/protocol.ts';
import { type Place, type SharedSeat, threadRecord } from './record.ts';

/** Gives back the slot of a place whose seat was collected. */
type TakeBack = (place: Place) => void;

/** What is registered with a seat must not lead to it: no closure. */
const dropped = new FinalizationRegistry<{ place: Place; takeBack: TakeBack }>((collected) => {
  collected.takeBack(collected.place);
});

/** Notes where a seat is, until it is left or collected. */
export function takePlace(shared: SharedSeat, takeBack: TakeBack): void {
  const { memory, id, slot, generation } = shared;
  const seat = new WeakRef(shared);
  const place: Place = { seat, memory, id, slot, generation, unlock: undefined };
  shared.place = place;
  threadRecord().places.add(place);
  dropped.register(shared, { place, takeBack }, shared);
}

/** For a seat that is left. */
export function leavePlace(shared: SharedSeat): void {
  const { place } = shared;
  if (place === undefined) return;
  threadRecord().places.delete(place);
  dropped.unregister(shared);
  place.unlock?.();
}

/** This thread's seats in arenas of that id: more than one, when memory was copied by hand. */
export function seatsOf(id: string, takeBack: TakeBack): SharedSeat[] {
  const { places } = threadRecord();
  const found: SharedSeat[] = [];
  for (const place of places) {
    if (place.id !== id) continue;
    const shared = place.seat.deref();
    if (shared === undefined) {
      takeBack(place); // Before anybody told us that it was collected.
    } else if (isOwn(place)) {
      found.push(shared);
    } else {
      shared.over = true; // Buried; it has to attach anew.
      places.delete(place);
    }
  }
  return found;
}

/** Whether the thread's slot is still its own. */
function isOwn({ memory, slot, generation }: Place): boolean {
  const kernel = kernelOf(memory);
  return (
    kernel.slotKind(slot) === SlotKind.ALIVE && kernel.slotGeneration(slot) >>> 0 === generation
  );
}

/** The arena's kernel, also where this copy of the package has no seat. */
export function kernelOf(memory: WebAssembly.Memory): ArenaKernel {
  const kernel = instantiate<ArenaKernel>(kernelBytes, memory);
  checkArenaProtocol(kernel, memory, 'arena');
  if (kernel.participants() === 0) kernel.view(); // Another copy of the package attached it.
  return kernel;
}
