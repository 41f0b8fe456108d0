// The model that maps share, of a map whose entries are its whole state.

import { expect, test } from 'vitest';
import type { Model, OpCall, Result } from '../src/structure.ts';
import {
  type Entries,
  type MapPromise,
  type MapState,
  modelOf,
  put,
} from '../structures/map/model.ts';

const promise: MapPromise<Entries> = {
  initial: {},
  entries: (own) => own,
  write: put,
};

type State = MapState<Entries>;
type Said = readonly [call: OpCall, result: Result];

/** The states that calls one after another may have led to; a call with no result died. */
function after(model: Model<State>, ...all: readonly Said[]): State[] {
  return all.reduce(
    (states, [call, result]) => states.flatMap((state) => model.apply(state, call, result)),
    [model.initial()],
  );
}

const plain = modelOf(promise);
const allows = (model: Model<State>, ...all: readonly Said[]): boolean =>
  after(model, ...all).length > 0;

test('a write says what it found, and reads find what was written', () => {
  const written: Said[] = [
    [['set', 'a', 1], 'ok'],
    [['insert', 'a', 2], 'exists'],
    [['insert', 'b', 3], 'ok'],
    [['goi', 'b', 4], 3],
    [['cas', 'a', 1, 5], 'ok'],
    [['cas', 'a', 1, 6], 'differs'],
    [['add', 'b', 10], 3],
    [['delete', 'c'], 'none'],
  ];
  expect(allows(plain, ...written, [['scan', false], 'a=5 b=13'])).toBe(true);
  expect(allows(plain, ...written, [['many', ['b', 'c', 'a']], 'b=13 a=5'])).toBe(true);
  expect(allows(plain, ...written, [['get', 'a'], 1])).toBe(false);
  expect(allows(plain, ...written, [['insert', 'a', 7], 'ok'])).toBe(false);
  expect(allows(plain, ...written, [['delete', 'a'], 'none'])).toBe(false);
});

test('a call that died has happened or not; a refused one has not', () => {
  const [died] = after(plain, [['insert', 'a', 1], undefined]);
  expect(died!.own).toEqual({ a: 1 });
  expect(allows(plain, [['set', 'a', 1], 'full'], [['get', 'a'], null])).toBe(true);
  expect(allows(plain, [['set', 'a', 1], 'full'], [['get', 'a'], 1])).toBe(false);
});

test('a snapshot shows its instant, and outlives the map', () => {
  const taken: Said[] = [
    [['set', 'a', 1], 'ok'],
    [['snap', 's'], 'ok'],
    [['delete', 'a'], 'deleted'],
    [['end'], 'ok'],
  ];
  expect(allows(plain, ...taken, [['scanAt', 's'], 'a=1'], [['getAt', 's', 'a'], 1])).toBe(true);
  expect(allows(plain, ...taken, [['scanAt', 's'], ''])).toBe(false);
  expect(allows(plain, ...taken, [['get', 'a'], 'closed'])).toBe(true);
  expect(allows(plain, ...taken, [['get', 'a'], null])).toBe(false);
  expect(allows(plain, [['get', 'a'], 'closed'])).toBe(false);
});

test('what is read key by key was each key’s value at some instant since the mark', () => {
  const mixed = modelOf({ ...promise, keys: ['a', 'b'] });
  const moved: Said[] = [
    [['set', 'a', 1], 'ok'],
    [['mark', 'm'], 'ok'],
    [['set', 'a', 2], 'ok'],
    [['set', 'b', 3], 'ok'],
  ];
  for (const rows of ['a=1', 'a=2', 'a=1 b=3', 'a=2 b=3'])
    expect(allows(mixed, ...moved, [['scan', 'm', false], rows]), rows).toBe(true);
  for (const rows of ['', 'b=3', 'a=9', '!endless'])
    expect(allows(mixed, ...moved, [['scan', 'm', false], rows]), rows).toBe(false);
});
