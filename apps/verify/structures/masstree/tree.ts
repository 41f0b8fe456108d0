// A walk over all that can be reached from a root, as the checker reads it (packages/masstree:
// assembly/layout.ts, in the sizes of the gated build): whether it is whole, and a hash of it.

import {
  DEAD,
  H_ROOT,
  H_SKIP,
  H_SLICES,
  I_COUNT,
  I_SEPARATORS,
  LAYER,
  LOCK,
  LONGER,
  MIXED,
  RECORD,
  REST,
  S_VALUE,
  WIDTH,
} from '../../../../packages/masstree/build/numbers-gated/layout.ts';
import {
  FAR,
  FAR_BYTES,
  R_REST,
  R_SLICES,
  R_VALUE,
} from '../../../../packages/masstree/build/numbers-gated/record.ts';
import {
  BLOCK_KIND,
  BLOCK_TAG,
  HEAD,
  STATES,
  USED,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { World } from '../../src/structure.ts';

const SIZE_BITS = 15;
const blockOf = (link: number): number => (link & ~SIZE_BITS) >>> 0;
const LIVE = 16;
const PRINTS = LIVE + 8;
const WHATS = 32;
const SLOTS = 48;
const CHILDREN = I_SEPARATORS + (WIDTH - 1) * 8;

/** What a walk finds. */
interface Found {
  /** What is wrong with it. */
  wrong?: string | undefined;
  entries: number;
  /** Of everything but locks. */
  hash: number;
  /** All blocks, in the order of the walk. */
  blocks: number[];
  /** The locks that are held: block, slot + 1. */
  held: number[];
  /** The regions of values that stand in one of their own. */
  regions: number[];
}

/** Two halves of a slice are compared so, without a number that has both. */
const isBelow = (ah: number, al: number, bh: number, bl: number): boolean =>
  ah < bh || (ah === bh && al < bl);

/** Walks; one object serves all walks, and `found` is overwritten by the next one. */
class Walk {
  readonly found: Found = { entries: 0, hash: 0, blocks: [], held: [], regions: [] };
  private world!: World;
  /** It is the present state: nothing in it is retired, or dead, or comes twice. */
  private present = true;
  /** Its lowest things go one by one: what hung on them may be nothing. */
  private dropped = false;
  private marks = new Int32Array(0);
  private turn = 0;

  from(world: World, link: number, present: boolean, dropped = false): Found {
    const { found } = this;
    this.world = world;
    this.present = present;
    this.dropped = dropped;
    this.mark();
    found.wrong = undefined;
    found.entries = 0;
    found.hash = 0;
    found.blocks.length = 0;
    found.held.length = 0;
    found.regions.length = 0;
    if (link !== 0) found.wrong = this.node(link, 0, 0, 0, -1, 0, 0);
    return found;
  }

  /** Whether the last walk met the block. */
  has(at: number): boolean {
    return this.marks[at >> 4] === this.turn;
  }

  private mark(): void {
    const cells = this.world.memory.buffer.byteLength >> 4;
    if (this.marks.length !== cells) this.marks = new Int32Array(cells);
    this.turn++;
  }

  private mix(value: number): void {
    this.found.hash = (Math.imul(this.found.hash ^ value, 0x9e3779b1) + 0x7f4a7c15) | 0;
  }

  private block(at: number, hasLock: boolean): string | undefined {
    const { world, found, present } = this;
    if ((at & 15) !== 0 || at < HEAD || at >= world.u8.length) return `${at} is no block`;
    if (world.state(at) !== 'live') return `the block at ${at} is free and can be reached`;
    found.blocks.push(at);
    this.mix(at);
    if (!present) return undefined;
    if (this.has(at)) return `the block at ${at} can be reached twice`;
    this.marks[at >> 4] = this.turn;
    const kind = world.u32(at - HEAD + BLOCK_KIND);
    if ((kind & ~0xff) >>> 0 !== (BLOCK_TAG | USED) >>> 0)
      return `I5: the block at ${at} is in state ${(kind & STATES) >> 8} and can be reached`;
    if (!hasLock) return undefined;
    const lock = world.u32(at + LOCK);
    if ((lock & DEAD) !== 0) return `I1: the block at ${at} is DEAD and can be reached`;
    if (lock !== 0) found.held.push(at, lock);
    return undefined;
  }

  /** From `low` on, below `high`; `hh` -1: there is no upper bound. */
  private node(
    link: number,
    lh: number,
    ll: number,
    level: number,
    hh: number,
    hl: number,
    depth: number,
  ): string | undefined {
    if (level > 20) return 'the tree is endless';
    const at = blockOf(link);
    const size = link & SIZE_BITS;
    const wrong = this.block(at, true);
    if (wrong !== undefined) return wrong;
    if (size > 2) return `L: a link with the size ${size}`;
    if (size !== 0) return this.leaf(at, size, lh, ll, hh, hl, depth);
    const { world } = this;
    const count = world.u32(at + I_COUNT);
    if (count < 2 || count > WIDTH) return `L4: the interior at ${at} has ${count} children`;
    this.mix(count);
    let h = lh;
    let l = ll;
    for (let i = 0; i < count; i++) {
      const last = i === count - 1;
      const s = at + I_SEPARATORS + i * 8;
      const nh = last ? hh : world.u32(s + 4);
      const nl = last ? hl : world.u32(s);
      if (nh !== -1 && !isBelow(h, l, nh, nl)) return `separator ${i} at ${at} is out of order`;
      if (!last) this.mix(nh ^ Math.imul(nl, 31));
      const child = world.u32(at + CHILDREN + i * 4);
      if (child === 0 && !this.dropped) return `child ${i} of the interior at ${at} is nothing`;
      const below = child === 0 ? undefined : this.node(child, h, l, level + 1, nh, nl, depth);
      if (below !== undefined) return below;
      h = nh;
      l = nl;
    }
    return undefined;
  }

  private leaf(
    at: number,
    size: number,
    lh: number,
    ll: number,
    hh: number,
    hl: number,
    depth: number,
  ): string | undefined {
    const { world } = this;
    const live = world.u32(at + LIVE);
    const all = world.u8[at + LIVE + 7]!;
    this.mix(live);
    this.mix(all);
    if (live >>> (size * 2) !== 0) return `LIVE of the leaf at ${at} has slots that are none`;
    for (let slot = 0; slot < size * 2; slot++) {
      if (((live >> slot) & 1) === 0) continue;
      const s = at + SLOTS + slot * 16;
      const h = world.u32(s + 4);
      const l = world.u32(s);
      if (world.u8[at + PRINTS + slot] === 0) return `F2: slot ${slot} at ${at} has no print`;
      const what = all === MIXED ? world.u8[at + WHATS + slot]! : all;
      if (what >> 4 > LAYER || (what & 15) > RECORD) return `F3: slot ${slot} at ${at} is ${what}`;
      if (isBelow(h, l, lh, ll) || (hh !== -1 && !isBelow(h, l, hh, hl)))
        return `a slice in slot ${slot} at ${at} is outside of its leaf`;
      const kind = Math.min(what >> 4, LONGER);
      if (depth > 0 && kind === 0) return `L1: slot ${slot} at ${at} has no byte of its key`;
      for (let other = 0; other < slot; other++) {
        if (((live >> other) & 1) === 0) continue;
        const o = at + SLOTS + other * 16;
        const same = world.u32(o) === l && world.u32(o + 4) === h;
        const its = all === MIXED ? world.u8[at + WHATS + other]! : all;
        if (same && Math.min(its >> 4, LONGER) === kind)
          return `L3: slots ${other} and ${slot} at ${at} have the same key or slice`;
      }
      this.mix(h ^ Math.imul(l, 31) ^ what);
      this.mix(world.u32(s + S_VALUE) ^ Math.imul(world.u32(s + S_VALUE + 4), 31));
      const wrong = this.slot(world.u32(s + S_VALUE), what, depth);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  private slot(value: number, what: number, depth: number): string | undefined {
    if (what >> 4 === LAYER) return this.layer(value, depth);
    this.found.entries++;
    if ((what & 15) !== RECORD) return what >> 4 === REST ? 'a rest without a record' : undefined;
    const wrong = this.block(value, false);
    if (wrong !== undefined) return wrong;
    const { world } = this;
    const rest = (world.u32(value + R_REST) & ~FAR) >>> 0;
    const far = (world.u32(value + R_REST) & FAR) !== 0;
    const bytes = far ? FAR_BYTES : world.u32(value + R_VALUE);
    if ((rest === 0) !== (what >> 4 !== REST))
      return `the record at ${value} has a rest of ${rest}`;
    const words = (((rest + 7) & ~7) + ((bytes + 7) & ~7)) >> 2;
    if (words > 64) return `the record at ${value} has ${words} words`;
    for (let i = 0; i < words; i++) this.mix(world.u32(value + R_SLICES + i * 4));
    return far
      ? this.far(value + R_SLICES + words * 4 - FAR_BYTES, world.u32(value + R_VALUE))
      : undefined;
  }

  /** A value that stands in a region. */
  private far(at: number, bytes: number): string | undefined {
    const { world, found } = this;
    const value = world.u32(at);
    if (value + bytes > world.u8.length) return `a value at ${value} of ${bytes} bytes`;
    if (world.state(value) !== 'live') return `the value at ${value} is free and can be reached`;
    found.regions.push(world.u32(at + 4));
    for (let i = 0; i < bytes; i += 4) this.mix(world.u32(value + i));
    return undefined;
  }

  private layer(head: number, depth: number): string | undefined {
    const wrong = this.block(head, true);
    if (wrong !== undefined) return wrong;
    const { world } = this;
    const skip = world.u32(head + H_SKIP);
    if (skip > 8) return `the head at ${head} skips ${skip} slices`;
    for (let i = 0; i < skip * 2; i++) this.mix(world.u32(head + H_SLICES + i * 4));
    const root = world.u32(head + H_ROOT);
    if (root === 0) return this.dropped ? undefined : `the layer at ${head} has no root`;
    return this.node(root, 0, 0, 0, -1, 0, depth + 1 + skip);
  }
}

export const present: Walk = new Walk();
const past = new Walk();
const loading = new Walk();

/** All that a snapshot shows. */
export const walkPast = (world: World, link: number): Found => past.from(world, link, false);

/** What somebody loads, or takes apart again. */
export const walkLoading = (world: World, link: number): Found =>
  loading.from(world, link, true, true);
