// Builds and rebuilds in this thread: one batch a call of the kernel, with room made for it where
// there is too little.

import { PAGE_BYTES, ShmError, Status } from '@x/shm-arena/structure';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import type { BuildReport } from './api.ts';
import type { AnyCore } from './core.ts';
import {
  BUILT_DUE,
  BUILT_ENDED,
  BUILT_MORE,
  BUILT_MOVING,
  BUILT_NODES,
  BUILT_OPS,
  BUILT_SIZE,
  MARKED_QUEUES,
  MARKED_WAITING,
  SORT_BYTES,
  STATS_LIVE,
  STATS_MOVING,
  STATS_SIZE,
  STATS_USED,
} from './kernel.ts';
import type { Signals } from './signals.ts';

const { OK, FULL, LIMIT, CONTENDED } = Status;

/** What a builder moves at a time that has nothing else to do. */
const STRETCH_BYTES = 16 * PAGE_BYTES;
/** A stretch for which there is no room but what is kept for it. */
const URGENT = -1;

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
  /** Whether a rebuild is under way, as far as this handle has seen. */
  private moving = false;

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
    this.moving = core.result(BUILT_MOVING) !== 0;
    const due = core.result(BUILT_DUE) !== 0;
    this.signals.announce();
    if (this.autoCompact && (this.moving || due)) this.move(0, due);
    return batch;
  }

  /** Goes on with a rebuild that is under way, when nothing else is to be done: is there one? */
  rest(): boolean {
    return this.moving && this.autoCompact && this.move(STRETCH_BYTES) === OK;
  }

  /** Moves a stretch of the tree to its next generation, unless somebody is building. A status. */
  private move(least: number, begin = false): number {
    const { core } = this;
    core.crossing.begin();
    const status = core.kernel.move(core.entry, core.generation, least, begin ? 1 : 0);
    if (status !== OK) return status;
    this.moving = core.result(BUILT_MOVING) !== 0;
    if (core.result(BUILT_ENDED) !== 0) this.compacted();
    return status;
  }

  /** Ends a rebuild that is under way, stretch by stretch. A status. */
  private end(): number {
    for (;;) {
      const status = this.move(URGENT);
      if (status !== OK || !this.moving) return status;
    }
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
        const { moving } = this.figures();
        rebuilt = !moving;
        const compacted = moving ? this.end() : this.tryCompact();
        if (compacted === OK) continue;
        if (!isFull(compacted)) return compacted;
        rebuilt = true;
      }
      if (less === 1) return this.attempt(1, true);
      less = Math.ceil(less / 8);
    }
    return status;
  }

  /** Whether a rebuild would give back an eighth of what lives. */
  private isWorthIt(): boolean {
    const { used, live } = this.figures();
    return used > live + live / 8 + PAGE_BYTES;
  }

  /** Bytes of the tree, those that a rebuild would leave, and whether one is under way. */
  private figures(): { used: number; live: number; moving: boolean } {
    const { core } = this;
    core.askMap('build', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    return {
      used: core.resultCount(STATS_USED),
      live: core.resultCount(STATS_LIVE),
      moving: core.result(STATS_MOVING) !== 0,
    };
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
    const { core } = this;
    const { moving } = this.figures();
    core.askMap('compact', (kernel, entry, generation) => {
      const status = kernel.compact(entry, generation);
      if (!moving || !isFull(status)) return status;
      // There is no room for a third generation: when the second one is done, the first is free.
      do {
        const ended = kernel.move(entry, generation, URGENT, 0);
        if (ended !== OK) return ended;
      } while (core.result(BUILT_MOVING) !== 0);
      return kernel.compact(entry, generation);
    });
    this.compacted();
  }

  private compacted(): void {
    this.moving = false;
    this.compactions++;
    this.signals.announce();
    this.core.seat.makeRoom(); // The old generation, when nobody reads it.
  }
}
