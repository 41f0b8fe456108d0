// The words of a Masstree as the checker reads them, the invariants that hold after every step, the
// account of all blocks when nobody works, and names for traces.

import {
  ARMED,
  LINE_BULK,
  LINE_COUNT,
  LINE_CURSOR,
  LINE_HOME,
  LINE_LOCKS,
  LINE_NEWS,
  LINE_NEXT,
  LINE_OLDS,
  LINE_OPEN,
  LINE_SNAPSHOTS,
  LINE_WORD,
  LOCKS,
  OLDS,
  PHASE,
} from '../../../../packages/masstree/build/numbers-gated/intent.ts';
import {
  GENERATION,
  H_ROOT,
  LINE,
  MAP_HEAD,
  MAP_LINES,
  MAP_NEWEST,
  MAP_NUMBER,
} from '../../../../packages/masstree/build/numbers-gated/layout.ts';
import { SNAPSHOT } from '../../../../packages/masstree/build/numbers-gated/open.ts';
import {
  D_ROOT,
  P_REGION,
  PAGE,
  R_OWNER,
  REGION_CREATING,
  REGION_LIVE,
  REGIONS,
  SLICE,
  SLICE_SHIFT,
  SLICES_SHIFT,
  SLOT_ALIVE,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import { GIVEN } from '../../../../packages/shm-arena/build/numbers-gated/reclaim/blocks.ts';
import {
  BLOCK_FREE,
  BLOCK_KIND,
  BLOCK_LINKS,
  CLASSES_MAX,
  DEPOT_BYTES,
  DOMAIN_DEPOT,
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
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import { LIMBO_BLOCKS } from '../../../../packages/shm-arena/build/numbers-gated/reclaim/limbo.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  head,
  isLive,
  kindOf,
  type Names,
  nameRecord,
  nameSystemWord,
  regionAt,
  sliceAt,
  slotAt,
} from '../common.ts';
import type { MapRun } from '../map/operations.ts';
import { present, walkLoading, walkPast } from './tree.ts';

/** State of a run: beside the snapshots what each number's instant was. */
export interface Run extends MapRun {
  /** The number that the map had after the last step, in words; -1: not looked at yet. */
  number: number;
  /** By the number of a snapshot: the hash of what could be reached at its instant. */
  instants: Record<string, number>;
  /** The most that was pending in a home that nobody has. */
  inherited: number;
}

// ---- where things stand -------------------------------------------------------------------------

interface Place {
  root: number;
  map: number;
  /** Participants, and so homes. */
  homes: number;
  homeBytes: number;
  firstHome: number;
}

const place: Place = { root: 0, map: 0, homes: 0, homeBytes: 0, firstHome: 0 };

function find(world: World, entry: number): Place {
  const root = world.u32(entryAt(world, entry) + D_ROOT);
  place.root = root;
  place.map = world.u32(root + DOMAIN_OWN);
  place.homes = world.u32(root + DOMAIN_HOMES);
  place.homeBytes = world.u32(root + DOMAIN_HOME_BYTES);
  place.firstHome = root + ((DOMAIN_DEPOT + CLASSES_MAX * DEPOT_BYTES + 63) & ~63);
  return place;
}

const lineAt = ({ map }: Place, slot: number): number => map + MAP_LINES + slot * LINE;
const wordAt = (home: number, q: number): number => home + HOME_WORDS + q * 8;
const depotAt = ({ root }: Place, q: number): number => root + DOMAIN_DEPOT + q * DEPOT_BYTES;
const phaseOf = (world: World, line: number): number => world.u32(line) & Number(PHASE);

/** The bytes of a block of a class, its header included. */
const classBytes = (q: number): number => (4 + (q & 3)) << (2 + (q >> 2));

// ---- what holds after every step ----------------------------------------------------------------

/** Lists of the domain, one after another: a block that is in two of them, or in the map. */
class Lists {
  readonly blocks: number[] = [];
  readonly classes: number[] = [];
  private marks = new Int32Array(0);
  private turn = 0;

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
    if (present.has(block + HEAD))
      return `limbo I1: the block at ${block + HEAD} is in a list and can be reached`;
    this.marks[block >> 4] = this.turn;
    this.blocks.push(block);
    this.classes.push(q);
    return undefined;
  }
}

