// A write's way to the leaf of its key, with what it needs to change something there: the words that
// name the leaf and its parent, and the blocks that these words stand in.
//
//   beyond ── words ─► over ── word ─► leaf (or nothing)
//   a head, or an interior             over: an interior, or the head of the layer
//
// On the way it makes what the write may need, one thing at a time, each of them complete by itself,
// and then begins again: copies of blocks that an open snapshot shows (open.ts N2), so that all that
// it stands on may be stored into; and, for who adds an entry, room in interiors that are full, so
// that a leaf's split changes its parent alone.
//
// V1  What stands above the leaf in its layer is no snapshot's, and has room for one child more if
//     the write asked for it.
//
// Names: depth which slice the present layer has; link, over, word, beyond, beyondWord as above.

import { get32, get64, load64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { kind, left, slice } from './hand';
import { childCount, childOf } from './interior';
import { find, found, isLayer } from './leaf';
import {
  blockOf,
  childAt,
  H_ROOT,
  H_SKIP,
  H_SLICES,
  liveAt,
  LOST,
  MAP_HEAD,
  S_VALUE,
  sizeOf,
  slotAt,
  WIDTH,
} from './layout';
import { isShown } from './open';
import { hop, hopValue } from './reach';
import { renew, splitInterior } from './shape';

/** The leaf; 0: the layer is empty. */
export let link: u32 = 0;
export let over: usize = 0;
export let word: usize = 0;
export let beyond: usize = 0;
export let beyondWord: usize = 0;
/** The leaf that has the layer's slot, with its size; 0: it is the first layer. */
export let upper: u32 = 0;
export let depth: u32 = 0;
/** Whether the leaf is the first, the last of its layer. */
export let isFirst: bool = true;
export let isLast: bool = true;
/** How many slices of the layer's head agree with the key, where not all do; or ~0. */
export let agreed: u32 = 0xffff_ffff;

/**
 * Walks to the leaf of the key in hand. With `agreed`: to the head at `over`, named by
 * `beyondWord` in the leaf `beyond`, that has slices which the key has not. OK; or AGAIN, FULL,
 * CONTENDED, after something was made on the way, or not.
 */
export function walk(map: usize, number: u64, grows: bool): i32 {
  depth = 0;
  enterLayer(0, 0, map + MAP_HEAD);
  while (true) {
    link = hop(word, false);
    if (link == LOST) return AGAIN;
    if (link == 0) return OK;
    const x = blockOf(link);
    if (isShown(map, x)) return renew(number, x, link, over, word, false);
    if (sizeOf(link) == 0) {
      if (grows && childCount(x) == WIDTH) return splitInterior(number);
      const i = childOf(x, slice(depth), false);
      if (i != 0) isFirst = false;
      if (i != childCount(x) - 1) isLast = false;
      beyond = over;
      beyondWord = word;
      over = x;
      word = childAt(x, i);
      continue;
    }
    const slot = find(link, load64(liveAt(link)), slice(depth), kind(depth));
    if (slot < 0 || !isLayer(found)) return OK;
    const at = slotAt(link, slot) + S_VALUE;
    const head = hopValue(at, false);
    if (head == LOST) return AGAIN;
    if (isShown(map, head)) return renew(number, head, head, x, at, true);
    enterLayer(link, at, head);
    depth++;
    agreed = agreeing(head, depth);
    if (agreed != ~0) return OK;
    depth += get32(<usize>head + H_SKIP);
  }
}

function enterLayer(leaf: u32, at: usize, head: usize): void {
  upper = leaf;
  beyond = blockOf(leaf);
  beyondWord = at;
  over = head;
  word = head + H_ROOT;
  isFirst = true;
  isLast = true;
  agreed = ~0;
}

/** How many of a head's slices the key has from `depth` on; all, and more bytes behind: ~0. */
export function agreeing(head: usize, depth: u32): u32 {
  const skip = get32(head + H_SKIP);
  for (let i: u32 = 0; i < skip; i++) {
    if (left(depth + i) <= 8) return i;
    if (slice(depth + i) != get64(head + H_SLICES + ((<usize>i) << 3))) return i;
  }
  return ~0;
}
