// Two words of a map that threads wait on: one changes after each publication, one when somebody
// wants a builder to begin. Waiting always has a limit: a thread may die between publishing and
// changing the word, or between changing it and waking the others.

import { changed } from '@x/shm-arena/structure';
import type { AnyCore } from './core.ts';
import { SIGNAL_NUDGED, SIGNAL_PUBLISHED } from './kernel.ts';

export class Signals {
  private readonly core: AnyCore;
  private readonly words: Int32Array;
  private readonly publishedAt: number;
  private readonly nudgedAt: number;

  constructor(core: AnyCore) {
    this.core = core;
    this.words = new Int32Array(core.seat.memory.buffer);
    core.askMap('signals', (kernel, entry, generation) => kernel.signals(entry, generation));
    this.publishedAt = core.result(SIGNAL_PUBLISHED) >>> 2;
    this.nudgedAt = core.result(SIGNAL_NUDGED) >>> 2;
  }

  get published(): number {
    return Atomics.load(this.words, this.publishedAt);
  }

  get nudged(): number {
    return Atomics.load(this.words, this.nudgedAt);
  }

  /** Wakes who waits for a publication. */
  announce(): void {
    Atomics.notify(this.words, this.publishedAt);
  }

  /** Tells a builder at rest that there is work, which may wait for more. */
  stir(): void {
    Atomics.notify(this.words, this.nudgedAt, 1);
  }

  /** Asks a builder to begin; returns how many were at rest. Does not touch the result block. */
  ring(): number {
    const { core } = this;
    core.kernel.nudge(core.entry, core.generation);
    return Atomics.notify(this.words, this.nudgedAt);
  }

  /** Resolves when `published` is not `seen` any more, after `ms` at the latest. */
  publication(seen: number, ms: number): Promise<void> {
    return changed(this.words, this.publishedAt, seen, ms, true);
  }

  /** Resolves when a builder is asked for, after `ms` at the latest; keeps no process alive. */
  request(seen: number, ms: number): Promise<void> {
    return changed(this.words, this.nudgedAt, seen, ms, false);
  }

  /** Like `request`, by blocking. */
  requestSync(seen: number, ms: number): void {
    Atomics.wait(this.words, this.nudgedAt, seen, ms);
  }
}
