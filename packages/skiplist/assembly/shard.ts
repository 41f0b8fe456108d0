// A writer's shard: what a thread does in its own line and its own part of a list's region, before
// and after it links a node. No other thread writes there, but repair after its death (repair.ts).
//
//   region of the list   | … chunk: x, tower, value | slab: tall node | tall node |   free   |
//   line of the thread   intent {x, versions + 1}    counters {versions, live}    slab {at, left}
//
// Words of the line: node.ts. W2 to W4 and the steps are write.ts's.
//
// Names: see node.ts. shard: the writer's line.

import {
  cas32,
  get32,
  get64,
  load32,
  load64,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { FULL, ME, OK } from '@x/shm-arena/assembly/ground/layout';
import { fail } from '@x/shm-arena/assembly/ground/thread';
import { regionAlloc, regionRewind } from '@x/shm-arena/assembly/memory/region';
import { handLength } from './hand';
import {
  SHARD_COUNTERS,
  countersOf,
  deltaOf,
  fillKey,
  SHARD_INTENT,
  listRegion,
  liveOf,
  LIST_MAKER,
  maxEntriesOf,
  nodeBytes,
  shardAt,
  SHARD_SLAB,
  SLAB_BYTES,
  STAMP,
  TALL,
  towerBytes,
  LIST_USED,
  versionsIn,
  versionsOf,
} from './node';
import { reserve } from './seal';

/**
 * Makes sums over the list's shards include this thread's. The first writer of all sees to it that
 * there is a next list (L7 of seal.ts); what `reserve` says, if there is none.
 */
export function useShard(list: usize): i32 {
  while (true) {
    const used = load32(list + LIST_USED);
    if (used > ME) return OK;
    if (used == 0 && MUTANT != 190) {
      const status = reserve(list);
      if (status != OK) return status;
    }
    if (cas32(list + LIST_USED, used, max(used, max(ME, get32(list + LIST_MAKER)) + 1))) return OK;
  }
}

/**
 * Whether the list takes `more` versions. Exact for one thread; of several, each may add its own.
 */
export function admits(list: usize, more: u32): bool {
  const most = maxEntriesOf(list);
  return most == 0 || versionsIn(list) + more <= most;
}

/**
 * A private node with the key, unstamped; 0: no memory, see status(). `beyond`: the limit of pages
 * does not count.
 */
export function makeNode(list: usize, height: u32, valueLen: u32, beyond: bool = false): usize {
  const bytes = nodeBytes(height, handLength, valueLen);
  if (bytes >> 32 != 0) return fail(FULL);
  let block: u32 = 0;
  if (height >= TALL && bytes <= SLAB_BYTES >> 2) block = takeFromSlab(list, <u32>bytes, beyond);
  if (block == 0) block = regionAlloc(listRegion(list), <u32>bytes, 8, beyond);
  if (block == 0) return 0;
  const node = <usize>block + towerBytes(height);
  put64(node + STAMP, 0);
  fillKey(node, height);
  return node;
}

/** Room for a tall node in this shard's slab, or in a new one; 0: no memory for that. */
function takeFromSlab(list: usize, bytes: u32, beyond: bool): u32 {
  const word = shardAt(list, ME) + SHARD_SLAB;
  let slab = get64(word); // Owned. After a death repair throws it away (repair.ts).
  if (<u32>(slab >> 32) < bytes) {
    const fresh = regionAlloc(listRegion(list), SLAB_BYTES, 8, beyond);
    if (fresh == 0) return 0;
    slab = ((<u64>SLAB_BYTES) << 32) | fresh;
  }
  put64(word, slab + bytes - ((<u64>bytes) << 32));
  return <u32>slab;
}

/** Step 4 of write.ts. */
export function setIntent(shard: usize, node: usize): void {
  if (MUTANT == 32) return;
  const after = versionsOf(load64(shard + SHARD_COUNTERS)) + 1;
  // Publishes the node's words to repair.
  store64(shard + SHARD_INTENT, ((<u64>after) << 32) | node);
}

/** Step 7 of write.ts; the shard's versions. */
export function countNode(shard: usize, node: usize): u32 {
  const counters = load64(shard + SHARD_COUNTERS); // Owned: this thread alone writes it.
  const versions = versionsOf(counters) + 1;
  store64(shard + SHARD_COUNTERS, countersOf(versions, liveOf(counters) + deltaOf(node)));
  return versions;
}

/** W3: a node that was not linked. The intent goes first: repair must not look at freed memory. */
export function giveBack(list: usize, shard: usize, node: usize, mark: u32, slab: u64): void {
  if (node == 0) return;
  store64(shard + SHARD_INTENT, 0);
  if (MUTANT != 172) rewind(list, shard, mark, slab);
}

/** Takes back what this shard has allocated since it stood at `mark` and its slab at `slab`. */
export function rewind(list: usize, shard: usize, mark: u32, slab: u64): void {
  regionRewind(listRegion(list), mark);
  put64(shard + SHARD_SLAB, slab);
}
