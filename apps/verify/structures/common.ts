// What all structures have in common: the words of an arena in the gated build, plans, the set-up
// of an arena and its threads, the repair after a death, and the look for lost pages.

import {
  CLOCK,
  D_ROOT,
  D_STATE,
  ENTRY_BYTES,
  ENTRY_LIVE,
  G_ERA,
  G_OF,
  G_ROOT,
  G_STATE,
  GRANT_BYTES,
  GRANT_GROUPS,
  GRANT_HINT,
  GRANT_PAGES,
  GRANT_TABLES,
  GRANTS,
  GROUP_BYTES,
  H_BITMAPS_AT,
  H_DIRECTORY_AT,
  H_FIRST,
  H_PAGES,
  H_PARTICIPANTS,
  H_REGIONS_AT,
  H_TABLE_AT,
  LEASES,
  PAGE,
  R_BASE,
  R_BIRTH,
  R_BUDGET,
  R_HELD,
  R_MAP,
  R_OWNER,
  R_RETIRED,
  R_STATE,
  REGION_BYTES,
  REGION_RETIRED,
  REGIONS,
  S_LEASES,
  S_LEDGER,
  S_LOWER,
  S_OVER_LOWER,
  S_OVER_UPPER,
  S_PINS,
  S_REAPER,
  S_SCRATCH,
  S_SCRATCH_BYTES,
  S_STATE,
  S_STATUS,
  S_UPPER,
  SLICES_SHIFT,
  SLOT_BYTES,
  SLOT_DEAD,
  SLOTS,
} from '../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import type { KernelFunction, Plan, Steps, Thread, World } from '../src/structure.ts';

// ---- where things stand -------------------------------------------------------------------------

export const head = (world: World) => ({
  pages: world.u32(H_PAGES),
  participants: world.u32(H_PARTICIPANTS),
  directory: world.u32(H_DIRECTORY_AT),
  regions: world.u32(H_REGIONS_AT),
  table: world.u32(H_TABLE_AT),
  bitmaps: world.u32(H_BITMAPS_AT),
  first: world.u32(H_FIRST),
});

export const slotAt = (slot: number): number => SLOTS + slot * SLOT_BYTES;

/** Bytes of a thread's scratch: the host's part and the kernel's. */
export const scratchBytes = ({ world, local }: Thread): number =>
  world.u32(slotAt(local.slot!) + S_SCRATCH_BYTES);
/** The kind in the low half of a state word, or of a page word. */
export const kindOf = (low: number): number => low & 15;
/** The slot + 1 in it; 0: nobody. */
export const ownerOf = (low: number): number => (low >>> 4) & 0xfff;
/** The generation in the high half of the state word at `at`. */
export const lifeOf = (world: World, at: number): number => world.u32(at + 4);
export const entryAt = (world: World, entry: number): number =>
  world.u32(H_DIRECTORY_AT) + entry * ENTRY_BYTES;
export const regionAt = (world: World, region: number): number =>
  world.u32(H_REGIONS_AT) + region * REGION_BYTES;
/** A group of grants: its word of bits, then its records. 0: there is no such group. */
const groupAt = (world: World, group: number): number => {
  if (group === 0) return regionAt(world, REGIONS);
  const table = Math.floor((group - 1) / GRANT_GROUPS);
  const page = table < GRANT_PAGES ? world.u32(GRANT_TABLES + table * 4) : 0;
  const at = page * PAGE + ((group - 1) % GRANT_GROUPS) * GROUP_BYTES;
  return page === 0 ? 0 : at;
};
export const grantAt = (world: World, record: number): number => {
  const group = groupAt(world, Math.floor(record / GRANTS));
  return group + 8 + (record % GRANTS) * GRANT_BYTES;
};
/** How many records there are. */
export const grants = (world: World): number => {
  let group = 1;
  while (groupAt(world, group) !== 0) group++;
  return group * GRANTS;
};
/** Pages that groups of grants stand in: they stay. */
export const grantPages = (world: World): number => (grants(world) / GRANTS - 1) / GRANT_GROUPS;
/** Whether the era of a record stands. */
export const isGranted = (world: World, record: number): boolean =>
  ((world.u32(groupAt(world, Math.floor(record / GRANTS))) >>> (record % GRANTS)) & 1) !== 0;
/** The word of a page; behind it, what else is said of the page: its head, or its length. */
export const pageAt = (world: World, page: number): number => world.u32(H_TABLE_AT) + page * 8;
/** The word of a slice; behind it as of a page. */
export const sliceAt = (world: World, slice: number): number => {
  const { pages, table } = head(world);
  return table + (pages + slice) * 8;
};
/** Whether the structure is published and not destroyed. */
export const isLive = (world: World, entry: number): boolean =>
  kindOf(world.u32(entryAt(world, entry))) === ENTRY_LIVE;

/** Names of words, by their offset. */
export type Names = Record<number, string>;

const SLOT_WORDS: Names = {
  [S_STATE]: 'state',
  [S_SCRATCH]: 'scratch',
  [S_PINS]: 'pins',
  [S_STATUS]: 'status',
  [S_REAPER]: 'reaper',
  [S_LEDGER]: 'ledger',
  [S_LOWER]: 'lower',
  [S_UPPER]: 'upper',
  [S_OVER_LOWER]: 'over lower',
  [S_OVER_UPPER]: 'over upper',
};
for (let lease = 0; lease < LEASES; lease++) SLOT_WORDS[S_LEASES + lease * 8] = `lease ${lease}`;

