// A map's numbers: what the kernel's `stats` writes into scratch.

import { readCounts } from '@x/shm-arena/domain';
import type { MapCore } from '@x/shm-arena/map';
import type { HamtHolder, HamtStats } from './api.ts';
import type { TrieKernel } from './kernel.ts';

/** Behind the numbers of the blocks: entries, u32; how many hold some, then a row for each. */
const OWN = 128;
const HOLDERS = OWN + 8;
const ROW = 16;

export function readStats<K, V>(core: MapCore<TrieKernel, K, V>): HamtStats {
  const { crossing } = core;
  let at = 0;
  const room = HOLDERS + 8 + core.seat.kernel.participants() * ROW;
  core.askMap('stats', (kernel, ...map) => {
    at = crossing.take(room);
    return kernel.stats(...map, (crossing.at + at) | 0);
  });
  const size = (crossing.words[(at + OWN) >> 2] as number) >>> 0;
  const holders = readHolders(crossing.view.slice(at + HOLDERS, at + room));
  const { threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks, ...rest } = readCounts(
    crossing.view.subarray(at),
  );
  const { boundBlocks, boundBytes, bytes } = rest;
  return {
    ...{ size, threads, orphans, blocks, pendingBlocks, pendingBytes, keptBlocks },
    ...{ boundBlocks, boundBytes, bytes, holders },
  };
}

function readHolders(bytes: Uint8Array): HamtHolder[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: view.getUint32(0, true) }, (_, i) => {
    const row = 8 + i * ROW;
    return {
      slot: view.getUint32(row, true),
      leases: view.getUint32(row + 4, true),
      age: view.getFloat64(row + 8, true),
    };
  });
}
