// Queues: what writers append, and how they learn what became of it.
//
//   queue of slot q        ring (ring.ts)            Q0   | op 4 | op 5 | op 6 |  being applied
//   | tail 9 | turn 6,1 |  | … | 7 | 8 | 9 | 6 | ──►  Q1   | op 7 | op 8 | op 9 |  being written
//
// One writer, the thread whose slot it is; one reader, the builder that holds the lock. The ops lie
// in two regions that take turns: when the present half's chunk is used up and the other half is
// applied to its end, the writer takes that one back (rewind) and goes on there. A queue belongs to
// the number of a slot: a thread that dies leaves its ops, which are applied like any others, and
// the next thread with that slot goes on behind them.
//
// The words of queues and ops stand in op.ts.
//
// Q1  Numbers of a queue are 1, 2, 3, … without a gap; tickets ascend with them. A ticket that its
//     writer never published is a gap nobody misses.
// Q2  applied <= what the root's version says of the queue <= tail. Builders store it behind the
//     root's CAS, late if one died.
// Q3  The words of op t and its slot's are written again only when applied >= t (ring.ts S3). So a
//     builder, which reads ops beyond its version's applied alone, reads frozen words.
// Q4  An outcome is tentative until a version with applied >= t is the root: each builder that
//     takes t writes it anew. It says t itself, so one that was written over is told from its own.
//     It is kept for N >= 2 * most waiting operations, or for as many as there are slots, where the
//     ring found no room to grow.
// Q5  In the half that is not the present one all ops are numbered up to turn's number.
//
// (Q6: own.ts.)
//
// Checked at their sites: Q2 (build.ts), and Q3 as ring.ts S3. By the audit (6): Q1. After every
// step of the checker: Q2. By the model: Q4, as outcomes, and Q5, as ops that were written over.
//
// append                                                 a death after this step leaves
//   1. pin; head; entry LIVE                               a pin
//   2. no ring: begin one (ring.ts, steps 1 to 4), if      see there
//      there is room (room.ts W2)
//   3. tail - applied at its most: QUEUE_FULL; growth      nothing
//      that has no room (room.ts W2): FULL, LIMIT
//   4. its slot: the ring may grow (ring.ts, steps 5 to    see there
//      7); one that waits is in it: FULL
//   5. room in the present half, or change over:           bytes that come back with the half:
//      rewind the other, store turn                        both may be done again
//   6. ticket := clock, clock + demand; op, slot: plain    the same
//   7. store tail            linearizes                    nothing: the op will be applied
//   8. its bucket (own.ts)                                 see there
// Every step is bounded: append is wait-free, but for the arena's page table when a chunk is used
// up, which answers CONTENDED when others are in the way; and but for a thread's first, for one at
// which its ring grows, and for a value that finds no room and looks whether it replaces one: they
// are lock-free, as reads are.
//
// The order in which ops are applied, O, is by batch, then by ticket.
//   O1  One thread's ops stand in O as it appended them (Q1, and a batch takes a queue in order).
//   O2  An append that returned before another began stands before it. For the first one's ticket
//       is lower; and if the second is in a batch, its ticket is below the cut that the builder
//       read first (batch.ts), so the first was published before the builder looked at its queue.
//   O3  Hence appends are a linearizable queue of which each build takes a prefix. The last one in
//       O wins; insert, delete and compare see what those before them in O have made of the key.
// A writer that stands still between 6 and 7 holds up nobody: its op comes in a later batch.
//
// Names: q a queue's number, queue its address; t an op's number; op its address.

