// The list against its model, operation by operation, on few keys, so that versions, tombstones,
// snapshots and frozen lists pile up on each other.

import { u32 } from '@x/shm-arena/codec';
import { edgeRange, edgeKey as key, ordersAs, readsAs } from '@x/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FrozenSkipList,
  SkipList,
  type SkipListSnapshot,
  type VersionedReadable,
} from '../src/index.ts';
import { Model, type ModelRange, type ModelView } from './model.ts';
import { freshArena, replay, seed } from './support.ts';

const value = fc.integer({ min: 0, max: 1000 });

const operation = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key, value }),
  fc.record({ type: fc.constant('insert' as const), key, value }),
  fc.record({ type: fc.constant('delete' as const), key }),
);

const range: fc.Arbitrary<ModelRange> = fc.record(
  { ...edgeRange, versions: fc.boolean(), tombstones: fc.boolean() },
  { requiredKeys: [] },
);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), operation }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      operations: fc.array(operation, { maxLength: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('repeat' as const),
      key,
      times: fc.integer({ min: 5, max: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('getOrInsert' as const), key, value }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('compareAndSet' as const),
      key,
      hit: fc.boolean(),
      value,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      key,
      value: fc.option(value, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('seal' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy' as const), index: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('look' as const), range, at: key }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface World {
  list: SkipList<string, number>;
  model: Model<number>;
  snapshots: [SkipListSnapshot<string, number>, ModelView<number>][];
}

const seqOf = (world: World, at: string): bigint => world.list.getEntry(at)?.seq as bigint;

function apply(world: World, now: Step): void {
  const { list, model, snapshots } = world;
  switch (now.kind) {
    case 'write':
      return write(world, now.operation);
    case 'batch':
      return batch(world, now.operations);
    case 'repeat':
      for (let n = 0; n < now.times; n++) {
        const type = n % 7 === 3 ? 'delete' : 'set';
        write(world, { type, key: now.key, value: n });
      }
      return;
    case 'getOrInsert': {
      const old = model.get(now.key);
      const by = now.value % 2 === 0;
      const found = by
        ? list.getOrInsert(now.key, now.value)
        : list.getOrInsertComputed(now.key, () => now.value);
      expect(found).toBe(old ?? now.value);
      if (old === undefined) model.set(now.key, now.value, seqOf(world, now.key));
      return;
    }
    case 'compareAndSet': {
      const old = model.get(now.key);
      const expected = now.hit ? old : (old ?? 0) + 1;
      expect(list.compareAndSet(now.key, expected, now.value)).toBe(now.hit);
      if (now.hit) model.set(now.key, now.value, seqOf(world, now.key));
      return;
    }
    case 'update': {
      const old = model.get(now.key);
      const next = list.update(now.key, (was) => {
        expect(was).toBe(old);
        return now.value;
      });
      expect(next).toBe(now.value);
      if (next !== undefined) model.set(now.key, next, seqOf(world, now.key));
      else if (old !== undefined) model.delete(now.key, seqOf(world, now.key));
      return;
    }
    case 'clear':
      list.clear();
      return model.clear();
    case 'snapshot':
      if (snapshots.length < 6) snapshots.push([list.snapshot(), model.snapshot()]);
      else snapshots.shift()?.[0].close();
      return;
    case 'seal':
      if (list.frozen().length < 4) same(list.seal(), model.seal(), { versions: true });
      return;
    case 'destroy':
      list.frozen()[now.index]?.destroy();
      if (now.index < model.frozen().length) model.destroyFrozen(now.index);
      return;
    case 'look':
      return look(world, now.range, now.at);
  }
}

function write(world: World, operation: { type: string; key: string; value?: number }): void {
  const { list, model } = world;
  const { type, key: at } = operation;
  const before = model.seq;
  if (type === 'insert') {
    const absent = model.get(at) === undefined;
    expect(list.insert(at, operation.value as number)).toBe(absent);
    if (!absent) return;
  } else if (type === 'set') list.set(at, operation.value as number);
  else expect(list.delete(at)).toBe(model.get(at) !== undefined);
  const seq = seqOf(world, at);
  expect(seq > before).toBe(true);
  if (type === 'delete') model.delete(at, seq);
  else model.set(at, operation.value as number, seq);
}

type Operations = Parameters<Model<number>['writeBatch']>[0];

function batch(world: World, operations: Operations): void {
  const { list, model } = world;
  const result = list.writeBatch(operations);
  const failed = new Set(result.failed.map(({ index }) => index));
  const landed = operations.find((_, index) => !failed.has(index));
  const seq = landed === undefined ? model.seq + 1n : seqOf(world, landed.key);
  expect(seq > model.seq).toBe(true);
  expect(result).toEqual(model.writeBatch(operations, seq));
}

function look(world: World, over: ModelRange, at: string): void {
  same(world.list, world.model, over, at);
  for (const [snapshot, model] of world.snapshots) same(snapshot, model, over, at);
  const frozen = world.list.frozen();
  const models = world.model.frozen();
  expect(frozen.length).toBe(models.length);
  frozen.forEach((each: FrozenSkipList<string, number>, index) => {
    same(each, models[index] as ModelView<number>, over, at);
  });
}

function same(
  real: VersionedReadable<string, number>,
  model: ModelView<number>,
  over: ModelRange,
  at = 'aa',
): void {
  const { versions, tombstones, ...plain } = over;
  readsAs(real, model.entries(), at);
  ordersAs(real, model.entries(), plain, at);
  if (versions) expect([...real.entries({ ...over, versions })]).toEqual(model.versions(over));
  if (tombstones) expect([...real.entries({ ...over, tombstones })]).toEqual(model.versions(over));
  expect(real.getEntry(at)).toEqual(withoutKey(model.getEntry(at)));
}

function withoutKey(version: object | undefined): object | undefined {
  if (version === undefined) return undefined;
  const { key: _, ...rest } = version as { key: string };
  return rest;
}

test(`the list does what the model does (${replay('property.test.ts')})`, () => {
  const arena = freshArena();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = SkipList.create(arena, { value: u32 });
      const world: World = { list, model: new Model(), snapshots: [] };
      for (const each of steps) apply(world, each);
      look(world, { versions: true, tombstones: true }, 'b');
      expect(list.verify().problems).toEqual([]);
      for (const [snapshot] of world.snapshots) snapshot.close();
      list.destroy();
    }),
    { seed, numRuns: 200 },
  );
  arena.recover();
  expect(arena.verify().problems).toEqual([]);
  arena.detach();
});

test(`many keys of any shape keep their order (${replay('property.test.ts')})`, () => {
  const arena = freshArena();
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 200 }), (all) => {
      const list = SkipList.create(arena, { value: u32 });
      const model = new Model<number>();
      all.forEach((each, index) => {
        list.set(each, index);
        model.set(each, index);
      });
      expect([...list.entries()]).toEqual(model.entries());
      expect([...list.entries({ reverse: true })]).toEqual(model.entries().reverse());
      list.destroy();
    }),
    { seed, numRuns: 50 },
  );
  arena.detach();
});
