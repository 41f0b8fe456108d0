// Options and ranges of a map: a member that nobody knows is refused.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { named, takersOfOptions, takersOfRanges } from '../../shm-arena/test/shared/options.ts';
import { AvlBatch, type AvlBatchSnapshot } from '../src/index.ts';
import { codeOf, freshArena, rejection } from './support.ts';

let arena: Arena;
let map: AvlBatch<string, unknown>;
let snapshot: AvlBatchSnapshot<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  map = AvlBatch.create(arena, { name: 'm' });
  snapshot = map.snapshot();
});
afterEach(() => arena.detach());

const making = 'name key value maxBytes batch';
const paces = 'maxOps maxDelayMs maxQueued autoCompact';
takersOfOptions([
  { what: 'create', names: making, call: (options) => AvlBatch.create(arena, options) },
  { what: 'open', names: making, call: (options) => AvlBatch.open(arena, 'm', options) },
  {
    what: 'openOrCreate',
    names: making,
    call: (options) => AvlBatch.openOrCreate(arena, named(options, 'm')),
  },
  {
    what: 'attach',
    names: making,
    call: (options) => AvlBatch.attach(arena, map.handle, options),
  },
  { what: 'create: batch', names: paces, call: (batch) => AvlBatch.create(arena, { batch }) },
  { what: 'open: batch', names: paces, call: (batch) => AvlBatch.open(arena, 'm', { batch }) },
  {
    what: 'attach: batch',
    names: paces,
    call: (batch) => AvlBatch.attach(arena, map.handle, { batch }),
  },
  { what: 'get', names: 'pending', call: (options) => map.get('a', options) },
  {
    what: 'settled',
    names: 'signal',
    call: (options) => map.settled(map.set('a', 1), options),
  },
  { what: 'flush', names: 'signal', call: (options) => map.flush(options) },
  {
    what: 'startBuilder',
    names: 'worker onError',
    call: (options) => map.startBuilder(options).stop(),
  },
  ...takersOfRanges(() => map),
  ...takersOfRanges(() => snapshot, 'snapshot.'),
]);

test('what a member holds is checked', async () => {
  expect(codeOf(() => map.get('a', { pending: 1 } as never))).toBe('INVALID_TYPE');
  expect(codeOf(() => map.startBuilder({ worker: 1 } as never))).toBe('INVALID_TYPE');
  expect(await rejection(map.flush({ signal: 3 } as never))).toBe('INVALID_TYPE');
  expect(await rejection(map.settled(map.set('a', 1), { signal: {} } as never))).toBe(
    'INVALID_TYPE',
  );
});

test('one object of options serves who makes a map and who opens it', () => {
  const options = { name: 'n', maxBytes: 2 ** 20, batch: { maxQueued: 10, maxOps: 5 } };
  AvlBatch.create(arena, options).set('a', 1);
  AvlBatch.open(arena, 'n', options).build();
  expect(AvlBatch.attach(arena, AvlBatch.openOrCreate(arena, options).handle, options).size).toBe(
    1,
  );
});
