// A map against its model, write by write, on few keys that share prefixes, with values of all
// kinds and lengths.

import { bytes } from '@x/shm-arena/codec';
import fc from 'fast-check';
import { same, Unmet } from '../assert.ts';
import { bytesKey, bytesValue, hexOf } from './values.ts';
import type { TestedWritableMap, WritableTest, WritableWorld } from './world.ts';

type Bytes = Uint8Array;
type Tested = TestedWritableMap<Bytes, Bytes>;
/** All entries, in the order of their keys. */
export type ByteEntries = readonly (readonly [key: Bytes, value: Bytes])[];

/** Which key of the run's. */
const at = fc.nat({ max: 1000 });
const value = bytesValue;
/** What a conditional write expects: what is there, or this. */
const expected = fc.option(value, { nil: 'there' as const });
const kind = <K extends string>(name: K) => ({ kind: fc.constant(name) });
const entries = fc.array(fc.tuple(at, value), { maxLength: 6 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...kind('set'), at, value }) },
  { weight: 2, arbitrary: fc.record({ ...kind('swap'), at, value }) },
  { weight: 2, arbitrary: fc.record({ ...kind('insert'), at, value }) },
  { weight: 2, arbitrary: fc.record({ ...kind('replace'), at, value }) },
  { weight: 2, arbitrary: fc.record({ ...kind('delete'), at }) },
  { weight: 2, arbitrary: fc.record({ ...kind('take'), at }) },
  { weight: 2, arbitrary: fc.record({ ...kind('compareAndSet'), at, expected, value }) },
  { weight: 2, arbitrary: fc.record({ ...kind('compareAndDelete'), at, expected }) },
  {
    weight: 2,
    arbitrary: fc.record({ ...kind('getOrInsert'), at, value, computed: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...kind('update'), at, value: fc.option(value, { nil: undefined }) }),
  },
  { weight: 2, arbitrary: fc.record({ ...kind('setMany'), entries }) },
  { weight: 1, arbitrary: fc.record({ ...kind('insertMany'), entries }) },
  {
    weight: 1,
    arbitrary: fc.record({ ...kind('deleteMany'), all: fc.array(at, { maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record(kind('clear')) },
  { weight: 1, arbitrary: fc.record(kind('snapshot')) },
  { weight: 1, arbitrary: fc.record({ ...kind('close'), at }) },
  { weight: 3, arbitrary: fc.record({ ...kind('look'), at, to: at, how: fc.nat({ max: 31 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const keys = fc.uniqueArray(bytesKey, { minLength: 2, maxLength: 30, selector: hexOf });

/** Between which keys a look is, and 32 ways to look. */
export interface Between {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly how: number;
}

/** Checks what a view has beside that of all maps, of which `entries` are all entries. */
export type ByteLook = (view: never, entries: ByteEntries, between: Between) => void;

/** Entries by the text of their keys. */
class Model {
  private readonly all = new Map<string, readonly [Bytes, Bytes]>();

  get(key: Bytes): Bytes | undefined {
    return this.all.get(hexOf(key))?.[1];
  }

  put(key: Bytes, value: Bytes | undefined): void {
    if (value === undefined) this.all.delete(hexOf(key));
    else this.all.set(hexOf(key), [key, value]);
  }

  clear(): void {
    this.all.clear();
  }

  entries(): ByteEntries {
    return [...this.all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }
}

class Run {
  private readonly map: Tested;
  private readonly model = new Model();
  private readonly snapshots: { view: ReturnType<Tested['snapshot']>; entries: ByteEntries }[] = [];
  private readonly keys: readonly Bytes[];
  private readonly more: ByteLook;

  constructor(world: WritableWorld, keys: readonly Bytes[], more: ByteLook) {
    this.map = world.make<Bytes, Bytes>({ key: bytes, value: bytes });
    this.keys = keys;
    this.more = more;
  }

  private key(at: number): Bytes {
    return this.keys[at % this.keys.length] as Bytes;
  }

  follow(now: Step): void {
    const { map, model, snapshots } = this;
    switch (now.kind) {
      case 'setMany':
      case 'insertMany':
        return this.writeMany(now.kind, now.entries);
      case 'deleteMany': {
        const all = now.all.map((each) => this.key(each));
        const there = new Set(all.filter((key) => model.get(key) !== undefined).map(hexOf));
        same(map.deleteMany(all), there.size, 'deleteMany');
        for (const key of all) model.put(key, undefined);
        return;
      }
      case 'clear':
        map.clear();
        return model.clear();
      case 'snapshot':
        if (snapshots.length < 4) {
          snapshots.push({ view: map.snapshot(), entries: model.entries() });
        }
        return;
      case 'close':
        for (const { view } of snapshots.splice(now.at % 4, 1)) view.close();
        return;
      case 'look':
        return this.look({ from: this.key(now.at), to: this.key(now.to), how: now.how });
      default:
        return this.write(now, this.key(now.at));
    }
  }

  private writeMany(kind: 'setMany' | 'insertMany', given: [number, Bytes][]): void {
    const { map, model } = this;
    const all = given.map(([at, value]): [Bytes, Bytes] => [this.key(at), value]);
    const absent = all.map(([key, value]) => {
      const free = model.get(key) === undefined;
      if (free || kind === 'setMany') model.put(key, value);
      return free;
    });
    if (kind === 'setMany') map.setMany(all);
    else same(map.insertMany(all), absent, 'insertMany');
  }

  private write(now: Extract<Step, { at: number }>, key: Bytes): void {
    const { map, model } = this;
    const old = model.get(key);
    const what = `${now.kind} of ${hexOf(key)}`;
    switch (now.kind) {
      case 'set':
        map.set(key, now.value);
        return model.put(key, now.value);
      case 'swap':
        same(map.swap(key, now.value), old, what);
        return model.put(key, now.value);
      case 'insert':
        same(map.insert(key, now.value), old === undefined, what);
        return model.put(key, old ?? now.value);
      case 'replace':
        same(map.replace(key, now.value), old !== undefined, what);
        return model.put(key, old && now.value);
      case 'delete':
        same(map.delete(key), old !== undefined, what);
        return model.put(key, undefined);
      case 'take':
        same(map.take(key), old, what);
        return model.put(key, undefined);
      case 'compareAndSet':
      case 'compareAndDelete':
        return this.compare(now, key, what);
      case 'getOrInsert': {
        const { value } = now;
        const found = now.computed
          ? map.getOrInsertComputed(key, () => value)
          : map.getOrInsert(key, value);
        same(found, old ?? value, what);
        return model.put(key, old ?? value);
      }
      case 'update': {
        const next = map.update(key, (found) => {
          same(found, old, what);
          return now.value;
        });
        same(next, now.value, what);
        return model.put(key, next);
      }
    }
  }

  private compare(
    now: Extract<Step, { kind: 'compareAndSet' | 'compareAndDelete' }>,
    key: Bytes,
    what: string,
  ): void {
    const { map, model } = this;
    const old = model.get(key);
    const thinks = now.expected === 'there' ? old : now.expected;
    const hits = (thinks && hexOf(thinks)) === (old && hexOf(old));
    if (now.kind === 'compareAndSet') {
      same(map.compareAndSet(key, thinks, now.value), hits, what);
      if (hits) model.put(key, now.value);
    } else if (thinks !== undefined) {
      same(map.compareAndDelete(key, thinks), hits, what);
      if (hits) model.put(key, undefined);
    }
  }

  private look(between: Between): void {
    const views = [...this.snapshots, { view: this.map, entries: this.model.entries() }];
    for (const { view, entries } of views) {
      this.reads(view, entries);
      this.more(view as never, entries, between);
    }
  }

  private reads(
    view: Pick<Tested, 'get' | 'has' | 'getMany' | 'entries' | 'size'>,
    all: ByteEntries,
  ) {
    const model = new Map(all.map(([key, value]) => [hexOf(key), value]));
    const expected = this.keys.map((key) => model.get(hexOf(key)));
    same(view.getMany(this.keys), expected, 'getMany');
    for (const [n, key] of this.keys.entries()) {
      same(view.get(key), expected[n], `get of ${hexOf(key)}`);
      same(view.has(key), expected[n] !== undefined, `has of ${hexOf(key)}`);
    }
    const found = [...view.entries()].sort(([a], [b]) => (hexOf(a) < hexOf(b) ? -1 : 1));
    same(found, all, 'entries');
    same(view.size, all.length, 'size');
  }

  end(): void {
    const [from] = this.keys as [Bytes];
    this.look({ from, to: from, how: 0 });
    same(this.map.verify().problems, []);
    for (const { view } of this.snapshots) view.close();
    this.map.destroy();
  }
}

/** Follows random steps; at each look, `more` looks too. */
export function exploreWrites(world: WritableWorld, more: ByteLook): void {
  const steps = fc.array(step, { minLength: 1, maxLength: 120 });
  const property = fc.property(keys, steps, (drawn, all) => {
    const run = new Run(world, drawn, more);
    for (const now of all) run.follow(now);
    run.end();
  });
  const details = fc.check(property, { seed: world.context.seed, numRuns: 150 });
  if (details.failed) throw new Unmet(fc.defaultReportMessage(details));
}

/** Fills a map with many keys of any bytes, in any order, and takes them out again. */
function manyKeys(world: WritableWorld): void {
  const all = fc.uniqueArray(bytesKey, { maxLength: 400, selector: hexOf });
  const property = fc.property(all, (drawn) => {
    const map = world.make<Bytes, Bytes>({ key: bytes, value: bytes });
    for (const key of drawn) same(map.insert(key, key), true);
    same(map.getMany(drawn), drawn);
    same([map.size, map.verify().problems], [drawn.length, []]);
    for (const key of drawn) same(map.take(key), key);
    same([map.size, [...map], map.verify().problems], [0, [], []]);
    map.destroy();
  });
  const details = fc.check(property, { seed: world.context.seed, numRuns: 50 });
  if (details.failed) throw new Unmet(fc.defaultReportMessage(details));
}

export const writeProperties: readonly WritableTest[] = [
  { name: 'every write does what its model does', run: (world) => exploreWrites(world, () => {}) },
  { name: 'many keys that share prefixes are all there, and all go', run: manyKeys },
];
