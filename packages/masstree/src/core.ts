// What every view of one map shares in one thread, and the errors of its own statuses.

import { MapCore } from '@x/shm-arena/map';
import { rangeError, Status } from '@x/shm-arena/structure';
import type { TreeKernel } from './kernel.ts';

/** One open map in one thread. */
export class Core<K, V> extends MapCore<TreeKernel, K, V> {
  override error(status: number, what: string): Error {
    if (status !== Status.BAD) return super.error(status, what);
    const most = this.kernel.most() >>> 0;
    const message = `${what}: expected a value of at most ${most} bytes, found more`;
    return rangeError(message, 'VALUE_TOO_LARGE');
  }
}
