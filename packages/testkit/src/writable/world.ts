// What a test of a map has at hand whose writes take effect before they return.

import type { WritableMap } from '@x/shm-arena';
import type { MapOptions, TestedMap } from '../subject.ts';
import { MapWorld } from '../world.ts';

export interface TestedWritableMap<K, V> extends WritableMap<K, V>, TestedMap<K, V> {
  set(key: K, value: V): this;
  insert(key: K, value: V): boolean;
  delete(key: K): boolean;
  compareAndSet(key: K, expected: V | undefined, next: V): boolean;
  snapshot: TestedMap<K, V>['snapshot'];
}

/** For one run of a test of such a map. */
export class WritableWorld extends MapWorld {
  override make<K = string, V = unknown>(options: MapOptions<K, V> = {}): TestedWritableMap<K, V> {
    return super.make(options) as TestedWritableMap<K, V>;
  }

  override filled<K, V>(
    options: MapOptions<K, V>,
    entries: Iterable<readonly [key: K, value: V]>,
  ): TestedWritableMap<K, V> {
    return super.filled(options, entries) as TestedWritableMap<K, V>;
  }
}

/** A test of such maps. */
export interface WritableTest {
  readonly name: string;
  run(world: WritableWorld): void | Promise<void>;
}

/** The names on such a map beside those of all maps. */
export const WRITABLE_NAMES =
  'swap replace take compareAndDelete getOrInsert getOrInsertComputed update setMany insertMany ' +
  'deleteMany clear';

/** A call of each of them. */
export const writableCalls = (map: WritableMap<string, unknown>): (() => unknown)[] => [
  ...[() => map.swap('a', 2), () => map.replace('a', 2), () => map.take('a')],
  ...[() => map.compareAndDelete('a', 1), () => map.getOrInsert('b', 2)],
  ...[() => map.getOrInsertComputed('b', () => 2), () => map.update('a', () => 2)],
  ...[() => map.update('a', () => undefined), () => map.setMany([['a', 2]]), () => map.setMany([])],
  ...[() => map.insertMany([['b', 2]]), () => map.insertMany([])],
  ...[() => map.deleteMany(['a']), () => map.deleteMany([]), () => map.clear()],
];

/** Right arguments of each of them. */
export const writableRight = {
  ...{ set: ['a', 1], insert: ['a', 1], swap: ['a', 1], replace: ['a', 1], getOrInsert: ['a', 1] },
  ...{ compareAndSet: ['a', 1, 2], compareAndDelete: ['a', 1], update: ['a', () => 1] },
  ...{ getOrInsertComputed: ['a', () => 1], deleteMany: [['a']] },
  ...{ setMany: [[['a', 1]]], insertMany: [[['a', 1]]] },
} as const;
