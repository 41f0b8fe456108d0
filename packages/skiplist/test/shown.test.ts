// What lists and what comes of them show of themselves.

import { inspect } from 'node:util';
import type { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena } from './support.ts';

let arena: Arena;
let list: SkipList<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { name: 'prices' });
  list.set('a', 1).set('b', 2).delete('a');
});
afterEach(() => arena.detach());

const name = 'prices';

test('a list, open, sealed, closed, destroyed and detached', () => {
  shows(list, 'SkipList', { name, size: 1, closed: false });
  list.seal();
  shows(list, 'SkipList', { name, versions: 3, lists: 2, closed: false });
  list.close();
  shows(list, 'SkipList', { name, closed: true });
  const again = SkipList.open(arena, name);
  SkipList.open(arena, name).destroy();
  shows(again, 'SkipList', { name, closed: true });
  const unnamed = SkipList.create(arena);
  shows(unnamed, 'SkipList', { size: 0, closed: false });
  arena.detach();
  shows(unnamed, 'SkipList', { closed: true });
});

test('snapshots and frozen lists', () => {
  const snapshot = list.snapshot();
  const { seq } = snapshot;
  shows(snapshot, 'SkipListSnapshot', { seq, name, closed: false });
  snapshot.close();
  shows(snapshot, 'SkipListSnapshot', { seq, name, closed: true });
  const frozen = list.seal();
  shows(frozen, 'FrozenSkipList', { seq: frozen.seq, name, size: 1, closed: false });
  list.frozen()[0]?.destroy();
  shows(frozen, 'FrozenSkipList', { seq: frozen.seq, name, closed: true });
});

test('cursors and iterators', () => {
  const cursor = list.cursor();
  shows(cursor, 'Cursor', { valid: false, closed: false });
  cursor.next();
  shows(cursor, 'Cursor', { valid: true, closed: false });
  const iterators = [list.entries(), list.keys(), list.values(), list[Symbol.iterator]()];
  for (const iterator of [...iterators, list.entries({ versions: true })]) {
    shows(iterator, 'Iterator', { closed: false });
    while (iterator.next().done !== true);
    shows(iterator, 'Iterator', { closed: true });
  }
  list.destroy();
  shows(cursor, 'Cursor', { valid: false, closed: true });
});

test('a large arena is not walked through', () => {
  for (let n = 0; n < 10_000; n++) list.set(`key ${n}`, n);
  const held = { list, snapshot: list.snapshot(), cursor: list.cursor(), arena };
  expect(JSON.stringify(held).length).toBeLessThan(400);
  expect(inspect(held).split('\n').length).toBeLessThan(8);
});

test('stats are JSON, and otherwise as they were', () => {
  list.seal();
  const stats = list.stats();
  const parsed = JSON.parse(JSON.stringify(stats));
  expect(parsed).toMatchObject({ entries: 0, seq: Number(stats.seq), maxBytes: null });
  expect(parsed.frozen).toMatchObject([{ entries: 3, live: 1 }]);
  expect(typeof stats.seq).toBe('bigint');
  expect(structuredClone(stats)).toEqual(stats);
});
