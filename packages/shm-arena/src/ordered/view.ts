// The reading side of every ordered structure, over one primitive: read the next entries of a range
// into a batch. A batch is decoded as a whole before anybody sees an entry, and nothing is held
// between two batches; so user code may call back into the same map, and an abandoned iterator
// leaks nothing. A list, its snapshot and its frozen part differ only in what they read.

import type { Cursor, OrderedReadable, Range } from '../api.ts';
import { functionOf, rangeError, ShmError } from '../errors.ts';
import { SHOW, Shown } from '../shown.ts';
import type { Life } from '../structure.ts';
import {
  BATCH,
  BOUND,
  CHECK_ALL,
  COUNT_WITHIN,
  ENTRIES_OF,
  EXISTS,
  GONE,
  HOST_LIFE,
  LIFE,
  OPEN,
} from './inside.ts';
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

/**
 * What iterators and cursors ask before they give out what was read earlier: whether the view is
 * open, which costs next to nothing. Whether it still exists is asked when more is read.
 */
export interface Standing {
  [OPEN](): boolean;
  [EXISTS](): boolean;
  [GONE](): Error;
  [CHECK_ALL](): void;
  readonly [LIFE]: Life;
  readonly [HOST_LIFE]: Life;
}

// Named by symbols: what an iterator has beside the contract cannot be reached by name.
const ITS_KEYS = Symbol('keys');
const ITS_VALUES = Symbol('values');
const ITS_COUNT = Symbol('count');
const ITS_AT = Symbol('at');
const MORE = Symbol('more');

/**
 * One class for each kind of iterator, so that `next` stays small and sees one shape; the batch's
 * arrays are at hand in the iterator itself.
 */
abstract class BatchIterator<K, V, T> extends Shown implements IterableIterator<T> {
  protected [ITS_KEYS]: readonly K[] = [];
  protected [ITS_VALUES]: readonly V[] = [];
  protected [ITS_COUNT] = 0;
  protected [ITS_AT] = 0;
  readonly #batch: Batch<K, V>;
  readonly #view: Standing;
  readonly #life: Life;
  readonly #hostLife: Life;
  #ended = false;

  constructor(batch: Batch<K, V>, view: Standing) {
    super();
    this.#batch = batch;
    this.#view = view;
    this.#life = view[LIFE];
    this.#hostLife = view[HOST_LIFE];
  }

  abstract next(): IteratorResult<T>;

  /** Whether there is another entry; throws CLOSED when the view is over. */
  protected [MORE](): boolean {
    if (this[ITS_AT] === this[ITS_COUNT]) return this.#refill();
    if (!this.#life.over && !this.#hostLife.over) return true;
    this.return();
    throw this.#view[GONE]();
  }

  /** Called when `at` has reached `count`: false when that was the end. */
  #refill(): boolean {
    const batch = this.#batch;
    let found = false;
    try {
      found = !this.#ended && batch.advance();
    } finally {
      if (!found) this.return(); // Also when it threw: what was read then is lost.
    }
    if (!found) return false;
    this[ITS_KEYS] = batch.keys;
    this[ITS_VALUES] = batch.values;
    this[ITS_COUNT] = batch.count;
    this[ITS_AT] = 0;
    return true;
  }

