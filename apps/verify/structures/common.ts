// What several structures have in common: the words of an arena in the gated build, plans and
// lists of scenarios, the set-up of an arena and its threads, keys in calls, the repair after a
// death, and the look for lost pages. A map here is one of ordered keys: avl and skiplist.

import type {
  Call,
  KernelFunction,
  OpCall,
  Plan,
  Scenario,
  Steps,
  Thread,
  World,
} from '../src/structure.ts';

// ---- where things stand -------------------------------------------------------------------------

export const PAGE = 1024;
export const SLOTS = 1024;
export const SLOT_BYTES = 1024;
export const REGIONS = 8;
export const GRANTS = 2;
export const GRANT_BYTES = 32;
/** Point leases of a slot; the next is in its overflow interval. */
export const LEASES = 3;

export const head = (world: World) => ({
  pages: world.u32(28),
  participants: world.u32(36),
  directory: world.u32(84),
  regions: world.u32(88),
  table: world.u32(92),
  bitmaps: world.u32(100),
  first: world.u32(104),
});

export const slotAt = (slot: number): number => SLOTS + slot * SLOT_BYTES;
export const kindOf = (low: number): number => low & 15;
export const entryAt = (world: World, entry: number): number => world.u32(84) + entry * 256;
/** Whether the structure is published and not destroyed. */
export const isLive = (world: World, entry: number): boolean =>
  kindOf(world.u32(entryAt(world, entry))) === 2;

/**
 * A key's bytes as characters, in their order: each slice stands with its first byte highest, slice
 * i at `first` + 8 i, from the third on at `rest` + 8 i.
 */
export function keyIn(world: World, length: number, first: number, rest: number): string {
  let key = '';
  for (let i = 0; i < length; i++) {
    const at = (i < 16 ? first : rest) + (i & ~7) + 7 - (i & 7);
    key += String.fromCharCode(world.u8[at]!);
  }
  return key;
}

/** Names of words, by their offset. */
export type Names = Record<number, string>;

export const SLOT_WORDS: Names = {
  0: 'state',
  16: 'scratch',
  24: 'pins',
  28: 'status',
  48: 'reaper',
  64: 'lower',
  72: 'upper',
  80: 'over lower',
  88: 'over upper',
  96: 'lease 0',
  104: 'lease 1',
  112: 'lease 2',
};
const ENTRY: Names = { 0: 'state', 8: 'root' };

/** The word at `at`, below the pages, by name. `slot`, `entry`: names that a map adds there. */
export function nameSystemWord(
  at: number,
  world: World,
  slot: Names,
  entry: Names,
): string | undefined {
  const { pages, participants, directory, regions, table } = head(world);
  if (at === 128) return 'era';
  if (at >= SLOTS && at < slotAt(participants)) {
    const x = (at - SLOTS) % SLOT_BYTES;
    const field = SLOT_WORDS[x] ?? slot[x] ?? `+${x}`;
    return `slot[${Math.floor((at - SLOTS) / SLOT_BYTES)}].${field}`;
  }
  if (at >= directory && at < regions) {
    const x = (at - directory) % 256;
    const field = ENTRY[x] ?? entry[x] ?? `+${x}`;
    return `entry[${Math.floor((at - directory) / 256)}].${field}`;
  }
  if (at >= regions && at < table) return `region[${(at - regions) >> 6}]+${(at - regions) & 63}`;
  if (at >= table && at < table + pages * 8) return `page[${(at - table) >> 3}]`;
  return undefined;
}

// ---- plans and scenarios ------------------------------------------------------------------------

export const twice: Plan = { strategy: 'dfs', preemptions: 2 };
export const die: Plan = { strategy: 'dfs', preemptions: 1, kills: 1 };
export const dieTwice: Plan = { strategy: 'dfs', preemptions: 0, kills: 2 };
export const refuse: Plan = { strategy: 'dfs', preemptions: 1, failures: true };
export const alone: Plan = { strategy: 'dfs', preemptions: 1, progress: true };
export const pct: Plan = { strategy: 'pct', runs: 3_000, depth: 4, kills: 2 };

