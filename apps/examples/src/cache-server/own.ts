// A cache in the heap of each worker, to compare: an lru-cache, and every worker is told when a
// page is not to be shown any more.

import type { MessagePort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { Everywhere } from '../http/everywhere.ts';
import type { Bounds, Counts, Load, Pages } from './pages.ts';

/** What an entry counts for beside its page: as much as in the shared cache. */
const ENTRY_BYTES = 96;
/** What lru-cache says to who waits for a load when its key is deleted. */
const DELETED = 'deleted';

export class OwnPages implements Pages {
  private readonly cache: LRUCache<number, string>;
  private readonly everywhere: Everywhere<number>;
  private readonly counted: Counts = { hits: 0, misses: 0, loads: 0 };

  constructor({ bytes, ttl }: Bounds, load: Load, main: MessagePort) {
    this.cache = new LRUCache({
      maxSize: bytes,
      ttl,
      sizeCalculation: (page) => ENTRY_BYTES + Buffer.byteLength(page),
      fetchMethod: (id) => {
        this.counted.loads++;
        return load(id);
      },
    });
    this.everywhere = new Everywhere(main, (id) => this.cache.delete(id));
  }

  async page(id: number): Promise<string> {
    const status: LRUCache.Status<number, string> = {};
    for (;;) {
      try {
        const page = await this.cache.fetch(id, { status });
        if (page === undefined) continue;
        if (status.fetch === 'hit') this.counted.hits++;
        else this.counted.misses++;
        return page;
      } catch (error) {
        // Invalidated while it was rendered: what would come is old.
        if (!(error instanceof Error) || error.message !== DELETED) throw error;
      }
    }
  }

  invalidate(id: number): Promise<void> {
    return this.everywhere.apply(id);
  }

  counts(): Counts {
    return this.counted;
  }
}
