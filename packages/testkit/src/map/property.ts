// A map against its model, write by write, on few keys that meet each edge of a layout.

import { u32 } from '@x/shm-arena/codec';
import fc from 'fast-check';
import { same, Unmet } from '../assert.ts';
import { edgeRange, edgeKey as key, type ModelRange, readsAs } from '../model.ts';
import type { TestedMap } from '../subject.ts';
import { content, type MapTest, type MapWorld } from '../world.ts';

const value = fc.integer({ min: 0, max: 3 });
const kind = <K extends string>(name: K) => ({ kind: fc.constant(name) });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...kind('set'), key, value }) },
  { weight: 3, arbitrary: fc.record({ ...kind('insert'), key, value }) },
  { weight: 3, arbitrary: fc.record({ ...kind('delete'), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ ...kind('compareAndSet'), key, value },
      expected: fc.option(value, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record(kind('snapshot')) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ ...kind('look'), at: key },
      range: fc.record(edgeRange, { requiredKeys: [] }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Write = Exclude<Step, { kind: 'snapshot' | 'look' }>;

type Entries = readonly (readonly [key: string, value: number])[];
type Tested = TestedMap<string, number>;

/** Checks a view that must have these entries. */
export type Look<M> = (view: M, entries: Entries, range: ModelRange, at: string) => void;

/** What the map's call returns. */
function write(map: Tested, now: Write): unknown {
  switch (now.kind) {
    case 'set':
      return map.set(now.key, now.value);
    case 'insert':
      return map.insert(now.key, now.value);
    case 'delete':
      return map.delete(now.key);
    case 'compareAndSet':
      return map.compareAndSet(now.key, now.expected, now.value);
  }
}

/** Whether it takes; `undefined` where there is nothing to tell. */
function writeModel(model: Map<string, number>, now: Write): boolean | undefined {
  const old = model.get(now.key);
  if (now.kind === 'delete') return model.delete(now.key);
  const expected = now.kind === 'compareAndSet' ? now.expected : undefined;
  if (now.kind !== 'set' && old !== expected) return false;
  model.set(now.key, now.value);
  return now.kind === 'set' ? undefined : true;
}

function follow(world: MapWorld, steps: readonly Step[], look: Look<never>): void {
  const map = world.make<string, number>({ value: u32 });
  const model = new Map<string, number>();
  const snapshots: [view: object, entries: Entries][] = [];
  for (const now of steps) {
    if (now.kind === 'snapshot') {
      if (snapshots.length < 4) snapshots.push([map.snapshot(), [...model]]);
    } else if (now.kind === 'look') {
      for (const [view, entries] of [...snapshots, [map, [...model]] as const]) {
        look(view as never, entries, now.range, now.at);
      }
    } else {
      const took = world.did(map, write(map, now));
      const expected = writeModel(model, now);
      if (expected !== undefined) same(took, expected, `${now.kind} of ${now.key}`);
    }
  }
  same(content(map), content(model), 'in the end');
  same(map.verify().problems, []);
  map.destroy();
}

/** Fills maps with keys of all characters, and has a look at each. */
export function manyKeys(world: MapWorld, look: (map: Tested, entries: Entries) => void): void {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const property = fc.property(fc.uniqueArray(text, { maxLength: 200 }), (keys) => {
    const entries = keys.map((key, n) => [key, n] as const);
    const map = world.filled<string, number>({ value: u32 }, entries);
    look(map, entries);
    map.destroy();
  });
  judge(fc.check(property, { seed: world.context.seed, numRuns: 50 }));
}

function judge<T>(details: fc.RunDetails<T>): void {
  if (details.failed) throw new Unmet(fc.defaultReportMessage(details));
}

/** Follows random steps, `look`ing now and then. */
export function explore(world: MapWorld, look: Look<never>): void {
  const steps = fc.array(step, { minLength: 1, maxLength: 60 });
  const property = fc.property(steps, (drawn) => follow(world, drawn, look));
  judge(fc.check(property, { seed: world.context.seed, numRuns: 100 }));
}

export const properties: readonly MapTest[] = [
  {
    name: 'a map does what its model does',
    run: (world) => {
      explore(world, ((view: Tested, entries, _, at) => readsAs(view, entries, at)) as Look<never>);
    },
  },
  {
    name: 'many keys of any shape are all there',
    run(world) {
      manyKeys(world, (map, entries) => {
        same(content(map), content(new Map(entries)));
        same(
          map.getMany(entries.map(([key]) => key)),
          entries.map(([, value]) => value),
        );
      });
    },
  },
];
