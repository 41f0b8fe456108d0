// The index that all workers share: a Masstree in an arena.

import { Masstree } from '@x/masstree';
import { Arena, type ArenaHandle } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { fold } from '../tour/names.ts';
import { type Index, keyOf, type Place, type Update } from './places.ts';

const options = { name: 'places by name', key: utf8, value: utf8 };

export class SharedIndex implements Index {
  private readonly map: Masstree<string, string>;

  constructor(handle: ArenaHandle) {
    this.map = Masstree.open(Arena.attach(handle), options.name, options);
  }

  /** Makes the index in `arena`, for workers to open. */
  static create(arena: Arena, places: readonly Place[]): void {
    using map = Masstree.create(arena, options);
    const rows = places.map((place) => ({ place, bytes: Buffer.from(keyOf(place)) }));
    rows.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
    map.bulkLoad(rows.map(({ place }) => [keyOf(place), JSON.stringify(place)]));
  }

  complete(typed: string, limit: number): string[] {
    return [...this.map.values({ prefix: fold(typed), limit })];
  }

  update({ type, place }: Update): void {
    if (type === 'put') this.map.set(keyOf(place), JSON.stringify(place));
    else this.map.delete(keyOf(place));
  }
}
