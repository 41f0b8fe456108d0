// The operations: staging, kernel calls, results as plain data.

import {
  END,
  END_OPEN,
  NEED,
  REVERSE,
} from '../../../../packages/avl-batch/build/numbers-gated/arena/map/codes.ts';
import { SORT_BYTES } from '../../../../packages/avl-batch/build/numbers-gated/arena/map/sort.ts';
import {
  BUILT_MOVING,
  EXPECT_ABSENT,
  NEXT_ABSENT,
  PENDING_TOO,
} from '../../../../packages/avl-batch/build/numbers-gated/codes.ts';
import type { Call, Steps, Structure, Thread } from '../../src/structure.ts';
import {
  handle,
  keyArguments,
  rowInPieces,
  showRow,
  stage,
  stageKey,
  valueBytes,
} from '../map/calls.ts';
import {
  type MapCalls,
  type MapRun,
  operationsOf,
  read,
  nameOf as statusName,
  targetCalls,
} from '../map/operations.ts';
import { positionOf, type Seen } from './memory.ts';

/** State of a run that is no thread's. */
export interface Run extends MapRun, Seen {
  tickets: Record<string, { queue: number; number: number }>;
  marks: Record<string, { count: number; tails: number[] }>;
}

export const newRun = (): Run => ({
  version: 0,
  number: 0n,
  applied: [],
  stood: [],
  tickets: {},
  snaps: {},
  overflow: {},
  marks: {},
});

const OUTCOME = ['none', 'done', 'existed', 'missing', 'other'];
const KIND = { set: 0, insert: 1, delete: 2, compare: 3 } as const;
/** Room for five operations of a batch. */
const TEMP = 5 * SORT_BYTES;

/** In place of a stretch's bytes: it takes what is kept for it. */
const URGENT = -1;

/** Of the checker: a refused call has moved the position of its shard. */
const MOVED = -1;

const nameOf = (found: number): string => (found === MOVED ? '!moved' : statusName(found));
const isFull = (status: number): boolean => status === 1 || status === 3;

export const calls: MapCalls = {
  ...targetCalls('tree'),
  getMany: (target, count, at, out) => [...target, count, at, out, 200],
};

type Appended = readonly [
  tag: string,
  key: string,
  value?: number | null,
  expected?: number | null,
];

function* append(t: Thread, run: Run, kind: number, what: Appended): Steps<string> {
  const [tag, key, value = null, expected = null] = what;
  const [five, at] = keyArguments(t, key);
  const next = value === null ? new Uint8Array() : valueBytes(value);
  const old = expected === null ? new Uint8Array() : valueBytes(expected);
  const behind = stage(t, at, next);
  stage(t, behind, old);
  let flags = kind;
  if (kind === KIND.compare && expected === null) flags |= EXPECT_ABSENT;
  if (kind === KIND.compare && value === null) flags |= NEXT_ABSENT;
  const status: number = yield [
    t.kernels.tree!.append!,
    ...handle(t),
    flags,
    ...five,
    at,
    next.length,
    behind,
    old.length,
  ];
  if (status === 0)
    run.tickets[tag] = {
      queue: t.world.u32(t.local.io!),
      number: t.world.u32(t.local.io! + 8),
    };
  return nameOf(status);
}

/** A call that is refused leaves the generation as it was. */
function* settled(t: Thread, call: Call): Steps<number> {
  const { entry, slot } = t.local;
  const before = positionOf(t.world, entry!, slot!);
  const status: number = yield call;
  const after = positionOf(t.world, entry!, slot!);
  if (!isFull(status) || before === after) return status;
  // Unless it is another generation now.
  return before.split(' ', 2).join() === after.split(' ', 2).join() ? MOVED : status;
}

const build = (t: Thread, limit: number, last: number): Steps<number> =>
  settled(t, [t.kernels.tree!.build!, ...handle(t), limit, t.local.io! + 64, TEMP, last]);

const move = (t: Thread, least: number, begin: number): Steps<number> =>
  settled(t, [t.kernels.tree!.move!, ...handle(t), least, begin]);

const report = (t: Thread): string =>
  `${t.world.u32(t.local.io!)} ${t.world.u32(t.local.io! + 12)}`;

function appending(kind: number): Structure<Run>['operations'][string] {
  return {
    *run(t, run: Run, _who: number, ...what: [string, string, number?, number?]) {
      return yield* append(t, run, kind, what);
    },
    // 19 where the chunk has room; slots, or another chunk, take pages from the arena's table, and
    // who needs slots, or finds the ceiling reached, counts them.
    waitFree: true,
    bound: 300,
  };
}

