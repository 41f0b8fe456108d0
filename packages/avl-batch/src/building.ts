// Builds and rebuilds in this thread: one batch a call of the kernel, with room made for it where
// there is too little.

import { freeBytes, PAGE_BYTES, ShmError, Status } from '@x/shm-arena/internal';
import type { BuildReport } from './api.ts';
import type { AnyCore } from './core.ts';
import { TEMP_BYTES } from './kernel.ts';
import type { Signals } from './signals.ts';

const { OK, FULL, CONTENDED } = Status;

/** A generation is rebuilt when it has more than twice its first bytes and this. */
const SLACK_BYTES = 16 * PAGE_BYTES;
/** And earlier, when what is free in the arena comes near to what the next one may need. */
const NEAR = 1.25;

/** One batch that was applied. */
interface Batch {
  readonly applied: number;
  readonly nodes: number;
  readonly size: number;
  /** Whether operations are left. */
  readonly more: boolean;
}

export class Building {
  private readonly core: AnyCore;
  private readonly signals: Signals;
  private readonly maxOps: number;
  private readonly autoCompact: boolean;
  private compactions = 0;
  /** How much the generation had when the arena's free memory was looked at last. */
  private lookedAt = 0;

  constructor(core: AnyCore, signals: Signals, maxOps: number, autoCompact: boolean) {
    this.core = core;
    this.signals = signals;
    this.maxOps = maxOps;
    this.autoCompact = autoCompact;
  }

  /** Operations that wait, of all threads. */
  waiting(): number {
    this.markQueues();
    return this.core.result(1);
  }

  /** The ends of all queues as they are now, for `covers`. */
  mark(): Uint8Array {
    const out = this.markQueues();
    const { core } = this;
    return core.crossing.view.slice(out, out + 8 * core.result(0));
  }

  /** Leaves the ends of the queues in scratch; returns where. */
  private markQueues(): number {
    const { core } = this;
    const { crossing } = core;
    let out = 0;
    core.ask('build', (kernel, entry, generation) => {
      out = crossing.take(8 * core.seat.kernel.participants());
      return kernel.mark(entry, generation, (crossing.at + out) | 0);
    });
    return out;
  }

  /** Whether all is visible that was queued at a mark. */
  covers(marked: Uint8Array): boolean {
    const { core } = this;
    const { crossing } = core;
    core.ask('build', (kernel, entry, generation) => {
      const at = crossing.put(marked, 0, marked.length);
      return kernel.covers(entry, generation, marked.length >> 3, (crossing.at + at) | 0);
    });
    return core.result(0) !== 0;
  }

  /** Applies what is queued now, or waits while others do. */
  build(): BuildReport {
    const before = this.compactions;
    const sum = { applied: 0, batches: 0, nodes: 0, size: 0 };
    const marked = this.mark();
    for (;;) {
      const batch = this.batch() ?? this.patiently(marked);
      sum.applied += batch.applied;
      sum.nodes += batch.nodes;
      sum.size = batch.size;
      if (batch.applied > 0) sum.batches++;
      if (batch.applied === 0 || !batch.more || this.covers(marked)) break;
    }
    return { ...sum, compacted: this.compactions > before };
  }

  /** The next batch, when another thread is building: none when that one has applied it all. */
  private patiently(marked: Uint8Array): Batch {
    let batch: Batch | undefined;
    this.core.seat.settle(() => {
      batch = this.covers(marked) ? this.nothing() : this.batch();
      return batch === undefined ? CONTENDED : OK;
    }, CONTENDED);
    return batch as unknown as Batch;
  }

  private nothing(): Batch {
    const { core } = this;
    core.ask('build', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    return { applied: 0, nodes: 0, size: core.result(0), more: false };
  }

  /**
   * Applies one batch, and rebuilds the tree when it is due; undefined: another living thread is
   * building.
   */
  batch(): Batch | undefined {
    const { core } = this;
    const limit = Math.min(this.maxOps, Math.max(this.waiting(), 1));
    let status = this.attempt(limit);
    if (status === FULL) status = this.attemptInMore(limit);
    if (status === CONTENDED) return undefined;
    if (status !== OK) throw core.error(status, 'build');
    const batch = {
      applied: core.result(0),
      more: core.result(1) !== 0,
      nodes: core.result(2),
      size: core.result(3),
    };
    if (batch.applied === 0) return batch;
    const [used, base] = [core.resultCount(6), core.resultCount(8)];
    this.signals.announce();
    if (this.autoCompact && this.isDue(used, base)) this.tryCompact();
    return batch;
  }

  /** Whether a generation of so many bytes, which began with `base`, is to be rebuilt. */
  private isDue(used: number, base: number): boolean {
    const garbage = used - base;
    if (garbage > base + SLACK_BYTES) return true;
    if (used < this.lookedAt) this.lookedAt = 0; // Another generation.
    // Not too often: looking is O(pages), rebuilding O(n).
    if (garbage < base / 8 + 4 * PAGE_BYTES || used - this.lookedAt < used / 16) return false;
    this.lookedAt = used;
    return freeBytes(this.core.seat) < used * NEAR;
  }

  private attempt(limit: number): number {
    const { core } = this;
    const { crossing, kernel } = core;
    core.member.check();
    crossing.begin();
    const bytes = limit * TEMP_BYTES;
    try {
      crossing.need(bytes);
    } catch (error) {
      // Scratch as it is takes a smaller batch.
      if (!(error instanceof ShmError) || error.code !== 'ARENA_FULL') throw error;
    }
    const room = Math.min(bytes, crossing.outBytes & -8);
    return kernel.build(core.entry, core.generation, limit, crossing.outAt, room);
  }

  /** After FULL: once more with empty pages given back, in a new generation, in smaller batches. */
  private attemptInMore(limit: number): number {
    const { seat } = this.core;
    let status: number = FULL;
    if (seat.makeRoom()) status = this.attempt(limit);
    if (status !== FULL) return status;
    status = this.tryCompact();
    if (status === OK) status = this.attempt(limit);
    if (status === Status.LIMIT) status = FULL; // No region for a new generation.
    for (let less = limit; status === FULL && less > 1; ) {
      less = Math.ceil(less / 8);
      status = this.attempt(less);
    }
    return status;
  }

  /** Rebuilds the tree unless somebody is building. A status. */
  tryCompact(): number {
    const { core } = this;
    core.crossing.begin();
    const status = core.kernel.compact(core.entry, core.generation);
    if (status === OK) this.compacted();
    return status;
  }

  /** Rebuilds the tree, waiting for other builders. */
  compact(): void {
    this.core.ask('compact', (kernel, entry, generation) => kernel.compact(entry, generation));
    this.compacted();
  }

  private compacted(): void {
    this.compactions++;
    this.signals.announce();
    this.core.seat.makeRoom(); // The old generation, when nobody reads it.
  }
}
