// How a thread's death becomes a fact in the arena: by the exit event of a Node worker, by a Web
// Lock that the platform drops with its holder, or by the application's word. Never by time.

import type { NodeWorker, Participant, WebWorker } from '../api.ts';
import { describe, rangeError, ShmError, typeError, wholeNumber } from '../ground/errors.ts';
import { SlotKind, Status } from '../ground/kernel.ts';
import { isMainThread, type Locks, lifeLocks, refuseLocks, webLocks } from '../ground/supports.ts';
import { seatsIn } from './attach.ts';
import { keepLooking } from './lookout.ts';
import type { SharedSeat } from './record.ts';
import type { Seat } from './seat.ts';
import { seatFor } from './seats.ts';

/** The parts of workers that are looked at here. Bun's Web Workers have an id and an end. */
interface AnyWorker {
  readonly threadId?: unknown;
  once?: NodeWorker['once'];
  postMessage?: unknown;
  terminate?: unknown;
  addEventListener?(type: string, listener: () => void, options?: { once: boolean }): void;
}

/** Makes a worker's end the death of its participants, by whatever this platform tells of it. */
export function watch(seat: Seat, worker: NodeWorker | WebWorker): void {
  const any: AnyWorker = typeof worker === 'object' && worker !== null ? (worker as object) : {};
  const { threadId } = any;
  const isWorker = typeof any.postMessage === 'function' && typeof any.terminate === 'function';
  if (typeof threadId === 'number' && typeof any.once === 'function') {
    watchThread(seat, threadId, (over) => any.once?.('exit', over));
  } else if (!isWorker || typeof any.addEventListener !== 'function') {
    throw typeError(`watch: expected a Worker, found ${describe(worker)}`, 'WRONG_TYPE');
  } else if (typeof threadId === 'number') {
    watchThread(seat, threadId, (over) => any.addEventListener?.('close', over, { once: true }));
  } else if (webLocks() !== undefined) {
    seat.shared.watches = true;
    keepLooking(seat, any, () => probe(seat));
  } else {
    throw new ShmError(
      'UNSUPPORTED',
      'watch: expected Web Locks to tell of the end of a Web Worker, found none; `bury` its ' +
        'participant when you know of its end',
    );
  }
}

/** Buries what a thread has in the arena when `listen` tells that it has ended. */
function watchThread(seat: Seat, threadId: number, listen: (over: () => void) => void): void {
  const id = threadId + 1; // -1 once it has exited: the event would never come.
  if (id === 0)
    throw new ShmError('CLOSED', 'watch: expected a running worker, found an exited one');
  const { kernel, shared } = seat;
  // If this thread dies, whoever buries it buries those that it watched. The main thread's death is
  // the death of all.
  if (!isMainThread() && kernel.watch(id) !== Status.OK) {
    throw new ShmError('LIMIT_REACHED', 'watch: a worker can watch 32 others at once');
  }
  shared.watches = true;
  hear(shared, id, listen);
}

/** Keeps the seat until the thread has ended, or the seat is left. */
function hear(shared: SharedSeat, id: number, listen: (over: () => void) => void): void {
  const { id: arena } = shared;
  let watching: SharedSeat | undefined = shared;
  const left = () => {
    watching = undefined;
  };
  shared.closers.add(left);
  listen(() => {
    watching?.closers.delete(left);
    left();
    // This thread may have left and come back meanwhile; when it is not attached, nobody is told.
    for (const now of seatsIn(arena)) {
      const { kernel } = seatFor(now);
      kernel.buryThread(id);
      kernel.unwatch(id);
    }
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

/**
 * Asks the platform for a lock that it drops when this thread dies, where one is needed. Resolves
 * when the thread holds it, or has none to wait for; never rejects.
 */
export function readiness(seat: Seat): Promise<void> {
  const { shared } = seat;
  return (shared.ready ??= holdLock(seat));
}

function holdLock({ shared }: Seat): Promise<void> {
  const locks = lifeLocks();
  const { place, id, slot, generation } = shared;
  if (locks === undefined || place === undefined) return Promise.resolve();
  const over = new Promise<void>((resolve) => {
    place.unlock = resolve;
  });
  return requestLock(locks, lockName(id, slot, generation), place.seat, over);
}

/** Holds a lock until `over`; what the lock manager keeps of this does not keep the seat. */
function requestLock(
  locks: Locks,
  name: string,
  seat: WeakRef<SharedSeat>,
  over: Promise<void>,
): Promise<void> {
  return new Promise((resolve) => {
    const request = locks.request(name, {}, () => {
      const shared = seat.deref();
      // Left, or buried and seated elsewhere: the lock is not this thread's any more.
      if (shared !== undefined && shared.holds > 0) noteLock(seatFor(shared));
      resolve();
      return over;
    });
    request.catch(() => {
      refuseLocks(); // An opaque origin: the slot never says that it holds a lock.
      resolve();
    });
  });
}

function noteLock(seat: Seat): void {
  if (seat.isAlive()) seat.kernel.setLockHeld(1);
}

/** Whether nobody holds a lock; false where the platform does not say. */
async function isFree(locks: Locks, name: string): Promise<boolean> {
  try {
    return (await locks.request(name, { ifAvailable: true }, (lock) => lock !== null)) as boolean;
  } catch {
    refuseLocks();
    return false;
  }
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
    const free = await isFree(locks, name);
    if (shared.holds === 0 || !seat.isAlive()) break; // Detached while we were asking.
    if (free && kernel.bury(slot, generation)) found++;
  }
  return found;
}
