// The operations that maps have in common, made from the calls of one's kernel; results as plain
// data. See model.ts for what they promise.

import {
  BAD,
  CLOSED,
  CONTENDED,
  EXPELLED,
  FULL,
  LIMIT as LIMIT_REACHED,
  OK,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  ABSENT,
  AHEAD,
  BEHIND,
  DIFFERS,
  EXISTS,
  FORGOTTEN,
  NEED,
  PENDING,
  QUEUE_FULL,
  REVERSE,
  START,
  START_OPEN,
} from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import {
  ENDED,
  FOUND_AT,
  NEXT,
} from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { Call, KernelFunction, Steps, Structure, Thread, World } from '../../src/structure.ts';
import { dropLease, type Overflow, slotAt, takeLease } from '../common.ts';
import {
  type Five,
  handle,
  keyArguments,
  portionRows,
  type Row,
  rowInPieces,
  showRow,
  stage,
  stageKeys,
  valueInPieces,
} from './calls.ts';

/** What is read, in a call: the newest state or a snapshot. */
type Target = readonly number[];

/** A snapshot: the lease that keeps it, and whose that is. */
interface Snap {
  lease: number;
  thread: number;
  target: Target;
}

/** State of a run that is no thread's. */
export interface MapRun {
  snaps: Record<string, Snap>;
  overflow: Overflow;
}

/** A part of a scan in a call. */
export interface Part {
  flags: number;
  limit: number;
  /** Where the bytes of the key stand behind which it goes on; 0 of them: where it begins. */
  startBytes: number;
  startAt: number;
  /** Where the part before it ended, as the kernel said. */
  ended: readonly [low: number, high: number];
  out: number;
  outBytes: number;
}

/** The calls of a map's kernel: their arguments behind the handle. */
export interface MapCalls {
  /** The kernel's name among the structure's kernels. */
  kernel: string;
  /** The target of what is newest. */
  newest: Target;
  /** The target that `snapshot` has left in the result block. */
  snapshot(world: World, io: number): Target;
  get(target: Target, key: Five): readonly number[];
  /** If its kernel has one. */
  getMany?(
    target: Target,
    count: number,
    at: number,
    out: number,
    /** Bytes for the portion, if it is to have no more than that. */
    outBytes?: number,
  ): readonly number[];
  scan(target: Target, part: Part): readonly number[];
  /** The part to ask for instead, after a status that says that it has too little room. */
  wider?(t: Thread, part: Part, status: number): Part | undefined;
  /** Whether a scan gives keys in no order. */
  unordered?: boolean;
  /** Whether `many` and `scan` have a tag: see `Promise.keys`. */
  tagged: boolean;
}

/** Of a kernel to which one number says what to read: 0 the present state, else a snapshot's. */
export const targetCalls = (kernel: string): MapCalls => ({
  kernel,
  newest: [0],
  snapshot: (world, io) => [world.u32(io)],
  get: (target, key) => [...target, 0, ...key],
  scan: (target, { flags, limit, startBytes, startAt, out, outBytes }) => [
    ...target,
    flags,
    limit,
    startBytes,
    startAt,
    0,
    out,
    out,
    outBytes,
  ],
  tagged: false,
});

const NAMES: Record<number, string> = {
  [OK]: 'ok',
  [FULL]: 'full',
  [CONTENDED]: 'contended',
  [LIMIT_REACHED]: 'limit',
  [BAD]: 'bad',
  [EXPELLED]: 'expelled',
  [CLOSED]: 'closed',
  [ABSENT]: 'absent',
  [EXISTS]: 'exists',
  [NEED]: 'need',
  [AHEAD]: 'ahead',
  [DIFFERS]: 'differs',
  [QUEUE_FULL]: 'queue full',
  [PENDING]: 'pending',
  [FORGOTTEN]: 'forgotten',
};
/** Rows of a part, and bytes for them. */
const LIMIT = 9;
const OUT_BYTES = 400;

/** The name of a status, PRESSURE or not. */
export const nameOf = (status: number): string => NAMES[status & 255] ?? String(status);

const kernelOf = (t: Thread, map: MapCalls): Record<string, KernelFunction> =>
  t.kernels[map.kernel]!;

// ---- reads --------------------------------------------------------------------------------------

