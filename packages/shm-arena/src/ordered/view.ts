// The reading side of every ordered structure, over one primitive: read the next entries of a range
// into a batch. A batch is decoded as a whole before anybody sees an entry, and nothing is held
// between two batches; so user code may call back into the same map, and an abandoned iterator
// leaks nothing. A list, its snapshot and its frozen part differ only in what they read.

import type { Cursor, OrderedReadable, Range } from '../api.ts';
import { functionOf, rangeError, ShmError } from '../ground/errors.ts';
import { SHOW, Shown } from '../ground/shown.ts';
import type { Life } from '../structure/structure.ts';
import { type BoundEncoder, type Bounds, EVERYTHING, encodeRange, narrowed } from './range.ts';

/** The first batch of a scan without a limit; each following one is four times the last. */
const FIRST_BATCH = 32;
const LARGEST_BATCH = 1024;

/** A scan in progress: what is left of its range, and the entries read last, decoded. */
export abstract class Batch<K, V> {
  keys: K[] = [];
  values: V[] = [];
  /** How many of `keys` and `values` belong to this batch. */
  count = 0;
  private more: boolean;
  private remaining: number;
  private size: number;

  /** `size` entries are read first; a scan that is known to be short asks for no more than it. */
  constructor(bounds: Readonly<Bounds>, size: number = FIRST_BATCH) {
    this.more = !bounds.empty;
    this.remaining = bounds.limit;
    this.size = bounds.limit === Infinity ? size : LARGEST_BATCH;
  }

  /**
   * Reads up to `want` entries behind the last into `keys` and `values`, and sets `count`.
   * @returns whether there may be more
   */
  protected abstract read(want: number): boolean;

  /** Goes on to the next entries; false at the end. */
  advance(): boolean {
    this.count = 0;
    if (!this.more) return false;
    this.more = this.read(Math.min(this.remaining, this.size));
    this.size = Math.min(this.size * 4, LARGEST_BATCH);
    this.remaining -= this.count;
    if (this.remaining === 0) this.more = false;
    return this.count > 0;
  }
}

/** Where a view has its reader: out of reach by name. */
export const READER: unique symbol = Symbol('reader');

/**
 * What iterators and cursors ask before they give out what was read earlier: whether the view is
 * open, which costs next to nothing. Whether it still exists is asked when more is read.
 */
interface Standing {
  /** Set when the view is over. */
  over: boolean;
  /** The life of what it is a view of, in this thread. */
  readonly host: Life;
  readonly isOpen: boolean;
  /** Whether nobody has destroyed what the view shows. */
  exists(): boolean;
  /** The error of a view that is not there. */
  gone(): Error;
  /** Throws when the view is not there: for what asks no kernel. */
  checkAll(): void;
}

/** What an ordered view reads from. */
export interface EntrySource<K, V> extends Standing {
  readonly bound: BoundEncoder<K>;
  /** A scan of `bounds` that decodes `parts`; `size` as in `Batch`. Checks that this is open. */
  batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V>;
  /** How many entries lie within `bounds`, or as many as its limit. */
  countWithin(bounds: Readonly<Bounds>): number;
}

/** Where an iterator stands in a batch, whose arrays are at hand here. */
class Steps<K, V> {
  keys: readonly K[] = [];
  values: readonly V[] = [];
  count = 0;
  at = 0;
  ended = false;
  private readonly batch: Batch<K, V>;
  private readonly view: Standing;
  private readonly host: Life;

  constructor(batch: Batch<K, V>, view: Standing) {
    this.batch = batch;
    this.view = view;
    this.host = view.host;
  }

  /** Whether there is another entry, at `at`; throws CLOSED when the view is over. */
  more(): boolean {
    if (this.at === this.count) return this.refill();
    if (!this.view.over && !this.host.over) return true;
    this.end();
    throw this.view.gone();
  }

  /** Called when `at` has reached `count`: false when that was the end. */
  private refill(): boolean {
    const { batch } = this;
    let found = false;
    try {
      found = !this.ended && batch.advance();
    } finally {
      if (!found) this.end(); // Also when it threw: what was read then is lost.
    }
    if (!found) return false;
    this.keys = batch.keys;
    this.values = batch.values;
    this.count = batch.count;
    this.at = 0;
    return true;
  }