/** The quick suite: so many schedules of `twice`, `die` and `dieTwice`, and so many random runs. */
export const quickly = (
  limits: readonly [twice: number, die: number, dieTwice: number],
  runs: number,
): Plan[] => [
  { ...twice, limit: limits[0] },
  { ...die, limit: limits[1] },
  { ...dieTwice, limit: limits[2] },
  { strategy: 'pct', runs, depth: 3, kills: 2 },
];

/** The full suite of a map. */
export const MAP_FULL: Plan[] = [
  twice,
  die,
  dieTwice,
  refuse,
  alone,
  pct,
  { strategy: 'dfs', preemptions: 0, kills: 1, failures: true },
];
/** Long programs: random instead of all. */
const LONG: Pick<Scenario, 'quick' | 'full'> = {
  quick: [{ strategy: 'pct', runs: 400, depth: 4, kills: 1 }],
  full: [
    { strategy: 'dfs', preemptions: 1 },
    { strategy: 'pct', runs: 30_000, depth: 5, kills: 2 },
    { strategy: 'random', runs: 5_000 },
  ],
};

export type Program = readonly OpCall[];
type Own = Pick<Scenario, 'quick' | 'full' | 'observe' | 'may'>;

/**
 * A map's list of scenarios and the settings of each: `usual` unless it has its own. `scenario`
 * adds one; `long` adds one with long programs, of which `usualLong` is usual, too.
 */
export function collect<S extends object>(usual: S, usualLong: Partial<S> = {}) {
  const settings = new Map<string, S>();
  const scenarios: Scenario[] = [];
  const scenario = (
    name: string,
    threads: readonly Program[],
    prepare: Program = [],
    own: Partial<S> = {},
    more: Own = {},
  ): void => {
    settings.set(name, { ...usual, ...own });
    scenarios.push({ name, threads, prepare, ...more });
  };
  const long = (
    name: string,
    threads: readonly Program[],
    prepare: Program = [],
    own: Partial<S> = {},
    more: Own = {},
  ): void => scenario(name, threads, prepare, { ...usualLong, ...own }, { ...LONG, ...more });
  return { settings, scenarios, scenario, long };
}

// ---- set-up -------------------------------------------------------------------------------------

/** An arena with `pages` beside the tables and the threads' scratch; all are marked free. */
export function createArena(world: World, pages: number, flags = 0): void {
  const arena = world.threads[0]!.kernels.arena!;
  for (const t of world.threads) for (const kernel of Object.values(t.kernels)) kernel.setup!();
  const participants = world.threads.length;
  let total = participants + pages;
  while (arena.systemPages!(total, participants) + participants + pages > total) total++;
  if (arena.create!(total, participants, flags, 1, 2, 3, 4, 5, 6, 7, 8) !== 0)
    throw new Error('create');
  const { first } = head(world);
  world.mark('free', first * PAGE, (total - first) * PAGE);
}

/** Gives the thread a slot, and tells the structure's kernel of it. */
export function attach(t: Thread, kernel: Record<string, KernelFunction>): void {
  t.local.slot = t.kernels.arena!.attach!(t.id + 1);
  if (t.local.slot! < 0) throw new Error(`attach: ${t.local.slot}`);
  kernel.join!(t.local.slot);
}

/** A map in an arena of its own; the workers have opened it. `name`: of its kernel. */
export function createMap(
  world: World,
  name: string,
  pages: number,
  ...limits: readonly number[]
): void {
  createArena(world, pages);
  for (const t of world.threads) {
    attach(t, t.kernels[name]!);
    t.local.io = t.kernels[name]!.io!() >>> 0;
  }
  const { arena, [name]: map } = world.threads[0]!.kernels;
  const { io } = world.threads[0]!.local;
  // The first era ends: the map is younger than a pin of `pinOlder`.
  const lease: number = arena!.leaseTake!();
  if (!arena!.leaseHold!(lease)) throw new Error('leaseHold');
  arena!.leaseDrop!(lease);
  world.write(io!, new Uint8Array(256));
  const entry: number = arena!.entryClaim!(io);
  if (entry < 0) throw new Error(`entryClaim: ${entry}`);
  const generation: number = arena!.entryGeneration!(entry);
  const status: number = map!.create!(entry, generation, ...limits);
  if (status !== 0) throw new Error(`create: ${status}`);
  arena!.entryPublish!(entry, generation, world.u32(io!));
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    if (t.role === 'worker') t.kernels.arena!.entryJoin!(entry, generation);
  }
}

