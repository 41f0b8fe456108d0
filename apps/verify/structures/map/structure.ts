// A map under the checker, but for what is its own: its set-up, its repair and its end.

import {
  ENTRY_BYTES,
  REGIONS,
  SLOT_ALIVE,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import { PROBLEM_WHERE } from '../../../../packages/shm-arena/build/numbers-gated/inspect/audit.ts';
import type { Steps, Structure, Thread, World } from '../../src/structure.ts';
import {
  attach,
  createArena,
  dropLease,
  head,
  isLive,
  kindOf,
  ownerOf,
  recoverSlots,
  regionAt,
  slotAt,
  unswept,
  usedPages,
} from '../common.ts';
import { type MapPromise, type MapState, modelOf } from './model.ts';
import type { MapCalls, MapRun } from './operations.ts';

/** What a map says of itself. */
interface Map<Run extends MapRun, Own> {
  calls: MapCalls;
  /** The folder of its kernel. */
  source: string;
  promise: MapPromise<Own>;
  /** What may make an operation say 'contended', but for a snapshot. */
  blockers: Structure['blockers'];
  invariant(world: World, entry: number, run: Run): string | undefined;
  word(at: number, world: World, entry: number): string | undefined;
  /** Where the audit stopped, by the result block. Default: the word that its first word names. */
  stopped?(world: World, entry: number, io: number): string;
}

type Common =
  | 'kernels'
  | 'recoverers'
  | 'model'
  | 'blockers'
  | 'invariant'
  | 'bury'
  | 'recover'
  | 'end'
  | 'word';

/** The part of a map's structure that follows from what it says of itself. */
export function ofMap<Run extends MapRun, Own>(
  map: Map<Run, Own>,
): Pick<Structure<Run, MapState<Own>>, Common> {
  const { kernel } = map.calls;
  const entryOf = (world: World): number => world.threads[0]!.local.entry!;
  return {
    kernels: { arena: 'packages/shm-arena', [kernel]: map.source },
    recoverers: 2,
    model: modelOf(map.promise),
    // The era may move on and on.
    blockers: { snap: 'any', ...map.blockers },
    invariant: (world, run) => map.invariant(world, entryOf(world), run),
    bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
    recover: (t, _dead, _run, world) => recoverSlots(t, world, kernel),
    end: (t, run, world) =>
      endOfMap(t, world, kernel, run, (io) => {
        const entry = entryOf(world);
        return map.stopped?.(world, entry, io) ?? map.word(world.u32(io), world, entry);
      }),
    word: (at, world) => map.word(at, world, entryOf(world)),
  };
}

/** The snapshots of all threads together: each has its own. */
export const gatherSnaps = (runs: readonly MapRun[]): MapRun => ({
  snaps: Object.assign({}, ...runs.map(({ snaps }) => snaps)),
  overflow: Object.assign({}, ...runs.map(({ overflow }) => overflow)),
});

/** Whether the thread has its slot. */
export const isAlive = (world: World, { local }: Thread): boolean =>
  kindOf(world.u32(slotAt(local.slot!))) === SLOT_ALIVE;

/** A map in an arena of its own; the workers have opened it. `name`: of its kernel. */
export function createMap(
  world: World,
  name: string,
  pages: number,
  ...limits: readonly number[]
): void {
  createMapBy('create', world, name, pages, ...limits);
}

/** The same by another function of its kernel. */
export function createMapBy(
  create: string,
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
  world.write(io!, new Uint8Array(ENTRY_BYTES));
  const entry: number = arena!.entryClaim!(io);
  if (entry < 0) throw new Error(`entryClaim: ${entry}`);
  const generation: number = arena!.entryGeneration!(entry);
  const status: number = map![create]!(entry, generation, ...limits);
  if (status !== 0) throw new Error(`create: ${status}`);
  arena!.entryPublish!(entry, generation, world.u32(io!));
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    if (t.role === 'worker') t.kernels.arena!.entryJoin!(entry, generation);
  }
}

/** Nobody works, and a region is in somebody's hands. */
function heldRegion(world: World): string | undefined {
  for (let region = 0; region < REGIONS; region++) {
    const slot = ownerOf(world.u32(regionAt(world, region)));
    if (slot !== 0) return `nobody works, but region ${region} is in the hands of slot ${slot - 1}`;
  }
  return undefined;
}

/**
 * The audit of a map, the arena's own walk, and that destruction gives every page back. `place`
 * names where the audit stopped.
 */
function* endOfMap(
  t: Thread,
  world: World,
  name: string,
  run: MapRun,
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
  if (found > 0) return `verify: ${world.u32(report)} at ${world.u32(report + PROBLEM_WHERE)}`;
  yield [arena!.sweep!];
  const late = unswept(world) ?? heldRegion(world);
  if (late !== undefined) return late;
  if (isLive(world, entry!)) yield [arena!.entryDestroy!, entry!, generation!];
  for (const { lease, thread } of Object.values(run.snaps)) {
    const owner = world.threads[thread]!;
    if (!isAlive(world, owner)) continue;
    yield* dropLease(owner, run.overflow, lease);
    yield [owner.kernels.arena!.sweep!]; // An empty ledger goes back.
  }
  yield [arena!.sweep!];
  found = yield [arena!.verify!, report, 128];
  if (found > 0)
    return `verify in the end: ${world.u32(report)} at ${world.u32(report + PROBLEM_WHERE)}`;
  const { participants } = head(world);
  let alive = 0;
  for (let slot = 0; slot < participants; slot++)
    if (kindOf(world.u32(slotAt(slot))) === SLOT_ALIVE) alive++;
  const lost = usedPages(world) - alive;
  return lost === 0 ? undefined : `${lost} pages are leaked`;
}
