// The reclaimers under the checker. Two structures stand on one domain: a register, whose value is
// a block that each write replaces, and a Treiber stack. Readers keep blocks in their hands while
// others retire, collect, leave, die and come back; a block that somebody has protected must not be
// freed by anybody, every retired block must be free in the end, and no block may be lost or be in
// two places. Parts: reclaim/.

import {
  CLOCK,
  ENTRY_BYTES,
  REGION_FREE,
  S_PINS,
  SLOT_ALIVE,
} from '../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  DOMAIN_EPOCH,
  DOMAIN_REGION,
  EPOCH,
  HOME_NESTED,
  POINTERS,
} from '../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import {
  attach,
  createArena,
  dropLease,
  isLive,
  kindOf,
  pinOlder,
  recoverSlots,
  regionAt,
  slotAt,
} from './common.ts';
import { account, invariant, word } from './reclaim/memory.ts';
import { blockers, model, type State } from './reclaim/model.ts';
import { mutants } from './reclaim/mutants.ts';
import { newRun, operations, type Run } from './reclaim/operations.ts';
import { full, HAZARDS, type Options, quick, scenarios, settings } from './reclaim/scenarios.ts';
import { soak } from './reclaim/soak.ts';

// ---- set-up -------------------------------------------------------------------------------------

function setup(world: World, scenario: Scenario): void {
  const now = settings.get(scenario.name)!;
  createArena(world, now.pages);
  if (now.clock !== undefined) {
    new DataView(world.memory.buffer).setBigUint64(CLOCK, now.clock, true);
  }
  // The last slot is a worker's, where a scenario asks for it.
  for (const t of now.reversed === true ? [...world.threads].reverse() : world.threads) {
    attach(t, t.kernels.reclaim!);
    t.local.scratch = t.kernels.arena!.scratch!() >>> 0;
  }
  found(world, now);
  if (now.older === true) pinOlder(world);
}

/** The domain, its cells, and a home for each worker. */
function found(world: World, { scheme, clock, ...own }: Options): void {
  const { arena, reclaim } = world.threads[0]!.kernels;
  const { scratch } = world.threads[0]!.local;
  world.write(scratch!, new Uint8Array(ENTRY_BYTES));
  const entry: number = arena!.entryClaim!(scratch);
  const generation: number = arena!.entryGeneration!(entry);
  const hazards = scheme >= POINTERS ? HAZARDS : 0;
  const root: number = reclaim!.create!(entry, generation, scheme, hazards) >>> 0;
  if (root === 0) throw new Error(`create: ${reclaim!.status!()}`);
  if (clock !== undefined) {
    new DataView(world.memory.buffer).setBigUint64(root + DOMAIN_EPOCH, clock, true);
  }
  arena!.entryPublish!(entry, generation, root);
  const region = world.u32(root + DOMAIN_REGION);
  const stalled = own.stalled === true ? 1 : 0;
  let home = 0;
  for (const t of world.threads) {
    Object.assign(t.local, { entry, generation, root, region, scheme, stalled, home: 0, cells: 0 });
    if (t.role !== 'worker') continue;
    t.kernels.arena!.entryJoin!(entry, generation);
    t.local.home = t.kernels.reclaim!.open!(entry, generation) >>> 0;
    home ||= t.local.home;
  }
  // Word 0: the register. Word 1: the top of the stack.
  const cells: number = reclaim!.alloc!(entry, generation, home, 16, 16) >>> 0;
  const value: number = reclaim!.alloc!(entry, generation, home, 16, 16) >>> 0;
  for (const i of [0, 1, 2, 3]) {
    reclaim!.poke!(cells, i, 0);
    reclaim!.poke!(value, i, 0);
  }
  reclaim!.storeBlock!(cells, value);
  for (const t of world.threads) t.local.cells = cells;
  for (const t of world.threads) t.kernels.reclaim!.idle!();
}

// ---- deaths -------------------------------------------------------------------------------------

