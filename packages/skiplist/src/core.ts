// What every view of one list shares in one thread, and the errors of its own statuses.

import { MapCore } from '@x/shm-arena/map';
import { rangeError, ShmError, Status } from '@x/shm-arena/structure';
import {
  AHEAD,
  type ListKernel,
  MAX_LISTS,
  PRESSURE,
  STATS_ACTIVE,
  STATS_LISTS,
} from './kernel.ts';
import { readStats, tryStats } from './stats.ts';

/** Any list's. */
export type AnyCore = Core<any, any>;

/** One open list in one thread. */
export class Core<K, V> extends MapCore<ListKernel, K, V> {
  /** Also OK with PRESSURE. */
  protected override answers(status: number): boolean {
    return super.answers(status) || status === PRESSURE;
  }

  override error(status: number, what: string): Error {
    if (status === AHEAD) {
      return rangeError(`${what}: expected a sequence number that was given out already`);
    }
    if (status === Status.LIMIT) {
      return new ShmError('LIMIT_REACHED', `${what}: ${this.limits(what)}`);
    }
    return super.error(status, what);
  }

  /** How full the lists are, for the message of LIMIT_REACHED. */
  private limits(what: string): string {
    if (tryStats(this, 0) !== Status.OK) return 'a limit is reached';
    if (what === 'clear') return 'no region is left in the arena';
    if (what === 'seal') {
      const lists = this.result(STATS_LISTS);
      return `${lists} lists of at most ${MAX_LISTS}, or no region is left in the arena`;
    }
    // It may be sealed by now, and destroyed.
    if (tryStats(this, this.result(STATS_ACTIVE)) !== Status.OK) return 'a limit was reached';
    const { entries, maxEntries, bytes, maxBytes } = readStats(this);
    if (entries === 0 && maxEntries === Infinity && maxBytes === Infinity) {
      return 'no region is left in the arena for the next list';
    }
    return (
      `found ${entries} versions of at most ${maxEntries} and ${bytes} bytes of at most ` +
      `${maxBytes} in the active list: seal it`
    );
  }
}
