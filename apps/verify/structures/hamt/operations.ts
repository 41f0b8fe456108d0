// The operations of a Hamt: what it writes at once, snapshots, scans in an order of its own.
// Results as plain data; parts.ts says what they promise.

import { ANSWER } from '../../../../packages/shm-arena/build/numbers-gated/map/result.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { dropLease } from '../common.ts';
import { handle } from '../map/calls.ts';
import { writesByKind } from '../map/kinds.ts';
import { type MapCalls, nameOf, operationsOf, targetCalls } from '../map/operations.ts';
import type { Run } from './memory.ts';

export const KERNEL = 'hamt';

const plain = targetCalls(KERNEL);
/** Bytes for output: the kernel's notes are behind so much of the scratch. */
const ROOM = 300;

export const calls: MapCalls = {
  ...plain,
  scan: ([target], part) =>
    plain.scan([target!], { ...part, outBytes: Math.min(part.outBytes, ROOM) }),
  // By their hashes (assembly/hash.ts, in the gated build), then as they are.
  place: (key) => {
    const hash = [...key.padEnd(8, '\0').slice(0, 8)].map((char) => char.charCodeAt(0) & 15);
    return String.fromCharCode(...hash) + key;
  },
  tagged: true,
};

type Operations = Structure<Run>['operations'];

const general: Operations = operationsOf(calls);

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

export const operations: Operations = {
  ...general,
  ...writesByKind(calls),
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
