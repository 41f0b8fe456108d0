// Filters of frozen lists: whether a list may have a version of a key, told by one line of memory.
// Bits in blocks of a line (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom
// Filters, 2007).
//
//   list.filter ──► | block | block | block | … |     slices of the list's region
//                       ▲
//   hash ── upper half ─┘    six numbers below 512: the bits of a key in its block
//
// A key that no list of a stack has is searched for in each whose keys lie around it. Whoever does
// so in vain often enough has paid for looking at all keys of a list once: it makes the filter, and
// from then on such a key costs one look a list.
//
// Filter, 64-aligned, in slices of the list's region, frozen: blocks of 64 bytes
// List words (node.ts)
//    16 u32 vain, shared: searches that found nothing while there was no filter
//   104 u64 filter, shared: 0 = none yet | where it begins (low half) | its slices (high half)
//
// X1  A filter has the key of each node of its list that is a version or may become one.
// X2  The slices of a list's region are its filter's, but for those of one who is between steps 2
//     and 5.
//
// Checked by the audit: X1 (17), X2 (18).
//
// Why X1 holds: the clock was closed before step 3. Whoever has a number of it, linked its node
// before (stamp.ts S1), so step 3 meets that (I2), and what is void stays void (S2). What is linked
// later can never be a version.
//
// make(list), pinned, or under the lease of a snapshot         a death after this step leaves
//   1. claim slices                                            CLAIMED: freed by recovery
//   2. the region's map; commit REGION(me)                     released by repair (repair.ts), or
//   3. walk level 0 and note each key                            with the region
//   4. CAS filter: 0 → it                linearizes            nothing
//   5. lost: release the slices                                FREEING: recovery goes on
//   No memory: there is none until the searches in vain are twice as many. Of several at work the
//   first one's stays.
//
// The slices count for no limit of the list's, and go with its region.
//
// Names: see node.ts. hash: of a key; keys: how many there are, at most.

import {
  add32,
  cas64,
  check,
  fill,
  get64,
  load64,
  markLive,
  peek64,
  put64,
  refused,
} from '@x/shm-arena/assembly/ground/atomic';
import { I } from '@x/shm-arena/assembly/ground/invariants';
import {
  kindOf,
  ME,
  P_REGION,
  R_STATE,
  REGION_FREE,
  REGION_FREEING,
  regionAt,
  SLICE,
  SLICE_SHIFT,
  SLICES,
} from '@x/shm-arena/assembly/ground/layout';
import { sliceAt, slicesAt } from '@x/shm-arena/assembly/map/key';
import { claimSlices, commitIn, pageWord, releaseIn } from '@x/shm-arena/assembly/memory/pages';
import { countSlices, mark, releaseOwned } from '@x/shm-arena/assembly/memory/parts';
import {
  KEY,
  keyLength,
  LIST_CLOCK,
  LIST_FILTER,
  LIST_HEAD,
  LIST_VAIN,
  listRegion,
  next,
  REST,
  STAMP,
  versionsIn,
} from './node';
import { DEAD, LIST_CLOSED } from './stamp';

/** Searches in vain for which there is no filter yet, however few keys the list has. */
const LEAST: u32 = isDefined(GATED) ? 2 : 64;
/** Bits of a key: about 1 % of other keys have them by chance, at 32 bits for 3 keys. */
const PROBES: u32 = 6;
/** Bytes of a block: 1 << BLOCK. */
const BLOCK: u32 = 6;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

// ---- asking -------------------------------------------------------------------------------------

/** A key's hash. */
export function hashOf(s0: u64, s1: u64, len: u32, at: usize): u64 {
  let h = mixed(mixed(len, s0), s1);
  const slices = (len + 7) >> 3;
  for (let i: u32 = 2; i < slices; i++) h = mixed(h, sliceAt(at, i, len));
  return h;
}

function mixed(hash: u64, slice: u64): u64 {
  const h = (hash ^ slice) * MULTIPLIER;
  return h ^ (h >> 32);
}

