// The operations of a cache, as plain data. Whoever has no room makes some first, as the host does.

import { FILLING, MORE, ROOM } from '../../../../packages/hamt/build/numbers-gated/cache/layout.ts';
import {
  COUNTS,
  FILL_NUMBER,
  FILL_OWNER,
  FORCES,
  GIVES_STALE,
} from '../../../../packages/hamt/build/numbers-gated/cache/read.ts';
import { GONE, SHORT, SHOWS } from '../../../../packages/hamt/build/numbers-gated/cache/sweep.ts';
import {
  CACHE_CANCEL,
  CACHE_DELETE,
  CACHE_END,
  CACHE_SET,
} from '../../../../packages/hamt/build/numbers-gated/cache/write.ts';
import { SLOT_ALIVE } from '../../../../packages/shm-arena/build/numbers-gated/ground/layout.ts';
import {
  ABSENT,
  DIFFERS,
  EXISTS,
  NEED,
} from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import {
  ENDED,
  FOUND_FLAGS,
} from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { Call, Steps, Structure, Thread } from '../../src/structure.ts';
import { kindOf, slotAt } from '../common.ts';
import { calls, operations as general, KERNEL } from '../hamt/operations.ts';
import { handle, keyArguments, stage } from '../map/calls.ts';
import { valueBytes } from '../map/kinds.ts';
import { found, nameOf } from '../map/operations.ts';
import { isAlive } from '../map/structure.ts';
import type { Run } from './memory.ts';

const FRESH = 3;
const USUAL = -1;
/** Bytes for what has left. */
const OUT_BYTES = 96;

const kernel = (t: Thread) => t.kernels[KERNEL]!;

/** Calls that take out entries, until one has done all; their status. */
function* sweep(t: Thread, call: (out: number) => Call): Steps<number> {
  for (let calls = 0; calls < 40; calls++) {
    const status: number = yield call(t.local.io! + 64);
    if (status === NEED) yield [kernel(t).release!];
    else if (status !== MORE) return status;
  }
  return MORE;
}

function* makeRoom(t: Thread, flags = SHOWS): Steps<number> {
  return yield* sweep(t, (out) => [kernel(t).cacheSweep!, ...handle(t), flags, out, OUT_BYTES]);
}

/** Calls until there is room. */
function* put(
  t: Thread,
  kind: number,
  key: string,
  { value, ttl = USUAL, fill = 0 }: { value?: number; ttl?: number; fill?: number },
): Steps<number> {
  for (let calls = 0; calls < 8; calls++) {
    const [five, at] = keyArguments(t, key);
    const bytes = value === undefined ? new Uint8Array() : valueBytes(value);
    stage(t, at, bytes);
    const rest = [at, bytes.length, ttl, fill, 0];
    const status: number = yield [kernel(t).cachePut!, ...handle(t), kind, ...five, ...rest];
    if (status !== ROOM) return status;
    const swept = yield* makeRoom(t);
    if (swept !== 0) return swept;
  }
  return ROOM;
}

/** Whether nobody has died: nor left his slot to another one. */
function allAlive(t: Thread): boolean {
  const workers = t.world.threads.filter(({ role }) => role === 'worker');
  const slots = new Set(workers.map(({ local }) => local.slot));
  return slots.size === workers.length && workers.every((other) => isAlive(t.world, other));
}

