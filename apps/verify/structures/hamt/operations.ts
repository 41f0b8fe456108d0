// The operations of a Hamt: what it writes at once, snapshots, scans in an order of its own.
// Results as plain data; parts.ts says what they promise.

import {
  D_LENGTHS,
  D_TYPE_NAME,
  ENTRY_BYTES,
} from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import { START, START_OPEN } from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import { MAX_KEY } from '../../../../packages/shm-arena/build/numbers-gated/map/key.ts';
import { PORTION_KEYS } from '../../../../packages/shm-arena/build/numbers-gated/map/portion.ts';
import {
  ANSWER,
  COUNT_DONE,
  ENDED,
  NEXT,
} from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { dropLease } from '../common.ts';
import { handle } from '../map/calls.ts';
import { writesByKind } from '../map/kinds.ts';
import { type MapCalls, nameOf, operationsOf, targetCalls } from '../map/operations.ts';
import type { Fork, Run } from './memory.ts';

export const KERNEL = 'hamt';

const plain = targetCalls(KERNEL);
/** Bytes for output: the kernel's notes are behind so much of the scratch. */
const ROOM = 300;
const MANY_ROOM = 200;

export const calls: MapCalls = {
  ...plain,
  // Where the part before did not end behind its last key, it goes on at a place.
  scan: ([target], part) => {
    const { flags, limit, startBytes, startAt, ended, out } = part;
    const rest = [out, Math.min(part.outBytes, ROOM)];
    if (ended[0] === 0 && ended[1] === 0)
      return [target!, flags, limit, startBytes, startAt, 0, 0, ...rest];
    return [target!, flags & ~(START | START_OPEN), limit, 0, 0, ...ended, ...rest];
  },
  getMany: ([target], count, at, out, outBytes = MANY_ROOM) => [target!, count, at, out, outBytes],
  unordered: true,
  tagged: true,
};

type Operations = Structure<Run>['operations'];

const general: Operations = operationsOf(calls);

// ---- forks --------------------------------------------------------------------------------------

/** The thread, as one that has a fork open. */
const at = (t: Thread, { entry, generation }: Fork): Thread =>
  Object.create(t, { local: { value: { ...t.local, entry, generation } } });

const mapOf = (t: Thread): Fork => ({ entry: t.local.entry!, generation: t.local.generation! });

function* fork(t: Thread, run: Run, tag: string, elder: Fork | undefined): Steps<string> {
  if (run.forks[tag] !== undefined || elder === undefined) return 'none';
  const made = yield* forkOf(t, elder);
  if (typeof made === 'number') return nameOf(made);
  run.forks[tag] = made;
  return 'ok';
}

/** An entry that is being created; below 0: why not. */
function* claim(t: Thread, type: string): Steps<Fork | number> {
  const arena = t.kernels.arena!;
  const descriptor = new Uint8Array(ENTRY_BYTES);
  descriptor.set(new TextEncoder().encode(type), D_TYPE_NAME);
  descriptor[D_LENGTHS + 1] = type.length;
  t.world.write(t.local.io!, descriptor);
  const entry: number = yield [arena.entryClaim!, t.local.io!];
  return entry < 0 ? entry : { entry, generation: yield [arena.resultLow!] };
}

function* publish(t: Thread, { entry, generation }: Fork): Steps<number> {
  const root = t.world.u32(t.local.io!);
  return yield [t.kernels.arena!.entryPublish!, entry, generation, root];
}

/** The steps of src/fork.ts. */
function* forkOf(t: Thread, elder: Fork): Steps<Fork | number> {
  const arena = t.kernels.arena!;
  const kernel = t.kernels[KERNEL]!;
  const line = yield* claim(t, 'Hamt');
  if (typeof line === 'number') return -line;
  const hold = yield* claim(t, 'HamtHold');
  let status = typeof hold === 'number' ? -hold : 0;
  if (typeof hold !== 'number') status = yield* build(t, elder, line, hold);
  if (status !== 0) yield [arena.entryAbandon!, line.entry, line.generation];
  yield [kernel.dropHolds!];
  // Who has the fork open has joined its hold.
  if (status !== 0 && typeof hold !== 'number')
    yield [arena.entryLeave!, hold.entry, hold.generation];
  return status === 0 ? line : status;
}

