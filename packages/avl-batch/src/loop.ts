// What a builder does, step by step, wherever it runs: in a task of this thread (start.ts), or in
// a thread of its own (builder.ts).
//
//   nothing waits   go on with a rebuild that is under way; then rest, longer each time; a writer
//                   whose queue was empty wakes it
//   something does  give it company for maxDelayMs, unless maxOps wait or somebody has asked
//   then            one batch after the other, until nothing waits

import type { Building } from './building.ts';
import type { Signals } from './signals.ts';

/** The longest rest: a wake-up in the moment before it is lost. In milliseconds. */
const LONGEST_REST_MS = 64;

/** How long a builder waits at most that finds another one building. */
const STAND_BY_MS = 16;
/** A time that is over. */
const OVERDUE = 1;

export interface Pace {
  readonly maxOps: number;
  readonly maxDelayMs: number;
}

export class BuilderLoop {
  /** The request that was seen last: waiting goes on from there. */
  seen: number;
  private readonly building: Building;
  private readonly signals: Signals;
  private readonly pace: Pace;
  private readonly report: (error: Error) => void;
  /** When the next batch begins, on the clock of `performance.now`; 0: not decided. */
  private due = 0;
  private rest = 1;

  constructor(building: Building, signals: Signals, pace: Pace, report: (error: Error) => void) {
    this.building = building;
    this.signals = signals;
    this.pace = pace;
    this.report = report;
    this.seen = signals.nudged;
  }

  /**
   * Does what is due. Returns how many milliseconds to wait for a request at most, or -1: the map
   * is gone, or this thread was declared dead.
   */
  step(): number {
    try {
      const ms = this.wait();
      if (ms > 0) return this.due === 0 && this.building.rest() ? 0 : ms;
      this.due = OVERDUE; // And stays so when it does not work.
      const batch = this.building.batch();
      // Another thread is building: it takes what waits, or leaves it.
      if (batch === undefined) return Math.min(Math.max(1, this.pace.maxDelayMs), STAND_BY_MS);
      // After a full batch the rest has waited long enough.
      if (batch.applied < this.pace.maxOps) this.due = 0;
      return 0;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'CLOSED') return -1;
      this.report(error as Error);
      if (code === 'EXPELLED') return -1;
      return LONGEST_REST_MS;
    }
  }

  /** How long the next batch may wait. */
  private wait(): number {
    const asked = this.signals.nudged;
    const urgent = asked !== this.seen;
    this.seen = asked;
    const waiting = this.building.waiting();
    const { maxOps, maxDelayMs } = this.pace;
    if (waiting === 0) {
      this.due = 0;
      this.rest = Math.min(this.rest * 2, LONGEST_REST_MS);
      return Math.max(this.rest, 1);
    }
    this.rest = Math.max(1, maxDelayMs);
    if (urgent || waiting >= maxOps || maxDelayMs === 0) return 0;
    const now = performance.now();
    if (this.due === 0) this.due = now + maxDelayMs;
    return Math.max(0, this.due - now);
  }
}
