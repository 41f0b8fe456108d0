// Leaves: unsorted slots that are written once. A slot counts from the store of LIVE on that sets
// its bit, and until one that clears it, and is not used again while the leaf lives; so who loads
// LIVE once has the leaf of one instant, needs no second look, and nobody waits.
//
//   LIVE         1 0 1 0 │ all are: 8 bytes of key, 8 of value       prints   7f 03 c1 00
//                │   │
//   slot 0  "user:001" 17      slot 1  dead      slot 2  "user:009" 4       slot 3  never used
//
// insert, under the leaf's lock                          a death after this step leaves
//   1. slice, value word, what it is                       a slot that the next one takes
//      fingerprint                                         a slot that is lost until a rebuild
//   2. store LIVE                 linearizes               intent.ts says whether it counts
//
// F1  A slot whose fingerprint is 0 was never used: its words are private to who has the lock.
// F2  Bits of LIVE are set of slots alone whose fingerprint, slice, value and kind were stored
//     before.
//
// F3  While LIVE says what all slots are, the words that say it of each say nothing.
//
// F4  A leaf that is MIXED stays so: who has loaded LIVE may look at these words much later.
//
// Checked at its site: F1. By `audit`: what F2 says of a leaf at rest.
//
// A search asks for the line that a slice's slot stands in, if it could be put there, before it
// knows from the fingerprints where it is: both lines miss at once.
//
// Names: live what LIVE is; what as in layout.ts; kind: bytes of the key in the slice, or LONGER.

import {
  check,
  get64,
  load64,
  peek64,
  put64,
  store64,
  touch,
} from '@x/shm-arena/assembly/ground/atomic';
import { F } from '@x/shm-arena/assembly/ground/invariants';
import {
  blockOf,
  KINDS,
  LARGEST,
  LAYER,
  liveAt,
  LONGER,
  MIXED,
  openBlock,
  printsAt,
  S_VALUE,
  sizeOf,
  SLOTS,
  slotAt,
  slotsOf,
  whatAt,
} from './layout';

const ONES: u64 = 0x0101_0101_0101_0101;
const LOWER: u64 = 0x7f7f_7f7f_7f7f_7f7f;
/** Brings the lowest bits of eight bytes together. */
const GATHER: u64 = 0x0102_0408_1020_4080;

function hash(slice: u64): u64 {
  const h = (slice ^ (slice >> 32)) * 0x9e37_79b9_7f4a_7c15;
  return h ^ (h >> 29);
}

function printOf(h: u64): u64 {
  const byte = h >> 56;
  return byte == 0 ? 1 : byte;
}

/** Where a slot of such a slice is put if it can be. */
function preferred(h: u64, slots: u32): u32 {
  return <u32>((((h >> 32) & 0xffff) * slots) >> 16);
}

/** What slot `slot` is, where LIVE is `live`. */
export function whatIs(link: u32, live: u64, slot: u32): u32 {
  const all = <u32>(live >> KINDS);
  if (all != MIXED) return all;
  return <u32>(load64(whatAt(link, slot >> 3)) >> ((slot & 7) << 3)) & 0xff;
}

/** A bit for each slot whose fingerprint is this byte. No branches but for the leaf's size. */
function slotsWith(link: u32, print: u64): u64 {
  const pattern = print * ONES;
  const words = (slotsOf(sizeOf(link)) + 7) >> 3;
  let at = printsAt(link, 0);
  let bits: u64 = 0;
  for (let i: u32 = 0; i < words; i++, at += 8) {
    const x = load64(at) ^ pattern;
    const zeros = ~(((x & LOWER) + LOWER) | x | LOWER); // The top bit of each byte that agrees.
    bits |= (((zeros >> 7) * GATHER) >> 56) << (i << 3);
  }
  return bits;
}

/** What the slot is that `find` found. */
export let found: u32 = 0;

/**
 * The slot that counts by `live` and has the slice and so many bytes of the key (a rest or a layer:
 * LONGER), or -1.
 */
export function find(link: u32, live: u64, slice: u64, kind: u32): i32 {
  const h = hash(slice);
  askPreferred(link, h);
  let hits = slotsWith(link, printOf(h)) & live & SLOTS;
  for (; hits != 0; hits &= hits - 1) {
    const slot = <u32>ctz(hits);
    if (get64(slotAt(link, slot)) != slice) continue; // F2
    const what = whatIs(link, live, slot);
    if (min(what >> 4, LONGER) != kind) continue;
    found = what;
    return slot;
  }
  return -1;
}

