// Looks for the end of Web Workers. No event tells of it, and nothing says which participants a
// worker has, or when it attaches. So a thread that watches some asks for the locks of all that
// hold one, from time to time, for as long as one of them may live.

import { SlotKind } from '../ground/kernel.ts';
import type { SharedSeat } from './record.ts';
import type { Seat } from './seat.ts';

/** From the end of one look to the next, in milliseconds. */
const LOOK_MS = 500;

/** One thread's lookout in one arena; it ends with the seat. */
class Lookout {
  readonly #seat: Seat;
  readonly #probe: () => Promise<number>;
  /** A worker whose object is gone has ended, or soon will: platforms keep those that run. */
  readonly #workers: WeakRef<object>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;

  constructor(seat: Seat, probe: () => Promise<number>) {
    this.#seat = seat;
    this.#probe = probe;
    seat.shared.closers.add(() => clearTimeout(this.#timer));
  }

  add(worker: object): void {
    this.#workers.push(new WeakRef(worker));
    if (this.#timer === undefined && !this.#looking) this.#arm();
  }

  #arm(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
    // Browsers give a number. Elsewhere a timer keeps its program alive, which this one must not.
    (this.#timer as { unref?(): void }).unref?.();
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    if (!this.#isSeated()) return;
    this.#looking = true;
    await this.#probe();
    this.#looking = false;
    if (this.#isSeated() && this.#mayFind()) this.#arm();
  }

  #isSeated(): boolean {
    return this.#seat.shared.holds > 0 && this.#seat.isAlive();
  }

  /** Whether a watched worker may still attach, or somebody holds a lock. */
  #mayFind(): boolean {
    if (this.#workers.some((worker) => worker.deref() !== undefined)) return true;
    const { kernel, slot: own } = this.#seat;
    for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
      if (slot === own || kernel.slotKind(slot) !== SlotKind.ALIVE) continue;
      if (kernel.lockHeld(slot) !== 0) return true;
    }
    return false;
  }
}

const lookouts = new WeakMap<SharedSeat, Lookout>();

/** Has this thread look for the end of `worker`, by calling `probe`, which does not reject. */
export function keepLooking(seat: Seat, worker: object, probe: () => Promise<number>): void {
  let lookout = lookouts.get(seat.shared);
  if (lookout === undefined) lookouts.set(seat.shared, (lookout = new Lookout(seat, probe)));
  lookout.add(worker);
}
