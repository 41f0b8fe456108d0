// The cache itself: what opens and ends it, and its methods.

import type { Arena, Codec } from '@x/shm-arena';
import { codecsOf, MapView, NUMBERS, type Owned, owned, READER } from '@x/shm-arena/map';
import {
  attachStructure,
  type Build,
  createStructure,
  flagOf,
  functionOf,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  Status,
  typeError,
  wholeNumber,
} from '@x/shm-arena/structure';
import {
  EVICTIONS,
  EXPIRATIONS,
  FILLS,
  HITS,
  MISSES,
  STALE,
} from '../../build/numbers/cache/tally.ts';
import { readStats } from '../stats.ts';
import type * as api from './api.ts';
import { monotonic } from './clock.ts';
import { Fills } from './fill.ts';
import { CACHE_KIND, CacheCore, type CacheKernel, TYPE } from './kernel.ts';
import { CacheReader } from './reader.ts';
import { CacheWriter, MOST_TTL, ttlOf } from './writer.ts';

const OPTIONS: Members = {
  what: 'options',
  names: ['name', 'key', 'value', 'maxEntries', 'maxBytes', 'ttl', 'allowStale', 'onEvict'],
  meant: { max: 'maxEntries', maxSize: 'maxBytes', dispose: 'onEvict', maxAge: 'ttl' },
};
const LIFETIME: Members = { what: 'options', names: ['ttl'] };
const FETCH: Members = {
  what: 'options',
  names: ['ttl', 'signal', 'forceRefresh', 'allowStale'],
};

const MOST_ENTRIES = 2 ** 31 - 1;
const MOST_BYTES = 2 ** 32 - 1;
const FILLER = Symbol('fills');
/** Bytes in front of the counters in the result block, and of each. */
const COUNTERS_AT = 16;
const COUNTER = 8;

type OwnedView = abstract new <R extends CacheReader<K, V>, K, V>(
  reader: R,
) => MapView<R, K, V> & Owned;

const View = owned(MapView as never) as never as OwnedView;

export class SharedCache<K, V> extends View<CacheReader<K, V>, K, V> implements api.Cache<K, V> {
  private readonly [FILLER]: { fills: Fills<K, V>; writer: CacheWriter<K, V>; stale: boolean };

  constructor(member: Membership<CacheKernel>, options: api.CacheOptions<K, V>) {
    const { key, value } = codecsOf(options);
    const stale = flagOf('allowStale', options.allowStale);
    const { onEvict } = options;
    const reader = new CacheReader<K, V>(new CacheCore<K, V>(member, key, value), stale);
    super(reader);
    const writer = new CacheWriter<K, V>(reader, onEvict);
    this[FILLER] = { fills: new Fills(writer), writer, stale };
    const { kernel, entry, generation } = member;
    member.leaving = () => kernel.leave(entry, generation);
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.CacheOptions<K, V>): SharedCache<K, V> {
    const description = described(options);
    return new SharedCache(
      createStructure(arena, CACHE_KIND, description, builder(options)),
      options,
    );
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.CacheOptions<K, V> = {},
  ): SharedCache<K, V> {
    return new SharedCache(openStructure(arena, CACHE_KIND, name, described(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.CacheOptions<K, V> & { name: string },
  ): SharedCache<K, V> {
    const description = { ...described(options), name: options.name };
    return new SharedCache(
      openOrCreateStructure(arena, CACHE_KIND, description, builder(options)),
      options,
    );
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.CacheHandle,
    options: api.CacheOptions<K, V> = {},
  ): SharedCache<K, V> {
    return new SharedCache(attachStructure(arena, CACHE_KIND, handle, described(options)), options);
  }

  static override [Symbol.hasInstance](value: unknown): value is api.Cache<unknown, unknown> {
    return Function.prototype[Symbol.hasInstance].call(SharedCache, value);
  }

  override get [Symbol.toStringTag](): string {
    return TYPE;
  }

  protected override [NUMBERS](): object {
    const { core } = this[READER];
    core.crossing.begin();
    const status = core.kernel.cacheCount(core.entry, core.generation);
    return status === Status.OK ? { size: core.resultCount(0) } : {};
  }

  override get size(): number {
    return this[READER].size();
  }

  peek(key: K): V | undefined {
    return this[READER].peek(key);
  }

  getRemainingTTL(key: K): number {
    return this[READER].remaining(key);
  }

  set(key: K, value: V, options: api.Lifetime = {}): this {
    this[FILLER].writer.set(key, value, ttlOf(optionsOf(LIFETIME, options).ttl));
    return this;
  }

  delete(key: K): boolean {
    return this[FILLER].writer.delete(key, false, 'delete');
  }

  clear(): void {
    this.invalidateAll();
    this[FILLER].writer.purge(Infinity, 'clear');
  }

  purgeStale(limit?: number): number {
    const most = limit === undefined ? Infinity : wholeNumber('limit', limit, 1, MOST_BYTES);
    return this[FILLER].writer.purge(most, 'purgeStale');
  }

  invalidate(key: K): boolean {
    return this[FILLER].writer.delete(key, true, 'invalidate');
  }

  invalidateAll(): void {
    this[FILLER].writer.invalidateAll();
  }

  async fetch(key: K, load: api.Load<K, V>, options: api.FetchOptions = {}): Promise<V> {
    const { fills, stale } = this[FILLER];
    optionsOf(FETCH, options);
    return fills.fetch(key, load, options, flagOf('allowStale', options.allowStale, stale));
  }

  beginFill(key: K, options: api.Lifetime = {}): api.Fill<V> | undefined {
    return this[FILLER].fills.begin(key, ttlOf(optionsOf(LIFETIME, options).ttl));
  }

  stats(): api.CacheStats {
    const { core } = this[READER];
    const { size: _, ...memory } = readStats(core);
    core.askMap('stats', (kernel, ...map) => kernel.cacheCount(...map));
    const counter = (number: number) => core.resultCount(COUNTERS_AT + number * COUNTER);
    return {
      ...{ entries: core.resultCount(0), bytes: core.resultCount(COUNTER) },
      ...{ hits: counter(HITS), misses: counter(MISSES), stale: counter(STALE) },
      ...{ evictions: counter(EVICTIONS), expirations: counter(EXPIRATIONS) },
      ...{ fills: counter(FILLS), memory },
    };
  }

  override close(): void {
    this[FILLER].fills.cancelAll();
    super.close();
  }
}

function described<K, V>(
  options: api.CacheOptions<K, V>,
): { name: string | undefined; key: Codec<K>; value: Codec<V> } {
  const { name, onEvict, allowStale } = optionsOf(OPTIONS, options);
  flagOf('allowStale', allowStale);
  if (onEvict !== undefined) functionOf('onEvict', onEvict);
  return { ...codecsOf(options), name };
}

/** Checks the bounds before anything is made. */
function builder<K, V>(options: api.CacheOptions<K, V>): Build<CacheKernel> {
  const { maxEntries, maxBytes, ttl = 0 } = options;
  if (maxEntries === undefined && maxBytes === undefined) {
    throw typeError('`options`: expected maxEntries or maxBytes, found neither');
  }
  const bound = (name: string, value: number | undefined, most: number): number =>
    value === undefined ? 0 : wholeNumber(name, value, 1, most);
  const entries = bound('maxEntries', maxEntries, MOST_ENTRIES);
  const bytes = bound('maxBytes', maxBytes, MOST_BYTES);
  wholeNumber('ttl', ttl, 0, MOST_TTL);
  return (kernel, entry, generation) =>
    kernel.cacheCreate(entry, generation, entries, bytes | 0, ttl, monotonic());
}
