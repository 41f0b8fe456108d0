// A domain's words as the checker reads them (packages/shm-arena/assembly: home.ts, limbo.ts,
// blocks.ts), the invariants that hold after every step, the account of all blocks, and names for
// traces.

import {
  G_ROOT,
  GRANT_GIVEN,
  P_REGION,
  PAGE,
  S_LOWER,
  S_UPPER,
  SLICE,
  SLICE_SHIFT,
  SLICES_SHIFT,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  BIRTHS,
  BLOCK_BIRTH,
  BLOCK_FREE,
  BLOCK_KIND,
  BLOCK_LINKS,
  BLOCK_RETIRED,
  DOMAIN_EPOCH,
  DOMAIN_FIRST,
  DOMAIN_HOME_BYTES,
  DOMAIN_HOMES,
  DOMAIN_REGION,
  HEAD,
  HOME_ANNOUNCED,
  HOME_BALANCE,
  HOME_BIRTHS,
  HOME_KEPT,
  HOME_MOVING,
  HOME_NESTED,
  HOME_NOW,
  HOME_OWNER,
  HOME_PENDING,
  HOME_WORDS,
  LIMBO_BLOCKS,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { Thread, World } from '../../src/structure.ts';
import {
  grantAt,
  grants,
  head,
  isLive,
  kindOf,
  type Names,
  nameRecord,
  nameSystemWord,
  sliceAt,
  slotAt,
} from '../common.ts';

/** What the invariants look at beside the memory, and what they saw of it. */
export interface Seen {
  /** A block that a thread may read, as it believes. 0 = none. */
  safe: number[];
  /** The most readers at once, and their widest interval. */
  readers: number;
  span: number;
}

/** A block of a run, with its header; and its size class. */
const BLOCK = HEAD + 16;
const CLASS = 6;
/** The cells of a run, by their offset in its block: a register, and the top of a stack. */
export const REGISTER = 0;
export const TOP = 4;
/** In the link of a node that was taken out, where readers have hazard pointers. */
export const DEAD = 1;

/** Where a domain's homes are, of which the last is the depot. */
function record(world: World): { root: number; homes: number; bytes: number; at: number } {
  const root = world.threads[0]!.local.root!;
  return {
    root,
    homes: world.u32(root + DOMAIN_HOMES) + 1,
    bytes: world.u32(root + DOMAIN_HOME_BYTES),
    at: root + DOMAIN_FIRST,
  };
}

/** The blocks of a limbo. `link`: where in a block the next one is named. */
function list(world: World, first: number, link: number, into: number[]): boolean {
  let left = 64;
  for (let at = first; at !== 0; at = world.u32(at + link)) {
    if (left-- === 0) return false;
    into.push(at);
  }
  return true;
}

/** The blocks of a free list: the lowest bit of a link says which link of its block goes on. */
function listFree(world: World, first: number, into: number[]): boolean {
  let left = 64;
  for (
    let p = first;
    p !== 0;
    p = world.u32((p & ~1) + ((p & 1) === 0 ? BLOCK_FREE : BLOCK_LINKS))
  ) {
    if (left-- === 0) return false;
    into.push((p & ~1) >>> 0);
  }
  return true;
}

// ---- what holds after every step ----------------------------------------------------------------

const seen: number[] = [];

export function invariant(world: World, run: Seen): string | undefined {
  for (let id = 0; id < run.safe.length; id++) {
    const at = run.safe[id]!;
    if (at !== 0 && world.state(at) === 'free')
      return `a block was freed that thread ${id} may read`;
  }
  for (let i = 0; i < grants(world); i++) {
    const at = grantAt(world, i);
    if (kindOf(world.u32(at)) === GRANT_GIVEN && world.state(world.u32(at + G_ROOT)) === 'free') {
      return `a block was freed that grant ${i} keeps`;
    }
  }
  if (!isLive(world, world.threads[0]!.local.entry!)) return undefined;
  const { homes, bytes, at } = record(world);
  seen.length = 0;
  let pending = 0;
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + HOME_WORDS + CLASS * 8;
    const low = world.u32(w);
    const before = seen.length;
    if (!list(world, (low & ~1) >>> 0, BLOCK_LINKS + (low & 1) * 4, seen))
      return 'limbo I1: a limbo without end';
    const length = seen.length - before;
    pending += length;
    if (length > LIMBO_BLOCKS + 2 * world.u32(home + HOME_KEPT)) {
      return `limbo I4: ${length} pending, ${world.u32(home + HOME_KEPT)} kept`;
    }
    if (!listFree(world, world.u32(w + 4), seen)) return 'limbo I1: a free list without end';
  }
  for (let i = 0; i < seen.length; i++) {
    if (seen.indexOf(seen[i]!) !== i) return `limbo I1: block ${seen[i]} is in two places`;
  }
  if (world.threads[0]!.local.stalled === 1) {
    let readers = 0;
    for (let slot = 0; slot < homes - 1; slot++) {
      const lower = world.u32(slotAt(slot) + S_LOWER);
      if (lower === 0 || slot === world.threads[1]!.local.slot) continue;
      readers++;
      run.span = Math.max(run.span, world.u32(slotAt(slot) + S_UPPER) - lower);
    }
    run.readers = Math.max(run.readers, readers);
    const bound = LIMBO_BLOCKS + 2 * run.readers * (2 + BIRTHS * (run.span + 1));
    if (pending > bound) return `limbo I5: ${pending} pending, at most ${bound}`;
  }
  return undefined;
}

