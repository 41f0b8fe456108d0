// @x/shm-arena under the checker: blocks and runs, remote frees, adoption, attach and detach, regions
// and their budgets, reservations (a cell whose value is replaced by swinging a root), the
// directory, and both phases of recovery. arena/assembly/index.ts is the arena's kernel and the two small
// structures that the operations use.

import type {
  Model,
  Mutant,
  OpCall,
  Plan,
  Scenario,
  Steps,
  Structure,
  Thread,
  World,
} from '../src/structure.ts';

const PAGE = 1024;
const SLOTS = 1024;
const SLOT_BYTES = 1024;
const ENTRIES = 8;
const REGIONS = 8;
const STATUS = [
  'ok',
  'full',
  'contended',
  'limit',
  'bad',
  'double',
  'expelled',
  'closed',
  'taken',
  'unknown',
  'no slot',
];
const FREE = 0,
  CLAIMED = 1,
  SMALL = 2,
  ORPHAN = 3,
  CONT = 5,
  FREEING = 8;
const RUNS = new Set([4, 6, 7]);
/** Where threads keep their two descriptors, and the auditor its report, in scratch. */
const DESCRIPTORS = { a: 0, b: 256 } as const;
const REPORT = 512;

type Name = keyof typeof DESCRIPTORS;

interface Options {
  /** Pages beside the tables and the threads' scratch. */
  pages?: number;
  /** Workers that attach by themselves. */
  cold?: number[];
  /** What worker 0 creates in set-up and all have open: a cell with value 0, or a pool. */
  shared?: 'cell' | { budget: number };
}

const options = new Map<string, Options>();

/** State of a run that is no thread's. */
interface Run {
  blocks: Record<string, number>;
  /** Tags of allocations and frees that have begun and not ended: where the dead stopped. */
  asking: Record<string, boolean>;
  freeing: Record<string, boolean>;
  handles: Record<string, { entry: number; generation: number }>;
  regions: Record<string, { region: number; generation: number }>;
}

// ---- where things stand --------------------------------------------------------------------------

const head = (world: World) => ({
  pages: world.u32(28),
  participants: world.u32(36),
  directory: world.u32(84),
  regions: world.u32(88),
  table: world.u32(92),
  bitmaps: world.u32(100),
  first: world.u32(104),
});
const slotAt = (slot: number): number => SLOTS + slot * SLOT_BYTES;
const kindOf = (low: number): number => low & 15;
const ownerOf = (low: number): number => (low >>> 4) & 0xfff;

// ---- set-up --------------------------------------------------------------------------------------

function describe(world: World, t: Thread): void {
  for (const [name, at] of Object.entries(DESCRIPTORS)) {
    const bytes = new Uint8Array(256);
    bytes[12] = 1;
    bytes[36] = 1;
    bytes[88] = name.charCodeAt(0);
    world.write(t.local.scratch! + at, bytes);
  }
}

function setup(world: World, scenario: Scenario): void {
  const { pages = 4, cold = [], shared } = options.get(scenario.name) ?? {};
  const k = world.threads[0]!.kernels.arena!;
  for (const t of world.threads) t.kernels.arena!.setup!();
  const participants = world.threads.length;
  let total = participants + pages;
  while (k.systemPages!(total, participants) + participants + pages > total) total++;
  if (k.create!(total, participants, 0, 1, 2, 3, 4, 5, 6, 7, 8) !== 0) throw new Error('create');
  const { first } = head(world);
  world.mark('free', first * PAGE, (total - first) * PAGE);
  for (const t of world.threads) {
    t.local.slot = -1;
    t.local.scratch = 0;
    if (t.role === 'worker' && cold.includes(t.id)) continue;
    attached(t, t.kernels.arena!.attach!(t.id + 1));
    describe(world, t);
  }
  if (shared === undefined) return;
  const { scratch } = world.threads[0]!.local;
  const entry =
    shared === 'cell' ? k.cellCreate!(scratch, 0) : k.poolCreate!(scratch, shared.budget);
  if (entry < 0) throw new Error(`shared: ${entry}`);
  const generation = k.entryGeneration!(entry);
  for (const t of world.threads) {
    t.local.entry = entry;
    t.local.generation = generation;
    t.local.pool = shared === 'cell' ? 0 : 1;
    if (t.role === 'worker' && !cold.includes(t.id)) t.kernels.arena!.entryJoin!(entry, generation);
  }
}

