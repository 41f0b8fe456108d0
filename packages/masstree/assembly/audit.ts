// What must hold of a map at rest; by `audit`, the number of the first check that fails:
//   1 a block on the way has a lock, or is DEAD   2 an interior has too few or too many children
//   3 separators do not ascend within those above   4 a slice is outside of its leaf   5 two slots
//   have the same slice and end alike   6 a slot is not found by its slice   7 a record is shorter
//   than its rest says, or a layer has an empty leaf for its only one and is left   8 the counts
//   are
//   not what is there   9 a line's intent is not IDLE
//
// Names: as in cursor.ts.

import { get64, load32, load64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { problem } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import {
  beginCursor,
  depth,
  enterLayer,
  firstPast,
  goOn,
  LAYER_ENTERED,
  layerLink,
  leaf,
  LEAF_DONE,
  OVER,
  seek,
  sliceIn,
} from './cursor';
import { allForKey, entryBlock, entryKind, entrySlice, entryWhat } from './gather';
import { bulkAt, entriesOf } from './intent';
import { childCount, childOf } from './interior';
import { find, isLayer } from './leaf';
import {
  blockOf,
  childAt,
  GENERATION,
  H_ROOT,
  lineAt,
  liveAt,
  LOCK,
  mapOf,
  REST,
  separatorAt,
  sizeOf,
  WIDTH,
} from './layout';
import { restOf } from './record';

/** See index.ts. */
export function audit(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const line = lineAt(map, slot);
    if (load64(line) != 0) return leave(problem(9, line, slot, load64(line), 0));
    const loads = load64(bulkAt(line) + GENERATION);
    if (loads == 0 && load32(bulkAt(line) + H_ROOT) != 0)
      return leave(problem(9, line, slot, 1, 0));
  }
  allForKey();
  beginCursor(0, domain, false, false, 0, 0, 0);
  let entries: u64 = 0;
  let skipped = false;
  let round: u32 = 0;
  let n = seek();
  while (n != OVER) {
    if (n < 0) {
      reachOn(round++);
      n = seek();
      continue;
    }
    if (leaf != 0) {
      let status = checkPath();
      if (status == OK) status = checkLeaf(n);
      if (status != OK) return leave(status);
    }
    let next = LEAF_DONE;
    for (let k = firstPast(n); k < <u32>n && next == LEAF_DONE; k++) {
      if (!isLayer(entryWhat(k))) entries++;
      else if (enterLayer(k)) next = LAYER_ENTERED;
      else skipped = true; // It has keys for which there is no room.
    }
    n = goOn(next);
  }
  const counted = <u64>entriesOf(map);
  return leave(counted == entries || skipped ? OK : problem(8, map, 0, counted, entries));
}

/** Checks 1 to 3 and 4, from the root of the present layer down to the leaf. */
function checkPath(): i32 {
  let low: u64 = 0;
  let high: u64 = ~0;
  let hasHigh = false;
  let link = layerLink();
  const here = sliceIn(depth);
  while (sizeOf(link) == 0) {
    const x = blockOf(link);
    if (load32(x + LOCK) != 0) return problem(1, x, link, load32(x + LOCK), 0);
    const count = childCount(x);
    if (count < 2 || count > WIDTH) return problem(2, x, link, count, WIDTH);
    let before = low;
    for (let i: u32 = 0; i < count - 1; i++) {
      const separator = get64(separatorAt(x, i));
      if (separator < before || (i > 0 && separator == before)) {
        return problem(3, x, i, separator, before);
      }
      if (hasHigh && separator >= high) return problem(3, x, i, separator, high);
      before = separator;
    }
    const i = childOf(x, here, false);
    if (i > 0) low = get64(separatorAt(x, i - 1));
    if (i < count - 1) {
      high = get64(separatorAt(x, i));
      hasHigh = true;
    }
    link = load32(childAt(x, i));
  }
  const x = blockOf(link);
  if (load32(x + LOCK) != 0) return problem(1, x, link, load32(x + LOCK), 0);
  return OK;
}

/** Checks 5 to 7. */
function checkLeaf(n: u32): i32 {
  const live = load64(liveAt(leaf));
  for (let i: u32 = 0; i < n; i++) {
    const slice = entrySlice(i);
    const kind = entryKind(i);
    if (i > 0 && entrySlice(i - 1) == slice && entryKind(i - 1) == kind) {
      return problem(5, leaf, i, slice, kind);
    }
    if (find(leaf, live, slice, kind) < 0) return problem(6, leaf, i, slice, kind);
    if (entryWhat(i) >> 4 == REST) {
      const rest = restOf(entryBlock(i));
      if (rest == 0) return problem(7, leaf, i, rest, 1);
    }
  }
  return OK;
}
