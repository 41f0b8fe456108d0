// A map's numbers: what the kernel's `stats` writes into scratch.

import { readCounts } from '@x/shm-arena/domain';
import type { MapCore } from '@x/shm-arena/map';
import type { HamtStats } from './api.ts';
import type { TrieKernel } from './kernel.ts';

/** Behind the numbers of the map's blocks: entries, u32. */
const OWN = 128;

export function readStats<K, V>(core: MapCore<TrieKernel, K, V>): HamtStats {
  const { crossing } = core;
  let at = 0;
  core.askMap('stats', (kernel, ...map) => {
    at = crossing.take(OWN + 8);
    return kernel.stats(...map, (crossing.at + at) | 0);
  });
  const size = (crossing.words[(at + OWN) >> 2] as number) >>> 0;
  const { threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks, ...rest } = readCounts(
    crossing.view.subarray(at),
  );
  const { boundBlocks, boundBytes, bytes } = rest;
  return {
    ...{ size, threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks },
    ...{ boundBlocks, boundBytes, bytes },
  };
}
