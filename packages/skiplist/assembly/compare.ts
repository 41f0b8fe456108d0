// Conditional writes: what they ask of a key, and how one is written that a frozen list decided.
//
//   before ──► V ──► …      V, a version in the active list, is what was asked for: the CAS that
//        before ──► x ──► V puts x right in front of V is the proof that it still is (W1)
//
//   before ──► next key     no version here, but F in a frozen list: F may be taken out of the
//                           stack, and no CAS here would notice
//
// In the second case x is a batch of one (stamp.ts): linked pending, then committed if the root is
// still the record in which F was found (S5).
//
// overFrozen(x)                                                a death after this step leaves
//   1. allocate the descriptor d                                 memory of the region
//   2. store the intent {d + 1}; stamp x with d                  an intent: repair aborts d
//   3. CAS before's link V → x; failed: give all back            a pending node, which readers skip
//   4. no marks over x; commit d (stamp.ts)  linearizes          a version that is not counted
//   5. stamp x; the rest is as for any write                     a version that is not counted
//
// X1  The intent names d before x's stamp does: repair must not take a pending node for a version.
// X2  A plain write that frozen lists have no version for needs none of this: lists are taken out,
//     none is put below.
//
// Checked at its site: X1, as W2 of write.ts. No site can check X2: the order of calls shows it.
//
// Names: found the newest version of the key, here or in a frozen list, a tombstone too; 0 = none.

import { cas32, load64, put64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { sameBytes } from '@x/shm-arena/assembly/ground/words';
import { AGAIN, DIFFERS, EXISTS } from '@x/shm-arena/assembly/map/codes';
import { regionAlloc } from '@x/shm-arena/assembly/memory/region';
import { COMPARE, DELETE, MATCH, MATCH_DELETE } from './codes';
import { unmark } from './marks';
import {
  SHARD_COUNTERS,
  deltaOf,
  SHARD_INTENT,
  isLive,
  isTombstone,
  linkAt,
  listRegion,
  liveOf,
  STAMP,
  valueAt,
  valueLength,
  versionsOf,
} from './node';
import { listOf } from './record';
import { checkLink } from './search';
import { giveBack } from './shard';
import { BATCH, commitBatch, DESCRIPTOR_BYTES, openBatch, stampAsBatch } from './stamp';

/** Whether a write leaves a tombstone. */
export function deletes(kind: i32): bool {
  return kind == DELETE || kind == MATCH_DELETE;
}

/**
 * What `found`, which is decided, says to a write that is no SET. OK: it goes on. EXISTS, DIFFERS.
 * a, b: the expected bytes' offset and length (COMPARE), or a number's halves (MATCH...).
 */
export function judge(kind: i32, found: usize, a: u32, b: u32): i32 {
  if (kind == DELETE) return OK;
  if (kind == MATCH || kind == MATCH_DELETE) {
    const number: u64 = found == 0 ? 0 : load64(found + STAMP);
    return number == (((<u64>b) << 32) | a) ? OK : DIFFERS;
  }
  if (kind == COMPARE) return isLive(found) && sameValue(found, a, b) ? OK : DIFFERS;
  return isLive(found) ? EXISTS : OK;
}

/** Whether the node's value is the staged bytes. */
function sameValue(node: usize, at: usize, bytes: u32): bool {
  return valueLength(node) == bytes && sameBytes(valueAt(node), at, bytes);
}

/**
 * Puts the private node `x` behind `before` and in front of `n`, and commits it in the stack that
 * `record` is. OK: a version. FULL..., AGAIN: none. mark, slab: as `giveBack` takes them.
 */
export function overFrozen(
  record: usize,
  shard: usize,
  before: usize,
  x: usize,
  n: usize,
  mark: u32,
  slab: u64,
): i32 {
  const list = listOf(record, 0);
  // Deletes pass the limit of pages (write.ts W4).
  const batch: usize = regionAlloc(listRegion(list), DESCRIPTOR_BYTES, 8, isTombstone(x));
  if (batch == 0) {
    const why = whyNot();
    giveBack(list, shard, x, mark, slab);
    return why;
  }
  openBatch(batch, ME);
  if (MUTANT != 162) store64(shard + SHARD_INTENT, <u64>batch | 1); // X1
  put64(x + STAMP, BATCH | <u64>batch);
  if (isDefined(GATED)) checkLink(list, before, x, n, batch | 1); // X1
  if (!cas32(linkAt(before, 0), <u32>n, <u32>x)) {
    giveBack(list, shard, x, mark, slab);
    return AGAIN;
  }
  if (MUTANT != 291) unmark(list, x);
  const counters = load64(shard + SHARD_COUNTERS); // Owned: this thread alone writes it.
  const versions = versionsOf(counters) + 1;
  if (!commitBatch(record, batch, versions, liveOf(counters) + deltaOf(x))) return AGAIN;
  stampAsBatch(x, batch);
  return OK;
}