function attached(t: Thread, slot: number): void {
  t.local.slot = slot;
  t.local.scratch = t.kernels.arena!.scratch!() >>> 0;
}

// ---- operations ----------------------------------------------------------------------------------

const name = (status: number): string => STATUS[status] ?? String(status);

/** 'ok', or why `at` is 0. */
function* outcome(t: Thread, at: number): Steps<string> {
  return at !== 0 ? 'ok' : name(yield [t.kernels.arena!.status!]);
}

const operations: Structure<Run>['operations'] = {
  alloc: {
    *run(t, run: Run, tag: string, bytes: number) {
      run.asking[tag] = true;
      const at = (yield [t.kernels.arena!.alloc!, bytes, 0]) >>> 0;
      delete run.asking[tag];
      if (at !== 0) run.blocks[tag] = at;
      return yield* outcome(t, at);
    },
  },
  free: {
    *run(t, run: Run, tag: string) {
      const at = run.blocks[tag];
      if (at === undefined) return 'none';
      run.freeing[tag] = true;
      const status = yield [t.kernels.arena!.free!, at];
      if (status === 0) run.freeing[tag] = false;
      return name(status);
    },
  },
  trim: {
    *run(t) {
      yield [t.kernels.arena!.trim!];
      return 'ok';
    },
  },
  attach: {
    *run(t) {
      const slot = yield [t.kernels.arena!.attach!, t.id + 1];
      if (slot < 0) return name(-slot);
      attached(t, slot);
      return 'ok';
    },
  },
  detach: {
    *run(t) {
      const status = yield [t.kernels.arena!.detach!];
      t.local.slot = -1;
      return name(status);
    },
  },
  stage: {
    *run(t, _run, bytes: number) {
      return yield* outcome(t, yield [t.kernels.arena!.stage!, bytes]);
    },
  },
  unstage: {
    *run(t) {
      yield [t.kernels.arena!.unstage!];
      return 'ok';
    },
  },
  // A region of one's own.
  open: {
    *run(t, run: Run, tag: string, budget: number) {
      const region = yield [t.kernels.arena!.regionOpen!, budget];
      if (region < 0) return name(-region);
      run.regions[tag] = { region, generation: yield [t.kernels.arena!.regionGeneration!, region] };
      return 'ok';
    },
  },
  bump: {
    *run(t, run: Run, tag: string, bytes: number) {
      const own = run.regions[tag];
      if (own === undefined) return 'none';
      return yield* outcome(t, yield [t.kernels.arena!.regionAlloc!, own.region, bytes, 8]);
    },
  },
  again: {
    // A save point, an allocation, and back: the next allocation stands where that one stood.
    *run(t, run: Run, tag: string, bytes: number) {
      const own = run.regions[tag];
      if (own === undefined) return 'none';
      const k = t.kernels.arena!;
      const mark = yield [k.regionMark!, own.region];
      const once = yield [k.regionAlloc!, own.region, bytes, 8];
      if (once === 0) return yield* outcome(t, 0);
      return name(yield [k.regionRewind!, own.region, mark]);
    },
  },
  close: {
    *run(t, run: Run, tag: string) {
      const own = run.regions[tag];
      if (own === undefined) return 'none';
      return name(yield [t.kernels.arena!.regionClose!, own.region, own.generation]);
    },
  },
  // The shared cell.
  write: {
    *run(t, _run, value: number) {
      return name(yield [t.kernels.arena!.cellWrite!, t.local.entry!, t.local.generation!, value]);
    },
  },
  read: {
    *run(t) {
      const value = yield [t.kernels.arena!.cellRead!, t.local.entry!, t.local.generation!];
      return value < 0 ? name(-value) : value;
    },
  },
  hold: {
    // A value leased, and read twice with a pause in between.
    *run(t) {
      const k = t.kernels.arena!;
      const root = yield [k.cellLease!, t.local.entry!, t.local.generation!];
      if (root === 0) return 'none';
      const value = yield [k.cellLeased!, root];
      yield [k.sweep!];
      const later = yield [k.cellLeased!, root];
      yield [k.leaseDrop!, 0];
      return value === later ? value : `${value}, then ${later}`;
    },
  },
  take: {
    // From the shared pool: a chunk of its own.
    *run(t, _run, bytes: number) {
      const at = yield [t.kernels.arena!.poolAlloc!, t.local.entry!, t.local.generation!, bytes];
      return yield* outcome(t, at);
    },
  },
  back: {
    // From the shared pool, and back: the chunk is freed.
    *run(t, _run, bytes: number) {
      return name(yield [t.kernels.arena!.poolBack!, t.local.entry!, t.local.generation!, bytes]);
    },
  },
  join: {
    *run(t) {
      return name(yield [t.kernels.arena!.entryJoin!, t.local.entry!, t.local.generation!]);
    },
  },
  end: {
    *run(t) {
      return name(yield [t.kernels.arena!.entryDestroy!, t.local.entry!, t.local.generation!]);
    },
  },
  sweep: {
    *run(t) {
      yield [t.kernels.arena!.sweep!];
      return 'ok';
    },
  },
  rescue: {
    // A worker recovers the dead by itself, perhaps beside the recoverer.
    *run(t) {
      yield* rescue(t);
      return 'ok';
    },
  },
  // Structures by name.
  create: {
    *run(t, run: Run, key: string, of: Name) {
      const k = t.kernels.arena!;
      const before = yield [k.lockedByDead!];
      const entry = yield [k.cellCreate!, t.local.scratch! + DESCRIPTORS[of], 0];
      if (entry === -2 && before === 1 && (yield [k.lockedByDead!]) === 1) return 'stuck';
      if (entry < 0) return name(-entry);
      run.handles[key] = { entry, generation: yield [k.entryGeneration!, entry] };
      return 'ok';
    },
  },
  find: {
    *run(t, _run, of: Name) {
      const entry = yield [t.kernels.arena!.entryFind!, t.local.scratch! + DESCRIPTORS[of] + 88, 1];
      return entry < 0 ? name(-entry) : 'ok';
    },
  },
  destroy: {
    *run(t, run: Run, key: string) {
      const handle = run.handles[key];
      if (handle === undefined) return 'none';
      return name(yield [t.kernels.arena!.entryDestroy!, handle.entry, handle.generation]);
    },
  },
};

