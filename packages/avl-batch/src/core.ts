// What every view of one map shares in one thread, and the errors of its own statuses.

import { MapCore } from '@x/shm-arena/map';
import { PAGE_BYTES, ShmError, Status } from '@x/shm-arena/structure';
import {
  QUEUE_FULL,
  STATS_LIVE,
  STATS_MAX_PAGES,
  STATS_MOST,
  STATS_WAITING,
  type TreeKernel,
} from './kernel.ts';

const WRITES = new Set(['set', 'insert', 'compareAndSet', 'delete']);
const WAY_OUT = 'build what waits, or delete entries and build';

/** Any map's. */
// biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
export type AnyCore = Core<any, any>;

/** One open map in one thread. */
export class Core<K, V> extends MapCore<TreeKernel, K, V> {
  override error(status: number, what: string): Error {
    if (status === QUEUE_FULL) return new ShmError('QUEUE_FULL', `${what}: ${this.queued()}`);
    if (status === Status.LIMIT && what !== 'compact') {
      return new ShmError('LIMIT_REACHED', `${what}: ${this.limited()}`);
    }
    if (status === Status.FULL && WRITES.has(what)) {
      const { message } = super.error(status, what);
      return new ShmError('ARENA_FULL', `${message} beside what a rebuild needs: ${WAY_OUT}`);
    }
    return super.error(status, what);
  }

  /** How full the tree is, for the message of LIMIT_REACHED. */
  private limited(): string {
    const { kernel, entry, generation, crossing } = this;
    crossing.begin();
    if (kernel.stats(entry, generation, 0) !== Status.OK) return 'the limit is reached';
    return (
      `found ${this.resultCount(STATS_LIVE)} bytes of entries, which leave no room within ` +
      `\`maxBytes\`, ${this.result(STATS_MAX_PAGES) * PAGE_BYTES}: ${WAY_OUT}`
    );
  }

  /** How full the queues are, for the message of QUEUE_FULL. */
  private queued(): string {
    const { kernel, entry, generation, crossing } = this;
    crossing.begin();
    if (kernel.stats(entry, generation, 0) !== Status.OK) return 'too many operations wait';
    return (
      `expected at most ${this.result(STATS_MOST)} operations of one thread to wait, ` +
      `found as many (${this.result(STATS_WAITING)} of all threads): build, or wait for a builder`
    );
  }
}
