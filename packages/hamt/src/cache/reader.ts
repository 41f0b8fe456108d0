// Reading a cache: what a Hamt's reader does, but for what is not to be had any more.

import { FOUND_NUMBER } from '../../build/numbers/arena/map/result.ts';
import { COUNTS, GIVES_STALE, PEEKS } from '../../build/numbers/cache/read.ts';
import { TrieReader } from '../reader.ts';
import { Clock } from './clock.ts';
import type { CacheCore, CacheKernel } from './kernel.ts';

const FOREVER = 2 ** 64 - 1;

export class CacheReader<K, V> extends TrieReader<K, V, CacheKernel> {
  declare readonly core: CacheCore<K, V>;
  readonly clock: Clock;
  /** Flags of a `get`. */
  private readonly usual: number;

  constructor(core: CacheCore<K, V>, allowStale: boolean) {
    super(core, 0);
    this.clock = new Clock(core);
    this.usual = COUNTS | (allowStale ? GIVES_STALE : 0);
  }

  override tryGet(key: K, flags: number): number {
    const { kernel, entry, generation } = this.core;
    this.clock.look();
    const { length, k0, k1, k2, k3 } = this.begin(key);
    const all = flags === 0 ? this.usual : flags | PEEKS;
    return kernel.cacheGet(entry, generation, all, length, k0, k1, k2, k3);
  }

  peek(key: K): V | undefined {
    return this.get(key, PEEKS);
  }

  /** Milliseconds that a value lives on. */
  remaining(key: K): number {
    this.clock.say();
    if (!this.has(key)) return 0;
    const left = this.core.resultCount(FOUND_NUMBER);
    return left >= FOREVER ? Infinity : left;
  }

  override size(): number {
    this.checkAll();
    this.core.askMap('size', (kernel, ...map) => kernel.cacheCount(...map));
    return this.core.resultCount(0);
  }
}