import {
  add32,
  add64,
  get64,
  load32,
  load64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { BAD, CLOSED, FULL, ME, OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { fail, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { copyWords } from '@x/shm-arena/assembly/ground/words';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { FORGOTTEN, PENDING, QUEUE_FULL } from '@x/shm-arena/assembly/map/codes';
import { firstSlice, putRest, secondSlice } from '@x/shm-arena/assembly/map/key';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import { bump, regionAlloc, regionRewind, shard } from '@x/shm-arena/assembly/memory/region';
import {
  DELETE,
  MARKED_QUEUES,
  MARKED_WAITING,
  NEXT_ABSENT,
  SIGNAL_NUDGED,
  SIGNAL_PUBLISHED,
  TICKET_NUMBER,
  TICKET_QUEUE,
  TICKET_WAITING,
} from './codes';
import { coldBytes, coldOf, NODE_BYTES, restBytes, valueLength } from './node';
import {
  OP_EXPECTED,
  OP_HEAD,
  OP_KEY,
  OP_LENGTH,
  OP_OUTCOME,
  OP_TAG,
  OP_TICKET,
  OP_VALUE,
  opExpected,
  opValue,
  Q_APPLIED,
  Q_TAIL,
  Q_TURN,
  setKind,
} from './op';
import { backFrom, bucketOf, keep } from './own';
import { find } from './read';
import { beginRing, placeOp, Q_MARKS, ringSlotAt } from './ring';
import { demandOf, roomFor } from './room';
import {
  appliedOf,
  HEAD_CLOCK,
  HEAD_NUDGED,
  HEAD_PUBLISHED,
  HEAD_USED,
  halfOf,
  headFor,
  headOf,
  mostOf,
  queueAt,
  rootOf,
} from './version';

// ---- append -------------------------------------------------------------------------------------

/** See index.ts. */
export function append(
  entry: u32,
  generation: u32,
  kind: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  valueAt: u32,
  valueLen: u32,
  expectAt: u32,
  expectLen: u32,
): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  const queue = queueAt(head, ME);
  const t = load64(queue + Q_TAIL) + 1;
  if (t == 1) {
    const begun = beginRing(entry, generation, head, queue);
    if (begun != OK) return leave(begun);
  }
  const waiting = t - load64(queue + Q_APPLIED); // Pairs with step 7 of build.ts (Q3).
  if (waiting > mostOf(head)) return leave(QUEUE_FULL);
  const removes = (kind & 15) == DELETE || (kind & NEXT_ABSENT) != 0;
  const value: u64 = removes ? 0 : valueLen;
  const padded = ((value + 7) & ~7) + ((<u64>expectLen + 7) & ~7);
  const bytes = <u64>OP_HEAD + restBytes(len) + padded;
  if (bytes >> 31 != 0) return leave(BAD);
  const demand = demandOf(bytes, removes ? 0 : NODE_BYTES + coldBytes(len, <u32>value));
  const tight = roomFor(head, demand);
  const s0 = firstSlice(len, k0, k1);
  const s1 = secondSlice(len, k0, k2, k3);
  if (tight != OK && !removes) {
    const version = present(entry, generation);
    if (version == 0) return leave(CLOSED);
    const n = find(rootOf(version), s0, s1, len, k0);
    if (n == 0 || valueLength(coldOf(n)) < <u32>value) return leave(tight);
  }
  const slot = placeOp(entry, generation, head, queue, t, waiting, tight != OK);
  if (slot == 0) return leave(whyNot());
  const op: usize = roomInHalf(head, queue, t, <u32>bytes, tight != OK);
  if (op == 0) return leave(whyNot());
  const ticket = add64(head + HEAD_CLOCK, demand);
  const bucket = bucketOf(queue, s0, s1, len, k0);
  if (MUTANT == 305) keep(bucket, t);
  setKind(op, kind, backFrom(bucket, t, waiting)); // Private until the tail says otherwise.
  put32(op + OP_LENGTH, len);
  put32(op + OP_VALUE, <u32>value);
  put32(op + OP_EXPECTED, expectLen);
  put64(op + OP_KEY, s0);
  put64(op + OP_KEY + 8, s1);
  putRest(op + OP_KEY, len, k0);
  copyWords(opValue(op), valueAt, <u32>value);
  copyWords(opExpected(op), expectAt, expectLen);
  put32(op + OP_OUTCOME, <u32>slot + 4);
  put32(op + OP_TAG, (<u32>t) << 4);
  put64(op + OP_TICKET, ticket);
  if (MUTANT == 73) store64(queue + Q_TAIL, t);
  put32(slot, <u32>op);
  store64(queue + Q_TAIL, t); // Publishes the op and its slot.
  if (MUTANT != 305) keep(bucket, t);
  const out = io();
  put32(out + TICKET_QUEUE, ME);
  put32(out + TICKET_WAITING, <u32>waiting);
  put64(out + TICKET_NUMBER, t);
  return leave(OK);
}

/** Step 5: room for op t; 0 with a status. `tight`: W2 of room.ts. */
function roomInHalf(head: usize, queue: usize, t: u64, bytes: u32, tight: bool): usize {
  const turn = load64(queue + Q_TURN);
  const half = <u32>turn & 1;
  const region = halfOf(head, half);
  const at = bump(shard(region, ME), bytes, 8);
  if (at != 0) return at;
  const drained = MUTANT == 74 || load64(queue + Q_APPLIED) >= turn >> 1; // Q5
  if (!drained || t - 1 == turn >> 1) return growHalf(queue, t, region, bytes, tight);
  const other = halfOf(head, half ^ 1);
  regionRewind(other, load32(queue + Q_MARKS + ((<usize>(half ^ 1)) << 2)));
  store64(queue + Q_TURN, ((t - 1) << 1) | (half ^ 1));
  return growHalf(queue, t, other, bytes, tight);
}

/** Memory of a half, with new pages if need be; 0 with a status. */
function growHalf(queue: usize, t: u64, region: u32, bytes: u32, tight: bool): usize {
  const waits = t - 1 > load64(queue + Q_APPLIED);
  if (!tight || !waits || MUTANT == 147) return regionAlloc(region, bytes, 8);
  const at = bump(shard(region, ME), bytes, 8);
  return at != 0 ? at : fail(FULL);
}

// ---- what became of it --------------------------------------------------------------------------

/** See index.ts. */
export function outcome(entry: u32, generation: u32, q: u32, lo: u32, hi: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const version = present(entry, generation);
  if (version == 0) return leave(CLOSED);
  const t = ((<u64>hi) << 32) | lo;
  const head = headOf(version);
  const queue = queueAt(head, q);
  if (q >= PARTICIPANTS || t == 0 || t > load64(queue + Q_TAIL)) return leave(BAD);
  if (t > appliedOf(version, q)) return leave(PENDING);
  const slot = ringSlotAt(queue, t);
  if (slot == 0) return leave(FORGOTTEN);
  const word = load32(slot + 4); // Behind the root's load: Q4.
  if (word >> 4 != ((<u32>t) << 4) >> 4) return leave(FORGOTTEN);
  put32(io() + ANSWER, word & 15);
  return leave(OK);
}

/** See index.ts. */
export function mark(entry: u32, generation: u32, out: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const version = present(entry, generation);
  if (version == 0) return leave(CLOSED);
  const head = headOf(version);
  const used = load32(head + HEAD_USED);
  let waiting: u64 = 0;
  for (let q: u32 = 0; q < used; q++) {
    const tail = load64(queueAt(head, q) + Q_TAIL);
    put64(<usize>out + ((<usize>q) << 3), tail);
    waiting += tail - appliedOf(version, q);
  }
  put32(io() + MARKED_QUEUES, used);
  put32(io() + MARKED_WAITING, <u32>waiting);
  return leave(OK);
}

/** See index.ts. */
export function covers(entry: u32, generation: u32, count: u32, at: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const version = present(entry, generation);
  if (version == 0) return leave(CLOSED);
  let all = true;
  for (let q: u32 = 0; q < count; q++) {
    all = all && appliedOf(version, q) >= get64(<usize>at + ((<usize>q) << 3));
  }
  put32(io() + ANSWER, all ? 1 : 0);
  return leave(OK);
}

/** See index.ts. */
export function signals(entry: u32, generation: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  put32(io() + SIGNAL_PUBLISHED, <u32>head + <u32>HEAD_PUBLISHED);
  put32(io() + SIGNAL_NUDGED, <u32>head + <u32>HEAD_NUDGED);
  return leave(OK);
}

/** See index.ts. */
export function nudge(entry: u32, generation: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status;
  const head = headFor(entry, generation);
  if (head == 0) return leave(CLOSED);
  add32(head + HEAD_NUDGED, 1);
  return leave(OK);
}
