// @x/shm-arena under the checker: blocks and runs, remote frees, adoption, attach and detach,
// regions and their budgets, reservations (a cell whose value is replaced by swinging a root), the
// directory, and both phases of recovery. arena/assembly/index.ts is the arena's kernel and the two
// small structures that the operations use.

import {
  D_LINKED,
  ENTRIES,
  PAGE,
  SLICE,
  SLOT_ALIVE,
  ZERO_ON_FREE,
} from '../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  PROBLEM_BYTES,
  PROBLEM_WHERE,
  STATS_BLOCKS,
  STATS_LARGE_BYTES,
  STATS_REGION,
  STATS_SCRATCH,
  STATS_SMALL_BYTES,
} from '../../../packages/shm-arena/build/numbers-gated/inspect/audit.ts';
import type { Scenario, Steps, Structure, Thread, World } from '../src/structure.ts';
import {
  asking,
  inHands,
  invariant,
  leased,
  REPORT,
  rootless,
  TYPES,
  unburied,
  unjoined,
  untold,
  unwiped,
  word,
} from './arena/memory.ts';
import { blockers, model, type State } from './arena/model.ts';
import { attached, newRun, operations, type Run, rescue } from './arena/operations.ts';
import { full, mutants, options, quick, scenarios } from './arena/scenarios.ts';
import { soak } from './arena/soak.ts';
import {
  createArena,
  entryAt,
  grantPages,
  isLive,
  kindOf,
  lifeOf,
  slotAt,
  unswept,
  usedPages,
} from './common.ts';

// ---- set-up

function setup(world: World, scenario: Scenario): void {
  const { pages = 4, cold = [], shared, zero, fallen, child } = options.get(scenario.name) ?? {};
  createArena(world, pages, zero === true ? ZERO_ON_FREE : 0);
  for (const t of world.threads) {
    t.local.slot = -1;
    t.local.scratch = 0;
    if (t.role === 'worker' && cold.includes(t.id)) continue;
    attached(t, t.kernels.arena!.attach!(t.id + 1));
    t.local.zero = zero === true ? 1 : 0;
  }
  if (child !== undefined) {
    world.threads[0]!.kernels.arena!.watch!(child + 1);
    world.threads[0]!.local.child = child;
  }
  if (shared !== undefined) share(world, shared, cold);
  if (fallen !== undefined) fall(world, fallen);
}

/** Worker 0 is dead before all begins. `names`: inside the lock of the names. */
function fall(world: World, where: 'names' | 'outside'): void {
  const [dead, other] = world.threads;
  if (where === 'names') dead!.kernels.arena!.lockNames!();
  other!.kernels.arena!.buryThread!(dead!.id + 1);
  dead!.local.slot = -1;
}

function share(world: World, shared: 'cell' | { budget: number }, cold: readonly number[]): void {
  const k = world.threads[0]!.kernels.arena!;
  const { scratch } = world.threads[0]!.local;
  world.write(scratch! + D_LINKED, Uint8Array.of(shared === 'cell' ? TYPES.cell : TYPES.pool));
  const entry =
    shared === 'cell' ? k.cellCreate!(scratch, 0) : k.poolCreate!(scratch, shared.budget);
  world.write(scratch! + D_LINKED, Uint8Array.of(TYPES.cell));
  if (entry < 0) throw new Error(`shared: ${entry}`);
  const generation = k.entryGeneration!(entry);
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    if (t.role === 'worker' && !cold.includes(t.id)) t.kernels.arena!.entryJoin!(entry, generation);
  }
}

// ---- the end

/** verify; then everything is given back, and every page must be free again. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const k = t.kernels.arena!;
  const report = t.local.scratch! + REPORT;
  const found: number = yield [k.verify!, report, 128];
  const left =
    inHands(world) ??
    rootless(world) ??
    asking(world) ??
    untold(world) ??
    unburied(world) ??
    unjoined(world, run.joined) ??
    wiped(t);
  if (left !== undefined) return left;
  if (found > 0) {
    const codes = Array.from({ length: Math.min(found, 16) }, (_, n) =>
      problem(world, report + n * PROBLEM_BYTES),
    );
    return `verify: ${codes.join(', ')}`;
  }
  yield [k.stats!, report];
  const count = (at: number): number => world.u32(report + at);
  const view = new DataView(world.memory.buffer);
  const bytes = (at: number): number => view.getFloat64(report + at, true);
  const marked = world.liveBytes();
  const slices = count(STATS_REGION) + count(STATS_SCRATCH);
  const held = slices * SLICE + grantPages(world) * PAGE;
  const known = bytes(STATS_SMALL_BYTES) + bytes(STATS_LARGE_BYTES) + held;
  if (marked !== known) return `marked live: ${marked} bytes, in the tables: ${known}`;
  const blocks = count(STATS_BLOCKS);
  const tags = Object.keys(run.blocks);
  const open = Object.keys(run.asking).length;
  const sure = tags.filter((tag) => run.freeing[tag] === undefined).length;
  const perhaps = tags.filter((tag) => run.freeing[tag] === true).length;
  if (blocks < sure || blocks > sure + perhaps + open) {
    return `blocks in use: ${blocks}, known: ${sure} to ${sure + perhaps + open}`;
  }
  yield [k.sweep!];
  const late = unswept(world);
  if (late !== undefined) return late;
  return yield* giveBack(t, run, world, open);
}

const problem = (world: World, at: number): string =>
  `${world.u32(at)} at ${word(world.u32(at + PROBLEM_WHERE), world)}`;

const wiped = (t: Thread): string | undefined =>
  t.local.zero === 1 ? unwiped(t.world) : undefined;

function* giveBack(t: Thread, run: Run, world: World, open: number): Steps<string | undefined> {
  const k = t.kernels.arena!;
  const report = t.local.scratch! + REPORT;
  for (const tag of Object.keys(run.blocks)) {
    if (run.freeing[tag] !== false) yield [k.free!, run.blocks[tag]!];
  }
  for (let entry = 0; entry < ENTRIES; entry++) {
    if (isLive(world, entry)) yield [k.entryDestroy!, entry, lifeOf(world, entryAt(world, entry))];
  }
  for (const other of world.threads) {
    if (
      other !== t &&
      other.local.slot! >= 0 &&
      kindOf(world.u32(slotAt(other.local.slot!))) === SLOT_ALIVE
    ) {
      yield [other.kernels.arena!.detach!];
    }
  }
  yield [k.trim!];
  yield [k.sweep!];
  const kept = leased(world);
  if (kept !== undefined) return `${kept} is kept though its structure is gone`;
  const found: number = yield [k.verify!, report, 128];
  if (found > 0) return `verify in the end: ${problem(world, report)}`;
  const dirty = wiped(t);
  if (dirty !== undefined) return dirty;
  const used = usedPages(world) - grantPages(world);
  if (used > 1 + open * 2) return `${used - 1} pages are leaked`;
  return undefined;
}

const arena: Structure<Run, State> = {
  name: 'arena',
  kernels: { arena: 'apps/verify/structures/arena' },
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
  recover: rescue,
  end,
  word,
  real: scenarios.map(({ name }) => name),
  soak,
  mutants,
};

export default arena;
