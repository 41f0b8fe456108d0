// The skip list's calls: what maps have in common, and batches, the stack of lists and its lists.

import {
  EXISTS,
  NUMBERS,
  REVERSE,
  START,
} from '../../../../packages/skiplist/build/numbers-gated/arena/map/codes.ts';
import { NEXT } from '../../../../packages/skiplist/build/numbers-gated/arena/map/result.ts';
import { SORT_BYTES } from '../../../../packages/skiplist/build/numbers-gated/arena/map/sort.ts';
import {
  RESUME,
  TOMBSTONES,
  VERSIONS,
} from '../../../../packages/skiplist/build/numbers-gated/codes.ts';
import { WORK_BYTES } from '../../../../packages/skiplist/build/numbers-gated/node.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { scratchBytes } from '../common.ts';
import {
  align8,
  handle,
  LARGE,
  largeBytes,
  portionRows,
  showRow,
  stage,
  stageKey,
} from '../map/calls.ts';
import { type MapCalls, type MapRun, nameOf, operationsOf, rows } from '../map/operations.ts';
import { KIND, writesOf } from '../map/writes.ts';
import { type Decided, standOf } from './memory.ts';
import type { BatchOp } from './model.ts';

/** State of a run that is no thread's. */
export interface Run extends MapRun {
  decided: Decided;
}

export const calls: MapCalls = {
  kernel: 'list',
  // A list's number, 0: the whole stack; and the number up to which versions are seen, 0: all.
  newest: [0, 0, 0],
  snapshot: (world, io) => [world.u32(io), world.u32(io + 8), world.u32(io + 12)],
  get: (target, key) => [...target, 0, ...key],
  getMany: (target, count, at, out) => [...target, count, at, out, 160],
  scan: (target, { flags, limit, startBytes, startAt, ended, out, outBytes }) => [
    ...target,
    flags,
    limit,
    startBytes,
    startAt,
    0,
    0,
    ...ended,
    out,
    outBytes,
  ],
  tagged: true,
};

const valueBytes = (value: number): Uint8Array =>
  value >= LARGE ? largeBytes(value) : largeBytes(value).subarray(0, 8);

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
  const room = scratchBytes(t) - WORK_BYTES;
  if (at + SORT_BYTES * ops.length > t.local.io! + room) throw new Error('a batch has no room');
  const { writeBatch } = t.kernels.list!;
  const status: number = yield [writeBatch!, ...handle(t), ops.length, first, at];
  if ((status & 255) !== 0) return nameOf(status);
  const failed = starts.map((start, i) => (t.world.u32(start + 12) === EXISTS ? i : -1));
  return ['ok', ...failed.filter((i) => i >= 0)].join(' ');
}

/** All versions that a target shows, `limit` a call, as "key=value@number"; after ! a fault. */
function* versions(
  t: Thread,
  target: readonly number[],
  reverse: boolean,
  limit: number,
): Steps<string> {
  const all: string[] = [];
  const flags = VERSIONS | TOMBSTONES | NUMBERS | (reverse ? REVERSE : 0);
  let key = new Uint8Array();
  let ended: [number, number] = [0, 0];
  for (let round = 0; round < 24; round++) {
    const startAt = t.local.io! + 64;
    const out = stage(t, startAt, key);
    const scanned = calls.scan(target, {
      flags: flags | (all.length === 0 ? 0 : START | RESUME),
      limit,
      startBytes: key.length,
      startAt,
      ended,
      out,
      outBytes: 400,
    });
    const status: number = yield [t.kernels.list!.scan!, ...handle(t), ...scanned];
    if (status !== 0) return nameOf(status);
    const rows = portionRows(t, out, limit);
    rows.forEach((row, i) => {
      const at = out + 8 * (2 * limit + i);
      ended = [t.world.u32(at), t.world.u32(at + 4)];
      all.push(`${showRow(row)}@${ended[0]}`);
      key = row.key;
    });
    if (t.world.u32(t.local.io! + NEXT) === 0) return (reverse ? all.reverse() : all).join(' ');
  }
  return '!endless';
}

export const operations: Structure<Run>['operations'] = {
  ...operationsOf(calls),
  ...writesOf(calls, valueBytes),
  batch: {
    *run(t, _run, ops: readonly BatchOp[]) {
      return yield* batch(t, ops);
    },
  },
  /** Whether the versions as of a snapshot are the same, read at once and one by one, both ways. */
  versionsAt: {
    *run(t, run, tag: string) {
      const snap = run.snaps[tag];
      if (snap === undefined) return 'none';
      const whole = yield* versions(t, snap.target, false, 12);
      for (const reverse of [false, true]) {
        const single = yield* versions(t, snap.target, reverse, 1);
        if (single !== whole) return `!${whole}, ${reverse ? 'reverse ' : ''}${single}`;
      }
      return whole.startsWith('!') ? whole : 'same';
    },
  },
  seal: {
    *run(t) {
      const status: number = yield [t.kernels.list!.seal!, ...handle(t)];
      return status === 0 ? t.world.u32(t.local.io!) : nameOf(status);
    },
  },
  lists: {
    *run(t) {
      const out = t.local.io! + 64;
      const status: number = yield [t.kernels.list!.lists!, ...handle(t), out];
      if (status !== 0) return nameOf(status);
      const count = t.world.u32(t.local.io!);
      return Array.from({ length: count }, (_, i) => t.world.u32(out + 8 * i)).join(' ');
    },
  },
  /** Everything in one list; it must be frozen when this begins. */
  frozen: {
    *run(t, _run, id: number) {
      return yield* rows(t, calls, [id, 0, 0], { flags: TOMBSTONES });
    },
  },
  destroy: {
    *run(t, _run, id: number) {
      return nameOf(yield [t.kernels.list!.destroyList!, ...handle(t), id]);
    },
  },
  clear: {
    *run(t) {
      return nameOf(yield [t.kernels.list!.clear!, ...handle(t)]);
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
