// What a domain of blocks has in use, counted by looking at the headers of its blocks (home.ts of
// the arena). Blocks lie end to end in their spans, and in a span that has gone back to the arena
// no header says "in use" any more; so whoever looks from the start on, and goes on behind each
// block that is in use, sees each of them once, and nothing else. At rest only.
//
// Names: root the domain's record.

import { get32, load32 } from '@x/shm-arena/assembly/ground/atomic';
import { D_ROOT, entryAt, PAGE_SHIFT, PAGES } from '@x/shm-arena/assembly/ground/layout';
import { sizeOfClass } from '@x/shm-arena/assembly/memory/classes';
import { isUsed } from '@x/shm-arena/assembly/reclaim/blocks';
import { BLOCK_KIND, HEAD } from '@x/shm-arena/assembly/reclaim/home';

const STEP: u32 = 16;

/** Bytes of the blocks, headers included, that are in use in the domain of a directory entry. */
export function usedBytes(entry: u32): f64 {
  const root = load32(entryAt(entry) + D_ROOT);
  const end = (<u64>PAGES) << PAGE_SHIFT;
  let sum: u64 = 0;
  for (let at: u64 = 0; at < end; ) {
    let bytes = STEP;
    if (isUsed(root, <u32>at + HEAD)) {
      bytes = sizeOfClass(get32(<usize>at + BLOCK_KIND) & 0xff);
      sum += bytes;
    }
    at += bytes;
  }
  return <f64>sum;
}
