// What `flush` and `settled` of one handle wait for, in one loop while there is anything. It looks
// after each publication, and sees to it that somebody builds: it asks the builders at rest, and
// when none is there or none gets on with it, builds in this thread.

import { probe } from '@x/shm-arena/structure';
import type { Building } from './building.ts';
import type { AnyCore } from './core.ts';
import { STATS_BUILDER } from './kernel.ts';
import type { Signals } from './signals.ts';

/** How long who was asked to build has time to publish something, and how often it is asked. */
const ANSWER_MS = 50;
const ASK_TIMES = 2;

interface Wait {
  /** Settles it if it can be; returns whether it was. */
  look(): boolean;
  fail(error: unknown): void;
  /** When somebody has to begin to build, on the clock of `performance.now`. */
  due: number;
}

export class Waits {
  private readonly pending = new Set<Wait>();
  private readonly core: AnyCore;
  private readonly signals: Signals;
  private readonly building: Building;
  private runs = false;
  /** The publication that was there when builders were asked, and how often they were since. */
  private askedAt = 0;
  private asked = 0;

  constructor(core: AnyCore, signals: Signals, building: Building) {
    this.core = core;
    this.signals = signals;
    this.building = building;
  }

  /** Resolves with what `look` returns when that is not undefined. */
  until<T>(
    look: () => T | undefined,
    delayMs: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (how: () => void) => {
        this.pending.delete(wait);
        signal?.removeEventListener('abort', abort);
        how();
      };
      const wait: Wait = {
        due: performance.now() + delayMs,
        look() {
          const found = look();
          if (found === undefined) return false;
          settle(() => resolve(found));
          return true;
        },
        fail: (error) => settle(() => reject(error)),
      };
      const abort = () => wait.fail(signal?.reason);
      signal?.addEventListener('abort', abort);
      this.pending.add(wait);
      if (!this.runs) void this.run();
      else if (delayMs === 0) this.signals.announce(); // The loop may be waiting for longer.
    });
  }

  /** Settles what can be settled now. */
  look(): void {
    for (const wait of this.pending) {
      try {
        wait.look();
      } catch (error) {
        wait.fail(error);
      }
    }
  }

  /** Ends all that is waited for. */
  end(error: Error): void {
    for (const wait of this.pending) wait.fail(error);
  }

  private async run(): Promise<void> {
    this.runs = true;
    try {
      for (;;) {
        const seen = this.signals.published;
        this.look();
        if (this.pending.size === 0) return;
        const ms = this.due() - performance.now();
        await this.signals.publication(seen, ms > 0 ? ms : await this.hurry(seen));
      }
    } finally {
      this.runs = false;
    }
  }

  private due(): number {
    let due = Infinity;
    for (const wait of this.pending) due = Math.min(due, wait.due);
    return due;
  }

  /** Sees to it that somebody builds; returns how long to wait for it. */
  private async hurry(seen: number): Promise<number> {
    if (seen !== this.askedAt) this.asked = 0;
    this.askedAt = seen;
    try {
      this.core.seat.checkAlive();
      const answers = this.signals.ring() > 0 || this.isBuilding();
      if (answers && this.asked++ < ASK_TIMES) return ANSWER_MS;
      if (this.building.batch() !== undefined) return 0;
      // A thread is inside that is not known to be dead: look whether it is.
      this.core.seat.recoverQuietly();
      await probe(this.core.seat);
      return ANSWER_MS;
    } catch (error) {
      const now = performance.now();
      for (const wait of this.pending) if (wait.due <= now) wait.fail(error);
      return 0;
    }
  }

  private isBuilding(): boolean {
    const { core } = this;
    core.askMap('flush', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    return core.result(STATS_BUILDER) !== 0;
  }
}
