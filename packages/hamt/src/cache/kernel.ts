// The kernel's calls for caches; assembly/index.ts says what each does.

import { type KeyArgs, type MapArgs, MapCore, mapType, type OutArgs } from '@x/shm-arena/map';
import type { StructureType } from '@x/shm-arena/structure';
import { FILLING, MORE, ROOM, TOO_LARGE } from '../../build/numbers/cache/layout.ts';
import { KIND, problemOf, type TrieKernel } from '../kernel.ts';

export const TYPE = 'Cache';

export interface CacheKernel extends TrieKernel {
  cacheCreate(
    ...call: [...MapArgs, maxEntries: number, maxBytes: number, ttl: number, now: number]
  ): number;
  cacheGet(...call: [...MapArgs, flags: number, ...KeyArgs]): number;
  cachePut(
    ...call: [
      ...MapArgs,
      kind: number,
      ...KeyArgs,
      value: number,
      bytes: number,
      ttl: number,
      fill: number,
      gives: number,
    ]
  ): number;
  cacheFill(...call: [...MapArgs, flags: number, ...KeyArgs]): number;
  cacheAwait(
    ...call: [
      ...MapArgs,
      more: number,
      ownerLow: number,
      ownerHigh: number,
      fill: number,
      ...KeyArgs,
    ]
  ): number;
  cacheSweep(...call: [...MapArgs, flags: number, ...OutArgs]): number;
  cachePurge(
    ...call: [...MapArgs, flags: number, limit: number, low: number, high: number, ...OutArgs]
  ): number;
  cacheVoid(...map: MapArgs): number;
  cacheTick(...call: [...MapArgs, now: number]): number;
  cacheCount(...map: MapArgs): number;
}

/** What a cache's reader and its writer share. */
export class CacheCore<K, V> extends MapCore<CacheKernel, K, V> {
  protected override answers(status: number): boolean {
    if (status === ROOM || status === FILLING || status === MORE) return true;
    return status === TOO_LARGE || super.answers(status);
  }
}

export const CACHE_KIND: StructureType<CacheKernel> = mapType<CacheKernel>({
  type: TYPE,
  own: KIND.own,
  kernel: KIND.kernel,
  problem: problemOf(TYPE),
});
