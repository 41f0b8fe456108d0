// @x/avl-batch under the checker: queues, builds and their succession, compaction, readers,
// snapshots, deaths and their repair, full queues and full arenas.
//
// The promise is one sequential model: appends are a FIFO, a build takes a prefix of it and applies
// it at one instant, and every read is of one such state. Parts: avl/.

import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import { head, invariantOf, kindOf, nameWord, slotAt } from './avl/memory.ts';
import { model, type State } from './avl/model.ts';
import { mutants } from './avl/mutants.ts';
import { operations, type Run } from './avl/operations.ts';
import { plan, scenarios, settings } from './avl/scenarios.ts';
import { soak } from './avl/soak.ts';

const PAGE = 1024;

function setup(world: World, scenario: Scenario): void {
  const { pages, most, warm } = settings.get(scenario.name)!;
  const { arena, tree } = world.threads[0]!.kernels;
  for (const t of world.threads) {
    t.kernels.arena!.setup!();
    t.kernels.tree!.setup!();
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
    t.kernels.tree!.join!(t.local.slot);
    t.local.io = t.kernels.tree!.io!() >>> 0;
  }
  const { io } = world.threads[0]!.local;
  world.write(io!, new Uint8Array(256));
  const entry: number = arena!.entryClaim!(io);
  if (entry < 0) throw new Error(`entryClaim: ${entry}`);
  const generation: number = arena!.entryGeneration!(entry);
  const status: number = tree!.create!(entry, generation, most);
  if (status !== 0) throw new Error(`create: ${status}`);
  arena!.entryPublish!(entry, generation, world.u32(io!));
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    if (t.role !== 'worker') continue;
    t.kernels.arena!.entryJoin!(entry, generation);
    if (warm) warmUp(t);
  }
}

/** An operation without effect, so that the thread has its table and its shards. */
function warmUp(t: Thread): void {
  const { entry, generation, io } = t.local;
  const { tree } = t.kernels;
  const at = io! + 64;
  let status = tree!.append!(entry, generation, 2, 1, 0x7a00_0000, 0, 0, 0, at, 0, at, 0);
  if (status !== 0) throw new Error(`append: ${status}`);
  status = tree!.build!(entry, generation, 9, at, 360);
  if (status !== 0) throw new Error(`build: ${status}`);
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
      yield [t.kernels.tree!.repair!, entry, slot];
      yield [k.unjoin!, entry, slot];
    }
    yield [k.finish!, slot];
  }
}

/** The audit of the tree, the arena's own walk, and that destruction gives every page back. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const { arena, tree } = t.kernels;
  const { entry, generation, io } = t.local;
  const { directory, table, first, pages, participants } = head(world);
  const report = io! + 64;
  const isLive = () => kindOf(world.u32(directory + entry! * 256)) === 2;
  if (isLive()) {
    const status: number = yield [tree!.audit!, entry!, generation!];
    if (status !== 0) {
      const at = nameWord(world.u32(io!), world, entry!);
      return `audit ${status - 64}: ${at}: ${world.u64(io! + 8)}, expected ${world.u64(io! + 16)}`;
    }
  }
  let found: number = yield [arena!.verify!, report, 128];
  if (found > 0) return `verify: ${world.u32(report)} at ${world.u32(report + 4)}`;
  if (isLive()) yield [arena!.entryDestroy!, entry!, generation!];
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

/** Here a thread asks for what became of another one's operation, by the run's state. */
const foreign = new Set(['a builder is succeeded', 'outcomes are kept, and forgotten']);

const avl: Structure<Run, State> = {
  name: 'avl',
  kernels: { arena: 'packages/shm-arena', tree: 'packages/avl-batch' },
  pages: 2,
  recoverers: 2,
  setup,
  begin: () => ({ version: 0, number: 0n, applied: [], tickets: {}, snaps: {}, marks: {} }),
  operations,
  model,
  scenarios,
  plan,
  observe: [
    ['ask', 'end'],
    ['build', 'end', 5],
    ['scan', false],
  ],
  invariant: (world, run) => invariantOf(world, world.threads[0]!.local.entry!, run),
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover,
  end,
  word: (at, world) => nameWord(at, world, world.threads[0]!.local.entry!),
  real: scenarios.map(({ name }) => name).filter((name) => !foreign.has(name)),
  soak,
  mutants,
};

export default avl;
