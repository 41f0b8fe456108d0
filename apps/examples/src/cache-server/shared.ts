// The cache that all workers share.

import { Cache } from '@x/hamt/cache';
import { Arena, type ArenaHandle } from '@x/shm-arena';
import { u32, utf8 } from '@x/shm-arena/codec';
import type { Bounds, Counts, Load, Pages } from './pages.ts';

const codecs = { key: u32, value: utf8 };
const NAME = 'pages';

export class SharedPages implements Pages {
  private readonly cache: Cache<number, string>;
  private readonly load: Load;

  constructor(handle: ArenaHandle, load: Load) {
    this.cache = Cache.open<number, string>(Arena.attach(handle), NAME, codecs);
    this.load = load;
  }

  /** Makes the cache in an arena of its own, for workers to open. */
  static create({ bytes, ttl }: Bounds): Arena {
    const arena = Arena.create({ bytes: 2 ** 24 + 2 * bytes });
    Cache.create<number, string>(arena, { name: NAME, maxBytes: bytes, ttl, ...codecs }).close();
    return arena;
  }

  page(id: number): Promise<string> {
    return this.cache.fetch(id, this.load);
  }

  invalidate(id: number): void {
    this.cache.invalidate(id);
  }

  counts(): Counts {
    const { hits, misses, fills } = this.cache.stats();
    return { hits, misses, loads: fills };
  }
}
