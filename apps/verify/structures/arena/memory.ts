// Where things stand in an arena of the gated build, what must hold there after every step, and
// what the words are called in traces.

import type { World } from '../../src/structure.ts';
import {
  entryAt,
  GRANT_BYTES,
  GRANTS,
  head,
  isLive,
  kindOf,
  type Names,
  PAGE,
  REGIONS,
  SLOT_BYTES,
  SLOT_WORDS,
  SLOTS,
  slotAt,
} from '../common.ts';

export const ENTRIES = 8;
const FREE = 0,
  CLAIMED = 1,
  SMALL = 2,
  ORPHAN = 3,
  CONT = 5,
  FREEING = 8;
const REGION = 6;
const RUNS = new Set([4, REGION, 7]);
/** In a descriptor. */
export const TYPES = { cell: 1, pool: 2 } as const;
/** Where threads keep their two descriptors, and the auditor its report, in scratch. */
export const DESCRIPTORS = { a: 0, b: 256 } as const;
export const REPORT = 512;
/** Of the directory. */
export const LOCK = 256;

export type Name = keyof typeof DESCRIPTORS;

const ownerOf = (low: number): number => (low >>> 4) & 0xfff;

// ---- what holds after every step

export function invariant(world: World, run: object): string | undefined {
  const { pages, participants, table, bitmaps, first, regions } = head(world);
  let rest = 0; // CONTs that the last head still promises.
  let over = -1; // The head they belong to.
  for (let page = first; page < pages; page++) {
    const low = world.u32(table + page * 8);
    const aux = world.u32(table + page * 8 + 4);
    const kind = kindOf(low);
    const owner = ownerOf(low);
    if (kind === CONT) {
      if (aux !== over)
        return `pages I2: page ${page} continues ${aux}, which is not in front of it`;
      rest--;
      continue;
    }
    if (rest > 0) return `pages I3: the run of ${over} lacks page ${page}`;
    over = -1;
    if (kind === FREE && (low !== 0 || aux !== 0))
      return `pages I1: page ${page} is free but not 0`;
    if (RUNS.has(kind)) {
      over = page;
      rest = aux - 1;
    } else if (kind === CLAIMED || kind === FREEING) {
      over = page;
      rest = 0;
    }
    if (
      kind !== SMALL &&
      kind !== ORPHAN &&
      (world.u32(bitmaps + page * 8) | world.u32(bitmaps + page * 8 + 4)) !== 0
    ) {
      return `heap I3: page ${page} has no blocks, but bits`;
    }
    if (owner !== 0 && kind !== 6 && kindOf(world.u32(slotAt(owner - 1))) === 0) {
      return `slot I2: page ${page} names slot ${owner - 1}, which is free`;
    }
  }
  if (rest > 0) return `pages I3: the run of ${over} ends outside`;
  const ahead = lockProblem(world, LOCK);
  if (ahead !== undefined) return ahead;
  for (let slot = 0; slot < participants; slot++) {
    const at = slotAt(slot);
    const wrong = lockProblem(world, at + 48);
    if (wrong !== undefined) return wrong;
    if (kindOf(world.u32(at)) !== 0) continue;
    if (world.u32(at + 64) !== 0 || world.u32(at + 96) !== 0)
      return `slot I3: slot ${slot} is free, but reserves`;
  }
  for (let record = 0; record < GRANTS; record++) {
    const wrong = grantProblem(world, record, regions);
    if (wrong !== undefined) return wrong;
  }
  for (let region = 0; region < REGIONS; region++) {
    const low = world.u32(regions + region * 64);
    const owner = ownerOf(low);
    if (owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === 0) {
      return `slot I2: region ${region} names slot ${owner - 1}, which is free`;
    }
  }
  return lifeProblem(world, run);
}

// ---- lives: who is free was never the same before

/** State words with a generation that rises on the way to FREE: entries, regions, grants. */
function stateWords(world: World): number[] {
  const { regions } = head(world);
  const words: number[] = [];
  for (let entry = 0; entry < ENTRIES; entry++) words.push(entryAt(world, entry));
  for (let region = 0; region < REGIONS; region++) words.push(regions + region * 64);
  for (let record = 0; record < GRANTS; record++)
    words.push(regions + REGIONS * 64 + record * GRANT_BYTES);
  return words;
}

interface Lives {
  readonly words: readonly number[];
  /** Kind and generation of each, as of the last step of this run. */
  readonly seen: Uint32Array;
  run: object;
}

const livesOf = new WeakMap<World, Lives>();

function look(world: World, { words, seen }: Lives): void {
  words.forEach((at, n) => {
    seen[n * 2] = kindOf(world.u32(at));
    seen[n * 2 + 1] = world.u32(at + 4);
  });
}