const lists = new Lists();

function limbo(world: World, first: number, link: number, q: number): string | undefined {
  for (let at = first; at !== 0; at = world.u32(at + link)) {
    const wrong = lists.add(at, q);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The lowest bit of a link says which link of its block goes on. */
function free(world: World, first: number, q: number): string | undefined {
  for (let p = first; p !== 0; ) {
    const block = (p & ~1) >>> 0;
    const wrong = lists.add(block, q);
    if (wrong !== undefined) return wrong;
    p = world.u32(block + ((p & 1) === 0 ? BLOCK_FREE : BLOCK_LINKS));
  }
  return undefined;
}

/** What a write or a repair may retire before it collects: news, or olds. */
const AT_ONCE = 6;

/** Whether somebody who lives has a home. */
function isOwned(world: World, home: number): boolean {
  const owner = world.u32(home + HOME_OWNER);
  return owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === SLOT_ALIVE;
}

/** I1 and I4 of the domain. */
function domainProblem(world: World, at: Place, run: Run): string | undefined {
  lists.start(world);
  for (let i = 0; i < at.homes; i++) {
    const home = at.firstHome + i * at.homeBytes;
    const before = lists.blocks.length;
    for (let q = 0; q < CLASSES_MAX; q++) {
      const low = world.u32(wordAt(home, q));
      if ((low & ~1) === 0) continue;
      const wrong = limbo(world, (low & ~1) >>> 0, BLOCK_LINKS + (low & 1) * 4, q);
      if (wrong !== undefined) return wrong;
    }
    const pending = lists.blocks.length - before;
    // What a repair retires for the dead waits for the next owner's collect.
    if (!isOwned(world, home)) run.inherited = Math.max(run.inherited, pending);
    else if (pending - run.inherited > LIMBO_BLOCKS + 2 * world.u32(home + HOME_KEPT) + AT_ONCE)
      return `limbo I4: ${pending} pending, ${world.u32(home + HOME_KEPT)} kept`;
    for (let q = 0; q < CLASSES_MAX; q++) {
      const first = world.u32(wordAt(home, q) + 4);
      const wrong = first === 0 ? undefined : free(world, first, q);
      if (wrong !== undefined) return wrong;
    }
  }
  for (let q = 0; q < CLASSES_MAX; q++) {
    const cell = depotAt(at, q);
    if ((world.u32(cell + 4) & 255) !== Number(GIVEN >> 32n)) continue;
    const wrong = free(world, world.u32(cell), q);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The entries that all lines count; undefined: somebody is armed, or was when he died. */
function counted(world: World, at: Place): number | undefined {
  let entries = 0;
  for (let slot = 0; slot < at.homes; slot++) {
    const line = lineAt(at, slot);
    if (phaseOf(world, line) === Number(ARMED)) return undefined;
    const word = line + LINE_COUNT;
    entries += (world.u32(word + 4) | 0) * 2 ** 24 + (world.u32(word) >>> 8);
  }
  return entries;
}

/** Whether the intent of whoever has a lock names the block. */
function isNoted(world: World, at: Place, block: number, owner: number): boolean {
  const line = lineAt(at, owner - 1);
  if (world.u32(line + 4) === block) return phaseOf(world, line) !== 0;
  for (let i = 0; i < LOCKS; i++) if (world.u32(line + LINE_LOCKS + i * 4) === block) return true;
  return false;
}

/** Trees that are not the map's yet, or are taken apart, are whole, too. */
function loadsProblem(world: World, at: Place): string | undefined {
  for (let slot = 0; slot < at.homes; slot++) {
    const root = world.u32(lineAt(at, slot) + LINE_BULK + H_ROOT);
    // Z1: it may have become the map's just now.
    if (root === 0 || root === world.u32(at.map + MAP_HEAD + H_ROOT)) continue;
    const { wrong, held } = walkLoading(world, root);
    if (wrong !== undefined) return `what slot ${slot} loads: ${wrong}`;
    for (let i = 0; i < held.length; i += 2) {
      if (!isNoted(world, at, held[i]!, held[i + 1]!))
        return `the lock at ${held[i]} is in no intent of slot ${held[i + 1]! - 1}`;
    }
  }
  return undefined;
}

/** Notes what can be reached at the instant of a snapshot (open.ts, step 7). */
function noteInstant(world: World, at: Place, run: Run): void {
  const number = world.u32(at.map + MAP_NUMBER);
  if (number === run.number) return;
  if (run.number !== -1 && (number & 1) === 0) {
    const link = world.u32(at.map + MAP_HEAD + H_ROOT);
    run.instants[(number >> 1) - 1] = walkPast(world, link).hash;
  }
  run.number = number;
}

/** The tree, I4 of intent.ts, all open snapshots, and the domain's lists. */
export function invariantOf(world: World, entry: number, run: Run): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const at = find(world, entry);
  noteInstant(world, at, run);
  const found = present.from(world, world.u32(at.map + MAP_HEAD + H_ROOT), true);
  if (found.wrong !== undefined) return found.wrong;
  for (let i = 0; i < found.held.length; i += 2) {
    if (!isNoted(world, at, found.held[i]!, found.held[i + 1]!))
      return `the lock at ${found.held[i]} is in no intent of slot ${found.held[i + 1]! - 1}`;
  }
  const count = counted(world, at);
  if (count !== undefined && count !== found.entries)
    return `I4: ${count} entries are counted, ${found.entries} are there`;
  const loads = loadsProblem(world, at);
  if (loads !== undefined) return loads;
  for (const tag in run.snaps) {
    const wrong = snapshotProblem(world, run, tag);
    if (wrong !== undefined) return wrong;
  }
  return domainProblem(world, at, run);
}

/** The link of a snapshot's target. */
export const linkOf = (target: number): number => (target & ~SNAPSHOT) >>> 0;

/** Whether a snapshot is what it was at its instant. */
function snapshotProblem(world: World, run: Run, tag: string): string | undefined {
  const [target, number, size] = run.snaps[tag]!.target as [number, number, number];
  const { wrong, hash, entries } = walkPast(world, linkOf(target));
  if (wrong !== undefined) return `snapshot ${tag}: ${wrong}`;
  if (hash !== run.instants[number])
    return `N1: snapshot ${tag} of number ${number} is not what it was`;
  return entries === size ? undefined : `snapshot ${tag} of ${entries} entries says ${size}`;
}

// ---- the account --------------------------------------------------------------------------------

/** The first block of a span, which is a slice (spans.ts). */
function firstOf(slice: number, q: number): number {
  const size = classBytes(q);
  const pad = SLICE % size >= HEAD || (size <= SLICE >> 3 && (size & 63) === 0) ? HEAD : 0;
  const rest = (SLICE - pad) % size;
  return (slice << SLICE_SHIFT) + pad + ((slice % ((rest >> 6) + 1)) << 6);
}

/** Nobody works: no lock, no intent, and each block of each span is in the map or in a list. */
export function account(world: World, entry: number, run: Run): string | undefined {
  const wrong = invariantOf(world, entry, run);
  if (wrong !== undefined) return wrong;
  const at = find(world, entry);
  const { held, blocks } = present.found;
  if (held.length > 0) return `nobody works, but slot ${held[1]! - 1} has the lock at ${held[0]}`;
  const lines = linesProblem(world, at);
  if (lines !== undefined) return lines;
  for (let i = 0; i < at.homes; i++) {
    const home = at.firstHome + i * at.homeBytes;
    if (world.u64(home + HOME_MOVING) !== 0n) return `home ${i}: a span is on its way`;
  }
  const classes = new Map<number, number>();
  lists.blocks.forEach((block, i) => classes.set(block, lists.classes[i]!));
  for (const block of blocks)
    classes.set(block - HEAD, world.u32(block - HEAD + BLOCK_KIND) & 0xff);
  return regionsProblem(world, at) ?? spansProblem(world, at, classes);
}

function linesProblem(world: World, at: Place): string | undefined {
  let newest = 0n;
  for (let slot = 0; slot < at.homes; slot++) {
    const line = lineAt(at, slot);
    if (world.u64(line) !== 0n) return `nobody works, but slot ${slot} is writing`;
    if (world.u64(line + LINE_BULK + GENERATION) !== 0n || world.u32(line + LINE_BULK + H_ROOT))
      return `nobody works, but slot ${slot} is loading`;
    for (let word = LINE_LOCKS; word < LINE_OLDS + OLDS * 8; word += 4) {
      if (world.u32(line + word) !== 0)
        return `nobody works, but slot ${slot} has a note at ${word}`;
    }
    const open = world.u64(line + LINE_OPEN);
    if ((open === 0n) !== (world.u32(line + LINE_SNAPSHOTS) === 0))
      return `slot ${slot} has ${world.u32(line + LINE_SNAPSHOTS)} snapshots, the newest ${open}`;
    if (open > newest) newest = open;
  }
  if (world.u64(at.map + MAP_NEWEST) !== newest)
    return `the newest snapshot is ${newest}, not ${world.u64(at.map + MAP_NEWEST)}`;
  return undefined;
}

/** B1: a region of the map that is not retired is the domain's, or that of a value. */
function regionsProblem(world: World, at: Place): string | undefined {
  const own = world.u32(at.root + DOMAIN_REGION);
  const owner = world.u64(regionAt(world, own) + R_OWNER);
  for (let region = 0; region < REGIONS; region++) {
    const state = kindOf(world.u32(regionAt(world, region)));
    if (region === own || world.u64(regionAt(world, region) + R_OWNER) !== owner) continue;
    const named = present.found.regions.filter((other) => other === region).length;
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

const LINE_NAMES: Names = {
  0: 'state',
  4: 'first lock',
  [LINE_WORD]: 'word',
  [LINE_NEXT]: 'next',
  [LINE_COUNT]: 'count',
  [LINE_OPEN]: 'open',
  [LINE_SNAPSHOTS]: 'snapshots',
  [LINE_HOME]: 'home',
  [LINE_BULK]: 'load lock',
  [LINE_BULK + GENERATION]: 'loading',
  [LINE_BULK + H_ROOT]: 'load root',
  [LINE_CURSOR]: 'cursor',
};
for (let i = 0; i < LOCKS; i++) LINE_NAMES[LINE_LOCKS + i * 4] = `lock${i + 2}`;
for (let i = 0; LINE_NEWS + i * 8 < LINE_OLDS; i++) LINE_NAMES[LINE_NEWS + i * 8] = `new${i}`;
for (let i = 0; i < OLDS; i++) LINE_NAMES[LINE_OLDS + i * 8] = `old${i}`;

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

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  const { participants, first } = head(world);
  if (at < first * PAGE) return nameSystemWord(at, world, {}, {});
  const there = find(world, entry);
  const { map, homes, homeBytes, firstHome } = there;
  if (at >= firstHome && at < firstHome + homes * homeBytes)
    return nameRecord(at, 'home', firstHome, homeBytes, HOME_NAMES);
  if (at >= map && at < map + MAP_LINES + participants * LINE) {
    const names: Names = {
      [MAP_NUMBER]: 'number',
      [MAP_NEWEST]: 'newest',
      [MAP_HEAD]: 'head lock',
      [MAP_HEAD + H_ROOT]: 'head root',
    };
    if (at < map + MAP_LINES) return `map.${names[at - map] ?? `+${at - map}`}`;
    return nameRecord(at, 'line', map + MAP_LINES, LINE, LINE_NAMES);
  }
  return nameBlock(at, world, there);
}

/** A word of a block, by what is reached of it now. */
function nameBlock(at: number, world: World, { map }: Place): string {
  const { blocks } = present.from(world, world.u32(map + MAP_HEAD + H_ROOT), true);
  const i = blocks.findLastIndex((block) => {
    const bytes = classBytes(world.u32(block - HEAD + BLOCK_KIND) & 0xff);
    return at >= block - HEAD && at < block - HEAD + bytes;
  });
  if (i < 0) return `block at ${at}`;
  const offset = at - blocks[i]!;
  const name = offset === 0 ? 'lock' : offset === 16 ? 'live/root' : String(offset);
  return `block ${blocks[i]} (${i} in the map) + ${name}`;
}