// A thread that has no slot (it could not attach, or has detached) does nothing.
for (const [op, { run }] of Object.entries(operations)) {
  if (op === 'attach') continue;
  operations[op]!.run = function* (t, state, ...rest) {
    return t.local.slot === -1 ? 'none' : yield* run(t, state, ...rest);
  };
}

// ---- what they promise ---------------------------------------------------------------------------

interface State {
  /** Allocated and not freed. */
  blocks: readonly string[];
  /** The shared structure. */
  open: boolean;
  value: number;
  pages: number;
  /** Live structures: key and name. */
  named: Readonly<Record<string, string>>;
}

/** A tag that ends in a digit stands for so many pages, where pages are counted. */
const pagesOf = (blocks: readonly string[]): number =>
  blocks.reduce((sum, tag) => sum + (Number(tag.slice(1)) || 1), 0);

const refusals = new Set(['full', 'contended', 'no slot']);

const model: Model<State> = {
  initial: () => ({ blocks: [], open: true, value: 0, pages: 1, named: {} }),
  apply(state, [op, a, b, room], result) {
    const { blocks, named } = state;
    const died = result === undefined;
    const same = [state];
    const none: State[] = [];
    if (result === 'none') return same;
    switch (op) {
      case 'alloc':
        if (result === 'full' && room !== undefined)
          return pagesOf(blocks) >= (room as number) ? same : none;
        if (refusals.has(result as string)) return same;
        return [{ ...state, blocks: [...blocks, a as string] }];
      case 'free': {
        const live = blocks.includes(a as string);
        if (!died && (result === 'ok') !== live) return none;
        if (!died && !live) return result === 'double' || result === 'bad' ? same : none;
        return [{ ...state, blocks: blocks.filter((tag) => tag !== a) }];
      }
      case 'write':
        if (refusals.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        return state.open || died ? [{ ...state, value: a as number }] : none;
      case 'read':
        if (result === 'closed') return state.open ? none : same;
        return died || result === 'contended' || (state.open && result === state.value)
          ? same
          : none;
      case 'hold':
        return died || result === state.value ? same : none;
      case 'take':
        if (refusals.has(result as string)) return same;
        if (result === 'closed') return state.open ? none : same;
        if (result === 'limit') return state.pages >= (b as number) ? same : none;
        return died || b === 0 || state.pages < (b as number)
          ? [{ ...state, pages: state.pages + 1 }]
          : none;
      case 'end':
        if (died) return [{ ...state, open: false }];
        return (result === 'ok') === state.open ? [{ ...state, open: false }] : none;
      case 'create': {
        if (refusals.has(result as string)) return same;
        const taken = Object.values(named).includes(b as string);
        if (result === 'stuck') return none;
        if (result === 'taken') return taken ? same : none;
        return taken ? none : [{ ...state, named: { ...named, [a as string]: b as string } }];
      }
      case 'find': {
        const there = Object.values(named).includes(a as string);
        return died || result === 'contended' || (result === 'ok') === there ? same : none;
      }
      case 'destroy': {
        const there = named[a as string] !== undefined;
        if (!died && (result === 'ok') !== there) return none;
        const { [a as string]: _gone, ...rest } = named;
        return [{ ...state, named: rest }];
      }
      default:
        return died || result === 'ok' || result === 'limit' || refusals.has(result as string)
          ? same
          : none;
    }
  },
};

// ---- what holds after every step -----------------------------------------------------------------

function invariant(world: World): string | undefined {
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
  const holder = world.u32(256);
  if (holder !== 0 && kindOf(world.u32(slotAt(holder - 1))) === 0)
    return 'lock I2: the lock names a free slot';
  for (let slot = 0; slot < participants; slot++) {
    const at = slotAt(slot);
    const low = world.u32(at);
    const reaper = (low >>> 4) & 0x1ff;
    if (reaper !== 0 && kindOf(world.u32(slotAt(reaper - 1))) === 0) {
      return `slot I2: slot ${slot} names slot ${reaper - 1} as its reaper, which is free`;
    }
    if (kindOf(low) !== 0) continue;
    if (world.u32(at + 64) !== 0 || world.u32(at + 96) !== 0)
      return `slot I3: slot ${slot} is free, but reserves`;
  }
  for (let region = 0; region < REGIONS; region++) {
    const low = world.u32(regions + region * 64);
    const owner = ownerOf(low);
    if (owner !== 0 && kindOf(world.u32(slotAt(owner - 1))) === 0) {
      return `slot I2: region ${region} names slot ${owner - 1}, which is free`;
    }
  }
  return undefined;
}

// ---- deaths --------------------------------------------------------------------------------------

/** What a host's `recover` does, first without the structures' kernels, then with them. */
function* rescue(t: Thread): Steps {
  yield* reapAll(t, false);
  yield* reapAll(t, true);
}

function* reapAll(t: Thread, repairs: boolean): Steps {
  const k = t.kernels.arena!;
  // The last first: recoverers that died come before those they were at.
  for (let slot = k.participants!() - 1; slot >= 0; slot--) {
    if ((yield [k.slotKind!, slot]) < 2) continue;
    const phase: number = yield [k.reap!, slot];
    if (phase === 0) continue;
    if (phase === 1) yield [k.recoverArena!, slot];
    if (repairs) yield* repairAll(t, slot);
    yield [k.finish!, slot];
  }
}

function* repairAll(t: Thread, slot: number): Steps {
  const k = t.kernels.arena!;
  for (;;) {
    const entry: number = yield [k.nextJoined!, slot, 0];
    if (entry < 0) return;
    const generation: number = yield [k.entryGeneration!, entry];
    // A pool has nothing to repair; all else is a cell.
    if (t.local.pool !== 1 || entry !== t.local.entry) {
      yield [k.cellRepair!, entry, generation, slot];
    }
    yield [k.unjoin!, entry, slot];
  }
}

// ---- the end -------------------------------------------------------------------------------------

/** verify; then everything is given back, and every page must be free again. */
function* end(t: Thread, run: Run, world: World): Steps<string | undefined> {
  const k = t.kernels.arena!;
  const report = t.local.scratch! + REPORT;
  const found: number = yield [k.verify!, report, 128];
  if (found > 0) {
    const codes = Array.from(
      { length: Math.min(found, 16) },
      (_, n) => `${world.u32(report + n * 8)} at ${word(world.u32(report + n * 8 + 4), world)}`,
    );
    return `verify: ${codes.join(', ')}`;
  }
  yield [k.stats!, report];
  const at = (n: number): number => world.u32(report + n * 4);
  const view = new DataView(world.memory.buffer);
  const bytes = (n: number): number => view.getFloat64(report + n * 4, true);
  const marked = world.liveBytes();
  const known = bytes(12) + bytes(14) + (at(6) + at(7)) * PAGE;
  if (marked !== known) return `marked live: ${marked} bytes, in the tables: ${known}`;
  const blocks = at(9);
  const tags = Object.keys(run.blocks);
  const open = Object.keys(run.asking).length;
  const sure = tags.filter((tag) => run.freeing[tag] === undefined).length;
  const perhaps = tags.filter((tag) => run.freeing[tag] === true).length;
  if (blocks < sure || blocks > sure + perhaps + open) {
    return `blocks in use: ${blocks}, known: ${sure} to ${sure + perhaps + open}`;
  }
  return yield* giveBack(t, run, world, open);
}

function* giveBack(t: Thread, run: Run, world: World, open: number): Steps<string | undefined> {
  const k = t.kernels.arena!;
  const report = t.local.scratch! + REPORT;
  for (const tag of Object.keys(run.blocks)) {
    if (run.freeing[tag] !== false) yield [k.free!, run.blocks[tag]!];
  }
  const { directory, table, first, pages } = head(world);
  for (let entry = 0; entry < ENTRIES; entry++) {
    if (kindOf(world.u32(directory + entry * 256)) !== 2) continue;
    yield [k.entryDestroy!, entry, world.u32(directory + entry * 256 + 4)];
  }
  for (const other of world.threads) {
    if (
      other !== t &&
      other.local.slot! >= 0 &&
      kindOf(world.u32(slotAt(other.local.slot!))) === 1
    ) {
      yield [other.kernels.arena!.detach!];
    }
  }
  yield [k.trim!];
  yield [k.sweep!];
  const found: number = yield [k.verify!, report, 128];
  if (found > 0)
    return `verify in the end: ${world.u32(report)} at ${word(world.u32(report + 4), world)}`;
  let used = 0;
  for (let page = first; page < pages; page++) if (world.u32(table + page * 8) !== 0) used++;
  if (used > 1 + open * 2) return `${used - 1} pages are leaked`;
  return undefined;
}

// ---- names for traces ----------------------------------------------------------------------------

const HEADER: Record<number, string> = {
  128: 'clock',
  192: 'page hint',
  256: 'directory lock',
  320: 'orphans',
  384: 'retired hint',
  448: 'releases',
};
const SLOT: Record<number, string> = {
  0: 'state',
  8: 'thread',
  12: 'lock held',
  16: 'scratch',
  20: 'scratch bytes',
  24: 'nested',
  28: 'status',
  64: 'lower',
  72: 'upper',
  80: 'over lower',
  88: 'over upper',
  96: 'lease 0',
  104: 'lease 1',
  112: 'lease 2',
};
const REGION: Record<number, string> = {
  0: 'state',
  8: 'owner',
  16: 'birth',
  24: 'retired',
  32: 'base',
  36: 'budget',
};

function word(at: number, world: World): string {
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
    return `entry[${Math.floor((at - directory) / 256)}].${x === 0 ? 'state' : x === 8 ? 'root' : `+${x}`}`;
  }
  if (at < table)
    return `region[${(at - regions) >> 6}].${REGION[(at - regions) & 63] ?? `+${(at - regions) & 63}`}`;
  if (at < table + pages * 8) return `page[${(at - table) >> 3}]${(at & 7) === 0 ? '' : '+4'}`;
  if (at < bitmaps) return `link[${(at - table - pages * 8) >> 2}]`;
  if (at < first * PAGE) return `bits[${(at - bitmaps) >> 3}]`;
  return `page ${Math.floor(at / PAGE)} + ${at % PAGE}`;
}

