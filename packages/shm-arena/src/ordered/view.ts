// The reading side of every ordered structure, over one primitive: read the next entries of a range
// into a batch. A list, its snapshot and its frozen part differ only in what they read.

import type { Cursor, OrderedReadable, Range } from '../api.ts';
import { functionOf, rangeError } from '../ground/errors.ts';
import { ENTRIES, KEYS, VALUES } from '../map/batch.ts';
import { EntryIterator, KeyIterator, MapView, READER, ValueIterator } from '../map/view.ts';
import { RangeCursor } from './cursor.ts';
import { type Bounds, EVERYTHING, encodeRange } from './range.ts';
import type { OrderedSource } from './source.ts';

/** Iterates the entries within `bounds`. */
export function entriesOf<K, V>(
  source: OrderedSource<K, V>,
  bounds: Readonly<Bounds>,
): IterableIterator<[K, V]> {
  return new EntryIterator(source.batch(bounds, ENTRIES), source);
}

/** All of OrderedReadable that follows from reading batches and counting. */
export abstract class OrderedView<R extends OrderedSource<K, V>, K, V>
  extends MapView<R, K, V>
  implements OrderedReadable<K, V>
{
  get size(): number {
    return this[READER].countWithin(EVERYTHING);
  }

  override entries(range?: Range<K>): IterableIterator<[K, V]> {
    if (range === undefined) return super.entries();
    const reader = this[READER];
    return entriesOf(reader, encodeRange(range, reader.bound));
  }

  override keys(range?: Range<K>): IterableIterator<K> {
    const reader = this[READER];
    return new KeyIterator(reader.batch(encodeRange(range, reader.bound), KEYS), reader);
  }

  override values(range?: Range<K>): IterableIterator<V> {
    const reader = this[READER];
    return new ValueIterator(reader.batch(encodeRange(range, reader.bound), VALUES), reader);
  }

  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number {
    const reader = this[READER];
    const batch = reader.batch(encodeRange(range, reader.bound), ENTRIES);
    functionOf('visit', visit);
    let visited = 0;
    while (batch.advance()) {
      for (let at = 0; at < batch.count; at++) {
        visited++;
        if (visit(batch.keys[at] as K, batch.values[at] as V) === false) return visited;
      }
    }
    return visited;
  }

  first(): [K, V] | undefined {
    return this.#only(EVERYTHING);
  }

  last(): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, reverse: true });
  }

  floor(key: K): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, high: this[READER].bound.encode(key), reverse: true });
  }

  ceiling(key: K): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, low: this[READER].bound.encode(key) });
  }

  lower(key: K): [K, V] | undefined {
    const high = this[READER].bound.encode(key);
    return this.#only({ ...EVERYTHING, high, highOpen: true, reverse: true });
  }

  higher(key: K): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, low: this[READER].bound.encode(key), lowOpen: true });
  }

  /** The first entry of a scan. */
  #only(bounds: Readonly<Bounds>): [K, V] | undefined {
    const batch = this[READER].batch({ ...bounds, limit: 1 }, ENTRIES);
    return batch.advance() ? [batch.keys[0] as K, batch.values[0] as V] : undefined;
  }

  count(range?: Range<K>): number {
    const reader = this[READER];
    const bounds = encodeRange(range, reader.bound);
    if (bounds.empty) {
      reader.checkAll();
      return 0;
    }
    return Math.min(bounds.limit, reader.countWithin(bounds));
  }

  cursor(range?: Range<K>): Cursor<K, V> {
    const reader = this[READER];
    const bounds = encodeRange(range, reader.bound);
    if (range?.limit !== undefined) {
      throw rangeError('range.limit: a cursor has none; expected it left out');
    }
    return new RangeCursor(bounds, reader);
  }
}
