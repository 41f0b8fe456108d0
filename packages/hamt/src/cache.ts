// @x/hamt/cache: the bounded cache.

export type {
  CacheCodecs,
  CacheFactory,
  CacheHandle,
  CacheOptions,
  CacheStats,
  EvictReason,
  FetchOptions,
  Fill,
  Lifetime,
  Load,
} from './cache/api.ts';
export { Cache } from './cache/api.ts';
