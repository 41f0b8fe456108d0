// The operations: what a thread does to the arena, and what a survivor does for the dead.

import {
  D_LINKED,
  DIRECTORY_LOCK,
  PAGE,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { dropLease, entryAt, lifeOf, type Overflow, slotAt, takeLease } from '../common.ts';
import { DESCRIPTORS, type Joined, type Name, TYPES } from './memory.ts';

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

/** A lease, and the root that it holds. */
interface Leased {
  lease: number;
  root: number;
}

/** State of a run that is no thread's. */
export interface Run {
  blocks: Record<string, number>;
  /** Tags of allocations and frees that have begun and not ended: where the dead stopped. */
  asking: Record<string, boolean>;
  freeing: Record<string, boolean>;
  handles: Record<string, { entry: number; generation: number }>;
  regions: Record<string, { region: number; generation: number }>;
  grants: Record<string, { record: number; generation: number }>;
  /** What leases hold that stay, and the value that was there. */
  kept: Record<string, Leased & { value: number }>;
  overflow: Overflow;
  joined: Joined;
}

export const newRun = (): Run => ({
  ...{ blocks: {}, asking: {}, freeing: {} },
  ...{ handles: {}, regions: {}, grants: {}, kept: {}, overflow: {}, joined: {} },
});

/** The thread has the structure open. */
function joins(t: Thread, run: Run, entry: number, generation: number): void {
  const { slot } = t.local;
  run.joined[`${slot}:${entry}`] = [lifeOf(t.world, slotAt(slot!)), generation];
}

const name = (status: number): string => STATUS[status] ?? String(status);

/** Notes what a thread has got, and writes its descriptors. */
export function attached(t: Thread, slot: number): void {
  t.local.slot = slot;
  t.local.scratch = t.kernels.arena!.scratch!() >>> 0;
  for (const [name, at] of Object.entries(DESCRIPTORS)) {
    const bytes = new Uint8Array(256);
    bytes[12] = TYPES.cell;
    bytes[36] = 1;
    bytes[88] = name.charCodeAt(0);
    t.world.write(t.local.scratch + at, bytes);
  }
}

/** Whether a new block is zero; then it is not. */
function wipe({ world }: Thread, at: number, bytes: number): boolean {
  const was = world.u8.subarray(at, at + bytes).every((byte) => byte === 0);
  world.write(at, new Uint8Array(bytes).fill(0xff));
  return was;
}

/** 'ok', or why `at` is 0. */
function* outcome(t: Thread, at: number): Steps<string> {
  return at !== 0 ? 'ok' : name(yield [t.kernels.arena!.status!]);
}

/** Leases the cell's present root, in three turns; undefined: it moved on and on, or is gone. */
function* leased(t: Thread, run: Run): Steps<Leased | undefined> {
  const k = t.kernels.arena!;
  const { entry, generation } = t.local;
  for (let round = 0; round < 3; round++) {
    const lease = yield* takeLease(t, run.overflow);
    const root = (yield [k.cellRoot!, entry!]) >>> 0;
    const held: number = yield [k.leaseHold!, lease];
    // The structure was not destroyed before the lease stood.
    const there: number = held === 0 ? 1 : yield [k.entryAlive!, entry!, generation!];
    if (held !== 0 && there !== 0) return { lease, root };
    yield* dropLease(t, run.overflow, lease);
    if (there === 0) return undefined;
  }
  return undefined;
}

export const operations: Structure<Run>['operations'] = {
  alloc: {
    *run(t, run: Run, tag: string, bytes: number) {
      if (run.blocks[tag] !== undefined && run.freeing[tag] !== false) return 'none';
      delete run.freeing[tag];
      delete run.blocks[tag];
      run.asking[tag] = true;
      const at = (yield [t.kernels.arena!.alloc!, bytes, 0]) >>> 0;
      delete run.asking[tag];
      if (at !== 0) run.blocks[tag] = at;
      if (at !== 0 && t.local.zero === 1 && !wipe(t, at, bytes)) return 'not zero';
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
  release: {
    // As free, of what one has: a block freed before may be another by now.
    *run(t, run: Run, tag: string) {
      if (run.blocks[tag] === undefined || run.freeing[tag] === false) return 'none';
      return yield* operations.free!.run(t, run, tag);
    },
  },
  fill: {
    // Every page, by blocks of a page.
    *run(t, run: Run) {
      for (let n = 0; ; n++) {
        const tag = `fill ${n}`;
        run.asking[tag] = true;
        const at = (yield [t.kernels.arena!.alloc!, PAGE, 0]) >>> 0;
        delete run.asking[tag];
        if (at === 0) return 'ok';
        run.blocks[tag] = at;
      }
    },
  },
  drain: {
    // What filled it is free again.
    *run(t, run: Run) {
      for (let n = 0; run.blocks[`fill ${n}`] !== undefined; n++)
        yield* operations.release!.run(t, run, `fill ${n}`);
      for (let n = 0; run.freeing[`fill ${n}`] === false; n++) {
        delete run.blocks[`fill ${n}`];
        delete run.freeing[`fill ${n}`];
      }
      return 'ok';
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
      const k = t.kernels.arena!;
      const mark: number = yield [k.regionMark!, own.region];
      const at = (yield [k.regionAlloc!, own.region, bytes, 8]) >>> 0;
      if (at !== 0) return t.local.zero === 1 && !wipe(t, at, bytes) ? 'not zero' : 'ok';
      const result = yield* outcome(t, at);
      return (yield [k.regionMark!, own.region]) === mark ? result : 'moved';
    },
  },
  again: {
    // A save point, an allocation, and back: the next allocation stands where that one stood.
    *run(t, run: Run, tag: string, bytes: number) {
      const own = run.regions[tag];
      if (own === undefined) return 'none';
      const k = t.kernels.arena!;
      const mark = yield [k.regionMark!, own.region];
      const once = (yield [k.regionAlloc!, own.region, bytes, 8]) >>> 0;
      if (once === 0) return yield* outcome(t, 0);
      if (t.local.zero === 1 && !wipe(t, once, bytes)) return 'not zero';
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
    *run(t, run: Run) {
      const k = t.kernels.arena!;
      const own = yield* leased(t, run);
      if (own === undefined) return 'none';
      const value = yield [k.cellLeased!, own.root];
      yield [k.sweep!];
      const later = yield [k.cellLeased!, own.root];
      yield* dropLease(t, run.overflow, own.lease);
      return value === later ? value : `${value}, then ${later}`;
    },
  },
  keep: {
    // A value leased, until it is let go of, or the thread leaves.
    *run(t, run: Run, tag: string) {
      const own = yield* leased(t, run);
      if (own === undefined) return 'none';
      const value: number = yield [t.kernels.arena!.cellLeased!, own.root];
      run.kept[tag] = { ...own, value };
      return value;
    },
  },
  kept: {
    *run(t, run: Run, tag: string) {
      const own = run.kept[tag];
      if (own === undefined) return 'none';
      const later: number = yield [t.kernels.arena!.cellLeased!, own.root];
      return own.value === later ? 'ok' : `${own.value}, then ${later}`;
    },
  },
  forget: {
    // What was kept, let go of.
    *run(t, run: Run, tag: string) {
      const own = run.kept[tag];
      if (own === undefined) return 'none';
      delete run.kept[tag];
      yield* dropLease(t, run.overflow, own.lease);
      return 'ok';
    },
  },
  lease: {
    // Of whatever era it is, which ends, until the thread leaves, or for `tag` until it is let go.
    *run(t, run: Run, tag?: string) {
      const k = t.kernels.arena!;
      const lease = yield* takeLease(t, run.overflow);
      yield [k.leaseHold!, lease];
      if (tag !== undefined) run.kept[tag] = { lease, root: 0, value: 0 };
      return 'ok';
    },
  },
  fork: {
    // A value leased to the cell, for whoever comes.
    *run(t, run: Run, tag: string) {
      const k = t.kernels.arena!;
      const { entry, generation } = t.local;
      const record: number = yield [k.grantTake!, entry!, generation!];
      if (record < 0) return name(-record);
      const own = { record, generation: yield [k.grantGeneration!, record] };
      let root = 0;
      let held = 0;
      for (let i = 0; i < 3 && held === 0; i++) {
        root = (yield [k.cellRoot!, entry!]) >>> 0;
        held = yield [k.grantHold!, record];
      }
      if (held === 0 || (yield [k.entryAlive!, entry!, generation!]) === 0) {
        yield [k.grantDrop!, record, own.generation];
        return held === 0 ? 'contended' : 'closed';
      }
      const value: number = yield [k.cellLeased!, root];
      const status: number = yield [k.grantGive!, record, root];
      if (status !== 0) return name(status);
      run.grants[tag] = own;
      return value;
    },
  },
  visit: {
    // The first that the cell was given, read twice, and its end. Nobody else ends it meanwhile.
    // `last`: nobody forks any more, so what was given is there.
    *run(t, _run, last = false) {
      const k = t.kernels.arena!;
      const { entry, generation } = t.local;
      const record: number = yield [k.grantNext!, entry!, generation!, 0];
      if (record < 0) return last ? 'nothing' : 'none';
      const own: number = yield [k.grantGeneration!, record];
      if ((yield [k.grantFind!, record, own, entry!, generation!]) !== 0) return 'none';
      const root = (yield [k.resultLow!]) >>> 0;
      const value = yield [k.cellLeased!, root];
      yield [k.sweep!];
      const later = yield [k.cellLeased!, root];
      const status: number = yield [k.grantDrop!, record, own];
      if (status !== 0) return name(status);
      return value === later ? value : `${value}, then ${later}`;
    },
  },
  shed: {
    *run(t, run: Run, tag: string) {
      const own = run.grants[tag];
      if (own === undefined) return 'none';
      return name(yield [t.kernels.arena!.grantDrop!, own.record, own.generation]);
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
    *run(t, run: Run) {
      const { entry, generation } = t.local;
      const status = yield [t.kernels.arena!.entryJoin!, entry!, generation!];
      if (status === 0) joins(t, run, entry!, generation!);
      return name(status);
    },
  },
  enter: {
    // By a handle, of what may be destroyed.
    *run(t, run: Run, key: string) {
      const own = run.handles[key];
      if (own === undefined) return 'none';
      const status = yield [t.kernels.arena!.entryJoin!, own.entry, own.generation];
      if (status === 0) joins(t, run, own.entry, own.generation);
      return name(status);
    },
  },
  end: {
    *run(t) {
      return name(yield [t.kernels.arena!.entryDestroy!, t.local.entry!, t.local.generation!]);
    },
  },
  sweep: {
    // `inside`: in a call that has begun.
    *run(t, _run, inside = false) {
      yield [t.kernels.arena![inside ? 'sweepRegions' : 'sweep']!];
      return 'ok';
    },
  },
  pin: {
    // A call begins, and does not end.
    *run(t) {
      yield [t.kernels.arena!.pin!];
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
      const before: number = yield [k.lockedByDead!];
      const held = t.world.u64(DIRECTORY_LOCK);
      const entry = yield [k.cellCreate!, t.local.scratch! + DESCRIPTORS[of], 0];
      // By one and the same: the next may have died inside, too.
      if (entry === -2 && before === 1 && (yield [k.lockedByDead!]) === 1) {
        if (t.world.u64(DIRECTORY_LOCK) === held) return 'stuck';
      }
      if (entry < 0) return name(-entry);
      const generation = yield [k.entryGeneration!, entry];
      run.handles[key] = { entry, generation };
      joins(t, run, entry, generation);
      return 'ok';
    },
  },
  pool: {
    // A structure of another type.
    *run(t, run: Run, key: string, of: Name) {
      const k = t.kernels.arena!;
      const at = t.local.scratch! + DESCRIPTORS[of];
      t.world.write(at + 12, Uint8Array.of(TYPES.pool));
      const entry = yield [k.poolCreate!, at, 0];
      t.world.write(at + 12, Uint8Array.of(TYPES.cell));
      if (entry < 0) return name(-entry);
      run.handles[key] = { entry, generation: yield [k.entryGeneration!, entry] };
      return 'ok';
    },
  },
  draw: {
    // From a pool of that key.
    *run(t, run: Run, key: string, bytes: number) {
      const own = run.handles[key];
      if (own === undefined) return 'none';
      return yield* outcome(
        t,
        yield [t.kernels.arena!.poolAlloc!, own.entry, own.generation, bytes],
      );
    },
  },
  lookup: {
    // As the host opens: a name is found, then joined by entry and generation.
    *run(t, run: Run, of: Name) {
      const k = t.kernels.arena!;
      const entry: number = yield [k.entryFind!, t.local.scratch! + DESCRIPTORS[of] + 88, 1];
      if (entry < 0) return name(-entry);
      const generation: number = yield [k.resultLow!];
      const status: number = yield [k.entryJoin!, entry, generation];
      if (status !== 0) return 'ok'; // It was there, and is destroyed since.
      joins(t, run, entry, generation);
      // An entry's name stays as long as its generation: no other call comes between.
      const at = entryAt(t.world, entry);
      const same = String.fromCharCode(t.world.u8[at + 88]!) === of;
      return same || lifeOf(t.world, at) !== generation ? 'ok' : 'another';
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

// ---- deaths

/** What a host's `recover` does, first without the structures' kernels, then with them. */
export function* rescue(t: Thread): Steps {
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
    yield [k.finishRecovery!, slot];
  }
}

function* repairAll(t: Thread, slot: number): Steps {
  const k = t.kernels.arena!;
  for (;;) {
    const entry: number = yield [k.nextJoined!, slot, 0];
    if (entry < 0) return;
    // As `entryRead` copies it, in one moment. A pool has nothing to repair.
    const at = entryAt(t.world, entry);
    const [type, generation] = [t.world.u32(at + D_LINKED), lifeOf(t.world, at)];
    if (type === TYPES.cell) yield [k.cellRepair!, entry, generation, slot];
    yield [k.unjoin!, entry, slot];
  }
}