// ---- the account --------------------------------------------------------------------------------

/** Blocks that lie in spans of the domain and are nowhere. */
export function account(world: World, t: Thread): number | string {
  const { root, homes, bytes, at } = record(world);
  const blocks: number[] = [];
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + HOME_WORDS + CLASS * 8;
    if ((world.u32(w) & ~1) !== 0) return `home ${i}: blocks are pending though nobody reads`;
    listFree(world, world.u32(w + 4), blocks);
    if (world.u64(home + HOME_MOVING) !== 0n)
      return `home ${i}: a span or a list is on its way, and nobody works`;
  }
  const { cells } = t.local;
  let known = 1;
  if (world.u32(cells! + REGISTER) !== 0) known++;
  for (let node = world.u32(cells! + TOP); node > DEAD; node = world.u32(node + 4)) known++;
  const spans = spansOf(world, world.u32(root + DOMAIN_REGION));
  for (const block of blocks) {
    if (!spans.has(block >> SLICE_SHIFT)) return `block ${block} lies in no span of the domain`;
  }
  return spans.size * Math.floor(SLICE / BLOCK) - known - blocks.length;
}

/** The slices that a region has; here each is a span. */
function spansOf(world: World, region: number): Set<number> {
  const { pages, first } = head(world);
  const spans = new Set<number>();
  for (let slice = first << SLICES_SHIFT; slice < pages << SLICES_SHIFT; slice++) {
    const low = world.u32(sliceAt(world, slice));
    if (kindOf(low) === P_REGION && low >>> 16 === region) spans.add(slice);
  }
  return spans;
}

// ---- names for traces ---------------------------------------------------------------------------

const HOME_NAMES: Names = {
  [HOME_OWNER]: 'owner',
  [HOME_NESTED]: 'nested',
  [HOME_PENDING]: 'pending',
  [HOME_MOVING]: 'moving',
  [HOME_KEPT]: 'kept',
  [HOME_BALANCE]: 'balance',
  [HOME_ANNOUNCED]: 'announced',
  [HOME_BIRTHS]: 'births',
  [HOME_NOW]: 'now',
  [HOME_WORDS + CLASS * 8]: 'W',
};
const BLOCK_NAMES: Names = {
  [BLOCK_BIRTH]: 'birth',
  [BLOCK_RETIRED]: 'retired',
  [BLOCK_LINKS]: 'a',
  [BLOCK_LINKS + 4]: 'b',
  [BLOCK_FREE]: 'f',
  [BLOCK_KIND]: 'tag',
  [HEAD]: 'value',
  [HEAD + 4]: 'next',
};

/** The word at `at` by name, as far as it is known. */
export function word(at: number, world: World): string | undefined {
  const system = nameSystemWord(at, world, {}, {});
  if (system !== undefined) return system;
  const { root, homes, bytes, at: first } = record(world);
  if (root === 0) return undefined;
  if (at >= first && at < first + homes * bytes)
    return nameRecord(at, 'home', first, bytes, HOME_NAMES);
  if (at === root + DOMAIN_EPOCH) return 'epoch';
  if (at === world.threads[0]!.local.cells) return 'register';
  if (at === world.threads[0]!.local.cells! + TOP) return 'top';
  const page = Math.floor(at / PAGE);
  if (page < head(world).first) return undefined;
  return `page ${page} + ${at % PAGE} (${BLOCK_NAMES[(at - HEAD) % BLOCK] ?? ''})`;
}
