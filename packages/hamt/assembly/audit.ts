// What must hold of a map at rest; by `audit`, the number of the first check that fails:
//   1 what a slot names is not decided   2 a node's runs do not begin at place 0, or below a run of
//   several places is a node   3 a leaf has more than CAPACITY   4 an entry stands elsewhere than
//   its hash says   5 an entry is not found, or two have one key   6 a slot counts wrong   7 a
//   line's intent is not IDLE   8 of a cache a tally, 9 all of them, do not say what there is
//
// Names: as in layout.ts.

import { get32, get64, load64 } from '@x/shm-arena/assembly/ground/atomic';
import { OK, PARTICIPANTS } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { problem } from '@x/shm-arena/assembly/map/result';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { BLOCK_BIRTH, HEAD } from '@x/shm-arena/assembly/reclaim/home';
import { hasValue, headOf, weightOf } from './cache/head';
import { tallyAt } from './cache/layout';
import * as tallies from './cache/tally';
import { isTallied } from './cache/tally';
import {
  blockOf,
  cacheOf,
  CAPACITY,
  isNode,
  LEVELS,
  linkAt,
  lineAt,
  MAP_ERA,
  mapOf,
  N_RUNS,
  PREV,
  PLACES,
  ROOT_BITS,
  runEnd,
  runOf,
  shiftOf,
  slotAt,
  SLOTS,
} from './layout';
import * as hand from './hand';
import { countOf, entryAt, entryHash, find, keyLength, slicesOf, tagAt, whatAt } from './leaf';
import { arrayOf, isSure, wordFor } from './root';

/** See index.ts. */
export function audit(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    const line = lineAt(map, slot);
    if (load64(line) != 0) return leave(problem(7, line, slot, load64(line), 0));
  }
  values = weights = 0;
  const cache = cacheOf(map);
  reachOn(0);
  const array = arrayOf(map, 0);
  if (!isSure) return leave(OK);
  for (let slot: u32 = 0; array != 0 && slot < SLOTS; slot++) {
    let word = load64(slotAt(array, slot));
    const x = blockOf(<u32>word);
    if (x != 0 && load64(x + PREV) != 0) {
      if (isOwn(map, array)) return leave(problem(1, slotAt(array, slot), x, load64(x + PREV), 0));
      word = wordFor(map, array, slot);
      if (!isSure) return leave(OK);
    }
    entries = 0;
    const base = (<u64>slot) << (64 - ROOT_BITS);
    const status = checkLink(map, <u32>word, 0, base, base - 1 + ((<u64>1) << (64 - ROOT_BITS)));
    if (status != OK) return leave(status);
    if (word >> 32 != <u64>entries) {
      return leave(problem(6, slotAt(array, slot), x, word >> 32, entries));
    }
  }
  return leave(cache == 0 ? OK : checkTallies(cache));
}

/** Whether the line has made its array: in another line's, its dead may have left something. */
function isOwn(map: usize, array: usize): bool {
  return get64(array - HEAD + BLOCK_BIRTH) > get64(map + MAP_ERA); // Frozen.
}

let entries: u32 = 0;
/** Of a cache: entries that have a value, and what they count for. */
let values: i64 = 0;
let weights: i64 = 0;

/** Checks 8 and 9. */
function checkTallies(cache: usize): i32 {
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    if (!isTallied(cache, slot)) return problem(8, tallyAt(cache, slot), slot, 0, 0);
  }
  tallies.sum(cache);
  if (tallies.entries != values) return problem(9, cache, 0, tallies.entries, values);
  if (tallies.bytes != weights) return problem(9, cache, 1, tallies.bytes, weights);
  return OK;
}

/** Checks 2 to 5, of what has hashes from `low` to `high`. */
function checkLink(map: usize, link: u32, level: u32, low: u64, high: u64): i32 {
  if (link == 0) return OK;
  const x = blockOf(link);
  if (!isNode(link)) return checkLeaf(map, x, level, low, high);
  const runs = get64(x + N_RUNS);
  if ((runs & 1) == 0) return problem(2, x, link, runs, 1);
  const shift = shiftOf(level);
  for (let v: u32 = 0; v < PLACES; v = runEnd(runs, v)) {
    const child = get32(linkAt(x, runOf(runs, v)));
    const places = runEnd(runs, v) - v;
    if (isNode(child) && places != 1) return problem(2, x, child, places, 1);
    const from = low + ((<u64>v) << shift);
    const to = from - 1 + ((<u64>places) << shift);
    const status = checkLink(map, child, level + 1, from, to);
    if (status != OK) return status;
  }
  return OK;
}

function checkLeaf(map: usize, x: usize, level: u32, low: u64, high: u64): i32 {
  const count = countOf(x);
  if (count > CAPACITY && level < LEVELS) return problem(3, x, level, count, CAPACITY);
  for (let i: u32 = 0; i < count; i++) {
    const at = entryAt(x, i);
    const what = whatAt(x, i);
    const hash = entryHash(map, at, what);
    if (hash < low || hash > high) return problem(4, at, i, hash, low);
    if (tagAt(x, i) != (<u32>hash & 0xff)) return problem(4, at, i, hash, tagAt(x, i));
    const slices = slicesOf(at, what);
    hand.takeSlices(map, keyLength(at, what), slices);
    if (hand.hash != hash || find(x) != i) return problem(5, at, i, hand.hash, hash);
    if (cacheOf(map) == 0) continue;
    if (hasValue(headOf(at))) values++;
    weights += weightOf(at, what);
  }
  entries += count;
  return OK;
}