  return(value?: unknown): IteratorResult<T> {
    this.#ended = true;
    this[ITS_AT] = this[ITS_COUNT] = 0;
    this[ITS_KEYS] = this[ITS_VALUES] = [];
    return { done: true, value: value as undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  override get [Symbol.toStringTag](): string {
    return 'Iterator';
  }

  override [SHOW](): object {
    return { closed: this.#ended };
  }
}

class EntryIterator<K, V> extends BatchIterator<K, V, [K, V]> {
  next(): IteratorResult<[K, V]> {
    if (!this[MORE]()) return { done: true, value: undefined };
    const at = this[ITS_AT]++;
    return { done: false, value: [this[ITS_KEYS][at] as K, this[ITS_VALUES][at] as V] };
  }
}

/** Also iterates what a batch puts in the place of keys. */
export class KeyIterator<K, V> extends BatchIterator<K, V, K> {
  next(): IteratorResult<K> {
    if (!this[MORE]()) return { done: true, value: undefined };
    return { done: false, value: this[ITS_KEYS][this[ITS_AT]++] as K };
  }
}

class ValueIterator<K, V> extends BatchIterator<K, V, V> {
  next(): IteratorResult<V> {
    if (!this[MORE]()) return { done: true, value: undefined };
    return { done: false, value: this[ITS_VALUES][this[ITS_AT]++] as V };
  }
}

/** What of an entry a batch decodes; the rest of it stays `undefined`. */
export const KEYS = 1;
export const VALUES = 2;
export const ENTRIES = KEYS | VALUES;

/** All of OrderedReadable that follows from reading batches and counting. */
export abstract class OrderedView<K, V> extends Shown implements OrderedReadable<K, V>, Standing {
  abstract get(key: K): V | undefined;
  abstract has(key: K): boolean;
  abstract get size(): number;
  abstract getMany(keys: Iterable<K>): (V | undefined)[];
  protected abstract readonly [BOUND]: BoundEncoder<K>;
  /** A scan of `bounds` that decodes `parts`; `size` as in `Batch`. Checks that this is open. */
  protected abstract [BATCH](bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V>;
  protected abstract [COUNT_WITHIN](bounds: Readonly<Bounds>): number;

  readonly [LIFE]: Life = { over: false };

  get [HOST_LIFE](): Life {
    return this[LIFE];
  }

  [OPEN](): boolean {
    return !this[LIFE].over && !this[HOST_LIFE].over;
  }

  [EXISTS](): boolean {
    return true;
  }

  [GONE](): Error {
    return new ShmError('CLOSED', 'it was closed');
  }

  [CHECK_ALL](): void {
    if (!this[OPEN]() || !this[EXISTS]()) throw this[GONE]();
  }

  entries(range?: Range<K>): IterableIterator<[K, V]> {
    return this[ENTRIES_OF](encodeRange(range, this[BOUND]));
  }

  protected [ENTRIES_OF](bounds: Readonly<Bounds>): IterableIterator<[K, V]> {
    return new EntryIterator(this[BATCH](bounds, ENTRIES), this);
  }

  keys(range?: Range<K>): IterableIterator<K> {
    return new KeyIterator(this[BATCH](encodeRange(range, this[BOUND]), KEYS), this);
  }

  values(range?: Range<K>): IterableIterator<V> {
    return new ValueIterator(this[BATCH](encodeRange(range, this[BOUND]), VALUES), this);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this[ENTRIES_OF](EVERYTHING);
  }

  forEach(visit: (value: V, key: K) => void): void {
    const batch = this[BATCH](EVERYTHING, ENTRIES);
    functionOf('visit', visit);
    while (batch.advance()) {
      for (let at = 0; at < batch.count; at++) visit(batch.values[at] as V, batch.keys[at] as K);
    }
  }

  scan(range: Range<K>, visit: (key: K, value: V) => boolean | void): number {
    const batch = this[BATCH](encodeRange(range, this[BOUND]), ENTRIES);
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
    return this.#only({ ...EVERYTHING, high: this[BOUND].encode(key), reverse: true });
  }

  ceiling(key: K): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, low: this[BOUND].encode(key) });
  }

  lower(key: K): [K, V] | undefined {
    const high = this[BOUND].encode(key);
    return this.#only({ ...EVERYTHING, high, highOpen: true, reverse: true });
  }

  higher(key: K): [K, V] | undefined {
    return this.#only({ ...EVERYTHING, low: this[BOUND].encode(key), lowOpen: true });
  }

  /** The first entry of a scan. */
  #only(bounds: Readonly<Bounds>): [K, V] | undefined {
    const batch = this[BATCH](bounds, ENTRIES, 1);
    return batch.advance() ? [batch.keys[0] as K, batch.values[0] as V] : undefined;
  }

  count(range?: Range<K>): number {
    const bounds = encodeRange(range, this[BOUND]);
    if (bounds.empty) {
      this[CHECK_ALL]();
      return 0;
    }
    return Math.min(bounds.limit, this[COUNT_WITHIN](bounds));
  }

  cursor(range?: Range<K>): Cursor<K, V> {
    const bounds = encodeRange(range, this[BOUND]);
    if (range?.limit !== undefined) {
      throw rangeError('range.limit: a cursor has none; expected it left out');
    }
    const open = (part: Readonly<Bounds>) => this[BATCH](part, ENTRIES, 8);
    return new RangeCursor(bounds, this[BOUND], open, this);
  }
}

/** Where a cursor stands: on an entry, or beyond one end of its range. */
type Place = 'on' | 'before' | 'behind' | 'closed';

class RangeCursor<K, V> extends Shown implements Cursor<K, V> {
  readonly #bounds: Readonly<Bounds>;
  readonly #bound: BoundEncoder<K>;
  readonly #open: (bounds: Readonly<Bounds>) => Batch<K, V>;
  readonly #view: Standing;
  #batch: Batch<K, V> | undefined;
  #at = 0;
  /** Whether `batch` runs in the direction of `next`. */
  #onward = true;
  #place: Place = 'before';

  constructor(
    bounds: Readonly<Bounds>,
    bound: BoundEncoder<K>,
    open: (bounds: Readonly<Bounds>) => Batch<K, V>,
    view: Standing,
  ) {
    super();
    this.#bounds = bounds;
    this.#bound = bound;
    this.#open = open;
    this.#view = view;
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
    const view = this.#view;
    const closed = place === 'closed' || !view[OPEN]() || !view[EXISTS]();
    return { valid: place === 'on' && !closed, closed };
  }

  /** Whether it stands on an entry; throws when what it belongs to is over. */
  #isOn(): boolean {
    if (this.#place !== 'closed') this.#check();
    return this.#place === 'on';
  }

  #check(): void {
    if (this.#place === 'closed') throw new ShmError('CLOSED', 'this cursor is closed');
    if (!this.#view[OPEN]()) throw this.#view[GONE]();
  }

  seek(key: K): boolean {
    return this.#start(true, this.#bound.encode(key), false);
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
      return this.#start(onward, this.#bound.encode(this.key as K), true);
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
    this.#batch = this.#open(bounds);
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