// ---- scenarios -----------------------------------------------------------------------------------

const twice: Plan = { strategy: 'dfs', preemptions: 2 };
const die: Plan = { strategy: 'dfs', preemptions: 1, kills: 1 };
const dieTwice: Plan = { strategy: 'dfs', preemptions: 0, kills: 2 };
const refuse: Plan = { strategy: 'dfs', preemptions: 1, failures: true };
const alone: Plan = { strategy: 'dfs', preemptions: 1, progress: true };
const quick: Plan[] = [
  { ...twice, limit: 20_000 },
  { ...die, limit: 20_000 },
  { ...dieTwice, limit: 10_000 },
  { strategy: 'pct', runs: 500, depth: 3, kills: 2 },
];
const full: Plan[] = [
  twice,
  die,
  dieTwice,
  refuse,
  alone,
  { strategy: 'dfs', preemptions: 0, kills: 2, failures: true },
  { strategy: 'pct', runs: 20_000, depth: 4, kills: 2 },
];

const scenarios: Scenario[] = [];

function scenario(
  title: string,
  own: Options,
  threads: readonly (readonly OpCall[])[],
  prepare?: readonly OpCall[],
): void {
  options.set(title, own);
  // Where the model counts pages, "full" must be true: no refusals.
  const counted = threads.flat().some(([op, , , room]) => op === 'alloc' && room !== undefined);
  const plans = counted ? { full: full.filter((plan) => plan.failures !== true) } : {};
  scenarios.push({ name: title, threads, prepare, ...plans });
}