/** Where a slot of such a slice is if it could be put there: a search looks there soon. */
export function slotLine(link: u32, slice: u64): usize {
  return slotAt(link, preferred(hash(slice), slotsOf(sizeOf(link))));
}

function askPreferred(link: u32, h: u64): void {
  const slots = slotsOf(sizeOf(link));
  if (!isDefined(GATED) && slots > 10) touch(slotAt(link, preferred(h, slots)));
}

/** A slot that was never used, near where a search for the slice looks first, or -1. */
export function freeSlot(link: u32, slice: u64): i32 {
  const slots = slotsOf(sizeOf(link));
  const free = slotsWith(link, 0) & (((<u64>1) << slots) - 1);
  if (free == 0) return -1;
  const behind = free & (~(<u64>0) << (preferred(hash(slice), slots) & ~3));
  return <i32>ctz(behind != 0 ? behind : free);
}

/**
 * Puts an entry into a slot that was never used, of a leaf where `live` counts; it does not count
 * yet.
 */
export function fillSlot(link: u32, live: u64, slot: u32, slice: u64, what: u32, value: u64): void {
  const prints = printsAt(link, slot >> 3);
  const shift: u64 = (slot & 7) << 3;
  check(((peek64(prints) >> shift) & 0xff) == 0, F + 1, prints);
  put64(slotAt(link, slot), slice); // Private: F1.
  put64(slotAt(link, slot) + S_VALUE, value);
  const all = <u32>(live >> KINDS);
  if (all != what && (all == MIXED || (live & SLOTS) != 0)) {
    if (all != MIXED) sayKinds(link, all);
    const kinds = whatAt(link, slot >> 3);
    // Who died before the fingerprint has left what he was about to put there.
    const others = load64(kinds) & ~((<u64>0xff) << shift);
    store64(kinds, others | ((<u64>what) << shift));
  }
  store64(prints, load64(prints) | (printOf(hash(slice)) << shift)); // The leaf's lock is held.
}

/** F3: the leaf is about to be MIXED. */
function sayKinds(link: u32, all: u32): void {
  const words = (slotsOf(sizeOf(link)) + 7) >> 3;
  for (let i: u32 = 0; i < words; i++) store64(whatAt(link, i), <u64>all * ONES);
}

/** The same in a private leaf, whose words nobody reads meanwhile. */
export function fillPrivate(link: u32, live: u64, slice: u64, what: u32, value: u64): u64 {
  const slot = <u32>freeSlot(link, slice);
  const shift: u64 = (slot & 7) << 3;
  put64(slotAt(link, slot), slice);
  put64(slotAt(link, slot) + S_VALUE, value);
  const kinds = whatAt(link, slot >> 3);
  put64(kinds, get64(kinds) | ((<u64>what) << shift));
  const prints = printsAt(link, slot >> 3);
  put64(prints, get64(prints) | (printOf(hash(slice)) << shift));
  return withSlot(live, slot, what);
}

/** LIVE with the slot, of that kind. A leaf that is MIXED stays so: F4. */
export function withSlot(live: u64, slot: u32, what: u32): u64 {
  const bits = live & SLOTS;
  const all = <u32>(live >> KINDS);
  const same = all == what || (bits == 0 && all != MIXED);
  return ((<u64>(same ? what : MIXED)) << KINDS) | bits | ((<u64>1) << slot);
}

export function withoutSlot(live: u64, slot: u32): u64 {
  return live & ~((<u64>1) << slot);
}

/** How many slots count. */
export function liveCount(live: u64): u32 {
  return <u32>popcnt(live & SLOTS);
}

/** The smallest size that has room for so many, and some more. */
export function sizeFor(count: u32): u32 {
  let size: u32 = 1;
  while (size < LARGEST && slotsOf(size) < count + (count >> 2) + 1) size++;
  return size;
}

/** Makes a private block an empty leaf. */
export function clearLeaf(link: u32, generation: u64): void {
  const words = (slotsOf(sizeOf(link)) + 7) >> 3;
  put64(liveAt(link), 0);
  for (let i: u32 = 0; i < words; i++) {
    put64(printsAt(link, i), 0);
    put64(whatAt(link, i), 0);
  }
  openBlock(blockOf(link), generation);
}

/** Whether there is a layer behind a slot that is this. */
export function isLayer(what: u32): bool {
  return what >> 4 == LAYER;
}