function* recover(t: Thread, _dead: readonly Thread[], run: Run, world: World): Steps {
  // Until its repair the reservations of the dead stand, also of one that died meanwhile.
  yield* recoverSlots(t, world, 'reclaim', (slot) => {
    for (const other of world.threads) if (other.local.slot === slot) run.safe[other.id] = 0;
  });
  yield [t.kernels.reclaim!.idle!];
}

// ---- the end ------------------------------------------------------------------------------------

/** Everybody lets go; then one comes, collects, and every block must be accounted for. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const { arena, reclaim } = t.kernels;
  const { entry, generation } = t.local;
  for (const other of world.threads) {
    if (other === t || other.role !== 'worker') continue;
    if (kindOf(world.u32(slotAt(other.local.slot!))) !== SLOT_ALIVE) continue;
    run.safe[other.id] = 0;
    yield* lettingGo(other, run, world);
    if (!isLive(world, entry!)) continue;
    yield [other.kernels.reclaim!.leave!, entry!, generation!, other.local.home!];
    yield [other.kernels.reclaim!.idle!];
  }
  if (!isLive(world, entry!)) return yield* swept(t, world);
  for (;;) {
    const given: number = yield [arena!.grantNext!, entry!, generation!, 0];
    if (given < 0) break;
    yield [arena!.grantDrop!, given, yield [arena!.grantGeneration!, given]];
  }
  yield [arena!.entryJoin!, entry!, generation!];
  const home = (yield [reclaim!.open!, entry!, generation!]) >>> 0;
  if (home === 0) return 'no home is left';
  yield [reclaim!.idle!];
  yield [reclaim!.collect!, entry!, generation!, home];
  yield [reclaim!.idle!];
  const wrong: number = yield [reclaim!.audit!, entry!, generation!];
  if (wrong !== 0) return `audit: ${wrong}`;
  const lost = account(world, t);
  if (typeof lost === 'string') return lost;
  const open = run.busy.filter(Boolean).length + run.held.filter(Boolean).length;
  if (lost < 0 || lost > open) return `${lost} blocks are lost, at most ${open} were in hand`;
  yield [reclaim!.leave!, entry!, generation!, home];
  yield [reclaim!.idle!];
  yield [arena!.entryDestroy!, entry!, generation!];
  return yield* swept(t, world);
}

/** A worker ends its pins, the older one last, and its leases. */
function* lettingGo(t: Thread, run: Run, world: World): Steps {
  const { kernels, local } = t;
  const { home, scheme, entry } = local;
  let nested = world.u32(slotAt(local.slot!) + S_PINS);
  const guards = scheme === EPOCH && isLive(world, entry!) ? world.u32(home! + HOME_NESTED) : 0;
  for (let i = 0; i < guards; i++, nested--) yield [kernels.reclaim!.unpin!, home!, scheme!];
  for (let i = 0; i < nested; i++) yield [kernels.reclaim!.unpinOnly!];
  for (const lease of run.leases[t.id]!) yield* dropLease(t, run.overflow, lease);
  yield [kernels.reclaim!.idle!];
}

/** Nobody reads: what was destroyed is free. */
function* swept(t: Thread, world: World): Steps<string | undefined> {
  const { arena } = t.kernels;
  yield [arena!.sweep!];
  if (kindOf(world.u32(regionAt(world, t.local.region!))) !== REGION_FREE) {
    return "the domain's memory is not free though nobody reads";
  }
  const found: number = yield [arena!.verify!, t.local.scratch!, 128];
  if (found > 0)
    return `verify: ${world.u32(t.local.scratch!)} at ${world.u32(t.local.scratch! + 4)}`;
  return undefined;
}

const reclaim: Structure<Run, State> = {
  name: 'reclaim',
  kernels: { arena: 'packages/shm-arena', reclaim: 'apps/verify/structures/reclaim' },
  pages: 1,
  recoverers: 2,
  setup,
  begin: newRun,
  operations,
  model,
  blockers,
  scenarios,
  plan: { quick, full },
  invariant,
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover,
  end,
  word,
  real: scenarios.map(({ name }) => name),
  soak,
  mutants,
};

export default reclaim;
