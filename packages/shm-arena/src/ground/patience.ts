// The one place where a thread waits for another. Kernels never wait: they say CONTENDED. A thread
// that may block then sleeps for a little longer each time, on a word of its own, or on a lock that
// its kernel was refused, whose release wakes it; it recovers whoever has been declared dead
// meanwhile, and calls again. One that may not block throws CONTENDED. So
// does, after a second, one that learns of deaths by its event loop: what it waits for may be held
// by a thread whose death it would be told of next.

import { ShmError } from './errors.ts';
import { mayBlock } from './supports.ts';

/** Calls again at once, so often. */
const AT_ONCE = 3;
/** The longest sleep, in milliseconds. */
const LONGEST = 64;
/** Sleeps of a thread that watches others: about a second together. */
const WATCHER_SLEEPS = 20;

/** What a patient call needs to know of its seat. */
export interface Waiting {
  readonly shared: { readonly watches: boolean };
  /** Recovers the dead; must not wait itself. */
  recoverQuietly?(): void;
}

/** Sleeps for so long, or until what is waited for is there; false: it knows of nothing. */
export type Sleep = (milliseconds: number) => boolean;

let blocking: boolean | undefined;
let bell: Int32Array | undefined;

/** One call's patience. */
export class Patience {
  readonly #seat: Waiting | null;
  readonly #sleepFor: Sleep | undefined;
  #waits = 0;

  /**
   * @param seat the caller's, or null when it has none yet
   * @param sleep sleeps on what the call has met
   */
  constructor(seat: Waiting | null, sleep?: Sleep) {
    this.#seat = seat;
    this.#sleepFor = sleep;
  }

  /** Waits a little, or throws CONTENDED. */
  wait(): void {
    const why = this.#sleep();
    if (why === undefined) return;
    throw new ShmError('CONTENDED', `another thread is in the way, and ${why}`);
  }

  /** Waits a little; false: this thread may not wait (longer). */
  tryWait(): boolean {
    return this.#sleep() === undefined;
  }

  /** Sleeps; or returns why not. */
  #sleep(): string | undefined {
    this.#seat?.recoverQuietly?.();
    const sleeps = ++this.#waits - AT_ONCE;
    if (sleeps <= 0) return undefined;
    blocking ??= mayBlock();
    if (!blocking) return 'this thread may not block: call again in a later turn';
    if (sleeps > WATCHER_SLEEPS && (this.#seat?.shared.watches ?? true)) {
      return 'it did not go away: let the event loop run, it may tell of a death';
    }
    const milliseconds = Math.min(2 ** (sleeps - 4), LONGEST);
    if (this.#sleepFor?.(milliseconds)) return undefined;
    bell ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(bell, 0, 0, milliseconds);
    return undefined;
  }
}
