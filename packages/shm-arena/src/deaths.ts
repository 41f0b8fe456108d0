// How a thread's death becomes a fact in the arena: by the exit event of a Node worker, by a Web
// Lock that the platform drops with its holder, or by the application's word. Never by time.

import type { NodeWorker, Participant, WebWorker } from './api.ts';
import { describe, rangeError, ShmError, typeError, wholeNumber } from './errors.ts';
import { SlotKind, Status } from './kernel.ts';
import { findSeat, type Seat, seatFor } from './seat.ts';
import { webLocks, workerThreads } from './supports.ts';

/** Buries a Node worker's participants when it exits; nothing to do for a Web Worker. */
export function watch(seat: Seat, worker: NodeWorker | WebWorker): void {
  const node = worker as Partial<NodeWorker> | null;
  if (typeof node?.threadId !== 'number' || typeof node.once !== 'function') {
    if (typeof (worker as Partial<WebWorker> | null)?.postMessage === 'function') return;
    throw typeError(`watch: expected a Worker, found ${describe(worker)}`);
  }
  const id = node.threadId + 1; // -1 once it has exited: the event would never come.
  if (id === 0)
    throw new ShmError('CLOSED', 'watch: expected a running worker, found an exited one');
  const { kernel, shared } = seat;
  // If this thread dies, whoever buries it buries those that it watched. The main thread's death is
  // the death of all.
  if (!workerThreads()?.isMainThread && kernel.watch(id) !== Status.OK) {
    throw new ShmError('LIMIT_REACHED', 'watch: a worker can watch 32 others at once');
  }
  shared.watches = true;
  node.once('exit', () => {
    // The thread may have left and come back meanwhile; when it is not attached, nobody is told.
    const now = findSeat(shared.memory);
    if (now === undefined) return;
    const { kernel } = seatFor(now);
    kernel.buryThread(id);
    kernel.unwatch(id);
  });
}

/** Declares a participant dead on the caller's word. */
export function bury(seat: Seat, participant: Participant): void {
  if (typeof participant !== 'object' || participant === null) {
    throw typeError(`bury: expected { slot, generation }, found ${describe(participant)}`);
  }
  const { kernel } = seat;
  const slot = wholeNumber('slot', participant.slot, 0, kernel.participants() - 1);
  const generation = wholeNumber('generation', participant.generation, 0, 0xffff_ffff);
  if (slot === seat.slot && generation === seat.generation) {
    throw rangeError('bury: expected another participant, found the caller');
  }
  kernel.bury(slot, generation);
}

function lockName(id: string, slot: number, generation: number): string {
  return `@x/shm-arena:${id}:${slot}:${generation}`;
}

/** Asks the platform for a lock that it drops when this thread dies. */
export function holdLock(seat: Seat): void {
  const { shared, kernel } = seat;
  const locks = webLocks();
  if (locks === undefined || shared.unlock !== undefined) return;
  const over = new Promise<void>((resolve) => {
    shared.unlock = resolve;
  });
  const held = locks.request(lockName(shared.id, seat.slot, seat.generation), {}, () => {
    if (shared.holds > 0 && seat.isAlive()) kernel.setLockHeld(1);
    return over;
  });
  held.catch(() => {}); // Refused (an opaque origin): then the slot never says that it holds one.
}

/** Buries every participant whose lock is free; returns how many. */
export async function probe(seat: Seat): Promise<number> {
  const locks = webLocks();
  if (locks === undefined) return 0;
  const { kernel, shared } = seat;
  let found = 0;
  for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
    if (slot === seat.slot || kernel.slotKind(slot) !== SlotKind.ALIVE) continue;
    if (!kernel.lockHeld(slot)) continue;
    const generation = kernel.slotGeneration(slot) >>> 0;
    const name = lockName(shared.id, slot, generation);
    const free = await locks.request(name, { ifAvailable: true }, (lock) => lock !== null);
    if (shared.holds === 0 || !seat.isAlive()) break; // Detached while we were asking.
    if (free && kernel.bury(slot, generation)) found++;
  }
  return found;
}