/** The value that a call with this status found; null: none. Or the status's name. */
export function* found(t: Thread, map: MapCalls, status: number): Steps<string | number | null> {
  const { io } = t.local;
  if (status === ABSENT) return null;
  if (status === 0) return t.world.u32(io! + 64);
  if (status !== NEED) return nameOf(status);
  const kernel = kernelOf(t, map);
  const value = yield* valueInPieces(t, kernel, t.world.u32(io! + FOUND_AT), t.world.u32(io!));
  yield [kernel.release!];
  return value;
}

/** What the kernel's `get` finds, called with these arguments. */
export function* read(
  t: Thread,
  map: MapCalls,
  call: readonly number[],
): Steps<string | number | null> {
  return yield* found(t, map, yield [kernelOf(t, map).get!, ...handle(t), ...call]);
}

export function* get(
  t: Thread,
  map: MapCalls,
  target: Target,
  key: string,
): Steps<string | number | null> {
  const [five] = keyArguments(t, key);
  return yield* read(t, map, map.get(target, five));
}

/** Of the keys those that are there, as "key=value key=value"; after ! a fault. */
function* many(t: Thread, map: MapCalls, keys: readonly string[], room?: number): Steps<string> {
  if (map.getMany === undefined) return '!no getMany';
  const values: (number | null)[] = [];
  while (values.length < keys.length) {
    const rest = keys.slice(values.length);
    const first = t.local.io! + 64;
    const at = stageKeys(t, first, rest);
    const call = map.getMany(map.newest, rest.length, first, at, room);
    const status: number = yield [kernelOf(t, map).getMany!, ...handle(t), ...call];
    if (status !== 0) return nameOf(status);
    const found = portionRows(t, at, rest.length).map(({ value }) => value);
    if (found.length === 0 || (room === undefined && found.length < rest.length)) return '!short';
    values.push(...found);
  }
  return keys.flatMap((key, i) => (values[i] === null ? [] : `${key}=${values[i]}`)).join(' ');
}

/** All rows, in parts, as "key=value key=†"; a text that begins with ! is a fault. */
export function* rows(
  t: Thread,
  map: MapCalls,
  target: Target,
  { flags = 0, limit = LIMIT, outBytes = OUT_BYTES } = {},
): Steps<string> {
  const all: Row[] = [];
  let ended: [number, number] = [0, 0];
  const { io } = t.local;
  const startAt = io! + 64;
  let wide = { flags, outBytes };
  for (let calls = 0; calls < 12; calls++) {
    const last = all.at(-1)?.key ?? new Uint8Array();
    const out = stage(t, startAt, last);
    const bounds = all.length === 0 ? 0 : START | START_OPEN | BEHIND;
    const part: Part = { ...wide, limit, startBytes: last.length, startAt, ended, out };
    part.flags |= bounds;
    const call: Call = [kernelOf(t, map).scan!, ...handle(t), ...map.scan(target, part)];
    const status: number = yield call;
    const wider = map.wider?.(t, part, status);
    if (wider !== undefined) {
      wide = { flags: wider.flags & ~bounds, outBytes: wider.outBytes };
      continue;
    }
    if (status !== 0 && status !== NEED) return nameOf(status);
    const more = t.world.u32(io! + NEXT) !== 0;
    ended = [t.world.u32(io! + ENDED), t.world.u32(io! + ENDED + 4)];
    if (status === NEED) all.push(yield* rowInPieces(t, kernelOf(t, map)));
    else all.push(...portionRows(t, out, limit));
    if (!more) return ordered(all.map(showRow), (flags & REVERSE) !== 0, map.unordered);
  }
  return '!endless';
}

/** Rows in the order of their keys, which is that of the scan, unless that has none; none twice. */
function ordered(rows: string[], reverse: boolean, unordered = false): string {
  if (reverse) rows.reverse();
  const keyed = rows.map((row) => [row.slice(0, row.lastIndexOf('=')), row] as const);
  if (unordered) keyed.sort(([a], [b]) => (a < b ? -1 : 1));
  for (let i = 1; i < keyed.length; i++) {
    const [[before], [key]] = [keyed[i - 1]!, keyed[i]!];
    if (before >= key) return `!${key} behind ${before}`;
  }
  return keyed.map(([, row]) => row).join(' ');
}

/**
 * Calls `snapshot` until a lease holds what it found. Or the status why there is none: 2
 * (contended) if the era moved on and on.
 */
