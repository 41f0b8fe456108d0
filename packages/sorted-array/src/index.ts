// A map that is one immutable sorted array behind one word: the worked example of
// docs/NEW-STRUCTURE.md. It keeps the contracts of ordered maps. A write copies everything.

import type { Arena, Codec, StructureHandle } from '@x/shm-arena';
import * as maps from '@x/shm-arena/map';
import { type MapArgs, MapCore, owned, READER } from '@x/shm-arena/map';
import { OrderedView, TargetReader } from '@x/shm-arena/ordered';
import * as structures from '@x/shm-arena/structure';
import { type Members, type Membership, optionsOf, Status } from '@x/shm-arena/structure';
import { ANSWER, SNAP_ROOT, SNAP_SIZE } from '../build/numbers/arena/map/result.ts';
import { COMPARE, DELETE, INSERT, SET } from '../build/numbers/write.ts';
import { type ArrayKernel, KIND } from './kernel.ts';

const OPTIONS: Members = { what: 'options', names: ['name', 'key', 'value'] };

type Options<K, V> = { name?: string; key?: Codec<K>; value?: Codec<V> };
type Reader<K, V> = TargetReader<MapCore<ArrayKernel, K, V>, K, V>;

/** Options with their defaults; refuses what is none. */
function checked<K, V>(options: Options<K, V>) {
  return { ...maps.codecsOf<K, V>(optionsOf(OPTIONS, options)), name: options.name as string };
}

/** Makes an empty array. */
const build = (kernel: ArrayKernel, entry: number, generation: number) =>
  kernel.create(entry, generation);
/** Leaves the present array and its size in the result block. */
const present = (kernel: ArrayKernel, ...map: MapArgs) => kernel.snapshot(...map);

class Snapshot<K, V> extends OrderedView<Reader<K, V>, K, V> {
  override get [Symbol.toStringTag](): string {
    return 'SortedArraySnapshot';
  }
}

export class SortedArray<K, V> extends owned(OrderedView)<Reader<K, V>, K, V> {
  constructor(member: Membership<ArrayKernel>, options: Options<K, V>) {
    const { key, value } = maps.codecsOf<K, V>(options);
    super(new TargetReader(new MapCore(member, key, value), 0));
  }

  static create<K, V>(arena: Arena, options: Options<K, V> = {}) {
    const member = structures.createStructure(arena, KIND, checked(options), build);
    return new SortedArray(member, options);
  }

  static open<K, V>(arena: Arena, name: string, options: Options<K, V> = {}) {
    return new SortedArray(structures.openStructure(arena, KIND, name, checked(options)), options);
  }

  static openOrCreate<K, V>(arena: Arena, options: Options<K, V>) {
    const member = structures.openOrCreateStructure(arena, KIND, checked(options), build);
    return new SortedArray(member, options);
  }

  static attach<K, V>(arena: Arena, handle: StructureHandle, options: Options<K, V> = {}) {
    const member = structures.attachStructure(arena, KIND, handle, checked(options));
    return new SortedArray(member, options);
  }

  override get [Symbol.toStringTag](): string {
    return 'SortedArray';
  }

  override get size(): number {
    const { core } = this[READER];
    core.askMap('size', present);
    return core.result(SNAP_SIZE);
  }

  set(key: K, value: V): this {
    this.#put('set', SET, key, value);
    return this;
  }

  insert(key: K, value: V): boolean {
    return this.#put('insert', INSERT, key, value) === Status.OK;
  }

  delete(key: K): boolean {
    this.#put('delete', DELETE, key);
    return this[READER].core.result(ANSWER) === 1;
  }

  compareAndSet(key: K, expected: V | undefined, next: V): boolean {
    if (expected === undefined) return this.insert(key, next);
    return this.#put('compareAndSet', COMPARE, key, next, expected) === Status.OK;
  }

  #put(what: string, kind: number, key: K, value?: V, expected?: V): number {
    const { core } = this[READER];
    const { keyPort, valuePort, expectedPort } = core;
    return core.askMap(what, (kernel, ...map) => {
      valuePort.length = expectedPort.length = 0;
      if (kind !== DELETE) valuePort.pack(value as V);
      if (kind === COMPARE) expectedPort.append(expected as V);
      keyPort.pack(key); // This may move the values.
      const { length, k0, k1, k2, k3 } = keyPort;
      const values = [
        valuePort.at,
        valuePort.length,
        expectedPort.at,
        expectedPort.length,
      ] as const;
      return kernel.put(...map, kind, length, k0, k1, k2, k3, ...values);
    });
  }

  snapshot(): Snapshot<K, V> {
    const { core } = this[READER];
    const load = () => core.askMap('snapshot', present);
    const read = (letGo: () => void): Reader<K, V> =>
      new TargetReader(core, core.result(SNAP_ROOT), letGo);
    return core.snapshots.take(load, (letGo) => new Snapshot(read(letGo)));
  }
}
