// Writing one key: a new version in front of the older ones.
//
//        before ──► V ──► …            V: the newest version of the key, or the next key
//        before ──► x ──► V ──► …      one CAS; then x gets its number
//
// The list is a skip list that only grows (after Fraser; truncated towers after RocksDB and
// Pebble), with versions as in an LSM memtable. Layout and invariants: node.ts; numbers: stamp.ts.
//
// put(key)                                                   a death after this step leaves
//   1. find before and V; V has the key: decide it (I4)        nothing
//   2. conditional: judge the newest decided version, here, then in the frozen lists (compare.ts,
//      which also says how 5 to 7 go when a frozen list has it)
//   3. allocate x in the own shard, fill it                    memory of the region, till it goes
//   4. store the intent {x, versions + 1}                      an intent that names nothing linked
//   5. CAS before's link V → x; failed: x is kept, from 1      a node; repair or anybody decides it
//   6. tick, CAS stamp; linearizes at the tick that wins       a version that is not counted
//   7. store the counters                                      a version
//   8. link the levels above                                   a truncated tower
//   9. renew the guide if it is due (guide.ts)
//   DEAD in 6: the list was sealed; from 1 in the next one     a void node
//
// W1  Step 5 finds V still behind `before`, hence x's delta, reckoned against what V and those
//     behind it were decided to be, is exact: nobody can put a version between them.
// W2  The intent is stored before 5 and the counters after 6, each by one atomic store; so repair
//     finds {x, n} with n - 1 versions counted exactly when x is, or may be, not counted.
// W3  A failed 5 loses no memory: x is used again, and if it is not needed after all, given back.
// W4  A delete of what was found to be live passes the list's limits: whoever has reached them may
//     still shrink. Each live key lets one pass, as long as it is deleted alone.
//
// Checked at its site: W2 (search.ts). W1 by search.ts F2 and the audit of the live keys (7). W3 by
// the count of bytes at the end, W4 by the model.
//
// Names: see node.ts. shard: the writer's line; prev: the newest version of the key that is one.