function* build(t: Thread, elder: Fork, line: Fork, hold: Fork): Steps<number> {
  const arena = t.kernels.arena!;
  const kernel = t.kernels[KERNEL]!;
  const both = [line.entry, line.generation, elder.entry, elder.generation];
  let status: number = yield [kernel.hold!, hold.entry, hold.generation, ...both];
  if (status === 0) status = yield* publish(t, hold);
  if (status !== 0) {
    yield [arena.entryAbandon!, hold.entry, hold.generation];
    return status;
  }
  const record: number = yield [arena.grantTake!, hold.entry, hold.generation];
  if (record < 0) return -record;
  let target = 0;
  for (let round = 0; ; round++) {
    status = yield [kernel.snapshot!, elder.entry, elder.generation];
    target = t.world.u32(t.local.io!);
    if (status === 0 && (yield [arena.grantHold!, record]) !== 0) break;
    if (status === 0 && round < 6) continue;
    const life: number = yield [arena.grantGeneration!, record];
    yield [arena.grantDrop!, record, life];
    return status === 0 ? 2 : status;
  }
  status = yield [arena.grantGive!, record, target];
  if (status !== 0) return status;
  const grant = [target, record, hold.entry, hold.generation];
  status = yield [kernel.fork!, ...both, ...grant];
  return status === 0 ? yield* publish(t, line) : status;
}

/** Opens a fork in a thread. */
function* open(t: Thread, { entry, generation }: Fork): Steps<number> {
  const arena = t.kernels.arena!;
  const status: number = yield [arena.entryJoin!, entry, generation];
  if (status !== 0) return status;
  const known: number = yield [t.kernels[KERNEL]!.holdOf!, entry, generation];
  const [hold, life] = [t.world.u32(t.local.io!), t.world.u32(t.local.io! + 4)];
  if (known === 0) yield [arena.entryJoin!, hold - 1, life];
  return known;
}

// ---- differences --------------------------------------------------------------------------------

function* diffOf(t: Thread, one: number, other: number): Steps<string> {
  const { io } = t.local;
  const found: string[] = [];
  let start: [number, number] = [0, 0];
  let place = [0, 0];
  for (let round = 0; round < 100; round++) {
    const out = io! + 512;
    const targets = [...handle(t), one, ...handle(t), other];
    const rest = [start[0] === 0 ? 0 : START | START_OPEN, 2, ...start, ...place];
    const status: number = yield [t.kernels[KERNEL]!.diff!, ...targets, ...rest, out, ROOM];
    if (status !== 0) return nameOf(status);
    const count = t.world.u32(io! + COUNT_DONE);
    let key = io! + t.world.u32(io! + PORTION_KEYS);
    for (let i = 0; i < count; i++) {
      const length = t.world.u32(out + i * 8) & MAX_KEY;
      found.push(new TextDecoder().decode(t.world.u8.slice(key, key + length)));
      if (i === count - 1) start = [length, io! + 256];
      if (i === count - 1) t.world.write(io! + 256, t.world.u8.slice(key, key + 64));
      key += length;
    }
    if (t.world.u32(io! + NEXT) === 0) return found.sort().join(' ');
    place = [t.world.u32(io! + ENDED), t.world.u32(io! + ENDED + 4)];
    if (place[0] !== 0 || place[1] !== 0) start = [0, 0];
  }
  return '!endless';
}

// -------------------------------------------------------------------------------------------------

/** What the thread has of the map ends, and its snapshots with it. */
function* leave(t: Thread, run: Run): Steps<number> {
  for (const [tag, snap] of Object.entries(run.snaps)) {
    if (snap.thread !== t.id) continue;
    delete run.snaps[tag];
    yield* dropLease(t, run.overflow, snap.lease);
  }
  return yield [t.kernels[KERNEL]!.leave!, ...handle(t)];
}

function* sizeOf(t: Thread, target: number): Steps<number | string> {
  const status: number = yield [t.kernels[KERNEL]!.size!, ...handle(t), target];
  return status === 0 ? t.world.u32(t.local.io! + ANSWER) : nameOf(status);
}

/** What any line does. */
const ofLines: Operations = { ...general, ...writesByKind(calls) };

