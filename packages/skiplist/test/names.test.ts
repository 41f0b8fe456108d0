// What stands on the objects that users hold: the contract's names and no others, so that a name
// that is misremembered is a TypeError and not a call of something inside.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const READS = [
  ...['get', 'has', 'size', 'getMany', 'getEntry', 'entries', 'keys', 'values', 'forEach', 'scan'],
  ...['first', 'last', 'floor', 'ceiling', 'lower', 'higher', 'count', 'cursor', 'close'],
];
const WRITES = [
  ...['set', 'delete', 'insert', 'getOrInsert', 'getOrInsertComputed', 'compareAndSet', 'update'],
  ...['writeBatch', 'clear', 'snapshot', 'snapshotAt', 'seal', 'frozen'],
];

/** All names that lead to something, but those of every object. */
function namesOf(object: object): string[] {
  const names = new Set<string>();
  for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  // What shows an object briefly is not in the contract's lists, nor what every class has.
  for (const name of ['constructor', 'toJSON']) names.delete(name);
  return [...names].sort();
}

test('a list, a snapshot and a frozen list have the names of the contract alone', () => {
  const list = SkipList.create(arena, values<number>());
  const snapshot = list.snapshot();
  const frozen = list.seal();
  const numbers = ['handle', 'stats', 'measure', 'verify', 'destroy'];
  expect(namesOf(list)).toEqual([...READS, ...WRITES, ...numbers].sort());
  expect(namesOf(snapshot)).toEqual([...READS, 'seq'].sort());
  const ofFrozen = ['seq', 'stats', 'measure', 'destroy', 'set', 'delete', 'insert'];
  expect(namesOf(frozen)).toEqual([...READS, ...ofFrozen].sort());
});

test('a misremembered name does nothing silently', () => {
  const list = SkipList.create(arena, values<number>());
  const batch = () =>
    (list as unknown as { batch(ops: object[]): void }).batch([
      { type: 'set', key: 'a', value: 1 },
    ]);
  expect(batch).toThrow(TypeError);
});
