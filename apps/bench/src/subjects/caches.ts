// What workers do with bounded caches: they look for pages, of which few are asked for often, and
// keep those that they have not found.

import { Cache } from '@x/hamt/cache';
import { LRUCache } from 'lru-cache';
import { KEYS, type Key } from '../keys.ts';
import { codecs, newArena, usedBytes } from '../maps/ours.ts';
import { generator, shuffled, zipf } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { settle, WARM_UP } from '../workloads.ts';

const pages = VALUES['utf8 200'];
/** Requests for each page there is. */
const ASKED = 5;
/** Of so many pages one is kept. */
const OF = 10;
/** Of so many that are kept one is asked for where all are to be found. */
const HOT = 16;
/** More than a page takes in an arena, with what waits to be free. */
const PAGE_BYTES = 1_024;

interface PageCache {
  get(key: Key): unknown;
  set(key: Key, page: unknown): unknown;
  /** Of the blocks or the heap; the pages may be gone then. */
  bytes(): number;
}

type Open = (job: Job, bench: Bench, kept: number) => Promise<PageCache>;

const shared: Open = async (job, bench, kept) => {
  let made: Cache<Key, unknown> | undefined;
  const { arena, told } = await shareArena<Cache<Key, unknown>['handle']>(bench, () => {
    const fresh = newArena(kept, PAGE_BYTES);
    made = Cache.create(fresh, { ...codecs(pages), maxEntries: kept });
    return [fresh, made.handle];
  });
  const cache = made ?? Cache.attach(arena, told, codecs(pages));
  return {
    get: (key) => cache.get(key),
    set: (key, page) => cache.set(key, page),
    bytes: () => (job.thread === 0 ? usedBytes(arena, cache) : 0),
  };
};

const own =
  (partOf: (job: Job) => number): Open =>
  async (job, bench, kept) => {
    const cache = new LRUCache<Key, object>({ max: Math.ceil(kept / partOf(job)) });
    const heap = (): number => {
      bench.collect();
      return process.memoryUsage().heapUsed;
    };
    return {
      get: (key) => cache.get(key),
      set: (key, page) => cache.set(key, page as object),
      bytes() {
        const full = heap();
        cache.clear();
        return full - heap();
      },
    };
  };

const WAYS: Record<string, Open> = {
  Cache: shared,
  'lru-cache, parts': own(({ threads }) => threads),
  'lru-cache, whole': own(() => 1),
};

/** The pages of a round's requests, in two halves, and of those that all find. */
function draw({ size, seed }: Job): { kept: number; asked: Uint32Array; hot: Uint32Array } {
  const all = Math.ceil(size / ASKED);
  const kept = Math.ceil(all / OF);
  const next = generator(seed + 2);
  const ranked = shuffled(all, seed + 1);
  const rank = zipf(all, next);
  const asked = Uint32Array.from({ length: 2 * size }, () => ranked[rank()]!);
  const few = Math.ceil(kept / HOT);
  return { kept, asked, hot: Uint32Array.from({ length: size }, () => ranked[next() % few]!) };
}

/** What was missed, by one or more threads. */
const MISSES = 0;
const BYTES = 1;

/** `Cache, 2`: the way, and how many workers. */
export async function caches(job: Job, bench: Bench): Promise<void> {
  const open = WAYS[job.subject.replace(/, \d+$/, '')]!;
  const { kept, asked, hot } = draw(job);
  const totals = await bench.share(() => new Int32Array(new SharedArrayBuffer(8)));
  const cache = await open(job, bench, kept);
  const mine = (_: number, at: number): boolean => at % job.threads === job.thread;
  const early = asked.subarray(0, job.size).filter(mine);
  const late = asked.subarray(job.size).filter(mine);
  const found = hot.filter(mine);
  request(cache, early, KEYS.user.make(early));
  await settle(job);
  const keys = KEYS.user.make(late);
  let misses = 0;
  const run = (): number => {
    const { sum, missed } = request(cache, late, keys);
    misses = missed;
    return sum;
  };
  bench.measure('request', late.length, run);
  Atomics.add(totals, MISSES, misses);
  Atomics.add(totals, BYTES, cache.bytes());
  const warm = found.subarray(0, WARM_UP);
  for (let time = 0; time < 2; time++) request(cache, warm, KEYS.user.make(warm));
  request(cache, found, KEYS.user.make(found));
  const wanted = KEYS.user.make(found);
  bench.measure('hit', wanted.length, () => {
    let sum = 0;
    for (const key of wanted) sum = (sum + pages.sum(cache.get(key) as string)) | 0;
    return sum;
  });
  // All have counted before they met for this.
  bench.count('misses', (100 * Atomics.load(totals, MISSES)) / job.size);
  bench.count('bytes', Atomics.load(totals, BYTES) / kept);
}

function request(
  cache: PageCache,
  order: Uint32Array,
  keys: readonly Key[],
): { sum: number; missed: number } {
  let sum = 0;
  let missed = 0;
  for (let at = 0; at < keys.length; at++) {
    let page = cache.get(keys[at]!);
    if (page === undefined) {
      missed++;
      page = pages.make(order.subarray(at, at + 1))[0];
      cache.set(keys[at]!, page);
    }
    sum = (sum + pages.sum(page as string)) | 0;
  }
  return { sum, missed };
}