export const operations: Operations = {
  ...ofLines,
  fork: {
    *run(t, run, tag: string) {
      return yield* fork(t, run, tag, mapOf(t));
    },
  },
  /** The same of a fork. */
  forkOf: {
    *run(t, run, tag: string, from: string) {
      return yield* fork(t, run, tag, run.forks[from]);
    },
  },
  /** An operation of a fork. */
  in: {
    *run(t, run, tag: string, op: string, ...args) {
      const fork = run.forks[tag];
      if (fork === undefined) return 'none';
      const status = yield* open(t, fork);
      if (status !== 0) return nameOf(status);
      return yield* ofLines[op]!.run(at(t, fork), run, ...args);
    },
  },
  /** A scan of a fork that nobody writes meanwhile. */
  scanIn: {
    *run(t, run, tag: string) {
      const fork = run.forks[tag];
      if (fork === undefined) return 'none';
      return yield* ofLines.scan!.run(at(t, fork), run, '', false, 2);
    },
  },
  /** A fork is destroyed for all. */
  endIn: {
    *run(t, run, tag: string) {
      const fork = run.forks[tag];
      if (fork === undefined) return 'none';
      const joined = yield* open(t, fork);
      if (joined !== 0) return nameOf(joined);
      const status: number = yield [t.kernels.arena!.entryDestroy!, fork.entry, fork.generation];
      yield [t.kernels[KERNEL]!.dropHolds!];
      return nameOf(status);
    },
  },
  end: {
    *run(t, run) {
      const said = yield* general.end!.run(t, run);
      yield [t.kernels[KERNEL]!.dropHolds!];
      return said;
    },
  },
  /** The keys whose values differ in two snapshots. */
  diff: {
    *run(t, run, one: string, other: string) {
      const [a, b] = [run.snaps[one], run.snaps[other]];
      if (a === undefined || b === undefined) return 'none';
      return yield* diffOf(t, a.target[0]!, b.target[0]!);
    },
  },
  size: {
    *run(t) {
      const size = yield* sizeOf(t, 0);
      return typeof size === 'string' || size < 100 ? 'ok' : `!${size} entries`;
    },
  },
  /** Exact, of an instant that stands still. */
  sizeAt: {
    *run(t, run, tag: string) {
      const snap = run.snaps[tag];
      return snap ? yield* sizeOf(t, snap.target[0]!) : 'none';
    },
  },
  /** An operation that no lack of memory can keep from its end. */
  must: {
    *run(t, run, op: string, ...args) {
      const said = yield* ofLines[op]!.run(t, run, ...args);
      return said === 'full' ? '!full' : said;
    },
  },
  /** A leaf or more are emptied, from where the thread's last one has ended: how many entries. */
  clear: {
    *run(t, run) {
      const { io } = t.local;
      const place = run.places[t.id] ?? [0, 0];
      const status: number = yield [t.kernels[KERNEL]!.clear!, ...handle(t), ...place];
      if (status !== 0) return nameOf(status);
      run.places[t.id] = [t.world.u32(io! + ENDED), t.world.u32(io! + ENDED + 4)];
      if (t.world.u32(io! + NEXT) === 0) delete run.places[t.id];
      return t.world.u32(io! + ANSWER);
    },
  },
  /** The same to its end. */
  clearAll: {
    *run(t) {
      let place = [0, 0];
      for (let round = 0; round < 20; round++) {
        const status: number = yield [t.kernels[KERNEL]!.clear!, ...handle(t), ...place];
        if (status !== 0) return nameOf(status);
        const { io } = t.local;
        if (t.world.u32(io! + NEXT) === 0) return 'ok';
        place = [t.world.u32(io! + ENDED), t.world.u32(io! + ENDED + 4)];
      }
      return '!endless';
    },
  },
  /** Spans that have become empty go back. */
  trim: {
    *run(t) {
      return nameOf(yield [t.kernels[KERNEL]!.trim!, ...handle(t)]);
    },
  },
  /** The era ends. */
  tick: {
    *run(t) {
      const arena = t.kernels.arena!;
      const lease: number = yield [arena.leaseTake!];
      yield [arena.leaseHold!, lease];
      yield [arena.leaseDrop!, lease];
      return 'ok';
    },
  },
  quit: {
    *run(t, run) {
      return nameOf(yield* leave(t, run));
    },
  },
  /** It leaves and comes again, in the lowest free slot: that of somebody dead. */
  heir: {
    *run(t, run) {
      const status = yield* leave(t, run);
      return status === 0 ? yield* general.heir!.run(t, run) : nameOf(status);
    },
  },
};
