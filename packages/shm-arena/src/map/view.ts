// What all views of a map share: maps, snapshots, frozen parts; whatever order their entries have.

import type { ReadableMap } from '../api.ts';
import { functionOf } from '../ground/errors.ts';
import { SHOW, Shown } from '../ground/shown.ts';
import type { Life } from '../structure/structure.ts';
import { type Batch, ENTRIES, KEYS, VALUES } from './batch.ts';

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

/** What a view reads from. */
export interface MapSource<K, V> extends Standing {
  /** The map's name; '' for none. */
  readonly name: string;
  get(key: K, flags: number): V | undefined;
  has(key: K): boolean;
  getMany(keys: Iterable<K>): (V | undefined)[];
  /** Ends the view. */
  close(): void;
  /** A scan of all entries that decodes `parts`. Checks that this is open. */
  all(parts: number): Batch<K, V>;
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

export class EntryIterator<K, V> extends BatchIterator<K, V, [K, V]> {
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

export class ValueIterator<K, V> extends BatchIterator<K, V, V> {
  next(): IteratorResult<V> {
    const steps = this[STEPS];
    if (!steps.more()) return { done: true, value: undefined };
    return { done: false, value: steps.values[steps.at++] as V };
  }
}

/** What a view that is open shows of its size. */
export const NUMBERS: unique symbol = Symbol('numbers');

export abstract class MapView<R extends MapSource<K, V>, K, V>
  extends Shown
  implements ReadableMap<K, V>
{
  readonly [READER]: R;

  constructor(reader: R) {
    super();
    this[READER] = reader;
  }

  abstract get size(): number;

  close(): void {
    this[READER].close();
  }

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

  entries(): IterableIterator<[K, V]> {
    const reader = this[READER];
    return new EntryIterator(reader.all(ENTRIES), reader);
  }

  keys(): IterableIterator<K> {
    const reader = this[READER];
    return new KeyIterator(reader.all(KEYS), reader);
  }

  values(): IterableIterator<V> {
    const reader = this[READER];
    return new ValueIterator(reader.all(VALUES), reader);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K) => void): void {
    const batch = this[READER].all(ENTRIES);
    functionOf('visit', visit);
    while (batch.advance()) {
      for (let at = 0; at < batch.count; at++) visit(batch.values[at] as V, batch.keys[at] as K);
    }
  }

  override [SHOW](): object {
    const reader = this[READER];
    const closed = !reader.isOpen || !reader.exists();
    return { name: reader.name || undefined, ...(closed ? {} : this[NUMBERS]()), closed };
  }

  protected [NUMBERS](): object {
    return {};
  }
}
