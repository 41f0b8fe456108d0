// The blocks of a map whose memory is a domain's (packages/shm-arena: assembly/reclaim), as the
// checker reads them: in lists, in the map, in spans, and nowhere else.

import {
  D_ROOT,
  P_REGION,
  R_OWNER,
  REGION_CREATING,
  REGION_LIVE,
  REGIONS,
  SLICE,
  SLICE_SHIFT,
  SLICES_SHIFT,
  SLOT_ALIVE,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  BLOCK_FREE,
  BLOCK_KIND,
  BLOCK_LINKS,
  CLASSES_MAX,
  DOMAIN_FIRST,
  DOMAIN_HOME_BYTES,
  DOMAIN_HOMES,
  DOMAIN_OWN,
  DOMAIN_REGION,
  HEAD,
  HOME_BALANCE,
  HOME_BIRTHS,
  HOME_KEPT,
  HOME_MOVING,
  HOME_NOW,
  HOME_OWNER,
  HOME_PENDING,
  HOME_WORDS,
  LIMBO_BLOCKS,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  head,
  kindOf,
  type Names,
  nameRecord,
  regionAt,
  sliceAt,
  slotAt,
} from '../common.ts';

/** What of a map can be reached. */
interface Reached {
  has(at: number): boolean;
  readonly found: { readonly blocks: readonly number[]; readonly regions: readonly number[] };
}

// ---- where things stand -------------------------------------------------------------------------

/** Where a domain stands, and the map whose blocks it has. */
export interface Place {
  root: number;
  map: number;
  /** Participants, and so homes; one more is the depot. */
  homes: number;
  homeBytes: number;
  firstHome: number;
}

const place: Place = { root: 0, map: 0, homes: 0, homeBytes: 0, firstHome: 0 };

/** The same object each time. */
export function find(world: World, entry: number): Place {
  const root = world.u32(entryAt(world, entry) + D_ROOT);
  place.root = root;
  place.map = world.u32(root + DOMAIN_OWN);
  place.homes = world.u32(root + DOMAIN_HOMES);
  place.homeBytes = world.u32(root + DOMAIN_HOME_BYTES);
  place.firstHome = root + DOMAIN_FIRST;
  return place;
}

const wordAt = (home: number, q: number): number => home + HOME_WORDS + q * 8;

/** The bytes of a block of a class, its header included. */
export const classBytes = (q: number): number => (4 + (q & 3)) << (2 + (q >> 2));

// ---- lists --------------------------------------------------------------------------------------

/** Lists of the domain, one after another: a block that is in two of them, or in the map. */
export class Lists {
  readonly blocks: number[] = [];
  readonly classes: number[] = [];
  private marks = new Int32Array(0);
  private turn = 0;
  private readonly reached: Reached;

  constructor(reached: Reached) {
    this.reached = reached;
  }

  start(world: World): void {
    const cells = world.memory.buffer.byteLength >> 4;
    if (this.marks.length !== cells) this.marks = new Int32Array(cells);
    this.turn++;
    this.blocks.length = 0;
    this.classes.length = 0;
  }

  has(block: number): boolean {
    return this.marks[block >> 4] === this.turn;
  }

  add(block: number, q: number): string | undefined {
    if (this.has(block)) return `limbo I1: the block at ${block + HEAD} is in two lists`;
    if (this.reached.has(block + HEAD))
      return `limbo I1: the block at ${block + HEAD} is in a list and can be reached`;
    this.marks[block >> 4] = this.turn;
    this.blocks.push(block);
    this.classes.push(q);
    return undefined;
  }

