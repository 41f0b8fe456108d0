// A domain's words as the checker reads them (packages/shm-arena/assembly: home.ts, limbo.ts,
// blocks.ts), the invariants that hold after every step, the account of all blocks, and names for
// traces.

import type { Thread, World } from '../../src/structure.ts';
import {
  GRANT_BYTES,
  GRANTS,
  head,
  isLive,
  kindOf,
  type Names,
  nameSystemWord,
  PAGE,
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

/** Gated sizes. */
const RETIRED = 2;
const BIRTHS = 2;
const HEAD = 32;
const BLOCK = 48;
const CLASS = 6;
const DEPOT = 128;
/** The cells of a run, by their offset in its block: a register, and the top of a stack. */
export const REGISTER = 0;
export const TOP = 4;
/** In the link of a node that was taken out, where readers have hazard pointers. */
export const DEAD = 1;

const grantAt = (world: World, i: number): number => world.u32(88) + 8 * 64 + i * GRANT_BYTES;

function record(world: World): { root: number; homes: number; bytes: number; at: number } {
  const root = world.threads[0]!.local.root!;
  const at = root + ((DEPOT + 17 * 8 + 63) & ~63);
  return { root, homes: world.u32(root + 4), bytes: world.u32(root + 8), at };
}

/** The blocks of a list. `link`: where in a block the next one is named. */
function list(world: World, first: number, link: number, into: number[]): boolean {
  let left = 64;
  for (let at = first; at !== 0; at = world.u32(at + link)) {
    if (left-- === 0) return false;
    into.push(at);
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
  for (let i = 0; i < GRANTS; i++) {
    const at = grantAt(world, i);
    if (kindOf(world.u32(at)) === 2 && world.state(world.u32(at + 24)) === 'free') {
      return `a block was freed that grant ${i} keeps`;
    }
  }
  if (!isLive(world, world.threads[0]!.local.entry!)) return undefined;
  const { homes, bytes, at } = record(world);
  seen.length = 0;
  let pending = 0;
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + 64 + CLASS * 8;
    const low = world.u32(w);
    const before = seen.length;
    if (!list(world, (low & ~1) >>> 0, 16 + (low & 1) * 4, seen))
      return 'limbo I1: a limbo without end';
    const length = seen.length - before;
    pending += length;
    if (length > RETIRED + 2 * world.u32(home + 24)) {
      return `limbo I4: ${length} pending, ${world.u32(home + 24)} kept`;
    }
    if (!list(world, world.u32(w + 4), 24, seen)) return 'limbo I1: a free list without end';
  }
  for (let i = 0; i < seen.length; i++) {
    if (seen.indexOf(seen[i]!) !== i) return `limbo I1: block ${seen[i]} is in two places`;
  }
  if (world.threads[0]!.local.stalled === 1) {
    let readers = 0;
    for (let slot = 0; slot < homes; slot++) {
      const lower = world.u32(slotAt(slot) + 64);
      if (lower === 0 || slot === world.threads[1]!.local.slot) continue;
      readers++;
      run.span = Math.max(run.span, world.u32(slotAt(slot) + 72) - lower);
    }
    run.readers = Math.max(run.readers, readers);
    const bound = RETIRED + 2 * run.readers * (2 + BIRTHS * (run.span + 1));
    if (pending > bound) return `limbo I5: ${pending} pending, at most ${bound}`;
  }
  return undefined;
}

// ---- the account --------------------------------------------------------------------------------

/** Blocks that were carved and are nowhere. */
export function account(world: World, t: Thread): number | string {
  const { root, homes, bytes, at } = record(world);
  const region = world.u32(root + 12);
  const base = world.u32(world.u32(92 - 4) + region * 64 + 32);
  let used = 0;
  for (let slot = 0; slot < world.u32(36); slot++) used += usedOf(world, base, slot);
  used -= at + homes * bytes - startOf(world, base, root);
  const blocks: number[] = [];
  let fresh = 0;
  for (let i = 0; i < homes; i++) {
    const home = at + i * bytes;
    const w = home + 64 + CLASS * 8;
    if ((world.u32(w) & ~1) !== 0) return `home ${i}: blocks are pending though nobody reads`;
    list(world, world.u32(w + 4), 24, blocks);
    fresh += world.u32(home + 16 + 4);
  }
  const cell = root + DEPOT + CLASS * 8;
  if (world.u32(cell + 4) !== 0) {
    if ((world.u32(cell + 4) & 255) !== 2) return "a batch is in nobody's hands";
    list(world, world.u32(cell), 24, blocks);
  }
  const { cells } = t.local;
  let known = 1;
  if (world.u32(cells! + REGISTER) !== 0) known++;
  for (let node = world.u32(cells! + TOP); node > DEAD; node = world.u32(node + 4)) known++;
  const carved = used - fresh;
  const rest = carved - (known + blocks.length) * BLOCK;
  if (rest % BLOCK !== 0) return `${rest} bytes are lost`;
  return rest / BLOCK;
}

/** Where the data of the chunk that holds `at` begins. */
function startOf(world: World, base: number, at: number): number {
  let page = Math.floor((at - 1) / PAGE);
  const word = world.u32(92) + page * 8;
  if (kindOf(world.u32(word)) === 5) page = world.u32(word + 4);
  return page * PAGE === base ? base + world.u32(36) * 64 : page * PAGE + 16;
}

/** Bytes that a shard of a region has given out, its lines and chunk heads apart. */
function usedOf(world: World, base: number, slot: number): number {
  let total = 0;
  let at = base + slot * 64;
  for (;;) {
    const position = world.u32(at);
    if (position === 0) return total;
    const start = startOf(world, base, position);
    total += position - start;
    at = start - 16;
    if (at + 16 === base + world.u32(36) * 64) return total;
  }
}

// ---- names for traces ---------------------------------------------------------------------------

const HOME: Names = {
  0: 'owner',
  4: 'nested',
  8: 'pending',
  16: 'fresh',
  24: 'kept',
  32: 'balance',
  40: 'announced',
  48: 'births',
  56: 'now',
  [64 + CLASS * 8]: 'W',
};
const BLOCK_WORDS: Names = {
  0: 'birth',
  8: 'retired',
  16: 'a',
  20: 'b',
  24: 'f',
  28: 'tag',
  32: 'value',
  36: 'next',
};

const GRANT: Names = { 0: 'state', 8: 'of', 16: 'era', 24: 'root' };

/** The word at `at` by name, as far as it is known. */
export function word(at: number, world: World): string | undefined {
  if (at === 512) return 'granted';
  const grant = at - grantAt(world, 0);
  if (grant >= 0 && grant < GRANTS * GRANT_BYTES) {
    return `grant[${Math.floor(grant / GRANT_BYTES)}].${GRANT[grant % GRANT_BYTES]}`;
  }
  const system = nameSystemWord(at, world, {}, {});
  if (system !== undefined) return system;
  const { root, homes, bytes, at: first } = record(world);
  if (root === 0) return undefined;
  if (at >= first && at < first + homes * bytes) {
    const x = (at - first) % bytes;
    return `home[${Math.floor((at - first) / bytes)}].${HOME[x] ?? `+${x}`}`;
  }
  if (at === root + 64) return 'epoch';
  if (at === root + DEPOT + CLASS * 8) return 'depot';
  if (at === world.threads[0]!.local.cells) return 'register';
  if (at === world.threads[0]!.local.cells! + TOP) return 'top';
  const page = Math.floor(at / PAGE);
  if (page < head(world).first) return undefined;
  return `page ${page} + ${at % PAGE} (${BLOCK_WORDS[(at - HEAD) % BLOCK] ?? ''})`;
}
