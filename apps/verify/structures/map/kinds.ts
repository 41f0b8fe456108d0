// The writes of a map whose kernel has one call for all kinds of them, with what is expected, and
// what those promise that model.ts does not know.

import { ABSENT, EXISTS } from '../../../../packages/shm-arena/build/numbers-gated/map/codes.ts';
import {
  COMPARE,
  COMPARE_REMOVE,
  GET_OR_INSERT,
  INSERT,
  REMOVE,
  REPLACE,
  SET,
  SWAP,
  TAKE,
} from '../../../../packages/shm-arena/build/numbers-gated/map/kinds.ts';
import type { OpCall, Result, Steps, Structure, Thread } from '../../src/structure.ts';
import { handle, keyArguments, largeBytes, valueBytes as smallBytes, stage } from './calls.ts';
import { type Entries, type MapPromise, put as written } from './model.ts';
import { found, type MapCalls, nameOf } from './operations.ts';

const NOTHING = new Uint8Array();

/** From this value on it is too large for a block. */
export const FAR = 2 ** 24;

/** A far value's bytes: it stands in each word, as of a large one. */
export function valueBytes(value: number): Uint8Array {
  if (value < FAR) return smallBytes(value);
  const bytes = new Uint8Array(232);
  for (let at = 0; at < bytes.length; at += 8) bytes.set(largeBytes(value).slice(0, 8), at);
  return bytes;
}

/** Calls `put` with a value, and where the write compares with what is expected. */
function* put(
  map: MapCalls,
  t: Thread,
  kind: number,
  key: string,
  value: Uint8Array = NOTHING,
  expected: Uint8Array = NOTHING,
): Steps<number> {
  const [five, at] = keyArguments(t, key);
  const next = stage(t, at, value);
  stage(t, next, expected);
  const values = [at, value.length, next, expected.length];
  return yield [t.kernels[map.kernel]!.put!, ...handle(t), kind, ...five, ...values];
}

const NAMES: Record<number, string> = { [ABSENT]: 'none' };
const said = (status: number): string => NAMES[status] ?? nameOf(status);

/** Writes of all kinds. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the run's state
export function writesByKind(map: MapCalls): Structure<any>['operations'] {
  return {
    set: {
      *run(t, _run, key: string, value: number) {
        return said(yield* put(map, t, SET, key, valueBytes(value)));
      },
    },
    insert: {
      *run(t, _run, key: string, value: number) {
        return said(yield* put(map, t, INSERT, key, valueBytes(value)));
      },
    },
    replace: {
      *run(t, _run, key: string, value: number) {
        return said(yield* put(map, t, REPLACE, key, valueBytes(value)));
      },
    },
    delete: {
      *run(t, _run, key: string) {
        const status = yield* put(map, t, REMOVE, key);
        return status === 0 ? 'deleted' : said(status);
      },
    },
    cas: {
      *run(t, _run, key: string, expected: number, next: number) {
        return said(yield* put(map, t, COMPARE, key, valueBytes(next), valueBytes(expected)));
      },
    },
    /** Deletes if the value is `expected`. */
    discard: {
      *run(t, _run, key: string, expected: number) {
        const status = yield* put(map, t, COMPARE_REMOVE, key, NOTHING, valueBytes(expected));
        return status === 0 ? 'deleted' : said(status);
      },
    },
    /** The value that was there before. */
    swap: {
      *run(t, _run, key: string, value: number) {
        return yield* found(t, map, yield* put(map, t, SWAP, key, valueBytes(value)));
      },
    },
    take: {
      *run(t, _run, key: string) {
        return yield* found(t, map, yield* put(map, t, TAKE, key));
      },
    },
    goi: {
      *run(t, _run, key: string, value: number) {
        const status = yield* put(map, t, GET_OR_INSERT, key, valueBytes(value));
        if (status === 0) return 'new';
        return yield* found(t, map, status === EXISTS ? 0 : status);
      },
    },
  };
}

type Apply = (own: Entries, call: OpCall, result: Result) => Entries[];

const may = (own: Entries, result: Result, good: Result): Entries[] =>
  result === undefined || result === good ? [own] : [];

/** A write that says what was there; null: nothing. */
const gives =
  (value: (call: OpCall) => number | null): Apply =>
  (own, call, result) => {
    const key = call[1] as string;
    const was = own[key] ?? null;
    return may(written(own, key, value(call)), result, was);
  };

/** What they promise beside `MapPromise.write`. */
export const promisesByKind: MapPromise<Entries>['operations'] = {
  replace: (own, [, key, value], result) =>
    own[key as string] === undefined
      ? may(own, result, 'none')
      : may(written(own, key as string, value as number), result, 'ok'),
  discard: (own, [, key, expected], result) =>
    own[key as string] === expected
      ? may(written(own, key as string, null), result, 'deleted')
      : may(own, result, 'differs'),
  swap: gives((call) => call[2] as number),
  take: gives(() => null),
};