  private limbo(world: World, first: number, link: number, q: number): string | undefined {
    for (let at = first; at !== 0; at = world.u32(at + link)) {
      const wrong = this.add(at, q);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /** The lowest bit of a link says which link of its block goes on. */
  private free(world: World, first: number, q: number): string | undefined {
    for (let p = first; p !== 0; ) {
      const block = (p & ~1) >>> 0;
      const wrong = this.add(block, q);
      if (wrong !== undefined) return wrong;
      p = world.u32(block + ((p & 1) === 0 ? BLOCK_FREE : BLOCK_LINKS));
    }
    return undefined;
  }

  /**
   * I1 and I4 of the domain; `atOnce`: what may be retired before somebody collects. What a repair
   * retires for the dead is counted when that is done.
   */
  problem(world: World, at: Place, atOnce: number): string | undefined {
    this.start(world);
    for (let i = 0; i <= at.homes; i++) {
      const home = at.firstHome + i * at.homeBytes;
      const before = this.blocks.length;
      for (let q = 0; q < CLASSES_MAX; q++) {
        const low = world.u32(wordAt(home, q));
        if ((low & ~1) === 0) continue;
        const wrong = this.limbo(world, (low & ~1) >>> 0, BLOCK_LINKS + (low & 1) * 4, q);
        if (wrong !== undefined) return wrong;
      }
      const pending = this.blocks.length - before;
      const bound = LIMBO_BLOCKS + 2 * world.u32(home + HOME_KEPT) + atOnce;
      if (pending > bound && !isOfDead(world, home))
        return `limbo I4: ${pending} pending, ${world.u32(home + HOME_KEPT)} kept`;
      for (let q = 0; q < CLASSES_MAX; q++) {
        const first = world.u32(wordAt(home, q) + 4);
        const wrong = first === 0 ? undefined : this.free(world, first, q);
        if (wrong !== undefined) return wrong;
      }
    }
    return undefined;
  }

  /**
   * Nobody works: each block of each span is in the map or in a list, or else one of `others`, and
   * each region is named once. Behind `problem`.
   */
  account(world: World, at: Place, others: readonly number[] = []): string | undefined {
    for (let i = 0; i <= at.homes; i++) {
      const home = at.firstHome + i * at.homeBytes;
      if (world.u64(home + HOME_MOVING) !== 0n) return `home ${i}: a span or a list is on its way`;
    }
    const { blocks, regions } = this.reached.found;
    const classes = new Map<number, number>();
    this.blocks.forEach((block, i) => classes.set(block, this.classes[i]!));
    for (const block of others) {
      if (classes.has(block - HEAD) || blocks.includes(block))
        return `the block at ${block} is in two places`;
    }
    for (const block of [...blocks, ...others])
      classes.set(block - HEAD, world.u32(block - HEAD + BLOCK_KIND) & 0xff);
    return regionsProblem(world, at, regions) ?? spansProblem(world, at, classes);
  }
}

/** Whether a home is still that of somebody dead. */
function isOfDead(world: World, home: number): boolean {
  const owner = world.u32(home + HOME_OWNER);
  return owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) !== SLOT_ALIVE;
}

// ---- the account --------------------------------------------------------------------------------

/** The first block of a span, which is a slice (spans.ts). */
function firstOf(slice: number, q: number): number {
  const size = classBytes(q);
  const pad = SLICE % size >= HEAD || (size <= SLICE >> 3 && (size & 63) === 0) ? HEAD : 0;
  const rest = (SLICE - pad) % size;
  return (slice << SLICE_SHIFT) + pad + ((slice % ((rest >> 6) + 1)) << 6);
}

/** B1: a region of the map that is not retired is the domain's, or that of a value. */
function regionsProblem(world: World, at: Place, regions: readonly number[]): string | undefined {
  const own = world.u32(at.root + DOMAIN_REGION);
  const owner = world.u64(regionAt(world, own) + R_OWNER);
  for (let region = 0; region < REGIONS; region++) {
    const state = kindOf(world.u32(regionAt(world, region)));
    if (region === own || world.u64(regionAt(world, region) + R_OWNER) !== owner) continue;
    const named = regions.filter((other) => other === region).length;
    if (state === REGION_LIVE && named !== 1) return `leak: region ${region} has ${named} names`;
    if (state === REGION_CREATING) return `leak: region ${region} is nobody's`;
  }
  return undefined;
}

function spansProblem(
  world: World,
  at: Place,
  classes: ReadonlyMap<number, number>,
): string | undefined {
  const { pages, first } = head(world);
  const region = world.u32(at.root + DOMAIN_REGION);
  const known = new Map<number, number>();
  for (const [block, q] of classes) {
    const slice = block >> SLICE_SHIFT;
    if ((known.get(slice) ?? q) !== q) return `the slice ${slice} has blocks of two classes`;
    known.set(slice, q);
  }
  for (let slice = first << SLICES_SHIFT; slice < pages << SLICES_SHIFT; slice++) {
    const low = world.u32(sliceAt(world, slice));
    const isSpan = kindOf(low) === P_REGION && low >>> 16 === region;
    const q = known.get(slice);
    if (!isSpan && q !== undefined) return `slice ${slice} has blocks, and is no span of the map`;
    if (!isSpan) continue;
    if (q === undefined) return `leak: of span ${slice} no block is known`;
    for (let block = firstOf(slice, q); block + classBytes(q) <= (slice + 1) << SLICE_SHIFT; ) {
      if (!classes.has(block)) return `leak: the block at ${block + HEAD} of class ${q} is nowhere`;
      block += classBytes(q);
    }
  }
  return undefined;
}

// ---- names for traces ---------------------------------------------------------------------------

const HOME_NAMES: Names = {
  [HOME_OWNER]: 'owner',
  [HOME_PENDING]: 'pending',
  [HOME_MOVING]: 'moving',
  [HOME_KEPT]: 'kept',
  [HOME_BALANCE]: 'balance',
  [HOME_BIRTHS]: 'births',
  [HOME_NOW]: 'now',
};
for (let q = 0; q < CLASSES_MAX; q++) HOME_NAMES[HOME_WORDS + q * 8] = `W${classBytes(q)}`;

/** The word at `at` of a home, by name. */
export function nameHome(at: number, { homes, homeBytes, firstHome }: Place): string | undefined {
  if (at < firstHome || at >= firstHome + (homes + 1) * homeBytes) return undefined;
  return nameRecord(at, 'home', firstHome, homeBytes, HOME_NAMES);
}
