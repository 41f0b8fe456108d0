// A walk over all that an array's slots name, as the checker reads it (packages/hamt:
// assembly/layout.ts, in the sizes of the gated build): whether it is whole, and where it says that
// it stands.

import {
  CAPACITY,
  E_LENGTH,
  E_VALUE,
  ENTRY,
  L_COUNT,
  LEVELS,
  LONG,
  N_RUNS,
  PLACE_BITS,
  PLACES,
  PREV,
  RECORDED,
  ROOT_BITS,
  SLOTS,
  WHATS,
} from '../../../../packages/hamt/build/numbers-gated/layout.ts';
import { FAR, R_SLICES } from '../../../../packages/hamt/build/numbers-gated/record.ts';
import {
  BLOCK_BIRTH,
  BLOCK_KIND,
  BLOCK_TAG,
  HEAD,
  STATES,
  USED,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { World } from '../../src/structure.ts';

const PENDING = 2;
const FAILED = 4;
const A_SLOTS = 16;
const N_LINKS = 16;
const L_TAGS = 16;
/** Bits of a hash that say where an entry stands: no more are looked at here. */
const BITS = ROOT_BITS + LEVELS * PLACE_BITS;

const padded = (count: number): number => (count + 7) & ~7;

/** What a walk finds. */
interface Found {
  blocks: number[];
  /** The regions of values that stand in one of their own. */
  regions: number[];
  /** The records of entries, without those that are pending. */
  records: number[];
}

/** What a slot says: a link, and how many entries are below. */
interface Word {
  link: number;
  entries: number;
  /** It is not decided yet whether the slot says `link`, or what `old` says. */
  pending: boolean;
}

/** What the slot says, by what is decided; of what is pending, what it said before. */
export function wordOf(world: World, array: number, slot: number): Word {
  const at = array + A_SLOTS + slot * 8;
  const link = world.u32(at);
  const word = { link, entries: world.u32(at + 4), pending: false };
  if (link === 0) return word;
  const x = (link & ~1) >>> 0;
  const prev = world.u32(x + PREV);
  if ((prev & (PENDING | FAILED)) === 0) return word;
  const old = (prev & ~(PENDING | FAILED)) >>> 0;
  return {
    link: old,
    entries: world.u32(x + PREV + 4),
    pending: (prev & PENDING) !== 0,
  };
}

/** Walks; one object serves all walks, and `found` is overwritten by the next one. */
class Walk {
  readonly found: Found = { blocks: [], regions: [], records: [] };
  private world!: World;
  /** It is the present state: nothing in it is retired, or comes twice. */
  private present = true;
  private marks = new Int32Array(0);
  private turn = 0;
  private entries = 0;
  private since = 0n;

  /**
   * All that can be reached from the array, what is pending and what has failed as well. Of a fork
   * that has made what was born behind `since`, only that is found.
   */
  from(world: World, array: number, present: boolean, since = 0n): string | undefined {
    const { found } = this;
    this.since = since;
    this.world = world;
    this.present = present;
    this.mark();
    found.blocks.length = 0;
    found.regions.length = 0;
    found.records.length = 0;
    if (array === 0) return undefined;
    const wrong = this.block(array);
    if (wrong !== undefined) return wrong;
    for (let slot = 0; slot < SLOTS; slot++) {
      const { link, entries } = wordOf(world, array, slot);
      this.entries = 0;
      const bad = this.link(link, 0, slot, ROOT_BITS);
      if (bad !== undefined) return bad;
      if (this.entries !== entries)
        return `L3: slot ${slot} says ${entries} entries, ${this.entries} are there`;
    }
    for (let slot = 0; slot < SLOTS; slot++) {
      // What it names in addition, or in vain: shares some blocks with what was before.
      const link = world.u32(array + A_SLOTS + slot * 8);
      const more = link === 0 ? undefined : this.more(link, slot);
      if (more !== undefined) return more;
    }
    return undefined;
  }

  private more(link: number, slot: number): string | undefined {
    if (isDecided(this.world, link)) return undefined;
    this.shared = true;
    const wrong = this.link(link, 0, slot, ROOT_BITS);
    this.shared = false;
    return wrong;
  }

  private shared = false;

  /** Whether the last walk met the block. */
  has(at: number): boolean {
    return this.marks[at >> 4] === this.turn;
  }

  private mark(): void {
    const cells = this.world.memory.buffer.byteLength >> 4;
    if (this.marks.length !== cells) this.marks = new Int32Array(cells);
    this.turn++;
  }

  private block(at: number): string | undefined {
    const { world, found, present } = this;
    if ((at & 15) !== 0 || at < HEAD || at >= world.u8.length) return `${at} is no block`;
    if (world.state(at) !== 'live') return `the block at ${at} is free and can be reached`;
    if (this.has(at)) return this.shared ? undefined : `the block at ${at} can be reached twice`;
    this.marks[at >> 4] = this.turn;
    if (!this.isOwn(at)) return undefined;
    found.blocks.push(at);
    if (!present) return undefined;
    const kind = world.u32(at - HEAD + BLOCK_KIND);
    if ((kind & ~0xff) >>> 0 !== (BLOCK_TAG | USED) >>> 0)
      return `I3: the block at ${at} is in state ${(kind & STATES) >> 8} and can be reached`;
    return undefined;
  }

  /** Whether the line has made a block. */
  private isOwn(at: number): boolean {
    return this.world.u64(at - HEAD + BLOCK_BIRTH) > this.since;
  }

  /** Of hashes that begin with so many `bits`, which are `prefix`. */
  private link(link: number, level: number, prefix: number, bits: number): string | undefined {
    if (link === 0) return undefined;
    const at = (link & ~1) >>> 0;
    const wrong = this.block(at);
    if (wrong !== undefined) return wrong;
    if ((link & 1) === 0) return this.leaf(at, level, prefix, bits);
    const { world } = this;
    const runs = world.u32(at + N_RUNS);
    if ((runs & 1) === 0) return `the runs of the node at ${at} do not begin at 0`;
    let run = 0;
    for (let v = 0; v < PLACES; run++) {
      let end = v + 1;
      while (end < PLACES && ((runs >> end) & 1) === 0) end++;
      const child = world.u32(at + N_LINKS + run * 4);
      if ((child & 1) === 1 && end - v !== 1) return `B2: below run ${run} at ${at} is a node`;
      const below =
        end - v === 1
          ? this.link(child, level + 1, prefix * PLACES + v, bits + PLACE_BITS)
          : this.leafOfRun(child, level + 1, prefix, bits, v, end);
      if (below !== undefined) return below;
      v = end;
    }
    return undefined;
  }

  private leafOfRun(
    child: number,
    level: number,
    prefix: number,
    bits: number,
    from: number,
    to: number,
  ): string | undefined {
    if (child === 0) return undefined;
    const wrong = this.block(child);
    if (wrong !== undefined) return wrong;
    return this.leaf(child, level, prefix * PLACES + from, bits + PLACE_BITS, to - from);
  }

  /** Of hashes that begin with `prefix`, or with one of so many `places` from there on. */
  private leaf(
    at: number,
    level: number,
    prefix: number,
    bits: number,
    places = 1,
  ): string | undefined {
    const { world } = this;
    const count = world.u32(at + L_COUNT);
    if (count > 12 || (count > CAPACITY && level < LEVELS))
      return `L2: the leaf at ${at} in level ${level} has ${count} entries`;
    const whats = at + L_TAGS + padded(count);
    const first = whats + padded(count);
    const keys = new Set<string>();
    for (let i = 0; i < count; i++) {
      const entry = first + i * ENTRY;
      const what = world.u8[whats + i]!;
      this.entries++;
      if (what > LONG) return `the entry at ${entry} is ${what}`;
      const record = world.u32(entry + E_VALUE);
      if (what === LONG || what % WHATS === RECORDED) {
        const bad = this.record(record, what === LONG);
        if (bad !== undefined) return bad;
        if (!this.shared) this.found.records.push(record);
      }
      const slices = what === LONG ? record + R_SLICES : entry;
      const start = beginOf(world, slices) >>> (32 - bits);
      if (start < prefix || start >= prefix + places)
        return `L1: the entry at ${entry} begins with ${start}, not with ${prefix} (${places})`;
      let key = `${what === LONG ? world.u32(entry + E_LENGTH) : Math.floor(what / WHATS)}`;
      const words = what === LONG ? (world.u32(entry + E_LENGTH) + 7) >> 3 : 2;
      if (words > 32) return `the key at ${slices} has ${words} words`;
      for (let word = 0; word < words * 2; word++) key += ` ${world.u32(slices + word * 4)}`;
      if (keys.has(key)) return `L4: the leaf at ${at} has a key twice`;
      keys.add(key);
    }
    return undefined;
  }

  private record(at: number, long: boolean): string | undefined {
    const wrong = this.block(at);
    if (wrong !== undefined) return wrong;
    const { world, found } = this;
    const head = world.u32(at);
    const key = (head & ~FAR) >>> 0;
    if (key > 200 || key > 16 !== long) return `the record at ${at} has a key of ${key} bytes`;
    if ((head & FAR) === 0) return undefined;
    const far = at + R_SLICES + padded(key);
    if (world.state(valueIn(world, at)) !== 'live')
      return `the value at ${valueIn(world, at)} is free and can be reached`;
    const region = world.u32(far + 4);
    if (!this.isOwn(at)) return undefined;
    if (!this.shared || !found.regions.includes(region)) found.regions.push(region);
    return undefined;
  }
}

/** Where a record's value is. */
export function valueIn(world: World, record: number): number {
  const head = world.u32(record);
  const behind = record + R_SLICES + padded((head & ~FAR) >>> 0);
  return (head & FAR) === 0 ? behind : world.u32(behind);
}

/** The first BITS bits of a hash: hash.ts, in the gated build. */
function beginOf(world: World, slices: number): number {
  let hash = 0;
  for (let i = 0; i * 4 < BITS; i++) {
    // The first byte is the highest one of the slice.
    hash |= (world.u8[slices + 7 - i]! & 15) << (28 - 4 * i);
  }
  return hash >>> 0;
}

function isDecided(world: World, link: number): boolean {
  return (world.u32(((link & ~1) >>> 0) + PREV) & (PENDING | FAILED)) === 0;
}

export const present: Walk = new Walk();
const past = new Walk();

/** What is wrong with what a snapshot shows. */
export const wrongPast = (world: World, array: number): string | undefined =>
  past.from(world, array, false);
