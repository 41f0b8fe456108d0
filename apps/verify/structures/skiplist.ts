// @x/skiplist under the checker: versions and tombstones, conditional writes, batches, snapshots,
// scans, seal and destruction of frozen lists, deaths and their repair, full arenas.
//
// Writes, point reads, batches, snapshots, seal and destruction are held to one sequential model.
// `many` and `scan` read each key by itself: a value must have been the key's at some instant since
// the `mark` with the same tag, which stands right before them. Parts: skiplist/.

import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import { head, invariantOf, kindOf, nameWord, slotAt } from './skiplist/memory.ts';
import { model, type State } from './skiplist/model.ts';
import { mutants } from './skiplist/mutants.ts';
import { operations, type Run } from './skiplist/operations.ts';
import { plan, scenarios, settings } from './skiplist/scenarios.ts';
import { soak } from './skiplist/soak.ts';

const PAGE = 1024;

function setup(world: World, scenario: Scenario): void {
  const { pages, maxPages = 0, maxEntries = 0 } = settings.get(scenario.name)!;
  const { arena, list } = world.threads[0]!.kernels;
  for (const t of world.threads) {
    t.kernels.arena!.setup!();
    t.kernels.list!.setup!();
  }
  const participants = world.threads.length;
  let total = participants + pages;
  while (arena!.systemPages!(total, participants) + participants + pages > total) total++;
  if (arena!.create!(total, participants, 0, 1, 2, 3, 4, 5, 6, 7, 8) !== 0)
    throw new Error('create');
  world.mark('free', head(world).first * PAGE, (total - head(world).first) * PAGE);
  for (const t of world.threads) {
    t.local.slot = t.kernels.arena!.attach!(t.id + 1);
    if (t.local.slot < 0) throw new Error(`attach: ${t.local.slot}`);
    t.kernels.list!.join!(t.local.slot);
    t.local.io = t.kernels.list!.io!() >>> 0;
  }
  const { io } = world.threads[0]!.local;
  world.write(io!, new Uint8Array(256));
  const entry: number = arena!.entryClaim!(io);
  if (entry < 0) throw new Error(`entryClaim: ${entry}`);
  const generation: number = arena!.entryGeneration!(entry);
  const status: number = list!.create!(entry, generation, maxPages, maxEntries);
  if (status !== 0) throw new Error(`create: ${status}`);
  arena!.entryPublish!(entry, generation, world.u32(io!));
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    if (t.role === 'worker') t.kernels.arena!.entryJoin!(entry, generation);
  }
}

/** What the host does after a death: both phases, with this structure's repair. */
function* recover(t: Thread, _dead: readonly Thread[], _run: Run, world: World): Steps {
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
      yield [t.kernels.list!.repair!, entry, slot];
      yield [k.unjoin!, entry, slot];
    }
    yield [k.finish!, slot];
  }
}

/** The audit of the list, the arena's own walk, and that destruction gives every page back. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const { arena, list } = t.kernels;
  const { entry, generation, io } = t.local;
  const { directory, table, first, pages, participants } = head(world);
  const report = io! + 64;
  if (kindOf(world.u32(directory + entry! * 256)) === 2) {
    const status: number = yield [list!.audit!, entry!, generation!];
    if (status !== 0) {
      const at = `list ${world.u32(io!)}, ${nameWord(world.u32(io! + 4), world, entry!)}`;
      return `audit ${status - 64}: ${at}: ${world.u64(io! + 8)}, expected ${world.u64(io! + 16)}`;
    }
  }
  let found: number = yield [arena!.verify!, report, 128];
  if (found > 0) return `verify: ${world.u32(report)} at ${world.u32(report + 4)}`;
  if (kindOf(world.u32(directory + entry! * 256)) === 2)
    yield [arena!.entryDestroy!, entry!, generation!];
  for (const { lease, thread } of Object.values(run.snaps)) {
    const owner = world.threads[thread]!;
    if (kindOf(world.u32(slotAt(owner.local.slot!))) === 1)
      yield [owner.kernels.arena!.leaseDrop!, lease];
  }
  yield [arena!.sweep!];
  found = yield [arena!.verify!, report, 128];
  if (found > 0) return `verify in the end: ${world.u32(report)} at ${world.u32(report + 4)}`;
  let used = 0;
  for (let page = first; page < pages; page++) if (world.u32(table + page * 8) !== 0) used++;
  let alive = 0;
  for (let slot = 0; slot < participants; slot++)
    if (kindOf(world.u32(slotAt(slot))) === 1) alive++;
  if (used !== alive) return `${used - alive} pages are leaked`;
  return undefined;
}

const skiplist: Structure<Run, State> = {
  name: 'skiplist',
  kernels: { arena: 'packages/shm-arena', list: 'packages/skiplist' },
  pages: 1,
  recoverers: 2,
  setup,
  begin: () => ({ decided: new Map(), snaps: {} }),
  operations,
  model,
  scenarios,
  plan,
  invariant: (world, run) => invariantOf(world, world.threads[0]!.local.entry!, run.decided),
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover,
  end,
  word: (at, world) => nameWord(at, world, world.threads[0]!.local.entry!),
  faults: { 1: 'shards in use are at most the participants', 2: 'S4: a number above the floor' },
  real: scenarios.map(({ name }) => name),
  soak,
  mutants,
};

export default skiplist;
