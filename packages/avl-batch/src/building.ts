// Builds and rebuilds in this thread: one batch a call of the kernel, with room made for it where
// there is too little.

import { PAGE_BYTES, ShmError, Status } from '@x/shm-arena/structure';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import type { BuildReport } from './api.ts';
import type { AnyCore } from './core.ts';
import {
  BUILT_LIVE,
  BUILT_MORE,
  BUILT_NODES,
  BUILT_OPS,
  BUILT_SIZE,
  BUILT_USED,
  MARKED_QUEUES,
  MARKED_WAITING,
  SORT_BYTES,
  STATS_LIVE,
  STATS_SIZE,
  STATS_USED,
} from './kernel.ts';
import type { Signals } from './signals.ts';

const { OK, FULL, LIMIT, CONTENDED } = Status;

/** A generation is rebuilt when it has more than twice what it should have, and this. */
const SLACK_BYTES = 16 * PAGE_BYTES;

/** No memory: in the arena, or within `maxBytes`. */
export const isFull = (status: number): boolean => status === FULL || status === LIMIT;

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
  /** Bytes of the tree when it was rebuilt last, as far as this handle has seen. */
  private rebuilt: number | undefined;

  constructor(core: AnyCore, signals: Signals, maxOps: number, autoCompact: boolean) {
    this.core = core;
    this.signals = signals;
    this.maxOps = maxOps;
    this.autoCompact = autoCompact;
  }

  /** Operations that wait, of all threads. */
  waiting(): number {
    this.markQueues();
    return this.core.result(MARKED_WAITING);
  }

  /** The ends of all queues as they are now, for `covers`. */
  mark(): Uint8Array {
    const out = this.markQueues();
    const { core } = this;
    return core.crossing.view.slice(out, out + 8 * core.result(MARKED_QUEUES));
  }

  /** Leaves the ends of the queues in scratch; returns where. */
  private markQueues(): number {
    const { core } = this;
    const { crossing } = core;
    let out = 0;
    core.askMap('build', (kernel, entry, generation) => {
      out = crossing.take(8 * core.seat.kernel.participants());
      return kernel.mark(entry, generation, (crossing.at + out) | 0);
    });
    return out;
  }

  /** Whether all is visible that was queued at a mark. */
  covers(marked: Uint8Array): boolean {
    const { core } = this;
    const { crossing } = core;
    core.askMap('build', (kernel, entry, generation) => {
      const at = crossing.put(marked, 0, marked.length);
      return kernel.covers(entry, generation, marked.length >> 3, (crossing.at + at) | 0);
    });
    return core.result(ANSWER) !== 0;
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
    core.askMap('build', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    return { applied: 0, nodes: 0, size: core.result(STATS_SIZE), more: false };
  }

  /**
   * Applies one batch, and rebuilds the tree when it is due; undefined: another living thread is
   * building.
   */
  batch(): Batch | undefined {
    const { core } = this;
    this.rebuilt ??= this.bytes().used;
    const limit = Math.min(this.maxOps, Math.max(this.waiting(), 1));
    let status = this.attempt(limit);
    if (isFull(status)) status = this.attemptInMore(limit);
    if (status === CONTENDED) return undefined;
    if (status !== OK) throw core.error(status, 'build');
    const batch = {
      applied: core.result(BUILT_OPS),
      more: core.result(BUILT_MORE) !== 0,
      nodes: core.result(BUILT_NODES),
      size: core.result(BUILT_SIZE),
    };
    if (batch.applied === 0) return batch;
    const [used, live] = [core.resultCount(BUILT_USED), core.resultCount(BUILT_LIVE)];
    this.signals.announce();
    this.rebuilt = Math.min(this.rebuilt, used); // Others rebuild it, too.
    if (this.autoCompact && this.isDue(used, live, this.rebuilt)) {
      const rebuilt = this.tryCompact();
      if (rebuilt === OK) this.rebuilt = live;
      else if (isFull(rebuilt)) this.rebuilt = used;
    }
    return batch;
  }

  /**
   * Whether a generation with `used` bytes, of which `live` would be left, is to be rebuilt: half
   * of it is garbage, or half of it lies in the order of writing, in which it is slow to read.
   */
  private isDue(used: number, live: number, rebuilt: number): boolean {
    return used > (live === 0 ? PAGE_BYTES : 2 * Math.min(live, rebuilt) + SLACK_BYTES);
  }

  private attempt(limit: number, last = false): number {
    const { core } = this;
    const { crossing, kernel } = core;
    core.member.check();
    crossing.begin();
    const bytes = limit * SORT_BYTES;
    try {
      crossing.need(bytes);
    } catch (error) {
      // Scratch as it is takes a smaller batch.
      if (!(error instanceof ShmError) || error.code !== 'ARENA_FULL') throw error;
    }
    const room = Math.min(bytes, crossing.outBytes & -8);
    const { entry, generation } = core;
    return kernel.build(entry, generation, limit, crossing.outAt, room, last ? 1 : 0);
  }

  /**
   * After FULL: once more with empty pages given back; then smaller batches, and the tree rebuilt
   * where that gives room or one operation has none; at last with what is kept for rebuilding it.
   */
  private attemptInMore(limit: number): number {
    let status: number = FULL;
    if (this.core.seat.makeRoom()) status = this.attempt(limit);
    for (let less = limit, rebuilt = false; isFull(status); status = this.attempt(less)) {
      if (!rebuilt && (less === 1 || this.isWorthIt())) {
        rebuilt = true;
        const compacted = this.tryCompact();
        if (compacted === OK) continue;
        if (!isFull(compacted)) return compacted;
      }
      if (less === 1) return this.attempt(1, true);
      less = Math.ceil(less / 8);
    }
    return status;
  }

  /** Whether a rebuild would give back an eighth of what lives. */
  private isWorthIt(): boolean {
    const { used, live } = this.bytes();
    return used > live + live / 8 + PAGE_BYTES;
  }

  /** Of the tree, and what a rebuild would leave. */
  private bytes(): { used: number; live: number } {
    const { core } = this;
    core.askMap('build', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    return { used: core.resultCount(STATS_USED), live: core.resultCount(STATS_LIVE) };
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
    this.core.askMap('compact', (kernel, entry, generation) => kernel.compact(entry, generation));
    this.compacted();
  }

  private compacted(): void {
    this.compactions++;
    this.signals.announce();
    this.core.seat.makeRoom(); // The old generation, when nobody reads it.
  }
}
