// What workers do together on one map: all read, then all overwrite, each a part of the keys.

import { KEYS, type Key } from '../keys.ts';
import { blockMapsOf } from '../maps/index.ts';
import type { BenchMap } from '../maps/map.ts';
import { codecs, ours } from '../maps/ours.ts';
import type { List } from '../maps/skiplist.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { setAll, settle, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;

/** How one kind of map is shared: every thread of the job gets it, with all entries. */
type Share = (job: Job, bench: Bench) => Promise<BenchMap>;

/** Each key's value is its number. */
function filled(map: BenchMap, { size, seed }: Job): void {
  const order = shuffled(size, seed);
  map.fill(() => setAll(map, keysOf(order), order));
}

const blocks =
  (name: 'masstree' | 'hamt'): Share =>
  async (job, bench) => {
    const maps = await blockMapsOf(name);
    const { arena, told } = await shareArena(bench, () => {
      const made = maps.arena(job.size, f64);
      const map = maps.create(made, f64);
      filled(ours(map, f64), job);
      return [made, map.handle];
    });
    return ours(maps.attach(arena, told, f64), f64);
  };

const list: Share = async (job, bench) => {
  const { SkipList } = await import('@x/skiplist');
  const { listArena } = await import('../maps/skiplist.ts');
  const { arena, told } = await shareArena<List['handle']>(bench, () => {
    const made = listArena(job.size, f64);
    const map = SkipList.create(made, codecs(f64));
    filled(ours(map, f64), job);
    return [made, map.handle];
  });
  return ours(SkipList.attach(arena, told, codecs(f64)), f64);
};

const lmdb: Share = async (job, bench) => {
  const { lmdbIn, newFolder } = await import('../maps/lmdb.ts');
  let first: BenchMap | undefined;
  const folder = await bench.share(() => {
    const made = newFolder();
    first = lmdbIn(made, f64, KEYS.user);
    filled(first, job);
    return made;
  });
  return first ?? lmdbIn(folder, f64, KEYS.user);
};

/** What one does without shared memory: each worker has all of it once more. */
const copies: Share = async (job) => {
  const { openMap } = await import('../maps/plain.ts');
  const map = openMap(job.size, f64, KEYS.user);
  filled(map, job);
  return map;
};

const SHARED = {
  masstree: { share: blocks('masstree'), writes: true },
  hamt: { share: blocks('hamt'), writes: true },
  skiplist: { share: list, writes: true },
  lmdb: { share: lmdb, writes: true },
  // A write would have to be told to all others.
  Map: { share: copies, writes: false },
} satisfies Record<string, { share: Share; writes: boolean }>;

/** `masstree, 2`: the map, and how many workers. */
export async function workers(job: Job, bench: Bench): Promise<void> {
  const { share, writes } = SHARED[job.subject.replace(/, \d+$/, '') as keyof typeof SHARED];
  const map = await share(job, bench);
  const own = shuffled(job.size, job.seed + 1).filter((n) => n % job.threads === job.thread);
  warmUp(map, Math.min(WARM_UP, job.size), writes);
  await settle(job);
  const asked = keysOf(own);
  bench.measure('get', own.length, () => sumOf(map, asked));
  const written = keysOf(own);
  const values = own.map((n) => job.size - n);
  if (writes) {
    const overwrite = (): number => {
      map.fill(() => setAll(map, written, values));
      return 0;
    };
    bench.measure('set', own.length, overwrite, () => sumOf(map, keysOf(own)));
  }
  await map.close();
}

/** Reads, and writes what is there. */
function warmUp(map: BenchMap, size: number, writes: boolean): void {
  const order = ascending(size);
  for (let time = 0; time < 2; time++) {
    sumOf(map, keysOf(order));
    if (writes) map.fill(() => setAll(map, keysOf(order), order));
  }
}

/** The same in whichever order, and however the keys are divided. */
function sumOf(map: BenchMap, keys: readonly Key[]): number {
  let sum = 0;
  for (const key of keys) sum = (sum + (map.get(key) as number)) >>> 0;
  return sum;
}
