// What the arena's objects show of themselves.

import { inspect } from 'node:util';
import * as msgpackr from 'msgpackr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { msgpack, tuple, u32, utf8 } from '../src/codec.ts';
import { describe as described, typeError } from '../src/ground/errors.ts';
import { Arena, ShmError } from '../src/index.ts';
import { counts } from '../src/structure.ts';
import { shows } from './kit.ts';

let arena: Arena;
beforeEach(() => {
  arena = Arena.create({ bytes: 2 ** 22 });
});
afterEach(() => arena.detach());

test('an arena, attached and detached', () => {
  const { slot } = arena.participant;
  shows(arena, 'Arena', { bytes: 2 ** 22, slot, closed: false });
  arena.detach();
  shows(arena, 'Arena', { bytes: 2 ** 22, slot, closed: true });
});

test('a region, its positions and its save points', () => {
  const region = arena.region();
  region.alloc(64);
  const point = region.savepoint();
  shows(region, 'Region', { allocated: 64, closed: false });
  shows(region.checkpoint(), 'Checkpoint', { allocated: 64 });
  shows(point, 'Savepoint', { allocated: 64, closed: false });
  point.close();
  shows(point, 'Savepoint', { allocated: 64, closed: true });
  arena.detach();
  shows(region, 'Region', { allocated: 0, closed: true });
});

test('a save point rewinds once, unless it was kept', () => {
  const region = arena.region();
  const kept = region.savepoint();
  region.alloc(64);
  kept.keep();
  kept.close();
  expect(region.allocated).toBe(64);
  const point = region.savepoint();
  region.alloc(64);
  point[Symbol.dispose]();
  point.close();
  expect(region.allocated).toBe(64);
});

test('codecs', () => {
  shows(utf8, 'Codec', { id: 'utf8', version: 1 });
  shows(tuple(u32, utf8), 'Codec', { id: 'tuple(u32,utf8)', version: 1 });
  shows(msgpack(msgpackr), 'Codec', { id: 'msgpack', version: 1 });
  expect(Object.keys({ ...utf8 }).sort()).toEqual(
    ['decode', 'encode', 'encodePrefix', 'id', 'size', 'version'].sort(),
  );
});

test('errors, with their message', () => {
  const closed = new ShmError('CLOSED', 'it was closed');
  const fields = { name: 'ShmError', code: 'CLOSED', message: 'it was closed' };
  expect(JSON.parse(JSON.stringify(closed))).toEqual(fields);
  expect(inspect(closed)).toMatch(/^ShmError: it was closed\n/);
  const wrong = typeError('of the wrong type');
  const { name, message } = wrong;
  expect(JSON.parse(JSON.stringify(wrong))).toEqual({ name, code: 'INVALID_TYPE', message });
  expect(Object.keys(wrong)).toEqual(['code']);
});

test('what is found is named by what it shows', () => {
  expect(described(arena)).toBe('an object (Arena)');
  expect(described([])).toBe('an object (Array)');
  expect(described(new (class Own {})())).toBe('an object (Own)');
  expect(described({})).toBe('an object');
  const trap = { get: () => expect.unreachable() };
  const angry = new Proxy({}, { ...trap, getPrototypeOf: () => expect.unreachable() });
  expect(described(angry)).toBe('an object');
});

test('stats are JSON, and otherwise as they were', () => {
  const stats = arena.stats();
  const { bytes, used, free, pinned } = JSON.parse(JSON.stringify(stats));
  expect([bytes, used, free]).toEqual([stats.bytes, stats.used, stats.free]);
  expect(pinned).toEqual({ bytes: 0 });
  expect(Object.keys(stats)).not.toContain('toJSON');
  expect(structuredClone(stats)).toEqual(stats);
  const oldest = { pinned: { oldest: 7n, list: [2n ** 60n] } };
  expect(JSON.stringify(counts(oldest))).toBe(
    '{"pinned":{"oldest":7,"list":["1152921504606846976"]}}',
  );
});
