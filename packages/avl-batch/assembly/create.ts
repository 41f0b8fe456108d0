// Making a structure: the regions of its queues with the head, the first generation with the empty
// version, and what room.ts needs to know of both.
//
//   entry.own[0] ──► head, in Q0      Q1, S: empty      entry.root ──► version 1, in G, no tree
//
// create(entry)                                          a death after this step leaves
//   1. regions Q0, Q1, S, G, CREATING                      retired with the entry of the dead
//   2. head in Q0, the empty version in G: plain           the same
//   3. regions LIVE; own[0] := head; the host publishes    the same
//
// Names: see version.ts.

import { fill, put32, put64, store32 } from '@x/shm-arena/assembly/ground/atomic';
import {
  BAD,
  D_OWN,
  entryAt,
  EXPELLED,
  OK,
  PARTICIPANTS,
} from '@x/shm-arena/assembly/ground/layout';
import { ownedByEntry } from '@x/shm-arena/assembly/ground/owner';
import { alive, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io } from '@x/shm-arena/assembly/map/call';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import {
  regionAlloc,
  regionCreate,
  regionDrop,
  regionPublish,
} from '@x/shm-arena/assembly/memory/region';
import { startRing } from './ring';
import { allot, raiseCeiling, tellRoom } from './room';
import {
  fillVersion,
  HEAD_BUDGET,
  HEAD_CLOCK,
  HEAD_ENTRY,
  HEAD_MOST,
  HEAD_Q0,
  HEAD_QUEUES,
  HEAD_SLOTS,
  HEAD_TABLES,
  HEAD_TOP,
  NOWHERE,
  QUEUE_BYTES,
  setFigures,
  setMove,
  setTidy,
  versionBytes,
} from './version';

/** The most that `create` takes for the ops that may wait in a queue. */
const MOST: u32 = 1 << 24;

/** See index.ts. */
export function create(entry: u32, generation: u32, most: u32, budget: u32): i32 {
  if (!alive()) return EXPELLED;
  if (most == 0 || most > MOST) return BAD;
  const owner = ownedByEntry(entry, generation);
  const q0 = regionCreate(owner, 0);
  if (q0 < 0) return -q0;
  const q1 = regionCreate(owner, 0);
  if (q1 < 0) return dropAll(q0, -1, -1, -1, -q1);
  const tables = regionCreate(owner, 0);
  if (tables < 0) return dropAll(q0, q1, -1, -1, -tables);
  const region = regionCreate(owner, 0);
  if (region < 0) return dropAll(q0, q1, tables, -1, -region);
  const bytes = <u32>(HEAD_QUEUES + QUEUE_BYTES * PARTICIPANTS);
  const head = regionAlloc(q0, bytes, 64);
  const version = head == 0 ? 0 : regionAlloc(region, versionBytes(0), 8);
  if (version == 0) return dropAll(q0, q1, tables, region, whyNot());
  fill(head, 0, bytes); // Private: the entry is not published.
  put64(<usize>head + HEAD_CLOCK, 1);
  put32(<usize>head + HEAD_Q0, q0);
  put32(<usize>head + HEAD_Q0 + 4, q1);
  put32(<usize>head + HEAD_MOST, most);
  put32(<usize>head + HEAD_SLOTS, 2 << (most == 1 ? 0 : 32 - clz(most - 1)));
  put32(<usize>head + HEAD_ENTRY, entry);
  put32(<usize>head + HEAD_BUDGET, budget);
  put32(<usize>head + HEAD_TABLES, tables);
  startRing(head, tables);
  put64(<usize>head + HEAD_TOP, i64.MAX_VALUE);
  fillVersion(version, 0, region, 1, head, 0);
  setFigures(version, versionBytes(0), 0, 1);
  setTidy(version, 0);
  setMove(version, NOWHERE, 0, 0, 0);
  tellRoom(head, version);
  raiseCeiling(head);
  allot(version, 0, false);
  regionPublish(q0); // The caller is creating the entry: its owner is there.
  regionPublish(q1);
  regionPublish(tables);
  regionPublish(region);
  store32(entryAt(entry) + D_OWN, head);
  put32(io() + ANSWER, version);
  return OK;
}

/** Gives regions back that this slot is creating; `why` is handed on. */
function dropAll(q0: i32, q1: i32, tables: i32, region: i32, why: i32): i32 {
  regionDrop(q0);
  if (q1 >= 0) regionDrop(q1);
  if (tables >= 0) regionDrop(tables);
  if (region >= 0) regionDrop(region);
  return why;
}
