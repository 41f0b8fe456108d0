// What all views of a map in the arena share: maps, snapshots, frozen parts.

import { SHOW } from '../ground/shown.ts';
import type { AnyCore } from './core.ts';
import type { MapReader } from './reader.ts';
import { OrderedView, READER } from './view.ts';

/** What a view that is open shows of its size. */
export const NUMBERS: unique symbol = Symbol('numbers');

export abstract class MapView<R extends MapReader<AnyCore, K, V>, K, V> extends OrderedView<
  R,
  K,
  V
> {
  abstract close(): void;

  [Symbol.dispose](): void {
    this.close();
  }

  get(key: K): V | undefined {
    return this[READER].get(key, 0);
  }

  has(key: K): boolean {
    return this[READER].has(key);
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    return this[READER].getMany(keys);
  }

  override [SHOW](): object {
    const reader = this[READER];
    const { name } = reader.core.member;
    const closed = !reader.isOpen || !reader.exists();
    return { name: name || undefined, ...(closed ? {} : this[NUMBERS]()), closed };
  }

  protected [NUMBERS](): object {
    return {};
  }
}
