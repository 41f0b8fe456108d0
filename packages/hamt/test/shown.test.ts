// What maps and what comes of them show of themselves.

import type { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hamt } from '../src/index.ts';
import { freshArena } from './support.ts';

let arena: Arena;
let map: Hamt<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  map = Hamt.create(arena, { name: 'prices' });
  map.set('a', 1).set('b', 2).delete('a');
});
afterEach(() => arena.detach());

const name = 'prices';

test('a map, open, closed, destroyed and detached', () => {
  shows(map, 'Hamt', { name, size: 1, closed: false });
  map.close();
  shows(map, 'Hamt', { name, closed: true });
  const again = Hamt.open(arena, name);
  Hamt.open(arena, name).destroy();
  shows(again, 'Hamt', { name, closed: true });
  const unnamed = Hamt.create(arena);
  shows(unnamed, 'Hamt', { size: 0, closed: false });
  arena.detach();
  shows(unnamed, 'Hamt', { closed: true });
});

test('snapshots and iterators', () => {
  const snapshot = map.snapshot();
  shows(snapshot, 'HamtSnapshot', { name, size: 1, closed: false });
  snapshot.close();
  shows(snapshot, 'HamtSnapshot', { name, closed: true });
  for (const iterator of [map.entries(), map.keys(), map.values()]) {
    shows(iterator, 'Iterator', { closed: false });
    while (iterator.next().done !== true);
    shows(iterator, 'Iterator', { closed: true });
  }
});

test('stats are plain numbers', () => {
  const snapshot = map.snapshot();
  const stats = map.stats();
  expect(stats).toMatchObject({ size: 1, threads: 1, orphans: 0 });
  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  expect(stats.pendingBlocks).toBeLessThanOrEqual(stats.boundBlocks);
  snapshot.close();
});