/** The first row of a scan that has no room for any: key and value are read by and by. */
function* first(t: Thread, reverse: boolean): Steps<string> {
  const { scan } = t.kernels.tree!;
  const out = t.local.io! + 64;
  const flags = reverse ? REVERSE : 0;
  const status: number = yield [scan!, ...handle(t), 0, flags, 9, 0, out, 0, out, out, 8];
  if (status !== NEED) return status === 0 ? '' : nameOf(status);
  return showRow(yield* rowInPieces(t, t.kernels.tree!));
}

export const operations: Structure<Run>['operations'] = {
  ...operationsOf(calls),
  set: appending(KIND.set),
  insert: appending(KIND.insert),
  delete: appending(KIND.delete),
  /** A delete that must find room. */
  remove: {
    *run(t, run: Run, _who: number, tag: string, key: string) {
      const result = yield* append(t, run, KIND.delete, [tag, key]);
      return result === 'full' ? '!full' : result;
    },
  },
  compare: appending(KIND.compare),
  /** No step: what was appended before it must be in the build with its tag. */
  ask: {
    // biome-ignore lint/correctness/useYield: an operation without a step
    *run() {
      return 'ok';
    },
  },
  build: {
    *run(t, _run, _tag: string, limit: number) {
      const status = yield* build(t, limit, 0);
      return status === 0 ? report(t) : nameOf(status);
    },
  },
  /** A build as the host does it: with a rebuild where there is no room. `must`: there is. */
  apply: {
    *run(t, _run, _tag: string, limit: number, must = false) {
      let status = yield* build(t, limit, 0);
      for (let less = limit, ended = false, rebuilt = false; isFull(status); ) {
        if (less > 1) less = 1;
        else if (!ended) {
          const moved = yield* move(t, URGENT, 0);
          if (moved !== 0 && !isFull(moved)) return nameOf(moved);
          ended = moved !== 0 || t.world.u32(t.local.io! + BUILT_MOVING) === 0;
          if (!ended) continue;
        } else if (!rebuilt) {
          rebuilt = true;
          const compacted: number = yield [t.kernels.tree!.compact!, ...handle(t)];
          if (compacted !== 0 && !isFull(compacted)) return nameOf(compacted);
        } else {
          status = yield* build(t, 1, 1);
          break;
        }
        status = yield* build(t, less, 0);
      }
      if (status === 0) return report(t);
      return (must ? '!' : '') + nameOf(status);
    },
  },
  compact: {
    *run(t) {
      return nameOf(yield [t.kernels.tree!.compact!, ...handle(t)]);
    },
  },
  /** A stretch of a rebuild, which begins if none is under way. */
  move: {
    *run(t, _run, least: number) {
      return nameOf(yield* move(t, least, 1));
    },
  },
  outcome: {
    *run(t, run: Run, tag: string) {
      const ticket = run.tickets[tag];
      if (ticket === undefined) return 'none';
      const call: Call = [t.kernels.tree!.outcome!, ...handle(t), ticket.queue, ticket.number, 0];
      const status: number = yield call;
      return status === 0 ? OUTCOME[t.world.u32(t.local.io!)]! : nameOf(status);
    },
  },
  mark: {
    *run(t, run: Run, tag: string) {
      const { io } = t.local;
      const status: number = yield [t.kernels.tree!.mark!, ...handle(t), io! + 64];
      if (status !== 0) return nameOf(status);
      const count = t.world.u32(io!);
      const tails = Array.from({ length: count }, (_, i) => t.world.u32(io! + 64 + 8 * i));
      run.marks[tag] = { count, tails };
      return 'ok';
    },
  },
  covers: {
    *run(t, run: Run, tag: string) {
      const mark = run.marks[tag];
      if (mark === undefined) return 0;
      const { io } = t.local;
      const words = new BigUint64Array(mark.tails.map(BigInt));
      t.world.write(io! + 64, new Uint8Array(words.buffer));
      const call: Call = [t.kernels.tree!.covers!, ...handle(t), mark.count, io! + 64];
      const status: number = yield call;
      return status === 0 ? t.world.u32(io!) : nameOf(status);
    },
  },
  /** With the thread's own waiting operations. */
  own: {
    *run(t, _run, who: number, key: string) {
      if (t.local.slot !== who) return 'none'; // An heir of nobody.
      const [five] = keyArguments(t, key);
      return yield* read(t, calls, [0, PENDING_TOO, ...five]);
    },
  },
  /** The first row, or the last one, in pieces. */
  first: {
    *run(t, _run, reverse: boolean) {
      return yield* first(t, reverse);
    },
  },
  /** How many keys are below the key. */
  rank: {
    *run(t, _run, key: string) {
      const at = t.local.io! + 64;
      const length = stageKey(t, at, key);
      const flags = END | END_OPEN;
      const { count } = t.kernels.tree!;
      const status: number = yield [count!, ...handle(t), 0, flags, 0, at, length, at];
      return status === 0 ? t.world.u32(t.local.io!) : nameOf(status);
    },
  },
};