/** Whether the list that the filter is of may have a version of a key with that hash. */
export function mayHave(filter: u64, hash: u64): bool {
  return probe(filter, hash, false);
}

/** Whether the hash's bits are there; `makes`: afterwards they are. */
function probe(filter: u64, hash: u64, makes: bool): bool {
  const blocks = (filter >> 32) << (SLICE_SHIFT - BLOCK);
  const block = <usize>(<u32>filter) + <usize>((((hash >> 32) * blocks) >> 32) << BLOCK);
  let bits = hash * MULTIPLIER;
  for (let i: u32 = 0; i < PROBES; i++, bits <<= 9) {
    const at = block + ((<usize>(bits >> 61)) << 3);
    const word = get64(at);
    const bit = (<u64>1) << (bits >> 55);
    if (makes) put64(at, word | bit);
    else if ((word & bit) == 0) return false;
  }
  return true;
}

// ---- making -------------------------------------------------------------------------------------

/** After a search in a list of a stack, not its active one, that found no version of its key. */
export function inVain(list: usize): void {
  if (load64(list + LIST_FILTER) != 0) return; // By chance: it is one of a hundred.
  if (MUTANT != 331 && (load64(list + LIST_CLOCK) & LIST_CLOSED) == 0) return; // X1
  const vain = add32(list + LIST_VAIN, 1) + 1;
  if (vain < LEAST || (vain & (vain - 1)) != 0) return;
  const keys = <u32>versionsIn(list); // 4 GiB hold far less than 2^31.
  if (vain >= keys >> 2) make(list, keys);
}

function make(list: usize, keys: u32): void {
  if (refused()) return;
  const region = listRegion(list);
  const slices = (((keys / 3) << 2) + SLICE) >> SLICE_SHIFT;
  const head = claimSlices(slices);
  if (head == 0) return;
  const at = head << SLICE_SHIFT;
  const bytes = slices << SLICE_SHIFT;
  const word = pageWord(P_REGION, ME + 1, region, slices);
  if (isDefined(GATED)) {
    const kind = kindOf(peek64(regionAt(region) + R_STATE));
    check(kind != REGION_FREEING && kind != REGION_FREE, I + 5, at); // region.ts
  }
  mark(region, head);
  commitIn(SLICES, head, word);
  markLive(at, bytes);
  fill(at, 0, bytes); // Private until step 4, as are the words of `note`.
  const filter = ((<u64>slices) << 32) | at;
  if (MUTANT == 330) cas64(list + LIST_FILTER, 0, filter);
  for (let n = next(list + LIST_HEAD, 0); n != 0; n = next(n, 0)) note(filter, n);
  // Publishes; pairs with `outside` (read.ts).
  if (MUTANT == 330 || cas64(list + LIST_FILTER, 0, filter)) return;
  if (MUTANT != 332) releaseIn(SLICES, head, word);
}

function note(filter: u64, node: usize): void {
  const stamp = load64(node + STAMP);
  if (stamp == DEAD || (MUTANT == 334 && stamp == 0)) return;
  probe(filter, hashOfNode(node), true);
}

function hashOfNode(node: usize): u64 {
  const at = slicesAt(node + REST);
  return hashOf(get64(node + KEY), get64(node + KEY + 8), keyLength(node), at);
}

// ---- what is left, and checking -----------------------------------------------------------------

/** Releases what a dead participant took for a filter of the list that is not there. */
export function releaseDead(list: usize, slot: u32): void {
  const filter = MUTANT == 335 ? 0 : <u32>load64(list + LIST_FILTER); // Not the dead's to change.
  if (MUTANT != 336) releaseOwned(listRegion(list), slot + 1, filter >> SLICE_SHIFT);
}

/** X1 of a node at rest that is a version. */
export function isNoted(list: usize, node: usize): bool {
  const filter = load64(list + LIST_FILTER);
  return filter == 0 || mayHave(filter, hashOfNode(node));
}

/** X2 of a list at rest: slices beside its filter's. */
export function strayIn(list: usize): u32 {
  return countSlices(listRegion(list)) - <u32>(load64(list + LIST_FILTER) >> 32);
}