/** Worker 0 has been pinned since the first era: before the structure was made. */
export function pinOlder(world: World): void {
  const slot = slotAt(world.threads[0]!.local.slot!);
  const view = new DataView(world.memory.buffer);
  view.setUint32(slot + 24, 1, true);
  view.setBigUint64(slot + 64, 1n, true);
  view.setBigUint64(slot + 72, 1n, true);
}

// ---- calls --------------------------------------------------------------------------------------

const encoder = new TextEncoder();
export const align8 = (bytes: number): number => (bytes + 7) & ~7;

/** A key in a call: its length, then its words, or where it is staged. */
type Five = [number, number, number, number, number];

/** Stages bytes, padded with what must not matter; returns the offset behind. */
export function stage(t: Thread, at: number, bytes: Uint8Array): number {
  const padded = new Uint8Array(align8(bytes.length)).fill(0xee);
  padded.set(bytes);
  t.world.write(at, padded);
  return at + padded.length;
}

/** Stages a key; returns its bytes' number. */
export function stageKey(t: Thread, at: number, key: string): number {
  const bytes = encoder.encode(key);
  stage(t, at, bytes);
  return bytes.length;
}

/** Stages keys as `getMany` wants them; returns the offset behind. */
export function stageKeys(t: Thread, first: number, keys: readonly string[]): number {
  let at = first;
  for (const key of keys) {
    const length = stageKey(t, at + 8, key);
    t.world.write(at, new Uint8Array(new Uint32Array([length, 0]).buffer));
    at += 8 + align8(length);
  }
  return at;
}

/** The key arguments, and where staging goes on. */
export function keyArguments(t: Thread, key: string): [Five, number] {
  const bytes = encoder.encode(key);
  const at = t.local.io! + 64;
  if (bytes.length > 16) return [[bytes.length, at, 0, 0, 0], stage(t, at, bytes)];
  const view = new DataView(new ArrayBuffer(16));
  bytes.forEach((byte, i) => view.setUint8(i, byte));
  return [
    [bytes.length, view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)],
    at,
  ];
}

/**
 * Calls `snapshot` until a lease holds what it found, as `found` reads it from the result block. Or
 * the status why there is none: 2 (contended) if the era moved on and on.
 */
export function* holdSnapshot<T extends object>(
  t: Thread,
  snapshot: Call,
  found: () => T,
): Steps<(T & Leased) | number> {
  const arena = t.kernels.arena!;
  const lease: number = yield [arena.leaseTake!];
  let status = 2;
  for (let round = 0; round < 6; round++) {
    status = yield snapshot;
    if (status !== 0) break;
    const own = found();
    if (yield [arena.leaseHold!, lease]) return { ...own, lease, thread: t.id };
    status = 2;
  }
  yield [arena.leaseDrop!, lease];
  return status;
}

// ---- deaths and the end -------------------------------------------------------------------------

/**
 * What the host does after a death: both phases, with the repair of the kernel `name`. `before` is
 * called before each repair of what the slot had open, and before its reservations go.
 */
export function* recoverSlots(
  t: Thread,
  world: World,
  name: string,
  before?: (slot: number) => void,
): Steps {
  const k = t.kernels.arena!;
  const { participants } = head(world);
  for (let slot = 0; slot < participants; slot++) {
    if (kindOf(world.u32(slotAt(slot))) < 2) continue;
    const phase: number = yield [k.reap!, slot];
    if (phase === 0) continue;
    if (phase === 1) yield [k.recoverArena!, slot];
    for (;;) {
      const entry: number = yield [k.nextJoined!, slot, 0];
      if (entry < 0) break;
      before?.(slot);
      const generation: number = yield [k.entryGeneration!, entry];
      yield [t.kernels[name]!.repair!, entry, generation, slot];
      yield [k.unjoin!, entry, slot];
    }
    before?.(slot);
    yield [k.finish!, slot];
  }
}

/** Behind a sweep: a region that is kept though nothing is reserved. */
export function unswept(world: World): string | undefined {
  const { participants, regions } = head(world);
  if (world.u32(512) !== 0) return undefined;
  for (let slot = 0; slot < participants; slot++) {
    const at = slotAt(slot);
    for (let x = 64; x < 120; x += 8) {
      if (x !== 72 && x !== 88 && world.u32(at + x) !== 0) return undefined;
    }
  }
  for (let region = 0; region < REGIONS; region++) {
    if (kindOf(world.u32(regions + region * 64)) === 4)
      return `nobody reads, but ${region} is kept`;
  }
  return undefined;
}

