// What all structures have in common: the words of an arena in the gated build, plans, the set-up
// of an arena and its threads, the repair after a death, and the look for lost pages.

import type { KernelFunction, Plan, Steps, Thread, World } from '../src/structure.ts';

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
  view.setUint32(slot + 24, 1, true);
  view.setBigUint64(slot + 64, 1n, true);
  view.setBigUint64(slot + 72, 1n, true);
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
    yield [k.finishRecovery!, slot];
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

/** Pages that are not free. */
export function usedPages(world: World): number {
  const { table, first, pages } = head(world);
  let used = 0;
  for (let page = first; page < pages; page++) if (world.u32(table + page * 8) !== 0) used++;
  return used;
}
