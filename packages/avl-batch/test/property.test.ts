// The map against its model, operation by operation, on few keys, so that operations of one batch
// meet on a key, and on keys that meet each edge of the layout.

import { u32 } from '@x/shm-arena/codec';
import {
  byCodePoint,
  edgeRange,
  edgeKey as key,
  type ModelRange,
  ordersAs,
  readsAs,
} from '@x/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AvlBatch,
  type AvlBatchSnapshot,
  type IndexedReadable,
  type Ticket,
} from '../src/index.ts';
import { Model, type ModelOperation, type ModelView } from './model.ts';
import { freshArena, random, replay, seed, userKey } from './support.ts';

const value = fc.integer({ min: 0, max: 3 });
const perhaps = fc.option(value, { nil: undefined });

const operation: fc.Arbitrary<ModelOperation<number>> = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key, value }),
  fc.record({ type: fc.constant('insert' as const), key, value }),
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({
    ...{ type: fc.constant('compareAndSet' as const), key },
    ...{ expected: perhaps, next: perhaps },
  }),
);

const range: fc.Arbitrary<ModelRange> = fc.record(edgeRange, { requiredKeys: [] });

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('append' as const), operation }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('build' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('look' as const), range, at: key }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface World {
  map: AvlBatch<string, number>;
  model: Model<number>;
  tickets: Ticket[];
  snapshots: [AvlBatchSnapshot<string, number>, ModelView<number>][];
}

function append(map: AvlBatch<string, number>, operation: ModelOperation<number>): Ticket {
  const { type, key } = operation;
  if (type === 'delete') return map.delete(key);
  if (type !== 'compareAndSet') return map[type](key, operation.value);
  return map.compareAndSet(key, operation.expected, operation.next);
}

function apply(world: World, now: Step): void {
  const { map, model, snapshots, tickets } = world;
  switch (now.kind) {
    case 'append':
      tickets.push(append(map, now.operation));
      model.append(now.operation);
      return expect(map.stats().waiting).toBe(model.waiting);
    case 'build':
      expect(map.build().applied).toBe(model.build());
      return;
    case 'compact':
      return map.compact();
    case 'snapshot':
      if (snapshots.length < 4) snapshots.push([map.snapshot(), model.snapshot()]);
      return;
    case 'look':
      look(map, model, now.range, now.at);
      for (const [real, plain] of snapshots) look(real, plain, now.range, now.at);
      expect(map.get(now.at, { pending: true })).toBe(model.pending(now.at));
      tickets.forEach((ticket, n) => {
        expect(map.result(ticket)?.outcome).toBe(model.outcome(n));
        expect(map.applied(ticket)).toBe(model.outcome(n) !== undefined);
      });
  }
}

function look(
  real: IndexedReadable<string, number>,
  plain: ModelView<number>,
  range: ModelRange,
  at: string,
): void {
  const all = plain.entries();
  readsAs(real, all, at);
  ordersAs(real, all, range, at);
  const below = all.filter(([key]) => byCodePoint(key, at) < 0);
  expect(real.rank(at)).toBe(below.length);
  expect(real.at(below.length)).toEqual(plain.entries({ gte: at })[0]);
  all.forEach((entry, index) => expect(real.at(index)).toEqual(entry));
}

test(`the map does what the model does (${replay('property.test.ts')})`, () => {
  const arena = freshArena();
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const map = AvlBatch.create<string, number>(arena, { value: u32 });
      const world: World = { map, model: new Model<number>(), tickets: [], snapshots: [] };
      for (const now of steps) apply(world, now);
      expect(map.verify().problems).toEqual([]);
      map.destroy();
    }),
    { seed, numRuns: 100 },
  );
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test(`thousands of keys, in batches of all sizes (${replay('property.test.ts')})`, () => {
  const arena = freshArena();
  const map = AvlBatch.create<string, number>(arena, { value: u32, batch: { maxOps: 700 } });
  const model = new Model<number>();
  const below = random(seed);
  for (let round = 0; round < 40; round++) {
    const size = 1 + below(1 << (1 + below(11)));
    const tickets: [Ticket, number][] = [];
    for (let n = 0; n < size; n++) {
      const key = userKey(below(4000));
      const type = (['set', 'set', 'insert', 'delete', 'compareAndSet'] as const)[below(5)]!;
      const [value, expected] = [below(5), below(5)];
      const next = below(3) === 0 ? undefined : value;
      const operation =
        type === 'compareAndSet' ? { type, key, expected, next } : { type, key, value };
      const made = operation as ModelOperation<number>;
      tickets.push([append(map, made), model.append(made)]);
    }
    expect(map.build().applied).toBe(model.build());
    for (const [ticket, n] of tickets) {
      expect(map.result(ticket)).toEqual({ outcome: model.outcome(n) });
    }
    expect([...map.entries()]).toEqual(model.entries());
    const { height, size: entries } = map.stats();
    expect(height).toBeLessThanOrEqual(1.44 * Math.log2(entries + 2));
    if (round % 10 === 9) {
      expect(map.verify().problems).toEqual([]);
      map.compact();
      expect([...map.entries({ reverse: true })]).toEqual(model.entries().reverse());
    }
  }
  expect(map.verify().problems).toEqual([]);
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});