scenario('alloc, alloc', {}, [[['alloc', 'a', 64]], [['alloc', 'b', 64]]]);
scenario('alloc free, alloc free', {}, [
  [
    ['alloc', 'a', 512],
    ['free', 'a'],
    ['alloc', 'c', 512],
  ],
  [
    ['alloc', 'b', 512],
    ['free', 'b'],
  ],
]);
scenario(
  'remote free, alloc',
  { pages: 1 },
  [
    [
      ['alloc', 'b', 512],
      ['alloc', 'c', 512],
    ],
    [
      ['free', 'a'],
      ['free', 'z'],
    ],
  ],
  [
    ['alloc', 'a', 512],
    ['alloc', 'z', 512],
  ],
);
scenario('double free', {}, [[['free', 'a']], [['free', 'a']]], [['alloc', 'a', 64]]);
scenario('double free of a run', {}, [[['free', 'a']], [['free', 'a']]], [['alloc', 'a', 1500]]);
scenario('runs that cross', {}, [
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
  [
    ['alloc', 'b', 3072],
    ['free', 'b'],
  ],
]);
scenario('one page for two', { pages: 1 }, [
  [
    ['alloc', 'a', 1024, 1],
    ['free', 'a'],
  ],
  [['alloc', 'b', 1024, 1]],
]);
scenario(
  'two pages for three',
  { pages: 2 },
  [
    [
      ['free', 'x'],
      ['alloc', 'a', 1024, 2],
    ],
    [['alloc', 'b', 1024, 2]],
    [['alloc', 'c', 1024, 2]],
  ],
  [['alloc', 'x', 1024]],
);
scenario('a run and two pages', { pages: 2 }, [
  [['alloc', 'a2', 2048]],
  [['alloc', 'b', 1024, 2]],
  [['alloc', 'c', 1024, 2]],
]);
scenario(
  'adoption, remote free',
  { pages: 2 },
  [
    [['detach']],
    [
      ['free', 'a'],
      ['alloc', 'b', 512],
      ['alloc', 'c', 512],
    ],
  ],
  [
    ['alloc', 'a', 512],
    ['alloc', 'z', 512],
  ],
);
scenario(
  'two adopt',
  { pages: 2 },
  [[['detach']], [['alloc', 'b', 512]], [['alloc', 'c', 512], ['trim']]],
  [['alloc', 'a', 512]],
);
scenario(
  'trim, adopt',
  { pages: 2 },
  [[['detach']], [['alloc', 'b', 512], ['detach']], [['free', 'a'], ['trim']]],
  [['alloc', 'a', 512]],
);
scenario('attach, attach', { cold: [0, 1] }, [
  [['attach'], ['alloc', 'a', 64], ['detach']],
  [['attach'], ['detach']],
]);
scenario('detach, attach', { cold: [1] }, [
  [['alloc', 'a', 64], ['detach']],
  [['attach'], ['alloc', 'b', 64]],
]);
scenario('stage, run', {}, [
  [['stage', 2048], ['unstage']],
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
]);
scenario('own region', { pages: 4 }, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 500],
    ['again', 'r', 900],
    ['close', 'r'],
  ],
  [['alloc', 'a', 512]],
]);
scenario('two regions', { pages: 4 }, [
  [
    ['open', 'r', 0],
    ['close', 'r'],
  ],
  [
    ['open', 's', 2],
    ['bump', 's', 900],
    ['bump', 's', 900],
  ],
]);
scenario('pool with a budget', { pages: 6, shared: { budget: 3 } }, [
  [
    ['take', 900, 3],
    ['take', 900, 3],
  ],
  [['take', 900, 3]],
]);
scenario('pool, the same slot', { pages: 5, cold: [1], shared: { budget: 0 } }, [
  [['back', 900]],
  [['attach'], ['join'], ['take', 64, 0]],
]);
scenario('pool, end', { pages: 6, shared: { budget: 0 } }, [[['take', 900, 0]], [['end']]]);
scenario('read, write', { shared: 'cell' }, [
  [['read'], ['read']],
  [
    ['write', 1],
    ['write', 2],
  ],
]);
scenario('write, write', { shared: 'cell' }, [[['write', 1]], [['write', 2]]]);
scenario('hold, write', { shared: 'cell' }, [
  [['hold']],
  [
    ['write', 1],
    ['write', 2],
  ],
]);
scenario('hold, read, write', { shared: 'cell', pages: 5 }, [
  [['hold']],
  [['read']],
  [['write', 1], ['sweep']],
]);
scenario('read, two writes, write', { shared: 'cell', pages: 5 }, [
  [['read']],
  [
    ['write', 1],
    ['write', 2],
  ],
  [['write', 3], ['sweep']],
]);
scenario('hold, two writes, write', { shared: 'cell', pages: 5 }, [
  [['hold']],
  [
    ['write', 1],
    ['write', 2],
  ],
  [['write', 3], ['sweep']],
]);
scenario('read, end', { shared: 'cell' }, [[['read'], ['read']], [['end']]]);
scenario('write, end', { shared: 'cell' }, [[['write', 1]], [['end']]]);
scenario('hold, end', { shared: 'cell' }, [[['hold']], [['end'], ['sweep']]]);
scenario('end, end', { shared: 'cell' }, [[['end']], [['end']]]);
scenario('create, create', { pages: 3 }, [
  [
    ['create', 'x', 'a'],
    ['find', 'a'],
  ],
  [['create', 'y', 'a']],
]);
scenario('create, find', { pages: 3 }, [
  [['create', 'x', 'a']],
  [
    ['find', 'a'],
    ['find', 'a'],
  ],
]);
scenario(
  'destroy, create',
  { pages: 3 },
  [
    [['destroy', 'x']],
    [
      ['create', 'y', 'a'],
      ['find', 'a'],
    ],
  ],
  [['create', 'x', 'a']],
);
scenario(
  'destroy, destroy',
  { pages: 3 },
  [
    [
      ['destroy', 'x'],
      ['find', 'a'],
    ],
    [
      ['destroy', 'x'],
      ['create', 'y', 'b'],
    ],
  ],
  [['create', 'x', 'a']],
);

