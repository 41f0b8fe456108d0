// Taking a batch: which of the waiting ops a build applies, in which order, and what each does.
//
//   queue 0   3 ─ 8 ─ 9 ─┐ cut               by ticket   3 5 6 8 9        by key   b:3,9 c:5 k:6,8
//   queue 1   5 ─ 6 ─────┤ 12    ──take──►                     ──sort──►          └ runs ┘
//   queue 2   ───────── 14 (later)
//
// Cursor of a queue, private, in the kernel's scratch
//   0 u64 number of the next op   8 u64 its ticket, ~0 = no more   16 u64 tail, as it was read
// Items (map/sort.ts) stand in the host's `temp`; own: the cold part, once an item has one, so that
// an item is like a node as far as fillKey looks (node.ts).
//
// B1  The cut is read before any tail, and what is taken has a lower ticket: what was not published
//     in time was drawn after the cut, or by an append that is still under way (queue.ts O2).
// B2  Of a queue a batch takes the ops behind `applied`, in order, without a gap; over all queues,
//     the lowest tickets: if the room ends, what is left has higher tickets than what was taken.
// B3  The sort is stable (map/sort.ts S1), so the ops of one key stand in the order of their
//     tickets.
//
// Checked at their sites: B1, B2. B3 where the sort ends (map/sort.ts S1).
//
// A run, the ops of one key, is judged from the entry that the tree has (or none), op by op; only
// the last one that changes something makes a cold part. All is private, but for the outcomes,
// which are tentative (queue.ts Q4): a death leaves nothing.

import {
  check,
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
} from '@x/shm-arena/assembly/ground/atomic';
import { B } from '@x/shm-arena/assembly/ground/invariants';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { ITEM_AT, ITEM_LENGTH, ITEM_OP, itemAt, itemOf } from '@x/shm-arena/assembly/map/sort';
import {
  COMPARE,
  DELETE,
  DONE,
  EXISTED,
  EXPECT_ABSENT,
  INSERT,
  MISSING,
  NEXT_ABSENT,
  OTHER,
} from './codes';
import { cursorAt, KEY, valueAt, valueLength, work } from './node';
import {
  kindOfOp,
  OP_KEY,
  opAt,
  opExpected,
  opExpectedLength,
  opKey,
  opKeyLength,
  opValue,
  opValueLength,
  Q_TAIL,
  setOutcome,
  ticketOf,
} from './op';
import { appliedOf, HEAD_CLOCK, HEAD_USED, queueAt } from './version';

const CURSOR_TICKET: usize = 8;
const CURSOR_TAIL: usize = 16;
const NONE: u64 = ~0;

/** In the kernel's scratch, in the state of a build (join.ts): u32 queues seen; u64 the cut. */
const USED: usize = 40;
const CUT: usize = 72;

// ---- taking -------------------------------------------------------------------------------------

/** Fills items from `temp` on, `most` at most, in the order of their tickets; how many. */
export function takeOps(head: usize, version: usize, temp: usize, most: u32): u32 {
  let used: u32 = MUTANT == 142 ? load32(head + HEAD_USED) : 0;
  let cut = load64(head + HEAD_CLOCK); // B1
  if (MUTANT != 142) used = load32(head + HEAD_USED);
  put32(work() + USED, used);
  put64(work() + CUT, cut);
  for (let q: u32 = 0; q < used; q++) {
    const queue = queueAt(head, q);
    const cursor = cursorAt(q);
    put64(cursor, appliedOf(version, q));
    put64(cursor + CURSOR_TAIL, load64(queue + Q_TAIL)); // Pairs with step 7 of append.
    step(queue, cursor, cut);
  }
  if (MUTANT == 75) cut = load64(head + HEAD_CLOCK);
  let count: u32 = 0;
  while (count < most) {
    let first: u32 = 0;
    let lowest = NONE;
    for (let q: u32 = 0; q < used; q++) {
      const ticket = get64(cursorAt(q) + CURSOR_TICKET);
      if (ticket >= lowest) continue;
      lowest = ticket;
      first = q;
    }
    if (lowest == NONE) break;
    if (isDefined(GATED)) {
      check(lowest < get64(work() + CUT), B + 1, first);
      const former = count == 0 ? 0 : ticketOf(get32(itemOf(temp, count - 1) + ITEM_OP));
      check(count == 0 || former < lowest, B + 2, first);
    }
    const cursor = cursorAt(first);
    const queue = queueAt(head, first);
    fillItem(itemOf(temp, count), opAt(queue, get64(cursor)));
    step(queue, cursor, cut);
    count++;
  }
  return count;
}

