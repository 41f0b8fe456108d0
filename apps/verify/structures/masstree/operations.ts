// The operations of a Masstree: what it writes at once, snapshots that it counts, scans that only
// count, and what keeps it small. Results as plain data; parts.ts says what they promise.

import { NOTES } from '../../../../packages/masstree/build/numbers-gated/gather.ts';
import {
  COUNT_ONLY,
  REMOVES,
  WIDE,
  WIDER,
} from '../../../../packages/masstree/build/numbers-gated/give.ts';
import { REMOVED } from '../../../../packages/masstree/build/numbers-gated/remove.ts';
import { CLOSED, PAGE } from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  END,
  END_OPEN,
  REVERSE,
  START,
  START_OPEN,
} from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import { MAX_KEY } from '../../../../packages/shm-arena/build/numbers-gated/map/key.ts';
import {
  INSERT,
  REMOVE,
  SET,
} from '../../../../packages/shm-arena/build/numbers-gated/map/kinds.ts';
import { PORTION_KEYS } from '../../../../packages/shm-arena/build/numbers-gated/map/portion.ts';
import {
  ANSWER,
  COUNT_DONE,
  NEXT,
  SNAP_NUMBER,
  SNAP_SIZE,
} from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { dropLease, takeLease } from '../common.ts';
import { handle, keyArguments, stage, stageEntries } from '../map/calls.ts';
import { valueBytes, writesByKind } from '../map/kinds.ts';
import { type MapCalls, nameOf, operationsOf, type Part, targetCalls } from '../map/operations.ts';
import { linkOf, type Run } from './memory.ts';
import { walkPast } from './tree.ts';

export const KERNEL = 'masstree';

const plain = targetCalls(KERNEL);
/** Bytes for output at most. */
const ROOM = 300;
const MANY_ROOM = 200;

/** Bytes from `out` on: the scratch is a page, and at its end are the kernel's notes. */
const roomAt = (out: number): number => PAGE - NOTES - (out % PAGE);

export const calls: MapCalls = {
  ...plain,
  snapshot: (world, io) => [world.u32(io), world.u32(io + SNAP_NUMBER), world.u32(io + SNAP_SIZE)],
  get: ([target], key) => [target!, 0, ...key],
  // Long values come in from the end; a count gives out a key and no value.
  scan: ([target], part) => {
    const room = (part.flags & COUNT_ONLY) !== 0 ? ROOM : Math.min(ROOM, roomAt(part.out));
    return plain.scan([target!], { ...part, outBytes: Math.min(part.outBytes, room) });
  },
  getMany: ([target], count, at, out, outBytes = MANY_ROOM) => [target!, count, at, out, outBytes],
  wider: ({ world, local }, part, status) => {
    if (status !== WIDER) return undefined;
    const asked = world.u32(local.io! + ANSWER);
    return { ...part, flags: part.flags | WIDE, outBytes: (Math.ceil((asked * 4) / 3) + 95) & ~7 };
  },
  tagged: true,
};

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

type Operations = Structure<Run>['operations'];

const general: Operations = operationsOf(calls);

// ---- snapshots ----------------------------------------------------------------------------------

