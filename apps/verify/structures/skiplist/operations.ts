// The operations: staging, kernel calls, results as plain data.

import type { Steps, Structure, Thread } from '../../src/structure.ts';
import {
  align8,
  holdSnapshot,
  keyArguments,
  LARGE,
  type Leased,
  largeBytes,
  pieces,
  pinnedValue,
  stage,
  stageKey,
  stageKeys,
} from '../common.ts';
import { type Decided, standOf } from './memory.ts';
import type { BatchOp } from './model.ts';

/** State of a run that is no thread's. */
export interface Run {
  decided: Decided;
  snaps: Record<string, Leased & { record: number; low: number; high: number }>;
}

const STATUS: Record<number, string> = {
  0: 'ok',
  1: 'full',
  2: 'contended',
  3: 'limit',
  4: 'bad',
  6: 'expelled',
  7: 'closed',
  32: 'absent',
  33: 'exists',
  34: 'need',
  35: 'ahead',
  37: 'differs',
};
const KIND = {
  set: 0,
  insert: 1,
  delete: 2,
  goi: 3,
  compare: 4,
  match: 5,
  matchDelete: 6,
} as const;
const REVERSE = 1,
  TOMBSTONES = 4,
  START = 32,
  START_OPEN = 64;
const NEED = 34;

const nameOf = (status: number): string => STATUS[status & 255] ?? String(status);

function valueBytes(value: number): Uint8Array {
  return value >= LARGE ? largeBytes(value) : largeBytes(value).subarray(0, 8);
}

/** The value that `get` or `put` found. */
function* valueFound(t: Thread, status: number): Steps<number> {
  const { list } = t.kernels;
  const { io } = t.local;
  if (status !== NEED) return t.world.u32(io! + 64);
  const value = yield* pinnedValue(t, list!, t.world.u32(io! + 20), t.world.u32(io!));
  yield [list!.release!];
  return value;
}

function* put(t: Thread, kind: number, key: string, value: number): Steps<number> {
  const [five, at] = keyArguments(t, key);
  const bytes = valueBytes(value);
  stage(t, at, bytes);
  const { entry, generation } = t.local;
  return yield [t.kernels.list!.put!, entry!, generation!, kind, ...five, at, bytes.length];
}

/** Writes `next` if the live value is `expected`. */
function* compare(t: Thread, key: string, expected: number, next: number): Steps<number> {
  const [five, at] = keyArguments(t, key);
  const [bytes, old] = [valueBytes(next), valueBytes(expected)];
  const second = stage(t, at, bytes);
  stage(t, second, old);
  const { entry, generation } = t.local;
  const { putIf } = t.kernels.list!;
  return yield [
    putIf!,
    entry!,
    generation!,
    KIND.compare,
    ...five,
    at,
    bytes.length,
    second,
    old.length,
  ];
}

/** Reads, and writes what was read and `delta` (null: a tombstone) if it is still the newest. */
function* add(t: Thread, key: string, delta: number | null): Steps<string | number | null> {
  const { entry, generation, io } = t.local;
  const old = yield* get(t, key, NEWEST);
  if (typeof old === 'string') return old;
  const [low, high] = [t.world.u32(io! + 8), t.world.u32(io! + 12)];
  const [five, at] = keyArguments(t, key);
  const bytes = valueBytes((old ?? 0) + (delta ?? 0));
  stage(t, at, bytes);
  const kind = delta === null ? KIND.matchDelete : KIND.match;
  const { putIf } = t.kernels.list!;
  const status: number = yield [
    putIf!,
    entry!,
    generation!,
    kind,
    ...five,
    at,
    bytes.length,
    low,
    high,
  ];
  return (status & 255) === 0 ? old : nameOf(status);
}

function* get(t: Thread, key: string, target: readonly number[]): Steps<string | number | null> {
  const [five] = keyArguments(t, key);
  const { entry, generation } = t.local;
  const status: number = yield [t.kernels.list!.get!, entry!, generation!, ...target, ...five];
  if (status === 32) return null;
  return status === 0 || status === NEED ? yield* valueFound(t, status) : nameOf(status);
}

/** All rows, `limit` a call, as "key=value key=†"; a text that begins with ! is a fault. */
function* rows(
  t: Thread,
  target: readonly number[],
  flags: number,
  limit: number,
  outBytes = 320,
): Steps<string> {
  const { world } = t;
  const { entry, generation, io } = t.local;
  const found: string[] = [];
  let start = new Uint8Array();
  let bounds = 0;
  for (let calls = 0; calls < 12; calls++) {
    const first = io! + 64;
    const out = stage(t, first, start);
    const status: number = yield [
      t.kernels.list!.scan!,
      entry!,
      generation!,
      ...target,
      flags | bounds,
      limit,
      start.length,
      first,
      0,
      0,
      0,
      0,
      out,
      outBytes,
    ];
    if (status === NEED) {
      const more = world.u32(io! + 8) !== 0;
      start = yield* row(t, found);
      bounds = START | START_OPEN;
      if (more) continue;
      return ordered(found, (flags & REVERSE) !== 0);
    }
    if (status !== 0) return nameOf(status);
    const stop = out + world.u32(io! + 4);
    for (let at = out; at < stop; ) {
      const word = world.u32(at);
      const length = word & 0xf_ffff;
      const key = world.u8.slice(at + 16, at + 16 + length);
      at += 16 + align8(length);
      const tombstone = word >>> 24 === 1;
      found.push(`${new TextDecoder().decode(key)}=${tombstone ? '†' : world.u32(at)}`);
      if (!tombstone) at += align8(world.u32(at - align8(length) - 12));
      start = key;
      bounds = START | START_OPEN;
    }
    if (world.u32(io! + 8) === 0) return ordered(found, (flags & REVERSE) !== 0);
  }
  return '!endless';
}

