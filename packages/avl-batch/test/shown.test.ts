// What maps and what comes of them show of themselves.

import type { Arena } from '@x/shm-arena';
import { shows } from '@x/testkit/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { freshArena } from './support.ts';

let arena: Arena;
let map: AvlBatch<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  map = AvlBatch.create(arena, { name: 'prices' });
  map.set('a', 1);
  map.build();
  map.set('b', 2);
});
afterEach(() => arena.detach());

const name = 'prices';

test('a map, open, closed, destroyed and detached', () => {
  shows(map, 'AvlBatch', { name, size: 1, waiting: 1, closed: false });
  map.close();
  shows(map, 'AvlBatch', { name, closed: true });
  const again = AvlBatch.open(arena, name);
  AvlBatch.open(arena, name).destroy();
  shows(again, 'AvlBatch', { name, closed: true });
  const unnamed = AvlBatch.create(arena);
  arena.detach();
  shows(unnamed, 'AvlBatch', { closed: true });
});

test('snapshots, cursors and iterators', () => {
  const snapshot = map.snapshot();
  const { version } = snapshot;
  shows(snapshot, 'AvlBatchSnapshot', { version, name, size: 1, closed: false });
  const cursor = snapshot.cursor();
  cursor.next();
  shows(cursor, 'Cursor', { valid: true, closed: false });
  const keys = snapshot.keys();
  shows(keys, 'Iterator', { closed: false });
  snapshot.close();
  shows(snapshot, 'AvlBatchSnapshot', { version, name, closed: true });
  shows(cursor, 'Cursor', { valid: false, closed: true });
});

test.each([false, true])('a builder, worker: %o', async (worker) => {
  const builder = map.startBuilder({ worker });
  shows(builder, 'Builder', { running: true, closed: false });
  await builder.stop();
  shows(builder, 'Builder', { running: false, closed: true });
});

test('stats, tickets and results are JSON', () => {
  const stats = map.stats();
  const parsed = JSON.parse(JSON.stringify(stats));
  expect(parsed).toMatchObject({ size: 1, waiting: 1, version: Number(stats.version) });
  expect(typeof stats.version).toBe('bigint');
  expect(structuredClone(stats)).toEqual(stats);
  const ticket = map.set('c', 3);
  expect(JSON.parse(JSON.stringify(ticket))).toEqual(ticket);
});
