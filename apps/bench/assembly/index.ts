// The benchmarks' own kernel: loops around the arena's allocator, so that what is measured is the
// allocator and not a million calls from JavaScript; and calls that do next to nothing, so that
// what is measured is the way into a kernel. Linked statically with the arena's sources, as the
// kernels of the structures are. It owns no word of the arena but the blocks it allocates.
//
// Names: n how often; ring: the offsets of the blocks held, u32 each, private.

import { get32, put32 } from '@x/shm-arena/assembly/ground/atomic';
import { alloc, free } from '@x/shm-arena/assembly/memory/heap';

export { join, setup } from '@x/shm-arena/assembly/ground/layout';

/** Allocates and frees one block of `bytes`, `n` times. Returns how many pairs went well. */
export function pairs(n: u32, bytes: u32): u32 {
  let done: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const at = alloc(bytes, 0);
    if (at == 0) return done;
    done += <u32>(free(at) == 0);
  }
  return done;
}

/**
 * Holds `held` blocks of `bytes`; then, `n` times, frees the oldest and allocates a new one; then
 * frees all. Returns how many of the `n` pairs went well, 0 when there is no memory for the ring.
 */
export function ring(n: u32, bytes: u32, held: u32): u32 {
  const at: usize = alloc(held << 2, 0);
  if (at == 0) return 0;
  // The ring is a block of this thread's own: plain accesses.
  for (let i: u32 = 0; i < held; i++) {
    put32(at + ((<usize>i) << 2), alloc(bytes, 0));
  }
  let done: u32 = 0;
  for (let i: u32 = 0, turn: u32 = 0; i < n; i++) {
    const place = at + ((<usize>turn) << 2);
    if (free(get32(place)) != 0) break;
    const next = alloc(bytes, 0);
    put32(place, next);
    done += <u32>(next != 0);
    if (++turn == held) turn = 0;
  }
  for (let i: u32 = 0; i < held; i++) free(get32(at + ((<usize>i) << 2)));
  free(<u32>at);
  return done;
}

/** The call that does nothing. */
export function empty(): u32 {
  return 0;
}

/** A call that takes a key of up to 16 bytes and looks at all of it. */
export function key(len: u32, k0: u32, k1: u32, k2: u32, k3: u32): u32 {
  return len ^ k0 ^ k1 ^ k2 ^ k3;
}

export { appends, sortedGet } from './avl';
export { usedBytes } from './census';
export { idle, link, node, retirePairs, stackPairs, touch, walk } from './reclaim';
