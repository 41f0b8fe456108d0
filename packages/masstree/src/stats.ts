// A map's numbers: what the kernel's `stats` writes into scratch.

import { readCounts } from '@x/shm-arena/domain';
import type { MasstreeStats } from './api.ts';
import type { Core } from './kernel.ts';

/** Behind the numbers of the map's blocks: entries, open snapshots, levels; u32 each. */
const OWN = 128;
const OWN_WORDS = 3;

export function readStats<K, V>(core: Core<K, V>): MasstreeStats {
  const { crossing } = core;
  let at = 0;
  core.askMap('stats', (kernel, ...map) => {
    at = crossing.take(OWN + 4 * OWN_WORDS);
    return kernel.stats(...map, (crossing.at + at) | 0);
  });
  const own = (at + OWN) >> 2;
  const [size = 0, snapshots = 0, height = 0] = crossing.words.slice(own, own + OWN_WORDS);
  const { threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks, ...rest } = readCounts(
    crossing.view.subarray(at),
  );
  const { boundBlocks, boundBytes, bytes } = rest;
  return {
    ...{ size: size >>> 0, height: height >>> 0, snapshots: snapshots >>> 0 },
    ...{ threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks },
    ...{ boundBlocks, boundBytes, bytes },
  };
}
