// The operations of a map that is written at once: `put` of its kernel, and `putIf`, where `put`
// takes no condition.

import { EXISTS } from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import type { Steps, Structure, Thread } from '../../src/structure.ts';
import { handle, keyArguments, stage } from './calls.ts';
import { found, get, type MapCalls, type MapRun, nameOf } from './operations.ts';

/** Kinds of `put`. */
export const KIND = { set: 0, insert: 1, delete: 2, goi: 3 } as const;
/** Kinds of `putIf`. */
const COMPARE = 4;
const MATCH = 5;
const MATCH_DELETE = 6;

/** How a value is written. */
type ValueBytes = (value: number) => Uint8Array;

/** set, insert, delete, getOrInsert, compare and set, and an update by what was read. */
export function writesOf(map: MapCalls, valueBytes: ValueBytes): Structure<MapRun>['operations'] {
  function* put(t: Thread, kind: number, key: string, value: number): Steps<number> {
    const [five, at] = keyArguments(t, key);
    const bytes = valueBytes(value);
    stage(t, at, bytes);
    return yield [t.kernels[map.kernel]!.put!, ...handle(t), kind, ...five, at, bytes.length];
  }
  /** `last`: the last two arguments, given where more may be staged. */
  function* putIf(
    t: Thread,
    kind: number,
    [key, value]: [string, number],
    last: (at: number) => [number, number],
  ): Steps<number> {
    const [five, at] = keyArguments(t, key);
    const bytes = valueBytes(value);
    const two = last(stage(t, at, bytes));
    const { put, putIf = put } = t.kernels[map.kernel]!;
    return yield [putIf!, ...handle(t), kind, ...five, at, bytes.length, ...two];
  }
  const plain = (kind: number): Structure['operations'][string] => ({
    *run(t, _run, key: string, value: number) {
      return nameOf(yield* put(t, kind, key, value));
    },
  });
  return {
    set: plain(KIND.set),
    insert: plain(KIND.insert),
    delete: {
      *run(t, _run, key: string) {
        const status = yield* put(t, KIND.delete, key, 0);
        if ((status & 255) !== 0) return nameOf(status);
        return t.world.u32(t.local.io!) === 1 ? 'deleted' : 'none';
      },
    },
    goi: {
      *run(t, _run, key: string, value: number) {
        const status = yield* put(t, KIND.goi, key, value);
        if (status === 0) return 'new';
        return yield* found(t, map, status === EXISTS ? 0 : status);
      },
    },
    /** Writes `next` if the value is `expected`. */
    cas: {
      *run(t, _run, key: string, expected: number, next: number) {
        const old = valueBytes(expected);
        const status = yield* putIf(t, COMPARE, [key, next], (at) => {
          stage(t, at, old);
          return [at, old.length];
        });
        return nameOf(status);
      },
    },
    /** Reads, and writes what was read and `delta` (null: deletes) if it is still the newest. */
    add: {
      *run(t, _run, key: string, delta: number | null) {
        const { io } = t.local;
        const old = yield* get(t, map, map.newest, key);
        if (typeof old === 'string') return old;
        const read: [number, number] = [t.world.u32(io! + 8), t.world.u32(io! + 12)];
        const kind = delta === null ? MATCH_DELETE : MATCH;
        const status = yield* putIf(t, kind, [key, (old ?? 0) + (delta ?? 0)], () => read);
        return (status & 255) === 0 ? old : nameOf(status);
      },
    },
  };
}
