// Two words of a map that threads wait on: one changes after each publication, one when somebody
// wants a builder to begin. Waiting always has a limit: a thread may die between publishing and
// changing the word, or between changing it and waking the others.

import type { AnyCore } from './core.ts';
import { SIGNAL_NUDGED, SIGNAL_PUBLISHED } from './kernel.ts';

/** How often a word is looked at where there is no `Atomics.waitAsync`, in milliseconds. */
const POLL_MS = 4;

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

function changed(
  words: Int32Array,
  index: number,
  seen: number,
  ms: number,
  keepsAlive: boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let limit = ms;
    let timer: Timer | undefined;
    const end = () => {
      clearTimeout(timer as never);
      resolve();
    };
    if (typeof Atomics.waitAsync !== 'function') limit = Math.min(limit, POLL_MS);
    else {
      const waiting = Atomics.waitAsync(words as Int32Array<SharedArrayBuffer>, index, seen, limit);
      if (waiting.async) waiting.value.then(end);
      else limit = 0; // It has changed, or need not; other tasks have their turn all the same.
    }
    if (limit === 0) return afterOthers(resolve);
    timer = setTimeout(end, limit) as Timer;
    if (!keepsAlive) timer.unref?.();
  });
}

/** A platform's timer; a number in a browser. */
interface Timer {
  unref?(): void;
}

/** Runs `task` after the tasks that are ready now. */
function afterOthers(task: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (setImmediate !== undefined) setImmediate(task);
  else setTimeout(task, 0);
}
