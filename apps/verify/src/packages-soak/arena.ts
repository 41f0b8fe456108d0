// A worker's calls of @x/shm-arena: blocks that it owns, and regions.

import type { Arena } from '@x/shm-arena';
import { ALLOC, FREE, stamp, whole } from './protocol.ts';
import { below, blocks, call, fault, memory, numbers, other } from './seat.ts';

const MOST_BLOCKS = 150;
const SIZES = [16, 40, 100, 256, 1000, 5000, 20_000];

/** Some call; false: the arena is full. */
export function step(arena: Arena): boolean {
  const draw = below(18);
  if (draw < 8 || blocks.size === 0)
    return blocks.size < MOST_BLOCKS ? allocate(arena) : release(arena);
  return draw < 16 ? release(arena) : region(arena);
}

function allocate(arena: Arena): boolean {
  const bytes = below(60) === 0 ? 40_000 + below(200_000) : SIZES[below(SIZES.length)]!;
  const n = numbers();
  return call(ALLOC, [0, n, bytes], (record) => {
    const at = arena.alloc(bytes);
    record[1] = at | 0;
    stamp(memory, at, { bytes, stamp: n });
    return 0;
  });
}

function release(arena: Arena): boolean {
  const at = [...blocks.keys()][below(blocks.size)]!;
  if (!whole(memory, at, blocks.get(at)!)) fault(`the block at ${at} was written by another`);
  return call(FREE, [at | 0, 0, 0], () => {
    arena.free(at);
    return 0;
  });
}

function region(arena: Arena): boolean {
  return other(() => {
    const own = arena.region({ budget: 2 ** 18 });
    const close = below(64) > 0; // Else it ends with this thread.
    try {
      own.alloc(1 + below(50_000));
      const mark = own.checkpoint();
      own.alloc(1 + below(100_000), 64);
      own.rewind(mark);
      own.alloc(100);
    } finally {
      if (close) own.close();
    }
  });
}