/** A row that did not fit, of which key and value are read by and by; then its pin goes. */
function* row(t: Thread, found: string[]): Steps<Uint8Array<ArrayBuffer>> {
  const { list } = t.kernels;
  const [keyAt, valueAt, flagged, valueLength] = [16, 20, 24, 28].map((word) =>
    t.world.u32(t.local.io! + word),
  ) as [number, number, number, number];
  const key = yield* pieces(t, list!, keyAt, true, flagged & 0xf_ffff);
  const value = yield* pinnedValue(t, list!, valueAt, valueLength);
  yield [list!.release!];
  found.push(`${new TextDecoder().decode(key)}=${value}`);
  return key;
}

function ordered(found: string[], reverse: boolean): string {
  const keys = found.map((row) => row.slice(0, row.lastIndexOf('=')));
  if (reverse) {
    keys.reverse();
    found.reverse();
  }
  for (let i = 1; i < keys.length; i++) {
    if (keys[i - 1]! >= keys[i]!) return `!${keys[i]} behind ${keys[i - 1]}`;
  }
  return found.join(' ');
}

function* batch(t: Thread, ops: readonly BatchOp[]): Steps<string> {
  const first = t.local.io! + 64;
  let at = first;
  const starts: number[] = [];
  for (const [kind, key, value] of ops) {
    starts.push(at);
    const length = stageKey(t, at + 16, key);
    const bytes = kind === 'delete' ? new Uint8Array() : valueBytes(value!);
    const header = new Uint32Array([KIND[kind], length, bytes.length, 99]);
    t.world.write(at, new Uint8Array(header.buffer));
    at = stage(t, at + 16 + align8(length), bytes);
  }
  const { entry, generation } = t.local;
  const status: number = yield [
    t.kernels.list!.writeBatch!,
    entry!,
    generation!,
    ops.length,
    first,
    at,
  ];
  if ((status & 255) !== 0) return nameOf(status);
  const failed = starts.map((start, i) => (t.world.u32(start + 12) === 33 ? i : -1));
  return ['ok', ...failed.filter((i) => i >= 0)].join(' ');
}

function* many(t: Thread, keys: readonly string[]): Steps<string> {
  const { entry, generation, io } = t.local;
  const first = io! + 64;
  let at = stageKeys(t, first, keys);
  const status: number = yield [
    t.kernels.list!.getMany!,
    entry!,
    generation!,
    0,
    0,
    0,
    keys.length,
    first,
    at,
    160,
  ];
  if (status !== 0) return nameOf(status);
  if (t.world.u32(io!) !== keys.length) return '!short';
  const found: string[] = [];
  for (const key of keys) {
    const there = t.world.u32(at) === 1;
    if (there) found.push(`${key}=${t.world.u32(at + 8)}`);
    at += there ? 16 : 8;
  }
  return found.join(' ');
}

function* snap(t: Thread, run: Run, tag: string): Steps<string> {
  const { entry, generation, io } = t.local;
  const found = yield* holdSnapshot(t, [t.kernels.list!.snapshot!, entry!, generation!], () => ({
    record: t.world.u32(io!),
    low: t.world.u32(io! + 8),
    high: t.world.u32(io! + 12),
  }));
  if (typeof found === 'number') return nameOf(found);
  run.snaps[tag] = found;
  return 'ok';
}

const NEWEST = [0, 0, 0] as const;
const targetOf = (run: Run, tag: string): readonly number[] | undefined => {
  const found = run.snaps[tag];
  return found && [found.record, found.low, found.high];
};