/** `id`: the model's name for it. */
function* begin(
  t: Thread,
  run: Run,
  key: string,
  id: string,
  flags: number,
): Steps<string | number | null> {
  const before = new Map(
    t.world.threads.map(({ local }) => [local.slot!, t.world.u64(slotAt(local.slot!))]),
  );
  const thereBefore = (owner: bigint): boolean => {
    const word = before.get(Number(owner & 0xffff_ffffn) - 1) ?? 0n;
    // One that has come since has a later life of the slot.
    const [was, is] = [word >> 32n, owner >> 32n];
    return is > was || (is === was && kindOf(Number(word & 0xffn)) === SLOT_ALIVE);
  };
  const [five] = keyArguments(t, key);
  const status: number = yield [kernel(t).cacheFill!, ...handle(t), flags, ...five];
  if (status === EXISTS || status === NEED)
    return yield* found(t, calls, status === NEED ? NEED : 0);
  if (status === FILLING) {
    // Who was dead when this call began, and recovered, fills no more.
    return thereBefore(t.world.u64(t.local.io! + FILL_OWNER)) ? 'others' : '!the dead fill';
  }
  if (status !== 0) return nameOf(status);
  run.fills[id] = t.world.u32(t.local.io! + FILL_NUMBER);
  return allAlive(t) ? 'begun' : 'begun late';
}

type Operations = Structure<Run>['operations'];

export const operations: Operations = {
  ...(general as Operations),
  get: {
    *run(t, _run, key: string) {
      const [five] = keyArguments(t, key);
      return yield* found(t, calls, yield [kernel(t).cacheGet!, ...handle(t), COUNTS, ...five]);
    },
  },
  set: {
    *run(t, _run, key: string, value: number, ttl?: number) {
      return nameOf(yield* put(t, CACHE_SET, key, { value, ...(ttl ? { ttl } : {}) }));
    },
  },
  delete: {
    *run(t, _run, key: string) {
      const status = yield* put(t, CACHE_DELETE, key, {});
      if (status === ABSENT) return 'none';
      if (status !== 0) return nameOf(status);
      return t.world.u32(t.local.io! + FOUND_FLAGS) === FRESH ? 'deleted' : 'gone';
    },
  },
  fill: {
    *run(t, run, key: string, id: string) {
      return yield* begin(t, run, key, id, COUNTS);
    },
  },
  refresh: {
    *run(t, run, key: string, id: string) {
      return yield* begin(t, run, key, id, FORCES | GIVES_STALE);
    },
  },
  endFill: {
    *run(t, run, key: string, id: string, value: number) {
      const fill = run.fills[id];
      if (fill === undefined) return 'none';
      const status = yield* put(t, CACHE_END, key, { value, fill });
      if (status === DIFFERS) return 'void';
      return status === 0 ? 'ended' : nameOf(status);
    },
  },
  cancel: {
    *run(t, run, key: string, id: string) {
      const fill = run.fills[id];
      if (fill === undefined) return 'none';
      const status = yield* put(t, CACHE_CANCEL, key, { fill });
      return status === DIFFERS ? 'void' : nameOf(status);
    },
  },
  void: {
    *run(t) {
      return nameOf(yield [kernel(t).cacheVoid!, ...handle(t)]);
    },
  },
  time: {
    *run(t, _run, now: number) {
      const time: number = yield [kernel(t).cacheTick!, ...handle(t), now];
      return time < 0 ? nameOf(-time) : time < now ? '!it is earlier' : 'ok';
    },
  },
  /** No step: from here on a bound may make the cache forget. */
  forgets: {
    // biome-ignore lint/correctness/useYield: an operation without a step
    *run() {
      return 'ok';
    },
  },
  room: {
    *run(t) {
      return nameOf(yield* makeRoom(t));
    },
  },
  /** What a write does that finds no memory; `must`: nothing keeps an entry from leaving. */
  relief: {
    *run(t, _run, must?: boolean) {
      const said = nameOf(yield* makeRoom(t, SHOWS | SHORT));
      return must && t.world.u32(t.local.io! + GONE) === 0 ? `!none left, ${said}` : said;
    },
  },
  purge: {
    *run(t) {
      const at = t.local.io! + ENDED;
      let [low, high] = [0, 0];
      const status = yield* sweep(t, (out) => {
        const call: Call = [
          kernel(t).cachePurge!,
          ...handle(t),
          ...[SHOWS, 9, low, high, out, OUT_BYTES],
        ];
        return call;
      });
      [low, high] = [t.world.u32(at), t.world.u32(at + 4)];
      return nameOf(status);
    },
  },
};
