// What stands on frozen lists; the names of lists and snapshots are in contracts.test.ts.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena, hasNames, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

test('a frozen list has the names of the contract alone', () => {
  const list = SkipList.create(arena, values<number>());
  hasNames(
    list.seal(),
    'get has size getMany getEntry entries keys values forEach scan first last floor ceiling ' +
      'lower higher count cursor close seq stats measure destroy set delete insert',
  );
});

test('a misremembered name does nothing silently', () => {
  const list = SkipList.create(arena, values<number>());
  const batch = () =>
    (list as unknown as { batch(ops: object[]): void }).batch([
      { type: 'set', key: 'a', value: 1 },
    ]);
  expect(batch).toThrow(TypeError);
});
