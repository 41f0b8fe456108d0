// What maps and what comes of them show of themselves.

import type { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Masstree } from '../src/index.ts';
import { freshArena } from './support.ts';

let arena: Arena;
let map: Masstree<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  map = Masstree.create(arena, { name: 'prices' });
  map.set('a', 1).set('b', 2).delete('a');
});
afterEach(() => arena.detach());

const name = 'prices';

test('a map, open, closed, destroyed and detached', () => {
  shows(map, 'Masstree', { name, size: 1, closed: false });
  map.close();
  shows(map, 'Masstree', { name, closed: true });
  const again = Masstree.open(arena, name);
  Masstree.open(arena, name).destroy();
  shows(again, 'Masstree', { name, closed: true });
  const unnamed = Masstree.create(arena);
  shows(unnamed, 'Masstree', { size: 0, closed: false });
  arena.detach();
  shows(unnamed, 'Masstree', { closed: true });
});

test('snapshots, cursors and iterators', () => {
  const snapshot = map.snapshot();
  shows(snapshot, 'MasstreeSnapshot', { name, size: 1, closed: false });
  snapshot.close();
  shows(snapshot, 'MasstreeSnapshot', { name, closed: true });
  const cursor = map.cursor();
  shows(cursor, 'Cursor', { valid: false, closed: false });
  for (const iterator of [map.entries(), map.keys(), map.values()]) {
    shows(iterator, 'Iterator', { closed: false });
    while (iterator.next().done !== true);
    shows(iterator, 'Iterator', { closed: true });
  }
  map.destroy();
  shows(cursor, 'Cursor', { valid: false, closed: true });
});

test('stats are plain numbers', () => {
  const snapshot = map.snapshot();
  const stats = map.stats();
  expect(stats).toMatchObject({ size: 1, height: 1, snapshots: 1, threads: 1, orphans: 0 });
  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  expect(stats.pendingBlocks).toBeLessThanOrEqual(stats.boundBlocks);
  snapshot.close();
  expect(map.stats().snapshots).toBe(0);
});