function lifeProblem(world: World, run: object): string | undefined {
  let lives = livesOf.get(world);
  if (lives === undefined) {
    const words = stateWords(world);
    livesOf.set(world, (lives = { words, seen: new Uint32Array(words.length * 2), run: {} }));
  }
  const { words, seen } = lives;
  // What the run before has left says nothing.
  if (lives.run !== run) look(world, lives);
  lives.run = run;
  for (let n = 0; n < words.length; n++) {
    const at = words[n]!;
    const [kind, life] = [kindOf(world.u32(at)), world.u32(at + 4)];
    if (kind === 0 && seen[n * 2] !== 0 && seen[n * 2 + 1] === life) {
      return `a life twice: ${word(at, world)} is free again with the generation it had`;
    }
    seen[n * 2] = kind;
    seen[n * 2 + 1] = life;
  }
  return undefined;
}

// ---- what holds when nobody works

/** Something that is in somebody's hands: an entry, a region, a grant, a run of pages, a lock. */
export function inHands(world: World): string | undefined {
  const { pages, participants, table, first } = head(world);
  for (const at of stateWords(world)) {
    if (ownerOf(world.u32(at)) !== 0) return `nobody works, but ${word(at, world)} is in hands`;
  }
  for (let page = first; page < pages; page++) {
    const kind = kindOf(world.u32(table + page * 8));
    if (kind === CLAIMED || kind === FREEING) return `nobody works, but page ${page} is in hands`;
  }
  for (let slot = 0; slot < participants; slot++) {
    if (kindOf(world.u32(slotAt(slot))) > 1) return `slot ${slot} is dead, and nobody recovered it`;
  }
  const locks = [LOCK, ...Array.from({ length: participants }, (_, slot) => slotAt(slot) + 48)];
  for (const at of locks) {
    const low = world.u32(at);
    if (low === 0) continue;
    const by = slotAt(low - 1);
    if (kindOf(world.u32(by)) === 1 && world.u32(by + 4) === world.u32(at + 4)) {
      return `nobody works, but ${word(at, world)} is held by slot ${low - 1}, which lives`;
    }
  }
  return undefined;
}

/** The root of a structure that lives names a region that does not. */
export function rootless(world: World): string | undefined {
  const { regions } = head(world);
  for (let entry = 0; entry < ENTRIES; entry++) {
    if (!isLive(world, entry)) continue;
    const at = entryAt(world, entry);
    const root = world.u32(at + 8);
    const region = world.u32(at + 12) === TYPES.pool ? root : (root & 255) - 1;
    const kind = kindOf(world.u32(regions + region * 64));
    if (kind !== 2) return `the root of entry ${entry} names region ${region}, which is ${kind}`;
  }
  return undefined;
}

/** A living region's line asks for pages, or counts others than the table gives its shard. */
export function asking(world: World): string | undefined {
  const { pages, participants, table, regions, first } = head(world);
  for (let region = 0; region < REGIONS; region++) {
    if (kindOf(world.u32(regions + region * 64)) !== 2) continue;
    const base = world.u32(regions + region * 64 + 32);
    for (let slot = 0; slot < participants; slot++) {
      const [held, asked] = [8, 12].map((x) => world.u32(base + slot * 64 + x)) as [number, number];
      if (asked !== 0) return `nobody works, but slot ${slot} asks region ${region} for ${asked}`;
      let found = 0;
      for (let page = first; page < pages; page++) {
        const low = world.u32(table + page * 8);
        if (kindOf(low) !== REGION || low >>> 16 !== region || ownerOf(low) !== slot + 1) continue;
        found += world.u32(table + page * 8 + 4);
      }
      if (held !== found)
        return `region ${region}, slot ${slot}: ${held} pages, in the table ${found}`;
    }
  }
  return undefined;
}

/** A byte that nobody has and that is not zero, where blocks are zeroed. */
export function unwiped(world: World): string | undefined {
  const { pages, first } = head(world);
  for (let at = first * PAGE; at < pages * PAGE; at += 8) {
    const state = world.state(at);
    if ((state === 'free' || state === 'room') && world.u64(at) !== 0n)
      return `nobody has ${word(at, world)}, and it is not zero`;
  }
  return undefined;
}

/** The first worker watched another; it died, and nobody buried the other. */
export function unburied(world: World): string | undefined {
  const { child, slot } = world.threads[0]!.local;
  if (child === undefined || kindOf(world.u32(slotAt(slot!))) !== 0) return undefined;
  const own = world.threads[child]!.local.slot!;
  return kindOf(world.u32(slotAt(own))) === 0
    ? undefined
    : `the dead's child has slot ${own} still`;
}

/** What a life of a slot has open: by slot and entry, the generations of both. */
export type Joined = Record<string, readonly [life: number, generation: number]>;