const snapshots: Operations = {
  /** As the host: the kernel is asked until a lease holds what it said; each time is counted. */
  snap: {
    *run(t, run, tag: string) {
      if (run.snaps[tag] !== undefined) return 'none';
      const { [KERNEL]: kernel, arena } = t.kernels;
      for (let round = 0; round < 6; round++) {
        const lease = yield* takeLease(t, run.overflow);
        const status: number = yield [kernel!.snapshot!, ...handle(t)];
        if (status === 0) {
          const target = calls.snapshot(t.world, t.local.io!);
          if (yield [arena!.leaseHold!, lease]) {
            run.snaps[tag] = { lease, thread: t.id, target };
            // Where no invariant is asked after each step, nobody has seen the instant.
            const [root, number] = target as [number, number];
            run.instants[number] ??= walkPast(t.world, linkOf(root)).hash;
            return 'ok';
          }
          yield [kernel!.closeSnapshot!, ...handle(t)];
        }
        yield* dropLease(t, run.overflow, lease);
        if (status !== 0) return nameOf(status);
      }
      return 'contended';
    },
  },
  drop: {
    *run(t, run, tag: string) {
      const snap = run.snaps[tag];
      if (snap === undefined) return 'none';
      delete run.snaps[tag];
      yield [t.kernels[KERNEL]!.closeSnapshot!, ...handle(t)];
      yield* dropLease(t, run.overflow, snap.lease);
      return 'ok';
    },
  },
  /** This thread gives up what it has in the map, as when its last handle is closed. */
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

/** What the kernel counts of this thread's snapshots ends with its part in the map. */
function* leave(t: Thread, run: Run): Steps<number> {
  for (const [tag, snap] of Object.entries(run.snaps)) {
    if (snap.thread !== t.id) continue;
    delete run.snaps[tag];
    yield* dropLease(t, run.overflow, snap.lease);
  }
  return yield [t.kernels[KERNEL]!.leave!, ...handle(t)];
}

// ---- many writes --------------------------------------------------------------------------------

const PUTS: Record<string, number> = { set: SET, insert: INSERT, delete: REMOVE };

const puts: Operations = {
  /** Writes of one kind, of all keys; the values ascend. What each has said. */
  puts: {
    *run(t, _run, op: string, keys: readonly string[], value: number) {
      const first = t.local.io! + 64;
      const values = keys.map((_, i) => (op === 'delete' ? NOTHING : valueBytes(value + i)));
      const out = stageEntries(t, first, keys, values);
      const call = [PUTS[op]!, keys.length, first, out] as const;
      const status: number = yield [t.kernels[KERNEL]!.putMany!, ...handle(t), ...call];
      const done = t.world.u32(t.local.io! + COUNT_DONE);
      const said = Array.from({ length: done }, (_, i) => nameOf(t.world.u32(out + 4 * i)));
      return status === 0 ? said.join(' ') : [...said, nameOf(status)].join(' ');
    },
    bound: 6_000,
  },
};

// ---- loading ------------------------------------------------------------------------------------

/** Puts all of them, and then they are the map's. */
function* load(t: Thread, keys: readonly string[], value: number): Steps<number> {
  const { bulkPut, bulkEnd } = t.kernels[KERNEL]!;
  for (const [i, key] of keys.entries()) {
    const [five, at] = keyArguments(t, key);
    const bytes = valueBytes(value + i);
    stage(t, at, bytes);
    const status: number = yield [bulkPut!, ...handle(t), ...five, at, bytes.length];
    if (status !== 0) return status;
  }
  return yield [bulkEnd!, ...handle(t)];
}

const loads: Operations = {
  /** As the host: what is not the map's in the end is dropped. */
  load: {
    *run(t, _run, keys: string[], value: number) {
      const { bulkBegin, bulkDrop } = t.kernels[KERNEL]!;
      const begun: number = yield [bulkBegin!, ...handle(t)];
      if (begun !== 0) return nameOf(begun);
      const status = yield* load(t, keys, value);
      const dropped: number = yield [bulkDrop!, ...handle(t)];
      return nameOf(status === 0 && dropped !== CLOSED ? dropped : status);
    },
    bound: 6_000,
  },
};

// ---- counting, removing -------------------------------------------------------------------------

interface Counted {
  flags: number;
  limit: number;
  from?: string;
  to?: string;
}

/** How many a scan counts or removes, part by part; a refusal behind them. */
function* counted(t: Thread, { flags, limit, from, to }: Counted): Steps<number | string> {
  const io = t.local.io!;
  const removes = (flags & REMOVES) !== 0;
  const endAt = io + 64;
  let all = 0;
  let last: Uint8Array = from === undefined ? NOTHING : encoder.encode(from);
  let bounds = last === NOTHING ? 0 : START;
  let wide = { flags, outBytes: ROOM };
  for (let n = 0; n < 12; n++) {
    const end = to === undefined ? NOTHING : encoder.encode(to);
    const startAt = stage(t, endAt, end);
    const out = stage(t, startAt, last);
    const part: Part = {
      ...wide,
      limit,
      startBytes: last.length,
      startAt,
      ended: [0, 0],
      out,
    };
    part.flags |= bounds | (end === NOTHING ? 0 : END | END_OPEN);
    const call = calls.scan([0], part).with(5, end.length).with(6, endAt);
    const status: number = yield [t.kernels[KERNEL]!.scan!, ...handle(t), ...call];
    const wider = calls.wider!(t, part, status);
    if (wider !== undefined) {
      wide = { flags: wider.flags & ~(START | START_OPEN), outBytes: wider.outBytes };
      continue;
    }
    if (status !== 0) return removes && all > 0 ? `${all} ${nameOf(status)}` : nameOf(status);
    const rows = t.world.u32(io + COUNT_DONE);
    all += removes ? t.world.u32(io + REMOVED) : rows;
    if (t.world.u32(io + NEXT) === 0) return all;
    if (rows === 0 && !removes) return '!nothing is counted';
    if (rows === 0) continue;
    last = lastKey(t, out);
    bounds = START | START_OPEN;
  }
  return '!endless';
}

// ---- the whole map ------------------------------------------------------------------------------

const LIMIT = 2;

const whole: Operations = {
  /** How many entries a scan counts, LIMIT at a time. */
  count: {
    *run(t, _run, _tag: string, reverse: boolean) {
      return yield* counted(t, { flags: COUNT_ONLY | (reverse ? REVERSE : 0), limit: LIMIT });
    },
  },
  /** How many of the keys from one up to before another are removed, `limit` at a time. */
  cut: {
    *run(t, _run, from: string, to: string, limit = 9) {
      return yield* counted(t, { flags: COUNT_ONLY | REMOVES, from, to, limit });
    },
    bound: 6_000,
  },
  size: {
    *run(t) {
      const status: number = yield [t.kernels[KERNEL]!.size!, ...handle(t)];
      if (status !== 0) return nameOf(status);
      const size = t.world.u32(t.local.io! + ANSWER);
      return size < 2 ** 31 ? 'ok' : `!${size | 0} entries`;
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
  /** Spans that have become empty go back. */
  trim: {
    *run(t) {
      return nameOf(yield [t.kernels[KERNEL]!.trim!, ...handle(t)]);
    },
  },
  maintain: {
    *run(t, _run, leaves: number) {
      return nameOf(yield [t.kernels[KERNEL]!.maintain!, ...handle(t), leaves]);
    },
  },
};

/** The one key of a portion that a count has left. */
function lastKey({ world, local }: Thread, out: number): Uint8Array<ArrayBuffer> {
  const from = local.io! + world.u32(local.io! + PORTION_KEYS);
  return world.u8.slice(from, from + (world.u32(out) & MAX_KEY));
}

export const operations: Operations = {
  ...general,
  ...writesByKind(calls),
  ...snapshots,
  ...puts,
  ...loads,
  ...whole,
};
