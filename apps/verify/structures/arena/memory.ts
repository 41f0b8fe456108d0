// Where things stand in an arena of the gated build, what must hold there after every step, and
// what the words are called in traces.

import {
  BITMAP,
  CLASSES,
  D_JOINED,
  D_LINKED,
  D_ROOT,
  DIRECTORY_LOCK,
  ENTRIES,
  ENTRY_LIVE,
  G_ROOT,
  GRANT_FREE,
  GRANT_GIVEN,
  GRANTS,
  H_BITMAPS_AT,
  HEAP_BYTES,
  ORPHANS,
  P_CLAIMED,
  P_CONT,
  P_FREE,
  P_FREEING,
  P_LARGE,
  P_ORPHAN,
  P_REGION,
  P_SCRATCH,
  P_SMALL,
  PAGE,
  PAGE_HINT,
  R_BASE,
  REFUSED_PAGES,
  REFUSED_SLICES,
  REGION_FREE,
  REGION_FREEING,
  REGION_LIVE,
  REGIONS,
  RELEASES,
  RETIRED_HINT,
  ROOMY,
  S_HEAP,
  S_LEASES,
  S_LEDGER,
  S_LOCK_HELD,
  S_LOWER,
  S_OVER_LOWER,
  S_REAPER,
  S_ROOM,
  S_SCRATCH_BYTES,
  S_THREAD,
  SHARD_BYTES,
  SLICE,
  SLICE_HINT,
  SLICES_SHIFT,
  SLOT_ALIVE,
  SLOT_FREE,
  SLOTS,
  SPAN_HINT,
  TOP,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import type { World } from '../../src/structure.ts';
import {
  entryAt,
  grantAt,
  grants,
  head,
  isGranted,
  isLive,
  kindOf,
  lifeOf,
  type Names,
  nameSystemWord,
  ownerOf,
  pageAt,
  regionAt,
  sliceAt,
  slotAt,
} from '../common.ts';

const RUNS = new Set([P_LARGE, P_REGION, P_SCRATCH]);
const SPANS = new Set([P_SMALL, P_ORPHAN]);
const IN_FLIGHT = new Set([P_CLAIMED, P_FREEING]);
/** In a descriptor. */
export const TYPES = { cell: 1, pool: 2 } as const;
/** Where threads keep their two descriptors, and the auditor its report, in scratch. */
export const DESCRIPTORS = { a: 0, b: 256 } as const;
export const REPORT = 512;

export type Name = keyof typeof DESCRIPTORS;

// ---- what holds after every step

export function invariant(world: World, run: object): string | undefined {
  const { pages, participants, first } = head(world);
  const wrong =
    tableProblem(world, 'page', (i) => pageAt(world, i), first, pages) ??
    tableProblem(
      world,
      'slice',
      (i) => sliceAt(world, i),
      first << SLICES_SHIFT,
      pages << SLICES_SHIFT,
    ) ??
    sharedProblem(world);
  if (wrong !== undefined) return wrong;
  const ahead = lockProblem(world, DIRECTORY_LOCK);
  if (ahead !== undefined) return ahead;
  for (let slot = 0; slot < participants; slot++) {
    const at = slotAt(slot);
    const wrong = lockProblem(world, at + S_REAPER);
    if (wrong !== undefined) return wrong;
    if (kindOf(world.u32(at)) !== SLOT_FREE) continue;
    if ([S_LOWER, S_OVER_LOWER, S_LEASES, S_LEDGER].some((x) => world.u32(at + x) !== 0))
      return `slot I3: slot ${slot} is free, but reserves`;
  }
  for (let record = 0; record < grants(world); record++) {
    const wrong = grantProblem(world, record);
    if (wrong !== undefined) return wrong;
  }
  for (let region = 0; region < REGIONS; region++) {
    const owner = ownerOf(world.u32(regionAt(world, region)));
    if (owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === SLOT_FREE) {
      return `slot I2: region ${region} names slot ${owner - 1}, which is free`;
    }
  }
  return lifeProblem(world, run);
}

/** The words of pages, or of slices, from `first` on. */
function tableProblem(
  world: World,
  what: string,
  wordAt: (i: number) => number,
  first: number,
  end: number,
): string | undefined {
  let rest = 0; // CONTs that the last head still promises.
  let over = -1; // The head they belong to.
  for (let i = first; i < end; i++) {
    const at = wordAt(i);
    const [low, aux] = [world.u32(at), world.u32(at + 4)];
    const kind = kindOf(low);
    if (kind === P_CONT) {
      if (aux !== over)
        return `pages I2: ${what} ${i} continues ${aux}, which is not in front of it`;
      rest--;
      continue;
    }
    if (rest > 0) return `pages I3: the run of ${what} ${over} lacks ${i}`;
    over = -1;
    const bits = what === 'page' ? low & 0xffff0000 : 0;
    if (kind === P_FREE && (low - bits !== 0 || aux !== 0))
      return `pages I1: ${what} ${i} is free but not 0`;
    const spans = SPANS.has(kind);
    if (RUNS.has(kind) || spans || IN_FLIGHT.has(kind)) over = i;
    rest = RUNS.has(kind) ? aux - 1 : spans ? (low >>> 24) - 1 : 0;
    const owner = ownerOf(low);
    if (owner !== 0 && kind !== P_REGION && kindOf(world.u32(slotAt(owner - 1))) === SLOT_FREE)
      return `slot I2: ${what} ${i} names slot ${owner - 1}, which is free`;
  }
  return rest > 0 ? `pages I3: the run of ${what} ${over} ends outside` : undefined;
}

/** Whether the word of a slice belongs to a run whose head has its final word. */
function isFinal(world: World, low: number, aux: number): boolean {
  const kind = kindOf(low);
  const top = kind === P_CONT ? kindOf(world.u32(sliceAt(world, aux))) : kind;
  return top !== P_FREE && !IN_FLIGHT.has(top);
}

/** What slices say that their pages do not, and bits where there is no span. */
function sharedProblem(world: World): string | undefined {
  const { pages, bitmaps, first } = head(world);
  const top = world.u32(TOP);
  for (let i = first << SLICES_SHIFT; i < pages << SLICES_SHIFT; i++) {
    const over = i >> SLICES_SHIFT;
    const [own, whole] = [world.u32(sliceAt(world, i)), world.u32(pageAt(world, over))];
    if (over >= top && (own !== 0 || whole !== 0))
      return `pages I7: page ${over} is not free, and TOP is ${top}`;
    const place = 16 + (i & ((1 << SLICES_SHIFT) - 1));
    const bit = kindOf(whole) === P_FREE && ((whole >>> place) & 1) !== 0;
    if (bit && own === 0) return `pages I6: slice ${i} has a bit, and is free`;
    if (!bit && isFinal(world, own, world.u32(sliceAt(world, i) + 4)))
      return `pages I6: slice ${i} is somebody's, and has no bit`;
    const spans =
      SPANS.has(kindOf(own)) || (SPANS.has(kindOf(whole)) && i === over << SLICES_SHIFT);
    if (!spans && (world.u32(bitmaps + i * BITMAP) | world.u32(bitmaps + i * BITMAP + 4)) !== 0)
      return `heap I3: slice ${i} has no blocks, but bits`;
  }
  return undefined;
}

// ---- lives: who is free was never the same before

/**
 * State words with a generation that rises on the way to FREE: entries, regions, grants, of which
 * those of the first group are there from the start.
 */
function stateWords(world: World, records: number = GRANTS): number[] {
  const words: number[] = [];
  for (let entry = 0; entry < ENTRIES; entry++) words.push(entryAt(world, entry));
  for (let region = 0; region < REGIONS; region++) words.push(regionAt(world, region));
  for (let record = 0; record < records; record++) words.push(grantAt(world, record));
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
    seen[n * 2 + 1] = lifeOf(world, at);
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
    const [kind, life] = [kindOf(world.u32(at)), lifeOf(world, at)];
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
  const { pages, participants, first } = head(world);
  for (const at of stateWords(world, grants(world))) {
    if (ownerOf(world.u32(at)) !== 0) return `nobody works, but ${word(at, world)} is in hands`;
  }
  const runs = Array.from({ length: pages - first }, (_, n) => pageAt(world, first + n));
  for (let i = first << SLICES_SHIFT; i < pages << SLICES_SHIFT; i++) runs.push(sliceAt(world, i));
  for (const at of runs) {
    if (IN_FLIGHT.has(kindOf(world.u32(at))))
      return `nobody works, but ${word(at, world)} is in hands`;
  }
  for (let slot = 0; slot < participants; slot++) {
    if (kindOf(world.u32(slotAt(slot))) > SLOT_ALIVE)
      return `slot ${slot} is dead, and nobody recovered it`;
  }
  const locks = [
    DIRECTORY_LOCK,
    ...Array.from({ length: participants }, (_, slot) => slotAt(slot) + S_REAPER),
  ];
  for (const at of locks) {
    const low = world.u32(at);
    if (low === 0) continue;
    const by = slotAt(low - 1);
    if (kindOf(world.u32(by)) === SLOT_ALIVE && lifeOf(world, by) === lifeOf(world, at)) {
      return `nobody works, but ${word(at, world)} is held by slot ${low - 1}, which lives`;
    }
  }
  return undefined;
}

/** The root of a structure that lives names a region that does not. */
export function rootless(world: World): string | undefined {
  for (let entry = 0; entry < ENTRIES; entry++) {
    if (!isLive(world, entry)) continue;
    const at = entryAt(world, entry);
    const root = world.u32(at + D_ROOT);
    const region = world.u32(at + D_LINKED) === TYPES.pool ? root : (root & 255) - 1;
    const kind = kindOf(world.u32(regionAt(world, region)));
    if (kind !== REGION_LIVE)
      return `the root of entry ${entry} names region ${region}, which is ${kind}`;
  }
  return undefined;
}

/** A living region's line asks for pages, or counts others than the table gives its shard. */
export function asking(world: World): string | undefined {
  const { pages, participants, first } = head(world);
  for (let region = 0; region < REGIONS; region++) {
    const at = regionAt(world, region);
    if (kindOf(world.u32(at)) !== REGION_LIVE) continue;
    const base = world.u32(at + R_BASE);
    for (let slot = 0; slot < participants; slot++) {
      const [held, asked] = [8, 12].map((x) => world.u32(base + slot * SHARD_BYTES + x)) as [
        number,
        number,
      ];
      if (asked !== 0) return `nobody works, but slot ${slot} asks region ${region} for ${asked}`;
      let found = 0;
      for (let page = first; page < pages; page++) {
        const low = world.u32(pageAt(world, page));
        if (kindOf(low) !== P_REGION || low >>> 16 !== region || ownerOf(low) !== slot + 1)
          continue;
        found += world.u32(pageAt(world, page) + 4);
      }
      if (held !== found)
        return `region ${region}, slot ${slot}: ${held} pages, in the table ${found}`;
    }
  }
  return undefined;
}

/** Heap I5: room, or an empty span, of a living slot that nobody would find. */
export function untold(world: World): string | undefined {
  const { pages, first } = head(world);
  for (let i = first << SLICES_SHIFT; i < pages << SLICES_SHIFT; i++) {
    const whole = (i & ((1 << SLICES_SHIFT) - 1)) === 0;
    const wrong =
      untoldOf(world, i, sliceAt(world, i), SLICE) ??
      (whole ? untoldOf(world, i, pageAt(world, i >> SLICES_SHIFT), PAGE) : undefined);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Of one span, whose word stands at `at`; the checker's have one word of bits. */
function untoldOf(world: World, span: number, at: number, unit: number): string | undefined {
  const low = world.u32(at);
  if (kindOf(low) !== P_SMALL) return undefined;
  const slot = slotAt(ownerOf(low) - 1);
  const [q, n] = [(low >>> 16) & 255, low >>> 24];
  if (world.u32(slot + S_HEAP + q * HEAP_BYTES) === span) return undefined;
  const blocks = Math.floor((n * unit) / ((4 + (q & 3)) << (2 + (q >> 2))));
  const bits = world.u64(world.u32(H_BITMAPS_AT) + span * BITMAP);
  const room = world.u64(slot + S_ROOM);
  const full = (1n << BigInt(blocks)) - 1n;
  if (bits !== full && ((room >> BigInt(q)) & 1n) === 0n)
    return `heap I5: span ${span} has room, and its owner is not told`;
  if (bits === 0n && room >> 63n === 0n)
    return `heap I5: span ${span} is empty, and its owner is not told`;
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
  if (child === undefined || kindOf(world.u32(slotAt(slot!))) !== SLOT_FREE) return undefined;
  const own = world.threads[child]!.local.slot!;
  return kindOf(world.u32(slotAt(own))) === SLOT_FREE
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
    if (kindOf(world.u32(own)) !== SLOT_ALIVE || lifeOf(world, own) !== life) continue;
    if (kindOf(world.u32(at)) !== ENTRY_LIVE || lifeOf(world, at) !== generation) continue;
    if ((world.u32(at + D_JOINED) & (1 << slot)) === 0)
      return `slot ${slot} is not joined to ${entry}`;
  }
  return undefined;
}

/** A lock names a life that has begun. */
function lockProblem(world: World, at: number): string | undefined {
  const low = world.u32(at);
  if (low === 0 || lifeOf(world, slotAt(low - 1)) >= lifeOf(world, at)) return undefined;
  return `lock I2: ${word(at, world)} names a life of slot ${low - 1} that has not begun`;
}

function grantProblem(world: World, record: number): string | undefined {
  const at = grantAt(world, record);
  const low = world.u32(at);
  const kind = kindOf(low);
  const owner = ownerOf(low);
  if (owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === SLOT_FREE) {
    return `slot I2: grant ${record} names slot ${owner - 1}, which is free`;
  }
  const stands = isGranted(world, record);
  if (kind === GRANT_FREE && stands)
    return `grants I1: grant ${record} is free, but its era stands`;
  if (kind !== GRANT_GIVEN) return undefined;
  if (!stands) return `grants I1: grant ${record} is given, but its era does not stand`;
  // Its root names a region and the region's generation: it has not been freed since.
  const root = world.u32(at + G_ROOT);
  const region = regionAt(world, (root & 255) - 1);
  const kept = kindOf(world.u32(region));
  const gone = kept === REGION_FREE || kept === REGION_FREEING;
  if (root !== 0 && (lifeOf(world, region) !== root >>> 8 || gone)) {
    return `grants I4: the region that grant ${record} keeps was freed`;
  }
  return undefined;
}

/** A grant that is not free. */
export function leased(world: World): string | undefined {
  for (let record = 0; record < grants(world); record++) {
    const at = grantAt(world, record);
    if (kindOf(world.u32(at)) !== GRANT_FREE) return word(at, world);
  }
  return undefined;
}

// ---- names for traces

const HEADER: Names = {
  [PAGE_HINT]: 'page hint',
  [DIRECTORY_LOCK]: 'directory lock',
  [ORPHANS]: 'orphans',
  [RETIRED_HINT]: 'retired hint',
  [RELEASES]: 'releases',
  [REFUSED_PAGES]: 'refused pages',
  [REFUSED_SLICES]: 'refused slices',
  [TOP]: 'top',
  [ROOMY]: 'roomy',
  [SLICE_HINT]: 'slice hint',
  [SPAN_HINT]: 'span hint',
};
const SLOT: Names = {
  [S_THREAD]: 'thread',
  [S_LOCK_HELD]: 'lock held',
  [S_SCRATCH_BYTES]: 'scratch bytes',
  [S_ROOM]: 'room',
};
for (let q = 0; q < CLASSES; q++) {
  for (const [n, hint] of ['span', 'cursor', 'orphans'].entries())
    SLOT[S_HEAP + q * HEAP_BYTES + n * 4] = `heap ${hint} ${q}`;
}

export function word(at: number, world: World): string {
  const { pages, bitmaps, first } = head(world);
  const known = nameSystemWord(at, world, SLOT, {});
  if (known !== undefined) return known;
  if (at < SLOTS) return HEADER[at] ?? `header+${at}`;
  const links = sliceAt(world, pages << SLICES_SHIFT);
  if (at < bitmaps) return `link[${(at - links) >> 2}]`;
  if (at < first * PAGE) return `bits[${(at - bitmaps) >> 3}]`;
  return `page ${Math.floor(at / PAGE)} + ${at % PAGE}`;
}