/** Somebody alive has a structure open, and its bit is not set: its death would not be repaired. */
export function unjoined(world: World, joined: Joined): string | undefined {
  for (const [key, [life, generation]] of Object.entries(joined)) {
    const [slot, entry] = key.split(':').map(Number) as [number, number];
    const [own, at] = [slotAt(slot), entryAt(world, entry)];
    if (kindOf(world.u32(own)) !== 1 || world.u32(own + 4) !== life) continue;
    if (kindOf(world.u32(at)) !== 2 || world.u32(at + 4) !== generation) continue;
    if ((world.u32(at + 40) & (1 << slot)) === 0) return `slot ${slot} is not joined to ${entry}`;
  }
  return undefined;
}

/** A lock names a life that has begun. */
function lockProblem(world: World, at: number): string | undefined {
  const low = world.u32(at);
  if (low === 0 || world.u32(slotAt(low - 1) + 4) >= world.u32(at + 4)) return undefined;
  return `lock I2: ${word(at, world)} names a life of slot ${low - 1} that has not begun`;
}

function grantProblem(world: World, record: number, regions: number): string | undefined {
  const at = regions + REGIONS * 64 + record * GRANT_BYTES;
  const low = world.u32(at);
  const kind = kindOf(low);
  const owner = ownerOf(low);
  if (owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === 0) {
    return `slot I2: grant ${record} names slot ${owner - 1}, which is free`;
  }
  const stands = ((world.u32(512) >>> record) & 1) !== 0;
  if (kind === 0 && stands) return `grants I1: grant ${record} is free, but its era stands`;
  if (kind !== 2) return undefined;
  if (!stands) return `grants I1: grant ${record} is given, but its era does not stand`;
  // Its root names a region and the region's generation: it has not been freed since.
  const root = world.u32(at + 24);
  const region = regions + ((root & 255) - 1) * 64;
  const life = kindOf(world.u32(region));
  if (root !== 0 && (world.u32(region + 4) !== root >>> 8 || life === 0 || life === 5)) {
    return `grants I4: the region that grant ${record} keeps was freed`;
  }
  return undefined;
}

/** A grant that is not free. */
export function leased(world: World): string | undefined {
  const { regions } = head(world);
  for (let record = 0; record < GRANTS; record++) {
    const at = regions + REGIONS * 64 + record * GRANT_BYTES;
    if (kindOf(world.u32(at)) !== 0) return word(at, world);
  }
  return undefined;
}

// ---- names for traces

const HEADER: Names = {
  128: 'clock',
  192: 'page hint',
  [LOCK]: 'directory lock',
  320: 'orphans',
  384: 'retired hint',
  448: 'releases',
  512: 'granted',
};
const SLOT: Names = { ...SLOT_WORDS, 8: 'thread', 12: 'lock held', 20: 'scratch bytes' };
const GRANT: Names = { 0: 'state', 8: 'of', 16: 'era', 24: 'root' };
const REGION_WORDS: Names = {
  0: 'state',
  8: 'owner',
  16: 'birth',
  24: 'retired',
  32: 'base',
  36: 'budget',
};

export function word(at: number, world: World): string {
  const { pages, participants, directory, regions, table, bitmaps, first } = head(world);
  if (at < SLOTS) return HEADER[at] ?? `header+${at}`;
  if (at < slotAt(participants)) {
    const x = (at - SLOTS) % SLOT_BYTES;
    const field =
      SLOT[x] ??
      (x >= 320 && x < 572 ? `heap[${Math.floor((x - 320) / 12)}]+${(x - 320) % 12}` : `+${x}`);
    return `slot[${Math.floor((at - SLOTS) / SLOT_BYTES)}].${field}`;
  }
  if (at < regions) {
    const x = (at - directory) % 256;
    const field = x === 0 ? 'state' : x === 8 ? 'root' : `+${x}`;
    return `entry[${Math.floor((at - directory) / 256)}].${field}`;
  }
  const granted = regions + REGIONS * 64;
  if (at >= granted && at < table) {
    const x = (at - granted) % GRANT_BYTES;
    return `grant[${Math.floor((at - granted) / GRANT_BYTES)}].${GRANT[x] ?? `+${x}`}`;
  }
  if (at < table) {
    const x = (at - regions) & 63;
    return `region[${(at - regions) >> 6}].${REGION_WORDS[x] ?? `+${x}`}`;
  }
  if (at < table + pages * 8) return `page[${(at - table) >> 3}]${(at & 7) === 0 ? '' : '+4'}`;
  if (at < bitmaps) return `link[${(at - table - pages * 8) >> 2}]`;
  if (at < first * PAGE) return `bits[${(at - bitmaps) >> 3}]`;
  return `page ${Math.floor(at / PAGE)} + ${at % PAGE}`;
}
