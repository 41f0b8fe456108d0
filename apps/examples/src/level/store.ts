// A store of abstract-level (the interface of LevelDB in JavaScript) that all threads share.
//
// Each thread makes a `MasstreeLevel` of the same name over the same arena; what one has written,
// the others read at once. Keys and values are bytes, which abstract-level's encodings are made of.
// A `get` reads when it is called, an iterator takes a snapshot when it is made: each shows one
// instant, as the interface asks for. Close iterators, as it asks for, too.
//
// Two things that it asks for are not here. A batch is not one step for others: they may see its
// first operations before its last, and a full arena ends it between two. Who needs that takes
// `writeBatch` of @x/skiplist. And without a snapshot of their own, `getMany` and `hasMany` read
// key by key.

import { Masstree, type MasstreeSnapshot } from '@x/masstree';
import type { Arena, Cursor, Range } from '@x/shm-arena';
import { bytes } from '@x/shm-arena/codec';
import {
  type AbstractBatchOperation,
  type AbstractDatabaseOptions,
  AbstractIterator,
  type AbstractIteratorOptions,
  AbstractLevel,
  AbstractSnapshot,
} from 'abstract-level';

type Options = { snapshot?: Instant };
type Bounds = { gt?: Uint8Array; gte?: Uint8Array; lt?: Uint8Array; lte?: Uint8Array };
type RangeOptions = Options & Bounds & { reverse: boolean; limit: number };

const codecs = { key: bytes, value: bytes };
const manifest = {
  encodings: { view: true },
  implicitSnapshots: true,
  explicitSnapshots: true,
  getSync: true,
  has: true,
  seek: true,
};

export class MasstreeLevel<K = string, V = string> extends AbstractLevel<Uint8Array, K, V> {
  readonly #arena: Arena;
  readonly #name: string;
  #map!: Masstree<Uint8Array, Uint8Array>;

  /** The store `name` of `arena`, which this makes if there is none. */
  constructor(arena: Arena, name: string, options?: AbstractDatabaseOptions<K, V>) {
    super(manifest, options);
    this.#arena = arena;
    this.#name = name;
  }

  async _open(): Promise<void> {
    this.#map = Masstree.openOrCreate(this.#arena, { name: this.#name, ...codecs });
  }

  async _close(): Promise<void> {
    this.#map.close();
  }

  async _get(key: Uint8Array, options: Options): Promise<Uint8Array | undefined> {
    return this._getSync(key, options);
  }

  _getSync(key: Uint8Array, { snapshot }: Options): Uint8Array | undefined {
    return (snapshot?.map ?? this.#map).get(key);
  }

  async _getMany(keys: Uint8Array[], { snapshot }: Options): Promise<(Uint8Array | undefined)[]> {
    return (snapshot?.map ?? this.#map).getMany(keys);
  }

  async _has(key: Uint8Array, { snapshot }: Options): Promise<boolean> {
    return (snapshot?.map ?? this.#map).has(key);
  }

  async _hasMany(keys: Uint8Array[], { snapshot }: Options): Promise<boolean[]> {
    const map = snapshot?.map ?? this.#map;
    return keys.map((key) => map.has(key));
  }

  async _put(key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#map.set(key, value);
  }

  async _del(key: Uint8Array): Promise<void> {
    this.#map.delete(key);
  }

  async _batch(operations: AbstractBatchOperation<this, Uint8Array, Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') this.#map.set(operation.key, operation.value);
      else this.#map.delete(operation.key);
    }
  }

  async _clear(options: RangeOptions): Promise<void> {
    const limit = options.limit < 0 ? undefined : options.limit;
    const range = { ...rangeOf(options), limit };
    if (options.snapshot === undefined) this.#map.deleteRange(range);
    else this.#map.deleteMany(options.snapshot.map.keys(range));
  }

  _iterator(options: RangeOptions & AbstractIteratorOptions<K, V>): Entries<K, V> {
    return new Entries(this, options, options.snapshot?.map ?? this.#map.snapshot());
  }

  _snapshot(options: { owner: object }): Instant {
    return new Instant(options, this.#map.snapshot());
  }
}

type View = MasstreeSnapshot<Uint8Array, Uint8Array>;

/** The declared type has no constructor. */
const Snapshot = AbstractSnapshot as new (options: { owner: object }) => AbstractSnapshot;

/** What `snapshot()` gives: an option of all reads. */
class Instant extends Snapshot {
  readonly map: View;

  constructor(options: { owner: object }, map: View) {
    super(options);
    this.map = map;
  }

  async _close(): Promise<void> {
    this.map.close();
  }
}

type Entry = [Uint8Array | undefined, Uint8Array | undefined];

class Entries<K, V> extends AbstractIterator<MasstreeLevel<K, V>, K, V> {
  readonly #keys: boolean;
  readonly #values: boolean;
  /** A snapshot of its own; one that was given is the giver's. */
  readonly #own: View | undefined;
  readonly #cursor: Cursor<Uint8Array, Uint8Array>;
  /** Whether `seek` has put the cursor on the next entry. */
  #placed = false;

  constructor(
    db: MasstreeLevel<K, V>,
    options: RangeOptions & AbstractIteratorOptions<K, V>,
    map: View,
  ) {
    super(db, options);
    this.#keys = options.keys !== false;
    this.#values = options.values !== false;
    this.#own = options.snapshot === undefined ? map : undefined;
    this.#cursor = map.cursor(rangeOf(options));
  }

  async _next(): Promise<Entry | undefined> {
    return this.#step();
  }

  async _nextv(size: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    while (entries.length < size) {
      const entry = this.#step();
      if (entry === undefined) break;
      entries.push(entry);
    }
    return entries;
  }

  _seek(target: Uint8Array): void {
    this.#cursor.seek(target);
    this.#placed = true;
  }

  async _close(): Promise<void> {
    this.#own?.close();
  }

  #step(): Entry | undefined {
    const cursor = this.#cursor;
    const valid = this.#placed ? cursor.valid : cursor.next();
    this.#placed = false;
    if (!valid) return undefined;
    return [this.#keys ? cursor.key : undefined, this.#values ? cursor.value : undefined];
  }
}

/** Of two bounds at one end abstract-level takes the one with the key itself, not the narrower. */
function rangeOf({ gt, gte, lt, lte, reverse }: RangeOptions): Range<Uint8Array> {
  const from = gte === undefined ? { gt } : { gte };
  const to = lte === undefined ? { lt } : { lte };
  return { ...from, ...to, reverse };
}