/** Nobody works, and a region is in somebody's hands. */
function heldRegion(world: World): string | undefined {
  const { regions } = head(world);
  for (let region = 0; region < REGIONS; region++) {
    const slot = (world.u32(regions + region * 64) >>> 4) & 0xfff;
    if (slot !== 0) return `nobody works, but region ${region} is in the hands of slot ${slot - 1}`;
  }
  return undefined;
}

/** Pages that are not free. */
export function usedPages(world: World): number {
  const { table, first, pages } = head(world);
  let used = 0;
  for (let page = first; page < pages; page++) if (world.u32(table + page * 8) !== 0) used++;
  return used;
}

/** Who has which lease. */
export interface Leased {
  lease: number;
  thread: number;
}

/**
 * The audit of a map, the arena's own walk, and that destruction gives every page back. `place`
 * names where the audit stopped.
 */
export function* endOfMap(
  t: Thread,
  world: World,
  name: string,
  snaps: readonly Leased[],
  place: (io: number) => string | undefined,
): Steps<string | undefined> {
  const { arena, [name]: map } = t.kernels;
  const { entry, generation, io } = t.local;
  const report = io! + 64;
  if (isLive(world, entry!)) {
    const status: number = yield [map!.audit!, entry!, generation!];
    if (status !== 0) {
      const at = `${place(io!)}: ${world.u64(io! + 8)}, expected ${world.u64(io! + 16)}`;
      return `audit ${status - 64}: ${at}`;
    }
  }
  let found: number = yield [arena!.verify!, report, 128];
  if (found > 0) return `verify: ${world.u32(report)} at ${world.u32(report + 4)}`;
  yield [arena!.sweep!];
  const late = unswept(world) ?? heldRegion(world);
  if (late !== undefined) return late;
  if (isLive(world, entry!)) yield [arena!.entryDestroy!, entry!, generation!];
  for (const { lease, thread } of snaps) {
    const owner = world.threads[thread]!;
    if (kindOf(world.u32(slotAt(owner.local.slot!))) === 1)
      yield [owner.kernels.arena!.leaseDrop!, lease];
  }
  yield [arena!.sweep!];
  found = yield [arena!.verify!, report, 128];
  if (found > 0) return `verify in the end: ${world.u32(report)} at ${world.u32(report + 4)}`;
  const { participants } = head(world);
  let alive = 0;
  for (let slot = 0; slot < participants; slot++)
    if (kindOf(world.u32(slotAt(slot))) === 1) alive++;
  const lost = usedPages(world) - alive;
  return lost === 0 ? undefined : `${lost} pages are leaked`;
}

// ---- what is read in pieces ---------------------------------------------------------------------

/** From this value on it is written in three words, more than the gated kernels have room for. */
export const LARGE = 2 ** 20;

/** A value's bytes, when it is a large one: it stands in each word. */
export function largeBytes(value: number): Uint8Array {
  return new Uint8Array(new BigUint64Array(3).fill(BigInt(value)).buffer);
}

/** A key or a value at `at` after NEED. Others may come in before each piece. */
export function* pieces(
  t: Thread,
  kernel: Record<string, KernelFunction>,
  at: number,
  isKey: boolean,
  length: number,
): Steps<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  const first = t.local.io! + 64;
  for (let from = 0; from < length; from += 8) {
    const bytes = Math.min(8, length - from);
    yield [t.kernels.arena!.alive!];
    yield [kernel.piece!, at, isKey ? 1 : 0, from, bytes];
    all.set(t.world.u8.subarray(first, first + bytes), from);
  }
  return all;
}

/** The value that a call with NEED found; -1 if its words are not of one value. */
export function* pinnedValue(
  t: Thread,
  kernel: Record<string, KernelFunction>,
  at: number,
  length: number,
): Steps<number> {
  const bytes = yield* pieces(t, kernel, at, false, length);
  const view = new DataView(bytes.buffer);
  const value = view.getUint32(0, true);
  for (let i = 8; i < length; i += 8) if (view.getUint32(i, true) !== value) return -1;
  return value;
}