export const operations: Structure<Run>['operations'] = {
  set: {
    *run(t, _run, key: string, value: number) {
      return nameOf(yield* put(t, KIND.set, key, value));
    },
  },
  insert: {
    *run(t, _run, key: string, value: number) {
      return nameOf(yield* put(t, KIND.insert, key, value));
    },
  },
  delete: {
    *run(t, _run, key: string) {
      const status = yield* put(t, KIND.delete, key, 0);
      if ((status & 255) !== 0) return nameOf(status);
      return t.world.u32(t.local.io!) === 1 ? 'deleted' : 'none';
    },
  },
  cas: {
    *run(t, _run, key: string, expected: number, next: number) {
      return nameOf(yield* compare(t, key, expected, next));
    },
  },
  add: {
    *run(t, _run, key: string, delta: number | null) {
      return yield* add(t, key, delta);
    },
  },
  goi: {
    *run(t, _run, key: string, value: number) {
      const status = yield* put(t, KIND.goi, key, value);
      if (status === 33 || status === NEED) return yield* valueFound(t, status);
      return status === 0 ? 'new' : nameOf(status);
    },
  },
  get: {
    *run(t, _run, key: string) {
      return yield* get(t, key, NEWEST);
    },
  },
  batch: {
    *run(t, _run, ops: readonly BatchOp[]) {
      return yield* batch(t, ops);
    },
  },
  /** No step: the instant since which `many` and `scan` of this tag may read. */
  mark: {
    // biome-ignore lint/correctness/useYield: an operation without a step
    *run() {
      return 'ok';
    },
  },
  many: {
    *run(t, _run, _tag: string, keys: readonly string[]) {
      return yield* many(t, keys);
    },
  },
  scan: {
    *run(t, _run, _tag: string, reverse: boolean, limit: number) {
      return yield* rows(t, NEWEST, reverse ? REVERSE : 0, limit);
    },
  },
  /** A scan that has no room for any entry. */
  piecewise: {
    *run(t, _run, _tag: string, reverse: boolean) {
      return yield* rows(t, NEWEST, reverse ? REVERSE : 0, 2, 8);
    },
  },
  snap: {
    *run(t, run: Run, tag: string) {
      return run.snaps[tag] === undefined ? yield* snap(t, run, tag) : 'none';
    },
  },
  scanAt: {
    *run(t, run: Run, tag: string, reverse = false) {
      const target = targetOf(run, tag);
      return target ? yield* rows(t, target, reverse ? REVERSE : 0, 8) : 'none';
    },
  },
  getAt: {
    *run(t, run: Run, tag: string, key: string) {
      const target = targetOf(run, tag);
      return target ? yield* get(t, key, target) : 'none';
    },
  },
  drop: {
    *run(t, run: Run, tag: string) {
      const found = run.snaps[tag];
      if (found === undefined) return 'none';
      delete run.snaps[tag];
      yield [t.kernels.arena!.leaseDrop!, found.lease];
      return 'ok';
    },
  },
  seal: {
    *run(t, _run) {
      const status: number = yield [t.kernels.list!.seal!, t.local.entry!, t.local.generation!];
      return status === 0 ? t.world.u32(t.local.io!) : nameOf(status);
    },
  },
  lists: {
    *run(t, _run) {
      const out = t.local.io! + 64;
      const status: number = yield [
        t.kernels.list!.lists!,
        t.local.entry!,
        t.local.generation!,
        out,
      ];
      if (status !== 0) return nameOf(status);
      const count = t.world.u32(t.local.io!);
      return Array.from({ length: count }, (_, i) => t.world.u32(out + 8 * i)).join(' ');
    },
  },
  /** Everything in one list; it must be frozen when this begins. */
  frozen: {
    *run(t, _run, id: number) {
      return yield* rows(t, [id, 0, 0], TOMBSTONES, 8);
    },
  },
  destroy: {
    *run(t, _run, id: number) {
      return nameOf(yield [t.kernels.list!.destroyList!, t.local.entry!, t.local.generation!, id]);
    },
  },
  clear: {
    *run(t) {
      return nameOf(yield [t.kernels.list!.clear!, t.local.entry!, t.local.generation!]);
    },
  },
  /** Frees what is retired, as any thread may at any time. */
  sweep: {
    *run(t) {
      yield [t.kernels.arena!.sweep!];
      return 'ok';
    },
  },
  /** The thread leaves and comes again: it gets the lowest free slot, so that of somebody dead. */
  heir: {
    *run(t) {
      const { arena, list } = t.kernels;
      yield [arena!.detach!];
      const slot: number = yield [arena!.attach!, t.id + 1];
      if (slot < 0) return nameOf(-slot);
      t.local.slot = slot;
      yield [list!.join!, slot];
      t.local.io = (yield [list!.io!]) >>> 0;
      return nameOf(yield [arena!.entryJoin!, t.local.entry!, t.local.generation!]);
    },
  },
  /** The structure is destroyed for all. */
  end: {
    *run(t) {
      return nameOf(yield [t.kernels.arena!.entryDestroy!, t.local.entry!, t.local.generation!]);
    },
  },
};

// What is refused, or is not needed after all, takes nothing, where a scenario says so.
const TAKES_NOTHING = new Set<unknown>(['full', 'limit', 'exists', 'differs', 'ok 0']);
for (const op of ['set', 'insert', 'delete', 'cas', 'batch']) {
  const { run } = operations[op]!;
  operations[op]!.run = function* (t, state, ...rest) {
    const before = standOf(t.world, t.local.entry!, t.local.slot!);
    const result = yield* run(t, state, ...rest);
    if (t.local.thrifty !== 1 || !TAKES_NOTHING.has(result)) return result;
    return before === standOf(t.world, t.local.entry!, t.local.slot!)
      ? result
      : `${result}, and kept`;
  };
}
