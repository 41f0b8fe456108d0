// A write's way to the leaf of its key (place.ts says where it stands then).
//
// On the way it makes what the write may need, one thing at a time, each of them complete by
// itself: copies of blocks that an open snapshot shows (open.ts N2), so that all that it stands on
// may be stored into; it goes on in the copy (shape.ts X3). And, for who adds an entry, room in
// interiors that are full, so that a leaf's split changes its parent alone; then it begins again.
//
// V1  What stands above the leaf in its layer is no snapshot's, and has room for one child more if
//     the write asked for it.
//
// Names: as in place.ts.

import { get32, load64, touch } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { agreeing, kind, slice } from './hand';
import { ask, childCount, childOf } from './interior';
import { find, found, isLayer } from './leaf';
import { blockOf, childAt, H_SKIP, liveAt, LOST, S_VALUE, sizeOf, slotAt, WIDTH } from './layout';
import { isShown, newestOf } from './open';
import { hop, hopValue } from './reach';
import {
  depth,
  descend,
  enterLayer,
  fork,
  goDeeper,
  link,
  over,
  sawSlot,
  standOn,
  top,
  word,
} from './place';
import { renew, renewed, splitInterior } from './shape';

/** Instead of a status: the walk goes on. */
export const DEEPER: i32 = 50;

/**
 * Walks to the leaf of the key in hand. With `agreed`: to the head at `over`, named by
 * `beyondWord` in the leaf `beyond`, that has slices which the key has not. OK, AGAIN, CHANGED or
 * FULL.
 */
export function walk(map: usize, number: u64, grows: bool): i32 {
  const newest = newestOf(map);
  enterLayer(0, 0, top, 0);
  let status: i32;
  do {
    status = come(newest, number);
    if (status != OK || link == 0) return status;
    if (sizeOf(link) == 0) ask(blockOf(link));
    else touch(blockOf(link)); // The lock's line, beside those that `find` asks for.
    status = onward(newest, number, grows);
  } while (status == DEEPER);
  return status;
}

/** To the node that the word names which the walk stands at; 0: none. As `walk`. */
export function come(newest: u64, number: u64): i32 {
  const link = standOn(hop(word, false));
  if (link == LOST) return AGAIN;
  if (link == 0 || (MUTANT == 423 && sizeOf(link) == 0) || !isShown(newest, blockOf(link)))
    return OK;
  const status = renew(number, blockOf(link), link, over, word, false);
  if (status == OK) standOn(renewed);
  return status;
}

/** Looks into the node that it has come to: as `walk`, or DEEPER. */
export function onward(newest: u64, number: u64, grows: bool): i32 {
  const x = blockOf(link);
  if (sizeOf(link) == 0) {
    if (grows && childCount(x) == WIDTH) return splitInterior(number);
    const i = childOf(x, slice(depth), false);
    descend(x, childAt(x, i), i == 0, i == childCount(x) - 1);
    return DEEPER;
  }
  const live = load64(liveAt(link));
  const slot = find(link, live, slice(depth), kind(depth));
  sawSlot(live, slot, found);
  if (slot < 0 || !isLayer(found)) return OK;
  const at = slotAt(link, slot) + S_VALUE;
  let head = hopValue(at, false);
  if (head == LOST) return AGAIN;
  if (MUTANT != 422 && isShown(newest, head)) {
    const status = renew(number, head, head, x, at, true);
    if (status != OK) return status;
    head = renewed;
  }
  enterLayer(link, at, head, depth + 1);
  if (fork(agreeing(head, depth)) != ~0) return OK;
  goDeeper(get32(<usize>head + H_SKIP));
  return DEEPER;
}