scenario('run, rescue', {}, [
  [
    ['alloc', 'a', 2048],
    ['free', 'a'],
  ],
  [['rescue']],
]);
scenario('block, rescue', {}, [
  [['alloc', 'a', 512], ['detach']],
  [['rescue'], ['alloc', 'b', 512]],
]);
scenario('write, rescue', { shared: 'cell' }, [[['write', 1]], [['rescue'], ['read']]]);
scenario('create, rescue', { pages: 3 }, [
  [['create', 'x', 'a']],
  [['rescue'], ['create', 'y', 'a']],
]);
scenario('end, rescue', { shared: 'cell' }, [[['end']], [['rescue'], ['read']]]);
scenario('own region, rescue', {}, [
  [
    ['open', 'r', 0],
    ['bump', 'r', 900],
    ['close', 'r'],
  ],
  [['rescue']],
]);
scenario('rescue, rescue, write', { shared: 'cell' }, [[['write', 1]], [['rescue']], [['rescue']]]);

/** Seeded bug `id` (`MUTANT == id` in the arena's kernel), and the scenario that must catch it. */
const mutant = (id: number, where: string, what: string, plans?: readonly Plan[]): Mutant => ({
  id,
  kernel: 'arena',
  what,
  scenarios: [where],
  ...(plans === undefined ? {} : { plans }),
});