/** Moves a cursor on to the next op that may be taken. */
function step(queue: usize, cursor: usize, cut: u64): void {
  const t = get64(cursor) + 1;
  put64(cursor, t);
  let ticket = NONE;
  if (t <= get64(cursor + CURSOR_TAIL)) {
    ticket = ticketOf(opAt(queue, t));
    if (ticket >= cut && MUTANT != 75) ticket = NONE;
  }
  put64(cursor + CURSOR_TICKET, ticket);
}

/** A clock below which nothing was left, but for what was under way (room.ts). */
export function cutTaken(): u64 {
  let cut = get64(work() + CUT);
  const used = queuesTaken();
  for (let q: u32 = 0; q < used; q++) cut = min(cut, get64(cursorAt(q) + CURSOR_TICKET));
  return cut;
}

/** How many queues there were when the batch was taken. */
export function queuesTaken(): u32 {
  return get32(work() + USED);
}

/** The number of the last op of a queue that was taken. */
export function takenOf(queue: u32): u64 {
  return get64(cursorAt(queue)) - 1;
}

/** Whether published ops were left. */
export function isMore(head: usize): bool {
  const used = queuesTaken();
  for (let q: u32 = 0; q < used; q++) {
    if (get64(cursorAt(q)) <= load64(queueAt(head, q) + Q_TAIL)) return true;
  }
  return false;
}

function fillItem(item: usize, op: usize): void {
  put64(item + KEY, get64(op + OP_KEY));
  put64(item + KEY + 8, get64(op + OP_KEY + 8));
  put32(item + ITEM_LENGTH, opKeyLength(op));
  put32(item + ITEM_AT, <u32>opKey(op));
  put32(item + ITEM_OP, <u32>op);
}

// ---- runs ---------------------------------------------------------------------------------------

/**
 * Judges the ops of a run in their order, where the tree has `cold` (or 0), and notes their
 * outcomes. `cold`: nothing has changed; 0: no entry; else the op whose value is the key's, | 1.
 */
export function judgeRun(items: usize, i: u32, end: u32, cold: usize): usize {
  let now = cold;
  for (; i < end; i++) {
    const op = <usize>get32(itemAt(items, i) + ITEM_OP);
    const code = judge(op, now);
    setOutcome(op, code);
    if (code == DONE) now = isRemoval(op) ? 0 : op | 1;
  }
  return now;
}

/** What an op does where `now` is: a cold part, an op | 1, or 0. */
export function judge(op: usize, now: usize): u32 {
  const kind = kindOfOp(op);
  const what = kind & 15;
  if (what == INSERT) return now == 0 ? DONE : EXISTED;
  if (what == DELETE) return now == 0 ? MISSING : DONE;
  if (what != COMPARE) return DONE;
  if ((kind & EXPECT_ABSENT) != 0) return now == 0 ? DONE : OTHER;
  if (now == 0) return MISSING;
  const held = now & ~1;
  const isOp = (now & 1) != 0;
  const bytes = isOp ? opValueLength(held) : valueLength(held);
  if (bytes != opExpectedLength(op)) return OTHER;
  const at = isOp ? opValue(held) : valueAt(held);
  return sameBytes(at, opExpected(op), bytes) ? DONE : OTHER;
}

/** Whether the op, if it is done, leaves no entry. */
export function isRemoval(op: usize): bool {
  const kind = kindOfOp(op);
  return (kind & 15) == DELETE || ((kind & 15) == COMPARE && (kind & NEXT_ABSENT) != 0);
}
