// A map as a structure of the arena: made, left, repaired, counted. Its blocks are a domain's
// (reclaim/domain.ts) with the interval scheme, and its own record stands in that domain's region.
//
//   entry.root ─► domain's record, homes ··· map: root, key of the hash, lines        one region
//
// create                                                 a death after any step leaves
//   1. the domain; the map's record, plain                 what the entry of the dead has
//   2. the host publishes the entry                        nothing
// repair(slot): 3. its intent (intent.ts)   4. what it has kept (kept.ts)   5. its home: each may
// be repeated

import {
  fill,
  get32,
  get64,
  load32,
  put32,
  put64,
  store32,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, CONTENDED, OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { enter, io, leave as leaveCall, look, present } from '@x/shm-arena/assembly/map/call';
import { ANSWER, putSnapshot } from '@x/shm-arena/assembly/map/result';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { repairHomes } from '@x/shm-arena/assembly/reclaim/blocks';
import * as domains from '@x/shm-arena/assembly/reclaim/domain';
import { DOMAIN_OWN, DOMAIN_REGION, HEAD, INTERVAL } from '@x/shm-arena/assembly/reclaim/home';
import { leaveHome } from '@x/shm-arena/assembly/reclaim/limbo';
import { dropUnnoted, LARGER } from '@x/shm-arena/assembly/write/notes';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { dropHolds, eraOf } from './fork';
import { ringAll } from './cache/layout';
import { keyFor } from './hash';
import { putHolders } from './holders';
import * as kept from './kept';
import { LINE_HOME, LINE_KEPT, OLDS, ownLine, ready, resolve, trimHere } from './intent';
import {
  ARRAY,
  cacheOf,
  lineAt,
  lineOf,
  MAP_ERA,
  MAP_HOLD,
  MAP_HOLD_LIFE,
  MAP_KEY,
  MAP_ROOT,
  mapBytes,
  mapOf,
} from './layout';
import { entriesOf, freeze, generationOf, isPublished, isSure, SNAPSHOT } from './root';

/** Blocks that a write retires behind the one that fills its home's limbo: then it collects. */
const LATE: u32 = OLDS - 1;

/** Rounds before CONTENDED: in each of them another one has been written, or taken. */
const ROUNDS: u32 = isDefined(GATED) ? 16 : 256;

/** A map's record in a domain of its own; 0: see `status`. Private: the entry is not published. */
function build(entry: u32, generation: u32): usize {
  const root: usize = domains.create(entry, generation, INTERVAL, 0);
  if (root == 0) return 0;
  const bytes = mapBytes(PARTICIPANTS);
  const map: usize = regionAlloc(get32(root + DOMAIN_REGION), bytes, 64);
  if (map == 0) return 0;
  fill(map, 0, bytes);
  put32(root + DOMAIN_OWN, <u32>map);
  put32(io() + ANSWER, <u32>root);
  return map;
}

/** See index.ts. */
export function create(entry: u32, generation: u32): i32 {
  const map = build(entry, generation);
  if (map == 0) return whyNot();
  store64(map + MAP_ROOT, (<u64>1) << 32);
  put64(map + MAP_KEY, keyFor(entry, generation, 0));
  put64(map + MAP_KEY + 8, keyFor(entry, generation, 1));
  return OK;
}

/** See index.ts. Step 4 of fork.ts. */
export function fork(
  entry: u32,
  generation: u32,
  elder: u32,
  elderGeneration: u32,
  target: u32,
  grant: u32,
  hold: u32,
  holdGeneration: u32,
): i32 {
  const domain = look(elder, elderGeneration, 0);
  if (domain == 0) return whyNot();
  const from = mapOf(domain);
  const map = build(entry, generation);
  if (map == 0) return leaveCall(whyNot());
  const array: usize = target & ~SNAPSHOT;
  // Of no generation that an array has which it may find.
  const more: u64 = MUTANT == 536 ? 0 : 1;
  const first: u64 = array == 0 ? 1 : generationOf(array) + more;
  store64(map + MAP_ROOT, (first << 32) | array);
  put64(map + MAP_KEY, get64(from + MAP_KEY));
  put64(map + MAP_KEY + 8, get64(from + MAP_KEY + 8));
  put64(map + MAP_ERA, eraOf(grant));
  put32(map + MAP_HOLD, hold + 1);
  put32(map + MAP_HOLD_LIFE, holdGeneration);
  return leaveCall(OK);
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
    const target = freeze(mapOf(root));
    if (target != 0) {
      putSnapshot(target, 0, 0);
      return leaveCall(OK);
    }
    reachOn(round);
  }
  return leaveCall(CONTENDED);
}

/** See index.ts. */
export function size(entry: u32, generation: u32, target: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  put32(io() + ANSWER, countAll(mapOf(root), target));
  return leaveCall(OK);
}

/** Entries of a target. */
export function countAll(map: usize, target: u32): u32 {
  let entries = entriesOf(map, target);
  for (let round: u32 = 0; !isSure; round++) {
    reachOn(round);
    entries = entriesOf(map, target);
  }
  return entries;
}

/** See index.ts. O(participants + leases + what the domain's stats take). */
export function stats(entry: u32, generation: u32, at: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  const map = mapOf(root);
  if (!ready(root)) return leaveCall(whyNot());
  const status = domains.stats(entry, generation, load32(lineOf(map) + LINE_HOME), at);
  if (status != OK) return leaveCall(status);
  // None needs more than an array, but for one record, which the domain's bound knows of.
  domains.raiseBounds(at, LATE, LATE * LARGER * (<u32>HEAD + ARRAY));
  put32(<usize>at + domains.STATS_BYTES + 16, countAll(map, 0));
  putHolders(<usize>at + domains.STATS_BYTES + 24);
  return leaveCall(OK);
}

/** See index.ts. */
export function leave(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  const status = root == 0 ? whyNot() : leaveLine(root);
  dropHolds();
  return status;
}

/** See index.ts. */
export function trim(entry: u32, generation: u32): i32 {
  const root = begin(entry, generation);
  if (root == 0) return whyNot();
  if (!ready(root)) return leaveCall(whyNot());
  put32(io() + ANSWER, trimHere());
  return leaveCall(OK);
}

/** Gives this thread's home up, and unpins. */
function leaveLine(root: usize): i32 {
  const line = ownLine(mapOf(root));
  const home = load32(line + LINE_HOME);
  if (home != 0) {
    kept.giveBack(root, home, line + LINE_KEPT, true);
    store32(line + LINE_HOME, 0);
    leaveHome(root, home);
  }
  return leaveCall(OK);
}

/** See index.ts. */
export function repair(entry: u32, generation: u32, slot: u32): i32 {
  const status = enter(entry, generation);
  // Else gone with all its region.
  if (status == OK) repairLine(entry, generation, slot);
  if (MUTANT != 534) dropHolds();
  return status == CLOSED ? OK : status;
}

/** Of what is no line, but a hold, there is nothing. Unpins. */
function repairLine(entry: u32, generation: u32, slot: u32): void {
  const root = present(entry, generation);
  if (root != 0) {
    const map = mapOf(root);
    const line = lineAt(map, slot);
    resolve(root, slot, isPublished(root, slot));
    dropUnnoted(root, slot);
    const home = load32(line + LINE_HOME);
    if (home != 0) kept.giveBack(root, home, line + LINE_KEPT, false);
    repairHomes(root, slot);
    store32(line + LINE_HOME, 0);
    if (cacheOf(map) != 0) ringAll(cacheOf(map)); // Its fills are nobody's now.
  }
  leaveCall(OK);
}