  end(): void {
    this.ended = true;
    this.at = this.count = 0;
    this.keys = this.values = [];
  }
}

const STEPS = Symbol('steps');

/** One class for each kind of iterator, so that `next` stays small and sees one shape. */
abstract class BatchIterator<K, V, T> extends Shown implements IterableIterator<T> {
  protected readonly [STEPS]: Steps<K, V>;

  constructor(batch: Batch<K, V>, view: Standing) {
    super();
    this[STEPS] = new Steps(batch, view);
  }

  abstract next(): IteratorResult<T>;

  return(value?: unknown): IteratorResult<T> {
    this[STEPS].end();
    return { done: true, value: value as undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  override get [Symbol.toStringTag](): string {
    return 'Iterator';
  }

  override [SHOW](): object {
    return { closed: this[STEPS].ended };
  }
}

class EntryIterator<K, V> extends BatchIterator<K, V, [K, V]> {
  next(): IteratorResult<[K, V]> {
    const steps = this[STEPS];
    if (!steps.more()) return { done: true, value: undefined };
    const at = steps.at++;
    return { done: false, value: [steps.keys[at] as K, steps.values[at] as V] };
  }
}

/** Also iterates what a batch puts in the place of keys. */
export class KeyIterator<K, V> extends BatchIterator<K, V, K> {
  next(): IteratorResult<K> {
    const steps = this[STEPS];
    if (!steps.more()) return { done: true, value: undefined };
    return { done: false, value: steps.keys[steps.at++] as K };
  }
}

class ValueIterator<K, V> extends BatchIterator<K, V, V> {
  next(): IteratorResult<V> {
    const steps = this[STEPS];
    if (!steps.more()) return { done: true, value: undefined };
    return { done: false, value: steps.values[steps.at++] as V };
  }
}

/** What of an entry a batch decodes; the rest of it stays `undefined`. */
export const KEYS = 1;
export const VALUES = 2;
export const ENTRIES = KEYS | VALUES;

/** Iterates the entries within `bounds`. */
export function entriesOf<K, V>(
  source: EntrySource<K, V>,
  bounds: Readonly<Bounds>,
): IterableIterator<[K, V]> {
  return new EntryIterator(source.batch(bounds, ENTRIES), source);
}

/** All of OrderedReadable that follows from reading batches and counting. */
export abstract class OrderedView<R extends EntrySource<K, V>, K, V>
  extends Shown
  implements OrderedReadable<K, V>
{
  readonly [READER]: R;

  constructor(reader: R) {
    super();
    this[READER] = reader;
  }

  abstract get(key: K): V | undefined;
  abstract has(key: K): boolean;
  abstract get size(): number;
  abstract getMany(keys: Iterable<K>): (V | undefined)[];

  entries(range?: Range<K>): IterableIterator<[K, V]> {
    const reader = this[READER];
    return entriesOf(reader, encodeRange(range, reader.bound));
  }

  keys(range?: Range<K>): IterableIterator<K> {
    const reader = this[READER];
    return new KeyIterator(reader.batch(encodeRange(range, reader.bound), KEYS), reader);
  }

  values(range?: Range<K>): IterableIterator<V> {
    const reader = this[READER];
    return new ValueIterator(reader.batch(encodeRange(range, reader.bound), VALUES), reader);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return entriesOf(this[READER], EVERYTHING);
  }

  forEach(visit: (value: V, key: K) => void): void {
    const batch = this[READER].batch(EVERYTHING, ENTRIES);
    functionOf('visit', visit);
    while (batch.advance()) {
      for (let at = 0; at < batch.count; at++) visit(batch.values[at] as V, batch.keys[at] as K);
    }
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
  readonly #source: EntrySource<K, V>;
  #batch: Batch<K, V> | undefined;
  #at = 0;
  /** Whether `batch` runs in the direction of `next`. */
  #onward = true;
  #place: Place = 'before';

  constructor(bounds: Readonly<Bounds>, source: EntrySource<K, V>) {
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