const ENTRY_WORDS: Names = { [D_STATE]: 'state', [D_ROOT]: 'root' };
const REGION_WORDS: Names = {
  [R_STATE]: 'state',
  [R_OWNER]: 'owner',
  [R_BIRTH]: 'birth',
  [R_RETIRED]: 'retired',
  [R_BASE]: 'base',
  [R_BUDGET]: 'budget',
  [R_HELD]: 'held',
  [R_MAP]: 'map',
};
const GRANT_WORDS: Names = {
  [G_STATE]: 'state',
  [G_OF]: 'of',
  [G_ERA]: 'era',
  [G_ROOT]: 'root',
};

/** `table[number].field`: the word at `at`, in a table of records of `bytes` from `from` on. */
export function nameRecord(
  at: number,
  table: string,
  from: number,
  bytes: number,
  ...fields: Names[]
): string {
  const x = (at - from) % bytes;
  const field = fields.find((names) => x in names)?.[x] ?? `+${x}`;
  return `${table}[${Math.floor((at - from) / bytes)}].${field}`;
}

/** The word at `at`, below the pages, by name. `slot`, `entry`: names that a map adds there. */
export function nameSystemWord(
  at: number,
  world: World,
  slot: Names,
  entry: Names,
): string | undefined {
  const { pages, participants, directory, regions, table } = head(world);
  if (at === CLOCK) return 'era';
  if (at === GRANT_HINT) return 'grant hint';
  if (at >= GRANT_TABLES && at < GRANT_HINT) return `grants page ${(at - GRANT_TABLES) >> 2}`;
  if (at >= SLOTS && at < slotAt(participants))
    return nameRecord(at, 'slot', SLOTS, SLOT_BYTES, SLOT_WORDS, slot);
  if (at >= directory && at < regions)
    return nameRecord(at, 'entry', directory, ENTRY_BYTES, ENTRY_WORDS, entry);
  const records = grantAt(world, 0);
  if (at === groupAt(world, 0)) return 'granted';
  if (at >= regions && at < groupAt(world, 0))
    return nameRecord(at, 'region', regions, REGION_BYTES, REGION_WORDS);
  if (at >= records && at < table)
    return nameRecord(at, 'grant', records, GRANT_BYTES, GRANT_WORDS);
  if (at >= table && at < table + pages * 8)
    return `page[${(at - table) >> 3}]${(at & 7) === 0 ? '' : '+4'}`;
  const slices = table + pages * 8;
  if (at >= slices && at < slices + (pages << SLICES_SHIFT) * 8)
    return `slice[${(at - slices) >> 3}]${(at & 7) === 0 ? '' : '+4'}`;
  return undefined;
}

// ---- leases -------------------------------------------------------------------------------------

/** Of each thread, the eras of its leases that share an interval, the oldest first. */
export type Overflow = Record<number, number[]>;

/** Takes a lease; its name. */
export function* takeLease(t: Thread, overflow: Overflow): Steps<number> {
  const name: number = yield [t.kernels.arena!.leaseTake!];
  if (name < 0) (overflow[t.id] ??= []).push(-name);
  return name;
}

/** Ends a lease, as the host does. */
export function* dropLease(t: Thread, overflow: Overflow, name: number): Steps {
  const arena = t.kernels.arena!;
  if (name > 0) {
    yield [arena.leaseDrop!, name];
    return;
  }
  const eras = overflow[t.id]!;
  eras.splice(eras.indexOf(-name), 1);
  yield [arena.leaseAnchor!, eras[0] ?? 0, eras.at(-1) ?? 0];
}

// ---- plans --------------------------------------------------------------------------------------

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

/** Worker 0 has been pinned since the first era: before the structure was made. */
export function pinOlder(world: World): void {
  const slot = slotAt(world.threads[0]!.local.slot!);
  const view = new DataView(world.memory.buffer);
  view.setUint32(slot + S_PINS, 1, true);
  view.setBigUint64(slot + S_LOWER, 1n, true);
  view.setBigUint64(slot + S_UPPER, 1n, true);
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
    if (kindOf(world.u32(slotAt(slot))) < SLOT_DEAD) continue;
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
    yield [k.finishRecovery!, slot];
  }
}

/** Where a slot's reservations begin; 0: there is none. An empty ledger keeps nothing. */
const RESERVED = [S_LOWER, S_OVER_LOWER, S_LEDGER].concat(
  Array.from({ length: LEASES }, (_, lease) => S_LEASES + lease * 8),
);

/** Behind a sweep: a region that is kept though nothing is reserved. */
export function unswept(world: World): string | undefined {
  const { participants } = head(world);
  for (let record = 0; record < grants(world); record++) {
    if (isGranted(world, record)) return undefined;
  }
  for (let slot = 0; slot < participants; slot++) {
    if (RESERVED.some((x) => world.u32(slotAt(slot) + x) !== 0)) return undefined;
  }
  for (let region = 0; region < REGIONS; region++) {
    if (kindOf(world.u32(regionAt(world, region))) === REGION_RETIRED)
      return `nobody reads, but ${region} is kept`;
  }
  return undefined;
}

/** Pages of which anything is not free. */
export function usedPages(world: World): number {
  const { first, pages } = head(world);
  let used = 0;
  for (let page = first; page < pages; page++) {
    let any = world.u32(pageAt(world, page)) !== 0;
    for (let n = 0; n < 1 << SLICES_SHIFT; n++) {
      if (world.u32(sliceAt(world, (page << SLICES_SHIFT) + n)) !== 0) any = true;
    }
    if (any) used++;
  }
  return used;
}