import {
  cas32,
  cas64,
  get64,
  load32,
  load64,
  put32,
  put64,
} from '@x/shm-arena/assembly/ground/atomic';
import { CLOSED, CONTENDED, FULL, LIMIT, ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { random, status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { enter, io, leave, present } from '@x/shm-arena/assembly/map/call';
import { AGAIN, NEED, PRESSURE } from '@x/shm-arena/assembly/map/codes';
import { firstSlice, secondSlice } from '@x/shm-arena/assembly/map/key';
import { ANSWER, FOUND_NUMBER } from '@x/shm-arena/assembly/map/result';
import { regionMark, sweep } from '@x/shm-arena/assembly/memory/region';
import { DELETE, GET_OR_INSERT, SET } from './codes';
import { deletes, judge, overFrozen } from './compare';
import { renew } from './guide';
import { handAt, handLength, handS0, handS1, takeKey } from './hand';
import {
  LIST_CLOCK,
  equal,
  fillKind,
  fillValue,
  LIST_HEIGHT,
  isLive,
  linkAt,
  listRegion,
  MAX_HEIGHT,
  next,
  pressed,
  shardAt,
  SHARD_SLAB,
  spliceAt,
  STAMP,
} from './node';
import { newestBelow, resultOf } from './read';
import { listOf } from './record';
import { opened } from './seal';
import { before, checkLink, findFurther, findNear, linkAbove, remember } from './search';
import { admits, setIntent, makeNode, countNode, giveBack, useShard } from './shard';
import { LIST_CLOSED, DEAD, decide, stampNode, tick } from './stamp';

/** Seals that a write follows from list to list before it says CONTENDED. */
const TRIES: u32 = 16;

/** See index.ts. */
export function put(
  entry: u32,
  generation: u32,
  kind: i32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  valueAt: u32,
  valueLen: u32,
  a: u32,
  b: u32,
): i32 {
  takeKey(firstSlice(len, k0, k1), secondSlice(len, k0, k2, k3), len, len > 16 ? <usize>k0 : 0);
  let status: i32 = AGAIN;
  for (let round: u32 = 0; round < TRIES; round++) {
    status = enter(entry, generation);
    if (status != OK) return status;
    const record = present(entry, generation);
    if (record == 0) return leave(CLOSED);
    opened(record);
    status = putIn(record, kind, valueAt, valueLen, a, b);
    if (status == NEED && MUTANT != 184) return NEED; // The pin stays: read.ts.
    leave(status);
    if (status == AGAIN) continue;
    // Without the pin: what a destroyed list held may come free now.
    if (status != FULL || sweep() == 0) return status;
  }
  return status == AGAIN ? CONTENDED : status;
}

/** One attempt in the record's active list; AGAIN: it was sealed, and nothing is visible. */
function putIn(record: usize, kind: i32, valueAt: usize, valueLen: u32, a: u32, b: u32): i32 {
  const list = listOf(record, 0);
  if ((load64(list + LIST_CLOCK) & LIST_CLOSED) != 0) return AGAIN; // The root has moved on.
  const shard = shardAt(list, ME);
  const splice = spliceAt();
  const height = pickHeight(load32(list + LIST_HEIGHT));
  const mark = regionMark(listRegion(list));
  const slab = get64(shard + SHARD_SLAB);
  let node: usize = 0;
  let found: usize = 0;
  let number: u64 = 0;
  let early: u64 = 0;
  let n = findNear(list, shard, height, splice);
  while (true) {
    const prev = newest(list, n); // I4: the front version is decided now.
    found = prev;
    if (kind != SET && (MUTANT != 167 || node == 0)) {
      if (prev == 0) found = newestBelow(record);
      const verdict = judge(kind, found, a, b);
      if (verdict != OK) {
        giveBack(list, shard, node, mark, slab);
        if (kind != GET_OR_INSERT) return verdict;
        return resultOf(found, load64(found + STAMP), 0, verdict);
      }
    }
    if (node == 0) {
      const beyond = MUTANT != 195 && deletes(kind) && isLive(found); // W4
      const room = beyond || admits(list, 1) ? useShard(list) : LIMIT;
      if (room != OK) return room;
      node = makeNode(list, height, deletes(kind) ? 0 : valueLen, beyond);
      if (node == 0) return whyNot();
      fillValue(node, valueAt, deletes(kind) ? 0 : valueLen);
      setIntent(shard, node);
    }
    fillKind(node, deletes(kind), deltaFor(deletes(kind), isLive(prev))); // Private still: I1.
    put32(linkAt(node, 0), <u32>n);
    if (found != prev && MUTANT != 161) {
      const status = overFrozen(record, shard, before(splice, 0), node, n, mark, slab);
      if (status != OK) return status;
      number = load64(node + STAMP);
      break;
    }
    if (MUTANT == 30) early = tick(list);
    if (isDefined(GATED)) checkLink(list, before(splice, 0), node, n, node);
    if (cas32(linkAt(before(splice, 0), 0), <u32>n, <u32>node)) break; // W1
    if (MUTANT == 200) return giveUp(list, shard, node, mark, slab);
    n = MUTANT == 31 ? next(before(splice, 0), 0) : findFurther(0, splice);
  }
  if (MUTANT == 30) number = stampEarly(node, early);
  else if (number == 0) number = stampNode(list, node);
  if (number == DEAD) return AGAIN;
  const versions = countNode(shard, node);
  remember(list, shard, splice, node, linkAbove(list, node, height, splice));
  renew(list, versions - 1, versions);
  const out = io();
  put32(out + ANSWER, kind == DELETE && isLive(found) ? 1 : 0);
  put64(out + FOUND_NUMBER, number);
  return pressed(list) ? OK | PRESSURE : OK;
}

/** A tower's height: each level with half of the level below, one above `top` at most. */
export function pickHeight(top: u32): u32 {
  const height: u32 = 1 + ctz(random());
  return min(height, min(top + 1, MAX_HEIGHT));
}

/**
 * The newest version of the key in the list from the front node `n` on, which is decided if it was
 * not; 0: there is none. Void nodes are passed over: those behind the front are decided (I4).
 */
export function newest(list: usize, n: usize): usize {
  const s0 = handS0;
  const s1 = handS1;
  const len = handLength;
  const at = handAt;
  while (n != 0 && equal(n, s0, s1, len, at)) {
    if (MUTANT == 39) return n;
    if (decide(list, n) != DEAD) return n;
    n = next(n, 0);
  }
  return 0;
}

/** By how much a version changes the number of live keys of its list. */
export function deltaFor(tombstone: bool, was: bool): i32 {
  return (tombstone ? 0 : 1) - (was ? 1 : 0);
}

/** Seeded bug 200: a lost race is told as a full arena. */
function giveUp(list: usize, shard: usize, node: usize, mark: u32, slab: u64): i32 {
  giveBack(list, shard, node, mark, slab);
  return FULL;
}

/** Seeded bug 30: the number was taken before the link. */
function stampEarly(node: usize, early: u64): u64 {
  const w = (early & LIST_CLOSED) != 0 ? DEAD : early;
  if (cas64(node + STAMP, 0, w)) return w;
  return load64(node + STAMP);
}