const arena: Structure<Run, State> = {
  name: 'arena',
  kernels: { arena: 'apps/verify/structures/arena' },
  pages: 1,
  recoverers: 2,
  setup,
  begin: () => ({ blocks: {}, asking: {}, freeing: {}, handles: {}, regions: {} }),
  operations,
  model,
  scenarios,
  plan: { quick, full },
  invariant,
  bury: (t, dead) => t.kernels.arena!.buryThread!(dead.id + 1),
  recover: rescue,
  end,
  word,
  faults: { 1: 'the first allocation of a region stands at its body' },
  mutants: [
    mutant(1, 'alloc, alloc', 'claim publishes the head of a run before its other pages'),
    mutant(2, 'double free of a run', 'release frees the head of a run before its other pages'),
    mutant(3, 'double free', 'free does not say that a block was free already'),
    mutant(4, 'alloc, alloc', 'a page that is not empty is freed when its owner leaves'),
    mutant(5, 'hold, end', 'sweep leaves out the two ends of a life when it asks the leases'),
    mutant(6, 'read, two writes, write', 'protect does not look at the clock again', [twice]),
    mutant(7, 'alloc, alloc', 'recovery passes over runs that were being freed'),
    mutant(8, 'create, create', 'the lock is not inherited from the dead'),
    mutant(9, 'write, end', 'publish does not look at the owner again'),
    mutant(10, 'hold, two writes, write', 'a lease does not notice that the clock moved', [twice]),
    mutant(11, 'alloc, alloc', 'attach names its thread only after it has the slot'),
    mutant(12, 'a run and two pages', 'claim says FULL while pages are in flight'),
    mutant(13, 'pool with a budget', 'recovery does not count the pages of a shard again'),
    mutant(14, 'pool, the same slot', 'rewind frees a chunk before it leaves it'),
    mutant(15, 'create, create', 'claim passes over an entry of that name that is being created'),
    mutant(16, 'trim, adopt', 'orphans have no number of their own', [twice]),
    mutant(
      17,
      'write, end',
      'a slot is freed while it names a region of a structure destroyed since',
      [{ ...twice, kills: 1, victims: [0] }],
    ),
    mutant(18, 'alloc, alloc', 'a slot is freed while it is named as a reaper'),
  ],
};

export default arena;
