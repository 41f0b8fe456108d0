// The reading side of every ordered structure, over one primitive: read the next entries of a range
// into a batch. A list, its snapshot and its frozen part differ only in what they read.

import type { Cursor, OrderedReadable, Range } from '../api.ts';
import { functionOf, rangeError, ShmError } from '../ground/errors.ts';
import { SHOW, Shown } from '../ground/shown.ts';
import { type Batch, ENTRIES, KEYS, VALUES } from '../map/batch.ts';
import {
  EntryIterator,
  KeyIterator,
  type MapSource,
  MapView,
  READER,
  ValueIterator,
} from '../map/view.ts';
import { type BoundEncoder, type Bounds, EVERYTHING, encodeRange, narrowed } from './range.ts';

/** What an ordered view reads from. */
export interface OrderedSource<K, V> extends MapSource<K, V> {
  readonly bound: BoundEncoder<K>;
  /** A scan of `bounds` that decodes `parts`; `size` as in `Batch`. Checks that this is open. */
  batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V>;
  /** How many entries lie within `bounds`, or as many as its limit. */
  countWithin(bounds: Readonly<Bounds>): number;
}

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
    const batch = this[READER].batch(bounds, ENTRIES, 1);
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

/** Where a cursor stands: on an entry, or beyond one end of its range. */
type Place = 'on' | 'before' | 'behind' | 'closed';

class RangeCursor<K, V> extends Shown implements Cursor<K, V> {
  readonly #bounds: Readonly<Bounds>;
  readonly #source: OrderedSource<K, V>;
  #batch: Batch<K, V> | undefined;
  #at = 0;
  /** Whether `batch` runs in the direction of `next`. */
  #onward = true;
  #place: Place = 'before';

  constructor(bounds: Readonly<Bounds>, source: OrderedSource<K, V>) {
    super();
    this.#bounds = bounds;
    this.#source = source;
  }

  get valid(): boolean {
    return this.#isOn();
  }

  get key(): K | undefined {
    return this.#isOn() ? this.#batch?.keys[this.#at] : undefined;
  }

  get value(): V | undefined {
    return this.#isOn() ? this.#batch?.values[this.#at] : undefined;
  }

  override get [Symbol.toStringTag](): string {
    return 'Cursor';
  }

  override [SHOW](): object {
    const place = this.#place;
    const source = this.#source;
    const closed = place === 'closed' || !source.isOpen || !source.exists();
    return { valid: place === 'on' && !closed, closed };
  }

  /** Whether it stands on an entry; throws when what it belongs to is over. */
  #isOn(): boolean {
    if (this.#place !== 'closed') this.#check();
    return this.#place === 'on';
  }

  #check(): void {
    if (this.#place === 'closed') throw new ShmError('CLOSED', 'this cursor is closed');
    if (!this.#source.isOpen) throw this.#source.gone();
  }

  seek(key: K): boolean {
    return this.#start(true, this.#source.bound.encode(key), false);
  }

  seekLast(): boolean {
    return this.#start(false);
  }

  next(): boolean {
    return this.#step(true);
  }

  prev(): boolean {
    return this.#step(false);
  }

  close(): void {
    this.#place = 'closed';
    this.#batch = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #step(onward: boolean): boolean {
    this.#check();
    if (this.#place === 'on') {
      if (this.#onward === onward) return this.#move();
      return this.#start(onward, this.#source.bound.encode(this.key as K), true);
    }
    if (this.#place === (onward ? 'behind' : 'before')) return false;
    return this.#start(onward);
  }

  /** Goes to the next entry in the batch's direction. */
  #move(): boolean {
    const batch = this.#batch as Batch<K, V>;
    if (++this.#at < batch.count) return true;
    return this.#read(batch);
  }

  /** Reads from one end of the range on, or from `key`. */
  #start(onward: boolean, key?: Uint8Array, open = false): boolean {
    this.#check();
    const reverse = this.#bounds.reverse === onward;
    let bounds: Readonly<Bounds> = { ...this.#bounds, reverse };
    if (key !== undefined) bounds = narrowed(bounds, key, open);
    this.#onward = onward;
    this.#batch = this.#source.batch(bounds, ENTRIES, 8);
    return this.#read(this.#batch);
  }

  /** Reads on; where that throws, the cursor stands beyond the end. */
  #read(batch: Batch<K, V>): boolean {
    this.#at = 0;
    this.#place = this.#onward ? 'behind' : 'before';
    const found = batch.advance();
    if (found) this.#place = 'on';
    return found;
  }
}
