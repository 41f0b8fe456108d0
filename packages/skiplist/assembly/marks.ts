// Marks: stretches of a list whose keys are all deleted, so that a read may leap over them.
//
// No node is ever unlinked (I2), so what was deleted stays in the way of scans. A mark on a link of
// an upper level says that each key behind its first tower, up to its second, is dead. Marks of a
// level are made from those of the level below: a long run of dead keys is a few links.
//
//   level 6   x ══════════════════════════════► y        ══► marked: all keys behind x up to y are
//   level 3   x ════► p ════► q ════► r ══════► y             dead
//   level 0   x . † . p † . † q . † † r † . † . y        †   a tombstone
//
// Mark, u64, shared, beside the link of each level that MARKED divides (node.ts): 0 | a number of
// its own, while somebody looks | bit 63 | a version's number T
// List word MARKS, u64, shared: marks begun so far; whoever begins one takes the next number here.
//
// K1  A marked link x ══► y of a level where x is linked, y being what stands in the link now, says
//     of each key greater than x's and not greater than y's: as of T, and since, it has no value.
//     It says nothing of x's key.
// K2  A live node has no number before the marks over it are gone: its writer takes them away after
//     it linked the node and before the tick, and so does whoever numbers it in its place; the
//     writer of a batch does it for all nodes before the commit.
// K3  Whoever takes marks away looks from the lowest level up.
//
// Checked after every step of the checker: K1. K2 and K3 are why it holds.
//
// mark(x, level): what is between is looked at first          a death after this step leaves
//   1. add 1 to MARKS: a                                       nothing
//   2. CAS mark: what stood there → a                          a number, which says nothing
//   3. y := the link; all keys between are dead, by level 0,   the same
//      or by marks of the next lower level: T
//   4. CAS mark: a → marked T                                  a mark
// unmark(v), v linked at level 0, no number yet
//   1. MARKS is 0: nothing to do
//   2. for each level: x := the last tower before v's key;     fewer marks
//      mark of x's link := 0
//
// Why K1 holds for v: let 3 miss v. Then v was linked after 1 and 2, so unmark meets MARKS > 0, and
// a or the mark: it takes the mark away, or makes 4 fail, and only then v gets its number. If by
// then another tower z stands between x and v, unmark looks at z's link instead of x's; but x ══► z
// does not speak of v any more, and who marks z's link, looks after z was linked at that level,
// hence after v was linked at level 0 or else unmark meets that too. A mark made from marks below
// misses v only if those stood when 3 saw them: by K3 v's writer takes the upper one away later.
//
// Why a reader may leap (leap.ts): it loads the mark first, and then the link. So what has come
// between x and y since then is in the way, or has a number that came later than the mark was read:
// a snapshot does not see it, and a read of the present may be of the time before.
//
// Names: see node.ts. x, y: the towers of a link.

import { load32, load64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  compareNodes,
  isTombstone,
  LIST_HEAD,
  LIST_HEIGHT,
  LIST_MARKS,
  markAt,
  MARKED,
  next,
} from './node';

export const MARK: u64 = 1 << 63;

/** K2: takes away what is said over the key of a linked node that may become a live version. */
export function unmark(list: usize, node: usize): void {
  if (load64(list + LIST_MARKS) == 0 || isTombstone(node)) return;
  const height = load32(list + LIST_HEIGHT);
  if (height > MARKED) unmarkFrom(list + LIST_HEAD, height - 1, node);
}

function unmarkFrom(x: usize, level: u32, node: usize): void {
  for (let n = next(x, level); n != 0 && compareNodes(n, node) < 0; n = next(n, level)) x = n;
  if (MUTANT == 293 && level % MARKED == 0) clear(x, level);
  if (level > MARKED) unmarkFrom(x, level - 1, node);
  if (MUTANT != 293 && level % MARKED == 0) clear(x, level); // K3
}

function clear(x: usize, level: u32): void {
  const at = markAt(x, level);
  if (load64(at) != 0) store64(at, 0);
}
