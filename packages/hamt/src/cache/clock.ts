// What time it is in a cache: a word of the arena, which every thread takes forward.
//
// All threads of a process read one monotonic clock, in milliseconds; what the wall clock does
// changes nothing. A thread says what time it is at each write and fetch, at the first read of each
// turn of its event loop, and at every 32nd read within a turn. So while all threads compute, the
// time stands still; and the first one that calls takes it forward before it reads.

import type { CacheKernel } from './kernel.ts';

/** The cache that it is about. */
interface Timed {
  readonly kernel: CacheKernel;
  readonly entry: number;
  readonly generation: number;
}

/** Reads for which a thread takes the time for granted, in one turn. */
const READS = 32;

/** Milliseconds from an instant that all threads have in common to `performance.now() === 0`. */
const base = commonBase();

function commonBase(): number {
  const { process } = globalThis as { process?: { hrtime?: () => [number, number] } };
  if (typeof process?.hrtime !== 'function') return performance.timeOrigin;
  // Workers of Node take their time origin from the wall clock.
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6 - performance.now();
}

export function monotonic(): number {
  return base + performance.now();
}

export class Clock {
  private readonly core: Timed;
  private left = 0;
  /** Whether the end of this turn is waited for. */
  private turning = false;
  /** The cache's time is that of another boot, in front of this one's, by so much. */
  private ahead = 0;

  constructor(core: Timed) {
    this.core = core;
  }

  /** Before a read. */
  look(): void {
    if (--this.left < 0) this.say();
  }

  /** Before a call that has to know. */
  say(): void {
    const { kernel, entry, generation } = this.core;
    const now = monotonic() + this.ahead;
    const time = kernel.cacheTick(entry, generation, now);
    // One less than 0 says that the cache is gone; so will the call that follows.
    if (time > now + 1) this.ahead += time - now;
    this.left = READS;
    if (this.turning) return;
    this.turning = true;
    queueMicrotask(() => {
      this.turning = false;
      this.left = 0;
    });
  }
}
