// A map as a structure of the arena: made, left, repaired, counted. Its blocks are a domain's
// (reclaim/domain.ts) with the interval scheme, and its own record stands in that domain's region.
//
//   entry.root ─► domain's record, homes ··· map: number, head, lines        one region
//
// create                                                 a death after any step leaves
//   1. the domain; the map's record, plain                 what the entry of the dead has
//   2. the host publishes the entry                        nothing
// repair(slot): 3. its intent (intent.ts)   4. what it was loading (bulk.ts)   5. its snapshots
//               6. its home: each may be repeated

import { fill, get32, load32, put32, store32, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, CONTENDED, OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { enter, io, leave as leaveCall, look, present } from '@x/shm-arena/assembly/map/call';
import { AGAIN } from '@x/shm-arena/assembly/map/codes';
import { ANSWER } from '@x/shm-arena/assembly/map/result';
import { sizeOfClass } from '@x/shm-arena/assembly/memory/classes';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { repairHomes } from '@x/shm-arena/assembly/reclaim/blocks';
import * as domains from '@x/shm-arena/assembly/reclaim/domain';
import {
  CLASSES_MAX,
  DOMAIN_OWN,
  DOMAIN_REGION,
  HEAD,
  INTERVAL,
} from '@x/shm-arena/assembly/reclaim/home';
import { leaveHome } from '@x/shm-arena/assembly/reclaim/limbo';
import { dropUnnoted, LARGER } from '@x/shm-arena/assembly/write/notes';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { dropOf, dropOwn } from './bulk';
import {
  entriesOf,
  isCurrent,
  LINE_HOME,
  LINE_SNAPSHOTS,
  NEWS,
  ownLine,
  ready,
  resolve,
  trimHere,
} from './intent';
import {
  blockOf,
  childAt,
  H_ROOT,
  LARGEST,
  leafBytes,
  lineAt,
  lineOf,
  LOST,
  MAP_HEAD,
  MAP_NUMBER,
  mapBytes,
  mapOf,
  sizeOf,
} from './layout';
import { close, forget, open } from './open';
import { hop } from './reach';
import { clearWaiting } from './wait';

/** Blocks that a write retires behind the one that fills its home's limbo: then it collects. */
const LATE: u32 = NEWS - 1;

/** Rounds before CONTENDED. */
const ROUNDS: u32 = isDefined(GATED) ? 4 : 64;

/** See index.ts. */
export function create(entry: u32, generation: u32): i32 {
  const root: usize = domains.create(entry, generation, INTERVAL, 0);
  if (root == 0) return whyNot();
  const bytes = mapBytes(PARTICIPANTS);
  const map: usize = regionAlloc(get32(root + DOMAIN_REGION), bytes, 64);
  if (map == 0) return whyNot();
  fill(map, 0, bytes); // Private: the entry is not published.
  store64(map + MAP_NUMBER, 2);
  put32(root + DOMAIN_OWN, <u32>map);
  put32(io() + ANSWER, <u32>root);
  return OK;
}

/** The domain's root, under a pin; 0: see `status`, and nothing is held. */
function begin(entry: u32, generation: u32): usize {
  return look(entry, generation, 0);
}

/** See index.ts. */
export function snapshot(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const status = open(mapOf(root));
    if (status != AGAIN) return leaveCall(status);
  }
  return leaveCall(CONTENDED);
}

/** See index.ts. */
export function closeSnapshot(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  close(mapOf(root));
  return leaveCall(OK);
}

/** See index.ts. */
export function size(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  put32(io() + ANSWER, <u32>entriesOf(mapOf(root)));
  return leaveCall(OK);
}

/** See index.ts. O(participants + height + what the domain's stats take). */
export function stats(entry: u32, generation: u32, at: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  const map = mapOf(root);
  if (!ready(root)) return leaveCall(whyNot());
  const status = domains.stats(entry, generation, load32(lineOf(map) + LINE_HOME), at);
  if (status != OK) return leaveCall(status);
  // All of these are nodes, but for one record more than the one that the domain's bound knows of.
  const nodes = (LATE - 1) * LARGER * (<u32>HEAD + leafBytes(LARGEST));
  domains.raiseBounds(at, LATE, sizeOfClass(CLASSES_MAX - 1) + nodes);
  let open: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const line = lineAt(map, slot);
    if (isCurrent(line, slot)) open += load32(line + LINE_SNAPSHOTS);
  }
  const own: usize = at + domains.STATS_BYTES + 16;
  put32(own, <u32>entriesOf(map));
  put32(own + 4, open);
  put32(own + 8, height(map));
  return leaveCall(OK);
}

/** Nodes from the root of the first layer down to its first leaf. */
function height(map: usize): u32 {
  let round: u32 = 0;
  while (true) {
    let link = hop(map + MAP_HEAD + H_ROOT, false);
    let nodes: u32 = 0;
    while (link != 0 && link != LOST) {
      nodes++;
      link = sizeOf(link) == 0 ? hop(childAt(blockOf(link), 0), false) : 0;
    }
    if (link != LOST) return nodes;
    reachOn(round++);
  }
}

/** See index.ts. */
export function leave(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  const line = ownLine(mapOf(root));
  dropOwn(root); // Its host may have closed the map while it loaded.
  endSnapshots(mapOf(root), line);
  const home = load32(line + LINE_HOME);
  if (home != 0) {
    store32(line + LINE_HOME, 0);
    leaveHome(root, home);
  }
  return leaveCall(OK);
}

/** See index.ts. */
export function trim(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  if (!ready(root)) return leaveCall(whyNot());
  put32(io() + ANSWER, trimHere());
  return leaveCall(OK);
}

function endSnapshots(map: usize, line: usize): void {
  store32(line + LINE_SNAPSHOTS, 0);
  forget(map, line);
}

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  if (status != OK) return status == CLOSED ? OK : status; // Gone with all its region.
  const root = present(entry, generation);
  if (root == 0) return leaveCall(OK);
  const map = mapOf(root);
  const line = lineAt(map, slot);
  resolve(root, slot);
  dropUnnoted(root, slot);
  dropOf(root, slot);
  endSnapshots(map, line);
  repairHomes(root, slot);
  store32(line + LINE_HOME, 0);
  clearWaiting(map, slot);
  return leaveCall(OK);
}