function* held(t: Thread, map: MapCalls, { overflow }: MapRun): Steps<Snap | number> {
  for (let round = 0; round < 6; round++) {
    const lease = yield* takeLease(t, overflow);
    const status: number = yield [kernelOf(t, map).snapshot!, ...handle(t)];
    if (status === 0) {
      const target = map.snapshot(t.world, t.local.io!);
      if (yield [t.kernels.arena!.leaseHold!, lease]) return { lease, thread: t.id, target };
    }
    yield* dropLease(t, overflow, lease);
    if (status !== 0) return status;
  }
  return 2;
}

// ---- the operations -----------------------------------------------------------------------------

type Operations = Structure<MapRun>['operations'];

function readsOf(map: MapCalls): Operations {
  const tags = map.tagged ? 1 : 0;
  const reversed = (reverse: boolean): number => (reverse ? REVERSE : 0);
  return {
    /** No step: the instant since which `many` and `scan` of this tag may read. */
    mark: {
      // biome-ignore lint/correctness/useYield: an operation without a step
      *run() {
        return 'ok';
      },
    },
    get: {
      *run(t, _run, key: string) {
        return yield* get(t, map, map.newest, key);
      },
    },
    many: {
      *run(t, _run, ...args) {
        const [keys, room] = args.slice(tags);
        return yield* many(t, map, keys, room);
      },
    },
    scan: {
      *run(t, _run, ...args) {
        const [reverse, limit, outBytes] = args.slice(tags);
        return yield* rows(t, map, map.newest, { flags: reversed(reverse), limit, outBytes });
      },
    },
    /** A scan that has no room for any entry. */
    piecewise: {
      *run(t, _run, ...args) {
        const flags = reversed(args[tags]);
        return yield* rows(t, map, map.newest, { flags, limit: 2, outBytes: 8 });
      },
    },
    snap: {
      *run(t, run, tag: string) {
        if (run.snaps[tag] !== undefined) return 'none';
        const snap = yield* held(t, map, run);
        if (typeof snap === 'number') return nameOf(snap);
        run.snaps[tag] = snap;
        return 'ok';
      },
    },
    scanAt: {
      *run(t, run, tag: string, reverse = false) {
        const snap = run.snaps[tag];
        return snap ? yield* rows(t, map, snap.target, { flags: reversed(reverse) }) : 'none';
      },
    },
    getAt: {
      *run(t, run, tag: string, key: string) {
        const snap = run.snaps[tag];
        return snap ? yield* get(t, map, snap.target, key) : 'none';
      },
    },
    drop: {
      *run(t, run, tag: string) {
        const snap = run.snaps[tag];
        if (snap === undefined) return 'none';
        delete run.snaps[tag];
        yield* dropLease(t, run.overflow, snap.lease);
        return 'ok';
      },
    },
  };
}

/** What a map does not do itself. */
function arounds(map: MapCalls): Operations {
  return {
    /** The thread leaves and comes again, in the lowest free slot: that of somebody dead. */
    heir: {
      *run(t) {
        const arena = t.kernels.arena!;
        const kernel = kernelOf(t, map);
        yield [arena.detach!];
        const slot: number = yield [arena.attach!, t.id + 1];
        if (slot < 0) return nameOf(-slot);
        t.local.slot = slot;
        yield [kernel.join!, slot];
        t.local.io = (yield [kernel.io!]) >>> 0;
        return nameOf(yield [arena.entryJoin!, ...handle(t)]);
      },
    },
    /** Frees what is retired, as any thread may at any time. */
    sweep: {
      *run(t) {
        yield [t.kernels.arena!.sweep!];
        return 'ok';
      },
    },
    /** The pin of `pinOlder` ends. */
    unpin: {
      *run(t) {
        t.world.write(slotAt(t.local.slot!) + 24, new Uint8Array(4));
        yield [t.kernels.arena!.unpin!];
        return 'ok';
      },
    },
    /** The map is destroyed for all. */
    end: {
      *run(t) {
        return nameOf(yield [t.kernels.arena!.entryDestroy!, ...handle(t)]);
      },
    },
  };
}

/** Reads, snapshots, and a thread's and the map's end. */
export const operationsOf = (map: MapCalls): Operations => ({ ...readsOf(map), ...arounds(map) });
