// The counts that the kernel left in scratch, as an object.

import { PAGE_BYTES } from '@x/shm-arena/internal';
import type { EpochDomainStats, Reader, Scheme } from './api.ts';
import { STATS_BYTES } from './kernel.ts';

/** Reads what `stats` wrote; domain.ts of the kernel says where what stands. */
export function readStats(scratch: Uint8Array, scheme: Scheme): EpochDomainStats {
  const view = new DataView(scratch.slice(0, STATS_BYTES).buffer);
  const word = (at: number) => view.getUint32(at, true);
  const number = (at: number) => view.getFloat64(at, true);
  const pendingBytes = number(24);
  const readers = number(88);
  const present = number(56);
  const since = number(64);
  const oldestPin: Reader | undefined =
    readers === 0 ? undefined : { slot: word(8) - 1, since, behind: present - since };
  const epoch = scheme === 'epoch';
  const open = epoch && readers > 0;
  return {
    scheme,
    threads: word(0),
    orphans: word(4),
    blocks: number(72),
    pendingBlocks: number(16),
    pendingBytes,
    keptBlocks: number(48),
    boundBlocks: open ? Infinity : number(32),
    boundBytes: open ? Infinity : number(40),
    readers,
    keepableBlocks: number(96),
    oldestPin,
    stalled:
      epoch && oldestPin !== undefined && oldestPin.behind > 0
        ? { ...oldestPin, bytes: pendingBytes }
        : undefined,
    bytes: number(104) * PAGE_BYTES,
  };
}
