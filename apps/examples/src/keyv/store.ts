// A store of Keyv (the key-value interface of many packages that cache) that all threads share.
//
// Each thread makes a `KeyvCache` of the same name over the same arena for each Keyv that it has;
// what one has set, the others get at once, until it expires or room is needed. Keyv turns values
// into strings, which the cache keeps as they are.
//
// A namespace is a prefix of its keys, as Keyv makes them, and a cache has no order: `clear` of a
// namespace and `iterator` look at all keys. Who clears often gives each Keyv a cache of its own,
// without a namespace: then `clear` is one step for who reads. Keyv itself offers an iterator only
// for stores whose `opts.dialect` it knows. What is not in Keyv's interface is that many who miss
// load once: see `cache.fetch`.

import { EventEmitter } from 'node:events';
import { Cache, type CacheOptions } from '@x/hamt/cache';
import type { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import type { KeyvStoreAdapter, StoredData } from 'keyv';

/** A name, for others to find the cache, and a bound at least. */
type Bounds = Pick<CacheOptions<string, string>, 'maxBytes' | 'maxEntries'> & { name: string };

export class KeyvCache extends EventEmitter implements KeyvStoreAdapter {
  /** Where Keyv looks for the name of a store that it knows. */
  readonly opts: Record<string, unknown> = { url: '' };
  /** Set by Keyv. */
  namespace: string | undefined;
  private readonly cache: Cache<string, string>;

  /** The cache `name` of `arena`, which this makes if there is none. */
  constructor(arena: Arena, bounds: Bounds) {
    super();
    this.cache = Cache.openOrCreate<string, string>(arena, { ...bounds, key: utf8, value: utf8 });
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.cache.get(key) as StoredData<Value>;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return this.cache.getMany(keys) as StoredData<Value>[];
  }

  /** Keyv may give a part of a millisecond; none, or 0, is for ever. */
  async set(key: string, value: string, ttl = 0): Promise<void> {
    this.cache.set(key, value, { ttl: Math.ceil(ttl) });
  }

  async has(key: string): Promise<boolean> {
    return this.cache.has(key);
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.cache.has(key));
  }

  async delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return keys.filter((key) => this.cache.delete(key)).length > 0;
  }

  async clear(): Promise<void> {
    if (this.namespace === undefined) this.cache.clear();
    else for (const key of this.keysOf(this.namespace)) this.cache.delete(key);
  }

  async *iterator<Value>(
    namespace = this.namespace,
  ): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    for (const key of this.keysOf(namespace)) {
      const value = this.cache.peek(key);
      if (value !== undefined) yield [key, value];
    }
  }

  async disconnect(): Promise<void> {
    this.cache.close();
  }

  private *keysOf(namespace: string | undefined): Iterable<string> {
    const prefix = namespace === undefined ? '' : `${namespace}:`;
    for (const key of this.cache.keys()) if (key.startsWith(prefix)) yield key;
  }
}
